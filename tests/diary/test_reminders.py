"""Reminders: when they come, when they don't, what stands in them, and how to be rid of them."""

import datetime as dt
import email.policy
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command, get_commands
from django.db import connections
from django.test import Client
from django.utils import translation
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from diary import reminders
from diary.clock import look_at_the_clock
from diary.models import Diarist, Reminder
from tests.conftest import BERLIN, NOW, make_diarist
from tests.diary.diaries import episode_at
from tests.diary.test_check import text_of

# 21:40 on Monday 23 November in Berlin.
TODAY = dt.date(2026, 11, 23)
EIGHT, TEN = dt.time(20), dt.time(22)
HEALTH = re.compile(
    "twitch|muscle|health|symptom|doctor|pain|medic|zuck|muskel|gesund|arzt|schmerz|fascicul|faszikul",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def address(alice: Diarist) -> EmailAddress:
    return EmailAddress.objects.create(user=alice.user, email="alice@example.org", verified=True, primary=True)


@pytest.fixture
def at_ten(alice: Diarist, address: EmailAddress) -> Reminder:
    """Alice's, 20 minutes from now."""
    return reminders.keep(alice, time=TEN, by_mail=True, zone=BERLIN, now=NOW)


def berlin(date: str, time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{date}T{time}+01:00")


def run(at: dt.datetime) -> int:
    """Look at the clock at `at`, as cron would; how many mails have been sent since the test began."""
    with time_machine.travel(at, tick=False):
        call_command("send_reminders")
    return len(mail.outbox)


class TestWhen:
    def test_none_is_kept_for_who_only_looks(self, as_alice: Client) -> None:
        assert 'value="20:00"' in as_alice.get("/settings/reminders/").content.decode()
        assert not Reminder.objects.exists()

    def test_it_comes_at_the_time_and_once(self, at_ten: Reminder) -> None:
        assert run(berlin("2026-11-23", "21:59:59")) == 0
        assert run(berlin("2026-11-23", "22:00:00")) == 1
        assert run(berlin("2026-11-23", "22:00:30")) == 1
        assert run(berlin("2026-11-24", "21:59:00")) == 1
        assert run(berlin("2026-11-24", "22:01:00")) == 2
        assert [message.to for message in mail.outbox] == [["alice@example.org"]] * 2

    def test_no_second_one_on_a_day_on_which_the_time_is_moved(self, at_ten: Reminder, alice: Diarist) -> None:
        assert run(berlin("2026-11-23", "22:00")) == 1
        later = berlin("2026-11-23", "22:30")
        reminders.keep(alice, time=dt.time(23), by_mail=True, zone=BERLIN, now=later)
        assert run(berlin("2026-11-23", "23:00")) == 1
        assert run(berlin("2026-11-24", "23:00")) == 2

    def test_none_on_a_day_with_a_twitch(self, at_ten: Reminder, alice: Diarist) -> None:
        episode_at(alice, "2026-11-23")
        assert run(berlin("2026-11-23", "22:00")) == 0
        assert run(berlin("2026-11-24", "22:00")) == 1

    def test_none_on_a_day_marked_without(self, at_ten: Reminder, alice: Diarist) -> None:
        alice.days.create(date=TODAY, no_twitches=True)
        assert run(berlin("2026-11-23", "22:00")) == 0

    def test_context_alone_is_no_record_of_the_day(self, at_ten: Reminder, alice: Diarist) -> None:
        alice.days.create(date=TODAY, caffeine_mg=90)
        episode_at(alice, "2026-11-22")
        assert run(berlin("2026-11-23", "22:00")) == 1

    @pytest.mark.parametrize(("time", "sent"), [("2026-11-24T00:30", 0), ("2026-11-23T23:59", 1)])
    def test_after_a_while_without_a_worker_it_comes_late_or_not_at_all(
        self, at_ten: Reminder, time: str, sent: int
    ) -> None:
        assert run(berlin(*time.split("T"))) == sent
        assert run(berlin("2026-11-24", "22:00")) == sent + 1

    def test_four_hours_late_is_too_late(self, alice: Diarist, address: EmailAddress) -> None:
        reminders.keep(alice, time=dt.time(8), by_mail=True, zone=BERLIN, now=NOW)
        assert run(berlin("2026-11-24", "12:00")) == 0
        assert run(berlin("2026-11-25", "10:59")) == 1

    def test_switched_off_between_the_claim_and_the_sending_it_is_not_sent(
        self, at_ten: Reminder, alice: Diarist
    ) -> None:
        with time_machine.travel(berlin("2026-11-23", "22:00"), tick=False):
            assert reminders.send_due(berlin("2026-11-23", "22:00"), lambda *_: None) == 1
            reminders.switch_off(alice.pk)
            assert reminders.remind.call(alice.pk, "2026-11-23") is False
        assert mail.outbox == []

    def test_a_task_that_runs_the_day_after_sends_nothing(self, at_ten: Reminder, alice: Diarist) -> None:
        with time_machine.travel(berlin("2026-11-24", "00:01"), tick=False):
            assert reminders.remind.call(alice.pk, "2026-11-23") is False

    @pytest.mark.parametrize("change", [{"verified": False}, {"email": ""}])
    def test_no_address_that_nobody_confirmed(
        self, at_ten: Reminder, address: EmailAddress, change: dict[str, Any]
    ) -> None:
        EmailAddress.objects.filter(pk=address.pk).update(**change)
        assert run(berlin("2026-11-23", "22:00")) == 0

    def test_none_for_an_account_that_is_switched_off(self, at_ten: Reminder, alice: Diarist) -> None:
        alice.user.is_active = False
        alice.user.save()
        assert run(berlin("2026-11-23", "22:00")) == 0


class TestClock:
    @pytest.mark.parametrize(
        ("zone", "time", "now", "expected"),
        [
            # Winter and summer: eight in the evening is eight in the evening.
            (BERLIN, "20:00", "2026-03-28T12:00Z", "2026-03-28T19:00Z"),
            (BERLIN, "20:00", "2026-03-28T19:00Z", "2026-03-29T18:00Z"),
            (BERLIN, "20:00", "2026-10-24T18:00Z", "2026-10-25T19:00Z"),
            # 02:30 does not exist in the night of 29 March: it comes when the clocks have gone forward.
            (BERLIN, "02:30", "2026-03-28T12:00Z", "2026-03-29T01:00Z"),
            # 02:30 comes twice on 25 October: the first one counts, and the second is no further one.
            (BERLIN, "02:30", "2026-10-24T12:00Z", "2026-10-25T00:30Z"),
            (BERLIN, "02:30", "2026-10-25T00:30Z", "2026-10-26T01:30Z"),
            # Santiago goes forward at midnight.
            ("America/Santiago", "00:30", "2026-09-05T12:00Z", "2026-09-06T04:00Z"),
            ("Asia/Kathmandu", "20:00", "2026-11-23T12:00Z", "2026-11-23T14:15Z"),
        ],
    )
    def test_is_the_one_on_the_wall(self, zone: str, time: str, now: str, expected: str) -> None:
        found = reminders.next_moment(dt.time.fromisoformat(time), zone, dt.datetime.fromisoformat(now), None)
        assert found == dt.datetime.fromisoformat(expected)

    def test_moves_with_the_settings(self, as_alice: Client, at_ten: Reminder) -> None:
        as_alice.post("/settings/", {"section": "time", "time_zone": "America/New_York"})
        at_ten.refresh_from_db()
        assert at_ten.next_at == dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC)

    def test_moves_with_who_travels(self, as_alice: Client, alice: Diarist, at_ten: Reminder) -> None:
        Diarist.objects.filter(pk=alice.pk).update(follows_device=True)
        as_alice.cookies["zone"] = "Asia/Tokyo"
        # It is 05:40 on the 24th in Tokyo, where one twitch of the 24th is logged.
        as_alice.post("/episodes/", {"location": "calf", "side": "left", "strength": "2"})
        at_ten.refresh_from_db()
        assert at_ten.next_at == dt.datetime(2026, 11, 24, 13, tzinfo=dt.UTC)
        assert run(dt.datetime(2026, 11, 24, 13, tzinfo=dt.UTC)) == 0
        assert run(dt.datetime(2026, 11, 25, 13, tzinfo=dt.UTC)) == 1

    def test_west_over_the_date_line_no_day_has_two(self, alice: Diarist, at_ten: Reminder) -> None:
        assert run(berlin("2026-11-23", "22:00")) == 1
        Diarist.objects.filter(pk=alice.pk).update(time_zone="Pacific/Honolulu")
        alice.refresh_from_db()
        reminders.reschedule(alice, "Pacific/Honolulu", berlin("2026-11-23", "22:05"))
        # Ten in the evening of the 23rd comes again in Honolulu.
        assert run(dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)) == 1
        assert run(dt.datetime(2026, 11, 25, 8, 0, tzinfo=dt.UTC)) == 2


