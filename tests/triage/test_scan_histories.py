"""`manage.py scan_histories`: who is looked at, what it prints, and that two at once do no harm."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from diary import recording
from diary.models import Diarist
from tests.conftest import NOW, make_diarist
from tests.triage.test_scan import answer, twitch
from triage import scan
from triage.models import Assessment, Finding, ScanChunk
from triage.population import scan_chunk


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def calf(alice: Diarist) -> Diarist:
    """Alice with sixteen days of a left calf."""
    for back in range(15, -1, -1):
        twitch(alice, back)
    return alice


def run(*options: str) -> str:
    """What it prints."""
    out = StringIO()
    call_command("scan_histories", *options, stdout=out)
    return out.getvalue()


def test_everybody_is_looked_at_once(calf: Diarist, charlie: Diarist) -> None:
    lines = run().splitlines()
    assert lines[1].split() == [str(calf.pk), "2026-11-23", "talk", "flag"]
    assert lines[2].split() == [str(charlie.pk), "2026-11-23", "quiet", "-"]
    assert lines[3] == "2 looked at (1 talk, 1 quiet), 0 up to date, 0 failed"
    assert run().splitlines()[-1] == "0 looked at (none), 2 up to date, 0 failed"
    recording.mark_no_twitches(charlie, NOW.date())
    assert run().splitlines()[-1] == "1 looked at (1 quiet), 1 up to date, 0 failed"


def test_the_day_is_that_of_the_person(calf: Diarist, charlie: Diarist) -> None:
    Diarist.objects.filter(pk=charlie.pk).update(time_zone="Pacific/Auckland")
    run()
    assert {row.diarist_id: row.today for row in Assessment.objects.all()} == {
        calf.pk: dt.date(2026, 11, 23),
        charlie.pk: dt.date(2026, 11, 24),
    }


def test_one_person_as_json(calf: Diarist, charlie: Diarist) -> None:
    first, summary = (json.loads(line) for line in run("--user", "alice", "--format", "json").splitlines())
    assert first == {"diarist": calf.pk, "date": "2026-11-23", "level": "talk", "findings": ["flag"]}
    assert summary == {"looked_at": 1, "up_to_date": 0, "failed": 0, "levels": {"talk": 1}}


def test_another_day_is_told_and_not_stored(calf: Diarist) -> None:
    lines = run("--as-of", "2026-11-21").splitlines()
    assert lines[1].split() == [str(calf.pk), "2026-11-21", "note", "fourteen_days"]
    assert not Assessment.objects.exists()
    assert not Finding.objects.exists()


def test_it_can_be_left_to_the_workers(calf: Diarist, charlie: Diarist) -> None:
    assert run("--enqueue") == "2 queued in 1 chunks\n"
    assert run("--enqueue", "--chunk", "1", "--format", "json") == '{"queued": 2, "chunks": 2}\n'
    assert not Assessment.objects.exists()
    assert [scan_chunk.call(chunk.pk) for chunk in ScanChunk.objects.all()] == [1, 1]
    assert run("--enqueue") == "0 queued in 0 chunks\n"
    assert run().splitlines()[-1] == "0 looked at (none), 2 up to date, 0 failed"


@pytest.mark.parametrize("more", [["--user", "alice"], ["--as-of", "2026-11-21"], ["--chunk", "0"]])
def test_what_workers_are_not_left_with(alice: Diarist, more: list[str]) -> None:
    with pytest.raises(CommandError):
        run("--enqueue", *more)
    assert not ScanChunk.objects.exists()


def test_a_name_that_nobody_has(alice: Diarist) -> None:
    with pytest.raises(CommandError, match="nobody"):
        run("--user", "nobody")


def test_one_failure_is_told_and_the_others_are_looked_at(
    calf: Diarist, charlie: Diarist, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bring = scan.bring_up_to_date

    def fails_for_alice(diarist: Diarist, today: dt.date) -> Assessment:
        if diarist.pk == calf.pk:
            raise DatabaseError
        return bring(diarist, today)

    monkeypatch.setattr(scan, "bring_up_to_date", fails_for_alice)
    with pytest.raises(SystemExit) as exit_:
        call_command("scan_histories")
    told = capsys.readouterr()
    assert exit_.value.code == 1
    assert told.err.strip() == f"diarist {calf.pk}: DatabaseError"
    assert told.out.splitlines()[-1] == "1 looked at (1 quiet), 0 up to date, 1 failed"


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_store_everything_once() -> None:
    diarists = [make_diarist(f"writer{number}") for number in range(6)]
    for diarist in diarists:
        for back in range(15, -1, -1):
            twitch(diarist, back)
        answer(diarist, 1, "buttons")
    faults: list[BaseException] = []

    def look() -> None:
        try:
            call_command("scan_histories", stdout=StringIO())
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Assessment.objects.filter(level="soon").count() == 6
    assert sorted(Finding.objects.values_list("diarist", "kind")) == sorted(
        (diarist.pk, kind) for diarist in diarists for kind in ("flag", "loss")
    )
