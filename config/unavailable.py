"""The answer when the database is away or there is no room to write: words, what was typed, when to come again.

Made without a query, a session or a person: all of them are in the database. Its status, 503, is one that
static/js/offline.js takes for "no connection", so a logged twitch waits on the device until there is an answer.
"""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from http import HTTPStatus
from typing import Literal

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.template import loader
from django.utils.translation import gettext

from config.kept import fields_of, is_from_here, is_kept, typed_of

Reason = Literal["away", "full"]

SECONDS_TO_WAIT = 60
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_ROOM_IN_SQLITE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
NO_ROOM_IN_POSTGRESQL = "53100"


def reason_of(error: BaseException | None) -> Reason | None:
    """Why nothing could be read or written; None where the fault is in our own code."""
    for cause in chain(error):
        if isinstance(cause, OSError) and cause.errno in NO_ROOM:
            return "full"
        if isinstance(cause, (OperationalError, InterfaceError)):
            return reason_of_database(cause.__cause__)
    return None


def reason_of_database(cause: BaseException | None) -> Reason | None:
    """The same, from the driver's own exception behind one of Django's."""
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        if code in NO_ROOM_IN_SQLITE:
            return "full"
        # A wrong statement, or a table that is not there: no wait will mend that.
        return None if code == sqlite3.SQLITE_ERROR else "away"
    return "full" if getattr(cause, "sqlstate", None) == NO_ROOM_IN_POSTGRESQL else "away"


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those it came from, the outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def words_of(reason: str) -> str:
    """One line for programs, and for where no page can be made."""
    if reason == "full":
        return gettext("There is no room left to save anything. What you saved before is safe.")
    return gettext("The diary can't be reached just now. What you saved before is safe. Try again in a minute.")


def unavailable(request: HttpRequest, reason: Reason) -> HttpResponse:
    """503; a form of ours that was sent is handed back with all that was typed, to be sent again."""
    is_sent_form = request.method == "POST" and is_kept(request) and is_from_here(request)
    fields = sent_fields(request) if is_sent_form else []
    context = {
        "reason": reason,
        "action": request.get_full_path(),
        "is_form": is_sent_form,
        # A form that takes a file has no other field.
        "has_file": not fields and request.headers.get("Content-Type", "").startswith("multipart/"),
        "fields": fields,
        "typed": typed_of(fields),
        "is_visit": request.method in {"GET", "HEAD"},
        "csrf_token": get_token(request),
    }
    response = HttpResponse(
        loader.render_to_string("unavailable.html", context), status=HTTPStatus.SERVICE_UNAVAILABLE
    )
    response.headers["Retry-After"] = str(SECONDS_TO_WAIT)
    # htmx swaps nothing for 503: static/js/app.js reads this, explains, and leaves the form as it is.
    response.headers["X-Kept"] = reason
    return response


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form held; nothing where that broke off, as a large file does on a full disk."""
    with contextlib.suppress(OSError, RawPostDataException, MultiPartParserError, SuspiciousOperation):
        return fields_of(request)
    return []
