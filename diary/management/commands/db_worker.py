"""The worker of django-tasks-db, which also looks at the clock."""

import threading
from typing import Any

from django_tasks_db.management.commands import db_worker

from diary.clock import look_at_the_clock


class Command(db_worker.Command):
    """Every worker looks at the clock; what is due is taken by one of them."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop; one that works off what is there and ends has no need of a clock."""
        if not options["batch"]:
            threading.Thread(target=look_at_the_clock, name="clock", daemon=True).start()
        super().handle(*args, **options)
