"""What an assessment says, as codes and numbers; the words are written elsewhere."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["calm", "quiet", "note", "talk", "soon", "urgent"]
Rule = Literal["persistence", "spread", "worsening", "signs", "reassurance"]
Kind = Literal[
    "flag",
    "easing",
    "ask",
    "fourteen_days",
    "march",
    "second_place",
    "mirror",
    "face",
    "alert",
    "watch",
    "steep",
    "steep_watch",
    "emergency",
    "same_day",
    "loss_this_week",
    "loss",
    "mention",
    "unsure",
    "tired_only",
    "earned",
]

LEVELS: tuple[Level, ...] = ("calm", "quiet", "note", "talk", "soon", "urgent")
LEVEL_OF_KIND: Mapping[Kind, Level] = {
    "flag": "talk",
    "easing": "note",
    "ask": "note",
    "fourteen_days": "note",
    "march": "talk",
    "second_place": "note",
    "mirror": "note",
    "face": "talk",
    "alert": "talk",
    "watch": "note",
    "steep": "talk",
    "steep_watch": "note",
    "emergency": "urgent",
    "same_day": "urgent",
    "loss_this_week": "soon",
    "loss": "soon",
    "mention": "talk",
    "unsure": "note",
    "tired_only": "note",
    "earned": "calm",
}
RULES_OF_KIND: Mapping[Rule, tuple[Kind, ...]] = {
    "persistence": ("flag", "easing", "ask", "fourteen_days"),
    "spread": ("march", "second_place", "mirror", "face"),
    "worsening": ("alert", "watch", "steep", "steep_watch"),
    "signs": ("emergency", "same_day", "loss_this_week", "loss", "mention", "unsure", "tired_only"),
    "reassurance": ("earned",),
}

type Plain = str | int | float | bool | list[Plain] | dict[str, Plain] | None


@dataclass(frozen=True, slots=True)
class Closing:
    """What would close a finding: a code for the words, and its numbers."""

    code: str
    params: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    `key` stays the same from day to day while it is the same finding, whatever its kind becomes; `entry_ids`
    are the entries that it rests on, oldest first; `evidence` is plain JSON.
    """

    rule: Rule
    kind: Kind
    since: dt.date
    key: str
    location: str | None = None
    side: str | None = None
    evidence: Mapping[str, Plain] = field(default_factory=dict)
    entry_ids: tuple[str, ...] = ()
    closes_when: Closing = field(default_factory=lambda: Closing("never"))

    @property
    def level(self) -> Level:
        """How much it asks for."""
        return LEVEL_OF_KIND[self.kind]


@dataclass(frozen=True, slots=True)
class DataQuality:
    """How complete the diary is, and whether the function check should be offered.

    Days are counted from the first entry to the day of the assessment, and in the last 28 of them.
    """

    first_day: dt.date | None
    recorded_days: int
    calendar_days: int
    recorded_of_28: int
    quiet_marks_of_28: int
    weeks_compared: int
    last_check_on: dt.date | None
    check_due: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is said on `today`: findings by level, the highest first, and their level as a whole."""

    today: dt.date
    level: Level
    findings: tuple[Finding, ...]
    looked_for: tuple[Rule, ...]
    evidence: Mapping[str, Plain]
    data_quality: DataQuality
