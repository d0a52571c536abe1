"""The figures of the doctor's page in numbers: where each bar, outline and number stands. No query, no drawing.

All lengths are whole hundredths of a millimetre, so that no language writes them with a comma.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from diary.bodymap import VIEWS, Region, View
from triage.summary.reader import Bucket, Site
from triage.summary.sheet import HEIGHTS, Bar, BodyFigure, Line, Picture, Pin, Shape, Strip, Tick

STRIP_WIDTH = 11_200
STRIP_HEIGHT = 640
# A month that twitched on one day still shows.
LEAST_SHARE = 0.3
MOST_TICKS = 5
# Dots get smaller where a bar has less room, down to what a printer still shows.
DOT, LEAST_DOT = 20, 12

FIGURE_WIDTH = 6_600
BODY_HEIGHT = 5_000
INSET_HEIGHT = 2_000
TITLE_HEIGHT = 480
PIN = 230
PIN_GAP = 2 * PIN + 50
BODIES = ("front", "back")
INSETS = ("face", "hand_right", "hand_left")

_PATH = re.compile(r"([MlcqzLCQ])([^MlcqzLCQ]*)")
_NUMBER = re.compile(r"-?\d*\.?\d+")
_STEP = {"M": 2, "l": 2, "q": 4, "c": 6}


def strip(buckets: Sequence[Bucket], site: Site, alt: str) -> Strip:
    """Bars as high as the twitch was strong; where a bar stands for more than a day, as wide as it was often.

    A dot stands for days that nobody wrote about: alone, or beside the bar or line of those that were recorded.
    """
    edges = _edges(len(buckets))
    is_daily = all(bucket.first == bucket.last for bucket in buckets)
    dot = DOT if is_daily else max(LEAST_DOT, min(DOT, edges[1] // 8))
    bars, dots, flat = [], [], []
    for bucket, left, right in zip(buckets, edges, edges[1:], strict=False):
        days, level = bucket.spots.get(site, (0, 0))
        room = right - left
        missing = 1 - bucket.recorded / ((bucket.last - bucket.first).days + 1)
        if days:
            gap = room // 6 if is_daily else room // 3
            share = max(LEAST_SHARE, days / max(days, bucket.recorded))
            width = max(10, round((room - gap) * share))
            height = HEIGHTS[level]
            bars.append(Bar(left, STRIP_HEIGHT - height, width, height, level))
            middle = min(left + width + 2 * dot, right - gap // 2)
        elif bucket.recorded:
            gap = max(round(room * missing), min(4 * dot, room // 2)) if missing else 0
            flat.append((left, right - gap))
            middle = right - gap // 2
        else:
            middle = (left + right) // 2
        if missing:
            dots.append(middle)
    return Strip(STRIP_WIDTH, STRIP_HEIGHT, tuple(bars), _joined(flat), tuple(dots), dot, alt)


def ticks(buckets: Sequence[Bucket], say: Mapping[dt.date, str]) -> tuple[Tick, ...]:
    """The dates below the strips; `say` holds the words for each date in `tick_dates`."""
    edges = _edges(len(buckets))
    found = []
    for index in _tick_indexes(len(buckets)):
        is_last = index == len(buckets) - 1 and index > 0
        date = buckets[index].last if is_last else buckets[index].first
        x = STRIP_WIDTH if is_last else edges[index]
        found.append(Tick(x, say[date], "end" if is_last else "start" if index == 0 else "middle"))
    return tuple(found)


def tick_dates(buckets: Sequence[Bucket]) -> list[dt.date]:
    """The dates that get words below the strips: the first and the last, and evenly between them."""
    last = len(buckets) - 1
    return [
        buckets[index].last if index == last and index > 0 else buckets[index].first
        for index in _tick_indexes(len(buckets))
    ]


def body(
    levels: Mapping[Site, int], numbers: Mapping[Site, int], titles: Mapping[str, tuple[str, str, str]], alt: str
) -> BodyFigure:
    """The body map: every place of `levels` shaded, the `numbers` led to from the side.

    Front and back always; face and hands only where something is on them. `titles` are the words of each view:
    its name, and what is at its left and at its right.
    """
    home = {site: _view_of(site) for site in levels}
    insets = [name for name in INSETS if any(view == name for view in home.values())]
    pictures, pins = [], []
    for name, x, y, width, height in _places(insets):
        picture = _picture(VIEWS[name], (x, y, width, height), levels, titles[name])
        pictures.append(picture)
        here = {site: number for site, number in numbers.items() if home.get(site) == name}
        pins += _pins(VIEWS[name], picture, here)
    bottom = BODY_HEIGHT + TITLE_HEIGHT + (INSET_HEIGHT + TITLE_HEIGHT + 150 if insets else 0)
    return BodyFigure(FIGURE_WIDTH, bottom, tuple(pictures), tuple(pins), alt)


def has_outline(site: Site) -> bool:
    """Whether a place is anywhere on the body map."""
    return bool(_regions(site))


def _edges(count: int) -> list[int]:
    return [round(STRIP_WIDTH * index / max(1, count)) for index in range(count + 1)]


def _joined(stretches: Sequence[tuple[int, int]]) -> tuple[Line, ...]:
    """Neighbouring stretches as one line."""
    lines: list[Line] = []
    for left, right in stretches:
        if lines and lines[-1].x + lines[-1].width == left:
            lines[-1] = Line(lines[-1].x, right - lines[-1].x)
        else:
            lines.append(Line(left, right - left))
    return tuple(lines)


def _tick_indexes(count: int) -> list[int]:
    most = min(count, MOST_TICKS)
    if most < 2:
        return [0] if count else []
    return sorted({round(index * (count - 1) / (most - 1)) for index in range(most)})


def _view_of(site: Site) -> str:
    """The picture in which a place is seen best: the whole body first, then where it is largest."""
    sizes = {name: _size(region) for name, region in _regions(site).items()}
    whole = {name: size for name, size in sizes.items() if name in BODIES}
    return max(whole or sizes, key=lambda name: (whole or sizes)[name], default="")


def _regions(site: Site) -> dict[str, Region]:
    """The outline of a place in each picture that has it; without a side, that of its left one stands for it."""
    location, side = site
    wanted = (side,) if side else ("", "middle", "left")
    found: dict[str, Region] = {}
    for name, view in VIEWS.items():
        by_side = {region.side: region for region in view.regions if region.location == location}
        region = next((by_side[one] for one in wanted if one in by_side), None)
        if region is not None:
            found[name] = region
    return found


def _shaded(site: Site) -> list[Site]:
    """The outlines that a place shades: both of them where no side was entered."""
    location, side = site
    return [(location, side)] if side else [(location, other) for other in ("", "left", "right", "middle")]


def _places(insets: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Where each picture stands: x, y, width, height."""
    width = _scaled_width("front", BODY_HEIGHT)
    middle = FIGURE_WIDTH // 4
    found = [
        ("front", middle - width // 2, 0, width, BODY_HEIGHT),
        ("back", 3 * middle - width // 2, 0, width, BODY_HEIGHT),
    ]
    room = FIGURE_WIDTH // max(1, len(insets))
    for index, name in enumerate(insets):
        wide = _scaled_width(name, INSET_HEIGHT)
        x = index * room + (room - wide) // 2
        found.append((name, x, BODY_HEIGHT + TITLE_HEIGHT + 150, wide, INSET_HEIGHT))
    return found


def _scaled_width(name: str, height: int) -> int:
    _, _, wide, high = (float(part) for part in VIEWS[name].box.split())
    return round(wide * height / high)


def _picture(
    view: View, at: tuple[int, int, int, int], levels: Mapping[Site, int], words: tuple[str, str, str]
) -> Picture:
    shades: dict[Site, int] = {}
    for site, level in levels.items():
        for outline in _shaded(site):
            shades[outline] = max(level, shades.get(outline, 0))
    # What is shaded comes last, so that no neighbour's edge cuts into it.
    regions = sorted(view.regions, key=lambda region: (region.location, region.side) in shades)
    shapes = tuple(Shape(region.shape, shades.get((region.location, region.side))) for region in regions)
    # Face and hands are pictures of their own: here they take the shade of what is on them.
    shapes = tuple(Shape(zone.shape, _level_of(zone.view, shades)) for zone in view.zones) + shapes
    x, y, width, height = at
    title, left, right = words
    return Picture(title, view.box, x, y, width, height, view.backdrop, view.lines, shapes, left, right)


def _level_of(name: str, shades: Mapping[Site, int]) -> int | None:
    """The strongest shade that a picture shows and the whole body does not."""
    whole = {(region.location, region.side) for body in BODIES for region in VIEWS[body].regions}
    inside = [(region.location, region.side) for region in VIEWS[name].regions]
    levels = [shades[site] for site in inside if site in shades and site not in whole]
    return max(levels, default=None)


def _pins(view: View, picture: Picture, numbers: Mapping[Site, int]) -> list[Pin]:
    """The numbers beside a picture: at the side that is nearer, none over another."""
    sides: dict[bool, list[tuple[int, int, int]]] = {True: [], False: []}
    for site, number in numbers.items():
        x, y = _spot_on_paper(view, picture, site)
        sides[x < picture.middle].append((y, x, number))
    pins = []
    gutter = 330
    for is_left, found in sides.items():
        place = picture.x - gutter if is_left else picture.far + gutter
        place = min(max(place, PIN + 10), FIGURE_WIDTH - PIN - 10)
        lowest = picture.y + picture.height - PIN
        heights = _spread([y for y, _, _ in sorted(found)], picture.y + PIN, lowest)
        for (y, x, number), at in zip(sorted(found), heights, strict=True):
            pins.append(Pin(number, place, at, x, y))
    return pins


def _spread(heights: Sequence[int], top: int, bottom: int) -> list[int]:
    """Sorted heights moved apart so that each has room, within the picture."""
    placed: list[int] = []
    for height in heights:
        least = placed[-1] + PIN_GAP if placed else top
        placed.append(max(least, height))
    for index in range(len(placed) - 1, -1, -1):
        most = bottom if index == len(placed) - 1 else placed[index + 1] - PIN_GAP
        placed[index] = min(placed[index], most)
    return placed


def _spot_on_paper(view: View, picture: Picture, site: Site) -> tuple[int, int]:
    """The middle of a place in the figure."""
    left, top, right, bottom = _box_of(_regions(site)[view.id].shape)
    x, y, wide, _ = (float(part) for part in view.box.split())
    scale = picture.width / wide
    return (
        round(picture.x + ((left + right) / 2 - x) * scale),
        round(picture.y + ((top + bottom) / 2 - y) * scale),
    )


def _size(region: Region) -> float:
    left, top, right, bottom = _box_of(region.shape)
    return (right - left) * (bottom - top)


@lru_cache(maxsize=256)
def _box_of(path: str) -> tuple[float, float, float, float]:
    """The box around the first outline of a path: its later ones are the small islands of a muscle."""
    x = y = 0.0
    xs, ys = [], []
    for command, rest in _PATH.findall(path):
        numbers = [float(number) for number in _NUMBER.findall(rest)]
        if command == "z":
            break
        step = _STEP[command]
        for start in range(0, len(numbers), step):
            dx, dy = numbers[start + step - 2], numbers[start + step - 1]
            x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
            xs.append(x)
            ys.append(y)
    return min(xs), min(ys), max(xs), max(ys)
