"""The two-week rule, one below, at and one above every threshold."""

import datetime as dt
from dataclasses import replace

import pytest
from scipy import stats

from tests.triage.written import date, diary, found, kinds, twitch
from triage.rules.persistence import belief_in_most_days, is_persistent


def test_the_rule_in_words_is_the_beta_formula_in_all_136_cases() -> None:
    cases = [(k, z) for k in range(16) for z in range(16 - k)]
    assert len(cases) == 136
    for k, z in cases:
        unlogged = 15 - k - z
        formula = stats.beta.sf(0.5, 0.5 + k, 0.5 + z + unlogged / 2)
        assert belief_in_most_days(k, z) == pytest.approx(formula, abs=1e-9)
        in_words = k >= 10 or (k == 9 and z <= 2)
        assert is_persistent(k, z, marks_quiet_days=True) == in_words, (k, z)
        assert is_persistent(k, z, marks_quiet_days=False) == (k >= 10), (k, z)


@pytest.mark.parametrize(
    ("last", "kind"),
    [(12, []), (13, ["fourteen_days"]), (14, ["flag"]), (15, ["flag"])],
    ids=["13 days", "14 days", "15 days", "16 days"],
)
def test_two_weeks(last: int, kind: list[str]) -> None:
    history = diary(twitch(day) for day in range(last + 1))
    assert kinds(history, last, "persistence") == kind


def test_what_a_flag_says() -> None:
    history = diary((twitch(day) for day in range(15) if day not in {4, 9}), quiet=[4])
    (finding,) = found(history, 14, "persistence")
    assert finding.level == "talk"
    assert (finding.location, finding.side, finding.since) == ("calf", "left", date(0))
    assert finding.key == "persistence:calf/left:2026-03-01"
    evidence = finding.evidence
    assert (evidence["twitch_days"], evidence["clear_days"], evidence["unlogged_days"]) == (13, 1, 1)
    assert len(finding.entry_ids) == 13
    assert finding.closes_when.params["clear_days"] == 7


@pytest.mark.parametrize(
    ("twitching", "clear", "kind"),
    [
        (10, 5, "flag"),
        (9, 2, "flag"),
        (9, 3, "ask"),
        (8, 0, "ask"),
        (6, 1, "ask"),
        (6, 2, "fourteen_days"),
        (5, 1, "ask"),
        (5, 2, "fourteen_days"),
        (4, 0, "fourteen_days"),
    ],
)
def test_days_of_fifteen(twitching: int, clear: int, kind: str) -> None:
    """Twitch days spread over the window, with clear days between them."""
    chosen = [round(number * 14 / (twitching - 1)) for number in range(twitching)]
    quiet = [day for day in range(15) if day not in chosen][:clear]
    history = diary((twitch(day) for day in chosen), quiet=[*quiet, -1])
    assert kinds(history, 14, "persistence") == [kind]


@pytest.mark.parametrize(("twitching", "kind"), [(6, "ask"), (5, "fourteen_days")])
def test_who_marks_no_quiet_day_is_asked_later(twitching: int, kind: str) -> None:
    chosen = [round(number * 14 / (twitching - 1)) for number in range(twitching)]
    assert kinds(diary(twitch(day) for day in chosen), 14, "persistence") == [kind]


def test_nine_days_are_enough_only_for_those_who_mark_quiet_days() -> None:
    days = [0, 2, 4, 5, 7, 9, 11, 12, 14]
    assert kinds(diary(twitch(day) for day in days), 14, "persistence") == ["ask"]
    assert kinds(diary((twitch(day) for day in days), quiet=[-13]), 14, "persistence") == ["flag"]
    assert kinds(diary((twitch(day) for day in days), quiet=[-14]), 14, "persistence") == ["ask"]


def test_where_every_day_is_recorded_nothing_is_asked() -> None:
    days = [0, 2, 4, 5, 7, 9, 11, 12, 14]
    clear = [day for day in range(15) if day not in days]
    twitches = [twitch(day) for day in days]
    assert kinds(diary(twitches, quiet=clear), 14, "persistence") == ["fourteen_days"]
    assert kinds(diary(twitches, quiet=clear[1:]), 14, "persistence") == ["ask"]


