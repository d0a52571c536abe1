"""Worsening: stronger, longer or more often than this person's own past (docs/rules.md, rule `worsening`).

The source article: progression, not persistence, is the key distinction. Both denominators must rise: more
diligent logging raises the burden per calendar day only, no longer marking quiet days that per observed day
only.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from triage.rules import thresholds as t
from triage.rules.answers import loss_reported
from triage.rules.areas import Area, Grouping
from triage.rules.blocks import WEEK, Block, BlockRun, first_and_last, first_week, thirds
from triage.rules.climb import CLIMBING, STEEP, STEEP_NOTE, Climb, climb
from triage.rules.findings import Closing, Finding, Plain
from triage.rules.history import Site
from triage.rules.journal import Journal
from triage.rules.trend import EXPONENTS, payoffs, rank_from_top, step, theil_sen

OVERALL = "overall"
_NO_EVIDENCE = (0.0,) * len(EXPONENTS)


@dataclass(frozen=True, slots=True)
class Series:
    """What one e-detector has gathered: for the whole diary (order 0), or the `order`-th place followed."""

    key: str
    order: int
    observed: tuple[float, ...] = _NO_EVIDENCE
    calendar: tuple[float, ...] = _NO_EVIDENCE

    @property
    def weighted(self) -> float:
        """Evidence on the weaker denominator, by this series' share of the error budget."""
        evidence = min(sum(self.observed), sum(self.calendar)) / len(EXPONENTS)
        return evidence * series_weight(self.order)


@dataclass(frozen=True, slots=True)
class Open:
    """An open worsening finding, and the burden per observed day to which it must fall back to be closed."""

    finding: Finding
    members: tuple[Site, ...] | None
    closes_at: float


@dataclass(frozen=True, slots=True)
class SteepNote:
    """A steep course that was noted: on which day first, and when it was last seen."""

    finding: Finding
    noted_on: int
    seen_on: int


@dataclass(frozen=True, slots=True)
class State:
    """What is known after some day."""

    blocks: int = 0
    series: tuple[Series, ...] = (Series(OVERALL, 0),)
    alert: Open | None = None
    watch: Finding | None = None
    steep: SteepNote | None = None
    last_message: int = -(10**6)

    @property
    def overall(self) -> Series:
        """The series of the diary as a whole."""
        return self.series[0]


@dataclass(slots=True)
class Line:
    """Sums of day scores per observed and per calendar day, a value a block, and each block's last day."""

    observed: list[float] = field(default_factory=list)
    calendar: list[float] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def forget_from(self, day: int) -> None:
        """Forget the blocks that hold `day` or come later."""
        while self.ends and self.ends[-1] >= day:
            self.ends.pop()
            self.observed.pop()
            self.calendar.pop()


@dataclass(slots=True)
class WorseningMemory:
    """The state on every day, `first_day` at index 0, and what the blocks were made of."""

    first_day: int | None = None
    states: list[State] = field(default_factory=list)
    closed: BlockRun = field(default_factory=BlockRun)
    lines: dict[tuple[Site, ...] | None, Line] = field(default_factory=dict)

    def forget_from(self, day: int) -> None:
        """Forget everything that rests on `day` or later."""
        if self.first_day is None:
            return
        number = max(day - self.first_day, 0)
        if number < len(self.states):
            del self.states[number:]
            self.closed = BlockRun()
            for line in self.lines.values():
                line.forget_from(day)

    def latest(self) -> State:
        """The state on the last day."""
        return self.states[-1] if self.states else State()


def find_worsening(journal: Journal, grouping: Grouping, today: int, memory: WorseningMemory) -> list[Finding]:
    """The open alert, or else what is being watched."""
    if memory.first_day != (first := first_week(journal)):
        memory.first_day = first
        memory.states.clear()
        memory.closed = BlockRun()
        memory.lines.clear()
    if first is not None:
        for day in range(first + len(memory.states), today + 1):
            memory.states.append(_on_day(journal, grouping, memory, day))
    state = memory.latest()
    if state.alert is not None:
        return [state.alert.finding]
    if state.steep is not None:
        return [state.steep.finding]
    return [state.watch] if state.watch is not None else []


