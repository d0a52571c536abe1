"""A new spot: found by name, or by the body map on Today, then given a strength."""

import datetime as dt
import uuid
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from diary import body
from diary.forms.episode import LogForm
from diary.middleware import DiaryRequest
from diary.models import Strength, place_name
from diary.moments import parse_date


@require_safe
def spots(request: DiaryRequest) -> HttpResponse:
    """All places by name, with a search that works without a script."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    date = past_date(request)
    context = {
        "text": text,
        "groups": found_places(text),
        "date": date,
        "is_today": date == request.today,
        "for_timer": request.GET.get("for") == "now",
        "tab": "today",
    }
    template = "diary/spots.html#places" if request.htmx else "diary/spots.html"
    return render(request, template, context)


def found_places(text: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Places whose name or anatomy holds every word of `text`: [(group, [(location, side, name), ...]), ...]."""
    words = text.casefold().split()
    groups: list[tuple[str, list[tuple[str, str, str]]]] = []
    for group, name in [*body.GROUPS.items(), (None, "")]:
        rows = [
            (place.id, side, place_name(place.id, side))
            for place in body.LOCATIONS.values()
            if place.group == group
            for side in (place.sides if group else ("",))
            if matches(words, place, side)
        ]
        if rows:
            groups.append((gettext(name) if name else gettext("Anywhere"), rows))
    return groups


def matches(words: list[str], place: body.Location, side: str) -> bool:
    """Whether every word stands in the name (in the reader's language) or the anatomy of a place."""
    text = f"{place_name(place.id, side)} {gettext(place.names[''])} {place.anatomy}".casefold()
    return all(word in text for word in words)


def past_date(request: DiaryRequest) -> dt.date:
    """The day that is meant by `date` in the address or the form; today where that is no day that has come."""
    date = parse_date(request.GET.get("date", "") or request.POST.get("date", ""))
    return date if date and date <= request.today else request.today


@require_safe
def new_spot(request: DiaryRequest) -> HttpResponse:
    """One place, ready to be logged: four strengths, and details for who wants them."""
    location, side = request.GET.get("location", ""), request.GET.get("side", "")
    if location not in body.LOCATIONS:
        return redirect("diary:spots")
    side = side if body.is_place(location, side) else ""
    initial = {"location": location, "side": side, "date": past_date(request), "id": uuid.uuid4()}
    form = LogForm(initial=initial, now=request.now, zone=request.zone)
    return show_new_spot(request, form)


def show_new_spot(request: DiaryRequest, form: LogForm, *, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    """The page on which a place gets its strength."""
    location, side = str(form["location"].value() or ""), str(form["side"].value() or "")
    known = location in body.LOCATIONS
    date = past_date(request)
    context: dict[str, Any] = {
        "form": form,
        "location": location,
        "side": side,
        "known": known,
        "name": place_name(location, side if body.is_place(location, side) else "") if known else "",
        "sides": body.LOCATIONS[location].sides if known else (),
        "strengths": Strength.choices,
        "date": date,
        "is_today": date == request.today,
        "needs_note": location == body.ANYWHERE,
        "id": str(form["id"].value() or uuid.uuid4()),
        "tab": "today",
    }
    response = render(request, "diary/new_spot.html", context, status=status)
    if request.htmx:
        # A one-tap form has no fields to show an error beside: the whole page takes its place.
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def show_id_taken(request: DiaryRequest, form: LogForm) -> HttpResponse:
    """The id that came with the form is in use: everything typed, under a new one."""
    form.add_error(None, gettext("This entry could not be saved. Please try again."))
    form.data = request.POST.dict() | {"id": str(uuid.uuid4())}
    return show_new_spot(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
