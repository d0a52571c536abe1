"""The scenarios: a truth and a way of logging it each, by name and group.

`benign` nothing should be said beyond persistence; `fault` the same with faults in the logging; `arguable` a
doctor might want to hear of it; the others have a course to be found.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from benchmarks.cohorts.loggers import Logger, event_only, everything, half, holidays, regular, sparse
from benchmarks.cohorts.truth import (
    MARCH,
    SITES,
    Muscle,
    Person,
    beginning,
    constant,
    phase,
    ramp,
    shifted,
    wandering,
    wave,
)

Group = Literal["benign", "fault", "arguable", "persistent", "spread", "worsening", "steep"]
type Life = Callable[[Random, int], Person]
type Habit = Callable[[Random, int], Logger]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named truth with a habit of logging."""

    name: str
    group: Group
    life: Life
    habit: Habit


def intermittent(rng: Random, days: int) -> Person:
    """One place; bouts of 2.5 days on average, at most 9, about every 18 days."""
    twitching = [0.0] * days
    day = int(rng.expovariate(1 / 9))
    while day < days:
        for offset in range(min(1 + int(rng.expovariate(1 / 2)), 9)):
            if day + offset < days:
                twitching[day + offset] = 1.0
        day += 3 + int(rng.expovariate(1 / 15))
    return Person([Muscle(rng.choice(SITES), wave(twitching))])


def eyelid_once(rng: Random, days: int) -> Person:
    """One bout of 3 to 8 days in a lid."""
    start = rng.randrange(20, days - 20)
    return Person([Muscle(("lid_lower", "left"), phase(start, start + rng.randint(3, 8), 0.95))])


def multifocal(rng: Random, days: int) -> Person:
    """Four to seven fixed places, 0.25 to 0.6 places a day in all, sharing a slow ebb and flow."""
    total, places = rng.uniform(0.25, 0.6), rng.randint(4, 7)
    flow = wandering(rng, days, 0.9, 0.5)
    shares = [rng.uniform(0.5, 1.5) for _ in range(places)]
    muscles = [
        Muscle(site, wave([shifted(min(total * share / sum(shares), 0.9), f) for f in flow]))
        for site, share in zip(rng.sample(SITES, places), shares, strict=True)
    ]
    return Person(muscles)


def over_logged(rng: Random, days: int) -> Person:
    """Multifocal, with 5 to 12 episodes a place and day."""
    person = multifocal(rng, days)
    for muscle in person.muscles:
        muscle.episodes = constant(rng.uniform(5, 12))
    return person


def roaming(rng: Random, days: int) -> Person:
    """One of eight places for 2 to 7 days, then 2 to 11 days without."""
    sites = rng.sample(SITES, 8)
    series = {site: [0.0] * days for site in sites}
    day = rng.randrange(10)
    while day < days:
        site = rng.choice(sites)
        end = min(day + rng.randint(2, 7), days)
        series[site][day:end] = [0.95] * (end - day)
        day = end + rng.randint(2, 11)
    return Person([Muscle(site, wave(values)) for site, values in series.items()])


def after_exercise(rng: Random, days: int) -> Person:
    """Thigh or calf: .27, .30 and .09 on the days after exercise, twice a week."""
    exercise = [rng.random() < 2 / 7 for _ in range(days + 2)]
    chance = [
        max(0.27 * exercise[d], 0.30 * (d > 0 and exercise[d - 1]), 0.09 * (d > 1 and exercise[d - 2]))
        for d in range(days)
    ]
    return Person([Muscle(("thigh_front", "left"), wave(chance)), Muscle(("calf", "left"), wave(chance))])


def after_caffeine(rng: Random, days: int) -> Person:
    """A lid: .45 on days with much caffeine, otherwise .07."""
    return Person(
        [Muscle(("lid_lower", "left"), wave([0.45 if rng.random() < 0.4 else 0.07 for _ in range(days)]))]
    )


def stress_bursts(rng: Random, days: int) -> Person:
    """.05, with three to five bursts of 6 to 12 days at .45."""
    chance = [0.05] * days
    for _ in range(rng.randint(3, 5)):
        start = rng.randrange(days)
        end = min(start + rng.randint(6, 12), days)
        chance[start:end] = [0.45] * (end - start)
    return Person([Muscle(site, wave(chance)) for site in rng.sample(SITES, 2)])


