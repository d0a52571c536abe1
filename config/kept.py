"""A form that could not be accepted is handed back with everything that was typed in it.

Two things make a good form come too late: the sign-in ran out, or the page lay open for so long that its
protection token is stale. Nothing is stored on the server: the answer itself holds the fields again.
"""

import contextlib
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext

TOKEN = "csrfmiddlewaretoken"  # noqa: S105  (the name of the field)
# PAGE_OF of diary.middleware, which needs the models: sent again too, so that nobody else saves it.
PAGE_OF = "page_of"
LONG_TEXT = 60


@dataclass(frozen=True, slots=True)
class Typed:
    """One field that a person filled in, as it is shown on the page."""

    label: str
    value: str

    @property
    def is_long(self) -> bool:
        """Whether it needs a box of its own, from which it can be copied."""
        return len(self.value) > LONG_TEXT or "\n" in self.value


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this form; a forged one is not handed back."""
    site = request.headers.get("Sec-Fetch-Site")
    source = request.headers.get("Origin") or request.headers.get("Referer")
    if site not in {None, "same-origin", "none"}:
        return False
    if source is None:
        return site is not None
    return urlsplit(source).netloc == request.get_host()


def is_kept(request: HttpRequest) -> bool:
    """Whether this address takes what people write down; a password or a code is never handed back."""
    match = request.resolver_match
    if match is None:
        # What fails before a view is looked for, such as reading who is signed in.
        with contextlib.suppress(Resolver404):
            match = resolve(request.path_info)
    return match is not None and match.app_name not in {"", "admin"}


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form held, but for its protection token."""
    return [(name, str(value)) for name, values in request.POST.lists() if name != TOKEN for value in values]


def typed_of(fields: list[tuple[str, str]]) -> list[Typed]:
    """Those of the fields that a person would want to read again."""
    return [Typed(label_of(name), value) for name, value in fields if name != PAGE_OF and is_readable(value)]


def kept_page(request: HttpRequest, *, signed_out: bool, status: HTTPStatus) -> HttpResponse:
    """A page with the fields that were sent and a button that sends them again with a fresh token."""
    fields = fields_of(request)
    context = {
        "action": request.get_full_path(),
        "fields": fields,
        "typed": typed_of(fields),
        "signed_out": signed_out,
        "login_url": reverse("account_login"),
    }
    response = render(request, "kept.html", context, status=status)
    # htmx swaps nothing for 401 and 403: static/js/app.js reads this, explains, and leaves the form as it is.
    response.headers["X-Kept"] = "signed-out" if signed_out else "stale"
    return response


def label_of(name: str) -> str:
    """`sleep_hours` as words; forms name their fields so that this reads well."""
    if name == "value":
        return gettext("Entry")
    words = name.replace("_", " ").strip()
    return gettext(words[:1].upper() + words[1:]) if words else name


def is_readable(value: str) -> bool:
    """Whether a value says something to a person: not empty, no id, no signed token."""
    if len(value) > LONG_TEXT and value.isascii() and not any(letter.isspace() for letter in value):
        return False
    try:
        uuid.UUID(value)
    except ValueError:
        return bool(value.strip())
    return False


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answers a form whose token is stale: handed back when it came from one of our pages, else refused."""
    from_here = is_from_here(request)
    if from_here and is_kept(request):
        signed_out = not request.user.is_authenticated
        return kept_page(request, signed_out=signed_out, status=HTTPStatus.FORBIDDEN)
    context = {
        "again_url": request.get_full_path() if from_here else "",
        "debug_reason": reason if settings.DEBUG else "",
    }
    return render(request, "403_csrf.html", context, status=HTTPStatus.FORBIDDEN)
