"""The invented diaries: the same each time, believable, and never over a real one."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from diary.demo import STORIES, invent
from diary.models import Day, Diarist, Episode
from tests.diary.diaries import episode_at

UNTIL = dt.date(2026, 11, 23)


@pytest.mark.parametrize("story", sorted(set(STORIES) - {"busy-decade"}))
def test_a_story_is_the_same_each_time_and_another_with_another_seed(story: str) -> None:
    first, again, other = (invent(story, seed=seed, until=UNTIL) for seed in (1, 1, 2))
    assert first == again
    assert first.episodes != other.episodes
    assert max(row["local_date"] for row in first.episodes) == UNTIL
    assert len({row["id"] for row in first.episodes + first.days + first.checks}) == len(
        first.episodes + first.days + first.checks
    )


def test_the_decade_has_fifteen_episodes_a_day() -> None:
    assert len(invent("busy-decade", seed=1, until=UNTIL).episodes) == 54_750


def test_no_twitches_and_episodes_never_share_a_day() -> None:
    for story in sorted(set(STORIES) - {"busy-decade"}):
        diary = invent(story, seed=3, until=UNTIL)
        clear = {row["date"] for row in diary.days if row["no_twitches"]}
        assert clear
        assert not clear & {row["local_date"] for row in diary.episodes}


@pytest.mark.django_db
def test_the_command_writes_the_rows_and_makes_the_account() -> None:
    out = StringIO()
    call_command("demo_diary", user="demo", seed=1, until=UNTIL, password="demo-diary-2026", stdout=out)
    diarist = Diarist.objects.get(user__username="demo")
    wanted = invent("benign", seed=1, until=UNTIL)
    assert (diarist.episodes.count(), diarist.days.count()) == (len(wanted.episodes), len(wanted.days))
    assert (diarist.revision, diarist.user.check_password("demo-diary-2026")) == (1, True)
    for _ in range(2):
        call_command("demo_diary", user="demo", seed=1, until=UNTIL, replace=True, stdout=out)
    assert Episode.objects.count() == len(wanted.episodes)
    assert Day.objects.count() == len(wanted.days)


def test_a_diary_that_a_person_wrote_is_left_alone(alice: Diarist) -> None:
    episode_at(alice, "2026-11-20")
    with pytest.raises(CommandError, match="a person wrote it"):
        call_command("demo_diary", user="alice", seed=1, until=UNTIL, replace=True, stdout=StringIO())
    assert alice.episodes.count() == 1
