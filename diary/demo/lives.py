"""How somebody's days are, whether or not they are written down: work, sleep, coffee, sport, weather."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

SPORT_DAYS = (1, 3, 5)
SUMMER = (6, 7, 8)


@dataclass(frozen=True, slots=True)
class Context:
    """One day. `effort` is empty on a day without exercise."""

    date: dt.date
    sleep_hours: float
    sleep_quality: int
    caffeine_mg: int
    exercise_minutes: int
    effort: str
    stress: int
    water_ml: int
    alcohol_units: int
    magnesium: str
    heat: bool

    @property
    def works(self) -> bool:
        """Whether it is a working day."""
        return self.date.weekday() < 5


def contexts(rng: random.Random, until: dt.date, length: int) -> Iterator[Context]:
    """`length` days up to `until`: stress lasts for days, short nights follow it, and coffee follows those."""
    stress, drank = 1.0, 0
    for back in range(length - 1, -1, -1):
        date = until - dt.timedelta(days=back)
        today = context(rng, date, stress, drank)
        stress, drank = today.stress, today.alcohol_units
        yield today


def context(rng: random.Random, date: dt.date, stress_before: float, drank: int) -> Context:
    """A day after one with so much stress and alcohol."""
    works = date.weekday() < 5
    sleep = rng.gauss(7.2 if works else 8.0, 0.8) - 0.45 * max(0, stress_before - 1.5) - 0.15 * drank
    sleep = round(min(9.5, max(4.0, sleep)) * 2) / 2
    stress = round(min(4, max(0, 0.5 * stress_before + rng.gauss(0.9 if works else 0.1, 0.8))))
    is_sporty = rng.random() < (0.65 if date.weekday() in SPORT_DAYS and stress < 4 else 0.08)
    effort = rng.choice(("light", "moderate", "moderate", "hard")) if is_sporty else ""
    heat = rng.random() < (0.35 if date.month in SUMMER else 0.02)
    cups = rng.choices((0, 1, 2, 3), (1, 3, 5, 2))[0] + (sleep < 6)
    return Context(
        date=date,
        sleep_hours=sleep,
        sleep_quality=min(4, max(1, round(sleep - 4.2 + rng.gauss(0, 0.5)))),
        caffeine_mg=90 * cups,
        exercise_minutes=rng.choice((30, 45, 60, 75)) if is_sporty else 0,
        effort=effort,
        stress=stress,
        water_ml=rng.choice((1000, 1250, 1500)) + 500 * is_sporty + 500 * heat,
        alcohol_units=rng.choices((0, 1, 2, 3), (2, 2, 3, 1) if date.weekday() in {4, 5} else (9, 1, 0, 0))[0],
        magnesium=rng.choice(("none", "none", "food")),
        heat=heat,
    )
