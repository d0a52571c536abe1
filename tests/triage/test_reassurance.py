"""Reassurance is earned by every one of its conditions."""

import pytest

from tests.triage.written import all_no, answer, date, diary, twitch
from triage.rules.assess import assess
from triage.rules.history import CheckRecord, EpisodeRecord, History

TWITCHES = [0, 1, 20, 21, 40, 41, 60]
TODAY = 69


def benign(
    extra: tuple[EpisodeRecord, ...] = (),
    *,
    quiet: range = range(TODAY + 1),
    checks: list[CheckRecord] | None = None,
) -> History:
    """One eyelid that comes and goes, quiet days marked, and nothing lost at the last check."""
    twitches = [*(twitch(day, "lid_lower") for day in TWITCHES), *extra]
    busy = {(entry.date - date(0)).days for entry in twitches}
    marks = [day for day in quiet if day not in busy]
    return diary(twitches, marks, all_no(50) if checks is None else checks)


def level(history: History, day: int = TODAY) -> str:
    """The level on a day."""
    return assess(history, today=date(day)).level


def test_one_place_that_comes_and_goes_is_calm() -> None:
    assessment = assess(benign(), today=date(TODAY))
    assert assessment.level == "calm"
    (finding,) = assessment.findings
    assert (finding.rule, finding.location, finding.side) == ("reassurance", "lid_lower", "left")


@pytest.mark.parametrize(("marked", "calm"), [(12, False), (13, True)])
def test_fourteen_observed_days(marked: int, calm: bool) -> None:
    """One twitch day in the window, and so many quiet ones."""
    in_window = [42, 44, 46, 48, 50, 52, 54, 56, 58, 61, 62, 63, 64][:marked]
    marks = [day for day in range(42) if day not in TWITCHES]
    twitches = [*(twitch(day, "lid_lower") for day in TWITCHES[:-1]), twitch(60, "lid_lower", seconds=20)]
    history = diary(twitches, [*marks, *in_window], all_no(50))
    assert (level(history) == "calm") is calm


def test_nothing_twitched_lately() -> None:
    history = diary((twitch(day, "lid_lower") for day in TWITCHES[:-1]), range(42, 70), all_no(50))
    assert level(history) == "quiet"


def test_no_check_no_calm() -> None:
    assert level(benign(checks=[])) == "quiet"
    assert level(benign(checks=all_no(50)[:-1])) == "quiet"


@pytest.mark.parametrize(("checked", "calm"), [(TODAY - 27, True), (TODAY - 28, False)])
def test_the_check_is_of_the_last_28_days(checked: int, calm: bool) -> None:
    assert (level(benign(checks=all_no(checked))) == "calm") is calm


@pytest.mark.parametrize(("yes", "calm"), [(TODAY - 89, False), (TODAY - 90, True)])
def test_no_yes_within_90_days(yes: int, calm: bool) -> None:
    checks = [answer(yes, "stairs"), *all_no(50)]
    assert (level(benign(checks=checks)) == "calm") is calm


@pytest.mark.parametrize("other", ["calf", "elsewhere", "all_over"])
def test_more_than_one_place_is_not_calm(other: str) -> None:
    side = None if other == "all_over" else "left"
    assert level(benign((twitch(50, other, side),))) == "quiet"  # type: ignore[arg-type]
    assert level(benign((twitch(TODAY - 28, other, side),))) == "calm"  # type: ignore[arg-type]


def test_a_neighbour_is_the_same_place() -> None:
    assert level(benign((twitch(42, "lid_upper"),))) == "calm"


def test_a_week_with_more_than_before_is_not_calm() -> None:
    more = tuple(twitch(day, "lid_lower", strength=4) for day in range(61, 66))
    assert level(benign(more)) != "calm"


def test_days_that_are_not_logged_are_not_quiet() -> None:
    assert level(benign(quiet=range(40))) == "quiet"


def test_nothing_logged_promises_nothing() -> None:
    assert level(diary()) == "quiet"
    assert level(diary(quiet=range(60), checks=all_no(50))) == "quiet"
