"""What really happens in the muscles of a simulated person, before anybody writes it down."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

type Site = tuple[str, str | None]
type Curve = Callable[[int], float]

SITES: tuple[Site, ...] = (
    ("calf", "left"),
    ("calf", "right"),
    ("lid_lower", "left"),
    ("thigh_front", "left"),
    ("arm_front", "right"),
    ("forearm_out", "left"),
    ("foot_sole", "right"),
    ("shoulder_top", "left"),
    ("hand_web", "right"),
    ("buttock", "right"),
    ("belly", "left"),
    ("back_lower", "middle"),
    ("thigh_back", "right"),
    ("chest", "left"),
)
MARCH: tuple[Site, ...] = (
    ("hand_web", "right"),
    ("forearm_out", "right"),
    ("arm_front", "right"),
    ("hand_web", "left"),
    ("thigh_front", "right"),
    ("tongue", "middle"),
    ("calf", "left"),
)


@dataclass(slots=True)
class Muscle:
    """One place: probability of a twitch day, mean strength (1-4) and mean duration band (0-3), by day."""

    site: Site
    chance: Curve
    strength: Curve = field(default=lambda day: 1.6)
    band: Curve = field(default=lambda day: 0.7)
    episodes: Curve = field(default=lambda day: 1.5)


@dataclass(frozen=True, slots=True)
class Twitch:
    """One episode as it truly was."""

    site: Site
    strength: int
    band: int


@dataclass(slots=True)
class Person:
    """A truth: muscles, when the course that is to be found begins, and when function is lost.

    `onset` is the first day of the course (-1: none); `marks` are further days that delays are counted from.
    """

    muscles: list[Muscle]
    onset: int = -1
    ends: int = 10**6
    marks: dict[str, int] = field(default_factory=dict)
    loss_on: int = -1


def constant(value: float) -> Curve:
    """The same every day."""
    return lambda day: value


def ramp(start: int, length: int, low: float, high: float) -> Curve:
    """`low` until `start`, then a straight line to `high` in `length` days, and `high` from there."""
    return lambda day: low + (high - low) * min(max((day - start) / length, 0.0), 1.0)


def phase(start: int, end: int, inside: float, outside: float = 0.0) -> Curve:
    """`inside` from `start` up to but without `end`, `outside` otherwise."""
    return lambda day: inside if start <= day < end else outside


def beginning(start: int, end: int, chance: float) -> Curve:
    """`chance` from `start` up to `end`; on `start` itself it does twitch, so that a course begins there."""
    return lambda day: 1.0 if day == start else chance if start <= day < end else 0.0


def wave(values: list[float]) -> Curve:
    """A list of values, a day each."""
    return lambda day: values[day]


def wandering(rng: Random, days: int, persistence: float, spread: float) -> list[float]:
    """An autoregressive series of order one with standard deviation `spread`."""
    value = rng.gauss(0, spread)
    step = spread * math.sqrt(1 - persistence**2)
    values = []
    for _ in range(days):
        values.append(value)
        value = persistence * value + rng.gauss(0, step)
    return values


def shifted(chance: float, by: float) -> float:
    """A probability moved on the logit scale."""
    logit = math.log(chance / (1 - chance)) + by
    return 1 / (1 + math.exp(-logit))


def live(rng: Random, person: Person, day: int) -> list[Twitch]:
    """The episodes of one day."""
    twitches = []
    for muscle in person.muscles:
        if rng.random() >= muscle.chance(day):
            continue
        strength, band = muscle.strength(day), muscle.band(day)
        twitches += [
            Twitch(
                muscle.site,
                min(max(round(rng.gauss(strength, 0.6)), 1), 4),
                min(max(round(rng.gauss(band, 0.6)), 0), 3),
            )
            for _ in range(1 + _poisson(rng, muscle.episodes(day) - 1))
        ]
    return twitches


def _poisson(rng: Random, mean: float) -> int:
    """A Poisson number, by Knuth's method; for small means."""
    if mean <= 0:
        return 0
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count
