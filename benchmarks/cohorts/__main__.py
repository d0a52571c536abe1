"""`python -m benchmarks.cohorts --seed N --diaries 200`: simulate, replay, and print the tables."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random

from benchmarks.cohorts import report
from benchmarks.cohorts.loggers import write_diary
from benchmarks.cohorts.measure import DAYS, Told, simulate, told
from benchmarks.cohorts.scenarios import BY_NAME, SCENARIOS
from triage.rules.assess import assess, replay
from triage.rules.thresholds import RULES_VERSION

INTRODUCTION = """
Rules version {version}; seed {seed}; {diaries} diaries of {days} days a scenario, {years} in all. Made by
`python -m benchmarks.cohorts --seed {seed} --diaries {diaries} --write docs/evaluation.md`.
Brackets after shares are Wilson 95 % intervals, after rates exact Poisson 95 % intervals, after medians
quartiles. The naive tools see the same diaries. No threshold was chosen on this seed.
"""
TRADE_OFFS = Path(__file__).with_name("tradeoffs.md")
LIMITS = Path(__file__).with_name("limits.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohorts", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--diaries", type=int, default=200, help="diaries a scenario")
    parser.add_argument("--scenario", action="append", choices=list(BY_NAME), help="only this (repeatable)")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--write", type=Path, help="write the tables into this Markdown file")
    parser.add_argument("--files", type=Path, help="only write the diary files into this folder")
    parser.add_argument("--compare", action="store_true", help="only compare with assessing from scratch")
    options = parser.parse_args(arguments)
    names = options.scenario or [scenario.name for scenario in SCENARIOS]
    if options.files:
        return write_files(names, options.seed, options.diaries, options.files)
    if options.compare:
        return compare(names, options.seed, options.diaries)
    started = time.perf_counter()
    with ProcessPoolExecutor(options.workers) as pool:
        jobs = [(name, options.seed, options.diaries) for name in names]
        results: dict[str, list[Told]] = {}
        for name, people in zip(names, pool.map(run, jobs), strict=True):
            results[name] = people
            print(f"{name} ({time.perf_counter() - started:.0f} s)", file=sys.stderr)
    text = document(results, options.seed, options.diaries)
    if options.write:
        options.write.write_text(text)
    print(text)
    return 0


def run(job: tuple[str, int, int]) -> list[Told]:
    """Everything that is said to the people of one scenario."""
    name, seed, diaries = job
    people = [told(*simulate(BY_NAME[name], seed, number)) for number in range(diaries)]
    for one in people:
        one.person.muscles = []  # made of functions, which can't travel between processes
    return people


def document(results: report.Results, seed: int, diaries: int) -> str:
    """The whole evaluation as Markdown."""
    years = sum(len(people) for people in results.values())
    parts = [
        "# Evaluation on simulated diaries",
        INTRODUCTION.format(version=RULES_VERSION, seed=seed, diaries=diaries, days=DAYS, years=years).strip(),
        "## Targets",
        report.target_table(results),
        "## Persistence",
        "Alerts a year, or the share found and the days from the first twitch of the course.",
        report.persistence_table(results),
        "## Spread",
        report.spread_table(results),
        "## Worsening",
        "Alerts a year, or the share found and the days from the first day of the course.",
        report.worsening_table(results),
        "## Reassurance",
        "Share of weekly scans with twitches in the last 28 days that give the calm card.",
        report.calm_table(results),
        TRADE_OFFS.read_text().strip(),
        LIMITS.read_text().strip(),
    ]
    return "\n\n".join(parts) + "\n"


def write_files(names: Sequence[str], seed: int, diaries: int, folder: Path) -> int:
    """Write the diaries as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        for number in range(diaries):
            rng = Random(f"{seed}/{name}/{number}")
            person = BY_NAME[name].life(rng, DAYS)
            diary = write_diary(rng, person, BY_NAME[name].habit(rng, DAYS), DAYS)
            path = folder / f"{name.replace(' ', '-').replace(',', '')}-{number}.json"
            path.write_text(json.dumps(diary, indent=1))
    return 0


def compare(names: Sequence[str], seed: int, diaries: int) -> int:
    """Compare every day of a replay with an assessment from scratch, and time the replay."""
    wrong = days = 0
    spent = 0.0
    for name in names:
        for number in range(diaries):
            _, history = simulate(BY_NAME[name], seed, number)
            began = time.perf_counter()
            replayed = list(replay(history))
            spent += time.perf_counter() - began
            days += len(replayed)
            wrong += sum(assess(history, today=day) != assessment for day, assessment in replayed)
    print(f"{days} days, {wrong} differ; replay: {days / spent:.0f} assessed days a second")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
