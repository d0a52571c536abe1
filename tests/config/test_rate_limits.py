"""A password can't be tried out: not by many tries, not by many processes, not by a made-up address."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from diary.models import Diarist
from triage.sharing import make_link
from triage.summary.choice import Choice

RIGHT = "correct horse battery"
# Another process that shares nothing with this one but the database that the tests run on.
TRY = """
import json, sys, django
from django.conf import settings
name = sys.argv[1]
settings.DATABASES["default"]["NAME"] = name
django.setup()
from django.test.utils import setup_test_environment
setup_test_environment()
from config.setup import settled
from django.test import Client
settled.set()
settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
data = {"login": "alice", "password": sys.argv[2]}
print(json.dumps([Client().post("/accounts/login/", data).status_code for _ in range(int(sys.argv[3]))]))
"""


@pytest.fixture(autouse=True)
def _nobody_tried_before(db: None) -> None:
    cache.clear()


def attempt(password: str = "wrong", name: str = "alice") -> tuple[int, str]:
    """One try from a fresh browser."""
    answer = Client().post(reverse("account_login"), {"login": name, "password": password})
    return answer.status_code, answer.content.decode()


def test_the_sixth_try_is_blocked_and_says_how_long_to_wait(alice: Diarist, settings: Settings) -> None:
    assert [attempt()[0] for _ in range(5)] == [422] * 5
    status, words = attempt()
    assert status == 429
    assert "Too many wrong tries. Wait 5 minutes, then try again." in words
    assert settings.LOGIN_WAIT_SECONDS == 5 * 60
    answer = Client().post(reverse("account_login"), {"login": "alice", "password": "wrong"})
    assert answer.headers["Retry-After"] == "300"


def test_the_right_password_does_not_help_while_it_is_blocked(alice: Diarist) -> None:
    for _ in range(5):
        attempt()
    assert attempt(RIGHT)[0] == 429


def test_a_slip_now_and_then_blocks_nobody(alice: Diarist) -> None:
    for _ in range(3):
        assert attempt()[0] == 422
        assert attempt(RIGHT)[0] == 302


def test_writing_the_name_otherwise_is_no_other_name(alice: Diarist) -> None:
    for name in ("alice", "ALICE", " alice ", "Alice", "aLice"):
        assert attempt(name=name)[0] == 422
    assert attempt()[0] == 429


def test_many_names_from_one_place_are_blocked_too(alice: Diarist) -> None:
    statuses = [attempt(name=f"name{number}")[0] for number in range(12)]
    assert statuses == [422] * 10 + [429] * 2


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-Ip", "Forwarded", "Client-Ip"])
def test_a_made_up_address_does_not_get_round_it(alice: Diarist, settings: Settings, header: str) -> None:
    assert settings.ALLAUTH_TRUSTED_PROXY_COUNT == 0
    statuses = []
    for number in range(12):
        browser = Client(headers={header: f"198.51.100.{number}"})
        data = {"login": f"name{number}", "password": "wrong"}
        statuses.append(browser.post(reverse("account_login"), data).status_code)
    assert statuses == [422] * 10 + [429] * 2


def test_behind_a_proxy_only_what_the_proxy_wrote_counts(alice: Diarist, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    statuses = []
    for number in range(12):
        browser = Client(headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"})
        data = {"login": f"name{number}", "password": "wrong"}
        statuses.append(browser.post(reverse("account_login"), data).status_code)
    assert statuses == [422] * 10 + [429] * 2


def test_a_code_of_the_second_step_cannot_be_tried_out_either(client: Client, alice: Diarist) -> None:
    TOTP.activate(alice.user, generate_totp_secret())
    client.post(reverse("account_login"), {"login": "alice", "password": RIGHT})
    statuses = [client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_the_password_on_an_open_device_cannot_be_tried_out(alice: Diarist) -> None:
    browser = Client()
    browser.post(reverse("account_login"), {"login": "alice", "password": RIGHT})
    url = reverse("account_reauthenticate")
    statuses = [browser.post(url, {"password": "wrong"}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_password_mails_cannot_flood_anybody(client: Client, alice: Diarist, mailoutbox: list[object]) -> None:
    url = reverse("account_reset_password")
    statuses = [client.post(url, {"email": "alice@example.org"}).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]
    assert len(mailoutbox) == 5


def test_an_address_that_many_accounts_share_costs_no_more_than_three(
    alice: Diarist, client: Client, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may sign up with it, for an address that nobody confirmed is nobody's yet."""
    for number in range(9):
        User.objects.create_user(f"robot{number}", alice.user.email, f"not {RIGHT}")
    tried: list[str] = []
    check = User.check_password

    def counted(user: User, password: str) -> bool:
        tried.append(user.username)
        return check(user, password)

    monkeypatch.setattr(User, "check_password", counted)
    assert client.post(reverse(LOGIN), {"login": alice.user.email, "password": "wrong"}).status_code == 422
    assert set(tried) == {"alice", "robot0", "robot1"}
    assert client.post(reverse(LOGIN), {"login": alice.user.email, "password": RIGHT}).status_code == 302
    client.post(reverse(RESET), {"email": alice.user.email})
    assert sorted(mail.to for mail in mailoutbox) == [[alice.user.email]] * 3
    assert any("alice" in str(mail.body) for mail in mailoutbox)


