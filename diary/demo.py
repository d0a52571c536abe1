"""Invented diaries for trying out, screenshots and benchmarks: the same for the same arguments, no clock.

A story says, day by day, how likely each place is to twitch and how strong; the context of the days and what gets
written down are drawn from one seeded generator.
"""

import datetime as dt
import random
import uuid
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

NAMESPACE = uuid.UUID("5f9d3f0e-58c7-4a53-9a07-2f6a2c5a9d11")
ZONE = "Europe/Berlin"
QUARTER_DAYS = 92
DECADE_DAYS = 3650
EPISODES_A_BUSY_DAY = 15

NOTES = (
    "After the run, sitting on the sofa.",
    "Woke me up.",
    "While reading in bed.",
    "At the desk, long day.",
    "Stopped when I stretched.",
    "Short, then gone.",
    "On the train home.",
    "Could see it under the skin.",
    "Barely there.",
    "After the third coffee.",
)
DAY_NOTES = ("Long day at work.", "Hike in the hills.", "Slept badly, neighbours.", "Day off.", "Head cold.")
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


@dataclass(frozen=True, slots=True)
class Context:
    """How one day was, whether or not it gets written down."""

    date: dt.date
    sleep_hours: float
    caffeine_mg: int
    exercise_minutes: int
    stress: int


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a place is to twitch on a day, how strong (1 to 4) and for how long (seconds)."""

    location: str
    side: str
    probability: float
    strength: float = 1.6
    seconds: int = 240


Story = Callable[[int, Context, Context | None], list[Chance]]


@dataclass(slots=True)
class DemoDiary:
    """Rows as plain values, named as the models name their fields."""

    episodes: list[dict[str, Any]] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    medicines: list[dict[str, Any]] = field(default_factory=list)


def benign(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """Calves after exercise, an eyelid after short nights; comes and goes."""
    after_exercise = today.exercise_minutes or (yesterday and yesterday.exercise_minutes)
    return [
        Chance("calf", "left", 0.34 if after_exercise else 0.05),
        Chance("calf", "right", 0.2 if after_exercise else 0.03, 1.3),
        Chance("lid_lower", "right", 0.4 if today.sleep_hours < 6 else 0.04, 1.5, 60),
    ]


def eyelid(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """One lid for some weeks, with coffee and short sleep; then it fades."""
    fading = max(0.0, 1 - max(0, day - 55) / 25)
    driven = 0.85 if today.caffeine_mg > 200 or today.sleep_hours < 6 else 0.35
    probability = driven * fading if day > 20 else 0.05
    return [Chance("lid_lower", "right", probability, 1.4 + fading, 90)]


def calf(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """A calf that has been at it for weeks and stays as it is."""
    return [
        Chance("calf", "left", 0.88 if day > 38 else 0.08, 2.0, 900),
        Chance("foot_sole", "left", 0.12, 1.4),
    ]


def spreading(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """New places join, and the first ones stay."""
    starts = (
        (5, "calf", "left"),
        (30, "thigh_front", "left"),
        (52, "forearm_in", "right"),
        (72, "arm_front", "right"),
    )
    return [
        Chance(place, side, 0.62, 1.6 + min(1.2, (day - start) / 45), 600)
        for start, place, side in starts
        if day >= start
    ]


def worsening(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """One place: more days, stronger, longer, over twelve weeks."""
    share = min(1.0, day / 84)
    return [Chance("thumb_base", "right", 0.2 + 0.75 * share, 1.2 + 2.2 * share, int(60 + 5000 * share))]


def busy(day: int, today: Context, yesterday: Context | None) -> list[Chance]:
    """Many places on every day."""
    return [Chance(place, side, 1.0, 1.2 + (day % 90) / 60, 300) for place, side in BUSY_PLACES]


STORIES: dict[str, Story] = {
    "benign": benign,
    "eyelid": eyelid,
    "calf": calf,
    "spreading": spreading,
    "worsening": worsening,
    "busy-decade": busy,
}


def invent(story: str, *, seed: int, until: dt.date) -> DemoDiary:
    """The whole diary of a story, its last day being `until`."""
    rng = random.Random(f"{story}:{seed}")  # noqa: S311  (not for secrets)
    busy_decade = story == "busy-decade"
    length = DECADE_DAYS if busy_decade else QUARTER_DAYS
    diary = DemoDiary()
    before: Context | None = None
    for number, today in enumerate(contexts(rng, until, length)):
        is_last = number == length - 1
        if is_last or busy_decade or rng.random() < 0.9:
            chances = STORIES[story](number, today, before)
            logged = episodes_of(rng, today, chances, busy_decade=busy_decade, is_last=is_last)
            diary.episodes += logged
            diary.days += day_of(rng, today, has_episodes=bool(logged))
        if number % 28 == 27:
            diary.checks += checks_of(story, today.date, number)
        before = today
    diary.medicines = medicines_of(until, length)
    for table in (diary.episodes, diary.days, diary.checks, diary.medicines):
        for index, row in enumerate(table):
            row["id"] = uuid.uuid5(NAMESPACE, f"{story}:{seed}:{until}:{sorted(row)}:{index}")
    return diary


def contexts(rng: random.Random, until: dt.date, length: int) -> Iterator[Context]:
    """How each day was: work days with more coffee and less sleep, exercise about twice a week."""
    for back in range(length - 1, -1, -1):
        date = until - dt.timedelta(days=back)
        works = date.weekday() < 5
        stress = rng.choices((0, 1, 2, 3, 4), (2, 4, 4, 3, 1) if works else (5, 4, 2, 1, 0))[0]
        sleep = min(9.5, max(4.0, rng.gauss(7.0 if works else 7.8, 0.8) - 0.3 * (stress > 2)))
        yield Context(
            date=date,
            sleep_hours=round(sleep * 2) / 2,
            caffeine_mg=90 * rng.choices((0, 1, 2, 3, 4), (1, 3, 5, 3, 1))[0],
            exercise_minutes=rng.choice((30, 45, 60)) if rng.random() < 2 / 7 else 0,
            stress=stress,
        )


def episodes_of(
    rng: random.Random, today: Context, chances: list[Chance], *, busy_decade: bool, is_last: bool
) -> list[dict[str, Any]]:
    """What twitched on a day. The last day of a story always shows something."""
    if busy_decade:
        drawn = [rng.choice(chances) for _ in range(EPISODES_A_BUSY_DAY)]
    else:
        drawn = [chance for chance in chances if rng.random() < (0.99 if is_last else chance.probability)]
        drawn += [chance for chance in drawn if rng.random() < 0.25]
    return [episode(rng, today.date, chance, is_last=is_last) for chance in drawn]


def episode(rng: random.Random, date: dt.date, chance: Chance, *, is_last: bool) -> dict[str, Any]:
    """One episode, told as people tell it: some fields stay empty."""
    minute = rng.randint(7 * 60, 9 * 60) if is_last else min(23 * 60 + 55, max(0, int(rng.gauss(19 * 60, 210))))
    wall = dt.datetime.combine(
        date, dt.time(minute // 60, minute % 60, rng.randint(0, 59)), zoneinfo.ZoneInfo(ZONE)
    )
    started_at = wall.astimezone(dt.UTC)
    # What the wall showed in the skipped hour of a spring night is an hour later in truth.
    local = started_at.astimezone(zoneinfo.ZoneInfo(ZONE))
    strength = min(4, max(1, round(rng.gauss(chance.strength, 0.5))))
    values: dict[str, Any] = {
        "started_at": started_at,
        "local_date": local.date(),
        "time_zone": ZONE,
        "utc_offset_minutes": int((local.utcoffset() or dt.timedelta()).total_seconds() // 60),
        "location": chance.location,
        "side": chance.side,
        "strength": strength if rng.random() < 0.93 else None,
        "duration_seconds": None,
        "duration_is_rough": False,
        "how_often": rng.choice((0, 1, 1, 2, 2, 3)) if rng.random() < 0.5 else None,
        "at_rest": rng.random() < 0.8 if rng.random() < 0.6 else None,
        "note": rng.choice(NOTES) if rng.random() < 0.12 else "",
        "recorded_at": started_at + dt.timedelta(minutes=rng.choice((0, 1, 2, 5, 30))),
    }
    if rng.random() < 0.75:
        bands = (20, 600, 3600, 14400)
        wanted = chance.seconds * rng.uniform(0.3, 2.5)
        values["duration_seconds"] = min(bands, key=lambda band: abs(band - wanted))
        values["duration_is_rough"] = True
    return values


def day_of(rng: random.Random, today: Context, *, has_episodes: bool) -> list[dict[str, Any]]:
    """The context as far as somebody wrote it down, and the mark of a day without twitches."""
    entered: dict[str, Any] = {
        "sleep_hours": today.sleep_hours,
        "sleep_quality": min(4, max(1, round(today.sleep_hours - 4))),
        "caffeine_mg": today.caffeine_mg,
        "exercise_minutes": today.exercise_minutes,
        "exercise_effort": rng.choice(("light", "moderate", "hard")) if today.exercise_minutes else "",
        "stress": today.stress,
        "water_ml": rng.choice((1000, 1250, 1500, 2000)),
        "alcohol_units": rng.choice((0, 0, 0, 1, 2)),
        "magnesium": rng.choice(("none", "food")),
        "note": rng.choice(DAY_NOTES) if rng.random() < 0.06 else "",
    }
    likely = {"sleep_hours": 0.9, "caffeine_mg": 0.85, "exercise_minutes": 0.8, "stress": 0.7}
    values = {
        name: value
        for name, value in entered.items()
        if value not in {"", None} and rng.random() < likely.get(name, 0.3)
    }
    values["no_twitches"] = not has_episodes and rng.random() < 0.85
    return [values | {"date": today.date}] if len(values) > 1 or values["no_twitches"] else []


def checks_of(story: str, date: dt.date, number: int) -> list[dict[str, Any]]:
    """The function check every four weeks; two stories find something in the end."""
    found = {"spreading": ("buttons", "hand_web", "right"), "worsening": ("jars", "thumb_base", "right")}
    rows: list[dict[str, Any]] = []
    for sign in ("jars", "buttons", "write", "stairs", "walk", "thinner", "speech", "swallow"):
        row: dict[str, Any] = {"date": date, "sign": sign, "answer": "no"}
        if number > 80 and story in found and found[story][0] == sign:
            row |= {"answer": "yes", "location": found[story][1], "side": found[story][2], "course": "worse"}
            row["since_on"] = date - dt.timedelta(days=9)
        rows.append(row)
    return rows


def medicines_of(until: dt.date, length: int) -> list[dict[str, Any]]:
    """One medicine for years and one supplement that was tried."""
    tried = until - dt.timedelta(days=length // 3)
    return [
        {"name": "Salbutamol inhaler", "started_on": until - dt.timedelta(days=length + 900), "stopped_on": None},
        {"name": "Magnesium 300 mg", "started_on": tried, "stopped_on": tried + dt.timedelta(days=28)},
    ]
