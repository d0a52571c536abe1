"""The body map's shapes: every place can be tapped, on the right side, with room for a finger."""

import re
from functools import cache
from itertools import pairwise

import pytest

from diary.body import ALL_OVER, ANYWHERE, LOCATIONS
from diary.bodymap import VIEWS, Region, View, Zone

PATH = re.compile(r"^[MmLlHhVvCcSsQqTtAaZz0-9 .,\-]+$")
TOKEN = re.compile(r"[Mlcqz]|-?\d+")
PHONE = 326  # CSS pixels that one picture has on a phone 390 wide
LARGER = 2.4  # how much the button "Larger" makes of it
TAP = 44
# The smallest side of a target that WCAG 2.2 asks for (2.5.8) is 24; what cannot have that beside its
# neighbours at a phone's width has it, and 44, once "Larger" is on.
NARROW = {
    ("back_upper", "middle"),
    ("back_lower", "left"),
    ("back_lower", "right"),
    ("back_lower", "middle"),
    ("belly", "middle"),
}

Point = tuple[float, float]
Pixels = set[tuple[int, int]]


def lines_of(data: str) -> list[list[Point]]:
    """The closed lines of path data, each curve cut into four."""
    tokens = TOKEN.findall(data)
    lines: list[list[Point]] = []
    at = 0
    letter = ""
    here: Point = (0, 0)
    size = {"M": 1, "l": 1, "q": 2, "c": 3}
    while at < len(tokens):
        if tokens[at].isalpha():
            letter = tokens[at]
            at += 1
            continue
        count = 2 * size[letter]
        values = [float(value) for value in tokens[at : at + count]]
        at += count
        if letter == "M":
            here = (values[0], values[1])
            lines.append([here])
            continue
        points = [here, *((here[0] + x, here[1] + y) for x, y in zip(values[::2], values[1::2], strict=True))]
        lines[-1] += [on_curve(points, step / 4) for step in range(1, 5)] if letter != "l" else points[1:]
        here = points[-1]
    return lines


def on_curve(points: list[Point], share: float) -> Point:
    """A point on a Bézier curve."""
    while len(points) > 1:
        points = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairwise(points)]
    return points[0]


def covered(data: str, view: View) -> Pixels:
    """The pixels of a phone that a shape covers, filled as SVG does by default."""
    left, top, width, _height = map(float, view.box.split())
    scale = PHONE / width
    edges = []
    for line in lines_of(data):
        points = [((x - left) * scale, (y - top) * scale) for x, y in line]
        edges += list(zip(points, [*points[1:], points[0]], strict=True))
    pixels: Pixels = set()
    lowest = min(point[1] for pair in edges for point in pair)
    highest = max(point[1] for pair in edges for point in pair)
    for row in range(int(lowest) - 1, int(highest) + 1):
        y = row + 0.5
        crossings = sorted(
            (a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]), 1 if b[1] > a[1] else -1)
            for a, b in edges
            if (a[1] <= y) != (b[1] <= y)
        )
        winding = 0
        for (start, turn), (end, _) in pairwise(crossings):
            winding += turn
            if winding:
                pixels.update((column, row) for column in range(round(start), round(end)))
    return pixels


def largest_square(pixels: Pixels) -> int:
    """The side of the largest square within."""
    best: dict[tuple[int, int], int] = {}
    for x, y in sorted(pixels):
        best[x, y] = 1 + min(best.get((x - 1, y), 0), best.get((x, y - 1), 0), best.get((x - 1, y - 1), 0))
    return max(best.values(), default=0)


def middle(data: str) -> float:
    """How far to the right a shape lies."""
    points = [x for line in lines_of(data) for x, _ in line]
    return (min(points) + max(points)) / 2


def items(view: View) -> list[Region | Zone]:
    """All that takes a tap, in the order in which it is painted."""
    return [*view.regions, *view.zones]


@cache
def taps(name: str) -> dict[tuple[int, int], Region | Zone]:
    """What a tap on each pixel of a view selects: the topmost there."""
    view = VIEWS[name]
    found: dict[tuple[int, int], Region | Zone] = {}
    for item in items(view):
        found.update(dict.fromkeys(covered(item.hit, view) | covered(item.shape, view), item))
    return found


@cache
def areas(name: str) -> dict[Region | Zone, Pixels]:
    """The pixels of a view on which a tap selects each item."""
    found: dict[Region | Zone, Pixels] = {item: set() for item in items(VIEWS[name])}
    for pixel, top in taps(name).items():
        found[top].add(pixel)
    return found


def target(name: str, item: Region | Zone) -> int:
    """The side of the largest square in which every tap selects `item`."""
    return largest_square(areas(name)[item])


def region(name: str, location: str, side: str) -> Region:
    """One region of a view."""
    return next(row for row in VIEWS[name].regions if (row.location, row.side) == (location, side))


def test_every_place_and_side_can_be_tapped_somewhere() -> None:
    wanted = {
        (place.id, side)
        for place in LOCATIONS.values()
        if place.id not in {ANYWHERE, ALL_OVER}
        for side in place.sides
    }
    assert {(row.location, row.side) for view in VIEWS.values() for row in view.regions} == wanted


