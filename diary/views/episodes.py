"""One episode: logged, changed, deleted, put back."""

import uuid
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diary import recording
from diary.forms.days import known_places
from diary.forms.episode import (
    DetailsForm,
    EpisodeForm,
    LogForm,
    initial_details,
    place_choices,
    stored_details,
)
from diary.forms.seen import Unseen
from diary.middleware import DiaryRequest
from diary.models import Diarist, Episode
from diary.moments import parse_date
from diary.reminders import reschedule
from diary.undo import row_from, row_of_form, undo_token
from diary.views.spots import show_id_taken, show_new_spot
from diary.views.today import day_url, render_day


@require_POST
def log(request: DiaryRequest) -> HttpResponse:
    """Store a new episode, once however often it is sent."""
    form = LogForm(request.POST, now=request.now, zone=request.zone)
    if not form.is_valid():
        return show_new_spot(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted = form.new_episode()
    try:
        logged = recording.log_episode(request.diarist, wanted)
    except recording.IdTaken:
        return show_id_taken(request, form)
    keep_zone(request)
    return show_logged(request, logged, differs=not logged.created and differs(logged.episode, wanted))


def differs(stored: Episode, wanted: Episode) -> bool:
    """Whether a repeated submission says something else than the stored one."""
    return (stored.location, stored.side, stored.strength) != (wanted.location, wanted.side, wanted.strength)


def keep_zone(request: DiaryRequest) -> None:
    """Remember the zone that the device is in, for the next visit without a script."""
    diarist = request.diarist
    if diarist.follows_device and diarist.time_zone != request.zone:
        # Meanwhile another zone may have been chosen by hand.
        following = Diarist.objects.filter(pk=diarist.pk, follows_device=True)
        if following.update(time_zone=request.zone):
            reschedule(diarist, request.zone, request.now)


def show_logged(request: DiaryRequest, logged: recording.Logged, *, differs: bool = False) -> HttpResponse:
    """The day with the sentence about what was saved."""
    episode = logged.episode
    if request.htmx:
        bar = {"episode": episode, "cleared_mark": logged.cleared_mark, "differs": differs}
        return render_day(request, episode.local_date, marked=False, bar=bar)
    query = {"saved": episode.pk} | ({"unmarked": 1} if logged.cleared_mark else {})
    return redirect(with_query(day_url(episode.local_date, request.today), query))


def with_query(url: str, query: dict[str, Any]) -> str:
    """`url` with more parameters behind it."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


@require_safe
def episode_at(request: DiaryRequest) -> HttpResponse:
    """Where a mark of the timeline leads: the episode of `?spot=` that began `?at=`, a minute or just a day.

    A mark knows no ids: those of three busy months would be more than half of the page. Where several began in one
    minute it leads to their day.
    """
    day, _, clock = request.GET.get("at", "").partition("T")
    date, place = parse_date(day), known_places().get(request.GET.get("spot", ""))
    if date is None or place is None:
        raise Http404
    there = request.diarist.episodes.filter(local_date=date, location=place[0], side=place[1])
    found = [one for one in there if clock == (f"{one.moment.local:%H:%M}" if one.start_time_known else "")]
    if not found:
        raise Http404
    return redirect("diary:episode", found[0].pk) if len(found) == 1 else redirect(day_url(date, request.today))


@require_http_methods(["GET", "HEAD", "POST"])
def episode(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything about one episode, to read and to change."""
    found = get_object_or_404(request.diarist.episodes, pk=pk)
    if request.method != "POST":
        if request.htmx:
            details = DetailsForm(initial=initial_details(found))
            details.shows(stored_details(found))
            bar = {"episode": found, "details": details}
            return render(request, "diary/details.html", {"bar": bar})
        return show_episode(request, found, EpisodeForm(episode=found, now=request.now))
    if "details" in request.POST:
        return save_details(request, found)
    form = EpisodeForm(request.POST, episode=found, now=request.now)
    if not form.is_valid():
        return show_episode(request, found, form)
    try:
        cleared = recording.change_episode(request.diarist, form.changed_episode())
    except recording.StaleForm as stale:
        return show_stale(request, form, stale.current)
    except recording.EntryGone as gone:
        raise Http404 from gone
    logged = recording.Logged(found, created=False, cleared_mark=cleared)
    return redirect_to_day(request, logged)


def redirect_to_day(request: DiaryRequest, logged: recording.Logged) -> HttpResponse:
    """The day's page, in full, with the sentence about what was saved."""
    query = {"saved": logged.episode.pk} | ({"unmarked": 1} if logged.cleared_mark else {})
    return redirect(with_query(day_url(logged.episode.local_date, request.today), query))


def save_details(request: DiaryRequest, found: Episode) -> HttpResponse:
    """The few details that are offered right after a tap; place and time stay as they are."""
    form = DetailsForm(request.POST)
    if not form.is_valid():
        bar = {"episode": found, "details": form}
        return render_day(request, found.local_date, status=HTTPStatus.UNPROCESSABLE_ENTITY, bar=bar)
    # A double tap is no stale form: the second one changes nothing any more.
    try:
        changed = recording.change_details(request.diarist, found.pk, form.fill_seen)
    except Unseen as unseen:
        form.tell(unseen.stored)
        bar = {"episode": found, "details": form}
        return render_day(request, found.local_date, status=HTTPStatus.UNPROCESSABLE_ENTITY, bar=bar)
    if changed is None:
        raise Http404
    return show_logged(request, recording.Logged(changed, created=False))


def show_episode(request: DiaryRequest, found: Episode, form: EpisodeForm, **extra: Any) -> HttpResponse:
    """The page of one episode."""
    context = {
        "episode": found,
        "form": form,
        "places": place_choices(),
        "day_url": day_url(found.local_date, request.today),
        "away": found.time_zone != request.zone,
        "tab": "days",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "diary/episode.html", context | extra, status=status)


def show_stale(request: DiaryRequest, form: EpisodeForm, current: Episode) -> HttpResponse:
    """Somebody changed the episode meanwhile, perhaps in another tab: say what it is now, keep what was typed."""
    form.data = request.POST.dict() | {"version": str(current.version)}
    return show_episode(request, current, form, stale=current)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask, then delete, once however often it is sent; what is deleted can be put back for a day."""
    found = request.diarist.episodes.filter(pk=pk).first()
    found = found or row_of_form(request.POST.get("was", ""), Episode, request.diarist, pk)
    if found is None:
        raise Http404
    if request.method != "POST":
        return render(request, "diary/delete_episode.html", {"episode": found, "tab": "days"})
    gone = recording.delete_episode(request.diarist, pk) or found
    if "remark" in request.POST and not request.diarist.episodes.filter(local_date=gone.local_date).exists():
        recording.mark_no_twitches(request.diarist, gone.local_date)
    return show_deleted(request, gone)


def show_deleted(request: DiaryRequest, gone: Episode) -> HttpResponse:
    """The day with the sentence about what was removed, which holds all that is needed to put it back."""
    return render_day(request, gone.local_date, bar={"removed": gone, "payload": undo_token(gone)})


@require_POST
def restore(request: DiaryRequest) -> HttpResponse:
    """Put a deleted episode back as it was."""
    episode = row_from(request.POST.get("payload", ""), Episode, request.diarist)
    if episode is None:
        message = gettext("This can't be put back any more.")
        return render_day(request, request.today, status=HTTPStatus.UNPROCESSABLE_ENTITY, bar={"trouble": message})
    return show_logged(request, recording.log_episode(request.diarist, episode))
