"""Spread: what counts as a place, what as new, and what a march is."""

import pytest

from benchmarks.cohorts.places import cohort_places
from tests.triage.written import diary, found, kinds, twitch
from triage.rules.areas import farthest, group, neighbours_both_ways, reach, units
from triage.rules.findings import Finding
from triage.rules.history import EpisodeRecord, Side, Site
from triage.rules.spread import established_on

PLACES = cohort_places()


def every(step: int, start: int, end: int, location: str, side: Side | None = "left") -> list[EpisodeRecord]:
    """A place that twitches on every `step`-th day."""
    return [twitch(day, location, side) for day in range(start, end, step)]


def marching(*places: tuple[str, Side], apart: int = 28, days: int = 120) -> list[EpisodeRecord]:
    """Places that begin one after the other and stay, every other day."""
    return [
        episode
        for number, (location, side) in enumerate(places)
        for episode in every(2, 30 + number * apart + number % 2, days, location, side)
    ]


def march(entries: list[EpisodeRecord], day: int = 119) -> list[Finding]:
    """The march found in entries, with every day without a twitch marked quiet."""
    twitching = {(entry.date - twitch(0).date).days for entry in entries}
    history = diary(entries, quiet=[d for d in range(120) if d not in twitching])
    return [finding for finding in found(history, day, "spread") if finding.kind == "march"]


@pytest.mark.parametrize(
    ("days", "on"),
    [
        ([0, 3, 7], 7),
        ([0, 3, 6], None),
        ([0, 27], None),
        ([0, 5, 27], 27),
        ([0, 5, 28], None),
        ([0, 1, 2, 7], 7),
    ],
)
def test_established(days: list[int], on: int | None) -> None:
    assert established_on(sum(1 << day for day in days)) == on


def test_three_places_that_join_and_stay_are_a_march() -> None:
    (finding,) = march(marching(("hand_web", "right"), ("forearm_out", "right"), ("calf", "left")))
    assert finding.level == "talk"
    assert finding.location is None
    assert finding.evidence["reach"] == "other_segment"
    places = finding.evidence["places"]
    assert isinstance(places, list)
    assert [place["location"] for place in places if isinstance(place, dict)] == [
        "hand_web",
        "forearm_out",
        "calf",
    ]
    assert finding.entry_ids


def test_two_places_are_a_note() -> None:
    entries = marching(("hand_web", "right"), ("calf", "left"))
    assert not march(entries)
    assert kinds(diary(entries), 119, "spread") == ["second_place"]


def test_both_sides_of_one_place_are_a_mirror_note_never_a_march() -> None:
    entries = marching(("calf", "left"), ("calf", "right"), ("shin", "left"), ("shin", "right"))
    assert not march(entries)
    assert kinds(diary(entries), 119, "spread") == ["mirror"]


def test_places_that_take_turns_are_no_march() -> None:
    entries = [
        *every(2, 20, 50, "hand_web", "right"),
        *every(2, 50, 80, "forearm_out", "right"),
        *every(2, 80, 120, "calf"),
    ]
    assert not march(entries)


def test_places_known_from_the_beginning_are_no_march() -> None:
    entries = [
        *every(3, 0, 120, "hand_web", "right"),
        *every(3, 1, 120, "calf"),
        *every(3, 2, 120, "thigh_back"),
    ]
    assert not march(entries)


@pytest.mark.parametrize(
    "face", [["lid_lower", "brow", "lid_upper"], ["lid_lower", "cheek", "chin"], ["mouth", "jaw", "cheek"]]
)
def test_one_side_of_the_face_is_one_place(face: list[str]) -> None:
    assert not march(marching(*((location, "left") for location in face)))


def test_both_eyes_are_one_place() -> None:
    assert not march(marching(("lid_lower", "left"), ("lid_lower", "right"), ("calf", "left")))


def test_eye_then_cheek_on_one_side_has_its_own_sentence() -> None:
    entries = [*every(3, 0, 80, "lid_lower"), *every(3, 30, 80, "cheek")]
    (finding,) = found(diary(entries), 79, "spread")
    assert (finding.kind, finding.level) == ("face", "talk")
    other_side = [*every(3, 0, 80, "lid_lower"), *every(3, 30, 80, "cheek", "right")]
    assert "face" not in kinds(diary(other_side), 79, "spread")


def test_a_march_closes_when_one_place_is_left() -> None:
    entries = marching(("hand_web", "right"), ("forearm_out", "right"), ("calf", "left"))
    later = [twitch(day, "calf") for day in range(120, 160, 2)]
    history = diary([*entries, *later], quiet=range(30))
    assert [f.kind for f in found(history, 121, "spread")] == ["march"]
    assert kinds(history, 150, "spread") == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("calf", "left"), ("calf", "left"), "same_place"),
        (("calf", "left"), ("calf", "right"), "mirror"),
        (("calf", "left"), ("foot_sole", "left"), "same_limb"),
        (("calf", "left"), ("foot_sole", "right"), "other_limb"),
        (("chest", "left"), ("arm_front", "left"), "other_limb"),
        (("calf", "left"), ("arm_front", "left"), "other_segment"),
    ],
)
def test_reach(one: tuple[str, str], other: tuple[str, str], expected: str) -> None:
    assert reach(Site(*one), Site(*other), PLACES) == expected
    assert farthest([Site(*one), Site(*other)], PLACES) == expected


def test_an_unknown_side_may_be_either() -> None:
    twitching = {Site("calf", "left"): 0b111, Site("calf", ""): 0b1, Site("calf", "right"): 0b11}
    areas = group(twitching, neighbours_both_ways(PLACES))
    assert len(units(areas, PLACES)) == 1
    del twitching[Site("calf", "")]
    assert len(units(group(twitching, neighbours_both_ways(PLACES)), PLACES)) == 2
