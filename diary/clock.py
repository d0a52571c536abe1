"""The clock: what is looked at every minute, wherever it runs; what is due is taken by whoever comes first.

Other apps add what they have to look at. Nothing here may take long: the rest is left to tasks.
"""

import logging
import time
from collections.abc import Callable

from django.core.management import call_command
from django.db import Error, close_old_connections, connections
from django.tasks import task_backends
from django.utils import timezone
from django_tasks_db.backend import DatabaseBackend

from diary.importing.tasks import take_up_again
from diary.push import forget_signed_out
from diary.reminders import enqueue, send_due

logger = logging.getLogger(__name__)

MINUTE, DAY = 60.0, 24 * 60 * 60.0
# Results say nothing that anybody needs later; to delete an account all of them are looked through.
RESULTS_KEPT_DAYS, FAILURES_KEPT_DAYS = 1, 14

Work = Callable[[], object]

_every_minute: dict[str, Work] = {}


def every_minute(name: str, work: Work) -> None:
    """Do `work` every minute too; safe on many machines at once is its own business."""
    _every_minute[name] = work


def look_at_the_clock() -> None:
    """Every minute and every day, for ever; a database that is away for a while is no reason to stop."""
    last_tidied = float("-inf")
    while True:
        for work in list(_every_minute.values()):
            guarded(work)
        if time.monotonic() - last_tidied > DAY:
            last_tidied = time.monotonic()
            guarded(tidy)
        time.sleep(MINUTE)


def tidy() -> None:
    """Drop sessions that are over, what went with them, and the results of tasks that are long done."""
    call_command("clearsessions", verbosity=0)
    forget_signed_out(timezone.now())
    if isinstance(task_backends["default"], DatabaseBackend):
        call_command(
            "prune_db_task_results",
            queue_name="*",
            min_age_days=RESULTS_KEPT_DAYS,
            failed_min_age_days=FAILURES_KEPT_DAYS,
            verbosity=0,
        )


def guarded(work: Work) -> None:
    """Do it, with a connection only for as long as it takes."""
    try:
        close_old_connections()
        work()
    except Error as error:
        logger.warning("The clock could not reach the database (%s).", type(error).__name__)
    finally:
        connections.close_all()


every_minute("imports", lambda: take_up_again(timezone.now()))
every_minute("reminders", lambda: send_due(timezone.now(), enqueue))
