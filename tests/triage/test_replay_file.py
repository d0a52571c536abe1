"""The diary file: what is read, what is refused and where, and what a replay prints."""

import datetime as dt
import json
from typing import Any

import pytest

from benchmarks.cohorts.places import cohort_places
from triage.replay_file import BrokenFile, line_of, read_history, replay_lines
from triage.rules.history import History

EPISODE: dict[str, Any] = {
    "id": "e1",
    "started_at": "2026-03-01T23:30:00+01:00",
    "location": "calf",
    "side": "left",
}


def file(**parts: Any) -> str:
    """A diary file with these parts, a value a line."""
    head = {"format": "muscle-twitch-diary", "version": 1, "time_zone": "Europe/Berlin"}
    return json.dumps(head | parts, indent=1)


def read(**parts: Any) -> History:
    """The history of such a file."""
    return read_history(file(**parts), cohort_places())


def test_only_a_little_is_required() -> None:
    history = read(episodes=[{"id": "e1", "started_at": "2026-03-01T23:30:00Z", "location": "calf"}])
    (episode,) = history.episodes
    assert (episode.side, episode.strength, episode.duration_seconds) == (None, None, None)
    assert read() == History(cohort_places())


def test_the_local_date_is_that_of_its_own_offset() -> None:
    late = EPISODE | {"started_at": "2026-03-01T23:30:00-11:00"}
    assert read(episodes=[late]).episodes[0].date == dt.date(2026, 3, 1)


def test_everything_else_is_read() -> None:
    history = read(
        episodes=[EPISODE | {"strength": 3, "duration_seconds": 900, "recorded_at": "2026-03-05T08:00:00+01:00"}],
        days=[{"date": "2026-03-02", "no_twitches": True, "sleep_hours": 6.5, "unheard_of": 1}],
        checks=[
            {"date": "2026-03-02", "sign": "write", "answer": "no"},
            {
                "date": "2026-03-09",
                "sign": "buttons",
                "answer": "yes",
                "location": "hand_web",
                "side": "right",
                "course": "worse",
            },
        ],
        medicines=[{"name": "x", "started_on": "2026-01-10", "stopped_on": None}],
    )
    assert history.episodes[0].known_on == dt.date(2026, 3, 5)
    assert history.days[0].no_twitches is True
    assert history.checks[1].course == "worse"


