"""Today, and any other day: what twitched, with one tap to say that it did again; the context of the day."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diary import recording
from diary.body import LOCATIONS, SIDES
from diary.checks import check_is_due
from diary.factors import FACTORS, Factor, chips, typed_value, unit_name
from diary.forms.context import MOST, FactorForm
from diary.forms.seen import Unseen
from diary.history import ONE_DAY, missed_days
from diary.middleware import DiaryRequest
from diary.models import Episode, Strength, place_name
from diary.moments import parse_date
from diary.shelf import MARK_OF_ID, MARK_OF_TOKEN, filled, shelf
from diary.spots import Recent, Spot, recent_days
from diary.wording import date_words, spot_words

SHOWN_SPOTS = 8
SHOWN_ENTRIES = 5
# Texts are never null.
EMPTY = {"note": "", "magnesium": "", "exercise_effort": ""}


@require_safe
def today(request: DiaryRequest) -> HttpResponse:
    """The whole page for today, or for the day in `?date=`; a day that can't be shown is said, not hidden."""
    if request.diarist.welcomed_at is None:
        return redirect("diary:welcome")
    date, wrong = asked_date(request)
    bar = saved_bar(request, date)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    columns = kept(request, date) if bar is None else drawn(request, date, bar=bar)
    return whole_page(request, date, columns, wrong, status)


@dataclass(frozen=True, slots=True)
class Columns:
    """The log, the map and the context of a day as they are shown, and whether a function check is due."""

    html: str
    check_is_due: bool


def kept(request: DiaryRequest, date: dt.date) -> Columns:
    """The columns of a day, kept until the diary or the day changes."""

    def marked() -> str:
        made = drawn(request, date, new_id=lambda: MARK_OF_ID, csrf_token=MARK_OF_TOKEN)
        return f"{made.check_is_due:d}{made.html}"

    key = ("today", date, request.today, "all" in request.GET, get_language())
    text = shelf.kept(request.diarist, key, marked)
    return Columns(filled(text[1:], request), text[0] == "1")


def drawn(
    request: DiaryRequest, date: dt.date, *, new_id: Callable[[], object] = uuid.uuid4, **extra: Any
) -> Columns:
    """The columns of a day with whatever else they are to show."""
    context = day_context(request, date, new_id=new_id)
    context |= page_context(request, date, context["recent"]) | extra
    html = render_to_string("diary/today_columns.html", context, request)
    return Columns(html, context["check_is_due"])


