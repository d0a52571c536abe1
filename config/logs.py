"""What a line of the log may say: where something happened and of what kind it was, never what somebody wrote.

Addresses name days of a diary and hold the keys of share links and password resets; the words of an exception
hold what a function was given, and those of PostgreSQL the whole row. So a line names the route instead of the
address and the class of an exception instead of its words: docs/decisions/0093-logs-without-words.md
"""

import copy
import logging
import re
import smtplib
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template import TemplateDoesNotExist

from config.unavailable import reason_of

logger = logging.getLogger(__name__)

# The parts of our addresses that are keys by themselves, and what a token looks like anywhere.
SECRETS = re.compile(
    r"(?<=/s/)[^/\s'\"<]+"
    r"|(?<=/reminders/off/)[^/\s'\"<]+"
    r"|(?<=/password/reset/key/)[^/\s'\"<]+"
    r"|(?<=/confirm-email/)[^/\s'\"<]+"
    r"|mtd_[\w-]+"
)
ADDRESS = re.compile(r"(https?://[^/\s'\"]+)/[^\s'\"]*")
HIDDEN = "***"
SECONDS_BETWEEN_TRACEBACKS = 60
# What these say comes from the machine and its settings, and whoever runs it needs it to mend them.
MAY_SPEAK = (OSError, OperationalError, ImportError, ImproperlyConfigured, TemplateDoesNotExist)
# Names the addresses of people.
MAY_NOT = (smtplib.SMTPException,)


class Line(logging.Formatter):
    """One entry of the log, without addresses, tokens, and the words of exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        """The entry as it is written."""
        clean = copy.copy(record)
        clean.msg, clean.args = words_of(record), ()
        # Another handler may have left the whole text of the exception here.
        clean.exc_text = None
        return super().format(clean)

    def formatException(self, ei: object) -> str:  # noqa: N802  (the name is the library's)
        """The places that an exception came through, and what kind it was."""
        error = ei[1] if isinstance(ei, tuple) else None
        return "\n".join(said(error)) if isinstance(error, BaseException) else ""


class Seldom(logging.Filter):
    """Leaves the traceback out where the database is away or the disk is full, but for one a minute.

    Every request meets the same fault then, at the same place; on a full disk the log is one of those who wait for
    room. Each still has its line.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._next: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool | logging.LogRecord:
        """The record as it is, or in one line."""
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        reason = reason_of(error)
        if error is None or reason is None:
            return True
        now = self._clock()
        if now >= self._next.get(reason, now):
            self._next[reason] = now + SECONDS_BETWEEN_TRACEBACKS
            return True
        line = copy.copy(record)
        line.msg, line.args = "%s (%s)", (words_of(record), " ".join(name_of(error).split()))
        line.exc_info = None
        return line


def words_of(record: logging.LogRecord) -> str:
    """The message of a record, with the route where it names the address of a request."""
    request = getattr(record, "request", None)
    if not isinstance(request, HttpRequest):
        return SECRETS.sub(HIDDEN, record.getMessage())
    named = copy.copy(record)
    if isinstance(record.args, tuple):
        paths = {request.path, request.path.encode("unicode_escape").decode("ascii")}
        named.args = tuple(route_of(request) if value in paths else value for value in record.args)
    if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None and not record.args:
        # Django takes the words of a suspicious request for the message.
        named.msg = type(record.exc_info[1]).__name__
    return SECRETS.sub(HIDDEN, ADDRESS.sub(rf"\1/{HIDDEN}", named.getMessage()))


def route_of(request: HttpRequest) -> str:
    """`days/<date:date>/no-twitches/`; a dash where the address led nowhere."""
    return f"/{request.resolver_match.route}" if request.resolver_match else "-"


def said(error: BaseException) -> Iterator[str]:
    """The lines about an exception, those that led to it first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from said(cause)
        yield "and then"
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    yield name_of(error)


def name_of(error: BaseException) -> str:
    """What kind of exception it is; its words, where they come from the machine."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    speaks = isinstance(error, MAY_SPEAK) and not isinstance(error, MAY_NOT)
    return f"{name}: {SECRETS.sub(HIDDEN, str(error))}" if speaks else name


class BrokenOff(Exception):  # noqa: N818
    """A download could not be finished; what was wrong stands in the log."""


class StreamMiddleware:
    """Logs what goes wrong in a download that has already begun.

    Nobody but the web server is left to catch it then, and it would write down the words of the exception.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            pieces = iter(cast("Iterable[bytes]", response.streaming_content))
            response.streaming_content = whole_or_logged(pieces, request)
        return response


def whole_or_logged(pieces: Iterator[bytes], request: HttpRequest) -> Iterator[bytes]:
    """The pieces; raises BrokenOff, which breaks the connection, when one can't be made."""
    try:
        yield from pieces
    except Exception:
        logger.exception("A download broke off: %s", request.path, extra={"request": request})
        raise BrokenOff from None
