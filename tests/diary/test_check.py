"""The function check: what is stored, what it says at once, what stays open, and the answers so far."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diary.models import Diarist, SignCheck
from diary.signs import CHECK_SIGNS
from tests.conftest import NOW
from tests.diary.diaries import episode_at

TODAY = dt.date(2026, 11, 23)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def sheet(**fields: Any) -> dict[str, Any]:
    """A form as the page sends it; write `jars__answer` for the field `jars-answer`."""
    sent = {"id": str(uuid.uuid4()), "date": TODAY.isoformat()} | fields
    return {name.replace("__", "-"): value for name, value in sent.items()}


def text_of(response: HttpResponse | Any) -> str:
    """The words of a page, with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).strip()


def answered(client: Client, **fields: Any) -> str:
    """Send the check and read the page that follows."""
    response = client.post("/check/", sheet(**fields), follow=True)
    assert response.status_code == 200
    return text_of(response)


def rows(diarist: Diarist) -> list[tuple[str, str]]:
    """Sign and answer of all rows, by sign."""
    return sorted(diarist.sign_checks.values_list("sign", "answer"))


class TestPage:
    def test_asks_all_twelve_and_chooses_nothing(self, as_alice: Client) -> None:
        response = as_alice.get("/check/")
        html = response.content.decode()
        assert "is there anything your muscles can no longer do?" in text_of(response)
        assert html.count('<fieldset class="sign"') == 12
        assert "checked" not in html

    def test_tired_is_offered_for_abilities_only(self, as_alice: Client) -> None:
        html = as_alice.get("/check/").content.decode()
        tired = set(re.findall(r'name="(\w+)-answer" value="tired_only"', html))
        assert tired == {"jars", "buttons", "write", "lift_arm", "stairs", "walk", "neck"}

    def test_places_are_named_with_their_side(self, as_alice: Client) -> None:
        html = as_alice.get("/check/").content.decode()
        jars = re.search(r'<select name="jars-place".*?</select>', html, re.DOTALL)
        assert jars
        assert '<option value="hand_web:right">Between right thumb and finger</option>' in jars[0]
        assert "calf" not in jars[0]
        assert 'name="neck-place"' not in html

    def test_a_past_day_can_be_chosen_in_the_address(self, as_alice: Client) -> None:
        response = as_alice.get("/check/?date=2026-11-03")
        assert 'value="2026-11-03"' in response.content.decode()
        assert "For Tuesday 3 November" in text_of(response)

    @pytest.mark.parametrize("date", ["garbage", "2026-11-24", "0001-01-01", "2026-02-30", "1e308", "\x00"])
    def test_a_day_that_is_none_is_said(self, as_alice: Client, date: str) -> None:
        response = as_alice.get("/check/", {"date": date})
        assert response.status_code == 422
        assert "so here is today" in text_of(response)
        assert 'value="2026-11-23"' in response.content.decode()

    def test_few_queries(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.get("/check/")
        with CaptureQueriesContext(connection) as queries:
            as_alice.get("/check/")
        assert len(queries) <= 4

    def test_days_are_written_for_the_picker_in_every_language(self, as_alice: Client, alice: Diarist) -> None:
        alice.language = "de"
        alice.save()
        assert 'value="2026-11-03"' in as_alice.get("/check/?date=2026-11-03").content.decode()


class TestStore:
    def test_an_untouched_sign_is_not_stored(self, as_alice: Client, alice: Diarist) -> None:
        answered(as_alice, jars__answer="no", speech__answer="unsure")
        assert rows(alice) == [("jars", "no"), ("speech", "unsure")]

    def test_a_yes_with_all_its_details(self, as_alice: Client, alice: Diarist) -> None:
        note = "Marmelade 🍓 مربى"
        answered(
            as_alice,
            jars__answer="yes",
            jars__place="hand_web:right",
            jars__since_on="2026-11-01",
            jars__course="same",
            jars__note=note,
        )
        row = alice.sign_checks.get()
        assert (row.sign, row.answer, row.location, row.side) == ("jars", "yes", "hand_web", "right")
        assert (row.since_on, row.course, row.note) == (dt.date(2026, 11, 1), "same", note)
        assert (row.date, row.recorded_at) == (TODAY, NOW)

    def test_a_yes_without_details_leaves_them_empty(self, as_alice: Client, alice: Diarist) -> None:
        answered(as_alice, jars__answer="yes", jars__place="", jars__since_on="", jars__note=" ")
        row = alice.sign_checks.get()
        assert (row.location, row.side, row.since_on, row.course, row.note) == ("", "", None, "", "")

    @pytest.mark.parametrize("answer", ["no", "tired_only"])
    def test_details_go_when_the_answer_is_not_a_yes(self, as_alice: Client, alice: Diarist, answer: str) -> None:
        answered(as_alice, jars__answer=answer, jars__place="hand_web:right", jars__course="worse")
        row = alice.sign_checks.get()
        assert (row.answer, row.location, row.side, row.course) == (answer, "", "", "")

    def test_no_to_all_the_rest(self, as_alice: Client, alice: Diarist) -> None:
        answered(as_alice, jars__answer="unsure", rest="no")
        expected = {sign.id: "no" for sign in CHECK_SIGNS} | {"jars": "unsure"}
        assert dict(rows(alice)) == expected

    def test_a_past_day(self, as_alice: Client, alice: Diarist) -> None:
        text = answered(as_alice, date="2026-11-03", jars__answer="no")
        assert alice.sign_checks.get().date == dt.date(2026, 11, 3)
        assert "Tuesday 3 November" in text

    def test_the_same_form_sent_twice_is_stored_once(self, as_alice: Client, alice: Diarist) -> None:
        sent = sheet(jars__answer="yes", rest="no")
        first, second = as_alice.post("/check/", sent), as_alice.post("/check/", sent)
        assert alice.sign_checks.count() == 12
        assert first["Location"] == second["Location"]

    def test_a_correction_from_an_old_page_is_kept_too(self, as_alice: Client, alice: Diarist) -> None:
        sent = sheet(jars__answer="yes")
        as_alice.post("/check/", sent)
        as_alice.post("/check/", sent | {"jars-answer": "no"})
        assert rows(alice) == [("jars", "no"), ("jars", "yes")]

    def test_counts_as_one_change(self, as_alice: Client, alice: Diarist) -> None:
        before = alice.revision
        answered(as_alice, rest="no")
        alice.refresh_from_db()
        assert alice.revision == before + 1

    def test_the_same_form_id_of_two_people_disturbs_nobody(
        self, as_alice: Client, as_charlie: Client, alice: Diarist, charlie: Diarist
    ) -> None:
        sent = sheet(jars__answer="no")
        as_alice.post("/check/", sent)
        response = as_charlie.post("/check/", sent)
        html = response.content.decode()
        assert response.status_code == 422
        assert "Please press Save once more." in text_of(response)
        assert sent["id"] not in html
        assert re.search(r'name="jars-answer" value="no"[^>]*checked', html)
        again = re.search(r'name="id" value="([^"]+)"', html)
        assert again
        assert as_charlie.post("/check/", sent | {"id": again[1]}).status_code == 302
        assert (alice.sign_checks.count(), charlie.sign_checks.count()) == (1, 1)


class TestBadInput:
    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({}, "Nothing was chosen yet."),
            ({"jars__answer": "maybe"}, "Select a valid choice. maybe is not one of the available choices."),
            ({"jars__answer": "yes", "jars__place": "calf:left"}, "Select a valid choice."),
            ({"jars__answer": "yes", "jars__place": "nowhere:left"}, "Select a valid choice."),
            ({"jars__answer": "yes", "jars__since_on": "2026-11-24"}, "This is after the day of the answer"),
            ({"jars__answer": "yes", "jars__since_on": "0001-01-01"}, "Choose a day from 1900 on."),
            ({"jars__answer": "yes", "jars__since_on": "1899-12-31"}, "Choose a day from 1900 on."),
            ({"jars__answer": "yes", "jars__since_on": "soon"}, "This is not a date."),
            ({"jars__answer": "yes", "jars__since_on": "1e308"}, "This is not a date."),
            ({"jars__answer": "yes", "jars__since_on": "NaN"}, "This is not a date."),
            ({"jars__answer": "yes", "jars__course": "dead"}, "Select a valid choice."),
            ({"jars__answer": "yes", "jars__note": "x" * 2001}, "at most 2000 characters"),
            ({"jars__answer": "yes", "jars__note": "a\x00b"}, "Null characters are not allowed."),
            ({"jars__note": "my hand"}, "Choose an answer for what you entered below it."),
            ({"jars__answer": "no", "date": "2026-11-24"}, "This day has not come yet."),
            ({"jars__answer": "no", "date": "1899-12-31"}, "Choose a day from 1900 on."),
            ({"jars__answer": "no", "date": ""}, "This field is required."),
            ({"jars__answer": "no", "id": "x\x00"}, "This page was damaged on its way."),
            ({"jars__answer": "no", "id": ""}, "This page was damaged on its way."),
        ],
    )
    def test_is_said_and_stores_nothing(
        self, as_alice: Client, alice: Diarist, fields: dict[str, str], message: str
    ) -> None:
        response = as_alice.post("/check/", sheet(**fields))
        assert response.status_code == 422
        assert message in text_of(response)
        assert not alice.sign_checks.exists()

    def test_keeps_what_was_typed_and_stands_next_to_the_field(self, as_alice: Client) -> None:
        sent = sheet(jars__answer="yes", jars__note="  jam", jars__since_on="2027-01-01", stairs__answer="no")
        html = as_alice.post("/check/", sent).content.decode()
        assert re.search(r'name="jars-answer" value="yes"[^>]*checked', html)
        assert re.search(r'name="stairs-answer" value="no"[^>]*checked', html)
        field = re.search(r'<input[^>]*name="jars-since_on"[^>]*>', html)
        assert field
        assert 'value="2027-01-01"' in field[0]
        assert 'aria-invalid="true"' in field[0]
        assert 'aria-describedby="id_jars-since_on_error"' in field[0]
        assert 'id="id_jars-since_on_error"' in html
        assert sent["id"] in html

    @pytest.mark.parametrize("saved", ["", "garbage", "\x00", "0f0e4a06-6f0f-4f2c-9a0f-1b2c3d4e5f60"])
    def test_a_saved_page_that_is_none(self, as_alice: Client, saved: str) -> None:
        assert as_alice.get("/check/", {"saved": saved}).status_code == 404

    def test_a_strangers_saved_page(self, as_alice: Client, as_charlie: Client) -> None:
        address = as_alice.post("/check/", sheet(jars__answer="yes"))["Location"]
        assert as_alice.get(address).status_code == 200
        assert as_charlie.get(address).status_code == 404


