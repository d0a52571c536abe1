"""The list of days: what each day says, gaps, pages, filter and search."""

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diary import body
from diary.forms.days import known_places
from diary.history import (
    Filter,
    first_recorded,
    first_written,
    missed_days,
    page_of_days,
    recorded_dates,
    used_places,
)
from diary.models import Day, Diarist, Episode, SignCheck
from diary.shelf import shelf
from tests.conftest import NOW
from tests.diary.diaries import episode_at

HTMX = {"HX-Request": "true"}
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def nov(day: int) -> dt.date:
    """A day of November 2026."""
    return dt.date(2026, 11, day)


def text_of(html: str) -> str:
    """The words of a piece of a page, with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def blocks(response: Any) -> list[str]:
    """The words of each day of the list."""
    return [text_of(block) for block in re.findall(r"<article.*?</article>", response.content.decode(), re.DOTALL)]


def options(response: Any) -> list[tuple[str, str, str]]:
    """Value, "selected" or "", and words of everything that can be chosen in the filter."""
    found = re.findall(r'<option value="([^"]*)"\s*(\w*)\s*>(.*?)</option>', response.content.decode(), re.DOTALL)
    return [(value, state, text_of(words)) for value, state, words in found]


def gaps(response: Any) -> list[str]:
    """The words of each run of days that were not recorded."""
    return [
        text_of(block) for block in re.findall(r'<p class="gap">.*?</p>', response.content.decode(), re.DOTALL)
    ]


def mark(diarist: Diarist, *dates: dt.date) -> None:
    """Days marked "no twitches"."""
    for date in dates:
        Day.objects.create(diarist=diarist, date=date, no_twitches=True)


def dates_of(diarist: Diarist, wanted: Filter, before: dt.date | None = None) -> list[dt.date]:
    """The dates of a page."""
    return [day.date for day in page_of_days(diarist, wanted, before=before, today=TODAY).days]


class TestDay:
    def test_everything_that_was_entered_is_said(self, as_alice: Client, alice: Diarist) -> None:
        late = episode_at(
            alice,
            "2026-11-22",
            "21:40",
            strength=3,
            duration_seconds=4800,
            how_often=3,
            at_rest=True,
            note="In bed",
        )
        episode_at(alice, "2026-11-22", "08:05", location="lid_lower", side="right")
        Day.objects.create(
            diarist=alice,
            date=nov(22),
            sleep_hours=Decimal("6.5"),
            sleep_quality=2,
            caffeine_mg=180,
            exercise_minutes=0,
            note="Deadline",
        )
        response = as_alice.get("/days/")
        assert blocks(response) == [
            (
                "Sunday 22 November 2 entries "
                "21:40 Left calf moves the part · 1 h 20 min · all the time · at rest In bed 3 "
                "08:05 Right lower eyelid ? "
                "Slept 6 h 30 · Slept so-so · Caffeine 180 mg · Exercise: none Deadline"
            )
        ]
        html = response.content.decode()
        assert f'href="/episodes/{late.pk}/"' in html
        assert 'href="/?date=2026-11-22"' in html
        assert re.search(r'<a class="tab" href="/days/" aria-current="page"', html)

    def test_none_is_said_and_not_entered_is_absent(self, as_alice: Client, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=nov(22), no_twitches=True, alcohol_units=0, heat=False)
        assert blocks(as_alice.get("/days/")) == [
            "Sunday 22 November No twitches Alcohol: none · No heat or heavy sweating"
        ]

    def test_context_alone_is_no_recorded_day_but_is_shown(self, as_alice: Client, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=nov(22), caffeine_mg=90)
        response = as_alice.get("/days/")
        assert blocks(response) == ["Sunday 22 November Not recorded Caffeine 90 mg"]
        assert "kind-open" in response.content.decode()

    def test_the_three_kinds_differ_without_colour(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-23", "09:00")
        mark(alice, nov(22))
        Day.objects.create(diarist=alice, date=nov(21), stress=0)
        html = as_alice.get("/days/").content.decode()
        assert re.findall(r"kind kind-(\w+)", html) == ["twitch", "clear", "open"]

    def test_answers_to_signs(self, as_alice: Client, alice: Diarist) -> None:
        for sign, answer, values in [
            ("jars", "no", {}),
            ("write", "no", {}),
            (
                "stairs",
                "tired_only",
                {"location": "thigh_front", "side": "left", "since_on": nov(3), "course": "same"},
            ),
        ]:
            SignCheck.objects.create(
                diarist=alice, date=nov(20), sign=sign, answer=answer, recorded_at=NOW, **values
            )
        assert blocks(as_alice.get("/days/")) == [
            (
                "Friday 20 November Not recorded Function check and signs "
                "Stairs and chairs: It feels tired, but I can do everything · Front of the left thigh · since "
                "3 Nov · Staying the same “No” to 2 questions Jars, keys and taps Writing and typing"
            )
        ]

    def test_both_sides_of_midnight_in_berlin(self, as_alice: Client, alice: Diarist) -> None:
        before = episode_at(alice, "2026-11-21", "23:59", strength=1)
        after = episode_at(alice, "2026-11-22", "00:00", strength=2)
        assert (after.started_at - before.started_at) == dt.timedelta(minutes=1)
        assert blocks(as_alice.get("/days/")) == [
            "Sunday 22 November 1 entry 00:00 Left calf seen 2",
            "Saturday 21 November 1 entry 23:59 Left calf felt only 1",
        ]

    def test_a_day_keeps_its_date_wherever_it_is_read(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-21", "23:59", strength=1)
        Diarist.objects.update(time_zone="Pacific/Auckland")
        assert blocks(as_alice.get("/days/")) == ["Saturday 21 November 1 entry 23:59 Left calf felt only 1"]

    def test_an_episode_without_a_time_shows_none(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-21", "12:00", start_time_known=False, duration_seconds=600)
        assert blocks(as_alice.get("/days/")) == ["Saturday 21 November 1 entry – Left calf 10 min ?"]

    def test_typed_text_stays_text(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-21", note="<script>alert(1)</script> 😀 שלום")
        html = as_alice.get("/days/").content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt; 😀 שלום" in html
        assert "<script>alert" not in html

    def test_the_lines_of_a_note_are_kept(self, as_alice: Client, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=nov(22), note="one\ntwo <b>")
        assert "one<br>two &lt;b&gt;" in as_alice.get("/days/").content.decode()

    def test_more_than_eight_entries_are_counted_not_listed(self, as_alice: Client, alice: Diarist) -> None:
        for minute in range(23):
            episode_at(alice, "2026-11-21", f"10:{minute:02}", strength=1)
        (block,) = blocks(as_alice.get("/days/"))
        assert block.startswith("Saturday 21 November 23 entries 10:22 Left calf")
        assert block.count("felt only") == 8
        assert block.endswith("15 more on this day")

    def test_forty_spots(self, as_alice: Client, alice: Diarist) -> None:
        places = [(place.id, side) for place in body.LOCATIONS.values() for side in place.sides][:40]
        for number, (location, side) in enumerate(places):
            episode_at(alice, f"2026-11-{1 + number % 20:02}", location=location, side=side)
        html = as_alice.get("/days/").content.decode()
        assert html.count("<option") == 1 + 40 + 5
        assert used_places(alice) == sorted(places, key=lambda place: list(body.LOCATIONS).index(place[0]))


class TestGaps:
    def test_runs_of_open_days_are_one_line(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-20", strength=1)
        mark(alice, nov(18), nov(14))
        response = as_alice.get("/days/")
        assert gaps(response) == [
            "2 days not recorded: 21 to 22 November Fill in 21 to 22 November",
            "1 day not recorded: 19 November Fill in 19 November",
            "3 days not recorded: 15 to 17 November Fill in 15 to 17 November",
        ]
        assert "/days/fill/?since=2026-11-15&amp;until=2026-11-17" in response.content.decode()

    def test_a_gap_over_two_months_and_two_years(self, as_alice: Client, alice: Diarist) -> None:
        mark(alice, nov(22), dt.date(2026, 10, 29), dt.date(2025, 12, 30))
        response = as_alice.get("/days/")
        assert [gap.split(" Fill in")[0] for gap in gaps(response)] == [
            "23 days not recorded: 30 Oct to 21 Nov",
            "302 days not recorded: 31 Dec 2025 to 28 Oct",
        ]
        # Only the newest two weeks can be filled in at once.
        assert "/days/fill/?since=2026-11-08&amp;until=2026-11-21" in response.content.decode()

    def test_today_is_never_missed(self, as_alice: Client, alice: Diarist) -> None:
        mark(alice, nov(22))
        assert gaps(as_alice.get("/days/")) == []

    def test_a_gap_on_the_border_of_two_pages_stands_on_the_second(self, as_alice: Client, alice: Diarist) -> None:
        mark(alice, *(nov(23) - dt.timedelta(days=n) for n in range(14)), nov(5))
        assert gaps(as_alice.get("/days/")) == []
        response = as_alice.get("/days/?before=2026-11-10")
        assert gaps(response) == ["4 days not recorded: 6 to 9 November Fill in 6 to 9 November"]


class TestPages:
    def test_fourteen_days_and_a_link_to_older_ones(self, as_alice: Client, alice: Diarist) -> None:
        mark(alice, *(TODAY - dt.timedelta(days=n) for n in range(30)))
        first = as_alice.get("/days/")
        assert len(blocks(first)) == 14
        assert blocks(first)[-1].startswith("Tuesday 10 November")
        assert 'href="/days/?before=2026-11-10"' in first.content.decode()
        second = as_alice.get("/days/?before=2026-11-10")
        assert blocks(second)[0].startswith("Monday 9 November")
        assert "14 days before Tuesday 10 November, with 0 entries." in text_of(second.content.decode())
        third = as_alice.get("/days/?before=2026-10-27")
        assert len(blocks(third)) == 2
        assert "Older days" not in third.content.decode()
        assert "This is where your diary begins." in third.content.decode()

    def test_htmx_gets_only_the_older_days(self, as_alice: Client, alice: Diarist) -> None:
        mark(alice, *(TODAY - dt.timedelta(days=n) for n in range(20)))
        response = as_alice.get("/days/?before=2026-11-10", headers=HTMX)
        html = response.content.decode()
        assert len(blocks(response)) == 6
        assert "<html" not in html
        assert "Filter and search" not in html
        assert html.count("autofocus") == 1
        assert "HX-Push-Url" not in response.headers

    def test_going_back_in_the_browser_gets_the_whole_page(self, as_alice: Client, alice: Diarist) -> None:
        mark(alice, nov(22))
        response = as_alice.get("/days/", headers=HTMX | {"HX-History-Restore-Request": "true"})
        assert "<html" in response.content.decode()

    def test_ten_years_old(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2016-11-24", "23:59", strength=4)
        assert blocks(as_alice.get("/days/")) == [
            "Thursday 24 November 2016 1 entry 23:59 Left calf stops what I do 4"
        ]
        assert gaps(as_alice.get("/days/"))[0].startswith("3650 days not recorded: 25 Nov 2016 to 22 Nov Fill in")

    def test_an_empty_diary_says_what_to_do(self, as_alice: Client) -> None:
        html = as_alice.get("/days/").content.decode()
        assert "Nothing is written down yet" in html
        assert "Write down today" in html
        assert "Filter and search" not in html

    def test_a_stranger_sees_nothing(self, as_charlie: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-22", note="secret")
        assert "Nothing is written down yet" in as_charlie.get("/days/").content.decode()
        html = as_charlie.get("/days/?q=secret").content.decode()
        assert "Nothing in your diary matches." in html
        assert "Left calf" not in html

    def test_signed_out_leads_to_the_sign_in_page(self, client: Client, db: None) -> None:
        for url in ("/days/", "/days/calendar/", "/days/fill/"):
            response = client.get(url)
            assert (response.status_code, response.headers["Location"]) == (
                302,
                f"/accounts/login/?next={url}",
            )

    def test_the_number_of_queries_does_not_grow(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-22", strength=3, note="coffee")
        mark(alice, nov(21))
        urls = [
            "/days/",
            "/days/?location=calf-left",
            "/days/?strength=2",
            "/days/?q=coffee",
            "/days/?before=2026-11-23",
        ]
        few = [queries(as_alice, url) for url in urls]
        for day in range(1, 21):
            for hour in range(10):
                episode_at(alice, f"2026-11-{day:02}", f"{8 + hour:02}:30", strength=hour % 4 + 1, note="coffee")
            Day.objects.create(diarist=alice, date=nov(day), caffeine_mg=90, note="coffee")
            SignCheck.objects.create(diarist=alice, date=nov(day), sign="jars", answer="no", recorded_at=NOW)
        assert [queries(as_alice, url) for url in urls] == few
        assert max(few) <= 10


def queries(client: Client, url: str) -> int:
    """How many queries a page asks that was not kept."""
    shelf.forget()
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


class TestFilter:
    @pytest.fixture(autouse=True)
    def _entries(self, alice: Diarist) -> None:
        episode_at(alice, "2026-11-22", "08:00", strength=1)
        episode_at(alice, "2026-11-22", "09:00", strength=3, note="after 50% of the climb")
        episode_at(alice, "2026-11-21", "08:00", location="lid_lower", side="right", strength=3)
        episode_at(alice, "2026-11-20", "08:00", side="", strength=2, note="Ärger über_den Chef")
        episode_at(alice, "2026-11-19", "08:00", note='quote " and \\ backslash')
        Day.objects.create(diarist=alice, date=nov(18), no_twitches=True, note="Calm ÜBERALL")
        Day.objects.create(diarist=alice, date=nov(21), note="climb with Ann")

    def test_by_place_with_its_side(self, as_alice: Client) -> None:
        response = as_alice.get("/days/?location=calf-left")
        assert blocks(response) == [
            (
                "Sunday 22 November 2 entries 09:00 Left calf moves the part after 50% of the climb 3 "
                "08:00 Left calf felt only 1"
            ),
            "Thursday 19 November 1 entry 08:00 Left calf quote &quot; and \\ backslash ?",
        ]
        text = text_of(response.content.decode())
        assert "Everything that matches: 2 days, with 3 entries." in text
        assert "Clear filter" in text
        assert gaps(response) == []
        assert ("calf-left", "selected", "Left calf") in options(response)

    def test_the_places_are_those_that_were_used(self, as_alice: Client) -> None:
        assert options(as_alice.get("/days/")) == [
            ("", "", "any place"),
            ("lid_lower-right", "", "Right lower eyelid"),
            ("calf", "", "Calf, side not entered"),
            ("calf-left", "", "Left calf"),
            ("", "", "any strength"),
            ("1", "", "1 felt only, or stronger"),
            ("2", "", "2 seen, or stronger"),
            ("3", "", "3 moves the part, or stronger"),
            ("4", "", "4 stops what I do"),
        ]

    def test_by_strength(self, alice: Diarist) -> None:
        assert dates_of(alice, Filter(strength=3)) == [nov(22), nov(21)]
        assert dates_of(alice, Filter(strength=2)) == [nov(22), nov(21), nov(20)]
        (first, _, _) = page_of_days(alice, Filter(strength=2), before=None, today=TODAY).days
        assert [episode.strength for episode in first.episodes] == [3]

    def test_by_place_and_strength(self, alice: Diarist) -> None:
        assert dates_of(alice, Filter("calf", "left", 2)) == [nov(22)]
        assert dates_of(alice, Filter("calf", "right", 2)) == []

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("CLIMB", [nov(22), nov(21)]),
            ("50%", [nov(22)]),
            ("5%0", []),
            ("%", [nov(22)]),
            ("_", [nov(20)]),
            ("über_den", [nov(20)]),
            ("ärger", [nov(20)]),
            ("ÄRGER", [nov(20)]),
            ("Überall", [nov(18)]),
            ("überall", [nov(18)]),
            ('"', [nov(19)]),
            ("'", []),
            ("\\", [nov(19)]),
            ("'; DROP TABLE diary_episode; --", []),
        ],
    )
    def test_words_in_notes(self, alice: Diarist, text: str, found: list[dt.date]) -> None:
        assert dates_of(alice, Filter(text=text)) == found

    def test_a_day_whose_note_is_found_is_shown_whole(self, as_alice: Client) -> None:
        assert blocks(as_alice.get("/days/?q=climb")) == [
            "Sunday 22 November 1 entry 09:00 Left calf moves the part after 50% of the climb 3",
            "Saturday 21 November 1 entry 08:00 Right lower eyelid moves the part 3 climb with Ann",
        ]

    def test_words_and_place(self, alice: Diarist) -> None:
        assert dates_of(alice, Filter("calf", "left", text="climb")) == [nov(22)]
        assert dates_of(alice, Filter("lid_lower", "right", text="climb")) == [nov(21)]
        assert dates_of(alice, Filter("lid_lower", "right", 4, "climb")) == []

    def test_blank_words_filter_nothing(self, as_alice: Client) -> None:
        response = as_alice.get("/days/?location=&strength=&q=+++")
        assert response.status_code == 200
        assert len(blocks(response)) == 5

    def test_pages_of_what_is_found(self, as_alice: Client, alice: Diarist) -> None:
        for day in range(1, 31):
            episode_at(alice, f"2026-10-{day:02}", strength=4, note="a & b")
        first = as_alice.get("/days/?strength=4&q=a+%26+b")
        assert "The newest 14 days that match, with 14 entries. There are more." in text_of(first.content.decode())
        (older,) = re.findall(r'href="([^"]*before[^"]*)"', first.content.decode())
        assert older == "/days/?strength=4&amp;q=a+%26+b&amp;before=2026-10-17"
        second = as_alice.get(older.replace("&amp;", "&"))
        assert blocks(second)[0].startswith("Friday 16 October")
        assert "14 days before Saturday 17 October match, with 14 entries." in text_of(second.content.decode())

    def test_nothing_found(self, as_alice: Client) -> None:
        response = as_alice.get("/days/?q=zebra")
        assert response.status_code == 200
        assert "Nothing in your diary matches." in response.content.decode()
        assert blocks(response) == []

    def test_htmx_gets_form_and_list_and_a_short_address(self, as_alice: Client) -> None:
        response = as_alice.get("/days/?location=calf-left&strength=&q=", headers=HTMX)
        html = response.content.decode()
        assert response.headers["HX-Push-Url"] == "/days/?location=calf-left"
        assert "<html" not in html
        assert len(blocks(response)) == 2
        assert 'hx-swap-oob="innerHTML">Everything that matches: 2 days, with 3 entries.' in html

    def test_a_known_place_that_was_never_used_finds_nothing(self, as_alice: Client) -> None:
        response = as_alice.get("/days/?location=tongue-middle")
        assert response.status_code == 200
        assert ("tongue-middle", "selected", "Tongue") in options(response)

    def test_bad_values_are_said_beside_the_field_and_kept(self, as_alice: Client) -> None:
        response = as_alice.get("/days/?location=garbage&strength=9&q=x&before=abc")
        html = response.content.decode()
        text = text_of(html)
        assert response.status_code == 422
        assert "There is no such place in your diary. Choose one of the list." in text
        assert "There is no such strength. Choose one of the list." in text
        assert "“abc”: This is not a date. Write it like 2026-11-23. The list starts at the newest day." in text
        assert {("garbage", "selected", "garbage"), ("9", "selected", "9")} <= set(options(response))
        assert 'value="x"' in html
        assert html.count('aria-invalid="true"') == 2
        assert 'aria-describedby="id_location_error"' in html
        assert len(blocks(response)) == 5

    @pytest.mark.parametrize(
        "query",
        [
            "before=0001-01-01",
            "before=1899-12-31",
            "before=2026-02-30",
            "before=%00",
            "before=" + "9" * 5000,
            "q=%00",
            "q=" + "x" * 101,
            "strength=1e308",
            "strength=NaN",
            "strength=-1",
            "location=calf-middle",
            "location=%F0%9F%98%80",
            "location=calf%00",
            "location=" + "x" * 5000,
        ],
    )
    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_garbage_is_never_a_crash(self, as_alice: Client, query: str, headers: dict[str, str]) -> None:
        response = as_alice.get(f"/days/?{query}", headers=headers)
        assert response.status_code == 422
        assert re.search('class="error"|role="alert"', response.content.decode())

    @pytest.mark.parametrize("query", ["before=9999-12-31", "before=1900-01-01", "page=abc", "q=שלום😀"])
    def test_odd_but_harmless(self, as_alice: Client, query: str) -> None:
        assert as_alice.get(f"/days/?{query}").status_code == 200

    def test_every_place_of_the_body_can_be_looked_for(self, as_alice: Client) -> None:
        places = known_places()
        assert len(places) == sum(1 + len(place.sides) for place in body.LOCATIONS.values())
        assert places["lid_upper-left"] == ("lid_upper", "left")


class TestMissedDays:
    def test_nothing_is_missed_in_an_empty_diary(self, alice: Diarist) -> None:
        assert missed_days(alice, TODAY) == []
        Day.objects.create(diarist=alice, date=nov(10), caffeine_mg=90)
        assert missed_days(alice, TODAY) == []

    def test_since_the_first_recorded_day_and_without_today(self, alice: Diarist) -> None:
        episode_at(alice, "2026-11-18", "23:59")
        mark(alice, nov(20))
        Day.objects.create(diarist=alice, date=nov(21), caffeine_mg=90)
        assert missed_days(alice, TODAY) == [nov(19), nov(21), nov(22)]

    def test_fourteen_days_back_when_the_diary_is_older(self, alice: Diarist) -> None:
        mark(alice, dt.date(2016, 11, 1))
        assert missed_days(alice, TODAY) == [nov(9) + dt.timedelta(days=n) for n in range(14)]
        mark(alice, nov(9))
        assert missed_days(alice, TODAY)[0] == nov(10)
        assert missed_days(alice, TODAY, limit=2) == [nov(21), nov(22)]

    def test_only_today_recorded(self, alice: Diarist) -> None:
        mark(alice, TODAY)
        assert missed_days(alice, TODAY) == []

    def test_two_queries_at_most(self, alice: Diarist, charlie: Diarist) -> None:
        mark(charlie, nov(12))
        for day in range(1, 20, 2):
            episode_at(alice, f"2026-11-{day:02}")
        with CaptureQueriesContext(connection) as captured:
            assert missed_days(alice, TODAY) == [
                nov(10),
                nov(12),
                nov(14),
                nov(16),
                nov(18),
                nov(20),
                nov(21),
                nov(22),
            ]
        assert len(captured) <= 2

    def test_recorded_dates_are_the_persons_own(self, alice: Diarist, charlie: Diarist) -> None:
        mark(charlie, nov(12))
        episode_at(alice, "2026-11-11", "00:00")
        assert recorded_dates(alice, nov(1), nov(30)) == {nov(11)}
        assert first_recorded(alice) == nov(11)
        assert first_recorded(charlie) == nov(12)

    def test_the_first_day_with_anything_is_the_persons_own(
        self, alice: Diarist, charlie: Diarist, django_assert_num_queries: Any
    ) -> None:
        assert first_written(alice, None) is None
        for person, date, answer in ((alice, 5, "no"), (alice, 9, "yes"), (charlie, 4, "yes")):
            SignCheck.objects.create(diarist=person, date=nov(date), sign="write", answer=answer, recorded_at=NOW)
        Day.objects.create(diarist=alice, date=nov(10), sleep_hours=7)
        Day.objects.create(diarist=charlie, date=nov(3), sleep_hours=7)
        with django_assert_num_queries(1):
            assert first_written(alice, None) == nov(9)
        assert first_written(alice, nov(12)) == nov(9)
        assert first_written(alice, nov(8)) == nov(8)
        alice.sign_checks.all().delete()
        assert first_written(alice, nov(12)) == nov(10)


class TestScale:
    def test_no_query_reads_more_than_it_shows(self, alice: Diarist) -> None:
        """Ten years, found along an index: neither database sorts the diary to find the newest days."""
        rows = []
        for n in range(600):
            episode = Episode(id=uuid.uuid4(), diarist=alice, location="calf", side="left", recorded_at=NOW)
            episode.started_at, episode.time_zone, episode.utc_offset_minutes = NOW, "UTC", 0
            episode.local_date = TODAY - dt.timedelta(days=n // 2)
            rows.append(episode)
        Episode.objects.bulk_create(rows)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE diary_episode")
        for wanted in (Filter(), Filter("calf", "left")):
            with CaptureQueriesContext(connection) as captured:
                page_of_days(alice, wanted, before=None, today=TODAY)
            plan = explain(captured[0]["sql"])
            assert "index" in plan.lower()
            assert "sort" not in plan.lower()
            assert "temp b-tree" not in plan.lower()


def explain(sql: str) -> str:
    """How the database finds the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if connection.vendor == 'sqlite' else 'EXPLAIN'} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
