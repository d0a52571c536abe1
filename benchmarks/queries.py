"""`python -m benchmarks.queries`: the ten slowest queries of all pages with their plans, and who uses each index.

Asks every page of a busy diary of ten years that lies beside others, and the work in the background, on SQLite
and on PostgreSQL (`--server`, in a database of its own that is dropped again). Each query that reads is then run
alone, with all its rows fetched. `--write` puts it all into benchmarks/QUERIES.md.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
DATABASE = "diary_bench_queries"
OTHERS, SLOWEST, ROUNDS = 1000, 10, 5
LONGEST_SHOWN = 330
BIG = "It was told to scan no table as a whole: with one large diary of a few it would, with many it would not."
MORE_PAGES = (
    "/?date={past}",
    "/days/?location=lid_lower-right",
    "/days/?strength=3",
    "/days/?q=sofa",
    "/days/?before={past}",
    "/days/calendar/?month=2020-03",
    "/timeline/?range=2w",
    "/timeline/?range=3m",
    "/timeline/?range=1y",
    "/timeline/?range=all",
    "/timeline/?range=all&spot=lid_lower-right",
    "/data/export/json/",
    "/data/export/csv/",
    "/data/export/fhir/",
)


@dataclass(slots=True)
class Query:
    """One query that reads: where it was first asked, and the median of its times."""

    sql: str
    params: Any
    asked_by: str
    ms: float = 0.0
    rows: int = 0


def main() -> None:
    """Both databases, each in a process of its own: Django knows one at a time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queries", description=__doc__)
    parser.add_argument("--server", default="postgres://postgres@127.0.0.1:5432", help="without a database")
    parser.add_argument("--others", type=int, default=OTHERS, help="how many other diarists there are")
    parser.add_argument("--on", choices=["sqlite", "postgresql"], help="only this one")
    parser.add_argument("--write", action="store_true", help="write benchmarks/QUERIES.md too")
    options = parser.parse_args()
    if options.on:
        with (
            tempfile.TemporaryDirectory(prefix="diary-bench-") as folder,
            place(options.on, options.server, folder),
        ):
            sys.stdout.write(report(options.others))
        return
    again = [
        sys.executable,
        "-m",
        "benchmarks.queries",
        "--server",
        options.server,
        "--others",
        str(options.others),
    ]
    parts = [
        subprocess.run([*again, "--on", name], check=True, stdout=subprocess.PIPE, text=True).stdout
        for name in ("sqlite", "postgresql")
    ]
    head = "# The slowest queries, and the indexes\n\nWritten by `python -m benchmarks.queries --write`.\n\n"
    text = head + "\n".join(parts)
    sys.stdout.write(text)
    if options.write:
        (FOLDER / "QUERIES.md").write_text(text, encoding="utf-8")


@contextmanager
def place(kind: str, server: str, folder: str) -> Iterator[None]:
    """An empty database of the kind."""
    if kind == "postgresql":
        from benchmarks.scan import database  # noqa: PLC0415

        with database(server, Path(folder), DATABASE):
            yield
        return
    from benchmarks.settings import use  # noqa: PLC0415

    use(Path(folder))
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    yield