def series_weight(order: int) -> float:
    """1/2 for the whole diary; the places share the other half in the order in which they are followed."""
    return t.OVERALL_WEIGHT.value if order == 0 else t.OVERALL_WEIGHT.value / (order * (order + 1))


def burdens(
    journal: Journal, memory: WorseningMemory, members: tuple[Site, ...] | None, closed: Sequence[Block]
) -> Line:
    """The burdens of all closed blocks; no `members`: the whole diary."""
    line = memory.lines.setdefault(members, Line())
    for block in closed[len(line.observed) :]:
        days = range(block.start, block.end + 1)
        if members is None:
            total = sum(map(journal.overall_score, days))
        else:
            total = sum(journal.area_score(members, day) for day in days)
        line.observed.append(total / block.observed)
        line.calendar.append(total / block.calendar)
        line.ends.append(block.end)
    return line


def rises(observed: Sequence[float], calendar: Sequence[float]) -> bool:
    """Whether the burden went up twice over the thirds of the last blocks, by enough, on both counts."""
    return _rise_is_large(observed, t.RISE_OBSERVED.value) and _rise_is_large(calendar, t.RISE_CALENDAR.value)


def _rise_is_large(values: Sequence[float], least: float) -> bool:
    first, middle, last = thirds(values[-t.WORSENING_BLOCKS_COMPARED.value :])
    return first < middle < last and last >= t.RISE_RATIO.value * first and last - first >= least - 1e-9


@dataclass(frozen=True, slots=True)
class _Week:
    """A week that has just closed, with what the series are made of."""

    journal: Journal
    memory: WorseningMemory
    areas: dict[str, Area]
    closed: list[Block]
    day: int

    def members(self, one: Series) -> tuple[Site, ...] | None:
        """The sites of a series; None for the whole diary."""
        return None if one.key == OVERALL else self.areas[one.key].members

    def burdens(self, one: Series) -> Line:
        """The burdens of a series in all blocks."""
        return burdens(self.journal, self.memory, self.members(one), self.closed)

    def twitch_days(self, members: Iterable[Site] | None) -> int:
        """Promptly logged twitch days so far; of the whole diary without `members`."""
        sites = self.journal.scores if members is None else members
        return (self.journal.area_bits(sites, prompt=True) & ((1 << (self.day + 1)) - 1)).bit_count()


def _on_day(journal: Journal, grouping: Grouping, memory: WorseningMemory, day: int) -> State:
    """The state on one more day; a week is judged on the day after it."""
    state = memory.latest()
    weeks, odd = divmod(len(memory.states), WEEK)
    if weeks and not odd:
        closed = memory.closed.extend(journal, weeks)
        if len(closed) != state.blocks:
            areas = {area.key: area for area in grouping.areas(day - 1)}
            week = _Week(journal, memory, areas, closed, day - 1)
            state = _judge(week, _follow(week, state))
    if day < journal.first_prompt_twitch or not journal.any_twitch >> day & 1:
        return _forget_steep(state, day)
    return _look_for_steep(journal, _look_for_climb(journal, memory, state, day), day)


def _follow(week: _Week, before: State) -> State:
    """Take the new block into every series, and begin to follow places that have twitched often enough."""
    series = []
    for one in before.series:
        if one.key != OVERALL and one.key not in week.areas:
            series.append(one)
            continue
        line, width = week.burdens(one), len(week.closed)
        series.append(
            replace(
                one,
                observed=step(one.observed, width, rank_from_top(line.observed)),
                calendar=step(one.calendar, width, rank_from_top(line.calendar)),
            )
        )
    followed = {one.key for one in series}
    for key, area in sorted(week.areas.items()):
        if key not in followed and week.twitch_days(area.members) >= t.SERIES_TWITCH_DAYS.value:
            series.append(Series(key, len(series)))
    return replace(before, blocks=len(week.closed), series=tuple(series))


def _judge(week: _Week, state: State) -> State:
    """Close, alert or watch, by what the series have gathered."""
    if state.alert is not None and _is_over(week, state.alert):
        state = replace(state, alert=None)
    best = _strongest(week, state)
    if best is None:
        return replace(state, watch=None)
    if best.weighted < t.ALERT_EVIDENCE.value or week.day - state.last_message < t.MESSAGE_DAYS.value:
        return replace(state, watch=state.watch or _finding(week, best, "watch", None).finding)
    return _alerted(state, _finding(week, best, "alert", None), week.day)


