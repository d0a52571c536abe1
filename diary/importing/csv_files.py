"""Reads the tables that this diary writes for a spreadsheet: the zip file, or one table of it."""

import posixpath
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from diary.body import gettext_noop
from diary.export import csv_files as written
from diary.importing.clean import Facts
from diary.importing.csv_text import plain, rows_of
from diary.importing.entries import Entry, Head, Refusal
from diary.importing.files import as_text, open_member, open_zip
from diary.importing.intake import shown
from diary.importing.wrong import Wrong
from diary.models import Import

NOT_A_NUMBER = gettext_noop("“%(key)s” is not a number.")
NOT_YES_OR_NO = gettext_noop("“%(key)s” must be yes or no.")

MEMBERS = {"episodes.csv": "episodes", "days.csv": "days", "signs.csv": "checks"}
COLUMNS = {"episodes": written.EPISODES, "days": written.DAYS, "checks": written.SIGNS}
REQUIRED = {
    "episodes": {"started_at", "location", "id"},
    "days": {"date", "no_twitches", "sleep_hours"},
    "checks": {"date", "sign", "answer"},
}


def table_of(columns: Iterable[str]) -> str:
    """Which of our tables has these columns; "" for none."""
    found = set(columns)
    return next((table for table, required in REQUIRED.items() if required <= found), "")


def members_of(names: Iterable[str]) -> dict[str, str]:
    """The members of a zip file that are our tables, twitches first."""
    found = {posixpath.basename(name): name for name in names if not name.startswith("__MACOSX/")}
    return {MEMBERS[base]: found[base] for base in MEMBERS if base in found}


class CsvFiles:
    """Our tables: in a zip file, or one of them by itself."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.head = Head()

    def entries(self, facts: Facts) -> Iterator[Entry | Refusal]:
        """All rows, twitches before days. Raises FileRefused."""
        is_zip = self._file.read(4) == b"PK\x03\x04"
        self._file.seek(0)
        if not is_zip:
            yield from _entries("", self._file)
            return
        with open_zip(self._file) as archive:
            for table, name in members_of(archive.namelist()).items():
                yield from _entries(table, open_member(archive, name, Import.Kind.CSV))


def _entries(table: str, file: IO[bytes]) -> Iterator[Entry | Refusal]:
    for number, cells in rows_of(as_text(file)):
        table = table or table_of(cells)
        try:
            yield Entry(table, number, row_from(table, cells))
        except Wrong as error:
            yield Refusal(table, number, error.reason, error.params, shown(cells))


def row_from(table: str, cells: dict[str, str]) -> dict[str, Any]:
    """The row of the diary file that a line of a table tells. Raises Wrong."""
    row: dict[str, Any] = {}
    for key in COLUMNS[table]:
        text = cells.get(key, "")
        if text and key not in {"place", "time"}:
            row[key] = READ.get(key, text_of)(key, text)
    return row


def text_of(key: str, text: str) -> str:
    """The text in a cell. Raises Wrong."""
    return plain(text)


def number(key: str, text: str) -> float:
    """A number with a point or a comma. Raises Wrong."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        plain(text)
        raise Wrong(NOT_A_NUMBER, key=key) from None
    return int(value) if value.is_integer() else value


def truth(key: str, text: str) -> bool:
    """Yes or no. Raises Wrong."""
    value = {"yes": True, "no": False}.get(text.strip().lower())
    if value is None:
        plain(text)
        raise Wrong(NOT_YES_OR_NO, key=key)
    return value


READ: dict[str, Callable[[str, str], Any]] = {
    **dict.fromkeys(
        (
            "strength",
            "duration_seconds",
            "how_often",
            "sleep_hours",
            "sleep_quality",
            "caffeine_mg",
            "exercise_minutes",
            "stress",
            "water_ml",
            "alcohol_units",
        ),
        number,
    ),
    **dict.fromkeys(
        ("duration_is_rough", "at_rest", "start_time_known", "is_ongoing", "no_twitches", "heat"), truth
    ),
}
