"""Twitching now: a timer that lives in the diary itself, so that it survives a reload and other devices."""

import datetime as dt
import uuid
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from diary import recording
from diary.forms.episode import LogForm, StopForm
from diary.middleware import DiaryRequest
from diary.models import Episode, Strength
from diary.spots import recent_days
from diary.views.episodes import keep_zone, show_logged
from diary.views.spots import show_id_taken, show_new_spot
from diary.views.today import episodes_and_timers

# A timer that ran longer was most likely forgotten: ask when it ended instead of writing "9 hours".
FORGOTTEN_AFTER = dt.timedelta(hours=3)


@require_http_methods(["GET", "HEAD", "POST"])
def now(request: DiaryRequest) -> HttpResponse:
    """Choose the spot that twitches now; its timer starts with the tap."""
    if request.method == "POST":
        return start(request)
    spots = [(spot, uuid.uuid4()) for spot in recent_days(request.diarist, request.today).spots]
    timers = episodes_and_timers(request, request.today)[1]
    context = {"spots": spots, "timers": timers, "tab": "today"}
    return render(request, "diary/now.html", context)


def start(request: DiaryRequest) -> HttpResponse:
    """Start a timer, unless the one for this place is running already."""
    form = LogForm(request.POST, now=request.now, zone=request.zone)
    if not form.is_valid():
        return show_new_spot(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    episode = form.new_episode()
    if episode.local_date == request.today:
        try:
            recording.start_timer(request.diarist, episode)
        except recording.IdTaken:
            return show_id_taken(request, form)
        keep_zone(request)
    return redirect("diary:today")


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop a timer; a forgotten one is asked when it ended."""
    episode = get_object_or_404(request.diarist.episodes, pk=pk)
    if not episode.is_ongoing:
        return show_logged(request, recording.Logged(episode, created=False))
    forgotten = request.now - episode.started_at > FORGOTTEN_AFTER
    if request.method != "POST" or (forgotten and "duration" not in request.POST):
        return ask_end(request, episode, StopForm(episode=episode, now=request.now))
    if "duration" in request.POST:
        form = StopForm(request.POST, episode=episode, now=request.now)
        if not form.is_valid():
            return ask_end(request, episode, form)
        form.fill_end(episode)
    else:
        # A clock may be ahead: then it began a moment from now.
        elapsed = max(dt.timedelta(), request.now - episode.started_at)
        episode.duration_seconds, episode.duration_is_rough = int(elapsed.total_seconds()), False
    episode.is_ongoing = False
    try:
        recording.change_episode(request.diarist, episode)
    except recording.EntryGone as gone:
        raise Http404 from gone
    except recording.StaleForm as stale:
        # A second tap, or another device, was faster; where that did not stop it, its end is asked for anew.
        if stale.current.is_ongoing:
            return ask_end(request, stale.current, StopForm(episode=stale.current, now=request.now))
        episode = stale.current
    return show_logged(request, recording.Logged(episode, created=False))


def ask_end(request: DiaryRequest, episode: Episode, form: StopForm) -> HttpResponse:
    """The page that asks when a forgotten timer ended; what is typed on Today is saved on the way to it."""
    if request.htmx:
        return HttpResponseClientRedirect(reverse("diary:now_stop", args=[episode.pk]))
    context: dict[str, Any] = {"episode": episode, "form": form, "strengths": Strength.choices, "tab": "today"}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "diary/stop.html", context, status=status)
