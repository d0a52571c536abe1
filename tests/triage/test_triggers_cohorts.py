"""The triggers page on a small seeded subset of the simulated diaries, with its figures (docs/triggers.md)."""

from functools import cache

import pytest

from benchmarks.cohorts.triggers import (
    Told,
    finds,
    in_scenario,
    invents,
    measured,
    naive_finds,
    naive_invents,
    people,
)

SEED, DIARIES = 31, 40


@cache
def group(days: int, ratio: float, *, many: bool = False) -> list[Told]:
    """What a few people are told."""
    return people(days, ratio, seed=SEED, diaries=DIARIES, many=many)


@pytest.mark.parametrize(
    ("days", "ratio", "least"), [(60, 3, 0.24), (90, 2, 0.18), (90, 3, 0.38), (180, 2, 0.40), (180, 3, 0.85)]
)
def test_caffeine_is_found_at_least_as_often_as_was_asked_for(days: int, ratio: float, least: float) -> None:
    assert finds(group(days, ratio)) >= least


@pytest.mark.parametrize("many", [False, True], ids=["six factors", "eleven factors"])
def test_at_most_one_in_ten_is_told_of_a_link_where_there_is_none(many: bool) -> None:
    told = [one for days in (60, 90, 180) for one in group(days, 1, many=many)]
    assert invents(told) <= 0.10


def test_the_naive_test_tells_a_third_of_them() -> None:
    told = [one for days in (60, 90, 180) for one in group(days, 1)]
    assert 0.25 <= naive_invents(told) <= 0.45
    assert naive_invents(told) > 3 * invents(told)


def test_the_naive_test_finds_hardly_more_of_a_strong_link() -> None:
    assert naive_finds(group(180, 3)) - finds(group(180, 3)) <= 0.1


def test_the_diaries_driven_by_caffeine_show_it() -> None:
    assert finds(in_scenario("after caffeine", 180, seed=SEED, diaries=20)) >= 0.85


@pytest.mark.parametrize("name", ["benign intermittent", "seasonal"])
def test_hardly_any_harmless_diary_shows_a_link(name: str) -> None:
    assert invents(in_scenario(name, 180, seed=SEED, diaries=20)) <= 0.15


def test_the_same_seed_gives_the_same_diaries() -> None:
    one, again = (people(90, 2, seed=SEED, diaries=2) for _ in range(2))
    assert one == again


def test_the_report_has_a_line_for_every_rate_and_scenario() -> None:
    text = measured(SEED, 2)
    assert "| **0.10** |" in text
    assert "| after caffeine | caffeine |" in text
    assert "| 180 | 1.5 |" in text
