"""What is kept of a diary is never shown for another state of it, for another day, or to anybody else."""

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diary import recording
from diary.history import used_places
from diary.models import Day, Diarist, SignCheck
from diary.shelf import Shelf, shelf
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from triage import scan
from triage.models import Finding

KEPT_PAGES = (
    "/",
    "/?date=2026-11-22",
    "/days/",
    "/timeline/",
    "/triggers/",
    "/doctor/",
    "/patterns/",
    "/check/answers/",
)
WITHOUT_PLACES = {"/triggers/", "/check/answers/"}
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, url: str) -> str:
    """The page as it is sent, without the token that differs from request to request."""
    return client.get(url).content.decode()


def queries(client: Client, url: str) -> int:
    """How many queries a page asks."""
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def spell(diarist: Diarist, days: int) -> None:
    """Every day of the last `days` the left calf twitches."""
    for back in range(days):
        episode_at(diarist, str(TODAY - dt.timedelta(days=back)), "08:00", strength=2, note="on the sofa")


class TestShelf:
    def test_a_revision_is_found_by_its_own_key_only(self, alice: Diarist, charlie: Diarist) -> None:
        kept = Shelf()
        kept.put(alice, ("days", "en"), "seven entries ä")
        assert kept.take(alice, ("days", "en")) == "seven entries ä"
        assert kept.take(alice, ("days", "de")) is None
        assert kept.take(charlie, ("days", "en")) is None
        alice.revision += 1
        assert kept.take(alice, ("days", "en")) is None

    def test_what_was_not_looked_at_for_longest_goes_first(self, alice: Diarist) -> None:
        kept = Shelf(largest_bytes=60)
        for name in ("one", "two"):
            kept.put(alice, (name,), name * 9)
        assert kept.take(alice, ("one",)) == "one" * 9
        size = kept.bytes
        kept.largest_bytes = size
        kept.put(alice, ("six",), "six" * 9)
        assert kept.take(alice, ("two",)) is None
        assert kept.take(alice, ("one",)) == "one" * 9
        assert kept.take(alice, ("six",)) == "six" * 9
        assert kept.bytes <= size

    def test_the_same_twice_takes_the_room_of_one(self, alice: Diarist) -> None:
        kept = Shelf()
        kept.put(alice, ("one",), "x" * 1000)
        size = kept.bytes
        kept.put(alice, ("one",), "x" * 1000)
        assert kept.bytes == size
        kept.forget()
        assert (kept.bytes, kept.take(alice, ("one",))) == (0, None)

    def test_what_is_larger_than_the_whole_shelf_is_not_kept(self, alice: Diarist) -> None:
        kept = Shelf(largest_bytes=4)
        kept.put(alice, ("one",), "one")
        assert (kept.bytes, kept.take(alice, ("one",))) == (0, None)


@pytest.mark.parametrize("url", KEPT_PAGES)
def test_the_second_look_is_the_same_and_asks_less(as_alice: Client, alice: Diarist, url: str) -> None:
    spell(alice, 20)
    scan.current(alice, TODAY)
    # Opening Patterns makes its findings old news, which is a change.
    page(as_alice, "/patterns/")
    shelf.forget()
    first = queries(as_alice, url)
    text = page(as_alice, url)
    assert "Left calf" in text or url in WITHOUT_PLACES
    assert queries(as_alice, url) < first


@pytest.mark.parametrize("url", ["/", "/days/", "/timeline/", "/doctor/", "/patterns/"])
def test_a_new_entry_is_there_at_once(as_alice: Client, alice: Diarist, url: str) -> None:
    spell(alice, 20)
    before = page(as_alice, url)
    as_alice.post(
        "/episodes/", {"id": "6d8e2f6e-1111-4222-8333-444455556666", "location": "shin", "side": "right"}
    )
    after = page(as_alice, url)
    # As text: the map of Today names every place in the address or the label of its area.
    shin = '<b id="spot-shin-right">' if url == "/" else "Right shin"
    assert shin not in before
    assert (shin in after) == (url != "/patterns/")
    assert before != after


@pytest.mark.parametrize("url", KEPT_PAGES)
def test_another_language_has_its_own(as_alice: Client, alice: Diarist, url: str) -> None:
    spell(alice, 20)
    english = page(as_alice, url)
    recording.change_settings(alice, {"language": "de"})
    german = page(as_alice, url)
    assert 'lang="en"' in english
    assert 'lang="de"' in german


