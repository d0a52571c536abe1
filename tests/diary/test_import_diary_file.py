"""The diary file brought in: nothing is lost, nothing is there twice, nothing is bent to fit."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from diary import recording
from diary.export.sections import Row, Section, register, unregister
from diary.importing import tasks, undo
from diary.importing.intake import HAS_TWITCHES, TWICE
from diary.models import Diarist, Episode, Import, ImportChunk
from diary.undo import undo_token
from tests.conftest import BERLIN, NOW
from tests.diary.diaries import episode_at
from tests.diary.transfers import (
    brought_in,
    document_of,
    reasons,
    stored,
    taken_out,
    twitch,
    uploaded,
    written_file,
)

DATE = dt.date(2026, 3, 1)


def full_diary(diarist: Diarist) -> None:
    """A diary with something in every column."""
    Diarist.objects.filter(pk=diarist.pk).update(
        name="Äöü Ω", country="DE", volume_unit="fl_oz", check_dismissed_on=DATE, follows_device=True
    )
    diarist.refresh_from_db()
    episode_at(
        diarist,
        "2026-02-28",
        "23:59:59.000001",
        strength=3,
        how_often=2,
        at_rest=False,
        duration_seconds=600,
        duration_is_rough=True,
        note='=1+1 "ü"\r\nline',
    )
    episode_at(diarist, "2026-02-28", "23:59:59.000001", location="lid_lower", side="", start_time_known=False)
    episode_at(diarist, "2026-11-20", is_ongoing=True)
    diarist.days.create(date=DATE, no_twitches=True)
    diarist.days.create(
        date=dt.date(2026, 3, 2),
        sleep_hours=Decimal("6.25"),
        sleep_quality=2,
        caffeine_mg=0,
        exercise_minutes=45,
        exercise_effort="hard",
        stress=0,
        water_ml=1500,
        alcohol_units=Decimal("0.5"),
        magnesium="none",
        heat=False,
        note="n",
    )
    diarist.sign_checks.create(
        date=DATE,
        sign="buttons",
        answer="yes",
        location="hand_web",
        side="right",
        course="worse",
        since_on=dt.date(2026, 2, 1),
        note="slow",
        recorded_at=NOW,
    )
    diarist.medicines.create(name="Salbutamol", started_on=DATE, stopped_on=dt.date(2026, 12, 24))
    diarist.medicines.create(name="Ä")


def test_out_in_out_is_the_same_file(alice: Diarist, charlie: Diarist) -> None:
    full_diary(alice)
    first = taken_out(alice)
    brought_in(charlie, first, settings=True)
    charlie.refresh_from_db()
    assert taken_out(charlie) == first
    assert charlie.name == "Äöü Ω"
    assert charlie.check_dismissed_on == DATE


def test_the_same_file_again_changes_nothing(alice: Diarist, charlie: Diarist) -> None:
    full_diary(alice)
    first = taken_out(alice)
    for diarist in (alice, charlie):
        brought_in(diarist, first, settings=True)
        diarist.refresh_from_db()
        again = uploaded(diarist, first)
        assert again.preview["new"] == {}
        assert again.preview["known"] == {"episodes": 3, "days": 2, "checks": 1, "medicines": 2}
        stored(again)
        assert taken_out(diarist) == first
    assert Episode.objects.count() == 6


def test_nothing_is_written_before_it_is_confirmed(alice: Diarist) -> None:
    revision = alice.revision
    of = uploaded(alice, written_file(episodes=[twitch()], days=[{"date": "2026-03-02", "no_twitches": True}]))
    assert of.preview["new"] == {"episodes": 1, "days": 1}
    assert (of.preview["first"], of.preview["last"]) == ("2026-03-01", "2026-03-02")
    alice.refresh_from_db()
    assert (alice.episodes.count(), alice.days.count(), alice.revision) == (0, 0, revision)
    stored(of)
    alice.refresh_from_db()
    assert (alice.episodes.count(), alice.days.count(), alice.revision) == (1, 1, revision + 1)
    assert not ImportChunk.objects.exists()


def test_a_row_is_read_as_it_is_written(alice: Diarist) -> None:
    row = twitch(
        side="left",
        duration_seconds=900,
        strength=3,
        how_often=2,
        at_rest=True,
        note="sofa",
        recorded_at="2026-03-01T22:16:02+01:00",
    )
    brought_in(alice, written_file(episodes=[row]))
    episode = alice.episodes.get()
    assert episode.started_at == dt.datetime(2026, 3, 1, 21, 15, tzinfo=dt.UTC)
    assert (episode.local_date, episode.utc_offset_minutes, episode.time_zone) == (DATE, 60, BERLIN)
    assert (episode.location, episode.side, episode.strength, episode.how_often) == ("calf", "left", 3, 2)
    assert (episode.duration_seconds, episode.at_rest, episode.note) == (900, True, "sofa")
    assert episode.recorded_at == dt.datetime(2026, 3, 1, 21, 16, 2, tzinfo=dt.UTC)
    assert episode.source_id == "e1"


def test_the_date_is_that_of_the_offset_in_the_file(alice: Diarist) -> None:
    brought_in(alice, written_file(episodes=[twitch(started_at="2026-03-01T23:30:00-08:00")]))
    assert alice.episodes.get().local_date == DATE
    assert document_of(alice)["episodes"][0]["started_at"] == "2026-03-01T23:30:00-08:00"


def test_what_nobody_entered_stays_empty(alice: Diarist) -> None:
    row = twitch(strength=None, note=None, at_rest=None, side=None)
    brought_in(alice, written_file(episodes=[row], days=[{"date": "2026-03-02", "caffeine_mg": 0}]))
    episode, day = alice.episodes.get(), alice.days.get()
    assert (episode.strength, episode.at_rest, episode.side, episode.duration_seconds) == (None, None, "", None)
    assert (day.caffeine_mg, day.stress, day.sleep_hours, day.heat) == (0, None, None, None)
    assert document_of(alice)["days"] == [{"date": "2026-03-02", "caffeine_mg": 0}]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"id": None}, "“id” is missing."),
        ({"id": 7}, "“id” must be a text."),
        ({"strength": "3"}, "“strength” must be a whole number from 1 to 4."),
        ({"strength": True}, "“strength” must be a whole number from 1 to 4."),
        ({"strength": 2.5}, "“strength” must be a whole number from 1 to 4."),
        ({"strength": 5}, "“strength” must be a whole number from 1 to 4."),
        ({"strength": 1e400}, None),
        ({"at_rest": "yes"}, "“at_rest” must be true or false."),
        ({"location": "kneecap"}, "There is no such place in this diary."),
        ({"location": "tongue", "side": "left"}, "This place has no such side."),
        ({"started_at": "2026-03-01T22:15:00"}, "“started_at” does not say how far it is from UTC."),
        ({"started_at": "yesterday"}, "“started_at” is not a date with a time."),
        ({"started_at": "1890-03-01T22:15:00+01:00"}, "It lies before 1900."),
        ({"started_at": "2190-03-01T22:15:00+01:00"}, "It lies in the future."),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "“started_at” is not a date with a time."),
        ({"recorded_at": "9999-12-31T23:59:59-12:00"}, "It lies in the future."),
        ({"time_zone": "Mars/Olympus"}, "There is no such time zone."),
        ({"note": "a\x00b"}, "It holds characters that can't be stored."),
        ({"note": "\ud800"}, "It holds characters that can't be stored."),
        ({"note": "x" * 2001}, "“note” is longer than 2000 characters."),
        ({"is_ongoing": True, "duration_seconds": 5}, "It can't go on and have ended."),
        ({"duration_is_rough": True}, "It says that its length is rough, but not what it is."),
        ({"date": "2026-03-05"}, "Its date and its time do not fit together."),
        ({"mood": "x" * 20_000}, "It holds too much that this diary does not know."),
        ({"mood": {"\ud800": 1}}, "It holds characters that can't be stored."),
        ({"mood": json.loads("[" * 30 + "]" * 30)}, "It holds too much that this diary does not know."),
    ],
)
def test_a_row_that_can_not_be_is_refused_with_its_reason(
    alice: Diarist, values: dict[str, Any], reason: str | None
) -> None:
    of = uploaded(alice, written_file(episodes=[twitch(**values), twitch(id="good")]))
    if reason is None:
        # Infinity is not JSON: the file as a whole is refused.
        assert of.status == Import.Status.REFUSED
        return
    assert reasons(of) == [reason]
    assert (of.preview["new"], of.preview["refused"]) == ({"episodes": 1}, {"episodes": 1})
    assert of.preview["refusals"][0]["number"] == 1
    stored(of)
    assert alice.episodes.get().source_id == "good"


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("days", {"date": "2026-02-30"}, "“date” is not a date."),
        ("days", {"date": "2026-02-03", "sleep_hours": 25}, "“sleep_hours” must be a number from 0 to 24."),
        ("days", {"date": "2026-02-03", "magnesium": "much"}, "“magnesium” has an unknown value."),
        ("checks", {"date": "2026-02-03", "sign": "knees", "answer": "no"}, "“sign” has an unknown value."),
        (
            "checks",
            {"date": "2026-02-03", "sign": "write", "answer": "no", "since_on": "2026-02-04"},
            "It began after the day it was asked.",
        ),
        ("medicines", {"name": ""}, "“name” is missing."),
        (
            "medicines",
            {"name": "x", "started_on": "2026-02-03", "stopped_on": "2026-02-02"},
            "It stops before it starts.",
        ),
        ("medicines", "aspirin", "It is not an entry."),
    ],
)
def test_every_table_is_read_strictly(alice: Diarist, table: str, row: Any, reason: str) -> None:
    of = uploaded(alice, written_file(**{table: [row]}))
    assert reasons(of) == [reason]
    assert of.preview["new"] == {}


def test_answers_and_medicines_without_an_id_are_there_once(alice: Diarist) -> None:
    data = written_file(
        checks=[{"date": "2026-03-02", "sign": "write", "answer": "no"}], medicines=[{"name": "Salbutamol"}]
    )
    brought_in(alice, data)
    assert uploaded(alice, data).preview["known"] == {"checks": 1, "medicines": 1}
    assert alice.sign_checks.get().answer == "no"


def test_an_id_that_comes_twice_is_refused_once(alice: Diarist) -> None:
    of = uploaded(alice, written_file(episodes=[twitch(), twitch(note="other")]))
    assert reasons(of) == [TWICE]
    assert of.preview["new"] == {"episodes": 1}


def test_ids_of_somebody_else_are_no_hindrance(alice: Diarist, charlie: Diarist) -> None:
    theirs = episode_at(alice, "2026-03-01", note="mine")
    row = twitch(id=str(theirs.pk), note="yours")
    for _ in range(2):
        brought_in(charlie, written_file(episodes=[row]))
    assert charlie.episodes.get().note == "yours"
    assert document_of(charlie)["episodes"][0]["id"] == str(theirs.pk)
    assert alice.episodes.get().note == "mine"


def test_what_the_diary_has_stays(alice: Diarist) -> None:
    mine = episode_at(alice, "2026-03-01", strength=1)
    alice.days.create(date=DATE, stress=1, note="mine")
    of = brought_in(
        alice,
        written_file(
            episodes=[twitch(id=str(mine.pk), strength=4)],
            days=[{"date": "2026-03-01", "stress": 4, "note": "theirs", "sleep_hours": 7}],
        ),
    )
    assert of.preview["known"] == {"episodes": 1}
    day = alice.days.get()
    assert (alice.episodes.get().strength, day.stress, day.note, day.sleep_hours) == (1, 1, "mine", Decimal(7))


@pytest.mark.parametrize("days_first", [False, True])
def test_a_day_with_twitches_is_never_marked(alice: Diarist, days_first: bool) -> None:
    lists = {"episodes": [twitch()], "days": [{"date": "2026-03-01", "no_twitches": True, "stress": 2}]}
    of = uploaded(alice, written_file(**dict(reversed(lists.items())) if days_first else lists))
    assert reasons(of) == [HAS_TWITCHES]
    stored(of)
    day = alice.days.get()
    assert (day.no_twitches, day.stress) == (False, 2)


def test_a_mark_goes_with_a_twitch_that_comes_in_and_returns_with_undo(alice: Diarist) -> None:
    alice.days.create(date=DATE, no_twitches=True)
    of = brought_in(alice, written_file(episodes=[twitch()]))
    assert not alice.days.exists()
    assert undo.undo(alice, of, NOW)
    assert alice.days.get().no_twitches
    assert not alice.episodes.exists()


def test_a_second_timer_at_a_place_does_not_run(alice: Diarist) -> None:
    episode_at(alice, "2026-11-20", is_ongoing=True)
    rows = [twitch(id="a", side="left", is_ongoing=True), twitch(id="b", side="right", is_ongoing=True)]
    brought_in(alice, written_file(episodes=[*rows, twitch(id="c", side="right", is_ongoing=True)]))
    running = alice.episodes.filter(is_ongoing=True).values_list("side", "source_id")
    assert set(running) == {("left", None), ("right", "b")}


def test_unknown_keys_come_back(alice: Diarist, charlie: Diarist) -> None:
    data = written_file(
        episodes=[twitch(mood={"b": 1, "a": [None, "ü", 1.50, 1e22]})],
        days=[{"date": "2026-03-02", "steps": 9000}],
        checks=[{"date": "2026-03-02", "sign": "write", "answer": "no", "by": "ann"}],
        medicines=[{"name": "x", "dose": "5 mg"}],
        settings={"theme": "dark"},
        videos=[{"id": 1}, {"id": 2}],
        weights=[],
    )
    of = brought_in(alice, data)
    assert of.preview["unknown_keys"] == ["by", "dose", "mood", "steps"]
    assert of.preview["keeps_extra"] is True
    found = document_of(alice)
    assert found["episodes"][0]["mood"] == {"a": [None, "ü", 1.5, 1e22], "b": 1}
    assert found["days"] == [{"date": "2026-03-02", "steps": 9000}]
    assert found["checks"][0]["by"] == "ann"
    assert found["medicines"][0]["dose"] == "5 mg"
    assert found["settings"]["theme"] == "dark"
    assert (found["videos"], found["weights"]) == ([{"id": 1}, {"id": 2}], [])
    brought_in(charlie, taken_out(alice), settings=True)
    charlie.refresh_from_db()
    assert taken_out(charlie) == taken_out(alice)
    undo.undo(alice, of, NOW)
    assert "videos" not in document_of(alice)


def test_an_edited_medicine_keeps_its_unknown_keys(alice: Diarist, as_alice: Any) -> None:
    of = brought_in(alice, written_file(medicines=[{"id": "m", "name": "x", "dose": "5 mg"}]))
    kept = alice.medicines.get()
    form = {"id": str(kept.pk), "name": "Y"}
    assert as_alice.post(f"/medicines/{kept.pk}/", form).status_code == 302
    assert document_of(alice)["medicines"] == [{"id": "m", "name": "Y", "dose": "5 mg"}]
    undo.undo(alice, of, NOW)
    assert alice.medicines.get().name == "Y"


def test_what_came_back_with_its_file_is_not_put_back_once_more(alice: Diarist, as_alice: Any) -> None:
    data = written_file(
        episodes=[twitch()],
        checks=[{"date": "2026-03-02", "sign": "write", "answer": "no"}],
        medicines=[{"name": "x"}],
    )
    brought_in(alice, data)
    episode, check, medicine = alice.episodes.get(), alice.sign_checks.get(), alice.medicines.get()
    recording.delete_episode(alice, episode.pk)
    recording.delete_sign(alice, check.pk)
    recording.delete_medicine(alice, medicine.pk)
    brought_in(alice, data)
    for url, sent in (
        ("/episodes/restore/", {"payload": undo_token(episode)}),
        ("/check/answers/", {"undo": undo_token(check)}),
        ("/medicines/", {"undo": undo_token(medicine)}),
    ):
        assert as_alice.post(url, sent).status_code == 302
    assert (alice.episodes.count(), alice.sign_checks.count(), alice.medicines.count()) == (1, 1, 1)
    assert recording.log_episode(alice, episode) == recording.Logged(alice.episodes.get(), created=False)


def test_a_medicine_stopped_by_hand_stays_when_its_import_is_undone(alice: Diarist, as_alice: Any) -> None:
    of = brought_in(alice, written_file(medicines=[{"id": "m", "name": "x"}, {"id": "n", "name": "y"}]))
    kept = alice.medicines.get(name="x")
    as_alice.post(f"/medicines/{kept.pk}/", {"stop": "today"})
    undo.undo(alice, of, NOW)
    assert alice.medicines.get().name == "x"
    assert alice.medicines.get().stopped_on is not None


def test_undo_takes_back_what_came_and_nothing_else(alice: Diarist) -> None:
    full_diary(alice)
    before = taken_out(alice)
    of = brought_in(
        alice,
        written_file(
            episodes=[twitch(id="a"), twitch(id="b")],
            days=[{"date": "2026-03-02", "note": "theirs"}, {"date": "2026-03-05", "stress": 3}],
            checks=[{"date": "2026-03-02", "sign": "write", "answer": "no"}],
            medicines=[{"name": "Z"}],
            settings={"name": "Someone", "country": "AT"},
        ),
        settings=True,
    )
    alice.refresh_from_db()
    assert (alice.name, alice.country, alice.episodes.count()) == ("Someone", "AT", 5)
    revision = alice.revision
    assert undo.undo(alice, of, NOW)
    alice.refresh_from_db()
    assert taken_out(alice) == before
    assert alice.revision == revision + 1
    of.refresh_from_db()
    assert of.status == Import.Status.UNDONE
    assert not undo.undo(alice, of, NOW)


def test_undo_leaves_what_was_changed_since(alice: Diarist) -> None:
    of = brought_in(
        alice,
        written_file(
            episodes=[twitch(id="a"), twitch(id="b")], days=[{"date": "2026-03-05", "stress": 3, "water_ml": 500}]
        ),
    )
    alice.episodes.filter(source_id="a").update(version=2)
    alice.days.update(stress=1)
    undo.undo(alice, of, NOW)
    assert alice.episodes.get().source_id == "a"
    day = alice.days.get()
    assert (day.stress, day.water_ml) == (1, None)


def test_undo_ends_after_thirty_days(alice: Diarist) -> None:
    of = brought_in(alice, written_file(episodes=[twitch()]))
    assert of.stored_at is not None
    assert not undo.undo(alice, of, of.stored_at + dt.timedelta(days=30, seconds=1))
    assert undo.undo(alice, of, of.stored_at + dt.timedelta(days=30))


def test_it_is_all_or_nothing(alice: Diarist, monkeypatch: pytest.MonkeyPatch) -> None:
    of = uploaded(alice, written_file(episodes=[twitch()], days=[{"date": "2026-03-02", "stress": 1}]))
    of.status = Import.Status.STORING
    of.save()
    revision = Diarist.objects.get(pk=alice.pk).revision
    monkeypatch.setattr(tasks, "_take_settings", explode)
    of.answers = {"settings": True}
    of.save()
    with pytest.raises(ZeroDivisionError):
        tasks.store.call(str(of.pk))
    of.refresh_from_db()
    assert (of.status, of.preview["reason"]) == (Import.Status.REFUSED, tasks.FAILED)
    assert (alice.episodes.count(), alice.days.count()) == (0, 0)
    assert Diarist.objects.get(pk=alice.pk).revision == revision


def explode(*args: object) -> dict[str, list[object]]:
    """Fails."""
    raise ZeroDivisionError


def test_an_import_that_was_given_up_stores_nothing(alice: Diarist) -> None:
    of = uploaded(alice, written_file(episodes=[twitch()]))
    Import.objects.all().delete()
    tasks.store.call(str(of.pk))
    tasks.read.call(str(of.pk))
    assert not alice.episodes.exists()


def test_what_was_written_between_preview_and_store_counts(alice: Diarist) -> None:
    of = uploaded(
        alice,
        written_file(episodes=[twitch(note="file"), twitch(id="b")], days=[{"date": "2026-03-02", "stress": 1}]),
    )
    assert of.preview["new"] == {"episodes": 2, "days": 1}
    mine = episode_at(alice, "2026-03-01", note="mine")
    Episode.objects.filter(pk=mine.pk).update(source_id="e1")
    alice.days.create(date=dt.date(2026, 3, 2), stress=4)
    stored(of)
    assert (of.preview["new"], of.preview["known"]) == ({"episodes": 1}, {"episodes": 1, "days": 1})
    assert set(alice.episodes.values_list("note", flat=True)) == {"mine", ""}
    assert alice.days.get().stress == 4


def test_a_new_upload_sweeps_away_what_others_left(alice: Diarist, charlie: Diarist) -> None:
    old = uploaded(charlie, written_file(episodes=[twitch()]), now=NOW - dt.timedelta(days=8))
    young = uploaded(charlie, written_file(episodes=[twitch()]), now=NOW - dt.timedelta(days=6))
    mine = uploaded(alice, written_file(episodes=[twitch()]))
    assert set(Import.objects.values_list("pk", flat=True)) == {young.pk, mine.pk}
    assert not ImportChunk.objects.filter(of=old.pk).exists()


def test_uploads_that_nobody_came_back_to_go(alice: Diarist) -> None:
    done = brought_in(alice, written_file(episodes=[twitch()]))
    uploaded(alice, written_file(episodes=[twitch(id="z")]))
    assert tasks.forget_old_uploads(NOW + dt.timedelta(days=6)) == 0
    assert tasks.forget_old_uploads(NOW + dt.timedelta(days=8)) == 1
    assert list(Import.objects.all()) == [done]
    assert not ImportChunk.objects.exists()


def test_thousands_of_rows_come_in_batches(alice: Diarist) -> None:
    rows = [twitch(id=str(uuid.UUID(int=number)), note=str(number)) for number in range(1203)]
    of = brought_in(alice, written_file(episodes=rows))
    assert of.preview["new"] == {"episodes": 1203}
    assert set(alice.episodes.values_list("note", flat=True)) == {str(number) for number in range(1203)}
    assert uploaded(alice, written_file(episodes=rows)).preview["known"] == {"episodes": 1203}


# --- what other apps keep ---------------------------------------------------------------------------------


@pytest.fixture
def pebbles() -> Iterator[dict[int, list[Row]]]:
    """A made-up section: stones that people keep."""
    kept: dict[int, list[Row]] = {}

    def load(diarist: Diarist, rows: Any) -> list[str]:
        kept.setdefault(diarist.pk, []).extend(rows)
        return [row["id"] for row in rows]

    def unload(diarist: Diarist, ids: Any) -> None:
        kept[diarist.pk] = [row for row in kept[diarist.pk] if row["id"] not in ids]

    register(
        Section(
            name="pebbles",
            label="Pebbles",
            dump=lambda diarist: sorted(kept.get(diarist.pk, []), key=lambda row: row["id"]),
            check=lambda row: "" if isinstance(row.get("id"), str) else "A pebble needs an id.",
            key=lambda row: row["id"],
            load=load,
            unload=unload,
        )
    )
    yield kept
    unregister("pebbles")


def test_a_section_goes_out_and_comes_in(alice: Diarist, charlie: Diarist, pebbles: dict[int, list[Row]]) -> None:
    pebbles[alice.pk] = [{"id": "b", "colour": "grey"}, {"id": "a"}]
    data = taken_out(alice)
    assert json.loads(data)["pebbles"] == [{"id": "a"}, {"id": "b", "colour": "grey"}]
    of = brought_in(charlie, data)
    assert of.preview["new"] == {"pebbles": 2}
    assert taken_out(charlie).splitlines()[1:] == data.splitlines()[1:]
    assert uploaded(charlie, data).preview["known"] == {"pebbles": 2}
    undo.undo(charlie, of, NOW)
    assert pebbles[charlie.pk] == []
    assert len(pebbles[alice.pk]) == 2


def test_a_section_says_what_it_can_not_take(alice: Diarist, pebbles: dict[int, list[Row]]) -> None:
    of = uploaded(alice, written_file(pebbles=[{"id": 1}, "stone", {"id": "a"}]))
    assert reasons(of) == ["A pebble needs an id.", "It is not an entry."]
    assert of.preview["new"] == {"pebbles": 1}


def test_a_name_is_taken_once(pebbles: dict[int, list[Row]]) -> None:
    for name in ("pebbles", "episodes", "settings"):
        with pytest.raises(ValueError, match=name):
            register(Section(name, "x", lambda d: [], lambda r: "", str, lambda d, r: [], lambda d, i: None))