def _alerted(state: State, alert: Open, day: int) -> State:
    """An alert takes the place of every note, and the evidence is gathered anew."""
    return replace(_restart(state), alert=alert, watch=None, steep=None, last_message=day)


def _restart(state: State) -> State:
    """All evidence at zero again; the weeks themselves stay as reference."""
    return replace(state, series=tuple(Series(one.key, one.order) for one in state.series))


def _strongest(week: _Week, state: State) -> Series | None:
    """The series with most evidence among those that are worth a note and large enough."""
    if len(week.closed) < t.WORSENING_BLOCKS.value:
        return None
    for one in sorted(state.series, key=lambda one: (-one.weighted, one.order)):
        if one.weighted < t.WATCH_EVIDENCE.value:
            return None
        if one.key != OVERALL and one.key not in week.areas:
            continue
        enough = week.twitch_days(week.members(one)) >= t.SERIES_TWITCH_DAYS.value
        line = week.burdens(one)
        if enough and rises(line.observed, line.calendar):
            return one
    return None


def _look_for_climb(journal: Journal, memory: WorseningMemory, state: State, day: int) -> State:
    """Alert when the twitch days' own scores climb and the diary as a whole gives some evidence besides."""
    if (
        state.alert is not None
        or state.blocks < t.CLIMB_BLOCKS.value
        or state.overall.weighted < t.CLIMB_EVIDENCE.value
        or day - state.last_message < t.MESSAGE_DAYS.value
    ):
        return state
    found = climb(journal, day, t.CLIMB_DAYS.value)
    if found is None or not found.is_at_least(CLIMBING):
        return state
    closed = memory.closed.extend(journal, len(memory.states) // WEEK)
    return _alerted(state, _finding(_Week(journal, memory, {}, closed, day), state.overall, "alert", found), day)


def _is_over(week: _Week, alert: Open) -> bool:
    """Whether half of the rise is gone. Fewer twitches never close it while a loss of function stands."""
    if loss_reported(week.journal, week.day):
        return False
    observed = burdens(week.journal, week.memory, alert.members, week.closed).observed
    return all(burden <= alert.closes_at for burden in observed[-t.CLOSED_BLOCKS.value :])


def _forget_steep(state: State, day: int) -> State:
    """Without a note of a steep course that gave way to an alert, or was not seen again."""
    noted = state.steep
    if noted is None or (state.alert is None and day - noted.seen_on < t.STEEP_FORGET_DAYS.value):
        return state
    return replace(state, steep=None)


def _look_for_steep(journal: Journal, state: State, day: int) -> State:
    """Note a steep course; alert when it is seen again, and larger, a week later or more."""
    state = _forget_steep(state, day)
    if state.alert is not None:
        return state
    found = climb(journal, day, t.STEEP_DAYS.value)
    if found is None or not found.is_at_least(STEEP_NOTE):
        return state
    noted = state.steep
    if noted is None:
        return replace(state, steep=SteepNote(_steep_finding(journal, found, "steep_watch"), day, day))
    again = day - noted.noted_on >= t.STEEP_CONFIRM_DAYS.value and found.is_at_least(STEEP)
    if not again or day - state.last_message < t.MESSAGE_DAYS.value:
        return replace(state, steep=replace(noted, seen_on=day))
    low, high = found.observed
    alert = Open(_steep_finding(journal, found, "steep"), None, low + (high - low) * t.CLOSED_SHARE.value)
    return _alerted(state, alert, day)


def _steep_finding(journal: Journal, found: Climb, kind: Literal["steep", "steep_watch"]) -> Finding:
    since = journal.date(found.first)
    sites = journal.sites_between(found.first, found.last)
    low, high = found.observed
    return Finding(
        rule="worsening",
        kind=kind,
        since=since,
        key=f"worsening:{kind}:{since.isoformat()}",
        evidence={
            "series": OVERALL,
            "places": [f"{site.location}/{site.side}" for site in sites],
            "noticed_on": journal.date(found.last).isoformat(),
            **found.as_plain(),
        },
        entry_ids=journal.entry_ids(sites, found.first, found.last),
        closes_when=Closing(
            "burden_at_most", {"per_observed_day": round(low + (high - low) * t.CLOSED_SHARE.value, 2)}
        ),
    )


def _finding(week: _Week, best: Series, kind: Literal["alert", "watch"], rise: Climb | None) -> Open:
    """What the strongest series shows, and where it would close."""
    journal = week.journal
    members = week.members(best)
    line = week.burdens(best)
    observed, calendar = line.observed, line.calendar
    compared = week.closed[-t.WORSENING_BLOCKS_COMPARED.value :]
    first, last = first_and_last(observed[-len(compared) :])
    since = journal.date(week.closed[change_point(observed)].start)
    span = compared[0].start, week.day if rise is not None else compared[-1].end
    sites = journal.sites_between(*span) if members is None else sorted(members)
    closes_at = first + (last - first) * t.CLOSED_SHARE.value
    finding = Finding(
        rule="worsening",
        kind=kind,
        since=since,
        key=f"worsening:{kind}:{best.key}:{since.isoformat()}",
        evidence={
            "series": best.key,
            "places": [f"{site.location}/{site.side}" for site in sites],
            "evidence": round(best.weighted, 1),
            "blocks": len(week.closed),
            "noticed_on": journal.date(week.day).isoformat(),
            **_sizes(observed[-len(compared) :], calendar[-len(compared) :]),
            **(rise.as_plain() if rise is not None else {}),
            "ranks": [rank_from_top(observed[: i + 1]) for i in range(max(len(observed) - 5, 0), len(observed))],
            "weeks": _weeks(journal, compared, observed[-len(compared) :]),
            "parts_first": _parts(journal, sites, compared[: max(len(compared) // 3, 1)]),
            "parts_last": _parts(journal, sites, compared[-max(len(compared) // 3, 1) :]),
        },
        entry_ids=journal.entry_ids(sites, *span),
        closes_when=Closing("burden_at_most", {"per_observed_day": round(closes_at, 2)}),
    )
    return Open(finding, members, closes_at)


def _weeks(journal: Journal, compared: Sequence[Block], observed: Sequence[float]) -> list[Plain]:
    """The compared blocks for a picture: first day, calendar and observed days, score of an observed day."""
    return [
        {
            "first": journal.date(block.start).isoformat(),
            "days": block.calendar,
            "recorded": block.observed,
            "score": round(score, 2),
        }
        for block, score in zip(compared, observed, strict=True)
    ]


def _sizes(observed: Sequence[float], calendar: Sequence[float]) -> dict[str, Plain]:
    """Means of the first and the last third on both denominators, and the slope a block with its interval."""
    first, last = first_and_last(observed)
    first_calendar, last_calendar = first_and_last(calendar)
    slope, low, high = theil_sen(observed)
    return {
        "first_third": round(first, 2),
        "last_third": round(last, 2),
        "first_third_calendar": round(first_calendar, 2),
        "last_third_calendar": round(last_calendar, 2),
        "slope_a_block": round(slope, 3),
        "slope_low": round(low, 3),
        "slope_high": round(high, 3),
    }


def _parts(journal: Journal, sites: Sequence[Site], closed: Sequence[Block]) -> dict[str, Plain]:
    """What a burden is made of: twitch days a week, their mean strength (1-4) and duration band (0-3)."""
    logs = [journal.scores[site].parts for site in sites if site in journal.scores]
    spans = (range(block.start, block.end + 1) for block in closed)
    logged = ([log[day] for log in logs if day in log] for span in spans for day in span)
    days = [max(parts) for parts in logged if parts]
    weeks = sum(block.calendar for block in closed) / WEEK
    return {
        "twitch_days_a_week": round(len(days) / weeks, 1),
        "strength": round(sum(strength for strength, _ in days) / len(days), 2) if days else None,
        "duration_band": round(sum(band for _, band in days) / len(days), 2) if days else None,
    }


def change_point(values: Sequence[float]) -> int:
    """The index of the block from which bets would have gathered most: where the rise most likely began."""
    best = gathered = 0.0
    began = start = 0
    for index in range(len(values)):
        if gathered <= 0:
            gathered, start = 0.0, index
        gathered += math.log(payoffs(index + 1, rank_from_top(values[: index + 1]))[-1])
        if gathered >= best:
            best, began = gathered, start
    return began
