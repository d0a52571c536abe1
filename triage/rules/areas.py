"""Which sites are one place, and how far two places lie apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from triage.rules.history import ALL_OVER, ELSEWHERE, Place, Site
from triage.rules.journal import Journal

Reach = Literal["same_place", "mirror", "same_limb", "other_limb", "other_segment"]
REACHES: tuple[Reach, ...] = ("same_place", "mirror", "same_limb", "other_limb", "other_segment")

EYE = ("lid_upper", "lid_lower", "brow")
LOWER_FACE = ("cheek", "mouth", "chin", "jaw")


@dataclass(frozen=True, slots=True)
class Area:
    """Sites that are one place: the one used most, and its neighbours on the same side.

    `first` is the member that twitched first: it names the area in keys, because it does not change with use.
    """

    anchor: Site
    members: tuple[Site, ...]
    first: Site

    @property
    def key(self) -> str:
        """A stable name."""
        return f"{self.first.location}/{self.first.side}" if self.first.side else self.first.location


class Grouping:
    """Areas of the diary as it was up to some day, kept while the sites rank alike by their use."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._ranking: list[tuple[int, Site]] = []
        self._areas: tuple[Area, ...] = ()
        self._linked = neighbours_both_ways(journal.places)

    def near(self, location: str) -> frozenset[str]:
        """A location and those that are merged with it."""
        return self._linked.get(location, frozenset()) | {location}

    def areas(self, until: int) -> tuple[Area, ...]:
        """Areas by the twitch days up to `until`: the most used site takes its neighbours, and so on down."""
        mask = -1 if until >= self._journal.known_until else (1 << (until + 1)) - 1
        ranked = sorted(
            (-known.bit_count(), (known & -known).bit_length(), site)
            for site, bits in self._journal.twitch.items()
            if (known := bits & mask) and site.location != ELSEWHERE
        )
        ranking = [(first, site) for _, first, site in ranked]
        if ranking != self._ranking:
            self._ranking = ranking
            self._areas = group(ranking, self._linked)
        return self._areas


def neighbours_both_ways(places: Mapping[str, Place]) -> dict[str, frozenset[str]]:
    """The neighbours of every place; a place is a neighbour of those that name it."""
    linked: dict[str, set[str]] = {place: set(row.neighbours) for place, row in places.items()}
    for place, row in places.items():
        for neighbour in row.neighbours:
            linked.setdefault(neighbour, set()).add(place)
    linked.get("lid_lower", set()).discard("cheek")
    linked.get("cheek", set()).discard("lid_lower")
    return {place: frozenset(near) for place, near in linked.items()}


def group(ranking: Sequence[tuple[int, Site]], linked: Mapping[str, frozenset[str]]) -> tuple[Area, ...]:
    """Merge sites one step around the most used; `ranking` has them with their first day, the most used first."""
    first_day = {site: first for first, site in ranking}
    left = [site for _, site in ranking]
    areas = []
    while left:
        anchor = left.pop(0)
        near = linked.get(anchor.location, frozenset())
        members = [anchor, *(site for site in left if site.side == anchor.side and site.location in near)]
        left = [site for site in left if site not in members]
        first = min(members, key=lambda site: (first_day[site], site))
        areas.append(Area(anchor, tuple(members), first))
    return tuple(areas)


def is_eye(site: Site) -> bool:
    """Whether it is a lid or the brow."""
    return site.location in EYE


def one_side_of_face(one: Site, other: Site, places: Mapping[str, Place]) -> bool:
    """Whether both are in the face, and on one side as far as known."""
    in_face = all(_limb(places, site) == "face" for site in (one, other))
    return in_face and (one.side == other.side or not one.side or not other.side)


def counts_once(one: Site, other: Site, places: Mapping[str, Place]) -> bool:
    """Whether two areas are one place for spread: both eyes, one side of the face, a side left out, a middle.

    The middle of a place lies between its sides: left, middle and right of the back are one place, no march.
    """
    if is_eye(one) and is_eye(other):
        return True
    if one.location == other.location and {one.side, other.side} & {"", "middle"}:
        return True
    return one_side_of_face(one, other, places)


def units(areas: Sequence[Area], places: Mapping[str, Place]) -> list[list[Area]]:
    """Areas put together where they count once for spread; "all over" is no place. Order as given."""
    together: list[list[Area]] = []
    for area in areas:
        if area.anchor.location == ALL_OVER:
            continue
        joined = [
            unit for unit in together if any(counts_once(area.anchor, other.anchor, places) for other in unit)
        ]
        merged = [other for unit in joined for other in unit] + [area]
        together = [unit for unit in together if unit not in joined] + [merged]
    return together


def reach(one: Site, other: Site, places: Mapping[str, Place]) -> Reach:
    """How far two sites lie apart, in rising weight."""
    here, there = places.get(one.location), places.get(other.location)
    if one == other or here is None or there is None:
        return "same_place"
    if one.location == other.location:
        return "mirror"
    if here.segment != there.segment:
        return "other_segment"
    if here.limb == there.limb and one.side == other.side:
        return "same_limb"
    return "other_limb"


def farthest(sites: Iterable[Site], places: Mapping[str, Place]) -> Reach:
    """The highest class of distance between any two of the sites."""
    listed = list(sites)
    classes = [reach(one, other, places) for i, one in enumerate(listed) for other in listed[i + 1 :]]
    return max(classes, key=REACHES.index, default="same_place")


def _limb(places: Mapping[str, Place], site: Site) -> str | None:
    row = places.get(site.location)
    return row.limb if row else None
