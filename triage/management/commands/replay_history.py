"""Say, day by day, what the rules would have said about diary files. Needs no account and no database rows."""

import datetime as dt
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand

from triage.places import PLACES
from triage.replay_file import BrokenFile, read_history, replay_lines


class Command(BaseCommand):
    """`manage.py replay_history FILE...`: JSON Lines on standard output, broken files on standard error."""

    help = "Replays diary files: what would have been said on each day from their first entry to their last."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files, and which days."""
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--as-of", type=dt.date.fromisoformat, metavar="YYYY-MM-DD", help="only this day")
        parser.add_argument("--to", type=dt.date.fromisoformat, metavar="YYYY-MM-DD", help="the last day")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay every file; a broken one is named and the others are still replayed."""
        broken = False
        for name in options["files"]:
            try:
                text = Path(name).read_bytes().decode("utf-8-sig")
                history = read_history(text, PLACES)
            except (BrokenFile, OSError, UnicodeDecodeError) as error:
                broken = True
                self.stderr.write(f"{name}: {said(error)}")
                continue
            for line in replay_lines(name, history, as_of=options["as_of"], to=options["to"]):
                self.stdout.write(line)
        if broken:
            sys.exit(2)


def said(error: BrokenFile | OSError | UnicodeDecodeError) -> str:
    """What is wrong with a file, in a line."""
    if isinstance(error, OSError):
        return error.strerror or "can't be read"
    if isinstance(error, UnicodeDecodeError):
        return f"is no UTF-8 text (byte {error.start})"
    return str(error)
