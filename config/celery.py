"""The Celery app, for `celery -A config.celery worker`; imported only where TASK_BACKEND is `celery`.

One task runs every task of `django.tasks`. A message is taken off the queue when its work is done, so a worker
that dies in the middle leaves it there; every task can be begun again. Not so the two that remind:
a second reminder would be worse than none.
"""

import logging
import os
import traceback
from typing import Any

from celery import Celery
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.tasks import Task
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

logger = logging.getLogger(__name__)

QUEUE, LATER = "diary", "diary.later"
# Nobody who waits for a page waits for a broker that is away for longer than about this.
CONNECT_SECONDS = 3
IS_REDIS = settings.CELERY_BROKER_URL.startswith("redis")
# With Redis the queues are emptied in their order; RabbitMQ gives from both in turn.
TRANSPORT: dict[str, Any] = (
    {"socket_connect_timeout": CONNECT_SECONDS, "queue_order_strategy": "priority"}
    if IS_REDIS
    else {"confirm_publish": True}
)

app = Celery("diary", broker=settings.CELERY_BROKER_URL)
app.conf.update(
    # Workers of this app listen to both queues without being told which.
    task_queues={name: {"exchange": name, "routing_key": name} for name in (QUEUE, LATER)},
    task_default_queue=QUEUE,
    task_default_routing_key=QUEUE,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # Chunks take seconds: who reserved several would let others stand idle.
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    broker_connection_timeout=CONNECT_SECONDS,
    broker_connection_retry_on_startup=True,
    broker_transport_options=TRANSPORT,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2},
    accept_content=["json"],
    timezone="UTC",
)


def work(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Run one task of `django.tasks` by the path of its function.

    What a failure says could be somebody's note, so only its kind and its place in the code are logged.
    """
    found = import_string(path)
    if not isinstance(found, Task):
        raise SuspiciousOperation("A message does not name a task.")
    try:
        found.call(*args, **kwargs)
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("Task %s failed (%s).\n%s", path, type(error).__name__, where)


run = app.task(name="diary.run")(work)
# Taken off the queue when its work begins.
run_once = app.task(name="diary.run_once", acks_late=False, reject_on_worker_lost=False)(work)
ONCE = {"diary.reminders.remind", "diary.reminders.remind_devices"}
