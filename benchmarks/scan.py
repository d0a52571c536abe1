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
    parser.add_argument("--write", action="store_true", help="write benchmarks/SCAN.md too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diary-bench-") as folder, database(options.server, Path(folder)):
        text = report(options.diarists, options.server)
    sys.stdout.write(text)
    if options.write:
        (FOLDER / "SCAN.md").write_text(text, encoding="utf-8")


@contextmanager
def database(server: str, folder: Path, name: str = DATABASE) -> Iterator[None]:
    """A new database with the tables of the diary, and the settings that lead to it."""
    import psycopg  # noqa: PLC0415

    from benchmarks.settings import use  # noqa: PLC0415

    use(folder)
    os.environ["DATABASE_URL"] = f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
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
    wall_s: float
    processor_s: float


def report(diarists: int, server: str) -> str:
    """Both tables as Markdown."""
    from django.db import connection  # noqa: PLC0415

    episodes, days = write_diaries(diarists)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    planning: list[float] = []
    runs = []
    for workers in (1, 2):
        forget()
        runs += [scan(workers, "first", planning), scan(workers, "next day", planning)]
    return "\n".join(
        [
            "# The scan of everybody",
            "",
            f"Written by `python -m benchmarks.scan --diarists {diarists} --write`: CPython",
            f"{platform.python_version()}, PostgreSQL {version} on the same machine, {os.cpu_count()} processors",
            "that other work used too: processor time tells more than seconds do. The workers are",
            "`manage.py db_worker --batch`; their start, about a second each, is in the time, and the",
            "work of PostgreSQL is not in the processor time.",
            "",
            "| people | share | days | episodes a day | places |",
            "|---|--:|--:|--:|--:|",
            *(
                f"| {name} | {share:.0%} | {long} | {daily:g} | {places} |"
                for name, share, long, daily, places in MIX
            ),
            "",
            f"{diarists:,} diarists with {episodes:,} episodes, and {days:,} days without: one of four.",
            f"Planning took {max(planning):.1f} s at most: it reads all, and stores a row and a task for every",
            "100 diarists.",
            "",
            "| look | workers | seconds | diarists a second | processor ms a diarist |",
            "|---|--:|--:|--:|--:|",
            *(
                f"| {run.look} | {run.workers} | {run.wall_s:.0f} | {diarists / run.wall_s:.0f} "
                f"| {run.processor_s / diarists * 1000:.1f} |"
                for run in runs
            ),
            "",
            *sizes(diarists),
            "",
        ]
    )


def scan(workers: int, look: str, planning: list[float]) -> Run:
    """Plan for everybody, then let so many processes work it off."""
    from django.db import connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from triage.models import ScanChunk  # noqa: PLC0415
    from triage.population import plan  # noqa: PLC0415

    if look != "first":
        a_day_passes()
    began = time.monotonic()
    plan(timezone.now())
    planning.append(time.monotonic() - began)
    connections.close_all()
    command = [sys.executable, "manage.py", "db_worker", "--batch", "--queue-name", "*", "--no-startup-delay"]
    before, began = os.times(), time.monotonic()
    crew = [subprocess.Popen([*command, "--verbosity", "0"], cwd=FOLDER.parent) for _ in range(workers)]
    assert [one.wait() for one in crew] == [0] * workers
    wall_s, after = time.monotonic() - began, os.times()
    assert not ScanChunk.objects.exists()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(workers, look, wall_s, used)


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


def write_diaries(count: int) -> tuple[int, int]:
    """Write so many diaries; how many episodes and days they have."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from diary.models import Day, Diarist, Episode  # noqa: PLC0415

    order = random.Random(1)
    today = timezone.localdate()
    episodes = days = 0
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
        episodes, days = episodes + len(rows), days + len(marks)
    return episodes, days


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


def sizes(diarists: int) -> list[str]:
    """The largest tables as PostgreSQL keeps them, indexes apart."""
    from django.db import connection  # noqa: PLC0415

    lines = ["| table | rows | bytes a row | of these in indexes | bytes a diarist |", "|---|--:|--:|--:|--:|"]
    with connection.cursor() as cursor:
        for table in ("diary_episode", "diary_day", "triage_finding", "triage_assessment", "diary_diarist"):
            cursor.execute(
                f"SELECT count(*), pg_total_relation_size('{table}'), pg_indexes_size('{table}') FROM {table}"  # noqa: S608
            )
            rows, total, indexes = cursor.fetchone()
            rows = max(1, rows)
            lines.append(
                f"| {table} | {rows:,} | {total / rows:.0f} | {indexes / rows:.0f} | {total / diarists:,.0f} |"
            )
    return lines


if __name__ == "__main__":
    main()
