"""Reads Bearable's CSV: one line for each thing noted, told apart by its category.

Columns as the app writes them: date, (date formatted,) weekday, time of day, category, rating/amount, detail,
notes. Symptoms that are twitches are asked for; sleep and its quality go to the day; the rest has no place here
and is counted. Symptoms are rated 1 to 4 (mild, moderate, severe, unbearable), sleep quality 1 to 5.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from diary.importing.clean import Facts, storable
from diary.importing.csv_text import plain, rows_of
from diary.importing.entries import Entry, Head, Refusal
from diary.importing.files import as_text
from diary.importing.intake import shown
from diary.importing.place_names import guessed_place, place_of, sounds_like_twitch
from diary.importing.questions import NO_SUCH_DATE, Ids, Survey, most_common, started
from diary.importing.wrong import Wrong

COLUMNS = frozenset({"date", "time of day", "category", "rating/amount", "detail"})
SYMPTOM, SLEEP, SLEEP_QUALITY = "symptom", "sleep", "sleep quality"
# From five steps to our four.
QUALITY = {1: 1, 2: 2, 3: 2, 4: 3, 5: 4}
_RATED = re.compile(r"\s*\([^()]*\)\s*$")
_DATE = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3})[A-Za-z]*\.?,?\s+(\d{4})$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Bearable:
    """An export of Bearable. `answers["names"]` says which symptoms are twitches, and where."""

    def __init__(self, file: IO[bytes], answers: dict[str, Any]) -> None:
        self._file = file
        self._names: dict[str, str] | None = answers.get("names")
        self.head = Head()

    def survey(self) -> Survey | None:
        """Asks which symptoms are twitches. Raises FileRefused."""
        if self._names is not None:
            return None
        counts: Counter[str] = Counter()
        for _, cells in rows_of(as_text(self._file)):
            if category(cells) == SYMPTOM and (name := symptom(cells)) and len(counts) < 5000:
                counts[name] += 1
        names = sorted(most_common(counts), key=lambda name: not sounds_like_twitch(name))
        guesses = {name: guess(name) for name in names}
        return Survey(names=guesses, counts={name: counts[name] for name in names})

    def entries(self, facts: Facts) -> Iterator[Entry | Refusal]:
        """Twitches and nights in the order of the file. Raises FileRefused."""
        ids, nights = Ids("bearable"), Nights()
        for number, cells in rows_of(as_text(self._file)):
            kind = category(cells)
            place = (self._names or {}).get(symptom(cells)) if kind == SYMPTOM else None
            try:
                if place:
                    yield Entry("episodes", number, episode(cells, place, ids, facts.zone))
                elif kind in {SLEEP, SLEEP_QUALITY}:
                    nights.add(number, cells, kind)
                else:
                    self.head.leave_out(cells.get("category", "").strip() or "?")
            except Wrong as error:
                table = "episodes" if place else "days"
                yield Refusal(table, number, error.reason, error.params, shown(cells))
        yield from nights.entries()


class Nights:
    """Hours and quality of sleep, put together by day: the app writes each on a line of its own."""

    def __init__(self) -> None:
        self._days: dict[dt.date, tuple[int, dict[str, Any]]] = {}

    def add(self, number: int, cells: dict[str, str], kind: str) -> None:
        """Take a line in. Raises Wrong."""
        date, amount = date_of(cells), amount_of(cells)
        if amount is None:
            return
        _, row = self._days.setdefault(date, (number, {"date": date.isoformat()}))
        if kind == SLEEP:
            row.setdefault("sleep_hours", amount)
        else:
            row.setdefault("sleep_quality", QUALITY.get(round(amount), amount))

    def entries(self) -> Iterator[Entry]:
        """A row for each day."""
        for _, (number, row) in sorted(self._days.items()):
            yield Entry("days", number, row)


def guess(name: str) -> str:
    """Where a symptom twitches, if it sounds like a twitch."""
    return (guessed_place(name) or "elsewhere") if sounds_like_twitch(name) else ""


def category(cells: dict[str, str]) -> str:
    """What kind of line it is."""
    return cells.get("category", "").strip().lower()


def symptom(cells: dict[str, str]) -> str:
    """`Muscle twitching` for `Muscle twitching (Mild)`."""
    return storable(_RATED.sub("", cells.get("detail", "").strip())[:100])


def episode(cells: dict[str, str], place: str, ids: Ids, zone: str) -> dict[str, Any]:
    """A symptom as a twitch. Raises Wrong."""
    date, when = date_of(cells), cells.get("time of day", "").strip()
    location, side = place_of(place) or (place, "")
    row = started(date, clock(when), zone)
    row |= {"location": location, "side": side, "note": plain(cells.get("notes", "").strip())}
    rating = amount_of(cells)
    if rating is not None:
        row["strength"] = int(rating) if rating == int(rating) else rating
    return row | {"id": ids.of(date, when, symptom(cells), rating, row["note"])}


def date_of(cells: dict[str, str]) -> dt.date:
    """`date formatted` where it is there, else `22nd Jan 2022`. Raises Wrong."""
    text = (cells.get("date formatted") or cells.get("date", "")).strip()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        found = _DATE.match(plain(text))
        if found and found[2].lower() in _MONTHS:
            try:
                return dt.date(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
            except ValueError:
                pass
        raise Wrong(NO_SUCH_DATE) from None


def clock(text: str) -> dt.time | None:
    """A time of day with a colon; None for `am`, `mid` and the like, which name a part of the day."""
    found = re.match(r"(\d{1,2})[:.](\d{2})(?::\d{2})?\s*([ap]\.?m\.?)?$", text.strip(), re.IGNORECASE)
    if not found:
        return None
    hour, half = int(found[1]), (found[3] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return dt.time(hour, int(found[2])) if hour < 24 and int(found[2]) < 60 else None


def amount_of(cells: dict[str, str]) -> float | None:
    """A number, or hours and minutes as `7:30`. Raises Wrong."""
    text = cells.get("rating/amount", "").strip().replace(",", ".")
    if not text:
        return None
    found = re.match(r"(\d{1,2}):(\d{2})(?::\d{2})?$", text)
    if found:
        return round(int(found[1]) + int(found[2]) / 60, 2)
    try:
        return float(plain(text))
    except ValueError:
        raise Wrong("“%(key)s” is not a number.", key="rating/amount") from None
