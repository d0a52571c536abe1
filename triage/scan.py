"""Bring the stored findings of a diary up to date with what the diary says now.

Judged when somebody asks, never on a write: the stored assessment stands while diary, date and rules are those
that it was made from. A finding keeps its row from day to day; what an edit takes the ground from is withdrawn,
never deleted.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from diary.history import dates_between
from diary.models import Diarist
from triage.following import CHANGING, Look, follow, weight
from triage.models import Acknowledgement, Assessment, Finding
from triage.reader import read_history
from triage.readings import Reading, readings
from triage.rules import findings as said
from triage.rules.assess import Assessor
from triage.rules.history import CheckRecord, EpisodeRecord
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
    """What the rules say of one reading of a diary: of `revision`, with so many `entries`.

    `past` holds the findings of the days before, of a diary that nobody has looked at yet.
    """

    revision: int
    entries: int
    look: Look
    past: dict[str, Finding]


def current(diarist: Diarist, today: dt.date) -> Current:
    """The stored assessment if it is the one of this diary on this day, else one made now and stored.

    While somebody writes without a pause it is the latest there is; raises Restless where there is none.
    """
    stored = stored_assessment(diarist)
    if stored is None or not is_fresh(stored, diarist, today):
        try:
            stored = bring_up_to_date(diarist, today)
        except Restless:
            # Somebody writes without a pause: what was found a moment ago is no fault of the page.
            if stored is None:
                raise
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
    return sorted(rows, key=weight)


def bring_up_to_date(diarist: Diarist, today: dt.date, *, keep: bool = True) -> Assessment:
    """Read the diary, judge it and store what changed; whoever does so at the same time stores the same.

    Who waited for another thread takes what that one stored. With `keep` this process remembers what it read, for
    the next look. Raises Restless when the diary changes each time before it is judged.
    """
    with readings.alone(diarist) as turn:
        for _ in range(_TRIES):
            stored = stored_assessment(diarist)
            if turn.has_waited and stored is not None and is_fresh(stored, diarist, today):
                return stored
            judged = _judge(diarist, today, stored, keep=keep and turn.is_alone)
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
    noted = [Acknowledgement(diarist=diarist, key=row.key, kind=row.kind, on=on) for row in rows]
    with transaction.atomic():
        Finding.objects.bulk_update(rows, ["acknowledged_on", "acknowledged_kind"])
        Acknowledgement.objects.bulk_create(
            noted, update_conflicts=True, unique_fields=["diarist", "key"], update_fields=["kind", "on"]
        )
    return len(rows)


def mark_seen(diarist: Diarist, shown: Iterable[Finding], today: dt.date) -> None:
    """The person has opened the page with these findings: they are no news any more."""
    new = [row.pk for row in shown if row.seen_on is None]
    if new:
        findings_of(diarist).filter(pk__in=new, seen_on__isnull=True).update(seen_on=today)


def take_back_acknowledgement(diarist: Diarist, finding_id: uuid.UUID) -> None:
    """The finding was not discussed after all."""
    rows = findings_of(diarist).filter(pk=finding_id)
    with transaction.atomic():
        Acknowledgement.objects.filter(diarist=diarist, key__in=rows.values("key")).delete()
        rows.update(acknowledged_on=None, acknowledged_kind="")


def findings_of(diarist: Diarist) -> QuerySet[Finding]:
    """Every finding that the diary ever had."""
    return Finding.objects.filter(diarist=diarist)


def _judge(diarist: Diarist, today: dt.date, stored: Assessment | None, *, keep: bool) -> Judged:
    """What the rules say today and, for withdrawals, of the day of the look before; or of all days until now."""
    # Read before the rows: a write in between makes the revision differ when it comes to storing.
    revision, old_days_revision = Diarist.objects.values_list("revision", "old_days_revision").get(pk=diarist.pk)
    reading = readings.take(diarist, today, revision, old_days_revision) if keep and stored is not None else None
    before_on = stored.today if stored and stored.today < today and stored.rules_version == RULES_VERSION else None
    if reading is None or (before_on is not None and before_on < reading.at):
        history = read_history(diarist, today)
        reading = Reading.of(diarist, today, revision, history)
    assessor = reading.assessor
    before: frozenset[str] | None = None
    past: dict[str, Finding] = {}
    if stored is None:
        past = _past(diarist, reading.first or today, assessor, today)
        before = frozenset(key for key, row in past.items() if row.is_open)
    elif before_on is not None:
        before = frozenset(finding.key for finding in assessor.on(before_on).findings)
    now = assessor.on(today)
    reading.at = today
    kept = findings_of(diarist).filter(closed_on__isnull=True).values_list("key", "entry_ids")
    wanted: dict[str, Collection[str]] = {f"={key}": ids for key, ids in kept}
    wanted |= {key: row.entry_ids for key, row in past.items()}
    wanted |= {finding.key: finding.entry_ids for finding in now.findings}
    if keep:
        readings.put(diarist, reading)
    return Judged(revision, reading.size, Look(today, now, before, _digests(reading, wanted)), past)


def _past(diarist: Diarist, first: dt.date, assessor: Assessor, today: dt.date) -> dict[str, Finding]:
    """The findings of a diary that nobody has looked at yet, had somebody looked on each day before `today`."""
    rows: dict[str, Finding] = {}
    before: frozenset[str] = frozenset()
    last: tuple[said.Finding, ...] = ()
    for day in dates_between(first, today - dt.timedelta(days=1)):
        now = assessor.on(day)
        if now.findings != last:
            follow(diarist, rows, Look(day, now, before))
            before, last = frozenset(finding.key for finding in now.findings), now.findings
    for row in rows.values():
        row.seen_on = row.closed_on
    return rows


def _digests(reading: Reading, wanted: Mapping[str, Collection[str]]) -> dict[str, str]:
    """For each name the fingerprint of its entries, as they are now; entries that are gone are left out."""
    ids = {pk for listed in wanted.values() for pk in listed}
    lines = {pk: _line(entry) for pk in ids if (entry := reading.entries.get(pk))}
    return {
        name: hashlib.sha256("\n".join(lines[pk] for pk in sorted(listed) if pk in lines).encode()).hexdigest()
        for name, listed in wanted.items()
    }


def _line(entry: EpisodeRecord | CheckRecord) -> str:
    return json.dumps([str(getattr(entry, name)) for name in sorted(entry.__slots__) if name != "started_at"])


def _store(diarist: Diarist, today: dt.date, judged: Judged) -> Assessment:
    """Store an assessment and what became of every finding. Inside the transaction that holds the diarist."""
    look = judged.look
    rows = {row.key: row for row in findings_of(diarist).filter(_open_or_said(look.now))}
    # Somebody else was first: what was said on the days before is stored already.
    past = {} if rows or Assessment.objects.filter(diarist=diarist).exists() else judged.past
    for key, row in past.items():
        row.digest = look.digests[key]
    new, changed = follow(diarist, rows | past, look)
    made = [*past.values(), *new]
    _recall_acknowledgements(diarist, made)
    Finding.objects.bulk_create(made)
    Finding.objects.bulk_update(
        [row for row in changed if row.pk not in {one.pk for one in past.values()}], CHANGING
    )
    values = {
        "revision": judged.revision,
        "today": today,
        "rules_version": RULES_VERSION,
        "level": look.now.level,
        "looked_for": list(look.now.looked_for),
        "quality": _quality(look.now.data_quality),
        "entries": judged.entries,
        "made_at": timezone.now(),
    }
    return Assessment.objects.update_or_create(diarist=diarist, defaults=values)[0]


def _recall_acknowledgements(diarist: Diarist, rows: list[Finding]) -> None:
    """What is found anew was perhaps discussed before: in another copy of the diary, or before an edit."""
    keys = [row.key for row in rows]
    known = {noted.key: noted for noted in diarist.acknowledgements.filter(key__in=keys)} if keys else {}
    for row in rows:
        if noted := known.get(row.key):
            row.acknowledged_on, row.acknowledged_kind = noted.on, noted.kind


def _open_or_said(now: said.Assessment) -> Q:
    """The rows that an assessment can touch: the open ones, and closed ones that it says again."""
    return Q(closed_on__isnull=True) | Q(key__in=[finding.key for finding in now.findings])


def _quality(quality: said.DataQuality) -> dict[str, object]:
    """As plain JSON: dates as text."""
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value for name, value in asdict(quality).items()
    }