def steady(rng: Random, days: int) -> Person:
    """.22 a day at each of two places."""
    return Person([Muscle(site, constant(0.22)) for site in rng.sample(SITES, 2)])


def seasonal(rng: Random, days: int) -> Person:
    """.22 with a yearly wave of .12."""
    when = rng.uniform(0, 365)
    chance = [0.22 + 0.12 * math.sin(2 * math.pi * (d - when) / 365) for d in range(days)]
    return Person([Muscle(site, wave(chance)) for site in rng.sample(SITES, 2)])


def waxing(rng: Random, days: int) -> Person:
    """.22, ebbing and flowing over months."""
    return Person(
        [
            Muscle(site, wave([shifted(0.22, f) for f in wandering(rng, days, 0.97, 0.6)]))
            for site in rng.sample(SITES, 2)
        ]
    )


def ebbing_strength(swing: float) -> Life:
    """.25, with chance, strength and duration ebbing and flowing together over months."""

    def life(rng: Random, days: int) -> Person:
        flow = wandering(rng, days, 0.97, 0.5)
        muscles = [
            Muscle(
                site,
                wave([shifted(0.25, f) for f in flow]),
                strength=wave([1.8 + swing * f for f in flow]),
                band=wave([0.9 + swing * f for f in flow]),
            )
            for site in rng.sample(SITES, 2)
        ]
        return Person(muscles)

    return life


def cyclic(rng: Random, days: int) -> Person:
    """A 28-day cycle: .45 on five days of it, otherwise .08."""
    when = rng.randrange(28)
    chance = wave([0.45 if (d - when) % 28 < 5 else 0.08 for d in range(days)])
    return Person([Muscle(site, chance) for site in rng.sample(SITES, 2)])


def medicine_start(rng: Random, days: int) -> Person:
    """A medicine brings twitching for six weeks, .08 to .4, at unchanged strength."""
    start = rng.randrange(60, days - 90)
    chance = phase(start, start + 42, 0.4, 0.08)
    return Person([Muscle(site, chance) for site in rng.sample(SITES, 2)], onset=start)


def flare(rng: Random, days: int) -> Person:
    """Five weeks: .1, rising to .5, and back to .1."""
    start = rng.randrange(90, days - 60)
    up, down = ramp(start, 17, 0.1, 0.5), ramp(start + 17, 18, 0.0, 0.4)
    chance = wave([up(d) - down(d) for d in range(days)])
    return Person([Muscle(site, chance) for site in rng.sample(SITES, 2)], onset=start)


def sudden_widespread(rng: Random, days: int) -> Person:
    """From none to six places at .2, from one day to the next."""
    start = rng.randrange(60, days - 120)
    return Person([Muscle(site, phase(start, days, 0.2)) for site in rng.sample(SITES, 6)], onset=start)


def one_after_another(rng: Random, days: int) -> Person:
    """Places of 20 to 39 days at .4, each beginning as the last one fades."""
    series = {site: [0.0] * days for site in rng.sample(SITES, 8)}
    day = rng.randrange(20)
    for site in list(series) * 3:
        end = min(day + rng.randint(20, 39), days)
        if end > day:
            series[site][day:end] = [0.4] * (end - day)
        day = end - rng.randint(3, 8)
    return Person([Muscle(site, wave(values)) for site, values in series.items()])


def persistent(rng: Random, days: int) -> Person:
    """One place at .9 for 60 to 119 days, from nothing."""
    start = rng.randrange(40, 120)
    end = start + rng.randrange(60, 120)
    return Person([Muscle(rng.choice(SITES), beginning(start, end, 0.9))], onset=start, ends=end)


def easing(rng: Random, days: int) -> Person:
    """.95 to nothing in 30 days, with strength falling."""
    start = rng.randrange(40, 200)
    rise, fall = phase(start, days, 1.0), ramp(start, 30, 0.95, 0.0)
    muscle = Muscle(
        rng.choice(SITES),
        lambda d: rise(d) * fall(d),
        strength=ramp(start, 30, 2.6, 1.0),
        band=ramp(start, 30, 1.6, 0.2),
    )
    return Person([muscle], onset=start, ends=start + 30)


