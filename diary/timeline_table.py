"""The numbers of the timeline as a table: a line a day or a week, in any order, and as CSV."""

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext, ngettext

from diary.forms.days import place_label
from diary.history import Kind
from diary.signs import SIGNS
from diary.spots import BODY_ORDER
from diary.timeline_rows import FACTORS, Place, Rows, Sum

# Of longer tables the first lines are shown, and the rest on request: three months by day are whole.
MOST_LINES = 100
# Spreadsheets run a cell that begins like this.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class Line:
    """One day or week. `twitched`, `elsewhere`, `clear` and `missed` count its days; `context` is in the order of
    FACTORS. Where one place is shown, `twitched` are its days, and `elsewhere` those that only others twitched on.
    """

    date: dt.date
    last: dt.date
    twitched: int = 0
    elsewhere: int = 0
    clear: int = 0
    missed: int = 0
    entries: int = 0
    strongest: int | None = None
    places: list[tuple[Place, int]] = field(default_factory=list)
    context: tuple[float | None, ...] = (None,) * len(FACTORS)
    signs: list[str] = field(default_factory=list)

    @property
    def kind(self) -> Kind | None:
        """What was recorded on a single day; None where nothing could be missed."""
        if self.twitched or self.elsewhere:
            return "twitch"
        if self.clear:
            return "clear"
        return "open" if self.missed else None


# The columns that can be sorted by; a line without a value comes last in both directions.
SORTS: dict[str, Callable[[Line], Any]] = {
    "date": lambda line: line.date,
    "entries": lambda line: line.entries,
    "strongest": lambda line: line.strongest,
    **{name: (lambda line, n=n: line.context[n]) for n, name in enumerate(FACTORS)},  # type: ignore[misc]
}


def lines_of(rows: Rows, sort: str = "", most: int | None = None) -> list[Line]:
    """A line for every bucket, the newest first where no other order is asked for; the first so many of them."""
    sort, buckets = sort or "-date", rows.buckets
    if most and sort == "-date":
        buckets = buckets[-most:]
    by_bucket: dict[dt.date, list[Sum]] = defaultdict(list)
    for row in rows.sums:
        by_bucket[row.bucket].append(row)
    signs: dict[dt.date, list[str]] = defaultdict(list)
    for date, sign in rows.signs:
        bucket = date - dt.timedelta(days=(date - rows.buckets[0]).days % rows.step)
        if sign not in signs[bucket]:
            signs[bucket].append(sign)
    lines = [line_of(rows, bucket, by_bucket.get(bucket, []), signs.get(bucket, [])) for bucket in buckets]
    return in_order(lines, sort)[:most]


def line_of(rows: Rows, bucket: dt.date, sums: list[Sum], signs: list[str]) -> Line:
    """One bucket."""
    days = rows.days_of(bucket)
    anywhere = sum(day in rows.twitched for day in days)
    # Days of several places may be the same; of one place they add up.
    twitched = sum(row.days for row in sums) if rows.span.place else anywhere
    clear = sum(day in rows.clear for day in days)
    missed = sum(rows.could_be_missed(day) for day in days if day not in rows.twitched and day not in rows.clear)
    sums = sorted(sums, key=lambda row: (BODY_ORDER[row.place[0]], row.place[1]))
    return Line(
        date=days[0],
        last=days[-1],
        twitched=twitched,
        elsewhere=max(0, anywhere - twitched),
        clear=clear,
        missed=missed,
        entries=sum(row.entries for row in sums),
        strongest=max((row.strongest for row in sums if row.strongest), default=None),
        places=[(row.place, row.entries) for row in sums],
        context=rows.context.get(bucket, (None,) * len(FACTORS)),
        signs=signs,
    )


def in_order(lines: list[Line], sort: str) -> list[Line]:
    """The lines by a column; those that have no value there come last."""
    key = SORTS[sort.removeprefix("-")]
    having = sorted((line for line in lines if key(line) is not None), key=key, reverse=sort.startswith("-"))
    return having + [line for line in lines if key(line) is None]


def kind_words(line: Line, step: int) -> str:
    """`twitches`; of a week `twitches on 5 days, 1 without, 1 not recorded`."""
    if step == 1:
        words = {
            "twitch": gettext("twitches") if line.twitched else gettext("twitches elsewhere only"),
            "clear": gettext("no twitches"),
            "open": gettext("not recorded"),
        }
        return words.get(line.kind or "", "")
    return week_words(get_language() or "en", line.twitched, line.elsewhere, line.clear, line.missed)


@lru_cache(maxsize=1024)
def week_words(language: str, twitched: int, elsewhere: int, clear: int, missed: int) -> str:
    """The kinds of day in a week, those that it has."""
    parts = [
        (twitched, ngettext("twitches on %(count)d day", "twitches on %(count)d days", twitched)),
        (elsewhere, ngettext("elsewhere only on %(count)d day", "elsewhere only on %(count)d days", elsewhere)),
        (clear, ngettext("%(count)d without", "%(count)d without", clear)),
        (missed, ngettext("%(count)d not recorded", "%(count)d not recorded", missed)),
    ]
    return ", ".join(words % {"count": count} for count, words in parts if count)


def csv_of(rows: Rows) -> str:
    """The table for a spreadsheet, oldest first; dates and numbers as machines write them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(cell) for cell in csv_head(rows)])
    for line in lines_of(rows, "date"):
        writer.writerow([safe(cell) for cell in csv_line(line, rows)])
    return out.getvalue()


def csv_head(rows: Rows) -> list[str]:
    """The names of the columns."""
    days = (
        [gettext("date"), gettext("day")]
        if rows.step == 1
        else [
            gettext("first day"),
            gettext("last day"),
            gettext("days with twitches"),
            *([gettext("days with twitches elsewhere only")] if rows.span.place else []),
            gettext("days without twitches"),
            gettext("days not recorded"),
        ]
    )
    context = [
        gettext("sleep in hours"),
        gettext("caffeine in mg"),
        gettext("exercise in minutes"),
        gettext("stress from 0 to 4"),
        gettext("water in ml"),
    ]
    return [
        *days,
        gettext("entries"),
        gettext("strongest from 1 to 4"),
        gettext("spots"),
        *context,
        gettext("warning signs"),
    ]


def csv_line(line: Line, rows: Rows) -> Iterable[str]:
    """The cells of a line."""
    yield line.date.isoformat()
    if rows.step == 1:
        yield kind_words(line, rows.step)
    else:
        elsewhere = [line.elsewhere] if rows.span.place else []
        yield line.last.isoformat()
        yield from map(str, (line.twitched, *elsewhere, line.clear, line.missed))
    yield str(line.entries)
    yield "" if line.strongest is None else str(line.strongest)
    yield "; ".join(f"{place_label(*place)} {count}" for place, count in line.places)
    yield from ("" if value is None else f"{round(value, 2):g}" for value in line.context)
    yield "; ".join(gettext(SIGNS[sign].name) for sign in line.signs)


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
