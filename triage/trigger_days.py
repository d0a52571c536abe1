"""The person's days, as the pure statistics of the triggers want them: the only module that knows both."""

import datetime as dt
from decimal import Decimal
from typing import Any

from diary.models import Diarist
from triage.triggers.factors import Facts
from triage.triggers.thresholds import WINDOW_DAYS

FIELDS = (
    "date",
    "no_twitches",
    "sleep_hours",
    "sleep_quality",
    "caffeine_mg",
    "exercise_minutes",
    "exercise_effort",
    "stress",
    "water_ml",
    "alcohol_units",
    "magnesium",
    "heat",
)
CONTEXT = FIELDS[2:]


def facts_of(diarist: Diarist, *, today: dt.date) -> list[Facts]:
    """The days before `today` of the last two years, oldest first; a day without any entry is left out.

    Two queries, and one row a day at most, however long the diary is. Today is not over: what it still brings
    would be missing.
    """
    span = (today - dt.timedelta(days=WINDOW_DAYS.value), today - dt.timedelta(days=1))
    episodes = diarist.episodes.filter(local_date__range=span).order_by()
    twitched = set(episodes.values_list("local_date", flat=True).distinct())
    rows = {row["date"]: row for row in diarist.days.filter(date__range=span).values(*FIELDS)}
    facts = [fact(date, rows.get(date, {}), twitched=date in twitched) for date in sorted(rows.keys() | twitched)]
    return [one for one in facts if one != Facts(date=one.date)]


def fact(date: dt.date, row: dict[str, Any], *, twitched: bool) -> Facts:
    """One day; an empty column is not entered."""
    recorded = True if twitched else False if row.get("no_twitches") else None
    return Facts(date=date, twitched=recorded, **{name: entered(row.get(name)) for name in CONTEXT})


def entered(value: Any) -> Any:
    """A stored value as a plain one; None and the empty word are "not entered"."""
    if value == "":
        return None
    return float(value) if isinstance(value, Decimal) else value
