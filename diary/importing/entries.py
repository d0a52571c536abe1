"""What a reader of files gives: rows in the shape of the diary file, and what could not even become one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from diary.body import gettext_noop
from diary.importing.clean import Facts, storable

TABLES = ("episodes", "days", "checks", "medicines")
# What a row is called in the preview; the tables of other apps bring their own name.
TABLE_NAMES = {
    "episodes": gettext_noop("Twitches"),
    "days": gettext_noop("Days"),
    "checks": gettext_noop("Answers to signs"),
    "medicines": gettext_noop("Medicines"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row; `number` is its place in its table, or its line in its file."""

    table: str
    number: int
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that can't be taken, why, and the beginning of what it says."""

    table: str
    number: int
    reason: str
    params: dict[str, Any] = field(default_factory=dict)
    shown: str = ""


@dataclass(slots=True)
class Head:
    """What a file says of all its rows. `left_out` counts by name what this diary has no place for."""

    zone: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    extra: str = ""
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, name: str) -> None:
        """Count one more of what has no place here; names without end are counted as one."""
        name = storable(name)
        known = name if name in self.left_out or len(self.left_out) < 50 else "…"
        self.left_out[known] = self.left_out.get(known, 0) + 1


class Reader(Protocol):
    """One kind of file, opened. `head` is complete when all entries were read."""

    head: Head

    def entries(self, facts: Facts) -> Iterator[Entry | Refusal]:
        """All rows in the order of the file. Raises FileRefused."""
