"""The statistics of the triggers page, against scipy, statsmodels and sums done the long way."""

import datetime as dt
import math
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from scipy.stats import false_discovery_control
from scipy.stats.contingency import relative_risk
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2

from triage.triggers.discovery import adjusted
from triage.triggers.factors import BY_NAME, FACTORS, Cut, Facts
from triage.triggers.look import Lacking, Look, Need, Seen, look
from triage.triggers.ratio import Ratio, Table, mantel_haenszel, score
from triage.triggers.shifts import centred, pack, scores, spread_of

START = dt.date(2026, 1, 5)  # a Monday


def day(number: int, **entered: object) -> Facts:
    """One day of a diary that begins on a Monday."""
    return Facts(date=START + dt.timedelta(days=number), **entered)  # type: ignore[arg-type]


def diary(days: int, chance_with: float, chance_without: float, *, seed: int = 1, lag: int = 0) -> list[Facts]:
    """Caffeine on two days in five; twitching as likely as given, `lag` days later."""
    rng = Random(seed)  # noqa: S311
    much = [rng.random() < 0.4 for _ in range(days)]
    return [
        day(
            number,
            caffeine_mg=300 if much[number] else 0,
            twitched=rng.random() < (chance_with if number >= lag and much[number - lag] else chance_without),
        )
        for number in range(days)
    ]


def named(found: Look, name: str) -> Seen:
    """A factor that was compared."""
    return next(one for one in (*found.found, *found.unclear) if one.name == name)


def lacking(found: Look, name: str) -> Lacking:
    """A factor that was not."""
    return next(one for one in found.lacking if one.name == name)


def some_tables(seed: int, strata: int) -> list[Table]:
    """Tables with days of both kinds."""
    rng = Random(seed)  # noqa: S311
    return [
        Table(rng.randint(1, 8), rng.randint(9, 20), rng.randint(1, 12), rng.randint(13, 30))
        for _ in range(strata)
    ]


