"""The answer to "was it there in between?": days filled in with one tap, and taken back with another."""

import datetime as dt
import uuid
from collections.abc import Container
from dataclasses import dataclass

from django.core import signing

from diary import recording
from diary.history import dates_between, recorded_dates
from diary.models import Diarist, Episode
from diary.moments import some_time_on
from triage.models import Finding

_SALT = "days filled in for a finding"
_VALID_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Filled:
    """The days that one answer filled in, and whether it was there on them."""

    dates: tuple[dt.date, ...]
    was_there: bool


def window_of(finding: Finding) -> tuple[dt.date, dt.date]:
    """The first and the last day that a finding's question is about."""
    last = dt.date.fromisoformat(finding.evidence["last_twitch"])
    return max(finding.since, last - dt.timedelta(days=finding.evidence["window_days"] - 1)), last


def open_days(finding: Finding, recorded: Container[dt.date]) -> list[dt.date]:
    """The days of that window that nobody recorded, oldest first."""
    return [date for date in dates_between(*window_of(finding)) if date not in recorded]


def fill(diarist: Diarist, finding: Finding, *, was_there: bool, now: dt.datetime, zone: str) -> list[dt.date]:
    """Record the open days, as twitching at the finding's place or as free of twitches; the days it recorded.

    What is remembered is written down as of `now`: the rules count only some of it.
    """
    dates = open_days(finding, recorded_dates(diarist, *window_of(finding)))
    if was_there:
        recording.add_entries(diarist, [_episode(diarist, finding, date, now, zone) for date in dates])
    else:
        recording.add_marks(diarist, dates)
    return dates


def take_back(diarist: Diarist, finding: Finding, filled: Filled) -> None:
    """Delete what an answer recorded; entries that were changed since stay."""
    ids = [entry_id(finding, date) for date in filled.dates] if filled.was_there else []
    recording.undo_fill(diarist, ids, () if filled.was_there else filled.dates)


def entry_id(finding: Finding, date: dt.date) -> uuid.UUID:
    """The id of the entry that an answer makes for a day: sent twice, it is stored once."""
    return uuid.uuid5(finding.pk, date.isoformat())


def token(finding: Finding, dates: list[dt.date], *, was_there: bool) -> str:
    """What an answer stored, as signed text for the address and the Undo button."""
    days = [date.toordinal() for date in dates]
    return signing.dumps([str(finding.pk), days, was_there], salt=_SALT, compress=True)


def finding_in(text: str) -> uuid.UUID | None:
    """The finding that a token is about; None for a token that is damaged or too old."""
    loaded = _load(text)
    return None if loaded is None else uuid.UUID(loaded[0])


def read_token(text: str, finding: Finding) -> Filled | None:
    """What a token says was stored for `finding`; None for one that is damaged, too old or of another."""
    loaded = _load(text)
    if loaded is None or loaded[0] != str(finding.pk):
        return None
    return Filled(tuple(dt.date.fromordinal(day) for day in loaded[1]), loaded[2])


def _load(text: str) -> tuple[str, list[int], bool] | None:
    try:
        pk, days, was_there = signing.loads(text, salt=_SALT, max_age=_VALID_SECONDS)
    except signing.BadSignature:
        return None
    return pk, days, was_there


def _episode(diarist: Diarist, finding: Finding, date: dt.date, now: dt.datetime, zone: str) -> Episode:
    row = Episode(
        id=entry_id(finding, date),
        diarist=diarist,
        location=finding.location,
        side=finding.side,
        start_time_known=False,
        recorded_at=now,
    )
    row.moment = some_time_on(date, zone)
    return row
