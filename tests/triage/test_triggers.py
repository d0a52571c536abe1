"""The triggers page: what it says of a diary, and what it never says."""

import datetime as dt
import math
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import strip_tags

from diary.models import Day, Diarist, Episode
from diary.moments import at_wall_clock
from tests.conftest import BERLIN, NOW
from tests.diary.diaries import episode_at
from triage.trigger_days import facts_of
from triage.trigger_words import ADVICE, LEVELS, TITLES, WHAT, card_of, lacking_line, what
from triage.triggers.factors import FACTORS, Cut, Facts
from triage.triggers.look import Lacking, Need, Seen
from triage.triggers.ratio import Ratio, Table

TODAY = NOW.date()
BY_CHANCE = "The range includes 1, which is no difference: this may be chance."


def ago(days: int) -> dt.date:
    """The date so many days before today."""
    return TODAY - dt.timedelta(days=days)


def write(diarist: Diarist, days: list[tuple[dt.date, bool, dict[str, Any]]]) -> None:
    """Days with or without a twitch, and their context."""
    Day.objects.bulk_create(
        Day(diarist=diarist, date=date, no_twitches=not twitched, **context) for date, twitched, context in days
    )
    episodes = [
        Episode(diarist=diarist, location="calf", side="left", recorded_at=NOW)
        for _, twitched, _ in days
        if twitched
    ]
    for episode, date in zip(episodes, (date for date, twitched, _ in days if twitched), strict=True):
        episode.moment = at_wall_clock(date, dt.time(9), BERLIN)
    Episode.objects.bulk_create(episodes)


def driven(count: int = 180, *, name: str = "caffeine_mg", much: Any = 300, little: Any = 0) -> Any:
    """Days on which twitching is four times as likely with much of something as with little."""
    rng = Random(4)  # noqa: S311
    days = []
    for back in range(count, 0, -1):
        has = rng.random() < 0.4
        days.append((ago(back), rng.random() < (0.6 if has else 0.15), {name: much if has else little}))
    return days


def seen(name: str, table: Table, ratio: Ratio) -> Seen:
    """A factor with its own cut-off that was compared."""
    return Seen(name, Cut(1.0, "above", is_own=True), 100, 0, table, ratio, (ratio, ratio), 0.01, 0.01)


def said(client: Client) -> str:
    """The words of the page, in one line."""
    with time_machine.travel(NOW, tick=False):
        answer = client.get("/triggers/")
    assert answer.status_code == 200
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(strip_tags(main.partition(">")[2]).replace("\u00a0", " ").split())


def test_a_link_is_said_in_words_with_shares_counts_and_range(as_alice: Client, alice: Diarist) -> None:
    write(alice, driven())
    much = [twitched for _, twitched, context in driven() if context["caffeine_mg"]]
    little = [twitched for _, twitched, context in driven() if not context["caffeine_mg"]]
    words = said(as_alice)
    share, other = round(100 * sum(much) / len(much)), round(100 * sum(little) / len(little))
    assert (
        f"On days with more than 200 mg of caffeine you logged twitches on {share} % of the days, "
        f"otherwise on {other} %." in words
    )
    assert f"{sum(much)} of {len(much)} days, {share} %" in words
    assert f"{sum(little)} of {len(little)} days, {other} %" in words
    assert "times as often (plausible range " in words
    assert "Seen in both halves of your diary" in words
    assert "not proof that one brings the other" in words
    assert str(ADVICE["caffeine"]) in words


def test_the_bars_are_as_long_as_the_shares(as_alice: Client, alice: Diarist) -> None:
    write(alice, driven())
    much = [twitched for _, twitched, context in driven() if context["caffeine_mg"]]
    with time_machine.travel(NOW, tick=False):
        page = as_alice.get("/triggers/").content.decode()
    assert f'<rect class="twitch" width="{round(100 * sum(much) / len(much))}" height="10" />' in page