def whole_page(
    request: DiaryRequest, date: dt.date, columns: Columns, wrong: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """The page around the columns of a day; `wrong` is what was wrong with the day that was asked for."""
    is_today = date == request.today
    context = {
        "tab": "today" if is_today else "days",
        "date": date,
        "is_today": is_today,
        "previous_url": day_url(date - ONE_DAY, request.today),
        "next_url": "" if is_today else day_url(date + ONE_DAY, request.today),
        "wrong_date": wrong,
        "check_is_due": columns.check_is_due,
        "columns": columns.html,
    }
    return render(request, "diary/today.html", context, status=status)


def asked_date(request: DiaryRequest) -> tuple[dt.date, str]:
    """The day in `?date=` and, where that is no day that has come, today and a sentence that says so."""
    text = request.GET.get("date", "")
    if not text:
        return request.today, ""
    date = parse_date(text)
    if date is None:
        return request.today, gettext("“%(text)s” is not a date, so here is today.") % {"text": text[:40]}
    # West of where something was logged, its date may be tomorrow.
    if date > request.today and not request.diarist.episodes.filter(local_date=date).exists():
        return request.today, gettext("%(date)s has not come yet, so here is today.") % {"date": date_words(date)}
    return date, ""


def day_context(
    request: DiaryRequest,
    date: dt.date,
    *,
    marked: bool | None = None,
    new_id: Callable[[], object] = uuid.uuid4,
) -> dict[str, Any]:
    """What a tap changes: the spots, the day's entries, its mark (where that is not known yet), running timers."""
    diarist, is_today = request.diarist, date == request.today
    recent = recent_days(diarist, date)
    episodes, timers = episodes_and_timers(request, date)
    shown = None if not is_today or "all" in request.GET else SHOWN_ENTRIES
    rows = [(spot, new_id(), spot_words(spot, date, is_today=is_today)) for spot in recent.spots]
    return {
        "date": date,
        "is_today": is_today,
        "recent": recent,
        "spots": rows[:SHOWN_SPOTS],
        "more_spots": rows[SHOWN_SPOTS:],
        "shading": shading(recent.spots),
        "strengths": Strength.choices,
        "log_url": reverse("diary:log"),
        "episodes": episodes[:shown],
        "hidden_entries": len(episodes[shown:]) if shown else 0,
        "marked": date in recent.recorded - recent.twitched if marked is None else marked,
        "timers": timers if is_today else [],
        "day_url": day_url(date, request.today),
    }


def page_context(request: DiaryRequest, date: dt.date, recent: Recent) -> dict[str, Any]:
    """What stays when a spot is logged: the map, the context chips, the offers."""
    diarist, is_today = request.diarist, date == request.today
    day = diarist.days.filter(date=date).first()
    return {
        "chips": chips(day, date, diarist.volume_unit),
        "missed": missed_days(diarist, request.today, known=recent.recorded) if is_today else [],
        "check_is_due": is_today and check_is_due(diarist, request.today, twitched=recent.twitched),
        "middles": middles(get_language() or "en"),
    }


@lru_cache(maxsize=8)
def middles(language: str) -> dict[str, str]:
    """The places that have a middle beside left and right, and its name in `language`."""
    return {place.id: place_name(place.id, "middle") for place in LOCATIONS.values() if place.sides == SIDES}


def shading(spots: list[Spot]) -> dict[str, int]:
    """The strongest of 14 days for every place, 0 where no strength was entered: {"calf-left": 3}."""
    return {spot.key: spot.strongest for spot in spots}


def episodes_and_timers(request: DiaryRequest, date: dt.date) -> tuple[list[Episode], list[Episode]]:
    """The day's episodes, newest first, and those of any day whose end has not been told yet, oldest first."""
    mine = Q(diarist=request.diarist)
    # One query, because every tap waits for it. Each half names the person, and both are sorted here: otherwise
    # SQLite reads the whole diary instead of two small indexes.
    found = list(Episode.objects.filter(mine & Q(local_date=date) | mine & Q(is_ongoing=True)))
    found.sort(key=lambda episode: (episode.started_at, episode.pk))
    episodes = [episode for episode in reversed(found) if episode.local_date == date]
    return episodes, [episode for episode in found if episode.is_ongoing]


def day_url(date: dt.date, today: dt.date) -> str:
    """The address of a day's page."""
    return (
        reverse("diary:today")
        if date == today
        else f"{reverse('diary:today')}?{urlencode({'date': date.isoformat()})}"
    )


def saved_bar(request: DiaryRequest, date: dt.date) -> dict[str, Any] | None:
    """After a plain form: the sentence about what was just saved, found by the id in the address."""
    try:
        pk = uuid.UUID(request.GET.get("saved", ""))
    except ValueError:
        return None
    episode = request.diarist.episodes.filter(pk=pk, local_date=date).first()
    if episode is None:
        return None
    return {"episode": episode, "cleared_mark": "unmarked" in request.GET}


@require_POST
def no_twitches(request: DiaryRequest, date: dt.date) -> HttpResponse:
    """Mark a day as one without twitches, or take the mark back; entries are never deleted for it."""
    if date > request.today:
        raise Http404
    question = None
    if "undo" in request.POST:
        recording.unmark_no_twitches(request.diarist, date)
    else:
        try:
            recording.mark_no_twitches(request.diarist, date)
        except recording.DayHasEpisodes:
            question = names_of_day(request, date)
    if question is None and not request.htmx:
        return redirect(day_url(date, request.today))
    status = HTTPStatus.OK if question is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render_day(request, date, status=status, question=question)


def names_of_day(request: DiaryRequest, date: dt.date) -> str:
    """The places that twitched on `date`, for the question whether that is right."""
    places = request.diarist.episodes.filter(local_date=date).values_list("location", "side").distinct()
    return ", ".join(place_name(location, side) for location, side in places[:5])


def render_day(
    request: DiaryRequest,
    date: dt.date,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    marked: bool | None = None,
    **extra: Any,
) -> HttpResponse:
    """The part of the page that a tap changes, or the whole page without htmx."""
    if request.htmx:
        context = day_context(request, date, marked=marked) | extra
        return render(request, "diary/today_columns.html#log", context, status=status)
    return whole_page(request, date, drawn(request, date, **extra), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def context(request: DiaryRequest, date: dt.date, factor: str) -> HttpResponse:
    """Open, save or close one factor of a day's context."""
    if factor not in FACTORS or date > request.today:
        raise Http404
    if request.method != "POST":
        return show_factor(request, date, FACTORS[factor], is_open="close" not in request.GET)
    form = FactorForm(request.POST, factor=FACTORS[factor], volume_unit=request.diarist.volume_unit)
    if not form.is_valid():
        return show_factor(request, date, form.factor, is_open=True, form=form)
    try:
        save_factor(request, date, form)
    except Unseen as unseen:
        form.tell(unseen.stored)
        return show_factor(request, date, form.factor, is_open=True, form=form)
    except recording.IdTaken:
        form.add_error("add", gettext("This entry could not be saved. Please try again."))
        return show_factor(request, date, form.factor, is_open=True, form=form)
    if not request.htmx:
        return redirect(f"{day_url(date, request.today)}#context")
    added = form.cleaned_data["add"]
    return show_factor(request, date, form.factor, is_open=bool(form.factor.adds), saved=True, added=added)


def save_factor(request: DiaryRequest, date: dt.date, form: FactorForm) -> None:
    """Store what was tapped or typed, a drink once however often its id is sent.

    Raises Unseen where something else was saved since it was opened to type, and IdTaken.
    """
    name, add, entry_id = form.factor.name, form.cleaned_data["add"], form.cleaned_data["id"]
    if add is not None:
        write = partial(recording.add_to_context, request.diarist, date, name, add, most=MOST[name])
        if entry_id is None:
            write()
        else:
            recording.receive(request.diarist, entry_id, request.now, write)
        return
    value = form.stored_value()
    empty = EMPTY.get(name)
    value = empty if value is None else value
    with recording.writing(request.diarist, recording.NO_DAY):
        day = request.diarist.days.filter(date=date).first()
        form.refuse_unseen({"value": getattr(day, name, empty)}, {"value": value})
        recording.set_context(request.diarist, date, {name: value})


def show_factor(
    request: DiaryRequest,
    date: dt.date,
    factor: Factor,
    *,
    is_open: bool,
    saved: bool = False,
    added: int | None = None,
    form: FactorForm | None = None,
) -> HttpResponse:
    """All chips with one of them open as an editor: a part for htmx, a page of its own otherwise."""
    day = request.diarist.days.filter(date=date).first()
    unit = request.diarist.volume_unit
    value = getattr(day, factor.name, EMPTY.get(factor.name))
    shown = form or FactorForm(factor=factor, volume_unit=unit)
    if not shown.unseen:
        shown.shows({"value": value})
    values = {
        "date": date,
        "chips": chips(day, date, unit),
        "factor": factor,
        "new_id": uuid.uuid4(),
        "is_open": is_open,
        # The chip of what was just closed takes the focus, and so does the amount that was just added.
        "saved_name": factor.name,
        "added": added,
        "saved": saved,
        "form": shown,
        "unit": unit_name(factor, unit),
        "value": value,
        "typed": form.data.get("value", "") if form else typed_value(factor, value, unit),
        "said": factor.said(day, unit),
        "day_url": day_url(date, request.today),
        "tab": "today" if date == request.today else "days",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    template = "diary/context.html#context" if request.htmx else "diary/context.html"
    return render(request, template, values, status=status)
