"""Today: one tap logs, undo takes it back, a clear day is data, the context is saved as it is tapped."""

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from diary import recording
from diary.models import Diarist, Episode, Reminder
from diary.timeline_rows import forget
from tests.conftest import NOW
from tests.diary.diaries import episode_at, tap

HTMX = {"HX-Request": "true"}
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def text_of(html: bytes) -> str:
    """The words of a page, with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode())).strip()


class TestLog:
    def test_one_tap_stores_now_with_its_local_date(self, as_alice: Client, alice: Diarist) -> None:
        sent = tap(strength="3")
        response = as_alice.post("/episodes/", sent, headers=HTMX)
        stored = alice.episodes.get()
        assert (str(stored.pk), stored.location, stored.side, stored.strength) == (sent["id"], "calf", "left", 3)
        assert (stored.started_at, stored.local_date) == (NOW, TODAY)
        assert (stored.time_zone, stored.utc_offset_minutes) == ("Europe/Berlin", 60)
        assert "Left calf, “moves the part”, 21:40: saved" in text_of(response.content)

    def test_nothing_untouched_is_stored(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post("/episodes/", tap(strength=""))
        stored = alice.episodes.get()
        assert (stored.strength, stored.duration_seconds, stored.how_often, stored.at_rest) == (None,) * 4
        assert (stored.note, stored.duration_is_rough) == ("", False)
        assert not alice.days.exists()

    def test_the_same_submission_is_stored_once(self, as_alice: Client, alice: Diarist) -> None:
        sent = tap()
        for _ in range(3):
            as_alice.post("/episodes/", sent)
        assert alice.episodes.count() == 1
        alice.refresh_from_db()

    def test_a_used_id_with_other_values_says_so(self, as_alice: Client, alice: Diarist) -> None:
        sent = tap()
        as_alice.post("/episodes/", sent)
        again = as_alice.post("/episodes/", sent | {"strength": "4"}, headers=HTMX)
        assert "was saved before, so nothing was added" in text_of(again.content)
        assert alice.episodes.get().strength == 2

    def test_a_tap_after_midnight_belongs_to_the_new_day(self, as_alice: Client, alice: Diarist) -> None:
        with time_machine.travel("2026-11-23T23:30:00Z", tick=False):
            as_alice.post("/episodes/", tap())
        assert alice.episodes.get().local_date == dt.date(2026, 11, 24)

    def test_the_zone_of_the_device_counts(self, as_alice: Client, alice: Diarist) -> None:
        Diarist.objects.update(follows_device=True)
        as_alice.cookies["zone"] = "Asia/Tokyo"
        as_alice.post("/episodes/", tap())
        stored = alice.episodes.get()
        assert (stored.local_date, stored.time_zone) == (dt.date(2026, 11, 24), "Asia/Tokyo")
        alice.refresh_from_db()
        assert alice.time_zone == "Asia/Tokyo"

    def test_a_zone_chosen_while_the_tap_was_on_its_way_stays(
        self, as_alice: Client, alice: Diarist, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log_episode = recording.log_episode

        def log_slowly(diarist: Diarist, wanted: Episode) -> recording.Logged:
            Diarist.objects.update(follows_device=False, time_zone="Asia/Tokyo")
            return log_episode(diarist, wanted)

        Diarist.objects.update(follows_device=True)
        Reminder.objects.create(diarist=alice, time=dt.time(8), next_at=NOW)
        monkeypatch.setattr(recording, "log_episode", log_slowly)
        as_alice.cookies["zone"] = "America/New_York"
        as_alice.post("/episodes/", tap())
        alice.refresh_from_db()
        assert (alice.time_zone, alice.reminder.next_at) == ("Asia/Tokyo", NOW)

    def test_a_made_up_zone_is_ignored(self, as_alice: Client, alice: Diarist) -> None:
        Diarist.objects.update(follows_device=True)
        as_alice.cookies["zone"] = "../../etc/passwd"
        as_alice.post("/episodes/", tap())
        assert alice.episodes.get().time_zone == "Europe/Berlin"

    def test_a_past_day_has_no_made_up_time(self, as_alice: Client, alice: Diarist) -> None:
        response = as_alice.post("/episodes/", tap(date="2026-11-20"))
        stored = alice.episodes.get()
        assert (stored.local_date, stored.start_time_known) == (dt.date(2026, 11, 20), False)
        assert response.headers["Location"] == f"/?date=2026-11-20&saved={stored.pk}"

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"location": "wing"}, "There is no such place in the list."),
            ({"side": "middle"}, "This place does not have that side. Choose one of these: my left, my right."),
            ({"date": "2026-11-24"}, "This day has not come yet."),
            ({"date": "0001-01-01"}, "The diary begins in 1900."),
            ({"date": "garbage"}, "This is not a date."),
            ({"note": "x" * 2001}, "at most 2000 characters"),
            ({"note": "a\x00b"}, "Null characters are not allowed."),
            ({"duration": "exact"}, "Write how long it was"),
            ({"duration": "exact", "hours": "200"}, "less than or equal to 168"),
            ({"duration": "exact", "hours": "168", "minutes": "1"}, "That is longer than a week."),
            ({"location": "elsewhere", "side": "", "note": ""}, "Say where it was."),
        ],
    )
    def test_bad_input_is_told_and_kept(
        self, as_alice: Client, alice: Diarist, values: dict[str, str], message: str
    ) -> None:
        response = as_alice.post("/episodes/", tap(note="typed at two") | values)
        page = text_of(response.content)
        assert (response.status_code, message in page) == (422, True), page
        assert alice.episodes.count() == 0
        if "note" not in values:
            assert "typed at two" in response.content.decode()

    def test_a_number_of_another_choice_stops_nothing(self, as_alice: Client, alice: Diarist) -> None:
        """Its field is not shown then, and nobody could put it right."""
        as_alice.post("/episodes/", tap(duration="600", hours="1.5", minutes="-3"))
        assert alice.episodes.get().duration_seconds == 600

    def test_garbage_for_an_id_is_told(self, as_alice: Client, alice: Diarist) -> None:
        assert as_alice.post("/episodes/", tap(id="1; drop table")).status_code == 422
        assert alice.episodes.count() == 0

    def test_notes_keep_emoji_and_right_to_left_text_and_run_nothing(
        self, as_alice: Client, alice: Diarist
    ) -> None:
        note = "😀 שלום <script>alert(1)</script>"
        as_alice.post("/episodes/", tap(note=note))
        assert alice.episodes.get().note == note
        assert "<script>alert(1)" not in as_alice.get("/").content.decode()


class TestMySpots:
    def test_rows_say_when_how_strong_and_the_spell(self, as_alice: Client, alice: Diarist) -> None:
        for date in ("2026-11-14", "2026-11-18", "2026-11-22"):
            episode_at(alice, date, strength=2)
        page = text_of(as_alice.get("/").content)
        assert "Left calf yesterday, seen · day 10, on 3 of 14 days" in page

    def test_a_spell_ends_with_three_recorded_clear_days(self, as_alice: Client, alice: Diarist) -> None:
        for date in ("2026-11-15", "2026-11-20"):
            episode_at(alice, date)
        for day in (16, 17, 18):
            alice.days.create(date=dt.date(2026, 11, day), no_twitches=True)
        assert "3 days ago · day 4, on 2 of 14 days" in text_of(as_alice.get("/").content)

    def test_a_spell_ends_with_a_gap_of_eight_days(self, as_alice: Client, alice: Diarist) -> None:
        for date in ("2026-11-13", "2026-11-21"):
            episode_at(alice, date)
        assert "2 days ago · day 3, on 2 of 14 days" in text_of(as_alice.get("/").content)

    def test_a_gap_of_seven_days_goes_on(self, as_alice: Client, alice: Diarist) -> None:
        for date in ("2026-11-14", "2026-11-21"):
            episode_at(alice, date)
        assert "2 days ago · day 10, on 2 of 14 days" in text_of(as_alice.get("/").content)

    def test_a_spot_leaves_after_fourteen_days(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-09")
        assert "No spots yet" in text_of(as_alice.get("/").content)
        forget()
        episode_at(alice, "2026-11-10", location="shin")
        assert "Left shin 13 days ago" in text_of(as_alice.get("/").content)

    def test_a_spot_at_it_for_longer_than_is_looked_back(self, as_alice: Client, alice: Diarist) -> None:
        for days in range(0, 120, 4):
            episode_at(alice, str(TODAY - dt.timedelta(days=days)), "09:00")
        assert "today · for more than 12 weeks, on 4 of 14 days" in text_of(as_alice.get("/").content)

    def test_a_tap_does_not_move_the_rows(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-20")
        episode_at(alice, "2026-11-21")
        episode_at(alice, "2026-11-22", location="shin")
        response = as_alice.post("/episodes/", tap(location="shin"), headers=HTMX)
        rows = re.findall(r'<b id="spot-([a-z_-]+)"', response.content.decode())
        assert rows == ["calf-left", "shin-left"]

    def test_forty_spots_are_all_there_the_rest_folded(self, as_alice: Client, alice: Diarist) -> None:
        places = ["calf", "shin", "knee", "hip", "cheek", "jaw", "chin", "ribs", "chest", "brow"]
        for place in places:
            for side in ("left", "right"):
                episode_at(alice, "2026-11-22", location=place, side=side)
        response = as_alice.get("/")
        assert len(re.findall(r'<b id="spot-', response.content.decode())) == 20
        assert "12 more spots" in text_of(response.content)

    def test_the_map_is_told_the_strongest_of_fourteen_days(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-15", strength=4)
        episode_at(alice, "2026-11-22", strength=1)
        episode_at(alice, "2026-11-22", location="tongue", side="middle")
        html = as_alice.get("/").content.decode()
        assert set(re.search(r'data-shading="([^"]*)"', html)[1].split()) == {"calf-left:4", "tongue-middle:0"}  # type: ignore[index]


class TestUndo:
    def test_undo_removes_and_putting_back_restores_all(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post("/episodes/", tap(note="cramp", duration="600", how_often="2", at_rest="yes"))
        before = Episode.objects.values().get()
        gone = as_alice.post(f"/episodes/{before['id']}/delete/", headers=HTMX)
        assert not alice.episodes.exists()
        payload = re.search(r'name="payload" value="([^"]+)"', gone.content.decode())[1]  # type: ignore[index]
        as_alice.post("/episodes/restore/", {"payload": payload}, headers=HTMX)
        assert Episode.objects.values().get() == before

    def test_nobody_else_can_put_it_back(self, as_alice: Client, as_charlie: Client, alice: Diarist) -> None:
        pk = episode_at(alice, "2026-11-23").pk
        gone = as_alice.post(f"/episodes/{pk}/delete/", headers=HTMX)
        payload = re.search(r'name="payload" value="([^"]+)"', gone.content.decode())[1]  # type: ignore[index]
        response = as_charlie.post("/episodes/restore/", {"payload": payload})
        assert (response.status_code, Episode.objects.count()) == (422, 0)

    @pytest.mark.parametrize("payload", ["", "garbage", "\x00"])
    def test_a_broken_payload_is_told(self, as_alice: Client, payload: str) -> None:
        response = as_alice.post("/episodes/restore/", {"payload": payload}, headers=HTMX)
        assert response.status_code == 422
        assert "This can&#x27;t be put back any more." in response.content.decode()


class TestNoTwitches:
    def url(self, date: str = "2026-11-23") -> str:
        return f"/days/{date}/no-twitches/"

    def test_one_tap_marks_and_undo_takes_it_back(self, as_alice: Client, alice: Diarist) -> None:
        page = text_of(as_alice.post(self.url(), headers=HTMX).content)
        assert "No twitches today noted" in page
        assert alice.days.values_list("date", "no_twitches").get() == (TODAY, True)
        as_alice.post(self.url(), {"undo": "1"}, headers=HTMX)
        assert not alice.days.exists()

    def test_an_episode_takes_the_mark_away_and_says_so(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post(self.url())
        response = as_alice.post("/episodes/", tap(), headers=HTMX)
        assert "The mark “no twitches” of this day is gone." in text_of(response.content)
        assert not alice.days.exists()

    def test_undoing_that_episode_brings_the_mark_back(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post(self.url())
        as_alice.post("/episodes/", tap())
        pk = alice.episodes.get().pk
        as_alice.post(f"/episodes/{pk}/delete/", {"remark": "1"}, headers=HTMX)
        assert alice.days.get().no_twitches is True

    def test_a_day_with_episodes_asks_and_deletes_nothing(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-23")
        for headers in (None, HTMX):
            response = as_alice.post(self.url(), headers=headers)
            assert response.status_code == 422
            assert "You logged twitches on this day: Left calf." in text_of(response.content)
        assert (alice.episodes.count(), alice.days.count()) == (1, 0)

    def test_other_context_outlives_the_mark(self, as_alice: Client, alice: Diarist) -> None:
        alice.days.create(date=TODAY, no_twitches=True, stress=0)
        as_alice.post("/episodes/", tap())
        assert alice.days.values_list("no_twitches", "stress").get() == (False, 0)

    @pytest.mark.parametrize("date", ["2026-11-24", "2026-02-30", "0001-01-01", "garbage"])
    def test_days_that_are_none(self, as_alice: Client, date: str) -> None:
        assert as_alice.post(self.url(date)).status_code == 404


class TestContext:
    def save(self, client: Client, factor: str, **values: str) -> Any:
        return client.post(f"/days/2026-11-23/context/{factor}/", values, headers=HTMX)

    @pytest.mark.parametrize(
        ("factor", "sent", "stored", "said"),
        [
            ("sleep_hours", "6.5", Decimal("6.5"), "Slept 6 h 30"),
            ("sleep_hours", "6,5", Decimal("6.5"), "Slept 6 h 30"),
            ("sleep_hours", "6:30", Decimal("6.5"), "Slept 6 h 30"),
            ("sleep_hours", "6 h 30", Decimal("6.5"), "Slept 6 h 30"),
            ("sleep_hours", "0", Decimal(0), "Slept 0 h"),
            ("sleep_quality", "2", 2, "Slept so-so"),
            ("caffeine_mg", "180", 180, "Caffeine 180 mg"),
            ("caffeine_mg", "0", 0, "Caffeine: none"),
            ("exercise_minutes", "45", 45, "Exercise 45 min"),
            ("exercise_minutes", "0", 0, "Exercise: none"),
            ("exercise_effort", "hard", "hard", "Exercise: hard"),
            ("stress", "0", 0, "Stress: none"),
            ("water_ml", "1500", 1500, "Water 1.5 l"),
            ("water_ml", "0", 0, "Water: none"),
            ("alcohol_units", "0", Decimal(0), "Alcohol: none"),
            ("alcohol_units", "1", Decimal(1), "Alcohol 1 unit"),
            ("alcohol_units", "1.5", Decimal("1.5"), "Alcohol 1.5 units"),
            ("magnesium", "none", "none", "Magnesium: none"),
            ("heat", "false", False, "No heat or heavy sweating"),
            ("heat", "true", True, "Heat or heavy sweating"),
            ("note", "long walk", "long walk", "long walk"),
        ],
    )
    def test_every_value_none_and_not_entered(
        self, as_alice: Client, alice: Diarist, factor: str, sent: str, stored: Any, said: str
    ) -> None:
        page = text_of(self.save(as_alice, factor, value=sent).content)
        assert f"Saved: {said}" in page
        day = alice.days.get()
        assert getattr(day, factor) == stored
        others = {"stress", "heat", "caffeine_mg", "water_ml"} - {factor}
        assert all(getattr(day, name) is None for name in others)
        self.save(as_alice, factor, value="")
        assert not alice.days.exists()

    @pytest.mark.parametrize(
        ("factor", "sent", "message"),
        [
            ("sleep_hours", "25", "Write a number from 0 to 24."),
            ("sleep_hours", "1e308", "Write a number from 0 to 24."),
            ("sleep_hours", "NaN", "This is not a number."),
            ("sleep_hours", "Infinity", "This is not a number."),
            ("caffeine_mg", "-5", "Write a number from 0 to 5000."),
            ("caffeine_mg", "two cups", "This is not a number."),
            ("stress", "9", "Choose one of the list."),
            ("magnesium", "lots", "Choose one of the list."),
            ("note", "x" * 2001, "at most 2000 characters"),
            ("note", "a\x00b", "Null characters are not allowed."),
        ],
    )
    def test_wrong_values_are_told_beside_the_field_and_kept(
        self, as_alice: Client, alice: Diarist, factor: str, sent: str, message: str
    ) -> None:
        alice.days.create(date=TODAY, stress=1, caffeine_mg=90)
        response = self.save(as_alice, factor, value=sent)
        assert response.status_code == 422
        assert message in text_of(response.content)
        if factor in {"sleep_hours", "caffeine_mg"}:
            assert f'value="{sent}"' in response.content.decode()
        day = alice.days.get()
        assert (day.stress, day.caffeine_mg, day.sleep_hours, day.note) == (1, 90, None, "")

    def test_drinks_add_up(self, as_alice: Client, alice: Diarist) -> None:
        for amount in ("90", "90", "40"):
            self.save(as_alice, "caffeine_mg", add=amount)
        assert alice.days.get().caffeine_mg == 220

    def test_a_drink_that_is_sent_twice_counts_once(self, as_alice: Client, alice: Diarist) -> None:
        for pk in (uuid.UUID(int=1), uuid.UUID(int=1), uuid.UUID(int=2)):
            page = text_of(self.save(as_alice, "caffeine_mg", add="90", id=str(pk)).content)
        assert "Saved: Caffeine 180 mg" in page
        assert alice.days.get().caffeine_mg == 180

    def test_each_form_for_drinks_has_an_id_of_its_own(self, as_alice: Client, alice: Diarist) -> None:
        url = "/days/2026-11-23/context/water_ml/"
        forms = [as_alice.get(url).content.decode() for _ in range(2)]
        ids = [re.findall(r'name="id" value="([0-9a-f-]{36})"', form) for form in forms]
        assert [len(found) for found in ids] == [1, 1]
        assert ids[0] != ids[1]

    def test_a_drink_with_the_id_of_somebody_else_is_told(
        self, as_alice: Client, alice: Diarist, charlie: Diarist
    ) -> None:
        charlie.receipts.create(id=uuid.UUID(int=1), received_at=NOW)
        for pk, message in ((str(uuid.UUID(int=1)), "could not be saved. Please try again"), ("x", "valid UUID")):
            response = self.save(as_alice, "caffeine_mg", add="90", id=pk)
            assert response.status_code == 422
            assert message in text_of(response.content)
        assert not alice.days.exists()

    def test_only_drinks_add(self, as_alice: Client) -> None:
        assert self.save(as_alice, "stress", add="1").status_code == 422

    def test_fluid_ounces_are_stored_in_millilitres(self, as_alice: Client, alice: Diarist) -> None:
        Diarist.objects.update(volume_unit="fl_oz")
        page = text_of(self.save(as_alice, "water_ml", value="50").content)
        assert alice.days.get().water_ml == 1479
        assert "Saved: Water 50 fl oz" in page

    def test_unknown_factors_and_future_days_are_not_there(self, as_alice: Client) -> None:
        assert as_alice.get("/days/2026-11-23/context/shoe_size/").status_code == 404
        assert as_alice.get("/days/2026-11-24/context/stress/").status_code == 404

    def test_it_works_without_a_script(self, as_alice: Client, alice: Diarist) -> None:
        assert "How much stress?" in text_of(as_alice.get("/days/2026-11-20/context/stress/").content)
        response = as_alice.post("/days/2026-11-20/context/stress/", {"value": "3"})
        assert response.headers["Location"] == "/?date=2026-11-20#context"
        assert alice.days.values_list("date", "stress").get() == (dt.date(2026, 11, 20), 3)


class TestOtherDays:
    def test_a_past_day_shows_its_own_entries(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-20", "07:15", strength=1)
        page = text_of(as_alice.get("/?date=2026-11-20").content)
        assert "Friday 20 November" in page
        assert "Logged on this day 07:15 Left calf felt only" in page
        assert "No twitches on this day" in page

    @pytest.mark.parametrize(
        ("date", "message"),
        [
            ("garbage", "“garbage” is not a date, so here is today."),
            ("0001-01-01", "“0001-01-01” is not a date, so here is today."),
            ("2026-11-24", "Tuesday 24 November 2026 has not come yet, so here is today."),
            ("<b>", "“&lt;b&gt;” is not a date, so here is today."),
        ],
    )
    def test_a_wrong_date_is_told(self, as_alice: Client, date: str, message: str) -> None:
        response = as_alice.get("/", {"date": date})
        assert response.status_code == 422
        assert message in text_of(response.content)

    def test_an_entry_from_further_east_is_found_tomorrow(self, as_alice: Client, alice: Diarist) -> None:
        episode_at(alice, "2026-11-24", "03:00")
        assert "Logged on this day 03:00 Left calf" in text_of(as_alice.get("/?date=2026-11-24").content)

    def test_ten_years_ago(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post("/episodes/", tap(date="2016-11-23"))
        assert "Left calf" in text_of(as_alice.get("/?date=2016-11-23").content)

    def test_a_newcomer_is_welcomed_first(self, as_alice: Client, alice: Diarist) -> None:
        Diarist.objects.update(welcomed_at=None)
        assert as_alice.get("/").headers["Location"] == "/welcome/"

    def test_saved_in_the_address_shows_only_ones_own(
        self, as_alice: Client, charlie: Diarist, alice: Diarist
    ) -> None:
        theirs = episode_at(charlie, "2026-11-23", note="secret of charlie")
        for value in (str(theirs.pk), str(uuid.uuid4()), "garbage"):
            assert "data-saved" not in as_alice.get("/", {"saved": value}).content.decode()
