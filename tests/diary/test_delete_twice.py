"""A second tap on Delete where no script drops it: the answer of the first, and no news for anybody else."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from diary import recording
from diary.models import Diarist, Medicine, SignCheck
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_today import text_of

FORM = r'action="%s".*?</form>|<form method="post">.*?</form>'
FIELD = re.compile(r'<input type="hidden" name="(was|remark)" value="([^"]*)">')
UNDO = re.compile(r'(?:<input type="hidden" |<button class="link" )name="(payload|undo)" value="([^"]*)"')


def an_entry(diarist: Diarist) -> tuple[str, str, str]:
    row = episode_at(diarist, "2026-11-20", "12:00", strength=2, note="on the sofa")
    return f"/episodes/{row.pk}/delete/", f"/episodes/{row.pk}/", "/episodes/restore/"


def an_entry_asked_first(diarist: Diarist) -> tuple[str, str, str]:
    path, _, back = an_entry(diarist)
    return path, path, back


def an_entry_just_logged(diarist: Diarist) -> tuple[str, str, str]:
    row = episode_at(diarist, "2026-11-23", "12:00", strength=2)
    return f"/episodes/{row.pk}/delete/", f"/?saved={row.pk}", "/episodes/restore/"


def a_medicine(diarist: Diarist) -> tuple[str, str, str]:
    row = Medicine.objects.create(diarist=diarist, name="Magnesium")
    return f"/medicines/{row.pk}/delete/", f"/medicines/{row.pk}/", "/medicines/"


def an_answer(diarist: Diarist) -> tuple[str, str, str]:
    row = SignCheck(date=dt.date(2026, 11, 20), sign="write", answer="yes", recorded_at=NOW)
    recording.record_signs(diarist, [row])
    return f"/check/answers/{row.pk}/delete/", f"/check/answers/{row.pk}/delete/", "/check/answers/"


def rows_of(diarist: Diarist) -> list[Any]:
    """Everything that these can delete."""
    return [row for kind in (diarist.episodes, diarist.medicines, diarist.sign_checks) for row in kind.values()]


def fields(page: str, path: str) -> dict[str, str]:
    """What the form on a page sends to `path`."""
    forms = re.findall(FORM % re.escape(path), page, re.DOTALL)
    return dict(FIELD.findall(forms[-1]))


@pytest.mark.parametrize("made", [an_entry, an_entry_asked_first, an_entry_just_logged, a_medicine, an_answer])
def test_the_second_tap_gets_the_answer_of_the_first(
    as_alice: Client, as_charlie: Client, alice: Diarist, made: Callable[[Diarist], tuple[str, str, str]]
) -> None:
    with time_machine.travel(NOW, tick=False):
        path, page, back = made(alice)
        before = rows_of(alice)
        form = fields(as_alice.get(page).content.decode(), path)
        first = as_alice.post(path, form)
        assert (first.status_code, rows_of(alice)) == (200, [])
        second = as_alice.post(path, form)
        assert (second.status_code, text_of(second.content)) == (200, text_of(first.content))
        assert "removed" in text_of(second.content) or "eleted" in text_of(second.content)
        # Others, those without the form and those with the form of another row learn nothing.
        never = path.replace(path.split("/")[-3], str(uuid.uuid4()))
        tries = [
            (as_charlie, path, form),
            (as_alice, path, {}),
            (as_alice, never, form),
            (as_alice, path, {"was": "x"}),
        ]
        assert [client.post(where, sent).status_code for client, where, sent in tries] == [404] * 4
        assert as_charlie.post(never, form).status_code == 404
        # And back, from the page of the second.
        found = UNDO.search(second.content.decode())
        assert found
        as_alice.post(back, {found[1]: found[2]})
        assert rows_of(alice) == before