def report(others: int) -> str:
    """One database: the slowest queries with their plans, then the indexes with who used them."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.DEBUG = False
    call_command("createcachetable", verbosity=0)
    client = fill(others)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER DATABASE {DATABASE} SET enable_seqscan = off")
            # It would be set off by the cost that stands for "don't".
            cursor.execute(f"ALTER DATABASE {DATABASE} SET jit = off")
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    found: dict[str, Query] = {}
    writes: dict[str, Query] = {}
    for name, ask in asked(client):
        with connection.execute_wrapper(noting(name, found, writes)):
            ask()
    for query in found.values():
        measure(query)
    slowest = sorted(found.values(), key=lambda query: -query.ms)[:SLOWEST]
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    lines = [
        f"## {name}",
        "",
        f"A busy diary of ten years beside {others:,} others; {len(found)} different queries that read, from",
        f"{len({query.asked_by for query in found.values()})} pages and jobs. The median of {ROUNDS} runs each,",
        "with other work on the machine.",
        *([BIG] if connection.vendor == "postgresql" else []),
        "",
    ]
    for number, query in enumerate(slowest, 1):
        lines += [
            f"{number}. **{query.asked_by}**: {query.ms:.1f} ms, {query.rows:,} rows",
            "",
            "   ```",
            *(f"   {line}" for line in [shown(query.sql), *plan(query, analyze=True)]),
            "   ```",
            "",
        ]
    return "\n".join([*lines, *indexes([*found.values(), *writes.values()]), ""])


def fill(others: int) -> Any:
    """The busy diary with all that can be listed, the others, and a browser that is signed in."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks.pages import signed_in  # noqa: PLC0415
    from benchmarks.scan import write_diaries  # noqa: PLC0415
    from diary.models import Diarist, Reminder  # noqa: PLC0415
    from triage import scan  # noqa: PLC0415

    write_diaries(others)
    signed_in("decade", "busy-decade", timezone.localdate())
    decade = Diarist.objects.get(user__username="decade")
    lists(decade)
    now = timezone.now()
    some = Diarist.objects.exclude(pk=decade.pk)[: others // 2]
    Reminder.objects.bulk_create(Reminder(diarist=row, by_mail=True, next_at=now) for row in some)
    for diarist in Diarist.objects.all()[: others // 5]:
        scan.bring_up_to_date(diarist, timezone.localdate())
    scan.bring_up_to_date(decade, timezone.localdate())
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="decade"), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def lists(decade: Any) -> None:
    """Rows of every list that a demo has none of."""
    import datetime as dt  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    from triage.summary.choice import USUAL_PARTS, Choice  # noqa: PLC0415

    now, today = timezone.now(), timezone.localdate()
    choice = Choice(today - dt.timedelta(days=90), today, "a4", "en", USUAL_PARTS).as_json()
    for number in range(100):
        date = today - dt.timedelta(days=number * 30)
        decade.appointments.create(date=date)
        decade.medicines.create(name=f"m{number}", started_on=date, stopped_on=date if number % 2 else None)
        decade.acknowledgements.create(key=f"k{number}", kind="flag", on=date)
        link = decade.share_links.create(
            token_hash=f"h{number}", choice=choice, made_at=now, expires_at=now + dt.timedelta(days=1)
        )
        for minute in range(20):
            link.openings.create(at=now - dt.timedelta(minutes=minute))
        decade.imports.create(status="stored", kind="csv", created_at=now, stored_at=now)
    for number in range(50):
        decade.access_tokens.create(name=f"t{number}", may_read=True, digest=f"d{number}", start="x", made_at=now)
    last = decade.imports.earliest("pk")
    ids = decade.episodes.values_list("pk", flat=True)[:500]
    decade.episodes.filter(pk__in=list(ids)).update(came_with=last)


def asked(client: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every page that needs no key, some with a filter, and what workers and the API do."""
    import datetime as dt  # noqa: PLC0415

    from django.db import transaction  # noqa: PLC0415
    from django.urls import NoReverseMatch, reverse  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from diary import erasing, reminders, timeline_rows  # noqa: PLC0415
    from diary.importing import undo  # noqa: PLC0415
    from diary.importing.tasks import take_up_again  # noqa: PLC0415
    from diary.models import Diarist  # noqa: PLC0415
    from diary.urls import urlpatterns as diary_urls  # noqa: PLC0415
    from triage import population, scan, sharing  # noqa: PLC0415
    from triage.urls import urlpatterns as triage_urls  # noqa: PLC0415

    now, today = timezone.now(), timezone.localdate()
    past = today - dt.timedelta(days=2000)
    decade = Diarist.objects.get(user__username="decade")

    def visit(path: str) -> Callable[[], object]:
        def ask() -> None:
            timeline_rows.forget()
            response = client.get(path)
            b"".join(response)

        return ask

    for space, patterns in (("diary", diary_urls), ("triage", triage_urls)):
        for pattern in patterns:
            try:
                path = reverse(f"{space}:{pattern.name}")
            except NoReverseMatch:
                continue
            yield path, visit(path)
    for path in MORE_PAGES:
        yield path.format(past=past), visit(path.format(past=past))

    def undone(work: Callable[[], object]) -> Callable[[], None]:
        def do() -> None:
            with transaction.atomic():
                work()
                transaction.set_rollback(True)

        return do

    yield "log a spot", undone(lambda: client.post("/episodes/", {"location": "calf", "side": "left"}))
    yield "one finding", visit(f"/patterns/{decade.findings.earliest('opened_on').pk}/entries/")
    yield "one episode", visit(f"/episodes/{decade.episodes.earliest('local_date').pk}/")
    yield "scan of one diary", undone(lambda: scan.bring_up_to_date(decade, today + dt.timedelta(days=1)))
    yield "planning of the scan", undone(lambda: population.plan(now + dt.timedelta(days=1)))
    yield "the clock", undone(lambda: reminders.send_due(now, lambda *_: None))
    yield "the clock, dead workers", lambda: population.take_back(now)
    yield "the clock, imports", lambda: take_up_again(now + dt.timedelta(days=1))
    yield "an import undone", undone(lambda: undo.undo(decade, decade.imports.earliest("pk"), now))
    yield "a day deleted", undone(lambda: erasing.erase_day(decade, past))
    yield "a place deleted", undone(lambda: erasing.erase_spot(decade, "calf", "left"))
    yield "an account deleted", undone(lambda: erasing.erase_account(decade.user))
    yield "a share link opened", lambda: sharing.find_link("x", now)
    yield "a token used", lambda: client.get("/api/v1/days", headers={"authorization": "Bearer mtd_x"})


def noting(name: str, found: dict[str, Query], writes: dict[str, Query]) -> Callable[..., Any]:
    """Keeps each query once, with the values that it was asked with first."""

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        known = found if sql.startswith("SELECT") else writes
        if not many and sql.startswith(("SELECT", "UPDATE", "DELETE")):
            # Lists of keys of any length are one query.
            known.setdefault(re.sub(r"%s(, %s)+", "%s, ...", sql), Query(sql, params, name))
        return execute(sql, params, many, context)

    return wrapper


def measure(query: Query) -> None:
    """Run it alone, and fetch what it finds."""
    from django.db import connection  # noqa: PLC0415

    took = []
    for _ in range(ROUNDS):
        with connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(query.sql.removesuffix(" FOR UPDATE"), query.params)
            query.rows = len(cursor.fetchall())
            took.append((time.perf_counter() - began) * 1000)
    query.ms = statistics.median(took)


def plan(query: Query, *, analyze: bool = False) -> list[str]:
    """How the database goes about it; on PostgreSQL with what it met on the way."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.params)
            return [str(row[3]) for row in cursor.fetchall()]
        options = "ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF" if analyze else "COSTS OFF"
        cursor.execute(f"EXPLAIN ({options}) {query.sql}", query.params)
        lines = [str(row[0]) for row in cursor.fetchall()]
    return [line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]} ..." for line in lines]


def shown(sql: str) -> str:
    """The query without the list of its columns and with one value for many."""
    short = re.sub(r"^SELECT (DISTINCT )?.{80,}? FROM ", r"SELECT \1... FROM ", sql)
    short = re.sub(r"%s(, %s)+", "%s, ...", short).replace('"', "")
    return short if len(short) <= LONGEST_SHOWN else f"{short[:LONGEST_SHOWN]} ..."


def indexes(queries: list[Query]) -> list[str]:
    """Every index of our tables that is there for speed alone, and pages or jobs whose plan names it."""
    from django.db import connection  # noqa: PLC0415

    users: dict[str, list[str]] = {}
    for query in queries:
        for name in set(re.findall(r"\w+", " ".join(plan(query)))):
            users.setdefault(name, []).append(query.asked_by)
    lines = ["| index | table | serves |", "|---|---|---|"]
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if not table.startswith(("diary_", "triage_")) or table == "diary_cache":
                continue
            for name, facts in sorted(connection.introspection.get_constraints(cursor, table).items()):
                if facts["index"] and not facts["unique"] and not facts["primary_key"]:
                    by = list(dict.fromkeys(users.get(name, [])))
                    lines.append(f"| {name} | {table} | {', '.join(by[:3]) or 'none of these'} |")
    return lines


if __name__ == "__main__":
    os.chdir(FOLDER.parent)
    main()