class TestAdvice:
    def test_all_no_is_calm(self, as_alice: Client) -> None:
        text = answered(as_alice, rest="no")
        assert "Nothing you can't do, on Monday 23 November. Asked again in 4 weeks." in text
        assert "doctor today" not in text
        assert "appointment" not in text

    def test_some_no_promise_nothing(self, as_alice: Client) -> None:
        assert "Nothing you can't do" not in answered(as_alice, jars__answer="no")

    def test_a_yes_asks_for_an_appointment(self, as_alice: Client) -> None:
        text = answered(as_alice, stairs__answer="yes", rest="no")
        assert "Book an appointment soon and take this diary with you Stairs and chairs." in text
        assert "Nothing you can't do" not in text

    def test_getting_worse_is_for_this_week(self, as_alice: Client) -> None:
        text = answered(as_alice, stairs__answer="yes", stairs__course="worse")
        assert "See a doctor this week Stairs and chairs." in text
        assert "Book an appointment soon" not in text

    @pytest.mark.parametrize(
        ("date", "words"),
        [("2026-10-27", "See a doctor this week"), ("2026-10-26", "Book an appointment soon")],
    )
    def test_a_yes_where_it_twitches_is_for_this_week(
        self, as_alice: Client, alice: Diarist, date: str, words: str
    ) -> None:
        episode_at(alice, date, location="calf", side="left")
        text = answered(as_alice, walk__answer="yes", walk__place="shin:left")
        assert words in text

    def test_swallowing_is_for_today_and_stands_first(self, as_alice: Client) -> None:
        text = answered(as_alice, stairs__answer="yes", swallow__answer="yes")
        assert text.index("Speak to a doctor today Swallowing.") < text.index("Book an appointment soon")
        assert "call 112" in text

    def test_tired_is_told_that_a_third_say_so(self, as_alice: Client) -> None:
        text = answered(as_alice, jars__answer="tired_only")
        assert "A third of people with harmless twitches say this." in text
        assert "Book an appointment" not in text

    def test_not_sure_is_fine(self, as_alice: Client) -> None:
        assert "“Not sure” is a good answer Buttons and zips." in answered(as_alice, buttons__answer="unsure")

    def test_an_emergency_stands_first_whatever_else(self, as_alice: Client) -> None:
        text = answered(as_alice, swallow__answer="yes", face_droop__answer="yes", rest="no")
        assert text.index("Call 112 now You noted: Drooping face.") < text.index("Speak to a doctor today")

    def test_what_was_recorded_is_shown(self, as_alice: Client) -> None:
        text = answered(
            as_alice,
            jars__answer="yes",
            jars__place="thumb_base:left",
            jars__since_on="2026-11-01",
            jars__note="<b>jam</b>",
            stairs__answer="no",
            walk__answer="no",
        )
        shown = "Jars, keys and taps : Yes Base of the left thumb since 1 Nov &lt;b&gt;jam&lt;/b&gt;"
        assert shown in text
        assert "No Stairs and chairs; Walking, heels and tiptoe" in text