@pytest.mark.parametrize("url", KEPT_PAGES)
def test_nobody_else_sees_it(as_alice: Client, alice: Diarist, charlie: Diarist, url: str) -> None:
    spell(alice, 20)
    page(as_alice, url)
    stranger = Client()
    stranger.force_login(charlie.user, backend="config.accounts.AccountBackend")
    text = page(stranger, url)
    # The map of Today names every place, and so does a list to choose from.
    listed = text.partition("<main")[2].replace('<option value="calf-left">Left calf', "")
    assert ("spot-calf-left" if url.startswith("/?") or url == "/" else "Left calf") not in listed
    assert "on the sofa" not in text


def test_ids_and_tokens_are_of_each_look(as_alice: Client, alice: Diarist) -> None:
    """An id that came twice would make one entry of two taps."""
    spell(alice, 3)
    episode_at(alice, "2026-11-22", location="shin")
    looks = [page(as_alice, "/") for _ in range(3)]
    ids = [re.findall(r'name="id" value="([^"]+)"', html) for html in looks]
    assert [len(found) for found in ids] == [2, 2, 2]
    assert len({uuid.UUID(one) for found in ids for one in found}) == 6
    tokens = [set(re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', html)) for html in looks]
    assert [len(found) for found in tokens] == [1, 1, 1]
    assert len(set.union(*tokens)) == 3


def test_the_places_ever_logged_are_counted_once(alice: Diarist) -> None:
    spell(alice, 3)
    assert used_places(alice) == [("calf", "left")]
    with CaptureQueriesContext(connection) as captured:
        assert used_places(alice) == [("calf", "left")]
    assert len(captured) == 0
    Diarist.objects.filter(pk=alice.pk).update(revision=9)
    alice.refresh_from_db()
    episode_at(alice, "2026-11-22", location="shin", side="")
    assert used_places(alice) == [("calf", "left"), ("shin", "")]


def test_an_answer_that_is_deleted_is_gone_at_once(as_alice: Client, alice: Diarist) -> None:
    row = SignCheck.objects.create(diarist=alice, date=TODAY, sign="write", answer="yes", recorded_at=NOW)
    assert str(row.pk) in page(as_alice, "/check/answers/")
    deleted = as_alice.post(f"/check/answers/{row.pk}/delete/").content.decode()
    assert f"/check/answers/{row.pk}/delete/" not in deleted
    assert f"/check/answers/{row.pk}/delete/" not in page(as_alice, "/check/answers/")


def test_the_check_is_offered_again_on_its_day(as_alice: Client, alice: Diarist) -> None:
    spell(alice, 30)
    assert "Time for the function check" in page(as_alice, "/")
    assert "Time for the function check" in page(as_alice, "/")
    as_alice.post("/check/later/")
    assert "Time for the function check" not in page(as_alice, "/")


def test_the_next_day_is_another_page(as_alice: Client, alice: Diarist) -> None:
    spell(alice, 3)
    before = page(as_alice, "/days/")
    with time_machine.travel(NOW + dt.timedelta(days=3), tick=False):
        after = page(as_alice, "/days/")
    assert "not recorded" not in before
    assert "2 days not recorded" in after


def test_what_was_discussed_changes_the_doctors_page_and_patterns(as_alice: Client, alice: Diarist) -> None:
    spell(alice, 20)
    for url in ("/doctor/", "/patterns/"):
        page(as_alice, url)
    finding = Finding.objects.get(diarist=alice, closed_on=None)
    pages = {url: page(as_alice, url) for url in ("/doctor/", "/patterns/")}
    as_alice.post(f"/patterns/{finding.pk}/discussed/", {"on": "2026-11-20"})
    assert "discussed on 20 Nov 2026" not in pages["/doctor/"]
    assert "discussed on 20 Nov 2026" in page(as_alice, "/doctor/")
    assert page(as_alice, "/patterns/") != pages["/patterns/"]


def test_a_kept_form_carries_the_token_of_its_request(alice: Diarist) -> None:
    spell(alice, 20)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice.user, backend="config.accounts.AccountBackend")
    for _ in range(3):
        text = page(strict, "/patterns/")
    finding = Finding.objects.get(diarist=alice, closed_on=None)
    assert "\x01" not in text
    token = text.split('name="csrfmiddlewaretoken" value="')[-1].partition('"')[0]
    answer = {"on": "2026-11-20", "csrfmiddlewaretoken": token}
    assert strict.post(f"/patterns/{finding.pk}/discussed/", answer).status_code == 302
    finding.refresh_from_db()
    assert finding.acknowledged_on == dt.date(2026, 11, 20)


def test_a_day_marked_elsewhere_is_there_at_once(as_alice: Client, alice: Diarist) -> None:
    spell(alice, 2)
    page(as_alice, "/days/")
    recording.mark_no_twitches(alice, TODAY - dt.timedelta(days=4))
    assert Day.objects.filter(diarist=alice, no_twitches=True).count() == 1
    assert "Thursday 19 November" in page(as_alice, "/days/")
