"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from diary.mail import sends_mail


def site(request: HttpRequest) -> dict[str, Any]:
    """What the sign-in pages say about this copy of the app."""
    match = request.resolver_match
    return {
        # The account pages hang below Settings; a view's own tab comes before this one.
        "tab": "settings" if match and match.route.startswith("accounts/") else "",
        "signup_open": settings.SIGNUP_OPEN,
        "sends_mail": sends_mail(),
        "site_host": settings.SITE_URL.netloc,
        "site_languages": settings.LANGUAGES,
    }
