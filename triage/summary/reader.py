"""What the doctor's page needs of a diary, as numbers. Sums are made by the database: the rows that are read
grow with the places, with the bars that fit on paper and with the answers to signs, never with the episodes.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

from django.db.models import Avg, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum

from diary.models import Day, Diarist, Episode, Medicine
from diary.timeline_rows import FIRST_MONDAY, MonthNumber, WeekNumber
from triage.places import PLACES
from triage.rules.answers import standing
from triage.rules.history import CheckRecord, History
from triage.rules.journal import Journal

LISTED_SPOTS = 5
NOW_DAYS = 14
WINDOW_DAYS = 28
MOST_BARS = 190
LISTED_MEDICINES = 6
LISTED_NOTES = 3

Step = Literal["day", "week", "month", "year"]
Site = tuple[str, str]
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one place did in a stretch of days."""

    first: dt.date
    last: dt.date
    recorded: int
    days: int
    strength: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bar's worth of days: how many were recorded, and on how many each place twitched how strongly."""

    first: dt.date
    last: dt.date
    recorded: int
    spots: Mapping[Site, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class SpotFacts:
    """One place: the first day ever, and within the period the days, the last one and the usual strength."""

    site: Site
    first_on: dt.date
    last_on: dt.date
    days: int
    strength: int


@dataclass(frozen=True, slots=True)
class Course:
    """How a listed place was at first, and how it is lately."""

    then: Stretch
    now: Stretch


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer to one sign, counted over its dates."""

    sign: str
    answer: str
    first: dt.date
    last: dt.date
    times: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is read of one diary for one period."""

    first: dt.date
    last: dt.date
    step: Step
    buckets: tuple[Bucket, ...]
    twitch_days: int
    spots: tuple[SpotFacts, ...]
    first_spots: tuple[SpotFacts, ...]
    courses: Mapping[Site, Course]
    now_recorded: int
    now_spots: Mapping[Site, int]
    answers: tuple[Answered, ...]
    stands: tuple[CheckRecord, ...]
    context: Mapping[str, Any]
    medicines: tuple[Medicine, ...]
    medicine_count: int
    notes: tuple[tuple[dt.date, Site, str], ...]
    note_count: int

    @property
    def days(self) -> int:
        """The days of the period."""
        return (self.last - self.first).days + 1

    @property
    def recorded(self) -> int:
        """The days of the period that were recorded."""
        return sum(bucket.recorded for bucket in self.buckets)

    def listed(self, most: int) -> list[SpotFacts]:
        """The spots that get a row: those with most days, the first to appear on top."""
        return sorted(self.spots[: min(most, LISTED_SPOTS)], key=lambda spot: (spot.first_on, spot.site))


def read_facts(
    diarist: Diarist, first: dt.date, last: dt.date, *, with_medicines: bool, with_notes: bool
) -> Facts:
    """Everything about the days from `first` to `last`. The number of queries is fixed."""
    step = step_for(first, last)
    seen = list(_spots(diarist, first, last))
    spots = tuple(spot for spot in seen if spot.days)
    earliest = min((spot.first_on for spot in seen), default=None)
    listed = spots[:LISTED_SPOTS]
    courses, now_recorded, now_spots = _courses(diarist, listed, first, last)
    buckets, twitch_days = _buckets(diarist, [spot.site for spot in listed], first, last, step)
    medicines, medicine_count = _medicines(diarist, first, last) if with_medicines else ((), 0)
    notes, note_count = _notes(diarist, first, last) if with_notes else ((), 0)
    return Facts(
        first=first,
        last=last,
        step=step,
        buckets=buckets,
        twitch_days=twitch_days,
        spots=spots,
        first_spots=tuple(spot for spot in seen if spot.first_on == earliest),
        courses=courses,
        now_recorded=now_recorded,
        now_spots=now_spots,
        answers=_answers(diarist, last),
        stands=_stands(diarist, last),
        context=_context(diarist, first, last),
        medicines=medicines,
        medicine_count=medicine_count,
        notes=notes,
        note_count=note_count,
    )


def step_for(first: dt.date, last: dt.date) -> Step:
    """How many days a bar stands for, so that it stays wide enough to be seen on paper."""
    days = (last - first).days + 1
    if days <= MOST_BARS:
        return "day"
    if days <= MOST_BARS * 7:
        return "week"
    return "month" if days <= MOST_BARS * 30 else "year"


def _spots(diarist: Diarist, first: dt.date, last: dt.date) -> Iterable[SpotFacts]:
    """Every place up to `last`, those with most days in the period first."""
    inside = Q(local_date__gte=first)
    rows = (
        diarist.episodes.filter(local_date__lte=last)
        .order_by()
        .values_list("location", "side")
        .annotate(
            first_on=Min("local_date"),
            last_on=Max("local_date"),
            days=Count("local_date", distinct=True, filter=inside),
            usual=Avg("strength", filter=inside),
        )
    )
    spots = [
        SpotFacts((location, side), first_on, last_on, days, round(usual or 0))
        for location, side, first_on, last_on, days, usual in rows
    ]
    return sorted(spots, key=lambda spot: (-spot.days, spot.first_on, spot.site))


def _buckets(
    diarist: Diarist, sites: list[Site], first: dt.date, last: dt.date, step: Step
) -> tuple[tuple[Bucket, ...], int]:
    """The bars of the period, empty ones included, and the days with any twitch."""
    episodes = diarist.episodes.filter(local_date__range=(first, last)).order_by()
    by_bar = (
        episodes.annotate(bar=_bar("local_date", step))
        .values_list("bar")
        .annotate(days=Count("local_date", distinct=True))
    )
    twitched = {_start(bar, step): days for bar, days in by_bar}
    clear = (
        clear_days(diarist, first, last)
        .annotate(bar=_bar("date", step))
        .order_by()
        .values_list("bar")
        .annotate(days=Count("pk"))
    )
    marked = {_start(bar, step): days for bar, days in clear}
    spots: dict[dt.date, dict[Site, tuple[int, int]]] = defaultdict(dict)
    if sites:
        rows = (
            episodes.filter(_at(sites))
            .annotate(bar=_bar("local_date", step))
            .values_list("bar", "location", "side")
            .annotate(
                days=Count("local_date", distinct=True),
                strength=Max("strength") if step == "day" else Avg("strength"),
            )
        )
        for bar, location, side, days, strength in rows:
            spots[_start(bar, step)][location, side] = days, round(strength or 0)
    starts = list(_starts(first, last, step))
    ends = [start - ONE_DAY for start in starts[1:]] + [last]
    buckets = tuple(
        Bucket(max(first, start), end, twitched.get(start, 0) + marked.get(start, 0), spots.get(start, {}))
        for start, end in zip(starts, ends, strict=True)
    )
    return buckets, sum(twitched.values())


def _bar(name: str, step: Step) -> Any:
    """The bar that a date falls in, as a number that every database works out by itself; `_start` reads it."""
    if step == "day":
        return F(name)
    return WeekNumber(name, FIRST_MONDAY) if step == "week" else MonthNumber(name, of_year=step == "year")


def _start(bar: Any, step: Step) -> dt.date:
    """The first day of a bar."""
    if step == "day":
        return cast("dt.date", bar)
    if step == "week":
        return FIRST_MONDAY + dt.timedelta(weeks=bar)
    return dt.date(bar // 12, bar % 12 + 1, 1)


def _starts(first: dt.date, last: dt.date, step: Step) -> Iterable[dt.date]:
    """The first days of the bars from `first` to `last`, as the database truncates them."""
    if step == "month":
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return [dt.date(month // 12, month % 12 + 1, 1) for month in months]
    if step == "year":
        return [dt.date(year, 1, 1) for year in range(first.year, last.year + 1)]
    start = first - dt.timedelta(days=first.weekday()) if step == "week" else first
    width = 7 if step == "week" else 1
    return [start + dt.timedelta(days=n) for n in range(0, (last - start).days + 1, width)]


def clear_days(diarist: Diarist, first: dt.date, last: dt.date) -> QuerySet[Day]:
    """The days marked as without twitches; an episode on the same day would make it a day with one."""
    episodes = Episode.objects.filter(diarist=OuterRef("diarist"), local_date=OuterRef("date"))
    return diarist.days.filter(~Exists(episodes), date__range=(first, last), no_twitches=True)


def _at(sites: Iterable[Site]) -> Q:
    condition = Q()
    for location, side in sites:
        condition |= Q(location=location, side=side)
    return condition


def _courses(
    diarist: Diarist, listed: Iterable[SpotFacts], first: dt.date, last: dt.date
) -> tuple[dict[Site, Course], int, dict[Site, int]]:
    """Then and now of each listed spot, and who twitched in the last 14 days; three queries."""
    spans = {spot.site: then_and_now(max(first, spot.first_on), last) for spot in listed}
    lately = max(first, last - dt.timedelta(days=NOW_DAYS - 1)), last
    ranges = {lately, *(span for pair in spans.values() for span in pair)}
    recorded = _recorded_dates(diarist, ranges)
    wanted = Q(local_date__range=lately)
    for (location, side), pair in spans.items():
        for span in pair:
            wanted |= Q(location=location, side=side, local_date__range=span)
    strengths: dict[Site, dict[dt.date, int]] = defaultdict(dict)
    rows = (
        diarist.episodes.filter(wanted)
        .order_by()
        .values_list("location", "side", "local_date")
        .annotate(strongest=Max("strength"))
    )
    for location, side, date, strongest in rows:
        strengths[location, side][date] = strongest or 0
    now = {site: sum(lately[0] <= date for date in dates) for site, dates in strengths.items()}
    now = {site: days for site, days in sorted(now.items(), key=lambda item: (-item[1], item[0])) if days}
    courses = {
        site: Course(_window(strengths[site], recorded, pair[0]), _window(strengths[site], recorded, pair[1]))
        for site, pair in spans.items()
    }
    return courses, sum(lately[0] <= date <= last for date in recorded), now


def then_and_now(first: dt.date, last: dt.date) -> tuple[tuple[dt.date, dt.date], tuple[dt.date, dt.date]]:
    """The first and the last four weeks; of a shorter time its two halves."""
    days = (last - first).days + 1
    length = dt.timedelta(days=max(1, min(WINDOW_DAYS, days // 2)) - 1)
    return (first, first + length), (last - length, last)


def _window(strengths: Mapping[dt.date, int], recorded: set[dt.date], span: tuple[dt.date, dt.date]) -> Stretch:
    values = [strength for date, strength in strengths.items() if span[0] <= date <= span[1]]
    known = [strength for strength in values if strength]
    usual = round(sum(known) / len(known)) if known else 0
    return Stretch(*span, sum(span[0] <= date <= span[1] for date in recorded), len(values), usual)


def _recorded_dates(diarist: Diarist, ranges: Iterable[tuple[dt.date, dt.date]]) -> set[dt.date]:
    episodes, days = Q(), Q()
    for span in ranges:
        episodes |= Q(local_date__range=span)
        days |= Q(date__range=span)
    dates = set(diarist.episodes.filter(episodes).order_by().values_list("local_date", flat=True).distinct())
    return dates | set(diarist.days.filter(days, no_twitches=True).values_list("date", flat=True))


def _answers(diarist: Diarist, last: dt.date) -> tuple[Answered, ...]:
    """How often and when each sign got which answer, up to `last`: an old "no" still counts."""
    rows = (
        diarist.sign_checks.filter(date__lte=last)
        .order_by()
        .values_list("sign", "answer")
        .annotate(first=Min("date"), last=Max("date"), times=Count("date", distinct=True))
    )
    return tuple(Answered(*row) for row in rows)


def _stands(diarist: Diarist, last: dt.date) -> tuple[CheckRecord, ...]:
    """The answers other than no that stand on the last day, as the rules see it; the latest record of each."""
    given = diarist.sign_checks.filter(date__lte=last)
    # A sign that got nothing but noes has nothing that stands.
    rows = given.filter(sign__in=given.exclude(answer="no").values("sign")).order_by()
    names = ("id", "date", "sign", "answer", "location", "side", "course", "since_on", "recorded_at")
    checks = tuple(CheckRecord(str(pk), *values) for pk, *values in rows.values_list(*names))
    journal = Journal(History(PLACES, checks=checks))
    # What was written down later about those days counts.
    journal.learn_until(journal.day(dt.date.max))
    return tuple(one.record for one in standing(journal, journal.day(last)).values())


def _context(diarist: Diarist, first: dt.date, last: dt.date) -> dict[str, Any]:
    """Means of what was entered about the days, each with the number of days that it was entered on."""
    totals: dict[str, Any] = {}
    for name in ("sleep_hours", "caffeine_mg", "exercise_minutes", "stress", "alcohol_units", "water_ml"):
        totals |= {f"{name}_mean": Avg(name), f"{name}_days": Count(name)}
    totals |= {
        "active_days": Count("pk", filter=Q(exercise_minutes__gt=0)),
        "active_minutes": Sum("exercise_minutes"),
        "magnesium_days": Count("pk", filter=~Q(magnesium="")),
        "supplement_days": Count("pk", filter=Q(magnesium="supplement")),
        "heat_days": Count("pk", filter=Q(heat=True)),
        "heat_asked": Count("heat"),
    }
    return diarist.days.filter(date__range=(first, last)).aggregate(**totals)


def _medicines(diarist: Diarist, first: dt.date, last: dt.date) -> tuple[tuple[Medicine, ...], int]:
    """What was taken on any day of the period: still taken first, then the latest stopped."""
    rows = diarist.medicines.filter(
        Q(started_on__isnull=True) | Q(started_on__lte=last),
        Q(stopped_on__isnull=True) | Q(stopped_on__gte=first),
    )
    shown = rows.order_by(F("stopped_on").desc(nulls_first=True), "-started_on", "name", "pk")
    return tuple(shown[:LISTED_MEDICINES]), rows.count()


def _notes(diarist: Diarist, first: dt.date, last: dt.date) -> tuple[tuple[tuple[dt.date, Site, str], ...], int]:
    """The newest notes of the period, and how many there are; four queries."""
    episodes = diarist.episodes.filter(local_date__range=(first, last)).exclude(note="")
    days = diarist.days.filter(date__range=(first, last)).exclude(note="")
    of_days = days.order_by("-date").values_list("date", "note")[:LISTED_NOTES]
    of_episodes = episodes.order_by("-local_date", "-started_at", "-id").values_list(
        "local_date", "location", "side", "note"
    )[:LISTED_NOTES]
    notes: list[tuple[dt.date, Site, str]] = [(date, ("", ""), note) for date, note in of_days]
    notes += [(date, (location, side), note) for date, location, side, note in of_episodes]
    notes.sort(key=lambda note: note[0], reverse=True)
    return tuple(notes[:LISTED_NOTES]), episodes.count() + days.count()


def whole(value: Decimal | float | None) -> int:
    """A mean, rounded."""
    return round(value or 0)
