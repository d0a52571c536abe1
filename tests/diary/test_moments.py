"""Time at its edges: midnight, the two nights on which the clocks change, and trips."""

import datetime as dt

import pytest

from diary.models import Episode
from diary.moments import (
    RepeatedTime,
    SkippedTime,
    at_wall_clock,
    moment,
    parse_date,
    some_time_on,
    today_in,
    zone_or,
)

BERLIN = "Europe/Berlin"
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)


def utc(text: str) -> dt.datetime:
    """2026-11-23T20:40 in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "zone", "date", "offset"),
    [
        ("2026-11-23T22:59:59", BERLIN, "2026-11-23", 60),
        ("2026-11-23T23:00:00", BERLIN, "2026-11-24", 60),
        ("2026-07-01T21:59:59", BERLIN, "2026-07-01", 120),
        ("2026-07-01T22:00:00", BERLIN, "2026-07-02", 120),
        ("2026-11-23T23:00:00", "America/New_York", "2026-11-23", -300),
        ("2026-11-23T14:59:59", "Asia/Tokyo", "2026-11-23", 540),
        ("2026-11-23T15:00:00", "Asia/Tokyo", "2026-11-24", 540),
        ("2026-11-23T18:15:00", "Asia/Kathmandu", "2026-11-24", 345),
    ],
)
def test_the_date_is_the_one_where_the_person_is(at: str, zone: str, date: str, offset: int) -> None:
    found = moment(utc(at), zone)
    assert (str(found.date), found.offset_minutes, found.at) == (date, offset, utc(at))
    assert found.local.date() == found.date


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"])
@pytest.mark.parametrize("date", [SPRING, AUTUMN, dt.date(2026, 12, 31)], ids=str)
def test_each_minute_around_midnight_has_the_date_that_its_clock_shows(date: dt.date, zone: str) -> None:
    midnight = at_wall_clock(date + dt.timedelta(days=1), dt.time(0), zone).at
    for minute in range(-60, 60):
        found = moment(midnight + dt.timedelta(minutes=minute), zone)
        assert found.date == date + dt.timedelta(days=minute >= 0)
        assert found.local.minute == minute % 60


@pytest.mark.parametrize(
    ("date", "hours"), [(SPRING, 23), (AUTUMN, 25), (dt.date(2026, 11, 23), 24)], ids=["spring", "autumn", "plain"]
)
def test_a_day_has_23_24_or_25_hours(date: dt.date, hours: int) -> None:
    first = at_wall_clock(date, dt.time(0), BERLIN)
    last = at_wall_clock(date + dt.timedelta(days=1), dt.time(0), BERLIN)
    assert last.at - first.at == dt.timedelta(hours=hours)


@pytest.mark.parametrize(("date", "hours"), [("2026-03-08", 23), ("2026-11-01", 25)], ids=["spring", "autumn"])
def test_new_york_changes_on_other_nights(date: str, hours: int) -> None:
    day = dt.date.fromisoformat(date)
    first, last = (at_wall_clock(day + dt.timedelta(days=n), dt.time(0), "America/New_York").at for n in (0, 1))
    assert last - first == dt.timedelta(hours=hours)
    with pytest.raises(SkippedTime if hours == 23 else RepeatedTime):
        at_wall_clock(day, dt.time(2 if hours == 23 else 1, 30), "America/New_York")


@pytest.mark.parametrize("minute", ["02:00", "02:30", "02:59"])
def test_a_skipped_time_says_from_when_to_when(minute: str) -> None:
    with pytest.raises(SkippedTime) as caught:
        at_wall_clock(SPRING, dt.time.fromisoformat(minute), BERLIN)
    assert (caught.value.before, caught.value.after) == (dt.time(2), dt.time(3))


def test_the_minutes_beside_the_gap_exist() -> None:
    assert at_wall_clock(SPRING, dt.time(1, 59), BERLIN).at == utc("2026-03-29T00:59")
    assert at_wall_clock(SPRING, dt.time(3), BERLIN).at == utc("2026-03-29T01:00")


def test_a_gap_of_half_an_hour() -> None:
    with pytest.raises(SkippedTime) as caught:
        at_wall_clock(dt.date(2026, 10, 4), dt.time(2, 15), "Australia/Lord_Howe")
    assert (caught.value.before, caught.value.after) == (dt.time(2), dt.time(2, 30))


def test_half_an_hour_that_comes_twice() -> None:
    night = dt.date(2026, 4, 5)
    with pytest.raises(RepeatedTime):
        at_wall_clock(night, dt.time(1, 45), "Australia/Lord_Howe")
    first, second = (
        at_wall_clock(night, dt.time(1, 45), "Australia/Lord_Howe", second=second) for second in (False, True)
    )
    assert (first.offset_minutes, second.offset_minutes) == (660, 630)
    assert second.at - first.at == dt.timedelta(minutes=30)
    assert at_wall_clock(night, dt.time(1, 29), "Australia/Lord_Howe").offset_minutes == 660


def test_a_trip_changes_no_entry() -> None:
    evening = moment(utc("2026-11-23T22:30"), BERLIN)
    assert (str(evening.date), evening.local.hour) == ("2026-11-23", 23)
    # The same moment, looked at after the flight to Tokyo, where the day is another one.
    assert today_in("Asia/Tokyo", evening.at) == dt.date(2026, 11, 24)
    assert (str(evening.date), evening.local.hour) == ("2026-11-23", 23)


def test_over_the_date_line_a_day_comes_twice_or_not_at_all() -> None:
    before = moment(utc("2026-11-24T08:00"), "Pacific/Kiritimati")
    after = moment(utc("2026-11-24T09:00"), "Pacific/Pago_Pago")
    assert (str(before.date), str(after.date)) == ("2026-11-24", "2026-11-23")
    assert before.at < after.at


def test_an_episode_that_runs_past_midnight_belongs_to_the_day_it_began_on() -> None:
    episode = Episode(duration_seconds=3600)
    episode.moment = at_wall_clock(dt.date(2026, 11, 23), dt.time(23, 30), BERLIN)
    assert str(episode.local_date) == "2026-11-23"
    assert episode.ended_at == utc("2026-11-23T23:30")
    assert str(moment(utc("2026-11-23T23:30"), BERLIN).date) == "2026-11-24"


def test_an_hour_is_an_hour_on_the_night_when_the_clocks_change() -> None:
    episode = Episode(duration_seconds=3600)
    episode.moment = at_wall_clock(AUTUMN, dt.time(2, 30), BERLIN, second=False)
    assert episode.ended_at == at_wall_clock(AUTUMN, dt.time(2, 30), BERLIN, second=True).at
    episode.moment = at_wall_clock(SPRING, dt.time(1, 30), BERLIN)
    assert episode.ended_at == at_wall_clock(SPRING, dt.time(3, 30), BERLIN).at


def test_without_a_time_of_day_there_is_no_end() -> None:
    episode = Episode(duration_seconds=3600, start_time_known=False)
    episode.moment = some_time_on(dt.date(2026, 11, 23), BERLIN)
    assert episode.ended_at is None


def test_an_entry_of_ten_years_ago_has_the_offset_of_its_time() -> None:
    assert at_wall_clock(dt.date(2016, 7, 1), dt.time(8), BERLIN).at == utc("2016-07-01T06:00")
    # Moscow was four hours ahead until October 2014, and is three since.
    assert at_wall_clock(dt.date(2013, 12, 1), dt.time(8), "Europe/Moscow").offset_minutes == 240
    assert at_wall_clock(dt.date(2016, 12, 1), dt.time(8), "Europe/Moscow").offset_minutes == 180


@pytest.mark.parametrize(("date", "zone"), [(dt.date.min, "Asia/Tokyo"), (dt.date.max, "America/New_York")])
def test_before_the_first_and_after_the_last_year_there_is_no_time(date: dt.date, zone: str) -> None:
    with pytest.raises(OverflowError):
        at_wall_clock(date, dt.time(0) if date == dt.date.min else dt.time(23), zone)


def test_a_repeated_time_must_be_chosen() -> None:
    with pytest.raises(RepeatedTime):
        at_wall_clock(AUTUMN, dt.time(2, 30), BERLIN)
    first = at_wall_clock(AUTUMN, dt.time(2, 30), BERLIN, second=False)
    second = at_wall_clock(AUTUMN, dt.time(2, 30), BERLIN, second=True)
    assert (first.at, first.offset_minutes) == (utc("2026-10-25T00:30"), 120)
    assert (second.at, second.offset_minutes) == (utc("2026-10-25T01:30"), 60)
    assert first.local.time() == second.local.time() == dt.time(2, 30)


def test_noon_stands_for_an_unknown_time_on_every_kind_of_day() -> None:
    for date in (SPRING, AUTUMN, dt.date(1900, 1, 1)):
        assert some_time_on(date, BERLIN).local.replace(tzinfo=None) == dt.datetime.combine(date, dt.time(12))


def test_a_day_that_a_country_left_out_keeps_its_date() -> None:
    assert some_time_on(dt.date(2011, 12, 30), "Pacific/Apia").date == dt.date(2011, 12, 30)


def test_today_differs_around_the_world() -> None:
    now = utc("2026-11-23T11:00")
    assert str(today_in("Pacific/Kiritimati", now)) == "2026-11-24"
    assert str(today_in("Pacific/Pago_Pago", now)) == "2026-11-23"


@pytest.mark.parametrize("name", ["", None, "Mars/Olympus", "../etc/passwd", "Europe/Berlin\x00", "localtime"])
def test_only_zones_that_exist(name: str | None) -> None:
    assert zone_or(name, "UTC") == "UTC"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-11-23", dt.date(2026, 11, 23)),
        (" 2026-11-23 ", dt.date(2026, 11, 23)),
        ("1900-01-01", dt.date(1900, 1, 1)),
        ("1899-12-31", None),
        ("0001-01-01", None),
        ("0000-01-01", None),
        ("-001-01-01", None),
        ("9999-12-31", dt.date(9999, 12, 31)),
        ("10000-01-01", None),
        ("２０２６-11-23", None),
        ("1e308", None),
        ("NaN", None),
        ("2026-11-23T00:00", None),
        ("2026-02-30", None),
        ("23.11.2026", None),
        ("garbage\x00", None),
        ("", None),
    ],
)
def test_dates_that_a_diary_may_hold(text: str, date: dt.date | None) -> None:
    assert parse_date(text) == date
