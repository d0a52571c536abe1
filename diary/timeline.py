"""The figure of the timeline: plain values in, a Plotly figure as a dict out. No query, no HTML, no words made.

What never changes is built and validated by plotly once; the arrays of a request are put in as they are, because
validating ten years of them would take longer than everything else. The tests validate whole figures.

Whatever has a length is a filled box, all boxes of a strength in one trace: a browser then draws one path instead
of thousands of elements. Colours belong to the style sheet; a trace only says in `meta` what it shows.
"""

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise, zip_longest
from typing import Any, Literal, NamedTuple

import plotly.graph_objects as go
from plotly.validator_cache import ValidatorCache

Level = Literal["episodes", "days", "weeks"]
Shape = Literal["bar", "short", "dot"]
GroundKind = Literal["clear", "open"]
LabelKind = Literal["heading", "lane", "factor", "tick"]

EPISODES_UP_TO_DAYS = 92
DAYS_UP_TO_DAYS = 731
DAYS_IN = {"episodes": 1, "days": 1, "weeks": 7}
ONE_DAY, ONE_WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
NOON = dt.timedelta(hours=12)

LANE_PIXELS = 40
# Thickness in pixels; the first is that of a strength nobody entered.
WIDTHS = (8, 5, 8, 11, 15)
HAIRLINE = 1
# A name for each point would travel far; plotly itself takes a hundred times longer for its own number 0.
SYMBOLS = {"circle": 0, "square": 1}
# Texts travel in the parts that this joins: each is said by many marks, hardly one by the same together.
BETWEEN_PARTS = " · "
# A shorter length would hardly show; such an episode gets a square, which claims no length.
SHOWS_FROM = 0.008
END_ROOM = 0.015
# Ends the names of groups and factors. Plotly makes bold text with inline styles, which the policy forbids; the
# style sheet knows headings by this character, which takes no room.
HEADING_MARK = "\u2060"
# Share of a day that its column takes; a place in the arrays of boxes has four corners and a gap.
COLUMN_WIDTH, CORNERS = 0.6, 5
# Heights in lanes. A factor has its name, then its columns, then what a recorded zero shows of itself.
HEADING, SIGN_ROW, GAP, AXIS_ROW = 0.75, 1.0, 0.35, 1.15
NAME_ROW, COLUMN_ROW, ZERO_SHOWS = 0.6, 1.1, 0.05


@dataclass(frozen=True, slots=True)
class Lane:
    """One spot and the part of the body that it belongs to, as the reader calls them."""

    key: str
    name: str
    group: str


class Mark(NamedTuple):
    """Twitching at one spot: an episode, or a day or a week of them.

    `start` is what the clock on the wall showed. `length` is real time, also where the clocks changed meanwhile;
    None was not entered. Without `time_known` only the date is meant.
    """

    lane: int
    start: dt.datetime
    length: dt.timedelta | None
    strength: int | None
    words: str
    time_known: bool = True


