"""What becomes of an import whose worker died, or whose task never came."""

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django_tasks_db.models import DBTaskResult

from diary.importing import tasks, undo
from diary.importing.files import keep
from diary.models import Diarist, Import
from tests.conftest import NOW
from tests.diary.transfers import taken_out, uploaded

LATE = NOW + tasks.LOST_AFTER + dt.timedelta(seconds=1)
Status = Import.Status


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def file(alice: Diarist, charlie: Diarist) -> bytes:
    """A diary of one medicine."""
    alice.medicines.create(name="Magnesium")
    return taken_out(alice)


def waiting(diarist: Diarist, data: bytes) -> Import:
    """Uploaded and queued."""
    of = diarist.imports.create(size=len(data), created_at=NOW, worked_on_at=NOW)
    keep(of, [data])
    return of


def queued() -> list[str]:
    """The tasks that wait: which step."""
    return [row.task_path.rsplit(".")[-1] for row in DBTaskResult.objects.filter(status="READY")]


def test_one_that_was_being_read_is_read_again(charlie: Diarist, file: bytes) -> None:
    of = waiting(charlie, file)
    tasks._begin(str(of.pk), Status.WAITING, Status.READING)
    assert tasks.take_up_again(NOW + tasks.LOST_AFTER) == 0
    assert tasks.take_up_again(LATE) == 1
    assert tasks.take_up_again(LATE) == 0
    assert queued() == ["read"]
    tasks.read.call(str(of.pk))
    of.refresh_from_db()
    assert (of.status, of.preview["new"]) == (Status.READY, {"medicines": 1})


def test_one_that_was_being_stored_is_stored_once(charlie: Diarist, file: bytes) -> None:
    of = uploaded(charlie, file)
    Import.objects.filter(pk=of.pk).update(status=Status.STORING, worked_on_at=NOW)
    assert tasks.take_up_again(LATE) == 1
    assert queued() == ["store"]
    tasks.store.call(str(of.pk))
    tasks.store.call(str(of.pk))
    of.refresh_from_db()
    assert (of.status, of.preview["new"]) == (Status.STORED, {"medicines": 1})
    assert charlie.medicines.count() == 1


def test_who_comes_second_stores_nothing(charlie: Diarist, file: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    of = uploaded(charlie, file)
    Import.objects.filter(pk=of.pk).update(status=Status.STORING)
    begin = tasks._begin

    def slow(*step: str) -> Import | None:
        found = begin(*step)
        monkeypatch.undo()
        tasks.store.call(str(of.pk))
        return found

    monkeypatch.setattr(tasks, "_begin", slow)
    tasks.store.call(str(of.pk))
    of.refresh_from_db()
    assert (of.status, of.preview["new"]) == (Status.STORED, {"medicines": 1})


def test_a_long_queue_is_no_attempt_and_three_workers_are_enough(charlie: Diarist, file: bytes) -> None:
    of = waiting(charlie, file)
    for number in range(1, 6):
        assert tasks.take_up_again(NOW + number * 2 * tasks.LOST_AFTER) == 1
    for _ in range(tasks.MOST_ATTEMPTS):
        Import.objects.filter(pk=of.pk).update(status=Status.WAITING)
        tasks._begin(str(of.pk), Status.WAITING, Status.READING)
    assert tasks.take_up_again(LATE) == 0
    of.refresh_from_db()
    assert (of.status, of.preview["reason"]) == (Status.REFUSED, tasks.FAILED)
    assert not of.chunks.exists()


def test_each_step_of_the_page_counts_anew(as_charlie: Client, charlie: Diarist, file: bytes) -> None:
    of = uploaded(charlie, file)
    Import.objects.filter(pk=of.pk).update(attempts=2)
    as_charlie.post(f"/data/import/{of.pk}/store/")
    of.refresh_from_db()
    assert (of.status, of.attempts, of.worked_on_at) == (Status.STORING, 0, NOW)


def test_what_nobody_works_on_is_left_alone(charlie: Diarist, file: bytes) -> None:
    of = uploaded(charlie, file)
    assert of.status == Status.READY
    assert tasks.take_up_again(NOW + dt.timedelta(days=1)) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("another_file", [False, True])
def test_one_given_up_while_it_is_stored_is_stored_and_can_be_undone(
    as_charlie: Client, charlie: Diarist, file: bytes, monkeypatch: pytest.MonkeyPatch, another_file: bool
) -> None:
    of = uploaded(charlie, file)
    Import.objects.filter(pk=of.pk).update(status=Status.STORING)
    rows_are_in, store = threading.Event(), tasks._store

    def slow(of: Import) -> None:
        store(of)
        rows_are_in.set()
        time.sleep(0.5)

    def work() -> None:
        try:
            tasks.store.call(str(of.pk))
        finally:
            connections.close_all()

    monkeypatch.setattr(tasks, "_store", slow)
    worker = threading.Thread(target=work)
    worker.start()
    assert rows_are_in.wait(timeout=30)
    if another_file:
        as_charlie.post("/data/import/", {"file": SimpleUploadedFile("b.json", file)})
    else:
        as_charlie.post(f"/data/import/{of.pk}/cancel/")
    worker.join()
    of.refresh_from_db()
    assert (of.status, charlie.medicines.get().came_with) == (Status.STORED, of)
    assert undo.undo(charlie, of, NOW)
    assert not charlie.medicines.exists()


def test_what_one_worker_stored_no_other_calls_refused(
    charlie: Diarist, file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = uploaded(charlie, file)
    Import.objects.filter(pk=of.pk).update(status=Status.STORING)
    store = tasks._store

    def break_after_another(of: Import) -> None:
        monkeypatch.setattr(tasks, "_store", store)
        tasks.store.call(str(of.pk))
        raise RuntimeError

    monkeypatch.setattr(tasks, "writing", lambda _: contextlib.nullcontext())
    monkeypatch.setattr(tasks, "_store", break_after_another)
    with pytest.raises(RuntimeError):
        tasks.store.call(str(of.pk))
    of.refresh_from_db()
    assert (of.status, charlie.medicines.count()) == (Status.STORED, 1)


def test_who_reads_for_too_long_changes_nothing_any_more(
    charlie: Diarist, file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    of, look = waiting(charlie, file), tasks._read

    def slow(of: Import) -> None:
        look(of)
        Import.objects.filter(pk=of.pk).update(status=Status.STORED)

    monkeypatch.setattr(tasks, "_read", slow)
    tasks.read.call(str(of.pk))
    of.refresh_from_db()
    assert of.status == Status.STORED
