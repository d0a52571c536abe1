"""What becomes of a finding's row from one assessment to the next: changed, carried over, over, withdrawn."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from diary.models import Diarist
from triage.models import Finding
from triage.rules import findings as said
from triage.rules.findings import LEVELS
from triage.rules.thresholds import RULES_VERSION

ORDER = ("signs", "worsening", "spread", "persistence", "reassurance")
# What a row may change in; the rest stays as it was when the finding was first said.
CHANGING = (
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
)


@dataclass(frozen=True, slots=True)
class Look:
    """What the rules say on `today`.

    `before` holds the keys that they would say, of the diary as it is now, on the day of the look before this one;
    None where that was on the same day or by other rules. `digests` are the fingerprints of the entries of every
    finding, by its key, and of every open row, by "=" and its key.
    """

    today: dt.date
    now: said.Assessment
    before: frozenset[str] | None
    digests: Mapping[str, str] = field(default_factory=dict)


def follow(diarist: Diarist, rows: dict[str, Finding], look: Look) -> tuple[list[Finding], list[Finding]]:
    """Bring `rows`, by their keys, up to what is said now; the new ones and those that changed.

    `rows` are the open ones and all that are said again; the new ones are added to it.
    """
    found = {finding.key: finding for finding in look.now.findings}
    _carry_over(rows, found, look)
    new, changed = [], []
    for key, row in rows.items():
        if key not in found and row.is_open:
            row.closed_on, row.closed_why = look.today, _why(row, look)
            changed.append(row)
    for key, finding in found.items():
        if key not in rows:
            rows[key] = _fill(Finding(diarist=diarist, key=key, opened_on=look.today), finding, look)
            new.append(rows[key])
        elif not _is_same(rows[key], finding, look):
            changed.append(_fill(rows[key], finding, look))
    return new, changed


def weight(row: Finding) -> tuple[int, bool, int, int, str]:
    """The order of findings: by level; loss of function before progression, progression before persistence."""
    return -LEVELS.index(_level(row)), row.is_quiet, ORDER.index(row.rule), -row.since.toordinal(), row.key


def plain(evidence: object) -> object:
    """As it comes back from the database, so that both can be compared."""
    return json.loads(json.dumps(evidence))


def closing(finding: said.Finding) -> dict[str, object]:
    """What would close a finding, as it is stored."""
    return {"code": finding.closes_when.code, **finding.closes_when.params}


def _carry_over(rows: dict[str, Finding], found: dict[str, said.Finding], look: Look) -> None:
    """Let an open row take the key of what it has become: an edit moved its first day, or it grew.

    A twitch that began anew beside one that the rules still said at the look before is another finding.
    """
    appeared = {_family(finding): key for key, finding in found.items() if key not in rows}
    for key in [key for key, row in rows.items() if row.is_open and key not in found]:
        family = _family(rows[key])
        moved = look.before is None or key not in look.before or family[0] in {"worsening", "spread"}
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


def _is_same(row: Finding, finding: said.Finding, look: Look) -> bool:
    """Whether there is nothing to store: open, and saying the same of the same entries."""
    return (
        row.is_open
        and row.digest == look.digests.get(finding.key, "")
        and (row.kind, row.since) == (finding.kind, finding.since)
        and row.rules_version == RULES_VERSION
        and row.evidence == plain(finding.evidence)
        and row.closes_when == closing(finding)
    )


def _fill(row: Finding, finding: said.Finding, look: Look) -> Finding:
    """Put what is said now into a row. What was closed is open again; what grew is news again."""
    if not row.is_open:
        row.seen_on = None
        row.opened_on = look.today if finding.rule == "reassurance" else row.opened_on
    if row.level and LEVELS.index(_level(row)) < LEVELS.index(finding.level):
        row.seen_on = None
    row.rule, row.kind, row.level, row.since = finding.rule, finding.kind, finding.level, finding.since
    row.location, row.side = finding.location or "", finding.side or ""
    row.evidence, row.closes_when = plain(finding.evidence), closing(finding)
    row.entry_ids, row.digest = list(finding.entry_ids), look.digests.get(finding.key, "")
    row.rules_version, row.changed_on = RULES_VERSION, look.today
    row.closed_on, row.closed_why = None, ""
    return row


def _why(row: Finding, look: Look) -> Finding.Why:
    """Over by the rules, or withdrawn because an edit took its ground away.

    Withdrawn is what the diary, as it is now, would not have said at the look before either; where that can't be
    told, what rests on entries that were changed or deleted. An answer "no" is an entry, no edit.
    """
    if look.before is not None and row.rule not in {"signs", "reassurance"}:
        return Finding.Why.OVER if row.key in look.before else Finding.Why.WITHDRAWN
    is_intact = look.digests.get(f"={row.key}", "") == row.digest
    return Finding.Why.OVER if is_intact else Finding.Why.WITHDRAWN


def _level(row: Finding) -> said.Level:
    return cast("said.Level", row.level)
