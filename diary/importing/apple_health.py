"""Reads Apple Health's export.xml, by itself or in its zip file, for sleep and exercise; however large it is, only
sums for each day are held.

Several devices note the same night, so overlapping times count once. A night belongs to the day on which it ends;
what ends after six in the evening belongs to the next. Minutes of exercise are those of workouts.
"""

import datetime as dt
import io
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from diary.body import gettext_noop
from diary.importing.clean import Facts
from diary.importing.entries import Entry, Head, Refusal
from diary.importing.files import open_member, open_zip
from diary.importing.wrong import FileRefused
from diary.models import Import

MEMBER = "export.xml"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
ASLEEP = "HKCategoryValueSleepAnalysisAsleep"
LONGEST_NIGHT = dt.timedelta(hours=24)
EVENING = dt.timedelta(hours=6)
DEEPEST = 12
# No element of such a file comes near; one without an end would fill memory.
LONGEST_ELEMENT = 1 << 22
MERGE_AT = 200
# Ten years of sixty stages of sleep a night are 220,000; each takes 170 bytes.
MOST_SPANS = 500_000

NOT_HEALTH = gettext_noop("The XML file is not from Apple Health.")
BROKEN_XML = gettext_noop("The XML file is damaged.")
TRAP = gettext_noop("The XML file defines its own entities, as no export of Apple Health does.")
TOO_MANY_SPANS = gettext_noop("The file holds more nights and workouts than anybody can have had.")
NO_MEMBER = gettext_noop("The zip file holds no export.xml.")

type Span = tuple[dt.datetime, dt.datetime]
type Sums = dict[dt.date, dt.timedelta]


def member_of(names: Iterable[str]) -> str:
    """The member of a zip file that is the export; "" when there is none."""
    return next((name for name in names if posixpath.basename(name) in {MEMBER, "Export.xml"}), "")


class AppleHealth:
    """An export of Apple Health."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.head = Head()

    def entries(self, facts: Facts) -> Iterator[Entry | Refusal]:
        """A row for each day with sleep or exercise. Raises FileRefused."""
        is_zip = self._file.read(4) == b"PK\x03\x04"
        self._file.seek(0)
        if not is_zip:
            yield from self._days(self._file, facts)
            return
        with open_zip(self._file) as archive:
            name = member_of(archive.namelist())
            if not name:
                raise FileRefused(NO_MEMBER)
            yield from self._days(open_member(archive, name, Import.Kind.APPLE_HEALTH), facts)

    def _days(self, file: IO[bytes], facts: Facts) -> Iterator[Entry]:
        slept, moved = self._sums(file)
        for number, date in enumerate(sorted(slept.keys() | moved.keys()), 1):
            row: dict[str, Any] = {"date": date.isoformat()}
            if date in slept:
                row["sleep_hours"] = min(24.0, round(slept[date].total_seconds() / 3600, 2))
            if date in moved:
                row["exercise_minutes"] = min(1440, round(moved[date].total_seconds() / 60))
            yield Entry("days", number, row)

    def _sums(self, file: IO[bytes]) -> tuple[Sums, Sums]:
        """How long somebody slept and how long they exercised, by day."""
        nights, workouts = Spans(), Spans()
        for tag, values in elements(file):
            if tag == "Workout":
                if span := span_of(values):
                    workouts.add(span[0].date(), span)
            elif tag == "Record" and values.get("type") == SLEEP:
                if values.get("value", "").startswith(ASLEEP) and (span := span_of(values)):
                    nights.add((span[1] + EVENING).date(), span)
            elif tag == "Record":
                self.head.leave_out(values.get("type", tag).removeprefix("HKQuantityTypeIdentifier")[:60])
        return nights.by_day(), workouts.by_day()


class Spans:
    """Times of each day, those that overlap put together."""

    def __init__(self) -> None:
        self._days: dict[dt.date, list[Span]] = defaultdict(list)
        self._count = 0

    def add(self, date: dt.date, span: Span) -> None:
        """One more time of a day. Raises FileRefused when there are more than anybody's."""
        spans = self._days[date]
        spans.append(span)
        self._count += 1
        if len(spans) >= MERGE_AT and len(spans) % MERGE_AT == 0:
            self._count -= len(spans)
            spans[:] = merged(spans)
            self._count += len(spans)
        if self._count > MOST_SPANS:
            raise FileRefused(TOO_MANY_SPANS)

    def by_day(self) -> Sums:
        """How long it was on each day."""
        return {
            date: sum((end - start for start, end in merged(spans)), dt.timedelta())
            for date, spans in self._days.items()
        }


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same times without overlap."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def span_of(values: dict[str, str]) -> Span | None:
    """From when until when, as the clock there showed it; None for what is no time or none that can be."""
    try:
        start, end = (
            dt.datetime.strptime(values[key], "%Y-%m-%d %H:%M:%S %z") for key in ("startDate", "endDate")
        )
    except (KeyError, ValueError):
        return None
    return (start, end) if dt.timedelta() < end - start <= LONGEST_NIGHT and start.year > 1 else None


class Watched(io.RawIOBase):
    """A file that notices when much was read and no element came of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.since_element = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read on. Raises FileRefused."""
        data = self._file.read(size)
        self.since_element += len(data)
        if self.since_element > LONGEST_ELEMENT:
            raise FileRefused(BROKEN_XML)
        return data


def elements(file: IO[bytes]) -> Iterator[tuple[str, dict[str, str]]]:
    """(name, attributes) of what stands directly in the file. Raises FileRefused."""
    root: Any = None
    watched, depth = Watched(file), 0
    try:
        for event, element in iterparse(watched, events=("start", "end"), forbid_dtd=False, forbid_entities=True):
            watched.since_element = 0
            if event == "start":
                depth += 1
                if root is None:
                    root = element
                    if element.tag != "HealthData":
                        raise FileRefused(NOT_HEALTH)
                if depth > DEEPEST:
                    raise FileRefused(BROKEN_XML)
            else:
                depth -= 1
                if depth == 1:
                    yield element.tag, element.attrib
                    root.clear()
    except DefusedXmlException as error:
        raise FileRefused(TRAP) from error
    except (ParseError, UnicodeError, LookupError, ValueError) as error:
        raise FileRefused(BROKEN_XML) from error
