"""`python -m benchmarks.cohorts.triggers --seed N`: what the triggers page finds, and what it invents.

`--write docs/triggers.md` puts the tables between the two marks of that file.
"""

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from scipy.stats import fisher_exact

from benchmarks.cohorts.trigger_lives import HABITS, MORE_HABITS, Case, linked, of_scenario
from triage.triggers.discovery import adjusted
from triage.triggers.factors import BY_NAME, FACTORS, Factor, Facts
from triage.triggers.look import Seen, is_apart, look
from triage.triggers.thresholds import FALSE_DISCOVERY, LEAST_RATIO

# Days, true ratio, and the share that was found in the first measurements of this project.
ROWS = (
    (60, 1.0, None),
    (60, 3.0, 0.24),
    (90, 1.0, None),
    (90, 2.0, 0.18),
    (90, 3.0, 0.38),
    (180, 1.0, None),
    (180, 1.5, 0.15),
    (180, 2.0, 0.40),
    (180, 3.0, 0.85),
    (365, 1.0, None),
    (365, 1.5, None),
    (365, 2.0, None),
)
CURVE = (0.02, 0.05, 0.10, 0.15, 0.20)
UNLINKED = (
    "benign intermittent",
    "benign multifocal",
    "roaming",
    "seasonal",
    "cyclic",
    "waxes and wanes",
    "persistent",
)
LINKED = ("after caffeine", "stress bursts")
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")


@dataclass(frozen=True, slots=True)
class Told:
    """One diary: what was true, what was compared, and what the naive test calls a trigger."""

    true: frozenset[str]
    seen: tuple[Seen, ...]
    naive: frozenset[str]

    def found(self, q: float = FALSE_DISCOVERY.value) -> frozenset[str]:
        """The links that are shown at a false discovery rate."""
        q_values = adjusted([one.p for one in self.seen])
        return frozenset(
            one.name for one, value in zip(self.seen, q_values, strict=True) if value <= q and shows(one)
        )


def shows(seen: Seen) -> bool:
    """Whether the shrunk ratio is large enough."""
    return is_apart(seen.ratio.shrunk, LEAST_RATIO.value, BY_NAME[seen.name].expected)


def told(case: Case) -> Told:
    """Both answers to one diary."""
    seen = look(case.facts)
    return Told(case.true, (*seen.found, *seen.unclear), naive_triggers(case.facts))


def naive_triggers(facts: Sequence[Facts]) -> frozenset[str]:
    """Fisher's exact test at 0.05 for each factor, on the same day and on the next: what a simple tool does."""
    twitches = [one.twitched for one in facts]
    return frozenset(
        factor.name for factor in FACTORS if any(naive(factor, facts, twitches, lag) for lag in (0, 1))
    )


def naive(factor: Factor, facts: Sequence[Facts], twitches: Sequence[bool | None], lag: int) -> bool:
    """Whether Fisher's test says that there is a link."""
    values = [factor.value(one) for one in facts]
    known = [value for value in values if value is not None]
    cut = factor.cut(known)
    moved = ([None] * lag + values)[: len(values)]
    cells = [0, 0, 0, 0]
    for value, twitched in zip(moved, twitches, strict=True):
        if value is not None and twitched is not None:
            cells[2 * cut.has(value) + twitched] += 1
    return fisher_p(*cells) < 0.05


@cache
def fisher_p(a: int, b: int, c: int, d: int) -> float:
    """The p value of Fisher's exact test."""
    return float(fisher_exact([[a, b], [c, d]])[1])


def people(days: int, ratio: float, *, seed: int, diaries: int, many: bool = False) -> list[Told]:
    """Some diaries of one length and true ratio, with six factors or with all."""
    wanted = MORE_HABITS if many else HABITS
    return [told(linked(Random(f"{seed}/{days}/{ratio:g}/{n}"), days, ratio, wanted)) for n in range(diaries)]


def in_scenario(name: str, days: int, *, seed: int, diaries: int) -> list[Told]:
    """Some diaries of a scenario of the rules' cohorts."""
    return [told(of_scenario(name, seed, number, days)) for number in range(diaries)]


def share(listed: Sequence[Told], has: Callable[[Told], object]) -> float:
    """The share of diaries of which something is true."""
    return sum(bool(has(one)) for one in listed) / len(listed)


def finds(listed: Sequence[Told], q: float = FALSE_DISCOVERY.value) -> float:
    """The share of diaries whose true link is shown."""
    return share(listed, lambda one: one.true & one.found(q))


