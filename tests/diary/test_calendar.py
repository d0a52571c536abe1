"""The month calendar: three kinds of day, strongest twitch, sums in words, months before and after."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from diary.day_words import month_sentence, span_words
from diary.models import Day, Diarist
from diary.months import Month, month_view, weeks_of
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_days import mark, nov, text_of

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def cells(response: Any) -> dict[str, tuple[str, str]]:
    """The words and classes of each day that is a link, by its address."""
    links = re.findall(
        r'<a\s+class="cell([^"]*)"\s+href="/\?date=([^"]+)"[^>]*>(.*?)</a>',
        response.content.decode(),
        re.DOTALL,
    )
    return {date: (text_of(words), classes.strip()) for classes, date, words in links}


@pytest.fixture
def _november(alice: Diarist) -> None:
    """Begun on the 2nd; today is the 23rd."""
    episode_at(alice, "2026-11-02", "23:59", strength=1)
    episode_at(alice, "2026-11-05", "00:00", strength=2)
    episode_at(alice, "2026-11-05", "12:00", strength=4)
    episode_at(alice, "2026-11-05", "13:00")
    episode_at(alice, "2026-11-06", "13:00")
    mark(alice, nov(3), nov(20))
    Day.objects.create(diarist=alice, date=nov(21), caffeine_mg=90)


@pytest.mark.usefixtures("_november")
class TestMonth:
    def test_each_kind_of_day_in_words_and_shape(self, as_alice: Client) -> None:
        days = cells(as_alice.get("/days/calendar/"))
        assert days["2026-11-02"] == ("2 1 twitches, strongest: felt only", "twitch l1")
        assert days["2026-11-03"] == ("3 recorded, no twitches", "clear")
        assert days["2026-11-04"] == ("4 not recorded", "open")
        assert days["2026-11-05"] == ("5 4 twitches, strongest: stops what I do", "twitch l4")
        assert days["2026-11-06"] == ("6 twitches, strength not entered", "twitch l0")
        assert days["2026-11-21"] == ("21 not recorded", "open")

    def test_before_the_diary_today_and_the_future_are_not_missed(self, as_alice: Client) -> None:
        response = as_alice.get("/days/calendar/")
        days = cells(response)
        assert days["2026-11-01"] == ("1 no entry", "")
        assert days["2026-11-23"] == ("23 today, nothing recorded yet", "")
        assert len(days) == 23
        html = response.content.decode()
        assert html.count('<span class="cell future">') == 7
        assert len(re.findall('aria-current="date"', html)) == 1

    def test_the_sums(self, as_alice: Client) -> None:
        text = text_of(as_alice.get("/days/calendar/").content.decode())
        assert "Twitches on 3 days, 2 recorded without, 16 not recorded." in text
        assert "Your diary begins on 2 November." in text

    def test_the_missed_days_can_be_filled_in(self, as_alice: Client) -> None:
        html = as_alice.get("/days/calendar/").content.decode()
        assert 'href="/days/fill/?since=2026-11-09&amp;until=2026-11-22"' in html
        assert "days/fill" not in as_alice.get("/days/calendar/?month=2026-10").content.decode()

    def test_the_table_can_be_read_aloud(self, as_alice: Client) -> None:
        html = as_alice.get("/days/calendar/").content.decode()
        (caption,) = re.findall(r"<caption.*?</caption>", html, re.DOTALL)
        assert text_of(caption) == "November 2026: what was recorded on each day"
        heads = re.findall(r'<th scope="col">.*?</th>', html, re.DOTALL)
        assert [text_of(head) for head in heads] == [
            "Sun Sunday",
            "Mon Monday",
            "Tue Tuesday",
            "Wed Wednesday",
            "Thu Thursday",
            "Fri Friday",
            "Sat Saturday",
        ]

    def test_the_week_begins_where_the_reader_has_it(self, as_alice: Client) -> None:
        with translation.override("en"):
            assert next(weeks_of(Month(2026, 11)))[0] == nov(1)
        with translation.override("de"):
            assert next(weeks_of(Month(2026, 11)))[0] == dt.date(2026, 10, 26)

    def test_the_neighbours(self, as_alice: Client) -> None:
        html = as_alice.get("/days/calendar/?month=2026-10").content.decode()
        assert 'href="/days/calendar/?month=2026-09"' in html
        assert 'href="/days/calendar/?month=2026-11"' in html
        assert "This is before your diary begins." in text_of(html)
        assert "month=2026-12" not in as_alice.get("/days/calendar/").content.decode()
        first = as_alice.get("/days/calendar/?month=1900-01").content.decode()
        assert "month=1899-12" not in first
        assert "January 1900" in first

    def test_three_queries_of_its_own_whatever_the_month_holds(self, alice: Diarist) -> None:
        for month in (Month(2026, 11), Month(2016, 1)):
            with CaptureQueriesContext(connection) as captured:
                month_view(alice, month, TODAY)
            assert len(captured) == 3

    def test_a_stranger_sees_nothing(self, as_charlie: Client) -> None:
        response = as_charlie.get("/days/calendar/")
        assert {classes for _, classes in cells(response).values()} == {""}
        assert "Nothing is recorded yet." in text_of(response.content.decode())


class TestOtherMonths:
    def test_ten_years_ago(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2016-02-29", "23:59", strength=3)
        response = as_alice.get("/days/calendar/?month=2016-02")
        assert cells(response)["2016-02-29"] == ("29 3 twitches, strongest: moves the part", "twitch l3")
        text = text_of(response.content.decode())
        assert "Twitches on 1 day, 0 recorded without, 0 not recorded." in text

    def test_a_whole_month_of_the_past(self, alice: Diarist) -> None:
        mark(alice, dt.date(2026, 9, 30))
        for day in range(1, 10):
            episode_at(alice, f"2026-10-{day:02}", strength=2)
        mark(alice, *(dt.date(2026, 10, day) for day in range(10, 22)))
        view = month_view(alice, Month(2026, 10), TODAY)
        assert month_sentence(view) == "Twitches on 9 days, 12 recorded without, 10 not recorded."
        assert [len(week) for week in view.weeks] == [7] * 5
        assert view.weeks[0][:4] == [None] * 4

    def test_the_date_at_midnight_is_that_of_the_person(self, as_alice: Client) -> None:
        with time_machine.travel("2026-11-30T23:30:00Z", tick=False):
            html = as_alice.get("/days/calendar/").content.decode()
        assert "December 2026" in html

    def test_a_day_of_tomorrow_logged_on_a_journey_is_no_dead_end(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-24", "08:00", strength=2)
        assert cells(as_alice.get("/days/calendar/"))["2026-11-24"] == (
            "24 2 twitches, strongest: seen",
            "twitch l2",
        )

    @pytest.mark.parametrize(
        ("month", "message"),
        [
            ("garbage", "This is not a month. Write it like 2026-11."),
            ("2026-13", "This is not a month. Write it like 2026-11."),
            ("2026-00", "This is not a month. Write it like 2026-11."),
            ("2026-1", "This is not a month. Write it like 2026-11."),
            ("２０２６-１１", "This is not a month. Write it like 2026-11."),
            ("x" * 5000, "This is not a month. Write it like 2026-11."),
            ("1e308", "This is not a month. Write it like 2026-11."),
            ("0001-01", "The diary begins in 1900. Check the year."),
            ("0000-00", "This is not a month. Write it like 2026-11."),
            ("9999-12", "This month has not come yet."),
            ("2026-12", "This month has not come yet."),
            ("2026-11\x00", "Null characters are not allowed."),
        ],
    )
    def test_garbage(self, as_alice: Client, month: str, message: str) -> None:
        response = as_alice.get("/days/calendar/", {"month": month})
        html = response.content.decode()
        assert response.status_code == 422
        assert f"{message} Here is this month." in text_of(html)
        assert "November 2026" in html
        assert 'aria-describedby="id_month_error"' in html
        if "\x00" not in month:
            assert f'value="{month}"' in html


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-11-12", "2026-11-12", "12 November"),
        ("2026-11-12", "2026-11-14", "12 to 14 November"),
        ("2026-10-30", "2026-11-02", "30 Oct to 2 Nov"),
        ("2025-11-12", "2025-11-14", "12 to 14 November 2025"),
        ("2025-11-30", "2025-12-01", "30 Nov 2025 to 1 Dec 2025"),
        ("2025-12-30", "2026-01-02", "30 Dec 2025 to 2 Jan"),
    ],
)
def test_spans_of_days(first: str, last: str, words: str) -> None:
    assert span_words(dt.date.fromisoformat(first), dt.date.fromisoformat(last), TODAY) == words
