"""The doctor's page as plain values: every text in its final words, every figure in numbers.

Screen, print and PDF are made from one `Sheet` and from nothing else, so they can't say different things.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Paper = Literal["a4", "letter"]
Density = Literal["roomy", "close", "tight"]

# One scale for bars and outlines, light to dark: four steps that stay apart in grey and on a photocopy.
FILLS = {0: "#ffffff", 1: "#a3ccc7", 2: "#5a9d98", 3: "#1f6d6b", 4: "#0a3032"}
HEIGHTS = {0: 160, 1: 160, 2: 300, 3: 450, 4: 600}
NO_TWITCH = "#fbfaf7"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence."""

    text: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A label and what stands beside it; `is_strong` is what a doctor must not overlook."""

    label: str
    text: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: its name, the sentence with the numbers, and the rule and entries behind it."""

    name: str
    text: str
    behind: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """The outline of one place; `level` is the usual strength there, None where nothing was."""

    path: str
    level: int | None

    @property
    def fill(self) -> str:
        """Its colour."""
        return NO_TWITCH if self.level is None else FILLS[self.level]


@dataclass(frozen=True, slots=True)
class Pin:
    """The number of a spot beside a picture, and the line that leads to its place."""

    number: int
    x: int
    y: int
    to_x: int
    to_y: int

    @property
    def text_y(self) -> int:
        """The base line of the number."""
        return self.y + 100


@dataclass(frozen=True, slots=True)
class Picture:
    """One view of the body and where it stands in the figure; all in hundredths of a millimetre."""

    title: str
    box: str
    x: int
    y: int
    width: int
    height: int
    backdrop: str
    lines: str
    shapes: tuple[Shape, ...]
    left: str
    right: str

    @property
    def label_y(self) -> int:
        """Where the title stands."""
        return self.y + self.height + 350

    @property
    def middle(self) -> int:
        """The middle of the picture, for its title."""
        return self.x + self.width // 2

    @property
    def far(self) -> int:
        """The right edge."""
        return self.x + self.width

    @property
    def left_x(self) -> int:
        """Where the side at the left is named: clear of the title of a narrow picture."""
        return self.x - self._beside

    @property
    def right_x(self) -> int:
        """Where the side at the right is named."""
        return self.far + self._beside

    @property
    def _beside(self) -> int:
        return 0 if self.width > 2_000 else 350


@dataclass(frozen=True, slots=True)
class BodyFigure:
    """The body map of the period, with the numbers of the listed spots."""

    width: int
    height: int
    pictures: tuple[Picture, ...]
    pins: tuple[Pin, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a strip; `level` 0 means that no strength was entered."""

    x: int
    y: int
    width: int
    height: int
    level: int

    @property
    def fill(self) -> str:
        """Its colour."""
        return FILLS[self.level]


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of the base line: days that were recorded, without a twitch there."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Strip:
    """The course of one spot: bars where it twitched, a line where it did not, dots where nobody wrote.

    `dot_size` is the radius of a dot.
    """

    width: int
    height: int
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    dots: tuple[int, ...]
    dot_size: int
    alt: str

    @property
    def base(self) -> int:
        """Where the base line stands."""
        return self.height - 40

    @property
    def dot_y(self) -> int:
        """Where the dots stand."""
        return self.height - 20


@dataclass(frozen=True, slots=True)
class Tick:
    """A date below the strips."""

    x: int
    text: str
    anchor: Literal["start", "middle", "end"]

    @property
    def mark_x(self) -> int:
        """Where its mark stands."""
        return self.x - 12 if self.anchor == "end" else self.x


@dataclass(frozen=True, slots=True)
class Spot:
    """One of the listed places."""

    number: int
    name: str
    since: str
    course: str
    strip: Strip


@dataclass(frozen=True, slots=True)
class Log:
    """The whole log of the period, on pages of its own."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: str
    nothing: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code as the path of its dark squares."""

    size: int
    path: str
    alt: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, rows or lines below it, and a remark about what is not there."""

    title: str
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the key to the strips: a picture and its words."""

    kind: Literal["bar", "line", "dots"]
    text: str
    height: int = 0
    fill: str = ""

    @property
    def y(self) -> int:
        """Where the bar begins."""
        return 640 - self.height


@dataclass(frozen=True, slots=True)
class Legend:
    """The key to the strips and shades."""

    keys: tuple[Key, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page. Empty texts and sections are left out by whoever draws it."""

    language: str
    paper: Paper
    density: Density
    title: str
    person: str
    period: str
    recorded: tuple[Run, ...]
    lead: tuple[Run, ...]
    warnings: Section
    findings: Section
    found: tuple[Found, ...]
    body: BodyFigure | None
    spots_title: str
    spots: tuple[Spot, ...]
    more_spots: str
    ticks: tuple[Tick, ...]
    ticks_alt: str
    legend: Legend | None
    columns: tuple[Section, ...]
    rest: tuple[Section, ...]
    foot: str
    made: str
    code: Code | None = None
    log: Log | None = None
    unshown: str = field(default="")

    def texts(self) -> Iterator[str]:
        """Every text of the first page in the order in which it is read."""
        yield from (self.title, self.person, self.period)
        yield from (run.text for run in (*self.recorded, *self.lead))
        yield from _section(self.warnings)
        yield self.findings.title
        for found in self.found:
            yield from (found.name, found.text, found.behind)
        yield from (*_rows(self.findings), self.findings.remark)
        if self.spots:
            yield self.spots_title
        for spot in self.spots:
            yield from (str(spot.number), spot.name, spot.since, spot.course)
        yield self.more_spots
        if self.legend:
            yield from (key.text for key in self.legend.keys)
            yield self.legend.remark
        for section in self.columns:
            yield from _section(section)
        if self.code:
            yield self.code.text
        for section in self.rest:
            yield from _section(section)
        yield from (self.foot, self.made)


def _section(section: Section) -> Iterator[str]:
    yield from (section.title, *_rows(section), *section.lines, section.remark)


def _rows(section: Section) -> Iterator[str]:
    for row in section.rows:
        yield from (row.label, row.text)
