"""What a person chose for the doctor's page: from when to when, on what paper, in which language, with what."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from triage.summary.sheet import Paper

Part = Literal["name", "born", "context", "medicines", "history", "notes", "questions", "log"]
PARTS: tuple[Part, ...] = get_args(Part)
PAPERS: tuple[Paper, ...] = get_args(Paper)
# Medicines and notes stay at home until somebody says otherwise.
USUAL_PARTS: frozenset[Part] = frozenset({"name", "born", "context", "history", "questions"})


@dataclass(frozen=True, slots=True)
class Choice:
    """From `first` to `last`, both included."""

    first: dt.date
    last: dt.date
    paper: Paper
    language: str
    parts: frozenset[Part]

    def has(self, part: Part) -> bool:
        """Whether this part is wanted."""
        return part in self.parts

    def as_json(self) -> dict[str, Any]:
        """For a share link: plain values."""
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "paper": self.paper,
            "language": self.language,
            "parts": sorted(self.parts),
        }


def choice_from(stored: Mapping[str, Any]) -> Choice:
    """The choice that `as_json` wrote; a part that no longer exists is left out."""
    return Choice(
        dt.date.fromisoformat(stored["first"]),
        dt.date.fromisoformat(stored["last"]),
        cast("Paper", stored["paper"]),
        stored["language"],
        frozenset(part for part in PARTS if part in stored["parts"]),
    )