def invents(listed: Sequence[Told], q: float = FALSE_DISCOVERY.value) -> float:
    """The share of diaries that are told of a link that is not there."""
    return share(listed, lambda one: one.found(q) - one.true)


def naive_finds(listed: Sequence[Told]) -> float:
    """The same for the naive test."""
    return share(listed, lambda one: one.true & one.naive)


def naive_invents(listed: Sequence[Told]) -> float:
    """The same for the naive test."""
    return share(listed, lambda one: one.naive - one.true)


def per_cent(value: float | None) -> str:
    """`24 %`."""
    return "–" if value is None else f"{100 * value:.0f} %"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measured(seed: int, diaries: int) -> str:
    """All tables."""
    groups = {(days, ratio): people(days, ratio, seed=seed, diaries=diaries) for days, ratio, _ in ROWS}
    many = {
        (days, ratio): people(days, ratio, seed=seed, diaries=diaries, many=True)
        for days, ratio in ((60, 1.0), (90, 1.0), (180, 1.0), (365, 1.0), (180, 2.0), (180, 3.0))
    }
    error = math.sqrt(0.1 * 0.9 / diaries)
    command = f"python -m benchmarks.cohorts.triggers --seed {seed} --diaries {diaries} --write docs/triggers.md"
    return "\n\n".join([
        f"`{command}`: {diaries} diaries a row. The standard error of a share of 10 % is {100 * error:.1f} %.",
        "Six factors, caffeine the true one:",
        table(
            ["days", "true ratio", "found", "asked for", "told of a false one", "naive: found", "naive: false"],
            [row_of(days, ratio, asked, groups[days, ratio]) for days, ratio, asked in ROWS],
        ),
        "All eleven factors entered every day, more to be wrong about:",
        table(
            ["days", "true ratio", "found", "asked for", "told of a false one", "naive: found", "naive: false"],
            [row_of(days, ratio, None, group) for (days, ratio), group in many.items()],
        ),
        "The false discovery rate against what is found and what is invented (six factors; false: no true link):",
        table(["rate", *CURVE_HEAD], [curve_row(q, groups) for q in CURVE]),
        "Diaries of the rules' cohorts (180 days, regular loggers) with a context entered on most days:",
        table(
            ["scenario", "true link", "found", "told of a false one", "naive: found", "naive: false"],
            [scenario_row(name, seed, diaries // 2) for name in (*LINKED, *UNLINKED)],
        ),
    ])  # fmt: skip


def row_of(days: int, ratio: float, asked: float | None, group: Sequence[Told]) -> list[str]:
    """One line of the main table."""
    is_linked = ratio != 1
    return [
        str(days),
        f"{ratio:g}" if is_linked else "none",
        per_cent(finds(group) if is_linked else None),
        per_cent(asked),
        per_cent(invents(group)),
        per_cent(naive_finds(group) if is_linked else None),
        per_cent(naive_invents(group)),
    ]


CURVE_HEAD = (
    "60 days: false",
    "90 days: false",
    "180 days: false",
    "365 days: false",
    "90 days, 3: found",
    "180 days, 1.5: found",
    "180 days, 2: found",
    "180 days, 3: found",
)


def curve_row(q: float, groups: dict[tuple[int, float], list[Told]]) -> list[str]:
    """What one false discovery rate would give."""
    false = [invents(groups[days, 1.0], q) for days in (60, 90, 180, 365)]
    found = [finds(groups[key], q) for key in ((90, 3.0), (180, 1.5), (180, 2.0), (180, 3.0))]
    name = f"**{q:.2f}**" if q == FALSE_DISCOVERY.value else f"{q:.2f}"
    return [name, *map(per_cent, (*false, *found))]


def scenario_row(name: str, seed: int, diaries: int) -> list[str]:
    """One scenario of the cohorts."""
    group = in_scenario(name, 180, seed=seed, diaries=diaries)
    true = ", ".join(sorted(group[0].true))
    return [
        name,
        true or "none",
        per_cent(finds(group) if true else None),
        per_cent(invents(group)),
        per_cent(naive_finds(group) if true else None),
        per_cent(naive_invents(group)),
    ]


def main() -> int:
    """Measure, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohorts.triggers", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--diaries", type=int, default=200, help="diaries a row")
    parser.add_argument("--write", type=Path, help="put the tables between the marks of this file")
    options = parser.parse_args()
    text = measured(options.seed, options.diaries)
    print(text)
    if options.write:
        before, _, rest = options.write.read_text().partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        options.write.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
