"""Tasks through Celery: what is sent, when, what a worker does with it, and that nothing of it is there unasked."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.tasks import task
from django.tasks.exceptions import InvalidTask
from pytest_django.fixtures import Settings

from config import task_backend
from diary.reminders import remind, remind_devices
from triage.population import scan_chunk

pytest.importorskip("celery")

DONE: list[tuple[int, str]] = []


@task()
def note(number: int, word: str) -> None:
    """Say that it was done."""
    DONE.append((number, word))


@task()
def fail(word: str) -> None:
    """Fail with something private in the message."""
    raise ValueError(word)


@pytest.fixture(autouse=True)
def _celery(settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "config.task_backend.CeleryBackend"}}
    settings.CELERY_BROKER_URL = "memory://"
    task_backend._broker.away_until = 0.0
    DONE.clear()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """What goes to the broker, through JSON as it would."""
    from config.celery import run  # noqa: PLC0415  (after the address of the broker is set)

    messages: list[list[Any]] = []

    def send(args: list[Any], **options: object) -> None:
        messages.append(json.loads(json.dumps(args)))

    monkeypatch.setattr(run, "apply_async", send)
    return messages


def work_off(messages: list[list[Any]]) -> None:
    """As a worker does."""
    from config.celery import work  # noqa: PLC0415

    for message in messages:
        work(*message)


@pytest.mark.django_db(transaction=True)
def test_a_task_is_sent_when_the_transaction_is_over(sent: list[list[Any]]) -> None:
    with transaction.atomic():
        note.enqueue(3, word="done")
        assert sent == []
    assert sent == [["tests.config.test_task_backend.note", [3], {"word": "done"}]]
    work_off(sent)
    assert DONE == [(3, "done")]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_sent(sent: list[list[Any]]) -> None:
    with transaction.atomic():
        note.enqueue(1, "x")
        transaction.set_rollback(True)
    assert sent == []


def test_a_broker_that_is_away_is_logged_and_hinders_nothing(
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    from config.celery import run_once  # noqa: PLC0415

    tries: list[object] = []

    def away(*args: object, **kwargs: object) -> None:
        tries.append(args)
        raise run_once.OperationalError("amqp://user:secret@host")

    monkeypatch.setattr(run_once, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        remind.enqueue(1, "2026-11-20")
    assert "could not be queued: diary.reminders.remind (OperationalError)" in caplog.text
    assert "secret" not in caplog.text
    with django_capture_on_commit_callbacks(execute=True):
        remind.enqueue(2, "2026-11-20")
    assert len(tries) == 1
    assert "could not be queued: diary.reminders.remind (the broker is away)" in caplog.text


def test_a_failure_is_logged_with_its_place_and_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    work_off([["tests.config.test_task_backend.fail", ["private words"], {}]])
    assert "Task tests.config.test_task_backend.fail failed (ValueError)." in caplog.text
    assert "raise ValueError(word)" in caplog.text
    assert "private words" not in caplog.text


def test_a_message_runs_tasks_only() -> None:
    with pytest.raises(SuspiciousOperation):
        work_off([["os.getcwd", [], {}]])


def test_a_task_that_wants_a_context_is_refused() -> None:
    with pytest.raises(InvalidTask, match="context"):
        task(takes_context=True)(takes_one)


def takes_one(context: object) -> None:
    """Needs more than a message says."""


def test_a_message_stays_until_its_work_is_done() -> None:
    from config.celery import app  # noqa: PLC0415

    conf = app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (
        True,
        True,
        1,
    )
    # A worker that is told no queue listens to those that tasks are sent to.
    assert list(app.amqp.queues.consume_from) == ["diary", "diary.later"]


@pytest.mark.django_db(transaction=True)
def test_a_nights_work_waits_in_a_queue_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from config.celery import run, run_once  # noqa: PLC0415

    queues: list[object] = []
    for sender in (run, run_once):
        monkeypatch.setattr(sender, "apply_async", lambda **options: queues.append(options["queue"]))
    remind.enqueue(1, "2026-11-20")
    scan_chunk.enqueue(1)
    assert queues == ["diary", "diary.later"]


@pytest.mark.django_db(transaction=True)
def test_a_reminder_is_taken_off_the_queue_when_its_work_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    from config.celery import run, run_once  # noqa: PLC0415

    sent: list[tuple[str, bool, bool]] = []
    for sender in (run, run_once):
        told = (sender.acks_late, sender.reject_on_worker_lost)
        monkeypatch.setattr(sender, "apply_async", lambda args, told=told, **_: sent.append((args[0], *told)))
    for one in (remind, remind_devices):
        one.enqueue(1, "2026-11-20")
    scan_chunk.enqueue(1)
    assert sent == [
        ("diary.reminders.remind", False, False),
        ("diary.reminders.remind_devices", False, False),
        ("triage.population.scan_chunk", True, True),
    ]


def test_the_app_does_not_load_celery_unasked() -> None:
    code = "import django; django.setup(); import config.urls, config.wsgi, sys; print('celery' in sys.modules)"
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
