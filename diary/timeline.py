"""The figure of the timeline: plain values in, a Plotly figure as a dict out. No query, no HTML, no words made.

What never changes is built and validated by plotly once; the arrays of a request are put in as they are, because
validating ten years of them would take longer than everything else. The tests validate whole figures.

Marks are not points but pieces of a line, a trace for each strength and shape: a browser then draws one path
instead of thousands of elements. Colours belong to the style sheet; a trace only says in `meta` what it shows.
"""

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Any, Literal

import plotly.graph_objects as go

Level = Literal["episodes", "days", "weeks"]
Shape = Literal["bar", "short", "dot"]
GroundKind = Literal["clear", "open"]

EPISODES_UP_TO_DAYS = 92
DAYS_UP_TO_DAYS = 731
DAYS_IN = {"episodes": 1, "days": 1, "weeks": 7}
ONE_DAY = dt.timedelta(days=1)
NOON = dt.timedelta(hours=12)

# Thickness in pixels; the first is that of a strength nobody entered.
WIDTHS = (8, 5, 8, 11, 15)
# A shorter length would hardly show; such an episode gets a square, which claims no length.
SHOWS_FROM = 0.008
END_ROOM = 0.015
# Ends the names of groups and factors. Plotly makes bold text with inline styles, which the policy forbids; the
# style sheet knows headings by this character, which takes no room.
HEADING_MARK = "\u2060"
# Shares of the height of a factor: for its name above the largest value, and for a recorded zero below zero.
HEAD_ROOM, ZERO_SHOWS = 1.3, 0.04
# Heights in lanes.
HEADING, SIGN_ROW, BELOW_ROW, GAP, AXIS_ROW = 0.75, 1.0, 1.5, 0.45, 1.15


