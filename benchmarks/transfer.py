"""`python -m benchmarks.transfer`: ten years out and in again, beside plain json and SQLite's executemany.

The same 54,750 rows for all, in one run; each in a process of its own, so that peaks of memory do not mix.
`--write` puts the table into benchmarks/transfer.md.
"""

import argparse
import datetime as dt
import io
import json
import multiprocessing
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parent
UNTIL = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 20, 40, tzinfo=dt.UTC)
type Work = Callable[[Path], int]


class Result(NamedTuple):
    """What some work took: on the clock, of the processor, and its peak of memory in kB."""

    rows: int
    seconds: float
    processor: float
    memory: int


def main() -> None:
    """Make the diary once, then let each way of moving it run in its own process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transfer", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write benchmarks/transfer.md too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diary-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        in_process(prepare, folder)
        found = {title: [in_process(work, folder) for _ in range(options.rounds)] for title, work in WAYS.items()}
        empty = min(in_process(nothing, folder).memory for _ in range(options.rounds))
        size = (folder / "diary.json").stat().st_size
    text = report(found, empty, size, options.rounds)
    sys.stdout.write(text)
    if options.write:
        (FOLDER / "transfer.md").write_text(text, encoding="utf-8")


def in_process(work: Work, folder: Path) -> Result:
    """Some work in a process of its own."""
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue()
    process = context.Process(target=measured, args=(work, folder, queue))
    process.start()
    result: Result = queue.get()
    process.join()
    return result


def measured(work: Work, folder: Path, queue: Any) -> None:
    """Do the work with Django set up, as the worker has it, and say what it took."""
    set_up(folder)
    clock, processor = time.perf_counter(), time.process_time()
    rows = work(folder)
    took = time.perf_counter() - clock, time.process_time() - processor
    queue.put(Result(rows, *took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


def set_up(folder: Path) -> None:
    """The settings of production, with all data in `folder`."""
    import django  # noqa: PLC0415  (the settings come first)

    from benchmarks.settings import use  # noqa: PLC0415

    use(folder)
    django.setup()


def prepare(folder: Path) -> int:
    """Two accounts, the diary of ten years in one of them, and its file."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from diary.export.json_file import diary_file  # noqa: PLC0415
    from diary.models import Diarist  # noqa: PLC0415

    quietly: dict[str, Any] = {"password": "one-two-three-four", "verbosity": 0, "stdout": io.StringIO()}
    call_command("migrate", verbosity=0)
    call_command("demo_diary", story="busy-decade", user="one", seed=1, until=UNTIL, **quietly)
    Diarist.objects.create(user=User.objects.create_user("two"))
    diarist = Diarist.objects.get(user__username="one")
    (folder / "diary.json").write_bytes(b"".join(diary_file(diarist, NOW)))
    document = json.loads((folder / "diary.json").read_bytes())
    (folder / "plain.json").write_text(json.dumps(document), encoding="utf-8")
    return 0


def nothing(folder: Path) -> int:
    """What a process takes that only has Django set up."""
    return 0


def export(folder: Path) -> int:
    """The diary file, piece by piece to a file."""
    from diary.export.json_file import diary_file  # noqa: PLC0415

    return written(folder, lambda diarist: diary_file(diarist, NOW))


def export_csv(folder: Path) -> int:
    """The tables in a zip file."""
    from diary.export.csv_files import csv_zip  # noqa: PLC0415

    return written(folder, csv_zip)


def export_fhir(folder: Path) -> int:
    """The FHIR bundle."""
    from diary.export.fhir import bundle  # noqa: PLC0415

    return written(folder, lambda diarist: bundle(diarist, NOW))


def written(folder: Path, pieces: Callable[[Any], Any]) -> int:
    """Write a download to a file."""
    from diary.models import Diarist  # noqa: PLC0415

    diarist = Diarist.objects.get(user__username="one")
    with (folder / "out").open("wb") as file:
        for piece in pieces(diarist):
            file.write(piece)
    return diarist.episodes.count()


