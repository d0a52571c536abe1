"""The statistics agree with scipy, statsmodels and pymannkendall."""

import math
from itertools import permutations
from random import Random

import pymannkendall
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from benchmarks.cohorts.measure import Rate, Share
from triage.rules.trend import (
    EXPONENTS,
    beta_sf,
    e_detector,
    mann_kendall,
    payoffs,
    rank_from_top,
    theil_sen,
)

RNG = Random(1)  # noqa: S311 - nothing secret
SERIES = [[RNG.choice([0, 0.5, 1, 1.7, 3, 6.2]) for _ in range(4 + number)] for number in range(30)]


@pytest.mark.parametrize("a", [0.5, 1.5, 4.5, 9.5, 15.5])
@pytest.mark.parametrize("b", [0.5, 1.0, 3.5, 8.0, 15.5])
@pytest.mark.parametrize("x", [0.01, 0.3, 0.5, 0.77, 0.99])
def test_beta_tail_is_that_of_scipy(x: float, a: float, b: float) -> None:
    assert beta_sf(x, a, b) == pytest.approx(stats.beta.sf(x, a, b), abs=1e-9)


@pytest.mark.parametrize("values", SERIES)
def test_mann_kendall_is_that_of_pymannkendall(values: list[float]) -> None:
    theirs = pymannkendall.original_test(values)
    one_sided = theirs.p / 2 if theirs.s > 0 else 1 - theirs.p / 2
    ours = mann_kendall(values)
    assert ours == pytest.approx(0.5 if theirs.s == 0 else one_sided, abs=1e-9)


@pytest.mark.parametrize("values", SERIES)
def test_theil_sen_is_that_of_scipy(values: list[float]) -> None:
    theirs = stats.theilslopes(values, alpha=0.95)
    slope, low, high = theil_sen(values)
    assert slope == pytest.approx(theirs.slope, abs=1e-9)
    if len(set(values)) > 1:
        assert (low, high) == pytest.approx((theirs.low_slope, theirs.high_slope), abs=1e-9)


@pytest.mark.parametrize("width", [1, 2, 5, 17, 52])
def test_a_bet_on_fair_ranks_pays_one_on_average(width: int) -> None:
    for exponent in range(len(EXPONENTS)):
        mean = math.fsum(payoffs(width, rank)[exponent] for rank in range(1, width + 1)) / width
        assert mean == pytest.approx(1, abs=1e-12)


def test_evidence_of_exchangeable_blocks_grows_by_one_a_block() -> None:
    """Over all orders of six different values the mean of S is exactly six: S minus n is a martingale."""
    total = [e_detector(order) for order in permutations(range(6))]
    assert math.fsum(total) / len(total) == pytest.approx(6, abs=1e-9)


def test_ranks_are_those_of_scipy_with_ties_against_the_last() -> None:
    for values in SERIES:
        theirs = stats.rankdata([-value for value in values], method="max")[-1]
        assert rank_from_top(values) == theirs


def test_the_detector_without_starting_later_is_a_product_of_bets() -> None:
    values = [1.0, 3.0, 2.0]
    ranks = [rank_from_top(values[: i + 1]) for i in range(3)]
    assert ranks == [1, 1, 2]
    by_hand = []
    for exponent in range(len(EXPONENTS)):
        s = 0.0
        for width, rank in enumerate(ranks, 1):
            s = (s + 1) * payoffs(width, rank)[exponent]
        by_hand.append(s)
    assert e_detector(values) == pytest.approx(sum(by_hand) / len(by_hand), abs=1e-12)


@pytest.mark.parametrize(("count", "total"), [(0, 200), (3, 200), (198, 200), (200, 200)])
def test_wilson_interval_is_that_of_statsmodels(count: int, total: int) -> None:
    theirs = proportion_confint(count, total, method="wilson")
    assert Share(count, total).interval == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("count", [0, 1, 4, 40])
def test_poisson_interval_is_that_of_scipy(count: int) -> None:
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    high = stats.chi2.ppf(0.975, 2 * count + 2) / 2
    assert Rate(count, 10).interval == pytest.approx((low / 10, high / 10), abs=1e-9)
