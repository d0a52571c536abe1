"""Findings by the API: the same as on the pages, in the same words."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache

from diary.models import Diarist
from tests.conftest import NOW
from tests.diary.test_api import Program, token
from tests.triage.test_scan import twitch
from triage import scan
from triage.wording import say

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program(alice: Diarist) -> Program:
    """A program of alice's that may read."""
    return Program(token(alice, log=False))


def test_a_diary_without_a_finding_is_quiet(program: Program) -> None:
    said = program.says("get", "/findings")
    assert said == {
        "date": "2026-11-23",
        "level": "quiet",
        "findings": [],
        "remark": "A diary, not a diagnosis. If you are worried, talk to a doctor.",
    }


def test_a_finding_says_what_the_page_says(program: Program, alice: Diarist) -> None:
    for back in range(15, -1, -1):
        twitch(alice, back)
    said = program.says("get", "/findings")
    (finding,) = scan.current(Diarist.objects.get(pk=alice.pk), TODAY).findings
    (shown,) = said["findings"]
    words = say(finding, TODAY)
    assert said["level"] == shown["level"] == finding.level
    assert (shown["rule"], shown["kind"], shown["since"]) == ("persistence", finding.kind, "2026-11-08")
    assert shown["places"] == [{"location": "calf", "side": "left", "place": "Left calf"}]
    assert (shown["line"], shown["to_do"], shown["found_on"]) == (words.line, words.to_do, "2026-11-21")
    assert shown["discussed_on"] is None


def test_what_was_discussed_says_when(program: Program, alice: Diarist) -> None:
    for back in range(15, -1, -1):
        twitch(alice, back)
    program.says("get", "/findings")
    scan.acknowledge(alice, [row.pk for row in scan.findings_of(alice)], TODAY)
    assert program.says("get", "/findings")["findings"][0]["discussed_on"] == "2026-11-23"


def test_a_diary_that_never_rests_is_asked_for_later(
    program: Program, alice: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise scan.Restless

    monkeypatch.setattr(scan, "current", never)
    assert program.says("get", "/findings", status=503)["detail"].startswith("The diary is being written in.")


def test_a_finding_about_two_places_names_both(program: Program, alice: Diarist) -> None:
    for back in range(40, -1, -1):
        twitch(alice, back)
        if back < 25:
            twitch(alice, back, side="right")
    spread = [row for row in program.says("get", "/findings")["findings"] if row["rule"] == "spread"]
    assert [[place["place"] for place in row["places"]] for row in spread] == [["Left calf", "Right calf"]]
