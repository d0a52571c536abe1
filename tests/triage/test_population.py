"""The scan as tasks: who is planned, who holds what, and what becomes of it when somebody stops in the middle."""

import datetime as dt
import logging
from collections.abc import Iterator

import pytest
import time_machine
from django_tasks_db.models import DBTaskResult

from diary import recording
from diary.clock import _every_minute
from diary.importing import tasks
from diary.models import Diarist
from tests.conftest import NOW, make_diarist
from tests.triage.test_scan import twitch
from triage import population, scan
from triage.models import Assessment, ScanChunk, ScanNight

LATER = NOW + population.LEASE + dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as made:
        yield made


@pytest.fixture
def five(db: None) -> list[Diarist]:
    """Five people, each with one twitch."""
    made = [make_diarist(f"writer{number}") for number in range(5)]
    for diarist in made:
        twitch(diarist, 1)
    return made


def queued() -> list[int]:
    """The chunks for which there is a task, in the order in which they were queued."""
    rows = DBTaskResult.objects.filter(status="READY").order_by("enqueued_at")
    return [row.args_kwargs["args"][0] for row in rows]


def assessed() -> set[int]:
    """Who has an assessment."""
    return set(Assessment.objects.values_list("pk", flat=True))


def test_who_waits_for_an_import_does_not_wait_for_a_nights_work() -> None:
    assert population.scan_chunk.priority < tasks.read.priority


def test_everybody_stale_is_in_one_chunk(five: list[Diarist], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population, "PAGE", 2)
    five[0].refresh_from_db()
    scan.bring_up_to_date(five[0], NOW.date())
    assert population.plan(NOW, 2) == population.Planned(4, 2)
    first, second = ScanChunk.objects.order_by("pk")
    assert (first.first_id, first.last_id) == (five[1].pk, five[2].pk)
    assert (second.first_id, second.last_id) == (five[3].pk, five[4].pk)
    assert queued() == [first.pk, second.pk]


def test_a_write_a_new_day_and_new_rules_make_stale(five: list[Diarist], monkeypatch: pytest.MonkeyPatch) -> None:
    for diarist in five:
        population.bring_up_to_date(diarist.pk)
    assert list(population.stale_ids(NOW)) == []
    recording.mark_no_twitches(five[1], dt.date(2026, 10, 1))
    Diarist.objects.filter(pk=five[3].pk).update(time_zone="Pacific/Auckland")
    assert list(population.stale_ids(NOW)) == [five[1].pk, five[3].pk]
    assert list(population.stale_ids(NOW + dt.timedelta(days=1))) == [diarist.pk for diarist in five]
    monkeypatch.setattr(scan, "RULES_VERSION", "next")
    assert list(population.stale_ids(NOW, five[3].pk)) == [five[3].pk, five[4].pk]


def test_a_chunk_is_done_once_and_goes(five: list[Diarist]) -> None:
    population.plan(NOW, 3)
    first, second = queued()
    assert population.scan_chunk.call(first) == 3
    assert assessed() == {diarist.pk for diarist in five[:3]}
    assert population.scan_chunk.call(first) == 0
    assert population.scan_chunk.call(second) == 2
    assert not ScanChunk.objects.exists()


def test_what_somebody_else_holds_is_left_alone_until_the_lease_runs_out(
    five: list[Diarist], traveller: time_machine.Traveller
) -> None:
    population.plan(NOW)
    (chunk,) = queued()
    assert population.Hold.on(chunk) is not None
    assert population.scan_chunk.call(chunk) == 0
    traveller.move_to(LATER)
    assert population.scan_chunk.call(chunk) == 5


def test_what_a_dead_worker_held_is_queued_again_and_goes_on_where_it_stopped(five: list[Diarist]) -> None:
    population.plan(NOW)
    (chunk,) = queued()
    DBTaskResult.objects.all().delete()
    population.Hold.on(chunk)
    population.bring_up_to_date(five[0].pk)
    made_at = Assessment.objects.get(pk=five[0].pk).made_at
    assert population.take_back(NOW + population.LEASE / 2) == 0
    assert population.take_back(LATER) == 1
    assert population.take_back(LATER) == 0
    assert queued() == [chunk]
    assert population.scan_chunk.call(chunk) == 4
    assert Assessment.objects.get(pk=five[0].pk).made_at == made_at


