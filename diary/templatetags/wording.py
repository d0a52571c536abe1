"""The wording of dates, times and amounts, for templates."""

import datetime as dt
from functools import lru_cache

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from diary import wording
from diary.factors import Chip
from diary.models import Episode, Strength
from diary.spots import Spot

register = template.Library()


@register.filter
def date_words(date: dt.date, today: dt.date | None = None) -> str:
    """{{ date|date_words:request.today }} gives `Monday 23 November`."""
    return wording.date_words(date, today)


@register.filter
def short_date(date: dt.date, today: dt.date | None = None) -> str:
    """{{ date|short_date:request.today }} gives `23 Nov`."""
    return wording.short_date(date, today)


@register.filter
def day_words(date: dt.date, today: dt.date) -> str:
    """{{ date|day_words:request.today }} gives `Today`, `Yesterday` or the date."""
    return wording.day_words(date, today)


@register.filter
def ago_words(date: dt.date, today: dt.date) -> str:
    """{{ date|ago_words:request.today }} gives `3 days ago`."""
    return wording.ago_words(date, today)


@register.filter
def clock_words(episode: Episode) -> str:
    """{{ episode|clock_words }} gives `21:40`; empty where only the date is known."""
    return wording.clock_words(episode.moment) if episode.start_time_known else ""


@register.filter
def entry_words(episode: Episode) -> str:
    """{{ episode|entry_words }} gives `seen · about an hour · at rest`."""
    return wording.entry_words(episode)


@register.filter
def strength_words(strength: int | None) -> str:
    """{{ episode.strength|strength_words }} gives `seen`."""
    return wording.strength_words(strength)


@register.filter
def how_often_words(how_often: int | None) -> str:
    """{{ episode.how_often|how_often_words }} gives `a few times`."""
    return wording.how_often_words(how_often)


@register.filter
def duration_words(episode: Episode) -> str:
    """{{ episode|duration_words }} gives `about an hour` or `1 h 20 min`."""
    return wording.duration_words(episode.duration_seconds, rough=episode.duration_is_rough)


@register.simple_tag
def pick(spot: Spot) -> SafeString:
    """The four buttons that log a spot again; this is the part of Today that there is most of."""
    name = escape(spot.name)
    return SafeString(
        "".join(
            f'<button name="strength" value="{value}" aria-label="{name}: {value}, {words}" title="{words}"'
            f"{' class=on' if spot.strength_that_day == value else ''}>{value}</button>"
            for value, words in strength_labels(get_language() or "en")
        )
    )


@lru_cache(maxsize=8)
def strength_labels(language: str) -> list[tuple[int, str]]:
    """The four strengths and their escaped words in a language."""
    return [(int(value), escape(label)) for value, label in Strength.choices]


@register.simple_tag
def strip(spot: Spot) -> SafeString:
    """One small mark for each of the 14 days."""
    return SafeString("".join(f'<i class="k-{kind}"></i>' for kind in spot.strip))


@register.simple_tag
def chip_link(chip: Chip, saved_name: str = "") -> SafeString:
    """A factor of the day as a link that opens it; the one that was just saved takes the focus."""
    name, words = chip.factor.name, escape(chip.said or chip.factor.ask)
    return SafeString(
        f'<a id="chip-{name}" class="chip{" on" if chip.said else ""}" href="{chip.url}" hx-get="{chip.url}"'
        f' hx-target="#context" hx-swap="outerHTML"{" autofocus" if name == saved_name else ""}>{words}</a>'
    )
