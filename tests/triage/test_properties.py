"""What must not matter, and what must never go down, for any diary."""

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triage.written import ZONE, answer, date, diary, found, twitch
from triage.rules.answers import KIND_OF_SIGN
from triage.rules.assess import assess
from triage.rules.findings import LEVELS, Assessment
from triage.rules.history import CheckRecord, DayRecord, EpisodeRecord, History

TODAY = 70
SITES = [("calf", "left"), ("shin", "left"), ("calf", "right"), ("lid_lower", "left"), ("hand_web", "right")]
DAYS = st.integers(0, TODAY)


@st.composite
def episodes(draw: st.DrawFn, site: tuple[str, str] | None = None) -> EpisodeRecord:
    """One episode, whole or half-filled, written down at once or later."""
    location, side = site or draw(st.sampled_from(SITES))
    return twitch(
        draw(DAYS),
        location,
        side,  # type: ignore[arg-type]
        strength=draw(st.sampled_from([None, 1, 2, 3, 4])),
        seconds=draw(st.sampled_from([None, 20, 600, 3600, 14400])),
        hours_late=draw(st.sampled_from([None, 0.1, 30.0, 100.0])),
        hour=draw(st.integers(0, 20)),
        name=draw(st.uuids()).hex,
    )


@st.composite
def checks(draw: st.DrawFn) -> CheckRecord:
    """One answer."""
    return answer(
        draw(DAYS),
        draw(st.sampled_from(sorted(KIND_OF_SIGN))),
        draw(st.sampled_from(["yes", "no", "unsure", "tired_only"])),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A diary with many twitch days and quiet days."""
    twitches = draw(st.lists(episodes(), max_size=60))
    answers = draw(st.lists(checks(), max_size=8, unique_by=lambda check: check.id))
    return diary(twitches, draw(st.sets(DAYS, max_size=40)), answers)


def said(assessment: Assessment) -> list[Any]:
    """All that is said, but for the ids of the entries."""
    return [replace(finding, entry_ids=()) for finding in assessment.findings]


@given(histories(), st.randoms())
def test_the_order_of_entries_does_not_matter(history: History, random: Any) -> None:
    shuffled = replace(
        history,
        episodes=tuple(random.sample(history.episodes, len(history.episodes))),
        days=tuple(random.sample(history.days, len(history.days))),
        checks=tuple(random.sample(history.checks, len(history.checks))),
    )
    assert assess(shuffled, today=date(TODAY)) == assess(history, today=date(TODAY))


@given(histories(), st.data())
def test_an_episode_split_in_two_on_one_day_is_one(history: History, data: st.DataObject) -> None:
    if not history.episodes:
        return
    whole = data.draw(st.sampled_from(history.episodes))
    halves = [replace(whole, id=whole.id + "a"), replace(whole, id=whole.id + "b")]
    if whole.duration_seconds is not None:
        first = data.draw(st.integers(0, whole.duration_seconds))
        halves = [
            replace(halves[0], duration_seconds=first),
            replace(
                halves[1],
                duration_seconds=whole.duration_seconds - first,
                started_at=whole.started_at + dt.timedelta(seconds=first),
            ),
        ]
    alone = all(
        other is whole or (other.site, other.date) != (whole.site, whole.date) for other in history.episodes
    )
    same_day = halves[1].started_at.date() == whole.date
    same_lateness = whole.recorded_at is None or whole.duration_seconds is None
    if not (alone and same_day and same_lateness):
        return
    rest = tuple(episode for episode in history.episodes if episode is not whole)
    split = replace(history, episodes=(*rest, *halves))
    assert said(assess(split, today=date(TODAY))) == said(assess(history, today=date(TODAY)))


@given(histories(), st.integers(200, 2000))
def test_a_quiet_day_far_away_does_not_matter(history: History, days_before: int) -> None:
    far = DayRecord(date(-days_before), no_twitches=True)
    longer = replace(history, days=(*history.days, far))
    assert said(assess(longer, today=date(TODAY))) == said(assess(history, today=date(TODAY)))


@given(histories(), st.integers(-11, 14))
def test_the_zone_in_which_moments_are_shown_does_not_matter(history: History, hours: int) -> None:
    """A record keeps its local date; the same instants in another zone say the same."""
    zone = dt.timezone(dt.timedelta(hours=hours))

    def shown(moment: dt.datetime | None) -> dt.datetime | None:
        return None if moment is None else moment.astimezone(zone)

    moved = tuple(replace(e, recorded_at=shown(e.recorded_at)) for e in history.episodes)
    assert assess(replace(history, episodes=moved), today=date(TODAY)) == assess(history, today=date(TODAY))
    assert ZONE.utcoffset(None) == dt.timedelta(hours=1)


@given(histories(), st.sampled_from(sorted(KIND_OF_SIGN)), DAYS)
def test_a_yes_never_lowers_the_level(history: History, sign: str, day: int) -> None:
    more = replace(history, checks=(*history.checks, answer(day, sign)))
    before = assess(history, today=date(TODAY)).level
    after = assess(more, today=date(TODAY)).level
    assert LEVELS.index(after) >= LEVELS.index(before)


@settings(max_examples=200)
@given(
    st.sets(DAYS, min_size=5),
    st.sets(DAYS, max_size=30),
    st.lists(episodes(site=("calf", "left")), min_size=1, max_size=10),
)
def test_more_twitch_days_in_a_spell_never_close_it(
    twitching: set[int], quiet: set[int], more: list[EpisodeRecord]
) -> None:
    history = diary((twitch(day) for day in twitching), quiet)
    before = found(history, TODAY, "persistence")
    longer = replace(history, episodes=(*history.episodes, *more))
    if before:
        assert found(longer, TODAY, "persistence")
