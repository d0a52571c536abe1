"""Medicines: added, changed, stopped with one tap, deleted with an Undo."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diary.models import Diarist, Medicine
from tests.conftest import NOW
from tests.diary.test_check import text_of

TODAY = dt.date(2026, 11, 23)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def typed(**fields: str) -> dict[str, str]:
    """The form as it is sent."""
    return {"id": str(uuid.uuid4()), "name": "Magnesium", "started_on": "", "stopped_on": ""} | fields


def kept(diarist: Diarist, **values: Any) -> Medicine:
    """A stored medicine."""
    return Medicine.objects.create(diarist=diarist, **{"name": "Magnesium"} | values)


class TestAdd:
    def test_all_but_the_name_may_stay_empty(self, as_alice: Client, alice: Diarist) -> None:
        sent = typed()
        response = as_alice.post("/medicines/", sent, follow=True)
        row = alice.medicines.get()
        assert (str(row.pk), row.name, row.started_on, row.stopped_on) == (sent["id"], "Magnesium", None, None)
        assert "Saved: Magnesium" in text_of(response)
        assert "first day not entered" in text_of(response)

    def test_with_both_days(self, as_alice: Client, alice: Diarist) -> None:
        sent = typed(name=" Prednisolon 💊 دواء ", started_on="2026-01-10", stopped_on="2026-01-10")
        response = as_alice.post("/medicines/", sent, follow=True)
        row = alice.medicines.get()
        assert (row.name, row.started_on, row.stopped_on) == (
            "Prednisolon 💊 دواء",
            dt.date(2026, 1, 10),
            dt.date(2026, 1, 10),
        )
        assert "Taken before Prednisolon 💊 دواء 10 Jan to 10 Jan" in text_of(response)

    def test_sent_twice_is_stored_once(self, as_alice: Client, alice: Diarist) -> None:
        sent = typed()
        for _ in range(2):
            assert as_alice.post("/medicines/", sent).status_code == 302
        assert alice.medicines.count() == 1

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"name": ""}, "Write what it is called."),
            ({"name": "   "}, "Write what it is called."),
            ({"name": "x" * 201}, "at most 200 characters"),
            ({"name": "a\x00b"}, "Null characters are not allowed."),
            ({"started_on": "2026-02-01", "stopped_on": "2026-01-31"}, "This is before the first day"),
            ({"started_on": "1899-12-31"}, "Choose a day from 1900 on."),
            ({"stopped_on": "0001-01-01"}, "Choose a day from 1900 on."),
            ({"started_on": "2027-11-25"}, "This is more than a year ahead."),
            ({"stopped_on": "9999-12-31"}, "This is more than a year ahead."),
            ({"started_on": "last spring"}, "This is not a date."),
            ({"started_on": "1e308"}, "This is not a date."),
        ],
    )
    def test_bad_input_is_said_at_its_field(
        self, as_alice: Client, alice: Diarist, fields: dict[str, str], message: str
    ) -> None:
        response = as_alice.post("/medicines/", typed(**fields))
        assert response.status_code == 422
        assert message in text_of(response)
        field = list(fields)[-1]
        assert f'aria-describedby="id_{field}_error"' in response.content.decode()
        assert not alice.medicines.exists()

    def test_a_planned_course_within_a_year(self, as_alice: Client, alice: Diarist) -> None:
        response = as_alice.post("/medicines/", typed(started_on="2027-11-24"), follow=True)
        assert "starts on 24 Nov 2027" in text_of(response)
        assert "Stopped today" not in text_of(response)

    @pytest.mark.parametrize("bad", ["", "x", "\x00"])
    def test_without_a_usable_id(self, as_alice: Client, alice: Diarist, bad: str) -> None:
        assert as_alice.post("/medicines/", typed(id=bad)).status_code == 422
        assert not alice.medicines.exists()

    def test_another_persons_id(self, as_alice: Client, alice: Diarist, charlie: Diarist) -> None:
        theirs = kept(charlie, name="Secret")
        response = as_alice.post("/medicines/", typed(id=str(theirs.pk), name="Mine"))
        html = response.content.decode()
        assert response.status_code == 422
        assert "Secret" not in html
        assert str(theirs.pk) not in html
        assert 'value="Mine"' in html
        theirs.refresh_from_db()
        assert (theirs.name, theirs.diarist) == ("Secret", charlie)


class TestList:
    def test_what_is_taken_now_comes_first(self, as_alice: Client, alice: Diarist) -> None:
        kept(alice, name="Old", started_on=dt.date(2025, 1, 1), stopped_on=dt.date(2026, 1, 1))
        kept(alice, name="Ends today", stopped_on=TODAY)
        kept(alice, name="Ends tomorrow", stopped_on=dt.date(2026, 11, 24))
        kept(alice, name="Open")
        text = text_of(as_alice.get("/medicines/"))
        current, earlier = text.index("Taken now"), text.index("Taken before")
        assert current < text.index("Ends tomorrow") < earlier
        assert current < text.index("Open") < earlier
        assert earlier < text.index("Ends today") < text.index("Old")

    def test_only_ones_own(self, as_charlie: Client, alice: Diarist) -> None:
        kept(alice)
        assert "Magnesium 300" not in text_of(as_charlie.get("/medicines/"))
        assert "None entered." in text_of(as_charlie.get("/medicines/"))

    def test_says_not_to_stop_without_advice(self, as_alice: Client) -> None:
        assert "Do not stop a prescribed medicine without advice" in text_of(as_alice.get("/medicines/"))

    @pytest.mark.parametrize("page", ["abc", "-1", "99999999", "\x00"])
    def test_garbage_pages(self, as_alice: Client, alice: Diarist, page: str) -> None:
        kept(alice, stopped_on=TODAY)
        assert as_alice.get("/medicines/", {"page": page}).status_code == 200

    def test_queries_do_not_grow(self, as_alice: Client, alice: Diarist) -> None:
        for count in (1, 60):
            for number in range(count):
                kept(alice, name=f"n{number}")
                kept(alice, name=f"e{number}", stopped_on=TODAY)
            with CaptureQueriesContext(connection) as queries:
                html = as_alice.get("/medicines/").content.decode()
            assert len(queries) <= 5
        assert html.count("<b dir=") == 61 + 50


class TestChange:
    def test_edit(self, as_alice: Client, alice: Diarist) -> None:
        row = kept(alice, started_on=dt.date(2026, 1, 1))
        assert 'value="2026-01-01"' in as_alice.get(f"/medicines/{row.pk}/").content.decode()
        sent = typed(id=str(row.pk), name="Magnesium 300 mg", started_on="2026-02-01")
        response = as_alice.post(f"/medicines/{row.pk}/", sent, follow=True)
        row.refresh_from_db()
        assert (row.name, row.started_on, row.stopped_on) == ("Magnesium 300 mg", dt.date(2026, 2, 1), None)
        assert "Saved: Magnesium 300 mg" in text_of(response)

    def test_a_wrong_edit_keeps_what_was_typed(self, as_alice: Client, alice: Diarist) -> None:
        row = kept(alice)
        sent = typed(name="New", started_on="2026-03-02", stopped_on="2026-03-01")
        response = as_alice.post(f"/medicines/{row.pk}/", sent)
        assert response.status_code == 422
        assert "This is before the first day (Monday 2 March 2026)." in text_of(response)
        assert 'value="2026-03-01"' in response.content.decode()
        row.refresh_from_db()
        assert row.name == "Magnesium"

    def test_stop_today_and_undo(self, as_alice: Client, alice: Diarist) -> None:
        row = kept(alice, started_on=dt.date(2026, 1, 1))
        response = as_alice.post(f"/medicines/{row.pk}/", {"stop": "today"}, follow=True)
        row.refresh_from_db()
        assert row.stopped_on == TODAY
        assert "Last day is today: Magnesium" in text_of(response)
        as_alice.post(f"/medicines/{row.pk}/", {"stop": "undo"})
        again = alice.medicines.get()
        assert (again.stopped_on, again.started_on) == (None, dt.date(2026, 1, 1))

    def test_stop_before_the_start_is_refused(self, as_alice: Client, alice: Diarist) -> None:
        row = kept(alice, started_on=dt.date(2026, 12, 1))
        response = as_alice.post(f"/medicines/{row.pk}/", {"stop": "today"})
        assert response.status_code == 422
        assert "This is before the first day" in text_of(response)

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_delete_and_undo(self, as_alice: Client, alice: Diarist, headers: dict[str, str]) -> None:
        row = kept(alice, started_on=dt.date(2026, 1, 1), stopped_on=dt.date(2026, 2, 1))
        before = Medicine.objects.values().get()
        response = as_alice.post(f"/medicines/{row.pk}/delete/", headers=headers)
        assert not alice.medicines.exists()
        assert "Deleted: Magnesium" in text_of(response)
        token = re.search(r'name="undo" value="([^"]+)"', response.content.decode())
        assert token
        as_alice.post("/medicines/", {"undo": token[1]}, headers=headers)
        assert list(Medicine.objects.values()) == [before]

    def test_a_damaged_undo(self, as_alice: Client) -> None:
        response = as_alice.post("/medicines/", {"undo": "x:y"})
        assert response.status_code == 422
        assert "This can't be undone any more." in text_of(response)

    def test_delete_only_by_post(self, as_alice: Client, alice: Diarist) -> None:
        row = kept(alice)
        assert as_alice.get(f"/medicines/{row.pk}/delete/").status_code == 405

    def test_a_stranger_gets_404_everywhere(self, as_charlie: Client, alice: Diarist) -> None:
        row = kept(alice)
        assert as_charlie.get(f"/medicines/{row.pk}/").status_code == 404
        assert as_charlie.post(f"/medicines/{row.pk}/", typed()).status_code == 404
        assert as_charlie.post(f"/medicines/{row.pk}/", {"stop": "today"}).status_code == 404
        assert as_charlie.post(f"/medicines/{row.pk}/delete/").status_code == 404
        assert "Magnesium" not in as_charlie.get(f"/medicines/?saved={row.pk}").content.decode().split("<form")[0]
        row.refresh_from_db()
        assert (row.name, row.stopped_on) == ("Magnesium", None)
