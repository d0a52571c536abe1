"""What holds for every diary: out, in and out again is the same file; in twice is in once; back is back."""

import datetime as dt
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from diary.body import LOCATIONS
from diary.importing import undo
from diary.importing.csv_text import plain, safe
from diary.importing.json_stream import START, members
from diary.importing.wrong import FileRefused
from diary.models import Diarist
from diary.moments import zone_names
from diary.signs import ANSWERS, COURSES, SIGNS
from tests.conftest import NOW, make_diarist
from tests.diary.transfers import brought_in, document_of, taken_out, uploaded

PLACES = [(place.id, side) for place in LOCATIONS.values() for side in ("", *place.sides)]
DATES = st.dates(dt.date(1900, 1, 2), NOW.date() - dt.timedelta(days=2))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
UNKNOWN = st.dictionaries(TEXTS.map(lambda text: f"x-{text}"), JSON, max_size=2)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Perhaps not entered."""
    return st.none() | values


@st.composite
def episodes(draw: st.DrawFn) -> dict[str, Any]:
    """A row of the diary file."""
    location, side = draw(st.sampled_from(PLACES))
    started = dt.datetime.combine(draw(DATES), draw(st.times()), draw(OFFSETS))
    seconds = draw(maybe(st.integers(0, 604_800)))
    row: dict[str, Any] = {
        "id": draw(st.uuids().map(str) | TEXTS.filter(bool)),
        "started_at": started.isoformat(),
        "time_zone": draw(st.sampled_from(sorted(zone_names()))),
        "location": location,
        "side": side or None,
        "duration_seconds": seconds,
        "duration_is_rough": draw(st.booleans()) if seconds is not None else None,
        "is_ongoing": draw(st.booleans()) if seconds is None else None,
        "start_time_known": draw(maybe(st.booleans())),
        "strength": draw(maybe(st.integers(1, 4))),
        "how_often": draw(maybe(st.integers(0, 3))),
        "at_rest": draw(maybe(st.booleans())),
        "note": draw(TEXTS),
    }
    return row | draw(UNKNOWN)


@st.composite
def days(draw: st.DrawFn) -> dict[str, Any]:
    """A row of the diary file."""
    row = {
        "date": draw(DATES).isoformat(),
        "no_twitches": draw(st.booleans()),
        "sleep_hours": draw(maybe(st.integers(0, 2400).map(lambda hundredths: hundredths / 100))),
        "sleep_quality": draw(maybe(st.integers(1, 4))),
        "caffeine_mg": draw(maybe(st.integers(0, 5000))),
        "exercise_effort": draw(maybe(st.sampled_from(["light", "moderate", "hard"]))),
        "alcohol_units": draw(maybe(st.integers(0, 1000).map(lambda tenths: tenths / 10))),
        "magnesium": draw(maybe(st.sampled_from(["none", "food", "supplement"]))),
        "heat": draw(maybe(st.booleans())),
        "note": draw(TEXTS),
    }
    return row | draw(UNKNOWN)


@st.composite
def checks(draw: st.DrawFn) -> dict[str, Any]:
    """A row of the diary file."""
    location, side = draw(st.sampled_from([("", ""), *PLACES]))
    row = {
        "date": draw(DATES).isoformat(),
        "sign": draw(st.sampled_from(sorted(SIGNS))),
        "answer": draw(st.sampled_from(sorted(ANSWERS))),
        "location": location or None,
        "side": side or None,
        "course": draw(maybe(st.sampled_from(sorted(COURSES)))),
        "note": draw(TEXTS),
    }
    return row | draw(UNKNOWN)


FILES = st.fixed_dictionaries(
    {
        "format": st.just("muscle-twitch-diary"),
        "version": st.just(1),
        "time_zone": st.sampled_from(sorted(zone_names())),
        "episodes": st.lists(episodes(), max_size=6),
        "days": st.lists(days(), max_size=6),
        "checks": st.lists(checks(), max_size=4),
        "medicines": st.lists(
            st.fixed_dictionaries({"name": TEXTS.filter(bool), "started_on": maybe(DATES.map(str))}), max_size=3
        ),
    }
)


class RoundTrip(TestCase):
    """Each example begins with empty tables."""

    @given(FILES, UNKNOWN)
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    def test_nothing_is_lost_and_nothing_is_there_twice(
        self, written: dict[str, Any], more: dict[str, Any]
    ) -> None:
        alice, charlie = make_diarist("alice"), make_diarist("charlie")
        empty = taken_out(alice)
        done = brought_in(alice, json.dumps(written | more).encode(), settings=True)
        alice.refresh_from_db()
        first = taken_out(alice)
        brought_in(charlie, first, settings=True)
        charlie.refresh_from_db()
        assert taken_out(charlie) == first
        for diarist in (alice, charlie):
            assert uploaded(diarist, first).preview["new"] == {}
            check_days(diarist)
        for row in written["episodes"]:
            kept = [own for own in document_of(alice)["episodes"] if own["id"] == row["id"]]
            assert kept, row
        assert undo.undo(alice, done, NOW)
        alice.refresh_from_db()
        assert taken_out(alice) == empty


def check_days(diarist: Diarist) -> None:
    """No day with twitches is marked as one without."""
    twitched = set(diarist.episodes.values_list("local_date", flat=True))
    assert not diarist.days.filter(no_twitches=True, date__in=twitched).exists()


@given(TEXTS)
def test_a_cell_comes_back(text: str) -> None:
    assert plain(safe(text)) == text


@given(st.dictionaries(TEXTS, JSON, max_size=5), st.integers(1, 40), st.sampled_from([None, 1]))
def test_a_stream_reads_what_the_whole_reads(document: dict[str, Any], piece: int, indent: int | None) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    found: dict[str, Any] = {}
    for name, value in members(Pieces(text, piece)):
        if value is START:
            found[name] = []
        elif isinstance(document[name], list):
            found[name].append(value)
        else:
            found[name] = value
    assert found == document


@given(st.text(max_size=60) | st.text('{}[]",:0123456789.eE-+ntf\\ ', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        names = [name for name, _ in members(Pieces("{" + text, 3))]
    except FileRefused:
        return
    assert set(names) == set(json.loads("{" + text))


class Pieces:
    """A file that gives a few characters at a time, whatever it is asked for."""

    def __init__(self, text: str, size: int) -> None:
        self._text = text
        self._size = size

    def read(self, size: int) -> str:
        """The next few characters."""
        taken, self._text = self._text[: self._size], self._text[self._size :]
        return taken
