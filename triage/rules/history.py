"""What the rules read: plain frozen values, made by a reader that knows where they are stored."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Side = Literal["left", "right", "middle"]
Answer = Literal["yes", "no", "unsure", "tired_only"]
Course = Literal["worse", "same", "better"]

SIDES: tuple[Side, ...] = ("left", "right", "middle")
ALL_OVER = "all_over"
ELSEWHERE = "elsewhere"
_LAST_DATE = dt.date.max.toordinal()


class Site(NamedTuple):
    """A location and its side as they were logged; `side` is "" where none was entered."""

    location: str
    side: str


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the table of body places.

    `segment` is bulbar, cervical, thoracic or lumbosacral; `limb` is face, mouth, neck, arm, trunk or leg;
    both are None for "all over" and "somewhere else". `neighbours` are merged with it, on the same side.
    """

    id: str
    segment: str | None
    limb: str | None
    sides: tuple[str, ...]
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """One episode. `date` is the local date that was fixed when it was logged; `started_at` carries the
    offset of that moment. `recorded_at` None means that it was written down at once. None is "not entered".
    """

    id: str
    date: dt.date
    started_at: dt.datetime
    location: str
    side: Side | None = None
    strength: int | None = None
    duration_seconds: int | None = None
    recorded_at: dt.datetime | None = None

    @property
    def site(self) -> Site:
        """Where it was."""
        return Site(self.location, self.side or "")

    @property
    def known_on(self) -> dt.date:
        """The local date on which the diary learned of it, by the offset of the episode itself."""
        if self.recorded_at is None:
            return self.date
        start = self.started_at
        if self.recorded_at.tzinfo == start.tzinfo:
            return max(self.date, self.recorded_at.date())
        waited = (
            self.recorded_at
            - start
            + dt.timedelta(
                hours=start.hour, minutes=start.minute, seconds=start.second, microseconds=start.microsecond
            )
        )
        recorded_on = start.toordinal() + waited // dt.timedelta(days=1)
        return max(self.date, dt.date.fromordinal(max(min(recorded_on, _LAST_DATE), 1)))


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One calendar day; only a true `no_twitches` makes it an observed day. None is "not entered"."""

    date: dt.date
    no_twitches: bool | None = None
    recorded_at: dt.datetime | None = None

    @property
    def known_on(self) -> dt.date:
        """The date on which the diary learned of it."""
        return self.date if self.recorded_at is None else max(self.date, self.recorded_at.date())


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One dated answer to one sign, with where and which way it goes, as far as entered."""

    id: str
    date: dt.date
    sign: str
    answer: Answer
    location: str | None = None
    side: Side | None = None
    course: Course | None = None
    since_on: dt.date | None = None
    recorded_at: dt.datetime | None = None

    @property
    def known_on(self) -> dt.date:
        """The date on which the diary learned of it."""
        return self.date if self.recorded_at is None else max(self.date, self.recorded_at.date())


@dataclass(frozen=True, slots=True)
class History:
    """One person's diary, in any order, and the table of body places that its locations come from."""

    places: Mapping[str, Place]
    episodes: tuple[EpisodeRecord, ...] = ()
    days: tuple[DayRecord, ...] = field(default=())
    checks: tuple[CheckRecord, ...] = field(default=())

    def dates(self) -> list[dt.date]:
        """The date of every entry, in no order."""
        return [entry.date for entries in (self.episodes, self.days, self.checks) for entry in entries]
