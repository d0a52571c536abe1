"""What an answer to a sign asks for, at once and whatever else the diary says; plain values, no Django.

A table of published advice (NHS, NICE NG127), not a judgement of the person: what a "yes" asks for stands in
`signs.py`, and only a course that gets worse or a twitch at the very place makes it more urgent.
"""

from typing import Literal

from diary.signs import SIGNS

Level = Literal["emergency", "same_day", "this_week", "soon", "mention", "unsure", "tired"]

# Most urgent first: the order in which they are said.
LEVELS: tuple[Level, ...] = ("emergency", "same_day", "this_week", "soon", "mention", "unsure", "tired")


def level_of(sign: str, answer: str, course: str = "", *, twitches_there: bool = False) -> Level | None:
    """How urgent one answer is; None for a "no".

    "Not sure" about an emergency counts as a yes; about the rest it is one step milder than a yes.
    """
    urgency = SIGNS[sign].urgency
    if answer == "tired_only":
        return "tired"
    if answer == "unsure":
        return _if_unsure(sign)
    if answer != "yes":
        return None
    if urgency == "soon" and (course == "worse" or twitches_there):
        return "this_week"
    return urgency


def _if_unsure(sign: str) -> Level:
    urgency = SIGNS[sign].urgency
    if urgency == "emergency":
        return "emergency"
    return "soon" if urgency == "same_day" else "unsure"
