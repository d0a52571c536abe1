"""What a diary knows on a date: which days are twitching, clear or unknown, and how bad each day was.

Days are small integers, counted from the first entry of the history; sets of days are the bits of one
integer, so that counting the twitch days of a window is a shift and a mask. Unknown is never clear.
"""

import datetime as dt
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from triage.rules import thresholds as t
from triage.rules.history import (
    ALL_OVER,
    ELSEWHERE,
    SIDES,
    CheckRecord,
    DayRecord,
    EpisodeRecord,
    History,
    Place,
    Site,
)

_RECALL_SECONDS = t.RECALL_HOURS.value * 3600
_FEW_DAYS = 64  # that are looked at one by one sooner than the next one is found in an integer
_LAST_DATE = dt.date.max.toordinal()
_RECALL_DAYS = t.RECALL_HOURS.value // 24


def days_of(bits: int) -> Iterator[int]:
    """The days whose bits are set, earliest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def last_days(bits: int, today: int, count: int) -> int:
    """The bits of the `count` days that end with `today`, moved down so that the oldest is bit 0."""
    start = today - count + 1
    moved = bits >> start if start >= 0 else bits << -start
    return moved & ((1 << count) - 1)


def between(bits: int, after: int, before: int) -> int:
    """How many bits are set for the days that lie strictly between the two."""
    width = before - after - 1
    return ((bits >> (after + 1)) & ((1 << width) - 1)).bit_count() if width > 0 else 0


def duration_band(seconds: int) -> int:
    """0 under a minute, 1 under half an hour, 2 under two hours, 3 from there."""
    return (
        (seconds >= t.MINUTES_BAND.value) + (seconds >= t.HALF_HOUR_BAND.value) + (seconds >= t.HOURS_BAND.value)
    )


def longest_stretch(episodes: Sequence[EpisodeRecord]) -> int | None:
    """The longest duration in seconds, where an entry that begins as another ends continues it."""
    timed = sorted(
        (e.started_at.timestamp(), e.duration_seconds) for e in episodes if e.duration_seconds is not None
    )
    longest: int | None = None
    ends: list[tuple[float, int]] = []
    for start, seconds in timed:
        before = [length for end, length in ends if abs(start - end) <= t.ONE_EPISODE_GAP.value]
        length = seconds + max(before, default=0)
        ends.append((start + seconds, length))
        longest = length if longest is None else max(longest, length)
    return longest


class SiteScores:
    """The day scores of one site: worst strength (1-4) and longest duration band (0-3) of a day, added.

    A value that was not entered takes the median of the earlier days that have one, else the lowest.
    """

    def __init__(self) -> None:
        self.entered: dict[int, tuple[int | None, int | None]] = {}
        self.scores: dict[int, int] = {}
        self.parts: dict[int, tuple[int, int]] = {}
        self._complete = True
        self._sorted_until = -1
        self._strengths: list[int] = []
        self._bands: list[int] = []

    def put(self, day: int, strength: int | None, band: int | None) -> None:
        """Set what was entered for `day`."""
        self.entered[day] = (strength, band)
        if self._complete and strength is not None and band is not None:
            self.parts[day] = (strength, band)
            self.scores[day] = strength + band
            self._sorted_until = 1 << 60
            return
        self._complete = False
        if day <= self._sorted_until:
            self._strengths.clear()
            self._bands.clear()
            for earlier in sorted(self.entered):
                self._score(earlier)
            self._sorted_until = max(self.entered)
        else:
            self._score(day)
            self._sorted_until = day

    def _score(self, day: int) -> None:
        """Score one day from the sorted values of the days before it, and add its own values to them."""
        strength, band = self.entered[day]
        worst = _median(self._strengths, t.STRENGTH_UNKNOWN.value) if strength is None else strength
        longest = _median(self._bands, t.BAND_UNKNOWN.value) if band is None else band
        if strength is not None:
            insort(self._strengths, strength)
        if band is not None:
            insort(self._bands, band)
        self.parts[day] = (worst, longest)
        self.scores[day] = worst + longest


def _median(values: Sequence[int], default: int) -> int:
    """The lower median of sorted values."""
    return values[(len(values) - 1) // 2] if values else default


class Journal:
    """A history as it was known on one date, moved on day by day by `learn_until`.

    `check_signs` are the signs that make up a function check.
    Attributes that rules read (sets of days are bits of an integer): `twitch` per site, recalled entries
    included; `prompt` per site without them; `observed` days on which anything was logged promptly; `quiet`
    days marked free of twitches; `all_over` days with "all over"; `sideless`, whether a side was ever left out;
    and the days `known_until`, `first_observed`, `first_prompt_twitch` and `last_check`, -1 while there is none.
    """

    def __init__(self, history: History, check_signs: Collection[str] = ()) -> None:
        self.places = history.places
        self._check_signs = frozenset(check_signs)
        dates = history.dates()
        self.origin = min(dates).toordinal() if dates else 1
        self.last_entry = max(dates).toordinal() - self.origin if dates else -1
        self.news: defaultdict[int, list[EpisodeRecord | DayRecord | CheckRecord]] = defaultdict(list)
        records: Iterable[EpisodeRecord | DayRecord | CheckRecord]
        for records in (history.episodes, history.days, history.checks):
            for record in records:
                self.news[record.known_on.toordinal() - self.origin].append(record)
        self.known_until = -1
        self._overall: dict[int, int] = {}
        self._written: dict[int, str] = {}
        self._clear: dict[tuple[Site, ...], int] = {}
        self._entries: defaultdict[Site, defaultdict[int, list[tuple[float, str]]]]
        self._entries = defaultdict(lambda: defaultdict(list))
        self._ordered_checks: list[CheckRecord] = []
        self.twitch: dict[Site, int] = {}
        self.prompt: dict[Site, int] = {}
        self.scores: dict[Site, SiteScores] = {}
        self.episodes: dict[Site, dict[int, list[EpisodeRecord]]] = {}
        self.checks: list[CheckRecord] = []
        self.sideless = False
        self.observed = self.quiet = self.recorded = self.all_over = self.any_twitch = self.elsewhere = 0
        self._marks = self._prompt_marks = 0
        self.first_prompt_twitch = self.first_observed = self.last_check = -1

    def day(self, date: dt.date) -> int:
        """The number of a date."""
        return date.toordinal() - self.origin

    def date(self, day: int) -> dt.date:
        """The date of a day number; nothing lies behind the last date there is."""
        return dt.date.fromordinal(min(day + self.origin, _LAST_DATE))

    def written(self, day: int) -> str:
        """The date of a day number, as YYYY-MM-DD."""
        text = self._written.get(day)
        if text is None:
            text = self._written[day] = self.date(day).isoformat()
        return text

    def learn_until(self, today: int) -> int:
        """Take in everything recorded up to `today`; gives the earliest day that changed, or `today` + 1."""
        learned: list[EpisodeRecord | DayRecord | CheckRecord] = []
        if today - self.known_until == 1:
            learned = self.news.get(today, [])
        else:
            for known_on in sorted(self.news):
                if self.known_until < known_on <= today:
                    learned += self.news[known_on]
        self.known_until = today
        if not learned:
            return today + 1
        return min(self._learn(learned), today + 1)

    def add(self, records: Iterable[EpisodeRecord | DayRecord | CheckRecord]) -> int:
        """Take in entries that the history lacked; gives the earliest day that changed, as `learn_until` does.

        None may lie before the first entry of the history.
        """
        known = []
        for record in records:
            self.last_entry = max(self.last_entry, self.day(record.date))
            known_on = self.day(record.known_on)
            self.news[known_on].append(record)
            if known_on <= self.known_until:
                known.append(record)
        if not known:
            return self.known_until + 1
        return min(self._learn(known), self.known_until + 1)

    def _learn(self, records: Iterable[EpisodeRecord | DayRecord | CheckRecord]) -> int:
        touched: defaultdict[Site, set[int]] = defaultdict(set)
        earliest = 1 << 60
        for record in records:
            day = self.day(record.date)
            earliest = min(earliest, day)
            if isinstance(record, CheckRecord):
                self.checks.append(record)
                if record.sign in self._check_signs:
                    self.last_check = max(self.last_check, day)
            elif isinstance(record, EpisodeRecord):
                self._file(record, day)
                touched[record.site].add(day)
            elif record.no_twitches:
                self._mark(record, day)
        for site, days in touched.items():
            for day in sorted(days):
                self._score(site, day)
        self._settle()
        self._clear.clear()
        self._forget_scores(earliest)
        return earliest

    def _forget_scores(self, earliest: int) -> None:
        """A score may rest on the days before it, so that a change carries on to the later ones."""
        if self._overall and earliest <= max(self._overall):
            self._overall = {day: score for day, score in self._overall.items() if day < earliest}

    def _file(self, episode: EpisodeRecord, day: int) -> None:
        site = episode.site
        self.episodes.setdefault(site, {}).setdefault(day, []).append(episode)
        insort(self._entries[site][day], (episode.started_at.timestamp(), episode.id))

    def _mark(self, record: DayRecord, day: int) -> None:
        self._marks |= 1 << day
        if record.known_on.toordinal() - record.date.toordinal() <= _RECALL_DAYS:
            self._prompt_marks |= 1 << day

    def _score(self, site: Site, day: int) -> None:
        """Set the bits of a day at a site and, from its prompt entries, its score."""
        bit = 1 << day
        self.twitch[site] = self.twitch.get(site, 0) | bit
        self.any_twitch |= bit
        if site.location == ALL_OVER:
            self.all_over |= bit
        elif not site.side:
            self.sideless = True
        prompt = [episode for episode in self.episodes[site][day] if not is_recalled(episode)]
        if not prompt:
            return
        self.prompt[site] = self.prompt.get(site, 0) | bit
        self.observed |= bit
        if site.location == ELSEWHERE:
            self.elsewhere |= bit
            return
        if self.first_prompt_twitch < 0 or day < self.first_prompt_twitch:
            self.first_prompt_twitch = day
        strengths = [episode.strength for episode in prompt if episode.strength is not None]
        stretch = prompt[0].duration_seconds if len(prompt) == 1 else longest_stretch(prompt)
        scores = self.scores.get(site)
        if scores is None:
            scores = self.scores[site] = SiteScores()
        scores.put(day, max(strengths, default=None), None if stretch is None else duration_band(stretch))

    def _settle(self) -> None:
        """An episode outweighs the mark of a quiet day."""
        self.quiet = self._marks & ~self.any_twitch
        self.observed |= self._prompt_marks
        self.recorded = self._marks | self.any_twitch
        self.first_observed = (self.observed & -self.observed).bit_length() - 1

    def area_bits(self, sites: Iterable[Site], *, prompt: bool = False) -> int:
        """The twitch days of merged sites."""
        source = self.prompt if prompt else self.twitch
        bits = 0
        for site in sites:
            bits |= source.get(site, 0)
        return bits

    def clear_bits(self, sites: tuple[Site, ...]) -> int:
        """Days that were observed and on which a place made of these sites was clear.

        A recalled episode tells nothing about other places.
        """
        bits = self._clear.get(sites)
        if bits is None:
            bits = (self.observed | self.quiet) & ~self.area_bits(sites) & ~self.unclear_bits(sites)
            self._clear[sites] = bits
        return bits

    def unclear_bits(self, sites: Iterable[Site]) -> int:
        """Days with a twitch that may or may not have been at these sites.

        So is one "all over at once", and one in the same location whose side was not entered.
        """
        bits = self.all_over
        if not self.sideless:
            return bits
        for location, side in sites:
            for other in ("",) if side else SIDES:
                bits |= self.twitch.get(Site(location, other), 0)
        return bits

    def area_score(self, sites: Sequence[Site], day: int) -> int:
        """The day score 0-7 of merged sites: the highest of theirs, 0 if there was none."""
        if len(sites) == 1:
            scores = self.scores.get(sites[0])
            return scores.scores.get(day, 0) if scores else 0
        return max((s.scores.get(day, 0) for site in sites if (s := self.scores.get(site))), default=0)

    def area_scores(self, sites: Sequence[Site], days: Iterable[int]) -> list[int]:
        """The day scores of merged sites on these days."""
        if len(sites) > 1:
            return [self.area_score(sites, day) for day in days]
        scores = self.scores.get(sites[0])
        score = scores.scores.get if scores else dict[int, int]().get
        return [score(day, 0) for day in days]

    def overall_score(self, day: int) -> int:
        """The day score 0-7 of the whole diary: the highest of any place."""
        score = self._overall.get(day)
        if score is None:
            score = max((s.scores.get(day, 0) for s in self.scores.values()), default=0)
            self._overall[day] = score
        return score

    def entry_ids(self, sites: Iterable[Site], first: int, last: int) -> tuple[str, ...]:
        """The ids of the episodes at these sites from `first` to `last`, oldest first."""
        sites = tuple(sites)
        first = max(first, 0)
        bits = (self.area_bits(sites) >> first) & ((1 << max(last - first + 1, 0)) - 1)
        width = bits.bit_length()
        offsets = days_of(bits) if width > _FEW_DAYS else [day for day in range(width) if bits >> day & 1]
        days = [first + offset for offset in offsets]
        if len(sites) == 1:
            entries = self._entries[sites[0]]
            return tuple([name for day in days for _, name in entries[day]])
        of_sites = [self._entries[site] for site in sites]
        found: list[str] = []
        for day in days:
            together = [entry for entries in of_sites for entry in entries.get(day, ())]
            together.sort()
            found += [name for _, name in together]
        return tuple(found)

    def checks_in_order(self, order: Callable[[CheckRecord], Any], until: int) -> list[CheckRecord]:
        """The answers up to a day, by `order`, which is always the same and begins with their date."""
        if len(self._ordered_checks) != len(self.checks):
            self._ordered_checks = sorted(self.checks, key=order)
        ordered = self._ordered_checks
        if not ordered or self.day(ordered[-1].date) <= until:
            return ordered
        return [record for record in ordered if self.day(record.date) <= until]

    def sites_between(self, first: int, last: int) -> list[Site]:
        """The sites that have a day score on any day from `first` to `last`, in order."""
        first = max(first, 0)
        mask = ((1 << (last - first + 1)) - 1) << first
        return sorted(site for site in self.scores if self.prompt[site] & mask)

    def place(self, site: Site) -> Place | None:
        """The row of the table of places that a site belongs to."""
        return self.places.get(site.location)


def is_recalled(episode: EpisodeRecord) -> bool:
    """Whether it was written down so late that memory, not the diary, tells it."""
    if episode.recorded_at is None:
        return False
    return (episode.recorded_at - episode.started_at).total_seconds() > _RECALL_SECONDS
