"""The history of a spot deleted for good: its entries, on every day, and nothing else."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client

from diary.erasing import erased
from diary.models import Diarist
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_check import text_of
from tests.diary.test_delete_day import prove

URL = "/data/delete/spot/"


@pytest.fixture
def proven(as_alice: Client, alice: Diarist) -> Client:
    """Alice, who typed her password just now, with three entries at her left calf and one each elsewhere."""
    cache.clear()
    for date in ("2026-03-01", "2026-05-02", "2026-11-20"):
        episode_at(alice, date, note="secret")
    episode_at(alice, "2026-11-20", side="right")
    episode_at(alice, "2026-11-20", side="")
    alice.sign_checks.create(
        date=dt.date(2026, 11, 20), sign="thinner", answer="yes", location="calf", side="left", recorded_at=NOW
    )
    prove(as_alice)
    return as_alice


def test_only_places_of_the_diary_are_offered(proven: Client) -> None:
    page = proven.get(URL).content.decode()
    assert [key for key in ("calf-left", "calf-right", "calf", "shin-left") if f'value="{key}"' in page] == [
        "calf-left",
        "calf-right",
        "calf",
    ]
    assert "Calf, side not entered" in page


def test_the_page_counts_what_goes(proven: Client, alice: Diarist) -> None:
    page = text_of(proven.get(URL, {"spot": "calf-left"}))
    assert "Left calf" in page
    assert "3 entries with a twitch from 1 Mar 2026 to 20 Nov 2026" in page
    assert "1 entry with a twitch on 20 Nov 2026" in text_of(proven.get(URL, {"spot": "calf-right"}))
    assert alice.episodes.count() == 5


def test_its_entries_go_and_nothing_else(proven: Client, alice: Diarist, charlie: Diarist) -> None:
    episode_at(charlie, "2026-11-20")
    heard: list[object] = []

    def hear(sender: object, place: object, **kwargs: object) -> None:
        heard.append(place)

    erased.connect(hear)
    page = text_of(proven.post(URL, {"spot": "calf-left"}, follow=True))
    erased.disconnect(hear)
    assert "Deleted: Left calf" in page
    assert sorted(alice.episodes.values_list("location", "side")) == [("calf", ""), ("calf", "right")]
    assert (alice.sign_checks.count(), charlie.episodes.count()) == (1, 1)
    assert heard == [("calf", "left")]


@pytest.mark.parametrize("spot", ["shin-left", "", "garbage"])
def test_a_place_that_is_not_in_the_diary_is_refused(proven: Client, alice: Diarist, spot: str) -> None:
    answer = proven.post(URL, {"spot": spot})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert alice.episodes.count() == 5


def test_who_has_not_proven_it_is_asked_for_the_password(as_charlie: Client, charlie: Diarist) -> None:
    episode_at(charlie, "2026-11-20")
    answer = as_charlie.post(URL, {"spot": "calf-left"})
    assert answer.headers["Location"] == "/accounts/reauthenticate/?next=%2Fdata%2Fdelete%2Fspot%2F"
    assert charlie.episodes.count() == 1