def test_who_lost_the_chunk_stops(five: list[Diarist], monkeypatch: pytest.MonkeyPatch) -> None:
    population.plan(NOW)
    (chunk,) = queued()
    bring = population.bring_up_to_date

    def slowly(pk: int) -> bool:
        ScanChunk.objects.update(claimed_by="another", claimed_until=LATER)
        return bring(pk)

    monkeypatch.setattr(population, "bring_up_to_date", slowly)
    monkeypatch.setattr(population, "RENEW_AFTER", dt.timedelta())
    with time_machine.travel(NOW, tick=True):
        assert population.scan_chunk.call(chunk) == 1
    assert ScanChunk.objects.get().claimed_by == "another"


def test_a_lost_message_is_sent_again_once_nobody_works(five: list[Diarist]) -> None:
    population.plan(NOW, 3)
    first, second = queued()
    DBTaskResult.objects.all().delete()
    late = NOW + population.QUEUE_AGAIN_AFTER + dt.timedelta(seconds=1)
    population.Hold.on(first)
    ScanChunk.objects.filter(pk=first).update(claimed_until=late)
    assert population.take_back(late) == 0
    assert population.take_back(late + dt.timedelta(seconds=1)) == 2
    assert sorted(queued()) == [first, second]


def test_a_diary_that_ends_every_worker_is_given_up(five: list[Diarist], caplog: pytest.LogCaptureFixture) -> None:
    population.plan(NOW)
    ScanChunk.objects.update(claimed_by="dead", claimed_until=NOW, attempts=population.MOST_ATTEMPTS)
    assert population.take_back(LATER) == 0
    assert not ScanChunk.objects.exists()
    assert f"diarists {five[0].pk} to {five[4].pk} ended 5 workers" in caplog.text


def test_one_failure_stops_nobody_and_its_words_are_not_logged(
    five: list[Diarist], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bring = scan.bring_up_to_date

    def fails_for_one(diarist: Diarist, today: dt.date, *, keep: bool) -> Assessment:
        if diarist.pk == five[1].pk:
            raise ValueError("what somebody wrote")
        return bring(diarist, today, keep=keep)

    monkeypatch.setattr(scan, "bring_up_to_date", fails_for_one)
    population.plan(NOW)
    assert population.scan_chunk.call(queued()[0]) == 4
    assert not ScanChunk.objects.exists()
    assert caplog.record_tuples == [
        ("triage.population", logging.ERROR, f"Scan: diarist {five[1].pk} could not be judged (ValueError).")
    ]


def test_a_new_plan_takes_over_what_waits_and_leaves_what_is_held(five: list[Diarist]) -> None:
    population.plan(NOW, 2)
    held = queued()[1]
    population.Hold.on(held)
    assert population.plan(NOW, 2) == population.Planned(3, 2)
    assert [(row.first_id, row.last_id) for row in ScanChunk.objects.exclude(pk=held).order_by("pk")] == [
        (five[0].pk, five[1].pk),
        (five[4].pk, five[4].pk),
    ]


@pytest.mark.parametrize(
    ("time", "planned"),
    [("02:59", None), ("03:00", population.Planned(5, 1)), ("23:59", population.Planned(5, 1))],
)
def test_the_night_is_planned_once_a_day(
    five: list[Diarist], time: str, planned: population.Planned | None
) -> None:
    now = dt.datetime.fromisoformat(f"2026-11-23T{time}+00:00")
    assert population.plan_nightly(now) == planned
    assert population.plan_nightly(now) is None
    assert population.plan_nightly(now + dt.timedelta(days=1)) == (planned and population.Planned(5, 1))


def test_the_clock_looks(five: list[Diarist]) -> None:
    for work in _every_minute.values():
        work()
    assert ScanNight.objects.get().planned_on == NOW.date()
    assert ScanChunk.objects.count() == 1
