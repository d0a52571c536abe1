"""The rows of a diary in the shape of the diary file, one at a time: whatever is written, it begins here.

Nothing that was not entered has a key. The order is the same for the same entries in every account, so that a
diary that was taken out, brought in elsewhere and taken out again is the same file.
"""

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from diary.export.sections import Row
from diary.models import Diarist

AT_A_TIME = 1000

_EPISODE = (
    "id",
    "source_id",
    "started_at",
    "local_date",
    "time_zone",
    "utc_offset_minutes",
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
    "extra",
)
_DAY = (
    "sleep_hours",
    "sleep_quality",
    "caffeine_mg",
    "exercise_minutes",
    "exercise_effort",
    "stress",
    "water_ml",
    "alcohol_units",
    "magnesium",
    "heat",
    "note",
)
_CHECK = ("date", "sign", "answer", "location", "side", "since_on", "course", "note")
_MEDICINE = ("name", "started_on", "stopped_on")


def settings_of(diarist: Diarist) -> Row:
    """What the person chose, without what belongs to the account (user name, e-mail, sign-in)."""
    return entered(
        {
            "name": diarist.name,
            "country": diarist.country,
            "language": diarist.language,
            "volume_unit": diarist.volume_unit,
            "follows_device": diarist.follows_device,
            "check_dismissed_on": plain(diarist.check_dismissed_on),
        }
    )


def episodes(diarist: Diarist) -> Iterator[Row]:
    """All episodes, the oldest first."""
    found = diarist.episodes.order_by("local_date", "started_at", "id").values_list(*_EPISODE)
    # Ids differ between accounts; of two at the same moment the one with the smaller id in the file comes first.
    for _, group in itertools.groupby(found.iterator(AT_A_TIME), key=lambda values: values[2:4]):
        yield from sorted((_episode(values) for values in group), key=lambda row: str(row["id"]))


def days(diarist: Diarist) -> Iterator[Row]:
    """All days with something entered, the oldest first."""
    found = diarist.days.order_by("date").values_list("date", "no_twitches", "extra", *_DAY)
    for date, no_twitches, extra, *values in found.iterator(AT_A_TIME):
        row: Row = {"date": date.isoformat()}
        if no_twitches:
            row["no_twitches"] = True
        row |= entered(dict(zip(_DAY, map(plain, values), strict=True)))
        yield with_extra(row, extra)


def checks(diarist: Diarist) -> Iterator[Row]:
    """All answers to signs, the oldest first."""
    fields = ("id", "source_id", "recorded_at", "extra", *_CHECK)
    found = diarist.sign_checks.order_by("date", "recorded_at", "id").values_list(*fields)
    for _, group in itertools.groupby(found.iterator(AT_A_TIME), key=lambda values: (values[4], values[2])):
        yield from sorted((_check(values) for values in group), key=lambda row: str(row["id"]))


def medicines(diarist: Diarist) -> Iterator[Row]:
    """All medicines by name."""
    fields = ("id", "source_id", "extra", *_MEDICINE)
    rows = []
    for pk, source_id, extra, *values in diarist.medicines.values_list(*fields):
        row = {"id": source_id or str(pk)} | entered(dict(zip(_MEDICINE, map(plain, values), strict=True)))
        rows.append(with_extra(row, extra))
    # By the letters' numbers: databases sort names each in their own way.
    return iter(sorted(rows, key=lambda row: (row["name"], row.get("started_on", ""), row["id"])))


def beyond(diarist: Diarist) -> Row:
    """What files that were brought in held at their top beyond what the diary knows; the newest counts."""
    found: Row = {}
    stored = diarist.imports.filter(status="stored").exclude(extra="").order_by("stored_at", "id")
    for text in stored.values_list("extra", flat=True):
        found |= json.loads(text)
    return dict(sorted(found.items()))


def entered(row: Row) -> Row:
    """Without what was not entered."""
    return {name: value for name, value in row.items() if value is not None and value != ""}


def plain(value: Any) -> Any:
    """A value of a column as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def with_extra(row: Row, extra: str) -> Row:
    """With what a file said beyond what the diary knows; what the diary knows counts."""
    return (
        {**row, **{name: value for name, value in json.loads(extra).items() if name not in row}} if extra else row
    )


def as_lines(rows: Iterable[Row], dumps: Any) -> Iterator[str]:
    """Each row as JSON, all but the last with a comma."""
    previous = ""
    for row in rows:
        if previous:
            yield previous + ",\n"
        previous = dumps(row)
    if previous:
        yield previous + "\n"


def _episode(values: tuple[Any, ...]) -> Row:
    pk, source_id, started_at, local_date, zone, offset, time_known, *rest, recorded_at, extra = values
    location, side, seconds, is_rough, is_ongoing, strength, how_often, at_rest, note = rest
    local = started_at.astimezone(dt.timezone(dt.timedelta(minutes=offset)))
    row: Row = {
        "id": source_id or str(pk),
        "started_at": local.isoformat(),
        "date": None if local.date() == local_date else local_date.isoformat(),
        "time_zone": zone,
        "start_time_known": None if time_known else False,
        "location": location,
        "side": side,
        "duration_seconds": seconds,
        "duration_is_rough": is_rough or None,
        "is_ongoing": is_ongoing or None,
        "strength": strength,
        "how_often": how_often,
        "at_rest": at_rest,
        "note": note,
        "recorded_at": recorded_at.isoformat(),
    }
    return with_extra(entered(row), extra)


def _check(values: tuple[Any, ...]) -> Row:
    pk, source_id, recorded_at, extra, *rest = values
    row = {"id": source_id or str(pk)} | entered(dict(zip(_CHECK, map(plain, rest), strict=True)))
    return with_extra(row | {"recorded_at": recorded_at.isoformat()}, extra)
