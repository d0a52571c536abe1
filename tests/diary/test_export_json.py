"""The diary file: complete, as its schema says, in an order that is always the same, and written as it is read."""

import datetime as dt
import json
import tracemalloc
import uuid
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from diary.body import LOCATIONS
from diary.export.json_file import diary_file
from diary.importing import clean
from diary.models import Day, Diarist, Episode, Medicine, SignCheck
from diary.moments import at_wall_clock
from diary.signs import ANSWERS, COURSES, SIGNS
from tests.conftest import BERLIN, NOW
from tests.diary.diaries import episode_at
from tests.diary.test_import_diary_file import full_diary
from tests.diary.transfers import document_of, taken_out, twitch, written_file
from triage.places import PLACES
from triage.replay_file import read_history

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/diary-file.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
# Columns that are of this database and not of the diary, or go out under another name.
NOT_IN_A_FILE = {
    "diarist",
    "came_with",
    "source_id",
    "extra",
    "version",
    "local_date",
    "utc_offset_minutes",
}


def test_a_full_diary_keeps_to_the_schema(alice: Diarist) -> None:
    full_diary(alice)
    document = document_of(alice)
    VALIDATOR.validate(document)
    assert [len(document[name]) for name in ("episodes", "days", "checks", "medicines")] == [3, 2, 1, 2]


def test_an_empty_diary_keeps_to_the_schema(alice: Diarist) -> None:
    document = document_of(alice)
    VALIDATOR.validate(document)
    assert document["episodes"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"episodes": [twitch(strength=5)]},
        {"episodes": [twitch(location="knees")]},
        {"episodes": [{"id": "x"}]},
        {"days": [{"date": "2026-03-01", "stress": "3"}]},
        {"checks": [{"date": "2026-03-01", "sign": "write", "answer": "maybe"}]},
    ],
)
def test_the_schema_refuses_what_the_import_refuses(wrong: dict[str, Any]) -> None:
    VALIDATOR.validate(json.loads(written_file(episodes=[twitch(anything="else")])))
    with pytest.raises(ValidationError):
        VALIDATOR.validate(json.loads(written_file(**wrong)))


@pytest.mark.parametrize(
    ("name", "model", "known"),
    [
        ("episode", Episode, clean.EPISODE_KEYS),
        ("day", Day, clean.DAY_KEYS - {"id"}),
        ("check", SignCheck, clean.CHECK_KEYS),
        ("medicine", Medicine, clean.MEDICINE_KEYS),
    ],
)
def test_every_column_has_its_key(name: str, model: type[Any], known: frozenset[str]) -> None:
    columns = {field.name for field in model._meta.get_fields() if field.concrete} - NOT_IN_A_FILE
    written = set(SCHEMA["$defs"][name]["properties"])
    assert written == known
    # A day is told apart by its date.
    assert columns - written == ({"id"} if name == "day" else set())


def test_the_words_of_the_schema_are_those_of_the_diary() -> None:
    assert SCHEMA["$defs"]["location"]["enum"] == [*LOCATIONS, None]
    check = SCHEMA["$defs"]["check"]["properties"]
    assert check["sign"]["enum"] == list(SIGNS)
    assert check["answer"]["enum"] == list(ANSWERS)
    assert check["course"]["enum"] == [*COURSES, None]


def test_the_example_in_the_documents_is_a_diary_file() -> None:
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    VALIDATOR.validate(json.loads(text.partition("```json\n")[2].partition("```")[0]))


def test_rules_read_what_is_written(alice: Diarist) -> None:
    full_diary(alice)
    history = read_history(taken_out(alice).decode(), PLACES)
    assert len(history.episodes) == 3
    assert {day.date for day in history.days if day.no_twitches} == {dt.date(2026, 3, 1)}
    assert [check.sign for check in history.checks] == ["buttons"]


def test_rows_come_oldest_first_and_ties_by_the_id_in_the_file(alice: Diarist) -> None:
    for pk in (3, 1, 2):
        episode_at(alice, "2026-03-01", id=uuid.UUID(int=pk))
    episode_at(alice, "2026-02-01", id=uuid.UUID(int=9))
    ids = [uuid.UUID(row["id"]).int for row in document_of(alice)["episodes"]]
    assert ids == [9, 1, 2, 3]


def test_a_row_holds_only_what_was_entered(alice: Diarist) -> None:
    episode = episode_at(alice, "2026-03-01", "22:15", side="")
    assert document_of(alice)["episodes"] == [
        {
            "id": str(episode.pk),
            "started_at": "2026-03-01T22:15:00+01:00",
            "time_zone": BERLIN,
            "location": "calf",
            "recorded_at": "2026-11-23T20:40:00+00:00",
        }
    ]


def test_nothing_of_the_account_is_in_it(alice: Diarist) -> None:
    full_diary(alice)
    text = taken_out(alice).decode()
    assert "alice" not in text
    assert "example.org" not in text


def test_a_long_diary_needs_no_more_memory_than_a_short_one(alice: Diarist) -> None:
    peaks = []
    for count in (3_000, 12_000):
        Episode.objects.all().delete()
        Episode.objects.bulk_create(row(alice, number) for number in range(count))
        tracemalloc.start()
        size = sum(map(len, diary_file(alice, NOW)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert size > 200 * count
    assert peaks[1] < 1.2 * peaks[0]


def row(diarist: Diarist, number: int) -> Episode:
    """One of many episodes."""
    date = dt.date(2000, 1, 1) + dt.timedelta(days=number // 5)
    made = Episode(diarist=diarist, location="calf", side="left", strength=2, note="sofa", recorded_at=NOW)
    made.moment = at_wall_clock(date, dt.time(8 + number % 5), BERLIN)
    return made
