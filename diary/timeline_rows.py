"""What the timeline asks the database: the rows of a range, added up there by day or by week where it is long.

Ten years of episodes are never loaded; the database adds them up. What it found for a long range is kept in this
process until the diary changes, because even adding up takes longer than everything else on the page. But a tap
changes one of the last days: what was found of those weeks ago is kept until a write may have touched one of them,
which leaves its revision in `Diarist.old_days_revision`.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from django.db.models import Avg, Count, F, FloatField, IntegerField, Max, Min, QuerySet
from django.db.models.expressions import Func

from diary.history import ONE_DAY, dates_between, recorded_dates
from diary.models import Diarist, Episode
from diary.moments import EARLIEST
from diary.months import first_weekday
from diary.recording import READ_AGAIN_DAYS
from diary.shelf import shelf
from diary.spots import BODY_ORDER
from diary.timeline import DAYS_IN, Level, level_of

Made = TypeVar("Made")
Place = tuple[str, str]
FACTORS = ("sleep_hours", "caffeine_mg", "exercise_minutes", "stress", "water_ml")
# The Monday of the week in which the earliest date of a diary lies; weeks are counted from it.
FIRST_MONDAY = EARLIEST - dt.timedelta(days=EARLIEST.weekday())
# How many ranges a process keeps, and how many things made of each.
KEPT, KEPT_MADE = 8, 4
# Of how many ranges the old days, and of how many diaries the onsets.
KEPT_OLD, KEPT_ONSETS = 8, 64


_lock = Lock()


@dataclass(frozen=True, slots=True)
class Span:
    """The days shown; `level` is their detail. `place` is the only one shown, None shows all."""

    first: dt.date
    last: dt.date
    place: Place | None = None

    @property
    def level(self) -> Level:
        """How much detail so many days bear."""
        return level_of(self.first, self.last)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


class Single(NamedTuple):
    """One episode, as far as the timeline shows it."""

    place: Place
    date: dt.date
    start: dt.datetime
    time_known: bool
    seconds: int | None
    rough: bool
    ongoing: bool
    strength: int | None
    how_often: int | None
    at_rest: bool | None


class Sum(NamedTuple):
    """The episodes at one place in one bucket, a day or a week: how many, on how many days, the strongest."""

    place: Place
    bucket: dt.date
    entries: int
    days: int
    strongest: int | None


@dataclass(frozen=True, slots=True)
class Rows:
    """What a range holds.

    `singles` are empty where `sums` are by week or day only; `sums` are always there. `twitched` and `clear` are
    dates, whatever place is shown. `context` holds the value of each factor by bucket, the mean of a week.
    `signs` are (date, sign) that were answered with yes. `onsets` is the first day of each shown place, ever.
    """

    span: Span
    today: dt.date
    begins_on: dt.date | None
    singles: tuple[Single, ...]
    sums: tuple[Sum, ...]
    twitched: frozenset[dt.date]
    clear: frozenset[dt.date]
    context: dict[dt.date, tuple[float | None, ...]]
    signs: tuple[tuple[dt.date, str], ...]
    onsets: dict[Place, dt.date]
    made: OrderedDict[tuple[object, ...], Any] = field(default_factory=OrderedDict, compare=False, repr=False)

    def once(self, key: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What `make` makes of these rows, made once as long as they are kept."""
        with _lock:
            if key in self.made:
                found: Made = self.made[key]
                return found
        found = make()
        with _lock:
            self.made[key] = found
            while len(self.made) > KEPT_MADE:
                self.made.popitem(last=False)
        return found

    @property
    def places(self) -> list[Place]:
        """The places of the range; first onset first, then from head to foot."""
        found = {row.place for row in self.sums}
        # Onsets are read after the sums: meanwhile the last entry of a place may have been deleted.
        onset = {place: self.onsets.get(place, self.span.last) for place in found}
        return sorted(found, key=lambda place: (onset[place], BODY_ORDER[place[0]], place[1]))

    @staticmethod
    def in_body_order(places: Iterable[Place]) -> list[Place]:
        """Places from head to foot, left before right."""
        return sorted(set(places), key=lambda place: (BODY_ORDER[place[0]], place[1]))

    @property
    def step(self) -> int:
        """How many days a bucket has."""
        return DAYS_IN[self.span.level]

    @property
    def buckets(self) -> list[dt.date]:
        """The first day of every bucket, oldest first."""
        start = week_start(self.span.first) if self.step > 1 else self.span.first
        after = self.span.last.toordinal() + 1
        return [dt.date.fromordinal(n) for n in range(start.toordinal(), after, self.step)]

    def days_of(self, bucket: dt.date) -> list[dt.date]:
        """The days of a bucket that lie in the range."""
        last = bucket + dt.timedelta(days=self.step - 1)
        return dates_between(max(bucket, self.span.first), min(last, self.span.last))

    def could_be_missed(self, day: dt.date) -> bool:
        """Whether it counts as not recorded: after the first recorded day, and over."""
        return self.begins_on is not None and self.begins_on < day < self.today

    @property
    def observable_days(self) -> int:
        """How many days of the range could be recorded."""
        if self.begins_on is None:
            return 0
        first, last = max(self.span.first, self.begins_on), min(self.span.last, self.today)
        return max(0, (last - first).days + 1)

    @property
    def recorded(self) -> int:
        """How many days were recorded."""
        return len(self.twitched | self.clear)