def test_a_diary_of_chance_shows_no_link_and_what_was_looked_at(as_alice: Client, alice: Diarist) -> None:
    rng = Random(8)  # noqa: S311
    write(
        alice,
        [
            (ago(back), rng.random() < 0.3, {"stress": rng.choice((0, 1, 3)), "heat": rng.random() < 0.3})
            for back in range(120, 0, -1)
        ],
    )
    words = said(as_alice)
    assert "No clear link found" in words
    assert "Found in your diary" not in words
    looked_at = words.partition("Looked at, no clear link")[2].partition("Too few days to say")[0]
    assert "Stress" in looked_at
    assert "Heat or heavy sweating" in looked_at
    assert "Caffeine Not written down yet; 40 days are needed." in words.partition("Too few days to say")[2]


def test_too_few_days_say_how_many_more(as_alice: Client, alice: Diarist) -> None:
    write(alice, driven(28))
    words = said(as_alice)
    assert "Not enough days yet" in words
    assert "Recorded 28 of 28 days" in words
    assert "Caffeine Written down on 28 days; 12 more are needed." in words


def test_an_empty_diary_says_what_it_takes(as_alice: Client) -> None:
    words = said(as_alice)
    assert "Nothing to compare yet" in words
    assert "at least 40 days" in words


def test_today_is_left_out_and_days_without_an_entry_are_counted(as_alice: Client, alice: Diarist) -> None:
    write(alice, [(ago(10), True, {}), (ago(1), False, {}), (TODAY, True, {"caffeine_mg": 90})])
    assert "Recorded 2 of 10 days since 13 Nov, 1 of them with twitches." in said(as_alice)


def test_days_after_the_last_entry_count_as_days_that_were_not_recorded(as_alice: Client, alice: Diarist) -> None:
    write(alice, [(ago(back), back % 2 == 0, {}) for back in range(160, 100, -1)])
    assert "Recorded 60 of 160 days since 16 Jun, 30 of them with twitches." in said(as_alice)


def test_days_that_are_all_alike_ask_nobody_for_more_of_it(as_alice: Client, alice: Diarist) -> None:
    every_day = {"stress": 4, "caffeine_mg": 400, "alcohol_units": 0, "water_ml": 1500, "sleep_hours": 8}
    write(alice, [(ago(back), back % 3 == 0, every_day) for back in range(60, 0, -1)])
    words = said(as_alice).partition("Too few days to say")[2]
    on = "Written down on 60 days;"
    assert f"Stress {on} 10 more days without a lot of stress or more are needed." in words
    assert f"Caffeine {on} 10 more days without more than 200 mg of caffeine are needed." in words
    assert f"Alcohol {on} a comparison takes 10 days with alcohol, and there are 0." in words
    assert f"Little to drink {on} they are too alike; only days that differ can be compared." in words
    assert f"Long nights {on} they are too alike; only days that differ can be compared." in words


def test_alcohol_on_fridays_is_not_said_to_be_on_half_of_the_days(as_alice: Client, alice: Diarist) -> None:
    rng = Random(4)  # noqa: S311
    days = []
    for back in range(182, 0, -1):
        friday = ago(back).weekday() == 4
        days.append((ago(back), rng.random() < (0.8 if friday else 0.15), {"alcohol_units": 2 if friday else 0}))
    write(alice, days)
    words = said(as_alice)
    assert "of 26 days" in words
    assert "The line is drawn" not in words
    assert "half of your days" not in words


