"""The stories: for each day how likely which place is to twitch, how strong and for how long."""

from collections.abc import Callable
from dataclasses import dataclass

from diary.demo.lives import Context


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a place is to twitch on a day, how strong (1 to 4) and for how long (seconds)."""

    location: str
    side: str
    probability: float
    strength: float = 1.6
    seconds: int = 240


# Number of the day, that day, the day before.
Story = Callable[[int, Context, Context | None], list[Chance]]

# The places of `busy-decade`.
BUSY_PLACES = (
    ("calf", "left"),
    ("calf", "right"),
    ("foot_sole", "left"),
    ("lid_lower", "right"),
    ("thigh_front", "left"),
    ("arm_front", "right"),
    ("thumb_base", "right"),
    ("shin", "left"),
)


def benign(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """Calves after exercise, an eyelid after short nights; comes and goes."""
    after_sport = today.exercise_minutes or (yesterday is not None and yesterday.effort in {"moderate", "hard"})
    return [
        Chance("calf", "left", 0.5 if after_sport else 0.05),
        Chance("calf", "right", 0.25 if after_sport else 0.03, 1.3),
        Chance("lid_lower", "right", 0.6 if today.sleep_hours < 6 else 0.05, 1.5, 60),
    ]


def eyelid(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """One lid for some weeks, with coffee and short sleep; then it fades."""
    fading = max(0.0, 1 - max(0, day - 55) / 36)
    driven = 0.92 if today.caffeine_mg > 200 or today.sleep_hours < 6.5 else 0.45
    return [Chance("lid_lower", "right", driven * fading if day > 20 else 0.05, 1.2 + fading, 90)]


def calf(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """A calf that has been at it for weeks and stays as it is."""
    return [
        Chance("calf", "left", 0.9 if day > 38 else 0.08, 2.0, 900),
        Chance("foot_sole", "left", 0.12, 1.4),
    ]


def spreading(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """New places join, and the first ones stay."""
    starts = (
        (5, "calf", "left"),
        (30, "thigh_front", "left"),
        (52, "forearm_in", "right"),
        (68, "arm_front", "right"),
        (78, "hand_web", "right"),
    )
    return [
        Chance(place, side, 0.68, 1.6 + min(1.2, (day - start) / 45), 600)
        for start, place, side in starts
        if day >= start
    ]


def worsening(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """One place: more days, stronger, longer, over twelve weeks."""
    share = min(1.0, day / 84)
    return [Chance("thumb_base", "right", 0.2 + 0.75 * share, 1.2 + 2.2 * share, int(60 + 5000 * share))]


def busy(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """Many places on every day, in waves of three months."""
    return [Chance(place, side, 1.0, 1.2 + (day % 90) / 60, 300) for place, side in BUSY_PLACES]


STORIES: dict[str, Story] = {
    "benign": benign,
    "busy-decade": busy,
    "calf": calf,
    "eyelid": eyelid,
    "spreading": spreading,
    "worsening": worsening,
}
