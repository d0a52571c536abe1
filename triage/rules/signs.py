"""Signs: what somebody can no longer do (docs/rules.md, rule `signs`). No statistics: one yes is enough.

NICE NG127 and the MND Association / RCGP red-flag tool. Loss of function weighs more than any pattern of
twitches.
"""

from dataclasses import dataclass, field

from triage.rules import thresholds as t
from triage.rules.answers import CHECK_SIGNS, KIND_OF_SIGN, Standing, standing
from triage.rules.areas import Grouping
from triage.rules.findings import Closing, Finding, Kind
from triage.rules.journal import Journal, last_days

_URGENCY: tuple[Kind, ...] = (
    "emergency",
    "same_day",
    "loss_this_week",
    "loss",
    "mention",
    "unsure",
    "tired_only",
)


@dataclass(slots=True)
class SignsMemory:
    """The answers that stand, while no new one came."""

    known: int = -1
    stands: tuple[Standing, ...] = field(default=())


def find_signs(journal: Journal, grouping: Grouping, today: int, memory: SignsMemory) -> list[Finding]:
    """One finding for every answer that stands, the most urgent first."""
    if memory.known != len(journal.checks):
        memory.known = len(journal.checks)
        memory.stands = tuple(standing(journal, today).values())
    findings = [
        _finding(journal, grouping, one, today) for one in memory.stands if _still_said(journal, one, today)
    ]
    return sorted(findings, key=lambda finding: (_URGENCY.index(finding.kind), finding.since, finding.key))


def _still_said(journal: Journal, one: Standing, today: int) -> bool:
    """A yes stays until the person says otherwise; unsure and tired-only fade."""
    asked = journal.day(one.record.date)
    return one.record.answer == "yes" or today - asked < t.SIGN_UNSURE_DAYS.value


def _finding(journal: Journal, grouping: Grouping, one: Standing, today: int) -> Finding:
    record = one.record
    twitches = _twitches_there(journal, grouping, record.location, record.side, today)
    since = journal.date(one.since)
    return Finding(
        rule="signs",
        kind=_kind(one, twitches=twitches),
        since=since,
        key=f"signs:{':'.join(one.key)}:{since.isoformat()}",
        location=record.location,
        side=record.side,
        evidence={
            "sign": record.sign,
            "answer": record.answer,
            "course": record.course,
            "answered_on": record.date.isoformat(),
            "noticed_since": record.since_on.isoformat() if record.since_on else None,
            "twitches_there": twitches,
            "ask_again_on": journal.date(journal.day(record.date) + t.SIGN_ASK_AGAIN.value).isoformat(),
        },
        entry_ids=one.ids,
        closes_when=Closing("back_to_normal", {"sign": record.sign}),
    )


def _kind(one: Standing, *, twitches: bool) -> Kind:
    record = one.record
    if record.answer == "tired_only":
        return "tired_only"
    if record.answer != "yes":
        return "unsure"
    kind = KIND_OF_SIGN[record.sign]
    if kind == "loss" and (record.course == "worse" or twitches):
        return "loss_this_week"
    return kind


def _twitches_there(
    journal: Journal, grouping: Grouping, location: str | None, side: str | None, today: int
) -> bool:
    """Whether the place of a sign, or one merged with it, twitched lately; a side left out matches any."""
    if location is None:
        return False
    return any(
        site.location in grouping.near(location)
        and (not side or not site.side or site.side == side)
        and last_days(bits, today, t.SIGN_TWITCH_DAYS.value) != 0
        for site, bits in journal.twitch.items()
    )


def check_signs() -> tuple[str, ...]:
    """The signs of the function check, in the order in which they are asked."""
    return CHECK_SIGNS
