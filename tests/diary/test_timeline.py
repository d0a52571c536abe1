"""The page of the timeline: ranges in the address, the paragraph, the table, the file."""

import csv
import datetime as dt
import html
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from diary.models import Day, Diarist, SignCheck
from diary.timeline_rows import forget
from diary.timeline_table import safe
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_days import mark

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    forget()
    with time_machine.travel(NOW, tick=False):
        yield


def text_of(part: str) -> str:
    """The words of a piece of HTML, with single blanks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


def nov(day: int) -> dt.date:
    """A day of November 2026."""
    return dt.date(2026, 11, day)


def ago(days: int) -> str:
    """The date that many days before today."""
    return (TODAY - dt.timedelta(days=days)).isoformat()


def sentences(response: Any) -> str:
    """The paragraph above the figure."""
    (words,) = re.findall(r'<p class="in-words".*?</p>', response.content.decode(), re.DOTALL)
    return text_of(words)


def layout(response: Any) -> dict[str, Any]:
    """The layout of the figure as it was sent."""
    (text,) = re.findall(r'<script id="timeline-data"[^>]*>(.*?)</script>', response.content.decode(), re.DOTALL)
    made: dict[str, Any] = json.loads(text)["layout"]
    return made


def table(response: Any) -> list[list[str]]:
    """The cells of the table in words."""
    (body,) = re.findall(r"<tbody>(.*?)</tbody>", response.content.decode(), re.DOTALL)
    return [
        [text_of(cell) for cell in re.split(r"<t[hd][^>]*>", line)[1:]]
        for line in re.split(r"<tr>", body.strip())[1:]
    ]


def link(response: Any, pk: str) -> str:
    """Where a link with this id leads."""
    (tag,) = re.findall(rf'<a\s+id="{pk}".*?>', response.content.decode(), re.DOTALL)
    return html.unescape(str(re.findall(r'href="([^"]*)"', tag)[0]))


def shown(response: Any) -> tuple[str, str]:
    """First and last day of the figure."""
    meta = layout(response)["meta"]
    return meta["first"], meta["last"]


@pytest.fixture
def diary(alice: Diarist) -> Diarist:
    """Five weeks: a lid that calms down, a calf twice, three days without, some not recorded."""
    for days in (30, 27, 26, 24, 23, 22, 20, 19, 17, 16):
        episode_at(alice, ago(days), location="lid_lower", side="left", strength=2)
    for days in (12, 9, 3):
        episode_at(alice, ago(days), location="lid_lower", side="left", strength=3 if days == 9 else 1)
    episode_at(alice, ago(9), "20:00", strength=4)
    episode_at(alice, ago(2), location="cheek", side="right")
    mark(alice, *(TODAY - dt.timedelta(days=days) for days in (25, 21, 18, 15, 14, 11, 8, 7, 6, 5)))
    Day.objects.create(diarist=alice, date=nov(14), caffeine_mg=90, sleep_hours="6.5")
    SignCheck.objects.create(diarist=alice, date=nov(14), sign="write", answer="yes", recorded_at=NOW)
    return alice


class TestRanges:
    @pytest.mark.parametrize(
        ("query", "first", "last", "level"),
        [
            ("?range=2w", "2026-11-10", "2026-11-23", "episodes"),
            ("?range=3m", "2026-08-25", "2026-11-23", "episodes"),
            ("", "2026-08-25", "2026-11-23", "episodes"),
            ("?range=1y", "2025-11-24", "2026-11-23", "days"),
            ("?range=all", "2026-10-24", "2026-11-23", "episodes"),
            ("?range=2w&until=2026-11-09", "2026-10-27", "2026-11-09", "episodes"),
            ("?range=2w&until=1900-01-03", "1900-01-01", "1900-01-14", "episodes"),
        ],
    )
    def test_the_range_is_in_the_address(
        self, as_alice: Client, diary: Diarist, query: str, first: str, last: str, level: str
    ) -> None:
        response = as_alice.get(f"/timeline/{query}")
        assert shown(response) == (first, last)
        assert layout(response)["meta"]["level"] == level

    def test_ten_years_are_weeks(self, as_alice: Client, diary: Diarist) -> None:
        episode_at(diary, "2016-11-23")
        response = as_alice.get("/timeline/?range=all")
        assert layout(response)["meta"]["level"] == "weeks"
        # The Sunday on which the week of the first entry begins.
        assert shown(response) == ("2016-11-20", "2026-11-23")

    def test_a_diary_that_has_only_begun_shows_two_weeks(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, ago(3))
        assert shown(as_alice.get("/timeline/")) == ("2026-11-10", "2026-11-23")

    def test_earlier_and_later(self, as_alice: Client, diary: Diarist) -> None:
        response = as_alice.get("/timeline/?range=2w&location=calf-left")
        earlier = link(response, "timeline-earlier")
        assert earlier == "/timeline/?range=2w&until=2026-11-09&location=calf-left"
        assert 'id="timeline-later"' not in response.content.decode()
        before = as_alice.get(earlier)
        assert link(before, "timeline-later") == "/timeline/?range=2w&location=calf-left"
        oldest = as_alice.get(link(before, "timeline-earlier"))
        assert shown(oldest) == ("2026-10-13", "2026-10-26")
        assert 'id="timeline-earlier"' not in oldest.content.decode()
        assert 'id="timeline-earlier"' not in as_alice.get("/timeline/?range=all").content.decode()

    def test_a_part_for_htmx_with_the_address(self, as_alice: Client, diary: Diarist) -> None:
        response = as_alice.get("/timeline/?range=2w", headers={"HX-Request": "true"})
        assert response.content.decode().lstrip().startswith('<div id="timeline">')
        assert response.headers["HX-Push-Url"] == "/timeline/?range=2w"

    def test_one_place_alone(self, as_alice: Client, diary: Diarist) -> None:
        response = as_alice.get("/timeline/?range=2w&location=calf-left")
        assert [name for _, name, _ in layout(response)["meta"]["lanes"]] == ["Left calf"]
        assert sentences(response).startswith("Left calf on 1 of 14 days, strongest: stops what I do")
        rows = {line[0]: line for line in table(response)}
        assert rows["14 Nov 2026"][1:3] == ["twitches", "1"]
        assert rows["20 Nov 2026"][1:3] == ["twitches elsewhere only", "–"]

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("range=5w", "“5w”: There is no such range. Choose one of these."),
            ("until=tomorrow", "“tomorrow”: This is not a date. Write it like 2026-11-23."),
            ("until=2026-11-24", "“2026-11-24”: This day has not come yet."),
            ("until=1899-12-31", "“1899-12-31”: The diary begins in 1900. Check the year."),
            ("location=tail-left", "“tail-left”: There is no such place in your diary."),
            ("below=sleep_hours.wine", "There is no such factor. Choose one of these."),
            ("sort=note", "“note”: The table has no such column. Choose one of these."),
            ("sort=--date", "The table has no such column."),
            ("lines=7", "“7”: The table is shown in part or whole."),
            ("range=" + "x" * 5000, "There is no such range."),
        ],
    )
    def test_garbage_says_what_is_wrong(self, as_alice: Client, diary: Diarist, query: str, message: str) -> None:
        response = as_alice.get(f"/timeline/?{query}")
        assert response.status_code == 422
        assert message in text_of(response.content.decode())
        assert shown(response)[1] == "2026-11-23"
        assert as_alice.get(f"/timeline/table.csv?{query}").status_code == 422


def sign_on(diarist: Diarist, date: dt.date, answer: str = "yes") -> None:
    """An answer to one warning sign."""
    SignCheck.objects.create(diarist=diarist, date=date, sign="write", answer=answer, recorded_at=NOW)


class TestBeforeTheFirstTwitch:
    """What was written down before anything was recorded is a part of the diary too."""

    def test_a_warning_sign_alone(self, as_alice: Client, alice: Diarist) -> None:
        sign_on(alice, TODAY)
        response = as_alice.get("/timeline/")
        assert "Nothing is written down yet" not in text_of(response.content.decode())
        assert labels(response)[0] == ("Warning signs", "heading")
        assert table(response)[0][-1] == "Writing and typing"
        assert sentences(response) == "No twitches are written down here in these days."

    def test_the_whole_diary_begins_with_a_sign_and_pages_lead_to_it(
        self, as_alice: Client, alice: Diarist
    ) -> None:
        sign_on(alice, TODAY - dt.timedelta(days=35))
        episode_at(alice, ago(1))
        assert shown(as_alice.get("/timeline/")) == (ago(90), ago(0))
        whole = as_alice.get("/timeline/?range=all")
        assert shown(whole) == (ago(35), ago(0))
        assert table(whole)[-1][-1] == "Writing and typing"
        # Days before the first recorded one are still not missed.
        assert [line[1] for line in table(whole)[2:]] == [""] * 34
        assert sentences(whole).endswith("Recorded: 1 of 2 days, 0 of them without twitches.")
        page = as_alice.get("/timeline/?range=2w")
        for _ in range(2):
            page = as_alice.get(link(page, "timeline-earlier"))
        assert labels(page)[0] == ("Warning signs", "heading")
        assert 'id="timeline-earlier"' not in page.content.decode()

    def test_context_of_long_ago_alone(self, as_alice: Client, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=TODAY - dt.timedelta(days=400), sleep_hours=7)
        whole = as_alice.get("/timeline/?range=all")
        assert shown(whole) == (ago(400), ago(0))
        assert table(as_alice.get("/timeline/?range=all&lines=all"))[-1][5] == "7 h"
        recent = as_alice.get("/timeline/?range=2w")
        assert "Nothing is written down yet" not in text_of(recent.content.decode())
        assert sentences(recent) == "Nothing is recorded in these days."
        assert link(recent, "timeline-earlier") == "/timeline/?range=2w&until=2026-11-09"

    def test_context_of_days_that_were_not_recorded(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, ago(30))
        Day.objects.create(diarist=alice, date=TODAY, sleep_hours=7)
        assert sentences(as_alice.get("/timeline/?range=2w")) == (
            "No twitches are written down here in these days. Recorded: 0 of 14 days, 0 of them without twitches."
        )

    def test_a_sign_that_was_not_there_begins_nothing(self, as_alice: Client, alice: Diarist) -> None:
        sign_on(alice, TODAY - dt.timedelta(days=35), "no")
        assert "Nothing is written down yet" in text_of(as_alice.get("/timeline/").content.decode())
        episode_at(alice, ago(1))
        assert shown(as_alice.get("/timeline/?range=all")) == (ago(13), ago(0))


class TestFactors:
    def test_those_with_values_are_shown_and_can_be_switched(self, as_alice: Client, diary: Diarist) -> None:
        response = as_alice.get("/timeline/?range=2w")
        assert [name for name, kind in labels(response) if kind == "factor"] == ["Sleep", "Caffeine"]
        assert link(response, "below-caffeine_mg") == "/timeline/?range=2w&below=sleep_hours"
        off = as_alice.get("/timeline/?range=2w&below=none")
        assert [name for name, kind in labels(off) if kind == "factor"] == []
        assert link(off, "below-sleep_hours") == "/timeline/?range=2w&below=sleep_hours"
        water = as_alice.get("/timeline/?range=2w&below=water_ml")
        assert [name for name, kind in labels(water) if kind == "factor"] == ["Water"]
        assert link(water, "below-water_ml") == "/timeline/?range=2w&below=none"

    def test_water_in_the_unit_of_the_person(self, as_alice: Client, alice: Diarist) -> None:
        Diarist.objects.update(volume_unit="fl_oz")
        Day.objects.create(diarist=alice, date=nov(20), water_ml=1500)
        response = as_alice.get("/timeline/?range=2w&below=water_ml")
        assert [name for name, kind in labels(response) if kind == "tick"] == ["50 fl oz"]
        assert table(response)[3][-2] == "51 fl oz"

    @pytest.mark.parametrize(
        ("name", "values", "unit", "figure", "cell"),
        [
            ("sleep_hours", ["6.46", "6.46", "6.45", "6.46"], "ml", "Slept 6 h 27", "6 h 27"),
            ("caffeine_mg", [1, 0, 0], "ml", "Caffeine: under 1 mg", "under 1 mg"),
            ("exercise_minutes", [1, 0, 0], "ml", "Exercise: under 1 min", "under 1 min"),
            ("exercise_minutes", [0, 0, 0], "ml", "Exercise: none", "0 min"),
            ("water_ml", [81, 0], "ml", "Water: under 0.1 l", "under 0.1 l"),
            ("water_ml", [1459, 1460], "ml", "Water 1.5 l", "1.5 l"),
            ("water_ml", [1234, 1234], "ml", "Water 1.234 l", "1.234 l"),
            ("water_ml", [2000, 2000], "ml", "Water 2 l", "2 l"),
            ("water_ml", [1459, 1460], "fl_oz", "Water 49 fl oz", "49 fl oz"),
            ("water_ml", [10, 10], "fl_oz", "Water: under 1 fl oz", "under 1 fl oz"),
            ("stress", [1, 2, 2], "ml", "Stress 1.7 of 4", "1.7"),
        ],
    )
    def test_the_figure_and_the_table_say_one_mean(
        self,
        as_alice: Client,
        alice: Diarist,
        name: str,
        values: list[Any],
        unit: str,
        figure: str,
        cell: str,
    ) -> None:
        """A small one is not none."""
        Diarist.objects.update(volume_unit=unit)
        episode_at(alice, "2016-11-23")
        for number, value in enumerate(values):
            Day.objects.create(diarist=alice, date=nov(15 + number), **{name: value})
        response = as_alice.get(f"/timeline/?range=all&below={name}")
        (text,) = re.findall(r'id="timeline-data"[^>]*>(.*?)</script>', response.content.decode(), re.DOTALL)
        (below,) = [trace for trace in json.loads(text)["data"] if trace["meta"]["look"] == "below"]
        assert below["text"] == [f"{figure}, mean of the week"]
        column = ["sleep_hours", "caffeine_mg", "exercise_minutes", "stress", "water_ml"].index(name)
        assert table(response)[1][5 + column] == cell


def labels(response: Any) -> list[tuple[str, str]]:
    """The labels of the axis and their kinds."""
    made = layout(response)
    names = [name.removesuffix("\u2060") for name in made["yaxis"]["ticktext"]]
    return list(zip(names, made["meta"]["labels"], strict=True))


class TestWords:
    def test_the_paragraph(self, as_alice: Client, diary: Diarist) -> None:
        assert sentences(as_alice.get("/timeline/?range=2w")) == (
            "Left lower eyelid on 3 of 14 days, strongest: moves the part, less often than in the 14 days before "
            "(on 9). Also: Left calf on 1, Right cheek on 1. Recorded: 9 of 14 days, 5 of them without twitches."
        )

    def test_nothing_is_compared_with_days_that_were_hardly_recorded(
        self, as_alice: Client, alice: Diarist
    ) -> None:
        for days in range(10):
            episode_at(alice, ago(days), strength=1)
        episode_at(alice, ago(20), strength=1)
        assert sentences(as_alice.get("/timeline/?range=2w")).startswith(
            "Left calf on 10 of 14 days, strongest: felt only. "
        )

    def test_days_before_the_diary_began_do_not_count(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, ago(3))
        assert sentences(as_alice.get("/timeline/?range=1y")) == (
            "Left calf on 1 of 4 days. Recorded: 1 of 4 days, 0 of them without twitches."
        )

    def test_a_quiet_range(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-01-05")
        assert sentences(as_alice.get("/timeline/?range=2w")) == "Nothing is recorded in these days."
        mark(alice, nov(20))
        forget()
        assert sentences(as_alice.get("/timeline/?range=2w")).startswith(
            "No twitches are written down here in these days. Recorded: 1 of 14 days"
        )

    def test_an_empty_diary_says_what_will_be_here(self, as_alice: Client) -> None:
        page = as_alice.get("/timeline/").content.decode()
        assert "Nothing is written down yet" in text_of(page)
        assert "timeline-figure" not in page

    def test_somebody_elses_diary_is_not_seen(self, as_charlie: Client, diary: Diarist) -> None:
        assert "Nothing is written down yet" in text_of(as_charlie.get("/timeline/?range=all").content.decode())
        assert len(read_csv(as_charlie.get("/timeline/table.csv?range=2w"))) == 15
        assert "eyelid" not in as_charlie.get("/timeline/table.csv?range=1y").content.decode()


class TestTable:
    def test_a_line_a_day(self, as_alice: Client, diary: Diarist) -> None:
        response = as_alice.get("/timeline/?range=2w")
        lines = table(response)
        assert len(lines) == 14
        assert lines[0][:3] == ["23 Nov 2026", "", "–"]
        assert lines[1][:3] == ["22 Nov 2026", "not recorded", "–"]
        assert lines[2][:5] == [
            "21 Nov 2026",
            "twitches",
            "1",
            "–",
            "Right cheek 1",
        ]
        assert lines[5][:2] == ["18 Nov 2026", "no twitches"]
        assert lines[9] == [
            "14 Nov 2026",
            "twitches",
            "2",
            "4 stops what I do",
            "Left lower eyelid 1, Left calf 1",
            "6 h 30",
            "90 mg",
            "–",
            "–",
            "–",
            "Writing and typing",
        ]
        assert "Day by day, 10 to 23 November" in text_of(response.content.decode())

    def test_sorted_by_a_link(self, as_alice: Client, diary: Diarist) -> None:
        response = as_alice.get("/timeline/?range=2w")
        assert link(response, "sort-strongest") == "/timeline/?range=2w&sort=-strongest#table"
        by_strength = as_alice.get(link(response, "sort-strongest"))
        assert [line[3] for line in table(by_strength)][:5] == [
            "4 stops what I do",
            "1 felt only",
            "1 felt only",
            "–",
            "–",
        ]
        assert link(by_strength, "sort-strongest") == "/timeline/?range=2w&sort=strongest#table"
        assert by_strength.content.decode().count('aria-sort="descending"') == 1
        assert re.search(r'<details class="card table" id="table"\s+open>', by_strength.content.decode())
        oldest = as_alice.get("/timeline/?range=2w&sort=date")
        assert table(oldest)[0][0] == "10 Nov 2026"
        # What has no value comes last in both directions.
        assert table(as_alice.get("/timeline/?range=2w&sort=sleep_hours"))[0][0] == "14 Nov 2026"
        assert table(as_alice.get("/timeline/?range=2w&sort=-sleep_hours"))[0][0] == "14 Nov 2026"

    def test_a_long_table_shows_its_first_lines_and_the_rest_on_request(
        self, as_alice: Client, diary: Diarist
    ) -> None:
        response = as_alice.get("/timeline/?range=1y")
        assert (len(table(response)), table(response)[0][0]) == (100, "23 Nov 2026")
        assert "Show 265 more lines" in text_of(response.content.decode())
        assert link(response, "all-lines") == "/timeline/?range=1y&lines=all#table"
        whole = as_alice.get(link(response, "all-lines"))
        assert len(table(whole)) == 365
        assert 'id="all-lines"' not in whole.content.decode()
        assert re.search(r'<details class="card table" id="table"\s+open>', whole.content.decode())
        # The first of that order, and not the newest put in order.
        oldest = table(as_alice.get("/timeline/?range=1y&sort=date"))
        assert (len(oldest), oldest[0][0]) == (100, "24 Nov 2025")
        assert table(as_alice.get("/timeline/?range=1y&sort=-date"))[99][0] == table(response)[99][0]
        assert link(whole, "sort-entries") == "/timeline/?range=1y&sort=-entries&lines=all#table"
        # Paper has no link to the rest.
        assert caption(response) == "Day by day, 24 Nov 2025 to 23 Nov, the first 100 of 365 lines"
        assert caption(whole) == "Day by day, 24 Nov 2025 to 23 Nov"
        assert 'id="all-lines"' not in as_alice.get("/timeline/?range=3m").content.decode()

    def test_a_line_a_week(self, as_alice: Client, diary: Diarist) -> None:
        episode_at(diary, "2016-11-23")
        response = as_alice.get("/timeline/?range=all&lines=all")
        lines = table(response)
        assert len(lines) == 523
        assert lines[1][:5] == [
            "15 Nov 2026",
            "twitches on 2 days, 4 without, 1 not recorded",
            "2",
            "1 felt only",
            "Left lower eyelid 1, Right cheek 1",
        ]
        assert 'href="/timeline/?range=2w&amp;until=2026-11-21"' in response.content.decode()
        assert "Week by week" in text_of(response.content.decode())
        assert sum(int(line[2]) for line in lines if line[2] != "–") == diary.episodes.count()

    def test_a_week_of_one_place(self, as_alice: Client, diary: Diarist) -> None:
        episode_at(diary, "2016-11-23")
        response = as_alice.get("/timeline/?range=all&location=lid_lower-left")
        assert [line[1:3] for line in table(response)[1:3]] == [
            ["twitches on 1 day, elsewhere only on 1 day, 4 without, 1 not recorded", "1"],
            # The calf twitched on a day of the eyelid.
            ["twitches on 2 days, 3 without, 2 not recorded", "2"],
        ]
        assert caption(response).startswith("Week by week, Left lower eyelid, 23 Nov 2016 to 23 Nov,")


def caption(response: Any) -> str:
    """The words above the table."""
    (words,) = re.findall(r"<caption.*?</caption>", response.content.decode(), re.DOTALL)
    return text_of(words)


def read_csv(response: Any) -> list[list[str]]:
    """The cells of a file."""
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


class TestFile:
    def test_a_line_a_day_with_three_kinds_of_day(self, as_alice: Client, diary: Diarist) -> None:
        response = as_alice.get("/timeline/table.csv?range=2w")
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert (
            response.headers["Content-Disposition"] == 'attachment; filename="timeline-2026-11-10-2026-11-23.csv"'
        )
        head, *lines = read_csv(response)
        assert head[:5] == ["date", "day", "entries", "strongest from 1 to 4", "spots"]
        assert len(lines) == 14
        assert lines[4] == [
            "2026-11-14",
            "twitches",
            "2",
            "4",
            "Left lower eyelid 1; Left calf 1",
            "6.5",
            "90",
            "",
            "",
            "",
            "Writing and typing",
        ]
        assert {line[1] for line in lines} == {"twitches", "no twitches", "not recorded", ""}

    def test_a_line_a_week(self, as_alice: Client, diary: Diarist) -> None:
        episode_at(diary, "2016-11-23")
        head, *lines = read_csv(as_alice.get("/timeline/table.csv?range=all"))
        assert head[2:5] == ["days with twitches", "days without twitches", "days not recorded"]
        assert lines[-2][:7] == ["2026-11-15", "2026-11-21", "2", "4", "1", "2", "1"]
        assert sum(int(line[5]) for line in lines) == diary.episodes.count()

    def test_a_week_of_one_place(self, as_alice: Client, diary: Diarist) -> None:
        episode_at(diary, "2016-11-23")
        response = as_alice.get("/timeline/table.csv?range=all&location=lid_lower-left")
        head, *lines = read_csv(response)
        assert head[2:6] == [
            "days with twitches",
            "days with twitches elsewhere only",
            "days without twitches",
            "days not recorded",
        ]
        assert lines[-2][:8] == ["2026-11-15", "2026-11-21", "1", "1", "4", "1", "1", "1"]
        assert {len(line) for line in lines} == {len(head)}
        assert response.headers["Content-Disposition"] == (
            'attachment; filename="timeline-lid_lower-left-2016-11-23-2026-11-23.csv"'
        )

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_no_cell_is_a_formula(self, start: str) -> None:
        assert safe(f"{start}1+1") == f"'{start}1+1"
        assert safe("Left calf 1") == "Left calf 1"
