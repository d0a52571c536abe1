"""How closely the page is set and how much of each list it holds, so that it stays one page.

The height is worked out from the letters' real widths, because the browser and typst set the same font: what fits
by these sums fits on paper, a few millimetres to spare.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from triage.summary.letters import line_count
from triage.summary.sheet import Density, Paper, Section, Sheet

MM = 25.4 / 72
WIDTH = 184.0
LEFT, RIGHT, GUTTER = 112.0, 66.0, 6.0
STRIP_ROW, SPOT_TEXT = 6.4, 63.0
CODE = 24.0
# Height between the margins, less what is kept to spare: the sums below run a little high already.
SPARE = 1.5
ROOM: dict[Paper, float] = {"a4": 275.0 - SPARE, "letter": 259.4 - SPARE}


@dataclass(frozen=True, slots=True)
class Setting:
    """Letters in points, the height of a line in letters, and the air above a heading in millimetres; the same
    numbers stand in doctor.css and sheet.typ."""

    size: float
    leading: float
    air: float
    row_gap: float


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that each list holds: `lead` those of the first sentence, `told` the details of open yeses."""

    spots: int
    findings: int
    medicines: int
    notes: int
    questions: int
    told: int
    lead: int
    length: int


SETTINGS: dict[Density, Setting] = {
    "roomy": Setting(10.2, 1.32, 4.2, 0.2),
    "close": Setting(9.4, 1.24, 3.0, 0.12),
    "tight": Setting(8.5, 1.14, 2.0, 0.04),
}
FULL = Caps(spots=5, findings=4, medicines=6, notes=3, questions=5, told=7, lead=20, length=110)
# What is given up, one step after the other, until the page is one page: the least needed first.
LESS: tuple[tuple[str, int], ...] = (
    ("notes", 2),
    ("questions", 4),
    ("medicines", 5),
    ("length", 90),
    ("notes", 1),
    ("medicines", 4),
    ("questions", 3),
    ("length", 70),
    ("findings", 3),
    ("medicines", 3),
    ("notes", 0),
    ("spots", 4),
    ("questions", 2),
    ("told", 4),
    ("lead", 6),
    ("findings", 2),
    ("length", 50),
    ("told", 2),
    ("lead", 3),
    ("spots", 3),
    ("medicines", 2),
    ("findings", 1),
    ("questions", 1),
    ("length", 40),
    ("medicines", 1),
    ("told", 1),
    ("spots", 2),
    ("told", 0),
    ("lead", 2),
    ("spots", 1),
)


def tries() -> Iterator[tuple[Density, Caps]]:
    """What is tried one after the other: first closer, then less."""
    yield from (("roomy", FULL), ("close", FULL), ("tight", FULL))
    caps = FULL
    for name, most in LESS:
        caps = replace(caps, **{name: most})
        yield "tight", caps


def fits(sheet: Sheet) -> bool:
    """Whether the first page holds all of it."""
    return height(sheet) <= ROOM[sheet.paper]


def height(sheet: Sheet) -> float:
    """How much of the paper the sheet takes, in millimetres."""
    page = _Ruler(SETTINGS[sheet.density])
    head = max(page.size * 1.5 * 1.2 + page.lines(sheet.person, 100), 2 * page.pitch) + 2.2
    lead = page.lines("".join(run.text for run in sheet.lead), WIDTH, scale=1.2, kind="bold") * 1.07
    upper = max(_left(sheet, page), sheet.body.height / 100 if sheet.body else 0)
    foot = page.air + 1.2 + page.pitch
    return head + lead + 2 * page.air + upper + _spots(sheet, page) + _lower(sheet, page) + foot


class _Ruler:
    """Heights of texts at one setting."""

    def __init__(self, setting: Setting) -> None:
        self.size = setting.size * MM
        self.pitch = self.size * setting.leading
        self.air = setting.air
        self.gap = setting.row_gap * self.size
        self.heading = setting.air + self.size * (1.08 * 1.25 + 0.358) + 0.25

    def lines(
        self, text: str, width: float, *, scale: float = 1.0, kind: Literal["plain", "bold"] = "plain"
    ) -> float:
        """The height of a text in a column."""
        if not text:
            return 0.0
        return line_count(text, width / (self.size * scale), is_bold=kind == "bold") * self.pitch * scale

    def row(self, label: str, text: str, column: float, width: float, *, is_bold: bool) -> float:
        """The height of a label (in a column of so many letters) with words beside it."""
        label_width = column * self.size
        beside = self.lines(text, width - label_width - 0.8 * self.size, kind="bold" if is_bold else "plain")
        return max(self.lines(label, label_width, kind="bold"), beside, self.pitch) + self.gap

    def section(self, section: Section, column: float, width: float) -> float:
        """The height of a section's rows, lines and remark."""
        rows = sum(self.row(row.label, row.text, column, width, is_bold=row.is_strong) for row in section.rows)
        lines = sum(self.lines(line, width - 1.2 * self.size) for line in section.lines)
        return rows + lines + self.lines(section.remark, width)


def _left(sheet: Sheet, page: _Ruler) -> float:
    """The box and the findings."""
    box = page.section(sheet.warnings, 9.5, LEFT - 5.8) + page.size * 1.9 + 3.4
    found = sum(page.row(row.name, f"{row.text} {row.behind}", 9.0, LEFT, is_bold=False) for row in sheet.found)
    return box + page.heading + found + page.section(sheet.findings, 9.5, LEFT)


def _spots(sheet: Sheet, page: _Ruler) -> float:
    if not sheet.spots or sheet.legend is None:
        return 0.0
    rows = 0.0
    for spot in sheet.spots:
        words = page.lines(f"{spot.name} {spot.since}", SPOT_TEXT * 0.97) + page.lines(spot.course, SPOT_TEXT)
        rows += max(words, STRIP_ROW) + 1.8
    below = max(page.lines(sheet.more_spots, SPOT_TEXT + 6, kind="bold"), 4.2)
    keys = sum(len(key.text) * 0.47 + 2.6 for key in sheet.legend.keys) * page.size / WIDTH
    legend = (int(keys) + 1) * page.pitch * 1.1 + page.lines(sheet.legend.remark, WIDTH)
    return page.heading + rows + below + legend


def _lower(sheet: Sheet, page: _Ruler) -> float:
    """Context beside medicines and the code, then notes and questions."""
    beside = (CODE + GUTTER) if sheet.code else 0.0
    width = (WIDTH - beside - GUTTER * (len(sheet.columns) - 1)) / len(sheet.columns)
    columns = max((page.heading + page.section(section, 9.5, width) for section in sheet.columns), default=0.0)
    code = page.air + CODE + page.lines(sheet.code.text, CODE) + 1 if sheet.code else 0.0
    rest = sum(page.heading + page.section(section, 9.5, WIDTH) for section in sheet.rest)
    return max(columns, code) + rest
