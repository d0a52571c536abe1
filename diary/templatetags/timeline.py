"""The table of the timeline, for its template."""

import datetime as dt
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
from diary.timeline_table import Line, kind_words
from diary.timeline_words import plain_value
from diary.wording import short_date

register = template.Library()

EMPTY = '<span aria-hidden="true">–</span>'


@register.simple_tag
def line_cells(lines: list[Line], rows: Rows, address: Any, volume_unit: str) -> SafeString:
    """All lines of the table. There can be five hundred, so they are put together here and not by a template."""
    language = get_language() or "en"
    day_url = f"{reverse('diary:today')}?date="
    out = []
    for line in lines:
        url = f"{day_url}{line.date}" if rows.step == 1 else escape(address.near(line.last))
        kind = f"kind kind-{line.kind}" if line.kind else "kind"
        places = ", ".join(f"{label_of(language, place)}&nbsp;{count}" for place, count in line.places)
        cells = [
            f'<th scope="row"><a href="{url}">{date_label(language, line.date)}</a></th>',
            f'<td><i class="{kind}" aria-hidden="true"></i>{escape(kind_words(line, rows.step))}</td>',
            f"<td>{line.entries or EMPTY}</td><td>{strength_label(language, line.strongest)}</td>",
            f"<td>{places or EMPTY}</td>",
        ]
        cells += [
            f"<td>{value_label(language, name, value, volume_unit)}</td>"
            for name, value in zip(FACTORS, line.context, strict=True)
        ]
        signs = escape(", ".join(gettext(SIGNS[sign].name) for sign in line.signs))
        cells.append(f"<td>{signs or EMPTY}</td>")
        out.append(f"<tr>{''.join(cells)}</tr>")
    return SafeString("".join(out))


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
    return f'<i class="level l{strength}" aria-hidden="true">{strength}</i> {escape(Strength(strength).label)}'


@lru_cache(maxsize=8192)
def value_label(language: str, name: str, value: float | None, volume_unit: str) -> str:
    """`7 h 30`, `180 mg`; a dash where nothing was entered."""
    return EMPTY if value is None else escape(plain_value(name, value, volume_unit))
