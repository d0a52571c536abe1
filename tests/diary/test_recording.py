"""Writes: once however often they are sent, together or not at all. At the same moment: test_recording_threads."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diary import recording
from diary.models import Day, Diarist, Episode, Medicine, SignCheck
from diary.moments import moment
from tests.conftest import BERLIN, NOW
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


def test_another_persons_id_is_refused(alice: Diarist, charlie: Diarist) -> None:
    theirs = episode_now(charlie)
    with pytest.raises(recording.IdTaken):
        recording.log_episode(alice, unsaved(pk=theirs.pk))
    assert (alice.episodes.count(), revision(alice)) == (0, 0)


def test_the_same_id_again_gives_back_what_is_stored(alice: Diarist) -> None:
    pk = uuid.uuid4()
    first = recording.log_episode(alice, unsaved(pk=pk, strength=2))
    recording.change_details(alice, pk, lambda episode: setattr(episode, "strength", 4))
    again = recording.log_episode(alice, unsaved(pk=pk, strength=2))
    assert (first.created, again.created, again.episode.strength) == (True, False, 4)
    assert alice.episodes.count() == 1


def test_only_an_id_that_is_there_costs_a_look_for_it(alice: Diarist) -> None:
    pk = uuid.uuid4()
    with CaptureQueriesContext(connection) as first:
        recording.log_episode(alice, unsaved(pk=pk, strength=2))
    assert not [query["sql"] for query in first if query["sql"].startswith("SELECT")]
    assert revision(alice) == 1
    with CaptureQueriesContext(connection) as again:
        recording.log_episode(alice, unsaved(pk=pk, strength=2))
    assert len([query["sql"] for query in again if query["sql"].startswith("SELECT")]) == 2
    # What could not be stored was taken back whole, and did not count.
    assert revision(alice) == 2


def test_another_persons_ids_of_signs_and_medicines_are_refused(alice: Diarist, charlie: Diarist) -> None:
    check = SignCheck.objects.create(diarist=charlie, date=DATE, sign="jars", answer="no", recorded_at=NOW)
    mine = SignCheck(date=DATE, sign="write", answer="no", recorded_at=NOW)
    with pytest.raises(recording.IdTaken):
        recording.record_signs(
            alice, [mine, SignCheck(pk=check.pk, date=DATE, sign="jars", answer="yes", recorded_at=NOW)]
        )
    medicine = Medicine.objects.create(diarist=charlie, name="Salbutamol")
    with pytest.raises(recording.IdTaken):
        recording.keep_medicine(alice, Medicine(pk=medicine.pk, name="Aspirin"))
    assert not alice.sign_checks.exists()
    assert not alice.medicines.exists()
    assert (charlie.sign_checks.get().answer, charlie.medicines.get().name) == ("no", "Salbutamol")


def test_what_is_somebody_elses_is_not_deleted(alice: Diarist, charlie: Diarist) -> None:
    theirs = episode_now(charlie)
    check = SignCheck.objects.create(diarist=charlie, date=DATE, sign="jars", answer="no", recorded_at=NOW)
    medicine = Medicine.objects.create(diarist=charlie, name="Salbutamol")
    assert recording.delete_episode(alice, theirs.pk) is None
    assert recording.change_details(alice, theirs.pk, lambda episode: None) is None
    assert not recording.delete_sign(alice, check.pk)
    assert not recording.delete_medicine(alice, medicine.pk)
    assert (charlie.episodes.count(), charlie.sign_checks.count(), charlie.medicines.count()) == (1, 1, 1)


def test_signs_are_stored_once_however_often_they_are_sent(alice: Diarist) -> None:
    pk = uuid.uuid4()
    for answer in ("no", "yes"):
        check = SignCheck(pk=pk, date=DATE, sign="jars", answer=answer, recorded_at=NOW)
        recording.record_signs(alice, [check, check])
    assert alice.sign_checks.get().answer == "no"


def test_a_medicine_is_changed_in_place(alice: Diarist) -> None:
    medicine = Medicine(name="Salbutamol")
    recording.keep_medicine(alice, medicine)
    recording.keep_medicine(alice, Medicine(pk=medicine.pk, name="Salbutamol inhaler"))
    assert alice.medicines.get().name == "Salbutamol inhaler"


def test_deleted_twice(alice: Diarist) -> None:
    stored = episode_now(alice, note="sofa")
    gone = recording.delete_episode(alice, stored.pk)
    assert gone is not None
    assert gone.note == "sofa"
    assert recording.delete_episode(alice, stored.pk) is None
    assert recording.log_episode(alice, gone).created
    assert alice.episodes.get().note == "sofa"


def test_a_day_with_episodes_is_not_marked_and_nothing_is_deleted(alice: Diarist) -> None:
    episode_now(alice)
    with pytest.raises(recording.DayHasEpisodes):
        recording.mark_no_twitches(alice, DATE)
    assert (alice.episodes.count(), alice.days.count(), revision(alice)) == (1, 0, 0)


def test_an_episode_takes_away_the_mark_and_leaves_the_context(alice: Diarist) -> None:
    recording.mark_no_twitches(alice, DATE)
    recording.set_context(alice, DATE, {"stress": 0})
    assert recording.log_episode(alice, unsaved()).cleared_mark is True
    assert list(alice.days.values_list("no_twitches", "stress")) == [(False, 0)]
    assert recording.log_episode(alice, unsaved()).cleared_mark is False


def test_a_mark_alone_leaves_no_row_behind(alice: Diarist) -> None:
    recording.mark_no_twitches(alice, DATE)
    recording.unmark_no_twitches(alice, DATE)
    assert not Day.objects.exists()
    recording.unmark_no_twitches(alice, DATE)
    assert not Day.objects.exists()


def test_the_mark_keeps_a_day_whose_context_was_emptied(alice: Diarist) -> None:
    recording.mark_no_twitches(alice, DATE)
    recording.set_context(alice, DATE, {"stress": 2})
    recording.set_context(alice, DATE, {"stress": None})
    assert list(alice.days.values_list("no_twitches", "stress")) == [(True, None)]


def test_emptying_what_was_never_entered_stores_nothing(alice: Diarist) -> None:
    recording.set_context(alice, DATE, dict.fromkeys(recording.CONTEXT_FIELDS[:4]) | {"note": ""})
    assert not Day.objects.exists()


def test_one_field_leaves_the_others_alone(alice: Diarist) -> None:
    recording.set_context(alice, DATE, {"stress": 0, "heat": False})
    day = recording.set_context(alice, DATE, {"sleep_hours": 7})
    assert (day.stress, day.heat, day.caffeine_mg) == (0, False, None)
    assert alice.days.values_list("stress", "heat", "caffeine_mg").get() == (0, False, None)


class TestTimers:
    def test_a_deleted_timer_comes_back_without_running_where_another_runs_now(self, alice: Diarist) -> None:
        first = recording.start_timer(alice, unsaved()).episode
        gone = recording.delete_episode(alice, first.pk)
        assert gone is not None
        second = recording.start_timer(alice, unsaved()).episode
        back = recording.log_episode(alice, gone).episode
        assert (back.is_ongoing, back.duration_seconds) == (False, None)
        assert alice.episodes.get(is_ongoing=True) == second

    def test_a_timer_moved_to_where_another_runs_stops(self, alice: Diarist) -> None:
        other = recording.start_timer(alice, unsaved(side="right")).episode
        moved = recording.start_timer(alice, unsaved()).episode
        moved.side = "right"
        recording.change_episode(alice, moved)
        assert alice.episodes.get(is_ongoing=True) == other
        assert alice.episodes.get(pk=moved.pk).side == "right"

    def test_a_timer_that_is_changed_goes_on(self, alice: Diarist) -> None:
        timer = recording.start_timer(alice, unsaved()).episode
        timer.strength = 3
        recording.change_episode(alice, timer)
        assert alice.episodes.get(is_ongoing=True).strength == 3

    def test_a_second_one_at_the_same_place_is_the_first(self, alice: Diarist) -> None:
        first = recording.start_timer(alice, unsaved())
        second = recording.start_timer(alice, unsaved())
        assert (second.created, second.episode) == (False, first.episode)


def give_strength(strength: int, row: Episode) -> None:
    """What a form of details changes."""
    row.strength = strength


def test_details_count_however_old_the_form_is(alice: Diarist) -> None:
    stored = episode_now(alice)
    for strength in (1, 2, 3):
        changed = recording.change_details(alice, stored.pk, partial(give_strength, strength))
        assert changed is not None
        assert changed.version == strength + 1
    assert (alice.episodes.get().strength, revision(alice)) == (3, 3)


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
    recording.keep_medicine(alice, medicine := Medicine(name="Salbutamol"))
    recording.delete_medicine(alice, medicine.pk)
    recording.change_settings(alice, {"name": "Alice"})
    recording.start_timer(alice, unsaved())
    recording.add_to_context(alice, DATE, "water_ml", 200, most=20_000)
    assert revision(alice) == 13


def test_settings_are_stored_and_seen_at_once(alice: Diarist) -> None:
    recording.change_settings(alice, {"name": "Alice", "country": "DE"})
    assert (alice.name, Diarist.objects.get().country) == ("Alice", "DE")


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
