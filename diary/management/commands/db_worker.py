"""The worker of django-tasks-db, which also looks at the clock."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django_tasks_db.management.commands import db_worker

from diary.clock import look_at_the_clock

logger = logging.getLogger(__name__)

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

    # They would load every page, 40 MB that a worker has no use for; `serve` and every deployment run them.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop; one that works off what is there and ends has no need of a clock."""
        # Theirs is named in their module, and nowhere can another be given.
        db_worker.Worker = PatientWorker  # type: ignore[misc]
        with kept_open():
            if not options["batch"]:
                threading.Thread(target=look_at_the_clock, name="clock", daemon=True).start()
            super().handle(*args, **options)


@contextmanager
def kept_open() -> Iterator[None]:
    """Have SQLite's file open until the end, beside the connections that come and go.

    The last one that closes it takes the log away and the next one makes it anew, each second while nobody visits;
    and on a full disk nothing could be read any more, because that needs room for 32 kB.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "sqlite" or database.settings_dict["NAME"] == ":memory:":
        yield
        return
    with closing(sqlite3.connect(database.settings_dict["NAME"])) as connection:
        # Only with the first look into it is the log there.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield
