"""All rules together: one assessment of a history on a date, or one for every date in turn."""

import datetime as dt
from collections.abc import Iterable, Iterator

from triage.rules import thresholds as t
from triage.rules.answers import CHECK_SIGNS
from triage.rules.areas import Grouping
from triage.rules.findings import LEVELS, Assessment, DataQuality, Finding, Level, Rule
from triage.rules.history import CheckRecord, DayRecord, EpisodeRecord, History
from triage.rules.journal import Journal, last_days
from triage.rules.persistence import PersistenceMemory, find_persistence
from triage.rules.reassurance import find_reassurance
from triage.rules.signs import SignsMemory, find_signs
from triage.rules.spread import SpreadMemory, find_spread
from triage.rules.worsening import WorseningMemory, find_worsening

_RULES: tuple[Rule, ...] = ("signs", "worsening", "spread", "persistence")
_HEIGHT = {level: len(LEVELS) - order for order, level in enumerate(LEVELS)}
_WEIGHT = {rule: order for order, rule in enumerate((*_RULES, "reassurance"))}


def _by_level(finding: Finding) -> tuple[int, int]:
    """The highest level first, then what weighs more."""
    return _HEIGHT[finding.level], _WEIGHT[finding.rule]


def assess(history: History, *, today: dt.date) -> Assessment:
    """What the diary says on `today`, from what was recorded up to then."""
    return Assessor(history).on(today)


def replay(
    history: History, *, first: dt.date | None = None, last: dt.date | None = None
) -> Iterator[tuple[dt.date, Assessment]]:
    """What would have been said on every date, from the first entry to the last unless told otherwise."""
    dates = history.dates()
    if not dates and (first is None or last is None):
        return
    day, end = first or min(dates), last or max(dates)
    assessor = Assessor(history)
    for number in range(day.toordinal(), end.toordinal() + 1):
        day = dt.date.fromordinal(number)
        yield day, assessor.on(day)


class Assessor:
    """Assesses one history on one date after another, never backwards, and keeps what it has worked out."""

    def __init__(self, history: History) -> None:
        self._journal = Journal(history, CHECK_SIGNS)
        self._grouping = Grouping(self._journal)
        self._persistence = PersistenceMemory()
        self._spread = SpreadMemory()
        self._worsening = WorseningMemory()
        self._signs = SignsMemory()

    def add(self, records: Iterable[EpisodeRecord | DayRecord | CheckRecord]) -> None:
        """Take in entries that were written since the history was read, none before its first day."""
        self._forget_from(self._journal.add(records))

    def _forget_from(self, day: int) -> None:
        for memory in (self._persistence, self._spread, self._worsening):
            memory.forget_from(day)

    def on(self, date: dt.date) -> Assessment:
        """The assessment of one date, not before any date that was asked for earlier."""
        journal, today = self._journal, self._journal.day(date)
        changed = journal.learn_until(today)
        if today < 0:
            return Assessment(date, "quiet", (), _RULES, {}, self._quality(today))
        self._forget_from(changed)
        findings = self._find(today)
        level: Level = findings[0].level if findings else "quiet"
        found = {finding.rule for finding in findings}
        return Assessment(
            today=date,
            level=level,
            findings=tuple(findings),
            looked_for=tuple(rule for rule in _RULES if rule not in found),
            evidence={"worsening_evidence": round(self._worsening.latest().overall.weighted, 2)},
            data_quality=self._quality(today),
        )

    def _find(self, today: int) -> list[Finding]:
        journal, grouping = self._journal, self._grouping
        areas = grouping.areas(today)
        findings = [
            *find_signs(journal, grouping, today, self._signs),
            *find_worsening(journal, grouping, today, self._worsening),
            *find_spread(journal, grouping, today, self._spread),
            *find_persistence(journal, areas, today, self._persistence),
        ]
        if not findings:
            return find_reassurance(journal, grouping, today, self._worsening)
        if len(findings) > 1:
            findings.sort(key=_by_level)
        return findings

    def _quality(self, today: int) -> DataQuality:
        journal = self._journal
        recorded = journal.recorded & ((1 << (today + 1)) - 1) if today >= 0 else 0
        first = (recorded & -recorded).bit_length() - 1
        twitched = last_days(journal.any_twitch, today, t.CHECK_EVERY_DAYS.value) != 0
        last_check = journal.last_check
        overdue = last_check < 0 or today - last_check >= t.CHECK_EVERY_DAYS.value
        return DataQuality(
            first_day=journal.date(first) if first >= 0 else None,
            recorded_days=recorded.bit_count(),
            calendar_days=today - first + 1 if first >= 0 else 0,
            recorded_of_28=last_days(recorded, today, 28).bit_count(),
            quiet_marks_of_28=last_days(journal.quiet, today, 28).bit_count(),
            weeks_compared=self._worsening.latest().blocks,
            last_check_on=journal.date(last_check) if last_check >= 0 else None,
            check_due=twitched and overdue,
        )
