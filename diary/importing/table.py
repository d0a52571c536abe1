"""Reads any table with a date and a place in each row: columns are guessed, shown and confirmed, names of places
that are not ours are asked for.
"""

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from diary.body import gettext_noop
from diary.importing.bearable import clock
from diary.importing.clean import Facts, storable
from diary.importing.csv_text import lines_of, plain
from diary.importing.entries import Entry, Head, Refusal
from diary.importing.files import as_text
from diary.importing.intake import shown
from diary.importing.place_names import guessed_place, place_of, sure_place
from diary.importing.questions import LONGEST_NAME, NO_SUCH_DATE, Ids, Survey, most_common, started
from diary.importing.wrong import Wrong

ROLES = {
    "date": gettext_noop("Date"),
    "time": gettext_noop("Time"),
    "place": gettext_noop("Place"),
    "side": gettext_noop("Side"),
    "strength": gettext_noop("Strength"),
    "minutes": gettext_noop("Minutes"),
    "note": gettext_noop("Note"),
}
ORDERS = {
    "ymd": gettext_noop("2026-03-31"),
    "dmy": gettext_noop("31.3.2026 (day first)"),
    "mdy": gettext_noop("3/31/2026 (month first)"),
}
ROWS_SHOWN = 5
ROWS_LOOKED_AT = 500
_WORDS = {
    "date": ("date", "day", "datum", "tag", "when", "wann"),
    "time": ("time", "zeit", "uhrzeit", "clock"),
    "place": ("place", "location", "site", "where", "muscle", "body", "ort", "stelle", "wo", "muskel"),
    "side": ("side", "seite"),
    "strength": ("strength", "severity", "intensity", "stärke", "intensität", "rating", "level"),
    "minutes": ("minute", "min", "duration", "dauer", "minuten"),
    "note": ("note", "comment", "notiz", "bemerkung", "kommentar", "text"),
}
_SIDES = {
    "left": ("left", "l", "links", "linke"),
    "right": ("right", "r", "rechts", "rechte"),
    "middle": ("middle", "m", "mitte"),
}
STRENGTH_WORDS = {
    1: ("felt only", "felt", "mild", "light", "weak", "leicht", "schwach", "nur gespürt"),
    2: ("seen", "visible", "sichtbar", "zu sehen"),
    3: ("moves the part", "moderate", "medium", "mittel", "mäßig", "bewegt den körperteil"),
    4: ("stops what i do", "severe", "strong", "stark", "heftig", "unterbricht, was ich tue"),
}
NOT_A_STRENGTH = gettext_noop("Its strength can't be read.")
NOT_MINUTES = gettext_noop("Its minutes can't be read.")
NO_PLACE = gettext_noop("It names no place.")


class Table:
    """Any table. `answers` has the column of each role, the order of dates, the top of strength and the places."""

    def __init__(self, file: IO[bytes], answers: dict[str, Any]) -> None:
        self._file = file
        self._columns: dict[str, int] | None = answers.get("columns")
        self._order = answers.get("order", "ymd")
        self._most = answers.get("strength_most", 4)
        self._names: dict[str, str] = answers.get("names") or {}
        self.head = Head()

    def survey(self) -> Survey | None:
        """Asks for the columns first, then for places that are not known by name. Raises FileRefused."""
        lines = lines_of(as_text(self._file))
        columns = next(lines)
        if self._columns is None:
            looked_at = list(itertools.islice(lines, ROWS_LOOKED_AT))
            rows = [[storable(cell[:60]) for cell in cells[: len(columns)]] for cells in looked_at[:ROWS_SHOWN]]
            return Survey(columns=columns, rows=rows, guesses=guesses_for(columns, looked_at))
        counts: Counter[str] = Counter()
        for cells in lines:
            name = storable(self._cell(cells, "place")[:LONGEST_NAME])
            if name and not sure_place(name) and name not in self._names and len(counts) < 5000:
                counts[name] += 1
        names = most_common(counts)
        if not names or self._names:
            return None
        return Survey(
            names={name: guessed_place(name) for name in names}, counts={name: counts[name] for name in names}
        )

    def entries(self, facts: Facts) -> Iterator[Entry | Refusal]:
        """A twitch for each row. Raises FileRefused."""
        ids, lines = Ids("table"), lines_of(as_text(self._file))
        next(lines)
        for number, cells in enumerate(lines, 1):
            try:
                row = self._row(cells, ids, facts.zone)
            except Wrong as error:
                seen = {str(place): cell for place, cell in enumerate(cells, 1)}
                yield Refusal("episodes", number, error.reason, error.params, shown(seen))
                continue
            if row is None:
                self.head.leave_out(self._cell(cells, "place")[:40])
            else:
                yield Entry("episodes", number, row)

    def _row(self, cells: list[str], ids: Ids, zone: str) -> dict[str, Any] | None:
        """The row of the diary file, None for a place that is left out. Raises Wrong."""
        name = storable(plain(self._cell(cells, "place"))[:LONGEST_NAME])
        if not name:
            raise Wrong(NO_PLACE)
        place = place_of(sure_place(name) or self._names.get(name, ""))
        if place is None:
            return None
        text, when = plain(self._cell(cells, "date")), plain(self._cell(cells, "time"))
        time = clock(when) or clock(text.partition(" ")[2]) or clock(text.partition("T")[2][:8])
        row = started(read_date(text, self._order), time, zone)
        location, side = place
        row |= {"location": location, "side": side or side_of(self._cell(cells, "side"))}
        row |= {"note": plain(self._cell(cells, "note"))}
        if strength := self._cell(cells, "strength"):
            row["strength"] = read_strength(plain(strength), self._most)
        if minutes := self._cell(cells, "minutes"):
            row["duration_seconds"] = read_minutes(plain(minutes))
        return row | {"id": ids.of(*(cell.strip() for cell in cells))}

    def _cell(self, cells: list[str], role: str) -> str:
        column = (self._columns or {}).get(role, -1)
        return cells[column].strip() if 0 <= column < len(cells) else ""


