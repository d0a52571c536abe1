"""A small seeded subset of the cohorts, with its figures."""

from collections.abc import Sequence
from functools import cache

import pytest

from benchmarks.cohorts.measure import ALERTS, Told, alerts, before_onset, delays, simulate, told
from benchmarks.cohorts.report import targets
from benchmarks.cohorts.scenarios import BY_NAME, SCENARIOS

SEED = 31
DIARIES = 20
WRONG = (*ALERTS["spread"], *ALERTS["worsening"])
PLAINLY_BENIGN = [
    "benign intermittent",
    "benign multifocal",
    "roaming",
    "diligence up, event-only",
    "stops marking quiet days",
    "taps more places",
]


@cache
def people(name: str) -> Sequence[Told]:
    """What a few people of a scenario are told."""
    return [told(*simulate(BY_NAME[name], SEED, number)) for number in range(DIARIES)]


def test_hardly_anybody_harmless_is_told_of_spread_or_worsening() -> None:
    """At most 0.03 a user-year; a simple ratio of two fortnights alerts a hundred times as often."""
    wrong = sum(alerts(people(name), WRONG).count for name in PLAINLY_BENIGN)
    assert wrong <= 0.03 * DIARIES * len(PLAINLY_BENIGN)


@pytest.mark.parametrize("name", PLAINLY_BENIGN)
def test_a_naive_tool_alerts_them_all_the_time(name: str) -> None:
    naive = sum(len(one.naive["14 days against 14, times 1.3"]) for one in people(name))
    assert naive > 3 * DIARIES


@pytest.mark.parametrize(
    ("name", "kinds", "median"),
    [
        ("persistent", ALERTS["persistence"], 15),
        ("persistent, half-logged", (*ALERTS["persistence"], "ask"), 25),
        ("worsening 12 weeks", ALERTS["worsening"], 52),
        ("worsening 12 weeks, half-logged", ALERTS["worsening"], 66),
        ("spread fast", ALERTS["spread"], 12 + 20),
        ("spread slow, event-only", ALERTS["spread"], 35 + 20),
        ("spread faint", ALERTS["spread"], 30 + 20),
        ("steep, diary before", ALERTS["worsening"], 28),
        ("steep, diary begins with it", ALERTS["worsening"], 32),
    ],
)
def test_every_course_is_found_in_time_and_not_before(name: str, kinds: Sequence[str], median: float) -> None:
    found = delays(people(name), kinds)
    assert found.found.value >= 0.95
    assert found.middle <= median
    assert before_onset(people(name), WRONG).count == 0


@pytest.mark.parametrize("name", ["worsening 12 weeks", "spread fast", "steep, diary before"])
def test_nobody_is_called_calm_after_onset(name: str) -> None:
    scans = sum(one.scans_after for one in people(name))
    assert sum(one.calm_after for one in people(name)) <= 0.02 * scans


def test_calm_is_earned_by_those_with_one_harmless_place() -> None:
    scans = sum(one.scans_before for one in people("benign intermittent"))
    assert sum(one.calm_before for one in people("benign intermittent")) >= 0.05 * scans


def test_a_simulated_person_is_the_same_every_time() -> None:
    one, again = (simulate(BY_NAME["roaming"], SEED, 0)[1] for _ in range(2))
    assert one == again
    assert simulate(BY_NAME["roaming"], SEED + 1, 0)[1] != one


def test_the_report_names_every_target_that_was_run() -> None:
    listed = targets({"persistent": people("persistent"), "roaming": people("roaming")})
    assert {target.name for target in listed} >= {"persistent: found", "alerts before onset"}


def test_there_are_at_least_the_36_scenarios() -> None:
    assert len(BY_NAME) == len(SCENARIOS) >= 36
