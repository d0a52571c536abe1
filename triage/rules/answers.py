"""What the answers to the signs say on a day: what stands, until the person's own "back to normal"."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from triage.rules.findings import Kind
from triage.rules.history import CheckRecord
from triage.rules.journal import Journal

LOSS_OF_FUNCTION = (
    "jars",
    "buttons",
    "write",
    "lift_arm",
    "stairs",
    "walk",
    "neck",
    "thinner",
    "speech",
    "reflexes",
)
SAME_DAY = ("swallow", "breathing_flat")
EMERGENCIES = (
    "sudden_weakness",
    "face_droop",
    "speech_loss",
    "breathless_rest",
    "rapid_weakness",
    "back_saddle",
)
MENTIONS = ("eyes_forced_shut", "lid_droop", "eye_red", "medicine_suspected")
CHECK_SIGNS = (*LOSS_OF_FUNCTION, *SAME_DAY)
ANSWERABLE_BY_ANYONE = tuple(sign for sign in CHECK_SIGNS if sign != "reflexes")
KIND_OF_SIGN: Mapping[str, Kind] = {
    **dict.fromkeys(LOSS_OF_FUNCTION, "loss"),
    **dict.fromkeys(SAME_DAY, "same_day"),
    **dict.fromkeys(EMERGENCIES, "emergency"),
    **dict.fromkeys(MENTIONS, "mention"),
}
_WEIGHT = {"no": 0, "tired_only": 1, "unsure": 2, "yes": 3}


@dataclass(frozen=True, slots=True)
class Standing:
    """An answer other than no that still stands: since when, its latest record, and the ids of all."""

    since: int
    record: CheckRecord
    ids: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """The sign and where it is, "" where not entered."""
        return key_of(self.record)


def key_of(record: CheckRecord) -> tuple[str, str, str]:
    """The sign and where it is, "" where not entered."""
    return record.sign, record.location or "", record.side or ""


def in_order(journal: Journal, until: int) -> list[CheckRecord]:
    """The answers up to a day, oldest first; within a day as recorded, and what is worse counts last."""
    return journal.checks_in_order(_order, until)


def _order(record: CheckRecord) -> tuple[int, float, int, str]:
    recorded = record.recorded_at.timestamp() if record.recorded_at is not None else 0.0
    return record.date.toordinal(), recorded, _WEIGHT[record.answer], record.id


def standing(journal: Journal, until: int) -> dict[tuple[str, str, str], Standing]:
    """Every answer that stands on a day, by sign and where it is."""
    stands: dict[tuple[str, str, str], Standing] = {}
    for record in in_order(journal, until):
        if record.answer == "no":
            _close(stands, record)
            continue
        key = key_of(record)
        before = stands.get(key)
        if before is None or _WEIGHT[record.answer] > _WEIGHT[before.record.answer]:
            stands[key] = Standing(journal.day(record.date), record, (record.id,))
        elif record.answer == before.record.answer:
            stands[key] = replace(before, record=record, ids=(*before.ids, record.id))
    return stands


def _close(stands: dict[tuple[str, str, str], Standing], record: CheckRecord) -> None:
    """A no closes its sign: everywhere, or only where it says."""
    for key in [key for key in stands if key[0] == record.sign]:
        if not record.location or key == key_of(record):
            del stands[key]


def loss_reported(journal: Journal, day: int) -> bool:
    """Whether a loss of function stands on a day."""
    return any(
        one.record.answer == "yes" and one.record.sign in CHECK_SIGNS for one in standing(journal, day).values()
    )


def answered_no(journal: Journal, today: int, within: int) -> set[str]:
    """The signs whose latest answer is a no of the last `within` days."""
    latest: dict[str, CheckRecord] = {}
    for record in in_order(journal, today):
        latest[record.sign] = record
    return {
        sign
        for sign, record in latest.items()
        if record.answer == "no" and today - journal.day(record.date) < within
    }
