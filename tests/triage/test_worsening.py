"""Worsening: both denominators, size, restart, watching and steep courses."""

from dataclasses import replace

import pytest

from tests.triage.written import answer, date, diary, found, kinds, twitch
from triage.rules import thresholds as t
from triage.rules.climb import STEEP, Climb
from triage.rules.history import EpisodeRecord
from triage.rules.worsening import change_point, rises, series_weight

SECONDS = (20, 600, 3600, 14400)


def burden(day: int, score: int) -> EpisodeRecord:
    """One episode whose day score is `score`."""
    strength = min(max(score - 1, 1), 4)
    return twitch(day, strength=strength, seconds=SECONDS[score - strength])


def course(weeks: list[tuple[int, int]]) -> tuple[list[EpisodeRecord], list[int]]:
    """Weeks of so many twitch days with such a score, and the quiet days between them."""
    twitches, quiet = [], []
    for week, (days, score) in enumerate(weeks):
        for weekday in range(7):
            if weekday < days:
                twitches.append(burden(7 * week + weekday, score))
            else:
                quiet.append(7 * week + weekday)
    return twitches, quiet


GROWING = [(2, 2)] * 8 + [(3, 2), (3, 3), (4, 3), (5, 4), (5, 5), (6, 5), (7, 6), (7, 7)]


def test_a_growing_course_is_an_alert() -> None:
    twitches, quiet = course(GROWING)
    findings = found(diary(twitches, quiet), 7 * len(GROWING), "worsening")
    assert [finding.kind for finding in findings] == ["alert"]
    (finding,) = findings
    assert finding.level == "talk"
    assert finding.since >= date(7 * 7)
    assert finding.location is None
    evidence = finding.evidence
    assert isinstance(evidence["first_third"], float)
    assert isinstance(evidence["last_third"], float)
    assert evidence["last_third"] > evidence["first_third"] + 1
    assert finding.entry_ids


