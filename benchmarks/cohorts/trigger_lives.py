"""Simulated diaries with a day's context, for the triggers page: what is true is known."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from benchmarks.cohorts.loggers import START, regular, write_diary
from benchmarks.cohorts.scenarios import BY_NAME
from benchmarks.cohorts.truth import Person, shifted, wandering
from triage.triggers.factors import Facts

MISSING = 0.2
ENTERED = 0.85
# What a day is like: shares of days with the factor, and how much today is like yesterday.
HABITS: dict[str, tuple[float, float]] = {
    "short_sleep": (0.3, 0.4),
    "caffeine": (0.4, 0.2),
    "exercise": (0.35, 0.0),
    "stress": (0.3, 0.8),
    "little_water": (0.35, 0.3),
    "alcohol": (0.25, 0.2),
}
MORE_HABITS = HABITS | {
    "long_sleep": (0.25, 0.2),
    "poor_sleep": (0.3, 0.4),
    "hard_exercise": (0.2, 0.0),
    "heat": (0.2, 0.8),
    "magnesium": (0.35, 0.2),
}
type Days = dict[str, list[bool]]
type Entered = dict[str, list[bool | None]]


@dataclass(frozen=True, slots=True)
class Case:
    """One diary: what was entered, and the factors that twitching truly goes with."""

    facts: list[Facts]
    true: frozenset[str]


def habits(rng: Random, days: int, wanted: dict[str, tuple[float, float]] = HABITS) -> Days:
    """Series of days with and without each factor: some hang together for days, some follow the week."""
    return {name: habit(rng, days, share, sticky, name) for name, (share, sticky) in wanted.items()}


def habit(rng: Random, days: int, share: float, sticky: float, name: str) -> list[bool]:
    """One factor; alcohol and exercise are likelier at weekends."""
    flow = wandering(rng, days, sticky, 1.5 if sticky > 0.5 else 0.8)
    at_weekends = 1.0 if name in {"alcohol", "exercise"} else 0.0
    return [
        rng.random() < shifted(share, flow[day] + at_weekends * ((START + day * dt.timedelta(1)).weekday() >= 5))
        for day in range(days)
    ]


def linked(rng: Random, days: int, ratio: float, wanted: dict[str, tuple[float, float]] = HABITS) -> Case:
    """Twitching that wanders, `ratio` times as likely on days with caffeine; `ratio` 1 is no link at all.

    One day in five is not recorded, and whether it is has nothing to do with what happened. How often it
    twitches at all, and how much days hang together, was chosen so that the naive test finds as much as, and is
    wrong as often as, in the first measurements of this project, whose generator is not kept.
    """
    series = habits(rng, days, wanted)
    flow = wandering(rng, days, 0.85, 0.6)
    base = rng.uniform(0.12, 0.25)
    twitches: list[bool | None] = []
    for day in range(days):
        chance = min(shifted(base, flow[day]) * (ratio if series["caffeine"][day] else 1), 0.97)
        twitched = rng.random() < chance
        twitches.append(None if rng.random() < MISSING else twitched)
    entered: Entered = {
        name: [value if twitched is not None else None for value, twitched in zip(values, twitches, strict=True)]
        for name, values in series.items()
    }
    return Case(written(twitches, entered), frozenset({"caffeine"} if ratio != 1 else ()))


def written(twitches: Sequence[bool | None], entered: Entered) -> list[Facts]:
    """The days as the reader of the diary gives them."""
    facts = []
    for day, twitched in enumerate(twitches):
        one = Facts(date=START + day * dt.timedelta(1), twitched=twitched)
        for name, values in entered.items():
            value = values[day]
            if value is not None:
                one = WRITE[name](one, value)
        facts.append(one)
    return facts


WRITE: dict[str, Callable[[Facts, bool], Facts]] = {
    "short_sleep": lambda facts, has: replace(facts, sleep_hours=5.5 if has else 7.5),
    "long_sleep": lambda facts, has: replace(
        facts, sleep_hours=9.0 if has and facts.sleep_hours != 5.5 else facts.sleep_hours
    ),
    "poor_sleep": lambda facts, has: replace(facts, sleep_quality=1 if has else 3),
    "caffeine": lambda facts, has: replace(facts, caffeine_mg=300 if has else 90),
    "exercise": lambda facts, has: replace(facts, exercise_minutes=45 if has else 0),
    "hard_exercise": lambda facts, has: replace(facts, exercise_effort="hard" if has else "light"),
    "stress": lambda facts, has: replace(facts, stress=3 if has else 1),
    "little_water": lambda facts, has: replace(facts, water_ml=1000 if has else 2000),
    "alcohol": lambda facts, has: replace(facts, alcohol_units=2.0 if has else 0.0),
    "heat": lambda facts, has: replace(facts, heat=has),
    "magnesium": lambda facts, has: replace(facts, magnesium="food" if has else "none"),
}


def of_scenario(name: str, seed: int, number: int, days: int) -> Case:
    """A diary of the cohorts of the rules, with a context written down on most days.

    Where the scenario itself is driven by something, that is what the context says on those days.
    """
    rng = Random(f"{seed}/triggers/{name}/{number}")
    scenario = BY_NAME[name]
    person = scenario.life(rng, max(days, 365))
    series = habits(rng, days)
    true = DRIVEN.get(name)
    if true:
        series[true] = driven_by(person, days)
    diary = write_diary(rng, person, regular(rng, days), days)
    twitched = {episode["started_at"][:10] for episode in diary["episodes"]}
    clear = {day["date"] for day in diary["days"]}
    dates = [(START + day * dt.timedelta(1)).isoformat() for day in range(days)]
    twitches = [date in twitched if date in twitched | clear else None for date in dates]
    entered: Entered = {
        factor: [value if rng.random() < ENTERED else None for value in values]
        for factor, values in series.items()
    }
    return Case(written(twitches, entered), frozenset({true} if true else ()))


DRIVEN = {"after caffeine": "caffeine", "stress bursts": "stress"}


def driven_by(person: Person, days: int) -> list[bool]:
    """On which days the driver was there: those on which the muscle is far likelier to twitch."""
    return [person.muscles[0].chance(day) > 0.4 for day in range(days)]
