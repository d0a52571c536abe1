"""A row of a file becomes a row of the diary, or says why it can't. Strict: a value bent to fit would say what
nobody entered.
"""

import datetime as dt
import json
import math
import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings as site

from diary import body, signs
from diary.body import gettext_noop
from diary.importing.wrong import Wrong
from diary.models import (
    LONGEST_DURATION_SECONDS,
    NOTE_LENGTH,
    SOURCE_ID_LENGTH,
    Day,
    Effort,
    Episode,
    Magnesium,
    Medicine,
    SignCheck,
)
from diary.moments import EARLIEST, Moment, some_time_on, zone_names

type Row = Mapping[str, Any]

LONGEST_EXTRA = 10_000
DEEPEST_EXTRA = 20
# A medicine may be planned, and clocks of other places run ahead.
AHEAD = dt.timedelta(days=1)
FURTHEST_MEDICINE = dt.timedelta(days=366)
# PostgreSQL takes no NUL, and half a character is none.
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")

MISSING = gettext_noop("“%(key)s” is missing.")
NOT_TEXT = gettext_noop("“%(key)s” must be a text.")
UNSTORABLE = gettext_noop("It holds characters that can't be stored.")
TOO_LONG = gettext_noop("“%(key)s” is longer than %(most)s characters.")
NOT_A_NUMBER = gettext_noop("“%(key)s” must be a number from %(least)s to %(most)s.")
NOT_WHOLE = gettext_noop("“%(key)s” must be a whole number from %(least)s to %(most)s.")
NOT_YES_OR_NO = gettext_noop("“%(key)s” must be true or false.")
UNKNOWN_WORD = gettext_noop("“%(key)s” has an unknown value.")
NOT_A_DATE = gettext_noop("“%(key)s” is not a date.")
NOT_A_TIME = gettext_noop("“%(key)s” is not a date with a time.")
NO_OFFSET = gettext_noop("“%(key)s” does not say how far it is from UTC.")
TOO_EARLY = gettext_noop("It lies before 1900.")
TOO_LATE = gettext_noop("It lies in the future.")
UNKNOWN_PLACE = gettext_noop("There is no such place in this diary.")
UNKNOWN_SIDE = gettext_noop("This place has no such side.")
UNKNOWN_ZONE = gettext_noop("There is no such time zone.")
OTHER_DAY = gettext_noop("Its date and its time do not fit together.")
ONGOING = gettext_noop("It can't go on and have ended.")
NO_LENGTH = gettext_noop("It says that its length is rough, but not what it is.")
SINCE = gettext_noop("It began after the day it was asked.")
STOPS = gettext_noop("It stops before it starts.")
TOO_MUCH = gettext_noop("It holds too much that this diary does not know.")

