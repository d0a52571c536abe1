"""The letters of the page's font: which it has, and how wide they are.

A letter that it lacks must not vanish from the PDF: it becomes a box, and the page says so.
"""

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext

FOLDER = Path(settings.BASE_DIR) / "static" / "vendor" / "source-sans"
REGULAR, BOLD = FOLDER / "SourceSans3-Regular.ttf", FOLDER / "SourceSans3-Bold.ttf"
INSTEAD = "□"
# For a letter from another font: most are not wider than their height.
UNKNOWN_WIDTH = 1.0
# The column of labels beside the findings, in parts of the letters' size; a shorter word is let be.
NARROWEST, FEW_LETTERS, PIECE = 9.0, 9, 6
_WORD = re.compile(r"\S+")


@lru_cache(maxsize=2)
def widths(font: Path = REGULAR) -> dict[int, float]:
    """The width of each letter that the font has, in parts of its size: its tables cmap, hhea and hmtx."""
    data = font.read_bytes()
    tables = dict(_tables(data))
    units = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    count = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]
    advances = [struct.unpack_from(">H", data, tables[b"hmtx"] + 4 * index)[0] for index in range(count)]
    return {
        letter: advances[min(glyph, count - 1)] / units for letter, glyph in _cmap(data, tables[b"cmap"]) if glyph
    }


def _tables(data: bytes) -> Iterator[tuple[bytes, int]]:
    for index in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, start, _ = struct.unpack_from(">4sLLL", data, 12 + 16 * index)
        yield tag, start


def _cmap(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Letter and picture number, from the subtable of format 12, which holds all planes."""
    for index in range(struct.unpack_from(">H", data, start + 2)[0]):
        at = start + struct.unpack_from(">L", data, start + 8 + 8 * index)[0]
        if struct.unpack_from(">H", data, at)[0] != 12:
            continue
        for group in range(struct.unpack_from(">L", data, at + 12)[0]):
            first, last, glyph = struct.unpack_from(">LLL", data, at + 16 + 12 * group)
            yield from ((first + n, glyph + n) for n in range(last - first + 1))


def line_count(text: str, room: float, *, is_bold: bool = False) -> int:
    """How many lines a text takes where `room` times the letters' size is free; a little on the safe side."""
    known = widths(BOLD if is_bold else REGULAR)
    lines, used = 1, 0.0
    for word in text.split():
        width = sum(known.get(ord(letter), UNKNOWN_WIDTH) for letter in word)
        if used and used + 0.2 + width > room:
            lines, used = lines + 1, 0.0
        used += width + (0.2 if used else 0.0)
        while used > room:
            lines, used = lines + 1, used - room
    return lines


def breakable(text: str) -> str:
    """The text with places to break in each word that is wider than the narrowest column."""
    return _WORD.sub(_with_breaks, text)


def _with_breaks(word: re.Match[str]) -> str:
    letters = word[0]
    if len(letters) < FEW_LETTERS or sum(map(_bold_width, letters)) <= NARROWEST:
        return letters
    return "\u200b".join(letters[start : start + PIECE] for start in range(0, len(letters), PIECE))


def _bold_width(letter: str) -> float:
    return widths(BOLD).get(ord(letter), UNKNOWN_WIDTH)


def shown(text: str) -> tuple[str, set[str]]:
    """The text with a box for each letter that the font lacks, and those letters.

    What two signs make together (a letter and its accent) is tried as one sign first.
    """
    known, missing, out = widths(), set(), []
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
