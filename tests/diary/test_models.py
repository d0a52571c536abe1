"""The database itself refuses what a diary can't mean, whatever a form let through."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from diary.body import LOCATIONS
from diary.models import Day, Diarist, Episode, Medicine, SignCheck
from tests.conftest import NOW
from tests.diary.diaries import episode_now

DATE = dt.date(2026, 11, 23)


def refuses(make: Any, **values: Any) -> bool:
    """Whether storing raises IntegrityError."""
    try:
        with transaction.atomic():
            make(**values)
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    "values",
    [
        {"strength": 0},
        {"strength": 5},
        {"how_often": 4},
        {"duration_seconds": 7 * 86_400 + 1},
        {"location": "wing"},
        {"location": "calf", "side": "middle"},
        {"location": "tongue", "side": "left"},
        {"location": "all_over", "side": "left"},
        {"location": "", "side": ""},
        {"is_ongoing": True, "duration_seconds": 5},
        {"duration_is_rough": True},
    ],
)
def test_episodes_that_are_refused(alice: Diarist, values: dict[str, Any]) -> None:
    assert refuses(lambda **v: episode_now(alice, **v), **values)


@pytest.mark.parametrize(
    "values",
    [
        {"strength": 1, "how_often": 0, "duration_seconds": 0},
        {"strength": 4, "how_often": 3, "duration_seconds": 7 * 86_400},
        {"location": "calf", "side": ""},
        {"location": "all_over", "side": ""},
        {"location": "elsewhere", "side": "middle"},
        {"is_ongoing": True},
    ],
)
def test_episodes_at_the_edges_are_stored(alice: Diarist, values: dict[str, Any]) -> None:
    assert not refuses(lambda **v: episode_now(alice, **v), **values)


def test_every_place_and_side_of_the_table_can_be_stored(alice: Diarist) -> None:
    for location in LOCATIONS.values():
        for side in ("", *location.sides):
            episode_now(alice, location=location.id, side=side)
    assert Episode.objects.count() == sum(1 + len(location.sides) for location in LOCATIONS.values())


def test_one_timer_a_place(alice: Diarist, charlie: Diarist) -> None:
    episode_now(alice, is_ongoing=True)
    assert refuses(lambda: episode_now(alice, is_ongoing=True))
    assert not refuses(lambda: episode_now(alice, side="right", is_ongoing=True))
    assert not refuses(lambda: episode_now(charlie, is_ongoing=True))


def test_dates_before_1900_are_refused(alice: Diarist) -> None:
    assert refuses(Day.objects.create, diarist=alice, date=dt.date(1899, 12, 31), stress=1)
    assert not refuses(Day.objects.create, diarist=alice, date=dt.date(1900, 1, 1), stress=1)


@pytest.mark.parametrize(
    ("name", "least", "most", "beyond"),
    [
        ("sleep_hours", Decimal(0), Decimal(24), Decimal("24.25")),
        ("sleep_quality", 1, 4, 5),
        ("caffeine_mg", 0, 5000, 5001),
        ("exercise_minutes", 0, 1440, 1441),
        ("stress", 0, 4, 5),
        ("water_ml", 0, 20_000, 20_001),
        ("alcohol_units", Decimal(0), Decimal(100), Decimal("100.1")),
    ],
)
def test_context_within_its_bounds(alice: Diarist, name: str, least: Any, most: Any, beyond: Any) -> None:
    for back, value in enumerate((least, most, None)):
        Day.objects.create(diarist=alice, date=DATE - dt.timedelta(days=back), **{name: value})
    assert refuses(Day.objects.create, diarist=alice, date=DATE - dt.timedelta(days=9), **{name: beyond})


def test_words_outside_their_lists_are_refused(alice: Diarist) -> None:
    assert refuses(Day.objects.create, diarist=alice, date=DATE, exercise_effort="brutal")
    assert refuses(Day.objects.create, diarist=alice, date=DATE, magnesium="lots")


def test_one_row_a_day(alice: Diarist, charlie: Diarist) -> None:
    Day.objects.create(diarist=alice, date=DATE, stress=1)
    assert refuses(Day.objects.create, diarist=alice, date=DATE, stress=2)
    assert not refuses(Day.objects.create, diarist=charlie, date=DATE, stress=2)


@pytest.mark.parametrize(
    "values",
    [
        {"sign": "headache"},
        {"answer": "perhaps"},
        {"course": "up"},
        {"location": "wing"},
        {"location": "calf", "side": "middle"},
        {"since_on": DATE + dt.timedelta(days=1)},
    ],
)
def test_signs_that_are_refused(alice: Diarist, values: dict[str, Any]) -> None:
    base: dict[str, Any] = {"diarist": alice, "date": DATE, "sign": "jars", "answer": "yes", "recorded_at": NOW}
    assert refuses(SignCheck.objects.create, **base | values)
    assert not refuses(SignCheck.objects.create, **base)
    assert not refuses(SignCheck.objects.create, **base | {"location": "calf", "side": "left", "since_on": DATE})


def test_medicines_that_are_refused(alice: Diarist) -> None:
    assert refuses(Medicine.objects.create, diarist=alice, name="")
    end = {"started_on": DATE, "stopped_on": DATE - dt.timedelta(days=1)}
    assert refuses(Medicine.objects.create, diarist=alice, name="Salbutamol", **end)
    assert not refuses(Medicine.objects.create, diarist=alice, name="Salbutamol", started_on=DATE, stopped_on=DATE)


def test_an_account_takes_its_diary_with_it(alice: Diarist) -> None:
    episode_now(alice)
    Day.objects.create(diarist=alice, date=DATE, stress=1)
    SignCheck.objects.create(diarist=alice, date=DATE, sign="jars", answer="no", recorded_at=NOW)
    Medicine.objects.create(diarist=alice, name="Salbutamol")
    alice.user.delete()
    assert not any(model.objects.exists() for model in (Diarist, Episode, Day, SignCheck, Medicine))
