"""The command that replays diary files, as the file contract describes it."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from diary.body import LOCATIONS
from triage.places import PLACES

CALF = {"location": "calf", "side": "left", "strength": 2}


def written(folder: Path, name: str, **content: object) -> str:
    """The path of a diary file."""
    path = folder / name
    start = {"format": "muscle-twitch-diary", "version": 1, "time_zone": "Europe/Berlin"}
    path.write_text(json.dumps(start | content), encoding="utf-8")
    return str(path)


def replay(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`manage.py replay_history` in a process of its own, without a database."""
    command = [sys.executable, "manage.py", "replay_history", *arguments]
    return subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=240)


def daily(days: int) -> list[dict[str, object]]:
    """One episode on each of the first days of March."""
    return [
        {"id": f"e{day}", "started_at": f"2026-03-{day:02}T22:15:00+01:00"} | CALF for day in range(1, days + 1)
    ]


def test_a_line_for_every_day_and_talk_after_two_weeks(tmp_path: Path) -> None:
    told = replay(written(tmp_path, "a.json", episodes=daily(20)))
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert (told.returncode, told.stderr) == (0, "")
    assert [line["date"] for line in lines] == [f"2026-03-{day:02}" for day in range(1, 21)]
    first = next(
        line
        for line in lines
        if any(f["rule"] == "persistence" and f["level"] == "talk" for f in line["findings"])
    )
    found = first["findings"][0]
    assert first["date"] == "2026-03-15"
    assert (found["location"], found["side"], found["since"]) == ("calf", "left", "2026-03-01")


def test_only_one_day_and_further_than_the_last_entry(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", episodes=daily(3))
    assert [json.loads(line)["date"] for line in replay(path, "--as-of", "2026-03-02").stdout.splitlines()] == [
        "2026-03-02"
    ]
    assert len(replay(path, "--to", "2026-03-09").stdout.splitlines()) == 9


def test_a_broken_file_is_named_and_the_others_are_replayed(tmp_path: Path) -> None:
    broken = written(tmp_path, "b.json", episodes=[{"id": "x", "started_at": "2026-03-01T22:15:00+01:00"}])
    missing = str(tmp_path / "none.json")
    told = replay(broken, missing, written(tmp_path, "a.json", episodes=daily(2)))
    assert told.returncode == 2
    assert len(told.stdout.splitlines()) == 2
    assert f"{broken}: line 1: episodes[0].location" in told.stderr
    assert f"{missing}: No such file or directory" in told.stderr


def test_the_last_days_there_are_break_nothing(tmp_path: Path) -> None:
    """Offsets that would lead out of the calendar, and a yes whose "ask again" lies behind its end."""
    late = {
        "id": "a",
        "started_at": "9999-12-31T23:30:00-02:00",
        "recorded_at": "9999-12-31T23:40:00-02:00",
    } | CALF
    early = {
        "id": "b",
        "started_at": "0001-01-01T00:30:00+02:00",
        "recorded_at": "0001-01-01T00:40:00+03:00",
    } | CALF
    yes = {"date": "9999-12-31", "sign": "buttons", "answer": "yes"}
    told = replay(
        written(tmp_path, "late.json", episodes=[late], checks=[yes]),
        written(tmp_path, "early.json", episodes=[early]),
    )
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert (told.returncode, told.stderr) == (0, "")
    assert [(line["date"], line["level"]) for line in lines] == [("9999-12-31", "soon"), ("0001-01-01", "quiet")]


def test_an_eyelid_that_is_joined_by_the_cheek_and_signs_on_the_day_they_are_answered(tmp_path: Path) -> None:
    def day(number: int, location: str) -> dict[str, object]:
        date = dt.date(2026, 1, 1) + dt.timedelta(days=number)
        return {
            "id": f"{location}{number}",
            "started_at": f"{date}T12:00:00+01:00",
            "location": location,
            "side": "left",
        }

    episodes = [
        *(day(number, "lid_lower") for number in range(0, 90, 2)),
        *(day(number, "cheek") for number in range(40, 90, 2)),
    ]
    checks = [
        {"date": "2026-03-10", "sign": "buttons", "answer": "yes"},
        {"date": "2026-03-20", "sign": "swallow", "answer": "yes"},
    ]
    told = replay(written(tmp_path, "a.json", episodes=episodes, checks=checks))
    lines = {line["date"]: line for line in map(json.loads, told.stdout.splitlines())}
    faces = [
        date for date, line in lines.items() if any(finding["kind"] == "face" for finding in line["findings"])
    ]
    assert faces[0] == "2026-02-26"
    assert not any(finding["kind"] == "march" for line in lines.values() for finding in line["findings"])
    assert [lines[date]["level"] for date in ("2026-03-09", "2026-03-10", "2026-03-19", "2026-03-20")] == [
        "talk",
        "soon",
        "soon",
        "urgent",
    ]


def test_the_places_are_those_of_the_diary() -> None:
    assert set(PLACES) == set(LOCATIONS)
    assert PLACES["calf"].neighbours == ("shin",)
    assert (PLACES["calf"].segment, PLACES["calf"].limb, PLACES["calf"].sides) == (
        "lumbosacral",
        "leg",
        ("left", "right"),
    )
