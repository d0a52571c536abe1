"""What a table of another app leaves open: which column is what, which of its names are twitches, and where."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from diary.body import gettext_noop
from diary.importing.clean import Facts
from diary.importing.entries import Entry, Head, Refusal
from diary.importing.wrong import Wrong
from diary.moments import SkippedTime, at_wall_clock, some_time_on

# Each is asked for with a list of all places.
MOST_NAMES = 40
LONGEST_NAME = 100
LEAVE_OUT = ""

NO_SUCH_DATE = gettext_noop("Its date can't be read.")


@dataclass(slots=True)
class Survey:
    """What is asked before the preview: columns with their first rows, and names that stand for a place or not.

    `columns` is empty where they are known. `names` has the guess for each name that is asked for.
    """

    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    guesses: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the column of the import."""
        return {
            "columns": self.columns,
            "rows": self.rows,
            "guesses": self.guesses,
            "names": self.names,
            "counts": self.counts,
        }


class Asking(Protocol):
    """A reader that has questions first."""

    head: Head

    def survey(self) -> Survey | None:
        """What is still to be asked; None when every question is answered. Raises FileRefused."""

    def entries(self, facts: Facts) -> Iterator[Entry | Refusal]:
        """All rows in the order of the file. Raises FileRefused."""


def most_common(names: Counter[str]) -> list[str]:
    """The names to ask for, the most frequent first; those beyond are left out."""
    return [name for name, _ in sorted(names.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMES]]


def started(date: dt.date, time: dt.time | None, zone: str) -> dict[str, Any]:
    """When a twitch of another app began, as the diary file says it; without a time only the day counts."""
    moment, known = None, time is not None
    if time is not None:
        try:
            moment = at_wall_clock(date, time, zone, second=False)
        except (SkippedTime, OverflowError):
            known = False
    try:
        moment = moment or some_time_on(date, zone)
    except OverflowError:
        raise Wrong(NO_SUCH_DATE) from None
    row = {"started_at": moment.local.isoformat(), "date": moment.date.isoformat(), "time_zone": zone}
    return row if known else row | {"start_time_known": False}


class Ids:
    """Ids for rows that have none: the same for the same row, and told apart where a row comes twice."""

    def __init__(self, app: str) -> None:
        self._app = app
        self._seen: Counter[str] = Counter()

    def of(self, *parts: object) -> str:
        """The id of the row that says `parts`."""
        text = "\x1f".join(map(str, parts))
        self._seen[text] += 1
        digest = hashlib.sha256(f"{text}\x1f{self._seen[text]}".encode(errors="replace")).hexdigest()
        return f"{self._app}-{digest[:32]}"
