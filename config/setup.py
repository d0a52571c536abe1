"""The first run: with no account yet, the sign-in page leads to the page that makes the owner's.

Whoever comes first becomes the owner, so on an address that others can reach the page asks for a code that
only somebody with access to the server can read.
"""

import contextlib
import ipaddress
import logging
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

from allauth.account.utils import complete_signup
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from config.account_forms import OwnerForm
from config.errors import too_many_requests

logger = logging.getLogger(__name__)

ENTRANCES = {"account_login", "account_signup"}
# No 0 and O, no 1, I and L: the code is read from a log and typed.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
# What proxies and tunnels add.
FORWARDED = {
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
}
settled = Event()


def is_settled() -> bool:
    """Whether there is an account; the database is asked only until there is one."""
    if not settled.is_set() and User.objects.exists():
        settled.set()
    return settled.is_set()


@receiver(post_delete, sender=User)
def look_again(sender: type[User], **kwargs: object) -> None:
    """Who deleted the last account finds the page for the first one again; other processes after a restart."""
    transaction.on_commit(settled.clear)


class FirstRunMiddleware:
    """Leads from the sign-in page to the owner's page while there is no account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponse],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Only the two entrances are looked at, so no other page pays for it."""
        match = request.resolver_match
        if match is not None and match.view_name in ENTRANCES and not is_settled():
            return redirect("setup")
        return None


@sensitive_post_parameters("password1", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the owner's account and sign in; gone as soon as there is any account."""
    if is_settled():
        raise Http404
    if not ratelimit.consume(request, app="config", action="setup", config={"setup": "10/m/ip"}):
        return too_many_requests(request)
    code = setup_code() if needs_code(request) else ""
    form = OwnerForm(request.POST if request.method == "POST" else None, right_code=code)
    if form.is_valid():
        owner = make_owner(request, form)
        if owner is None:
            return redirect("account_login")
        response: HttpResponse = complete_signup(request, owner, None, reverse(settings.LOGIN_REDIRECT_URL))
        return response
    status = 422 if form.is_bound else 200
    return render(request, "setup.html", {"form": form}, status=status)


@transaction.atomic
def make_owner(request: HttpRequest, form: OwnerForm) -> User | None:
    """The owner, or None when another request was faster."""
    # Two requests at once must make one owner. SQLite lets one writer in at a time; elsewhere this row, which is
    # always there, is what they queue for.
    ContentType.objects.select_for_update().get_or_create(app_label="auth", model="user")
    if User.objects.exists():
        return None
    owner = form.save(request)
    if not isinstance(owner, User):
        raise TypeError(owner)
    owner.is_staff = owner.is_superuser = True
    owner.save(update_fields=["is_staff", "is_superuser"])
    transaction.on_commit(forget_code)
    return owner


def needs_code(request: HttpRequest) -> bool:
    """Whether anybody but the person at this computer could have sent the request."""
    if settings.TRUSTED_PROXY_COUNT or FORWARDED & request.META.keys():
        return True
    if settings.SITE_URL.hostname not in {"localhost", "127.0.0.1", "::1"}:
        return True
    try:
        return not ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return True


def setup_code() -> str:
    """Four groups of four letters; the same in every process and on every machine with this SECRET_KEY."""
    digest = salted_hmac("config.setup", "owner", algorithm="sha256").digest()
    letters = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:16])
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def code_path() -> Path:
    """The file in which the setup code can be read."""
    path: Path = settings.DATA_DIR / "setup_code"
    return path


def keep_code() -> None:
    """Write the setup code where only the owner of the data folder can read it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with contextlib.suppress(OSError), os.fdopen(os.open(code_path(), flags, 0o600), "w") as file:
        file.write(f"{setup_code()}\n")


def forget_code() -> None:
    """The code is good for one account only."""
    settled.set()
    with contextlib.suppress(OSError):
        code_path().unlink(missing_ok=True)


def announce() -> None:
    """Tell whoever reads the log of a fresh start where to go, and the code."""
    if is_settled():
        return
    site = settings.SITE_URL.geturl()
    logger.warning("There is no account yet. Open %s%s", site, reverse("setup"))
    logger.warning("Setup code, if the page asks for one: %s", setup_code())
    keep_code()