def test_more_often_logged_is_not_worse() -> None:
    """Every twitch day is alike; only the share of days that are logged grows."""
    twitches = [burden(7 * week + day, 3) for week in range(20) for day in range(1 + week * 6 // 19)]
    assert kinds(diary(twitches), 140, "worsening") == []


def test_no_longer_marking_quiet_days_is_not_worse() -> None:
    twitches, quiet = course([(3, 3)] * 20)
    kept = [day for day in quiet if day % 140 < 140 - day]
    assert kinds(diary(twitches, kept), 140, "worsening") == []


def test_the_same_every_week_is_not_worse() -> None:
    twitches, quiet = course([(3, 3)] * 52)
    assert kinds(diary(twitches, quiet), 364, "worsening") == []


@pytest.mark.parametrize(
    ("last", "expected"), [(2.2, False), (2.25, True), (2.3, True)], ids=["below", "at", "above"]
)
def test_a_rise_must_be_large_per_observed_day(last: float, expected: bool) -> None:
    assert rises([1.0, 1.5, last], [0.5, 0.8, 1.5]) is expected


@pytest.mark.parametrize(("last", "expected"), [(1.2, False), (1.3, True), (1.4, True)])
def test_a_rise_must_be_large_per_calendar_day(last: float, expected: bool) -> None:
    assert rises([1.0, 1.5, 2.5], [0.5, 0.8, last]) is expected


@pytest.mark.parametrize(("first", "expected"), [(3.1, False), (3.0, True), (2.9, True)])
def test_a_rise_must_be_by_half(first: float, expected: bool) -> None:
    assert rises([first, 4.0, 4.5], [first, 4.0, 4.5]) is expected


def test_a_rise_must_go_up_twice() -> None:
    assert rises([1, 2, 3], [1, 2, 3])
    assert not rises([1, 1, 3], [1, 2, 3])
    assert not rises([1, 3, 3], [1, 2, 3])


def test_weights_share_one_budget() -> None:
    assert series_weight(0) == 0.5
    assert series_weight(1) == 0.25
    assert sum(series_weight(order) for order in range(1000)) < 1


def test_the_change_is_dated_where_the_bets_began_to_pay() -> None:
    assert change_point([1, 2, 1, 2, 1, 2, 3, 4, 5, 6]) == 6


def test_one_message_in_56_days() -> None:
    weeks = GROWING + [(7, 7)] * 3
    twitches, quiet = course(weeks)
    history = diary(twitches, quiet)
    keys = {
        finding.key
        for day in range(7 * 8, 7 * len(weeks) + 1)
        for finding in found(history, day, "worsening")
        if finding.level == "talk"
    }
    assert len(keys) == 1


def test_it_closes_when_half_of_the_rise_is_gone_for_two_weeks() -> None:
    weeks = [*GROWING, (2, 2), (2, 2), (2, 2)]
    twitches, quiet = course(weeks)
    history = diary(twitches, quiet)
    assert kinds(history, 7 * len(GROWING), "worsening") == ["alert"]
    assert kinds(history, 7 * (len(GROWING) + 1), "worsening") == ["alert"]
    assert kinds(history, 7 * (len(GROWING) + 2), "worsening") == []


def test_it_does_not_close_while_a_loss_of_function_stands() -> None:
    twitches, quiet = course([*GROWING, (2, 2), (2, 2), (2, 2)])
    lost = answer(7 * len(GROWING) - 3, "stairs")
    history = diary(twitches, quiet, [lost])
    assert kinds(history, 7 * (len(GROWING) + 3), "worsening") == ["alert"]


def test_a_climb_is_seen_on_the_day_of_the_twitch_that_completes_it() -> None:
    """Not only when its week closes: the alert comes on a day in the middle of one."""
    weeks = [(2, 2)] * 7 + [(3, 2), (3, 3), (4, 4), (5, 4), (5, 5), (6, 5)]
    twitches, quiet = course(weeks)
    history = diary(twitches, quiet)
    days = range(7 * 8, 7 * len(weeks))
    (alert, *_) = [one for day in days for one in found(history, day, "worsening") if one.kind == "alert"]
    noticed = alert.evidence["noticed_on"]
    first = next(day for day in days if kinds(history, day, "worsening") == ["alert"])
    assert noticed == date(first).isoformat()
    assert any(twitch.date == date(first) for twitch in twitches)
    assert first % 7 != 0
    assert alert.evidence["climb_p"] <= t.CLIMB_P.value  # type: ignore[operator]
    assert twitches[-1].id not in alert.entry_ids
    assert next(one.id for one in twitches if one.date == date(first)) in alert.entry_ids


def steep_diary(before: int) -> tuple[list[EpisodeRecord], list[int]]:
    """Weeks with two mild days, then two, four, five, seven and seven with scores that climb to the top."""
    return course([(2, 2)] * before + [(2, 2), (4, 4), (5, 5), (7, 7), (7, 7), (7, 7)])


@pytest.mark.parametrize("before", [0, 8])
def test_a_steep_course_is_a_note_in_28_days_and_an_alert_in_42(before: int) -> None:
    history = diary(*steep_diary(before))
    onset = 7 * before
    levels = [[f.level for f in found(history, onset + day, "worsening")] for day in range(42)]
    assert any(levels[day] for day in range(29))
    assert any("talk" in level for level in levels)


def test_a_steep_size_is_met_exactly() -> None:
    at = Climb(
        0,
        41,
        scores=(1, 1, 1, 2, 2, 3, 3, 4, 4, 5),
        score=(1.0, 1.0 + t.STEEP_SCORE.value),
        observed=(0.0, t.STEEP_OBSERVED.value),
        calendar=(0.0, t.STEEP_CALENDAR.value),
    )
    assert at.is_at_least(STEEP)
    assert not replace(at, score=(1.01, 1.0 + t.STEEP_SCORE.value)).is_at_least(STEEP)
    assert not replace(at, observed=(0.01, t.STEEP_OBSERVED.value)).is_at_least(STEEP)
    assert not replace(at, calendar=(0.01, t.STEEP_CALENDAR.value)).is_at_least(STEEP)
    assert not replace(at, scores=(1, 3, 2, 3, 2, 3)).is_at_least(STEEP)
    assert not replace(at, scores=(1, 2, 3, 4)).is_at_least(STEEP)
