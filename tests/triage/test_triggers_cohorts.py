"""The triggers page on a small seeded subset of the simulated diaries, with its figures (docs/triggers.md)."""

from dataclasses import dataclass
from functools import cache
from random import Random

import pytest

from benchmarks.cohorts.trigger_lives import Case, habits, written
from benchmarks.cohorts.triggers import (
    Told,
    finds,
    in_scenario,
    invents,
    measured,
    naive_finds,
    naive_invents,
    people,
    told,
)
from benchmarks.cohorts.truth import shifted, wandering

SEED, DIARIES = 31, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """How likely a quiet day is marked "no twitches", and how likely each kind of day has a context.

    Of the quiet days that nobody marked, those with a factor have it written down more or less often than others.
    """

    marked: float
    twitch: float
    clear: float
    unmarked_with: float
    unmarked_without: float


# Context is left out on most days with twitches, and written on all quiet ones, of which few are marked.
HIDING = Recording(marked=0.3, twitch=0.3, clear=1, unmarked_with=1, unmarked_without=1)
# Context is left out on most marked days, and on unmarked ones written where there was little of anything.
INVENTING = Recording(marked=0.5, twitch=1, clear=0.3, unmarked_with=0.2, unmarked_without=0.9)


def uneven(rng: Random, days: int, ratio: float, how: Recording) -> Case:
    """Twitching that wanders, `ratio` times as likely with caffeine, and a diary that is kept unevenly."""
    series = habits(rng, days)
    flow, base = wandering(rng, days, 0.85, 0.6), rng.uniform(0.12, 0.25)
    twitches: list[bool | None] = []
    for day in range(days):
        chance = min(shifted(base, flow[day]) * (ratio if series["caffeine"][day] else 1), 0.97)
        twitches.append(True if rng.random() < chance else False if rng.random() < how.marked else None)

    def is_entered(has: bool, twitched: bool | None) -> bool:
        unmarked = how.unmarked_with if has else how.unmarked_without
        return rng.random() < {True: how.twitch, False: how.clear, None: unmarked}[twitched]

    entered: dict[str, list[bool | None]] = {
        name: [has if is_entered(has, twitched) else None for has, twitched in zip(values, twitches, strict=True)]
        for name, values in series.items()
    }
    return Case(written(twitches, entered), frozenset({"caffeine"} if ratio != 1 else ()))


def kept_unevenly(how: Recording, ratio: float, *, seed: int = SEED, diaries: int = DIARIES) -> list[Told]:
    """What people with a year of such a diary are told."""
    return [
        told(uneven(Random(f"{seed}/uneven/{number}"), 365, ratio, how))  # noqa: S311
        for number in range(diaries)
    ]


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


def test_a_link_is_found_where_context_is_left_out_on_days_with_twitches() -> None:
    assert finds(kept_unevenly(HIDING, 3)) >= 0.8


def test_no_link_is_made_of_context_that_is_left_out_on_quiet_days() -> None:
    assert invents(kept_unevenly(INVENTING, 1)) <= 0.15


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
