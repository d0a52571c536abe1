"""The signs that a person is asked for: one table, plain values, no Django.

Topics follow the NICE NG127 guideline and the MND Association / RCGP red-flag tool, in our own words; a sign
asks what somebody can no longer *do*, because a third of people with harmless twitches say they feel weak.
"""

from dataclasses import dataclass
from typing import Literal

from diary.body import Group, gettext_noop

Answer = Literal["yes", "no", "unsure", "tired_only"]
Course = Literal["worse", "same", "better"]
Urgency = Literal["mention", "soon", "same_day", "emergency"]
Topic = Literal["arms", "legs", "head", "seen", "emergency", "eyes"]

ANSWERS: dict[Answer, str] = {
    "no": gettext_noop("No"),
    "yes": gettext_noop("Yes"),
    "unsure": gettext_noop("Not sure"),
    "tired_only": gettext_noop("It feels tired, but I can do everything"),
}
COURSES: dict[Course, str] = {
    "worse": gettext_noop("Getting worse"),
    "same": gettext_noop("Staying the same"),
    "better": gettext_noop("Getting better"),
}
TOPICS: dict[Topic, str] = {
    "arms": gettext_noop("Hands and arms"),
    "legs": gettext_noop("Legs"),
    "head": gettext_noop("Head, voice and breath"),
    "seen": gettext_noop("What can be seen"),
    "emergency": gettext_noop("Sudden or fast"),
    "eyes": gettext_noop("Eyes and medicines"),
}
ANYWHERE: tuple[Group, ...] = ("face", "mouth", "neck", "arm", "trunk", "leg")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign, asked so that a "yes" always means trouble.

    `urgency` is what a "yes" asks for; `in_check` puts it in the monthly function check; `groups` are the parts
    of the body that can be named with it; `can_tire` offers "It feels tired, but I can do everything".
    """

    id: str
    topic: Topic
    name: str
    question: str
    urgency: Urgency
    in_check: bool = False
    groups: tuple[Group, ...] = ()
    can_tire: bool = False

    @property
    def has_place(self) -> bool:
        """Whether a place can be named with it."""
        return bool(self.groups)


_TABLE = (
    Sign(
        "jars",
        "arms",
        gettext_noop("Jars, keys and taps"),
        gettext_noop("Is there a jar, a key or a tap that you can no longer manage?"),
        "soon",
        in_check=True,
        groups=("arm",),
        can_tire=True,
    ),
    Sign(
        "buttons",
        "arms",
        gettext_noop("Buttons and zips"),
        gettext_noop("Are there buttons or zips that you can no longer do up?"),
        "soon",
        in_check=True,
        groups=("arm",),
        can_tire=True,
    ),
    Sign(
        "write",
        "arms",
        gettext_noop("Writing and typing"),
        gettext_noop("Can you no longer write or type the way you used to?"),
        "soon",
        in_check=True,
        groups=("arm",),
        can_tire=True,
    ),
    Sign(
        "lift_arm",
        "arms",
        gettext_noop("Lifting an arm"),
        gettext_noop("Can you no longer lift an arm, to wash your hair or to reach a shelf?"),
        "soon",
        in_check=True,
        groups=("arm",),
        can_tire=True,
    ),
    Sign(
        "stairs",
        "legs",
        gettext_noop("Stairs and chairs"),
        gettext_noop("Can you no longer climb stairs, or get up from a chair without using your arms?"),
        "soon",
        in_check=True,
        groups=("leg",),
        can_tire=True,
    ),
    Sign(
        "walk",
        "legs",
        gettext_noop("Walking, heels and tiptoe"),
        gettext_noop("Can you no longer walk on your heels or on tiptoe, or do you catch a foot or fall?"),
        "soon",
        in_check=True,
        groups=("leg",),
        can_tire=True,
    ),
    Sign(
        "neck",
        "head",
        gettext_noop("Holding the head up"),
        gettext_noop("Can you no longer hold your head up?"),
        "soon",
        in_check=True,
        can_tire=True,
    ),
    Sign(
        "thinner",
        "seen",
        gettext_noop("A muscle looks thinner"),
        gettext_noop("Does a muscle look thinner than it did?"),
        "soon",
        in_check=True,
        groups=ANYWHERE,
    ),
    Sign(
        "speech",
        "head",
        gettext_noop("Speech"),
        gettext_noop("Is your speech slurred, or hard for others to understand?"),
        "soon",
        in_check=True,
    ),
    Sign(
        "swallow",
        "head",
        gettext_noop("Swallowing"),
        gettext_noop("Do you choke, or does food or drink go down the wrong way?"),
        "same_day",
        in_check=True,
    ),
    Sign(
        "breathing_flat",
        "head",
        gettext_noop("Breathing when lying flat"),
        gettext_noop("Do you get out of breath when you lie flat?"),
        "same_day",
        in_check=True,
    ),
    Sign(
        "reflexes",
        "seen",
        gettext_noop("Changed reflexes"),
        gettext_noop("Did a doctor say that your reflexes have changed?"),
        "soon",
        in_check=True,
    ),
    Sign(
        "sudden_weakness",
        "emergency",
        gettext_noop("Sudden weakness"),
        gettext_noop("Did an arm, a leg or one side become weak all of a sudden?"),
        "emergency",
        groups=("face", "arm", "leg"),
    ),
    Sign(
        "face_droop",
        "emergency",
        gettext_noop("Drooping face"),
        gettext_noop("Does one side of your face droop?"),
        "emergency",
    ),
    Sign(
        "speech_loss",
        "emergency",
        gettext_noop("Speech suddenly gone"),
        gettext_noop("Do words suddenly not come out, or make no sense?"),
        "emergency",
    ),
    Sign(
        "breathless_rest",
        "emergency",
        gettext_noop("Out of breath at rest"),
        gettext_noop("Are you out of breath while you sit still?"),
        "emergency",
    ),
    Sign(
        "rapid_weakness",
        "emergency",
        gettext_noop("Weakness that grows fast"),
        gettext_noop("Has a weakness grown over a few days or a few weeks?"),
        "emergency",
        groups=ANYWHERE,
    ),
    Sign(
        "back_saddle",
        "emergency",
        gettext_noop("Back pain with numbness or bladder trouble"),
        gettext_noop(
            "Do you have bad back or leg pain with numbness between the legs, or new bladder or bowel trouble?"
        ),
        "emergency",
    ),
    Sign(
        "eyes_forced_shut",
        "eyes",
        gettext_noop("Eyes pulled shut"),
        gettext_noop("Are both eyes pulled tightly shut?"),
        "mention",
    ),
    Sign(
        "lid_droop",
        "eyes",
        gettext_noop("Drooping eyelid"),
        gettext_noop("Does an eyelid droop?"),
        "mention",
        groups=("face",),
    ),
    Sign(
        "eye_red",
        "eyes",
        gettext_noop("Red or swollen eye"),
        gettext_noop("Is an eye red, swollen or weeping?"),
        "mention",
        groups=("face",),
    ),
    Sign(
        "medicine_suspected",
        "eyes",
        gettext_noop("A medicine may be the cause"),
        gettext_noop("Did the twitching begin after a new medicine or a new dose?"),
        "mention",
    ),
)

SIGNS: dict[str, Sign] = {sign.id: sign for sign in _TABLE}
CHECK_SIGNS: tuple[Sign, ...] = tuple(sign for sign in _TABLE if sign.in_check)
OTHER_SIGNS: tuple[Sign, ...] = tuple(sign for sign in _TABLE if not sign.in_check)
CHECK_EVERY_DAYS = 28
# A check with a "yes" is asked again sooner.
ASK_AGAIN_AFTER_DAYS = 7
