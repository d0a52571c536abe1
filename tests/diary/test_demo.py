"""The invented diaries: the same each time, believable, and never over a real one."""

import datetime as dt
import re
import zoneinfo
from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from diary import recording
from diary.demo import STORIES, DemoDiary, invent
from diary.demo.entries import changes_clocks
from diary.models import Day, Diarist, Episode, Medicine, SignCheck
from tests.diary.diaries import episode_at

UNTIL = dt.date(2026, 11, 23)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
QUARTERS = sorted(set(STORIES) - {"busy-decade"})


def demo(**options: Any) -> str:
    """What the command says."""
    out = StringIO()
    call_command("demo_diary", **{"user": "demo", "seed": 1, "until": UNTIL} | options, stdout=out)
    return out.getvalue()


def twitch_days(diary: DemoDiary, first: int, last: int) -> int:
    """On how many of the days from the `first` to the `last` before the end it twitched."""
    days = {(UNTIL - row["local_date"]).days for row in diary.episodes}
    return len(days & set(range(last, first + 1)))


@pytest.mark.parametrize("story", QUARTERS)
class TestEveryStory:
    def test_is_the_same_each_time_and_another_with_another_seed(self, story: str) -> None:
        first, again, other = (invent(story, seed=seed, until=UNTIL) for seed in (1, 1, 2))
        assert first == again
        assert first.episodes != other.episodes
        rows = first.episodes + first.days + first.checks + first.medicines
        assert len({row["id"] for row in rows}) == len(rows)

    def test_marks_and_episodes_never_share_a_day_and_some_days_have_neither(self, story: str) -> None:
        diary = invent(story, seed=3, until=UNTIL)
        clear = {row["date"] for row in diary.days if row["no_twitches"]}
        twitched = {row["local_date"] for row in diary.episodes}
        assert clear
        assert not clear & twitched
        assert len(clear | twitched) < 92

    def test_is_alive_on_its_last_day_and_knows_nothing_of_the_evening(self, story: str) -> None:
        diary = invent(story, seed=1, until=UNTIL)
        last = [row["recorded_at"].astimezone(BERLIN) for row in diary.episodes if row["local_date"] == UNTIL]
        assert last
        assert max(last).hour < 8
        assert [row["sleep_hours"] for row in diary.days if row["date"] == UNTIL] != [None]
        assert max(row["recorded_at"] for row in diary.episodes).date() == UNTIL

    def test_the_local_date_is_that_of_berlin(self, story: str) -> None:
        for row in invent(story, seed=1, until=UNTIL).episodes:
            local = row["started_at"].astimezone(BERLIN)
            assert local.date() == row["local_date"]
            assert local.utcoffset() == dt.timedelta(minutes=row["utc_offset_minutes"])

    def test_something_happened_in_the_night_when_the_clocks_changed(self, story: str) -> None:
        night = [row for row in invent(story, seed=1, until=UNTIL).episodes if changes_clocks(row["local_date"])]
        assert {row["local_date"] for row in night} == {dt.date(2026, 10, 25)}
        assert all(row["started_at"].astimezone(BERLIN).hour in {1, 2, 3} for row in night)

    def test_some_context_is_entered_some_is_not_and_some_is_none(self, story: str) -> None:
        days = invent(story, seed=1, until=UNTIL).days
        for name in ("sleep_hours", "caffeine_mg", "exercise_minutes", "stress", "alcohol_units"):
            assert 0 < sum(name in row for row in days) < len(days)
        assert 0 in {row.get("exercise_minutes") for row in days}
        assert all(row["exercise_minutes"] for row in days if "exercise_effort" in row)

    def test_the_check_was_answered_every_four_weeks(self, story: str) -> None:
        checks = invent(story, seed=1, until=UNTIL).checks
        assert set(Counter(row["date"] for row in checks).values()) == {12}
        assert len({row["date"] for row in checks}) == 3
        signs = [row["sign"] for row in checks if row["answer"] == "yes"]
        assert signs == {"spreading": ["buttons"], "worsening": ["jars"]}.get(story, [])


def test_notes_fit_what_they_are_written_beside() -> None:
    rows = [row for row in invent("busy-decade", seed=1, until=UNTIL).episodes if row["note"]]
    assert 1 in {row["strength"] for row in rows if row["note"] == "Barely there."} <= {1, None}
    assert 2 in {row["strength"] for row in rows if "under the skin" in row["note"]} <= {2, 3, 4, None}
    woken = {row["started_at"].astimezone(BERLIN).hour for row in rows if row["note"] == "Woke me up."}
    assert max(woken) < 6


def test_benign_comes_and_goes() -> None:
    diary = invent("benign", seed=1, until=UNTIL)
    assert len([row for row in diary.days if row["no_twitches"]]) > 20
    assert {row["location"] for row in diary.episodes} == {"calf", "lid_lower"}