class TestStillSo:
    @pytest.fixture(autouse=True)
    def _open(self, alice: Diarist) -> None:
        SignCheck.objects.create(
            diarist=alice,
            date=dt.date(2026, 11, 3),
            sign="jars",
            answer="yes",
            location="thumb_base",
            side="left",
            since_on=dt.date(2026, 10, 1),
            note="jam",
            recorded_at=NOW - dt.timedelta(days=20),
        )

    def test_stands_on_top_and_not_in_the_list(self, as_alice: Client) -> None:
        html = as_alice.get("/check/").content.decode()
        assert html.index("Still so?") < html.index("Hands and arms")
        assert html.count('name="jars-note"') == 1
        assert "Is there a jar" not in html
        assert re.search(r"Yes on Tuesday 3 November.*?Base of the left thumb.*?since 1 Oct", html, re.DOTALL)

    def test_no_to_all_the_rest_does_not_close_it(self, as_alice: Client, alice: Diarist) -> None:
        text = answered(as_alice, rest="no")
        assert dict(alice.sign_checks.filter(date=TODAY).values_list("sign", "answer")) == {
            sign.id: "no" for sign in CHECK_SIGNS if sign.id != "jars"
        }
        assert "Nothing you can't do" not in text

    def test_back_to_normal_closes_it(self, as_alice: Client) -> None:
        text = answered(as_alice, jars__answer="no")
        assert "Back to normal on Monday 23 November: Jars, keys and taps." in text
        assert "Still so?" not in text_of(as_alice.get("/check/"))

    def test_still_so_keeps_the_details(self, as_alice: Client, alice: Diarist) -> None:
        html = as_alice.get("/check/").content.decode()
        assert '<option value="thumb_base:left" selected>' in html
        assert re.search(r'name="jars-since_on" value="2026-10-01"', html)
        text = answered(
            as_alice,
            jars__answer="yes-worse",
            jars__place="thumb_base:left",
            jars__since_on="2026-10-01",
            jars__note="jam and pickles",
        )
        row = alice.sign_checks.get(date=TODAY)
        assert (row.answer, row.course, row.location, row.side) == ("yes", "worse", "thumb_base", "left")
        assert (row.since_on, row.note) == (dt.date(2026, 10, 1), "jam and pickles")
        assert "See a doctor this week" in text

    def test_left_alone_it_stays_open(self, as_alice: Client) -> None:
        answered(as_alice, stairs__answer="no", jars__place="thumb_base:left", jars__note="jam")
        assert "Still so?" in text_of(as_alice.get("/check/"))

    def test_a_plain_yes_from_another_tab_is_taken(self, as_alice: Client, alice: Diarist) -> None:
        answered(as_alice, jars__answer="yes")
        assert alice.sign_checks.get(date=TODAY).answer == "yes"

    def test_a_place_that_the_list_lacks_is_kept(self, as_alice: Client, alice: Diarist) -> None:
        alice.sign_checks.update(location="calf", side="left")
        assert '<option value="calf:left" selected>Left calf</option>' in as_alice.get("/check/").content.decode()

    def test_a_stranger_is_not_asked(self, as_charlie: Client) -> None:
        assert "Still so?" not in text_of(as_charlie.get("/check/"))


