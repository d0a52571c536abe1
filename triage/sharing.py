"""Share links: made by the person, read by who holds the address, gone when they end.

The address holds 192 random bits and only its hash is stored, so that neither a copy of the database nor
guessing opens a link.
"""

import datetime as dt
import hashlib
import secrets
import uuid

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db.models import Q, QuerySet

from diary.models import Diarist
from diary.recording import IdTaken, writing
from triage.models import ShareLink, ShareOpening
from triage.summary.choice import Choice

USUAL_DAYS = 14
LONGEST_DAYS = 90
TOKEN_BYTES = 24
UNLOCKED_SECONDS = 30 * 60
KEPT_OPENINGS = 500


def make_link(
    diarist: Diarist,
    pk: uuid.UUID,
    choice: Choice,
    *,
    days: int,
    now: dt.datetime,
    label: str = "",
    passphrase: str = "",
) -> tuple[ShareLink, str]:
    """A new link and its token, which nobody can read again later.

    A form that was sent twice makes one link: the second token takes the place of the first. Raises IdTaken when
    the id belongs to somebody else's row.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {
        "token_hash": hash_of(token),
        "passphrase": make_password(passphrase) if passphrase else "",
        "choice": choice.as_json(),
        "label": label,
        "made_at": now,
        "expires_at": now + dt.timedelta(days=min(days, LONGEST_DAYS)),
        "withdrawn_at": None,
    }
    with writing(diarist):
        owner = ShareLink.objects.filter(pk=pk).values_list("diarist_id", flat=True).first()
        if owner not in {None, diarist.pk}:
            raise IdTaken
        link, _ = ShareLink.objects.update_or_create(pk=pk, defaults={**values, "diarist": diarist})
    return link, token


def hash_of(token: str) -> str:
    """What is stored of a token. It is random itself, so a plain hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()


def working(now: dt.datetime) -> Q:
    """Which links work: neither withdrawn nor at their end."""
    return Q(withdrawn_at__isnull=True, expires_at__gt=now)


def find_link(token: str, now: dt.datetime) -> ShareLink | None:
    """The link of a token. One query, whether the token is wrong, withdrawn, too old or right."""
    links = ShareLink.objects.select_related("diarist__user")
    return links.filter(working(now), token_hash=hash_of(token), diarist__user__is_active=True).first()


def withdraw(diarist: Diarist, pk: uuid.UUID, now: dt.datetime) -> bool:
    """End a link at once; false when there is none that works."""
    with writing(diarist):
        return bool(diarist.share_links.filter(working(now), pk=pk).update(withdrawn_at=now))


def note_opening(link: ShareLink, now: dt.datetime) -> None:
    """Note that a link was opened, to the minute; of a flood of visits only the first few hundred minutes."""
    minute = now.replace(second=0, microsecond=0)
    if link.openings.filter(at=minute).exists() or link.openings.count() >= KEPT_OPENINGS:
        return
    ShareOpening.objects.bulk_create([ShareOpening(link=link, at=minute)], ignore_conflicts=True)


def is_right(link: ShareLink, passphrase: str) -> bool:
    """Whether this is the passphrase of the link."""
    return check_password(passphrase, link.passphrase)


def unlocked_value(link: ShareLink) -> str:
    """What the browser keeps for half an hour after the right passphrase; worthless once that changes."""
    return _signer(link).sign(str(link.pk))


def is_unlocked(link: ShareLink, value: str) -> bool:
    """Whether a browser was told the passphrase's worth by us, not too long ago; always where there is none."""
    if not link.passphrase:
        return True
    try:
        return _signer(link).unsign(value, max_age=UNLOCKED_SECONDS) == str(link.pk)
    except signing.BadSignature:
        return False


def _signer(link: ShareLink) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"share {link.passphrase}")


def links_of(diarist: Diarist) -> QuerySet[ShareLink]:
    """Every link of a diary, the newest first."""
    return diarist.share_links.order_by("-made_at", "-id")
