"""Bring the findings of every diarist up to date whose diary, date or rules changed since they were made."""

import datetime as dt
import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from diary.models import Diarist
from diary.moments import today_in, zone_or
from triage import population, scan
from triage.models import Assessment
from triage.reader import read_history
from triage.rules.assess import assess
from triage.rules.findings import LEVELS

CHUNK = 200


class Command(BaseCommand):
    """`manage.py scan_histories`: one line a diarist that was looked at, then how many were."""

    help = (
        "Brings the findings of every diarist up to date. With --as-of it only says what would be found that day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, as of when, and how to print it."""
        parser.add_argument("--user", metavar="NAME", help="only this person, also when nothing has changed")
        parser.add_argument(
            "--as-of",
            type=dt.date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="say what would be found on this day, and store nothing",
        )
        parser.add_argument("--format", choices=["table", "json"], default="table")
        parser.add_argument(
            "--enqueue",
            action="store_true",
            help="leave everybody who is not up to date to the workers, and end",
        )
        parser.add_argument(
            "--chunk",
            type=int,
            default=population.CHUNK_DIARISTS,
            metavar="N",
            help="with --enqueue: how many diarists a worker takes at a time",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at one diarist after another; a failure is told and does not stop the others."""
        self.as_of, self.is_json = options["as_of"], options["format"] == "json"
        if options["enqueue"]:
            self.enqueue(options["user"], options["chunk"])
            return
        now = timezone.now()
        levels: Counter[str] = Counter()
        fresh = failed = 0
        diarists = self.chosen(options["user"])
        total = len(diarists)
        if not self.is_json:
            self.stdout.write(f"{'diarist':>10}  {'day':10}  {'level':8}  findings")
        for number, chunk in enumerate(chunks(diarists)):
            for diarist, stored in chunk:
                day = self.as_of or today_in(zone_or(diarist.time_zone, "UTC"), now)
                if self.is_up_to_date(diarist, stored, day, asked_for=bool(options["user"])):
                    fresh += 1
                    continue
                try:
                    level, kinds = self.look(diarist, day)
                except (scan.Restless, DatabaseError) as error:
                    failed += 1
                    self.stderr.write(f"diarist {diarist.pk}: {type(error).__name__}")
                    continue
                levels[level] += 1
                self.tell(diarist, day, level, kinds)
            self.progress(min((number + 1) * CHUNK, total), total)
        self.summary(levels, fresh, failed)
        if failed:
            sys.exit(1)

    def enqueue(self, name: str | None, chunk: int) -> None:
        """Queue the work, say how much. Raises CommandError where only the command itself can do it."""
        if name is not None or self.as_of is not None:
            raise CommandError("--enqueue is for everybody as of now: leave out --user and --as-of.")
        if chunk < 1:
            raise CommandError("--chunk is at least 1.")
        planned = population.plan(timezone.now(), chunk)
        if self.is_json:
            self.stdout.write(json.dumps({"queued": planned.diarists, "chunks": planned.chunks}))
        else:
            self.stdout.write(f"{planned.diarists} queued in {planned.chunks} chunks")

    def chosen(self, name: str | None) -> list[int]:
        """The keys of whom to look at. Raises CommandError for a name that nobody has."""
        diarists = Diarist.objects.order_by("pk")
        if name is not None:
            diarists = diarists.filter(user__username=name)
            if not diarists:
                raise CommandError(f"There is no diary of “{name}”.")
        return list(diarists.values_list("pk", flat=True))

    def is_up_to_date(self, diarist: Diarist, stored: Assessment | None, day: dt.date, *, asked_for: bool) -> bool:
        """Whether there is nothing to do."""
        if asked_for or self.as_of is not None or stored is None:
            return False
        return scan.is_fresh(stored, diarist, day)

    def look(self, diarist: Diarist, day: dt.date) -> tuple[str, list[str]]:
        """The level and the kinds of what is found, stored unless it is asked for another day."""
        if self.as_of is not None:
            said = assess(read_history(diarist, day), today=day)
            return said.level, [finding.kind for finding in said.findings]
        stored = scan.bring_up_to_date(diarist, day)
        return stored.level, [finding.kind for finding in scan.open_findings(diarist)]

    def tell(self, diarist: Diarist, day: dt.date, level: str, kinds: list[str]) -> None:
        """One line. Diarists are named by number: what is printed may end in a log."""
        if self.is_json:
            line = {"diarist": diarist.pk, "date": day.isoformat(), "level": level, "findings": kinds}
            self.stdout.write(json.dumps(line))
        else:
            self.stdout.write(f"{diarist.pk:>10}  {day.isoformat()}  {level:8}  {', '.join(kinds) or '-'}")

    def progress(self, done: int, total: int) -> None:
        """How far it is, where somebody watches."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{done} of {total}", ending="" if done < total else "\n")

    def summary(self, levels: Counter[str], fresh: int, failed: int) -> None:
        """How many were looked at, by level."""
        looked_at = sum(levels.values())
        if self.is_json:
            counts = {level: levels[level] for level in LEVELS if levels[level]}
            summary = {"looked_at": looked_at, "up_to_date": fresh, "failed": failed, "levels": counts}
            self.stdout.write(json.dumps(summary))
            return
        words = ", ".join(f"{levels[level]} {level}" for level in reversed(LEVELS) if levels[level])
        self.stdout.write(f"{looked_at} looked at ({words or 'none'}), {fresh} up to date, {failed} failed")


def chunks(keys: list[int]) -> Iterator[list[tuple[Diarist, Assessment | None]]]:
    """Diarists with their latest assessment, some at a time. Two queries a chunk."""
    for start in range(0, len(keys), CHUNK):
        wanted = keys[start : start + CHUNK]
        stored = Assessment.objects.in_bulk(wanted)
        yield [(row, stored.get(row.pk)) for row in Diarist.objects.filter(pk__in=wanted).order_by("pk")]
