"""What holds for every moment and zone."""

import datetime as dt

from hypothesis import example, given
from hypothesis import strategies as st

from diary.moments import (
    EARLIEST,
    RepeatedTime,
    SkippedTime,
    at_wall_clock,
    moment,
    parse_date,
    some_time_on,
    zone_names,
    zone_or,
)

ZONES = st.sampled_from(sorted(zone_names()))
# Since 1973: until then some zones were ahead of UTC by odd seconds, and a diary keeps whole minutes.
TIMES = st.integers(94_694_400, 2_145_830_400).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC))
DATES = st.dates(min_value=dt.date(1973, 1, 2), max_value=dt.date(2037, 12, 30))


@given(TIMES, ZONES)
def test_a_moment_read_off_the_wall_is_the_same_moment(at: dt.datetime, zone: str) -> None:
    there = moment(at, zone)
    wall = there.local
    found = [at_wall_clock(wall.date(), wall.time(), zone, second=second).at for second in (False, True)]
    assert there.at in found


@given(TIMES, st.integers(0, 10**8), ZONES)
def test_later_is_never_an_earlier_date(at: dt.datetime, seconds: int, zone: str) -> None:
    later = at + dt.timedelta(seconds=seconds)
    assert moment(at, zone).date <= moment(later, zone).date
    assert moment(at, zone).date == moment(at, zone).local.date()


@given(DATES, st.times(), ZONES)
def test_every_time_exists_once_twice_or_not_at_all(date: dt.date, time: dt.time, zone: str) -> None:
    try:
        found = at_wall_clock(date, time, zone)
    except SkippedTime:
        return
    except RepeatedTime:
        first = at_wall_clock(date, time, zone, second=False)
        assert first.at < at_wall_clock(date, time, zone, second=True).at
        return
    assert found.date == date
    assert found.local.replace(tzinfo=None) == dt.datetime.combine(date, time)


@given(DATES, st.times(), ZONES)
@example(dt.date(2026, 3, 29), dt.time(2, 59, 59), "Europe/Berlin")
@example(dt.date(2026, 10, 4), dt.time(2, 15), "Australia/Lord_Howe")
@example(dt.date(2026, 9, 6), dt.time(0, 1), "America/Santiago")
def test_a_skipped_time_lies_between_two_that_exist(date: dt.date, time: dt.time, zone: str) -> None:
    skipped = gap_at(date, time, zone)
    # Where a whole day is left out both edges are the same midnight.
    if skipped is None or skipped.before == skipped.after:
        return
    assert skipped.before <= time < skipped.after
    after = at_wall_clock(date, skipped.after, zone, second=False)
    last = moment(after.at - dt.timedelta(microseconds=1), zone)
    assert last.local.replace(tzinfo=None) < dt.datetime.combine(date, skipped.before)


def gap_at(date: dt.date, time: dt.time, zone: str) -> SkippedTime | None:
    """The gap that `time` lies in."""
    try:
        at_wall_clock(date, time, zone, second=False)
    except SkippedTime as skipped:
        return skipped
    return None


@given(st.dates(min_value=EARLIEST, max_value=dt.date(9999, 12, 30)), ZONES)
@example(dt.date(2011, 12, 30), "Pacific/Apia")
def test_every_day_can_hold_an_entry_without_a_time(date: dt.date, zone: str) -> None:
    assert some_time_on(date, zone).date == date


@given(st.text())
@example("2026-11-23\x00")
@example("٢٠٢٦-١١-٢٣")
def test_any_text_is_a_date_or_none(text: str) -> None:
    date = parse_date(text)
    assert date is None or date >= EARLIEST
    assert zone_or(text, "UTC") in zone_names()


@given(st.dates())
def test_a_date_is_read_as_it_is_written(date: dt.date) -> None:
    assert parse_date(date.isoformat()) == (date if date >= EARLIEST else None)


@given(st.datetimes(timezones=st.just(dt.UTC)), ZONES)
def test_what_lies_outside_the_calendar_is_said(at: dt.datetime, zone: str) -> None:
    try:
        there = moment(at, zone)
    except OverflowError:
        assert at.year in {1, 9999}
        return
    assert abs(there.local.replace(tzinfo=None) - at.replace(tzinfo=None)) <= dt.timedelta(hours=26)
