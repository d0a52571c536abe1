"""Reads Daylio's CSV: full_date, date, weekday, time, mood, activities, note_title, note.

Activities that are twitches, or say how the night was, are asked for; moods have no place here and are counted.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from diary.importing.bearable import clock, guess
from diary.importing.clean import Facts, storable
from diary.importing.csv_text import plain, rows_of
from diary.importing.entries import Entry, Head, Refusal
from diary.importing.files import as_text
from diary.importing.intake import shown
from diary.importing.place_names import place_of, sounds_like_twitch
from diary.importing.questions import NO_SUCH_DATE, Ids, Survey, most_common, started
from diary.importing.wrong import Wrong

COLUMNS = frozenset({"full_date", "time", "mood", "activities"})
SLEPT = "sleep-"
# Names that Daylio comes with.
_NIGHTS = {
    "bad sleep": 1,
    "schlechter schlaf": 1,
    "medium sleep": 2,
    "mittlerer schlaf": 2,
    "good sleep": 3,
    "guter schlaf": 3,
}


class Daylio:
    """An export of Daylio. `answers["names"]` says what activities mean."""

    def __init__(self, file: IO[bytes], answers: dict[str, Any]) -> None:
        self._file = file
        self._names: dict[str, str] | None = answers.get("names")
        self.head = Head()

    def survey(self) -> Survey | None:
        """Asks what the activities mean. Raises FileRefused."""
        if self._names is not None:
            return None
        counts: Counter[str] = Counter()
        for _, cells in rows_of(as_text(self._file)):
            if len(counts) < 5000:
                counts.update(activities(cells))
        guesses = {name: guess_of(name) for name in most_common(counts)}
        names = sorted(guesses, key=lambda name: (not sounds_like_twitch(name), not guesses[name]))
        return Survey(names={name: guesses[name] for name in names}, counts={name: counts[name] for name in names})

    def entries(self, facts: Facts) -> Iterator[Entry | Refusal]:
        """Twitches in the order of the file, then what it says of days. Raises FileRefused."""
        ids, nights = Ids("daylio"), dict[dt.date, tuple[int, int]]()
        for number, cells in rows_of(as_text(self._file)):
            try:
                yield from self._twitches(number, cells, ids, facts.zone)
                self._night(number, cells, nights)
            except Wrong as error:
                yield Refusal("episodes", number, error.reason, error.params, shown(cells))
        for date, (number, quality) in sorted(nights.items()):
            yield Entry("days", number, {"date": date.isoformat(), "sleep_quality": quality})

    def _twitches(self, number: int, cells: dict[str, str], ids: Ids, zone: str) -> Iterator[Entry]:
        meanings = [(name, (self._names or {}).get(name, "")) for name in activities(cells)]
        twitches = [(name, place) for name, meaning in meanings if (place := place_of(meaning))]
        if not any(meaning for _, meaning in meanings):
            self.head.leave_out(cells.get("mood", "").strip()[:40] or "?")
        note = "\n".join(filter(None, (plain(cells.get(key, "").strip()) for key in ("note_title", "note"))))
        for name, (location, side) in twitches:
            when = cells.get("time", "").strip()
            row = started(date_of(cells), clock(when), zone)
            row |= {"location": location, "side": side, "note": note}
            yield Entry("episodes", number, row | {"id": ids.of(row["date"], when, name, note)})

    def _night(self, number: int, cells: dict[str, str], nights: dict[dt.date, tuple[int, int]]) -> None:
        for name in activities(cells):
            meaning = (self._names or {}).get(name, "")
            if meaning.startswith(SLEPT):
                nights.setdefault(date_of(cells), (number, int(meaning.removeprefix(SLEPT))))


def guess_of(name: str) -> str:
    """What an activity means: a place that twitches, a night, or "" for what has no place here."""
    night = _NIGHTS.get(name.casefold())
    return f"{SLEPT}{night}" if night else guess(name)


def activities(cells: dict[str, str]) -> list[str]:
    """What was ticked, each once."""
    found = (storable(name.strip()[:100]) for name in cells.get("activities", "").split("|"))
    return list(dict.fromkeys(name for name in found if name))


def date_of(cells: dict[str, str]) -> dt.date:
    """The day. Raises Wrong."""
    try:
        return dt.date.fromisoformat(plain(cells.get("full_date", "").strip()))
    except ValueError:
        raise Wrong(NO_SUCH_DATE) from None
