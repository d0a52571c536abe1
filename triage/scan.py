"""Bring the stored findings of a diary up to date with what the diary says now.

Judged when somebody asks, never on a write: the stored assessment stands while diary, date and rules are those
that it was made from. A finding keeps its row from day to day; what an edit takes the ground from is withdrawn,
never deleted.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import cast

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from diary.models import Diarist
from triage.models import Assessment, Finding
from triage.reader import read_history
from triage.rules import findings as said
from triage.rules.assess import Assessor
from triage.rules.findings import LEVELS
from triage.rules.history import CheckRecord, DayRecord, EpisodeRecord, History
from triage.rules.thresholds import RULES_VERSION

_TRIES = 5


class Restless(Exception):  # noqa: N818
    """The diary was written in faster than it could be read."""


@dataclass(frozen=True, slots=True)
class Current:
    """What is said now: the assessment and its open findings, the highest level first."""

    assessment: Assessment
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say of one reading of a diary.

    `before` holds the keys that they say of the date of the earlier assessment, were it made now.
    """

    revision: int
    entries: int
    now: said.Assessment
    before: frozenset[str]
    digests: dict[str, str]


def current(diarist: Diarist, today: dt.date) -> Current:
    """The stored assessment if it is the one of this diary on this day, else one made now and stored."""
    stored = stored_assessment(diarist)
    if stored is None or not is_fresh(stored, diarist, today):
        stored = bring_up_to_date(diarist, today)
    return Current(stored, open_findings(diarist))


def stored_assessment(diarist: Diarist) -> Assessment | None:
    """The latest assessment, however old; one query."""
    return Assessment.objects.filter(diarist=diarist).first()


def is_fresh(stored: Assessment, diarist: Diarist, today: dt.date) -> bool:
    """Whether it was made from this diary, on this day, by these rules."""
    made_from = stored.revision, stored.today, stored.rules_version
    return made_from == (diarist.revision, today, RULES_VERSION)


def open_findings(diarist: Diarist) -> list[Finding]:
    """The open findings, the highest level first; of one level what weighs more first, then the latest."""
    rows = findings_of(diarist).filter(closed_on__isnull=True)
    return sorted(rows, key=_weight)


def bring_up_to_date(diarist: Diarist, today: dt.date) -> Assessment:
    """Read the diary, judge it and store what changed; whoever does so at the same time stores the same.

    Raises Restless when the diary changes each time before it is judged.
    """
    for _ in range(_TRIES):
        stored = stored_assessment(diarist)
        judged = _judge(diarist, today, stored)
        with transaction.atomic():
            # Held until the end: a write in the diary, or another scan, waits here.
            held = Diarist.objects.select_for_update().get(pk=diarist.pk)
            if held.revision == judged.revision:
                diarist.revision = held.revision
                return _store(held, today, judged)
    raise Restless


def acknowledge(diarist: Diarist, finding_ids: Iterable[uuid.UUID], on: dt.date) -> int:
    """Note that these findings were discussed with a doctor on that day; how many there were."""
    rows = list(findings_of(diarist).filter(pk__in=list(finding_ids)))
    for row in rows:
        row.acknowledged_on, row.acknowledged_kind = on, row.kind
    Finding.objects.bulk_update(rows, ["acknowledged_on", "acknowledged_kind"])
    return len(rows)


def mark_seen(diarist: Diarist, today: dt.date) -> None:
    """The person has opened the page with the open findings: they are no news any more."""
    findings_of(diarist).filter(closed_on__isnull=True, seen_on__isnull=True).update(seen_on=today)


def take_back_acknowledgement(diarist: Diarist, finding_id: uuid.UUID) -> None:
    """The finding was not discussed after all."""
    findings_of(diarist).filter(pk=finding_id).update(acknowledged_on=None, acknowledged_kind="")


def findings_of(diarist: Diarist) -> QuerySet[Finding]:
    """Every finding that the diary ever had."""
    return Finding.objects.filter(diarist=diarist)


