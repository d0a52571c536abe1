"""The diary looked back at: a list of days and a calendar."""

import datetime as dt
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from diary.day_words import found_words
from diary.forms.days import FilterForm, MonthForm, place_key
from diary.history import Filter, page_of_days, used_places
from diary.middleware import DiaryRequest
from diary.models import Strength
from diary.months import EARLIEST_MONTH, Month, month_view, weekdays
from diary.shelf import shelf
from diary.views.fill import fill

# The third page of this screen has a module of its own.
__all__ = ["calendar", "days", "fill"]


@require_safe
def days(request: DiaryRequest) -> HttpResponse:
    """The newest days, or those that a filter finds; `?before=` continues an earlier page."""
    is_part = bool(request.htmx and not request.htmx.history_restore_request)
    key = ("days", request.GET.urlencode(), is_part, request.today, get_language())
    kept, status = shelf.take(request.diarist, key), HTTPStatus.OK
    if kept is None:
        kept, status = shown_days(request, is_part=is_part)
        if status == HTTPStatus.OK:
            shelf.put(request.diarist, key, kept)
    here, _newline, part = kept.partition("\n")
    if not is_part:
        return render(request, "diary/days.html", {"tab": "days", "part": SafeString(part)}, status=status)
    response = HttpResponse(part, status=status)
    return push_url(response, here) if here else response


def shown_days(request: DiaryRequest, *, is_part: bool) -> tuple[str, HTTPStatus]:
    """The address that the browser shall show, where it changes, in a line of its own; then the days as HTML."""
    form = FilterForm(request.GET, places=used_places(request.diarist))
    wanted, before = form.wanted()
    page = page_of_days(request.diarist, wanted, before=before, today=request.today)
    context = {
        "form": form,
        "wanted": wanted,
        "before": before,
        "page": page,
        "found": "" if form.errors else found_words(page, wanted, before, request.today),
        "newest_url": days_url(wanted),
        "older_url": days_url(wanted, page.older_than) if page.older_than else "",
        "part": is_part,
    }
    name = "more" if is_part and before is not None else "days"
    here = "" if not is_part or before is not None or form.errors else days_url(wanted)
    html = render_to_string(f"diary/days.html#{name}", context, request)
    return f"{here}\n{html}", HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def days_url(wanted: Filter, before: dt.date | None = None) -> str:
    """The address of a page of days."""
    values: dict[str, object] = {
        "location": place_key(wanted.location, wanted.side),
        "strength": wanted.strength,
        "q": wanted.text,
        "before": before,
    }
    query = urlencode({name: str(value) for name, value in values.items() if value})
    return f"{reverse('diary:days')}?{query}" if query else reverse("diary:days")


@require_safe
def calendar(request: DiaryRequest) -> HttpResponse:
    """One month: which days had twitches, were recorded without, or were not recorded."""
    form = MonthForm(request.GET, today=request.today)
    month = form.chosen()
    context = {
        "tab": "days",
        "form": form,
        "view": month_view(request.diarist, month, request.today),
        "weekdays": weekdays(),
        "strengths": Strength.choices,
        "earlier": None if month == EARLIEST_MONTH else month.before,
        "later": None if month == Month.of(request.today) else month.after,
        "typed": request.GET.get("month", "") if form.errors else str(month),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "diary/calendar.html", context, status=status)
