"""The wording of dates, times and amounts, for templates."""

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django import template
from django.template import Context
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from diary import wording
from diary.factors import Chip
from diary.models import Episode, Strength, place_name
from diary.spots import Spot

register = template.Library()

NOBODY = uuid.UUID(int=0)
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


@register.simple_tag
def entry_rows(
    episodes: Iterable[Episode], today: dt.date | None = None, *, whole_notes: bool = False
) -> SafeString:
    """A list item for each episode: when, where, what, how strong; a tap opens it.

    `when` is the time of day, or with `today` the date. A note is cut, or with `whole_notes` has its own lines.
    A page of days has more of these than of anything else, so they are put together here and not by a template.
    """
    # One look-up of the address for all.
    url = reverse("diary:episode", args=[NOBODY])
    rows = []
    for episode in episodes:
        if today is not None:
            when = escape(wording.short_date(episode.local_date, today))
        elif episode.start_time_known:
            when = wording.clock_words(episode.moment)
        else:
            when = '<span aria-hidden="true">–</span>'
        note = ""
        if whole_notes and episode.note:
            note = f'<span class="typed-note" dir="auto">{linebreaksbr(episode.note)}</span>'
        words = wording.episode_words(episode) if whole_notes else wording.entry_words(episode)
        rows.append(
            f'<li><a class="entry" href="{url.replace(str(NOBODY), str(episode.pk))}">'
            f'<span class="when">{when}</span> <span class="what">{escaped_place(episode)}'
            f' <span class="hint">{escape(words)}</span>{note}</span>'
            f' <span class="level l{episode.strength or 0}" aria-hidden="true">{episode.strength or "?"}</span>'
            "</a></li>"
        )
    return SafeString("".join(rows))


def escaped_place(episode: Episode) -> str:
    """`Left calf`."""
    return kept_place(episode.location, episode.side, get_language() or "en")


@lru_cache(maxsize=2048)
def kept_place(location: str, side: str, language: str) -> str:
    """The name of a place in the language that is active, which is `language`."""
    return escape(place_name(location, side))


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
    return [(int(value), escape(str(label))) for value, label in Strength.choices]


@register.simple_tag
def chip_link(chip: Chip, saved_name: str = "") -> SafeString:
    """A factor of the day as a link that opens it; the one that was just saved takes the focus."""
    name, words = chip.factor.name, escape(chip.said or str(chip.factor.ask))
    return SafeString(
        f'<a id="chip-{name}" class="chip{" on" if chip.said else ""}" href="{chip.url}" hx-get="{chip.url}"'
        f' hx-target="#context" hx-swap="outerHTML"{" autofocus" if name == saved_name else ""}>{words}</a>'
    )
