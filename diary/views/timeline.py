"""The timeline: the figure, one paragraph of words, the same numbers as a table and as CSV."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import json_script
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from diary.forms.days import place_key, place_label
from diary.forms.timeline import ALL_LINES, NONE_BELOW, RANGE_CHOICES, RANGES, TimelineForm
from diary.history import ONE_DAY, first_recorded, first_written
from diary.middleware import DiaryRequest
from diary.models import Strength
from diary.shelf import shelf
from diary.timeline import LANE_PIXELS, figure, packed
from diary.timeline_rows import FACTORS, Rows, Span, before, rows_of
from diary.timeline_table import MOST_LINES, csv_of
from diary.timeline_words import factor_name, has_values, leading, picture_of, summary

USUALLY_BELOW = ("sleep_hours", "caffeine_mg", "exercise_minutes", "stress")


@require_safe
def timeline(request: DiaryRequest) -> HttpResponse:
    """A range of the diary; everything that is shown can be read from the address."""
    key = ("timeline", request.GET.urlencode(), request.today, get_language())
    kept = shelf.take(request.diarist, key)
    status = HTTPStatus.OK
    if kept is None:
        context, form, here = shown(request)
        kept = f"{here}\n{render_to_string('diary/timeline.html#timeline', context, request)}"
        if form.errors:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            shelf.put(request.diarist, key, kept)
    here, _newline, part = kept.partition("\n")
    if not request.htmx or request.htmx.history_restore_request:
        # Written by the template of this page a moment or some revisions ago.
        context = {"tab": "timeline", "part": SafeString(part)}
        return render(request, "diary/timeline.html", context, status=status)
    response = HttpResponse(part, status=status)
    return response if status != HTTPStatus.OK else push_url(response, here)


def shown(request: DiaryRequest) -> tuple[dict[str, Any], TimelineForm, str]:
    """What the template shows, what was asked for, and the address of that."""
    form, rows = asked(request)
    below = [name for name in FACTORS if name in shown_below(form, rows)]
    address = Address(form, below)
    places = rows.once(("leading",), lambda: leading(rows))
    compared = before(request.diarist, rows.span, places[0][0]) if places and form.range_key != "all" else None
    drawn = drawing(rows, below, request.diarist.volume_unit)
    context: dict[str, Any] = {
        "form": form,
        "problems": form.problems(),
        "rows": rows,
        "drawn": drawn,
        "near_url": address.near(dt.date(2000, 1, 1)),
        "summary": summary(rows, places, compared),
        "is_empty": form.shows_from is None,
        "ranges": [
            (key, label, address.of(range=key, until=None), key == form.range_key) for key, label in RANGE_CHOICES
        ],
        "earlier_url": earlier_url(address, rows, form.shows_from),
        "later_url": later_url(address, rows),
        "places": [(place_key(*place), place_label(*place)) for place in all_places(rows)],
        "place_key": place_key(*rows.span.place) if rows.span.place else "",
        "place_name": place_label(*rows.span.place) if rows.span.place else "",
        "factors": factor_links(address, rows, below),
        "csv_url": address.csv(),
        "strengths": Strength.choices,
        "address": address,
        "is_table_wanted": bool(form.value("sort") or form.value("lines")),
        "hidden_lines": 0 if form.value("lines") else max(0, len(rows.buckets) - MOST_LINES),
        "most_lines": MOST_LINES,
        "all_lines_url": address.of(lines=ALL_LINES),
    }
    return context, form, address.here()


@require_safe
def timeline_csv(request: DiaryRequest) -> HttpResponse:
    """The table of the range as a file."""
    form, rows = asked(request)
    if form.errors:
        text = "\n".join(f"{value}: {error}" for value, error in form.problems())
        return HttpResponse(text, status=HTTPStatus.UNPROCESSABLE_ENTITY, content_type="text/plain; charset=utf-8")
    # The mark in front tells spreadsheets that this is UTF-8.
    response = HttpResponse(csv_of(rows).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    place = f"{place_key(*rows.span.place)}-" if rows.span.place else ""
    name = f"timeline-{place}{rows.span.first}-{rows.span.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@dataclass(frozen=True, slots=True)
class Drawing:
    """The figure as the page carries it, and the pixels of height that it will take."""

    script: SafeString
    height: int


class CompactEncoder(DjangoJSONEncoder):
    """JSON without spaces."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"separators": (",", ":")})