def test_views_and_what_opens_them() -> None:
    assert list(VIEWS) == ["front", "back", "face", "hand_left", "hand_right"]
    assert {zone.view for zone in VIEWS["front"].zones} == {"face", "hand_left", "hand_right"}
    assert {zone.view for zone in VIEWS["back"].zones} == {"hand_left", "hand_right"}


@pytest.mark.parametrize("name", VIEWS)
def test_no_place_is_twice_in_a_view(name: str) -> None:
    keys = [row.key for row in VIEWS[name].regions]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", VIEWS)
def test_path_data_is_numbers_and_commands(name: str) -> None:
    view = VIEWS[name]
    shapes = [data for item in items(view) for data in (item.shape, item.hit)]
    drawn = [data for data in (view.backdrop, view.lines) if data]
    for data in shapes + drawn:
        assert PATH.match(data)
        assert "".join(TOKEN.findall(data)) == data.replace(" ", "")
        assert data.startswith("M")
    assert re.fullmatch(r"\d+ \d+ \d+ \d+", view.box)


@pytest.mark.parametrize("name", VIEWS)
def test_everything_is_drawn_inside_the_picture(name: str) -> None:
    left, top, width, height = map(float, VIEWS[name].box.split())
    for item in items(VIEWS[name]):
        for x, y in (point for data in (item.shape, item.hit) for line in lines_of(data) for point in line):
            assert left - 1 <= x <= left + width + 1, item
            assert top - 1 <= y <= top + height + 1, item


@pytest.mark.parametrize("name", ["front", "face"])
def test_who_looks_at_us_has_the_left_at_the_right(name: str) -> None:
    left, _top, width, _height = map(float, VIEWS[name].box.split())
    for row in VIEWS[name].regions:
        if row.side != "middle":
            assert (middle(row.shape) > left + width / 2) == (row.side == "left"), row.key
    for zone in VIEWS[name].zones:
        if zone.view != "face":
            assert (middle(zone.shape) > left + width / 2) == (zone.view == "hand_left")


def test_seen_from_behind_left_is_left() -> None:
    left, _top, width, _height = map(float, VIEWS["back"].box.split())
    for row in VIEWS["back"].regions:
        if row.side != "middle":
            assert (middle(row.shape) < left + width / 2) == (row.side == "left"), row.key
    for zone in VIEWS["back"].zones:
        assert (middle(zone.shape) < left + width / 2) == (zone.view == "hand_left")


def test_the_left_calf_changes_its_half_with_the_view() -> None:
    assert middle(region("front", "calf", "left").shape) > 364
    assert middle(region("back", "calf", "left").shape) < 364


def test_the_thumb_is_on_the_inner_side_of_each_hand() -> None:
    """A person who looks at the backs of both hands sees the thumbs between them."""
    left, right = VIEWS["hand_left"], VIEWS["hand_right"]
    centre = float(left.box.split()[2]) / 2
    assert {row.side for row in left.regions} == {"left"}
    assert {row.side for row in right.regions} == {"right"}
    assert middle(region("hand_left", "thumb_base", "left").shape) > centre
    assert middle(region("hand_right", "thumb_base", "right").shape) < centre


@pytest.mark.parametrize("name", VIEWS)
def test_a_tap_on_what_is_seen_selects_it(name: str) -> None:
    """But for a hair's breadth along an edge: half a pixel here and there."""
    for item in items(VIEWS[name]):
        seen = covered(item.shape, VIEWS[name])
        assert len(seen & areas(name)[item]) >= 0.98 * len(seen), item


def test_a_finger_finds_every_place() -> None:
    best: dict[tuple[str, str], int] = {}
    for name, view in VIEWS.items():
        for row in view.regions:
            key = (row.location, row.side)
            best[key] = max(best.get(key, 0), target(name, row))
    assert {key for key, side in best.items() if side < 24} == NARROW
    assert [(key, side) for key, side in best.items() if side * LARGER < TAP] == []


@pytest.mark.parametrize("name", ["front", "back"])
def test_what_opens_another_view_is_a_large_target(name: str) -> None:
    assert min(target(name, zone) for zone in VIEWS[name].zones) >= TAP


@pytest.mark.parametrize(
    ("name", "location", "side"),
    [
        ("face", "lid_upper", "left"),
        ("face", "brow", "middle"),
        ("face", "cheek", "left"),
        ("face", "jaw", "right"),
        ("face", "tongue", "middle"),
        ("face", "neck_front", "left"),
        ("hand_left", "thumb_base", "left"),
        ("hand_right", "hand_web", "right"),
        ("back", "calf", "left"),
        ("back", "neck_back", "middle"),
        ("front", "thigh_front", "right"),
    ],
)
def test_what_twitches_most_often_needs_no_larger_picture(name: str, location: str, side: str) -> None:
    assert target(name, region(name, location, side)) >= TAP - 1
