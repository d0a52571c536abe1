"""The factor moved against the twitches: how large a link looks where none can be.

A day's twitching minus the mean of its stratum, times the day's factor minus its mean, summed over the days, is
a score like that of the Mantel-Haenszel ratio (`ratio.score`). Moving the factor in a circle by some days keeps
how days hang together in both series and breaks only the link between them. So does the factor run backwards,
which doubles the number of comparisons: a short diary has few shifts.

All shifts at once are one product of polynomials, and a product of polynomials is one product of large whole
numbers with the coefficients far enough apart: a hundred times as fast as a loop, and exact.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from triage.triggers.thresholds import NEAREST_SHIFT

# Values are fixed-point numbers of 24 bits; a sum of products over up to 8000 days fits into the 64 of a slot.
ONE = 1 << 24
SLOT = 64
OFFSET = 1 << (SLOT - 1)
NORMAL = NormalDist()

type Series = Sequence[float | None]


def centred(values: Series, strata: Sequence[int]) -> list[float]:
    """Each value minus the mean of its stratum; zero where there is none."""
    sums: defaultdict[int, float] = defaultdict(float)
    counts: defaultdict[int, int] = defaultdict(int)
    for value, stratum in zip(values, strata, strict=True):
        if value is not None:
            sums[stratum] += value
            counts[stratum] += 1
    means = {stratum: sums[stratum] / counts[stratum] for stratum in counts}
    return [
        0.0 if value is None else value - means[stratum] for value, stratum in zip(values, strata, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Packed:
    """A series and its squares as two large whole numbers, ready for products."""

    days: int
    values: int
    squares: int


def pack(residuals: Sequence[float]) -> Packed:
    """Put a series into whole numbers."""
    whole = [round(value * ONE) for value in residuals]
    return Packed(len(whole), packed(whole), packed([(value * value) >> 24 for value in whole]))


def packed(values: Sequence[int]) -> int:
    """The polynomial with these coefficients, at two to the power of a slot."""
    slots = array("Q", [value + OFFSET for value in values])
    return int.from_bytes(slots.tobytes(), "little") - offsets(len(values))


def offsets(count: int) -> int:
    """The offset in each of so many slots."""
    return OFFSET * ((1 << (SLOT * count)) - 1) // ((1 << SLOT) - 1)


def circular(product: int, days: int) -> list[int]:
    """The coefficients of a product of two polynomials, those that are a circle apart added up."""
    count = 2 * days - 1
    slots = array("Q", (product + offsets(count)).to_bytes(8 * count, "little"))
    values = [slot - OFFSET for slot in slots]
    for place in range(days, count):
        values[place - days] += values[place]
    return values[:days]


def scores(left: Packed, right: Packed) -> list[float]:
    """The score at every place of the circle, divided by its spread."""
    sums = circular(left.values * right.values, left.days)
    spreads = circular(left.squares * right.squares, left.days)
    return [
        total / math.sqrt(spread) / ONE if spread > 0 else 0.0 for total, spread in zip(sums, spreads, strict=True)
    ]


def spread_of(twitches: Packed, factor: Sequence[float]) -> float:
    """How much wider the scores of the shifts lie than those of days that have nothing to do with each other."""
    days, nearest = twitches.days, NEAREST_SHIFT.value
    onward = scores(twitches, pack(factor[::-1]))
    # A product with the reversed series has shift 0 in its last place.
    onward = [*onward[-1:], *onward[:-1]]
    elsewhere = [*onward[nearest : days - nearest], *scores(twitches, pack(factor))]
    return max(1.0, math.sqrt(sum(score * score for score in elsewhere) / len(elsewhere)))


def p_of(largest: float, count: int, spread: float) -> float:
    """How seldom the largest of so many scores of such a spread is as large.

    The share of the shifts with a larger score would be coarse (0.01 in three months) and jumps, as neighbouring
    shifts hang together; their spread uses all of them (docs/decisions/0060).
    """
    return 1 - NORMAL.cdf(largest / spread) ** count