@dataclass(frozen=True, slots=True)
class Part:
    """What days in a row hold, as in `Rows`. `marked` are those with the mark "no twitches", twitched or not."""

    singles: tuple[Single, ...]
    sums: tuple[Sum, ...]
    twitched: frozenset[dt.date]
    marked: frozenset[dt.date]
    signs: tuple[tuple[dt.date, str], ...]

    def before(self, day: dt.date) -> "Part":
        """What lies before a day with which a bucket begins."""
        return Part(
            tuple(single for single in self.singles if single.date < day),
            tuple(row for row in self.sums if row.bucket < day),
            frozenset(date for date in self.twitched if date < day),
            frozenset(date for date in self.marked if date < day),
            tuple((date, sign) for date, sign in self.signs if date < day),
        )

    def __add__(self, later: "Part") -> "Part":
        return Part(
            self.singles + later.singles,
            self.sums + later.sums,
            self.twitched | later.twitched,
            self.marked | later.marked,
            self.signs + later.signs,
        )


class OldDays[Kept]:
    """What was read of old days, until a write may have touched one; what was not asked for longest goes first.

    A key begins with the diarist's, and holds which days it is of.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[tuple[object, ...], tuple[int, Kept]] = OrderedDict()

    def take(self, diarist: Diarist, key: tuple[object, ...]) -> Kept | None:
        """What is kept, unless the diary may hold something else by now."""
        with _lock:
            revision, found = self._kept.get((diarist.pk, *key), (-1, None))
            if found is None or not diarist.old_days_revision <= revision <= diarist.revision:
                return None
            self._kept.move_to_end((diarist.pk, *key))
            return found

    def put(self, diarist: Diarist, key: tuple[object, ...], found: Kept) -> None:
        """Keep what was read after `diarist` was: a write in between has it thought older than it is."""
        with _lock:
            self._kept[diarist.pk, *key] = diarist.revision, found
            self._kept.move_to_end((diarist.pk, *key))
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)

    def count(self, diarist_id: int) -> int:
        """How much is kept of one person."""
        return sum(key[0] == diarist_id for key in self._kept)

    def drop(self, diarist_id: int) -> None:
        """Throw away what is kept of one person."""
        with _lock:
            for key in [key for key in self._kept if key[0] == diarist_id]:
                del self._kept[key]

    def forget(self) -> None:
        """Throw everything away."""
        with _lock:
            self._kept.clear()


class WeekNumber(Func):
    """How many weeks a date lies after the one that weeks are counted from."""

    output_field = IntegerField()

    def __init__(self, date: str, start: dt.date) -> None:
        super().__init__(F(date))
        self.start = start

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Julian days end in .5 at midnight, and their difference is whole."""
        julian = self.start.toordinal() + 1721424.5
        template = f"CAST((julianday(%(expressions)s) - {julian}) / 7 AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Dates differ by whole days there."""
        template = f"((%(expressions)s - DATE '{self.start.isoformat()}') / 7)"
        return self.as_sql(compiler, connection, template=template, **context)


class MonthNumber(Func):
    """How many months a date, or with `of_year` the January of its year, lies after January of the year 0."""

    output_field = IntegerField()

    def __init__(self, date: str, *, of_year: bool = False) -> None:
        super().__init__(F(date))
        self.of_year = of_year

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Dates are text there."""
        return self._as_months(
            compiler,
            connection,
            year="CAST(substr(%(expressions)s, 1, 4) AS INTEGER)",
            month="CAST(substr(%(expressions)s, 6, 2) AS INTEGER)",
            **context,
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Parts of a date are numbers with decimals there."""
        return self._as_months(
            compiler,
            connection,
            year="CAST(EXTRACT(YEAR FROM %(expressions)s) AS INTEGER)",
            month="CAST(EXTRACT(MONTH FROM %(expressions)s) AS INTEGER)",
            **context,
        )

    def _as_months(self, compiler: Any, connection: Any, *, year: str, month: str, **context: Any) -> Any:
        template = f"({year} * 12)" if self.of_year else f"({year} * 12 + {month} - 1)"
        return self.as_sql(compiler, connection, template=template, **context)


