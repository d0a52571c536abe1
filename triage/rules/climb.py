"""How steeply the days of a diary climb: not only more twitch days, but each of them stronger or longer.

A harmless twitch comes more often at times; that strength and duration climb with it, over weeks, is rare.
That is why fewer blocks are enough for an alert when the scores of the twitch days themselves rise.
"""

from dataclasses import dataclass

from triage.rules import thresholds as t
from triage.rules.findings import Plain
from triage.rules.journal import Journal, last_days
from triage.rules.trend import mann_kendall

_ROUNDING = 1e-9  # a rise of exactly the threshold counts, however its fractions were rounded
_FEWEST_OBSERVED = 3  # in each third of the window, to speak of a mean at all


@dataclass(frozen=True, slots=True)
class Climb:
    """The days from `first` to `last` of a diary, their first and last third compared.

    Scores are means over twitch days only (1-7); burdens are sums of day scores per observed and per calendar
    day.
    """

    first: int
    last: int
    scores: tuple[int, ...]
    score: tuple[float, float]
    observed: tuple[float, float]
    calendar: tuple[float, float]

    @property
    def p(self) -> float:
        """One-sided Mann-Kendall p of the scores of the twitch days."""
        return mann_kendall(self.scores)

    def is_at_least(self, size: "Size") -> bool:
        """Whether it is as large as that, and the rise of the scores as clear."""
        return (
            len(self.scores) >= size.twitch_days
            and self.score[1] - self.score[0] >= size.score - _ROUNDING
            and self.observed[1] - self.observed[0] >= size.observed - _ROUNDING
            and self.calendar[1] - self.calendar[0] >= size.calendar - _ROUNDING
            and self.p <= size.p
        )

    def as_plain(self) -> dict[str, Plain]:
        """The numbers for the evidence."""
        return {
            "climb_days": self.last - self.first + 1,
            "climb_twitch_days": len(self.scores),
            "climb_p": round(self.p, 6),
            "score_first": round(self.score[0], 2),
            "score_last": round(self.score[1], 2),
            "burden_first": round(self.observed[0], 2),
            "burden_last": round(self.observed[1], 2),
            "burden_first_calendar": round(self.calendar[0], 2),
            "burden_last_calendar": round(self.calendar[1], 2),
        }


@dataclass(frozen=True, slots=True)
class Size:
    """What a climb must reach: twitch days, rise of score and of both burdens, and p."""

    twitch_days: int
    score: float
    observed: float
    calendar: float
    p: float


CLIMBING = Size(
    t.CLIMB_TWITCH_DAYS.value,
    t.CLIMB_SCORE.value,
    t.CLIMB_OBSERVED.value,
    t.CLIMB_CALENDAR.value,
    t.CLIMB_P.value,
)
STEEP_NOTE = Size(
    t.STEEP_TWITCH_DAYS.value,
    t.STEEP_NOTE_SCORE.value,
    t.STEEP_NOTE_OBSERVED.value,
    t.STEEP_NOTE_CALENDAR.value,
    t.STEEP_NOTE_P.value,
)
STEEP = Size(
    t.STEEP_TWITCH_DAYS.value,
    t.STEEP_SCORE.value,
    t.STEEP_OBSERVED.value,
    t.STEEP_CALENDAR.value,
    t.STEEP_P.value,
)


def climb(journal: Journal, day: int, window: int) -> Climb | None:
    """The climb of the `window` days up to `day`, or of those since the diary began; None if too few."""
    first = max(day - window + 1, journal.first_observed)
    days = day - first + 1
    if journal.first_observed < 0 or days < t.CLIMB_DAYS_LEAST.value:
        return None
    third = days // 3
    scores = [journal.overall_score(d) for d in range(first, day + 1)]
    ends = (first + third - 1, day)
    count = [last_days(journal.observed, end, third).bit_count() for end in ends]
    twitched = tuple(score for score in scores if score)
    if min(count) < _FEWEST_OBSERVED or len(twitched) < _FEWEST_OBSERVED:
        return None
    start, end = sum(scores[:third]), sum(scores[days - third :])
    size = len(twitched) // 3
    return Climb(
        first,
        day,
        twitched,
        score=(sum(twitched[:size]) / size, sum(twitched[-size:]) / size),
        observed=(start / count[0], end / count[1]),
        calendar=(start / third, end / third),
    )
