"""Takes the rows of a file in: counts what is new, known and refused, and stores what is new when it is asked to.

The preview and the import are the same code, so that what was promised is what happens.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from diary.body import gettext_noop
from diary.export.rows import plain
from diary.export.sections import Section, registered
from diary.importing import clean
from diary.importing.clean import Facts
from diary.importing.entries import Entry, Refusal
from diary.importing.wrong import FileRefused, Wrong
from diary.models import Day, Diarist, Episode, Import, ImportedDay, Medicine, SignCheck
from diary.recording import CONTEXT_FIELDS

BATCH = 500
MOST_ROWS = 500_000
MOST_SECTION_ROWS = 10_000
REFUSALS_SHOWN = 200
SAMPLES = 8
LONGEST_SHOWN = 120
SAMPLE_KEYS = (
    "started_at",
    "start_time_known",
    "date",
    "location",
    "side",
    "strength",
    "no_twitches",
    "sleep_hours",
    "exercise_minutes",
    "note",
)

TWICE = gettext_noop("It is in the file twice.")
HAS_TWITCHES = gettext_noop("The day has twitches, so it can't be marked as a day without.")
TOO_MANY_ROWS = gettext_noop("The file has more than %(most)s rows.")

type FromFile = Episode | SignCheck | Medicine
type Batch = list[tuple[Entry, Any]]


@dataclass(slots=True)
class Found:
    """What the preview says."""

    new: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)
    unknown_keys: set[str] = field(default_factory=set)
    first: dt.date | None = None
    last: dt.date | None = None

    def as_json(self) -> dict[str, Any]:
        """For the column of the import."""
        return {
            "new": dict(self.new),
            "known": dict(self.known),
            "refused": dict(self.refused),
            "refusals": self.refusals,
            "samples": self.samples,
            "unknown_keys": sorted(self.unknown_keys)[:50],
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
        }


class Intake:
    """Takes rows in for one person. Nothing is written unless `into` names the import that they come with;
    then the caller holds the transaction."""

    def __init__(self, diarist: Diarist, facts: Facts, *, into: Import | None = None) -> None:
        self.diarist = diarist
        self.facts = facts
        self.into = into
        self.found = Found()
        self.loaded: dict[str, list[str | int]] = {}
        self._waiting: dict[str, Batch] = {}
        self._seen: dict[str, set[str]] = {}
        self._twitched: set[dt.date] = set()
        self._timers: set[tuple[str, str]] | None = None
        self._set_on: dict[dt.date, dict[str, Any]] = {}
        self._sections = registered()
        self._count = 0

    def take_all(self, entries: Iterable[Entry | Refusal]) -> Found:
        """Take everything in. Raises FileRefused."""
        for entry in entries:
            self._count += 1
            if self._count > MOST_ROWS:
                raise FileRefused(TOO_MANY_ROWS, most=MOST_ROWS)
            if isinstance(entry, Refusal):
                self._refuse(entry)
            else:
                self._take(entry)
        for table in list(self._waiting):
            self._flush(table)
        if self.into is not None:
            rows = (
                ImportedDay(of=self.into, date=date, values=values)
                for date, values in sorted(self._set_on.items())
            )
            ImportedDay.objects.bulk_create(rows, batch_size=BATCH)
        return self.found

    def _take(self, entry: Entry) -> None:
        try:
            row, key = self._read(entry)
        except Wrong as error:
            self._refuse(Refusal(entry.table, entry.number, error.reason, error.params, shown(entry.row)))
            return
        seen = self._seen.setdefault(entry.table, set())
        if key in seen:
            self._refuse(Refusal(entry.table, entry.number, TWICE, {}, shown(entry.row)))
            return
        seen.add(key)
        waiting = self._waiting.setdefault(entry.table, [])
        waiting.append((entry, row))
        if entry.table in self._sections:
            if len(waiting) > MOST_SECTION_ROWS:
                raise FileRefused(TOO_MANY_ROWS, most=MOST_SECTION_ROWS)
        elif len(waiting) >= BATCH:
            self._flush(entry.table)

    def _read(self, entry: Entry) -> tuple[Any, str]:
        """The row as the diary would hold it, and what tells it apart within the file. Raises Wrong."""
        if section := self._sections.get(entry.table):
            clean.canonical(entry.row)
            if reason := section.check(entry.row):
                raise Wrong(reason)
            return entry.row, section.key(entry.row)
        if entry.table == "days":
            day = clean.day_from(entry.row, self.facts)
            return day, day.date.isoformat()
        row: FromFile = ROW_FROM[entry.table](entry.row, self.facts)
        return row, row.source_id or ""

    def _flush(self, table: str) -> None:
        batch = self._waiting.pop(table, [])
        if not batch:
            return
        if section := self._sections.get(table):
            self._take_section(section, batch)
        elif table == "days":
            # Whether a day may be marked depends on the twitches that came before it.
            self._flush("episodes")
            self._take_days(batch)
        else:
            self._take_rows(table, batch)

    def _take_rows(self, table: str, batch: Batch) -> None:
        rows = {row.source_id: row for _, row in batch}
        known = self._known(table, list(rows))
        new = [(entry, row) for entry, row in batch if row.source_id not in known]
        self.found.known[table] += len(batch) - len(new)
        came_with = self.into.pk if self.into else None
        for entry, row in new:
            row.diarist_id, row.came_with_id = self.diarist.pk, came_with
            self._note_new(entry, row, row.local_date if isinstance(row, Episode) else getattr(row, "date", None))
        if table == "episodes":
            self._note_twitches([row for _, row in new])
        if self.into is not None:
            MODELS[table]._default_manager.bulk_create([row for _, row in new])

    def _known(self, table: str, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that the person's own rows have, be it from here or from an earlier import."""
        rows = getattr(self.diarist, RELATIONS[table])
        native = [pk for text in ids if (pk := as_uuid(text)) is not None]
        found = rows.filter(Q(source_id__in=ids) | Q(pk__in=native)).values_list("pk", "source_id")
        return {source_id or str(pk) for pk, source_id in found}

    def _note_twitches(self, episodes: list[Episode]) -> None:
        """Days with twitches lose their mark; a place has one timer."""
        dates = {episode.local_date for episode in episodes}
        self._twitched |= dates
        for episode in episodes:
            if episode.is_ongoing:
                episode.is_ongoing = self._may_run(episode.location, episode.side)
        if self.into is not None:
            self._clear_marks(dates)

    def _may_run(self, location: str, side: str) -> bool:
        if self._timers is None:
            running = self.diarist.episodes.filter(is_ongoing=True)
            self._timers = set(running.values_list("location", "side"))
        is_free = (location, side) not in self._timers
        self._timers.add((location, side))
        return is_free

    def _take_days(self, batch: Batch) -> None:
        dates = [day.date for _, day in batch]
        stored = {day.date: day for day in self.diarist.days.filter(date__in=dates)}
        own = self.diarist.episodes.filter(local_date__in=dates)
        twitched = self._twitched | set(own.values_list("local_date", flat=True).distinct())
        changed: list[Day] = []
        for entry, read in batch:
            if read.no_twitches and read.date in twitched:
                self._refuse(Refusal("days", entry.number, HAS_TWITCHES, {}, shown(entry.row)))
                read.no_twitches = False
            day = stored.get(read.date) or Day(diarist=self.diarist, date=read.date)
            values = fill_in(day, read)
            if not values:
                self.found.known["days"] += 1
                continue
            self._note_new(entry, day, day.date)
            self._set_on.setdefault(day.date, {}).update(values)
            changed.append(day)
        if self.into is not None:
            keep_all(self.diarist, changed)

    def _clear_marks(self, dates: set[dt.date]) -> None:
        days = list(self.diarist.days.filter(date__in=dates, no_twitches=True))
        for day in days:
            day.no_twitches = False
            if (values := self._set_on.setdefault(day.date, {})).pop("no_twitches", None) is None:
                values["no_twitches"] = False
        keep_all(self.diarist, days)

    def _take_section(self, section: Section, batch: Batch) -> None:
        known = {section.key(row) for row in section.dump(self.diarist)}
        new = [row for _, row in batch if section.key(row) not in known]
        self.found.known[section.name] += len(batch) - len(new)
        self.found.new[section.name] += len(new)
        if self.into is not None and new:
            self.loaded[section.name] = list(section.load(self.diarist, new))

    def _note_new(self, entry: Entry, row: Any, date: dt.date | None) -> None:
        found = self.found
        found.new[entry.table] += 1
        if date is not None:
            found.first = min(found.first or date, date)
            found.last = max(found.last or date, date)
        if row.extra and len(found.unknown_keys) < 50:
            found.unknown_keys |= {clean.storable(key) for key in entry.row.keys() - KEYS[entry.table]}
        if len(found.samples) < SAMPLES and entry.table in {"episodes", "days"}:
            found.samples.append({"table": entry.table, "row": sample(entry)})

    def _refuse(self, refusal: Refusal) -> None:
        self.found.refused[refusal.table] += 1
        if len(self.found.refusals) < REFUSALS_SHOWN:
            self.found.refusals.append(
                {
                    "table": refusal.table,
                    "number": refusal.number,
                    "reason": refusal.reason,
                    "params": refusal.params,
                    "shown": refusal.shown,
                }
            )


