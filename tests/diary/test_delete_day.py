"""A day deleted for good: asked with counts, after a fresh proof of who asks, and only that day."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from diary.erasing import erased
from diary.models import Diarist
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_check import text_of

URL = "/data/delete/day/"
DAY = {"date": "2026-11-20"}


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


def prove(client: Client, **sent: str) -> object:
    """Type the password on the page that asks for it."""
    return client.post("/accounts/reauthenticate/", {"password": "correct horse battery", **sent}, follow=True)


@pytest.fixture
def proven(as_alice: Client) -> Client:
    """Alice, who typed her password just now."""
    prove(as_alice)
    return as_alice


def fill(diarist: Diarist) -> None:
    """Two entries, context and an answer on the day, and one entry on the day after."""
    episode_at(diarist, "2026-11-20", note="secret")
    episode_at(diarist, "2026-11-20", "13:00", location="lid_upper", side="right")
    episode_at(diarist, "2026-11-21")
    diarist.days.create(date=dt.date(2026, 11, 20), note="secret")
    diarist.sign_checks.create(date=dt.date(2026, 11, 20), sign="write", answer="no", recorded_at=NOW)


def test_the_page_counts_what_goes_and_deletes_nothing(proven: Client, alice: Diarist) -> None:
    fill(alice)
    page = text_of(proven.get(URL, DAY))
    assert "Friday 20 November" in page
    assert "2 entries with a twitch" in page
    assert "what you noted about the day" in page
    assert "1 answer to the function check" in page
    assert alice.episodes.count() == 3


def test_the_day_goes_and_only_the_day(proven: Client, alice: Diarist, charlie: Diarist) -> None:
    fill(alice)
    fill(charlie)
    page = text_of(proven.post(URL, DAY, follow=True))
    assert "Deleted: Friday 20 November" in page
    assert [str(row.local_date) for row in alice.episodes.all()] == ["2026-11-21"]
    assert (alice.days.count(), alice.sign_checks.count()) == (0, 0)
    assert (charlie.episodes.count(), charlie.days.count(), charlie.sign_checks.count()) == (3, 1, 1)
    alice.refresh_from_db()
    assert alice.revision == 1


def test_what_a_file_brought_to_that_day_goes_too(proven: Client, alice: Diarist, charlie: Diarist) -> None:
    shown = {"samples": [{"row": "secret"}], "refusals": [{"row": "secret"}], "new": {"episode": 1}}
    for person in (alice, charlie):
        of = person.imports.create(kind="json", status="stored", created_at=NOW, preview=shown)
        of.days.create(date=dt.date(2026, 11, 20), values={"note": "secret"})
        of.days.create(date=dt.date(2026, 11, 21), values={"note": "stays"})
    waiting = alice.imports.create(kind="json", status="ready", created_at=NOW, preview=shown)
    proven.post(URL, DAY)
    of = alice.imports.get(status="stored")
    assert [day.values for day in of.days.all()] == [{"note": "stays"}]
    assert of.preview == {"new": {"episode": 1}}
    waiting.refresh_from_db()
    assert waiting.preview == shown
    assert (charlie.imports.get().days.count(), charlie.imports.get().preview) == (2, shown)


def test_the_export_is_offered_first(proven: Client, alice: Diarist) -> None:
    fill(alice)
    for url in (f"{URL}?date=2026-11-20", "/data/delete/spot/?spot=calf-left", "/data/delete/account/"):
        assert 'href="/data/export/json/"' in proven.get(url).content.decode()


def test_the_page_of_ones_data_has_all_three(as_alice: Client) -> None:
    page = as_alice.get("/data/").content.decode()
    for url in (URL, "/data/delete/spot/", "/data/delete/account/"):
        assert f'href="{url}"' in page


def test_others_are_told_which_day_it_was(proven: Client, alice: Diarist) -> None:
    heard: list[tuple[object, object, object]] = []

    def hear(sender: object, diarist: Diarist, date: object, place: object, **kwargs: object) -> None:
        heard.append((diarist, date, place))

    erased.connect(hear)
    proven.post(URL, DAY)
    erased.disconnect(hear)
    assert heard == [(alice, dt.date(2026, 11, 20), None)]


def test_who_has_not_proven_it_is_asked_for_the_password(as_alice: Client, alice: Diarist) -> None:
    fill(alice)
    answer = as_alice.get(URL, DAY)
    assert (
        answer.headers["Location"]
        == "/accounts/reauthenticate/?next=%2Fdata%2Fdelete%2Fday%2F%3Fdate%3D2026-11-20"
    )
    answer = as_alice.post(URL, DAY)
    assert answer.headers["Location"] == "/accounts/reauthenticate/?next=%2Fdata%2Fdelete%2Fday%2F"
    assert alice.episodes.count() == 3


def test_what_was_sent_is_done_once_the_password_is_right(as_alice: Client, alice: Diarist) -> None:
    fill(alice)
    as_alice.post(URL, DAY)
    wrong = as_alice.post("/accounts/reauthenticate/", {"password": "wrong", "next": URL})
    assert (wrong.status_code, alice.episodes.count()) == (422, 3)
    prove(as_alice, next=URL)
    assert alice.episodes.count() == 1


def test_the_proof_is_good_for_five_minutes(proven: Client, alice: Diarist) -> None:
    assert proven.get(URL).status_code == 200
    with time_machine.travel(NOW + dt.timedelta(minutes=6), tick=False):
        assert proven.get(URL).status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-11-24", "This day has not come yet."),
        ("1899-12-31", "The diary begins in 1900."),
        ("garbage", "This is not a date."),
        ("", "This field is required."),
    ],
)
def test_what_is_no_day_of_a_diary_is_said_beside_the_field(proven: Client, typed: str, said: str) -> None:
    looked, sent = proven.get(URL, {"date": typed}), proven.post(URL, {"date": typed})
    assert (looked.status_code, sent.status_code) == (200, 422)
    assert said in text_of(looked)
    assert said in text_of(sent)


def test_a_day_without_anything_offers_no_button(proven: Client) -> None:
    page = proven.get(URL, DAY)
    assert "there is nothing to delete" in text_of(page)
    assert 'method="post"' not in page.content.decode()