@dataclass(frozen=True, slots=True)
class Lane:
    """One spot and the part of the body that it belongs to, as the reader calls them."""

    key: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Twitching at one spot: an episode, or a day or a week of them.

    `start` is what the clock on the wall showed. `length` is real time, also where the clocks changed meanwhile;
    None was not entered. Without `time_known` only the date is meant. `link` is the id of a single episode.
    """

    lane: int
    start: dt.datetime
    length: dt.timedelta | None
    strength: int | None
    words: str
    link: str = ""
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

    key: str
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
class Arrays:
    """The arrays of one trace while they grow; a gap ends each piece."""

    x: list[str | None] = field(default_factory=list)
    y: list[float | None] = field(default_factory=list)
    text: list[str | None] = field(default_factory=list)
    links: list[str | None] = field(default_factory=list)

    def add(self, start: str, end: str, y: float, words: str | None = None, link: str | None = None) -> None:
        """One level piece; its words stand at its start."""
        self.x += (start, end, None)
        self.y += (y, y, None)
        self.text += (words, None, None)
        self.links += (link, None, None)

    def add_upright(self, x: str, low: float, high: float, words: str) -> None:
        """One upright piece; its words stand at its upper end."""
        self.x += (x, x, None)
        self.y += (low, high, None)
        self.text += (None, words, None)

    def add_box(self, left: str, right: str, top: float, bottom: float) -> None:
        """One filled rectangle."""
        self.x += (left, right, right, left, left, None)
        self.y += (top, top, bottom, bottom, top, None)

    def into(self, trace: dict[str, Any]) -> dict[str, Any]:
        """The trace with these arrays in it."""
        trace["x"], trace["y"] = self.x, self.y
        if any(self.text):
            trace["text"] = self.text
        if any(self.links):
            trace["customdata"] = self.links
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
        *below_traces(picture),
    ]
    return {"data": traces, "layout": layout(picture, slots)}


def packed(made: dict[str, Any]) -> dict[str, Any]:
    """The figure as it travels: instead of dates the minutes since the one before, which packs far smaller.

    Where they begin is midnight of 1970, as in the browser; `unpacked` in static/js/timeline.js undoes it.
    """
    return {"data": [trace | {"x": steps(trace["x"])} for trace in made["data"]], "layout": made["layout"]}


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


_line = _skeleton(mode="lines", line={"simplify": False, "width": 1}, connectgaps=False)
_fill = _skeleton(mode="lines", line={"width": 0, "simplify": False}, fill="toself", hoveron="points")
_words = _skeleton(mode="markers+text", marker={"symbol": "triangle-up", "size": 11}, cliponaxis=False)
_LAYOUT: dict[str, Any] = go.Layout(
    autosize=True,
    dragmode="pan",
    hovermode="closest",
    hoverdistance=24,
    showlegend=False,
    paper_bgcolor="rgba(0,0,0,0)",
    plot_bgcolor="rgba(0,0,0,0)",
    margin={"t": 6, "r": 10, "b": 40, "l": 10},
    xaxis={"type": "date", "showgrid": True, "zeroline": False, "ticks": "", "fixedrange": False},
    yaxis={"showgrid": False, "zeroline": False, "ticks": "", "fixedrange": True, "automargin": False},
).to_plotly_json()


# --- where things stand ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Slots:
    """Heights on the axis of the lanes, growing downwards: of every lane, of the headings, of the signs."""

    lanes: list[float]
    headings: list[tuple[float, str]]
    signs: float | None
    bottom: float

    @classmethod
    def of(cls, picture: Picture) -> "Slots":
        """Signs first, then each group with a heading."""
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
        return cls(lanes, headings, SIGN_ROW / 2 if picture.signs else None, max(at, 1.0))


def layout(picture: Picture, slots: Slots) -> dict[str, Any]:
    """Axes and the heights that they share; `meta` holds what the script needs to know."""
    made = copy.deepcopy(_LAYOUT)
    # A little room at both ends, or the marks of the last hours would be cut.
    room = ((picture.last - picture.first) + ONE_DAY) * END_ROOM
    start = dt.datetime.combine(picture.first, dt.time())
    ends = [minute(start - room), minute(start + (picture.last - picture.first) + ONE_DAY + room)]
    made["xaxis"] |= {
        "range": ends,
        "minallowed": ends[0],
        "maxallowed": ends[1],
        "anchor": f"y{len(picture.below) + 1}" if picture.below else "y",
    }
    units = slots.bottom + len(picture.below) * (BELOW_ROW + GAP)
    made["yaxis"] |= lanes_axis(picture, slots) | {"domain": [1 - slots.bottom / units, 1]}
    top = 1 - slots.bottom / units
    for number, below in enumerate(picture.below, start=2):
        top -= GAP / units
        made[f"yaxis{number}"] = below_axis(below) | {"domain": [max(0, top - BELOW_ROW / units), top]}
        top -= BELOW_ROW / units
    made["meta"] = {
        "level": picture.level,
        "first": edge(picture.first),
        "last": edge(picture.last),
        "height": round(units + AXIS_ROW, 2),
        "lanes": [[lane.key, lane.name, at] for lane, at in zip(picture.lanes, slots.lanes, strict=True)],
        "bottom": slots.bottom,
        "below": [below.name for below in picture.below],
    }
    return made


def lanes_axis(picture: Picture, slots: Slots) -> dict[str, Any]:
    """The names of the lanes and of their groups as the labels of an axis, so that they stay when it is moved."""
    labels = [(at, name + HEADING_MARK) for at, name in slots.headings]
    labels += [(at, lane.name) for lane, at in zip(picture.lanes, slots.lanes, strict=True)]
    if slots.signs is not None:
        labels.append((slots.signs, picture.signs_name + HEADING_MARK))
    labels.sort()
    return {
        "range": [slots.bottom, 0],
        "tickmode": "array",
        "tickvals": [at for at, _ in labels],
        "ticktext": [name for _, name in labels],
    }


def below_axis(below: Below) -> dict[str, Any]:
    """The axis of one factor: its name as the label of the top, few numbers."""
    return {
        "range": [-ZERO_SHOWS * below.top, below.top * HEAD_ROOM],
        "fixedrange": True,
        "showgrid": True,
        "zeroline": False,
        "ticks": "",
        "anchor": "x",
        "tickmode": "array",
        "tickvals": [*(at for at, _ in below.ticks), below.top * HEAD_ROOM],
        "ticktext": [*(words for _, words in below.ticks), below.name + HEADING_MARK],
    }


def edge(date: dt.date) -> str:
    """Midnight at the start of a day."""
    return date.isoformat()


# --- traces ----------------------------------------------------------------------------------------------
def ground_traces(picture: Picture, slots: Slots) -> list[dict[str, Any]]:
    """The days without twitches and the days not recorded, behind all lanes; days with twitches stay plain."""
    kinds: dict[GroundKind, Arrays] = {}
    for ground in picture.grounds:
        arrays = kinds.setdefault(ground.kind, Arrays())
        arrays.add_box(edge(ground.first), edge(ground.last + ONE_DAY), 0, slots.bottom)
    return [arrays.into(_fill() | {"meta": {"look": kind}}) for kind, arrays in sorted(kinds.items())]


def track_trace(picture: Picture, slots: Slots) -> dict[str, Any]:
    """A hairline through every lane."""
    arrays = Arrays()
    for at in slots.lanes:
        arrays.add(edge(picture.first), edge(picture.last + ONE_DAY), at)
    return arrays.into(_line() | {"meta": {"look": "track"}})


def mark_traces(picture: Picture, slots: Slots) -> list[dict[str, Any]]:
    """A trace for each strength and shape, weak ones first so that strong ones lie on top."""
    pieces: defaultdict[tuple[int, Shape, bool], Arrays] = defaultdict(Arrays)
    whiskers = Arrays()
    if picture.level == "episodes":
        shows_from = ((picture.last - picture.first) + ONE_DAY) * SHOWS_FROM
        for mark in picture.marks:
            shape = shape_of(mark, shows_from)
            arrays = pieces[mark.strength or 0, shape, mark.time_known]
            add_episode(arrays, whiskers, mark, shape, slots.lanes[mark.lane])
    else:
        for mark in picture.marks:
            end = mark.start + (mark.length or ONE_DAY)
            arrays = pieces[mark.strength or 0, "bar", True]
            arrays.add(midnight(mark.start), midnight(end), slots.lanes[mark.lane], mark.words)
    made = [whiskers.into(_line() | {"meta": {"look": "whisker"}})] if whiskers.x else []
    for (strength, shape, time_known), arrays in sorted(pieces.items(), key=itemgetter(0)):
        trace = _line() | {
            "meta": {"look": shape, "strength": strength, "time_known": time_known},
            "uid": f"{shape}-{strength}-{'time' if time_known else 'date'}",
        }
        trace["line"]["width"] = WIDTHS[strength]
        made.append(arrays.into(trace))
    return made


@lru_cache(maxsize=8192)
def midnight(moment: dt.datetime) -> str:
    """2026-11-23, where nothing but the date counts."""
    return moment.date().isoformat()


def shape_of(mark: Mark, shows_from: dt.timedelta) -> Shape:
    """A bar where the length shows, a square where it is too short for that, a dot where nobody entered one."""
    if mark.length is None:
        return "dot"
    return "bar" if mark.length >= shows_from and mark.time_known else "short"


def add_episode(arrays: Arrays, whiskers: Arrays, mark: Mark, shape: Shape, y: float) -> None:
    """One episode; where only the date is known it stands at noon on a line from midnight to midnight."""
    start = mark.start
    if not mark.time_known:
        whiskers.add(edge(start.date()), edge(start.date() + ONE_DAY), y)
        start = dt.datetime.combine(start.date(), dt.time()) + NOON
    end = start + mark.length if shape == "bar" and mark.length else start
    arrays.add(minute(start), minute(end), y, mark.words, mark.link)


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


def below_traces(picture: Picture) -> Iterable[dict[str, Any]]:
    """Upright strokes from just below zero, so that a recorded zero shows and a missing day does not."""
    middle = dt.timedelta(days=DAYS_IN[picture.level]) / 2
    for number, below in enumerate(picture.below, start=2):
        arrays = Arrays()
        for date, value, words in below.values:
            x = minute(dt.datetime.combine(date, dt.time()) + middle)
            arrays.add_upright(x, -ZERO_SHOWS * below.top, round(value, 2), words)
        yield arrays.into(_line() | {"meta": {"look": "below", "key": below.key}, "yaxis": f"y{number}"})


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
