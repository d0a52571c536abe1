"""When the function check is offered, and which answers are open."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diary.checks import check_is_due, closed_by, is_twitching, open_answers, places_twitching
from diary.models import Day, Diarist, Episode, SignCheck
from diary.moments import some_time_on
from tests.conftest import BERLIN, NOW

TODAY = dt.date(2026, 11, 23)


def day(days_ago: int) -> dt.date:
    return TODAY - dt.timedelta(days=days_ago)


def twitch(diarist: Diarist, *days_ago: int, location: str = "calf", side: str = "left") -> None:
    for count in days_ago:
        episode = Episode(diarist=diarist, location=location, side=side, recorded_at=NOW, start_time_known=False)
        episode.moment = some_time_on(day(count), BERLIN)
        episode.save()


def answer(diarist: Diarist, days_ago: int, sign: str = "jars", answer: str = "no", **more: str) -> SignCheck:
    at = NOW - dt.timedelta(days=days_ago)
    return SignCheck.objects.create(
        diarist=diarist, date=day(days_ago), sign=sign, answer=answer, recorded_at=at, **more
    )


class TestDue:
    def test_not_in_an_empty_diary(self, alice: Diarist) -> None:
        assert not check_is_due(alice, TODAY)

    @pytest.mark.parametrize(("first", "due"), [(6, False), (7, True)])
    def test_after_seven_days_of_diary(self, alice: Diarist, first: int, due: bool) -> None:
        twitch(alice, 0, first)
        assert check_is_due(alice, TODAY) is due

    @pytest.mark.parametrize(("first", "due"), [(6, False), (7, True)])
    def test_days_without_twitches_are_days_of_diary(self, alice: Diarist, first: int, due: bool) -> None:
        twitch(alice, 0)
        Day.objects.create(diarist=alice, date=day(first), no_twitches=True)
        assert check_is_due(alice, TODAY) is due

    @pytest.mark.parametrize(("days", "due"), [(4, False), (5, True)])
    def test_after_five_twitch_days(self, alice: Diarist, days: int, due: bool) -> None:
        twitch(alice, *range(days), 0, 0)
        assert check_is_due(alice, TODAY) is due

    @pytest.mark.parametrize(("last", "due"), [(27, True), (28, False)])
    def test_only_while_twitches_are_logged(self, alice: Diarist, last: int, due: bool) -> None:
        twitch(alice, last, last + 20)
        assert check_is_due(alice, TODAY) is due

    @pytest.mark.parametrize(("ago", "due"), [(0, False), (27, False), (28, True)])
    def test_every_four_weeks(self, alice: Diarist, ago: int, due: bool) -> None:
        twitch(alice, 0, 40)
        answer(alice, ago)
        assert check_is_due(alice, TODAY) is due

    @pytest.mark.parametrize(("ago", "due"), [(6, False), (7, True)])
    def test_an_open_yes_is_asked_again_after_a_week(self, alice: Diarist, ago: int, due: bool) -> None:
        twitch(alice, 0, 40)
        answer(alice, ago, answer="yes")
        answer(alice, ago, "stairs")
        assert check_is_due(alice, TODAY) is due

    def test_a_closed_yes_is_not(self, alice: Diarist) -> None:
        twitch(alice, 0, 40)
        answer(alice, 20, answer="yes")
        answer(alice, 13, answer="no")
        assert not check_is_due(alice, TODAY)

    def test_a_sign_of_another_day_is_no_check(self, alice: Diarist) -> None:
        twitch(alice, 0, 40)
        answer(alice, 1, "eye_red", "yes")
        assert check_is_due(alice, TODAY)

    @pytest.mark.parametrize(("ago", "due"), [(0, False), (6, False), (7, True)])
    def test_quiet_for_a_week_when_dismissed(self, alice: Diarist, ago: int, due: bool) -> None:
        twitch(alice, 0, 40)
        alice.check_dismissed_on = day(ago)
        assert check_is_due(alice, TODAY) is due

    def test_somebody_elses_rows_count_for_nothing(self, alice: Diarist, charlie: Diarist) -> None:
        twitch(charlie, *range(10))
        assert not check_is_due(alice, TODAY)
        twitch(alice, 0, 40)
        answer(charlie, 0)
        assert check_is_due(alice, TODAY)

    def test_two_queries_at_most(self, alice: Diarist) -> None:
        twitch(alice, *range(40))
        answer(alice, 30)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert check_is_due(alice, TODAY)
        assert len(queries) == 2


class TestOpen:
    def test_the_newest_answer_decides(self, alice: Diarist) -> None:
        answer(alice, 9, answer="yes")
        answer(alice, 5, "stairs", "no")
        answer(alice, 4, "stairs", "yes")
        answer(alice, 3, "speech", "yes")
        answer(alice, 2, "speech", "tired_only")
        assert set(open_answers(alice)) == {"jars", "stairs"}

    def test_of_two_at_the_same_moment_the_graver_one_counts(self, alice: Diarist) -> None:
        for given in ("no", "yes", "tired_only"):
            answer(alice, 2, answer=given)
        assert set(open_answers(alice)) == {"jars"}

    def test_an_answer_for_an_earlier_day_does_not_close(self, alice: Diarist) -> None:
        answer(alice, 2, answer="yes")
        earlier = answer(alice, 5, answer="no")
        earlier.recorded_at = NOW
        earlier.save()
        assert set(open_answers(alice)) == {"jars"}
        assert closed_by(alice, [earlier]) == set()

    def test_what_a_no_closes(self, alice: Diarist) -> None:
        answer(alice, 9, answer="yes")
        answer(alice, 9, "stairs", "no")
        now = [answer(alice, 0), answer(alice, 0, "stairs"), answer(alice, 0, "speech", "yes")]
        assert closed_by(alice, now) == {"jars"}

    def test_one_query_however_many_rows(self, alice: Diarist) -> None:
        for ago in range(60):
            answer(alice, ago, answer="yes")
        with CaptureQueriesContext(connection) as queries:
            assert list(open_answers(alice)) == ["jars"]
        assert len(queries) == 1


class TestPlaces:
    @pytest.mark.parametrize(("ago", "twitches"), [(27, True), (28, False)])
    def test_the_last_four_weeks(self, alice: Diarist, ago: int, twitches: bool) -> None:
        twitch(alice, ago)
        row = answer(alice, 0, "thinner", "yes", location="calf", side="left")
        assert is_twitching(row, places_twitching(alice, TODAY)) is twitches

    @pytest.mark.parametrize(
        ("location", "side", "twitches"),
        [
            ("calf", "left", True),
            ("calf", "right", False),
            ("calf", "", True),
            ("shin", "left", True),
            ("shin", "right", False),
            ("foot_sole", "left", False),
            ("", "", False),
        ],
    )
    def test_the_place_or_its_neighbour_on_that_side(
        self, alice: Diarist, location: str, side: str, twitches: bool
    ) -> None:
        row = answer(alice, 0, "thinner", "yes", location=location, side=side)
        assert is_twitching(row, {("calf", "left")}) is twitches
