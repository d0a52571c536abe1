"""The worker of django-tasks-db, which also looks at the clock: reminders, and old results of tasks."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.db import Error, InterfaceError, OperationalError, close_old_connections, connections
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from diary.reminders import enqueue, send_due

logger = logging.getLogger(__name__)

MINUTE, DAY = 60.0, 24 * 60 * 60.0
AGAIN = 1.0


class PatientWorker(db_worker.Worker):
    """Waits for a database that is away instead of ending, and with it the whole of `manage.py serve`."""

    def run(self) -> None:
        """Until told to stop."""
        while self.running:
            try:
                super().run()
            except (OperationalError, InterfaceError) as error:
                logger.warning("The worker could not reach the database (%s).", type(error).__name__)
                connections.close_all()
                time.sleep(AGAIN)
            else:
                return


class Command(db_worker.Command):
    """Every worker looks at the clock; what is due is taken by one of them."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop; one that works off what is there and ends has no need of a clock."""
        if not options["batch"]:
            threading.Thread(target=look_at_the_clock, name="clock", daemon=True).start()
        # Theirs is named in their module, and nowhere can another be given.
        db_worker.Worker = PatientWorker  # type: ignore[misc]
        super().handle(*args, **options)


def look_at_the_clock() -> None:
    """Every minute and every day; a database that is away for a while is no reason to stop."""
    last_tidied = float("-inf")
    while True:
        guarded(lambda: send_due(timezone.now(), enqueue))
        if time.monotonic() - last_tidied > DAY:
            last_tidied = time.monotonic()
            guarded(lambda: call_command("prune_db_task_results", queue_name="*", verbosity=0))
        time.sleep(MINUTE)


def guarded(work: Callable[[], object]) -> None:
    """Do it, with a connection only for as long as it takes."""
    try:
        close_old_connections()
        work()
    except Error as error:
        logger.warning("The clock could not reach the database (%s).", type(error).__name__)
    finally:
        connections.close_all()