def test_the_eyelid_fades() -> None:
    diary = invent("eyelid", seed=1, until=UNTIL)
    assert {(row["location"], row["side"]) for row in diary.episodes} == {("lid_lower", "right")}
    assert twitch_days(diary, 92, 72) < twitch_days(diary, 70, 40) > twitch_days(diary, 30, 1)


def test_the_calf_goes_on_and_stays_as_it_is() -> None:
    diary = invent("calf", seed=1, until=UNTIL)
    assert twitch_days(diary, 50, 1) > 35
    assert twitch_days(diary, 92, 55) < 15


def test_places_join_and_the_first_ones_stay() -> None:
    diary = invent("spreading", seed=1, until=UNTIL)
    first: dict[str, dt.date] = {}
    for row in diary.episodes:
        first.setdefault(row["location"], row["local_date"])
    assert list(first) == ["calf", "thigh_front", "forearm_in", "arm_front", "hand_web"]
    last = {row["location"] for row in diary.episodes if (UNTIL - row["local_date"]).days < 14}
    assert last == set(first)


def test_worsening_means_more_days_stronger_and_longer() -> None:
    diary = invent("worsening", seed=1, until=UNTIL)
    assert len({row["location"] for row in diary.episodes}) == 1
    early, late = (
        [row for row in diary.episodes if (UNTIL - row["local_date"]).days // 31 == month] for month in (2, 0)
    )
    for name in ("strength", "duration_seconds"):
        means = [sum(row[name] or 0 for row in rows) / len(rows) for rows in (early, late)]
        assert means[0] < means[1]
    assert twitch_days(diary, 91, 62) < twitch_days(diary, 30, 1)


def test_the_decade_has_fifteen_episodes_a_day() -> None:
    diary = invent("busy-decade", seed=1, until=UNTIL)
    days = Counter(row["local_date"] for row in diary.episodes)
    assert (len(diary.episodes), set(days.values()), max(days)) == (54_750, {15}, UNTIL)
    assert len({(row["location"], row["side"]) for row in diary.episodes}) == 8


@pytest.mark.django_db
class TestCommand:
    def test_writes_the_rows_and_makes_the_account(self) -> None:
        said = demo(password="demo-diary-2026")
        diarist = Diarist.objects.get(user__username="demo")
        wanted = invent("benign", seed=1, until=UNTIL)
        assert said == f"{len(wanted.episodes)} episodes and {len(wanted.days)} days for demo\n"
        assert (diarist.episodes.count(), diarist.days.count()) == (len(wanted.episodes), len(wanted.days))
        assert (diarist.sign_checks.count(), diarist.medicines.count()) == (36, 2)
        assert (diarist.revision, diarist.user.check_password("demo-diary-2026")) == (1, True)
        assert diarist.welcomed_at is not None

    def test_a_password_that_it_made_up_is_said_once(self) -> None:
        match = re.match(r"Sign in as demo with the password (\S{16})\n", demo())
        assert match
        assert Diarist.objects.get().user.check_password(match[1])
        assert "password" not in demo()

    def test_again_gives_the_same_rows(self) -> None:
        demo(story="spreading")
        ids = [set(model.objects.values_list("pk", flat=True)) for model in (Episode, Day, SignCheck, Medicine)]
        demo()
        demo(story="spreading")
        again = [set(model.objects.values_list("pk", flat=True)) for model in (Episode, Day, SignCheck, Medicine)]
        assert ids == again
        assert Diarist.objects.get().revision == 3

    def test_two_people_can_have_the_same_story(self) -> None:
        demo()
        demo(user="demo2")
        assert len({diarist.episodes.count() for diarist in Diarist.objects.all()}) == 1

    def test_what_somebody_added_since_is_kept_unless_told_otherwise(self) -> None:
        demo()
        diarist = Diarist.objects.get()
        recording.set_context(diarist, UNTIL, {"note": "my own words"})
        with pytest.raises(CommandError, match="Somebody wrote in the invented diary of demo since"):
            demo()
        assert diarist.days.filter(note="my own words").exists()
        demo(replace=True)
        assert not diarist.days.filter(note="my own words").exists()
        demo()

    def test_a_last_day_out_of_all_bounds_is_refused(self) -> None:
        for until in (dt.date(1, 1, 1), dt.date(1914, 12, 31), dt.date(3000, 1, 1), dt.date.max):
            with pytest.raises(CommandError, match="The last day has to be"):
                demo(until=until)
        assert not Diarist.objects.exists()
        demo(until=dt.date(1915, 1, 1))


@pytest.mark.parametrize("replace", [False, True])
def test_a_diary_that_a_person_wrote_is_left_alone(alice: Diarist, replace: bool) -> None:
    episode_at(alice, "2026-11-20")
    with pytest.raises(CommandError, match="a person wrote it"):
        demo(user="alice", replace=replace)
    assert alice.episodes.count() == 1


def test_an_empty_diary_can_be_filled_once(alice: Diarist) -> None:
    demo(user="alice")
    assert alice.episodes.exists()
    with pytest.raises(CommandError, match="a person wrote it"):
        demo(user="alice", replace=True)