def plain_dump(folder: Path) -> int:
    """The same document out of memory: `json.dumps` of it all, after it was loaded."""
    document = json.loads((folder / "plain.json").read_bytes())
    (folder / "out").write_text(json.dumps(document), encoding="utf-8")
    return len(document["episodes"])


def preview(folder: Path) -> int:
    """The upload, read up to its preview."""
    from diary.importing import tasks  # noqa: PLC0415

    of = upload(folder)
    tasks.read.call(str(of.pk))
    of.refresh_from_db()
    return int(of.preview["new"]["episodes"])


def store(folder: Path) -> int:
    """The same stored, and taken back for the next round (which is not measured by itself)."""
    from diary.importing import tasks  # noqa: PLC0415

    of = upload(folder)
    of.kind, of.status, of.preview = "json", "storing", {}
    of.save()
    tasks.store.call(str(of.pk))
    of.refresh_from_db()
    assert of.status == "stored", of.preview
    return int(of.preview["new"]["episodes"])


def upload(folder: Path) -> Any:
    """The file in the database, as an upload leaves it, in an account without entries."""
    from diary.importing.files import keep  # noqa: PLC0415
    from diary.models import Diarist, Import  # noqa: PLC0415

    path = folder / "diary.json"
    diarist = Diarist.objects.get(user__username="two")
    for rows in (diarist.episodes, diarist.days, diarist.sign_checks, diarist.medicines, diarist.imports):
        rows.all().delete()
    of = Import.objects.create(diarist=diarist, size=path.stat().st_size, created_at=NOW)
    with path.open("rb") as file:
        keep(of, iter(lambda: file.read(65_536), b""))
    return of


def executemany(folder: Path) -> int:
    """`json.load` and `executemany` into a bare table with the same columns, without an index or a check."""
    document = json.loads((folder / "plain.json").read_bytes())
    names = sorted({name for row in document["episodes"] for name in row})
    (folder / "bare.sqlite3").unlink(missing_ok=True)
    with sqlite3.connect(folder / "bare.sqlite3") as connection:
        connection.execute(f"CREATE TABLE episodes ({', '.join(names)})")
        connection.executemany(
            f"INSERT INTO episodes VALUES ({', '.join('?' * len(names))})",  # noqa: S608  (names of our own keys)
            ([row.get(name) for name in names] for row in document["episodes"]),
        )
    connection.close()
    return len(document["episodes"])


WAYS: dict[str, Work] = {
    "plain `json`: load and dump": plain_dump,
    "export: diary file": export,
    "export: tables (CSV, zip)": export_csv,
    "export: FHIR": export_fhir,
    "plain `json.load` and `executemany`, no index": executemany,
    "import: upload and preview": preview,
    "import: upload and store": store,
}


def report(found: dict[str, list[Result]], empty: int, size: int, rounds: int) -> str:
    """The table as Markdown."""
    rows = next(iter(found.values()))[0].rows
    lines = [
        "# Ten years out and in",
        "",
        f"Written by `python -m benchmarks.transfer --write`: the story `busy-decade`, {rows:,} episodes and",
        f"their days, answers and medicines, a diary file of {size / 1e6:.1f} MB. The best of {rounds} rounds,",
        "each in a process of its own. Memory is the peak above that of a process that has only Django set up",
        f"({empty // 1024} MB). CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version} with the",
        "settings of production. Rates and ratios go by the time of the processor; times depend on the machine.",
        "",
        "| | seconds | of the processor | episodes a second | x plain | MB |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    plain = 0.0
    for title, results in found.items():
        best = min(results, key=lambda result: result.processor)
        memory = max(0, min(result.memory for result in results) - empty) / 1024
        plain = best.processor if title.startswith("plain") else plain
        rate, ratio = best.rows / best.processor, best.processor / plain
        seconds = min(result.seconds for result in results)
        lines.append(
            f"| {title} | {seconds:.2f} | {best.processor:.2f} | {rate:,.0f} | {ratio:.1f} | {memory:.0f} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
