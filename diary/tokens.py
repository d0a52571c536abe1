"""Access tokens: made, recognised, counted as used."""

import datetime as dt
import hashlib
import secrets

from django.db.models import Q

from diary.models import AccessToken
from diary.moments import today_in, zone_or

PREFIX = "mtd_"
START_LENGTH = 10
MOST_TOKENS = 50
# Writing down each use to the second would make every reading a writing.
USE_IS_NOTED_EVERY = dt.timedelta(minutes=1)


def new_secret() -> str:
    """What a program has to say; 256 random bits, and a beginning by which scanners of code find it."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is stored of a token. It can't be guessed, so a slow hash would only slow the owner."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_for(secret: str, now: dt.datetime) -> AccessToken | None:
    """The token that a program named, with its diarist, if it is good now."""
    if not secret.startswith(PREFIX):
        return None
    found = AccessToken.objects.select_related("diarist__user").filter(digest=digest_of(secret)).first()
    if found is None or not found.diarist.user.is_active or is_over(found, now):
        return None
    return found


def is_over(token: AccessToken, now: dt.datetime) -> bool:
    """Whether its last day is past, where its owner is at home."""
    today = today_in(zone_or(token.diarist.time_zone, "UTC"), now)
    return token.expires_on is not None and token.expires_on < today


def note_use(token: AccessToken, now: dt.datetime) -> None:
    """Remember that the token was used, to the minute."""
    long_ago = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - USE_IS_NOTED_EVERY:
        AccessToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