ROW_FROM: dict[str, Callable[[clean.Row, Facts], FromFile]] = {
    "episodes": clean.episode_from,
    "checks": clean.check_from,
    "medicines": clean.medicine_from,
}
MODELS: dict[str, type[FromFile]] = {"episodes": Episode, "checks": SignCheck, "medicines": Medicine}
RELATIONS = {"episodes": "episodes", "checks": "sign_checks", "medicines": "medicines"}
KEYS = {
    "episodes": clean.EPISODE_KEYS,
    "days": clean.DAY_KEYS,
    "checks": clean.CHECK_KEYS,
    "medicines": clean.MEDICINE_KEYS,
}


def fill_in(day: Day, read: Day) -> dict[str, Any]:
    """Set on `day` what `read` has and `day` has not; what was set, as JSON has it."""
    values: dict[str, Any] = {}
    if read.no_twitches and not day.no_twitches:
        day.no_twitches = values["no_twitches"] = True
    for name in (*CONTEXT_FIELDS, "extra"):
        value = getattr(read, name)
        if value not in {None, ""} and getattr(day, name) in {None, ""}:
            setattr(day, name, value)
            values[name] = plain(value)
    return values


def keep_all(diarist: Diarist, days: Iterable[Day]) -> None:
    """Store days as they are now; rows that have become empty go, so that nothing untouched is stored."""
    kept: list[Day] = []
    empty: list[Day] = []
    for day in days:
        has_context = any(getattr(day, name) not in {None, ""} for name in CONTEXT_FIELDS)
        (kept if day.no_twitches or day.extra or has_context else empty).append(day)
    Day.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["no_twitches", "extra", *CONTEXT_FIELDS],
    )
    diarist.days.filter(pk__in=[day.pk for day in empty]).delete()


def as_uuid(text: str) -> uuid.UUID | None:
    """The id that a text writes, where it is written as ours are."""
    try:
        pk = uuid.UUID(text)
    except ValueError:
        return None
    return pk if str(pk) == text else None


def shown(row: dict[str, Any]) -> str:
    """The beginning of a row, so that it can be found in the file."""
    parts = []
    for name, value in row.items():
        if isinstance(value, str | int | float) and value != "":
            parts.append(f"{str(name)[:30]}: {str(value)[:40]}")
        if sum(map(len, parts)) > LONGEST_SHOWN:
            break
    return printable(", ".join(parts)[:LONGEST_SHOWN])


def printable(text: str) -> str:
    """Without what no database stores and no page shows."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def sample(entry: Entry) -> dict[str, Any]:
    """What the preview shows of a new row: only what was checked, because the diary knows it of such a row."""
    known = KEYS[entry.table]
    return {name: entry.row[name] for name in SAMPLE_KEYS if name in known and entry.row.get(name) is not None}
