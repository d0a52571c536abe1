"""Headers for every answer, and the closed door for everybody who is not signed in."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import brotli
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from config.kept import is_from_here, is_kept, kept_page
from config.public_routes import PUBLIC_ROUTES

PAGE_VERBS = ["GET", "HEAD", "POST"]
API_VERBS = ["PUT", "DELETE"]
API_PREFIX = "/api/v1/"
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


class SecurityHeadersMiddleware:
    """Adds the headers that Django has no setting for.

    Every page of this app holds or leads to health data, so none may stay in a cache unless a view says
    otherwise; WhiteNoise has answered for the static files before this matters.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class VerbMiddleware:
    """Takes the verbs that something here is made for, and no other: some pages of others answer any of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        verbs = [*PAGE_VERBS, *API_VERBS] if request.path.startswith(API_PREFIX) else PAGE_VERBS
        return self.get_response(request) if request.method in verbs else HttpResponseNotAllowed(verbs)


# Half a millisecond for Today, and within a tenth of the best size. Numbers of a figure become a sixth smaller by
# more work, two milliseconds at the most.
PAGE_QUALITY, FIGURE_QUALITY = 2, 5
FIGURES = {"diary:timeline"}


class CompressionMiddleware:
    """Brotli for pages, as WhiteNoise does it for files.

    Lengths of compressed pages can betray secrets to a foreign page that makes the browser ask again and again
    (BREACH). So only what our own pages or the person's own typing asked for is compressed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Encoding", "Sec-Fetch-Site"))
        asked_here = request.headers.get("Sec-Fetch-Site") in {"same-origin", "none"}
        takes_it = "br" in request.headers.get("Accept-Encoding", "")
        is_large = not response.streaming and len(response.content) > 1000
        if asked_here and takes_it and is_large and not response.has_header("Content-Encoding"):
            route = request.resolver_match.view_name if request.resolver_match else ""
            quality = FIGURE_QUALITY if route in FIGURES else PAGE_QUALITY
            response.content = brotli.compress(response.content, quality=quality)  # type: ignore[no-untyped-call]
            response.headers["Content-Encoding"] = "br"
            response.headers["Content-Length"] = str(len(response.content))
        return response


class SignedInMiddleware(LoginRequiredMiddleware):
    """Closed by default; what was typed before the sign-in ran out is handed back instead of dropped.

    The list of public routes is the truth, whatever a view says of itself.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Let in who is signed in, and everybody where the list of public routes says so."""
        match = request.resolver_match
        if request.user.is_authenticated or (match is not None and match.view_name in PUBLIC_ROUTES):
            return None
        return self.handle_no_permission(request, view_func)

    def get_login_url(self, view_func: Callable[..., HttpResponseBase]) -> str:
        """One door for everybody, whatever a view asks for."""
        return reverse("account_login")

    def handle_no_permission(  # type: ignore[override]  # the stubs know only the redirect
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """The sign-in page; for a form that was sent, a page that keeps what it held."""
        if request.method == "POST" and is_kept(request) and is_from_here(request):
            return kept_page(request, signed_out=True, status=HTTPStatus.UNAUTHORIZED)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": reverse("account_login")})
        if request.method not in {"GET", "HEAD"}:
            # Coming back to this address with a plain visit would answer nothing.
            return redirect("account_login")
        return super().handle_no_permission(request, view_func)
