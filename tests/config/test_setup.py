"""The first account: made once, by the right person."""

import logging
import stat
from collections.abc import Generator
from pathlib import Path
from threading import Barrier, Thread
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from config import setup
from diary.models import Diarist

OWNER = {"username": "admin", "email": "", "password1": "correct horse battery", "time_zone": "Asia/Tokyo"}
PAGE = "/setup/"


@pytest.fixture(autouse=True)
def _fresh(settings: Settings, tmp_path: Path, db: None) -> Generator[None]:
    """A copy of the app that nobody has an account on, and that nobody has tried anything on."""
    cache.clear()
    settings.DATA_DIR = tmp_path
    setup.settled.clear()
    yield
    setup.settled.set()


@pytest.fixture
def _public(settings: Settings) -> None:
    settings.SITE_URL = urlsplit("http://diary.example.org")


def code_file() -> Path:
    return setup.code_path()


@pytest.mark.parametrize("entrance", ["account_login", "account_signup"])
def test_both_entrances_lead_to_the_owners_page(client: Client, entrance: str) -> None:
    assert client.get(reverse(entrance)).headers["Location"] == PAGE
    assert client.post(reverse(entrance), OWNER).headers["Location"] == PAGE
    assert not User.objects.exists()


def test_every_other_page_leads_to_the_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


def test_the_owner_manages_accounts_and_has_a_diary_in_the_zone_of_the_device(client: Client) -> None:
    answer = client.post(PAGE, OWNER)

    assert answer.headers["Location"] == reverse("diary:today")
    owner = User.objects.get()
    assert (owner.username, owner.is_staff, owner.is_superuser, owner.is_active) == ("admin", True, True, True)
    assert owner.check_password("correct horse battery")
    assert Diarist.objects.get().time_zone == "Asia/Tokyo"
    assert client.session["_auth_user_id"] == str(owner.pk)


def test_it_is_gone_once_there_is_an_account(client: Client, alice: Diarist) -> None:
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, OWNER).status_code == 404
    assert User.objects.count() == 1


def test_the_database_is_asked_only_until_there_is_an_account(client: Client, alice: Diarist) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("account_login")).status_code == 200
        return sum("auth_user" in query["sql"] for query in queries)

    assert [questions(), questions(), questions()] == [1, 0, 0]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("username", "", "This field is required."),
        ("username", "a b", "Enter a valid username."),
        ("username", "nul\0", "Null characters are not allowed."),
        ("username", "x" * 151, "at most 150 characters"),
        ("email", "nowhere", "Enter a valid email address."),
        ("password1", "12345678", "This password is entirely numeric."),
    ],
)
def test_wrong_input_is_answered_next_to_its_field(client: Client, field: str, value: str, message: str) -> None:
    answer = client.post(PAGE, OWNER | {field: value})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not User.objects.exists()


def test_on_this_computer_no_code_is_asked_for(client: Client) -> None:
    assert b"Setup code" not in client.get(PAGE).content


@pytest.mark.usefixtures("_public")
@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "\0", "ß" * 16, "x" * 500])
def test_on_a_public_address_a_wrong_code_makes_nothing(client: Client, code: str) -> None:
    answer = client.post(PAGE, OWNER | {"code": code})
    assert answer.status_code == 422
    assert 'id="id_code_error"' in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.usefixtures("_public")
def test_on_a_public_address_the_code_from_the_log_makes_the_owner(client: Client) -> None:
    typed = setup.setup_code().lower().replace("-", " ")
    assert client.post(PAGE, OWNER | {"code": typed}).status_code == 302
    assert User.objects.get().is_superuser


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via"])
def test_behind_a_proxy_on_this_computer_the_code_is_asked_for(client: Client, name: str) -> None:
    assert b"Setup code" in client.get(PAGE, headers={name: "x"}).content
    assert client.post(PAGE, OWNER, headers={name: "x"}).status_code == 422
    assert not User.objects.exists()


def test_somebody_in_the_same_network_needs_the_code_too() -> None:
    assert b"Setup code" in Client(REMOTE_ADDR="192.168.1.20").get(PAGE).content
    assert b"Setup code" in Client(REMOTE_ADDR="").get(PAGE).content


def test_the_code_can_be_read_in_the_log_and_in_a_private_file(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="config.setup"):
        setup.announce()

    assert setup.setup_code() in caplog.text
    assert code_file().read_text().strip() == setup.setup_code()
    assert stat.S_IMODE(code_file().stat().st_mode) == 0o600


def test_nothing_is_announced_once_there_is_an_account(caplog: pytest.LogCaptureFixture, alice: Diarist) -> None:
    setup.announce()
    assert not caplog.text
    assert not code_file().exists()


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_with_the_code(client: Client) -> None:
    setup.announce()
    client.post(PAGE, OWNER)
    assert not code_file().exists()
    assert client.get(PAGE).status_code == 404


@pytest.mark.usefixtures("_public")
def test_the_code_cannot_be_tried_out(client: Client) -> None:
    wrong = OWNER | {"code": "AAAA-AAAA-AAAA-AAAA"}
    statuses = [client.post(PAGE, wrong).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_make_one_owner() -> None:
    start = Barrier(4)
    answers = []

    def send(number: int) -> None:
        browser = Client()
        start.wait()
        answers.append(browser.post(PAGE, OWNER | {"username": f"owner{number}"}))
        connection.close()

    threads = [Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert User.objects.count() == 1
    assert Diarist.objects.count() == 1
    places = sorted(answer.headers.get("Location", str(answer.status_code)) for answer in answers)
    assert places.count(reverse("diary:today")) == 1
    assert set(places) <= {reverse("diary:today"), reverse("account_login"), "404"}


@pytest.mark.django_db(transaction=True)
def test_whoever_deletes_the_last_account_finds_the_owners_page_again(client: Client) -> None:
    first, last = (User.objects.create_user(name) for name in ("first", "last"))
    assert client.get(reverse("account_login")).status_code == 200
    first.delete()
    assert client.get(reverse("account_login")).status_code == 200
    last.delete()
    assert client.get(reverse("account_login")).headers["Location"] == PAGE
