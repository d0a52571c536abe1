"""Spread: new places have joined and the first ones stayed (docs/rules.md, rule `spread`).

A harmless twitch often visits several places, and does so from the start; one that marches adds places and
keeps them. A second place by itself is worth a sentence at the next visit (NHS), no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from triage.rules import thresholds as t
from triage.rules.areas import LOWER_FACE, Area, Grouping, farthest, is_eye, one_side_of_face, reach, units
from triage.rules.blocks import WEEK, Block, blocks, closed_weeks, first_and_last, first_week
from triage.rules.findings import Closing, Finding, Kind, Plain
from triage.rules.history import Site
from triage.rules.journal import Journal, days_of, last_days
from triage.rules.trend import chance_of_starting_so_late, mann_kendall


@dataclass(frozen=True, slots=True)
class Established:
    """A place that is established and active: where, first twitch day, day it became established."""

    site: Site
    members: tuple[Site, ...]
    twitch: int
    first: int
    established: int


@dataclass(frozen=True, slots=True)
class _State:
    """What is said after some week."""

    march: Finding | None = None
    second: Finding | None = None
    face: Finding | None = None


@dataclass(slots=True)
class SpreadMemory:
    """The state after every closed week, the first at index 0."""

    first_day: int | None = None
    states: list[_State] = field(default_factory=list)

    def forget_from(self, day: int) -> None:
        """Forget every week that rests on `day` or later."""
        if self.first_day is not None:
            del self.states[max((day - self.first_day) // WEEK, 0) :]


def find_spread(journal: Journal, grouping: Grouping, today: int, memory: SpreadMemory) -> list[Finding]:
    """The march, or else the second place, as of the last closed week."""
    if memory.first_day != (first := first_week(journal)):
        memory.first_day = first
        memory.states.clear()
    weeks = closed_weeks(journal, today)
    while len(memory.states) < weeks:
        memory.states.append(_after_week(journal, grouping, memory))
    if not weeks:
        return []
    state = memory.states[weeks - 1]
    return [finding for finding in (state.march or state.second, state.face) if finding is not None]


def _after_week(journal: Journal, grouping: Grouping, memory: SpreadMemory) -> _State:
    """The state when one more week is closed."""
    before = memory.states[-1] if memory.states else _State()
    week = len(memory.states) + 1
    day = (memory.first_day or 0) + WEEK * week - 1
    if day < journal.first_prompt_twitch:
        return before
    found = established_places(journal, grouping, day)
    active = [unit for unit in found if last_days(unit.twitch, day, t.ACTIVE_DAYS.value)]
    march = before.march
    if march is not None and len(active) <= t.SPREAD_CLOSED_PLACES.value:
        march = None
    if march is None and len(active) >= t.SPREAD_PLACES.value:
        march = _march(journal, active, blocks(journal, week), day)
    return _State(march, _second(journal, active, before.second), _face(journal, grouping, day, before.face))


def established_places(journal: Journal, grouping: Grouping, day: int) -> list[Established]:
    """The established places up to `day`, by the day on which they first twitched."""
    upto = (1 << (day + 1)) - 1
    found = []
    for unit in units(grouping.areas(day), journal.places):
        members = tuple(site for area in unit for site in area.members)
        twitch = journal.area_bits(members, prompt=True) & upto
        since = established_on(twitch)
        if since is not None:
            found.append(Established(_name(unit), members, twitch, _first(twitch), since))
    return sorted(found, key=lambda place: (place.first, place.site))


def _name(unit: Sequence[Area]) -> Site:
    """The site that stands for areas which count once: the one that twitched first."""
    return unit[0].anchor


def _first(twitch: int) -> int:
    return (twitch & -twitch).bit_length() - 1


def established_on(twitch: int) -> int | None:
    """The first day on which a place had enough twitch days, spread over enough days, within the window."""
    needed, window = t.ESTABLISHED_DAYS.value, t.ESTABLISHED_WITHIN.value
    days: list[int] = []
    for day in days_of(twitch):
        days.append(day)
        while days[0] <= day - window:
            days.pop(0)
        if len(days) >= needed and day - days[0] >= t.ESTABLISHED_SPAN.value:
            return day
    return None


def _march(journal: Journal, active: list[Established], closed: list[Block], day: int) -> Finding | None:
    """The alert, if enough of the active places are new and places per day rise."""
    new = new_places(journal, active, day)
    if len(closed) < t.SPREAD_BLOCKS.value or len(new) < t.SPREAD_NEW_PLACES.value:
        return None
    compared = closed[-t.SPREAD_BLOCKS_COMPARED.value :]
    per_observed, per_calendar = _places_per_day(active, compared)
    if not rises(per_observed, per_calendar):
        return None
    since = journal.date(new[0].first)
    return Finding(
        rule="spread",
        kind="march",
        since=since,
        key=f"spread:march:{since.isoformat()}",
        evidence={
            "places": _listed(journal, active),
            "reach": farthest((place.site for place in active), journal.places),
            "places_a_day_first": round(first_and_last(per_observed)[0], 2),
            "places_a_day_last": round(first_and_last(per_observed)[1], 2),
            "p_observed": round(mann_kendall(per_observed), 5),
            "p_calendar": round(mann_kendall(per_calendar), 5),
            "blocks": len(compared),
        },
        entry_ids=_establishing_entries(journal, active),
        closes_when=Closing("places_active", {"at_most": t.SPREAD_CLOSED_PLACES.value}),
    )


def new_places(journal: Journal, active: Sequence[Established], day: int) -> list[Established]:
    """The places that began lately, after the first one did, and were not there before.

    A place that twitches now and then shows late by luck alone. It is new when its twitch days, put anywhere
    among the recorded days, would hardly ever all fall so late: how diligently somebody logs does not matter.
    """
    first = active[0].first
    return [
        place
        for place in active
        if day - place.first < t.NEW_PLACE_DAYS.value
        and place.first - first >= t.NEW_PLACE_AFTER.value
        and _chance(journal, place, day) <= t.NEW_PLACE_CHANCE.value
    ]


def _chance(journal: Journal, place: Established, day: int) -> float:
    """The chance that the place was there all along, among the days that tell something about it."""
    clear = journal.observed & ~journal.unclear_bits(place.members)
    known = (clear | place.twitch) & ((1 << (day + 1)) - 1)
    since = (known >> place.first).bit_count()
    return chance_of_starting_so_late(known.bit_count(), since, place.twitch.bit_count())


def _places_per_day(active: Sequence[Established], compared: list[Block]) -> tuple[list[float], list[float]]:
    """Places per observed day and per calendar day, a value a block."""
    counts = [sum((place.twitch & block.mask).bit_count() for place in active) for block in compared]
    return (
        [count / block.observed for count, block in zip(counts, compared, strict=True)],
        [count / block.calendar for count, block in zip(counts, compared, strict=True)],
    )


def rises(per_observed: Sequence[float], per_calendar: Sequence[float]) -> bool:
    """Whether places per day rise, by enough, on both denominators."""
    if max(mann_kendall(per_observed), mann_kendall(per_calendar)) > t.SPREAD_P.value:
        return False
    observed, calendar = (last - first for first, last in map(first_and_last, (per_observed, per_calendar)))
    return observed >= t.SPREAD_RISE.value and calendar >= t.SPREAD_RISE_CALENDAR.value


def _second(journal: Journal, active: list[Established], before: Finding | None) -> Finding | None:
    """The note that a second place has become established, while two are active; it keeps its wording."""
    if len(active) < 2:
        return None
    if before is not None:
        return before
    by_time = sorted(active, key=lambda place: (place.established, place.site))[:2]
    since = journal.date(by_time[1].established)
    return Finding(
        rule="spread",
        kind=_second_kind(journal, by_time[0].site, by_time[1].site),
        since=since,
        key=f"spread:second:{since.isoformat()}",
        evidence={"places": _listed(journal, by_time)},
        entry_ids=_establishing_entries(journal, by_time),
        closes_when=Closing("places_active", {"at_most": 1}),
    )


def _second_kind(journal: Journal, one: Site, other: Site) -> Kind:
    return "mirror" if reach(one, other, journal.places) == "mirror" else "second_place"


def _face(journal: Journal, grouping: Grouping, day: int, before: Finding | None) -> Finding | None:
    """An eye, then the cheek, mouth or jaw of the same side: its own sentence, never a march.

    Mayo Clinic: see a doctor when a twitching eye is joined by other parts of the face.
    """
    faces = [
        place
        for area in grouping.areas(day)
        if is_eye(area.anchor) or area.anchor.location in LOWER_FACE
        for place in (_face_place(journal, area, day),)
        if place is not None
    ]
    for eye in (place for place in faces if is_eye(place.site)):
        for lower in (place for place in faces if not is_eye(place.site)):
            later = lower.first - eye.first >= t.NEW_PLACE_AFTER.value
            if later and one_side_of_face(eye.site, lower.site, journal.places):
                return before or _face_finding(journal, eye, lower)
    return None


def _face_place(journal: Journal, area: Area, day: int) -> Established | None:
    """The area, if it twitched on enough of the last days."""
    twitch = journal.area_bits(area.members, prompt=True) & ((1 << (day + 1)) - 1)
    if last_days(twitch, day, t.ESTABLISHED_WITHIN.value).bit_count() < t.FACE_TWITCH_DAYS.value:
        return None
    since = established_on(twitch)
    return None if since is None else Established(area.anchor, area.members, twitch, _first(twitch), since)


def _face_finding(journal: Journal, eye: Established, lower: Established) -> Finding:
    since = journal.date(lower.first)
    return Finding(
        rule="spread",
        kind="face",
        since=since,
        key=f"spread:face:{since.isoformat()}",
        evidence={"places": _listed(journal, [eye, lower])},
        entry_ids=_establishing_entries(journal, [eye, lower]),
        closes_when=Closing(
            "face_days", {"below": t.FACE_TWITCH_DAYS.value, "within": t.ESTABLISHED_WITHIN.value}
        ),
    )


def _listed(journal: Journal, places: Sequence[Established]) -> list[Plain]:
    return [
        {
            "location": place.site.location,
            "side": place.site.side or None,
            "since": journal.date(place.first).isoformat(),
            "twitch_days": place.twitch.bit_count(),
        }
        for place in places
    ]


def _establishing_entries(journal: Journal, places: Sequence[Established]) -> tuple[str, ...]:
    """The entries that made each place established."""
    ids: list[str] = []
    for place in places:
        first = max(place.established - t.ESTABLISHED_WITHIN.value + 1, place.first)
        ids += journal.entry_ids(place.members, first, place.established)
    return tuple(ids)
