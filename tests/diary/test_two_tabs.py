"""One form in two tabs: the later one is told what the other saved, and what was typed in it is still there."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.test import Client

from diary import recording
from diary.forms.seen import mark_of
from diary.models import Day, Diarist, Episode, Medicine
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from triage.models import Appointment, DoctorTexts

SEEN = re.compile(r'<input type="hidden" name="seen" value="([0-9a-f]{16})">')
TOLD = "This was changed meanwhile, perhaps in another tab or on another device."
HERE = {"Origin": "http://testserver"}


@dataclass
class Form:
    """A form of which two tabs are open: where it is, where it goes, what each of them sends."""

    page: str
    action: str
    first: dict[str, str]
    second: dict[str, str]
    section: str = "<"
    headers: dict[str, str] = field(default_factory=dict)


def note_of_a_day(alice: Diarist) -> Form:
    url = "/days/2026-11-20/context/note/"
    return Form(url, url, {"value": "hot and humid"}, {"value": "slept badly"})


def hours_of_sleep(alice: Diarist) -> Form:
    url = "/days/2026-11-20/context/sleep_hours/"
    return Form(url, url, {"value": "7.25"}, {"value": "6"})


def medicine(alice: Diarist) -> Form:
    kept = Medicine(name="Magnesium", started_on=dt.date(2026, 1, 2))
    recording.keep_medicine(alice, kept)
    url, usual = f"/medicines/{kept.pk}/", {"id": str(kept.pk), "started_on": "2026-01-02", "stopped_on": ""}
    return Form(url, url, usual | {"name": "Magnesium 300"}, usual | {"name": "Magnesium citrate"})


def you(alice: Diarist) -> Form:
    usual = {"section": "you", "country": ""}
    return Form("/settings/", "/settings/", usual | {"name": "Anna"}, usual | {"name": "Anna B."}, 'value="you"')


def appointment(alice: Diarist) -> Form:
    visit = Appointment.objects.create(diarist=alice, date=dt.date(2026, 11, 2), note="")
    url, usual = f"/doctor/appointments/{visit.pk}/", {"id": str(visit.pk), "date": "2026-11-02"}
    return Form(url, url, usual | {"note": "come again in May"}, usual | {"note": "blood was taken"})


def doctor_texts(alice: Diarist) -> Form:
    usual = {"name": "", "born_on": "", "history": ""}
    texts = usual | {"questions": "Is it the coffee?"}, usual | {"questions": "Should I worry?"}
    return Form("/doctor/", "/doctor/texts/", *texts, 'id="texts"')


def details(alice: Diarist) -> Form:
    url = f"/episodes/{episode_at(alice, '2026-11-20').pk}/"
    usual = {"details": "1", "strength": "", "duration": "", "how_often": "", "at_rest": ""}
    return Form(
        url, url, usual | {"note": "on the sofa"}, usual | {"note": "in bed"}, headers={"HX-Request": "true"}
    )


FORMS = [note_of_a_day, hours_of_sleep, medicine, you, appointment, doctor_texts, details]


def stored(alice: Diarist) -> list[Any]:
    """Everything that one of these forms may change."""
    return [
        list(Day.objects.values_list("note", "sleep_hours")),
        list(Medicine.objects.values_list("name", "stopped_on")),
        list(Diarist.objects.values_list("name", flat=True)),
        list(Appointment.objects.values_list("note", flat=True)),
        list(DoctorTexts.objects.values_list("questions", flat=True)),
        list(Episode.objects.values_list("note", flat=True)),
    ]


def seen_in(words: str, form: Form) -> str:
    marks: list[str] = SEEN.findall(words.partition(form.section)[2])
    return marks[0]


@pytest.mark.parametrize("make", FORMS, ids=lambda make: make.__name__)
def test_the_later_of_two_tabs_is_told(as_alice: Client, alice: Diarist, make: Any) -> None:
    form = make(alice)
    mark = seen_in(as_alice.get(form.page, headers=form.headers).content.decode(), form)
    assert as_alice.post(form.action, form.first | {"seen": mark}, headers=form.headers).status_code in {200, 302}
    after_first = stored(alice)
    told = as_alice.post(form.action, form.second | {"seen": mark}, headers=form.headers)
    words = unescape(told.content.decode())
    assert told.status_code == 422
    assert TOLD in words
    changed = [name for name in form.first if form.first[name] != form.second[name]]
    for name in changed:
        assert form.first[name] in words  # what the other tab saved
        assert form.second[name] in words  # what was typed here
    assert stored(alice) == after_first

    # Who has seen that may replace it.
    again = form.second | {"seen": seen_in(told.content.decode(), form)}
    assert as_alice.post(form.action, again, headers=form.headers).status_code in {200, 302}
    assert stored(alice) != after_first


@pytest.mark.parametrize("make", FORMS, ids=lambda make: make.__name__)
def test_a_second_tap_is_no_second_tab(as_alice: Client, alice: Diarist, make: Any) -> None:
    form = make(alice)
    mark = seen_in(as_alice.get(form.page, headers=form.headers).content.decode(), form)
    for _ in range(2):
        answer = as_alice.post(form.action, form.first | {"seen": mark}, headers=form.headers)
        assert answer.status_code in {200, 302}


def test_a_mistake_corrected_is_still_told(as_alice: Client, alice: Diarist) -> None:
    form = medicine(alice)
    mark = seen_in(as_alice.get(form.page).content.decode(), form)
    as_alice.post(form.action, form.first | {"seen": mark})
    wrong = as_alice.post(form.action, form.second | {"seen": mark, "stopped_on": "never"})
    assert wrong.status_code == 422
    assert seen_in(wrong.content.decode(), form) == mark
    assert TOLD in as_alice.post(form.action, form.second | {"seen": mark}).content.decode()


def test_stopping_a_medicine_leaves_what_another_tab_changed(as_alice: Client, alice: Diarist) -> None:
    form = medicine(alice)
    pk = form.first["id"]
    stale = Medicine.objects.get(pk=pk)
    as_alice.post(form.action, form.first)
    recording.stop_medicine(alice, stale.pk, dt.date(2026, 11, 20))
    assert Medicine.objects.values_list("name", "stopped_on").get(pk=pk) == (
        "Magnesium 300",
        dt.date(2026, 11, 20),
    )


@pytest.mark.parametrize("what", ["episode", "medicine", "appointment"])
def test_what_was_typed_for_something_deleted_elsewhere_can_be_copied(
    as_alice: Client, alice: Diarist, what: str
) -> None:
    url = {
        "episode": f"/episodes/{uuid.uuid4()}/",
        "medicine": f"/medicines/{uuid.uuid4()}/",
        "appointment": f"/doctor/appointments/{uuid.uuid4()}/",
    }[what]
    answer = as_alice.post(url, {"note": "a long thought", "id": str(uuid.uuid4())}, headers=HERE)
    words = answer.content.decode()
    assert answer.status_code == 404
    assert "This entry is not here (any more)" in words
    assert "What you typed was not saved. It is below, to be copied." in words
    assert "a long thought" in words
    forged = as_alice.post(url, {"note": "a long thought"}, headers={"Origin": "https://evil.example"})
    assert "a long thought" not in forged.content.decode()


def test_deleted_in_the_instant_of_saving(
    as_alice: Client, alice: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = episode_at(alice, "2026-11-20")
    page = as_alice.get(f"/episodes/{episode.pk}/").context["form"]
    typed = {name: value for name, value in page.initial.items() if value is not None} | {"note": "a long thought"}
    change = recording.change_episode

    def too_late(diarist: Diarist, changed: Episode) -> bool:
        recording.delete_episode(diarist, changed.pk)
        return change(diarist, changed)

    monkeypatch.setattr(recording, "change_episode", too_late)
    answer = as_alice.post(f"/episodes/{episode.pk}/", typed, headers=HERE)
    assert answer.status_code == 404
    assert "a long thought" in answer.content.decode()


def test_the_same_values_have_the_same_mark() -> None:
    assert mark_of({"a": 1, "b": None}) == mark_of({"b": None, "a": 1})
    assert mark_of({"a": 1}) != mark_of({"a": "1"})
    assert len({mark_of({"a": value}) for value in (None, "", 0, False, NOW)}) == 5
