"""My spots: the places that twitched in the last 14 days, and how long each has been at it."""

import datetime as dt
from bisect import bisect
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from django.db.models import CharField, StringAgg, Value
from django.db.models.functions import Cast, Coalesce, Concat

from diary.body import LOCATIONS
from diary.history import ONE_DAY
from diary.models import Diarist, place_name

RECENT_DAYS = 14
# How far back a spell is followed for the sentence on Today; longer ones read "more than 12 weeks".
SPELL_WINDOW_DAYS = 92
# A spell ends with three days recorded without a twitch there, or with a gap of eight days: the same thread
# that the two-week rule reads.
SPELL_CLEAR_DAYS = 3
SPELL_GAP_DAYS = 8

# "2026-11-252": of a day's entries the strongest comes last.
DAY_AND_STRENGTH = Concat(Cast("local_date", CharField()), Cast(Coalesce("strength", 0), CharField()))
BODY_ORDER = {location: index for index, location in enumerate(LOCATIONS)}


DayKind = Literal["twitch", "clear", "open"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that twitched lately, seen from one day.

    `strength_that_day` is the strongest of that day (None: no episode, 0: strength not entered), `last_on` and
    `last_strength` are of the latest day with an episode, `spell_day` counts from the onset of the spell to the
    day looked from, `spell_is_longer` says that the onset may lie before what was looked through, `strip` is the
    kind of each of the 14 days, oldest first.
    """

    location: str
    side: str
    strength_that_day: int | None
    last_on: dt.date
    last_strength: int
    strongest: int
    spell_day: int
    spell_is_longer: bool
    strip: tuple[DayKind, ...]

    @property
    def name(self) -> str:
        """The place in the reader's language."""
        return place_name(self.location, self.side)

    @property
    def twitch_days(self) -> int:
        """On how many of the 14 days it twitched here."""
        return self.strip.count("twitch")

    @property
    def key(self) -> str:
        """A short name for ids and styles: `calf-left`."""
        return f"{self.location}-{self.side}" if self.side else self.location


@dataclass(frozen=True, slots=True)
class Recent:
    """What the last 92 days hold: the spots of the last 14, all days with a twitch, all recorded days."""

    spots: list[Spot]
    twitched: frozenset[dt.date]
    recorded: frozenset[dt.date]


def recent_days(diarist: Diarist, date: dt.date) -> Recent:
    """The 92 days that end with `date`. Two queries.

    Spots with most days stand first, in an order that a tap on that day does not change.
    """
    start = date - dt.timedelta(days=SPELL_WINDOW_DAYS - 1)
    days: dict[tuple[str, str], dict[dt.date, int]] = {}
    # A row for each place, not for each of its days: reading hundreds of rows takes longer than all else on Today.
    rows = (
        diarist.episodes.filter(local_date__range=(start, date))
        .values_list("location", "side")
        .annotate(entries=StringAgg(DAY_AND_STRENGTH, Value(",")))
        .order_by()
    )
    for location, side, text in rows:
        days[location, side] = dict(map(day_and_strength, sorted(set(text.split(",")))))
    marked = diarist.days.filter(date__range=(start, date), no_twitches=True).values_list("date", flat=True)
    twitched = frozenset(day for seen in days.values() for day in seen)
    recorded = twitched | frozenset(marked)
    recent_from = date - dt.timedelta(days=RECENT_DAYS - 1)
    window = [recent_from + ONE_DAY * n for n in range(RECENT_DAYS)]
    recent = {place: seen for place, seen in days.items() if max(seen) >= recent_from}
    spots = [_spot(place, seen, recorded, window) for place, seen in recent.items()]
    spots.sort(key=lambda spot: _order(spot, recent[spot.location, spot.side], recent_from, date))
    return Recent(spots, twitched, recorded)


@lru_cache(maxsize=2048)
def day_and_strength(text: str) -> tuple[dt.date, int]:
    """What `DAY_AND_STRENGTH` stands for; the same hundreds come back with every tap."""
    return dt.date.fromisoformat(text[:10]), int(text[10:])


def spell_start(twitched: Iterable[dt.date], observed: Iterable[dt.date]) -> dt.date:
    """The first day of the spell that the latest of the `twitched` days belongs to.

    `observed` are the recorded days, those with a twitch anywhere included.
    """
    backwards = sorted(twitched, reverse=True)
    clear = sorted(set(observed).difference(backwards))
    onset = backwards[0]
    for earlier in backwards[1:]:
        between = bisect(clear, onset) - bisect(clear, earlier)
        if (onset - earlier).days > SPELL_GAP_DAYS - 1 or between >= SPELL_CLEAR_DAYS:
            break
        onset = earlier
    return onset


def _spot(
    place: tuple[str, str], seen: dict[dt.date, int], observed: frozenset[dt.date], window: list[dt.date]
) -> Spot:
    """`window` are the 14 days that end with the day looked from."""
    date, last_on = window[-1], max(seen)
    onset = spell_start(seen, observed)
    window_start = date - dt.timedelta(days=SPELL_WINDOW_DAYS - 1)
    return Spot(
        location=place[0],
        side=place[1],
        strength_that_day=seen.get(date),
        last_on=last_on,
        last_strength=seen[last_on],
        strongest=max(seen[day] for day in window if day in seen),
        spell_day=(date - onset).days + 1,
        strip=tuple(_kind(day, seen, observed) for day in window),
        spell_is_longer=(onset - window_start).days < SPELL_GAP_DAYS,
    )


def _kind(day: dt.date, seen: Mapping[dt.date, int], observed: Container[dt.date]) -> DayKind:
    if day in seen:
        return "twitch"
    return "clear" if day in observed else "open"


def _order(spot: Spot, seen: dict[dt.date, int], recent_from: dt.date, date: dt.date) -> tuple[int, int, str]:
    return (
        -sum(1 for day in seen if recent_from <= day < date),
        BODY_ORDER.get(spot.location, len(BODY_ORDER)),
        spot.side,
    )
