"""Background tasks through Celery: the same `django.tasks` code, another backend, chosen by TASK_BACKEND.

A task is a message that names its function. It is sent when the transaction is over, for a worker could be faster
than the commit. Results are kept nowhere: nothing here asks for one.
"""

import logging
import time
import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.tasks import Task, TaskResult, TaskResultStatus
from django.tasks.backends.base import BaseTaskBackend
from django.tasks.exceptions import InvalidTask
from django.tasks.signals import task_enqueued
from django.utils import timezone
from django.utils.json import normalize_json

logger = logging.getLogger(__name__)

# A night's work is thousands of messages: each of them must not wait for a broker that is away.
NOT_TRIED_SECONDS = 10.0


@dataclass(slots=True)
class Broker:
    """What this process knows of the broker: until when, by its own clock, it is not tried again."""

    away_until: float = 0.0


_broker = Broker()


class CeleryBackend(BaseTaskBackend):
    """Hands tasks to Celery, which is only imported when the first one is sent.

    Of priorities it knows two: what is below zero waits in a queue of its own.
    """

    supports_priority = True

    def validate_task(self, task: Task[..., Any]) -> None:
        """Raises InvalidTask for what this backend can't do."""
        super().validate_task(task)
        if task.takes_context:
            raise InvalidTask("Backend does not give a context to tasks.")

    def enqueue[**P, R](self, task: Task[P, R], args: Any, kwargs: Any) -> TaskResult[P, R]:
        """Send the task once the transaction is over; at once where there is none.

        A broker that is away does not undo what was stored. It is logged, and the clock queues again what it
        knows of: imports and the chunks of a scan.
        """
        self.validate_task(task)
        values: Any = normalize_json({"args": list(args), "kwargs": dict(kwargs)})
        result: TaskResult[P, R] = TaskResult(
            task=task,
            id=str(uuid.uuid4()),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=values["args"],
            kwargs=values["kwargs"],
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        transaction.on_commit(partial(_send, result))
        return result


def _send(result: TaskResult[..., Any]) -> None:
    from config.celery import LATER, ONCE, QUEUE, run, run_once  # noqa: PLC0415  (the app stays small where Celery is not chosen)

    if time.monotonic() < _broker.away_until:
        logger.error("A task could not be queued: %s (the broker is away).", result.task.module_path)
        return
    sender = run_once if result.task.module_path in ONCE else run
    message = [result.task.module_path, result.args, result.kwargs]
    try:
        sender.apply_async(args=message, task_id=result.id, queue=LATER if result.task.priority < 0 else QUEUE)
    except sender.OperationalError as error:
        _broker.away_until = time.monotonic() + NOT_TRIED_SECONDS
        logger.error("A task could not be queued: %s (%s).", result.task.module_path, type(error).__name__)
        return
    task_enqueued.send(CeleryBackend, task_result=result)
