"""Measures the pages in turns and prints what they took as ratios to an empty page of the same run."""

import cProfile
import io
import platform
import pstats
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from benchmarks.requests import Case, answer

if TYPE_CHECKING:
    from benchmarks.pages import Person

FOLDER = Path(__file__).resolve().parent
WARM_UP = 5
LARGEST_TODAY, LARGEST_TIMELINE, LARGEST_LATER = 60_000, 450_000, 15_000
WEIGHED_TIMELINE = "timeline of 3 months, 3 months"
HEAD = (
    "| request | p50 ms | p95 ms | x empty | by processor | at most | first look p50 ms | x empty | queries |",
    "|---|--:|--:|--:|--:|---|--:|--:|--:|",
)
NOT_COUNTED = ("BEGIN", "COMMIT", "PRAGMA", "RELEASE", "SAVEPOINT")


def set_up() -> None:
    """An empty database and the static files as they are served."""
    django.setup()
    settings.ROOT_URLCONF = "benchmarks.urls"
    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, FOLDER / "static"]
    for command in ("migrate", "createcachetable", "collectstatic"):
        call_command(command, verbosity=0, **({"interactive": False} if command == "collectstatic" else {}))


def report(rounds: int, first_rounds: int) -> str:
    """All tables as Markdown."""
    from benchmarks.pages import people  # noqa: PLC0415  (needs the apps)

    found = people(timezone.localdate())
    empty = Case("an empty page", "/empty/", found[0].tap.cookie)
    with beside_a_worker():
        measure([empty, *(case for person in found for case in person.pages)], rounds)
        for person in found:
            first_looks(person, first_rounds)
        for person in found:
            # Each is taken back at once here: a day with forty more entries would be another page.
            person.tap.after = person.taps.take_back
        measure([empty, *(person.tap for person in found)], rounds)
        lines = [*heading(rounds, first_rounds), *times(empty, found)]
    cases = {case.name: case for person in found for case in person.pages}
    timelines = [case for name, case in cases.items() if name.startswith("timeline of 3 months")]
    text = "\n".join(
        [
            *lines,
            "",
            *weight_of(cases["Today, 3 months"], LARGEST_TODAY),
            "",
            *weight_of(cases[WEIGHED_TIMELINE], LARGEST_TIMELINE),
            "",
            *later_weights(timelines),
            "",
        ]
    )
    connections.close_all()
    return text


def first_looks(person: "Person", rounds: int) -> None:
    """Tap a spot, then look at a page that has not been asked for since; each page in turns, as often as told."""
    handler, order = WSGIHandler(), random.Random(2)
    for case in person.pages:
        timed(handler, case)
    for number in range(rounds + 1):
        for case in order.sample(person.pages, len(person.pages)):
            timed(handler, person.tap)
            clock, _ = timed(handler, case)
            if number:
                case.first_ms.append(clock)
        # The days would fill with taps otherwise; what was kept goes with them and comes back with the next look.
        person.taps.take_back()
        for case in person.pages:
            timed(handler, case)


@contextmanager
def beside_a_worker() -> Iterator[None]:
    """Hold a connection open, as the worker process of `manage.py serve` does.

    Without it SQLite would empty its log into the database and sync the disk after every single request.
    """
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as worker:
        worker.execute("SELECT count(*) FROM django_migrations").fetchone()
        yield


def measure(found: list[Case], rounds: int) -> None:
    """Let the cases take turns, in another order each round; the first rounds only warm up."""
    handler, order = WSGIHandler(), random.Random(1)
    for number in range(rounds + WARM_UP):
        for case in order.sample(found, len(found)):
            clock, processor = timed(handler, case)
            if number >= WARM_UP:
                case.clock_ms.append(clock)
                case.processor_ms.append(processor)


