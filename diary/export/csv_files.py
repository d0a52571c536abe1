"""Three tables for a spreadsheet in one zip file: twitches, days, answers to signs; they can be brought in again.

Text that a spreadsheet would run as a formula gets an apostrophe in front, and the mark at the start makes umlauts
come out right. Where commas are for decimals, a semicolon separates the cells: so a double click opens columns.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.formats import get_format

from diary.export import rows
from diary.export.sections import Row
from diary.importing.csv_text import safe
from diary.models import Diarist, place_name

BLOCK = 500
MARK = "\ufeff"

EPISODES = (
    "date",
    "time",
    "location",
    "side",
    "place",
    "strength",
    "duration_seconds",
    "duration_is_rough",
    "how_often",
    "at_rest",
    "note",
    "started_at",
    "start_time_known",
    "time_zone",
    "is_ongoing",
    "recorded_at",
    "id",
)
DAYS = (
    "date",
    "no_twitches",
    "sleep_hours",
    "sleep_quality",
    "caffeine_mg",
    "exercise_minutes",
    "exercise_effort",
    "stress",
    "water_ml",
    "alcohol_units",
    "magnesium",
    "heat",
    "note",
)
SIGNS = (
    "date",
    "sign",
    "answer",
    "location",
    "side",
    "place",
    "since_on",
    "course",
    "note",
    "recorded_at",
    "id",
)


class Pipe(io.RawIOBase):
    """What a zip file writes, to be taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It can be written to, but not gone back in."""
        return True

    def write(self, data: Any) -> int:
        """Keep a piece."""
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def csv_zip(diarist: Diarist) -> Iterator[bytes]:
    """The zip file in pieces; however long the diary is, one piece is held at a time."""
    comma = get_format("DECIMAL_SEPARATOR") == ","
    tables: tuple[tuple[str, tuple[str, ...], Iterable[Row]], ...] = (
        ("episodes.csv", EPISODES, map(_episode, rows.episodes(diarist))),
        ("days.csv", DAYS, rows.days(diarist)),
        ("signs.csv", SIGNS, map(_with_place, rows.checks(diarist))),
    )
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, columns, found in tables:
            with archive.open(name, "w") as member:
                for text in _table(columns, found, comma=comma):
                    member.write(text.encode())
                    yield pipe.take()
    yield pipe.take()


def _table(columns: tuple[str, ...], found: Iterable[Row], *, comma: bool) -> Iterator[str]:
    out = io.StringIO(newline="")
    out.write(MARK)
    writer = csv.writer(out, delimiter=";" if comma else ",")
    writer.writerow(columns)
    for number, row in enumerate(found, 1):
        writer.writerow([_cell(row.get(name), comma=comma) for name in columns])
        if number % BLOCK == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _cell(value: Any, *, comma: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(value).replace(".", ",") if comma else str(value)
    return safe(str(value))


def _episode(row: Row) -> Row:
    date, _, time = row["started_at"].partition("T")
    known = row.get("start_time_known", True)
    extra = {"date": row.get("date", date), "time": time[:5] if known else "", "start_time_known": known}
    return _with_place(row | extra)


def _with_place(row: Row) -> Row:
    return row | {"place": place_name(row.get("location", ""), row.get("side", ""))}
