"""Time at its edges: midnight, the two nights on which the clocks change, and trips."""

import datetime as dt

import pytest

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


@pytest.mark.parametrize(
    ("date", "hours"), [(SPRING, 23), (AUTUMN, 25), (dt.date(2026, 11, 23), 24)], ids=["spring", "autumn", "plain"]
)
def test_a_day_has_23_24_or_25_hours(date: dt.date, hours: int) -> None:
    first = at_wall_clock(date, dt.time(0), BERLIN)
    last = at_wall_clock(date + dt.timedelta(days=1), dt.time(0), BERLIN)
    assert last.at - first.at == dt.timedelta(hours=hours)


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
        ("2026-02-30", None),
        ("23.11.2026", None),
        ("garbage\x00", None),
        ("", None),
    ],
)
def test_dates_that_a_diary_may_hold(text: str, date: dt.date | None) -> None:
    assert parse_date(text) == date
