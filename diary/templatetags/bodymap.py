"""The body map as inline SVG, from the one table of shapes."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from diary.bodymap import VIEWS
from diary.models import place_name

register = template.Library()

# Stands in the kept picture where the class of a place and the query of its address go.
SHADE, QUERY = "\x01", "\x02"


@register.simple_tag
def body_map(shading: Mapping[str, int], date: dt.date, is_today: bool) -> SafeString:
    """The map with the shading of the last 14 days; a tap on a place logs it for `date`.

    Only the shading differs from person to person: the rest is rendered once for a language and kept in pieces.
    """
    query = "" if is_today else f"&amp;date={date.isoformat()}"
    pieces, keys = drawn(get_language() or "en")
    out = [pieces[0]]
    for key, piece in zip(keys, pieces[1:], strict=True):
        level = shading.get(key)
        out.append("" if level is None else f" s{int(level)}")
        out.append(piece)
    # Everything in here is ours: template output, numbers and a date.
    return SafeString("".join(out).replace(QUERY, query))


@lru_cache(maxsize=8)
def drawn(language: str) -> tuple[list[str], list[str]]:
    """The picture in one language, cut where the shade of a place goes, and the places in that order."""
    html = render_to_string("diary/bodymap.html", {"views": views(), "shade": SHADE, "query": QUERY})
    keys = [region["key"] for view in views() for region in view["regions"]]
    return " ".join(html.split()).split(SHADE), keys


def views() -> list[dict[str, Any]]:
    """The views with names in the reader's language."""
    titles = {
        "front": pgettext("body map", "Front"),
        "back": pgettext("body map", "Back"),
        "face": pgettext("body map", "Face"),
        "hand_left": pgettext("body map", "Left hand"),
        "hand_right": pgettext("body map", "Right hand"),
    }
    opens = {
        "face": _("Show the face"),
        "hand_left": _("Show my left hand"),
        "hand_right": _("Show my right hand"),
    }
    return [
        {
            "view": view,
            "title": titles[view.id],
            "looks_at_us": view.id in {"front", "face"},
            "is_hand": view.id.startswith("hand"),
            "regions": [
                {"key": region.key, "name": place_name(region.location, region.side), "region": region}
                for region in view.regions
            ],
            "zones": [{"name": opens[zone.view], "zone": zone} for zone in view.zones],
        }
        for view in VIEWS.values()
    ]
