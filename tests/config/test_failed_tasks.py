"""A task that fails leaves where and of what kind, and nobody's words."""

import uuid

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError
from django.tasks import task
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

NOTE = "canary in the calf"
FAULTS = {
    "words": ValueError(f"could not convert {NOTE}"),
    "row": IntegrityError(f"DETAIL: Failing row contains (1, {NOTE})."),
    "machine": OperationalError("database is locked"),
}


@task
def fails(kind: str) -> None:
    """Ends as somebody's import might."""
    try:
        raise KeyError(NOTE)
    except KeyError as error:
        raise FAULTS[kind] from error


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("words", "ValueError"),
        ("row", "django.db.utils.IntegrityError"),
        ("machine", "django.db.utils.OperationalError: database is locked"),
    ],
)
def test_a_failed_task_keeps_its_place_and_no_words(settings: Settings, kind: str, last: str) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    queued = fails.enqueue(kind)
    call_command("db_worker", batch=True, interval=0, verbosity=0, reload=False)
    row = DBTaskResult.objects.get(pk=uuid.UUID(queued.id))
    assert row.status == "FAILED"
    assert row.traceback.splitlines()[-1] == last
    assert "in fails" in row.traceback
    assert "KeyError\nand then\n" in row.traceback
    assert NOTE not in row.traceback
