"""The table of the timeline, for its template."""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from diary.day_words import span_words
from diary.factors import FACTORS as ALL_FACTORS
from diary.forms.days import place_label
from diary.models import Strength
from diary.signs import SIGNS
from diary.timeline_rows import FACTORS, Place, Rows
from diary.timeline_table import MOST_LINES, kind_words, lines_of
from diary.timeline_words import plain_value
from diary.wording import short_date

register = template.Library()

EMPTY = "–"
# Stands in an address where the day of a line goes.
NO_DAY = dt.date(2000, 1, 1)


@register.simple_tag
def line_cells(rows: Rows, address: Any, sort: str, volume_unit: str, *, is_part: bool) -> SafeString:
    """The lines of the table. There can be five hundred, so they are put together here and not by a template."""
    language = get_language() or "en"
    near = escape(address.near(NO_DAY))
    key = ("table", language, near, sort, volume_unit, is_part)
    most = MOST_LINES if is_part else None
    return rows.once(key, lambda: SafeString("".join(line_html(rows, near, sort, volume_unit, language, most))))


def line_html(
    rows: Rows, near: str, sort: str, volume_unit: str, language: str, most: int | None
) -> Iterator[str]:
    """One line after the other; its date leads to the day, or to the two weeks that end with the week."""
    day_url = f"{reverse('diary:today')}?date="
    no_day = NO_DAY.isoformat()
    for line in lines_of(rows, sort, most):
        url = f"{day_url}{line.date}" if rows.step == 1 else near.replace(no_day, line.last.isoformat())
        kind = f" kind-{line.kind}" if line.kind else ""
        places = ", ".join([f"{label_of(language, place)}&nbsp;{count}" for place, count in line.places])
        context = "".join(
            [
                f"<td>{value_label(language, name, value, volume_unit)}"
                for name, value in zip(FACTORS, line.context, strict=True)
            ]
        )
        signs = escape(", ".join(gettext(SIGNS[sign].name) for sign in line.signs)) if line.signs else ""
        yield (
            f'<tr><th scope=row><a href="{url}">{date_label(language, line.date)}</a>'
            f'<td><i class="kind{kind}"></i>{kind_words(line, rows.step)}<td>{line.entries or EMPTY}'
            f"<td>{strength_label(language, line.strongest)}<td>{places or EMPTY}{context}<td>{signs or EMPTY}"
        )


@register.simple_tag
def sort_headings(address: Any, sort: str | None) -> list[dict[str, Any]]:
    """The headings that sort: a link each, and which one does now in which direction."""
    sort = sort or "-date"
    labels = {
        "date": gettext("Day"),
        "entries": gettext("Entries"),
        "strongest": gettext("Strongest"),
        **{name: str(ALL_FACTORS[name].ask) for name in FACTORS},
    }
    return [
        {
            "key": key,
            "label": label,
            # Small numbers first helps nobody who looks for the worst days.
            "url": address.of(sort=key if sort == f"-{key}" else f"-{key}"),
            "direction": {key: "ascending", f"-{key}": "descending"}.get(sort, ""),
        }
        for key, label in labels.items()
    ]


@register.filter
def range_words(rows: Rows, today: dt.date) -> str:
    """{{ rows|range_words:request.today }} gives `27 Aug to 25 Nov`."""
    return span_words(rows.span.first, rows.span.last, today)


@lru_cache(maxsize=8192)
def date_label(language: str, date: dt.date) -> str:
    """`23 Nov 2026`, kept: writing a date takes longer than the rest of its line."""
    return escape(short_date(date))


@lru_cache(maxsize=1024)
def label_of(language: str, place: Place) -> str:
    """The escaped name of a place."""
    return escape(place_label(*place))


@lru_cache(maxsize=64)
def strength_label(language: str, strength: int | None) -> str:
    """The level as a square and in words."""
    if strength is None:
        return EMPTY
    return f'<i class="level l{strength}">{strength}</i> {escape(Strength(strength).label)}'


@lru_cache(maxsize=8192)
def value_label(language: str, name: str, value: float | None, volume_unit: str) -> str:
    """`7 h 30`, `180 mg`; a dash where nothing was entered."""
    return EMPTY if value is None else escape(plain_value(name, value, volume_unit))
