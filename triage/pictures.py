"""The small pictures of a finding: a strip of days for each of its places, or bars for its weeks."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Max

from diary.models import Diarist, place_name
from triage.models import Finding
from triage.wording import places_of

STRIP_DAYS = 28
# A finding stays open for 28 days after the last day of its window of 15.
SEEN_DAYS = 45
MOST_STRIPS = 6
BAR_WIDTH = 14
BAR_GAP = 4
BARS_HEIGHT = 56
HIGHEST_SCORE = 7
ONE_DAY = dt.timedelta(days=1)
WEEK = 7 * ONE_DAY

DayKind = Literal["twitch", "clear", "open"]
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a strip; `strength` is its strongest (0: not entered), of a day with a twitch."""

    date: dt.date
    kind: DayKind
    strength: int = 0


@dataclass(frozen=True, slots=True)
class Strip:
    """The last days of one place, oldest first."""

    location: str
    side: str
    days: tuple[Day, ...]

    @property
    def name(self) -> str:
        """The place in the reader's language."""
        return place_name(self.location, self.side)

    def count(self, kind: DayKind) -> int:
        """How many of its days are of a kind."""
        return sum(1 for day in self.days if day.kind == kind)


@dataclass(frozen=True, slots=True)
class Bar:
    """One week of a bar chart, in units of its drawing; not recorded weeks fill the whole height, hatched."""

    first: dt.date
    score: float | None
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Weeks beside each other; `width` and `height` are those of the drawing."""

    bars: tuple[Bar, ...]
    width: int
    height: int = BARS_HEIGHT

    @property
    def last(self) -> dt.date:
        """The last day of the last week."""
        return self.bars[-1].first + WEEK - ONE_DAY


@dataclass(frozen=True, slots=True)
class Recent:
    """What the strips are drawn from: the strongest of each place and day, and the recorded days."""

    until: dt.date
    strongest: Mapping[Place, Mapping[dt.date, int]]
    recorded: frozenset[dt.date]


def recent(diarist: Diarist, until: dt.date, days: int = SEEN_DAYS) -> Recent:
    """The days that end with `until`. Two queries."""
    span = (until - dt.timedelta(days=days - 1), until)
    strongest: defaultdict[Place, dict[dt.date, int]] = defaultdict(dict)
    rows = (
        diarist.episodes.filter(local_date__range=span)
        .order_by()
        .values_list("location", "side", "local_date")
        .annotate(strongest=Max("strength"))
    )
    for location, side, date, strength in rows:
        strongest[location, side][date] = strength or 0
    marked = diarist.days.filter(date__range=span, no_twitches=True).values_list("date", flat=True)
    twitched = {date for days_of_place in strongest.values() for date in days_of_place}
    return Recent(until, strongest, frozenset(twitched.union(marked)))


def strips_of(finding: Finding, seen: Recent) -> list[Strip]:
    """A strip for each place of a finding, those with most days first where there are many."""
    if finding.rule == "signs" and not finding.evidence["twitches_there"]:
        return []
    if finding.rule == "worsening":
        return []
    merged = [_place(site) for site in finding.evidence.get("sites", [])]
    if finding.location:
        return [strip(finding.location, finding.side, merged or [(finding.location, finding.side)], seen)]
    return [strip(*place, [place], seen) for place in places_of(finding)[:MOST_STRIPS]]


def strip(location: str, side: str, merged: Iterable[Place], seen: Recent, days: int = STRIP_DAYS) -> Strip:
    """The days of places that count as one, under the name of one of them."""
    strongest: dict[dt.date, int] = {}
    for place in merged:
        for date, strength in seen.strongest.get(place, {}).items():
            strongest[date] = max(strength, strongest.get(date, 0))
    dates = [seen.until - back * ONE_DAY for back in range(days - 1, -1, -1)]
    return Strip(
        location,
        side,
        tuple(
            Day(date, "twitch", strongest[date])
            if date in strongest
            else Day(date, "clear" if date in seen.recorded else "open")
            for date in dates
        ),
    )


def bars_of(finding: Finding) -> Bars | None:
    """The weeks that a worsening compares; weeks without enough recorded days are drawn as not recorded."""
    weeks = finding.evidence.get("weeks")
    if not weeks:
        return None
    bars: list[Bar] = []
    for week in weeks:
        first = dt.date.fromisoformat(week["first"])
        while bars and bars[-1].first + WEEK < first:
            bars.append(_bar(bars[-1].first + WEEK, None, len(bars)))
        bars.append(_bar(first, week["score"], len(bars)))
        # Weeks that were joined share their score.
        for more in range(1, week["days"] // 7):
            bars.append(_bar(first + more * WEEK, week["score"], len(bars)))
    return Bars(tuple(bars), len(bars) * (BAR_WIDTH + BAR_GAP) - BAR_GAP)


def _bar(first: dt.date, score: float | None, number: int) -> Bar:
    height = BARS_HEIGHT if score is None else max(round(score / HIGHEST_SCORE * BARS_HEIGHT, 1), 1)
    return Bar(first, score, number * (BAR_WIDTH + BAR_GAP), round(BARS_HEIGHT - height, 1), height)


def _place(site: Any) -> Place:
    location, _, side = site.partition("/")
    return location, side
