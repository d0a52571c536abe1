"""The database itself refuses what a diary can't mean, whatever a form let through."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from diary.body import LOCATIONS
from diary.models import Day, Diarist, Episode, Import, ImportChunk, ImportedDay, Medicine, SignCheck
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


def days(**values: Any) -> Callable[[Diarist], object]:
    """Stores a day."""
    return lambda alice: Day.objects.create(diarist=alice, date=values.pop("date", DATE), **values)


def episodes(**values: Any) -> Callable[[Diarist], object]:
    """Stores an episode of now, with `values` changed whatever the moment says."""

    def store(alice: Diarist) -> None:
        row = episode_now(alice)
        Episode.objects.filter(pk=row.pk).update(**values)

    return store


def signs(**values: Any) -> Callable[[Diarist], object]:
    """Stores an answer."""
    base: dict[str, Any] = {"date": DATE, "sign": "jars", "answer": "yes", "recorded_at": NOW}
    return lambda alice: SignCheck.objects.create(diarist=alice, **base | values)


def medicines(**values: Any) -> Callable[[Diarist], object]:
    """Stores a medicine."""
    return lambda alice: Medicine.objects.create(diarist=alice, **{"name": "Salbutamol"} | values)


def imports(**values: Any) -> Callable[[Diarist], object]:
    """Stores an import."""
    return lambda alice: Import.objects.create(diarist=alice, created_at=NOW, **values)


def brought(diarist: Diarist) -> Import:
    """The one import of a person."""
    return diarist.imports.first() or diarist.imports.create(created_at=NOW)


def twice(store: Callable[[Diarist], object]) -> Callable[[Diarist], object]:
    """Stores two alike."""
    return lambda alice: (store(alice), store(alice))


BEFORE_1900 = dt.date(1899, 12, 31)
REFUSED_BY: dict[str, list[Callable[[Diarist], object]]] = {
    "diarist_volume_unit_is_known": [lambda alice: Diarist.objects.filter(pk=alice.pk).update(volume_unit="cups")],
    "episode_place_is_known": [episodes(location="wing"), episodes(side="middle"), episodes(side="up")],
    "episode_strength_1_to_4": [episodes(strength=0), episodes(strength=5)],
    "episode_how_often_0_to_3": [episodes(how_often=4)],
    "episode_duration_up_to_a_week": [episodes(duration_seconds=604_801)],
    "episode_date_since_1900": [episodes(local_date=BEFORE_1900), episodes(local_date=dt.date.min)],
    "episode_offset_within_a_day": [episodes(utc_offset_minutes=1441), episodes(utc_offset_minutes=-1441)],
    "episode_ongoing_has_no_duration": [episodes(is_ongoing=True, duration_seconds=0)],
    "episode_rough_needs_duration": [episodes(duration_is_rough=True)],
    "episode_one_timer_a_place": [twice(episodes(is_ongoing=True)), twice(episodes(side="", is_ongoing=True))],
    "day_one_a_date": [twice(days(stress=0))],
    "day_date_since_1900": [days(date=BEFORE_1900)],
    "day_sleep_0_to_24_hours": [days(sleep_hours=Decimal("24.01")), days(sleep_hours=Decimal("-0.25"))],
    "day_sleep_quality_1_to_4": [days(sleep_quality=0), days(sleep_quality=5)],
    "day_caffeine_0_to_5000_mg": [days(caffeine_mg=5001)],
    "day_exercise_0_to_1440_minutes": [days(exercise_minutes=1441)],
    "day_effort_is_known": [days(exercise_effort="brutal")],
    "day_stress_0_to_4": [days(stress=5)],
    "day_water_0_to_20000_ml": [days(water_ml=20_001)],
    "day_alcohol_0_to_100_units": [days(alcohol_units=Decimal("100.1")), days(alcohol_units=Decimal("-0.1"))],
    "day_magnesium_is_known": [days(magnesium="lots")],
    "sign_check_place_is_known": [signs(location="calf", side="middle"), signs(side="up")],
    "sign_check_sign_is_known": [signs(sign="headache"), signs(sign="")],
    "sign_check_answer_is_known": [signs(answer="perhaps"), signs(answer="")],
    "sign_check_course_is_known": [signs(course="up")],
    "sign_check_date_since_1900": [signs(date=BEFORE_1900)],
    "sign_check_since_before_date": [signs(since_on=DATE + dt.timedelta(days=1))],
    "medicine_has_a_name": [medicines(name="")],
    "episode_source_id_once": [twice(episodes(source_id="a"))],
    "sign_check_source_id_once": [twice(signs(source_id="a"))],
    "medicine_source_id_once": [twice(medicines(source_id="a"))],
    "import_kind_is_known": [imports(kind="exe")],
    "import_status_is_known": [imports(status=""), imports(status="lost")],
    "import_chunk_in_order": [twice(lambda alice: brought(alice).chunks.create(number=0, data=b""))],
    "imported_day_once": [twice(lambda alice: brought(alice).days.create(date=DATE, values={}))],
    "medicine_stops_after_start": [medicines(started_on=DATE, stopped_on=DATE - dt.timedelta(days=1))],
}


@pytest.mark.parametrize("name", REFUSED_BY)
def test_each_constraint_refuses_what_it_is_for(alice: Diarist, name: str) -> None:
    for store in REFUSED_BY[name]:
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            store(alice)
        # SQLite names the columns of a unique constraint instead.
        assert name in str(caught.value) or "UNIQUE constraint failed" in str(caught.value)


def test_no_constraint_is_left_out() -> None:
    models = (Diarist, Episode, Day, SignCheck, Medicine, Import, ImportChunk, ImportedDay)
    assert {constraint.name for model in models for constraint in model._meta.constraints} == set(REFUSED_BY)


@pytest.mark.parametrize(
    "values",
    [
        {"how_often": -1},
        {"duration_seconds": -1},
        {"version": -1},
        {"strength": None, "how_often": None, "duration_seconds": None, "at_rest": None},
        {"local_date": dt.date(1900, 1, 1)},
        {"local_date": dt.date(9999, 1, 1)},
        {"utc_offset_minutes": 840},
        {"utc_offset_minutes": -720},
        {"duration_is_rough": True, "duration_seconds": 0},
    ],
)
def test_negative_numbers_are_refused_and_edges_are_not(alice: Diarist, values: dict[str, Any]) -> None:
    assert refuses(episodes(**values), alice=alice) is any(value == -1 for value in values.values())


@pytest.mark.parametrize("name", ["caffeine_mg", "exercise_minutes", "stress", "water_ml"])
def test_less_than_nothing_is_refused(alice: Diarist, name: str) -> None:
    assert refuses(days(**{name: -1}), alice=alice)


def test_the_same_id_is_one_row(alice: Diarist, charlie: Diarist) -> None:
    row = episode_now(alice)
    assert refuses(lambda: episode_now(charlie, id=row.pk))
    assert Episode.objects.get().diarist == alice


def test_an_account_takes_its_diary_with_it(alice: Diarist) -> None:
    episode_now(alice)
    Day.objects.create(diarist=alice, date=DATE, stress=1)
    SignCheck.objects.create(diarist=alice, date=DATE, sign="jars", answer="no", recorded_at=NOW)
    Medicine.objects.create(diarist=alice, name="Salbutamol")
    alice.user.delete()
    assert not any(model.objects.exists() for model in (Diarist, Episode, Day, SignCheck, Medicine))