def worsening_over(length: int) -> Life:
    """One place, .2 to .95 in `length` days; strength 1.2 to 3.2, duration .4 to 2.4."""

    def life(rng: Random, days: int) -> Person:
        start = rng.randrange(60, 120)
        muscle = Muscle(
            rng.choice(SITES),
            ramp(start, length, 0.2, 0.95),
            strength=ramp(start, length, 1.2, 3.2),
            band=ramp(start, length, 0.4, 2.4),
        )
        return Person([muscle], onset=start)

    return life


def spreading(every: int, chance: float) -> Life:
    """A new place each `every` days, and each stays at `chance`; delays: from the second one."""

    def life(rng: Random, days: int) -> Person:
        start = rng.randrange(30, 90)
        muscles = [
            Muscle(site, beginning(start + every * number, days, chance)) for number, site in enumerate(MARCH)
        ]
        return Person(muscles, onset=start + every, marks={"first": start, "third": start + 2 * every})

    return life


def full_course(rng: Random, days: int) -> Person:
    """Spread every 35 days, each place worsening over 26 weeks; a function lost 120 days after the first."""
    start = rng.randrange(30, 90)
    muscles = []
    for number, site in enumerate(MARCH):
        begins = start + 35 * number
        base = phase(begins, days, 1.0)
        rise = ramp(begins, 182, 0.4, 0.95)
        muscles.append(
            Muscle(
                site,
                lambda d, base=base, rise=rise: base(d) * rise(d),  # type: ignore[misc]
                strength=ramp(begins, 182, 1.2, 3.2),
                band=ramp(begins, 182, 0.4, 2.4),
            )
        )
    return Person(muscles, onset=start, marks={"third": start + 70}, loss_on=start + 120)


def steep(*, baseline: bool) -> Life:
    """Strength 1 to 4 and 2 to 7 twitch days a week within four weeks; with or without a diary before it."""

    def life(rng: Random, days: int) -> Person:
        start = rng.randrange(30, 120) if baseline else 0
        muscle = Muscle(
            rng.choice(SITES),
            ramp(start, 28, 2 / 7, 1.0),
            strength=ramp(start, 28, 1.0, 4.0),
            band=ramp(start, 28, 0.5, 2.0),
        )
        return Person([muscle], onset=start)

    return life


def _with(habit: Habit, **changes: object) -> Habit:
    """A habit with some of its parts exchanged."""

    def changed(rng: Random, days: int) -> Logger:
        logger = habit(rng, days)
        for name, value in changes.items():
            setattr(logger, name, value(days) if callable(value) else value)
        return logger

    return changed


def stops_and_returns(rng: Random, days: int) -> Logger:
    """Regular, with one gap of 40 to 89 days."""
    logger = regular(rng, days)
    start = rng.randrange(60, days - 120)
    logger.away = logger.away | frozenset(range(start, start + rng.randint(40, 89)))
    return logger


