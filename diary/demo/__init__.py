"""Invented diaries for trying out, screenshots and benchmarks: the same for the same arguments, no clock.

A story says, day by day, how likely each place is to twitch and how strong; how the days are and what gets written
down are drawn from one seeded generator.
"""

import datetime as dt
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from diary.demo.entries import ZONE, busy_episodes_of, changes_clocks, days_of, episodes_of
from diary.demo.lives import contexts
from diary.demo.stories import STORIES
from diary.signs import CHECK_EVERY_DAYS, CHECK_SIGNS

__all__ = ["STORIES", "ZONE", "DemoDiary", "invent"]

NAMESPACE = uuid.UUID("5f9d3f0e-58c7-4a53-9a07-2f6a2c5a9d11")
QUARTER_DAYS = 92
DECADE_DAYS = 3650
RECORDED_DAYS = 0.91
BUSY = "busy-decade"
# What the last check of two stories finds: sign, place, side.
FOUND = {"spreading": ("buttons", "hand_web", "right"), "worsening": ("jars", "thumb_base", "right")}
EVENING = dt.time(20, tzinfo=dt.UTC)


@dataclass(slots=True)
class DemoDiary:
    """Rows as plain values, named as the models name their fields."""

    episodes: list[dict[str, Any]] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    medicines: list[dict[str, Any]] = field(default_factory=list)


def invent(story: str, *, seed: int, until: dt.date) -> DemoDiary:
    """The whole diary of a story, its last day being `until`."""
    rng = random.Random(f"{story}:{seed}")  # noqa: S311  (not for secrets)
    length = DECADE_DAYS if story == BUSY else QUARTER_DAYS
    diary, before = DemoDiary(), None
    for number, today in enumerate(contexts(rng, until, length)):
        chances = STORIES[story](number, today, before)
        last = number == length - 1
        sure = last or changes_clocks(today.date)
        if story == BUSY or sure or rng.random() < RECORDED_DAYS:
            if story == BUSY:
                logged = busy_episodes_of(rng, today, chances, last=last)
            else:
                logged = episodes_of(rng, today, chances, sure=sure, last=last)
            diary.episodes += logged
            diary.days += days_of(rng, today, twitched=bool(logged), last=last)
        if (number + 1) % CHECK_EVERY_DAYS == 0:
            diary.checks += checks_of(story, today.date, is_late=number >= 2 * CHECK_EVERY_DAYS)
        before = today
    diary.medicines = medicines_of(until, length)
    give_ids(diary, f"{story}/{seed}/{until}")
    return diary


def checks_of(story: str, date: dt.date, *, is_late: bool) -> list[dict[str, Any]]:
    """The function check, all answered no; two stories find something in the end."""
    rows: list[dict[str, Any]] = []
    for sign in CHECK_SIGNS:
        row = {"date": date, "sign": sign.id, "answer": "no", "recorded_at": dt.datetime.combine(date, EVENING)}
        if is_late and story in FOUND and FOUND[story][0] == sign.id:
            row |= {"answer": "yes", "location": FOUND[story][1], "side": FOUND[story][2], "course": "worse"}
            row["since_on"] = date - dt.timedelta(days=9)
        rows.append(row)
    return rows


def medicines_of(until: dt.date, length: int) -> list[dict[str, Any]]:
    """One medicine for years and one supplement that was tried."""
    tried = until - dt.timedelta(days=length // 3)
    return [
        {"name": "Salbutamol inhaler", "started_on": until - dt.timedelta(days=length + 900)},
        {"name": "Magnesium 300 mg", "started_on": tried, "stopped_on": tried + dt.timedelta(days=28)},
    ]


def give_ids(diary: DemoDiary, name: str) -> None:
    """The same ids each time."""
    tables = {"episode": diary.episodes, "day": diary.days, "check": diary.checks, "medicine": diary.medicines}
    for table, rows in tables.items():
        for number, row in enumerate(rows):
            row["id"] = uuid.uuid5(NAMESPACE, f"{name}/{table}/{number}")
