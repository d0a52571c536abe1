"""How many times as often: the risk ratio over strata, its interval, its score, and the shrunk ratio."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from triage.triggers.thresholds import PRIOR_SPREAD

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Table:
    """Days with the factor and without it, and on how many of each it twitched."""

    with_twitch: int
    with_days: int
    without_twitch: int
    without_days: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """The logarithm of a ratio and its standard error."""

    log: float
    se: float

    @property
    def value(self) -> float:
        """How many times as often."""
        return math.exp(self.log)

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval."""
        return math.exp(self.log - Z95 * self.se)

    @property
    def high(self) -> float:
        """The upper end of the 95 % interval."""
        return math.exp(self.log + Z95 * self.se)

    @property
    def shrunk(self) -> float:
        """The ratio drawn towards 1, the more so the less the diary says."""
        prior = PRIOR_SPREAD.value**2
        return math.exp(self.log * prior / (prior + self.se**2))

    def widened(self, by: float) -> "Ratio":
        """The same ratio, less sure."""
        return Ratio(self.log, self.se * by)


def divided(tables: Iterable[Table]) -> list[Table]:
    """The tables with both kinds of day: in the others nothing can be compared."""
    return [table for table in tables if table.with_days and table.without_days]


def score(tables: Iterable[Table]) -> float:
    """How far the pooled ratio lies from no difference: the sum of residual products, divided by its spread.

    The residuals are those of the days in the tables, which have both the factor and the twitching. With means
    of all days, uneven recording would look like a link or hide one.
    """
    top = spread = 0.0
    for one in divided(tables):
        days = one.with_days + one.without_days
        exposed, twitching = one.with_days / days, (one.with_twitch + one.without_twitch) / days
        top += one.with_twitch - exposed * twitching * days
        spread += (1 - exposed) ** 2 * squares(one.with_twitch, one.with_days, twitching)
        spread += exposed**2 * squares(one.without_twitch, one.without_days, twitching)
    return top / math.sqrt(spread) if spread else 0.0


def squares(twitch: int, days: int, mean: float) -> float:
    """The squared residuals of twitching added up."""
    return twitch * (1 - mean) ** 2 + (days - twitch) * mean**2


def mantel_haenszel(tables: Iterable[Table]) -> Ratio:
    """The pooled risk ratio (Mantel-Haenszel) with the standard error of its logarithm (Greenland-Robins)."""
    used = divided(tables)
    top = bottom = spread = 0.0
    for one in used:
        days = one.with_days + one.without_days
        top += one.with_twitch * one.without_days / days
        bottom += one.without_twitch * one.with_days / days
        twitch = one.with_twitch + one.without_twitch
        product = one.with_days * one.without_days * twitch
        spread += (product - one.with_twitch * one.without_twitch * days) / days**2
    if not (top and bottom):
        return corrected(used)
    return Ratio(math.log(top / bottom), math.sqrt(spread / (top * bottom)))


def corrected(tables: Iterable[Table]) -> Ratio:
    """Where one kind of day never twitched: half a day added to each cell of the sum of the tables."""
    listed = list(tables)
    a, n1 = sum(one.with_twitch for one in listed) + 0.5, sum(one.with_days for one in listed) + 1
    c, n0 = sum(one.without_twitch for one in listed) + 0.5, sum(one.without_days for one in listed) + 1
    return Ratio(math.log(a / n1 / (c / n0)), math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n0))