def drifting(**curves: tuple[float, float]) -> Habit:
    """Habits that change in a straight line over the year."""

    def habit(rng: Random, days: int) -> Logger:
        logger = Logger(away=holidays(rng, days))
        for name, (low, high) in curves.items():
            setattr(logger, name, ramp(0, days, low, high))
        return logger

    return habit


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("benign intermittent", "benign", intermittent, regular),
    Scenario("eyelid for days, gone", "benign", eyelid_once, regular),
    Scenario("benign multifocal", "benign", multifocal, regular),
    Scenario("roaming", "benign", roaming, regular),
    Scenario("after exercise", "benign", after_exercise, regular),
    Scenario("after caffeine", "benign", after_caffeine, regular),
    Scenario("stress bursts", "benign", stress_bursts, regular),
    Scenario("anxious over-logger", "benign", over_logged, everything),
    Scenario("intermittent, sparse logger", "benign", intermittent, sparse),
    Scenario("multifocal, event-only logger", "benign", multifocal, event_only),
    Scenario("steady, stops and returns", "benign", steady, stops_and_returns),
    Scenario("steady, half-logged", "benign", steady, half),
    Scenario("diligence up, days", "benign", steady, drifting(twitch=(0.25, 0.95), quiet=(0.2, 0.8))),
    Scenario("diligence up, event-only", "benign", steady, drifting(twitch=(0.2, 0.95), quiet=(0, 0))),
    Scenario("diligence up, within the day", "benign", over_logged, drifting(episode=(0.2, 1.0))),
    Scenario("stops marking quiet days", "benign", steady, drifting(quiet=(0.85, 0.1))),
    Scenario("taps more places", "benign", multifocal, drifting(later_places=(0.0, 1.0))),
    Scenario("seasonal", "benign", seasonal, regular),
    Scenario("waxes and wanes", "benign", waxing, regular),
    Scenario("cyclic", "benign", cyclic, regular),
    Scenario("strength waxes a little", "benign", ebbing_strength(0.4), regular),
    Scenario("duplicate taps", "fault", multifocal, _with(regular, twice=0.2)),
    Scenario("tap error", "fault", multifocal, _with(regular, slip=0.15)),
    Scenario("wrong day", "fault", multifocal, _with(regular, wrong_day=0.05)),
    Scenario("late backfill", "fault", multifocal, _with(regular, late=0.3)),
    Scenario("late and careless", "fault", multifocal, _with(regular, late=0.5, empty=0.3, slip=0.1)),
    Scenario("travel", "fault", steady, _with(regular, travels=True)),
    Scenario("all over at once", "fault", multifocal, _with(regular, all_over=0.1)),
    Scenario("fields left empty", "fault", multifocal, _with(regular, empty=0.5)),
    Scenario("strong twitches only", "fault", steady, _with(regular, by_strength=(0.2, 0.8, 1.0, 1.0))),
    Scenario("strong only, event-only", "fault", steady, _with(event_only, by_strength=(0.2, 0.8, 1.0, 1.0))),
    Scenario("sign answered by mistake", "fault", intermittent, _with(regular, mistaken_sign=True)),
    Scenario("medicine start", "arguable", medicine_start, regular),
    Scenario("strength waxes a lot", "arguable", ebbing_strength(0.8), regular),
    Scenario("strength waxes a lot, event-only", "arguable", ebbing_strength(0.8), event_only),
    Scenario("5-week flare", "arguable", flare, regular),
    Scenario("sudden widespread", "arguable", sudden_widespread, regular),
    Scenario("one fades, next begins", "arguable", one_after_another, regular),
    Scenario("persistent", "persistent", persistent, regular),
    Scenario("persistent, half-logged", "persistent", persistent, half),
    Scenario("persistent, event-only", "persistent", persistent, event_only),
    Scenario("persistent, sparse", "persistent", persistent, sparse),
    Scenario("persistent, tap error", "persistent", persistent, _with(half, slip=0.15)),
    Scenario("persistent, easing", "persistent", easing, regular),
    Scenario("worsening 12 weeks", "worsening", worsening_over(84), regular),
    Scenario("worsening 12 weeks, half-logged", "worsening", worsening_over(84), half),
    Scenario("worsening 12 weeks, event-only", "worsening", worsening_over(84), event_only),
    Scenario("worsening 26 weeks", "worsening", worsening_over(182), regular),
    Scenario("spread slow", "spread", spreading(35, 0.55), regular),
    Scenario("spread slow, event-only", "spread", spreading(35, 0.55), event_only),
    Scenario("spread fast", "spread", spreading(12, 0.55), regular),
    Scenario("spread fast, half-logged", "spread", spreading(12, 0.55), half),
    Scenario("spread faint", "spread", spreading(30, 0.3), regular),
    Scenario("spread faint, half-logged", "spread", spreading(30, 0.3), half),
    Scenario("full progression", "worsening", full_course, regular),
    Scenario("steep, diary before", "steep", steep(baseline=True), regular),
    Scenario("steep, diary begins with it", "steep", steep(baseline=False), regular),
    Scenario("steep, half-logged", "steep", steep(baseline=True), half),
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
