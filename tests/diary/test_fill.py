"""Missed days filled in a row: same as the day before, no twitches, or left open; undone exactly."""

import datetime as dt
import re
import threading
import uuid
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from diary import recording
from diary.filling import NothingToCopy, Submission, rough_duration
from diary.models import Day, Diarist, Episode
from tests.conftest import BERLIN, NOW
from tests.diary.diaries import episode_at
from tests.diary.test_days import mark, nov, queries, text_of

FORM = uuid.UUID("6b1f0b0e-0000-4000-8000-000000000001")
RANGE = "/days/fill/?since=2026-11-17&until=2026-11-20"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def _monday(alice: Diarist) -> None:
    """Monday 16 November has two episodes; Tuesday to Friday are open; Saturday and Sunday are recorded."""
    episode_at(
        alice,
        "2026-11-16",
        "21:40",
        strength=3,
        duration_seconds=900,
        how_often=2,
        at_rest=True,
        note="bed",
    )
    episode_at(alice, "2026-11-16", "07:00", location="lid_lower", side="right")
    mark(alice, nov(21), nov(22))


def answers(**days: str) -> dict[str, str]:
    """A form with answers: d17="same"."""
    return {"id": str(FORM)} | {f"day-2026-11-{day[1:]}": answer for day, answer in days.items()}


def rows(response: Any) -> list[str]:
    """The words of each day that can be filled in."""
    html = response.content.decode()
    return [
        text_of(row)
        for row in re.findall(r'<div class="row-head">.*?</div>\s*<div class="chips">.*?</div>', html, re.DOTALL)
    ]


def checked(response: Any) -> dict[str, str]:
    """The chosen answer of each day of November on the page."""
    found = re.findall(r'name="day-2026-11-(\d\d)"\s+value="(\w*)"\s+checked', response.content.decode())
    return {f"d{day}": answer for day, answer in found}


def stored(diarist: Diarist, day: int) -> list[tuple[Any, ...]]:
    """What stands in the diary for a day of November."""
    fields = ("location", "side", "strength", "duration_seconds", "duration_is_rough", "how_often")
    return sorted(diarist.episodes.filter(local_date=nov(day)).values_list(*fields))


MONDAYS = [("calf", "left", 3, 600, True, 2), ("lid_lower", "right", None, None, False, None)]


