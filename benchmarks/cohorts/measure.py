"""Replays simulated diaries and counts what was said, when, and whether it was right."""

import datetime as dt
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import NormalDist, median, quantiles

from benchmarks.cohorts.loggers import START, write_diary
from benchmarks.cohorts.naive import Naive, naive_alerts
from benchmarks.cohorts.places import cohort_places
from benchmarks.cohorts.scenarios import Scenario
from benchmarks.cohorts.truth import Person
from triage.replay_file import read_history
from triage.rules.assess import replay
from triage.rules.history import History

DAYS = 365
ALERTS = {
    "persistence": ("flag",),
    "spread": ("march", "face"),
    "worsening": ("alert", "steep"),
}


@dataclass(slots=True)
class Told:
    """What one person was told: the first day of every finding by its kind, and calm scans."""

    person: Person
    days: int
    said: dict[str, list[int]] = field(default_factory=dict)
    naive: dict[Naive, list[int]] = field(default_factory=dict)
    scans_before: int = 0
    calm_before: int = 0
    scans_after: int = 0
    calm_after: int = 0

    def first(self, *names: str, since: int = 0) -> int | None:
        """The first day on which any of these was said, from `since` on."""
        return min((day for name in names for day in self.said.get(name, ()) if day >= since), default=None)


def simulate(scenario: Scenario, seed: int, number: int, days: int = DAYS) -> tuple[Person, History]:
    """One person of a scenario and the diary, as read back from the file format."""
    rng = Random(f"{seed}/{scenario.name}/{number}")
    person = scenario.life(rng, days)
    text = json.dumps(write_diary(rng, person, scenario.habit(rng, days), days))
    return person, read_history(text, cohort_places())


def told(person: Person, history: History, days: int = DAYS, *, naive: bool = True) -> Told:
    """What the rules, and the naive ones, say to one person."""
    result = Told(person, days)
    seen: set[tuple[str, str]] = set()
    first, last = START, START + dt.timedelta(days=days - 1)
    twitched = sorted({(episode.date - START).days for episode in history.episodes})
    for number, (_, assessment) in enumerate(replay(history, first=first, last=last)):
        for finding in assessment.findings:
            if (finding.kind, finding.key) not in seen:
                seen.add((finding.kind, finding.key))
                result.said.setdefault(finding.kind, []).append(number)
        if number % 7 == 6 and any(number - 28 < day <= number for day in twitched):
            _count_scan(result, number, calm=assessment.level == "calm")
    if naive:
        result.naive = naive_alerts(history, days)
    return result


def _count_scan(result: Told, day: int, *, calm: bool) -> None:
    if 0 <= result.person.onset <= day < result.person.ends:
        result.scans_after += 1
        result.calm_after += calm
    else:
        result.scans_before += 1
        result.calm_before += calm


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, with Wilson's 95 % interval."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """The share itself."""
        return self.count / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval."""
        if not self.total:
            return math.nan, math.nan
        z, n, p = NormalDist().inv_cdf(0.975), self.total, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(middle - reach, 0.0), min(middle + reach, 1.0)


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` events in `years`, with the exact Poisson 95 % interval."""

    count: int
    years: float

    @property
    def value(self) -> float:
        """Events a year."""
        return self.count / self.years if self.years else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Garwood's interval."""
        low = 0.0 if self.count == 0 else _poisson_bound(self.count - 1, 0.975)
        return low / self.years, _poisson_bound(self.count, 0.025) / self.years


def _poisson_bound(count: int, probability: float) -> float:
    """The mean at which P(at most `count`) is `probability`, by bisection."""
    low, high = 0.0, count + 10 * math.sqrt(count + 1) + 10
    for _ in range(80):
        middle = (low + high) / 2
        if _poisson_cdf(count, middle) > probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _poisson_cdf(count: int, mean: float) -> float:
    if mean == 0:
        return 1.0
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


@dataclass(frozen=True, slots=True)
class Delays:
    """How long it took, over those who were told."""

    found: Share
    days: Sequence[int]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.days) if self.days else math.nan

    @property
    def quartiles(self) -> tuple[float, float]:
        """The first and third quartile."""
        if len(self.days) < 2:
            return self.middle, self.middle
        cuts = quantiles(self.days, n=4, method="inclusive")
        return cuts[0], cuts[2]


def delays(people: Iterable[Told], kinds: Sequence[str], *, mark: str | None = None) -> Delays:
    """Days from onset (or from a `mark`) to the first of these kinds said at or after onset."""
    days: list[int] = []
    total = 0
    for one in people:
        total += 1
        said = one.first(*kinds, since=one.person.onset)
        if said is not None:
            days.append(said - (one.person.marks[mark] if mark else one.person.onset))
    return Delays(Share(len(days), total), days)


def alerts(people: Sequence[Told], kinds: Sequence[str]) -> Rate:
    """How often these kinds were said anew, a year."""
    count = sum(len(one.said.get(kind, ())) for one in people for kind in kinds)
    return Rate(count, sum(one.days for one in people) / 365)


def before_onset(people: Sequence[Told], kinds: Sequence[str]) -> Share:
    """The share of people who were told before anything had begun: in a spread, before its first place."""
    early = sum(
        any(
            day < one.person.marks.get("first", one.person.onset)
            for kind in kinds
            for day in one.said.get(kind, ())
        )
        for one in people
    )
    return Share(early, len(people))
