"""Diaries that were read and judged before, kept in this process: the next look reads only the last weeks.

To read ten years of fifteen entries a day and follow them through the rules takes a second, and it was needed
anew after every single tap. But a tap writes on a day of these weeks: whatever may touch an older one leaves its
revision in `Diarist.old_days_revision`. So where that is not newer than what is kept, the recent days are read,
what is new there is added, and anything else that differs, an edit or a deletion, has the whole diary read again.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from diary.models import Diarist
from diary.recording import READ_AGAIN_DAYS
from triage.reader import read_history
from triage.rules.assess import Assessor
from triage.rules.history import CheckRecord, DayRecord, EpisodeRecord, History

# Then so much would be read each time that the whole is read once more, and less from then on.
LONGEST_AGAIN_DAYS = 120
LARGEST_ENTRIES = 60_000
# However few there are: two people whose keys share a lock only wait for each other.
LOCKS = 64
LONGEST_WAIT_SECONDS = 10.0

Entry = EpisodeRecord | CheckRecord


@dataclass(slots=True)
class Reading:
    """A diary as it was at `revision`, and its assessor, which has come to the day `at`.

    `entries` are its episodes and answers by id, `marks` its days without twitches. `recent` are the entries from
    `since` on, which `caught_up` reads again.
    """

    revision: int
    time_zone: str
    since: dt.date
    at: dt.date
    first: dt.date | None
    assessor: Assessor
    entries: dict[str, Entry]
    recent: dict[str, Entry]
    marks: set[dt.date]

    @classmethod
    def of(cls, diarist: Diarist, today: dt.date, revision: int, history: History) -> "Reading":
        """Of a whole history, assessed on no day yet."""
        since = today - dt.timedelta(days=READ_AGAIN_DAYS)
        entries = _by_id(history)
        return cls(
            revision=revision,
            time_zone=diarist.time_zone,
            since=since,
            at=dt.date.min,
            first=min(history.dates(), default=None),
            assessor=Assessor(history),
            entries=entries,
            recent={pk: entry for pk, entry in entries.items() if entry.date >= since},
            marks={day.date for day in history.days},
        )

    @property
    def size(self) -> int:
        """Episodes, answers and marked days."""
        return len(self.entries) + len(self.marks)

    def caught_up(self, diarist: Diarist, today: dt.date, revision: int) -> bool:
        """Take in what was added since; false, and of no more use, where that is not all that happened."""
        if self.first is None or self.time_zone != diarist.time_zone:
            return False
        if self.at > today or (today - self.since).days > LONGEST_AGAIN_DAYS:
            return False
        now = read_history(diarist, today, self.since)
        recent, marks = _by_id(now), {day.date for day in now.days}
        if any(not _same(entry, recent.get(pk)) for pk, entry in self.recent.items()):
            return False
        if any(date >= self.since and date not in marks for date in self.marks):
            return False
        new = {pk: entry for pk, entry in recent.items() if pk not in self.entries}
        added: list[EpisodeRecord | DayRecord | CheckRecord] = [
            *new.values(),
            *(day for day in now.days if day.date not in self.marks),
        ]
        if any(record.date < self.first for record in added):
            return False
        self.assessor.add(added)
        self.entries |= new
        self.recent = recent
        self.marks |= marks
        self.revision = revision
        return True


def _by_id(history: History) -> dict[str, Entry]:
    """The episodes and answers of a history."""
    return {entry.id: entry for entries in (history.episodes, history.checks) for entry in entries}


def _same(one: Entry, other: Entry | None) -> bool:
    """Equal, and known since the same day: the moment of an answer may be written in another zone a day later."""
    return one == other and other is not None and one.known_on == other.known_on


class Turn(NamedTuple):
    """Who is not alone keeps nothing; who has waited may find the work done."""

    is_alone: bool
    has_waited: bool


class Readings:
    """The readings of this process by diarist; what was not asked for longest goes first."""

    def __init__(self, largest_entries: int = LARGEST_ENTRIES) -> None:
        self.largest_entries = largest_entries
        self._kept: OrderedDict[int, Reading] = OrderedDict()
        self._lock = Lock()
        self._locks = [Lock() for _ in range(LOCKS)]

    @contextmanager
    def alone(self, diarist: Diarist) -> Iterator[Turn]:
        """While nobody else in this process judges the diary, where that can be had."""
        lock = self._locks[diarist.pk % LOCKS]
        is_free = lock.acquire(blocking=False)
        is_mine = is_free or lock.acquire(timeout=LONGEST_WAIT_SECONDS)
        try:
            yield Turn(is_alone=is_mine, has_waited=not is_free)
        finally:
            if is_mine:
                lock.release()

    def take(self, diarist: Diarist, today: dt.date, revision: int, old_days_revision: int) -> Reading | None:
        """The diary at `revision`, caught up with from what is kept; None where it has to be read as a whole."""
        with self._lock:
            kept = self._kept.pop(diarist.pk, None)
        if kept is None or not old_days_revision <= kept.revision <= revision:
            return None
        return kept if kept.caught_up(diarist, today, revision) else None

    def put(self, diarist: Diarist, reading: Reading) -> None:
        """Keep a reading whose diary nobody else judges meanwhile."""
        with self._lock:
            self._kept[diarist.pk] = reading
            self._kept.move_to_end(diarist.pk)
            while self._kept and sum(each.size for each in self._kept.values()) > self.largest_entries:
                self._kept.popitem(last=False)

    def drop(self, diarist_id: int) -> None:
        """Throw away what is kept of one person, whose rows were deleted for good."""
        with self._lock:
            self._kept.pop(diarist_id, None)

    def forget(self) -> None:
        """Throw everything away; for tests, which write rows without counting the revision up."""
        with self._lock:
            self._kept.clear()


readings = Readings()
