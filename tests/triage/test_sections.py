"""Visits to a doctor and what was discussed there go out with the diary file and come back with it."""

import json

import pytest

from diary.models import Diarist
from tests.diary.transfers import brought_in, taken_out, uploaded
from tests.triage.test_scan import TODAY, day, findings, twitch
from triage import scan
from triage.models import Appointment, Finding
from triage.sections import _wrong_acknowledgement, _wrong_appointment


def test_they_go_out_and_come_back(alice: Diarist, charlie: Diarist) -> None:
    for back in range(15, -1, -1):
        twitch(alice, back)
    findings(alice)
    row = Finding.objects.get()
    scan.acknowledge(alice, [row.pk], day(1))
    Appointment.objects.create(diarist=alice, date=day(1), note="Äöü")
    data = taken_out(alice)
    written = json.loads(data)
    assert written["appointments"] == [{"date": day(1).isoformat(), "note": "Äöü"}]
    assert written["acknowledgements"] == [{"finding": row.key, "kind": "flag", "on": day(1).isoformat()}]
    of = brought_in(charlie, data)
    assert (of.preview["new"]["appointments"], of.preview["new"]["acknowledgements"]) == (1, 1)
    assert findings(charlie, TODAY) == [("flag", day(15).isoformat())]
    theirs = Finding.objects.get(diarist=charlie)
    assert (theirs.is_quiet, theirs.acknowledged_on) == (True, day(1))
    again = uploaded(charlie, data)
    assert (again.preview["known"]["appointments"], again.preview["known"]["acknowledgements"]) == (1, 1)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"date": "1890-01-01"},
        {"date": 7},
        {"date": "2026-01-01", "note": 7},
        {"date": "2026-01-01", "note": "\0"},
    ],
)
def test_an_appointment_that_can_not_be_is_refused(row: dict[str, object]) -> None:
    assert len(_wrong_appointment(row)) > 10


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"finding": "x", "kind": "cancer", "on": "2026-01-01"},
        {"finding": "x" * 121, "kind": "flag", "on": "2026-01-01"},
        {"finding": "x", "kind": "flag", "on": "soon"},
    ],
)
def test_an_acknowledgement_that_can_not_be_is_refused(row: dict[str, object]) -> None:
    assert len(_wrong_acknowledgement(row)) > 10


def test_taken_back_it_is_gone(alice: Diarist) -> None:
    for back in range(15, -1, -1):
        twitch(alice, back)
    findings(alice)
    row = Finding.objects.get()
    scan.acknowledge(alice, [row.pk], day(1))
    scan.take_back_acknowledgement(alice, row.pk)
    assert not alice.acknowledgements.exists()
