"""Two taps on one button, sent at the same moment: the same is stored as with one, and nobody sees a fault."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from diary.models import Diarist
from tests.conftest import make_diarist
from tests.diary.diaries import episode_now, tap
from tests.diary.test_recording_threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann() -> Diarist:
    """A diarist whom all threads see."""
    return make_diarist("ann")


@pytest.fixture
def send(ann: Diarist) -> Callable[..., list[object]]:
    """Sends one form from three tabs at once; the statuses of the answers."""
    tabs = [Client(raise_request_exception=False) for _ in range(3)]
    for browser in tabs:
        browser.force_login(ann.user, backend="config.accounts.AccountBackend")

    def post(path: str, form: dict[str, Any]) -> list[object]:
        headers = {"HX-Request": "true"}
        return at_once(3, lambda index: tabs[index].post(path, form, headers=headers).status_code)

    return post


def test_stop(ann: Diarist, send: Callable[..., list[object]]) -> None:
    for _ in range(4):
        timer = episode_now(ann, dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2), is_ongoing=True)
        assert send(f"/now/{timer.pk}/stop/", {}) == [200, 200, 200]
        stopped = ann.episodes.get(pk=timer.pk)
        assert (stopped.is_ongoing, stopped.version, (stopped.duration_seconds or 0) // 60) == (False, 2, 2)


def test_details(ann: Diarist, send: Callable[..., list[object]]) -> None:
    for _ in range(4):
        episode = episode_now(ann, dt.datetime.now(dt.UTC))
        form = {"details": "", "strength": "3", "duration": "600", "note": "sofa"}
        assert send(f"/episodes/{episode.pk}/", form) == [200, 200, 200]
        stored = ann.episodes.values_list("strength", "duration_seconds", "note").get(pk=episode.pk)
        assert stored == (3, 600, "sofa")


def test_log(ann: Diarist, send: Callable[..., list[object]]) -> None:
    for number in range(1, 5):
        assert send("/episodes/", tap()) == [200, 200, 200]
        assert ann.episodes.count() == number


def test_start_of_a_timer(ann: Diarist, send: Callable[..., list[object]]) -> None:
    assert send("/now/", {"id": str(uuid.uuid4()), "location": "calf", "side": "left"}) == [302, 302, 302]
    assert ann.episodes.get().is_ongoing
