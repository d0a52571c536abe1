"""Three steps after sign-up, each of which can be skipped."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from diary.models import Diarist
from tests.conftest import NOW
from tests.diary.test_check import text_of


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _new(alice: Diarist) -> None:
    alice.welcomed_at = None
    alice.save()


def test_today_sends_here_until_it_was_seen(as_alice: Client) -> None:
    response = as_alice.get("/")
    assert (response.status_code, response["Location"]) == (302, "/welcome/")
    as_alice.post("/welcome/3/")
    assert as_alice.get("/").status_code == 200


def test_step_1_shows_strengths_and_kinds_of_day(as_alice: Client) -> None:
    text = text_of(as_alice.get("/welcome/"))
    assert "Step 1 of 3" in text
    assert "felt only 2 2: seen 3 3: moves the part 4 4: stops what I do" in text
    assert "twitches no twitches not recorded" in text


def test_step_2_says_the_time_in_words(as_alice: Client) -> None:
    text = text_of(as_alice.get("/welcome/2/"))
    assert "Berlin: it is 21:40, Monday 23 November." in text
    assert "By time zone (now: Germany, 112)" in text


def test_step_2_stores_country_and_keeps_the_zone(as_alice: Client, alice: Diarist) -> None:
    alice.follows_device = True
    alice.save()
    response = as_alice.post("/welcome/2/", {"country": "CH", "time_zone": "Europe/Berlin"})
    assert response["Location"] == "/welcome/3/"
    alice.refresh_from_db()
    assert (alice.country, alice.time_zone, alice.follows_device) == ("CH", "Europe/Berlin", True)


def test_another_zone_than_the_devices_is_meant_to_stay(as_alice: Client, alice: Diarist) -> None:
    alice.follows_device = True
    alice.save()
    as_alice.post("/welcome/2/", {"country": "", "time_zone": "America/New_York"})
    alice.refresh_from_db()
    assert (alice.time_zone, alice.follows_device) == ("America/New_York", False)


def test_a_language_is_shown_at_once_and_the_rest_is_kept(as_alice: Client, alice: Diarist) -> None:
    sent = {"country": "AT", "time_zone": "Europe/Vienna", "language": "de"}
    response = as_alice.post("/welcome/2/", sent)
    assert response["Location"] == "/welcome/2/"
    alice.refresh_from_db()
    assert (alice.language, alice.country, alice.time_zone) == ("de", "AT", "Europe/Vienna")
    assert '<html lang="de"' in as_alice.get("/welcome/2/").content.decode()


@pytest.mark.parametrize("sent", [{"country": "XX"}, {"time_zone": "Moon/Base"}, {"time_zone": "\x00"}])
def test_bad_input_stays_on_the_step(as_alice: Client, alice: Diarist, sent: dict[str, str]) -> None:
    response = as_alice.post("/welcome/2/", sent)
    assert response.status_code == 422
    assert "Select a valid choice" in text_of(response)
    alice.refresh_from_db()
    assert (alice.country, alice.time_zone) == ("", "Europe/Berlin")


def test_step_3_says_what_deserves_a_talk_and_when_to_call(as_alice: Client) -> None:
    text = text_of(as_alice.get("/welcome/3/"))
    assert text.index("Most twitches are harmless.") < text.index("Worth a talk with a doctor")
    assert "more than two weeks in the same place without getting better" in text
    assert "Call 112 at once" in text
    assert "It does not diagnose and can't rule anything out." in text


@pytest.mark.parametrize(
    ("path", "sent"), [("/welcome/1/", "skip"), ("/welcome/2/", "skip"), ("/welcome/3/", "x")]
)
def test_every_step_can_end_it(as_alice: Client, alice: Diarist, path: str, sent: str) -> None:
    response = as_alice.post(path, {sent: "1", "country": "XX"})
    assert (response.status_code, response["Location"]) == (302, "/")
    alice.refresh_from_db()
    assert (alice.welcomed_at, alice.country) == (NOW, "")


@pytest.mark.parametrize("step", [0, 4, 99999999999])
def test_there_are_three(as_alice: Client, step: int) -> None:
    assert as_alice.get(f"/welcome/{step}/").status_code == 404
