"""`python -m benchmarks.scan`: diarists a second of the scan of everybody, by one worker process and by two.

Runs on PostgreSQL in a database of its own, made and dropped again, on the server that `--server` names. Diaries
are generated, a mix that the table describes, and written in bulk. Each worker is `manage.py db_worker --batch`,
as it runs in production; between two runs all findings are dropped, so each one is a first look, and after it
comes a second one on the next day, as every night has it. `--write` puts the tables into benchmarks/SCAN.md.
"""

import argparse
import datetime as dt
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diary.moments import Moment

FOLDER = Path(__file__).resolve().parent
DATABASE = "diary_bench_scan"
BERLIN = "Europe/Berlin"
# Share of people, days of diary, episodes a day, places.
MIX = (
    ("new", 0.5, 30, 0.5, 2),
    ("usual", 0.4, 45, 1.0, 3),
    ("busy", 0.1, 90, 3.0, 6),
)
PLACES = ("calf", "thigh_front", "shin", "arm_front", "lid_lower", "forearm_in", "thumb_base", "foot_sole")


def main() -> None:
    """Make the database, measure, print, drop it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scan", description=__doc__)
    parser.add_argument("--diarists", type=int, default=10_000)
    parser.add_argument("--server", default="postgres://postgres@127.0.0.1:5432", help="without a database")
    parser.add_argument(
        "--seconds", type=float, default=0, help="stop each run after so long; 0: when all is done"
    )
    parser.add_argument(
        "--reuse", action="store_true", help="take the diaries that a run that was killed has left"
    )
    parser.add_argument("--write", action="store_true", help="write benchmarks/SCAN.md too")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="diary-bench-") as folder,
        database(options.server, Path(folder), reuse=options.reuse),
    ):
        text = report(options)
    sys.stdout.write(text)
    if options.write:
        (FOLDER / "SCAN.md").write_text(text, encoding="utf-8")


@contextmanager
def database(server: str, folder: Path, name: str = DATABASE, *, reuse: bool = False) -> Iterator[None]:
    """A new database with the tables of the diary, and the settings that lead to it."""
    import psycopg  # noqa: PLC0415

    from benchmarks.settings import use  # noqa: PLC0415

    use(folder)
    os.environ["DATABASE_URL"] = f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        if not reuse:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        import django  # noqa: PLC0415

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        try:
            yield
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@dataclass(frozen=True, slots=True)
class Run:
    """One scan: how many workers, which look, seconds of the wall clock from the first start to the last end,
    and seconds of the processors that the workers themselves took, their start included."""

    workers: int
    look: str
    diarists: int
    wall_s: float
    processor_s: float


def report(options: argparse.Namespace) -> str:
    """Both tables as Markdown."""
    from django.db import connection  # noqa: PLC0415

    from diary.models import Day, Diarist, Episode  # noqa: PLC0415

    write_diaries(options.diarists - Diarist.objects.count())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    planning: list[float] = []
    runs = []
    for workers in (1, 2):
        forget()
        # The next day is quicker: those who were looked at first have to last for all of its time.
        runs.append(scan(workers, "first", planning, options.seconds))
        runs.append(scan(workers, "next day", planning, options.seconds / 3))
    boxed = (
        f", each run stopped after {options.seconds:.0f} s, or a third of that on the next day"
        if options.seconds
        else ""
    )
    return "\n".join(
        [
            "# The scan of everybody",
            "",
            f"Written by `python -m benchmarks.scan --write`{boxed}.",
            f"CPython {platform.python_version()}, PostgreSQL {version} on the same machine, {os.cpu_count()}",
            "processors that PostgreSQL needs too: the processor time of a worker tells more than seconds do. A",
            "worker is `manage.py db_worker`; its start is in both. What PostgreSQL does is in the seconds.",
            "",
            "| people | share | days | episodes a day | places |",
            "|---|--:|--:|--:|--:|",
            *(
                f"| {name} | {share:.0%} | {long} | {daily:g} | {places} |"
                for name, share, long, daily, places in MIX
            ),
            "",
            f"{options.diarists:,} diarists with {Episode.objects.count():,} episodes and {Day.objects.count():,}",
            f"days without: one of four. Planning took {max(planning):.1f} s at most: it reads all, and stores a",
            "row and a task for every 100 diarists.",
            "",
            "| look | workers | diarists | seconds | diarists a second | processor ms a diarist |",
            "|---|--:|--:|--:|--:|--:|",
            *(
                f"| {run.look} | {run.workers} | {run.diarists:,} | {run.wall_s:.0f} "
                f"| {run.diarists / run.wall_s:.0f} | {run.processor_s / run.diarists * 1000:.1f} |"
                for run in runs
            ),
            "",
            *sizes(),
            "",
        ]
    )


def scan(workers: int, look: str, planning: list[float], seconds: float) -> Run:
    """Plan for everybody, then let so many processes work it off, or as much of it as they can in the time."""
    from django.db import connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415

    from triage.models import Assessment, ScanChunk  # noqa: PLC0415
    from triage.population import plan  # noqa: PLC0415

    DBTaskResult.objects.all().delete()
    ScanChunk.objects.all().delete()
    if look != "first":
        a_day_passes()
    began = time.monotonic()
    plan(timezone.now())
    planning.append(time.monotonic() - began)
    start = timezone.now()
    connections.close_all()
    command = [sys.executable, "manage.py", "db_worker", "--batch", "--queue-name", "*", "--no-startup-delay"]
    before, began = os.times(), time.monotonic()
    crew = [subprocess.Popen([*command, "--verbosity", "0"], cwd=FOLDER.parent) for _ in range(workers)]
    while seconds and time.monotonic() - began < seconds and any(one.poll() is None for one in crew):
        time.sleep(0.1)
    for one in crew:
        if seconds:
            # It ends when its chunk is done.
            one.terminate()
        one.wait()
    wall_s, after = time.monotonic() - began, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(workers, look, Assessment.objects.filter(made_at__gte=start).count(), wall_s, used)


def a_day_passes() -> None:
    """What is stored is of yesterday: moving the stored day is quicker than waiting for it."""
    from django.db.models import F  # noqa: PLC0415

    from triage.models import Assessment  # noqa: PLC0415

    Assessment.objects.update(today=F("today") - dt.timedelta(days=1))


def forget() -> None:
    """Nobody has looked yet."""
    from triage.models import Assessment, Finding  # noqa: PLC0415

    Finding.objects.all().delete()
    Assessment.objects.all().delete()


def write_diaries(count: int) -> None:
    """Write so many diaries."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from diary.models import Day, Diarist, Episode  # noqa: PLC0415

    order = random.Random(1)
    today = timezone.localdate()
    for start in range(0, count, 500):
        names = [f"bench{number}" for number in range(start, min(start + 500, count))]
        users = User.objects.bulk_create(User(username=name, password="!") for name in names)
        Diarist.objects.bulk_create(Diarist(user=user, time_zone=BERLIN, revision=1) for user in users)
        rows: list[Any] = []
        marks: list[Any] = []
        for user in users:
            kind = order.choices(MIX, [share for _, share, *_ in MIX])[0]
            one_diary(user.pk, kind, today, order, rows, marks)
        Episode.objects.bulk_create(rows, batch_size=5000)
        Day.objects.bulk_create(marks, batch_size=5000)


