"""What was worked out from one state of a diary, kept in this process until something newer needs the room.

A page that adds up ten years is the same until the diary changes, and every change counts `Diarist.revision` up.
So the revision is a part of the key, nothing has to be thrown away on a write, and several processes or machines
can each keep their own. Only what is made of rows belongs here: never a token, a form or anything of one request.
"""

import zlib
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from diary.models import Diarist

LARGEST_BYTES = 6_000_000
# Little is gained by packing longer, and unpacking takes a hundredth of a second for ten years.
PACKING = 1


class Shelf:
    """HTML by diary, revision and whatever else it depends on; what was not looked at for longest goes first."""

    def __init__(self, largest_bytes: int = LARGEST_BYTES) -> None:
        self.largest_bytes = largest_bytes
        self.bytes = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
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

    def forget(self) -> None:
        """Throw everything away; for tests, which write rows without counting the revision up."""
        with self._lock:
            self._kept.clear()
            self.bytes = 0


shelf = Shelf()