EPISODE_KEYS = frozenset(
    {
        "id",
        "started_at",
        "date",
        "time_zone",
        "start_time_known",
        "location",
        "side",
        "duration_seconds",
        "duration_is_rough",
        "is_ongoing",
        "strength",
        "how_often",
        "at_rest",
        "note",
        "recorded_at",
    }
)
DAY_NUMBERS = {
    "sleep_quality": (1, 4),
    "caffeine_mg": (0, 5000),
    "exercise_minutes": (0, 1440),
    "stress": (0, 4),
    "water_ml": (0, 20_000),
}
DAY_AMOUNTS = {"sleep_hours": (0, 24, 2), "alcohol_units": (0, 100, 1)}
DAY_WORDS = {"exercise_effort": tuple(Effort.values), "magnesium": tuple(Magnesium.values)}
DAY_KEYS = frozenset({"date", "no_twitches", "heat", "note", *DAY_NUMBERS, *DAY_AMOUNTS, *DAY_WORDS})
CHECK_KEYS = frozenset(
    {"id", "date", "sign", "answer", "location", "side", "since_on", "course", "note", "recorded_at"}
)
MEDICINE_KEYS = frozenset({"id", "name", "started_on", "stopped_on"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for all rows of a file: the zone where they name none, and now."""

    zone: str
    now: dt.datetime

    @property
    def latest(self) -> dt.date:
        """The last day that a row may be of."""
        return self.now.date() + AHEAD


def episode_from(row: Row, facts: Facts) -> Episode:
    """The episode that a row tells, with an id of its own. Raises Wrong."""
    at = _moment(row, "started_at", required=True)
    moment = _where_it_was(row, at, facts)
    location, side = _place(row, required=True)
    episode = Episode(
        id=uuid.uuid4(),
        source_id=_text(row, "id", SOURCE_ID_LENGTH, required=True),
        location=location,
        side=side,
        start_time_known=_truth(row, "start_time_known") is not False,
        duration_seconds=_whole(row, "duration_seconds", 0, LONGEST_DURATION_SECONDS),
        duration_is_rough=_truth(row, "duration_is_rough") or False,
        is_ongoing=_truth(row, "is_ongoing") or False,
        strength=_whole(row, "strength", 1, 4),
        how_often=_whole(row, "how_often", 0, 3),
        at_rest=_truth(row, "at_rest"),
        note=_text(row, "note", NOTE_LENGTH),
        recorded_at=_recorded_at(row, facts) or moment.at,
        extra=_extra(row, EPISODE_KEYS),
    )
    episode.moment = moment
    if episode.is_ongoing and episode.duration_seconds is not None:
        raise Wrong(ONGOING)
    if episode.duration_is_rough and episode.duration_seconds is None:
        raise Wrong(NO_LENGTH)
    return episode


def day_from(row: Row, facts: Facts) -> Day:
    """The day that a row tells; only what was entered is set. Raises Wrong."""
    day = Day(date=_required_date(row, "date", facts.latest))
    day.no_twitches = _truth(row, "no_twitches") or False
    for key, (least, most) in DAY_NUMBERS.items():
        setattr(day, key, _whole(row, key, least, most))
    for key, (least, most, places) in DAY_AMOUNTS.items():
        setattr(day, key, _amount(row, key, least, most, places))
    for key, words in DAY_WORDS.items():
        setattr(day, key, _word(row, key, words))
    day.heat = _truth(row, "heat")
    day.note = _text(row, "note", NOTE_LENGTH)
    day.extra = _extra(row, DAY_KEYS)
    return day


def check_from(row: Row, facts: Facts) -> SignCheck:
    """The answer to a sign that a row tells. Raises Wrong."""
    date = _required_date(row, "date", facts.latest)
    location, side = _place(row)
    check = SignCheck(
        date=date,
        sign=_word(row, "sign", tuple(signs.SIGNS), required=True),
        answer=_word(row, "answer", tuple(signs.ANSWERS), required=True),
        location=location,
        side=side,
        since_on=_date(row, "since_on", facts.latest),
        course=_word(row, "course", tuple(signs.COURSES)),
        note=_text(row, "note", NOTE_LENGTH),
        recorded_at=_recorded_at(row, facts) or some_time_on(date, facts.zone).at,
        extra=_extra(row, CHECK_KEYS),
    )
    if check.since_on is not None and check.since_on > date:
        raise Wrong(SINCE)
    # The contract of the file gives an answer no id; the same answer on the same day is the same one.
    named = ":".join((date.isoformat(), check.sign, location, side, check.answer))
    check.source_id = _text(row, "id", SOURCE_ID_LENGTH) or named
    return check


def medicine_from(row: Row, facts: Facts) -> Medicine:
    """The medicine that a row tells. Raises Wrong."""
    latest = facts.latest + FURTHEST_MEDICINE
    medicine = Medicine(
        name=_text(row, "name", 200, required=True),
        started_on=_date(row, "started_on", latest),
        stopped_on=_date(row, "stopped_on", latest),
        extra=_extra(row, MEDICINE_KEYS),
    )
    if medicine.started_on and medicine.stopped_on and medicine.stopped_on < medicine.started_on:
        raise Wrong(STOPS)
    named = f"{medicine.name[:150]}:{medicine.started_on or ''}:{medicine.stopped_on or ''}"
    medicine.source_id = _text(row, "id", SOURCE_ID_LENGTH) or named
    return medicine


def settings_from(row: object, facts: Facts) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings that a file holds, and what it says there beyond what the diary knows.

    A setting that can't be is left out: it is no reason to refuse a diary.
    """
    if not isinstance(row, dict):
        return {}, {}
    readers: dict[str, Any] = {
        "name": lambda: _text(row, "name", 100),
        "country": lambda: _text(row, "country", 2),
        "language": lambda: _word(row, "language", tuple(dict(site.LANGUAGES)), required=True),
        "volume_unit": lambda: _word(row, "volume_unit", ("ml", "fl_oz"), required=True),
        "follows_device": lambda: _truth(row, "follows_device"),
        "check_dismissed_on": lambda: _iso(_date(row, "check_dismissed_on", facts.latest)),
    }
    found = {}
    for key, read in readers.items():
        try:
            value = read() if row.get(key) is not None else None
        except Wrong:
            continue
        if value is not None:
            found[key] = value
    return found, {key: value for key, value in row.items() if key not in readers}


def canonical(extra: Mapping[str, Any], most: int = LONGEST_EXTRA) -> str:
    """What a file says beyond what the diary knows, as text that is the same for the same. Raises Wrong."""
    if not extra:
        return ""
    _check_plain(extra)
    text = json.dumps(extra, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if len(text) > most:
        raise Wrong(TOO_MUCH)
    if _NOT_TEXT.search(text):
        raise Wrong(UNSTORABLE)
    return text


def storable(text: str) -> str:
    """The same, with a sign in the place of each character that can't be stored: for names that are only shown."""
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)


def _check_plain(value: Any) -> None:
    """Neither deep nor endless. Raises Wrong."""
    level = [value]
    for _ in range(DEEPEST_EXTRA):
        below: list[Any] = []
        for item in level:
            if isinstance(item, float) and not math.isfinite(item):
                raise Wrong(TOO_MUCH)
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list):
                below += item
        if not below:
            return
        level = below
    raise Wrong(TOO_MUCH)


def _extra(row: Row, known: frozenset[str]) -> str:
    return canonical({key: value for key, value in row.items() if key not in known})


def _where_it_was(row: Row, at: dt.datetime, facts: Facts) -> Moment:
    """When it began as the clock on the wall showed it: the row's own offset and date count."""
    zone = _text(row, "time_zone", 64) or facts.zone
    if zone not in zone_names():
        raise Wrong(UNKNOWN_ZONE)
    minutes = round((at.utcoffset() or dt.timedelta()).total_seconds() / 60)
    try:
        local = at.astimezone(dt.timezone(dt.timedelta(minutes=minutes)))
        utc = at.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        raise Wrong(NOT_A_TIME, key="started_at") from None
    date = _date(row, "date", facts.latest) or local.date()
    _in_time(local.date(), facts.latest)
    if abs((date - local.date()).days) > 1:
        raise Wrong(OTHER_DAY)
    return Moment(utc, zone, minutes, date)


def _recorded_at(row: Row, facts: Facts) -> dt.datetime | None:
    if row.get("recorded_at") is None:
        return None
    at = _moment(row, "recorded_at", required=True)
    _in_time(at.date(), facts.latest)
    return at.astimezone(dt.UTC)


def _in_time(date: dt.date, latest: dt.date) -> None:
    if date < EARLIEST:
        raise Wrong(TOO_EARLY)
    if date > latest:
        raise Wrong(TOO_LATE)


def _place(row: Row, *, required: bool = False) -> tuple[str, str]:
    location = _text(row, "location", 100, required=required)
    side = _text(row, "side", 100)
    if not location and not side:
        return "", ""
    if location not in body.LOCATIONS:
        raise Wrong(UNKNOWN_PLACE)
    if not body.is_place(location, side):
        raise Wrong(UNKNOWN_SIDE)
    return location, side


def _text(row: Row, key: str, most: int, *, required: bool = False) -> str:
    value = row.get(key)
    if value is None or value == "":
        if required:
            raise Wrong(MISSING, key=key)
        return ""
    if not isinstance(value, str):
        raise Wrong(NOT_TEXT, key=key)
    if _NOT_TEXT.search(value):
        raise Wrong(UNSTORABLE)
    if len(value) > most:
        raise Wrong(TOO_LONG, key=key, most=most)
    return value


def _word(row: Row, key: str, words: Collection[str], *, required: bool = False) -> str:
    value = _text(row, key, 100, required=required)
    if value and value not in words:
        raise Wrong(UNKNOWN_WORD, key=key)
    return value


def _number(row: Row, key: str, least: float, most: float, reason: str) -> int | float | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Wrong(reason, key=key, least=least, most=most)
    return value


def _whole(row: Row, key: str, least: int, most: int) -> int | None:
    value = _number(row, key, least, most, NOT_WHOLE)
    if value is not None and value != int(value):
        raise Wrong(NOT_WHOLE, key=key, least=least, most=most)
    return None if value is None else int(value)


def _amount(row: Row, key: str, least: int, most: int, places: int) -> Decimal | None:
    value = _number(row, key, least, most, NOT_A_NUMBER)
    return None if value is None else Decimal(str(value)).quantize(Decimal(10) ** -places)


def _truth(row: Row, key: str) -> bool | None:
    value = row.get(key)
    if value is not None and not isinstance(value, bool):
        raise Wrong(NOT_YES_OR_NO, key=key)
    return value


def _date(row: Row, key: str, latest: dt.date, *, required: bool = False) -> dt.date | None:
    value = _text(row, key, 40, required=required)
    if not value:
        return None
    try:
        date = dt.date.fromisoformat(value)
    except ValueError:
        raise Wrong(NOT_A_DATE, key=key) from None
    _in_time(date, latest)
    return date


def _required_date(row: Row, key: str, latest: dt.date) -> dt.date:
    date = _date(row, key, latest, required=True)
    if date is None:
        raise Wrong(MISSING, key=key)
    return date


def _iso(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None


def _moment(row: Row, key: str, *, required: bool) -> dt.datetime:
    value = _text(row, key, 60, required=required)
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError:
        raise Wrong(NOT_A_TIME, key=key) from None
    if at.tzinfo is None:
        raise Wrong(NO_OFFSET, key=key)
    return at