@pytest.mark.parametrize(
    ("name", "with_days", "words"),
    [
        ("stress", 55, "The line is drawn at your own middle: about half of your days have some stress or more."),
        ("stress", 72, "The line is drawn from your own days: 72 % of them have some stress or more."),
        ("short_sleep", 35, "The line is drawn at your own third: about one day in three has {night}."),
        ("short_sleep", 65, "The line is drawn from your own days: 65 % of them have {night}."),
    ],
)
def test_the_share_of_days_behind_a_line_is_the_true_one(name: str, with_days: int, words: str) -> None:
    table = Table(20, with_days, 20, 100 - with_days)
    line = card_of(seen(name, table, Ratio(0.7, 0.1)), "ml").line.replace("\u00a0", " ")
    assert line == words.format(night="a night of less than 1 h of sleep")


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (Ratio(math.log(1.97), 0.2), "2.0 times as often (plausible range 1.3–2.9)."),
        (Ratio(math.log(5.099), 0.3273), "5.1 times as often (plausible range 2.7–9.7)."),
        (Ratio(math.log(1.6), 0.28), f"1.6 times as often (plausible range 0.9–2.8). {BY_CHANCE}"),
    ],
)
def test_a_ratio_is_rounded_and_a_range_around_1_is_said(ratio: Ratio, words: str) -> None:
    card = card_of(seen("stress", Table(20, 50, 20, 50), ratio), "ml")
    assert card.ratio == f"Compared within the same weeks: {words}"


def test_somebody_who_marks_no_quiet_day_is_told_that_they_count(as_alice: Client, alice: Diarist) -> None:
    write(alice, [(ago(back), True, {"caffeine_mg": 90}) for back in range(60, 0, -1)])
    assert "Days without twitches count as much as days with them" in said(as_alice)


@pytest.mark.parametrize(
    ("name", "much", "little", "title", "advice"),
    [
        ("sleep_hours", Decimal("5.5"), Decimal("7.5"), "a night of less than 6 h of sleep", "a sign to rest"),
        ("sleep_quality", 1, 3, "a night slept so-so or worse", "a sign to rest"),
        ("stress", 3, 1, "a lot of stress or more", "a sign to rest"),
        ("exercise_minutes", 45, 0, "exercise", "give them rest"),
        ("water_ml", 1000, 2000, "less than 2 l to drink", "Drink through the day"),
        ("alcohol_units", Decimal(2), Decimal(0), "alcohol", ""),
        ("heat", True, False, "heat or heavy sweating", ""),
    ],
)
def test_the_guidance_stands_beside_the_factor_that_it_names(
    as_alice: Client, alice: Diarist, name: str, much: Any, little: Any, title: str, advice: str
) -> None:
    write(alice, driven(name=name, much=much, little=little))
    words = said(as_alice)
    found = words.partition("Found in your diary")[2].partition("Too few days to say")[0]
    assert title in found
    assert advice in found


def test_fewer_twitches_with_magnesium_name_food_before_supplements(as_alice: Client, alice: Diarist) -> None:
    write(alice, driven(name="magnesium", much="none", little="food"))
    words = said(as_alice)
    assert "On days with magnesium-rich food or a supplement you logged twitches on 1" in words
    assert "almonds, spinach, dark chocolate" in words
    assert "Ask a doctor or pharmacist before you take supplements." in words


def test_amounts_are_in_the_units_of_the_person(as_alice: Client, alice: Diarist) -> None:
    Diarist.objects.filter(pk=alice.pk).update(volume_unit="fl_oz")
    write(alice, driven(name="water_ml", much=1000, little=2000))
    assert "less than 68 fl oz to drink" in said(as_alice)


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_text_claims_a_cause_or_sends_to_a_supplement(language: str) -> None:
    with translation.override(language):
        texts = [str(text).lower() for table in (ADVICE, TITLES, LEVELS) for text in table.values()]
    for text in texts:
        assert not any(word in text for word in ("cause", "because of", "ursache", "verursach", "auslöser"))


def test_the_page_never_says_cause(as_alice: Client, alice: Diarist) -> None:
    write(alice, driven())
    words = said(as_alice).lower()
    assert " cause" not in words
    assert "don’t stop or change a prescribed medicine" in words


