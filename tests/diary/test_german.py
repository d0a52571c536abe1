"""German is complete: in the catalogue, and on the pages."""

import re
from typing import Any

import polib
import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import translation

from diary.body import LOCATIONS
from diary.models import Diarist, Strength, place_name
from diary.signs import SIGNS
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_today import text_of

PATH = settings.BASE_DIR / "diary" / "locale" / "de" / "LC_MESSAGES" / "django.po"
CATALOGUE: polib.POFile = polib.pofile(str(PATH))  # type: ignore[no-untyped-call]
PLACEHOLDER = re.compile(r"%\(\w+\)0?\d?[sd]|ANSWERED|ALL\b")
PAGES = [
    "/",
    "/?date=2026-11-20",
    "/days/",
    "/days/calendar/",
    "/days/fill/",
    "/days/2026-11-20/context/caffeine_mg/",
    "/timeline/",
    "/check/",
    "/check/signs/",
    "/check/answers/",
    "/medicines/",
    "/settings/",
    "/welcome/1/",
    "/welcome/2/",
    "/welcome/3/",
    "/spots/",
    "/spots/new/?location=calf&side=left",
    "/now/",
    "/triggers/",
    "/accounts/sessions/",
    "/accounts/2fa/",
]


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_no_text_is_missing_or_unsure() -> None:
    assert [entry.msgid for entry in CATALOGUE.untranslated_entries()] == []  # type: ignore[no-untyped-call]
    assert [entry.msgid for entry in CATALOGUE.fuzzy_entries()] == []  # type: ignore[no-untyped-call]
    assert len(CATALOGUE) > 900


def test_every_placeholder_is_kept() -> None:
    for entry in CATALOGUE:
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
            assert set(PLACEHOLDER.findall(text)) == wanted, entry.msgid


def test_places_signs_and_strengths_have_german_names() -> None:
    with translation.override("de"):
        assert place_name("calf", "left") == "Linke Wade"
        assert place_name("lid_lower", "right") == "Rechtes Unterlid"
        assert place_name("arm_front", "left") == "Linker Oberarm, vorn"
        same = [
            place.id
            for place in LOCATIONS.values()
            for side in place.sides
            if place_name(place.id, side) == place.name(side)
        ]
        assert same == []
        assert [str(label) for _, label in Strength.choices][:2] == ["nur gespürt", "sichtbar"]
        assert all(translation.gettext(sign.question) != sign.question for sign in SIGNS.values())


@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_german(as_alice: Client, alice: Diarist, path: str) -> None:
    Diarist.objects.update(language="de")
    episode_at(alice, "2026-11-20", "07:15", strength=2)
    html = as_alice.get(path).content
    assert 'lang="de"' in html.decode()
    text = text_of(html)
    english = [
        entry.msgid
        for entry in CATALOGUE
        if len(entry.msgid) > 12
        and "%(" not in entry.msgid
        and entry.msgid != entry.msgstr
        and entry.msgid in text
    ]
    assert english == []


def test_dates_and_numbers_are_german(as_alice: Client, alice: Diarist) -> None:
    Diarist.objects.update(language="de")
    alice.days.create(date=NOW.date(), water_ml=1500)
    text = text_of(as_alice.get("/").content)
    assert "Heute Montag, 23. November" in text
    assert "Wasser 1,5 l" in text


def test_the_front_door_follows_the_browser(client: Client, alice: Diarist) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
    assert "Ein privates Tagebuch für Muskelzucken" in text_of(page.content)