class TestAnswers:
    def test_none_yet(self, as_alice: Client) -> None:
        assert "No answers yet." in text_of(as_alice.get("/check/answers/"))

    def test_grouped_by_day_newest_first(self, as_alice: Client) -> None:
        answered(as_alice, date="2026-10-20", rest="no")
        answered(as_alice, jars__answer="unsure", stairs__answer="no")
        text = text_of(as_alice.get("/check/answers/"))
        assert text.index("Today Jars, keys and taps : Not sure") < text.index("Tuesday 20 October")
        assert "1 no Stairs and chairs" in text
        assert "12 times no" in text

    def test_only_ones_own(self, as_alice: Client, as_charlie: Client) -> None:
        answered(as_alice, jars__answer="yes")
        assert "No answers yet." in text_of(as_charlie.get("/check/answers/"))

    def test_pages_hold_every_answer_once(self, as_alice: Client, alice: Diarist) -> None:
        for day in range(13):
            answered(as_alice, date=(TODAY - dt.timedelta(days=day)).isoformat(), rest="no")
        seen: list[str] = []
        address = "/check/answers/"
        pages = 0
        while address:
            html = as_alice.get(address).content.decode()
            seen += re.findall(r'hx-post="/check/answers/([0-9a-f-]+)/delete/"', html)
            older = re.search(r'href="(\?before=[^"]+)">Older', html)
            address = f"/check/answers/{older[1]}" if older else ""
            pages += 1
        assert pages == 3
        assert len(seen) == 156
        assert set(seen) == {str(pk) for pk in alice.sign_checks.values_list("pk", flat=True)}

    def test_queries_do_not_grow(self, as_alice: Client) -> None:
        answered(as_alice, rest="no")
        with CaptureQueriesContext(connection) as few:
            as_alice.get("/check/answers/")
        for day in range(1, 8):
            answered(as_alice, date=(TODAY - dt.timedelta(days=day)).isoformat(), rest="no")
        with CaptureQueriesContext(connection) as many:
            as_alice.get("/check/answers/")
        assert len(few) == len(many)

    @pytest.mark.parametrize(
        "before",
        [
            "abc",
            "2026-11-23",
            f"2026-11-23_0001-01-01T00:00:00+14:00_{uuid.UUID(int=1)}",
            f"2026-11-23_9999-12-31T23:59:59-14:00_{uuid.UUID(int=1)}",
            f"2026-11-23_2026-11-23T00:00:00_{uuid.UUID(int=1)}",
            "0001-01-01_0001-01-01T00:00:00+14:00_x",
            "2026-11-23_NaN_1e308",
            "\x00_\x00_\x00",
        ],
    )
    def test_a_garbage_cursor_shows_the_first_page(self, as_alice: Client, before: str) -> None:
        answered(as_alice, jars__answer="yes")
        text = text_of(as_alice.get("/check/answers/", {"before": before}))
        assert "There is no such page, so here is the first one." in text
        assert "Jars, keys and taps : Yes" in text


