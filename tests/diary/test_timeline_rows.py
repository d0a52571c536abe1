"""What is kept of the old days of a timeline: never anything else than reading it all again would say."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import time_machine
from django.utils import translation

from diary import erasing, recording, timeline_rows
from diary.models import Day, Diarist, Episode, SignCheck
from diary.moments import at_wall_clock
from diary.timeline import Level
from diary.timeline_rows import OldDays, Part, Rows, Span, drop, forget, read, read_part
from tests.conftest import BERLIN, NOW
from tests.diary.transfers import brought_in, twitch, written_file
from tests.triage.test_readings import write_something

TODAY = dt.date(2026, 11, 23)
# In English a week begins on a Sunday: the last one that is forty days ago or more.
RECENT = dt.date(2026, 10, 11)
CALF, LID, SHIN = ("calf", "left"), ("lid_lower", "right"), ("shin", "")
MEMBERS = {"2w": 14, "3m": 91, "1y": 365, "all": 800}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def day(back: int) -> dt.date:
    """So many days before today."""
    return TODAY - dt.timedelta(days=back)


def episode(back: int, place: tuple[str, str] = CALF, strength: int | None = 2, hour: int = 9) -> Episode:
    """An episode, so many days ago, not stored."""
    made = Episode(location=place[0], side=place[1], strength=strength, duration_seconds=600, recorded_at=NOW)
    made.moment = at_wall_clock(day(back), dt.time(hour), BERLIN)
    return made


@pytest.fixture
def diary(alice: Diarist) -> Diarist:
    """Eight hundred days: twitches at two places, now and then a mark, a warning sign, context."""
    backs = [*range(100), *range(100, 800, 3)]
    episodes = [
        episode(back, place, back % 5 or None)
        for back in backs
        for n, place in enumerate((CALF, LID))
        if back % 4 and (back + n) % 3
    ]
    for each in episodes:
        each.diarist = alice
    Episode.objects.bulk_create(episodes)
    Day.objects.bulk_create(
        Day(
            diarist=alice,
            date=day(back),
            no_twitches=back % 8 == 0,
            sleep_hours=Decimal(back % 9),
            caffeine_mg=back if back % 3 else None,
        )
        for back in backs
        if back % 2 == 0
    )
    SignCheck.objects.bulk_create(
        SignCheck(diarist=alice, date=day(back), sign="write", answer="yes" if back % 2 else "no", recorded_at=NOW)
        for back in range(0, 800, 25)
    )
    return alice


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[dt.date]:
    """The first days of all parts that were read."""
    found: list[dt.date] = []

    def noted(diarist: Diarist, span: Span, level: Level) -> Part:
        found.append(span.first)
        return read_part(diarist, span, level)

    monkeypatch.setattr(timeline_rows, "read_part", noted)
    return found


def spans(today: dt.date = TODAY) -> list[Span]:
    """Ranges of every level, of one place too, and some that end before today."""
    found = [
        Span(today - dt.timedelta(days=days - 1), today, place)
        for days in MEMBERS.values()
        for place in (None, CALF, SHIN)
    ]
    return [
        *found,
        Span(day(799), day(60)),
        Span(day(500), day(300)),
        Span(day(120), day(35)),
        Span(day(20), day(-7)),
    ]


def looked_at(diarist: Diarist, today: dt.date = TODAY) -> list[Rows]:
    """The rows of all these ranges as the next request reads them."""
    found = Diarist.objects.get(pk=diarist.pk)
    return [read(found, span, span.first, today) for span in spans(today)]


def looked_at_anew(diarist: Diarist, today: dt.date = TODAY) -> list[Rows]:
    """The same by a process that keeps nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("old_parts", "old_onsets"):
            patch.setattr(timeline_rows, name, OldDays[Any](0))
        return looked_at(diarist, today)


