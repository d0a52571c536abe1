"""Access for apps: tokens made, shown once, listed, revoked."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from diary.models import AccessToken, Diarist
from diary.tokens import MOST_TOKENS, digest_of
from tests.conftest import NOW
from tests.diary.test_api import Program
from tests.diary.test_check import text_of
from tests.diary.test_delete_day import prove

NEW = "/settings/tokens/new/"
LIST = "/settings/tokens/"


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def proven(as_alice: Client) -> Client:
    """Alice, who typed her password just now."""
    prove(as_alice)
    return as_alice


def typed(**fields: str) -> dict[str, str]:
    """The form as it is sent."""
    return {"id": str(uuid.uuid4()), "name": "Button by the bed", "may_log": "on", "days": "365"} | fields


def secret_in(answer: Any) -> str:
    """The token in the field to copy."""
    found = re.search(r'value="(mtd_[\w-]{43})"', answer.content.decode())
    assert found
    return found[1]


def kept(diarist: Diarist, **values: object) -> AccessToken:
    """A stored token."""
    row = {"name": "Old", "may_read": True, "digest": uuid.uuid4().hex, "start": "mtd_abcdef", "made_at": NOW}
    return AccessToken.objects.create(diarist=diarist, **row | values)


def test_a_new_one_is_shown_once_and_works(proven: Client, alice: Diarist) -> None:
    answer = proven.post(NEW, typed())
    secret = secret_in(answer)
    row = alice.access_tokens.get()
    assert (row.name, row.may_log, row.may_read, row.made_at) == ("Button by the bed", True, False, NOW)
    assert (row.expires_on, row.last_used_at) == (dt.date(2027, 11, 23), None)
    assert (row.digest, row.start) == (digest_of(secret), secret[:10])
    assert answer.headers["Cache-Control"] == "no-store"
    assert Program(secret).send("post", "/episodes", {"location": "calf"}).status_code == 201
    assert secret not in proven.get(LIST).content.decode()


def test_the_field_can_be_marked_and_copied_without_a_script(proven: Client) -> None:
    page = proven.post(NEW, typed()).content.decode()
    field = re.search(r'<input\s+class="secret"[^>]*>', page)
    assert field
    assert "readonly" in field[0]
    assert "disabled" not in field[0]


@pytest.mark.parametrize(("days", "last"), [("30", dt.date(2026, 12, 23)), ("", None)])
def test_its_last_day(proven: Client, alice: Diarist, days: str, last: dt.date | None) -> None:
    proven.post(NEW, typed(days=days))
    assert alice.access_tokens.get().expires_on == last


def test_sent_again_it_is_neither_made_nor_shown_again(proven: Client, alice: Diarist) -> None:
    sent = typed()
    proven.post(NEW, sent)
    again = proven.post(NEW, sent, follow=True)
    assert "Its text was shown then, and only then." in text_of(again)
    assert not re.search(r'value="mtd_', again.content.decode())
    assert alice.access_tokens.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"may_log": ""}, "Choose at least one."),
        ({"days": "7"}, "Select a valid choice."),
        ({"id": "x"}, "Enter a valid UUID."),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(
    proven: Client, alice: Diarist, wrong: dict[str, str], said: str
) -> None:
    answer = proven.post(NEW, typed() | wrong)
    assert answer.status_code == 422
    assert said in text_of(answer)
    if "name" not in wrong:
        assert 'value="Button by the bed"' in answer.content.decode()
    assert not alice.access_tokens.exists()


def test_there_is_an_end_to_it(proven: Client, alice: Diarist) -> None:
    for _ in range(MOST_TOKENS):
        kept(alice)
    answer = proven.post(NEW, typed())
    assert answer.status_code == 422
    assert "You have 50 tokens. Revoke one first." in text_of(answer)


def test_an_id_of_somebody_elses_token_makes_none(proven: Client, alice: Diarist, charlie: Diarist) -> None:
    theirs = kept(charlie)
    proven.post(NEW, typed(id=str(theirs.pk)))
    assert not alice.access_tokens.exists()
    theirs.refresh_from_db()
    assert (theirs.name, theirs.diarist) == ("Old", charlie)


def test_who_makes_one_types_the_password_first(as_alice: Client, alice: Diarist) -> None:
    assert as_alice.get(NEW).headers["Location"].startswith("/accounts/reauthenticate/")
    assert as_alice.post(NEW, typed()).headers["Location"].startswith("/accounts/reauthenticate/")
    assert not alice.access_tokens.exists()
    assert secret_in(prove(as_alice, next=NEW))


def test_the_list_says_what_each_may_and_when_it_was_used(
    as_alice: Client, alice: Diarist, charlie: Diarist
) -> None:
    kept(alice, name="Bed", may_log=True, last_used_at=NOW - dt.timedelta(hours=1))
    kept(alice, name="Script", expires_on=NOW.date())
    kept(alice, name="Gone", may_read=False, may_log=True, expires_on=NOW.date() - dt.timedelta(days=1))
    kept(charlie, name="Theirs")
    words = text_of(as_alice.get(LIST))
    assert "Bed may log and read · begins with mtd_abcdef made 23 Nov · last used 23 Nov at 20:40" in words
    assert "valid until you revoke it" in words
    assert "Script may read · begins with mtd_abcdef made 23 Nov · never used · valid until 23 Nov" in words
    assert "Gone may log · begins with mtd_abcdef made 23 Nov · never used · no longer valid" in words
    assert "Theirs" not in words


def test_a_revoked_one_is_gone(proven: Client, alice: Diarist) -> None:
    secret = secret_in(proven.post(NEW, typed(may_read="on")))
    url = f"{LIST}{alice.access_tokens.get().pk}/revoke/"
    assert "Button by the bed" in text_of(proven.get(url))
    assert Program(secret).send("get", "/days").status_code == 200
    assert "Revoked: Button by the bed" in text_of(proven.post(url, follow=True))
    assert Program(secret).send("get", "/days").status_code == 401
    assert not AccessToken.objects.exists()


def test_making_one_is_no_change_of_the_diary(proven: Client, alice: Diarist) -> None:
    proven.post(NEW, typed())
    alice.refresh_from_db()
    assert alice.revision == 0
