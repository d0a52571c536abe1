"""The figure in numbers: x, y, words, grounds, and the same totals at every level of detail."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

import plotly.graph_objects as go
import pytest

from diary.models import Day, Diarist, SignCheck
from diary.moments import at_wall_clock
from diary.timeline import Ground, Lane, Mark, Picture, Slots, figure, level_of, packed, runs
from diary.timeline_rows import Place, Rows, Span, forget, rows_of
from diary.timeline_words import picture_of
from tests.conftest import BERLIN, NOW
from tests.diary.diaries import episode_at
from tests.diary.test_days import mark

TODAY = dt.date(2026, 11, 23)
EPOCH = dt.datetime.fromisoformat("1970-01-01")
CALF, LID = ("calf", "left"), ("lid_lower", "right")


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    forget()


def nov(day: int) -> dt.date:
    """A day of November 2026."""
    return dt.date(2026, 11, day)


def rows(
    diarist: Diarist,
    first: dt.date,
    last: dt.date = TODAY,
    begins_on: dt.date | None = None,
    place: Place | None = None,
) -> Rows:
    """The rows of a range."""
    return rows_of(diarist, Span(first, last, place), begins_on or first, TODAY)


def drawn(diarist: Diarist, first: dt.date, last: dt.date = TODAY, below: Iterable[str] = ()) -> dict[str, Any]:
    """The figure of a range, accepted by plotly itself and the same after its journey."""
    made = figure(picture_of(rows(diarist, first, last), below, "ml"))
    go.Figure(made)
    assert unpacked(packed(made)) == [trace | {"x": [plain(at) for at in trace["x"]]} for trace in made["data"]]
    return made


def unpacked(sent: dict[str, Any]) -> list[dict[str, Any]]:
    """What static/js/timeline.js makes of the figure that it is sent, with dates in words."""
    return [unpacked_trace(dict(trace)) for trace in sent["data"]]


def unpacked_trace(trace: dict[str, Any]) -> dict[str, Any]:
    """One trace."""
    holder = trace.get("boxes", trace)
    if said := holder.pop("said", None):
        parts = holder["text"]
        rows = [[parts[number] for number in row if number is not None] for row in zip(*said, strict=True)]
        holder["text"] = [" · ".join(row) if row else None for row in rows]
    if trace.get("meta", {}).get("look") == "point":
        trace["marker"] = trace["marker"] | {
            "symbol": [["circle", "square"][n] for n in trace["marker"]["symbol"]]
        }
    if "boxes" not in trace:
        return trace | {"x": dates(trace["x"])}
    boxes = trace.pop("boxes")
    left = dates(boxes["left"])
    right = [
        dt.datetime.fromisoformat(at) + dt.timedelta(minutes=n) for at, n in zip(left, boxes["wide"], strict=True)
    ]
    x, y = [], []
    for start, end, top, bottom in zip(left, right, boxes["top"], boxes["bottom"], strict=True):
        x += [start, short(end), short(end), start, None]
        y += [top, top, bottom, bottom, None]
    texts = boxes.get("text", [])
    spread = {"text": [each for text in texts for each in (text, None, None, None, None)]} if texts else {}
    return trace | {"x": x, "y": y} | spread


def dates(steps: list[int | None]) -> list[Any]:
    """Minutes since the one before, as dates."""
    at, found = EPOCH, []
    for step in steps:
        at += dt.timedelta(minutes=step or 0)
        found.append(None if step is None else short(at))
    return found


def short(at: dt.datetime) -> str:
    """2026-11-23T21:40, 2026-11-23 for midnight."""
    return at.isoformat(timespec="minutes").removesuffix("T00:00")


def plain(at: str | None) -> str | None:
    """Midnight written one way."""
    return at and at.removesuffix("T00:00")


def looks(made: dict[str, Any], look: str) -> list[dict[str, Any]]:
    """The traces that show something."""
    return [trace for trace in made["data"] if trace["meta"]["look"] == look]


def marks(made: dict[str, Any]) -> list[tuple[str, Any, Any, int, str]]:
    """(shape, x of its start, y of its middle, strength, words) of all marks, in the order of time."""
    found = []
    for trace in looks(made, "bar"):
        for n in range(0, len(trace["x"]), 5):
            y = round((trace["y"][n] + trace["y"][n + 2]) / 2, 3)
            found.append(("bar", trace["x"][n], y, trace["meta"]["strength"], trace["text"][n]))
    for trace in looks(made, "point"):
        shapes = [{"circle": "dot", "square": "short"}[symbol] for symbol in trace["marker"]["symbol"]]
        ys = [round(y, 3) for y in trace["y"]]
        found += zip(shapes, trace["x"], ys, trace["meta"]["strengths"], trace["text"], strict=True)
    return sorted(found, key=lambda each: (each[1], each[2]))


def boxes(trace: dict[str, Any]) -> list[tuple[Any, Any, Any, Any]]:
    """(left, right, top, bottom) of every box of a trace."""
    x, y = trace["x"], trace["y"]
    return [(x[n], x[n + 1], y[n], y[n + 2]) for n in range(0, len(x), 5)]


class TestEpisodes:
    def test_an_empty_diary(self, alice: Diarist) -> None:
        made = drawn(alice, nov(10), nov(23), below=["sleep_hours"])
        assert marks(made) == []
        assert made["layout"]["meta"]["lanes"] == []
        (track,) = looks(made, "track")
        assert track["x"][:2] == ["2026-11-10", "2026-11-24"]

    def test_one_day(self, alice: Diarist) -> None:
        episode_at(alice, "2026-11-23", "21:40", strength=2, duration_seconds=7200, at_rest=True)
        made = drawn(alice, nov(23))
        # A heading of 0.75 lanes, then half a lane.
        assert marks(made) == [("bar", "2026-11-23T21:40", 1.25, 2, "seen · 2 h · at rest")]
        (bar,) = looks(made, "bar")
        assert boxes(bar) == [("2026-11-23T21:40", "2026-11-23T23:40", 1.15, 1.35)]
        assert made["layout"]["yaxis"]["ticktext"] == ["Hip, leg and foot\u2060", "Left calf"]
        assert made["layout"]["yaxis"]["tickvals"] == [0.375, 1.25]
        # 1.5 % of room at both ends.
        assert made["layout"]["xaxis"]["range"] == ["2026-11-22T23:38", "2026-11-24T00:21"]

    def test_what_nobody_entered_has_its_own_look(self, alice: Diarist) -> None:
        episode_at(alice, "2026-11-20", "08:00")
        episode_at(alice, "2026-11-21", "09:00", strength=4, duration_seconds=20, duration_is_rough=True)
        episode_at(alice, "2026-11-22", "12:00", strength=1, start_time_known=False)
        made = drawn(alice, nov(10))
        assert marks(made) == [
            ("dot", "2026-11-20T08:00", 1.25, 0, "strength not entered · length not entered"),
            ("short", "2026-11-21T09:00", 1.25, 4, "stops what I do · seconds"),
            ("dot", "2026-11-22T12:00", 1.25, 1, "felt only · length not entered · time not entered"),
        ]
        (whisker,) = looks(made, "whisker")
        assert boxes(whisker)[0][:2] == ("2026-11-22", "2026-11-23")
        # One trace for all, the strongest last and so on top; how large a point is says how strong it was.
        (points,) = looks(made, "point")
        assert points["meta"]["strengths"] == [0, 1, 4]
        assert points["meta"]["times_known"] == [True, False, True]
        assert points["marker"] == {"symbol": ["circle", "circle", "square"], "size": [9, 6, 16]}

    def test_over_midnight(self, alice: Diarist) -> None:
        episode_at(alice, "2026-11-20", "22:00", strength=3, duration_seconds=5 * 3600)
        made = drawn(alice, nov(10))
        (bar,) = looks(made, "bar")
        assert boxes(bar)[0][:2] == ("2026-11-20T22:00", "2026-11-21T03:00")

    def test_days_on_which_the_clocks_change(self, alice: Diarist) -> None:
        episode_at(alice, "2026-03-29", "01:30", strength=2, duration_seconds=4 * 3600)
        for second in (False, True):
            episode = episode_at(alice, "2026-10-25", "12:00", strength=2)
            episode.moment = at_wall_clock(dt.date(2026, 10, 25), dt.time(2, 30), BERLIN, second=second)
            episode.save()
        # The hour that comes twice is there twice; a length is real time, whatever the clock did meanwhile.
        (spring,) = looks(drawn(alice, dt.date(2026, 3, 20), dt.date(2026, 4, 2)), "bar")
        assert boxes(spring)[0][:2] == ("2026-03-29T01:30", "2026-03-29T05:30")
        autumn = marks(drawn(alice, dt.date(2026, 10, 20), dt.date(2026, 11, 2)))
        assert [x for _, x, *_ in autumn] == ["2026-10-25T02:30", "2026-10-25T02:30"]

    def test_an_entry_from_another_time_zone_stands_where_its_clock_stood(self, alice: Diarist) -> None:
        episode = episode_at(alice, "2026-11-20", "12:00", strength=2)
        episode.moment = at_wall_clock(nov(20), dt.time(23, 15), "Pacific/Auckland")
        episode.save()
        assert [x for _, x, *_ in marks(drawn(alice, nov(10)))] == ["2026-11-20T23:15"]

    def test_unordered_and_backfilled_entries_stand_in_their_lanes(self, alice: Diarist) -> None:
        episode_at(alice, "2026-11-20", "10:00", strength=1)
        episode_at(alice, "2026-11-12", "10:00", location="lid_lower", side="right", strength=2)
        episode_at(alice, "2026-11-15", "10:00", strength=1)
        episode_at(alice, "2026-11-16", "10:00", location="cheek", side="left", strength=1)
        made = drawn(alice, nov(10))
        # The face has the first onset; in it the lid comes before the cheek.
        assert [name for _, name, _ in made["layout"]["meta"]["lanes"]] == [
            "Right lower eyelid",
            "Left cheek",
            "Left calf",
        ]
        assert [at for *_, at in made["layout"]["meta"]["lanes"]] == [1.25, 2.25, 4.0]
        assert [(x, y) for _, x, y, *_ in marks(made)] == [
            ("2026-11-12T10:00", 1.25),
            ("2026-11-15T10:00", 4.0),
            ("2026-11-16T10:00", 2.25),
            ("2026-11-20T10:00", 4.0),
        ]

    def test_the_first_onset_may_lie_before_the_range(self, alice: Diarist) -> None:
        episode_at(alice, "2026-01-05", location="cheek", side="left")
        episode_at(alice, "2026-11-15", location="cheek", side="left")
        episode_at(alice, "2026-11-12", location="lid_lower", side="right")
        names = [name for _, name, _ in drawn(alice, nov(10))["layout"]["meta"]["lanes"]]
        assert names == ["Left cheek", "Right lower eyelid"]

    def test_forty_spots(self) -> None:
        lanes = [Lane(f"spot-{n}", f"Spot {n}", f"Part {n // 10}") for n in range(40)]
        when = dt.datetime.fromisoformat("2026-11-20T09:00")
        marks_ = [Mark(n, when, None, n % 5 or None, f"words {n}") for n in range(40)]
        made = figure(Picture(nov(10), TODAY, "episodes", lanes, marks_))
        go.Figure(made)
        heights = [at for *_, at in made["layout"]["meta"]["lanes"]]
        assert heights == sorted(set(heights))
        assert made["layout"]["yaxis"]["range"] == [43.0, 0]
        assert [words for *_, words in sorted(marks(made), key=lambda each: each[2])] == [
            f"words {n}" for n in range(40)
        ]

    def test_no_id_travels(self, alice: Diarist) -> None:
        episode = episode_at(alice, "2026-11-20", "10:00", strength=1)
        assert str(episode.pk) not in json.dumps(drawn(alice, nov(10)))

    def test_a_part_of_a_text_travels_once(self, alice: Diarist) -> None:
        for day, strength, at_rest in ((18, 1, True), (19, 2, None), (20, 2, True)):
            episode_at(alice, f"2026-11-{day}", "10:00", strength=strength, at_rest=at_rest)
        made = drawn(alice, nov(10))
        (sent,) = looks(packed(made), "point")
        assert sent["text"] == ["felt only", "length not entered", "at rest", "seen"]
        assert sent["said"] == [[0, 3, 3], [1, 1, 1], [2, None, 2]]
        (trace,) = looks(made, "point")
        assert trace["text"][1:] == ["seen · length not entered", "seen · length not entered · at rest"]


class TestLongRanges:
    @pytest.fixture
    def decade(self, alice: Diarist) -> Diarist:
        """Four places on many days of three years; every seventh day none, every eleventh not recorded."""
        day = dt.date(2023, 11, 24)
        number = 0
        while day <= TODAY:
            number += 1
            if number % 7 == 0:
                mark(alice, day)
            elif number % 11:
                for place, side in (CALF, LID, ("cheek", "left"), ("shin", ""))[: 1 + number % 4]:
                    episode_at(
                        alice, day.isoformat(), "10:00", location=place, side=side, strength=number % 5 or None
                    )
            day += dt.timedelta(days=1)
        return alice

    def test_the_detail_follows_the_range(self) -> None:
        assert level_of(TODAY - dt.timedelta(days=91), TODAY) == "episodes"
        assert level_of(TODAY - dt.timedelta(days=92), TODAY) == "days"
        assert level_of(TODAY - dt.timedelta(days=730), TODAY) == "days"
        assert level_of(TODAY - dt.timedelta(days=731), TODAY) == "weeks"

    def test_the_totals_are_the_same_at_every_level(
        self, decade: Diarist, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = dt.date(2023, 11, 24)
        totals: dict[str, Any] = {}
        for level in ("episodes", "days", "weeks"):
            monkeypatch.setattr("diary.timeline_rows.level_of", lambda *_, level=level: level)
            forget()
            found = rows(decade, first)
            totals[level] = {
                place: (
                    sum(row.entries for row in found.sums if row.place == place),
                    sum(row.days for row in found.sums if row.place == place),
                    max(row.strongest or 0 for row in found.sums if row.place == place),
                )
                for place in found.places
            } | {"recorded": len(found.twitched), "clear": len(found.clear)}
            made = figure(picture_of(found, [], "ml"))
            if level != "episodes":
                assert sum(int(words.split(" ")[0]) for *_, words in marks(made)) == decade.episodes.count()
            else:
                assert len(marks(made)) == decade.episodes.count()
        assert totals["episodes"] == totals["days"] == totals["weeks"]
        assert totals["weeks"][CALF][0] == decade.episodes.filter(location="calf").count()

    def test_a_day_is_as_long_as_a_day(self, alice: Diarist) -> None:
        for time, strength in (("08:00", 1), ("09:00", 3), ("10:00", None)):
            episode_at(alice, "2026-11-20", time, strength=strength, duration_seconds=60)
        made = drawn(alice, dt.date(2026, 1, 1))
        (bar,) = looks(made, "bar")
        assert boxes(bar)[0][:2] == ("2026-11-20", "2026-11-21")
        assert marks(made) == [("bar", "2026-11-20", 1.25, 3, "3 entries · strongest: moves the part")]

    def test_a_week_is_as_long_as_its_days_with_twitches(self, alice: Diarist) -> None:
        # In English the week begins on a Sunday: the 15th.
        for day in (16, 16, 18, 21):
            episode_at(alice, f"2026-11-{day}", strength=2)
        episode_at(alice, "2026-11-22", location="lid_lower", side="right")
        made = drawn(alice, dt.date(2023, 1, 1))
        assert marks(made) == [
            ("bar", "2026-11-15", 1.25, 2, "4 entries on 3 days · strongest: seen"),
            ("bar", "2026-11-22", 3.0, 0, "1 entry on 1 day · strength not entered"),
        ]
        assert [box[:2] for bar in looks(made, "bar") for box in boxes(bar)] == [
            ("2026-11-22", "2026-11-23"),
            ("2026-11-15", "2026-11-18"),
        ]

    def test_weeks_across_the_turn_of_a_year_and_before_1970(self, alice: Diarist) -> None:
        episode_at(alice, "1901-01-05", strength=1)
        episode_at(alice, "2025-12-31", strength=1)
        episode_at(alice, "2026-01-01", strength=1)
        found = rows(alice, dt.date(1901, 1, 1))
        assert [(row.bucket, row.entries) for row in found.sums] == [
            (dt.date(1900, 12, 30), 1),
            (dt.date(2025, 12, 28), 2),
        ]


class TestGrounds:
    def test_three_kinds_of_day(self, alice: Diarist) -> None:
        episode_at(alice, "2026-11-12")
        mark(alice, nov(13), nov(14), nov(17))
        episode_at(alice, "2026-11-18")
        made = drawn(alice, nov(10))
        (clear,), (open_,) = looks(made, "clear"), looks(made, "open")
        lanes = Slots.of(picture_of(rows(alice, nov(10)), [], "ml")).lanes_end
        assert boxes(clear) == [("2026-11-13", "2026-11-15", 0, lanes), ("2026-11-17", "2026-11-18", 0, lanes)]
        # From the day after the first recorded one to yesterday; here the diary begins on the 10th.
        assert [box[:2] for box in boxes(open_)] == [
            ("2026-11-11", "2026-11-12"),
            ("2026-11-15", "2026-11-17"),
            ("2026-11-19", "2026-11-23"),
        ]

    def test_a_mark_on_a_day_with_twitches_counts_as_twitches(self, alice: Diarist) -> None:
        episode_at(alice, "2026-11-12")
        mark(alice, nov(12))
        assert looks(drawn(alice, nov(10)), "clear") == []

    def test_a_week_without_any_record(self, alice: Diarist) -> None:
        episode_at(alice, "2026-10-20")
        mark(alice, nov(9))
        episode_at(alice, "2026-11-20")
        made = drawn(alice, dt.date(2024, 1, 7))
        assert [box[:2] for trace in looks(made, "clear") for box in boxes(trace)] == [
            ("2026-11-08", "2026-11-15")
        ]
        assert boxes(looks(made, "open")[0])[-2:][0][:2] == ("2026-10-25", "2026-11-08")

    def test_runs(self) -> None:
        days = [(nov(1), "open"), (nov(2), "open"), (nov(3), None), (nov(4), "clear")]
        assert runs(days, 1) == [Ground("open", nov(1), nov(2)), Ground("clear", nov(4), nov(4))]  # type: ignore[arg-type]
        assert runs([], 1) == []
        assert runs([(nov(1), "open")], 7) == [Ground("open", nov(1), nov(7))]


class TestBelow:
    def test_none_is_not_missing(self, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=nov(20), sleep_hours="6.5", caffeine_mg=0)
        Day.objects.create(diarist=alice, date=nov(22), caffeine_mg=400)
        made = drawn(alice, nov(10), below=["sleep_hours", "caffeine_mg"])
        (columns,) = looks(made, "below")
        assert [text for text in columns["text"] if text] == [
            "Slept 6 h 30",
            "Caffeine: none",
            "Caffeine 400 mg",
        ]
        # No lanes: one lane of room, then gap, name, columns; 6.5 of 8 hours; 0.05 below zero.
        sleep, *caffeine = boxes(columns)
        assert sleep == ("2026-11-20T04:48", "2026-11-20T19:12", 2.156, 3.1)
        assert [(top, bottom) for *_, top, bottom in caffeine] == [(5.15, 5.2), (4.05, 5.2)]

    def test_a_week_has_the_mean_of_its_days(self, alice: Diarist) -> None:
        for day, hours in ((16, "6"), (17, "7"), (20, "8.5")):
            Day.objects.create(diarist=alice, date=nov(day), sleep_hours=hours)
        Day.objects.create(diarist=alice, date=dt.date(2026, 1, 7), sleep_hours="4")
        made = drawn(alice, dt.date(2023, 1, 1), below=["sleep_hours"])
        (sleep,) = looks(made, "below")
        assert sleep["x"] == ["2026-01-04", "2026-01-11", None, "2026-11-15", "2026-11-22", None]
        assert sleep["text"][3] == "Slept 7 h 10, mean of the week"
        assert sleep["y"][:2] == [2.5, 2.5]

    def test_weeks_of_several_factors_are_lines_with_a_gap_between(self, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=nov(16), sleep_hours="6", caffeine_mg=100)
        made = drawn(alice, dt.date(2023, 1, 1), below=["sleep_hours", "caffeine_mg"])
        (lines,) = looks(made, "below")
        assert lines["x"] == ["2026-11-15", "2026-11-22", None] * 2
        assert lines["y"][0] < 3.1 < lines["y"][3] < 5.2
        assert lines["text"] == [
            *("Slept 6 h, mean of the week", "Slept 6 h, mean of the week", None),
            *("Caffeine 100 mg, mean of the week", "Caffeine 100 mg, mean of the week", None),
        ]

    def test_signs_stand_on_top_with_their_words(self, alice: Diarist) -> None:
        for sign, answer in (("write", "yes"), ("buttons", "yes"), ("walk", "no"), ("stairs", "unsure")):
            SignCheck.objects.create(diarist=alice, date=nov(21), sign=sign, answer=answer, recorded_at=NOW)
        SignCheck.objects.create(diarist=alice, date=nov(11), sign="walk", answer="yes", recorded_at=NOW)
        (signs,) = looks(drawn(alice, nov(10)), "sign")
        assert signs["x"] == ["2026-11-11T12:00", "2026-11-21T12:00"]
        assert signs["y"] == [0.5, 0.5]
        assert signs["text"][0] == "Walking, heels and tiptoe"
        assert set(signs["text"][1].split(", ")) == {"Writing and typing", "Buttons and zips"}
        assert signs["textposition"] == ["middle right", "middle left"]


def test_what_is_kept_of_a_long_range_is_forgotten_with_the_next_write(
    alice: Diarist, django_assert_num_queries: Any
) -> None:
    episode_at(alice, "2026-01-05", strength=1)
    first = dt.date(2026, 1, 1)
    assert rows(alice, first).sums[0].strongest == 1
    with django_assert_num_queries(0):
        rows(alice, first)
    alice.episodes.update(strength=4)
    Diarist.objects.filter(pk=alice.pk).update(revision=7, old_days_revision=7)
    alice.refresh_from_db()
    assert rows(alice, first).sums[0].strongest == 4
