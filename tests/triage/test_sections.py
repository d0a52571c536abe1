"""Visits to a doctor and what was discussed there go out with the diary file and come back with it."""

import datetime as dt
import json
import uuid

import pytest

from diary.importing.undo import undo
from diary.models import Diarist
from tests.conftest import NOW
from tests.diary.test_export_json import VALIDATOR
from tests.diary.transfers import brought_in, taken_out, uploaded, written_file
from tests.triage.test_scan import TODAY, day, findings, twitch
from triage import scan
from triage.models import Appointment, DoctorTexts, Finding, ShareLink
from triage.sections import _wrong_acknowledgement, _wrong_appointment, _wrong_text
from triage.sharing import make_link, note_opening, withdraw
from triage.summary.choice import Choice


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
        {"finding": "spread", "kind": ["flag"], "on": "2026-11-20"},
    ],
)
def test_an_acknowledgement_that_can_not_be_is_refused(row: dict[str, object]) -> None:
    assert len(_wrong_acknowledgement(row)) > 10


def texts(diarist: Diarist, **values: object) -> DoctorTexts:
    """What somebody keeps for the doctor's page."""
    usual = {
        "born_on": dt.date(1987, 5, 12),
        "questions": "Is it the tablet?\nHow long?",
        "history": "Äöü “quoted”",
    }
    return DoctorTexts.objects.create(diarist=diarist, **(usual | values))


def kept(diarist: Diarist) -> list[tuple[object, ...]]:
    """The texts as they are stored."""
    return list(DoctorTexts.objects.filter(diarist=diarist).values_list("born_on", "questions", "history"))


def test_the_texts_of_the_doctors_page_go_out_and_come_back(alice: Diarist, charlie: Diarist) -> None:
    texts(alice)
    data = taken_out(alice)
    assert json.loads(data)["doctor_texts"] == [
        {"name": "born_on", "text": "1987-05-12"},
        {"name": "history", "text": "Äöü “quoted”"},
        {"name": "questions", "text": "Is it the tablet?\nHow long?"},
    ]
    VALIDATOR.validate(json.loads(data))
    of = brought_in(charlie, data)
    assert of.preview["new"] == {"doctor_texts": 3}
    assert kept(charlie) == kept(alice)
    assert taken_out(charlie).partition(b"doctor_texts")[2] == data.partition(b"doctor_texts")[2]
    assert uploaded(charlie, data).preview["known"] == {"doctor_texts": 3}
    # What a later hand changed stays when the import is taken back.
    DoctorTexts.objects.filter(diarist=charlie).update(history="mine now")
    assert undo(charlie, of, NOW)
    assert kept(charlie) == [(None, "", "mine now")]
    assert kept(alice) == [(dt.date(1987, 5, 12), "Is it the tablet?\nHow long?", "Äöü “quoted”")]


def test_a_text_that_is_there_stays(alice: Diarist, charlie: Diarist) -> None:
    texts(alice)
    texts(charlie, born_on=None, questions="My own", history="")
    of = brought_in(charlie, taken_out(alice))
    assert (of.preview["new"], of.preview["known"]) == ({"doctor_texts": 2}, {"doctor_texts": 1})
    assert kept(charlie) == [(dt.date(1987, 5, 12), "My own", "Äöü “quoted”")]
    assert undo(charlie, of, NOW)
    assert kept(charlie) == [(None, "My own", "")]


def test_a_file_from_before_has_no_such_texts(alice: Diarist) -> None:
    texts(alice)
    before = kept(alice)
    brought_in(
        alice, written_file(episodes=[{"id": "e", "started_at": "2026-03-01T22:15:00+01:00", "location": "calf"}])
    )
    assert kept(alice) == before


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"name": "diagnosis", "text": "x"},
        {"name": ["history"], "text": "x"},
        {"name": "history"},
        {"name": "history", "text": ""},
        {"name": "history", "text": "x" * 2001},
        {"name": "questions", "text": "\0"},
        {"name": "born_on", "text": "1890-01-01"},
        {"name": "born_on", "text": 1987},
    ],
)
def test_a_text_that_can_not_be_is_refused(row: dict[str, object]) -> None:
    assert len(_wrong_text(row)) > 10


def test_share_links_go_out_without_what_opens_them_and_are_not_made_again(
    alice: Diarist, charlie: Diarist
) -> None:
    choice = Choice(dt.date(2026, 8, 1), dt.date(2026, 11, 23), "a4", "en", frozenset({"name"}))
    made = [
        make_link(alice, uuid.uuid4(), choice, days=9, now=NOW, label="Dr. Lee", passphrase="canary-word"),
        make_link(alice, uuid.uuid4(), choice, days=1, now=NOW + dt.timedelta(hours=1)),
    ]
    for hours in (2, 3, 30):
        note_opening(made[0][0], NOW + dt.timedelta(hours=hours))
    withdraw(alice, made[0][0].pk, NOW + dt.timedelta(days=2))
    data = taken_out(alice)
    shown = {"first": "2026-08-01", "last": "2026-11-23"}
    assert json.loads(data)["share_links"] == [
        {
            "made_at": "2026-11-23T20:40:00+00:00",
            "for_whom": "Dr. Lee",
            **shown,
            "ends_at": "2026-12-02T20:40:00+00:00",
            "withdrawn_at": "2026-11-25T20:40:00+00:00",
            "opened_on": ["2026-11-23", "2026-11-25"],
        },
        {"made_at": "2026-11-23T21:40:00+00:00", **shown, "ends_at": "2026-11-24T21:40:00+00:00", "opened_on": []},
    ]
    VALIDATOR.validate(json.loads(data))
    links = ShareLink.objects.filter(diarist=alice)
    assert links.count() == 2
    secrets = [token for _, token in made] + [
        value for link in links for value in (link.token_hash, link.passphrase)
    ]
    for secret in [*filter(None, secrets), "Canary", "canary"]:
        assert secret not in data.decode()
    of = brought_in(charlie, data)
    assert of.preview["new"] == {}
    assert not ShareLink.objects.filter(diarist=charlie).exists()
    assert json.loads(taken_out(charlie))["share_links"] == []


def test_taken_back_it_is_gone(alice: Diarist) -> None:
    for back in range(15, -1, -1):
        twitch(alice, back)
    findings(alice)
    row = Finding.objects.get()
    scan.acknowledge(alice, [row.pk], day(1))
    scan.take_back_acknowledgement(alice, row.pk)
    assert not alice.acknowledgements.exists()