def one_diary(
    pk: int, kind: tuple[str, float, int, float, int], today: dt.date, order: random.Random, rows: Any, marks: Any
) -> None:
    """Add the rows of one person."""
    from diary.models import Day, Episode  # noqa: PLC0415

    _, _, long, daily, places = kind
    spots = [(place, order.choice(("left", "right"))) for place in order.sample(PLACES, places)]
    for back in range(1, long + 1):
        date = today - dt.timedelta(days=back)
        # Three days of four have twitches: one at least, and on average what the mix says of all days.
        if order.random() < 0.25:
            marks.append(Day(id=uuid.uuid4(), diarist_id=pk, date=date, no_twitches=True, sleep_hours="7.5"))
            continue
        for number in range(max(1, round(order.expovariate(0.75 / daily)))):
            place, side = order.choice(spots)
            row = Episode(diarist_id=pk, location=place, side=side, strength=order.randint(1, 3))
            row.moment = minute_of(date, number)
            row.recorded_at = row.started_at
            row.duration_seconds = order.choice((None, 60, 600))
            rows.append(row)


@cache
def minute_of(date: dt.date, number: int) -> "Moment":
    """Some minute of the day, another one for each `number`."""
    from diary.moments import at_wall_clock  # noqa: PLC0415

    return at_wall_clock(date, dt.time(6 + number % 16, 7 * number % 60), BERLIN)


def sizes() -> list[str]:
    """The largest tables as PostgreSQL keeps them, indexes apart."""
    from django.db import connection  # noqa: PLC0415

    lines = ["| table | rows | bytes a row | of these in indexes |", "|---|--:|--:|--:|"]
    with connection.cursor() as cursor:
        for table in ("diary_episode", "diary_day", "triage_finding", "triage_assessment", "diary_diarist"):
            cursor.execute(f"VACUUM FULL {table}")
            cursor.execute(
                f"SELECT count(*), pg_total_relation_size('{table}'), pg_indexes_size('{table}') FROM {table}"  # noqa: S608
            )
            rows, total, indexes = cursor.fetchone()
            lines.append(f"| {table} | {rows:,} | {total / max(1, rows):.0f} | {indexes / max(1, rows):.0f} |")
    return lines


if __name__ == "__main__":
    main()