def test_days_that_are_remembered_are_not_asked_about_again() -> None:
    late = [twitch(day, hours_late=24 * (20 - day)) for day in (0, 1, 3, 5, 6, 8, 10, 12)]
    prompt = [twitch(day) for day in (2, 7, 14)]
    history = diary([*late, *prompt], quiet=[4, 9, 11, 13])
    (finding,) = found(history, 20, "persistence")
    assert finding.kind == "fourteen_days"
    evidence = finding.evidence
    counts = [evidence[name] for name in ("twitch_days", "clear_days", "unlogged_days", "recalled_days_left_out")]
    assert counts == [8, 4, 0, 3]


@pytest.mark.parametrize(("clear", "begins"), [(2, 0), (3, 13)])
def test_three_clear_days_end_a_spell(clear: int, begins: int) -> None:
    days = [*range(10), *range(13, 29)]
    history = diary((twitch(day) for day in days), quiet=range(10, 10 + clear))
    assert found(history, 28, "persistence")[0].since == date(begins)


@pytest.mark.parametrize(("gap", "begins"), [(7, 0), (8, 18)])
def test_eight_days_without_an_entry_end_a_spell(gap: int, begins: int) -> None:
    start = 10 + gap
    history = diary(twitch(day) for day in [*range(11), *range(start, start + 20)])
    assert found(history, start + 19, "persistence")[0].since == date(begins)


@pytest.mark.parametrize(("clear", "open_"), [(6, True), (7, False)])
def test_seven_clear_days_close(clear: int, open_: bool) -> None:
    history = diary((twitch(day) for day in range(15)), quiet=range(15, 15 + clear))
    assert bool(found(history, 14 + clear, "persistence")) == open_


@pytest.mark.parametrize(("later", "open_"), [(27, True), (28, False)])
def test_four_weeks_without_a_twitch_close(later: int, open_: bool) -> None:
    history = diary(twitch(day) for day in range(15))
    assert bool(found(history, 14 + later, "persistence")) == open_


@pytest.mark.parametrize(
    ("lasted", "last_week", "kind"),
    [(20, 2.5, "easing"), (20, 2.75, "flag"), (27, 2.5, "easing"), (28, 2.5, "flag")],
)
def test_easing_excuses_for_four_weeks(lasted: int, last_week: float, kind: str) -> None:
    """The tenth day of the window is the last one; scores are 6, in the last week 4.5 (the limit) or 4.75."""
    strong = sorted({0, *range(lasted - 14, lasted - 8), *range(7, lasted - 14, 7)})
    recent = [lasted - 5, lasted - 3, lasted - 1, lasted]
    strengths = dict.fromkeys(strong, 4) | dict(zip(recent, [3, 2, 2, 3], strict=True))
    if last_week > 2.5:
        strengths[lasted - 3] = 3
    history = diary(twitch(day, strength=strength, seconds=3600) for day, strength in strengths.items())
    assert kinds(history, lasted, "persistence") == [kind]


@pytest.mark.parametrize(
    ("before", "kind"), [([4, 4, 4, 4, 4, 4, 4, 4], "easing"), ([4, 1, 4, 1, 4, 1, 4, 1], "flag")]
)
def test_a_milder_week_by_chance_is_not_easing(before: list[int], kind: str) -> None:
    """Both times the last week has at most three quarters of the strength; only once is the fall clear."""
    strengths = [*before, 1, 1, 1, 1, 1, 1, 2]
    assert sum(strengths[8:]) / 7 <= 0.75 * sum(before) / 8
    history = diary(twitch(day, strength=strength, seconds=20) for day, strength in enumerate(strengths))
    assert kinds(history, 14, "persistence") == [kind]


def test_an_entry_without_a_side_leaves_each_side_unknown() -> None:
    """Unknown is never clear: calf, side not entered, may have been the left one."""
    entries = [twitch(day, "calf", "left" if day % 2 == 0 else None) for day in range(15)]
    (finding,) = [one for one in found(diary(entries), 14, "persistence") if one.side == "left"]
    assert (finding.kind, finding.evidence["clear_days"]) == ("ask", 0)
    other = [twitch(day, "calf", "left" if day % 2 == 0 else "right") for day in range(15)]
    assert kinds(diary(other), 14, "persistence") == ["fourteen_days"]


def test_a_neighbour_is_the_same_place() -> None:
    history = diary(twitch(day, "calf" if day % 3 else "shin") for day in range(15))
    (finding,) = found(history, 14, "persistence")
    assert (finding.kind, finding.location) == ("flag", "calf")
    assert finding.evidence["sites"] == ["calf/left", "shin/left"]


