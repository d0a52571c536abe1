"""`look`: every factor compared with twitching in one person's diary, and what may be said of each."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from triage.triggers.discovery import adjusted
from triage.triggers.factors import BY_NAME, FACTORS, Cut, Expected, Factor, Facts
from triage.triggers.ratio import Ratio, Table, divided, mantel_haenszel, score
from triage.triggers.shifts import Packed, Series, centred, p_of, pack, spread_of
from triage.triggers.thresholds import (
    BLOCK_DAYS,
    EXPOSED_DAYS,
    FALSE_DISCOVERY,
    HALVES_RATIO,
    HALVES_SURE,
    LAGS,
    LEAST_RATIO,
    OUTCOME_DAYS,
    PAIRED_DAYS,
)

Level = Literal["none", "possible", "repeated"]
Kind = Literal["paired", "with", "without", "twitch", "clear", "together"]
ONE_DAY = dt.timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Need:
    """How many more days of a kind a comparison needs; "together" are days of both kinds in the same stratum."""

    kind: Kind
    days: int


@dataclass(frozen=True, slots=True)
class Lacking:
    """A factor that can't be compared yet: `entered` days have it, `needs` says what is missing, most first.

    `alike` days have no value that could tell them apart.
    """

    name: str
    cut: Cut
    entered: int
    needs: tuple[Need, ...]
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A factor that was compared.

    `lag` is 0 for the same day and 1 for the day after; `table` counts days at that lag; `p` is that of the
    stronger lag, `q` the same after looking at all factors; `halves` are the ratios in the first and the second
    half of the days.
    """

    name: str
    cut: Cut
    entered: int
    lag: int
    table: Table
    ratio: Ratio
    halves: tuple[Ratio, Ratio]
    p: float
    q: float = 1.0

    @property
    def level(self) -> Level:
        """No clear link, a possible one, or one that repeats in both halves of the diary."""
        expected = BY_NAME[self.name].expected
        if self.q > FALSE_DISCOVERY.value or not is_apart(self.ratio.shrunk, LEAST_RATIO.value, expected):
            return "none"
        repeats = all(
            is_apart(half.value, HALVES_RATIO.value, expected) and abs(half.log) >= HALVES_SURE.value * half.se
            for half in self.halves
        )
        return "repeated" if repeats else "possible"


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked at: the first day, how many were recorded and twitched, and every factor.

    `found` has the links, strongest first; `unclear` those without a clear link, nearest to one first.
    """

    first: dt.date | None
    recorded: int
    twitching: int
    found: tuple[Seen, ...]
    unclear: tuple[Seen, ...]
    lacking: tuple[Lacking, ...]


def is_apart(ratio: float, least: float, expected: Expected) -> bool:
    """Whether a ratio is at least `least`, or at most its inverse where fewer twitches are expected."""
    return ratio >= least if expected == "more" else ratio <= 1 / least


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days in a row."""

    facts: list[Facts]
    strata: list[int]
    twitches: Series
    packed: Packed


def look(entered: Iterable[Facts]) -> Look:
    """Compare every factor with twitching. Days may be missing and come in any order, each date once."""
    by_date = {facts.date: facts for facts in entered}
    calendar = calendar_of(by_date)
    parts = [part_of(factor, calendar) for factor in FACTORS]
    seen = [part for part in parts if isinstance(part, Seen)]
    q_values = adjusted([part.p for part in seen])
    seen = [replace(part, q=q) for part, q in zip(seen, q_values, strict=True)]
    lacking = [part for part in parts if isinstance(part, Lacking)]
    return Look(
        first=min(by_date, default=None),
        recorded=sum(facts.twitched is not None for facts in by_date.values()),
        twitching=sum(bool(facts.twitched) for facts in by_date.values()),
        found=tuple(
            sorted(
                (part for part in seen if part.level != "none"), key=lambda part: -abs(math.log(part.ratio.shrunk))
            )
        ),
        unclear=tuple(sorted((part for part in seen if part.level == "none"), key=lambda part: part.p)),
        lacking=tuple(sorted(lacking, key=lambda part: part.needs[0].days)),
    )


