"""Dates, times, durations and strengths in the words of the reader's language."""

import datetime as dt
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext, pgettext, pgettext_lazy

from diary.models import Episode, HowOften, Strength
from diary.moments import Moment
from diary.spots import Spot

# What the chips of a form store for "seconds, minutes, an hour, on and off all day" (duration bands 0 to 3).
ROUGH_DURATIONS = {
    20: pgettext_lazy("duration", "seconds"),
    600: pgettext_lazy("duration", "minutes"),
    3600: pgettext_lazy("duration", "about an hour"),
    14400: pgettext_lazy("duration", "hours, or on and off all day"),
}
ROUGH_DURATIONS_SECONDS = tuple(ROUGH_DURATIONS)
STRENGTHS = dict(Strength.choices)
OFTEN = dict(HowOften.choices)
REST_WORDS = {True: gettext_lazy("at rest"), False: gettext_lazy("after effort or in use")}


def date_words(date: dt.date, today: dt.date | None = None) -> str:
    """`Monday 23 November`; with the year where it is not that of `today`."""
    if today is not None and date.year == today.year:
        return date_format(date, pgettext("date format", "l j F"))
    return date_format(date, pgettext("date format", "l j F Y"))


def short_date(date: dt.date, today: dt.date | None = None) -> str:
    """`23 Nov`; with the year where it is not that of `today`."""
    if today is not None and date.year == today.year:
        return date_format(date, pgettext("date format", "j M"))
    return date_format(date, pgettext("date format", "j M Y"))


def day_words(date: dt.date, today: dt.date) -> str:
    """`Today`, `Yesterday`, or the date in words."""
    if date == today:
        return gettext("Today")
    if date == today - dt.timedelta(days=1):
        return gettext("Yesterday")
    return date_words(date, today)


def ago_words(date: dt.date, today: dt.date) -> str:
    """`today`, `yesterday`, `3 days ago`."""
    days = (today - date).days
    if days <= 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}


def clock_words(moment: Moment) -> str:
    """The wall-clock time of a moment where the person was, e.g. `21:40`."""
    local = moment.local
    return kept_clock_words(local.hour, local.minute, get_language() or "en")


@lru_cache(maxsize=4096)
def kept_clock_words(hour: int, minute: int, language: str) -> str:
    """A time of day in words."""
    # Any day will do.
    return date_format(dt.datetime(2000, 1, 1, hour, minute), pgettext("time format", "H:i"))  # noqa: DTZ001


def strength_words(strength: int | None) -> str:
    """`seen` for 2; empty where nothing was entered."""
    return str(STRENGTHS[strength]) if strength else ""


def how_often_words(how_often: int | None) -> str:
    """`a few times` for 1; empty where nothing was entered."""
    return "" if how_often is None else str(OFTEN[how_often])


def duration_words(seconds: int | None, *, rough: bool = False) -> str:
    """`seconds`, `minutes`, `about an hour`, `hours, on and off` for the rough ones, else `1 h 20 min`."""
    if seconds is None:
        return ""
    if rough and seconds in ROUGH_DURATIONS:
        return str(ROUGH_DURATIONS[seconds])
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [
        gettext("%(count)d h") % {"count": hours} if hours else "",
        gettext("%(count)d min") % {"count": minutes} if minutes else "",
        gettext("%(count)d s") % {"count": left} if (not hours and left) or not seconds else "",
    ]
    return " ".join(part for part in parts if part)


def rough_duration_names() -> tuple[str, ...]:
    """The names of the four duration bands, shortest first."""
    return tuple(str(name) for name in ROUGH_DURATIONS.values())


def spot_words(spot: Spot, date: dt.date, *, is_today: bool) -> str:
    """`yesterday, seen · day 9, on 6 of 14 days`, seen from `date`."""
    if spot.strength_that_day is None:
        when, strength = ago_words(spot.last_on, date), spot.last_strength
    else:
        when = pgettext("spot", "today") if is_today else pgettext("spot", "this day")
        strength = spot.strength_that_day
    last = f"{when}, {strength_words(strength)}" if strength else when
    spell = (
        gettext("for more than 12 weeks")
        if spot.spell_is_longer
        else gettext("day %(day)d") % {"day": spot.spell_day}
    )
    count = spot.twitch_days
    often = ngettext("on %(count)d of 14 days", "on %(count)d of 14 days", count) % {"count": count}
    return f"{last} · {spell}, {often}"


def entry_words(episode: Episode) -> str:
    """What was entered beside place and time, the note too: `seen · about an hour · on the sofa`."""
    note = episode.note if len(episode.note) <= 60 else f"{episode.note[:59]}…"
    return " · ".join(part for part in (episode_words(episode), note) if part)


def episode_words(episode: Episode) -> str:
    """`seen · minutes · a few times · at rest`; what was not entered is not said."""
    return kept_words(
        get_language() or "en",
        episode.strength,
        episode.is_ongoing,
        episode.duration_seconds,
        episode.duration_is_rough,
        episode.how_often,
        episode.at_rest,
    )


@lru_cache(maxsize=4096)
def kept_words(
    language: str,
    strength: int | None,
    is_ongoing: bool,
    duration_seconds: int | None,
    duration_is_rough: bool,
    how_often: int | None,
    at_rest: bool | None,
) -> str:
    """What was entered about an episode, in words: a long list has few different ones."""
    parts = [
        strength_words(strength),
        gettext("still going on") if is_ongoing else "",
        duration_words(duration_seconds, rough=duration_is_rough),
        how_often_words(how_often),
        "" if at_rest is None else str(REST_WORDS[at_rest]),
    ]
    return " · ".join(part for part in parts if part)


def zone_words(zone: str) -> str:
    """`New York` for `America/New_York`."""
    return zone.rpartition("/")[2].replace("_", " ")
