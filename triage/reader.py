"""Diary rows into the history that the rules read: the only module that speaks both languages."""

import datetime as dt
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

from django.db.models import Manager, Model, QuerySet

from diary.models import Diarist
from diary.moments import zone_or
from triage.places import PLACES
from triage.rules.history import Answer, CheckRecord, Course, DayRecord, EpisodeRecord, History, Side

# West of every inhabited place: here it is no later than on any wall.
_LATEST_TO_RISE = dt.timezone(dt.timedelta(hours=-12))


def read_history(diarist: Diarist, today: dt.date, since: dt.date = dt.date.min) -> History:
    """The diary as it is now, whole or its days from `since` on. Three queries.

    An answer counts from the local date on which it was recorded, and from `today` at the latest.
    """
    return History(PLACES, _episodes(diarist, since), _days(diarist, since), _checks(diarist, today, since))


def _episodes(diarist: Diarist, since: dt.date) -> tuple[EpisodeRecord, ...]:
    rows = _from(diarist.episodes, local_date=since).values_list(
        "id",
        "local_date",
        "started_at",
        "utc_offset_minutes",
        "location",
        "side",
        "strength",
        "duration_seconds",
        "recorded_at",
    )
    return tuple(
        EpisodeRecord(
            str(pk),
            date,
            started_at.astimezone(_offset(offset)),
            location,
            _side(side),
            strength,
            seconds,
            recorded,
        )
        for pk, date, started_at, offset, location, side, strength, seconds, recorded in rows.iterator(5000)
    )


def _days(diarist: Diarist, since: dt.date) -> tuple[DayRecord, ...]:
    """Only the marked days: nothing else that a day holds is read by a rule."""
    marked = _from(diarist.days, date=since).filter(no_twitches=True).values_list("date", flat=True)
    return tuple(DayRecord(date, no_twitches=True) for date in marked.iterator(5000))


def _checks(diarist: Diarist, today: dt.date, since: dt.date) -> tuple[CheckRecord, ...]:
    zone = ZoneInfo(zone_or(diarist.time_zone, "UTC"))
    rows = _from(diarist.sign_checks, date=since).values_list(
        "id", "date", "sign", "answer", "location", "side", "course", "since_on", "recorded_at"
    )
    return tuple(
        CheckRecord(
            str(pk),
            date,
            sign,
            cast("Answer", answer),
            location or None,
            _side(side),
            cast("Course", course) if course else None,
            since_on,
            _recorded(recorded_at, zone, today),
        )
        for pk, date, sign, answer, location, side, course, since_on, recorded_at in rows.iterator(5000)
    )


def _from[Row: Model](rows: Manager[Row], **first_day: dt.date) -> QuerySet[Row]:
    """The rows in no order, those of earlier days left out."""
    ((name, since),) = first_day.items()
    return rows.order_by() if since == dt.date.min else rows.order_by().filter(**{f"{name}__gte": since})


@lru_cache(maxsize=256)
def _offset(minutes: int) -> dt.timezone:
    return dt.timezone(dt.timedelta(minutes=minutes))


def _side(side: str) -> Side | None:
    return cast("Side", side) if side else None


def _recorded(at: dt.datetime, zone: ZoneInfo, today: dt.date) -> dt.datetime:
    """When an answer was recorded, on a wall on which that is not tomorrow."""
    local = at.astimezone(zone)
    return local if local.date() <= today else at.astimezone(_LATEST_TO_RISE)