def timed(handler: WSGIHandler, case: Case) -> tuple[float, float]:
    """Milliseconds of one request, on the clock and of the processor."""
    environ = case.environ()
    clock, processor = time.perf_counter(), time.process_time()
    answer(handler, case.name, environ)
    took = (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000
    if case.after:
        case.after()
    return took


def queries_of(case: Case) -> int:
    """How many queries one request makes, transactions not counted."""
    seen: list[str] = []
    original = CursorWrapper.execute

    def counting(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        seen.append(str(sql))
        return original(self, sql, params)

    CursorWrapper.execute = counting  # type: ignore[method-assign]
    try:
        answer(WSGIHandler(), case.name, case.environ())
    finally:
        CursorWrapper.execute = original  # type: ignore[method-assign]
    if case.after:
        case.after()
    return sum(not sql.startswith(NOT_COUNTED) for sql in seen)


def heading(rounds: int, first_rounds: int) -> list[str]:
    """How it was measured."""
    machine = f"{platform.python_implementation()} {platform.python_version()}, Django {django.__version__}"
    return [
        "# Benchmarks",
        "",
        f"Written by `python -m benchmarks --write`: {rounds} rounds, the pages taking turns in one process,",
        f"through the whole stack with the settings of production. {machine}, {connection.vendor}.",
        "Every request is that of a signed-in browser. The diary of 3 months is the story `benign`, that of 10",
        "years is `busy-decade` with 15 episodes a day; 3 busy months and 1 year are the last days of that. The",
        f"first look is that after a tap on a spot, {first_rounds} of each: nothing is kept of the page then.",
        "Queries are those of an unchanged diary and of a first look. Ratios count; milliseconds depend on the",
        "machine.",
        "",
    ]


def times(empty: Case, people: list["Person"]) -> list[str]:
    """The table of server times."""
    row = rows_beside(empty)
    lines = [*HEAD, row(empty, f"{queries_of(empty)}")]
    for person in people:
        for case in person.pages:
            timed(WSGIHandler(), case)
        kept = [queries_of(case) for case in person.pages]
        lines.append(row(person.tap, f"{queries_of(person.tap)}"))
        for case, count in zip(person.pages, kept, strict=True):
            answer(WSGIHandler(), person.tap.name, person.tap.environ())
            lines.append(row(case, f"{count} / {queries_of(case)}"))
        person.taps.take_back()
    return lines


def rows_beside(empty: Case) -> Callable[[Case, str], str]:
    """Makes a line of the table of a case and its number of queries."""
    floor, processor_floor = statistics.median(empty.clock_ms), statistics.median(empty.processor_ms)

    def row(case: Case, queries: str) -> str:
        p50, p95 = statistics.median(case.clock_ms), statistics.quantiles(case.clock_ms, n=20)[-1]
        ratio, by_processor = p50 / floor, statistics.median(case.processor_ms) / processor_floor
        verdict = "" if case.aim is None else f"{case.aim:g}: {'yes' if ratio <= case.aim else '**no**'}"
        cells = [f"{p50:.2f}", f"{p95:.2f}", f"{ratio:.1f}", f"{by_processor:.1f}", verdict, "", ""]
        if case.first_ms:
            first = statistics.median(case.first_ms)
            cells[-2:] = [f"{first:.1f}", f"{first / floor:.1f}"]
        return f"| {case.name} | {' | '.join(cells)} | {queries} |"

    return row


def later_weights(cases: Iterable[Case]) -> list[str]:
    """What is sent when the files are there already: the page alone."""
    lines = ["| later visits, the page alone | bytes as sent | at most |", "|---|--:|---|"]
    for case in cases:
        sent = len(answer(WSGIHandler(), case.name, case.environ()))
        verdict = "yes" if sent <= LARGEST_LATER else "**no**"
        lines.append(f"| {case.name} | {sent} | {LARGEST_LATER}: {verdict} |")
    return lines


def weight_of(case: Case, limit: int) -> list[str]:
    """The table of what the first visit of a page weighs."""
    from benchmarks.weight import weights  # noqa: PLC0415  (needs the settings)

    rows = list(weights(case))
    lines = [
        f"| {case.name}: first visit, without pictures | bytes | gzip | brotli | as sent |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [f"| {row.name} | {row.plain} | {row.gzip} | {row.brotli} | {row.sent} |" for row in rows]
    sums = [
        sum(column) for column in zip(*((row.plain, row.gzip, row.brotli, row.sent) for row in rows), strict=True)
    ]
    verdict = "yes" if sums[-1] <= limit else "**no**"
    total = " | ".join(f"**{number}**" for number in sums)
    return [*lines, f"| **all** (at most {limit} as sent: {verdict}) | {total} |"]


def profiled(case: Case, rounds: int) -> cProfile.Profile:
    """What `rounds` requests did; the first ones only warm up."""
    handler, profiler = WSGIHandler(), cProfile.Profile()
    for number in range(rounds + WARM_UP):
        environ = case.environ()
        if number >= WARM_UP:
            profiler.enable()
        answer(handler, case.name, environ)
        profiler.disable()
        if case.after:
            case.after()
    return profiler


def profile(name: str, rounds: int) -> str:
    """The costliest functions of the first page with `name` in its name."""
    from benchmarks.pages import people  # noqa: PLC0415  (needs the apps)

    found = (case for person in people(timezone.localdate()) for case in (person.tap, *person.pages))
    case = next((case for case in found if name in case.name), None)
    if case is None:
        raise SystemExit(f"No page has “{name}” in its name.")
    with beside_a_worker():
        profiler = profiled(case, rounds)
    out = io.StringIO()
    out.write(f"{case.name}, {rounds} times\n")
    stats = pstats.Stats(profiler, stream=out).strip_dirs()
    stats.sort_stats("tottime").print_stats(25)
    stats.sort_stats("cumtime").print_stats(70)
    return out.getvalue()
