"""A whole copy of the database in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from config import backups
from config.backups.trouble import BackupTrouble


class Command(BaseCommand):
    """`manage.py backup [FILE]`"""

    help = "Writes a checked copy of the database to FILE, while the diary is in use or not. Never overwrites."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and how many to keep."""
        parser.add_argument("file", nargs="?", type=Path, help="default: a dated file in the folder backups")
        parser.add_argument("--keep", type=int, help="keep only this many of the dated files")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the copy, then drop old ones; only once the new one is there."""
        keep = options["keep"]
        if keep is not None and (options["file"] or keep < 1):
            raise CommandError("--keep goes with dated files only, and keeps at least one.")
        target = options["file"] or dated_file("diary")
        try:
            backups.make(target)
        except (BackupTrouble, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        self.stdout.write(f"{target}")
        if keep is not None:
            backups.drop_old(target.parent, keep=keep)


def dated_file(name: str) -> Path:
    """`data/backups/diary-20261125-103000.sqlite3`, in UTC, so that names sort by age."""
    folder: Path = settings.DATA_DIR / "backups"
    return folder / f"{name}-{timezone.now():%Y%m%d-%H%M%S}{backups.store().SUFFIX}"
