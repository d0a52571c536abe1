"""Settings: each section by itself; nothing stands there that leads nowhere."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings as site
from django.test import Client

from diary.models import Diarist
from tests.conftest import NOW
from tests.diary.test_check import text_of


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_shows_what_is_chosen(as_alice: Client, alice: Diarist) -> None:
    alice.name, alice.country = "Alice Ärztin", "GB"
    alice.save()
    response = as_alice.get("/settings/")
    html, text = response.content.decode(), text_of(response)
    assert 'value="Alice Ärztin"' in html
    assert '<option value="GB" selected>United Kingdom (999)</option>' in html
    assert '<option value="Europe/Berlin" selected>Berlin</option>' in html
    assert "Your diary goes by Berlin: it is 21:40, Monday 23 November." in text
    assert "It does not diagnose and can't rule anything out." in text
    assert "Version 0.1.0" in text


def test_the_country_is_guessed_until_it_is_chosen(as_alice: Client) -> None:
    assert "By time zone (now: Germany, 112)" in text_of(as_alice.get("/settings/"))


def test_every_link_leads_somewhere(as_alice: Client) -> None:
    main = as_alice.get("/settings/").content.decode().partition("<main")[2].partition("</main>")[0]
    links = re.findall(r'href="(/[^"]*)"', main)
    assert len(links) >= 6
    for link in links:
        assert as_alice.get(link, follow=True).status_code == 200, link


class TestSections:
    def test_you(self, as_alice: Client, alice: Diarist) -> None:
        sent = {"section": "you", "name": " Alice 🦊 ", "country": "ZZ"}
        response = as_alice.post("/settings/", sent)
        assert response["Location"] == "/settings/?saved=you#you"
        alice.refresh_from_db()
        assert (alice.name, alice.country) == ("Alice 🦊", "ZZ")
        text = text_of(as_alice.get("/settings/?saved=you"))
        assert "You Saved Name on the print-out" in text
        assert text.count("Saved") == 1

    def test_time(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post("/settings/", {"section": "time", "time_zone": "America/New_York"})
        alice.refresh_from_db()
        assert (alice.time_zone, alice.follows_device) == ("America/New_York", False)
        assert "goes by New York: it is 15:40, Monday 23 November." in text_of(as_alice.get("/settings/"))

    def test_following_the_device(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.cookies["zone"] = "Asia/Calcutta"
        sent = {"section": "time", "time_zone": "Europe/Berlin", "follows_device": "on"}
        as_alice.post("/settings/", sent)
        alice.refresh_from_db()
        assert (alice.time_zone, alice.follows_device) == ("Europe/Berlin", True)
        html = as_alice.get("/settings/").content.decode()
        assert "goes by Calcutta: it is 02:10, Tuesday 24 November." in re.sub(r"\s+", " ", html)
        assert '<option value="Asia/Calcutta" selected>Calcutta</option>' in html

    def test_language_shows_at_once_and_is_remembered(self, as_alice: Client, alice: Diarist) -> None:
        response = as_alice.post("/settings/", {"section": "language", "language": "de"})
        cookie = response.cookies[site.LANGUAGE_COOKIE_NAME]
        assert (cookie.value, cookie["samesite"]) == ("de", "Lax")
        alice.refresh_from_db()
        assert alice.language == "de"
        assert '<html lang="de"' in as_alice.get("/settings/").content.decode()

    def test_units(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post("/settings/", {"section": "units", "volume_unit": "fl_oz"})
        alice.refresh_from_db()
        assert alice.volume_unit == "fl_oz"

    def test_a_section_leaves_the_others_alone(self, as_alice: Client, alice: Diarist) -> None:
        alice.name, alice.country = "Alice", "FR"
        alice.save()
        as_alice.post("/settings/", {"section": "units", "volume_unit": "fl_oz", "name": "Mallory"})
        alice.refresh_from_db()
        assert (alice.name, alice.country, alice.time_zone) == ("Alice", "FR", "Europe/Berlin")

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"section": "you", "name": "x" * 101}, "name"),
            ({"section": "you", "name": "a\x00"}, "name"),
            ({"section": "you", "country": "XX"}, "country"),
            ({"section": "time", "time_zone": "Europe/Atlantis"}, "time_zone"),
            ({"section": "time", "time_zone": "../../etc/passwd"}, "time_zone"),
            ({"section": "time", "time_zone": ""}, "time_zone"),
        ],
    )
    def test_bad_input_stands_at_its_field(
        self, as_alice: Client, alice: Diarist, sent: dict[str, str], field: str
    ) -> None:
        response = as_alice.post("/settings/", sent)
        assert response.status_code == 422
        assert f'id="id_{field}_error"' in response.content.decode()
        alice.refresh_from_db()
        assert (alice.name, alice.country, alice.time_zone) == ("", "", "Europe/Berlin")

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"section": "x\x00"},
            {"section": "language", "language": "xx"},
            {"section": "units", "volume_unit": "gallons"},
        ],
    )
    def test_what_no_page_offers_changes_nothing(
        self, as_alice: Client, alice: Diarist, sent: dict[str, str]
    ) -> None:
        assert as_alice.post("/settings/", sent).status_code == 422
        alice.refresh_from_db()
        assert (alice.language, alice.volume_unit) == ("en", "ml")

    def test_nobody_elses(self, as_alice: Client, charlie: Diarist) -> None:
        as_alice.post("/settings/", {"section": "you", "name": "Alice"})
        charlie.refresh_from_db()
        assert charlie.name == ""


def test_signing_out_is_one_button(as_alice: Client) -> None:
    html = as_alice.get("/settings/").content.decode()
    assert re.search(r'<form\s+method="post"\s+action="/accounts/logout/"', html)
    as_alice.post("/accounts/logout/")
    assert as_alice.get("/settings/").status_code == 302
