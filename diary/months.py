"""One month of the diary as a calendar shows it: weeks of days, each with its kind and strongest twitch."""

import datetime as dt
from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max
from django.utils.formats import get_format

from diary.history import MISSED_DAYS, Kind, Span, first_recorded
from diary.models import Diarist
from diary.moments import EARLIEST


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, date: dt.date) -> "Month":
        """The month that `date` lies in."""
        return cls(date.year, date.month)

    @property
    def first(self) -> dt.date:
        """Its first day."""
        return dt.date(self.year, self.number, 1)

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.after.first - dt.timedelta(days=1)

    @property
    def before(self) -> "Month":
        """The month before."""
        return Month.of(self.first - dt.timedelta(days=1))

    @property
    def after(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


EARLIEST_MONTH = Month.of(EARLIEST)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day. `kind` is None where nothing could be missed: in the future, before the first recorded day, and
    today while nothing is recorded. `strongest` is None where no strength was entered.
    """

    date: dt.date
    kind: Kind | None
    strongest: int | None = None
    is_today: bool = False
    is_future: bool = False


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month: its weeks, where None stands for days of other months, and the first recorded day of the diary."""

    month: Month
    weeks: list[list[Cell | None]]
    begins_on: dt.date | None

    def count(self, kind: Kind) -> int:
        """How many days of the month are of this kind."""
        return len(self._dates(kind))

    @property
    def missed_span(self) -> Span | None:
        """The last days of the month that were missed, as many as can be filled in at once."""
        missed = self._dates("open")
        if not missed:
            return None
        start = missed[-1] - dt.timedelta(days=MISSED_DAYS - 1)
        return next(date for date in missed if date >= start), missed[-1]

    def _dates(self, kind: Kind) -> list[dt.date]:
        return [cell.date for week in self.weeks for cell in week if cell and cell.kind == kind]


def month_view(diarist: Diarist, month: Month, today: dt.date) -> MonthView:
    """The calendar of `month`; three queries, whatever the month holds."""
    span = (month.first, month.last)
    twitched = dict(
        diarist.episodes.filter(local_date__range=span)
        .order_by()
        .values_list("local_date")
        .annotate(strongest=Max("strength"))
    )
    clear = set(diarist.days.filter(date__range=span, no_twitches=True).values_list("date", flat=True))
    begins_on = first_recorded(diarist)

    def cell(date: dt.date) -> Cell | None:
        if Month.of(date) != month:
            return None
        kind = kind_of(date, twitched, clear, begins_on, today)
        return Cell(date, kind, twitched.get(date), date == today, date > today)

    return MonthView(month, [[cell(date) for date in week] for week in weeks_of(month)], begins_on)


def kind_of(
    date: dt.date,
    twitched: dict[dt.date, int | None],
    clear: set[dt.date],
    begins_on: dt.date | None,
    today: dt.date,
) -> Kind | None:
    """What was recorded on `date`; None where nothing could be missed."""
    if date in twitched:
        return "twitch"
    if date in clear:
        return "clear"
    could_be_missed = begins_on is not None and begins_on < date < today
    return "open" if could_be_missed else None


def weeks_of(month: Month) -> Iterator[list[dt.date]]:
    """The weeks of the month, with the day of the week first that the reader's locale has first."""
    yield from Calendar(first_weekday()).monthdatescalendar(month.year, month.number)


def first_weekday() -> int:
    """The first day of the week where the reader is: 0 is Monday, 6 is Sunday."""
    # Django's formats count from Sunday, Python from Monday.
    return (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7


def weekdays() -> list[int]:
    """The days of the week in the reader's order, 0 being Monday."""
    return list(Calendar(first_weekday()).iterweekdays())
