"""How a simulated person writes down what happens: seldom all of it."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.cohorts.truth import Curve, Person, Twitch, constant, live

START = dt.date(2025, 1, 6)
SECONDS = (20, 600, 3600, 14400)
FUNCTION_SIGNS = (
    "jars",
    "buttons",
    "write",
    "lift_arm",
    "stairs",
    "walk",
    "neck",
    "thinner",
    "speech",
    "swallow",
    "breathing_flat",
)
SLIPS = {
    "calf": "shin",
    "lid_lower": "lid_upper",
    "thigh_front": "knee",
    "arm_front": "arm_back",
    "forearm_out": "forearm_in",
    "foot_sole": "foot_top",
    "shoulder_top": "neck_back",
    "hand_web": "thumb_base",
    "buttock": "hip",
    "belly": "ribs",
    "back_lower": "back_upper",
    "thigh_back": "thigh_in",
    "chest": "ribs",
}


@dataclass(slots=True)
class Logger:
    """Chances with which things are written down.

    `twitch` and `quiet`: that a day with and a day without twitches is logged at all; `episode`: that each
    episode of a logged day is, one always; `later_places`: places after the first. The rest are faults.
    """

    twitch: Curve = field(default_factory=lambda: constant(0.86))
    quiet: Curve = field(default_factory=lambda: constant(0.73))
    episode: Curve = field(default_factory=lambda: constant(0.8))
    later_places: Curve = field(default_factory=lambda: constant(1.0))
    away: frozenset[int] = frozenset()
    by_strength: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    wrong_day: float = 0.0
    slip: float = 0.0
    twice: float = 0.0
    late: float = 0.0
    empty: float = 0.0
    all_over: float = 0.0
    travels: bool = False
    mistaken_sign: bool = False
    checks: float = 0.8


type Habit = Callable[[Random, int], Logger]


def holidays(rng: Random, days: int) -> frozenset[int]:
    """One to three stretches of 4 to 13 days without the diary."""
    away: set[int] = set()
    for _ in range(rng.randint(1, 3)):
        start = rng.randrange(days)
        away.update(range(start, start + rng.randint(4, 13)))
    return frozenset(away)


def regular(rng: Random, days: int) -> Logger:
    """Logs most days, quiet ones a little less, and goes on holiday."""
    return Logger(
        twitch=constant(rng.betavariate(12, 2)),
        quiet=constant(rng.betavariate(8, 3)),
        away=holidays(rng, days),
    )


def half(rng: Random, days: int) -> Logger:
    """Logs about every other day."""
    return Logger(
        twitch=constant(rng.betavariate(12, 12)),
        quiet=constant(rng.betavariate(8, 12)),
        away=holidays(rng, days),
        checks=0.5,
    )


def event_only(rng: Random, days: int) -> Logger:
    """Logs when it twitches; never marks a quiet day."""
    return Logger(twitch=constant(rng.betavariate(12, 2)), quiet=constant(0), away=holidays(rng, days), checks=0.5)


def sparse(rng: Random, days: int) -> Logger:
    """Logs three twitch days in ten and one quiet day in ten."""
    return Logger(twitch=constant(0.3), quiet=constant(0.1), checks=0.2)


def everything(rng: Random, days: int) -> Logger:
    """Logs every episode of every day."""
    return Logger(twitch=constant(0.98), quiet=constant(0.98), episode=constant(1.0), checks=1.0)


def write_diary(rng: Random, person: Person, logger: Logger, days: int) -> dict[str, Any]:
    """A diary file of one simulated person, `days` days long."""
    pen = _Pen(rng, logger, days)
    for day in range(days):
        twitches = live(rng, person, day)
        if twitches:
            pen.twitching(day, twitches)
        else:
            pen.quiet(day)
        pen.check(day, person)
    return {
        "format": "muscle-twitch-diary",
        "version": 1,
        "time_zone": "Europe/Berlin",
        "episodes": pen.episodes,
        "days": [{"date": date, "no_twitches": True} for date in sorted(pen.quiet_dates - pen.twitch_dates)],
        "checks": pen.checks,
    }


class _Pen:
    """Writes a diary."""

    def __init__(self, rng: Random, logger: Logger, days: int) -> None:
        self.rng, self.logger, self.days = rng, logger, days
        self.episodes: list[dict[str, Any]] = []
        self.quiet_dates: set[str] = set()
        self.twitch_dates: set[str] = set()
        self.checks: list[dict[str, Any]] = []

    def twitching(self, day: int, twitches: list[Twitch]) -> None:
        """A day with twitches."""
        rng, logger = self.rng, self.logger
        noticed = [t for t in twitches if rng.random() < logger.by_strength[t.strength - 1]]
        if day in logger.away or not noticed or rng.random() >= logger.twitch(day):
            return
        kept = [t for t in noticed if rng.random() < logger.episode(day)] or [rng.choice(noticed)]
        first = kept[0].site
        places = {first}
        for site in dict.fromkeys(t.site for t in kept):
            if rng.random() < logger.later_places(day):
                places.add(site)
        for twitch in kept:
            if twitch.site in places:
                self._episode(day, twitch)
                if rng.random() < logger.twice:
                    self._episode(day, twitch)

    def quiet(self, day: int) -> None:
        """A day without."""
        if day not in self.logger.away and self.rng.random() < self.logger.quiet(day):
            self.quiet_dates.add(_date(day).isoformat())

    def check(self, day: int, person: Person) -> None:
        """The function check every 28 days, and the loss of a function on the day it is noticed."""
        rng = self.rng
        if day == person.loss_on:
            self._answer(day, "buttons", "yes", location="hand_web", side="right", course="worse")
        elif day % 28 == 20 and rng.random() < self.logger.checks:
            lost = 0 <= person.loss_on <= day
            for sign in FUNCTION_SIGNS:
                if not (lost and sign == "buttons"):
                    self._answer(day, sign, "no")
        if self.logger.mistaken_sign and day == 100:
            self._answer(day, "stairs", "yes")
        if self.logger.mistaken_sign and day == 101:
            self._answer(day, "stairs", "no")

    def _answer(self, day: int, sign: str, answer: str, **more: str) -> None:
        self.checks.append({"date": _date(day).isoformat(), "sign": sign, "answer": answer, **more})

    def _episode(self, day: int, twitch: Twitch) -> None:
        rng, logger = self.rng, self.logger
        location, side = twitch.site
        if rng.random() < logger.slip and location in SLIPS:
            location = SLIPS[location]
            side = "left" if side == "middle" and location != "back_upper" else side
        if rng.random() < logger.all_over:
            location, side = "all_over", None
        if rng.random() < logger.wrong_day:
            day = min(max(day + rng.choice((-1, 1)), 0), self.days - 1)
        offset = 9 if logger.travels and 120 <= day < 150 else 1
        zone = dt.timezone(dt.timedelta(hours=offset))
        start = dt.datetime.combine(_date(day), dt.time(rng.randrange(24), rng.randrange(60)), zone)
        wait = dt.timedelta(minutes=2)
        if rng.random() < logger.late:
            wait = dt.timedelta(hours=rng.choice((12, 24, 48, 96, 240)))
        self.episodes.append(
            {
                "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                "started_at": start.isoformat(),
                "location": location,
                "side": side,
                "duration_seconds": None if rng.random() < logger.empty else SECONDS[twitch.band],
                "strength": None if rng.random() < logger.empty else twitch.strength,
                "recorded_at": (start + wait).isoformat(),
            }
        )
        self.twitch_dates.add(_date(day).isoformat())


def _date(day: int) -> dt.date:
    return START + dt.timedelta(days=day)
