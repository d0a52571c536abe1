"""One episode: its page, what can be changed, and what is refused beside which field."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from diary.models import Diarist, Episode
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_today import text_of


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def sent(episode: Episode, **values: str) -> dict[str, str]:
    """What the untouched form of `episode` sends, with `values` in place of some."""
    local = episode.moment.local
    untouched = {
        "version": str(episode.version),
        "location": episode.location,
        "side": episode.side,
        "date": str(episode.local_date),
        "time": f"{local:%H:%M}",
        "strength": str(episode.strength or ""),
        "duration": "",
        "how_often": "",
        "at_rest": "",
        "note": "",
    }
    return untouched | values


def errors_of(html: bytes) -> dict[str, str]:
    """{field: message} of a page."""
    found = re.findall(r'<p class="error" id="id_(\w+?)_(?:0_)?error">(.*?)</p>', html.decode(), re.DOTALL)
    return {name: message.strip() for name, message in found}


def test_everything_can_be_changed(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-11-20", "22:15", strength=1)
    values = {
        "location": "shin",
        "side": "right",
        "date": "2026-11-19",
        "time": "07:30",
        "strength": "4",
        "duration": "exact",
        "hours": "1",
        "minutes": "20",
        "how_often": "0",
        "at_rest": "no",
        "note": "on the stairs",
    }
    response = as_alice.post(f"/episodes/{stored.pk}/", sent(stored, **values))
    assert response.headers["Location"] == f"/?date=2026-11-19&saved={stored.pk}"
    row = alice.episodes.get()
    assert (row.location, row.side, row.strength, row.how_often, row.at_rest) == ("shin", "right", 4, 0, False)
    assert (row.duration_seconds, row.duration_is_rough, row.note) == (4800, False, "on the stairs")
    assert (row.started_at, row.local_date) == (
        dt.datetime(2026, 11, 19, 6, 30, tzinfo=dt.UTC),
        dt.date(2026, 11, 19),
    )
    assert (row.version, row.recorded_at) == (2, stored.recorded_at)


def test_the_clock_of_an_untouched_form_stands_still(as_alice: Client, alice: Diarist) -> None:
    as_alice.post("/episodes/", {"id": str(uuid.uuid4()), "location": "calf", "side": "left"})
    stored = alice.episodes.get()
    Episode.objects.update(started_at=NOW + dt.timedelta(seconds=-17))
    stored.refresh_from_db()
    as_alice.post(f"/episodes/{stored.pk}/", sent(stored, note="x"))
    assert alice.episodes.get().started_at == NOW + dt.timedelta(seconds=-17)


def test_everything_but_the_place_can_be_taken_away(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-11-20", strength=3, duration_seconds=600, duration_is_rough=True, note="x")
    as_alice.post(f"/episodes/{stored.pk}/", sent(stored, strength="", time="", side=""))
    row = alice.episodes.get()
    assert (row.strength, row.duration_seconds, row.duration_is_rough, row.note, row.side) == (
        None,
        None,
        False,
        "",
        "",
    )
    assert (row.start_time_known, row.local_date) == (False, dt.date(2026, 11, 20))


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"date": "2026-11-24"}, "date", "This day has not come yet."),
        ({"date": "2026-11-23", "time": "23:30"}, "time", "This is in the future."),
        ({"date": "1899-12-31"}, "date", "The diary begins in 1900. Check the year."),
        ({"date": "0001-01-01"}, "date", "The diary begins in 1900. Check the year."),
        ({"date": "garbage"}, "date", "This is not a date. Write it like 2026-11-23."),
        ({"date": ""}, "date", "This field is required."),
        ({"time": "25:61"}, "time", "This is not a time. Write it like 21:40."),
        ({"duration": "until", "until": "2026-11-20T11:59"}, "until", "The end is before the start."),
        ({"duration": "until", "until": "2026-11-24T11:59"}, "until", "This is in the future."),
        ({"duration": "until", "until": ""}, "until", "Write when it ended, or choose “not entered”."),
        ({"duration": "until", "until": "0001-01-01T00:00"}, "until", "This is not a date with a time."),
        ({"duration": "until", "until": "1e308"}, "until", "This is not a date with a time."),
        ({"duration": "until", "until": "2026-11-20T13:00", "time": ""}, "time", "Write when it began, too."),
        ({"location": "wing"}, "location", "There is no such place in the list. Choose one of the list."),
        ({"date": "2026-03-29", "time": "02:30"}, "time", "there was no such time."),
    ],
)
def test_refused_beside_the_field(
    as_alice: Client, alice: Diarist, values: dict[str, str], field: str, message: str
) -> None:
    stored = episode_at(alice, "2026-11-20", "12:00", strength=2)
    response = as_alice.post(f"/episodes/{stored.pk}/", sent(stored, note="typed", **values))
    assert response.status_code == 422
    assert message in errors_of(response.content)[field]
    assert "typed</textarea>" in response.content.decode()
    assert (alice.episodes.get().note, alice.episodes.get().version) == ("", 1)


def test_an_end_after_midnight(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-11-20", "23:50")
    as_alice.post(f"/episodes/{stored.pk}/", sent(stored, duration="until", until="2026-11-21T00:40"))
    row = alice.episodes.get()
    assert (row.duration_seconds, row.local_date) == (3000, dt.date(2026, 11, 20))


def test_a_night_of_25_hours_asks_which(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-10-24", "22:00")
    values = {"date": "2026-10-25", "time": "02:30"}
    response = as_alice.post(f"/episodes/{stored.pk}/", sent(stored, **values))
    assert "That time came twice. Choose one." in text_of(response.content)
    as_alice.post(f"/episodes/{stored.pk}/", sent(stored, second="second", **values))
    assert alice.episodes.get().started_at == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)


def test_an_end_in_the_hour_that_came_twice(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-10-25", "01:50")
    as_alice.post(f"/episodes/{stored.pk}/", sent(stored, duration="until", until="2026-10-25T03:10"))
    assert alice.episodes.get().duration_seconds == 80 * 60 + 3600


def test_a_trip_keeps_the_entry_where_it_was_made(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-11-20", "23:30")
    Diarist.objects.update(time_zone="America/New_York")
    page = text_of(as_alice.get(f"/episodes/{stored.pk}/").content)
    assert "Times here are those of Europe/Berlin" in page
    as_alice.post(f"/episodes/{stored.pk}/", sent(stored, time="23:40"))
    row = alice.episodes.get()
    assert (row.local_date, row.time_zone) == (dt.date(2026, 11, 20), "Europe/Berlin")
    assert row.started_at == dt.datetime(2026, 11, 20, 22, 40, tzinfo=dt.UTC)


def test_the_later_of_two_tabs_is_told_and_keeps_its_words(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-11-20")
    as_alice.post(f"/episodes/{stored.pk}/", sent(stored, note="first tab"))
    response = as_alice.post(f"/episodes/{stored.pk}/", sent(stored, note="second tab"))
    page = text_of(response.content)
    assert response.status_code == 422
    assert "This entry was changed meanwhile" in page
    assert "first tab" in page
    assert "second tab</textarea>" in response.content.decode()
    assert alice.episodes.get().note == "first tab"
    as_alice.post(f"/episodes/{stored.pk}/", sent(stored, note="second tab", version="2"))
    assert alice.episodes.get().note == "second tab"


def test_a_forgotten_timer_is_asked(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-11-23", "12:40", is_ongoing=True)
    page = as_alice.post(f"/now/{stored.pk}/stop/")
    assert "When did it stop?" in text_of(page.content)
    by_htmx = as_alice.post(f"/now/{stored.pk}/stop/", headers={"HX-Request": "true"})
    assert by_htmx.headers["HX-Redirect"] == f"/now/{stored.pk}/stop/"
    assert alice.episodes.get().is_ongoing is True
    wrong = as_alice.post(f"/now/{stored.pk}/stop/", {"duration": "until", "until": "2026-11-23T12:00"})
    assert errors_of(wrong.content) == {"until": "The end is before the start."}
    as_alice.post(f"/now/{stored.pk}/stop/", {"duration": "until", "until": "2026-11-23T13:10"})
    row = alice.episodes.get()
    assert (row.duration_seconds, row.is_ongoing) == (1800, False)


def test_a_timer_of_minutes_stops_at_once(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-11-23", "21:30", is_ongoing=True)
    as_alice.post(f"/now/{stored.pk}/stop/")
    row = alice.episodes.get()
    assert (row.duration_seconds, row.duration_is_rough, row.is_ongoing) == (600, False, False)
    as_alice.post(f"/now/{stored.pk}/stop/")
    assert alice.episodes.get().duration_seconds == 600


def test_a_timer_of_a_clock_that_is_ahead_stops_at_zero(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-11-23", "21:42", is_ongoing=True)
    assert as_alice.post(f"/now/{stored.pk}/stop/").status_code == 302
    row = alice.episodes.get()
    assert (row.duration_seconds, row.is_ongoing) == (0, False)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("calf", ["Left calf", "Right calf"]),
        ("CALF left", ["Left calf"]),
        ("biceps", ["Front of the left upper arm", "Front of the right upper arm"]),
        ("tongue", ["Tongue"]),
    ],
)
def test_places_are_found_by_name_and_by_muscle(as_alice: Client, text: str, names: list[str]) -> None:
    html = as_alice.get("/spots/", {"q": text}).content.decode()
    found = re.findall(r'href="/spots/new/\?location=[^"]*"\s*>([^<]+)</a>', html)
    assert [name.strip() for name in found] == names


@pytest.mark.parametrize("text", ["wing\x00", "%", "<script>", "x" * 500])
def test_a_place_that_is_not_found_can_be_told_in_words(as_alice: Client, text: str) -> None:
    response = as_alice.get("/spots/", {"q": text})
    assert "No place is called" in text_of(response.content)
    assert "<script>" not in response.content.decode().replace("<script src", "")


def at(client: Client, moment: str, spot: str = "calf-left") -> tuple[int, str]:
    """How the link of a mark of the timeline is answered, and where it leads."""
    response = client.get("/episodes/at/", {"at": moment, "spot": spot})
    return response.status_code, response.headers.get("Location", "")


def test_a_mark_of_the_timeline_leads_to_its_episode(as_alice: Client, alice: Diarist) -> None:
    stored = episode_at(alice, "2026-11-20", "23:50")
    undated = episode_at(alice, "2026-11-20", "12:00", start_time_known=False)
    middle = episode_at(alice, "2026-11-20", "12:00", location="tongue", side="")
    assert at(as_alice, "2026-11-20T23:50") == (302, f"/episodes/{stored.pk}/")
    assert at(as_alice, "2026-11-20") == (302, f"/episodes/{undated.pk}/")
    assert at(as_alice, "2026-11-20T12:00", "tongue") == (302, f"/episodes/{middle.pk}/")


def test_a_mark_of_two_episodes_in_one_minute_leads_to_their_day(as_alice: Client, alice: Diarist) -> None:
    for strength in (1, 4):
        episode_at(alice, "2026-11-20", "10:00", strength=strength)
    assert at(as_alice, "2026-11-20T10:00") == (302, "/?date=2026-11-20")


@pytest.mark.parametrize(
    ("moment", "spot"),
    [
        ("2026-11-20T10:01", "calf-left"),
        ("2026-11-20", "calf-left"),
        ("2026-11-20T10:00", "calf-right"),
        ("2026-11-20T10:00", "wing-left"),
        ("2026-11-20T10:00", ""),
        ("2026-13-40T10:00", "calf-left"),
        ("", "calf-left"),
        ("\x00T\x00", "\x00"),
    ],
)
def test_where_nothing_began_nothing_is_found(as_alice: Client, alice: Diarist, moment: str, spot: str) -> None:
    episode_at(alice, "2026-11-20", "10:00")
    assert at(as_alice, moment, spot) == (404, "")


def test_a_mark_leads_nobody_to_the_episode_of_another(as_alice: Client, charlie: Diarist) -> None:
    episode_at(charlie, "2026-11-20", "10:00")
    assert at(as_alice, "2026-11-20T10:00") == (404, "")