@pytest.mark.usefixtures("_monday")
class TestPage:
    def test_the_missed_days_with_what_the_day_before_had(self, as_alice: Client) -> None:
        response = as_alice.get("/days/fill/")
        assert rows(response) == [
            (
                "Tuesday 17 November In detail : Tuesday 17 November "
                "Same as Monday Left calf, Right lower eyelid No twitches Leave open"
            ),
            ("Wednesday 18 November In detail : Wednesday 18 November Same as Tuesday No twitches Leave open"),
            ("Thursday 19 November In detail : Thursday 19 November Same as Wednesday No twitches Leave open"),
            "Friday 20 November In detail : Friday 20 November Same as Thursday No twitches Leave open",
        ]
        html = response.content.decode()
        assert checked(response) == {"d17": "", "d18": "", "d19": "", "d20": ""}
        assert 'action="/days/fill/?since=2026-11-17&amp;until=2026-11-20"' in html
        assert 'href="/?date=2026-11-17"' in html

    def test_same_is_not_offered_after_a_day_that_is_open_and_not_asked_for(self, as_alice: Client) -> None:
        first, second = rows(as_alice.get("/days/fill/?since=2026-11-18&until=2026-11-19"))
        assert "Same as" not in first
        assert "Same as Wednesday" in second

    def test_same_as_a_day_without_twitches(self, as_alice: Client, alice: Diarist) -> None:
        mark(alice, nov(18))
        (row,) = rows(as_alice.get("/days/fill/?since=2026-11-19&until=2026-11-19"))
        assert "Same as Wednesday no twitches No twitches Leave open" in row

    def test_nothing_open(self, as_alice: Client) -> None:
        html = as_alice.get("/days/fill/?since=2026-11-21&until=2026-11-22").content.decode()
        assert "Nothing is open: 21 to 22 November." in html

    def test_the_two_weeks_before_and_after(self, as_alice: Client) -> None:
        html = as_alice.get(RANGE).content.decode()
        assert 'href="/days/fill/?since=2026-11-03&amp;until=2026-11-16"' in html
        assert 'href="/days/fill/?since=2026-11-21&amp;until=2026-11-22"' in html

    def test_the_number_of_queries_does_not_grow(self, as_alice: Client, alice: Diarist) -> None:
        few = queries(as_alice, RANGE)
        for minute in range(30):
            episode_at(alice, "2026-11-16", f"10:{minute:02}")
        assert queries(as_alice, RANGE) == few
        assert few <= 6

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("since=garbage", "This is not a date. Write it like 2026-11-23."),
            ("since=2026-11-20&until=2026-11-17", "This is before the first day."),
            ("since=2026-11-01&until=2026-11-15", "Choose at most 14 days at a time."),
            ("until=2026-11-24", "This day has not come yet."),
            ("until=2026-11-23", "Today is not over yet. Choose a day before it."),
            ("since=0001-01-01", "The diary begins in 1900. Check the year."),
            ("since=9999-12-31", "This day has not come yet."),
            ("since=%00", "This is not a date. Write it like 2026-11-23."),
        ],
    )
    def test_wrong_days_are_said_beside_the_field(self, as_alice: Client, query: str, message: str) -> None:
        response = as_alice.get(f"/days/fill/?{query}")
        html = response.content.decode()
        assert response.status_code == 422
        assert re.search(rf'<p class="error" id="id_(since|until)_error">{re.escape(message)}</p>', html)
        if "garbage" in query:
            assert 'value="garbage"' in html

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("since=2026-11-01&until=2026-11-14", 14),
            ("since=2026-11-09", 11),
            ("until=2026-11-15", 14),
            ("until=1900-01-01", 1),
            ("since=1900-01-01", 14),
        ],
    )
    def test_ranges(self, as_alice: Client, query: str, count: int) -> None:
        response = as_alice.get(f"/days/fill/?{query}")
        assert response.status_code == 200
        assert len(rows(response)) == count


class TestEmptyDiary:
    def test_no_day_is_missing(self, as_alice: Client) -> None:
        response = as_alice.get("/days/fill/")
        assert rows(response) == []
        assert "Your diary is still empty, so no day is missing." in response.content.decode()
        assert as_alice.post("/days/fill/", answers(d17="none")).status_code == 200
        assert not Day.objects.exists()

    def test_a_full_diary(self, as_alice: Client, alice: Diarist) -> None:
        mark(alice, nov(22))
        text = text_of(as_alice.get("/days/fill/").content.decode())
        assert "Nothing to fill in: every day of the last two weeks is recorded." in text


