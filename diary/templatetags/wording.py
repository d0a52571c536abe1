"""The wording of dates, times and amounts, for templates."""

import datetime as dt
import uuid
from functools import lru_cache

from django import template
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from diary import wording
from diary.factors import Chip
from diary.models import Episode, Strength
from diary.spots import Spot

register = template.Library()

STRIP = {kind: f'<i class="k-{kind}"></i>' for kind in ("twitch", "clear", "open")}


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


@register.simple_tag(takes_context=True)
def spot_form(context: Context, spot: Spot, form_id: uuid.UUID, words: str) -> SafeString:
    """One row of My spots: name, words, 14 days, and four buttons that log it again.

    There is more of this on Today than of anything else, so it is put together here and not by a template.
    """
    name, url = escape(spot.name), context["log_url"]
    day = "" if context["is_today"] else f'<input type="hidden" name="date" value="{context["date"].isoformat()}">'
    buttons = "".join(
        f'<button name="strength" value="{value}" aria-label="{name}: {value}, {label}" title="{label}"'
        f"{' class=on' if spot.strength_that_day == value else ''}>{value}</button>"
        for value, label in strength_labels(get_language() or "en")
    )
    return SafeString(
        f'<form class="spot" method="post" action="{url}" hx-post="{url}" hx-target="#log" hx-swap="outerHTML"'
        f' hx-sync="this:drop"><input type="hidden" name="csrfmiddlewaretoken" value="{context["csrf_token"]}">'
        f'<input type="hidden" name="id" value="{form_id}">'
        f'<input type="hidden" name="location" value="{spot.location}">'
        f'<input type="hidden" name="side" value="{spot.side}">{day}'
        f'<div class="spot-words"><b id="spot-{spot.key}">{name}</b>'
        f' <span class="hint">{escape(words)}</span></div>'
        f'<span class="days14" aria-hidden="true">{"".join(STRIP[kind] for kind in spot.strip)}</span>'
        f'<div class="pick" role="group" aria-labelledby="spot-{spot.key}">{buttons}</div></form>'
    )


@lru_cache(maxsize=8)
def strength_labels(language: str) -> list[tuple[int, str]]:
    """The four strengths and their escaped words in a language."""
    return [(int(value), escape(label)) for value, label in Strength.choices]


@register.simple_tag
def chip_link(chip: Chip, saved_name: str = "") -> SafeString:
    """A factor of the day as a link that opens it; the one that was just saved takes the focus."""
    name, words = chip.factor.name, escape(chip.said or chip.factor.ask)
    return SafeString(
        f'<a id="chip-{name}" class="chip{" on" if chip.said else ""}" href="{chip.url}" hx-get="{chip.url}"'
        f' hx-target="#context" hx-swap="outerHTML"{" autofocus" if name == saved_name else ""}>{words}</a>'
    )
