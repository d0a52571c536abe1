"""How closely the page is set, so that it stays one page: a rough count of its lines, on the safe side."""

from collections.abc import Iterable
from math import ceil

from triage.summary.sheet import Density, Section, Sheet

# Letters to a line of each part, as measured with the page's own font.
LEAD, WIDE, BOX, FOUND, HALF = 96, 128, 56, 52, 44
ROOMY_LINES, CLOSE_LINES = 40, 54


def density(sheet: Sheet) -> Density:
    """Roomy where there is little to say."""
    lines = line_count(sheet)
    if lines <= ROOMY_LINES:
        return "roomy"
    return "close" if lines <= CLOSE_LINES else "tight"


def line_count(sheet: Sheet) -> int:
    """The lines that the page takes at its closest, the figures counted as lines too."""
    lead = _lines(["".join(run.text for run in sheet.lead)], LEAD)
    box = _lines((row.text for row in sheet.warnings.rows), BOX) + 2
    found = _lines((row.text + row.behind for row in sheet.found), FOUND) + 3
    spots = 2 * len(sheet.spots) + (5 if sheet.spots else 0)
    columns = max((_section(section, HALF) for section in sheet.sections[:2]), default=0)
    rest = sum(_section(section, WIDE) for section in (*sheet.sections[2:], sheet.questions) if section)
    return 4 + ceil(lead * 1.3) + box + found + spots + columns + rest


def _section(section: Section, width: int) -> int:
    return 2 + _lines([row.text for row in section.rows], width) + _lines(section.lines, width)


def _lines(texts: Iterable[str], width: int) -> int:
    return sum(max(1, ceil(len(text) / width)) for text in texts)