def drawing(rows: Rows, below: list[str], volume_unit: str) -> Drawing:
    """The figure of these rows, kept with them."""

    def draw() -> Drawing:
        made = figure(picture_of(rows, below, volume_unit))
        script = json_script(packed(made), "timeline-data", encoder=CompactEncoder)
        return Drawing(script, round(made["layout"]["meta"]["height"] * LANE_PIXELS))

    return rows.once(("figure", get_language(), *below, volume_unit), draw)


def asked(request: DiaryRequest) -> tuple[TimelineForm, Rows]:
    """What is asked for, and its rows."""
    begins_on = first_recorded(request.diarist)
    shows_from = first_written(request.diarist, begins_on)
    form = TimelineForm(request.GET, today=request.today, shows_from=shows_from)
    return form, rows_of(request.diarist, form.span(), begins_on, request.today)


def shown_below(form: TimelineForm, rows: Rows) -> Iterable[str]:
    """The factors below the lanes: those asked for, else the usual ones of which anything was entered."""
    if form.wanted_below is not None:
        return form.wanted_below
    return [name for name in USUALLY_BELOW if has_values(rows, name)]


def all_places(rows: Rows) -> list[tuple[str, str]]:
    """The places that can be chosen: all that were ever logged, and the one that is shown."""
    chosen = [rows.span.place] if rows.span.place and rows.span.place not in rows.onsets else []
    return rows.in_body_order([*rows.onsets, *chosen])


class Address:
    """Addresses of the timeline that differ from the one shown in a few values."""

    def __init__(self, form: TimelineForm, below: list[str]) -> None:
        place, until = form.value("location"), form.value("until")
        self.below = below
        self.values: dict[str, str | None] = {
            "range": form.value("range"),
            "until": until and until.isoformat(),
            "location": place and place_key(*place),
            "below": None if form.wanted_below is None else self.joined(form.wanted_below),
            "sort": form.value("sort"),
            "lines": form.value("lines"),
        }

    @staticmethod
    def joined(names: Iterable[str]) -> str:
        """The factors as the address has them."""
        return ".".join(names) or NONE_BELOW

    def of(self, **changed: str | None) -> str:
        """The page with other values; None leaves one out."""
        return self._with("diary:timeline", self.values | changed)

    def here(self) -> str:
        """The page as it is."""
        return self.of()

    def csv(self) -> str:
        """The file of the same range."""
        return self._with("diary:timeline_csv", self.values | {"below": None, "sort": None, "lines": None})

    def near(self, date: dt.date) -> str:
        """Two weeks that end with the week of a day."""
        return self.of(range="2w", until=date.isoformat(), sort=None, lines=None)

    @staticmethod
    def _with(name: str, values: dict[str, str | None]) -> str:
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{reverse(name)}?{query}" if query else reverse(name)


def earlier_url(address: Address, rows: Rows, shows_from: dt.date | None) -> str:
    """The range before; empty where the diary begins."""
    span = rows.span
    if is_all(address) or shows_from is None or span.first <= shows_from:
        return ""
    return address.of(until=(span.first - ONE_DAY).isoformat())


def later_url(address: Address, rows: Rows) -> str:
    """The range after; empty where it would lie in the future."""
    span: Span = rows.span
    if is_all(address) or span.last >= rows.today:
        return ""
    last = span.last + dt.timedelta(days=span.days)
    return address.of(until=None if last >= rows.today else last.isoformat())


def is_all(address: Address) -> bool:
    """Whether the whole diary is shown."""
    return address.values["range"] not in {None, *RANGES}


def factor_links(address: Address, rows: Rows, below: list[str]) -> list[dict[str, Any]]:
    """A switch for each factor that the range has anything of, or that is on."""
    return [
        {
            "name": factor_name(name),
            "is_on": name in below,
            "key": name,
            "url": address.of(below=Address.joined(n for n in FACTORS if (n in below) != (n == name))),
        }
        for name in FACTORS
        if name in below or has_values(rows, name)
    ]
