"""The diary looked back at: pages of days, what a filter finds, and the days that nobody recorded.

A day is recorded when it has an episode or the mark "no twitches"; context alone does not make it so.
No query here grows with the diary: dates are found along an index, newest first, and only the rows of the days
on the page are loaded.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from diary.body import LOCATIONS, SIDES
from diary.models import Day, Diarist, Episode, SignCheck, place_name
from diary.shelf import shelf
from diary.signs import SIGNS

DAYS_A_PAGE = 14
EPISODES_A_DAY = 8
MISSED_DAYS = 14
SIGN_ORDER = {sign: place for place, sign in enumerate(SIGNS)}
ONE_DAY = dt.timedelta(days=1)

Kind = Literal["twitch", "clear", "open"]
Span = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; an empty one finds every day. A `side` of "" means "no side entered"."""

    location: str = ""
    side: str = ""
    strength: int | None = None
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.location or self.strength or self.text)

    def episodes(self, diarist: Diarist) -> QuerySet[Episode]:
        """The episodes at the place and of the strength that are looked for, whatever their notes say."""
        found = diarist.episodes.all()
        if self.location:
            found = found.filter(location=self.location, side=self.side)
        if self.strength:
            found = found.filter(strength__gte=self.strength)
        return found

    def in_note(self) -> Q:
        """The text stands in the note, in any case.

        SQLite folds the case of ASCII only, so text with other letters is also looked for as it is written at
        the start of a sentence, in titles and in capitals.
        """
        text = self.text
        forms = {text} if text.isascii() else {text, text.lower(), text.upper(), text.capitalize(), text.title()}
        found = Q()
        for form in sorted(forms):
            found |= Q(note__icontains=form)
        return found


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row without any entry, both ends included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def newest(self) -> Span:
        """Its last days, as many as can be filled in at once."""
        return max(self.first, self.last - dt.timedelta(days=MISSED_DAYS - 1)), self.last


@dataclass(slots=True)
class DayEntries:
    """What stands in the diary for one day.

    `episodes` are at most EPISODES_A_DAY, `unshown` counts the others. `gap` is the run of days without any
    entry between this day and the next newer one of the list. `is_note_found` says that the note of the day
    itself has the text that was looked for.
    """

    date: dt.date
    day: Day | None = None
    episodes: list[Episode] = field(default_factory=list)
    unshown: int = 0
    answers: list[SignCheck] = field(default_factory=list)
    gap: Gap | None = None
    is_note_found: bool = False

    @property
    def kind(self) -> Kind:
        """Whether twitches, none, or nothing was recorded."""
        if self.episodes:
            return "twitch"
        return "clear" if self.day is not None and self.day.no_twitches else "open"

    @property
    def episode_count(self) -> int:
        """How many episodes there are, shown or not."""
        return len(self.episodes) + self.unshown

    @property
    def noes(self) -> list[SignCheck]:
        """Signs that were answered with a plain "no"."""
        return [answer for answer in self.answers if is_plain_no(answer)]

    @property
    def other_answers(self) -> list[SignCheck]:
        """Signs that were answered with anything but a plain "no"."""
        return [answer for answer in self.answers if not is_plain_no(answer)]


@dataclass(frozen=True, slots=True)
class Page:
    """Some days, newest first; `older_than` is the cursor of the next page, None on the last one."""

    days: list[DayEntries]
    older_than: dt.date | None

    @property
    def episode_count(self) -> int:
        """How many episodes the page's days have."""
        return sum(day.episode_count for day in self.days)


def is_plain_no(answer: SignCheck) -> bool:
    """A "no" with nothing said beside it."""
    return answer.answer == "no" and not (answer.note or answer.location)


def page_of_days(diarist: Diarist, wanted: Filter, *, before: dt.date | None, today: dt.date) -> Page:
    """The newest days that have what is `wanted`, older than `before` where that is given."""
    noted = dates_with_note(diarist, wanted, before)
    found = sorted({*dates_with_entries(diarist, wanted, before), *noted}, reverse=True)
    dates = found[:DAYS_A_PAGE]
    days = entries_of(diarist, wanted, dates, set(noted))
    if not wanted:
        add_gaps(days, until=min(before or today, today))
    return Page(days, dates[-1] if len(found) > DAYS_A_PAGE else None)


def dates_with_entries(diarist: Diarist, wanted: Filter, before: dt.date | None) -> set[dt.date]:
    """The newest dates with a matching episode or, without a filter, with anything; enough for a page."""
    episodes = wanted.episodes(diarist)
    if wanted.text:
        episodes = episodes.filter(wanted.in_note())
    dates = set(newest(episodes, "local_date", before))
    if not wanted:
        dates.update(newest(diarist.days.all(), "date", before))
        dates.update(newest(diarist.sign_checks.all(), "date", before))
    return dates


def dates_with_note(diarist: Diarist, wanted: Filter, before: dt.date | None) -> list[dt.date]:
    """The newest dates whose own note has the text, and an episode of the place and strength looked for."""
    if not wanted.text:
        return []
    days = diarist.days.filter(wanted.in_note())
    if wanted.location or wanted.strength:
        days = days.filter(Exists(wanted.episodes(diarist).filter(local_date=OuterRef("date"))))
    return newest(days, "date", before)


def newest(
    rows: QuerySet[Episode] | QuerySet[Day] | QuerySet[SignCheck], name: str, before: dt.date | None
) -> list[dt.date]:
    """One date more than a page has, so that a next page is known of."""
    if before is not None:
        rows = rows.filter(**{f"{name}__lt": before})
    dates = rows.order_by(f"-{name}").values_list(name, flat=True).distinct()
    return list(dates[: DAYS_A_PAGE + 1])