class TestOnce:
    @pytest.mark.django_db(transaction=True)
    def test_however_many_look_at_the_same_moment(self) -> None:
        people = [make_diarist(f"person-{number}") for number in range(5)]
        for person in people:
            reminders.keep(person, time=TEN, by_mail=True, zone=BERLIN, now=NOW)
        together = threading.Barrier(4)
        taken: list[tuple[int, str]] = []

        def look() -> None:
            try:
                together.wait()
                reminders.send_due(berlin("2026-11-23", "22:00"), lambda *one: taken.append(one))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == [(person.pk, "2026-11-23") for person in people]

    def test_however_many_are_due(self, at_ten: Reminder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reminders, "AT_ONCE", 2)
        for number in range(5):
            Reminder.objects.create(
                diarist=make_diarist(f"w{number}"), by_mail=True, next_at=at_ten.next_at, time=TEN
            )
        taken: list[int] = []
        now = berlin("2026-11-23", "22:00")
        assert reminders.send_due(now, lambda diarist_id, date: taken.append(diarist_id)) == 6
        assert len(set(taken)) == 6
        assert reminders.send_due(now, lambda diarist_id, date: taken.append(diarist_id)) == 0

    def test_two_that_have_read_the_same_row(self, at_ten: Reminder) -> None:
        taken: list[str] = []
        now = berlin("2026-11-23", "22:00")
        one, other = (Reminder.objects.select_related("diarist").get() for _ in range(2))
        assert reminders.take(one, now, lambda _, date: taken.append(date))
        assert not reminders.take(other, now, lambda _, date: taken.append(date))
        assert taken == ["2026-11-23"]

    def test_the_task_is_there_if_and_only_if_the_reminder_was_taken(self, at_ten: Reminder) -> None:
        def fail(diarist_id: int, date: str) -> None:
            reminders.enqueue(diarist_id, date)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            reminders.send_due(berlin("2026-11-23", "22:00"), fail)
        assert not DBTaskResult.objects.exists()
        at_ten.refresh_from_db()
        assert (at_ten.next_at, at_ten.last_on) == (berlin("2026-11-23", "22:00"), None)

    @pytest.mark.django_db(transaction=True)
    def test_a_worker_sends_what_was_left_to_it(self, at_ten: Reminder, monkeypatch: pytest.MonkeyPatch) -> None:
        def stop(seconds: float) -> None:
            raise StopIteration

        monkeypatch.setattr("time.sleep", stop)
        assert get_commands()["db_worker"] == "diary"
        with time_machine.travel(berlin("2026-11-23", "22:00"), tick=False):
            with pytest.raises(StopIteration):
                look_at_the_clock()
            sent = DBTaskResult.objects.filter(task_path="diary.reminders.remind")
            assert sent.count() == 1
            assert mail.outbox == []
            call_command("db_worker", batch=True, interval=0, startup_delay=False, queue_name="*", verbosity=0)
        assert len(mail.outbox) == 1
        assert sent.get().return_value is True


