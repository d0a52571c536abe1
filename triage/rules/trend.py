"""The statistics that the rules need: short, exact where it matters, checked against scipy in the tests."""

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from operator import ge
from statistics import NormalDist


def beta_sf(x: float, a: float, b: float) -> float:
    """P(pi > x) for pi ~ Beta(a, b); `x` in (0, 1), `a` and `b` positive."""
    if x > (a + 1) / (a + b + 2):
        return _beta_tail(1 - x, b, a)
    return 1 - _beta_tail(x, a, b)


def _beta_tail(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function by Lentz's continued fraction; for x below its mean."""
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    value = d = 1 / (1 - (a + b) * x / (a + 1))
    c = 1.0
    for m in range(1, 500):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + numerator * d)
            c = 1 + numerator / c
            value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return front * value / a


def mann_kendall(values: Sequence[float]) -> float:
    """One-sided p of the hypothesis of no rise, normal approximation with ties and continuity correction."""
    n = len(values)
    s = 0
    for i, earlier in enumerate(values):
        for later in values[i + 1 :]:
            s += (later > earlier) - (later < earlier)
    variance = _kendall_variance(n, [values.count(value) for value in set(values)])
    if variance <= 0 or s == 0:
        return 0.5 if n else 1.0
    z = (s - 1 if s > 0 else s + 1) / math.sqrt(variance)
    return 0.5 * math.erfc(z / math.sqrt(2))


def chance_of_starting_so_late(days: int, since: int, twitch_days: int) -> float:
    """P(none of `twitch_days` lies before the last `since` of `days`), if they may lie anywhere in them.

    The hypergeometric chance that a place which was there all along stayed away for so long by luck.
    """
    return math.prod((since - taken) / (days - taken) for taken in range(twitch_days))


def _kendall_variance(n: int, ties: Sequence[int]) -> float:
    """Variance of Kendall's S for `n` values of which `ties` are equal to each other."""
    return (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18


def theil_sen(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float, float]:
    """Median slope per step with its interval by Sen's method: (slope, low, high). Needs two values."""
    n = len(values)
    slopes = sorted((values[j] - values[i]) / (j - i) for i in range(n) for j in range(i + 1, n))
    count = len(slopes)
    median = (slopes[(count - 1) // 2] + slopes[count // 2]) / 2
    variance = _kendall_variance(n, [values.count(value) for value in set(values)])
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(max(variance, 0.0))
    low = max(round((count - reach) / 2), 0)
    high = min(round((count + reach) / 2), count - 1)
    return median, slopes[low - 1] if low > 0 else slopes[0], slopes[high]


EXPONENTS = (0.5, 1.0)


@lru_cache(maxsize=4096)
def payoffs(width: int, rank: int) -> tuple[float, ...]:
    """What a bet on "this block ranks `rank`-th highest of `width`" pays, per exponent; 1 on average."""
    return tuple(width * rank**-a / _power_sum(width, a) for a in EXPONENTS)


@lru_cache(maxsize=4096)
def _power_sum(width: int, a: float) -> float:
    return math.fsum(s**-a for s in range(1, width + 1))


def rank_from_top(values: Sequence[float]) -> int:
    """The rank of the last value among all, 1 = highest, ties counted against it."""
    return sum(map(ge, values, repeat(values[-1])))


def e_detector(values: Sequence[float], start: int = 0) -> float:
    """The sequential-rank Shiryaev-Roberts e-detector after the last value: 0 if nothing came.

    Bets begin with the value at index `start`; ranks are among all the values. In expectation it grows by at
    most one a value while the values are exchangeable, so P(it reaches A within n values) <= n / A.
    """
    state = (0.0,) * len(EXPONENTS)
    seen: list[float] = []
    for index, value in enumerate(values):
        insort(seen, value)
        if index >= start:
            rank = len(seen) - bisect_left(seen, value)
            state = step(state, index + 1, rank)
    return sum(state) / len(state)


def step(state: tuple[float, ...], width: int, rank: int) -> tuple[float, ...]:
    """One step of the detector: S <- (S + 1) * payoff, per exponent."""
    return tuple((s + 1) * g for s, g in zip(state, payoffs(width, rank), strict=True))
