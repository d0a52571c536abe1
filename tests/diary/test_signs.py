"""Signs on any day: the table, and the page that starts with whom to call."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from diary.body import LOCATIONS
from diary.models import Diarist
from diary.signs import ANSWERS, CHECK_SIGNS, OTHER_SIGNS, SIGNS, TOPICS
from tests.conftest import NOW
from tests.diary.test_check import sheet, text_of


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class TestTable:
    def test_ids(self) -> None:
        check = "jars buttons write lift_arm stairs walk neck thinner speech swallow breathing_flat reflexes"
        assert [sign.id for sign in CHECK_SIGNS] == check.split()
        assert len(OTHER_SIGNS) == 10
        assert list(ANSWERS) == ["no", "yes", "unsure", "tired_only"]

    @pytest.mark.parametrize("sign", SIGNS.values(), ids=lambda sign: sign.id)
    def test_every_row_is_a_question_in_which_yes_is_trouble(self, sign: object) -> None:
        row = SIGNS[sign.id]  # type: ignore[attr-defined]
        assert row.question.endswith("?")
        assert row.topic in TOPICS
        assert row.urgency in {"mention", "soon", "same_day", "emergency"}
        assert all(any(place.group == group for place in LOCATIONS.values()) for group in row.groups)

    def test_abilities_say_no_longer(self) -> None:
        assert all("no longer" in sign.question for sign in CHECK_SIGNS if sign.can_tire)


class TestPage:
    def test_says_when_to_call_before_anything_is_asked(self, as_alice: Client) -> None:
        response = as_alice.get("/check/signs/")
        text = text_of(response)
        assert text.index("Call now if") < text.index("Call 112") < text.index("Sudden or fast")
        assert 'href="tel:112"' in response.content.decode()
        assert "Number for Germany." in text

    def test_the_number_of_the_chosen_country(self, as_alice: Client, alice: Diarist) -> None:
        alice.country = "GB"
        alice.save()
        text = text_of(as_alice.get("/check/signs/"))
        assert "Call 999" in text
        assert "Number for United Kingdom. Also: 112." in text

    def test_an_unknown_country(self, as_alice: Client, alice: Diarist) -> None:
        alice.country = "ZZ"
        alice.save()
        assert "112 or your local emergency number." in text_of(as_alice.get("/check/signs/"))

    def test_asks_the_ten_others(self, as_alice: Client) -> None:
        assert as_alice.get("/check/signs/").content.decode().count('<fieldset class="sign"') == 10


class TestSave:
    @pytest.mark.parametrize("answer", ["yes", "unsure"])
    def test_an_emergency_sign_shows_the_number_at_once(
        self, as_alice: Client, alice: Diarist, answer: str
    ) -> None:
        sent = sheet(face_droop__answer=answer, medicine_suspected__answer="yes", rest="no")
        response = as_alice.post("/check/signs/", sent, follow=True)
        text = text_of(response)
        assert re.search(r"<h1[^>]*>\s*Call 112 now", response.content.decode())
        assert text.index("Call 112 now You noted: Drooping face.") < text.index("Worth a mention")
        assert alice.sign_checks.count() == 10

    def test_for_a_day_gone_by_it_says_what_to_do_if_it_has_passed(self, as_alice: Client) -> None:
        sent = sheet(date="2026-11-20", sudden_weakness__answer="yes", sudden_weakness__place="arm_front:left")
        text = text_of(as_alice.post("/check/signs/", sent, follow=True))
        assert "You noted it for Friday 20 November." in text
        assert "If it has gone, speak to a doctor today all the same." in text

    def test_a_medicine(self, as_alice: Client) -> None:
        sent = sheet(medicine_suspected__answer="yes")
        text = text_of(as_alice.post("/check/signs/", sent, follow=True))
        assert "Do not stop a prescribed medicine without advice." in text
        assert "Call 112 now" not in text

    def test_an_eye(self, as_alice: Client, alice: Diarist) -> None:
        sent = sheet(lid_droop__answer="yes", lid_droop__place="lid_upper:right")
        text = text_of(as_alice.post("/check/signs/", sent, follow=True))
        assert "Drooping eyelid. Show it to a doctor or an eye specialist" in text
        row = alice.sign_checks.get()
        assert (row.location, row.side, row.date) == ("lid_upper", "right", dt.date(2026, 11, 23))

    def test_all_no_makes_no_promise_about_strength(self, as_alice: Client) -> None:
        text = text_of(as_alice.post("/check/signs/", sheet(rest="no"), follow=True))
        assert "Nothing you can't do" not in text

    def test_is_asked_again_on_both_pages_until_back_to_normal(self, as_alice: Client) -> None:
        as_alice.post("/check/signs/", sheet(lid_droop__answer="yes"))
        as_alice.post("/check/", sheet(jars__answer="yes"))
        check, signs = (as_alice.get(path).content.decode() for path in ("/check/", "/check/signs/"))
        assert 'name="lid_droop-answer" value="yes-worse"' in check
        assert 'name="lid_droop-answer" value="yes-worse"' in signs
        assert "jars-answer" not in signs
        with time_machine.travel(NOW + dt.timedelta(minutes=1), tick=False):
            as_alice.post("/check/", sheet(lid_droop__answer="no", jars__answer="no"))
        assert "lid_droop" not in as_alice.get("/check/").content.decode()

    def test_wrong_input_comes_back(self, as_alice: Client) -> None:
        response = as_alice.post("/check/signs/", sheet(lid_droop__answer="yes", lid_droop__since_on="x"))
        assert response.status_code == 422
        assert "This is not a date." in text_of(response)
        assert "Call now if" in text_of(response)
