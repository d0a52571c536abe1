"""The clock: what it does once a day, and that no fault of one piece of work stops it."""

import datetime as dt
import logging

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from diary import clock
from diary.management.commands import serve
from tests.conftest import NOW


@pytest.mark.django_db
def test_once_a_day_what_is_over_goes() -> None:
    for number, days in enumerate((-1, 1)):
        Session.objects.create(
            session_key=f"s{number}",
            session_data="",
            expire_date=dt.datetime.now(dt.UTC) + dt.timedelta(days=days),
        )
    for status, age in (("SUCCESSFUL", 2), ("SUCCESSFUL", 0), ("FAILED", 2), ("FAILED", 15), ("READY", 99)):
        DBTaskResult.objects.create(
            status=status,
            args_kwargs={"args": [], "kwargs": {}},
            task_path="x",
            backend_name="default",
            run_after=NOW,
            finished_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=age),
            exception_class_path="",
            traceback="",
        )
    clock.tidy()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["s1"]
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "READY", "SUCCESSFUL"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def away() -> None:
        raise DatabaseError("a name")

    clock.guarded(away)
    assert caplog.record_tuples == [
        ("diary.clock", logging.WARNING, "The clock could not reach the database (DatabaseError).")
    ]


@pytest.mark.parametrize(("backend", "child"), [("database", "db_worker"), ("celery", "clock")])
def test_whatever_runs_the_tasks_serve_starts_a_clock(settings: Settings, backend: str, child: str) -> None:
    settings.TASK_BACKEND = backend
    options = {"host": "127.0.0.1", "port": 1, "workers": 1}
    _, worker = serve.Command().commands({**options, "no_worker": False})
    assert worker[2] == child
    assert len(serve.Command().commands({**options, "no_worker": True})) == 1


@pytest.mark.django_db(transaction=True)
def test_the_clock_alone_looks_every_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            raise StopIteration

    looks: list[int] = []
    monkeypatch.setattr("time.sleep", wait)
    monkeypatch.setitem(clock._every_minute, "a test", lambda: looks.append(1))
    with pytest.raises(StopIteration):
        call_command("clock")
    assert (waited, looks) == ([60.0] * 3, [1, 1, 1])
