"""Spread: what counts as a place, what as new, and what a march is."""

import pytest
from scipy import stats

from benchmarks.cohorts.places import cohort_places
from tests.triage.written import diary, found, kinds, twitch
from triage.rules.areas import Grouping, farthest, group, neighbours_both_ways, reach, units
from triage.rules.findings import Finding
from triage.rules.history import EpisodeRecord, Side, Site
from triage.rules.journal import Journal
from triage.rules.spread import established_on, established_places, new_places
from triage.rules.trend import chance_of_starting_so_late

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


@pytest.mark.parametrize("place", ["back_lower", "belly", "neck_back", "brow"])
def test_left_middle_and_right_of_one_place_are_no_march(place: str) -> None:
    assert not march(marching((place, "left"), (place, "right"), (place, "middle")))


@pytest.mark.parametrize(("twitch_days", "new"), [(3, False), (4, True)])
def test_a_place_is_new_when_luck_would_not_have_kept_it_away(twitch_days: int, new: bool) -> None:
    """Three of the last ten of 40 recorded days: 1.2 %; four: 0.23 %."""
    chance = stats.hypergeom.pmf(twitch_days, 40, 10, twitch_days)
    assert chance_of_starting_so_late(40, 10, twitch_days) == pytest.approx(chance, abs=1e-12)
    assert (chance <= 0.005) == new
    days = [30, 33, 36, 39] if new else [30, 34, 39]
    entries = [*every(1, 0, 40, "hand_web", "right"), *(twitch(day) for day in days)]
    journal = Journal(diary(entries))
    journal.learn_until(39)
    places = established_places(journal, Grouping(journal), 39)
    assert [place.site.location for place in new_places(journal, places, 39)] == ["calf"] * new


def test_a_recorded_day_that_tells_nothing_about_a_place_is_left_out_of_that_chance() -> None:
    everywhere = [twitch(day, "all_over", None) for day in range(20, 30)]
    entries = [
        *every(1, 0, 20, "hand_web", "right"),
        *everywhere,
        *every(1, 30, 40, "hand_web", "right"),
        *(twitch(day) for day in (30, 33, 36, 39)),
    ]
    journal = Journal(diary(entries))
    journal.learn_until(39)
    places = established_places(journal, Grouping(journal), 39)
    assert stats.hypergeom.pmf(4, 30, 10, 4) > 0.005
    assert new_places(journal, places, 39) == []


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
    ranking = [(1, Site("calf", "left")), (1, Site("calf", "right")), (1, Site("calf", ""))]
    areas = group(ranking, neighbours_both_ways(PLACES))
    assert len(units(areas, PLACES)) == 1
    assert len(units(group(ranking[:2], neighbours_both_ways(PLACES)), PLACES)) == 2
