"""Writes: once however often they are sent, together or not at all, and in turns when they come at once."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from diary import recording
from diary.models import Day, Diarist, Episode, SignCheck
from diary.moments import moment
from tests.conftest import BERLIN, NOW, make_diarist
from tests.diary.diaries import episode_now

DATE = dt.date(2026, 11, 23)


def unsaved(**values: Any) -> Episode:
    """An episode as a form makes it."""
    episode = Episode(recorded_at=NOW, **({"location": "calf", "side": "left"} | values))
    episode.moment = moment(NOW, BERLIN)
    return episode


def revision(diarist: Diarist) -> int:
    """The stored revision."""
    return Diarist.objects.values_list("revision", flat=True).get(pk=diarist.pk)


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """What `work` gave or raised in `count` threads that start together."""
    barrier = threading.Barrier(count)
    results: list[object] = [None] * count

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = work(index)
        except (recording.DayHasEpisodes, recording.IdTaken) as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_the_same_id_is_stored_once(self) -> None:
        alice = make_diarist("alice")
        pk = uuid.uuid4()
        results = at_once(6, lambda _: recording.log_episode(alice, unsaved(pk=pk)).created)
        assert sorted(map(bool, results)) == [False] * 5 + [True]
        assert alice.episodes.count() == 1

    def test_different_episodes_are_all_stored_and_counted(self) -> None:
        alice = make_diarist("alice")
        at_once(8, lambda _: recording.log_episode(alice, unsaved()))
        assert (alice.episodes.count(), revision(alice)) == (8, 8)

    def test_a_day_never_has_both_the_mark_and_an_episode(self) -> None:
        alice = make_diarist("alice")
        for _ in range(5):

            def work(index: int) -> object:
                if index % 2:
                    return recording.log_episode(alice, unsaved())
                recording.mark_no_twitches(alice, DATE)
                return None

            at_once(4, work)
            assert alice.episodes.exists()
            assert not alice.days.filter(no_twitches=True).exists()
            alice.episodes.all().delete()

    def test_drinks_add_up(self) -> None:
        alice = make_diarist("alice")
        at_once(6, lambda _: recording.add_to_context(alice, DATE, "caffeine_mg", 90, most=5000))
        assert alice.days.get().caffeine_mg == 540

    def test_two_timers_of_one_place_are_one(self) -> None:
        alice = make_diarist("alice")
        results = at_once(4, lambda _: recording.start_timer(alice, unsaved()).created)
        assert sorted(map(bool, results)) == [False, False, False, True]
        assert alice.episodes.filter(is_ongoing=True).count() == 1

    def test_the_threads_really_had_connections_of_their_own(self) -> None:
        make_diarist("alice")
        seen = at_once(2, lambda _: id(connections["default"].connection))
        assert id(connection.connection) not in seen


def test_another_persons_id_is_refused(alice: Diarist, charlie: Diarist) -> None:
    theirs = episode_now(charlie)
    with pytest.raises(recording.IdTaken):
        recording.log_episode(alice, unsaved(pk=theirs.pk))
    assert (alice.episodes.count(), revision(alice)) == (0, 0)


def test_a_second_form_of_one_episode_is_told(alice: Diarist) -> None:
    stored = episode_now(alice)
    first, second = alice.episodes.get(pk=stored.pk), alice.episodes.get(pk=stored.pk)
    first.strength = 3
    recording.change_episode(alice, first)
    second.strength = 1
    with pytest.raises(recording.StaleForm) as caught:
        recording.change_episode(alice, second)
    assert (caught.value.current.strength, caught.value.current.version) == (3, 2)
    assert alice.episodes.get().strength == 3


def test_an_episode_that_moves_to_a_marked_day_takes_the_mark_away(alice: Diarist) -> None:
    stored = episode_now(alice)
    recording.set_context(alice, DATE - dt.timedelta(days=1), {"no_twitches": True})
    stored.moment = moment(NOW - dt.timedelta(days=1), BERLIN)
    assert recording.change_episode(alice, stored) is True
    assert not alice.days.exists()


@pytest.mark.parametrize("name", recording.CONTEXT_FIELDS)
def test_zero_is_kept_and_empty_is_not(alice: Diarist, name: str) -> None:
    none: dict[str, Any] = {"exercise_effort": "light", "magnesium": "none", "note": "x", "heat": False}
    recording.set_context(alice, DATE, {name: none.get(name, 1 if name == "sleep_quality" else 0)})
    assert Day.objects.count() == 1
    recording.set_context(alice, DATE, {name: "" if isinstance(none.get(name), str) else None})
    assert Day.objects.count() == 0


def test_a_drink_is_never_less_than_nothing_or_more_than_fits(alice: Diarist) -> None:
    assert recording.add_to_context(alice, DATE, "caffeine_mg", -90, most=5000).caffeine_mg == 0
    assert recording.add_to_context(alice, DATE, "caffeine_mg", 9000, most=5000).caffeine_mg == 5000


def test_every_write_counts_the_revision_up(alice: Diarist) -> None:
    stored = recording.log_episode(alice, unsaved()).episode
    recording.change_episode(alice, stored)
    recording.delete_episode(alice, stored.pk)
    recording.mark_no_twitches(alice, DATE)
    recording.unmark_no_twitches(alice, DATE)
    recording.set_context(alice, DATE, {"stress": 0})
    check = SignCheck(date=DATE, sign="jars", answer="no", recorded_at=NOW)
    recording.record_signs(alice, [check])
    recording.delete_sign(alice, check.pk)
    assert revision(alice) == 8


def test_a_fault_in_the_middle_leaves_everything_as_it_was(
    alice: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording.mark_no_twitches(alice, DATE)

    def fail(*args: object) -> bool:
        raise RuntimeError

    monkeypatch.setattr(recording, "_clear_mark", fail)
    with pytest.raises(RuntimeError):
        recording.log_episode(alice, unsaved())
    assert (alice.episodes.count(), alice.days.get().no_twitches, revision(alice)) == (0, True, 1)
