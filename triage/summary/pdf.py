"""The doctor's page as a tagged PDF (PDF/UA-1), set by a program of its own that ends with it: `typesetting.py`.

Nothing that a person typed is ever part of the source: it goes in as JSON, and comes out as text.
"""

import datetime as dt
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from triage.summary.letters import FOLDER, breakable, missing_words, shown
from triage.summary.sheet import Sheet

# Handed over as pictures, not as text.
DRAWN = {"pictures", "pins", "bars", "dots", "path"}
SOURCE, PROGRAM = Path(__file__).with_name("sheet.typ"), Path(__file__).with_name("typesetting.py")
# The longest appendix takes two.
MOST_SECONDS = 60


class TypesettingError(Exception):
    """No PDF came out."""


def make_pdf(sheet: Sheet, now: dt.datetime) -> bytes:
    """The PDF of a sheet, in its language. Raises TypesettingError."""
    now = now.replace(microsecond=0)
    with translation.override(sheet.language):
        plain = asdict(sheet)
        missing: set[str] = set()
        plain = _with_known_letters(plain, missing)
        plain["unshown"] = missing_words(missing)
        plain["made_on"] = [now.year, now.month, now.day]
        pictures = drawings(sheet)
    return typeset({"sheet": json.dumps(plain), **pictures}, now)


def typeset(inputs: dict[str, str], now: dt.datetime) -> bytes:
    """What `sheet.typ` makes of `inputs`, with the one font family of the page, and none of the machine's."""
    asked = {
        "source": str(SOURCE),
        "root": str(SOURCE.parent),
        "fonts": str(FOLDER),
        "inputs": inputs,
        "now": now.isoformat(),
    }
    # -P: the folder of the program has modules with the names of others.
    command = [sys.executable, "-P", str(PROGRAM)]
    try:
        done = subprocess.run(  # noqa: S603  (our own command line)
            command, input=json.dumps(asked).encode(), capture_output=True, check=True, timeout=MOST_SECONDS
        )
    except subprocess.SubprocessError as error:
        raise TypesettingError from error
    return done.stdout


def drawings(sheet: Sheet) -> dict[str, str]:
    """The figures as SVG, by the templates that the screen uses."""
    figures: dict[str, tuple[str, dict[str, Any]]] = {}
    if sheet.body:
        figures["body"] = "body", {"body": sheet.body}
    for index, spot in enumerate(sheet.spots):
        figures[f"strip-{index}"] = "strip", {"strip": spot.strip}
    if sheet.legend:
        figures["axis"] = "axis", {"ticks": sheet.ticks, "alt": sheet.ticks_alt}
        for index, key in enumerate(sheet.legend.keys):
            figures[f"key-{index}"] = "key", {"key": key}
    if sheet.code:
        figures["code"] = "code", {"code": sheet.code}
    return {
        name: render_to_string(f"triage/doctor_{kind}.svg", values) for name, (kind, values) in figures.items()
    }


def _with_known_letters(value: Any, missing: set[str]) -> Any:
    """All texts in `value` as the font can show and break them; the letters that it lacks go to `missing`."""
    if isinstance(value, str):
        text, lacking = shown(value)
        missing |= lacking
        return breakable(text)
    if isinstance(value, dict):
        return {name: _with_known_letters(part, missing) for name, part in value.items() if name not in DRAWN}
    if isinstance(value, list | tuple):
        return [_with_known_letters(part, missing) for part in value]
    return value