class TestMail:
    def sent(self, diarist: Diarist) -> EmailMessage:
        assert run(berlin("2026-11-23", "22:00")) == 1
        return mail.outbox[0]

    @pytest.mark.parametrize(
        ("language", "subject"), [("en", "A short reminder"), ("de", "Eine kurze Erinnerung")]
    )
    def test_says_nothing_about_health(
        self, at_ten: Reminder, alice: Diarist, language: str, subject: str, settings: Settings
    ) -> None:
        Diarist.objects.filter(pk=alice.pk).update(language=language)
        settings.SITE_URL = settings.SITE_URL._replace(scheme="https", netloc="example.org")
        message = self.sent(alice)
        assert message.subject == subject
        assert not HEALTH.search(message.message().as_string())
        assert not HEALTH.search(str(message.body))
        assert "https://example.org/\n" in message.body

    def test_can_be_stopped_with_one_press_in_the_mail_program(self, at_ten: Reminder, alice: Diarist) -> None:
        headers = self.sent(alice).extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        url = headers["List-Unsubscribe"].strip("<>")
        assert url in str(mail.outbox[0].body)
        path = url.removeprefix("http://localhost:8000")
        stranger = Client(enforce_csrf_checks=True)
        asked = stranger.get(path)
        assert "Stop the reminders by e-mail?" in text_of(asked)
        at_ten.refresh_from_db()
        assert at_ten.by_mail
        done = stranger.post(path, {"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert (done.status_code, "no more e-mails" in text_of(done)) == (200, True)
        at_ten.refresh_from_db()
        assert (at_ten.by_mail, at_ten.next_at, at_ten.time) == (False, None, TEN)
        assert run(berlin("2026-11-24", "22:00")) == 1

    def test_the_address_of_the_button_is_sent_whole(self, at_ten: Reminder, alice: Diarist) -> None:
        raw = self.sent(alice).message(policy=email.policy.SMTP).as_bytes()
        url = f"http://localhost:8000/reminders/off/{reminders.off_token(alice)}/"
        assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw
        assert f"\r\n{url}\r\n".encode() in raw

    def test_a_made_up_link_stops_nobodys(self, client: Client, at_ten: Reminder, alice: Diarist) -> None:
        good = reminders.off_token(alice)
        for token in (str(alice.pk), f"{alice.pk}:x", good[:-1], f"{alice.pk + 1}{good[len(str(alice.pk)) :]}"):
            assert client.post(f"/reminders/off/{token}/").status_code == 404
        at_ten.refresh_from_db()
        assert at_ten.by_mail

    def test_a_mail_server_that_is_away_costs_one_reminder_and_is_logged_without_a_name(
        self, at_ten: Reminder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def refuse(*_: Any, **__: Any) -> int:
            raise ConnectionRefusedError("alice@example.org")

        with monkeypatch.context() as away, caplog.at_level(logging.WARNING):
            away.setattr(EmailMessage, "send", refuse)
            assert run(berlin("2026-11-23", "22:00")) == 0
        assert "A reminder could not be sent (ConnectionRefusedError)." in caplog.text
        assert "alice" not in caplog.text
        assert run(berlin("2026-11-24", "22:00")) == 1

    def test_nothing_is_written_to_the_log_where_no_mail_is_sent(
        self, at_ten: Reminder, settings: Settings
    ) -> None:
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
        assert run(berlin("2026-11-23", "22:00")) == 0


class TestPage:
    def test_stores_what_is_chosen(self, as_alice: Client, alice: Diarist, address: EmailAddress) -> None:
        answer = as_alice.post("/settings/reminders/", {"time": "21:45", "by_mail": "on"})
        assert answer["Location"] == "/settings/reminders/?saved=1"
        stored = alice.reminder
        assert (stored.time, stored.by_mail) == (dt.time(21, 45), True)
        assert stored.next_at == berlin("2026-11-23", "21:45")
        text = text_of(as_alice.get("/settings/reminders/?saved=1"))
        assert "Saved" in text
        assert "every day at 21:45" in text
        assert "To alice@example.org." in text
        as_alice.post("/settings/reminders/", {"time": "21:45"})
        stored.refresh_from_db()
        assert not stored.by_mail
        assert stored.next_at is None

    @pytest.mark.parametrize("time", ["", "25:00", "soon", "\x00"])
    def test_a_time_that_is_none_stands_at_its_field(
        self, as_alice: Client, address: EmailAddress, time: str
    ) -> None:
        answer = as_alice.post("/settings/reminders/", {"time": time, "by_mail": "on"})
        assert answer.status_code == 422
        assert 'id="id_time_error"' in answer.content.decode()
        assert re.search(r'name="by_mail"[^>]*checked', answer.content.decode())
        assert not Reminder.objects.exists()

    def test_asks_for_a_confirmed_address(self, as_alice: Client) -> None:
        answer = as_alice.post("/settings/reminders/", {"time": "20:00", "by_mail": "on"})
        assert answer.status_code == 422
        assert "Confirm your e-mail address first." in text_of(answer)
        assert not Reminder.objects.exists()

    def test_offers_no_mail_where_none_is_sent(self, as_alice: Client, settings: Settings) -> None:
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
        html = as_alice.get("/settings/reminders/").content.decode()
        assert 'name="by_mail"' not in html
        assert "sends no e-mails" in html
        assert as_alice.post("/settings/reminders/", {"time": "07:30"}).status_code == 302
        assert Reminder.objects.get().time == dt.time(7, 30)

    def test_nobody_elses(self, as_charlie: Client, at_ten: Reminder) -> None:
        as_charlie.post("/settings/reminders/", {"time": "06:00"})
        at_ten.refresh_from_db()
        assert (at_ten.time, at_ten.by_mail) == (TEN, True)


class TestCalendar:
    def test_is_an_event_at_the_time_of_the_wall_every_day(self, as_alice: Client, at_ten: Reminder) -> None:
        answer = as_alice.get("/settings/reminders/diary.ics")
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="diary.ics"'
        text = answer.content.decode()
        assert text.endswith("END:VCALENDAR\r\n")
        assert "\n" not in text.replace("\r\n", "")
        lines = text.replace("\r\n ", "").split("\r\n")
        # No zone and no Z: ten in the evening, wherever the phone is.
        assert "DTSTART:20261123T220000" in lines
        assert "RRULE:FREQ=DAILY" in lines
        assert "DTSTAMP:20261123T204000Z" in lines
        assert lines.count("SUMMARY:Diary") == 1
        assert "TRIGGER:PT0S" in lines

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_says_nothing_about_health(self, alice: Diarist, language: str) -> None:
        with translation.override(language):
            assert not HEALTH.search(reminders.calendar(alice, EIGHT, TODAY, NOW))

    def test_lines_are_as_short_as_calendars_want_them(self) -> None:
        line = "URL:https://" + "ä" * 200
        parts = reminders.folded(line).split("\r\n")
        assert all(len(part.encode()) <= 75 for part in parts)
        assert parts[0] + "".join(part[1:] for part in parts[1:]) == line

    def test_is_the_same_event_when_it_is_fetched_again(self, as_alice: Client, as_charlie: Client) -> None:
        ids = {
            re.search(r"UID:(\S+)", browser.get("/settings/reminders/diary.ics").content.decode())[1]  # type: ignore[index]
            for browser in (as_alice, as_alice, as_charlie)
        }
        assert len(ids) == 2
