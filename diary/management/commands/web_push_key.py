"""Make a key for reminders on devices."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from diary.push import is_installed, new_private_key


class Command(BaseCommand):
    """`manage.py web_push_key`: prints a new key, and stores it nowhere."""

    help = (
        "Prints a new value for WEB_PUSH_PRIVATE_KEY. Keep it: with another one, everybody has to switch on "
        "reminders on their devices again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """The key alone, so that it can be sent into a file."""
        if not is_installed():
            raise CommandError("Install it first: pip install --require-hashes -r requirements-push.lock")
        self.stdout.write(new_private_key())
