"""What the timeline asks the database: the rows of a range, added up there by day or by week where it is long.

Ten years of episodes are never loaded; the database adds them up. What it found for a long range is kept in this
process until the diary changes, because even adding up takes longer than everything else on the page.
"""

import datetime as dt
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from django.db.models import Avg, Count, F, IntegerField, Max, Min, QuerySet
from django.db.models.expressions import Func

from diary.history import ONE_DAY, recorded_dates
from diary.models import Diarist, Episode
from diary.moments import EARLIEST
from diary.months import first_weekday
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


@dataclass(frozen=True, slots=True)
class Single:
    """One episode, as far as the timeline shows it."""

    id: uuid.UUID
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


@dataclass(frozen=True, slots=True)
class Sum:
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
        return sorted(found, key=lambda place: (self.onsets[place], BODY_ORDER[place[0]], place[1]))

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
        return [start + dt.timedelta(days=n) for n in range(0, (self.span.last - start).days + 1, self.step)]

    def days_of(self, bucket: dt.date) -> list[dt.date]:
        """The days of a bucket that lie in the range."""
        if self.step == 1:
            return [bucket]
        days = (bucket + dt.timedelta(days=n) for n in range(self.step))
        return [day for day in days if self.span.first <= day <= self.span.last]

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


def forget() -> None:
    """Drop what is kept; for tests, which write rows without counting the revision up."""
    with _lock:
        _kept.clear()
    shelf.forget()


def read(diarist: Diarist, span: Span, begins_on: dt.date | None, today: dt.date) -> Rows:
    """Ask the database; the number of queries does not depend on what the range holds."""
    singles: tuple[Single, ...] = ()
    episodes = episodes_of(diarist, span)
    if span.level == "episodes":
        singles = tuple(singles_of(episodes))
        sums = tuple(add_up(singles))
    else:
        sums = tuple(sums_of(episodes, span.level))
    span_days = (span.first, span.last)
    if span.level == "episodes" and span.place is None:
        twitched = frozenset(single.date for single in singles)
    else:
        everywhere = diarist.episodes.filter(local_date__range=span_days).order_by()
        twitched = frozenset(everywhere.values_list("local_date", flat=True).distinct())
    days = diarist.days.filter(date__range=span_days).order_by("date")
    marked = frozenset(days.filter(no_twitches=True).values_list("date", flat=True))
    signs = diarist.sign_checks.filter(date__range=span_days, answer="yes").order_by("date", "recorded_at", "id")
    onsets = {
        (location, side): first
        for location, side, first in diarist.episodes.order_by()
        .values_list("location", "side")
        .annotate(first=Min("local_date"))
    }
    return Rows(
        span=span,
        today=today,
        begins_on=begins_on,
        singles=singles,
        sums=sums,
        twitched=twitched,
        clear=marked - twitched,
        context=dict(context_of(days, span.level)),
        signs=tuple(signs.values_list("date", "sign")),
        onsets=onsets,
    )


def episodes_of(diarist: Diarist, span: Span) -> QuerySet[Episode]:
    """The episodes that are shown."""
    found = diarist.episodes.filter(local_date__range=(span.first, span.last)).order_by()
    return found.filter(location=span.place[0], side=span.place[1]) if span.place else found


def singles_of(episodes: QuerySet[Episode]) -> Iterable[Single]:
    """Every episode, oldest first."""
    rows = episodes.order_by("local_date", "started_at", "id").values_list(
        "id",
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
    for pk, location, side, date, started_at, offset, *rest in rows:
        start = started_at.replace(tzinfo=None) + dt.timedelta(minutes=offset)
        if start.date() != date:
            # Samoa left a day out once; the entry keeps its date.
            start = dt.datetime.combine(date, start.time())
        yield Single(pk, (location, side), date, start, *rest)  # type: ignore[arg-type]  # columns in this order


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
        .annotate(**{f"mean_{name}": Avg(name) for name in FACTORS})
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
