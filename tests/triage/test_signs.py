"""What a person can no longer do: levels, places, and what closes."""

import pytest

from tests.triage.written import all_no, answer, date, diary, found, kinds, twitch
from triage.rules.answers import CHECK_SIGNS, KIND_OF_SIGN
from triage.rules.assess import assess
from triage.rules.findings import LEVELS

LEVEL_OF_YES = {
    "jars": "soon",
    "buttons": "soon",
    "write": "soon",
    "lift_arm": "soon",
    "stairs": "soon",
    "walk": "soon",
    "neck": "soon",
    "thinner": "soon",
    "speech": "soon",
    "reflexes": "soon",
    "swallow": "urgent",
    "breathing_flat": "urgent",
    "sudden_weakness": "urgent",
    "rapid_weakness": "urgent",
    "face_droop": "urgent",
    "speech_loss": "urgent",
    "breathless_rest": "urgent",
    "back_saddle": "urgent",
    "eyes_forced_shut": "talk",
    "lid_droop": "talk",
    "eye_red": "talk",
    "medicine_suspected": "talk",
}


@pytest.mark.parametrize(("sign", "level"), LEVEL_OF_YES.items())
def test_one_yes_is_enough(sign: str, level: str) -> None:
    assessment = assess(diary(checks=[answer(0, sign)]), today=date(0))
    assert assessment.level == level
    assert assessment.findings[0].rule == "signs"
    assert assessment.findings[0].entry_ids == (f"0-{sign}-yes-None-None",)


def test_every_sign_is_in_the_table() -> None:
    assert set(LEVEL_OF_YES) == set(KIND_OF_SIGN)


def test_a_yes_stands_for_years_and_only_a_no_closes_it() -> None:
    checks = [answer(0, "stairs")]
    assert kinds(diary(checks=checks), 1000, "signs") == ["loss"]
    assert kinds(diary(checks=[*checks, answer(50, "stairs", "unsure")]), 60, "signs") == ["loss"]
    assert kinds(diary(checks=[*checks, answer(50, "stairs", "tired_only")]), 60, "signs") == ["loss"]
    assert kinds(diary(checks=[*checks, answer(50, "walk", "no")]), 60, "signs") == ["loss"]
    assert kinds(diary(checks=[*checks, answer(50, "stairs", "no")]), 49, "signs") == ["loss"]
    assert kinds(diary(checks=[*checks, answer(50, "stairs", "no")]), 50, "signs") == []


def test_fewer_twitches_do_not_close_it() -> None:
    history = diary(
        [twitch(day, "hand_web", "right") for day in range(10)],
        quiet=range(10, 90),
        checks=[answer(5, "buttons", location="hand_web", side="right")],
    )
    assert kinds(history, 89, "signs") == ["loss"]


def test_a_no_for_one_place_leaves_the_other() -> None:
    checks = [
        answer(0, "jars", location="hand_web", side="right"),
        answer(0, "jars", location="hand_web", side="left"),
        answer(9, "jars", "no", location="hand_web", side="left"),
    ]
    (finding,) = found(diary(checks=checks), 9, "signs")
    assert (finding.location, finding.side) == ("hand_web", "right")
    assert not found(diary(checks=[*checks, answer(10, "jars", "no")]), 10, "signs")


def test_yes_and_no_on_one_day_is_a_yes() -> None:
    checks = [answer(0, "stairs"), answer(0, "stairs", "no")]
    for order in (checks, checks[::-1]):
        assert kinds(diary(checks=order), 0, "signs") == ["loss"]


@pytest.mark.parametrize(
    ("location", "side", "twitching_on", "kind"),
    [
        ("hand_web", "right", 0, "loss_this_week"),
        ("thumb_base", "right", 0, "loss_this_week"),
        ("hand_web", "left", 0, "loss"),
        ("calf", "right", 0, "loss"),
        ("hand_web", "right", -27, "loss_this_week"),
        ("hand_web", "right", -28, "loss"),
        (None, None, 0, "loss"),
    ],
)
def test_a_loss_where_it_twitches_is_this_week(
    location: str | None, side: str | None, twitching_on: int, kind: str
) -> None:
    where = {"location": location, "side": side}
    check = answer(0, "buttons", **where)  # type: ignore[arg-type]
    history = diary([twitch(twitching_on, "hand_web", "right")], checks=[check])
    assert kinds(history, 0, "signs") == [kind]


def test_a_loss_that_gets_worse_is_this_week_and_first() -> None:
    history = diary(checks=[answer(0, "stairs"), answer(1, "write", course="worse")])
    assert [f.evidence["sign"] for f in found(history, 2, "signs")] == ["write", "stairs"]
    assert kinds(history, 2, "signs") == ["loss_this_week", "loss"]


def test_what_is_urgent_stands_first_whatever_else_there_is() -> None:
    history = diary((twitch(day) for day in range(20)), checks=[answer(3, "write"), answer(19, "face_droop")])
    levels = [finding.level for finding in assess(history, today=date(19)).findings]
    assert levels == ["urgent", "soon", "talk"]
    assert levels == sorted(levels, key=LEVELS.index, reverse=True)


@pytest.mark.parametrize("said", ["unsure", "tired_only"])
def test_unsure_and_tired_are_notes_for_four_weeks(said: str) -> None:
    history = diary(checks=[answer(0, "stairs", said)])  # type: ignore[arg-type]
    assert kinds(history, 27, "signs") == [said]
    assert assess(history, today=date(27)).level == "note"
    assert kinds(history, 28, "signs") == []


def test_the_check_is_due_every_28_days_while_twitches_are_logged() -> None:
    history = diary([twitch(0), twitch(40)], checks=all_no(2))
    due = [assess(history, today=date(day)).data_quality.check_due for day in (0, 2, 29, 30, 40, 67, 68)]
    assert due == [True, False, False, False, True, True, False]


def test_the_check_has_every_sign_of_lost_function() -> None:
    assert set(CHECK_SIGNS) == {sign for sign, level in LEVEL_OF_YES.items() if level == "soon"} | {
        "swallow",
        "breathing_flat",
    }
