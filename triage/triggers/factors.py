"""The factors: which entry says what, and from where on a day counts as one with much or little of it.

Nothing here looks at twitches, so no cut-off can be chosen to make a link.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from triage.triggers.thresholds import (
    CAFFEINE_MG,
    FAIR_SLEEP,
    FIXED_SHARE,
    HALF,
    SHORT_SLEEP_HOURS,
    STRESS_LEVEL,
    THIRD,
)

Side = Literal["above", "below"]
Expected = Literal["more", "less"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was entered for one day. None is "not entered", which is never zero and never "no".

    `twitched` is None on a day that was not recorded: neither an episode nor the mark "no twitches".
    """

    date: dt.date
    twitched: bool | None = None
    sleep_hours: float | None = None
    sleep_quality: int | None = None
    caffeine_mg: int | None = None
    exercise_minutes: int | None = None
    exercise_effort: str | None = None
    stress: int | None = None
    water_ml: int | None = None
    alcohol_units: float | None = None
    magnesium: str | None = None
    heat: bool | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A day has the factor when its value is above (or below) `value`; `is_own` says whose cut-off it is."""

    value: float
    side: Side
    is_own: bool

    def has(self, value: float) -> bool:
        """Whether a day with this value counts as one with the factor."""
        return value > self.value if self.side == "above" else value < self.value


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that may go with twitching.

    `fixed` is the usual cut-off; `own_share` the share of days with the factor that the person's own cut-off
    aims at, None where the fixed one always holds. `expected` is the one direction in which a link is looked
    for: nobody should read that they twitch less on days with alcohol.
    """

    name: str
    value: Callable[[Facts], float | None]
    side: Side
    fixed: float | None = None
    own_share: float | None = None
    expected: Expected = "more"

    def cut(self, values: Sequence[float]) -> Cut:
        """The cut-off for somebody who entered these values."""
        fixed = None if self.fixed is None else Cut(self.fixed, self.side, is_own=False)
        if fixed and (self.own_share is None or not values or divides(fixed, values)):
            return fixed
        own = own_cut(values, self.side, self.own_share or HALF.value)
        # A line of their own that leaves every day on one side would ask for days that nobody has.
        return fixed if fixed and (own.value == fixed.value or not any(map(own.has, values))) else own


def divides(cut: Cut, values: Sequence[float]) -> bool:
    """Whether enough days lie on either side."""
    share = sum(map(cut.has, values)) / len(values)
    return FIXED_SHARE.value <= share <= 1 - FIXED_SHARE.value


def own_cut(values: Sequence[float], side: Side, share: float) -> Cut:
    """The cut-off among the values that leaves nearest to `share` of the days with the factor."""
    candidates = [Cut(value, side, is_own=True) for value in sorted(set(values))] or [Cut(0.0, side, is_own=True)]
    # Someone whose days are all alike has no cut-off that divides them: nothing is then "much".
    return min(candidates, key=lambda cut: abs(sum(map(cut.has, values)) - share * len(values)))


def hard_exercise(facts: Facts) -> float | None:
    """1 for hard exercise, 0 for easier or none; exercise without an entered effort says nothing."""
    if facts.exercise_minutes == 0:
        return 0.0
    return None if facts.exercise_effort is None else float(facts.exercise_effort == "hard")


def magnesium(facts: Facts) -> float | None:
    """1 for magnesium-rich food or a supplement, 0 for none."""
    return None if facts.magnesium is None else float(facts.magnesium != "none")


FACTORS: tuple[Factor, ...] = (
    Factor("short_sleep", lambda facts: facts.sleep_hours, "below", SHORT_SLEEP_HOURS.value, THIRD.value),
    Factor("long_sleep", lambda facts: facts.sleep_hours, "above", None, THIRD.value, "less"),
    Factor("poor_sleep", lambda facts: facts.sleep_quality, "below", FAIR_SLEEP.value, HALF.value),
    Factor("caffeine", lambda facts: facts.caffeine_mg, "above", CAFFEINE_MG.value, HALF.value),
    Factor("exercise", lambda facts: facts.exercise_minutes, "above", 0.0, HALF.value),
    Factor("hard_exercise", hard_exercise, "above", 0.0),
    Factor("stress", lambda facts: facts.stress, "above", STRESS_LEVEL.value, HALF.value),
    Factor("little_water", lambda facts: facts.water_ml, "below", None, THIRD.value),
    Factor("alcohol", lambda facts: facts.alcohol_units, "above", 0.0, HALF.value),
    Factor("heat", lambda facts: facts.heat, "above", 0.0),
    Factor("magnesium", magnesium, "above", 0.0, None, "less"),
)
BY_NAME = {factor.name: factor for factor in FACTORS}
