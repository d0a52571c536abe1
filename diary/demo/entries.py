"""What gets written down of a day, as people do it: fields stay empty, some things are told the next morning."""

import datetime as dt
import random
import zoneinfo
from typing import Any

from diary.demo.lives import Context
from diary.demo.stories import Chance

ZONE = "Europe/Berlin"
TZ = zoneinfo.ZoneInfo(ZONE)
ROUGH_SECONDS = (20, 600, 3600, 14400)
EPISODES_A_BUSY_DAY = 15

ANY_NOTES = (
    "Short, then gone.",
    "Stopped when I stretched.",
    "In bursts, with long breaks.",
    "Only when I sat still.",
)
DAY_NOTES = ("Long day at work.", "Day off.", "Head cold.", "Visitors all weekend.", "Deadline on Friday.")
LIKELY_ENTERED = {"sleep_hours": 0.9, "caffeine_mg": 0.85, "exercise_minutes": 0.8, "stress": 0.7, "heat": 0.15}


def episodes_of(
    rng: random.Random, today: Context, chances: list[Chance], *, sure: bool, last: bool
) -> list[dict[str, Any]]:
    """What twitched on a day; on a `sure` one the likeliest place does, on the `last` one the two likeliest."""
    drawn = [chance for chance in chances if rng.random() < chance.probability]
    if sure and len(drawn) < 1 + last:
        drawn = sorted(chances, key=lambda chance: -chance.probability)[: 1 + last]
    drawn += [chance for chance in drawn if rng.random() < 0.25]
    return [episode(rng, today, chance, last=last) for chance in drawn]


def busy_episodes_of(
    rng: random.Random, today: Context, chances: list[Chance], *, last: bool
) -> list[dict[str, Any]]:
    """Fifteen, wherever."""
    return [episode(rng, today, rng.choice(chances), last=last) for _ in range(EPISODES_A_BUSY_DAY)]


def episode(rng: random.Random, today: Context, chance: Chance, *, last: bool) -> dict[str, Any]:
    """One episode."""
    told_later = not (last or changes_clocks(today.date)) and rng.random() < 0.05
    local = (
        dt.datetime.combine(today.date, dt.time(12), TZ) if told_later else began_at(rng, today.date, last=last)
    )
    started_at = local.astimezone(dt.UTC)
    strength = min(4, max(1, round(rng.gauss(chance.strength, 0.5))))
    later = dt.timedelta(hours=20) if told_later else dt.timedelta(minutes=rng.choice((0, 0, 1, 2, 5, 30)))
    return {
        "started_at": started_at,
        "local_date": today.date,
        "time_zone": ZONE,
        "utc_offset_minutes": int((local.utcoffset() or dt.timedelta()).total_seconds() // 60),
        "start_time_known": not told_later,
        "location": chance.location,
        "side": chance.side,
        "strength": strength if rng.random() < 0.93 else None,
        "how_often": rng.choice((0, 1, 1, 2, 2, 3)) if rng.random() < 0.5 else None,
        "at_rest": rng.random() < 0.8 if rng.random() < 0.6 else None,
        "note": rng.choice(notes_for(today, local, strength)) if rng.random() < 0.12 else "",
        "recorded_at": started_at + later,
        **duration(rng, chance),
    }


def began_at(rng: random.Random, date: dt.date, *, last: bool) -> dt.datetime:
    """Mostly in the evening, at times in the middle of the night; when the clocks change, about then."""
    if last:
        minute = rng.randint(5 * 60 + 40, 7 * 60 + 20)
    elif changes_clocks(date):
        minute = rng.randint(1 * 60 + 40, 3 * 60 + 40)
    elif rng.random() < 0.12:
        minute = rng.randint(40, 5 * 60)
    else:
        minute = min(23 * 60 + 50, max(7 * 60, round(rng.gauss(19 * 60 + 15, 170)))) + rng.randint(-10, 9)
    time = dt.time(minute // 60, minute % 60, rng.randint(0, 59))
    wall = dt.datetime.combine(date, time, TZ).replace(fold=rng.randint(0, 1))
    # A time that was skipped in spring is an hour later, or earlier, in truth.
    return wall.astimezone(dt.UTC).astimezone(TZ)


def changes_clocks(date: dt.date) -> bool:
    """Whether the day has 23 or 25 hours."""
    ends = (dt.datetime.combine(date + dt.timedelta(days=n), dt.time(0), TZ) for n in (0, 1))
    return len({end.utcoffset() for end in ends}) == 2


def duration(rng: random.Random, chance: Chance) -> dict[str, Any]:
    """How long: mostly one of the four rough answers, now and then timed, now and then not said."""
    seconds = chance.seconds * rng.uniform(0.3, 2.5)
    kind = rng.random()
    if kind < 0.25:
        return {"duration_seconds": None, "duration_is_rough": False}
    if kind < 0.33:
        return {"duration_seconds": round(seconds), "duration_is_rough": False}
    nearest = min(ROUGH_SECONDS, key=lambda rough: abs(rough - seconds))
    return {"duration_seconds": nearest, "duration_is_rough": True}


def notes_for(today: Context, local: dt.datetime, strength: int) -> list[str]:
    """Notes that fit the hour, the day and the strength."""
    notes = [*ANY_NOTES, "Barely there." if strength == 1 else "Could see it under the skin."]
    if local.hour < 6:
        return [*notes, "Woke me up.", "Lay awake with it.", "At night, went back to sleep."]
    if today.exercise_minutes and local.hour >= 17:
        notes += ["After the run, sitting on the sofa.", "Legs up after sport."]
    if today.caffeine_mg >= 270:
        notes.append("After the third coffee.")
    if today.works and 8 <= local.hour < 17:
        notes += ["At the desk, long day.", "During a call."]
    elif local.hour >= 17:
        notes += ["While reading in bed.", "On the train home." if today.works else "On the sofa, film."]
    return notes


def days_of(rng: random.Random, today: Context, *, twitched: bool, last: bool) -> list[dict[str, Any]]:
    """The context as far as somebody wrote it down, and the mark of a day without twitches.

    Of the `last` day only the morning is known.
    """
    if last:
        morning = {"sleep_hours": today.sleep_hours, "sleep_quality": today.sleep_quality, "caffeine_mg": 90}
        return [morning | {"date": today.date, "no_twitches": not twitched}]
    entered: dict[str, Any] = {
        "sleep_hours": today.sleep_hours,
        "sleep_quality": today.sleep_quality,
        "caffeine_mg": today.caffeine_mg,
        "exercise_minutes": today.exercise_minutes,
        "stress": today.stress,
        "water_ml": today.water_ml,
        "alcohol_units": today.alcohol_units,
        "magnesium": today.magnesium,
        "heat": today.heat,
    }
    values = {name: value for name, value in entered.items() if rng.random() < LIKELY_ENTERED.get(name, 0.3)}
    if today.heat:
        values["heat"] = True
    if today.effort and "exercise_minutes" in values:
        values["exercise_effort"] = today.effort
    if rng.random() < 0.08:
        values["note"] = rng.choice(day_notes(today))
    marked = not twitched and rng.random() < 0.9
    return [values | {"date": today.date, "no_twitches": marked}] if values or marked else []


def day_notes(today: Context) -> list[str]:
    """Notes that fit a day."""
    notes = [note for note in DAY_NOTES if today.works or "work" not in note]
    if today.sleep_hours < 6:
        notes.append("Slept badly, neighbours.")
    if today.effort == "hard":
        notes.append("Hike in the hills.")
    if today.heat:
        notes.append("Far too hot.")
    return notes
