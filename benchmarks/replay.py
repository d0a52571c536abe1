"""`python -m benchmarks.replay`: assessed days a second of `manage.py replay_history`, on one core.

Every diary is written as a file and read back; reading it, replaying it day by day with its JSON Lines, and
assessing single days from scratch take turns in one process, so that noise on the machine hits all alike.
`--write` puts the table into benchmarks/REPLAY.md; `--profile busy` says instead where such a diary's time goes.
"""

import argparse
import cProfile
import datetime as dt
import json
import platform
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.cohorts.loggers import Habit, everything, regular, write_diary
from benchmarks.cohorts.places import cohort_places
from benchmarks.cohorts.scenarios import BY_NAME, Life
from benchmarks.cohorts.truth import SITES, Muscle, Person, constant
from triage.replay_file import read_history, replay_lines
from triage.rules.assess import Assessor, assess, replay
from triage.rules.history import History

FOLDER = Path(__file__).resolve().parent
LENGTHS = {"3 months": 91, "1 year": 365, "10 years": 3652}
WANTED = 5000
MONTH = 30
SCRATCH_DAYS = 12


def busy(rng: Random, days: int) -> Person:
    """Eight places on 17 days of 20 with two episodes each on average: about 15 entries a day."""
    return Person(
        [Muscle(site, constant(0.85), episodes=constant(2.2)) for site in rng.sample(SITES, 8)], ends=days
    )


KINDS: dict[str, tuple[Life, Habit]] = {
    "one harmless place": (BY_NAME["benign intermittent"].life, regular),
    "several places": (BY_NAME["benign multifocal"].life, regular),
    "full progression": (BY_NAME["full progression"].life, regular),
    "busy, 15 entries a day": (busy, everything),
}


HEAD = """# Replay, day by day

Written by `python -m benchmarks.replay --write`: processor time on one core, CPython {python}, the best of {rounds} rounds
in which the diaries took turns. Days a second are those of the rules, and of `manage.py replay_history` with its
lines of JSON written out; reading the file is beside them. `json.loads` of the same file is 1. One more day is the
average of the first 30 days and of the last 30. From scratch is an assessment that remembers nothing, on days from
the whole length, against one of the last 30 days. Ratios count; microseconds depend on the machine.

| diary | entries | days | days a second | with lines | at least | replay | reading | first day, us | last day, us | last / first | scratch |
|---|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|
"""  # noqa: E501


@dataclass(slots=True)
class Diary:
    """A diary file and what its measurements took, in seconds of the processor."""

    kind: str
    length: str
    text: str
    entries: int
    days: int
    json_loads: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    lines: list[float] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    first_days: list[float] = field(default_factory=list)
    last_days: list[float] = field(default_factory=list)
    scratch: list[float] = field(default_factory=list)


def diaries(seed: int) -> list[Diary]:
    """Every kind in every length."""
    made = []
    for kind, (life, habit) in KINDS.items():
        for length, days in LENGTHS.items():
            rng = Random(f"{seed}/{kind}/{days}")
            diary = write_diary(rng, life(rng, days), habit(rng, days), days)
            text = json.dumps(diary)
            history = read_history(text, cohort_places())
            dates = history.dates()
            made.append(Diary(kind, length, text, len(dates), (max(dates) - min(dates)).days + 1))
    return made


def took(work: Callable[[], object]) -> float:
    """Seconds of the processor."""
    before = time.process_time()
    work()
    return time.process_time() - before


def measure(diary: Diary) -> None:
    """One round of everything."""
    diary.json_loads.append(took(lambda: json.loads(diary.text)))
    diary.read.append(took(lambda: read_history(diary.text, cohort_places())))
    history = read_history(diary.text, cohort_places())
    diary.lines.append(took(lambda: [len(line) for line in replay_lines("a.json", history)]))
    diary.rules.append(took(lambda: sum(1 for _ in replay(history))))
    first, last = day_by_day(history)
    diary.first_days.append(first)
    diary.last_days.append(last)
    dates = sorted(set(history.dates()))
    chosen = dates[:: max(len(dates) // SCRATCH_DAYS, 1)]
    diary.scratch.append(took(lambda: [assess(history, today=date) for date in chosen]) / len(chosen))


def day_by_day(history: History) -> tuple[float, float]:
    """What one more day takes on average, in the first month of a replay and in the last."""
    dates = history.dates()
    assessor, spent = Assessor(history), []
    for number in range(min(dates).toordinal(), max(dates).toordinal() + 1):
        date = dt.date.fromordinal(number)
        before = time.process_time()
        assessor.on(date)
        spent.append(time.process_time() - before)
    return statistics.mean(spent[:MONTH]), statistics.mean(spent[-MONTH:])


def report(found: Sequence[Diary]) -> str:
    """The table as Markdown; every figure is the best of its rounds."""
    rows = []
    for diary in found:
        lines, loads = min(diary.lines), min(diary.json_loads)
        speed = diary.days / min(diary.rules)
        verdict = "" if diary.length != "1 year" else f"{WANTED}: {'yes' if speed >= WANTED else '**no**'}"
        first, last, scratch = min(diary.first_days), min(diary.last_days), min(diary.scratch)
        rows.append(
            f"| {diary.kind}, {diary.length} | {diary.entries} | {diary.days} "
            f"| {speed:.0f} | {diary.days / lines:.0f} | {verdict} "
            f"| {lines / loads:.1f} | {min(diary.read) / loads:.1f} | {first * 1e6:.0f} | {last * 1e6:.0f} "
            f"| {last / first:.1f} | {scratch / last:.0f} |"
        )
    return HEAD.format(rounds=len(found[0].lines), python=platform.python_version()) + "\n".join(rows) + "\n"


def profile(diary: Diary) -> None:
    """Print the costliest functions of a replay."""
    history = read_history(diary.text, cohort_places())
    profiler = cProfile.Profile()
    profiler.runcall(lambda: [len(line) for line in replay_lines("a.json", history)])
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(25)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write benchmarks/REPLAY.md too")
    parser.add_argument("--profile", metavar="NAME", help="where the time of one diary goes")
    options = parser.parse_args(arguments)
    found = diaries(options.seed)
    if options.profile:
        profile(next(diary for diary in found if options.profile in f"{diary.kind}, {diary.length}"))
        return
    for _ in range(options.rounds):
        for diary in found:
            measure(diary)
    text = report(found)
    sys.stdout.write(text)
    if options.write:
        (FOLDER / "REPLAY.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
