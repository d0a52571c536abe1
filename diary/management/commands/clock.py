"""Look at the clock, without working on tasks: for workers that have no clock of their own, those of Celery."""

from typing import Any

from django.core.management import BaseCommand

from diary.clock import look_at_the_clock


class Command(BaseCommand):
    """`manage.py clock`: runs until it is ended; safe beside workers, beside itself, and on several machines."""

    help = "Leaves reminders and the nightly scan to the workers when their time has come."

    def handle(self, *args: Any, **options: Any) -> None:
        """There is nothing to finish first: what is due stands in the database."""
        look_at_the_clock()
