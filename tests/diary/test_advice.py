"""What one answer asks for."""

import pytest

from diary.advice import level_of
from diary.signs import SIGNS


@pytest.mark.parametrize(
    ("sign", "answer", "course", "twitches_there", "level"),
    [
        ("jars", "no", "", True, None),
        ("jars", "tired_only", "", True, "tired"),
        ("jars", "unsure", "worse", True, "unsure"),
        ("jars", "yes", "", False, "soon"),
        ("jars", "yes", "same", False, "soon"),
        ("jars", "yes", "better", False, "soon"),
        ("jars", "yes", "worse", False, "this_week"),
        ("jars", "yes", "", True, "this_week"),
        ("swallow", "yes", "", False, "same_day"),
        ("swallow", "yes", "worse", True, "same_day"),
        ("breathing_flat", "yes", "", False, "same_day"),
        ("swallow", "unsure", "", False, "soon"),
        ("face_droop", "yes", "", False, "emergency"),
        ("face_droop", "unsure", "", False, "emergency"),
        ("face_droop", "no", "", False, None),
        ("lid_droop", "yes", "worse", True, "mention"),
        ("lid_droop", "unsure", "", False, "unsure"),
    ],
)
def test_level(sign: str, answer: str, course: str, twitches_there: bool, level: str | None) -> None:
    assert level_of(sign, answer, course, twitches_there=twitches_there) == level


@pytest.mark.parametrize(
    "sign",
    ["sudden_weakness", "face_droop", "speech_loss", "breathless_rest", "rapid_weakness", "back_saddle"],
)
def test_what_calls_for_an_ambulance(sign: str) -> None:
    assert SIGNS[sign].urgency == "emergency"
    assert not SIGNS[sign].in_check
