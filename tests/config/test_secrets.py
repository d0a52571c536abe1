"""What opens a diary can't be guessed, read off the disk, or fetched from the server."""

import hashlib
import re
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django.fixtures import Settings

from diary.models import AccessToken, Diarist
from diary.tokens import new_secret
from tests.conftest import NOW
from tests.triage.sheets import choose
from triage.models import ShareLink
from triage.sharing import TOKEN_BYTES, make_link

PASSWORD = "correct horse battery"
LONG = "correct horse battery staple " * 10


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def _as_it_runs(settings: Settings) -> None:
    """The hashes of the real settings, which the other tests do without."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


def test_the_real_settings_choose_no_other_hash() -> None:
    text = (django_settings.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")
    assert "PASSWORD_HASHERS" not in text


@pytest.mark.usefixtures("_as_it_runs")
def test_passwords_and_passphrases_are_hashed_slowly(alice: Diarist) -> None:
    user = User.objects.create_user("dora", password=PASSWORD)
    link, _ = make_link(alice, uuid.uuid4(), choose(NOW.date()), days=7, now=NOW, passphrase="open sesame")
    for stored in (user.password, link.passphrase):
        algorithm, rounds, salt, _digest = stored.split("$")
        assert identify_hasher(stored).algorithm == algorithm == "pbkdf2_sha256"
        assert int(rounds) >= 600_000
        assert len(salt) >= 22
        assert "sesame" not in stored


def test_a_long_password_counts_to_its_last_letter(client: Client) -> None:
    form = {"username": "dora", "password1": LONG, "time_zone": ""}
    assert client.post(reverse("account_signup"), form).status_code == 302
    for wrong in (LONG[:-2], LONG[:72], LONG.upper(), LONG.strip() + "x"):
        answer = Client().post(reverse("account_login"), {"login": "dora", "password": wrong})
        assert answer.status_code == 422
    cache.clear()
    assert Client().post(reverse("account_login"), {"login": "dora", "password": LONG}).status_code == 302


def test_what_opens_a_diary_cannot_be_guessed(client: Client, alice: Diarist) -> None:
    assert TOKEN_BYTES * 8 >= 128
    keys = {make_link(alice, uuid.uuid4(), choose(NOW.date()), days=7, now=NOW)[1] for _ in range(20)}
    assert {len(key) for key in keys} == {32}
    assert len({key[:8] for key in keys}) == 20
    secrets = {new_secret() for _ in range(20)}
    assert {len(secret.removeprefix("mtd_")) for secret in secrets} == {43}
    assert len({secret[:12] for secret in secrets}) == 20
    client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
    assert re.fullmatch(r"[a-z0-9]{32}", client.cookies["session"].value)


def test_a_copy_of_the_database_opens_no_link_and_no_token(alice: Diarist) -> None:
    _, key = make_link(alice, uuid.uuid4(), choose(NOW.date()), days=7, now=NOW)
    secret = new_secret()
    digest = hashlib.sha256(secret.encode()).hexdigest()
    AccessToken.objects.create(
        diarist=alice, name="x", may_read=True, digest=digest, start=secret[:10], made_at=NOW
    )
    stored = f"{list(ShareLink.objects.values())}{list(AccessToken.objects.values())}"
    assert key not in stored
    assert secret not in stored
    for found in (ShareLink.objects.get().token_hash, digest, secret[:10]):
        assert Client().get(f"/s/{found}/").status_code == 404
        answer = Client().get("/api/v1/days", headers={"Authorization": f"Bearer {found}"})
        assert answer.status_code == 401


def test_a_session_holds_no_word_of_a_diary(as_alice: Client, alice: Diarist) -> None:
    as_alice.post("/days/2026-11-22/context/note/", {"value": "secret note"})
    as_alice.get("/")
    assert "secret" not in str([session.get_decoded() for session in Session.objects.all()])
    assert alice.days.get().note == "secret note"


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.env",
        "/manage.py",
        "/config/settings.py",
        "/data/diary.sqlite3",
        "/data/secret_key",
        "/static/",
        "/static/js/",
        "/static/../config/settings.py",
        "/static/%2e%2e/config/settings.py",
        "/static/..%2fmanage.py",
        "/static//etc/passwd",
        "/server-status",
        "/debug/",
    ],
)
def test_nothing_of_the_source_is_served(as_alice: Client, path: str) -> None:
    answer = as_alice.get(path)
    assert answer.status_code == 404
    assert b"SECRET_KEY" not in answer.content
    assert b"Index of" not in answer.content


def test_no_request_holds_the_environment(db: None) -> None:
    """The web server puts it in, and allauth keeps a form that has to wait for the password with all its request."""
    from config.wsgi import application  # noqa: PLC0415  (says on the console what there is to say)

    environ = RequestFactory().get("/").environ | {"PATH": "x", "HOME": "/srv"}
    application(environ, lambda *_: lambda _: None)
    assert not {"PATH", "HOME"} & environ.keys()
    assert environ["REQUEST_METHOD"] == "GET"
