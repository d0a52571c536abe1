"""Files of other apps: Bearable, Daylio, Apple Health and any table."""

import datetime as dt
from decimal import Decimal

import pytest

from diary.importing import apple_health
from diary.importing.place_names import guessed_place, sure_place
from diary.importing.table import guessed_order, guesses_for, read_date, read_minutes, read_strength
from diary.importing.wrong import Wrong
from diary.models import Diarist, Import
from tests.diary.transfers import answered, reasons, stored, uploaded, zipped

BEARABLE = """date,date formatted,weekday,time of day,category,rating/amount,detail,notes
22nd Jan 2026,2026-01-22,Thursday,am,Symptom,1,Muscle twitching left calf (Mild),on the sofa
22nd Jan 2026,2026-01-22,Thursday,21:40,Symptom,3,Eyelid twitch (Severe),
22nd Jan 2026,2026-01-22,Thursday,pm,Symptom,2,Headache (Moderate),
22nd Jan 2026,2026-01-22,Thursday,,Sleep,7:30,,
22nd Jan 2026,2026-01-22,Thursday,,Sleep quality,3,,
22nd Jan 2026,2026-01-22,Thursday,am,Mood,7,Happy,
"""
DAYLIO = """full_date,date,weekday,time,mood,activities,note_title,note
2026-03-04,4 March,Wednesday,9:05 pm,good,"eye twitch | good sleep | friends","Out","Dinner."
2026-03-03,3 March,Tuesday,19:05,meh,"reading","",""
"""
HEALTH = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate,Me,(Record|Workout)*)>
<!ATTLIST HealthData locale CDATA #REQUIRED>
]>
<HealthData locale="de_DE">
 <ExportDate value="2026-09-22 08:00:00 +0200"/>
 <Me HKCharacteristicTypeIdentifierBloodType="HKBloodTypeNotSet"/>
 <Record type="HKQuantityTypeIdentifierStepCount" sourceName="Phone" unit="count" value="12"
   startDate="2026-09-20 10:00:00 +0200" endDate="2026-09-20 10:05:00 +0200"/>
 <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch"
   value="HKCategoryValueSleepAnalysisAsleepCore"
   startDate="2026-09-20 23:00:00 +0200" endDate="2026-09-20 23:50:00 +0200">
  <MetadataEntry key="HKTimeZone" value="Europe/Berlin"/>
 </Record>
 <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch"
   value="HKCategoryValueSleepAnalysisAsleepREM"
   startDate="2026-09-20 23:50:00 +0200" endDate="2026-09-21 06:30:00 +0200"/>
 <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="App"
   value="HKCategoryValueSleepAnalysisAsleepUnspecified"
   startDate="2026-09-20 23:05:00 +0200" endDate="2026-09-21 06:25:00 +0200"/>
 <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch" value="HKCategoryValueSleepAnalysisInBed"
   startDate="2026-09-20 22:30:00 +0200" endDate="2026-09-21 06:45:00 +0200"/>
 <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Broken"
   value="HKCategoryValueSleepAnalysisAsleep"
   startDate="2026-09-18 20:00:00 +0200" endDate="2026-09-20 06:00:00 +0200"/>
 <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="50" durationUnit="min" sourceName="Watch"
   startDate="2026-09-21 18:00:00 +0200" endDate="2026-09-21 18:50:00 +0200"/>
 <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="49" durationUnit="min" sourceName="App"
   startDate="2026-09-21 18:00:30 +0200" endDate="2026-09-21 18:49:30 +0200"/>