@pytest.mark.parametrize(
    ("parts", "path", "reason"),
    [
        ({"format": "x"}, "format", "must be"),
        ({"version": 2}, "version", "must be 1"),
        ({"time_zone": None}, "time_zone", "is missing"),
        ({"episodes": {}}, "episodes", "must be a list"),
        ({"episodes": [EPISODE, 3]}, "episodes[1]", "must be an object"),
        ({"episodes": [EPISODE | {"id": None}]}, "episodes[0].id", "is missing"),
        ({"episodes": [EPISODE, EPISODE]}, "episodes[1].id", "twice"),
        ({"episodes": [EPISODE | {"location": "tail"}]}, "episodes[0].location", "no known location"),
        ({"episodes": [EPISODE | {"side": "middle"}]}, "episodes[0].side", "has no side"),
        ({"episodes": [EPISODE | {"side": "up"}]}, "episodes[0].side", "is none of"),
        ({"episodes": [EPISODE | {"strength": 5}]}, "episodes[0].strength", "from 1 to 4"),
        ({"episodes": [EPISODE | {"strength": 2.5}]}, "episodes[0].strength", "whole number"),
        ({"episodes": [EPISODE | {"strength": True}]}, "episodes[0].strength", "must be a number"),
        ({"episodes": [EPISODE | {"how_often": 4}]}, "episodes[0].how_often", "from 0 to 3"),
        ({"episodes": [EPISODE | {"duration_seconds": -1}]}, "episodes[0].duration_seconds", "from 0"),
        ({"episodes": [EPISODE | {"started_at": "2026-03-01T10:00"}]}, "episodes[0].started_at", "offset"),
        ({"episodes": [EPISODE | {"started_at": "soon"}]}, "episodes[0].started_at", "no date and time"),
        ({"days": [{"date": "2026-02-30"}]}, "days[0].date", "no date"),
        ({"days": [{"date": "2026-02-03"}] * 2}, "days[1].date", "twice"),
        ({"days": [{"date": "2026-02-03", "no_twitches": 1}]}, "days[0].no_twitches", "true or false"),
        ({"days": [{"date": "2026-02-03", "stress": 9}]}, "days[0].stress", "from 0 to 4"),
        ({"days": [{"date": "2026-02-03", "magnesium": "much"}]}, "days[0].magnesium", "is none of"),
        ({"checks": [{"date": "2026-02-03", "sign": "fly", "answer": "no"}]}, "checks[0].sign", "none of"),
        ({"checks": [{"date": "2026-02-03", "sign": "walk"}]}, "checks[0].answer", "is missing"),
        ({"medicines": [{"name": ""}]}, "medicines[0].name", "is missing"),
    ],
)
def test_what_can_not_be_is_refused_with_where_and_why(parts: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(BrokenFile) as caught:
        read(**parts)
    assert caught.value.path == path
    assert reason in caught.value.reason
    assert caught.value.line >= 1
    assert str(caught.value).startswith(f"line {caught.value.line}: {path}: ")


def test_the_line_is_that_of_the_value() -> None:
    text = file(episodes=[EPISODE, EPISODE | {"id": "e2", "side": "middle"}])
    with pytest.raises(BrokenFile) as caught:
        read_history(text, cohort_places())
    assert '"middle"' in text.splitlines()[caught.value.line - 1]
    assert line_of(text, ("episodes", 1, "nothing")) == text.splitlines().index("  {", 6) + 1


@pytest.mark.parametrize(
    ("text", "line"), [("", 1), ('{"format":\n oops}', 2), ("[]", 1), ('{"version": NaN}', 1), ('{"a": 1', 1)]
)
def test_no_json_no_history(text: str, line: int) -> None:
    with pytest.raises(BrokenFile) as caught:
        read_history(text, cohort_places())
    assert caught.value.line == line


def test_a_replay_prints_every_date_from_the_first_entry_to_the_last() -> None:
    episodes = [
        EPISODE | {"id": f"e{day}", "started_at": f"2026-03-{day:02}T12:00:00+01:00"}
        for day in range(1, 16)
        if day not in {5, 9}
    ]
    lines = [json.loads(line) for line in replay_lines("a.json", read(episodes=episodes))]
    assert [line["date"] for line in lines] == [f"2026-03-{day:02}" for day in range(1, 16)]
    last = lines[-1]
    assert {key: last[key] for key in ("file", "level", "recorded_days")} == {
        "file": "a.json",
        "level": "talk",
        "recorded_days": 13,
    }
    (finding,) = last["findings"]
    assert {key: finding[key] for key in ("rule", "level", "location", "side", "since")} == {
        "rule": "persistence",
        "level": "talk",
        "location": "calf",
        "side": "left",
        "since": "2026-03-01",
    }
    assert finding["evidence"]["twitch_days"] == 13


def test_a_replay_of_one_date_or_beyond_the_last() -> None:
    history = read(episodes=[EPISODE])
    (line,) = replay_lines("a", history, as_of=dt.date(2026, 3, 4))
    assert json.loads(line)["date"] == "2026-03-04"
    assert len(list(replay_lines("a", history, to=dt.date(2026, 3, 4)))) == 4
    (line,) = replay_lines("a", history, as_of=dt.date(2020, 1, 1))
    assert json.loads(line) == {
        "file": "a",
        "date": "2020-01-01",
        "level": "quiet",
        "recorded_days": 0,
        "findings": [],
    }
    assert list(replay_lines("a", read())) == []
