"""Which letters the font of the PDF has. A letter that it lacks must not vanish: it becomes a box, and the page
says so.
"""

import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext

FOLDER = Path(settings.BASE_DIR) / "static" / "vendor" / "source-sans"
REGULAR = FOLDER / "SourceSans3-Regular.ttf"
INSTEAD = "□"


@lru_cache(maxsize=1)
def letters() -> frozenset[int]:
    """The code points that the font has a picture for: its `cmap` table, formats 4 and 12."""
    data = REGULAR.read_bytes()
    tables = struct.unpack_from(">H", data, 4)[0]
    for index in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sLLL", data, 12 + 16 * index)
        if tag == b"cmap":
            return frozenset(_cmap(data, start))
    raise ValueError(REGULAR.name)


def _cmap(data: bytes, start: int) -> set[int]:
    found: set[int] = set()
    for index in range(struct.unpack_from(">H", data, start + 2)[0]):
        at = start + struct.unpack_from(">L", data, start + 8 + 8 * index)[0]
        kind = struct.unpack_from(">H", data, at)[0]
        if kind == 4:
            count = struct.unpack_from(">H", data, at + 6)[0] // 2
            ends = struct.unpack_from(f">{count}H", data, at + 14)
            starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
            for first, last in zip(starts, ends, strict=True):
                found.update(range(first, last + 1))
        elif kind == 12:
            groups = struct.unpack_from(">L", data, at + 12)[0]
            for group in range(groups):
                first, last, _ = struct.unpack_from(">LLL", data, at + 16 + 12 * group)
                found.update(range(first, last + 1))
    return found


def shown(text: str) -> tuple[str, set[str]]:
    """The text with a box for each letter that the font lacks, and those letters.

    What two signs make together (a letter and its accent) is tried as one sign first.
    """
    known, missing, out = letters(), set(), []
    for letter in unicodedata.normalize("NFC", text):
        if ord(letter) in known or letter.isspace():
            out.append(letter)
        else:
            missing.add(letter)
            out.append(INSTEAD)
    return "".join(out), missing


def missing_words(missing: set[str]) -> str:
    """What the page says about letters that it can't show; empty where there are none."""
    if not missing:
        return ""
    scripts = sorted({_script(letter) for letter in missing})
    return gettext(
        "This PDF has no letters for a part of what was typed (%(scripts)s): □ stands for each. Printed from the "
        "browser, the page shows them."
    ) % {"scripts": ", ".join(scripts)}


def _script(letter: str) -> str:
    """The script of a letter by the first word of its Unicode name, in words for the usual ones."""
    name = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
    known = {
        "ARABIC": gettext("Arabic"),
        "HEBREW": gettext("Hebrew"),
        "CJK": gettext("Chinese characters"),
        "HIRAGANA": gettext("Japanese"),
        "KATAKANA": gettext("Japanese"),
        "HANGUL": gettext("Korean"),
        "DEVANAGARI": gettext("Devanagari"),
        "BENGALI": gettext("Bengali"),
        "TAMIL": gettext("Tamil"),
        "THAI": gettext("Thai"),
        "ARMENIAN": gettext("Armenian"),
        "GEORGIAN": gettext("Georgian"),
        "ETHIOPIC": gettext("Ethiopic"),
    }
    return known.get(name, gettext("pictures or other signs"))
