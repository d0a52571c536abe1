"""Reassurance: earned, never the default (docs/rules.md, rule `reassurance`).

One place that comes and goes, and nothing one can't do: so the source article describes the harmless kind.
"""

from triage.rules import thresholds as t
from triage.rules.answers import ANSWERABLE_BY_ANYONE, answered_no, in_order
from triage.rules.areas import Grouping, units
from triage.rules.findings import Closing, Finding
from triage.rules.journal import Journal, last_days
from triage.rules.worsening import WorseningMemory


def find_reassurance(
    journal: Journal, grouping: Grouping, today: int, worsening: WorseningMemory
) -> list[Finding]:
    """The calm finding, if every condition holds. The caller asks only when nothing else was found."""
    observed = last_days(journal.recorded, today, t.CALM_WINDOW.value)
    quiet = last_days(journal.quiet, today, t.CALM_WINDOW.value)
    if (
        observed.bit_count() < t.CALM_OBSERVED_DAYS.value
        or quiet.bit_count() < t.CALM_QUIET_DAYS.value
        or _clear_run(journal, today) < t.CALM_RUN_DAYS.value
        or not _nothing_rises(journal, today, worsening)
    ):
        return []
    places = _places(journal, grouping, today)
    if len(places) != t.CALM_PLACES.value or not _nothing_lost(journal, today):
        return []
    return [_finding(journal, places[0], today, observed.bit_count(), quiet.bit_count())]


def _clear_run(journal: Journal, today: int) -> int:
    """The longest run of observed days in a row without a twitch anywhere."""
    recorded = last_days(journal.recorded, today, t.CALM_RUN_WITHIN.value)
    quiet = last_days(journal.quiet, today, t.CALM_RUN_WITHIN.value)
    longest = run = 0
    for day in range(t.CALM_RUN_WITHIN.value):
        if quiet >> day & 1:
            run += 1
            longest = max(longest, run)
        elif recorded >> day & 1:
            run = 0
    return longest


def _nothing_rises(journal: Journal, today: int, worsening: WorseningMemory) -> bool:
    """No evidence of worsening, and the last two weeks are not above the six before them."""
    if worsening.latest().overall.weighted >= t.CALM_EVIDENCE.value:
        return False
    split = today - t.CALM_RECENT_DAYS.value
    before = _burden(journal, split - t.CALM_BEFORE_DAYS.value + 1, split)
    recent = _burden(journal, split + 1, today)
    return before is not None and recent is not None and recent <= t.CALM_RATIO.value * before


def _burden(journal: Journal, first: int, last: int) -> float | None:
    """The sum of day scores per observed day, None if none was observed."""
    days = [day for day in range(max(first, 0), last + 1) if journal.observed >> day & 1]
    return sum(map(journal.overall_score, days)) / len(days) if days else None


def _places(journal: Journal, grouping: Grouping, today: int) -> list[tuple[str, str]]:
    """The anchors of what twitched lately; something "elsewhere" or "all over" counts as more than one."""
    window = t.CALM_WINDOW.value
    if last_days(journal.elsewhere | journal.all_over, today, window):
        return []
    areas = [area for area in grouping.areas(today) if last_days(journal.area_bits(area.members), today, window)]
    return [(unit[0].anchor.location, unit[0].anchor.side) for unit in units(areas, journal.places)]


def _nothing_lost(journal: Journal, today: int) -> bool:
    """Every sign of the check was answered no lately, and none with yes for long."""
    if not set(ANSWERABLE_BY_ANYONE) <= answered_no(journal, today, t.CALM_CHECK_DAYS.value):
        return False
    return not any(
        record.answer == "yes" and today - journal.day(record.date) < t.CALM_YES_DAYS.value
        for record in in_order(journal, today)
    )


def _finding(journal: Journal, place: tuple[str, str], today: int, recorded_days: int, quiet_days: int) -> Finding:
    since = journal.date(today)
    return Finding(
        rule="reassurance",
        kind="earned",
        since=since,
        key="reassurance",
        location=place[0],
        side=place[1] or None,
        evidence={
            "recorded_days": recorded_days,
            "quiet_days": quiet_days,
            "window_days": t.CALM_WINDOW.value,
        },
        closes_when=Closing("no_longer_earned"),
    )
