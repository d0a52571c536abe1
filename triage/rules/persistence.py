"""Persistence: still there after two weeks (docs/rules.md, rule `persistence`).

NHS: see a GP if a twitch lasts more than two weeks. The source article: document what goes beyond two weeks
in one location. Lasting is common and rarely serious: it is the weakest of the reasons to see a doctor.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from triage.rules import thresholds as t
from triage.rules.areas import Area, is_eye
from triage.rules.findings import Closing, Finding, Kind
from triage.rules.history import Site
from triage.rules.journal import Journal, between, days_of, last_days
from triage.rules.trend import beta_sf, mann_kendall

_WINDOW = t.WINDOW_DAYS.value
_SPELLS_AT_ONCE = 4  # more than can begin before an older finding is resolved


@dataclass(slots=True)
class Spell:
    """Twitch days of one area that belong together, as far as they were looked at: up to `last`.

    `kind` is what was said on the last twitch day, None before the fourteenth; `flagged_on` never goes back.
    """

    start: int
    last: int
    kind: Kind | None = None
    flagged_on: int = -1

    def clear_after(self, clear: int, today: int) -> int:
        """Observed clear days since its last twitch day."""
        return between(clear, self.last, today + 1)


@dataclass(slots=True)
class _Followed:
    """The spells of one set of merged sites, walked up to `until`."""

    spells: list[Spell] = field(default_factory=list)
    until: int = -1
    stated: tuple[int, int, Site, Finding] | None = None
    first_week: tuple[int, float | None] | None = None


@dataclass(slots=True)
class PersistenceMemory:
    """What was already worked out; forgetting it changes nothing but the time it takes."""

    followed: dict[tuple[Site, ...], _Followed] = field(default_factory=dict)

    def forget_from(self, day: int) -> None:
        """Forget everything that rests on `day` or later."""
        for followed in self.followed.values():
            if followed.until >= day:
                _rewind(followed, day)


def find_persistence(
    journal: Journal, areas: tuple[Area, ...], today: int, memory: PersistenceMemory
) -> list[Finding]:
    """Every area whose spell reached fourteen days and has not been resolved, in the order of `areas`."""
    findings = []
    for area in areas:
        followed = memory.followed.setdefault(area.members, _Followed())
        if followed.until < today:
            _walk(journal, area, followed, today)
        if not any(spell.kind for spell in followed.spells[-_SPELLS_AT_ONCE:]):
            continue
        clear = journal.clear_bits(area.members)
        spell = _open_spell(followed.spells, clear, today)
        if spell is not None:
            findings.append(_stated(journal, area, spell, followed, spell.clear_after(clear, today)))
    return findings


@lru_cache(maxsize=512)
def belief_in_most_days(twitch_days: int, clear_days: int) -> float:
    """P(the place twitches on more than half of the days), Jeffreys prior; the other days are unlogged."""
    unlogged = _WINDOW - twitch_days - clear_days
    clear = clear_days + unlogged * t.UNLOGGED_AS_CLEAR.value
    return beta_sf(0.5, 0.5 + twitch_days, 0.5 + clear)


def is_persistent(twitch_days: int, clear_days: int, *, marks_quiet_days: bool) -> bool:
    """The flag, as a person can check it: on 10 or more of 15 days, or on 9 with at most 2 marked clear."""
    needed = t.FLAG_TWITCH_DAYS if marks_quiet_days else t.FLAG_TWITCH_DAYS_UNMARKED
    return twitch_days >= needed.value and belief_in_most_days(twitch_days, clear_days) >= t.MOST_DAYS_BELIEF.value


def is_worth_asking(twitch_days: int, clear_days: int, *, marks_quiet_days: bool) -> bool:
    """Whether it may have twitched on most days, if only the unlogged ones were known.

    Somebody who does mark quiet days, but hardly any here, is asked with fewer twitch days.
    """
    if twitch_days < t.ASK_TWITCH_DAYS.value:
        return False
    if belief_in_most_days(twitch_days, clear_days) >= t.ASK_BELIEF.value:
        return True
    return marks_quiet_days and clear_days <= t.ASK_CLEAR_SHARE.value * twitch_days


def _rewind(followed: _Followed, day: int) -> None:
    """Cut the spells back to what was known before `day`; the last one is walked again from its start."""
    while followed.spells and followed.spells[-1].start >= day:
        followed.spells.pop()
    followed.stated = followed.first_week = None
    followed.until = day - 1
    if not followed.spells:
        return
    spell = followed.spells[-1]
    if spell.last < day and (spell.flagged_on < 0 or spell.flagged_on < day):
        return
    if 0 <= spell.flagged_on < day:
        spell.last = spell.flagged_on
        followed.until = spell.flagged_on
    else:
        followed.spells.pop()
        followed.until = spell.start - 1


def _walk(journal: Journal, area: Area, followed: _Followed, today: int) -> None:
    """Bring the spells up to `today`."""
    twitch = journal.area_bits(area.members)
    clear = journal.clear_bits(area.members)
    start = followed.until + 1
    followed.until = today
    for day in days_of((twitch & ((1 << (today + 1)) - 1)) >> start):
        _extend(journal, area, followed.spells, start + day, clear)


def _extend(journal: Journal, area: Area, spells: list[Spell], day: int, clear: int) -> None:
    spell = spells[-1] if spells else None
    if spell is None or not _belongs(spell, day, clear):
        spells.append(Spell(day, day))
        return
    spell.last = day
    if spell.flagged_on >= 0:
        return
    spell.kind = _kind(journal, area, spell, day)
    if spell.kind == "flag":
        spell.flagged_on = day


def _belongs(spell: Spell, day: int, clear: int) -> bool:
    """Whether a twitch on `day` continues the spell."""
    if day - spell.last >= t.SPELL_GAP_DAYS.value:
        return False
    return between(clear, spell.last, day) < t.SPELL_CLEAR_DAYS.value


def _kind(journal: Journal, area: Area, spell: Spell, day: int) -> Kind | None:
    """What a twitch on `day` makes of the spell."""
    lasted = day - spell.start
    if lasted + 1 < t.FOURTEEN_DAYS.value:
        return None
    if lasted < t.TWO_WEEKS.value:
        return "fourteen_days"
    twitch_days, clear_days = window_counts(journal, area, day)
    marks = last_days(journal.quiet, day, t.QUIET_MARK_DAYS.value) != 0
    if is_persistent(twitch_days, clear_days, marks_quiet_days=marks):
        excused = lasted < t.EASING_EXCUSE_DAYS.value and _is_easing(journal, area, spell, day)
        return "easing" if excused else "flag"
    asks = open_days(journal, area, day) and is_worth_asking(twitch_days, clear_days, marks_quiet_days=marks)
    return "ask" if asks else "fourteen_days"


def window_counts(journal: Journal, area: Area, day: int) -> tuple[int, int]:
    """Twitch days and clear days of the 15 days that end with `day`; recalled ones count up to five."""
    twitch = journal.area_bits(area.members)
    prompt = last_days(journal.area_bits(area.members, prompt=True), day, _WINDOW)
    recalled = last_days(twitch, day, _WINDOW) & ~prompt
    clear = last_days(journal.clear_bits(area.members), day, _WINDOW)
    counted = prompt.bit_count() + min(recalled.bit_count(), t.RECALLED_DAYS_MOST.value)
    return counted, clear.bit_count()


def open_days(journal: Journal, area: Area, day: int) -> int:
    """Days of the same window on which nothing is known of the area: what can be asked about."""
    twitch = journal.area_bits(area.members)
    known = last_days(twitch | journal.clear_bits(area.members), day, _WINDOW)
    return _WINDOW - known.bit_count()


def _is_easing(journal: Journal, area: Area, spell: Spell, day: int) -> bool:
    """Whether the last week was clearly milder than the two weeks before it, and the fall no chance."""
    middle = day - t.EASING_RECENT_DAYS.value
    recent = _observed_scores(journal, area, middle + 1, day)
    before = _observed_scores(journal, area, max(spell.start, middle - t.EASING_BEFORE_DAYS.value + 1), middle)
    if len(recent) < t.EASING_RECENT_LEAST.value or len(before) < t.EASING_BEFORE_LEAST.value:
        return False
    if sum(recent) / len(recent) > t.EASING_RATIO.value * sum(before) / len(before):
        return False
    return mann_kendall([-score for score in (*before, *recent)]) <= t.EASING_P.value


def _observed_scores(journal: Journal, area: Area, first: int, last: int) -> list[int]:
    """The day scores of an area on its observed days from `first` to `last`; a clear day is 0."""
    prompt = journal.area_bits(area.members, prompt=True)
    known = prompt | journal.clear_bits(area.members)
    return [journal.area_score(area.members, day) for day in range(first, last + 1) if known >> day & 1]


def _open_spell(spells: list[Spell], clear: int, today: int) -> Spell | None:
    """The latest spell that has something to say and is not resolved."""
    for spell in reversed(spells[-_SPELLS_AT_ONCE:]):
        if spell.kind is None:
            continue
        clear_days = spell.clear_after(clear, today)
        if clear_days < t.RESOLVE_CLEAR_DAYS.value and today - spell.last < t.RESOLVE_DAYS.value:
            return spell
    return None


def _stated(journal: Journal, area: Area, spell: Spell, followed: _Followed, clear_since: int) -> Finding:
    """The finding of a spell, as it was stated before if nothing about it changed."""
    stated = followed.stated
    if stated is None or stated[0] != spell.last or stated[2] != area.anchor:
        finding = _finding(journal, area, spell, _first_week(journal, area, spell, followed), clear_since)
    elif stated[1] == clear_since:
        return stated[3]
    else:
        evidence = {**stated[3].evidence, "clear_days_since": clear_since}
        finding = replace(stated[3], evidence=evidence, closes_when=_closing(clear_since))
    followed.stated = (spell.last, clear_since, area.anchor, finding)
    return finding


def _closing(clear_since: int) -> Closing:
    """What would close the finding of a spell, so many clear days after it."""
    left = t.RESOLVE_CLEAR_DAYS.value - clear_since
    return Closing("clear_days", {"clear_days": left, "or_days_without": t.RESOLVE_DAYS.value})


def _first_week(journal: Journal, area: Area, spell: Spell, followed: _Followed) -> float | None:
    """The mean score of the first week of a spell."""
    if followed.first_week is None or followed.first_week[0] != spell.start:
        mean = _mean(_observed_scores(journal, area, spell.start, spell.start + 6))
        followed.first_week = spell.start, mean
    return followed.first_week[1]


def _finding(journal: Journal, area: Area, spell: Spell, first_week: float | None, clear_since: int) -> Finding:
    """What a spell rests on, and how long it has been clear since."""
    assert spell.kind is not None  # noqa: S101 - an open spell has one
    first = max(spell.last - _WINDOW + 1, 0)
    twitch_days, clear_days = window_counts(journal, area, spell.last)
    unlogged = open_days(journal, area, spell.last)
    return Finding(
        rule="persistence",
        kind=spell.kind,
        since=journal.date(spell.start),
        key=f"persistence:{area.key}:{journal.written(spell.start)}",
        location=area.anchor.location,
        side=area.anchor.side or None,
        evidence={
            "days_lasted": spell.last - spell.start + 1,
            "last_twitch": journal.written(spell.last),
            "window_days": _WINDOW,
            "twitch_days": twitch_days,
            "clear_days": clear_days,
            "unlogged_days": unlogged,
            "recalled_days_left_out": _WINDOW - twitch_days - clear_days - unlogged,
            "belief": round(belief_in_most_days(twitch_days, clear_days), 4),
            "flagged_on": journal.written(spell.flagged_on) if spell.flagged_on >= 0 else None,
            "score_first_week": first_week,
            "score_last_week": _mean(_observed_scores(journal, area, spell.last - 6, spell.last)),
            "strength_first_week": _mean(_strengths(journal, area, spell.start, spell.start + 6)),
            "strength_last_week": _mean(_strengths(journal, area, spell.last - 6, spell.last)),
            "eyelid": is_eye(area.anchor),
            "sites": [f"{site.location}/{site.side}" for site in sorted(area.members)],
            "clear_days_since": clear_since,
        },
        entry_ids=journal.entry_ids(area.members, max(first, spell.start), spell.last),
        closes_when=_closing(clear_since),
    )


def _strengths(journal: Journal, area: Area, first: int, last: int) -> list[int]:
    """The worst strength of each day from `first` to `last` on which one was entered."""
    entered = [scores.entered for site in area.members if (scores := journal.scores.get(site))]
    days = (
        [strength for site in entered if day in site and (strength := site[day][0])]
        for day in range(first, last + 1)
    )
    return [max(day) for day in days if day]


def _mean(scores: list[int]) -> float | None:
    return round(sum(scores) / len(scores), 2) if scores else None
