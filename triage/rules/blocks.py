"""Weeks of a diary, joined where they are sparse: what spread and worsening compare.

Weeks begin on the weekday of the first twitch that was logged promptly, for ever; quiet weeks before it count
too. A week is looked at on the day after it ends, when nothing more is expected of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from triage.rules import thresholds as t
from triage.rules.journal import Journal, last_days

WEEK = 7


@dataclass(frozen=True, slots=True)
class Block:
    """Days from `start` to `end`, both included, of which `observed` were observed."""

    start: int
    end: int
    observed: int

    @property
    def calendar(self) -> int:
        """How many days it has."""
        return self.end - self.start + 1

    @property
    def mask(self) -> int:
        """Its days as bits."""
        bits = (1 << self.calendar) - 1
        return bits << self.start if self.start >= 0 else bits >> -self.start


def first_week(journal: Journal) -> int | None:
    """The first day of the first week, which may lie before every entry; None before the first twitch."""
    first = journal.first_prompt_twitch
    if first < 0:
        return None
    return first - WEEK * -(-(first - journal.first_observed) // WEEK)


def closed_weeks(journal: Journal, today: int) -> int:
    """How many weeks are over before `today`."""
    first = first_week(journal)
    return 0 if first is None else max((today - first) // WEEK, 0)


@dataclass(slots=True)
class BlockRun:
    """The blocks of ever more weeks: what is made stays, so that one more week costs little."""

    made: list[Block] = field(default_factory=list)
    weeks: int = 0
    observed: int = 0
    joined: int = 0

    def extend(self, journal: Journal, weeks: int) -> list[Block]:
        """The blocks that `weeks` weeks make: sparse ones join the next; what stays sparse is dropped."""
        start = first_week(journal)
        if start is not None:
            for week in range(self.weeks, weeks):
                self._add(journal, start + WEEK * (week + 1) - 1)
            self.weeks = weeks
        return self.made

    def _add(self, journal: Journal, end: int) -> None:
        """Take in the week that ends with `end`; an empty one begins no block."""
        self.observed += last_days(journal.observed, end, WEEK).bit_count()
        if self.observed == 0:
            return
        self.joined += 1
        enough = self.observed >= t.BLOCK_OBSERVED_LEAST.value
        if enough:
            self.made.append(Block(end + 1 - WEEK * self.joined, end, self.observed))
        if enough or self.joined == t.BLOCK_WEEKS_MOST.value:
            self.observed = self.joined = 0


def blocks(journal: Journal, weeks: int) -> list[Block]:
    """The blocks that the first `weeks` weeks make."""
    return BlockRun().extend(journal, weeks)


def first_and_last(values: Sequence[float]) -> tuple[float, float]:
    """The means of the first and of the last third of the values."""
    size = max(len(values) // 3, 1)
    return sum(values[:size]) / size, sum(values[-size:]) / size


def thirds(values: Sequence[float]) -> tuple[float, float, float]:
    """The means of the three thirds of three values or more; the middle one takes what is left over."""
    size = len(values) // 3
    middle = values[size : len(values) - size]
    first, last = first_and_last(values)
    return first, sum(middle) / len(middle), last
