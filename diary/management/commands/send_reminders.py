"""Send the reminders whose time has come, without a worker."""

from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone

from diary.reminders import send_due, send_now


class Command(BaseCommand):
    """`manage.py send_reminders`: for cron, every few minutes; safe beside a worker and beside itself."""

    help = "Sends the reminders whose time has come. Each is sent once, whoever else looks at the same time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Take all that are due, then send them: a slow server must hold no lock."""
        taken: list[tuple[int, str]] = []
        send_due(timezone.now(), lambda diarist_id, date: taken.append((diarist_id, date)))
        sent = sum(send_now(diarist_id, date) for diarist_id, date in taken)
        if options["verbosity"] > 1:
            self.stdout.write(f"{sent} of {len(taken)} sent")
