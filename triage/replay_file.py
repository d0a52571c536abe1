"""The diary file, read strictly, and the JSON Lines of a replay. Pure: text in, text out.

A file that says something unknown is refused as a whole, with where and why: a value that is dropped in
silence could change what the rules say.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, get_args

from triage.rules.answers import KIND_OF_SIGN
from triage.rules.assess import replay
from triage.rules.findings import Assessment, Finding
from triage.rules.history import (
    Answer,
    CheckRecord,
    Course,
    DayRecord,
    EpisodeRecord,
    History,
    Place,
    Side,
)

FORMAT = "muscle-twitch-diary"
VERSION = 1
LONGEST_SECONDS = 7 * 24 * 60 * 60

type _Path = tuple[str | int, ...]


class BrokenFile(ValueError):  # noqa: N818
    """A diary file that can't be read; says where (`path`, `line` from 1) and why (`reason`)."""

    def __init__(self, reason: str, *, path: str, line: int) -> None:
        super().__init__(f"line {line}: {path}: {reason}" if path else f"line {line}: {reason}")
        self.reason = reason
        self.path = path
        self.line = line


class _Wrong(Exception):  # noqa: N818
    """A value that can't be: where it is in the document, and the reason."""

    def __init__(self, path: _Path, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


def read_history(text: str, places: Mapping[str, Place]) -> History:
    """The history that a diary file tells. Raises BrokenFile."""
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BrokenFile(error.msg, path="", line=error.lineno) from error
    except ValueError as error:
        raise BrokenFile(str(error), path="", line=1) from error
    try:
        return _history(document, places)
    except _Wrong as error:
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.path)
        raise BrokenFile(error.reason, path=where.lstrip("."), line=line_of(text, error.path)) from error


def replay_lines(
    name: str,
    history: History,
    *,
    as_of: dt.date | None = None,
    to: dt.date | None = None,
) -> Iterator[str]:
    """One JSON line for every local date from the first entry to the last or `to`; or only for `as_of`."""
    if as_of is None and not history.dates():
        return
    for _, assessment in replay(history, first=as_of, last=as_of or to):
        yield json.dumps(as_plain(name, assessment), ensure_ascii=False)


def as_plain(name: str, assessment: Assessment) -> dict[str, Any]:
    """An assessment in the shape of the replay."""
    return {
        "file": name,
        "date": assessment.today.isoformat(),
        "level": assessment.level,
        "recorded_days": assessment.data_quality.recorded_days,
        "findings": [finding_as_plain(finding) for finding in assessment.findings],
    }


def finding_as_plain(finding: Finding) -> dict[str, Any]:
    """A finding in the shape of the replay; what goes beyond the contract stands at the end."""
    return {
        "rule": finding.rule,
        "level": finding.level,
        "location": finding.location,
        "side": finding.side,
        "since": finding.since.isoformat(),
        "evidence": dict(finding.evidence),
        "kind": finding.kind,
        "key": finding.key,
        "entries": list(finding.entry_ids),
        "closes_when": {"code": finding.closes_when.code, **finding.closes_when.params},
    }


def line_of(text: str, path: _Path) -> int:
    """The line (from 1) on which the value at `path` of a JSON text begins; that of its parent if absent."""
    position = _skip(text, 0)
    for step in path:
        found = _child(text, position, step)
        if found is None:
            break
        position = found
    return text.count("\n", 0, position) + 1


_decoder = json.JSONDecoder()


def _skip(text: str, position: int) -> int:
    """The position of the next character that is no white space, comma or colon."""
    while position < len(text) and text[position] in " \t\r\n,:":
        position += 1
    return position


def _child(text: str, position: int, step: str | int) -> int | None:
    """Where the member or item `step` of the object or list at `position` begins."""
    position = _skip(text, position + 1)
    number = 0
    while text[position] not in "]}":
        key: object = number
        if isinstance(step, str):
            key, position = _decoder.raw_decode(text, position)
            position = _skip(text, position)
        if key == step:
            return position
        _, position = _decoder.raw_decode(text, position)
        position = _skip(text, position)
        number += 1
    return None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _history(document: object, places: Mapping[str, Place]) -> History:
    row = _object(document, ())
    if row.get("format") != FORMAT:
        raise _Wrong(("format",), f'must be "{FORMAT}"')
    if row.get("version") != VERSION or isinstance(row.get("version"), bool):
        raise _Wrong(("version",), f"must be {VERSION}")
    _text(row, "time_zone", (), required=True)
    episodes = [_episode(item, path, places) for item, path in _items(row, "episodes")]
    days = [_day(item, path) for item, path in _items(row, "days")]
    checks = [_check(item, path, places) for item, path in _items(row, "checks")]
    for item, path in _items(row, "medicines"):
        _medicine(item, path)
    _no_repeats("episodes", "id", [episode.id for episode in episodes])
    _no_repeats("days", "date", [day.date.isoformat() for day in days])
    return History(places, tuple(episodes), tuple(days), tuple(_told_apart(checks)))


def _no_repeats(rows: str, field: str, values: list[str]) -> None:
    seen: set[str] = set()
    for number, value in enumerate(values):
        if value in seen:
            raise _Wrong((rows, number, field), f'"{value}" is there twice')
        seen.add(value)


def _told_apart(checks: list[CheckRecord]) -> list[CheckRecord]:
    """The same answer given twice on a day is one answer."""
    return list({check.id: check for check in checks}.values())


def _items(row: dict[str, Any], key: str) -> Iterator[tuple[dict[str, Any], _Path]]:
    listed = row.get(key)
    if listed is None:
        return
    if not isinstance(listed, list):
        raise _Wrong((key,), "must be a list")
    for number, item in enumerate(listed):
        yield _object(item, (key, number)), (key, number)


