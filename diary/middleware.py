"""Gives every request of a signed-in person their diary, language and clock."""

import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django_htmx.middleware import HtmxDetails

from diary.models import Diarist
from diary.moments import today_in, zone_or
from diary.push import follow

ZONE_COOKIE = "zone"
FORM = "application/x-www-form-urlencoded"
# The field in which static/js/app.js says whose page a form was on.
PAGE_OF = "page_of"


class DiaryRequest(HttpRequest):
    """A request of a signed-in person, for the type checker; the middleware below puts the values in."""

    user: User
    diarist: Diarist
    zone: str
    now: dt.datetime
    today: dt.date
    htmx: HtmxDetails


class DiaristMiddleware:
    """Reads the clock once, and sets the person's language and the zone that the device is in.

    A page that was made for somebody else, before another account signed in, says so in X-Account, or in its form,
    and is refused.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        diarist = diarist_of(user)
        if is_of_another(request.headers.get("X-Account"), diarist):
            return HttpResponse(status=HTTPStatus.CONFLICT, headers={"X-Kept": "other"})
        follow(request.session, diarist)
        device_zone = request.COOKIES.get(ZONE_COOKIE) if diarist.follows_device else None
        zone = zone_or(device_zone, zone_or(diarist.time_zone, "UTC"))
        now = timezone.now()
        # Set as plain attributes: a view then needs no query and no clock of its own.
        vars(request).update(diarist=diarist, zone=zone, now=now, today=today_in(zone, now))
        timezone.activate(zone)
        if diarist.language:
            translation.activate(diarist.language)
            vars(request)["LANGUAGE_CODE"] = diarist.language
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponse],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Looks into a form that was sent without a script's header."""
        diarist = vars(request).get("diarist")
        if diarist and request.content_type == FORM and is_of_another(request.POST.get(PAGE_OF), diarist):
            return render(request, "other_account.html", status=HTTPStatus.CONFLICT)
        return None


def is_of_another(claimed: str | None, diarist: Diarist) -> bool:
    """Whether a page was made for somebody else; for one that says nothing no mark is worked out."""
    return claimed is not None and claimed != diarist.mark


def diarist_of(user: User) -> Diarist:
    """The user's diary, made on the first visit of an account that came about without the sign-up page."""
    try:
        return user.diarist
    except Diarist.DoesNotExist:
        return Diarist.objects.get_or_create(user=user)[0]
