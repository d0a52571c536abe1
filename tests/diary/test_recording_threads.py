"""Writes that come at the same moment, from two taps, two tabs or two devices: they take their turns."""

import datetime as dt
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from diary import recording
from diary.models import Diarist, Episode, Medicine, SignCheck
from tests.conftest import NOW, make_diarist
from tests.diary.diaries import episode_now
from tests.diary.test_recording import DATE, revision, unsaved

pytestmark = pytest.mark.django_db(transaction=True)
EXPECTED = (recording.DayHasEpisodes, recording.IdTaken, recording.StaleForm)


@pytest.fixture
def ann() -> Diarist:
    """A diarist whom all threads see."""
    return make_diarist("ann")


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """What `work` gave or raised in `count` threads that start together."""
    barrier = threading.Barrier(count)
    results: list[object] = [None] * count

    def run(index: int) -> None:
        barrier.wait(timeout=30)
        try:
            results[index] = work(index)
        except EXPECTED as error:
            results[index] = type(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_threads_really_had_connections_of_their_own(ann: Diarist) -> None:
    seen = at_once(2, lambda _: id(connections["default"].connection))
    assert id(connection.connection) not in seen


def log_with(person: Diarist, pk: uuid.UUID, index: int) -> bool:
    """Whether this call stored the episode."""
    return recording.log_episode(person, unsaved(pk=pk)).created


def same_id_at_once(ann: Diarist, pk: uuid.UUID) -> list[object]:
    """Whether each of four threads made the episode."""
    return at_once(4, lambda _: recording.log_episode(ann, unsaved(pk=pk)).created)


def test_the_same_id_is_stored_once(ann: Diarist) -> None:
    for _ in range(5):
        pk = uuid.uuid4()
        results = at_once(4, partial(log_with, ann, pk))
        assert sorted(map(bool, results)) == [False, False, False, True]
    assert ann.episodes.count() == 5


def log_offline(person: Diarist, pk: uuid.UUID) -> bool:
    """The same as something that waited on a device."""
    return recording.receive(person, pk, NOW, lambda: recording.log_episode(person, unsaved(pk=pk)))


def log_by_program(person: Diarist, pk: uuid.UUID) -> bool:
    """The same by the API."""
    return recording.log_once(person, unsaved(pk=pk)).created


def note_sign(person: Diarist, pk: uuid.UUID) -> bool:
    """An answer to a sign, whether it was stored."""
    row = SignCheck(pk=pk, date=DATE, sign="write", answer="no", recorded_at=NOW)
    return bool(recording.record_signs(person, [row]))


def keep_medicine(person: Diarist, pk: uuid.UUID) -> bool:
    """A medicine, whether it was stored."""
    recording.keep_medicine(person, Medicine(pk=pk, name="Magnesium"))
    return True


@pytest.mark.parametrize("store", [log_offline, log_by_program, note_sign, keep_medicine, log_with])
def test_the_same_new_id_of_two_people_goes_to_one_of_them(ann: Diarist, store: Callable[..., bool]) -> None:
    people = [ann, make_diarist("bob")]
    if store is log_with:
        store = partial(log_with, index=0)
    for _ in range(5):
        pk = uuid.uuid4()
        results = at_once(2, lambda index: store(people[index], pk))  # noqa: B023  (called before the next turn)
        assert sorted(map(str, results)) == sorted([str(recording.IdTaken), "True"])


def test_different_episodes_are_all_stored_and_counted(ann: Diarist) -> None:
    results = at_once(8, lambda _: recording.log_episode(ann, unsaved()).created)
    assert results == [True] * 8
    assert (ann.episodes.count(), revision(ann)) == (8, 8)


def test_two_people_do_not_wait_for_or_see_each_other(ann: Diarist) -> None:
    bob = make_diarist("bob")
    at_once(6, lambda index: recording.log_episode(ann if index % 2 else bob, unsaved()))
    assert [(person.episodes.count(), revision(person)) for person in (ann, bob)] == [(3, 3), (3, 3)]


def test_a_day_never_has_both_the_mark_and_an_episode(ann: Diarist) -> None:
    def work(index: int) -> None:
        if index % 2:
            recording.log_episode(ann, unsaved())
        else:
            recording.mark_no_twitches(ann, DATE)

    for _ in range(6):
        at_once(4, work)
        assert ann.episodes.count() == 2
        assert not ann.days.filter(no_twitches=True).exists()
        ann.episodes.all().delete()


def test_drinks_add_up(ann: Diarist) -> None:
    at_once(6, lambda _: recording.add_to_context(ann, DATE, "caffeine_mg", 90, most=5000))
    assert (ann.days.get().caffeine_mg, revision(ann)) == (540, 6)


def test_two_fields_of_one_day_are_both_kept(ann: Diarist) -> None:
    fields: list[dict[str, Any]] = [{"stress": 2}, {"heat": False}, {"magnesium": "none"}, {"note": "Hike"}]
    at_once(4, lambda index: recording.set_context(ann, DATE, fields[index]))
    assert ann.days.values_list("stress", "heat", "magnesium", "note").get() == (2, False, "none", "Hike")


def test_two_timers_of_one_place_are_one(ann: Diarist) -> None:
    results = at_once(4, lambda _: recording.start_timer(ann, unsaved()).created)
    assert sorted(map(bool, results)) == [False, False, False, True]
    assert ann.episodes.filter(is_ongoing=True).count() == 1


def test_of_two_forms_of_one_episode_one_is_told(ann: Diarist) -> None:
    stored = episode_now(ann)
    copies = [ann.episodes.get(pk=stored.pk) for _ in range(4)]
    for strength, copy in enumerate(copies, start=1):
        copy.strength = strength
    results = at_once(4, lambda index: recording.change_episode(ann, copies[index]))
    assert Counter(results) == {recording.StaleForm: 3, False: 1}
    assert (ann.episodes.get().strength, ann.episodes.get().version) == (1 + results.index(False), 2)


def test_details_sent_twice_at_once_are_no_stale_form(ann: Diarist) -> None:
    stored = episode_now(ann)
    changes = [("strength", 3), ("how_often", 0), ("at_rest", False), ("note", "sofa")]
    at_once(4, lambda index: recording.change_details(ann, stored.pk, lambda row: setattr(row, *changes[index])))
    assert ann.episodes.values_list("strength", "how_often", "at_rest", "note", "version").get() == (
        3,
        0,
        False,
        "sofa",
        5,
    )


def test_only_one_of_two_deletes_gets_the_episode_for_undo(ann: Diarist) -> None:
    stored = episode_now(ann)
    results = at_once(3, lambda _: recording.delete_episode(ann, stored.pk))
    assert sorted(row is not None for row in results) == [False, False, True]


def test_signs_and_medicines_are_stored_once(ann: Diarist) -> None:
    pk = uuid.uuid4()

    def work(_: int) -> None:
        recording.record_signs(ann, [SignCheck(pk=pk, date=DATE, sign="jars", answer="no", recorded_at=NOW)])
        recording.keep_medicine(ann, Medicine(pk=pk, name="Salbutamol"))

    at_once(4, work)
    assert (ann.sign_checks.count(), ann.medicines.count()) == (1, 1)


def move_or_mark(person: Diarist, moved: Episode, index: int) -> None:
    """One thread moves the entry to its new day, the other marks that day."""
    if index:
        recording.change_episode(person, moved)
    else:
        recording.mark_no_twitches(person, moved.local_date)


def test_an_entry_moved_to_a_day_while_it_is_marked(ann: Diarist) -> None:
    yesterday = DATE - dt.timedelta(days=1)

    def work(index: int) -> None:
        if index:
            recording.mark_no_twitches(ann, yesterday)
        else:
            moved = ann.episodes.get()
            moved.local_date, moved.started_at = yesterday, moved.started_at - dt.timedelta(days=1)
            recording.change_episode(ann, moved)

    for _ in range(4):
        episode_now(ann)
        at_once(2, work)
        assert ann.episodes.get().local_date == yesterday
        assert not ann.days.filter(no_twitches=True).exists()
        ann.episodes.all().delete()
