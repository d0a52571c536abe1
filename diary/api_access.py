"""Who may use the API: access tokens and nothing else, at a bearable pace."""

import datetime as dt
from typing import Any, Literal

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext
from ninja.errors import AuthenticationError, AuthorizationError, Throttled
from ninja.security import HttpBearer

from diary.models import AccessToken
from diary.moments import today_in, zone_or
from diary.tokens import note_use, token_for

Scope = Literal["read", "log"]
# A button is pressed a few times a minute; a script that reads ten years asks ten times.
RATE = "120/m/key"
WRONG_TOKENS_RATE = "20/m/ip"
WAIT_SECONDS = 60


class AccessTokenAuth(HttpBearer):
    """`Authorization: Bearer mtd_...`. A session, whoever is signed in, counts for nothing here."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        """The token behind the request. A missing one is as wrong as a wrong one."""
        found = super().__call__(request)
        if found is None:
            self.refuse(request)
        return found

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken | None:
        """The named token; its person, language and clock are put into the request."""
        now = timezone.now()
        found = token_for(token.strip(), now)
        if found is None:
            return None
        # First, because on a full disk this says so; a count that can't be written says "too many".
        note_use(found, now)
        if not consume(request, "api", RATE, str(found.pk)):
            raise Throttled(WAIT_SECONDS)
        if not getattr(found, f"may_{self.scope}"):
            raise AuthorizationError(message=may_not(self.scope))
        stand_in(request, found, now)
        return found

    def refuse(self, request: HttpRequest) -> None:
        """Say that the token is not good; who says that too often has to wait."""
        if not consume(request, "api_wrong_token", WRONG_TOKENS_RATE):
            raise Throttled(WAIT_SECONDS)
        raise AuthenticationError(message=gettext("A valid access token is needed."))


def may_not(scope: Scope) -> str:
    """Why a good token is not enough."""
    return gettext("This token may not read.") if scope == "read" else gettext("This token may not log.")


def consume(request: HttpRequest, action: str, rate: str, key: str | None = None) -> bool:
    """Count a request; false where there were too many."""
    used = ratelimit.consume(request, app="diary", action=action, config={action: rate}, key=key, limit_get=True)
    return used is not None


def stand_in(request: HttpRequest, token: AccessToken, now: dt.datetime) -> None:
    """What `diary.middleware` does for a session: the token's diarist, zone and clock, and no one else's."""
    diarist = token.diarist
    zone = zone_or(diarist.time_zone, "UTC")
    vars(request).update(user=diarist.user, diarist=diarist, zone=zone, now=now, today=today_in(zone, now))
    if diarist.language:
        translation.activate(diarist.language)