@pytest.mark.parametrize("other", [("calf", "right"), ("foot_sole", "left"), ("thigh_back", "left")])
def test_another_side_or_a_place_further_off_is_not(other: tuple[str, str]) -> None:
    history = diary(
        twitch(day, other[0], "right" if other[1] == "right" else "left") if day % 2 else twitch(day)
        for day in range(15)
    )
    assert "flag" not in kinds(history, 14, "persistence")


def test_merging_is_one_step_from_the_place_used_most() -> None:
    """Hip and knee both border on the thigh, not on each other."""
    places = ["thigh_front"] * 7 + ["hip"] * 4 + ["knee"] * 4
    history = diary(twitch(day, place) for day, place in enumerate(places))
    assert [f.location for f in found(history, 14, "persistence")] == ["thigh_front"]
    apart = ["thigh_in", "thigh_front", "hip"] * 6
    history = diary(twitch(day, place) for day, place in enumerate([*apart, "hip", "hip", "hip"]))
    findings = found(history, 20, "persistence")
    assert {f.location for f in findings} == {"hip", "thigh_in"}


@pytest.mark.parametrize(("recalled", "kind"), [(5, "flag"), (6, "ask")])
def test_at_most_five_days_may_be_recalled(recalled: int, kind: str) -> None:
    late = range(1, 1 + recalled)
    prompt = [0, *range(15 - (8 - recalled), 15)]
    history = diary([*(twitch(day, hours_late=73) for day in late), *(twitch(day) for day in prompt)], quiet=[-1])
    assert kinds(history, 20, "persistence") == [kind]


@pytest.mark.parametrize(("hours", "counted"), [(72, 10), (72.1, 5)])
def test_seventy_two_hours_are_prompt(hours: float, counted: int) -> None:
    days = [0, 1, 2, 4, 5, 7, 9, 11, 13, 14]
    history = diary(twitch(day, hours_late=hours) for day in days)
    (finding,) = found(history, 20, "persistence")
    assert finding.evidence["twitch_days"] == counted


def test_all_over_is_unknown_for_a_single_place_and_a_place_of_its_own() -> None:
    history = diary(
        [
            *(twitch(day) for day in range(15) if day not in {5, 6, 7}),
            *(twitch(day, "all_over", None) for day in (5, 6, 7)),
        ]
    )
    (finding,) = found(history, 14, "persistence")
    assert finding.evidence["clear_days"] == 0
    assert kinds(diary(twitch(day, "all_over", None) for day in range(15)), 14, "persistence") == ["flag"]


def test_somewhere_else_says_nothing_about_a_place_but_observes_the_day() -> None:
    assert not found(diary(twitch(day, "elsewhere", None) for day in range(20)), 19, "persistence")
    history = diary([*(twitch(day) for day in range(10)), *(twitch(day, "elsewhere") for day in range(10, 17))])
    assert not found(history, 16, "persistence")


def test_an_entry_counts_from_the_day_on_which_it_was_recorded() -> None:
    late = [twitch(day, hours_late=24 * (20 - day)) for day in range(4, 10)]
    history = diary([*(twitch(day) for day in range(4)), *late, *(twitch(day) for day in range(10, 15))])
    assert "flag" not in kinds(history, 14, "persistence")
    assert kinds(history, 20, "persistence") == ["flag"]


def test_recorded_on_is_the_date_where_the_person_was() -> None:
    episode = twitch(0, hour=23)
    utc = episode.started_at.astimezone(dt.UTC)
    assert replace(episode, recorded_at=utc).known_on == date(0)


@pytest.mark.parametrize(("hours", "on"), [(0, 0), (0.99, 0), (1, 1), (24.99, 1), (25, 2), (-30, 0)])
def test_an_entry_is_known_from_the_midnight_after_which_it_was_recorded(hours: float, on: int) -> None:
    late = twitch(0, hour=23, hours_late=hours)
    assert late.known_on == date(on)
    utc = late.recorded_at.astimezone(dt.UTC) if late.recorded_at else None
    assert replace(late, recorded_at=utc).known_on == date(on)


def test_a_later_spell_takes_over_from_the_one_before() -> None:
    days = [*range(15), *range(18, 34)]
    history = diary((twitch(day) for day in days), quiet=[15, 16, 17])
    assert found(history, 20, "persistence")[0].since == date(0)
    assert [f.since for f in found(history, 33, "persistence")] == [date(18)]


def test_an_eyelid_is_called_one() -> None:
    history = diary(twitch(day, "lid_lower") for day in range(15))
    assert found(history, 14, "persistence")[0].evidence["eyelid"] is True