def calendar_of(by_date: Mapping[dt.date, Facts]) -> Calendar:
    """Every day from the first to the last entry."""
    if not by_date:
        return Calendar([], [], [], pack([]))
    first = min(by_date)
    dates = [first + number * ONE_DAY for number in range((max(by_date) - first).days + 1)]
    facts = [by_date.get(date) or Facts(date=date) for date in dates]
    strata = [2 * (number // BLOCK_DAYS.value) + (date.weekday() >= SATURDAY) for number, date in enumerate(dates)]
    twitches: Series = [None if one.twitched is None else float(one.twitched) for one in facts]
    return Calendar(facts, strata, twitches, pack(centred(twitches, strata)))


def part_of(factor: Factor, calendar: Calendar) -> Seen | Lacking:
    """One factor compared, or what the comparison needs."""
    values = [factor.value(facts) for facts in calendar.facts]
    known = [value for value in values if value is not None]
    cut = factor.cut(known)
    has: Series = [None if value is None else float(cut.has(value)) for value in values]
    tables = [tables_of(has, calendar, lag) for lag in range(LAGS.value)]
    needs = [needs_of(one) for one in tables]
    sign = 1 if factor.expected == "more" else -1
    z = {lag: sign * score(tables[lag]) for lag, lacks in enumerate(needs) if not lacks}
    if not z:
        lacks = min(needs, key=lambda lacks: lacks[0].days)
        return Lacking(factor.name, cut, len(known), lacks, alike=cut.is_own and not any(map(cut.has, known)))
    lag = max(z, key=lambda one: z[one])
    spread = spread_of(calendar.packed, centred(has, calendar.strata))
    return Seen(
        factor.name,
        cut,
        len(known),
        lag,
        total(tables[lag]),
        mantel_haenszel(tables[lag]).widened(spread),
        halves_of(has, calendar, lag),
        p_of(z[lag], len(z), spread),
    )


def paired(has: Series, calendar: Calendar, lag: int) -> list[tuple[int, float, float]]:
    """Number of the day, whether the factor was there `lag` days before, and whether it twitched."""
    moved = ([None] * lag + list(has))[: len(has)]
    return [
        (number, factor, twitch)
        for number, (factor, twitch) in enumerate(zip(moved, calendar.twitches, strict=True))
        if factor is not None and twitch is not None
    ]


def tables_of(has: Series, calendar: Calendar, lag: int) -> list[Table]:
    """The table of each stratum."""
    return counted(paired(has, calendar, lag), calendar.strata)


def counted(pairs: Sequence[tuple[int, float, float]], strata: Sequence[int]) -> list[Table]:
    """The days of each stratum counted."""
    cells: dict[int, list[int]] = {}
    for number, factor, twitch in pairs:
        cell = cells.setdefault(strata[number], [0, 0, 0, 0])
        place = 0 if factor else 2
        cell[place] += int(twitch)
        cell[place + 1] += 1
    return [Table(*cell) for cell in cells.values()]


def halves_of(has: Series, calendar: Calendar, lag: int) -> tuple[Ratio, Ratio]:
    """The ratio in the first and in the second half of the days that have both."""
    pairs = paired(has, calendar, lag)
    middle = len(pairs) // 2
    first, second = (mantel_haenszel(counted(half, calendar.strata)) for half in (pairs[:middle], pairs[middle:]))
    return first, second


def total(tables: Iterable[Table]) -> Table:
    """All tables in one."""
    listed = list(tables)
    return Table(
        sum(one.with_twitch for one in listed),
        sum(one.with_days for one in listed),
        sum(one.without_twitch for one in listed),
        sum(one.without_days for one in listed),
    )


def needs_of(tables: Sequence[Table]) -> tuple[Need, ...]:
    """What is missing until the tables can be judged, most days first; empty when nothing is."""
    needs = missing_in(total(tables))
    apart = missing_in(total(divided(tables)))
    return needs if needs or not apart else (Need("together", apart[0].days),)


def missing_in(table: Table) -> tuple[Need, ...]:
    """What one table lacks."""
    twitch, days = table.with_twitch + table.without_twitch, table.with_days + table.without_days
    missing = {
        "paired": PAIRED_DAYS.value - days,
        "with": EXPOSED_DAYS.value - table.with_days,
        "without": EXPOSED_DAYS.value - table.without_days,
        "twitch": OUTCOME_DAYS.value - twitch,
        "clear": OUTCOME_DAYS.value - (days - twitch),
    }
    kinds: tuple[Kind, ...] = ("paired", "with", "without", "twitch", "clear")
    needs = [Need(kind, missing[kind]) for kind in kinds if missing[kind] > 0]
    return tuple(sorted(needs, key=lambda need: -need.days))