def _judge(diarist: Diarist, today: dt.date, stored: Assessment | None) -> Judged:
    """What the rules say today, and what they would say of the day of the earlier assessment."""
    # Read before the rows: a write in between makes the revision differ when it comes to storing.
    revision = Diarist.objects.values_list("revision", flat=True).get(pk=diarist.pk)
    history = read_history(diarist, today)
    assessor = Assessor(history)
    before: frozenset[str] = frozenset()
    if stored is not None and stored.today < today:
        before = frozenset(finding.key for finding in assessor.on(stored.today).findings)
    now = assessor.on(today)
    kept = findings_of(diarist).filter(closed_on__isnull=True).values_list("key", "entry_ids")
    wanted = {finding.key: finding.entry_ids for finding in now.findings} | {f"={key}": ids for key, ids in kept}
    entries = len(history.episodes) + len(history.days) + len(history.checks)
    return Judged(revision, entries, now, before, _digests(history, wanted))


def _digests(history: History, wanted: dict[str, Collection[str]]) -> dict[str, str]:
    """For each name the fingerprint of its entries, as they are now; entries that are gone are left out."""
    ids = {pk for listed in wanted.values() for pk in listed}
    lines = {
        entry.id: _line(entry)
        for entries in (history.episodes, history.checks)
        for entry in entries
        if entry.id in ids
    }
    return {
        name: hashlib.sha256("\n".join(lines[pk] for pk in sorted(listed) if pk in lines).encode()).hexdigest()
        for name, listed in wanted.items()
    }


def _line(entry: EpisodeRecord | DayRecord | CheckRecord) -> str:
    return json.dumps(
        [str(getattr(entry, name)) for name in sorted(entry.__slots__) if name != "started_at"],
    )


def _store(diarist: Diarist, today: dt.date, judged: Judged) -> Assessment:
    """Store an assessment and what became of every finding. Inside the transaction that holds the diarist."""
    stored = stored_assessment(diarist)
    rows = {row.key: row for row in findings_of(diarist).filter(_open_or_said(judged.now))}
    found = {finding.key: finding for finding in judged.now.findings}
    _carry_over(rows, found, judged, same_day=stored is not None and stored.today == today)
    new, changed = [], []
    for key, finding in found.items():
        row = rows.get(key)
        if row is None:
            new.append(_fill(Finding(diarist=diarist, key=key, opened_on=today), finding, judged, today))
        elif not _is_same(row, finding, judged.digests[key]):
            changed.append(_fill(row, finding, judged, today))
    for key, row in rows.items():
        if key not in found and row.is_open:
            row.closed_on, row.closed_why = today, _why(row, judged, stored, today)
            changed.append(row)
    Finding.objects.bulk_create(new)
    Finding.objects.bulk_update(changed, _CHANGING)
    values = {
        "revision": judged.revision,
        "today": today,
        "rules_version": RULES_VERSION,
        "level": judged.now.level,
        "looked_for": list(judged.now.looked_for),
        "quality": _quality(judged.now.data_quality),
        "entries": judged.entries,
        "made_at": timezone.now(),
    }
    return Assessment.objects.update_or_create(diarist=diarist, defaults=values)[0]


_CHANGING = [
    "key",
    "kind",
    "level",
    "since",
    "location",
    "side",
    "evidence",
    "entry_ids",
    "digest",
    "closes_when",
    "rules_version",
    "opened_on",
    "changed_on",
    "closed_on",
    "closed_why",
    "seen_on",
]


def _open_or_said(now: said.Assessment) -> Q:
    """The rows that an assessment can touch: the open ones, and closed ones that it says again."""
    return Q(closed_on__isnull=True) | Q(key__in=[finding.key for finding in now.findings])


