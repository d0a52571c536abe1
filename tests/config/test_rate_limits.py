"""A password can't be tried out: not by many tries, not by many processes, not by a made-up address."""

import json
import os
import subprocess
import sys

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diary.models import Diarist

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
        timeout=60,
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
