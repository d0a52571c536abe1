"""What the rules say of the period of a doctor's page: on its last day, of nothing later."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext, ngettext

from diary.models import Diarist
from triage import scan
from triage.models import Finding
from triage.reader import read_history
from triage.rules.assess import assess
from triage.rules.history import CheckRecord, History
from triage.rules.thresholds import SPREAD_BLOCKS, WORSENING_BLOCKS
from triage.summary.sheet import Found, Row, Run, Section
from triage.summary.words import day, long_day, some
from triage.wording import say

MARKS = "ABCD"
LISTED_OTHERS = 3
LEAST_WEEKS = {"worsening": WORSENING_BLOCKS.value, "spread": SPREAD_BLOCKS.value}


@dataclass(frozen=True, slots=True)
class Judged:
    """The findings on `on`, the highest level first, the rules that found nothing, and what is recorded."""

    on: dt.date
    findings: Sequence[Finding]
    looked_for: Sequence[str]
    quality: Mapping[str, Any]

    @property
    def too_short(self) -> list[str]:
        """The rules that found nothing because there are too few weeks to tell."""
        weeks = self.quality.get("weeks_compared", 0)
        return [rule for rule in self.looked_for if weeks < LEAST_WEEKS.get(rule, 0)]

    @property
    def not_found(self) -> list[str]:
        """The rules that had something to look at, and found nothing."""
        unasked = not self.quality.get("last_check_on")
        empty = not self.quality.get("recorded_days")
        blind = {*self.too_short, *(["signs"] if unasked else []), *(["persistence"] if empty else [])}
        return [rule for rule in self.looked_for if rule not in blind]

    def listed(self, most: int) -> Sequence[Finding]:
        """Those that get a row: the gravest of each rule first, so that none hides behind many of one kind."""
        firsts: dict[str, Finding] = {}
        for finding in self.findings:
            firsts.setdefault(finding.rule, finding)
        kept = {finding.key for finding in list(firsts.values())[:most]}
        rest = [finding.key for finding in self.findings if finding.key not in kept]
        chosen = kept | set(rest[: max(0, most - len(kept))])
        return [finding for finding in self.findings if finding.key in chosen]


def judge(diarist: Diarist, last: dt.date, today: dt.date) -> Judged:
    """The stored findings where the period ends today; an earlier day is judged anew, and nothing is stored.

    A link that was made last week must not tell what was written since.
    """
    if last >= today:
        current = scan.current(diarist, today)
        return Judged(today, current.findings, current.assessment.looked_for, current.assessment.quality)
    said = assess(_until(read_history(diarist, today), last), today=last)
    discussed = dict(
        scan.findings_of(diarist).filter(acknowledged_on__lte=last).values_list("key", "acknowledged_on")
    )
    findings = [
        Finding(
            diarist=diarist,
            key=found.key,
            rule=found.rule,
            kind=found.kind,
            level=found.level,
            since=found.since,
            location=found.location or "",
            side=found.side or "",
            evidence=dict(found.evidence),
            closes_when={"code": found.closes_when.code, **found.closes_when.params},
            entry_ids=list(found.entry_ids),
            opened_on=last,
            acknowledged_on=discussed.get(found.key),
            acknowledged_kind=found.kind if found.key in discussed else "",
        )
        for found in said.findings
    ]
    return Judged(last, findings, said.looked_for, asdict(said.data_quality))


def _until(history: History, last: dt.date) -> History:
    """The history up to a day, as it is known now: what was written down later about those days counts."""
    checks = sorted((row for row in history.checks if row.date <= last), key=_recorded)
    return History(
        history.places,
        tuple(replace(row, recorded_at=None) for row in history.episodes if row.date <= last),
        tuple(row for row in history.days if row.date <= last),
        # Of two answers on one day the one that was recorded later counts.
        tuple(replace(row, recorded_at=_on_its_day(row, order)) for order, row in enumerate(checks)),
    )


def _recorded(row: CheckRecord) -> dt.datetime:
    return row.recorded_at or dt.datetime.min.replace(tzinfo=dt.UTC)


def _on_its_day(row: CheckRecord, order: int) -> dt.datetime:
    return dt.datetime.combine(row.date, dt.time(), dt.UTC) + dt.timedelta(microseconds=order)


def marks_of(judged: Judged, most: int, logged: frozenset[str]) -> dict[str, str]:
    """A letter for each listed finding that rests on entries of the log, by its key."""
    marked = [found.key for found in judged.listed(most) if not logged.isdisjoint(found.entry_ids)]
    return dict(zip(marked, MARKS, strict=False))


def marked_entries(judged: Judged, marks: Mapping[str, str]) -> dict[str, str]:
    """The letters of each entry: it can be part of more than one finding."""
    letters: dict[str, list[str]] = {}
    for found in sorted(judged.findings, key=lambda found: marks.get(found.key, "")):
        for pk in found.entry_ids if found.key in marks else ():
            letters.setdefault(pk, []).append(marks[found.key])
    return {pk: " ".join(said) for pk, said in letters.items()}


def found(judged: Judged, most: int, marks: Mapping[str, str]) -> tuple[Found, ...]:
    """The listed findings in the words of the patterns page, with the rule and the entries behind each."""
    rows = []
    for finding in judged.listed(most):
        said = say(finding, judged.on)
        mark = marks.get(finding.key, "")
        rows.append(Found(said.name, said.sentence, _behind(finding, mark), mark))
    return tuple(rows)


def _behind(finding: Finding, mark: str) -> str:
    """`Rule: two weeks in one place, from 12 entries. Discussed on 3 Oct 2026.`"""
    count = len(finding.entry_ids)
    words = ngettext("Rule: %(rule)s, from %(count)d entry", "Rule: %(rule)s, from %(count)d entries", count)
    said = words % {"rule": rule_words()[finding.rule], "count": count}
    if mark:
        said += gettext(", marked %(mark)s in the log") % {"mark": mark}
    if finding.acknowledged_on:
        said += gettext(", discussed on %(date)s") % {"date": day(finding.acknowledged_on)}
    return said


def rule_words() -> dict[str, str]:
    """The rules by their short names."""
    return {
        "signs": gettext("function check"),
        "worsening": gettext("getting worse"),
        "spread": gettext("new places"),
        "persistence": gettext("two weeks in one place"),
        "reassurance": gettext("harmless pattern"),
    }


def findings_section(judged: Judged, most: int) -> Section:
    """The heading, what was looked for and not found, and how many findings are not listed."""
    rows = []
    if not judged.findings:
        rows.append(Row(gettext("Nothing found"), gettext("by the rules of this diary")))
    names = rule_words()
    parts = []
    listed = {finding.key for finding in judged.listed(most)}
    if others := [finding for finding in judged.findings if finding.key not in listed]:
        parts.append(_others(others, judged.on, most))
    if missing := [names[rule] for rule in judged.not_found]:
        parts.append(gettext("Looked for and not found: %(rules)s.") % {"rules": ", ".join(missing)})
    if short := [names[rule] for rule in judged.too_short]:
        parts.append(gettext("Too few weeks yet to tell: %(rules)s.") % {"rules": ", ".join(short)})
    title = gettext("What the diary's rules found on %(date)s") % {"date": long_day(judged.on)}
    return Section(title, rows=tuple(rows), remark=" ".join(parts))


def _others(others: Sequence[Finding], on: dt.date, most: int) -> str:
    """`And 3 more: Still there after two weeks (2), A second place.`"""
    names = Counter(say(finding, on).name for finding in others)
    said = [f"{name} ({count})" if count > 1 else name for name, count in names.items()]
    words = ngettext("And %(count)d more: %(names)s.", "And %(count)d more: %(names)s.", len(others))
    return words % {"count": len(others), "names": some(said, min(LISTED_OTHERS, most))}


def course(judged: Judged) -> list[Run]:
    """Whether it gets worse, in the first sentence of the page."""
    worse = next((finding for finding in judged.findings if finding.rule == "worsening"), None)
    head = Run(gettext("Course: "))
    if worse is None:
        if "worsening" in judged.too_short:
            return [head, Run(gettext("too few weeks to tell"), is_strong=True), Run(". ")]
        return [head, Run(gettext("no clear worsening"), is_strong=True), *_joined(judged), Run(". ")]
    name = say(worse, judged.on).name
    since = gettext(" since about %(date)s") % {"date": long_day(worse.since)}
    return [head, Run(name, is_strong=True), Run(since), *_joined(judged), Run(". ")]


def _joined(judged: Judged) -> list[Run]:
    """The other thing that a doctor asks about: whether it spreads."""
    spread = [say(finding, judged.on).name for finding in judged.findings if finding.rule == "spread"]
    return [Run("; "), Run(some(spread, 1), is_strong=True)] if spread else []
