"""The answers when something went wrong; none of them says what."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import render
from django.template import TemplateDoesNotExist, TemplateSyntaxError, loader

from config.kept import fields_of, is_from_here, is_kept, typed_of
from config.unavailable import reason_of, unavailable

LAST_RESORT = "Something went wrong on our side. Nothing you wrote before is lost. Please try again in a moment."
SECONDS_TO_WAIT = 60


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without the request, a query or a session; in plain text when not even the template works.

    503 where the database is away or full. Django calls this with the exception still being handled.
    """
    reason = reason_of(sys.exception())
    try:
        if reason is not None:
            return unavailable(request, reason)
        return HttpResponseServerError(loader.render_to_string("500.html"))
    except (OSError, ValueError, TemplateDoesNotExist, TemplateSyntaxError):
        # A template or the list of static files is missing or damaged, perhaps in the middle of an update.
        return HttpResponse(LAST_RESORT, content_type="text/plain", status=500 if reason is None else 503)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; where a form came for something that was deleted meanwhile, with what was typed, to be copied."""
    is_sent_form = request.method == "POST" and is_kept(request) and is_from_here(request)
    typed = typed_of(fields_of(request)) if is_sent_form else []
    return render(request, "404.html", {"typed": typed}, status=HTTPStatus.NOT_FOUND)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, for a request that makes no sense; its host may be a lie, so the request is not looked at."""
    return HttpResponseBadRequest(loader.render_to_string("400.html"))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429, with the time to wait; all limits that end here are per minute."""
    response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(SECONDS_TO_WAIT)
    return response