def week_start(date: dt.date) -> dt.date:
    """The first day of the week of `date`, where the reader has it."""
    return date - dt.timedelta(days=(date.weekday() - first_weekday()) % 7)


def count_from() -> dt.date:
    """A first day of a week before every date of a diary."""
    return FIRST_MONDAY - dt.timedelta(days=(7 - first_weekday()) % 7)


_kept: OrderedDict[tuple[object, ...], Rows] = OrderedDict()
old_parts: OldDays[Part] = OldDays(KEPT_OLD)
old_onsets: OldDays[dict[Place, dt.date]] = OldDays(KEPT_ONSETS)


def rows_of(diarist: Diarist, span: Span, begins_on: dt.date | None, today: dt.date) -> Rows:
    """The rows of a range; long ranges are asked for once until the diary changes."""
    if span.level == "episodes":
        return read(diarist, span, begins_on, today)
    key = (diarist.pk, diarist.revision, span, begins_on, today, first_weekday())
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    found = read(diarist, span, begins_on, today)
    with _lock:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def drop(diarist_id: int) -> None:
    """Throw away what is kept of one person, whose rows were deleted for good."""
    with _lock:
        for key in [key for key in _kept if key[0] == diarist_id]:
            del _kept[key]
    old_parts.drop(diarist_id)
    old_onsets.drop(diarist_id)
    shelf.drop(diarist_id)


def forget() -> None:
    """Drop what is kept; for tests, which write rows without counting the revision up."""
    with _lock:
        _kept.clear()
    old_parts.forget()
    old_onsets.forget()
    shelf.forget()


def read(diarist: Diarist, span: Span, begins_on: dt.date | None, today: dt.date) -> Rows:
    """Ask the database, of old days only what is not kept; how often does not depend on what the range holds."""
    recent_from = week_start(today - dt.timedelta(days=READ_AGAIN_DAYS))
    part = part_of(diarist, span, recent_from)
    # Not kept: context on an old day is written without a word in `old_days_revision`.
    days = diarist.days.filter(date__range=(span.first, span.last)).order_by("date")
    return Rows(
        span=span,
        today=today,
        begins_on=begins_on,
        singles=part.singles,
        sums=part.sums,
        twitched=part.twitched,
        clear=part.marked - part.twitched,
        context=dict(context_of(days, span.level)),
        signs=part.signs,
        onsets=onsets_of(diarist, recent_from),
    )


def part_of(diarist: Diarist, span: Span, recent_from: dt.date) -> Part:
    """What a range holds; only what lies from `recent_from` on is read where the days before are kept."""
    level = span.level
    if span.first >= recent_from:
        return read_part(diarist, span, level)
    key = (span.first, min(span.last, recent_from - ONE_DAY), span.place, level, first_weekday())
    old = old_parts.take(diarist, key)
    if old is None:
        whole = read_part(diarist, span, level)
        old_parts.put(diarist, key, whole.before(recent_from))
        return whole
    return old + read_part(diarist, replace(span, first=recent_from), level) if span.last >= recent_from else old


def read_part(diarist: Diarist, span: Span, level: Level) -> Part:
    """What a range holds in the detail of `level`, which may be that of a longer one."""
    singles: tuple[Single, ...] = ()
    episodes = episodes_of(diarist, span)
    if level == "episodes":
        singles = tuple(singles_of(episodes))
        sums = tuple(add_up(singles))
    else:
        sums = tuple(sums_of(episodes, level))
    span_days = (span.first, span.last)
    if level == "episodes" and span.place is None:
        twitched = frozenset(single.date for single in singles)
    else:
        everywhere = diarist.episodes.filter(local_date__range=span_days).order_by()
        twitched = frozenset(everywhere.values_list("local_date", flat=True).distinct())
    marked = diarist.days.filter(date__range=span_days, no_twitches=True).order_by()
    signs = diarist.sign_checks.filter(date__range=span_days, answer="yes").order_by("date", "recorded_at", "id")
    return Part(
        singles=singles,
        sums=sums,
        twitched=twitched,
        marked=frozenset(marked.values_list("date", flat=True)),
        signs=tuple(signs.values_list("date", "sign")),
    )


