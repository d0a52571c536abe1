"""Sentences about days: runs of days, what a filter found, a month, what was filled in."""

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext, pgettext

from diary.history import Filter, Page, Span
from diary.months import Month, MonthView
from diary.wording import date_words, short_date, strength_words


def weekday(date: dt.date) -> str:
    """`Monday`."""
    return str(WEEKDAYS[date.weekday()])


def span_words(first: dt.date, last: dt.date, today: dt.date) -> str:
    """`12 November`, `12 to 14 November`, `30 Oct to 2 Nov`; with the year where it is not that of `today`."""
    if (first.year, first.month) != (last.year, last.month):
        return gettext("%(first)s to %(last)s") % {
            "first": short_date(first, last if last.year == today.year else None),
            "last": short_date(last, today),
        }
    day_and_month = pgettext("date format", "j F")
    if last.year != today.year:
        day_and_month = pgettext("date format", "j F Y")
    if first == last:
        return date_format(first, day_and_month)
    first_day = date_format(first, pgettext("date format, first day of a span within a month", "j"))
    return gettext("%(first)s to %(last)s") % {"first": first_day, "last": date_format(last, day_and_month)}


def month_words(month: Month) -> str:
    """`November 2026`."""
    return date_format(month.first, pgettext("date format", "F Y"))


def month_sentence(view: MonthView) -> str:
    """`Twitches on 9 days, 12 recorded without, 9 not recorded.`"""
    twitched, clear, missed = view.count("twitch"), view.count("clear"), view.count("open")
    parts = [
        ngettext("Twitches on %(count)d day", "Twitches on %(count)d days", twitched) % {"count": twitched},
        ngettext("%(count)d recorded without", "%(count)d recorded without", clear) % {"count": clear},
        ngettext("%(count)d not recorded", "%(count)d not recorded", missed) % {"count": missed},
    ]
    return gettext("%(parts)s.") % {"parts": ", ".join(parts)}


def cell_words(kind: str | None, strongest: int | None, *, is_today: bool) -> str:
    """What a screen reader says of a day: `twitches, strongest: moves the part`."""
    if kind == "twitch" and strongest:
        return gettext("twitches, strongest: %(strength)s") % {"strength": strength_words(strongest)}
    words = {
        "twitch": gettext("twitches, strength not entered"),
        "clear": gettext("recorded, no twitches"),
        "open": gettext("not recorded"),
    }
    return words.get(kind or "", gettext("nothing recorded yet") if is_today else gettext("no entry"))


def found_words(page: Page, wanted: Filter, before: dt.date | None, today: dt.date) -> str:
    """How much of what was looked for is shown; empty without a filter on the first page."""
    if not wanted and before is None:
        return ""
    if not page.days:
        return _nothing_found(wanted, before, today)
    days = ngettext("%(count)d day", "%(count)d days", len(page.days)) % {"count": len(page.days)}
    episodes = ngettext("%(count)d entry", "%(count)d entries", page.episode_count) % {"count": page.episode_count}
    values = {"days": days, "episodes": episodes, "before": date_words(before, today) if before else ""}
    if not wanted:
        return gettext("%(days)s before %(before)s, with %(episodes)s.") % values
    if before is not None:
        return gettext("%(days)s before %(before)s match, with %(episodes)s.") % values
    if page.older_than is None:
        return gettext("Everything that matches: %(days)s, with %(episodes)s.") % values
    return gettext("The newest %(days)s that match, with %(episodes)s. There are more.") % values


def _nothing_found(wanted: Filter, before: dt.date | None, today: dt.date) -> str:
    if before is None:
        return gettext("Nothing in your diary matches.")
    values = {"before": date_words(before, today)}
    if wanted:
        return gettext("Nothing before %(before)s matches.") % values
    return gettext("Nothing is written down before %(before)s.") % values


def filled_words(copied: Sequence[dt.date], marked: Sequence[dt.date], today: dt.date) -> list[str]:
    """What a form about missed days has stored, a sentence a kind."""
    sentences = []
    if copied:
        sentences.append(gettext("Saved as on the day before: %(days)s.") % {"days": list_words(copied, today)})
    if marked:
        sentences.append(gettext("Saved as without twitches: %(days)s.") % {"days": list_words(marked, today)})
    return sentences


def list_words(dates: Sequence[dt.date], today: dt.date) -> str:
    """`Tuesday 17 November, Wednesday 18 November`."""
    return ", ".join(date_words(date, today) for date in dates)


def fill_url(span: Span, **more: object) -> str:
    """The address that fills in the days of `span`."""
    values = {"since": span[0], "until": span[1], **more}
    return f"{reverse('diary:fill')}?{urlencode({name: str(value) for name, value in values.items()})}"
