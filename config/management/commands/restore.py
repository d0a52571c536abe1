"""Puts a backup in the place of the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from config import backups
from config.backups.trouble import BackupTrouble
from config.management.commands.backup import dated_file


class Command(BaseCommand):
    """`manage.py restore FILE`"""

    help = "Puts the backup FILE in the place of the database, and keeps what was there in a file of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, and whether it is meant."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="even though there are accounts now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything first; a restore that can't be done changes nothing."""
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = dated_file("before-restore")
        try:
            backups.check(options["file"])
            if backups.has_accounts() and not options["yes"]:
                raise CommandError("There is a diary here already. With --yes it is replaced, and kept as a file.")
            keeps = backups.restore(options["file"], kept)
        except (BackupTrouble, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        if keeps:
            self.stdout.write(f"What was there before: {kept}")
        self.stdout.write(f"Restored: {options['file']}. Now start the diary: manage.py serve")