def entries_of(diarist: Diarist, wanted: Filter, dates: list[dt.date], noted: set[dt.date]) -> list[DayEntries]:
    """The rows of `dates`; with a filter only what it finds, where a day whose note was found counts whole."""
    days = {date: DayEntries(date, is_note_found=date in noted) for date in dates}
    for day in diarist.days.filter(date__in=dates):
        days[day.date].day = day
    episodes = wanted.episodes(diarist)
    if wanted.text:
        episodes = episodes.filter(wanted.in_note() | Q(local_date__in=noted.intersection(dates)))
    for episode in some_a_day(episodes.filter(local_date__in=dates)):
        days[episode.local_date].episodes.append(episode)
        days[episode.local_date].unshown = max(0, episode.of_day - EPISODES_A_DAY)  # type: ignore[attr-defined]
    if not wanted:
        answers = diarist.sign_checks.filter(date__in=dates).order_by("recorded_at", "id")
        for answer in sorted(answers, key=lambda answer: (answer.recorded_at, SIGN_ORDER[answer.sign])):
            days[answer.date].answers.append(answer)
    return list(days.values())


def some_a_day(episodes: QuerySet[Episode]) -> QuerySet[Episode]:
    """At most EPISODES_A_DAY of each date, latest first, those without a time last; `of_day` counts all."""
    order = ["-start_time_known", "-started_at", "-id"]
    return (
        episodes.annotate(
            position=Window(RowNumber(), partition_by="local_date", order_by=order),
            of_day=Window(Count("*"), partition_by="local_date"),
        )
        .filter(position__lte=EPISODES_A_DAY)
        .order_by("-local_date", "position")
    )


def add_gaps(days: list[DayEntries], *, until: dt.date) -> None:
    """Put the run of empty days between each day and the next newer one; `until` itself is no part of one."""
    newer = until
    for entries in days:
        first, last = entries.date + ONE_DAY, newer - ONE_DAY
        if first <= last:
            entries.gap = Gap(first, last)
        newer = min(newer, entries.date)


def used_places(diarist: Diarist) -> list[tuple[str, str]]:
    """The places (location, side) that the person ever logged, from head to foot, left before right."""

    def asked() -> str:
        used = set(diarist.episodes.order_by().values_list("location", "side").distinct())
        order = [(location, side) for location in LOCATIONS for side in ("", *SIDES)]
        return json.dumps([place for place in order if place in used])

    return [(location, side) for location, side in json.loads(shelf.kept(diarist, ("places",), asked))]


def recorded_dates(diarist: Diarist, first: dt.date, last: dt.date) -> set[dt.date]:
    """The recorded dates from `first` to `last`; one query."""
    twitched = diarist.episodes.filter(local_date__range=(first, last)).order_by().values_list("local_date")
    marked = diarist.days.filter(date__range=(first, last), no_twitches=True).order_by().values_list("date")
    return {date for (date,) in twitched.union(marked)}


def missed_days(
    diarist: Diarist, today: dt.date, limit: int = MISSED_DAYS, *, known: Collection[dt.date] | None = None
) -> list[dt.date]:
    """The days of the last `limit` before `today` that are not recorded, oldest first.

    Days before the first recorded one are not missed. At most two cheap queries; most often none where `known`
    holds the recorded days of a longer time.
    """
    start, yesterday = today - dt.timedelta(days=limit), today - ONE_DAY
    recorded = recorded_dates(diarist, start, yesterday) if known is None else known
    missed = [date for date in dates_between(start, yesterday) if date not in recorded]
    first = min((date for date in recorded if date < today), default=None)
    if not missed or (first is not None and first <= start) or has_record_before(diarist, start):
        return missed
    return [date for date in missed if first is not None and date > first]


def has_record_before(diarist: Diarist, date: dt.date) -> bool:
    """Whether any day before `date` is recorded; one query."""
    twitched = diarist.episodes.filter(local_date__lt=date)
    marked = diarist.days.filter(date__lt=date, no_twitches=True)
    return Diarist.objects.filter(Exists(twitched) | Exists(marked), pk=diarist.pk).exists()


def first_recorded(diarist: Diarist) -> dt.date | None:
    """The first recorded day of the diary; one query."""
    twitched = diarist.episodes.order_by("local_date").values("local_date")[:1]
    marked = diarist.days.filter(no_twitches=True).order_by("date").values("date")[:1]
    firsts = Diarist.objects.filter(pk=diarist.pk).values_list(Subquery(twitched), Subquery(marked))[0]
    return min((date for date in firsts if date), default=None)


def first_written(diarist: Diarist, recorded: dt.date | None) -> dt.date | None:
    """The first day with anything that the timeline shows: `recorded`, which is the first recorded day, or one
    before it with context or a warning sign; one query.
    """
    before = Q() if recorded is None else Q(date__lt=recorded)
    context = diarist.days.filter(before).order_by("date").values("date")[:1]
    signs = diarist.sign_checks.filter(before, answer="yes").order_by("date").values("date")[:1]
    firsts = Diarist.objects.filter(pk=diarist.pk).values_list(Subquery(context), Subquery(signs))[0]
    return min((date for date in (recorded, *firsts) if date), default=None)


def dates_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """All dates from `first` to `last`, both included."""
    return [dt.date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]


def places_of_days(diarist: Diarist, dates: Iterable[dt.date]) -> dict[dt.date, list[str]]:
    """The names of the places that twitched on each of `dates`, those with most episodes first; one query."""
    names: dict[dt.date, list[str]] = defaultdict(list)
    rows = (
        diarist.episodes.filter(local_date__in=list(dates))
        .values_list("local_date", "location", "side")
        .annotate(count=Count("pk"))
        .order_by("-count", "location", "side")
    )
    for date, location, side, _count in rows:
        names[date].append(place_name(location, side))
    return names