def _episode(row: dict[str, Any], path: _Path, places: Mapping[str, Place]) -> EpisodeRecord:
    started_at = _moment(row, "started_at", path, required=True)
    assert started_at is not None  # noqa: S101 - it is required
    location, side = _place(row, path, places, required=True)
    _whole(row, "how_often", path, 0, 3)
    _truth(row, "at_rest", path)
    _text(row, "note", path)
    return EpisodeRecord(
        id=_text(row, "id", path, required=True) or "",
        date=started_at.date(),
        started_at=started_at,
        location=location or "",
        side=side,
        strength=_whole(row, "strength", path, 1, 4),
        duration_seconds=_whole(row, "duration_seconds", path, 0, LONGEST_SECONDS),
        recorded_at=_moment(row, "recorded_at", path),
    )


_DAY_NUMBERS: dict[str, tuple[float, float]] = {
    "sleep_hours": (0, 24),
    "sleep_quality": (1, 4),
    "caffeine_mg": (0, 5000),
    "exercise_minutes": (0, 1440),
    "stress": (0, 4),
    "water_ml": (0, 20_000),
    "alcohol_units": (0, 100),
}
_DAY_WORDS = {
    "exercise_effort": ("light", "moderate", "hard"),
    "magnesium": ("none", "food", "supplement"),
}


def _day(row: dict[str, Any], path: _Path) -> DayRecord:
    for key, (least, most) in _DAY_NUMBERS.items():
        _number(row, key, path, least, most)
    for key, words in _DAY_WORDS.items():
        _word(row, key, path, words)
    _truth(row, "heat", path)
    _text(row, "note", path)
    return DayRecord(
        date=_date(row, "date", path, required=True) or dt.date.min,
        no_twitches=_truth(row, "no_twitches", path),
        recorded_at=_moment(row, "recorded_at", path),
    )


def _check(row: dict[str, Any], path: _Path, places: Mapping[str, Place]) -> CheckRecord:
    date = _date(row, "date", path, required=True) or dt.date.min
    sign = _word(row, "sign", path, tuple(KIND_OF_SIGN), required=True) or ""
    answer: Answer = _word(row, "answer", path, get_args(Answer), required=True)  # type: ignore[assignment]
    course: Course | None = _word(row, "course", path, get_args(Course))  # type: ignore[assignment]
    location, side = _place(row, path, places)
    where = f":{location}:{side or ''}" if location else ""
    return CheckRecord(
        id=_text(row, "id", path) or f"{date.isoformat()}:{sign}{where}:{answer}",
        date=date,
        sign=sign,
        answer=answer,
        location=location,
        side=side,
        course=course,
        since_on=_date(row, "since_on", path),
        recorded_at=_moment(row, "recorded_at", path),
    )


def _medicine(row: dict[str, Any], path: _Path) -> None:
    _text(row, "name", path, required=True)
    _date(row, "started_on", path)
    _date(row, "stopped_on", path)


def _place(
    row: dict[str, Any], path: _Path, places: Mapping[str, Place], *, required: bool = False
) -> tuple[str | None, Side | None]:
    """Location and side; the side must be one that the location has."""
    location = _text(row, "location", path, required=required)
    side: Side | None = _word(row, "side", path, get_args(Side))  # type: ignore[assignment]
    if location is None:
        return None, side
    if location not in places:
        raise _Wrong((*path, "location"), f'"{location}" is no known location')
    if side is not None and side not in places[location].sides:
        raise _Wrong((*path, "side"), f'"{location}" has no side "{side}"')
    return location, side


def _object(value: object, path: _Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(path, "must be an object")
    return value


def _text(row: dict[str, Any], key: str, path: _Path, *, required: bool = False) -> str | None:
    value = row.get(key)
    if value is None and not required:
        return None
    if not isinstance(value, str) or (required and not value):
        raise _Wrong((*path, key), "is missing" if value is None or value == "" else "must be a text")
    return value


def _word(
    row: dict[str, Any], key: str, path: _Path, words: tuple[str, ...], *, required: bool = False
) -> str | None:
    value = _text(row, key, path, required=required)
    if value is not None and value not in words:
        raise _Wrong((*path, key), f'"{value}" is none of {", ".join(words)}')
    return value


def _number(row: dict[str, Any], key: str, path: _Path, least: float, most: float) -> float | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise _Wrong((*path, key), f"must be a number from {least:g} to {most:g}")
    return value


def _whole(row: dict[str, Any], key: str, path: _Path, least: int, most: int) -> int | None:
    value = _number(row, key, path, least, most)
    if value is not None and value != int(value):
        raise _Wrong((*path, key), f"must be a whole number from {least} to {most}")
    return None if value is None else int(value)


def _truth(row: dict[str, Any], key: str, path: _Path) -> bool | None:
    value = row.get(key)
    if value is not None and not isinstance(value, bool):
        raise _Wrong((*path, key), "must be true or false")
    return value


def _date(row: dict[str, Any], key: str, path: _Path, *, required: bool = False) -> dt.date | None:
    value = _text(row, key, path, required=required)
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise _Wrong((*path, key), f'"{value}" is no date (YYYY-MM-DD)') from None


def _moment(row: dict[str, Any], key: str, path: _Path, *, required: bool = False) -> dt.datetime | None:
    value = _text(row, key, path, required=required)
    if value is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        raise _Wrong((*path, key), f'"{value}" is no date and time') from None
    if moment.tzinfo is None:
        raise _Wrong((*path, key), f'"{value}" lacks its offset from UTC')
    return moment
