"""Visits to a doctor: noted, changed, deleted and put back; what was talked about there stays quiet."""

import re
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from diary.models import Diarist
from tests.conftest import NOW
from tests.triage.sheets import TODAY, ago, ordinary
from triage import scan
from triage.models import Appointment


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def form(**values: str) -> dict[str, str]:
    """What the form of a new visit sends."""
    return {"id": str(uuid.uuid4()), "date": str(ago(1)), "note": "Blood test"} | values


def test_a_visit_is_noted_and_what_was_talked_about_is_acknowledged(as_alice: Client, alice: Diarist) -> None:
    ordinary(alice)
    findings = scan.current(alice, TODAY).findings
    answer = as_alice.post("/doctor/appointments/", form(discussed=str(findings[0].pk)))
    assert answer.status_code == 302
    visit = alice.appointments.get()
    assert (visit.date, visit.note) == (ago(1), "Blood test")
    after = {finding.pk: finding for finding in scan.current(alice, TODAY).findings}
    assert after[findings[0].pk].acknowledged_on == ago(1)
    assert all(after[other.pk].acknowledged_on is None for other in findings[1:])
    offered = as_alice.get("/doctor/appointments/").content.decode()
    assert str(findings[0].pk) not in offered


def test_sending_a_form_twice_notes_one_visit(as_alice: Client, alice: Diarist) -> None:
    twice = form()
    as_alice.post("/doctor/appointments/", twice)
    as_alice.post("/doctor/appointments/", twice)
    assert alice.appointments.count() == 1


def test_the_second_tap_on_delete_gets_the_answer_of_the_first(
    as_alice: Client, as_charlie: Client, alice: Diarist
) -> None:
    visit = alice.appointments.create(date=ago(1), note="Blood test")
    page, path = f"/doctor/appointments/{visit.pk}/", f"/doctor/appointments/{visit.pk}/delete/"
    found = re.search(r'name="was" value="([^"]+)"', as_alice.get(page).content.decode())
    assert found
    form = {"was": found[1]}
    first, second = as_alice.post(path, form), as_alice.post(path, form)
    assert not alice.appointments.exists()
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.context["deleted"]
    never = f"/doctor/appointments/{uuid.uuid4()}/delete/"
    tries = [(as_charlie, path, form), (as_alice, path, {}), (as_alice, never, form), (as_charlie, never, form)]
    assert [client.post(where, sent).status_code for client, where, sent in tries] == [404] * 4
    as_alice.post("/doctor/appointments/", {"undo": second.context["deleted"]})
    assert alice.appointments.get().note == "Blood test"


def test_a_visit_to_come_is_refused_and_what_was_typed_stays(as_alice: Client, alice: Diarist) -> None:
    page = as_alice.post("/doctor/appointments/", form(date="2026-11-24"))
    assert page.status_code == 422
    assert page.context["form"].errors == {"date": ["This day is still to come."]}
    assert "Blood test" in page.content.decode()
    assert not alice.appointments.exists()


def test_a_finding_of_somebody_else_is_no_choice(as_charlie: Client, alice: Diarist) -> None:
    ordinary(alice)
    finding = scan.current(alice, TODAY).findings[0]
    assert as_charlie.post("/doctor/appointments/", form(discussed=str(finding.pk))).status_code == 422
    finding.refresh_from_db()
    assert finding.acknowledged_on is None


def test_a_visit_is_changed(as_alice: Client, alice: Diarist) -> None:
    visit = alice.appointments.create(date=ago(9), note="Old")
    as_alice.post(f"/doctor/appointments/{visit.pk}/", form(id=str(visit.pk), date=str(ago(8)), note="New"))
    visit.refresh_from_db()
    assert (visit.date, visit.note) == (ago(8), "New")


def test_a_deleted_visit_can_be_put_back(as_alice: Client, alice: Diarist) -> None:
    visit = alice.appointments.create(date=ago(9), note="Old")
    page = as_alice.post(f"/doctor/appointments/{visit.pk}/delete/").content.decode()
    assert not alice.appointments.exists()
    token = re.search(r'name="undo" value="([^"]+)"', page)
    assert token is not None
    as_alice.post("/doctor/appointments/", {"undo": token[1]})
    assert alice.appointments.get() == visit
    assert alice.appointments.get().note == "Old"


def test_nobody_else_can_put_it_back(as_alice: Client, as_charlie: Client, alice: Diarist) -> None:
    visit = alice.appointments.create(date=ago(9))
    page = as_alice.post(f"/doctor/appointments/{visit.pk}/delete/").content.decode()
    token = re.search(r'name="undo" value="([^"]+)"', page)
    assert token is not None
    assert as_charlie.post("/doctor/appointments/", {"undo": token[1]}).status_code == 422
    assert not Appointment.objects.exists()