def onsets_of(diarist: Diarist, recent_from: dt.date) -> dict[Place, dt.date]:
    """The first day of every place; only recent days are looked through where those before are kept."""
    old = old_onsets.take(diarist, (recent_from,))
    if old is None:
        firsts = diarist.episodes.order_by().values_list("location", "side").annotate(first=Min("local_date"))
        found = {(location, side): first for location, side, first in firsts}
        old_onsets.put(diarist, (recent_from,), {place: day for place, day in found.items() if day < recent_from})
        return found
    # Not grouped by place: SQLite would then go through the whole diary in the order of places.
    days = diarist.episodes.filter(local_date__gte=recent_from).order_by("-local_date")
    recent = days.values_list("location", "side", "local_date").distinct()
    return {(location, side): day for location, side, day in recent} | old


def episodes_of(diarist: Diarist, span: Span) -> QuerySet[Episode]:
    """The episodes that are shown."""
    found = diarist.episodes.filter(local_date__range=(span.first, span.last)).order_by()
    return found.filter(location=span.place[0], side=span.place[1]) if span.place else found


def singles_of(episodes: QuerySet[Episode]) -> Iterable[Single]:
    """Every episode, oldest first."""
    rows = episodes.order_by("local_date", "started_at", "id").values_list(
        "location",
        "side",
        "local_date",
        "started_at",
        "utc_offset_minutes",
        "start_time_known",
        "duration_seconds",
        "duration_is_rough",
        "is_ongoing",
        "strength",
        "how_often",
        "at_rest",
    )
    for location, side, date, started_at, offset, *rest in rows:
        start = started_at.replace(tzinfo=None) + dt.timedelta(minutes=offset)
        if start.date() != date:
            # Samoa left a day out once; the entry keeps its date.
            start = dt.datetime.combine(date, start.time())
        yield Single((location, side), date, start, *rest)  # type: ignore[arg-type]  # columns in this order


def add_up(singles: Iterable[Single]) -> Iterable[Sum]:
    """The same sums by day that the database makes of longer ranges."""
    groups: dict[tuple[dt.date, Place], list[int | None]] = {}
    for single in singles:
        groups.setdefault((single.date, single.place), []).append(single.strength)
    for (date, place), strengths in groups.items():
        yield Sum(place, date, len(strengths), 1, max((s for s in strengths if s), default=None))


def sums_of(episodes: QuerySet[Episode], level: Level) -> Iterable[Sum]:
    """The sums of every place by day or by week, oldest first; added up in the database."""
    if level == "days":
        by_day = episodes.values_list("local_date", "location", "side").annotate(n=Count("*"), top=Max("strength"))
        for date, location, side, entries, strongest in by_day.order_by("local_date", "location", "side"):
            yield Sum((location, side), date, entries, 1, strongest)
        return
    start = count_from()
    by_week = (
        episodes.annotate(week=WeekNumber("local_date", start))
        .values_list("week", "location", "side")
        .annotate(n=Count("*"), days=Count("local_date", distinct=True), top=Max("strength"))
        .order_by("week", "location", "side")
    )
    for week, location, side, entries, days, strongest in by_week:
        yield Sum((location, side), start + dt.timedelta(weeks=week), entries, days, strongest)


def context_of(days: QuerySet[Any], level: Level) -> Iterable[tuple[dt.date, tuple[float | None, ...]]]:
    """The value of every factor by bucket; of a week the mean of the days on which it was entered."""
    if level != "weeks":
        for date, *values in days.values_list("date", *FACTORS):
            yield date, tuple(None if value is None else float(value) for value in values)
        return
    start = count_from()
    by_week = (
        days.annotate(week=WeekNumber("date", start))
        .values_list("week")
        # Decimals of five hundred weeks would take longer than their sums.
        .annotate(**{f"mean_{name}": Avg(name, output_field=FloatField()) for name in FACTORS})
        .order_by("week")
    )
    for week, *values in by_week:
        yield start + dt.timedelta(weeks=week), tuple(None if value is None else float(value) for value in values)


def before(diarist: Diarist, span: Span, place: Place) -> tuple[int, int]:
    """The same number of days just before: on how many it twitched at `place`, and how many were recorded."""
    last = span.first - ONE_DAY
    first = last - dt.timedelta(days=span.days - 1)
    recorded = recorded_dates(diarist, first, last)
    twitched = (
        diarist.episodes.filter(local_date__range=(first, last), location=place[0], side=place[1])
        .order_by()
        .values("local_date")
        .distinct()
        .count()
    )
    return twitched, len(recorded)
