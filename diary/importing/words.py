"""What the page of an import says, from what the background task found."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from diary.body import is_place
from diary.export.sections import registered
from diary.factors import sleep_words
from diary.importing.clean import DAY_AMOUNTS
from diary.importing.entries import TABLE_NAMES
from diary.importing.wrong import in_words
from diary.models import Import, place_name
from diary.wording import short_date, strength_words


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of counts."""

    name: str
    new: int
    known: int
    refused: int


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that can't be taken."""

    where: str
    reason: str
    shown: str


def table_name(table: str) -> str:
    """`Twitches` for `episodes`."""
    if table in TABLE_NAMES:
        return gettext(TABLE_NAMES[table])
    section = registered().get(table)
    return str(section.label) if section else table


def counts(of: Import) -> list[Line]:
    """How many of what."""
    found = of.preview
    tables = [*TABLE_NAMES, *registered()]
    lines = (
        Line(table_name(table), *(found.get(kind, {}).get(table, 0) for kind in ("new", "known", "refused")))
        for table in tables
    )
    return [line for line in lines if line.new or line.known or line.refused]


def total(of: Import, kind: str) -> int:
    """How many rows are `new`, `known` or `refused`."""
    return sum(of.preview.get(kind, {}).values())


def refusals(of: Import) -> list[Refused]:
    """The rows that can't be taken, as far as they are listed."""
    return [
        Refused(
            gettext("%(table)s, row %(number)d") % {"table": table_name(row["table"]), "number": row["number"]},
            in_words(row["reason"], row["params"]),
            row["shown"],
        )
        for row in of.preview.get("refusals", [])
    ]


def samples(of: Import) -> list[str]:
    """The first new rows in words."""
    return [sample_words(sample["row"]) for sample in of.preview.get("samples", [])]


def sample_words(row: dict[str, Any]) -> str:
    """`1 Mar 2026, 22:15 · Left calf · moves the part`."""
    started = row.get("started_at")
    at = dt.datetime.fromisoformat(started) if started else None
    date = row.get("date") or (at.date().isoformat() if at else "")
    parts = [short_date(dt.date.fromisoformat(date))]
    if at and row.get("start_time_known", True):
        parts[0] += f", {at:%H:%M}"
    location, side = row.get("location", ""), row.get("side") or ""
    if location and is_place(location, side):
        parts.append(place_name(location, side))
    parts.append(strength_words(row.get("strength")))
    if row.get("no_twitches"):
        parts.append(gettext("No twitches"))
    if (hours := row.get("sleep_hours")) is not None and "sleep_hours" in DAY_AMOUNTS:
        parts.append(sleep_words(hours))
    if (minutes := row.get("exercise_minutes")) is not None:
        parts.append(gettext("Exercise %(count)d min") % {"count": minutes})
    note = row.get("note") or ""
    parts.append(note if len(note) <= 60 else f"{note[:59]}…")
    return " · ".join(part for part in parts if part)


def left_out(of: Import) -> str:
    """`Mood (12), Energy (8)`: what this diary has no place for."""
    found = sorted(of.preview.get("left_out", {}).items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} ({count})" for name, count in found[:12])


def why_refused(of: Import) -> str:
    """Why the whole file can't be taken."""
    return in_words(of.preview.get("reason", ""), of.preview.get("params", {}))


def percent(of: Import) -> int:
    """How far the file is read."""
    return min(100, 100 * of.bytes_read // max(1, of.size))


def summary(of: Import) -> str:
    """`120 entries` for the list of what was brought in."""
    count = total(of, "new")
    return ngettext("%(count)d entry", "%(count)d entries", count) % {"count": count}
