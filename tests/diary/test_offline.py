"""What a device keeps to open the diary without a network, and the door for entries that waited on it."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from diary.body import ANYWHERE
from diary.models import Diarist, Receipt
from tests.conftest import NOW
from tests.diary.diaries import episode_now

TODAY = dt.date(2026, 11, 23)
ID = uuid.UUID("22222222-2222-4222-8222-222222222222")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def twitch(diarist: Diarist, **fields: Any) -> dict[str, Any]:
    """What a device sends for one tap ten minutes ago."""
    tap = {"kind": "twitch", "location": "calf", "side": "left", "strength": "2", "age": 600}
    return {"account": diarist.mark, "id": str(ID), "zone": "Europe/Berlin"} | tap | fields


class TestEntry:
    def test_is_stored_with_the_time_of_the_tap(self, as_alice: Client, alice: Diarist) -> None:
        answer = as_alice.post("/offline/entry/", twitch(alice, note="in the tunnel", how_often="1"))
        assert answer.status_code == 201
        stored = alice.episodes.get()
        assert stored.pk == ID
        assert stored.started_at == NOW - dt.timedelta(minutes=10)
        assert (stored.start_time_known, stored.strength, stored.how_often) == (True, 2, 1)
        assert stored.note == "in the tunnel"

    def test_keeps_the_date_and_zone_of_the_place_where_it_was_tapped(
        self, as_alice: Client, alice: Diarist
    ) -> None:
        Diarist.objects.filter(pk=alice.pk).update(follows_device=True)
        as_alice.cookies["zone"] = "America/New_York"
        as_alice.post("/offline/entry/", twitch(alice, zone="Asia/Tokyo"))
        stored = alice.episodes.get()
        assert (stored.time_zone, stored.local_date) == ("Asia/Tokyo", dt.date(2026, 11, 24))

    @pytest.mark.parametrize("zone", ["Asia/Tokyo", "../../etc/passwd", ""])
    def test_goes_by_the_zone_that_the_diary_keeps_to(self, as_alice: Client, alice: Diarist, zone: str) -> None:
        as_alice.post("/offline/entry/", twitch(alice, zone=zone))
        assert alice.episodes.get().time_zone == "Europe/Berlin"

    def test_for_a_past_day_has_no_time(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post("/offline/entry/", twitch(alice, date="2026-11-20"))
        stored = alice.episodes.get()
        assert (stored.local_date, stored.start_time_known) == (dt.date(2026, 11, 20), False)

    def test_is_taken_in_once(self, as_alice: Client, alice: Diarist) -> None:
        assert as_alice.post("/offline/entry/", twitch(alice)).status_code == 201
        assert as_alice.post("/offline/entry/", twitch(alice, age=700)).status_code == 200
        assert alice.episodes.get().started_at == NOW - dt.timedelta(minutes=10)

    def test_that_was_deleted_since_does_not_come_back(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post("/offline/entry/", twitch(alice))
        as_alice.post(f"/episodes/{ID}/delete/")
        assert as_alice.post("/offline/entry/", twitch(alice)).status_code == 200
        assert not alice.episodes.exists()

    def test_whose_first_answer_was_lost_is_no_second_one(self, as_alice: Client, alice: Diarist) -> None:
        as_alice.post("/episodes/", {"id": str(ID), "location": "calf", "side": "left", "strength": "2"})
        assert as_alice.post("/offline/entry/", twitch(alice)).status_code == 201
        assert alice.episodes.get().started_at == NOW

    def test_clears_the_mark_of_its_day(self, as_alice: Client, alice: Diarist) -> None:
        alice.days.create(date=TODAY, no_twitches=True)
        as_alice.post("/offline/entry/", twitch(alice))
        assert not alice.days.exists()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"location": "tail"}, "There is no such place"),
            ({"location": ANYWHERE, "side": ""}, "Say where it was."),
            ({"date": "2026-11-24"}, "This day has not come yet."),
            ({"strength": "9"}, "9 is not one of the available choices"),
            ({"age": "-1"}, "greater than or equal to 0"),
            ({"age": "99999999999999"}, "less than or equal to"),
            ({"age": ""}, "required"),
            ({"kind": "dance"}, "dance is not one of the available choices"),
            ({"id": "x"}, "UUID"),
            ({"note": "a\x00"}, "Null characters"),
        ],
    )
    def test_that_is_wrong_comes_back_with_the_reason(
        self, as_alice: Client, alice: Diarist, fields: dict[str, str], words: str
    ) -> None:
        answer = as_alice.post("/offline/entry/", twitch(alice, **fields))
        assert answer.status_code == 422
        assert words in answer.json()["words"]
        assert not alice.episodes.exists()
        assert not Receipt.objects.exists()

    def test_of_another_account_is_not_taken(self, as_alice: Client, alice: Diarist, charlie: Diarist) -> None:
        answer = as_alice.post("/offline/entry/", twitch(charlie))
        assert answer.status_code == 409
        assert not alice.episodes.exists()
        assert not charlie.episodes.exists()

    def test_with_the_id_of_somebody_elses_is_refused(
        self, as_alice: Client, alice: Diarist, charlie: Diarist
    ) -> None:
        theirs = Receipt.objects.create(id=ID, diarist=charlie, received_at=NOW)
        assert as_alice.post("/offline/entry/", twitch(alice)).status_code == 422
        theirs.delete()
        episode_now(charlie, id=ID)
        assert as_alice.post("/offline/entry/", twitch(alice)).status_code == 422
        assert not alice.episodes.exists()
        assert not Receipt.objects.exists()

    def test_of_who_is_signed_out_is_refused_in_a_way_that_a_script_can_tell(
        self, client: Client, alice: Diarist
    ) -> None:
        answer = client.post("/offline/entry/", twitch(alice), headers={"Origin": "http://testserver"})
        assert (answer.status_code, answer.headers["X-Kept"]) == (401, "signed-out")


class TestDayWithout:
    def test_is_marked_and_not_twice(self, as_alice: Client, alice: Diarist) -> None:
        sent = twitch(alice, kind="none", date="2026-11-23")
        assert as_alice.post("/offline/entry/", sent).status_code == 201
        assert alice.days.get().no_twitches
        as_alice.post("/days/2026-11-23/no-twitches/", {"undo": "1"})
        # Taken back since: the device that never heard the answer must not bring it back.
        assert as_alice.post("/offline/entry/", sent).status_code == 200
        assert not alice.days.exists()

    def test_with_twitches_is_refused(self, as_alice: Client, alice: Diarist) -> None:
        episode_now(alice)
        date = str(alice.episodes.get().local_date)
        answer = as_alice.post("/offline/entry/", twitch(alice, kind="none", date=date, id=str(uuid.uuid4())))
        assert answer.status_code == 422
        assert answer.json()["words"].startswith("You logged twitches on this day")
        assert not alice.days.exists()
        assert not Receipt.objects.exists()

    def test_that_has_not_come_is_refused(self, as_alice: Client, alice: Diarist) -> None:
        answer = as_alice.post("/offline/entry/", twitch(alice, kind="none", date="2026-11-24"))
        assert answer.status_code == 422
        assert not alice.days.exists()

    def test_is_the_day_of_the_tap_where_the_tap_was(self, as_alice: Client, alice: Diarist) -> None:
        Diarist.objects.filter(pk=alice.pk).update(follows_device=True)
        as_alice.cookies["zone"] = "America/New_York"
        # It is the 24th in Tokyo, where it was tapped, and still the 23rd in New York, where it is sent.
        sent = twitch(alice, kind="none", date="2026-11-24", zone="Asia/Tokyo")
        assert as_alice.post("/offline/entry/", sent).status_code == 201
        assert alice.days.get().date == dt.date(2026, 11, 24)


class TestWhatIsKept:
    def test_the_page_holds_nothing_of_anybody(self, as_alice: Client, alice: Diarist, client: Client) -> None:
        episode_now(alice, note="after the run")
        signed_in = as_alice.get("/offline/").content
        assert signed_in == Client().get("/offline/").content
        html = signed_in.decode()
        assert "after the run" not in html
        assert alice.mark not in html
        assert 'name="account"' not in html
        assert 'name="csrfmiddlewaretoken" value=""' in html
        assert not re.search(r'csrfmiddlewaretoken" value="[^"]', html)

    def test_the_script_names_the_page_and_all_its_files(self, client: Client) -> None:
        answer = client.get("/sw.js")
        assert answer.headers["Content-Type"] == "text/javascript"
        assert answer.headers["Cache-Control"] == "no-cache"
        files = re.findall(r'"([^"]+)",', answer.content.decode().partition("FILES = [")[2].partition("];")[0])
        files = [json.loads(f'"{file}"') for file in files]
        assert files[0] == "/offline/"
        page = client.get("/offline/").content.decode()
        for linked in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            assert linked in files
        assert {"/static/js/outbox.js", "/static/js/offline.js", "/static/css/tokens.css"} <= set(files)
        assert "/static/vendor/pico/pico.min.css" in files
        for file in files[1:]:
            assert (site.BASE_DIR / file.removeprefix("/")).is_file() or "htmx" in file, file

    def test_the_script_is_sent_anew_only_when_something_changed(self, client: Client) -> None:
        tag = client.get("/sw.js").headers["ETag"]
        assert client.get("/sw.js", headers={"If-None-Match": tag}).status_code == 304
        german = client.get("/sw.js", headers={"If-None-Match": tag, "Accept-Language": "de"})
        assert german.status_code == 200

    def test_the_script_is_sent_anew_when_only_the_script_changed(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tag = client.get("/sw.js").headers["ETag"]
        monkeypatch.setattr("diary.views.offline.worker", lambda language: "/* a newer one */")
        newer = client.get("/sw.js", headers={"If-None-Match": tag})
        assert (newer.status_code, newer.content) == (200, b"/* a newer one */")

    def test_the_manifest_describes_an_app(self, client: Client) -> None:
        answer = client.get("/manifest.webmanifest")
        assert answer.headers["Content-Type"] == "application/manifest+json"
        found = json.loads(answer.content)
        assert (found["name"], found["start_url"], found["display"]) == ("Muscle Twitch Diary", "/", "standalone")
        assert {(icon["sizes"], icon["purpose"]) for icon in found["icons"]} == {
            ("192x192", "any"),
            ("512x512", "any"),
            ("512x512", "maskable"),
        }
        for icon in found["icons"]:
            file = site.BASE_DIR / icon["src"].removeprefix("/")
            head = file.read_bytes()[:24]
            assert head[1:4] == b"PNG"
            width, height = int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
            assert f"{width}x{height}" == icon["sizes"]

    def test_a_page_says_whose_it_is_by_a_mark_only(self, as_alice: Client, alice: Diarist) -> None:
        html = " ".join(as_alice.get("/settings/").content.decode().split())
        assert f'<meta name="account" content="{alice.mark}" data-zone="Europe/Berlin" >' in html
        assert "alice" not in alice.mark
        front_door = " ".join(Client().get("/accounts/login/").content.decode().split())
        assert '<meta name="account" content="" >' in front_door

    def test_two_people_have_two_marks(self, alice: Diarist, charlie: Diarist) -> None:
        assert alice.mark != charlie.mark
        assert alice.mark == Diarist.objects.get(pk=alice.pk).mark


def test_the_scripts_name_addresses_that_exist() -> None:
    read = {
        name: (site.BASE_DIR / "static/js" / name).read_text()
        for name in ("outbox.js", "offline.js", "offline_page.js")
    }
    assert f'LOG = "{reverse("diary:log")}"' in read["outbox.js"]
    day = reverse("diary:no_twitches", args=[TODAY])
    pattern = re.search(r"NONE = /(.+)/;", read["outbox.js"])
    assert pattern is not None
    found = re.match(pattern[1].replace(r"\/", "/"), day)
    assert found is not None
    assert found[1] == "2026-11-23"
    assert f'SEND = "{reverse("diary:offline_entry")}"' in read["offline.js"]
    assert f'SHELL = "{reverse("diary:offline")}"' in read["offline.js"]
    assert f'register("{reverse("diary:service_worker")}")' in read["offline.js"]
    assert f'ALIVE = "{reverse("healthz")}"' in read["offline.js"]
    assert day.replace("2026-11-23", "${today()}") in read["offline_page.js"]
