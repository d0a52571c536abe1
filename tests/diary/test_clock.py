"""The clock: what it does once a day, and that no fault of one piece of work stops it."""

import datetime as dt
import logging

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django_tasks_db.models import DBTaskResult

from diary import clock
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