def theirs_of(tables: list[Table]) -> StratifiedTable:
    """The tables as statsmodels takes them."""
    return StratifiedTable(
        [
            np.array(
                [
                    [one.with_twitch, one.with_days - one.with_twitch],
                    [one.without_twitch, one.without_days - one.without_twitch],
                ]
            )
            for one in tables
        ]
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_pooled_ratio_is_that_of_statsmodels(seed: int) -> None:
    tables = some_tables(seed, 6)
    assert mantel_haenszel(tables).value == pytest.approx(theirs_of(tables).riskratio_pooled, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_score_is_near_that_of_statsmodels_and_has_the_sign_of_the_ratio(seed: int) -> None:
    """Mantel and Haenszel take the variance that no link would have, this one that of the days themselves."""
    tables = some_tables(seed, 6)
    theirs = math.sqrt(theirs_of(tables).test_null_odds().statistic)
    assert abs(score(tables)) == pytest.approx(theirs, rel=0.15)
    assert score(tables) * mantel_haenszel(tables).log > 0


def test_the_score_is_that_of_a_plain_loop_over_the_days_that_have_both() -> None:
    rng = Random(5)  # noqa: S311
    pairs = [(number % 4, rng.randint(0, 1), rng.randint(0, 1)) for number in range(90)]
    top = spread = 0.0
    tables = []
    for stratum in range(4):
        factor, twitch = zip(*((one, other) for at, one, other in pairs if at == stratum), strict=True)
        days = len(factor)
        products = [
            (one - sum(factor) / days) * (other - sum(twitch) / days)
            for one, other in zip(factor, twitch, strict=True)
        ]
        top += sum(products)
        spread += sum(one * one for one in products)
        both = sum(one * other for one, other in zip(factor, twitch, strict=True))
        tables.append(Table(both, sum(factor), sum(twitch) - both, days - sum(factor)))
    assert score(tables) == pytest.approx(top / math.sqrt(spread), rel=1e-9)
    assert score([*tables, Table(3, 3, 0, 0)]) == score(tables)
    assert score([]) == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_of_one_stratum_is_that_of_scipy_and_statsmodels(seed: int) -> None:
    (one,) = some_tables(seed, 1)
    ours = mantel_haenszel([one])
    interval = relative_risk(one.with_twitch, one.with_days, one.without_twitch, one.without_days)
    low, high = interval.confidence_interval(0.95)
    assert [ours.low, ours.high] == pytest.approx([low, high], rel=1e-9)
    cells = [
        [one.with_twitch, one.with_days - one.with_twitch],
        [one.without_twitch, one.without_days - one.without_twitch],
    ]
    assert ours.se == pytest.approx(Table2x2(np.array(cells)).log_riskratio_se, rel=1e-9)


def test_the_interval_over_strata_is_that_of_greenland_and_robins() -> None:
    """Their formula as it is printed: sum of (m1 n1 n0 - a c N) / N^2 over R S."""
    tables = some_tables(9, 7)
    a, n1, c, n0 = (
        np.array(list(column), dtype=float)
        for column in zip(
            *((one.with_twitch, one.with_days, one.without_twitch, one.without_days) for one in tables),
            strict=True,
        )
    )
    total = n1 + n0
    variance = (((a + c) * n1 * n0 - a * c * total) / total**2).sum() / (
        (a * n0 / total).sum() * (c * n1 / total).sum()
    )
    assert mantel_haenszel(tables).se == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_a_kind_of_day_that_never_twitched_gives_a_finite_ratio() -> None:
    ratio = mantel_haenszel([Table(10, 20, 0, 30)])
    assert ratio.value == pytest.approx(10.5 / 21 / (0.5 / 31))
    assert mantel_haenszel([Table(0, 20, 0, 30)]).value == pytest.approx(31 / 21)
    assert mantel_haenszel([]).value == pytest.approx(1)


def test_days_of_one_kind_only_say_nothing() -> None:
    tables = [Table(4, 10, 3, 20), Table(5, 5, 0, 0)]
    assert mantel_haenszel(tables) == mantel_haenszel(tables[:1])


def test_an_unsure_ratio_is_drawn_towards_one() -> None:
    assert Ratio(math.log(2), 0.0001).shrunk == pytest.approx(2, rel=1e-6)
    assert Ratio(math.log(2), 0.35).shrunk == pytest.approx(math.sqrt(2))
    assert Ratio(math.log(2), 0.35).widened(2).shrunk == pytest.approx(2**0.2)


@pytest.mark.parametrize("seed", range(5))
def test_the_correction_is_that_of_scipy(seed: int) -> None:
    rng = Random(seed)  # noqa: S311
    p_values = [rng.random() ** 3 for _ in range(11)]
    assert adjusted(p_values) == pytest.approx(list(false_discovery_control(p_values)), abs=1e-9)
    assert adjusted([]) == []


def test_the_scores_at_all_shifts_are_those_of_a_plain_loop() -> None:
    rng = Random(3)  # noqa: S311
    values = [[rng.choice([None, 0.0, 1.0]) for _ in range(60)] + [None] for _ in range(2)]
    strata = [number // 14 for number in range(61)]
    twitch, factor = (centred(series, strata) for series in values)
    days = len(twitch)

    def plain(other: list[float], lag: int) -> float:
        products = [twitch[number] * other[(number - lag) % days] for number in range(days)]
        return sum(products) / math.sqrt(sum(one * one for one in products))

    ours = scores(pack(twitch), pack(factor[::-1]))
    assert [*ours[-1:], *ours[:-1]] == pytest.approx([plain(factor, lag) for lag in range(days)], abs=1e-6)
    assert scores(pack(twitch), pack(factor)) == pytest.approx(
        [plain(factor[::-1], lag + 1) for lag in range(days)], abs=1e-6
    )


def test_a_lag_never_reaches_around_the_end() -> None:
    """The last day's coffee can't have to do with the first day's twitch: one pair of days fewer, not one more."""
    days = diary(60, 0.7, 0.1, lag=1)
    table = named(look(days), "caffeine").table
    assert table.with_days + table.without_days == 59


def test_the_spread_of_days_that_have_nothing_to_do_with_each_other_is_one() -> None:
    days = diary(300, 0.3, 0.3)
    series = [[float(one.twitched or 0) for one in days], [float(one.caffeine_mg == 300) for one in days]]
    twitch, factor = (centred(one, [0] * 300) for one in series)
    assert spread_of(pack(twitch), factor) == pytest.approx(1, abs=0.05)


def test_days_of_a_stratum_are_compared_with_each_other_only() -> None:
    assert centred([1, 0, None, 1, 1], [0, 0, 0, 1, 1]) == [0.5, -0.5, 0, 0, 0]


def test_p_is_small_for_a_true_link_and_the_same_every_time() -> None:
    first, again = (named(look(diary(180, 0.6, 0.15)), "caffeine") for _ in range(2))
    assert first == again
    assert first.p < 1e-4
    assert first.level == "repeated"
    assert first.ratio.low < 4 < first.ratio.high


def test_the_order_of_the_days_changes_nothing() -> None:
    days = diary(120, 0.5, 0.2)
    assert look(reversed(days)) == look(days)


def test_a_link_with_the_next_day_is_found_there() -> None:
    seen = named(look(diary(180, 0.7, 0.1, lag=1)), "caffeine")
    assert (seen.level, seen.lag) == ("repeated", 1)
    assert seen.table.with_twitch / seen.table.with_days > 0.5


def test_nobody_is_told_that_they_twitch_less_with_caffeine() -> None:
    found = look(diary(180, 0.1, 0.7))
    assert found.found == ()
    assert named(found, "caffeine").p > 0.05


def test_fewer_twitches_with_magnesium_are_a_link() -> None:
    less = [
        Facts(date=one.date, twitched=one.twitched, magnesium="food" if one.caffeine_mg else "none")
        for one in diary(180, 0.1, 0.6)
    ]
    seen = named(look(less), "magnesium")
    assert seen.level == "repeated"
    assert seen.ratio.value < 0.4


def test_a_link_in_one_half_only_is_a_possible_one() -> None:
    days = diary(180, 0.85, 0.1)[:90] + diary(180, 0.3, 0.3)[90:]
    assert named(look(days), "caffeine").level == "possible"


def test_what_was_not_entered_is_neither_much_nor_little() -> None:
    days = [
        one if number % 3 else Facts(date=one.date, twitched=one.twitched)
        for number, one in enumerate(diary(180, 0.6, 0.15))
    ]
    table = named(look(days), "caffeine").table
    assert table.with_days + table.without_days == 120
    assert named(look(days), "caffeine").entered == 120


def test_a_day_that_was_not_recorded_is_left_out() -> None:
    days = [
        one if number % 4 else Facts(date=one.date, caffeine_mg=one.caffeine_mg)
        for number, one in enumerate(diary(200, 0.6, 0.15))
    ]
    found = look(days)
    assert found.recorded == 150
    table = named(found, "caffeine").table
    assert table.with_days + table.without_days == 150


def test_an_empty_diary_lacks_everything() -> None:
    found = look([])
    assert (found.first, found.recorded, found.found, found.unclear) == (None, 0, (), ())
    assert {one.name for one in found.lacking} == {factor.name for factor in FACTORS}
    assert {one.needs[0] for one in found.lacking} == {Need("paired", 40)}


def test_thirty_nine_days_are_one_too_few() -> None:
    days = diary(40, 0.6, 0.3, seed=2)
    assert named(look(days), "caffeine").entered == 40
    assert lacking(look(days[:39]), "caffeine").needs == (Need("paired", 1),)


def exactly(*, much: int, twitches: int, days: int = 60) -> list[Facts]:
    """So many days with caffeine and so many with twitches, spread out."""
    return [
        day(number, caffeine_mg=300 if number < much else 0, twitched=number % (days // twitches) == 0)
        for number in range(days)
    ]


def test_days_with_and_without_and_both_outcomes_are_needed() -> None:
    assert lacking(look(exactly(much=7, twitches=12)), "caffeine").needs[0] == Need("with", 3)
    assert lacking(look(exactly(much=53, twitches=12)), "caffeine").needs[0] == Need("without", 3)
    assert lacking(look(exactly(much=20, twitches=5)), "caffeine").needs[0] == Need("twitch", 3)
    assert lacking(look(exactly(much=20, twitches=60)), "caffeine").needs[0] == Need("clear", 8)


def test_somebody_who_writes_down_twitches_only_is_told_nothing() -> None:
    days = [one for one in diary(200, 0.9, 0.6) if one.twitched]
    found = look(days)
    assert found.found == found.unclear == ()
    assert lacking(found, "caffeine").needs[0] == Need("clear", 8)


def test_hard_exercise_at_every_weekend_and_only_there_is_compared_on_the_day_after_only() -> None:
    """32 of 52 against 11 of 130: no day with it lies beside one without it, but Sundays beside Saturdays do."""
    days = [
        day(
            number,
            exercise_effort="hard" if number % 7 > 4 else "light",
            twitched=number // 7 * 2 + number % 7 - 5 < 32 if number % 7 > 4 else number % 12 == 0,
        )
        for number in range(182)
    ]
    hard = [bool(one.twitched) for one in days if one.exercise_effort == "hard"]
    assert (sum(hard), len(hard)) == (32, 52)
    one = named(look(days), "hard_exercise")
    assert one.lag == 1
    assert one.p != pytest.approx(0.75)


def test_weeks_with_coffee_and_then_weeks_without_are_not_compared() -> None:
    days = [
        day(number, caffeine_mg=300 if number < 56 else 0, twitched=number % (2 if number < 56 else 5) == 0)
        for number in range(112)
    ]
    found = look(days)
    assert found.found == found.unclear == ()
    assert {need.kind for need in lacking(found, "caffeine").needs} == {"together"}


def test_what_can_t_be_compared_leaves_the_others_what_they_were() -> None:
    """A p value without any days behind it would raise the bar for the rest."""
    days = diary(182, 0.45, 0.2)
    summer = [replace(one, heat=number >= 112) for number, one in enumerate(days)]
    assert lacking(look(summer), "heat").needs[0].kind == "together"
    assert named(look(summer), "caffeine") == named(look(days), "caffeine")


@pytest.mark.parametrize(
    ("name", "values", "cut"),
    [
        ("short_sleep", [5, 5, 7, 7, 8, 8], Cut(6.0, "below", is_own=False)),
        ("short_sleep", [7, 7, 8, 8, 8, 9], Cut(8, "below", is_own=True)),
        ("long_sleep", [7, 7, 8, 8, 9, 9], Cut(8, "above", is_own=True)),
        ("caffeine", [0, 90, 180, 270, 360], Cut(200.0, "above", is_own=False)),
        ("caffeine", [0, 0, 80, 80, 160, 160], Cut(0, "above", is_own=True)),
        ("exercise", [0, 0, 0, 30, 60], Cut(0.0, "above", is_own=False)),
        ("exercise", [30, 30, 30, 60, 60, 60], Cut(30, "above", is_own=True)),
        ("stress", [0, 1, 1, 2, 2, 2], Cut(1, "above", is_own=True)),
        ("stress", [0, 1, 1, 3, 4], Cut(2.0, "above", is_own=False)),
        ("poor_sleep", [1, 2, 3, 4], Cut(3.0, "below", is_own=False)),
        ("little_water", [1000, 1500, 2000], Cut(1500, "below", is_own=True)),
        ("heat", [1, 1, 1], Cut(0.0, "above", is_own=False)),
        ("alcohol", [0, 0, 0, 0, 0, 0, 2], Cut(0.0, "above", is_own=False)),
        ("alcohol", [2] * 60, Cut(0.0, "above", is_own=False)),
        ("stress", [4] * 60, Cut(2.0, "above", is_own=False)),
        ("poor_sleep", [1] * 60, Cut(3.0, "below", is_own=False)),
        ("caffeine", [400] * 60, Cut(200.0, "above", is_own=False)),
    ],
)
def test_a_cut_off_divides_the_days(name: str, values: list[float], cut: Cut) -> None:
    assert BY_NAME[name].cut(values) == cut


def test_days_that_are_all_alike_are_divided_by_nothing() -> None:
    cut = BY_NAME["little_water"].cut([1500] * 50)
    assert not any(map(cut.has, [1500] * 50))


@pytest.mark.parametrize(
    ("entered", "need"),
    [
        ({"stress": 4}, "without"),
        ({"sleep_quality": 1}, "without"),
        ({"caffeine_mg": 400}, "without"),
        ({"alcohol_units": 2.0}, "without"),
        ({"alcohol_units": 0.0}, "with"),
        ({"caffeine_mg": 90}, "with"),
    ],
)
def test_sixty_days_that_are_all_alike_lack_days_of_the_other_kind(entered: dict[str, object], need: str) -> None:
    (name,) = (factor.name for factor in FACTORS if factor.value(day(0, **entered)) is not None)
    one = lacking(look([day(number, twitched=number % 3 == 0, **entered) for number in range(60)]), name)
    assert (one.needs[0], one.alike) == (Need(need, 10), False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entered", "value"),
    [
        ({"exercise_effort": "hard"}, 1),
        ({"exercise_effort": "light"}, 0),
        ({"exercise_minutes": 0}, 0),
        ({"exercise_minutes": 0, "exercise_effort": "hard"}, 0),
        ({"exercise_minutes": 45}, None),
        ({}, None),
    ],
)
def test_exercise_of_unknown_effort_is_not_called_easy(entered: dict[str, object], value: float | None) -> None:
    assert BY_NAME["hard_exercise"].value(day(0, **entered)) == value


@pytest.mark.parametrize(("entered", "value"), [("none", 0), ("food", 1), ("supplement", 1), (None, None)])
def test_magnesium(entered: str | None, value: float | None) -> None:
    assert BY_NAME["magnesium"].value(day(0, magnesium=entered)) == value