def _carry_over(
    rows: dict[str, Finding], found: dict[str, said.Finding], judged: Judged, *, same_day: bool
) -> None:
    """Let an open row take the key of what it has become: an edit moved its first day, or it grew.

    A twitch that began anew beside one that the rules still said yesterday is another finding.
    """
    appeared = {_family(finding): key for key, finding in found.items() if key not in rows}
    for key in [key for key, row in rows.items() if row.is_open and key not in found]:
        family = _family(rows[key])
        moved = same_day or key not in judged.before or family[0] in {"worsening", "spread"}
        if moved and family in appeared:
            row = rows.pop(key)
            row.key = appeared.pop(family)
            rows[row.key] = row


def _family(finding: Finding | said.Finding) -> tuple[str, ...]:
    """What must be the same for one finding to become the other."""
    if finding.rule == "persistence":
        return "persistence", finding.location or "", finding.side or ""
    if finding.rule == "spread":
        return "spread", "face" if finding.kind == "face" else "places"
    if finding.rule == "signs":
        return "signs", str(finding.evidence.get("sign"))
    return (finding.rule,)


def _is_same(row: Finding, finding: said.Finding, digest: str) -> bool:
    """Whether there is nothing to store: open, and saying the same of the same entries."""
    return (
        row.is_open
        and row.digest == digest
        and (row.kind, row.since) == (finding.kind, finding.since)
        and row.rules_version == RULES_VERSION
        and row.evidence == _plain(finding.evidence)
        and row.closes_when == _closing(finding)
    )


def _fill(row: Finding, finding: said.Finding, judged: Judged, today: dt.date) -> Finding:
    """Put what is said now into a row. What was closed is open again; what grew is news again."""
    if not row.is_open:
        row.seen_on = None
        row.opened_on = today if finding.rule == "reassurance" else row.opened_on
    if row.level and LEVELS.index(_level(row)) < LEVELS.index(finding.level):
        row.seen_on = None
    row.rule, row.kind, row.level, row.since = finding.rule, finding.kind, finding.level, finding.since
    row.location, row.side = finding.location or "", finding.side or ""
    row.evidence, row.closes_when = _plain(finding.evidence), _closing(finding)
    row.entry_ids, row.digest = list(finding.entry_ids), judged.digests[finding.key]
    row.rules_version, row.changed_on = RULES_VERSION, today
    row.closed_on, row.closed_why = None, ""
    return row


def _why(row: Finding, judged: Judged, stored: Assessment | None, today: dt.date) -> Finding.Why:
    """Over by the rules, or withdrawn because an edit took its ground away.

    Withdrawn is what the diary, as it is now, would not have said on the day of the earlier assessment either;
    on that very day, what rests on entries that were changed or deleted. An answer "no" is an entry, no edit.
    """
    is_intact = judged.digests.get(f"={row.key}") == row.digest
    if row.rule in {"signs", "reassurance"}:
        return Finding.Why.OVER if is_intact else Finding.Why.WITHDRAWN
    if stored is not None and stored.rules_version == RULES_VERSION and stored.today < today:
        return Finding.Why.OVER if row.key in judged.before else Finding.Why.WITHDRAWN
    return Finding.Why.OVER if is_intact else Finding.Why.WITHDRAWN


def _weight(row: Finding) -> tuple[int, bool, int, int, str]:
    """Loss of function before progression, progression before persistence."""
    order = ("signs", "worsening", "spread", "persistence", "reassurance")
    return -LEVELS.index(_level(row)), row.is_quiet, order.index(row.rule), -row.since.toordinal(), row.key


def _level(row: Finding) -> said.Level:
    return cast("said.Level", row.level)


def _plain(evidence: object) -> object:
    """As it comes back from the database, so that both can be compared."""
    return json.loads(json.dumps(evidence))


def _closing(finding: said.Finding) -> dict[str, object]:
    return {"code": finding.closes_when.code, **finding.closes_when.params}


def _quality(quality: said.DataQuality) -> dict[str, object]:
    """As plain JSON: dates as text."""
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value for name, value in asdict(quality).items()
    }