def from_everywhere(proxies: int) -> Iterator[Client]:
    """A new browser each time, from one place, that claims to be somewhere else, and to want another host, each time."""
    for number in range(200):
        claimed = f"198.51.100.{number}"
        said = f"{claimed}, 203.0.113.9" if proxies else claimed
        names = ("X-Real-Ip", "Forwarded", "Client-Ip", "True-Client-Ip", "X-Forwarded", "Cf-Connecting-Ip")
        yield Client(
            SERVER_NAME="localhost",
            SERVER_PORT=str(8000 + number),
            headers={"X-Forwarded-For": said} | dict.fromkeys(names, claimed),
        )


def statuses_of(proxies: int, count: int, ask: Callable[[Client, int], Any]) -> list[int]:
    """The answers to `count` tries, each from a made-up address."""
    return [
        ask(client, number).status_code
        for number, client in zip(range(count), from_everywhere(proxies), strict=False)
    ]


def as_signed_in(client: Client, url: str, form: dict[str, str]) -> Any:
    """A form from an open device of alice's."""
    client.force_login(User.objects.get(username="alice"), backend="config.accounts.AccountBackend")
    return client.post(reverse(url), form)


def second_step(client: Client, number: int) -> Any:
    """A guess at the code after the right password."""
    client.post(reverse("account_login"), {"login": "alice", "password": RIGHT})
    return client.post(reverse("mfa_authenticate"), {"code": f"{number:06}"})


def new_account(client: Client, number: int) -> Any:
    """One more account."""
    form = {"username": f"robot{number}", "password1": RIGHT, "time_zone": ""}
    return client.post(reverse("account_signup"), form)


LOGIN, RESET = "account_login", "account_reset_password"
# What is tried, how often it is answered, and with what status.
LIMITED: dict[str, tuple[Callable[[Client, int], Any], int, int]] = {
    "one name": (lambda c, n: c.post(reverse(LOGIN), {"login": "alice", "password": f"wrong {n}"}), 5, 422),
    "many names": (lambda c, n: c.post(reverse(LOGIN), {"login": f"name{n}", "password": "wrong"}), 10, 422),
    "second step": (second_step, 5, 422),
    "password again": (lambda c, n: as_signed_in(c, "account_reauthenticate", {"password": f"{n}"}), 5, 422),
    "code again": (lambda c, n: as_signed_in(c, "mfa_reauthenticate", {"code": f"{n:06}"}), 5, 422),
    "mails to one": (lambda c, n: c.post(reverse(RESET), {"email": "alice@example.org"}), 5, 302),
    "mails to many": (lambda c, n: c.post(reverse(RESET), {"email": f"name{n}@example.org"}), 20, 302),
    "accounts": (new_account, 20, 302),
}


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("name", LIMITED)
def test_no_made_up_address_gets_round_a_limit(
    alice: Diarist, settings: Settings, name: str, proxies: int
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    TOTP.activate(alice.user, generate_totp_secret())
    ask, allowed, status = LIMITED[name]
    assert statuses_of(proxies, allowed + 2, ask) == [status] * allowed + [429] * 2


@pytest.mark.parametrize("proxies", [0, 1])
def test_no_made_up_address_finds_a_link_a_passphrase_or_a_token(
    alice: Diarist, settings: Settings, proxies: int
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    now = timezone.now()
    days = Choice(now.date(), now.date(), "a4", "en", frozenset())
    _, key = make_link(alice, uuid.uuid4(), days, days=7, now=now, passphrase="open sesame")
    url = reverse("triage:share", args=[key])

    def passphrase(client: Client, number: int) -> Any:
        return client.post(url, {"passphrase": f"open {number}"})

    def link(client: Client, number: int) -> Any:
        return client.get(f"/s/guess-{number}/")

    def token(client: Client, number: int) -> Any:
        return client.get("/api/v1/days", headers={"Authorization": f"Bearer mtd_{number}"})

    for ask, allowed, passed in ((passphrase, 5, 422), (link, 60, 404), (token, 20, 401)):
        cache.clear()
        assert statuses_of(proxies, allowed + 2, ask) == [passed] * allowed + [429] * 2, ask.__name__


def test_somebody_behind_the_same_proxy_is_somebody_else(alice: Diarist, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(12):
        browser = Client(headers={"X-Forwarded-For": f"192.0.2.{number}"})
        data = {"login": f"name{number}", "password": "wrong"}
        assert browser.post(reverse("account_login"), data).status_code == 422


def test_accounts_cannot_be_made_in_bulk(db: None) -> None:
    statuses = []
    for number in range(21):
        data = {"username": f"robot{number}", "password1": RIGHT, "time_zone": ""}
        answer = Client().post(reverse("account_signup"), data)
        statuses.append(answer.status_code)
    assert statuses == [302] * 20 + [429]
    assert "Wait one minute" in answer.content.decode()


def test_a_flood_of_names_does_not_push_the_count_out(alice: Diarist, settings: Settings) -> None:
    for _ in range(5):
        attempt()
    for number in range(400):
        cache.set(f"somebody{number}", [number])
    assert attempt()[0] == 429


def tries_of_another_process(password: str, count: int) -> list[int]:
    inherited = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", TRY, str(connection.settings_dict["NAME"]), password, str(count)]
    answer = subprocess.run(
        command,
        cwd=django_settings.BASE_DIR,
        env=inherited,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert answer.returncode == 0, answer.stderr
    statuses: list[int] = json.loads(answer.stdout.splitlines()[-1])
    return statuses


@pytest.mark.django_db(transaction=True)
def test_two_processes_count_together(alice: Diarist) -> None:
    assert [attempt()[0] for _ in range(3)] == [422] * 3
    assert tries_of_another_process("wrong", 3) == [422, 422, 429]
    assert attempt(RIGHT)[0] == 429
    assert tries_of_another_process(RIGHT, 1) == [429]
    cache.clear()
