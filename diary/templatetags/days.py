"""Sentences about days and their addresses, for templates."""

import datetime as dt

from django import template
from django.urls import reverse
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext, ngettext

from diary import day_words
from diary.factors import context_words
from diary.history import Gap, Span
from diary.models import Day, SignCheck
from diary.months import Cell, Month, MonthView
from diary.signs import ANSWERS, COURSES, SIGNS
from diary.wording import short_date

register = template.Library()


@register.filter
def day_page(date: dt.date) -> str:
    """The address of the full page of a day."""
    return f"{reverse('diary:today')}?date={date.isoformat()}"


@register.filter
def month_page(month: Month) -> str:
    """The address of a month of the calendar."""
    return f"{reverse('diary:calendar')}?month={month}"


@register.filter
def fill_page(span: Span) -> str:
    """The address that fills in the days of a span."""
    return day_words.fill_url(span)


@register.filter
def gap_words(gap: Gap, today: dt.date) -> str:
    """{{ gap|gap_words:request.today }} gives `3 days not recorded: 12 to 14 November`."""
    sentence = ngettext("%(count)d day not recorded: %(days)s", "%(count)d days not recorded: %(days)s", gap.days)
    return sentence % {"count": gap.days, "days": day_words.span_words(gap.first, gap.last, today)}


@register.filter
def span_words(span: Span, today: dt.date) -> str:
    """{{ span|span_words:request.today }} gives `12 to 14 November`."""
    return day_words.span_words(span[0], span[1], today)


@register.filter
def weekday(date: dt.date) -> str:
    """{{ date|weekday }} gives `Monday`."""
    return day_words.weekday(date)


@register.filter
def weekday_name(number: int) -> str:
    """{{ 0|weekday_name }} gives `Monday`."""
    return str(WEEKDAYS[number])


@register.filter
def weekday_short(number: int) -> str:
    """{{ 0|weekday_short }} gives `Mon`."""
    return str(WEEKDAYS_ABBR[number])


@register.filter
def month_words(month: Month) -> str:
    """{{ month|month_words }} gives `November 2026`."""
    return day_words.month_words(month)


@register.filter
def date_in_month(date: dt.date) -> str:
    """{{ date|date_in_month }} gives `12 November`."""
    return day_words.span_words(date, date, date)


@register.filter
def month_sentence(view: MonthView) -> str:
    """{{ view|month_sentence }} gives `Twitches on 9 days, 12 recorded without, 9 not recorded.`"""
    return day_words.month_sentence(view)


@register.filter
def cell_words(cell: Cell) -> str:
    """{{ cell|cell_words }} gives `twitches, strongest: seen`."""
    return day_words.cell_words(cell.kind, cell.strongest, is_today=cell.is_today)


@register.filter
def sign_name(answer: SignCheck) -> str:
    """{{ answer|sign_name }} gives `Writing and typing`."""
    return gettext(SIGNS[answer.sign].name)


@register.filter
def answer_words(answer: SignCheck, today: dt.date) -> str:
    """{{ answer|answer_words:request.today }} gives `Yes · Right hand · since 3 Nov · Getting worse`."""
    parts = [
        gettext(ANSWERS[answer.answer]),  # type: ignore[index]  # the database allows no other
        answer.place_name,
        gettext("since %(date)s") % {"date": short_date(answer.since_on, today)} if answer.since_on else "",
        gettext(COURSES[answer.course]) if answer.course else "",  # type: ignore[index]
    ]
    return " · ".join(part for part in parts if part)


@register.filter
def context_line(day: Day | None, volume_unit: str) -> str:
    """{{ day|context_line:"ml" }} gives `Slept 6 h 30 · Caffeine 180 mg · Exercise: none`."""
    return " · ".join(context_words(day, volume_unit))