</HealthData>
"""


def test_bearable_asks_which_symptoms_are_twitches(alice: Diarist) -> None:
    of = uploaded(alice, BEARABLE.encode())
    assert (of.kind, of.status) == (Import.Kind.BEARABLE, Import.Status.ASKING)
    assert of.preview["names"] == {
        "Eyelid twitch": "lid_upper",
        "Muscle twitching left calf": "calf-left",
        "Headache": "",
    }


def test_bearable_brings_twitches_and_nights(alice: Diarist) -> None:
    names = {"Eyelid twitch": "lid_lower-right", "Muscle twitching left calf": "calf-left", "Headache": ""}
    of = stored(answered(uploaded(alice, BEARABLE.encode()), names=names))
    assert of.preview["new"] == {"episodes": 2, "days": 1}
    assert of.preview["left_out"] == {"Mood": 1, "Symptom": 1}
    calf, lid = alice.episodes.order_by("location")
    assert (calf.location, calf.side, calf.strength, calf.note) == ("calf", "left", 1, "on the sofa")
    assert (calf.start_time_known, calf.local_date) == (False, dt.date(2026, 1, 22))
    assert (lid.location, lid.side, lid.strength, lid.start_time_known) == ("lid_lower", "right", 3, True)
    assert lid.moment.local.time() == dt.time(21, 40)
    day = alice.days.get()
    assert (day.sleep_hours, day.sleep_quality) == (Decimal("7.50"), 2)
    again = answered(uploaded(alice, BEARABLE.encode()), names=names)
    assert again.preview["known"] == {"episodes": 2, "days": 1}


def test_bearable_without_the_formatted_date(alice: Diarist) -> None:
    rows = [
        "date,weekday,time of day,category,rating/amount,detail,notes",
        "1st March 2026,Sun,10:15 PM,Symptom,2,Twitch (Moderate),",
        "31st Feb 2026,Sun,,Symptom,2,Twitch (Moderate),",
        "2nd Mar 1890,Sun,,Symptom,2,Twitch (Moderate),",
        "3rd Mar 2026,Sun,,Symptom,9,Twitch (Moderate),",
        "4th Mar 2026,Sun,,Symptom,lots,Twitch (Moderate),",
    ]
    of = answered(uploaded(alice, "\n".join(rows).encode()), names={"Twitch": "calf"})
    assert reasons(of) == [
        "Its date can't be read.",
        "It lies before 1900.",
        "“strength” must be a whole number from 1 to 4.",
        "“rating/amount” is not a number.",
    ]
    stored(of)
    assert alice.episodes.get().moment.local.isoformat() == "2026-03-01T22:15:00+01:00"


def test_daylio_asks_what_activities_mean(alice: Diarist) -> None:
    of = uploaded(alice, DAYLIO.encode())
    assert (of.kind, of.status) == (Import.Kind.DAYLIO, Import.Status.ASKING)
    assert of.preview["names"] == {
        "eye twitch": "lid_upper",
        "good sleep": "sleep-3",
        "friends": "",
        "reading": "",
    }


def test_daylio_brings_twitches_and_nights(alice: Diarist) -> None:
    names = {"eye twitch": "lid_lower-left", "good sleep": "sleep-3", "friends": "", "reading": ""}
    of = stored(answered(uploaded(alice, DAYLIO.encode()), names=names))
    episode, day = alice.episodes.get(), alice.days.get()
    assert episode.moment.local.isoformat() == "2026-03-04T21:05:00+01:00"
    assert (episode.location, episode.side, episode.strength) == ("lid_lower", "left", None)
    assert episode.note == "Out\nDinner."
    assert (day.date, day.sleep_quality) == (dt.date(2026, 3, 4), 3)
    assert of.preview["left_out"] == {"meh": 1}


@pytest.mark.parametrize("packed", [False, True])
def test_apple_health_brings_sleep_and_exercise_by_day(alice: Diarist, packed: bool) -> None:
    data = HEALTH.encode()
    of = uploaded(alice, zip_of(data) if packed else data)
    assert (of.kind, of.status) == (Import.Kind.APPLE_HEALTH, Import.Status.READY), of.preview
    assert of.preview["left_out"] == {"StepCount": 1}
    stored(of)
    day = alice.days.get()
    # Two devices saw the same night: from 23:00 to 6:30 it is, not the sum.
    assert (day.date, day.sleep_hours, day.exercise_minutes) == (dt.date(2026, 9, 21), Decimal("7.50"), 50)
    assert uploaded(alice, data).preview["known"] == {"days": 1}


def zip_of(data: bytes) -> bytes:
    """The zip file that a phone sends."""
    return zipped(**{"apple_health_export/export_xml": data, "apple_health_export/export_cda_xml": b"<x/>"})


def test_apple_health_fills_only_what_is_empty(alice: Diarist) -> None:
    alice.days.create(date=dt.date(2026, 9, 21), sleep_hours=5)
    stored(uploaded(alice, HEALTH.encode()))
    day = alice.days.get()
    assert (day.sleep_hours, day.exercise_minutes) == (Decimal(5), 50)


def test_spans_that_overlap_count_once() -> None:
    def at(hour: int) -> dt.datetime:
        return dt.datetime(2026, 9, 21, hour, tzinfo=dt.UTC)

    spans = apple_health.merged([(at(5), at(6)), (at(1), at(3)), (at(2), at(4)), (at(1), at(2))])
    assert spans == [(at(1), at(4)), (at(5), at(6))]


def table(*lines: str) -> bytes:
    """A table of these lines."""
    return "\n".join(lines).encode()


def test_a_table_is_guessed_asked_for_and_brought_in(alice: Diarist) -> None:
    data = table(
        "Datum;Uhrzeit;Ort;Seite;Stärke (0-10);Dauer (min);Notiz",
        "31.3.2026;21:40;Wade;links;7;15;Sofa",
        "1.4.2026;;Augenlid unten;r;10;;",
        "1.4.2026;;Kaffee;;;;",
        "30.2.2026;;Wade;;3;;",
        "2.4.2026;;;;3;;",
        "3.4.2026;;Wade;;lots;;",
    )
    of = uploaded(alice, data)
    assert (of.kind, of.status) == (Import.Kind.TABLE, Import.Status.ASKING)
    guesses = of.preview["guesses"]
    assert guesses == {
        "date": 0,
        "time": 1,
        "place": 2,
        "side": 3,
        "strength": 4,
        "minutes": 5,
        "note": 6,
        "order": "dmy",
        "strength_most": 10,
    }
    assert of.preview["rows"][0] == ["31.3.2026", "21:40", "Wade", "links", "7", "15", "Sofa"]
    columns = {name: number for name, number in guesses.items() if name not in {"order", "strength_most"}}
    of = answered(of, columns=columns, order="dmy", strength_most=10, names={})
    # Our own names need no question; the others do.
    assert of.preview["names"] == {"Augenlid unten": "lid_upper", "Kaffee": ""}
    of = answered(of, names={"Augenlid unten": "lid_lower", "Kaffee": ""})
    assert reasons(of) == [
        "Its date can't be read.",
        "It names no place.",
        "Its strength can't be read.",
    ]
    assert of.preview["left_out"] == {"Kaffee": 1}
    stored(of)
    calf, lid = alice.episodes.order_by("local_date")
    assert calf.moment.local.isoformat() == "2026-03-31T21:40:00+02:00"
    assert (calf.side, calf.strength, calf.duration_seconds, calf.note) == ("left", 3, 900, "Sofa")
    assert (lid.location, lid.side, lid.strength, lid.start_time_known) == ("lid_lower", "right", 4, False)


def test_a_table_whose_places_are_ours_asks_no_more(alice: Diarist) -> None:
    of = uploaded(alice, table("when,where", "2026-03-31,left calf", "2026-03-31 08:15,Right upper eyelid"))
    of = answered(of, columns={"date": 0, "place": 1}, order="ymd", strength_most=4)
    assert of.status == Import.Status.READY
    stored(of)
    assert set(alice.episodes.values_list("location", "side", "start_time_known")) == {
        ("calf", "left", False),
        ("lid_upper", "right", True),
    }


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["2026-03-04"], "ymd"),
        (["31.03.2026", "1.2.2026"], "dmy"),
        (["3/31/2026"], "mdy"),
        (["31/3/2026"], "dmy"),
        (["1.2.2026"], "dmy"),
        (["1/2/2026"], "mdy"),
        ([], "dmy"),
    ],
)
def test_the_order_of_a_date_is_guessed(dates: list[str], order: str) -> None:
    assert guessed_order(dates) == order


def test_dates_are_read_in_their_order() -> None:
    assert read_date("2026-03-31T10:00", "ymd") == dt.date(2026, 3, 31)
    assert read_date("31.3.26", "dmy") == dt.date(2026, 3, 31)
    assert read_date("03/31/2026", "mdy") == dt.date(2026, 3, 31)
    for text in ("31.3.", "x", "2026-13-01", ""):
        with pytest.raises(Wrong):
            read_date(text, "ymd")


@pytest.mark.parametrize(
    ("text", "most", "strength"),
    [
        ("1", 4, 1),
        ("4", 4, 4),
        ("1", 10, 1),
        ("5", 10, 2),
        ("6", 10, 3),
        ("10/10", 10, 4),
        ("mild", 4, 1),
        ("Severe", 4, 4),
    ],
)
def test_a_strength_is_put_on_our_scale(text: str, most: int, strength: int) -> None:
    assert read_strength(text, most) == strength


@pytest.mark.parametrize("text", ["0", "11", "-3", "strongish", "1e9"])
def test_a_strength_off_the_scale_is_none(text: str) -> None:
    with pytest.raises(Wrong):
        read_strength(text, 10)


def test_minutes_are_read() -> None:
    assert [read_minutes(text) for text in ("15", "1,5", "20 min")] == [900, 90, 1200]
    with pytest.raises(Wrong):
        read_minutes("an hour")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Left calf", "calf-left"),
        ("LINKE WADE", "calf-left"),
        ("calf-left", "calf-left"),
        ("calf (right)", "calf-right"),
        ("Wade", "calf"),
    ],
)
def test_our_own_names_are_known(name: str, code: str) -> None:
    assert sure_place(name) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("my left eyelid", "lid_upper-left"),
        ("lower eyelid R", "lid_lower-right"),
        ("Zucken Oberschenkel rechts", "thigh_front-right"),
        ("twitchy tongue left", "tongue"),
        ("coffee", ""),
        ("whole body", "all_over"),
    ],
)
def test_other_names_are_guessed(name: str, code: str) -> None:
    assert guessed_place(name) == code


def test_columns_without_telling_names_are_left_to_the_person() -> None:
    guesses = guesses_for(["a", "b"], [["x", "y"]])
    assert (guesses["date"], guesses["place"]) == (-1, -1)
