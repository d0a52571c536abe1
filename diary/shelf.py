"""What was worked out from one state of a diary, kept in this process until something newer needs the room.

A page that adds up ten years is the same until the diary changes, and every change counts `Diarist.revision` up.
So the revision is a part of the key, nothing has to be thrown away on a write, and several processes or machines
can each keep their own. Only what is made of rows belongs here: never a token, a form that went wrong or anything
of one request. A page with forms is kept with marks where its tokens and the ids of new entries go.
"""

import secrets
import uuid
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString

from diary.models import Diarist

# Nobody can type them.
MARK_OF_TOKEN, MARK_OF_ID = (f"\x01{secrets.token_hex(8)}\x01" for _ in range(2))
LARGEST_BYTES = 6_000_000
# Little is gained by packing longer, and unpacking takes a hundredth of a second for ten years.
PACKING = 1


class Shelf:
    """HTML by diary, revision and whatever else it depends on; what was not looked at for longest goes first."""

    def __init__(self, largest_bytes: int = LARGEST_BYTES) -> None:
        self.largest_bytes = largest_bytes
        self.bytes = 0
        self._kept: OrderedDict[tuple[Hashable, ...], bytes] = OrderedDict()
        self._lock = Lock()

    def take(self, diarist: Diarist, key: tuple[Hashable, ...]) -> str | None:
        """What was put for this state of the diary; `key` holds all else that it depends on."""
        whole = (diarist.pk, diarist.revision, *key)
        with self._lock:
            packed = self._kept.get(whole)
            if packed is None:
                return None
            self._kept.move_to_end(whole)
        return zlib.decompress(packed).decode()

    def put(self, diarist: Diarist, key: tuple[Hashable, ...], text: str) -> None:
        """Keep `text` for this state of the diary."""
        whole = (diarist.pk, diarist.revision, *key)
        packed = zlib.compress(text.encode(), PACKING)
        with self._lock:
            self.bytes += len(packed) - len(self._kept.pop(whole, b""))
            self._kept[whole] = packed
            while self.bytes > self.largest_bytes:
                _, oldest = self._kept.popitem(last=False)
                self.bytes -= len(oldest)

    def kept(self, diarist: Diarist, key: tuple[Hashable, ...], make: Callable[[], str]) -> str:
        """What was put for this state of the diary, or else what `make` gives, which is put then."""
        text = self.take(diarist, key)
        if text is None:
            text = make()
            self.put(diarist, key, text)
        return text

    def drop(self, diarist_id: int) -> None:
        """Throw away what is kept of one person, whose rows were deleted for good."""
        with self._lock:
            for whole in [whole for whole in self._kept if whole[0] == diarist_id]:
                self.bytes -= len(self._kept.pop(whole))

    def forget(self) -> None:
        """Throw everything away; for tests, which write rows without counting the revision up."""
        with self._lock:
            self._kept.clear()
            self.bytes = 0


shelf = Shelf()


def filled(html: str, request: HttpRequest) -> SafeString:
    """What was kept, with the token of this request and a new id at every mark.

    The template that made it escaped whatever a person typed.
    """
    first, *others = html.replace(MARK_OF_TOKEN, get_token(request)).split(MARK_OF_ID)
    return SafeString("".join([first, *(f"{uuid.uuid4()}{part}" for part in others)]))
