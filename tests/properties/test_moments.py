"""What holds for every moment and zone."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from diary.moments import RepeatedTime, SkippedTime, at_wall_clock, moment, zone_names

ZONES = st.sampled_from(sorted(zone_names()))
# Since 1973: until then some zones were ahead of UTC by odd seconds, and a diary keeps whole minutes.
TIMES = st.integers(94_694_400, 2_145_830_400).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC))


@given(TIMES, ZONES)
def test_a_moment_read_off_the_wall_is_the_same_moment(at: dt.datetime, zone: str) -> None:
    there = moment(at, zone)
    wall = there.local
    found = [at_wall_clock(wall.date(), wall.time(), zone, second=second).at for second in (False, True)]
    assert there.at in found


@given(st.dates(min_value=dt.date(1973, 1, 2), max_value=dt.date(2037, 12, 30)), st.times(), ZONES)
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
