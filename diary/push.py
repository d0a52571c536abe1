"""Reminders on a device: which devices, and how one is handed to the service of the browser's maker.

Offered only where the extra `push` is installed and a key is set. The package is slow to import, so it is imported
where something is sent. Why it is done like this: docs/decisions/0101-reminders-by-push.md
"""

import base64
import binascii
import datetime as dt
import json
import logging
import re
from email.utils import parseaddr
from functools import lru_cache
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import constant_time_compare

from diary.models import Diarist, PushDevice

logger = logging.getLogger(__name__)

# Who passes messages on to Chrome, Firefox, Safari and Edge (and to browsers made of them). The server sends to an
# address that a browser gave it: without this list anybody with an account could make it knock at doors inside.
MAKERS = re.compile(
    r"fcm\.googleapis\.com"
    r"|[a-z0-9-]+\.push\.services\.mozilla\.com"
    r"|[a-z0-9-]+\.push\.apple\.com"
    r"|[a-z0-9-]+\.notify\.windows\.com"
)
MOST_DEVICES = 10
TIMEOUT_SECONDS = 10
GONE = {404, 410}
PRIVATE_BYTES, POINT_BYTES, AUTH_BYTES = 32, 65, 16
# In the session: the key that it had when reminders were switched on, or when it was last looked at.
KEY_THEN = "push"


class Gone(Exception):  # noqa: N818
    """The browser is not there any more, or takes no reminders."""


def is_offered() -> bool:
    """Whether this copy can remind on devices."""
    return bool(settings.WEB_PUSH_PRIVATE_KEY and is_installed() and public_key(settings.WEB_PUSH_PRIVATE_KEY))


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("pywebpush") is not None


@lru_cache(maxsize=2)
def public_key(private: str) -> str:
    """What browsers want to know of the key of this copy; empty for one that is none."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

    try:
        point = vapid(private).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    except ValueError:
        return ""
    return in_letters(point)


def vapid(private: str) -> Any:
    """The key that signs what this copy sends (RFC 8292). Raises ValueError for what is none."""
    from py_vapid import Vapid  # noqa: PLC0415

    if len(bytes_of(private)) != PRIVATE_BYTES:
        raise ValueError("not 32 bytes")
    return Vapid.from_raw(private.encode())


def new_private_key() -> str:
    """A key for `WEB_PUSH_PRIVATE_KEY`."""
    from py_vapid import Vapid  # noqa: PLC0415

    made = Vapid()
    made.generate_keys()
    return in_letters(made.private_key.private_numbers().private_value.to_bytes(PRIVATE_BYTES, "big"))


def in_letters(value: bytes) -> str:
    """base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def bytes_of(letters: str) -> bytes:
    """The other way round. Raises ValueError."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", letters):
        raise ValueError("not base64url")
    try:
        return base64.urlsafe_b64decode(letters.rstrip("=") + "=" * (-len(letters.rstrip("=")) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def is_known(endpoint: str) -> bool:
    """Whether an address is one of a service that messages may be handed to: https, no other port, no password."""
    try:
        url = urlsplit(endpoint)
    except ValueError:
        return False
    host = url.netloc.lower()
    return url.scheme == "https" and bool(MAKERS.fullmatch(host) or (host and host in settings.WEB_PUSH_HOSTS))


def switch_on(diarist: Diarist, session: SessionBase, *, now: dt.datetime, **values: str) -> bool:
    """Show reminders in the browser of this sign-in too, which has one at most; False where there are too many.

    Who knows the endpoint has the browser: one that somebody else used before is taken over, or the other person's
    reminders would come up in front of this one.
    """
    endpoint, key = values.pop("endpoint"), str(session.session_key)
    with transaction.atomic():
        over = [device.pk for device in devices_of(diarist, now)[1]]
        diarist.push_devices.filter(Q(pk__in=over) | Q(session_key=key)).exclude(endpoint=endpoint).delete()
        if diarist.push_devices.exclude(endpoint=endpoint).count() >= MOST_DEVICES:
            return False
        chosen = {**values, "diarist": diarist, "session_key": key, "made_at": now}
        PushDevice.objects.update_or_create(endpoint=endpoint, defaults=chosen)
    session[KEY_THEN] = key
    return True


def follow(session: SessionBase, diarist: Diarist) -> None:
    """A session gets a new key when the password is changed in it; it is the same device all the same."""
    then, key = session.get(KEY_THEN), session.session_key
    if then and key and then != key:
        diarist.push_devices.filter(session_key=then).update(session_key=key)
        session[KEY_THEN] = key


def devices_of(diarist: Diarist, now: dt.datetime) -> tuple[list[PushDevice], list[PushDevice]]:
    """The devices that are signed in, the newest first, and those that are not any more.

    A sign-in ends in many ways: by a button here or on another device, by time, by a new password. Whether it
    still opens the diary is asked each time, so that none of them can be forgotten.
    """
    devices = list(diarist.push_devices.order_by("-made_at", "pk"))
    keys = [device.session_key for device in devices]
    sessions = Session.objects.filter(expire_date__gt=now).in_bulk(keys) if keys else {}
    opens = {key: opens_diary_of(session, diarist.user) for key, session in sessions.items()}
    alive = [device for device in devices if opens.get(device.session_key)]
    return alive, [device for device in devices if device not in alive]


def opens_diary_of(session: Session, user: User) -> bool:
    """Whether a session is one of this person, with the password that the person has now."""
    data = session.get_decoded()
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    mine = str(data.get(HASH_SESSION_KEY, ""))
    return data.get(SESSION_KEY) == str(user.pk) and any(constant_time_compare(mine, one) for one in hashes)


def forget_signed_out(now: dt.datetime) -> None:
    """Drop the devices whose session is gone, once a day, for people who are never reminded again."""
    sessions = Session.objects.filter(pk=OuterRef("session_key"), expire_date__gt=now)
    PushDevice.objects.filter(~Exists(sessions)).delete()


def show(device: PushDevice, words: dict[str, str], seconds: int) -> bool:
    """Hand words to the service, encrypted for this browser, which keeps them for so many seconds if it is away.

    Raises Gone where the service says that there is no such browser any more. Anything else that goes wrong costs
    this one reminder and is not tried again: a second one would be worse than none.
    """
    if not is_known(device.endpoint):
        raise Gone
    # Slow, and only there where the extra is installed.
    import requests  # noqa: PLC0415
    from py_vapid import VapidException  # noqa: PLC0415
    from pywebpush import WebPushException, webpush  # noqa: PLC0415

    with requests.Session() as session:
        # A redirect could lead anywhere.
        session.max_redirects = 0
        try:
            webpush(
                {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}},
                json.dumps(words),
                vapid_private_key=vapid(settings.WEB_PUSH_PRIVATE_KEY),
                vapid_claims={"sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"},
                headers={"Urgency": "high"},
                ttl=seconds,
                timeout=TIMEOUT_SECONDS,
                requests_session=session,
            )
        except WebPushException as error:
            if error.status_code in GONE:
                raise Gone from None
            logger.warning("A reminder could not be handed to a device (HTTP %s).", error.status_code)
        except (OSError, ValueError, VapidException) as error:
            logger.warning("A reminder could not be handed to a device (%s).", type(error).__name__)
        else:
            return True
    return False