@pytest.fixture
def all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for all of these ranges."""
    monkeypatch.setattr(timeline_rows.old_parts, "most", 100)


def bring_in(diarist: Diarist) -> None:
    """A file with an episode of long ago at a new place."""
    brought_in(diarist, written_file(episodes=[twitch(location="shin")]))


def old_one(diarist: Diarist) -> Episode:
    """An episode of long ago."""
    return diarist.episodes.filter(local_date=day(202)).earliest("pk")


def edit_an_old_one(diarist: Diarist) -> None:
    """Another strength."""
    recording.change_details(diarist, old_one(diarist).pk, lambda stored: setattr(stored, "strength", 4))


def move_an_old_one(diarist: Diarist) -> None:
    """What was long ago is now of yesterday."""
    row = old_one(diarist)
    row.moment = at_wall_clock(day(1), dt.time(9), BERLIN)
    recording.change_episode(diarist, row)


def answer_yes(diarist: Diarist, back: int) -> None:
    """A warning sign."""
    recording.record_signs(
        diarist, [SignCheck(date=day(back), sign="walk", answer="yes", recorded_at=NOW, diarist=diarist)]
    )


RECENT_WRITES: dict[str, Callable[[Diarist], object]] = {
    "a tap": lambda diarist: recording.log_episode(diarist, episode(0, LID, 4)),
    "a tap at a new place": lambda diarist: recording.log_episode(diarist, episode(0, SHIN)),
    "a mark": lambda diarist: recording.mark_no_twitches(diarist, day(-1)),
    "a mark taken back": lambda diarist: recording.unmark_no_twitches(diarist, day(8)),
    "a sign": lambda diarist: answer_yes(diarist, 0),
    "a day of a month ago": lambda diarist: recording.log_episode(diarist, episode(31, SHIN)),
    "context": lambda diarist: recording.set_context(diarist, day(0), {"sleep_hours": Decimal(12)}),
    "context of an old day": lambda diarist: recording.set_context(diarist, day(60), {"sleep_hours": Decimal(12)}),
    "coffee of an old day": lambda diarist: recording.add_to_context(
        diarist, day(60), "caffeine_mg", 900, most=5000
    ),
}
OLD_WRITES: dict[str, Callable[[Diarist], object]] = {
    "a tap for an old day": lambda diarist: recording.log_episode(diarist, episode(60, SHIN)),
    "just old": lambda diarist: recording.log_episode(diarist, episode(32, SHIN)),
    "an edit": edit_an_old_one,
    "a move": move_an_old_one,
    "a mark": lambda diarist: recording.mark_no_twitches(diarist, day(60)),
    "a mark taken back": lambda diarist: recording.unmark_no_twitches(diarist, day(64)),
    "a sign": lambda diarist: answer_yes(diarist, 60),
    "a deletion": lambda diarist: recording.delete_episode(diarist, old_one(diarist).pk),
    "a day deleted": lambda diarist: erasing.erase_day(diarist, day(202)),
    "a place deleted": lambda diarist: erasing.erase_spot(diarist, *LID),
    "a file": bring_in,
}


def read_after(write: Callable[[Diarist], object], diary: Diarist, reads: list[dt.date]) -> list[dt.date]:
    """The first days of what is read after a write, which shows as it does where nothing is kept."""
    before = looked_at(diary)
    write(diary)
    reads.clear()
    kept = looked_at(diary)
    found = list(reads)
    assert kept != before
    assert kept == looked_at_anew(diary)
    return found


@pytest.mark.parametrize("write", RECENT_WRITES.values(), ids=RECENT_WRITES)
@pytest.mark.usefixtures("all_kept")
def test_after_a_write_on_these_days_only_they_are_read(
    diary: Diarist, reads: list[dt.date], write: Callable[[Diarist], object]
) -> None:
    assert set(read_after(write, diary, reads)) == {RECENT, day(13), day(20)}


@pytest.mark.parametrize("write", OLD_WRITES.values(), ids=OLD_WRITES)
@pytest.mark.usefixtures("all_kept")
def test_after_a_write_on_an_old_day_all_is_read(
    diary: Diarist, reads: list[dt.date], write: Callable[[Diarist], object]
) -> None:
    assert read_after(write, diary, reads) == [span.first for span in spans()]


@pytest.mark.usefixtures("all_kept")
def test_each_reader_has_their_own_weeks(diary: Diarist) -> None:
    whole = Span(day(799), TODAY)
    buckets = {}
    for language in ("en", "de", "en", "de"):
        with translation.override(language):
            rows = read(diary, whole, whole.first, TODAY)
            buckets[language] = {row.bucket.weekday() for row in rows.sums}
            kept = looked_at(diary)
            assert kept == looked_at_anew(diary)
    assert buckets == {"en": {6}, "de": {0}}


@pytest.mark.usefixtures("all_kept")
def test_over_midnight_and_into_the_next_weeks(diary: Diarist) -> None:
    looked_at(diary)
    for ahead in range(1, 16, 2):
        today = TODAY + dt.timedelta(days=ahead)
        with time_machine.travel(NOW + dt.timedelta(days=ahead), tick=False):
            recording.log_episode(diary, episode(-ahead, SHIN))
            kept = looked_at(diary, today)
            assert kept == looked_at_anew(diary, today)


@pytest.mark.parametrize("wrong_by", [-8, 8])
@pytest.mark.parametrize("back", [42, 43, 44, 45])
@pytest.mark.usefixtures("all_kept")
def test_a_clock_that_is_wrong_by_days_keeps_nothing_too_long(diary: Diarist, wrong_by: int, back: int) -> None:
    looked_at(diary)
    with time_machine.travel(NOW + dt.timedelta(days=wrong_by), tick=False):
        recording.log_episode(diary, episode(back, SHIN))
    kept = looked_at(diary)
    assert kept == looked_at_anew(diary)
    assert kept[-1].onsets[SHIN] == day(back)


@pytest.mark.usefixtures("all_kept")
@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_written_it_says_what_a_reading_of_all_says(diary: Diarist, seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - nothing secret
    today = TODAY
    for _ in range(8):
        today = write_something(diary, rng, today)
        kept = looked_at(diary, today)
        assert kept == looked_at_anew(diary, today)


def test_a_write_while_it_is_read_has_it_read_again(
    diary: Diarist, monkeypatch: pytest.MonkeyPatch, reads: list[dt.date]
) -> None:
    whole = Span(day(799), TODAY)
    noted = timeline_rows.read_part

    def meanwhile(diarist: Diarist, span: Span, level: Level) -> Part:
        part = noted(diarist, span, level)
        recording.log_episode(diarist, episode(60, SHIN))
        return part

    monkeypatch.setattr(timeline_rows, "read_part", meanwhile)
    read(Diarist.objects.get(pk=diary.pk), whole, whole.first, TODAY)
    monkeypatch.setattr(timeline_rows, "read_part", noted)
    rows = read(Diarist.objects.get(pk=diary.pk), whole, whole.first, TODAY)
    assert reads == [whole.first, whole.first]
    assert sum(row.entries for row in rows.sums if row.place == SHIN) == 1


def test_a_place_deleted_while_it_is_read_comes_last(alice: Diarist, monkeypatch: pytest.MonkeyPatch) -> None:
    for back, place in ((3, LID), (5, CALF)):
        recording.log_episode(alice, episode(back, place))
    noted = timeline_rows.read_part

    def meanwhile(diarist: Diarist, span: Span, level: Level) -> Part:
        part = noted(diarist, span, level)
        alice.episodes.filter(location="calf").delete()
        return part

    monkeypatch.setattr(timeline_rows, "read_part", meanwhile)
    rows = read(Diarist.objects.get(pk=alice.pk), Span(day(13), TODAY), day(5), TODAY)
    assert rows.places == [LID, CALF]


def test_another_diary_is_another_one(diary: Diarist, charlie: Diarist) -> None:
    looked_at(diary)
    assert all(not rows.sums and not rows.onsets for rows in looked_at(charlie))


def test_a_revision_that_went_back_keeps_nothing(diary: Diarist) -> None:
    kept: OldDays[str] = OldDays(2)
    diary.revision = 9
    kept.put(diary, ("a",), "old")
    assert kept.take(diary, ("a",)) == "old"
    diary.revision = 8
    assert kept.take(diary, ("a",)) is None


def test_so_much_is_kept_and_no_more(alice: Diarist, charlie: Diarist) -> None:
    kept: OldDays[str] = OldDays(2)
    kept.put(alice, ("a",), "1")
    kept.put(charlie, ("a",), "2")
    assert kept.take(alice, ("a",)) == "1"
    kept.put(alice, ("b",), "3")
    assert [kept.take(alice, ("a",)), kept.take(charlie, ("a",)), kept.take(alice, ("b",))] == ["1", None, "3"]
    kept.drop(alice.pk)
    assert kept.count(alice.pk) == 0


def test_what_was_deleted_for_good_is_not_kept(diary: Diarist, charlie: Diarist) -> None:
    for person in (diary, charlie):
        looked_at(person)
    stores = (timeline_rows.old_parts, timeline_rows.old_onsets)
    assert [store.count(charlie.pk) for store in stores] == [8, 1]
    looked_at(diary)
    assert [store.count(diary.pk) for store in stores] == [8, 1]
    drop(diary.pk)
    assert [store.count(diary.pk) for store in stores] == [0, 0]
    assert timeline_rows.old_onsets.count(charlie.pk) == 1
    forget()
    assert timeline_rows.old_onsets.count(charlie.pk) == 0
