"""Reminders on a device: switched on and off, handed over and read again, and none where there should be none."""

import datetime as dt
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings as site
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from config.sessions import end_sessions
from diary import clock, push, reminders
from diary.models import Diarist, PushDevice, Reminder
from tests.conftest import NOW, PUSH_KEY
from tests.diary.diaries import episode_at
from tests.diary.test_check import text_of
from tests.diary.test_reminders import HEALTH, TEN, TODAY, berlin
from tests.push_service import Browser, PushService, serving

DEVICE = "/settings/reminders/device/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
AT_TEN = berlin("2026-11-23", "22:00")
CHROME = Browser("https://fcm.googleapis.com/fcm/send/abc:DEF-123_x")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="session")
def _service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PushService, Path]]:
    with serving(tmp_path_factory.mktemp("push")) as served:
        yield served


@pytest.fixture
def service(
    _service: tuple[PushService, Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> PushService:
    """A service that this copy knows, with nothing taken yet."""
    found, certificate = _service
    found.status, found.statuses, found.taken = 201, {}, []
    settings.WEB_PUSH_HOSTS = [found.host]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    return found


@pytest.fixture
def phone(as_alice: Client, alice: Diarist, service: PushService) -> Browser:
    """Alice's, to be reminded at ten, 20 minutes from now."""
    reminders.keep(alice, time=TEN, by_mail=False, zone="Europe/Berlin", now=NOW)
    browser = service.browser("phone")
    assert switch_on(as_alice, browser).status_code == 201
    return browser


@pytest.fixture
def by_mail_too(alice: Diarist, phone: Browser) -> None:
    """She chose both."""
    EmailAddress.objects.create(user=alice.user, email="alice@example.org", verified=True, primary=True)
    reminders.keep(alice, time=TEN, by_mail=True, zone="Europe/Berlin", now=NOW)


def switch_on(client: Client, browser: Browser, **changes: Any) -> Any:
    """What the page sends once the browser has said yes."""
    return client.post(DEVICE, browser.subscription() | changes, headers={"User-Agent": FIREFOX})


def run(at: dt.datetime) -> None:
    """Look at the clock at `at`, as cron would."""
    with time_machine.travel(at, tick=False):
        call_command("send_reminders")


class TestSending:
    @pytest.mark.parametrize(
        ("language", "title", "body"),
        [
            ("en", "A short reminder", "Your page for today is still empty."),
            ("de", "Eine kurze Erinnerung", "Deine Seite für heute ist noch leer."),
        ],
    )
    def test_the_browser_reads_words_without_health_and_nobody_else_does(
        self, phone: Browser, service: PushService, alice: Diarist, language: str, title: str, body: str
    ) -> None:
        Diarist.objects.filter(pk=alice.pk).update(language=language)
        run(AT_TEN)
        (message,) = service.taken
        assert phone.read(message.body) == {"title": title, "body": body, "lang": language}
        assert not HEALTH.search(json.dumps(phone.read(message.body), ensure_ascii=False))
        assert title.encode() not in message.body
        assert message.path == "/phone"
        assert message.headers["content-encoding"] == "aes128gcm"
        with pytest.raises(Exception, match=r"[Dd]ecrypt"):
            Browser(phone.endpoint).read(message.body)

    def test_the_service_learns_who_sends_and_for_how_long_it_counts(
        self, phone: Browser, service: PushService, settings: Settings
    ) -> None:
        settings.DEFAULT_FROM_EMAIL = "The diary <diary@example.org>"
        run(AT_TEN)
        (message,) = service.taken
        assert message.claims["aud"] == f"https://{service.host}"
        assert message.claims["sub"] == "mailto:diary@example.org"
        assert f"k={push.public_key(PUSH_KEY)}" in message.headers["authorization"]
        # Until midnight, which comes before three hours are over.
        assert message.headers["ttl"] == str(2 * 60 * 60)
        assert not HEALTH.search(json.dumps(message.claims) + json.dumps(message.headers))

    @pytest.mark.parametrize(
        ("time", "at", "seconds"),
        [("08:00", "08:00:00", 10800), ("08:00", "10:59:30", 30), ("23:30", "23:59:50", 10)],
    )
    def test_it_counts_for_three_hours_at_most_and_never_after_midnight(
        self, phone: Browser, service: PushService, alice: Diarist, time: str, at: str, seconds: int
    ) -> None:
        reminders.keep(
            alice,
            time=dt.time.fromisoformat(time),
            by_mail=False,
            zone="Europe/Berlin",
            now=berlin("2026-11-23", "23:00"),
        )
        run(berlin("2026-11-24" if time == "08:00" else "2026-11-23", at))
        assert [message.headers["ttl"] for message in service.taken] == [str(seconds)]

    def test_once_a_day(self, phone: Browser, service: PushService) -> None:
        for time in ("21:59:59", "22:00:00", "22:00:30", "22:30:00"):
            run(berlin("2026-11-23", time))
        assert len(service.taken) == 1
        run(berlin("2026-11-24", "22:00"))
        assert len(service.taken) == 2

    def test_none_on_a_recorded_day(self, phone: Browser, service: PushService, alice: Diarist) -> None:
        episode_at(alice, "2026-11-23")
        run(AT_TEN)
        alice.days.create(date=dt.date(2026, 11, 24), no_twitches=True)
        run(berlin("2026-11-24", "22:00"))
        assert service.taken == []

    def test_none_when_it_is_too_late_or_another_day(
        self, phone: Browser, service: PushService, alice: Diarist
    ) -> None:
        for at in (berlin("2026-11-24", "00:01"), berlin("2026-11-23", "21:00")):
            with time_machine.travel(at, tick=False):
                assert reminders.remind_devices.call(alice.pk, str(TODAY - dt.timedelta(days=at.day == 23))) == 0
        assert service.taken == []

    def test_on_every_device_and_by_mail_it_is_one_reminder(
        self, phone: Browser, by_mail_too: None, service: PushService, alice: Diarist
    ) -> None:
        laptop = Client()
        laptop.force_login(alice.user, backend="config.accounts.AccountBackend")
        switch_on(laptop, service.browser("laptop"))
        run(AT_TEN)
        assert sorted(message.path for message in service.taken) == ["/laptop", "/phone"]
        assert len(mail.outbox) == 1
        # Another time and another device on the same day bring no second one.
        reminders.keep(
            alice, time=dt.time(23), by_mail=True, zone="Europe/Berlin", now=berlin("2026-11-23", "22:30")
        )
        run(berlin("2026-11-23", "23:00"))
        assert (len(service.taken), len(mail.outbox)) == (2, 1)

    def test_a_device_that_is_added_after_the_mail_waits_for_tomorrow(
        self, as_alice: Client, alice: Diarist, service: PushService
    ) -> None:
        EmailAddress.objects.create(user=alice.user, email="alice@example.org", verified=True, primary=True)
        reminders.keep(alice, time=TEN, by_mail=True, zone="Europe/Berlin", now=NOW)
        run(AT_TEN)
        reminders.switch_off(alice.pk)
        with time_machine.travel(berlin("2026-11-23", "22:10"), tick=False):
            switch_on(as_alice, service.browser())
        assert Reminder.objects.get().next_at == berlin("2026-11-24", "22:00")

    def test_a_worker_does_e_mail_and_devices_apart(
        self, phone: Browser, by_mail_too: None, service: PushService, alice: Diarist
    ) -> None:
        reminders.send_due(AT_TEN, reminders.enqueue)
        assert sorted(DBTaskResult.objects.values_list("task_path", flat=True)) == [
            "diary.reminders.remind",
            "diary.reminders.remind_devices",
        ]
        alice.push_devices.all().delete()
        reminders.send_due(berlin("2026-11-24", "22:00"), reminders.enqueue)
        assert DBTaskResult.objects.count() == 3

    @pytest.mark.parametrize("status", [404, 410])
    def test_a_browser_that_is_gone_is_forgotten_and_costs_no_mail(
        self, phone: Browser, by_mail_too: None, service: PushService, status: int, alice: Diarist
    ) -> None:
        service.status = status
        run(AT_TEN)
        assert not PushDevice.objects.exists()
        assert len(mail.outbox) == 1
        assert Reminder.objects.get().next_at == berlin("2026-11-24", "22:00")
        reminders.switch_off(alice.pk)
        assert Reminder.objects.get().next_at is None

    def test_one_that_is_gone_takes_no_other_with_it(
        self, phone: Browser, service: PushService, alice: Diarist
    ) -> None:
        laptop = Client()
        laptop.force_login(alice.user, backend="config.accounts.AccountBackend")
        switch_on(laptop, service.browser("laptop"))
        service.statuses = {"/laptop": 410}
        run(AT_TEN)
        assert len(service.taken) == 2
        assert PushDevice.objects.get().endpoint == phone.endpoint

    @pytest.mark.parametrize("status", [400, 403, 429, 500, 503, 301, 307])
    def test_a_service_that_can_t_costs_one_reminder_and_nothing_else(
        self,
        phone: Browser,
        by_mail_too: None,
        service: PushService,
        caplog: pytest.LogCaptureFixture,
        status: int,
    ) -> None:
        service.status = status
        with caplog.at_level(logging.WARNING):
            run(AT_TEN)
        assert len(mail.outbox) == 1
        # No second try, and nobody goes where the answer points to.
        assert [message.path for message in service.taken] == ["/phone"]
        why = "TooManyRedirects" if status in {301, 307} else f"HTTP {status}"
        assert f"A reminder could not be handed to a device ({why})." in caplog.text
        assert service.host not in caplog.text
        assert "alice" not in caplog.text
        service.status = 201
        run(berlin("2026-11-24", "22:00"))
        assert len(service.taken) == 2

    def test_a_service_that_is_away_costs_no_mail_either(
        self, phone: Browser, by_mail_too: None, caplog: pytest.LogCaptureFixture, settings: Settings
    ) -> None:
        settings.WEB_PUSH_HOSTS = ["127.0.0.1:9"]
        PushDevice.objects.update(endpoint="https://127.0.0.1:9/phone")
        with caplog.at_level(logging.WARNING):
            run(AT_TEN)
        assert len(mail.outbox) == 1
        assert "(ConnectionError)" in caplog.text
        assert PushDevice.objects.exists()

    def test_a_sender_that_is_no_address_stops_nobody_else(
        self, phone: Browser, service: PushService, caplog: pytest.LogCaptureFixture, settings: Settings
    ) -> None:
        settings.DEFAULT_FROM_EMAIL = "the diary"
        run(AT_TEN)
        assert "A reminder could not be handed to a device (VapidException)." in caplog.text
        assert service.taken == []

    def test_not_even_the_log_for_developers_names_a_device(
        self, phone: Browser, service: PushService, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            run(AT_TEN)
        assert len(service.taken) == 1
        assert "/phone" not in caplog.text
        assert service.host not in caplog.text

    def test_a_mail_server_that_is_away_costs_no_device(
        self, phone: Browser, by_mail_too: None, service: PushService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: Any, **__: Any) -> int:
            raise ConnectionRefusedError

        monkeypatch.setattr(reminders.LongLines, "send", refuse)
        run(AT_TEN)
        assert len(service.taken) == 1

    def test_no_host_that_is_not_known_any_more_is_called(
        self, phone: Browser, service: PushService, settings: Settings
    ) -> None:
        settings.WEB_PUSH_HOSTS = []
        run(AT_TEN)
        assert service.taken == []

    def test_not_without_a_key_and_not_for_an_account_that_is_switched_off(
        self, phone: Browser, service: PushService, alice: Diarist, settings: Settings
    ) -> None:
        settings.WEB_PUSH_PRIVATE_KEY = ""
        run(AT_TEN)
        settings.WEB_PUSH_PRIVATE_KEY = PUSH_KEY
        alice.user.is_active = False
        alice.user.save()
        run(berlin("2026-11-24", "22:00"))
        assert service.taken == []


class TestSignedIn:
    """A device is reminded for as long as somebody is signed in there."""

    def reminded(self, service: PushService) -> bool:
        run(AT_TEN)
        return bool(service.taken)

    def test_signing_out_there_ends_it_at_once(
        self, phone: Browser, as_alice: Client, service: PushService
    ) -> None:
        as_alice.post("/accounts/logout/")
        assert not PushDevice.objects.exists()
        assert not self.reminded(service)

    def test_signing_out_elsewhere_does_not(self, phone: Browser, alice: Diarist, service: PushService) -> None:
        laptop = Client()
        laptop.force_login(alice.user, backend="config.accounts.AccountBackend")
        laptop.post("/accounts/logout/")
        assert self.reminded(service)

    def test_signing_out_everywhere_does(self, phone: Browser, alice: Diarist, service: PushService) -> None:
        laptop = Client()
        laptop.force_login(alice.user, backend="config.accounts.AccountBackend")
        laptop.post(reverse("sign_out_everywhere"))
        assert not self.reminded(service)
        assert not PushDevice.objects.exists()

    def test_signing_out_everywhere_else_does(
        self, as_alice: Client, alice: Diarist, phone: Browser, service: PushService
    ) -> None:
        key = as_alice.session.session_key
        UserSession.objects.create(user=alice.user, session_key=key, ip="127.0.0.1", user_agent=FIREFOX)
        laptop = Client()
        laptop.force_login(alice.user, backend="config.accounts.AccountBackend")
        laptop.get("/")
        laptop.post(reverse("usersessions_list"))
        assert not self.reminded(service)
        assert not PushDevice.objects.exists()
        assert Reminder.objects.get().next_at is None

    def test_so_does_who_manages_the_accounts(self, phone: Browser, alice: Diarist, service: PushService) -> None:
        end_sessions(alice.user)
        assert not PushDevice.objects.exists()

    def test_a_new_password_ends_it_on_the_others(
        self, phone: Browser, alice: Diarist, service: PushService
    ) -> None:
        alice.user.set_password("a battery of horses")
        alice.user.save()
        assert not self.reminded(service)
        assert not PushDevice.objects.exists()

    def test_a_new_password_typed_there_does_not(
        self, phone: Browser, as_alice: Client, service: PushService
    ) -> None:
        before = as_alice.session.session_key
        form = {"oldpassword": "correct horse battery", "password1": "a battery of horses"}
        as_alice.post("/accounts/password/change/", form)
        assert as_alice.session.session_key != before
        as_alice.get("/")
        assert self.reminded(service)
        as_alice.post("/accounts/logout/")
        assert not PushDevice.objects.exists()

    def test_it_ends_with_time(self, phone: Browser, service: PushService) -> None:
        run(AT_TEN + dt.timedelta(days=61))
        assert service.taken == []
        assert not PushDevice.objects.exists()

    def test_the_clock_drops_those_that_are_over(self, phone: Browser, as_alice: Client) -> None:
        clock.tidy()
        assert PushDevice.objects.exists()
        as_alice.session.delete()
        clock.tidy()
        assert not PushDevice.objects.exists()

    def test_somebody_else_in_the_same_browser_takes_it_over(
        self, phone: Browser, as_charlie: Client, charlie: Diarist, service: PushService
    ) -> None:
        assert switch_on(as_charlie, phone).status_code == 201
        assert PushDevice.objects.get().diarist == charlie
        assert not self.reminded(service)

    def test_with_the_account_everything_goes(self, phone: Browser, alice: Diarist) -> None:
        alice.user.delete()
        assert not PushDevice.objects.exists()


class TestSwitch:
    def test_stores_the_browser_and_plans_the_first_one(self, as_alice: Client, alice: Diarist) -> None:
        assert switch_on(as_alice, CHROME).status_code == 201
        stored = alice.push_devices.get()
        told = CHROME.subscription()
        assert (stored.endpoint, stored.p256dh, stored.auth) == (told["endpoint"], told["p256dh"], told["auth"])
        assert (stored.made_at, stored.user_agent) == (NOW, FIREFOX)
        assert stored.session_key == as_alice.session.session_key
        # Nothing was chosen yet: eight in the evening, which was an hour ago.
        assert alice.reminder.time == dt.time(20)
        assert alice.reminder.next_at == berlin("2026-11-24", "20:00")
        assert not alice.reminder.by_mail

    def test_the_clock_is_that_of_the_place_where_it_was_switched_on(
        self, as_alice: Client, alice: Diarist, service: PushService
    ) -> None:
        Diarist.objects.filter(pk=alice.pk).update(follows_device=True)
        as_alice.cookies["zone"] = "Asia/Tokyo"
        assert switch_on(as_alice, service.browser()).status_code == 201
        run(dt.datetime(2026, 11, 24, 10, 59, tzinfo=dt.UTC))
        assert service.taken == []
        # Eight in the evening in Tokyo, noon in Berlin, where she was before.
        run(dt.datetime(2026, 11, 24, 11, tzinfo=dt.UTC))
        assert len(service.taken) == 1

    def test_a_browser_is_there_once_even_with_a_new_address(self, as_alice: Client, alice: Diarist) -> None:
        for name in ("a", "b", "b"):
            switch_on(as_alice, Browser(f"https://web.push.apple.com/{name}"))
        assert alice.push_devices.get().endpoint == "https://web.push.apple.com/b"

    def test_the_page_lists_it_and_removes_it_without_a_script(self, as_alice: Client, alice: Diarist) -> None:
        switch_on(as_alice, CHROME)
        page = as_alice.get("/settings/reminders/")
        assert "Firefox on Linux this device since 23 Nov" in text_of(page)
        remove = f"{DEVICE}{alice.push_devices.get().pk}/remove/"
        assert remove in page.content.decode()
        assert as_alice.get(remove).status_code == 405
        answer = as_alice.post(remove, follow=True)
        assert "Removed" in text_of(answer)
        assert "Devices that remind you" not in text_of(answer)
        assert alice.reminder.next_at is None

    def test_removing_one_of_two_ways_keeps_the_other(self, as_alice: Client, alice: Diarist) -> None:
        EmailAddress.objects.create(user=alice.user, email="alice@example.org", verified=True, primary=True)
        as_alice.post("/settings/reminders/", {"time": "22:00", "by_mail": "on"})
        switch_on(as_alice, CHROME)
        as_alice.post(f"{DEVICE}{alice.push_devices.get().pk}/remove/")
        assert Reminder.objects.get().next_at == AT_TEN
        switch_on(as_alice, CHROME)
        reminders.switch_off(alice.pk)
        stored = Reminder.objects.get()
        assert (stored.by_mail, stored.next_at) == (False, AT_TEN)

    def test_another_time_counts_for_devices_too(self, as_alice: Client, alice: Diarist) -> None:
        switch_on(as_alice, CHROME)
        as_alice.post("/settings/reminders/", {"time": "22:30"})
        assert Reminder.objects.get().next_at == berlin("2026-11-23", "22:30")
        as_alice.post("/settings/", {"section": "time", "time_zone": "America/New_York"})
        assert Reminder.objects.get().next_at == dt.datetime(2026, 11, 24, 3, 30, tzinfo=dt.UTC)

    def test_a_device_of_somebody_else_is_not_there(
        self, as_alice: Client, as_charlie: Client, alice: Diarist
    ) -> None:
        switch_on(as_alice, CHROME)
        device = alice.push_devices.get()
        assert as_charlie.post(f"{DEVICE}{device.pk}/remove/").status_code == 404
        assert alice.push_devices.filter(pk=device.pk).exists()
        assert "Devices that remind you" not in text_of(as_charlie.get("/settings/reminders/"))

    def test_the_service_worker_is_told_what_it_needs(self, as_alice: Client, as_charlie: Client) -> None:
        switch_on(as_alice, CHROME)
        told = as_alice.get(DEVICE).json()
        assert (told["is_on"], told["key"]) == (True, push.public_key(PUSH_KEY))
        assert len(push.bytes_of(told["key"])) == push.POINT_BYTES
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = as_alice.cookies
        assert strict.post(DEVICE, CHROME.subscription()).status_code == 403
        token = {"X-CSRFToken": strict.get(DEVICE).json()["token"]}
        assert strict.post(DEVICE, CHROME.subscription(), headers=token).status_code == 201
        # Somebody else is signed in now: the worker asks for nothing in their name.
        assert as_charlie.get(DEVICE).json()["is_on"] is False

    def test_there_are_ten_at_most_but_those_that_are_signed_out_don_t_count(
        self, as_alice: Client, alice: Diarist
    ) -> None:
        clients = [Client() for _ in range(10)]
        for number, client in enumerate(clients):
            client.force_login(alice.user, backend="config.accounts.AccountBackend")
            switch_on(client, Browser(f"https://fcm.googleapis.com/{number}"))
        answer = switch_on(as_alice, CHROME)
        assert answer.status_code == 422
        assert answer.json()["words"] == "You have 10 devices. Remove one first."
        clients[3].session.delete()
        assert switch_on(as_alice, CHROME).status_code == 201
        assert alice.push_devices.count() == 10


HOSTILE = [
    "http://fcm.googleapis.com/fcm/send/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://localhost:5432/",
    "https://diary.example.org/",
    "https://fcm.googleapis.com.example.org/x",
    "https://example.org/fcm.googleapis.com",
    "https://evilfcm.googleapis.com/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://user:password@fcm.googleapis.com/x",
    "https://notify.windows.com/x",
    "https://a.b.notify.windows.com/x",
    "https://127.0.0.1#.notify.windows.com/x",
    "https://127.0.0.1\\.push.apple.com/x",
    "https://web.push.apple.com\r\nHost: example.org/x",
    "https://web.push.apple.com/a b",
    "https://ｗeb.push.apple.com/x",
    "https://[bad",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "fcm.googleapis.com",
    "javascript:alert(1)",
]


class TestHostile:
    @pytest.mark.parametrize("endpoint", HOSTILE)
    def test_an_address_that_is_none_of_a_known_service_is_refused_with_words(
        self, as_alice: Client, endpoint: str
    ) -> None:
        answer = switch_on(as_alice, CHROME, endpoint=endpoint)
        assert answer.status_code == 422
        words = answer.json()["words"]
        assert words.startswith("Your browser gets its messages from ")
        assert words.endswith("This diary does not know that service.")
        assert not PushDevice.objects.exists()
        assert not Reminder.objects.exists()

    @pytest.mark.parametrize(
        "endpoint",
        [
            "https://fcm.googleapis.com/fcm/send/x",
            "https://updates.push.services.mozilla.com/wpush/v2/x",
            "https://web.push.apple.com/x",
            "https://wns2-par02p.notify.windows.com/w/?token=x%3d%3d",
            "https://FCM.googleapis.com/x",
        ],
    )
    def test_those_of_the_makers_of_browsers_are_taken(self, as_alice: Client, endpoint: str) -> None:
        assert switch_on(as_alice, CHROME, endpoint=endpoint).status_code == 201

    @pytest.mark.parametrize(
        "changes",
        [
            {"p256dh": "A" * 87},
            {"p256dh": "B"},
            {"p256dh": "ä" * 87},
            {"p256dh": push.in_letters(b"\x04" + bytes(64))},
            {"auth": "A" * 21},
            {"auth": "!" * 22},
            {"auth": "A"},
        ],
    )
    def test_keys_that_are_none_are_refused(self, as_alice: Client, changes: dict[str, str]) -> None:
        answer = switch_on(as_alice, CHROME, **changes)
        assert answer.status_code == 422
        assert answer.json()["words"].startswith("Your browser sent something that can't be used.")

    @pytest.mark.parametrize(
        "changes",
        [
            {"endpoint": ""},
            {"endpoint": "https://fcm.googleapis.com/" + "x" * 1000},
            {"endpoint": "https://fcm.googleapis.com/\x00"},
            {"p256dh": "A" * 5000},
            {"auth": ""},
        ],
    )
    def test_neither_is_anything_else_stored(self, as_alice: Client, changes: dict[str, str]) -> None:
        answer = switch_on(as_alice, CHROME, **changes)
        assert (answer.status_code, bool(answer.json()["words"])) == (422, True)
        assert not PushDevice.objects.exists()

    def test_a_browser_that_calls_itself_something_long_is_cut(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post(DEVICE, CHROME.subscription(), headers={"User-Agent": "<b>" * 300})
        assert len(alice.push_devices.get().user_agent) == 200
        assert "Unknown device" in text_of(as_alice.get("/settings/reminders/"))


class TestOffered:
    @pytest.mark.parametrize("key", ["", "nonsense", "A" * 43])
    def test_nothing_of_it_without_a_key(self, as_alice: Client, settings: Settings, key: str) -> None:
        settings.WEB_PUSH_PRIVATE_KEY = key
        page = as_alice.get("/settings/reminders/")
        assert "On this device" not in text_of(page)
        assert "js/reminders.js" not in page.content.decode()
        assert as_alice.get(DEVICE).status_code == 404
        assert switch_on(as_alice, CHROME).status_code == 404

    def test_nothing_of_it_without_the_extra(self, as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pywebpush", None)
        assert "On this device" not in text_of(as_alice.get("/settings/reminders/"))
        assert as_alice.get(DEVICE).status_code == 404
        with pytest.raises(CommandError, match=r"requirements-push\.lock"):
            call_command("web_push_key")

    def test_without_a_script_the_other_ways_are_named(self, as_alice: Client, settings: Settings) -> None:
        words = "The e-mail and the calendar on this page work without it."
        assert words in text_of(as_alice.get("/settings/reminders/"))
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
        assert "The calendar on this page works without it." in text_of(as_alice.get("/settings/reminders/"))

    def test_the_command_makes_keys_that_are_good(self) -> None:
        made = []
        for _ in range(2):
            out = StringIO()
            call_command("web_push_key", stdout=out)
            made.append(out.getvalue().strip())
        assert made[0] != made[1]
        assert all(len(push.public_key(key)) == 87 for key in made)

    def test_a_page_does_not_wait_for_the_slow_package(self) -> None:
        script = (
            "import django, sys; django.setup(); from diary import push, urls;"
            f"assert push.public_key({PUSH_KEY!r}); print(sorted({{'pywebpush', 'aiohttp', 'requests'}} & set(sys.modules)))"
        )
        environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "PATH": ""}
        answer = subprocess.run(
            [sys.executable, "-c", script],
            cwd=site.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert answer.stdout.strip() == "[]"