class TestDelete:
    @pytest.fixture
    def row(self, alice: Diarist) -> SignCheck:
        return SignCheck.objects.create(
            diarist=alice,
            date=TODAY,
            sign="jars",
            answer="yes",
            location="thumb_base",
            side="left",
            since_on=dt.date(2026, 10, 1),
            course="same",
            note="jam 🍓",
            recorded_at=NOW - dt.timedelta(hours=3),
        )

    def token(self, response: HttpResponse | Any) -> str:
        found = re.search(r'name="undo" value="([^"]+)"', response.content.decode())
        assert found
        return found[1]

    def test_asks_first_without_a_script(self, as_alice: Client, alice: Diarist, row: SignCheck) -> None:
        response = as_alice.get(f"/check/answers/{row.pk}/delete/")
        assert "Delete this answer?" in text_of(response)
        assert alice.sign_checks.count() == 1

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_undo_brings_back_the_very_row(
        self, as_alice: Client, alice: Diarist, row: SignCheck, headers: dict[str, str]
    ) -> None:
        before = SignCheck.objects.filter(pk=row.pk).values().get()
        deleted = as_alice.post(f"/check/answers/{row.pk}/delete/", headers=headers)
        assert not alice.sign_checks.exists()
        assert "Deleted: Jars, keys and taps" in text_of(deleted)
        undo = {"undo": self.token(deleted)}
        for _ in range(2):
            as_alice.post("/check/answers/", undo, headers=headers)
        assert list(SignCheck.objects.values()) == [before]

    def test_a_stranger_can_neither_see_nor_delete(
        self, as_charlie: Client, alice: Diarist, row: SignCheck
    ) -> None:
        assert as_charlie.get(f"/check/answers/{row.pk}/delete/").status_code == 404
        assert as_charlie.post(f"/check/answers/{row.pk}/delete/").status_code == 404
        assert alice.sign_checks.count() == 1

    def test_a_row_that_is_gone(self, as_alice: Client) -> None:
        assert as_alice.post(f"/check/answers/{uuid.uuid4()}/delete/").status_code == 404

    def test_a_strangers_undo_is_refused(
        self, as_alice: Client, as_charlie: Client, alice: Diarist, row: SignCheck
    ) -> None:
        token = self.token(as_alice.post(f"/check/answers/{row.pk}/delete/"))
        response = as_charlie.post("/check/answers/", {"undo": token})
        assert response.status_code == 422
        assert not SignCheck.objects.exists()

    @pytest.mark.parametrize("token", ["", "garbage", "a:b:c", "\x00", "."])
    def test_a_damaged_undo_is_said(self, as_alice: Client, token: str) -> None:
        response = as_alice.post("/check/answers/", {"undo": token})
        assert response.status_code == 422
        assert "This can't be undone any more." in text_of(response)

    def test_an_old_undo_is_refused(self, as_alice: Client, row: SignCheck) -> None:
        token = self.token(as_alice.post(f"/check/answers/{row.pk}/delete/"))
        with time_machine.travel(NOW + dt.timedelta(hours=25), tick=False):
            assert as_alice.post("/check/answers/", {"undo": token}).status_code == 422


class TestLater:
    def test_is_quiet_from_today(self, as_alice: Client, alice: Diarist) -> None:
        response = as_alice.post("/check/later/")
        assert (response.status_code, response["Location"]) == (302, "/")
        alice.refresh_from_db()
        assert alice.check_dismissed_on == TODAY

    def test_only_by_post(self, as_alice: Client) -> None:
        assert as_alice.get("/check/later/").status_code == 405


@pytest.mark.parametrize("path", ["/check/", "/check/signs/", "/check/answers/", "/check/?saved=x"])
def test_closed_to_people_who_are_not_signed_in(client: Client, db: None, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