def test_every_factor_has_its_words() -> None:
    names = {factor.name for factor in FACTORS}
    assert names == set(TITLES) == set(WHAT)
    assert set(ADVICE) <= names


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("short_sleep", 6.5, "a night of less than 6 h 30 of sleep"),
        ("long_sleep", 8, "a night of more than 8 h of sleep"),
        ("caffeine", 0, "any caffeine"),
        ("exercise", 30, "more than 30 min of exercise"),
        ("alcohol", 1, "more than 1 unit of alcohol"),
        ("alcohol", 2.5, "more than 2.5 units of alcohol"),
        ("little_water", 1250, "less than 1.25 l to drink"),
        ("stress", 0, "a little stress or more"),
        ("poor_sleep", 2, "a night slept badly"),
    ],
)
def test_a_cut_off_is_said_in_words(name: str, value: float, words: str) -> None:
    assert what(name, Cut(value, "above", is_own=True), "ml").replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("need", "words"),
    [
        (Need("paired", 1), "1 more is needed."),
        (Need("with", 3), "a comparison takes 10 days with alcohol, and there are 7."),
        (Need("with", 9), "a comparison takes 10 days with alcohol, and there is 1."),
        (
            Need("together", 40),
            "only days with and without alcohol in the same eight weeks, weekends apart, can be compared.",
        ),
        (Need("without", 1), "1 more day without alcohol is needed."),
        (Need("twitch", 2), "2 more days with twitches are needed."),
        (Need("clear", 8), "8 more days marked “no twitches” are needed."),
    ],
)
def test_what_is_missing_is_said_in_words(need: Need, words: str) -> None:
    line = lacking_line(Lacking("alcohol", Cut(0.0, "above", is_own=False), 50, (need,)), "ml")
    assert line.words == f"Written down on 50 days; {words}"


def test_a_day_as_it_is_read(alice: Diarist) -> None:
    alice.days.create(
        date=ago(1),
        no_twitches=True,
        sleep_hours=Decimal("6.5"),
        sleep_quality=2,
        caffeine_mg=0,
        exercise_minutes=30,
        exercise_effort="hard",
        stress=0,
        water_ml=1500,
        alcohol_units=Decimal("1.5"),
        magnesium="food",
        heat=False,
    )
    assert facts_of(alice, today=TODAY) == [
        Facts(
            date=ago(1),
            twitched=False,
            sleep_hours=6.5,
            sleep_quality=2,
            caffeine_mg=0,
            exercise_minutes=30,
            exercise_effort="hard",
            stress=0,
            water_ml=1500,
            alcohol_units=1.5,
            magnesium="food",
            heat=False,
        )
    ]


def test_what_was_not_entered_is_none(alice: Diarist) -> None:
    alice.days.create(date=ago(3), caffeine_mg=90)
    alice.days.create(date=ago(2), note="nothing else")
    episode_at(alice, str(ago(1)))
    assert facts_of(alice, today=TODAY) == [
        Facts(date=ago(3), caffeine_mg=90),
        Facts(date=ago(1), twitched=True),
    ]


def test_an_episode_outweighs_the_mark_of_no_twitches(alice: Diarist) -> None:
    alice.days.create(date=ago(1), no_twitches=True)
    episode_at(alice, str(ago(1)))
    assert [one.twitched for one in facts_of(alice, today=TODAY)] == [True]


def test_two_years_are_read_in_two_queries(alice: Diarist) -> None:
    write(alice, [(ago(back), back % 3 == 0, {"caffeine_mg": 90}) for back in range(900, -1, -1)])
    with CaptureQueriesContext(connection) as captured:
        facts = facts_of(alice, today=TODAY)
    assert len(captured) == 2
    assert [facts[0].date, facts[-1].date] == [ago(730), ago(1)]
    assert len(facts) == 730


def test_a_stranger_s_days_are_not_in_it(as_charlie: Client, alice: Diarist) -> None:
    write(alice, driven())
    assert "Nothing to compare yet" in said(as_charlie)


def test_only_looking_is_allowed(as_alice: Client) -> None:
    assert as_alice.post("/triggers/").status_code == 405
