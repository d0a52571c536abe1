"""Diaries written day by day, for the tests: day 0 is 1 March 2026."""

import datetime as dt
from collections.abc import Iterable

from benchmarks.cohorts.places import cohort_places
from triage.rules.answers import ANSWERABLE_BY_ANYONE
from triage.rules.assess import assess
from triage.rules.findings import Finding, Rule
from triage.rules.history import Answer, CheckRecord, Course, DayRecord, EpisodeRecord, History, Side

FIRST = dt.date(2026, 3, 1)
ZONE = dt.timezone(dt.timedelta(hours=1))


def date(day: int) -> dt.date:
    """The date of a day."""
    return FIRST + dt.timedelta(days=day)


def twitch(
    day: int,
    location: str = "calf",
    side: Side | None = "left",
    *,
    strength: int | None = 2,
    seconds: int | None = 600,
    hours_late: float | None = None,
    hour: int = 12,
    name: str = "",
) -> EpisodeRecord:
    """One episode at noon."""
    start = dt.datetime.combine(date(day), dt.time(hour), ZONE)
    late = None if hours_late is None else start + dt.timedelta(hours=hours_late)
    return EpisodeRecord(
        id=name or f"{day}-{location}-{side}-{hour}-{strength}-{seconds}",
        date=date(day),
        started_at=start,
        location=location,
        side=side,
        strength=strength,
        duration_seconds=seconds,
        recorded_at=late,
    )


def answer(
    day: int,
    sign: str,
    said: Answer = "yes",
    *,
    location: str | None = None,
    side: Side | None = None,
    course: Course | None = None,
) -> CheckRecord:
    """One answer."""
    return CheckRecord(f"{day}-{sign}-{said}-{location}-{side}", date(day), sign, said, location, side, course)


def all_no(day: int) -> list[CheckRecord]:
    """A function check with nothing lost."""
    return [answer(day, sign, "no") for sign in ANSWERABLE_BY_ANYONE]


def diary(
    twitches: Iterable[EpisodeRecord] = (), quiet: Iterable[int] = (), checks: Iterable[CheckRecord] = ()
) -> History:
    """A history of these entries."""
    marks = tuple(DayRecord(date(day), no_twitches=True) for day in quiet)
    return History(cohort_places(), tuple(twitches), marks, tuple(checks))


def found(history: History, day: int, rule: Rule) -> list[Finding]:
    """The findings of one rule on a day."""
    return [finding for finding in assess(history, today=date(day)).findings if finding.rule == rule]


def kinds(history: History, day: int, rule: Rule) -> list[str]:
    """The kinds of the findings of one rule on a day."""
    return [finding.kind for finding in found(history, day, rule)]
