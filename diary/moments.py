"""Time as a person means it: a moment in UTC beside the calendar date that it had where the person was.

Nothing here asks what time it is; views read the clock once and pass it on.
"""

import datetime as dt
import zoneinfo
from dataclasses import dataclass, replace
from functools import lru_cache

EARLIEST = dt.date(1900, 1, 1)
# A phone's clock may run a little ahead of the server's.
CLOCK_LEEWAY = dt.timedelta(minutes=2)
NOON = dt.time(12)


class SkippedTime(ValueError):  # noqa: N818
    """A wall-clock time that did not exist that day, because the clocks went forward over it."""

    def __init__(self, before: dt.time, after: dt.time) -> None:
        super().__init__(before, after)
        self.before = before
        self.after = after


class RepeatedTime(ValueError):  # noqa: N818
    """A wall-clock time that came twice that day, because the clocks went back over it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time and how the clock on the wall showed it.

    `at` is in UTC; `zone` is an IANA name; `offset_minutes` is what the zone was ahead of UTC then;
    `date` is the calendar date there. It is fixed for ever, wherever the person travels later.
    """

    at: dt.datetime
    zone: str
    offset_minutes: int
    date: dt.date

    @property
    def local(self) -> dt.datetime:
        """The wall-clock time, with the offset that it had."""
        return self.at.astimezone(dt.timezone(dt.timedelta(minutes=self.offset_minutes)))


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """All time zones that can be chosen."""
    return frozenset(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")


def zone_or(name: str | None, fallback: str) -> str:
    """`name` if it is a known time zone, else `fallback`."""
    return name if name in zone_names() else fallback


def moment(at: dt.datetime, zone: str) -> Moment:
    """The aware datetime `at` as it was in `zone`."""
    local = at.astimezone(zoneinfo.ZoneInfo(zone))
    offset = local.utcoffset() or dt.timedelta()
    minutes = round(offset.total_seconds() / 60)
    return Moment(at.astimezone(dt.UTC), zone, minutes, local.date())


def at_wall_clock(date: dt.date, time: dt.time, zone: str, *, second: bool | None = None) -> Moment:
    """The moment when the clock in `zone` showed `time` on `date`.

    In the hour that comes twice in autumn `second` says which of the two is meant.
    Raises SkippedTime where the clock jumped over it, RepeatedTime where `second` is needed but None, and
    OverflowError in the first and last hours that dates can hold.
    """
    tz = zoneinfo.ZoneInfo(zone)
    first = dt.datetime.combine(date, time, tz).replace(fold=0)
    again = first.replace(fold=1)
    before, after = first.utcoffset() or dt.timedelta(), again.utcoffset() or dt.timedelta()
    if before < after:
        # PEP 495: in the gap, fold=0 holds the offset from before the jump and fold=1 the one from after it.
        jump = after - before
        edge = _gap_start(date, time, tz)
        raise SkippedTime(edge.time(), (edge + jump).time())
    if before > after and second is None:
        raise RepeatedTime
    return moment(again if second else first, zone)


def _gap_start(date: dt.date, time: dt.time, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The last whole minute on the wall before the clocks jumped over `time`."""
    naive = dt.datetime.combine(date, time).replace(second=0, microsecond=0)
    while True:
        earlier = naive - dt.timedelta(minutes=1)
        local = earlier.replace(tzinfo=tz)
        if local.utcoffset() == local.replace(fold=1).utcoffset():
            return naive
        naive = earlier


def some_time_on(date: dt.date, zone: str) -> Moment:
    """Noon of `date`, to hold an entry whose time of day nobody knows.

    A few places left out a whole day once (Samoa, 30 December 2011); an entry for it keeps that date.
    """
    try:
        return at_wall_clock(date, NOON, zone, second=False)
    except SkippedTime:
        near = moment(dt.datetime.combine(date, NOON, dt.UTC), zone)
        return replace(near, date=date)


def today_in(zone: str, now: dt.datetime) -> dt.date:
    """The calendar date in `zone` at the aware datetime `now`."""
    return now.astimezone(zoneinfo.ZoneInfo(zone)).date()


def parse_date(text: str) -> dt.date | None:
    """A date written as 2026-11-23 that a diary may hold, else None."""
    try:
        date = dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
    return date if date >= EARLIEST else None