@pytest.mark.usefixtures("_monday")
class TestSave:
    def test_same_as_the_day_before_in_a_chain(self, as_alice: Client, alice: Diarist) -> None:
        response = as_alice.post(RANGE, answers(d17="same", d18="same", d19="none", d20=""))
        assert response.status_code == 302
        assert stored(alice, 17) == stored(alice, 18) == MONDAYS
        assert stored(alice, 19) == stored(alice, 20) == []
        assert list(alice.days.filter(no_twitches=True).values_list("date", flat=True).order_by("date")) == [
            nov(19),
            nov(21),
            nov(22),
        ]
        page = as_alice.get(response.headers["Location"])
        text = text_of(page.content.decode())
        assert "Saved as on the day before: Tuesday 17 November, Wednesday 18 November." in text
        assert "Saved as without twitches: Thursday 19 November." in text
        assert len(rows(page)) == 1

    def test_a_copy_is_seen_as_recalled(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post(RANGE, answers(d17="same"))
        copy = alice.episodes.get(local_date=nov(17), location="calf")
        assert copy.recorded_at == NOW
        assert copy.start_time_known is False
        assert copy.started_at == dt.datetime(2026, 11, 17, 11, tzinfo=dt.UTC)
        assert (copy.time_zone, copy.utc_offset_minutes) == (BERLIN, 60)
        assert (copy.note, copy.at_rest, copy.is_ongoing, copy.version) == ("", None, False, 1)

    def test_a_running_timer_is_copied_without_running(self, as_alice: Client, alice: Diarist) -> None:
        alice.episodes.filter(location="lid_lower").update(is_ongoing=True)
        as_alice.post(RANGE, answers(d17="same"))
        assert stored(alice, 17) == MONDAYS
        assert alice.episodes.filter(is_ongoing=True).count() == 1

    def test_somewhere_else_keeps_its_place_in_the_note(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-16", location="elsewhere", side="", note="behind the ear")
        as_alice.post(RANGE, answers(d17="same"))
        assert alice.episodes.get(local_date=nov(17), location="elsewhere").note == "behind the ear"

    def test_same_as_a_day_without_twitches_marks_the_day(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post(RANGE, answers(d17="none", d18="same"))
        assert alice.days.filter(date__in=[nov(17), nov(18)], no_twitches=True).count() == 2

    def test_the_context_of_the_day_stays(self, as_alice: Client, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=nov(17), caffeine_mg=90)
        as_alice.post(RANGE, answers(d17="none"))
        day = alice.days.get(date=nov(17))
        assert (day.no_twitches, day.caffeine_mg) == (True, 90)

    def test_sent_twice_is_stored_once(self, as_alice: Client, alice: Diarist) -> None:
        sent = answers(d17="same", d18="same", d19="none")
        first = as_alice.post(RANGE, sent)
        second = as_alice.post(RANGE, sent)
        assert alice.episodes.count() == 2 + 4
        assert second.headers["Location"] == first.headers["Location"]
        text = text_of(as_alice.get(second.headers["Location"]).content.decode())
        assert "Saved as on the day before: Tuesday 17 November, Wednesday 18 November." in text
        assert "Saved as without twitches: Thursday 19 November." in text
        assert "in another way" not in text

    def test_a_day_with_context_is_marked_once_and_keeps_its_undo(self, as_alice: Client, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=nov(17), caffeine_mg=90)
        for _ in range(2):
            response = as_alice.post(RANGE, answers(d17="none"))
        text = text_of(as_alice.get(response.headers["Location"]).content.decode())
        assert "Saved as without twitches: Tuesday 17 November." in text
        assert "in another way" not in text
        as_alice.post(RANGE, {"undo": str(FORM)})
        assert not alice.days.get(date=nov(17)).no_twitches
        as_alice.post(RANGE, answers(d17="none"))
        assert alice.days.get(date=nov(17)).no_twitches

    def test_a_mark_of_a_day_with_context_stays_that_of_who_set_it(self, as_alice: Client, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=nov(17), caffeine_mg=90, no_twitches=True)
        response = as_alice.post(RANGE, answers(d17="none"))
        assert "in another way" in as_alice.get(response.headers["Location"]).content.decode()

    def test_another_form_does_not_add_to_a_recorded_day(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-17", strength=1)
        mark(alice, nov(18))
        sent = answers(d17="none", d18="same", d19="none")
        response = as_alice.post(RANGE, sent)
        assert stored(alice, 17) == [("calf", "left", 1, None, False, None)]
        assert stored(alice, 18) == []
        assert alice.days.get(date=nov(19)).no_twitches
        text = text_of(as_alice.get(response.headers["Location"]).content.decode())
        assert (
            "Recorded meanwhile in another way, so left as it is: Tuesday 17 November, Wednesday 18 November."
            in text
        )

    def test_same_as_an_open_day_is_refused_beside_it(self, as_alice: Client, alice: Diarist) -> None:
        response = as_alice.post(RANGE, answers(d17="none", d19="same"))
        html = response.content.decode()
        assert response.status_code == 422
        assert "The day before is itself open. Answer that one first, or choose something else." in html
        assert 'aria-describedby="day-2026-11-19-error"' in html
        assert checked(response) == {"d17": "none", "d18": "", "d19": "same", "d20": ""}
        assert f'value="{FORM}"' in html
        assert not alice.days.filter(date=nov(17)).exists()
        assert alice.episodes.count() == 2

    def test_nothing_chosen(self, as_alice: Client, alice: Diarist) -> None:
        response = as_alice.post(RANGE, answers(d17=""))
        assert response.status_code == 422
        assert "Nothing is chosen yet, so nothing was saved." in response.content.decode()
        alice.refresh_from_db()
        assert alice.revision == 0

    @pytest.mark.parametrize("answer", ["banana", "SAME", "\x00", "x" * 5000, "1e308", "😀"])
    def test_an_unknown_answer(self, as_alice: Client, alice: Diarist, answer: str) -> None:
        response = as_alice.post(RANGE, answers(d17=answer))
        assert response.status_code == 422
        assert "Choose one of these answers." in response.content.decode()

    @pytest.mark.parametrize("form_id", ["", "garbage", "\x00", str(FORM) + "0"])
    def test_a_broken_id_keeps_what_was_chosen(self, as_alice: Client, alice: Diarist, form_id: str) -> None:
        response = as_alice.post(RANGE, answers(d17="none") | {"id": form_id})
        html = response.content.decode()
        assert response.status_code == 422
        assert "This form was broken on its way. Please save once more." in html
        assert checked(response)["d17"] == "none"
        (fresh,) = re.findall(r'name="id" value="([^"]+)"', html)
        assert as_alice.post(RANGE, answers(d17="none") | {"id": fresh}).status_code == 302

    def test_days_outside_the_range_are_not_stored(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post(RANGE, answers(d17="none") | {"day-2026-11-23": "none", "day-2030-01-01": "none"})
        assert not alice.days.filter(date__gt=nov(22)).exists()

    def test_a_wrong_range_stores_nothing_in_it(self, as_alice: Client, alice: Diarist) -> None:
        response = as_alice.post(
            "/days/fill/?since=2026-11-20&until=2026-11-25", {"id": str(FORM), "day-2026-11-24": "none"}
        )
        assert response.status_code == 422
        assert alice.days.count() == 2

    def test_a_stranger_with_the_same_form_id_fills_their_own_diary(
        self, as_alice: Client, as_charlie: Client, alice: Diarist, charlie: Diarist
    ) -> None:
        as_alice.post(RANGE, answers(d17="none"))
        assert as_charlie.post(RANGE, answers(d17="none", d18="same")).status_code == 302
        assert charlie.days.filter(no_twitches=True).count() == 2
        assert alice.days.filter(date=nov(18)).count() == 0
        assert as_charlie.post(RANGE, answers(d17="none", d19="same", d20="none")).status_code == 302

    def test_a_copied_entry_moved_to_another_day_does_not_stop_a_second_sending(
        self, as_alice: Client, alice: Diarist
    ) -> None:
        as_alice.post(RANGE, answers(d17="same"))
        alice.episodes.filter(local_date=nov(17)).update(local_date=nov(2))
        assert as_alice.post(RANGE, answers(d17="same")).status_code == 302
        assert alice.episodes.count() == 4


@pytest.mark.usefixtures("_monday")
class TestUndo:
    def test_exactly_those_rows_go(self, as_alice: Client, alice: Diarist) -> None:
        Day.objects.create(diarist=alice, date=nov(20), caffeine_mg=90)
        before = (set(alice.episodes.values_list("pk")), set(alice.days.values_list()))
        as_alice.post(RANGE, answers(d17="same", d18="none", d20="none"))
        mine = episode_at(alice, "2026-11-17", strength=1)
        response = as_alice.post(RANGE, {"undo": str(FORM)})
        assert response.status_code == 302
        assert (
            "Taken back: these days are open again." in as_alice.get(response.headers["Location"]).content.decode()
        )
        mine.delete()
        assert (set(alice.episodes.values_list("pk")), set(alice.days.values_list())) == before

    def test_an_entry_changed_since_stays_and_that_is_said(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post(RANGE, answers(d17="same"))
        changed = alice.episodes.get(local_date=nov(17), location="calf")
        changed.note = "really"
        recording.change_episode(alice, changed)
        response = as_alice.post(RANGE, {"undo": str(FORM)})
        assert alice.episodes.filter(local_date=nov(17)).get().note == "really"
        assert "1 entry stays, because you changed it since." in text_of(
            as_alice.get(response.headers["Location"]).content.decode()
        )

    @pytest.mark.parametrize("form_id", ["0f0e4a06-6f0f-4f2c-9a0f-1b2c3d4e5f60", "garbage", "", "\x00"])
    def test_an_unknown_form_undoes_nothing(self, as_alice: Client, alice: Diarist, form_id: str) -> None:
        as_alice.post(RANGE, answers(d17="same"))
        response = as_alice.post(RANGE, {"undo": form_id})
        assert response.status_code == 422
        assert "This can&#x27;t be undone any more." in response.content.decode()
        assert stored(alice, 17) == MONDAYS

    def test_undone_twice(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post(RANGE, answers(d17="same"))
        assert as_alice.post(RANGE, {"undo": str(FORM)}).status_code == 302
        assert as_alice.post(RANGE, {"undo": str(FORM)}).status_code == 422

    def test_nobody_undoes_for_somebody_else(self, as_alice: Client, as_charlie: Client, alice: Diarist) -> None:
        as_alice.post(RANGE, answers(d17="same"))
        assert as_charlie.post(RANGE, {"undo": str(FORM)}).status_code == 422
        assert stored(alice, 17) == MONDAYS


class TestRecording:
    def submission(self, diarist: Diarist, **days: Any) -> Submission:
        return Submission(
            FORM, diarist.pk, {nov(int(day[1:])): answer for day, answer in days.items()}, NOW, BERLIN
        )

    def test_all_days_without_a_source_are_named(self, alice: Diarist) -> None:
        with pytest.raises(NothingToCopy) as caught:
            recording.fill_days(alice, self.submission(alice, d10="same", d12="same", d14="none"))
        assert caught.value.dates == [nov(10), nov(12)]
        assert not alice.days.exists()
        alice.refresh_from_db()
        assert alice.revision == 0

    def test_one_count_of_the_revision(self, alice: Diarist) -> None:
        recording.fill_days(alice, self.submission(alice, d10="none", d11="same", d12="same"))
        alice.refresh_from_db()
        assert alice.revision == 1

    def test_a_day_with_more_than_sixty_entries_is_not_copied(self, alice: Diarist) -> None:
        for number in range(61):
            episode_at(alice, "2026-11-10", f"{number // 60 + 8:02}:{number % 60:02}")
        with pytest.raises(NothingToCopy):
            recording.fill_days(alice, self.submission(alice, d11="same"))
        alice.episodes.first().delete()  # type: ignore[union-attr]
        assert len(recording.fill_days(alice, self.submission(alice, d11="same")).new_episodes) == 60

    def test_over_the_night_when_the_clocks_change(self, alice: Diarist) -> None:
        episode_at(alice, "2026-10-24", "23:30", strength=2)
        sent = Submission(
            FORM, alice.pk, {dt.date(2026, 10, 25): "same", dt.date(2026, 10, 26): "same"}, NOW, BERLIN
        )
        recording.fill_days(alice, sent)
        copies = alice.episodes.filter(recorded_at=NOW, start_time_known=False).order_by("local_date")
        assert [(copy.local_date.day, copy.moment.local.hour, copy.utc_offset_minutes) for copy in copies] == [
            (25, 12, 60),
            (26, 12, 60),
        ]

    @pytest.mark.parametrize(
        ("seconds", "rough"),
        [(0, 20), (59, 20), (60, 600), (1799, 600), (1800, 3600), (7199, 3600), (7200, 14400), (86400, 14400)],
    )
    def test_durations_keep_their_band(self, seconds: int, rough: int) -> None:
        assert rough_duration(seconds) == rough


@pytest.mark.django_db(transaction=True)
def test_two_sendings_at_the_same_moment(alice: Diarist) -> None:
    episode_at(alice, "2026-11-16", strength=2)
    start = threading.Barrier(2)
    sent = Submission(FORM, alice.pk, {nov(17): "same", nov(18): "none"}, NOW, BERLIN)
    results: list[tuple[int, list[dt.date]]] = []

    def send() -> None:
        try:
            start.wait()
            done = recording.fill_days(alice, sent)
            results.append((len(done.new_episodes), done.copied))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(0, [nov(17)]), (1, [nov(17)])]
    assert Episode.objects.count() == 2
    assert Day.objects.count() == 1