def guesses_for(columns: list[str], rows: list[list[str]]) -> dict[str, Any]:
    """The column of each role by its name, the order of dates and the highest strength by what is there."""
    found: dict[str, Any] = {}
    for role, words in _WORDS.items():
        fits = (number for number, name in enumerate(columns) if number not in found.values())
        found[role] = next((number for number in fits if _names_role(columns[number], words)), -1)
    dates = [row[found["date"]] for row in rows if 0 <= found["date"] < len(row)]
    strengths = [row[found["strength"]] for row in rows if 0 <= found["strength"] < len(row)]
    return found | {"order": guessed_order(dates), "strength_most": guessed_most(strengths)}


def _names_role(column: str, words: tuple[str, ...]) -> bool:
    return any(re.search(rf"\b{word}", column.casefold()) for word in words)


def guessed_order(dates: list[str]) -> str:
    """How dates are written: a number above 12 tells the day."""
    parts = [[int(number) for number in re.findall(r"\d+", date)[:3]] for date in dates]
    found = [part for part in parts if len(part) == 3]
    if any(part[0] > 31 for part in found):
        return "ymd"
    if any(part[1] > 12 for part in found):
        return "mdy"
    return "mdy" if found and all("/" in date for date in dates) and max(p[0] for p in found) <= 12 else "dmy"


def guessed_most(strengths: list[str]) -> int:
    """The top of the scale: 4 as here, or 5, 10 or 100 by the highest number."""
    numbers = [float(text.replace(",", ".")) for text in strengths if re.fullmatch(r"\d+([.,]\d+)?", text.strip())]
    highest = max(numbers, default=4)
    return next((most for most in (4, 5, 10) if highest <= most), 100)


def read_date(text: str, order: str) -> dt.date:
    """A date in the order that was confirmed. Raises Wrong."""
    numbers = [int(part) for part in re.findall(r"\d{1,4}", text)[:3]]
    if len(numbers) == 3:
        year, month, day = (numbers["ymd".index(part) if order == "ymd" else order.index(part)] for part in "ymd")
        year += 2000 if year < 100 and order != "ymd" else 0
        try:
            return dt.date(year, month, day)
        except ValueError:
            pass
    raise Wrong(NO_SUCH_DATE)


def read_strength(text: str, most: int) -> int:
    """1 to 4, from our words, usual words, or a number on a scale up to `most`. Raises Wrong."""
    word = text.casefold()
    for strength, words in STRENGTH_WORDS.items():
        if word in words:
            return strength
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)(?:\s*/\s*\d+)?", text)
    value = float(found[1].replace(",", ".")) if found else 0
    if not 0 < value <= most:
        raise Wrong(NOT_A_STRENGTH)
    return max(1, min(4, -int(-value * 4 // most)))


def read_minutes(text: str) -> int:
    """Seconds, from minutes. Raises Wrong."""
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(?:m|min|minutes?|minuten?)?\.?", text.casefold())
    if not found:
        raise Wrong(NOT_MINUTES)
    return round(float(found[1].replace(",", ".")) * 60)


def side_of(text: str) -> str:
    """left, right, middle, or "" for none."""
    word = text.casefold().strip(". ")
    return next((side for side, words in _SIDES.items() if word in words), "")
