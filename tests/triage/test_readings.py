"""What is kept of a diary that was judged: never anything else than reading it all again would say."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import connections

from diary import recording
from diary.models import Diarist
from diary.moments import at_wall_clock
from tests.conftest import BERLIN
from tests.triage.test_scan import answer, day, twitch
from triage import readings as module
from triage import scan
from triage.reader import read_history
from triage.readings import Readings
from triage.rules.history import History

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2026, 11, 23, 20, 40, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[dt.date]:
    """The first days of everything that was read, `date.min` for a whole diary."""
    found: list[dt.date] = []

    def noted(diarist: Diarist, today: dt.date, since: dt.date = dt.date.min) -> History:
        found.append(since)
        return read_history(diarist, today, since)

    monkeypatch.setattr(scan, "read_history", noted)
    monkeypatch.setattr(module, "read_history", noted)
    return found


@pytest.fixture
def judged(alice: Diarist, reads: list[dt.date]) -> Diarist:
    """Sixty days of a calf, judged once."""
    for back in range(60, 0, -1):
        twitch(alice, back)
    scan.bring_up_to_date(alice, TODAY)
    reads.clear()
    return alice


WHOLE, RECENT = dt.date.min, dt.date(2026, 10, 14)


def test_a_tap_reads_the_recent_days_only(judged: Diarist, reads: list[dt.date]) -> None:
    twitch(judged, 0)
    twitch(judged, 3, "lid_lower", "right")
    recording.mark_no_twitches(judged, TODAY + dt.timedelta(days=1))
    answer(judged, 1, "write")
    stored = scan.bring_up_to_date(judged, TODAY)
    assert reads == [RECENT]
    assert (stored.entries, stored.level) == (64, "soon")


def test_a_change_or_a_deletion_reads_it_all(judged: Diarist, reads: list[dt.date]) -> None:
    row = judged.episodes.get(local_date=day(2))
    recording.change_details(judged, row.pk, lambda episode: setattr(episode, "strength", 4))
    scan.bring_up_to_date(judged, TODAY)
    assert reads == [RECENT, WHOLE]
    reads.clear()
    recording.delete_episode(judged, row.pk)
    assert scan.bring_up_to_date(judged, TODAY).entries == 59
    assert reads == [RECENT, WHOLE]


@pytest.mark.parametrize("back", [32, 59, 70])
def test_a_write_on_an_old_day_reads_it_all(judged: Diarist, reads: list[dt.date], back: int) -> None:
    twitch(judged, back, "shin")
    assert scan.bring_up_to_date(judged, TODAY).entries == 61
    assert reads == [WHOLE]


def test_a_day_before_the_first_reads_it_all(alice: Diarist, reads: list[dt.date]) -> None:
    twitch(alice, 3)
    scan.bring_up_to_date(alice, TODAY)
    reads.clear()
    twitch(alice, 5)
    scan.bring_up_to_date(alice, TODAY)
    assert reads == [day(40), WHOLE]


def test_an_old_entry_that_changes_reads_it_all(judged: Diarist, reads: list[dt.date]) -> None:
    row = judged.episodes.get(local_date=day(50))
    recording.change_details(judged, row.pk, lambda episode: setattr(episode, "duration_seconds", 7200))
    scan.bring_up_to_date(judged, TODAY)
    recording.delete_episode(judged, row.pk)
    assert scan.bring_up_to_date(judged, TODAY).entries == 59
    assert reads == [WHOLE, WHOLE]


def test_another_zone_reads_it_all(judged: Diarist, reads: list[dt.date]) -> None:
    Diarist.objects.filter(pk=judged.pk).update(time_zone="Pacific/Auckland")
    judged.refresh_from_db()
    scan.bring_up_to_date(judged, TODAY)
    assert reads == [WHOLE]


def test_the_next_days_go_on_from_it(judged: Diarist, reads: list[dt.date]) -> None:
    for ahead in (1, 2, 30):
        scan.bring_up_to_date(judged, TODAY + dt.timedelta(days=ahead))
    assert reads == [RECENT] * 3
    scan.bring_up_to_date(judged, TODAY + dt.timedelta(days=81))
    assert reads[3:] == [WHOLE]


def test_a_day_before_the_last_one_reads_it_all(judged: Diarist, reads: list[dt.date]) -> None:
    scan.bring_up_to_date(judged, TODAY - dt.timedelta(days=1))
    assert reads == [WHOLE]


def test_a_worker_keeps_nothing(alice: Diarist, reads: list[dt.date]) -> None:
    twitch(alice, 1)
    scan.bring_up_to_date(alice, TODAY, keep=False)
    scan.bring_up_to_date(alice, TODAY)
    assert reads == [WHOLE, WHOLE]


def test_only_so_many_entries_are_kept(alice: Diarist, charlie: Diarist) -> None:
    kept = Readings(largest_entries=5)
    for person, count in ((alice, 3), (charlie, 3)):
        for back in range(count):
            twitch(person, back)
        kept.put(person, module.Reading.of(person, TODAY, 3, read_history(person, TODAY)))
    assert kept.take(alice, TODAY, 3, 0) is None
    found = kept.take(charlie, TODAY, 3, 0)
    assert found is not None
    assert found.size == 3


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_written_it_says_what_a_reading_of_all_says(alice: Diarist, seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - nothing secret
    today = TODAY
    for back in range(75, 0, -1):
        if rng.random() < 0.6:
            twitch(alice, back, *rng.choice([("calf", "left"), ("lid_lower", "right"), ("shin", "right")]))
    scan.bring_up_to_date(alice, today)
    for _ in range(40):
        today = write_something(alice, rng, today)
        alice.refresh_from_db()
        stored = scan.stored_assessment(alice)
        kept = scan._judge(alice, today, stored, keep=True)
        anew = scan._judge(alice, today, stored, keep=False)
        assert kept == anew
        if rng.random() < 0.5:
            scan.bring_up_to_date(alice, today)


def write_something(diarist: Diarist, rng: Random, today: dt.date) -> dt.date:
    """One write of any kind, on these or on old days; now and then a day passes."""
    back = rng.choice([0, 0, 0, 1, 2, 5, 20, 30, 31, 32, 45, 80])
    kind = rng.choice(["log", "log", "log", "mark", "unmark", "sign", "change", "change", "context", "day"])
    if kind == "log":
        twitch(diarist, back, rng.choice(["calf", "shin", "thigh_front"]), "left", rng.randrange(1, 5))
    elif kind == "mark" and not diarist.episodes.filter(local_date=day(back)).exists():
        recording.mark_no_twitches(diarist, day(back))
    elif kind == "unmark":
        recording.unmark_no_twitches(diarist, day(back))
    elif kind == "sign":
        answer(diarist, back, rng.choice(["write", "walk"]), rng.choice(["yes", "no", "unsure"]))
    elif kind == "change":
        change_something(diarist, rng, back)
    elif kind == "context":
        recording.set_context(diarist, day(back), {"sleep_hours": 7})
    return today + dt.timedelta(days=kind == "day")


def change_something(diarist: Diarist, rng: Random, back: int) -> None:
    """Another strength or another day for one of the episodes, or one less."""
    row = rng.choice(list(diarist.episodes.order_by("started_at", "location")))
    kind = rng.choice(["strength", "day", "delete"])
    if kind == "strength":
        strength = rng.randrange(1, 5)
        recording.change_details(diarist, row.pk, lambda stored: setattr(stored, "strength", strength))
    elif kind == "day":
        row.moment = at_wall_clock(day(back), dt.time(9), BERLIN)
        recording.change_episode(diarist, row)
    else:
        recording.delete_episode(diarist, row.pk)


@pytest.mark.django_db(transaction=True)
def test_several_who_ask_at_once_are_judged_once(
    alice: Diarist, reads: list[dt.date], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a page does with its shades, asked for again at each change of the range."""
    for back in range(20):
        twitch(alice, back)
    judge, begun = scan._judge, threading.Event()
    entries: list[int] = []

    def slowly(*args: Any, **options: Any) -> scan.Judged:
        begun.set()
        time.sleep(0.3)
        return judge(*args, **options)

    def ask() -> None:
        entries.append(scan.current(Diarist.objects.get(pk=alice.pk), TODAY).assessment.entries)
        connections.close_all()

    monkeypatch.setattr(scan, "_judge", slowly)
    threads = [threading.Thread(target=ask) for _ in range(4)]
    threads[0].start()
    assert begun.wait(60)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert entries == [20] * 4
    assert reads.count(WHOLE) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_take_turns(alice: Diarist, reads: list[dt.date]) -> None:
    for back in range(20):
        twitch(alice, back)
    scan.bring_up_to_date(alice, TODAY)
    twitch(alice, 0, "shin")
    reads.clear()
    entries: list[int] = []

    def ask() -> None:
        entries.append(scan.bring_up_to_date(Diarist.objects.get(pk=alice.pk), TODAY).entries)
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert entries == [21] * 4
    assert set(reads) == {day(40)}
