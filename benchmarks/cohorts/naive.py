"""What a simple tool would do with the same diaries: the baselines."""

import math
from collections.abc import Callable, Sequence
from typing import Literal

from benchmarks.cohorts.loggers import START
from triage.rules.history import History
from triage.rules.trend import mann_kendall

type Naive = Literal[
    "first to last over 14 days",
    "15 days in a row",
    "3 places in 30 days, more than before",
    "14 days against 14, times 1.3",
    "OLS on daily counts",
    "Mann-Kendall on daily counts",
]
QUIET_AFTER = 28  # a tool that repeated itself more often would be switched off sooner


def naive_alerts(history: History, days: int) -> dict[Naive, list[int]]:
    """The days on which each baseline would alert."""
    by_place: dict[tuple[str, str], set[int]] = {}
    counts = [0] * days
    for episode in history.episodes:
        day = (episode.date - START).days
        by_place.setdefault(episode.site, set()).add(day)
        if 0 <= day < days:
            counts[day] += 1
    places = list(by_place.values())
    return {
        "first to last over 14 days": _days(days, lambda d: any(_lasted(p, d) for p in places), 1),
        "15 days in a row": _days(days, lambda d: any(_in_a_row(p, d) for p in places), 1),
        "3 places in 30 days, more than before": _days(days, lambda d: _more_places(places, d), 1),
        "14 days against 14, times 1.3": _days(days, lambda d: _ratio(counts, d), 1),
        "OLS on daily counts": _days(days, lambda d: _ols(counts[max(d - 55, 0) : d + 1]), 7),
        "Mann-Kendall on daily counts": _days(
            days, lambda d: d >= 27 and mann_kendall(counts[max(d - 55, 0) : d + 1]) < 0.05, 7
        ),
    }


def _days(days: int, alarm: Callable[[int], bool], every: int) -> list[int]:
    """The days on which `alarm` rings, looked at `every` so many days, and silent for a while after."""
    rung: list[int] = []
    for day in range(every - 1, days, every):
        if (not rung or day - rung[-1] >= QUIET_AFTER) and alarm(day):
            rung.append(day)
    return rung


def _lasted(place: set[int], day: int) -> bool:
    """Logged today and more than 14 days ago, within a month."""
    return day in place and any(earlier in place for earlier in range(day - 30, day - 13))


def _in_a_row(place: set[int], day: int) -> bool:
    return all(earlier in place for earlier in range(day - 14, day + 1))


def _more_places(places: Sequence[set[int]], day: int) -> bool:
    now = sum(any(d in place for d in range(day - 29, day + 1)) for place in places)
    before = sum(any(d in place for d in range(day - 59, day - 29)) for place in places)
    return day >= 59 and now >= 3 and now > before


def _ratio(counts: Sequence[int], day: int) -> bool:
    if day < 27:
        return False
    now, before = sum(counts[day - 13 : day + 1]), sum(counts[day - 27 : day - 13])
    return now >= 3 and now > 1.3 * before


def _ols(values: Sequence[int]) -> bool:
    """A rising straight line with a two-sided p under .05, by the normal distribution."""
    n = len(values)
    if n < 28:
        return False
    middle, mean = (n - 1) / 2, sum(values) / n
    spread = sum((i - middle) ** 2 for i in range(n))
    slope = sum((i - middle) * (value - mean) for i, value in enumerate(values)) / spread
    left = sum((value - mean - slope * (i - middle)) ** 2 for i, value in enumerate(values))
    return left > 0 and slope / math.sqrt(left / (n - 2) / spread) > 1.96