@dataclass(frozen=True, slots=True)
class Ground:
    """Days in a row, both ends included, that were recorded without twitches or not recorded at all."""

    kind: GroundKind
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Below:
    """A factor below the lanes. `values`: (day or first day of the week, value, words); `top` ends its axis."""

    name: str
    values: Sequence[tuple[dt.date, float, str]]
    top: float
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class SignMark:
    """Warning signs that were answered with yes on one day."""

    date: dt.date
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that the figure shows, from `first` to `last`."""

    first: dt.date
    last: dt.date
    level: Level
    lanes: Sequence[Lane]
    marks: Sequence[Mark]
    grounds: Sequence[Ground] = ()
    below: Sequence[Below] = ()
    signs: Sequence[SignMark] = ()
    signs_name: str = ""


@dataclass(slots=True)
class Boxes:
    """The arrays of a trace of filled boxes: four corners and a gap each, its words at the first corner."""

    x: list[str | None] = field(default_factory=list)
    y: list[float | None] = field(default_factory=list)
    text: list[str | None] = field(default_factory=list)

    def add(self, left: str, right: str, *, top: float, bottom: float, words: str | None = None) -> None:
        """One box."""
        self.x += (left, right, right, left, None)
        self.y += (top, top, bottom, bottom, None)
        self.text += (words, None, None, None, None)

    def around(self, left: str, right: str, y: float, pixels: float, words: str | None = None) -> None:
        """One box of a thickness in pixels around a height of the axis of the lanes."""
        top, bottom = heights_around(y, pixels)
        self.add(left, right, top=top, bottom=bottom, words=words)

    def trace(self, **values: Any) -> dict[str, Any]:
        """The trace of these boxes."""
        return with_arrays(_boxes() | values, self.x, self.y, self.text)


@dataclass(slots=True)
class Points:
    """The arrays of a trace of markers."""

    x: list[str | None] = field(default_factory=list)
    y: list[float | None] = field(default_factory=list)
    text: list[str | None] = field(default_factory=list)


@lru_cache(maxsize=1024)
def heights_around(y: float, pixels: float) -> tuple[float, float]:
    """Top and bottom of what has a thickness in pixels; a lane has many of each strength."""
    half = pixels / LANE_PIXELS / 2
    return round(y - half, 4), round(y + half, 4)


def with_arrays(
    trace: dict[str, Any], x: list[str | None], y: list[float | None], text: list[str | None]
) -> dict[str, Any]:
    """The trace with its arrays; empty ones are left out."""
    trace |= {"x": x, "y": y}
    if any(text):
        trace["text"] = text
    return trace


def level_of(first: dt.date, last: dt.date) -> Level:
    """How much detail a range bears: single episodes up to three months, days up to two years, weeks beyond."""
    days = (last - first).days + 1
    if days <= EPISODES_UP_TO_DAYS:
        return "episodes"
    return "days" if days <= DAYS_UP_TO_DAYS else "weeks"


def figure(picture: Picture) -> dict[str, Any]:
    """The figure: lanes on top, the context below on the same time axis."""
    slots = Slots.of(picture)
    traces = [
        *ground_traces(picture, slots),
        track_trace(picture, slots),
        *mark_traces(picture, slots),
        *sign_traces(picture, slots),
        *below_traces(picture, slots),
    ]
    return {"data": traces, "layout": layout(picture, slots)}


def packed(made: dict[str, Any]) -> dict[str, Any]:
    """The figure as it travels, far smaller: dates as the minutes since the one before, boxes by their edges,
    parts of texts that stand at many places once.

    Minutes begin at midnight of 1970, as in the browser; `unpacked` in static/js/timeline.js undoes it.
    """
    return {"data": [packed_trace(trace) for trace in made["data"]], "layout": made["layout"]}


def packed_trace(trace: dict[str, Any]) -> dict[str, Any]:
    """One trace; of the entries that a box has, no more than needed."""
    if trace.get("fill") != "toself":
        sent = trace | {"x": steps(trace["x"])} | coded(trace.get("text", []))
        if trace["meta"]["look"] == "point":
            sent["marker"] = trace["marker"] | {"symbol": [SYMBOLS[name] for name in trace["marker"]["symbol"]]}
        return sent
    left, right = trace["x"][::CORNERS], trace["x"][1::CORNERS]
    boxes: dict[str, Any] = {
        "left": steps(left),
        "wide": [
            minutes_since_1970(end) - minutes_since_1970(start) for start, end in zip(left, right, strict=True)
        ],
        "top": trace["y"][::CORNERS],
        "bottom": trace["y"][2::CORNERS],
    }
    kept = {name: value for name, value in trace.items() if name not in {"x", "y", "text"}}
    return kept | {"boxes": boxes | coded(trace.get("text", [])[::CORNERS])}


def coded(texts: Sequence[str | None]) -> dict[str, Any]:
    """`text` has each part of a text once; `said` the numbers of all first parts, of all second ones and so on,
    None where a text has no such part. Empty without any text.
    """
    if not texts:
        return {}
    split = [text.split(BETWEEN_PARTS) if text is not None else [] for text in texts]
    numbers = {part: number for number, part in enumerate(dict.fromkeys(chain.from_iterable(split)))}
    said = zip_longest(*([numbers[part] for part in parts] for parts in split))
    return {"text": list(numbers), "said": [list(column) for column in said]}


def steps(dates: Iterable[str | None]) -> list[int | None]:
    """The minutes from each date to the next; gaps stay."""
    found: list[int | None] = []
    before = 0
    for date in dates:
        if date is None:
            found.append(None)
        else:
            at = minutes_since_1970(date)
            found.append(at - before)
            before = at
    return found


@lru_cache(maxsize=8192)
def minutes_since_1970(date: str) -> int:
    """Whole minutes, by the clock on the wall."""
    moment = dt.datetime.fromisoformat(date)
    return (moment.toordinal() - 719_163) * 1440 + moment.hour * 60 + moment.minute


# --- what never changes, checked by plotly ---------------------------------------------------------------
def _skeleton(**values: Any) -> Callable[[], dict[str, Any]]:
    """Makes copies of a scatter trace that plotly has checked."""
    made: dict[str, Any] = go.Scatter(hoverinfo="none", showlegend=False, **values).to_plotly_json()
    return lambda: copy.deepcopy(made)


_boxes = _skeleton(mode="none", fill="toself", hoveron="points")
_steps = _skeleton(mode="lines", line={"shape": "hv", "width": 1.5}, connectgaps=False)
_points = _skeleton(mode="markers", cliponaxis=False)
_words = _skeleton(mode="markers+text", marker={"symbol": "triangle-up", "size": 11}, cliponaxis=False)
_LAYOUT: dict[str, Any] = go.Layout(
    autosize=True,
    dragmode="pan",
    hovermode="closest",
    hoverdistance=24,
    # The script looks for the box around the pointer itself: Plotly finds corners only.
    hoveranywhere=True,
    clickanywhere=True,
    showlegend=False,
    paper_bgcolor="rgba(0,0,0,0)",
    plot_bgcolor="rgba(0,0,0,0)",
    margin={"t": 6, "r": 10, "b": 40, "l": 10},
    xaxis={"type": "date", "showgrid": True, "zeroline": False, "ticks": "", "fixedrange": False},
    yaxis={"showgrid": False, "zeroline": False, "ticks": "", "fixedrange": True, "automargin": False},
).to_plotly_json()
# All that plotly knows of every kind of chart: 10 MB, read again by itself should anything be validated later.
ValidatorCache._json_cache = None


# --- where things stand ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Slots:
    """Heights on the one axis, in lanes, growing downwards: of the signs, the headings, every lane and factor.

    One axis serves all, because each further one costs the browser as much as hundreds of marks. `lanes_end` is
    where the context begins, `zeros` are the heights of zero of the factors.
    """

    lanes: list[float]
    headings: list[tuple[float, str]]
    signs: float | None
    lanes_end: float
    zeros: list[float]
    end: float

    @classmethod
    def of(cls, picture: Picture) -> "Slots":
        """Signs first, then each group with a heading, then the context."""
        lanes: list[float] = []
        headings: list[tuple[float, str]] = []
        at = SIGN_ROW if picture.signs else 0.0
        group = None
        for lane in picture.lanes:
            if lane.group != group:
                group = lane.group
                headings.append((at + HEADING / 2, group))
                at += HEADING
            lanes.append(at + 0.5)
            at += 1
        lanes_end = max(at, 1.0)
        row = GAP + NAME_ROW + COLUMN_ROW + ZERO_SHOWS
        zeros = [lanes_end + n * row - ZERO_SHOWS for n in range(1, len(picture.below) + 1)]
        signs = SIGN_ROW / 2 if picture.signs else None
        return cls(lanes, headings, signs, lanes_end, zeros, lanes_end + len(zeros) * row)


def height_of(value: float, below: Below, zero: float) -> float:
    """Where a value of a factor stands on the axis."""
    return round(zero - COLUMN_ROW * value / below.top, 3)


def layout(picture: Picture, slots: Slots) -> dict[str, Any]:
    """The axes; `meta` holds what the script needs to know."""
    made = copy.deepcopy(_LAYOUT)
    # A little room at both ends, or the marks of the last hours would be cut.
    room = ((picture.last - picture.first) + ONE_DAY) * END_ROOM
    start = dt.datetime.combine(picture.first, dt.time())
    ends = [minute(start - room), minute(start + (picture.last - picture.first) + ONE_DAY + room)]
    made["xaxis"] |= {"range": ends, "minallowed": ends[0], "maxallowed": ends[1]}
    labels = sorted(labels_of(picture, slots))
    made["yaxis"] |= {
        "range": [slots.end, 0],
        "tickmode": "array",
        "tickvals": [at for at, _, _ in labels],
        "ticktext": [name for _, name, _ in labels],
    }
    made["meta"] = {
        "level": picture.level,
        "lane_pixels": LANE_PIXELS,
        "first": edge(picture.first),
        "last": edge(picture.last),
        "height": round(slots.end + AXIS_ROW, 2),
        "lanes": [[lane.key, lane.name, at] for lane, at in zip(picture.lanes, slots.lanes, strict=True)],
        "lanes_end": slots.lanes_end,
        "labels": [kind for _, _, kind in labels],
    }
    return made


def labels_of(picture: Picture, slots: Slots) -> Iterable[tuple[float, str, LabelKind]]:
    """All names as labels of the axis, so that they stay where they are when the figure is moved."""
    for at, name in slots.headings:
        yield at, name + HEADING_MARK, "heading"
    for lane, at in zip(picture.lanes, slots.lanes, strict=True):
        yield at, lane.name, "lane"
    if slots.signs is not None:
        yield slots.signs, picture.signs_name + HEADING_MARK, "heading"
    for below, zero in zip(picture.below, slots.zeros, strict=True):
        yield zero - COLUMN_ROW - NAME_ROW * 0.65, below.name + HEADING_MARK, "factor"
        for value, words in below.ticks:
            yield height_of(value, below, zero), words, "tick"


def edge(date: dt.date) -> str:
    """Midnight at the start of a day."""
    return date.isoformat()


# --- traces ----------------------------------------------------------------------------------------------
def ground_traces(picture: Picture, slots: Slots) -> list[dict[str, Any]]:
    """The days without twitches and the days not recorded, behind all lanes; days with twitches stay plain."""
    kinds: dict[GroundKind, Boxes] = {}
    for ground in picture.grounds:
        boxes = kinds.setdefault(ground.kind, Boxes())
        boxes.add(edge(ground.first), edge(ground.last + ONE_DAY), top=0, bottom=slots.lanes_end)
    return [boxes.trace(meta={"look": kind}) for kind, boxes in sorted(kinds.items())]


def track_trace(picture: Picture, slots: Slots) -> dict[str, Any]:
    """A hairline through every lane, and at zero and the numbers of every factor."""
    heights = [*slots.lanes]
    for below, zero in zip(picture.below, slots.zeros, strict=True):
        heights += [zero + ZERO_SHOWS, *(height_of(value, below, zero) for value, _ in below.ticks)]
    boxes = Boxes()
    for at in heights:
        boxes.around(edge(picture.first), edge(picture.last + ONE_DAY), at, HAIRLINE)
    return boxes.trace(meta={"look": "track"})


def mark_traces(picture: Picture, slots: Slots) -> list[dict[str, Any]]:
    """A trace of boxes for each strength, weak ones first so that strong ones lie on top; one for all points."""
    if picture.level == "episodes":
        return episode_traces(picture, slots)
    strengths: defaultdict[int, Boxes] = defaultdict(Boxes)
    for mark in picture.marks:
        strength = mark.strength or 0
        start, end = midnight(mark.start), midnight(mark.start + (mark.length or ONE_DAY))
        strengths[strength].around(start, end, slots.lanes[mark.lane], WIDTHS[strength], mark.words)
    return [bar_trace(boxes, strength) for strength, boxes in sorted(strengths.items())]


def bar_trace(boxes: Boxes, strength: int) -> dict[str, Any]:
    """Marks that are as long as they lasted."""
    return boxes.trace(meta={"look": "bar", "strength": strength}, uid=f"bar-{strength}")


def episode_traces(picture: Picture, slots: Slots) -> list[dict[str, Any]]:
    """Single episodes; where only the date is known one stands at noon on a line from midnight to midnight."""
    shows_from = ((picture.last - picture.first) + ONE_DAY) * SHOWS_FROM
    bars: defaultdict[int, Boxes] = defaultdict(Boxes)
    points: list[tuple[Mark, Shape]] = []
    whiskers = Boxes()
    for mark in picture.marks:
        shape, y = shape_of(mark, shows_from), slots.lanes[mark.lane]
        if not mark.time_known:
            day = mark.start.date()
            whiskers.around(edge(day), edge(day + ONE_DAY), y, 2 * HAIRLINE)
        if shape == "bar" and mark.length:
            start, end, strength = minute(mark.start), minute(mark.start + mark.length), mark.strength or 0
            bars[strength].around(start, end, y, WIDTHS[strength], mark.words)
        else:
            points.append((mark, shape))
    made = [whiskers.trace(meta={"look": "whisker"})] if whiskers.x else []
    made += [bar_trace(boxes, strength) for strength, boxes in sorted(bars.items())]
    return made + ([point_trace(points, slots)] if points else [])


def point_trace(marks: Iterable[tuple[Mark, Shape]], slots: Slots) -> dict[str, Any]:
    """Marks that claim no length, weak ones first; what differs between them stands in arrays.

    A trace costs the browser as much as dozens of points, so all of them share one.
    """
    points = Points()
    shapes: list[Shape] = []
    strengths, times_known = [], []
    for mark, shape in sorted(marks, key=lambda each: each[0].strength or 0):
        start = mark.start if mark.time_known else dt.datetime.combine(mark.start.date(), dt.time()) + NOON
        points.x.append(minute(start))
        points.y.append(slots.lanes[mark.lane])
        points.text.append(mark.words)
        shapes.append(shape)
        strengths.append(mark.strength or 0)
        times_known.append(mark.time_known)
    trace = _points() | {"meta": {"look": "point", "strengths": strengths, "times_known": times_known}}
    trace["marker"] = {
        "symbol": ["square" if shape == "short" else "circle" for shape in shapes],
        "size": [WIDTHS[strength] + 1 for strength in strengths],
    }
    return with_arrays(trace, points.x, points.y, points.text)


def shape_of(mark: Mark, shows_from: dt.timedelta) -> Shape:
    """A bar where the length shows, a square where it is too short for that, a dot where nobody entered one."""
    if mark.length is None:
        return "dot"
    return "bar" if mark.length >= shows_from and mark.time_known else "short"


@lru_cache(maxsize=8192)
def midnight(moment: dt.datetime) -> str:
    """2026-11-23, where nothing but the date counts."""
    return moment.date().isoformat()


def minute(moment: dt.datetime) -> str:
    """2026-11-23T21:40"""
    return moment.isoformat(timespec="minutes")


def sign_traces(picture: Picture, slots: Slots) -> list[dict[str, Any]]:
    """Warning signs as triangles with their words, which turn back before the right edge."""
    if slots.signs is None:
        return []
    middle = picture.first + (picture.last - picture.first) * 0.55
    trace = _words() | {
        "x": [minute(dt.datetime.combine(sign.date, dt.time()) + NOON) for sign in picture.signs],
        "y": [slots.signs] * len(picture.signs),
        "text": [sign.words for sign in picture.signs],
        "textposition": ["middle left" if sign.date > middle else "middle right" for sign in picture.signs],
        "meta": {"look": "sign"},
    }
    return [trace]


def below_traces(picture: Picture, slots: Slots) -> list[dict[str, Any]]:
    """One trace for all factors."""
    below = list(zip(picture.below, slots.zeros, strict=True))
    if not below:
        return []
    draw = steps_of_weeks if picture.level == "weeks" else columns_of_days
    return [draw(below) | {"meta": {"look": "below"}}]


def columns_of_days(factors: Iterable[tuple[Below, float]]) -> dict[str, Any]:
    """A column a day, from just below zero: a recorded zero shows, a missing day does not."""
    boxes = Boxes()
    for below, zero in factors:
        bottom = round(zero + ZERO_SHOWS, 3)
        for date, value, words in below.values:
            left, right = column(date)
            boxes.add(left, right, top=height_of(value, below, zero), bottom=bottom, words=words)
    return boxes.trace()


@lru_cache(maxsize=1024)
def column(date: dt.date) -> tuple[str, str]:
    """The left and right edge of the column of a day, which every factor has."""
    start, room = dt.datetime.combine(date, dt.time()), ONE_DAY * (1 - COLUMN_WIDTH) / 2
    return minute(start + room), minute(start + ONE_DAY - room)


def steps_of_weeks(factors: Iterable[tuple[Below, float]]) -> dict[str, Any]:
    """The means of weeks as lines of steps, broken where nothing was entered and between factors."""
    points = Points()
    for below, zero in factors:
        for (date, value, words), following in zip_longest(below.values, below.values[1:]):
            end, height = date + ONE_WEEK, height_of(value, below, zero)
            points.x.append(edge(date))
            points.y.append(height)
            points.text.append(words)
            if following is None or following[0] != end:
                points.x += (edge(end), None)
                points.y += (height, None)
                points.text += (words, None)
    return with_arrays(_steps(), points.x, points.y, points.text)


def runs(days: Sequence[tuple[dt.date, GroundKind | None]], length: int) -> list[Ground]:
    """Neighbouring days (or weeks, `length` days each) of one kind put together; None belongs to no ground."""
    step, found = dt.timedelta(days=length), []
    start = 0
    cuts = [n for n, (one, other) in enumerate(pairwise(days), start=1) if one[1] != other[1]]
    for end in [*cuts, len(days)] if days else []:
        first, kind = days[start]
        if kind is not None:
            found.append(Ground(kind, first, days[end - 1][0] + step - ONE_DAY))
        start = end
    return found
