"""The API: what it stores and says, who may use it, and how it refuses."""

import datetime as dt
import json
import re
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import validate

from config.api import api as the_api
from diary import recording, tokens
from diary.body import LOCATIONS
from diary.models import AccessToken, Diarist
from tests.conftest import NOW, make_diarist
from tests.diary.diaries import episode_at

V1 = "/api/v1"
TODAY = dt.date(2026, 11, 23)
PROBLEM = "application/problem+json"
# Every call of the API, with something to send, and what its token needs.
CALLS = [
    ("post", "/episodes", {"location": "calf"}, "log"),
    ("put", "/days/today/no-twitches", None, "log"),
    ("delete", "/days/today/no-twitches", None, "log"),
    ("get", "/days", None, "read"),
    ("get", "/days/today", None, "read"),
    ("get", "/findings", None, "read"),
]


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


def token(diarist: Diarist, *, read: bool = True, log: bool = True, **values: Any) -> str:
    """The text of a new token."""
    secret = tokens.new_secret()
    AccessToken.objects.create(
        diarist=diarist,
        **{"name": "Button", "made_at": NOW} | values,
        may_read=read,
        may_log=log,
        digest=tokens.digest_of(secret),
        start=secret[:10],
    )
    return secret


class Program:
    """A program with a token, or without."""

    def __init__(self, secret: str | None, client: Client | None = None) -> None:
        self.client = client or Client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer as it comes."""
        data = body if isinstance(body, str) else json.dumps(body) if body is not None else ""
        return self.client.generic(
            method.upper(), V1 + path, data, "application/json", headers=self.headers | headers
        )

    def says(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """What the answer holds."""
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.content
        assert answer.headers["Content-Type"] == (PROBLEM if status >= 400 else "application/json; charset=utf-8")
        return json.loads(answer.content)

    def wrong_fields(self, method: str, path: str, body: Any = None) -> list[str]:
        """The fields that a 422 names."""
        problem = self.says(method, path, body, status=422)
        assert (problem["status"], problem["type"]) == (422, "about:blank")
        return [error["field"] for error in problem["errors"]]


@pytest.fixture
def program(alice: Diarist) -> Program:
    """A program of alice's that may do everything."""
    return Program(token(alice))


class TestLog:
    def test_a_place_is_all_it_needs(self, program: Program, alice: Diarist) -> None:
        said = program.says("post", "/episodes", {"location": "calf"}, status=201)
        row = alice.episodes.get()
        assert said == {
            "id": str(row.pk),
            "started_at": "2026-11-23T21:40:00+01:00",
            "date": "2026-11-23",
            "start_time_known": True,
            "location": "calf",
            "side": None,
            "place": "Calf",
            "strength": None,
            "how_often": None,
            "at_rest": None,
            "duration_seconds": None,
            "is_ongoing": False,
            "note": "",
        }
        assert (row.side, row.strength, row.time_zone, row.recorded_at) == ("", None, "Europe/Berlin", NOW)

    def test_everything_that_can_be_said(self, program: Program, alice: Diarist) -> None:
        sent = {
            "location": "calf",
            "side": "left",
            "strength": 3,
            "how_often": 0,
            "at_rest": False,
            "duration_seconds": 95,
            "note": "Sofa 💊",
            "started_at": "2026-11-20T01:30:00+09:00",
            "time_zone": "Asia/Tokyo",
        }
        said = program.says("post", "/episodes", sent, status=201)
        assert {name: said[name] for name in sent if name not in {"started_at", "time_zone"}} == {
            name: value for name, value in sent.items() if name not in {"started_at", "time_zone"}
        }
        row = alice.episodes.get()
        assert (row.local_date, row.time_zone, row.utc_offset_minutes) == (
            dt.date(2026, 11, 20),
            "Asia/Tokyo",
            540,
        )
        assert (row.duration_seconds, row.duration_is_rough) == (95, False)
        assert said["started_at"] == "2026-11-20T01:30:00+09:00"

    def test_a_time_of_another_place_is_shown_as_the_diary_has_it(self, program: Program) -> None:
        said = program.says(
            "post", "/episodes", {"location": "calf", "started_at": "2026-11-20T23:30:00-05:00"}, status=201
        )
        assert (said["started_at"], said["date"]) == ("2026-11-21T05:30:00+01:00", "2026-11-21")

    def test_a_time_without_an_offset_is_on_the_wall(self, program: Program) -> None:
        said = program.says(
            "post", "/episodes", {"location": "calf", "started_at": "2026-07-01T08:00:00"}, status=201
        )
        assert said["started_at"] == "2026-07-01T08:00:00+02:00"

    @pytest.mark.parametrize("id_", [str(uuid.UUID(int=77)), "bed, 22:15", "x" * 100])
    def test_an_id_is_stored_once(self, program: Program, alice: Diarist, id_: str) -> None:
        first = program.says("post", "/episodes", {"location": "calf", "id": id_}, status=201)
        again = program.says("post", "/episodes", {"location": "calf", "id": id_, "strength": 4}, status=200)
        assert again == first
        assert alice.episodes.count() == 1

    @pytest.mark.parametrize("id_", [str(uuid.UUID(int=78)), "bed, 22:15"])
    def test_what_was_deleted_since_does_not_come_back(self, program: Program, alice: Diarist, id_: str) -> None:
        program.says("post", "/episodes", {"location": "calf", "id": id_}, status=201)
        recording.delete_episode(alice, alice.episodes.get().pk)
        said = program.says("post", "/episodes", {"location": "calf", "id": id_}, status=410)
        assert said["detail"] == "This episode was stored before, and has been deleted since."
        assert not alice.episodes.exists()

    def test_a_uuid_is_kept_as_the_id(self, program: Program) -> None:
        pk = str(uuid.uuid4())
        assert program.says("post", "/episodes", {"location": "calf", "id": pk}, status=201)["id"] == pk

    def test_the_same_text_of_two_people_is_two_ids(self, program: Program, charlie: Diarist) -> None:
        other = Program(token(charlie))
        first, second = (
            one.says("post", "/episodes", {"location": "calf", "id": "bed"}, 201) for one in (program, other)
        )
        assert first["id"] != second["id"]

    def test_an_id_of_somebody_elses_row_is_refused(self, program: Program, charlie: Diarist) -> None:
        row = episode_at(charlie, "2026-11-20", note="secret")
        answer = program.send("post", "/episodes", {"location": "shin", "id": str(row.pk)})
        assert answer.status_code == 409
        assert b"secret" not in answer.content
        row.refresh_from_db()
        assert row.location == "calf"

    def test_the_mark_of_the_day_goes(self, program: Program) -> None:
        assert program.says("put", "/days/today/no-twitches")["state"] == "clear"
        program.says("post", "/episodes", {"location": "calf"}, status=201)
        assert program.says("get", "/days/today")["state"] == "twitch"

    @pytest.mark.parametrize(
        ("sent", "fields"),
        [
            ({}, ["location"]),
            ({"location": "nose"}, ["location"]),
            ({"location": "calf", "side": "middle"}, ["side"]),
            ({"location": "calf", "side": "up"}, ["side"]),
            ({"location": "elsewhere"}, ["note"]),
            ({"location": "calf", "strength": 5}, ["strength"]),
            ({"location": "calf", "strength": "very"}, ["strength"]),
            ({"location": "calf", "how_often": -1}, ["how_often"]),
            ({"location": "calf", "duration_seconds": 604_801}, ["duration_seconds"]),
            ({"location": "calf", "note": "x" * 2001}, ["note"]),
            ({"location": "calf", "note": "x\0y"}, ["note"]),
            ({"location": "calf", "id": ""}, ["id"]),
            ({"location": "calf", "id": "x" * 101}, ["id"]),
            ({"location": "calf", "started_at": "yesterday"}, ["started_at"]),
            ({"location": "calf", "started_at": "2026-11-23T23:00:00+01:00"}, ["started_at"]),
            ({"location": "calf", "started_at": "1899-12-31T12:00:00"}, ["started_at"]),
            ({"location": "calf", "started_at": "0001-01-01T00:00:00"}, ["started_at"]),
            ({"location": "calf", "started_at": "9999-12-31T23:59:59-12:00"}, ["started_at"]),
            ({"location": "calf", "started_at": "2026-03-29T02:30:00"}, ["started_at"]),
            ({"location": "calf", "time_zone": "Mars/Olympus"}, ["time_zone"]),
            ({"location": "calf", "strenght": 2}, ["strenght"]),
            ([], ["episode"]),
        ],
    )
    def test_what_does_not_fit_is_named_and_not_stored(
        self, program: Program, alice: Diarist, sent: Any, fields: list[str]
    ) -> None:
        assert program.wrong_fields("post", "/episodes", sent) == fields
        assert not alice.episodes.exists()

    @pytest.mark.parametrize(
        "body", ["", "{", "null", '{"location": NaN}', "[" * 5000, '"' + "\\ud800" + '"', "\0"]
    )
    def test_a_body_that_is_no_object_is_refused(self, program: Program, alice: Diarist, body: str) -> None:
        problem = program.send("post", "/episodes", body)
        assert problem.status_code in {400, 422}
        assert problem.headers["Content-Type"] == PROBLEM
        assert not alice.episodes.exists()

    def test_the_message_is_in_the_language_of_the_diary(self, program: Program, alice: Diarist) -> None:
        Diarist.objects.filter(pk=alice.pk).update(language="de")
        assert (
            program.says("post", "/episodes", {"location": "calf", "side": "left"}, 201)["place"] == "Linke Wade"
        )


class TestDays:
    def test_a_mark_however_often_it_is_sent(self, program: Program, alice: Diarist) -> None:
        for _ in range(2):
            said = program.says("put", "/days/2026-11-20/no-twitches")
            assert (said["date"], said["state"], said["episodes"]) == ("2026-11-20", "clear", [])
        assert alice.days.get().no_twitches is True
        assert program.says("delete", "/days/2026-11-20/no-twitches")["state"] == "open"
        assert not alice.days.exists()

    def test_a_day_with_an_episode_is_not_marked(self, program: Program, alice: Diarist) -> None:
        episode_at(alice, "2026-11-23")
        problem = program.says("put", "/days/today/no-twitches", status=409)
        assert problem["detail"] == "This day has entries with a twitch."
        assert not alice.days.exists()

    def test_a_range_has_every_day_in_it(self, program: Program, alice: Diarist) -> None:
        later = episode_at(alice, "2026-11-20", "15:00", side="right")
        earlier = episode_at(alice, "2026-11-20", "09:00", strength=2)
        alice.days.create(date=dt.date(2026, 11, 21), no_twitches=True, sleep_hours="6.5", alcohol_units="0")
        alice.days.create(date=dt.date(2026, 11, 22), caffeine_mg=90)
        said = program.says("get", "/days?since=2026-11-19&until=2026-11-22")
        assert [(day["date"], day["state"]) for day in said["days"]] == [
            ("2026-11-19", "open"),
            ("2026-11-20", "twitch"),
            ("2026-11-21", "clear"),
            ("2026-11-22", "open"),
        ]
        assert [row["id"] for row in said["days"][1]["episodes"]] == [str(earlier.pk), str(later.pk)]
        day = said["days"][2]
        assert (day["sleep_hours"], day["alcohol_units"], day["stress"], day["magnesium"]) == (6.5, 0, None, None)
        assert said["days"][3]["caffeine_mg"] == 90

    def test_the_last_four_weeks_if_nothing_is_said(self, program: Program) -> None:
        said = program.says("get", "/days")
        assert (said["since"], said["until"], len(said["days"])) == ("2026-10-27", "2026-11-23", 28)

    def test_the_most_at_once_is_a_leap_year(self, program: Program) -> None:
        assert len(program.says("get", "/days?since=2025-11-23")["days"]) == 366
        assert program.wrong_fields("get", "/days?since=2025-11-22") == ["since"]

    @pytest.mark.parametrize(
        ("path", "field"),
        [
            ("/days/2026-11-24", "date"),
            ("/days/1899-12-31", "date"),
            ("/days/yesterday", "date"),
            ("/days/2026-02-30", "date"),
            ("/days?since=x", "since"),
            ("/days?until=x", "until"),
            ("/days?since=2026-11-22&until=2026-11-21", "since"),
        ],
    )
    def test_what_is_no_day_is_named(self, program: Program, path: str, field: str) -> None:
        assert program.wrong_fields("get", path) == [field]

    def test_the_first_day_of_all(self, program: Program) -> None:
        said = program.says("get", "/days?until=1900-01-01")
        assert [day["date"] for day in said["days"]] == ["1900-01-01"]

    def test_a_year_asks_as_often_as_a_day(self, program: Program, alice: Diarist) -> None:
        program.says("get", "/days")

        def asked(path: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                program.says("get", path)
            return len([query for query in captured if "diary_cache" not in query["sql"]])

        episode_at(alice, "2026-11-23")
        few = asked("/days/today")
        for n in range(40):
            episode_at(alice, str(TODAY - dt.timedelta(days=9 * n)), "13:00")
            episode_at(alice, str(TODAY - dt.timedelta(days=9 * n)), "14:00")
        assert asked("/days?since=2025-12-01") == few

    def test_nothing_of_somebody_else_is_read(self, program: Program, charlie: Diarist) -> None:
        episode_at(charlie, "2026-11-20", note="secret")
        charlie.days.create(date=TODAY, note="secret")
        said = program.says("get", "/days")
        assert {day["state"] for day in said["days"]} == {"open"}
        assert "secret" not in json.dumps(said)


class TestWhoMay:
    @pytest.mark.parametrize(("method", "path", "body", "scope"), CALLS)
    def test_nobody_without_a_token(self, method: str, path: str, body: Any, scope: str) -> None:
        answer = Program(None).send(method, path, body)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, PROBLEM)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    @pytest.mark.parametrize(("method", "path", "body", "scope"), CALLS)
    def test_no_session_whoever_is_signed_in(
        self, as_alice: Client, alice: Diarist, method: str, path: str, body: Any, scope: str
    ) -> None:
        assert Program(None, as_alice).send(method, path, body).status_code == 401
        assert not alice.episodes.exists()
        assert not alice.days.exists()

    @pytest.mark.parametrize(("method", "path", "body", "scope"), CALLS)
    def test_a_token_may_only_what_it_was_made_for(
        self, alice: Diarist, method: str, path: str, body: Any, scope: str
    ) -> None:
        assert (
            Program(token(alice, read=scope != "read", log=scope != "log")).send(method, path, body).status_code
            == 403
        )
        right = Program(token(alice, read=scope == "read", log=scope == "log"))
        assert right.send(method, path, body).status_code in {200, 201}

    @pytest.mark.parametrize(("method", "path", "body", "scope"), CALLS)
    def test_a_token_beside_the_session_of_another_acts_for_its_own_person(
        self, as_charlie: Client, charlie: Diarist, alice: Diarist, method: str, path: str, body: Any, scope: str
    ) -> None:
        episode_at(charlie, "2026-11-22", note="secret")
        answer = Program(token(alice), as_charlie).send(method, path, body)
        assert answer.status_code in {200, 201}
        assert b"secret" not in answer.content
        assert (charlie.episodes.count(), charlie.days.count()) == (1, 0)

    def test_the_list_of_calls_is_whole(self) -> None:
        described = {
            (method, path)
            for path, operations in the_api.get_openapi_schema()["paths"].items()
            for method in operations
        }
        called = {(method, V1 + path.replace("/today", "/{date}")) for method, path, _, _ in CALLS}
        assert called == described

    @pytest.mark.parametrize("path", ["/", "/days/", "/settings/", "/settings/tokens/", "/data/delete/account/"])
    def test_a_token_opens_no_page(self, program: Program, path: str) -> None:
        answer = program.client.get(path, headers=program.headers)
        assert answer.headers["Location"].startswith("/accounts/login/")

    def test_a_token_in_the_address_is_none(self, alice: Diarist) -> None:
        secret = token(alice)
        for query in (f"?token={secret}", f"?access_token={secret}"):
            assert Program(None).send("get", f"/days{query}").status_code == 401

    @pytest.mark.parametrize("wrong", ["mtd_wrong", "x", "", "mtd_ü", "mtd_" + "x" * 5000])
    def test_a_wrong_token(self, alice: Diarist, wrong: str) -> None:
        token(alice)
        assert Program(wrong or " ").send("get", "/days").status_code == 401

    def test_another_scheme_is_none(self, alice: Diarist) -> None:
        program = Program(None)
        program.headers = {"Authorization": f"Basic {token(alice)}"}
        assert program.send("get", "/days").status_code == 401

    def test_it_is_good_until_the_end_of_its_last_day_at_home(self, alice: Diarist) -> None:
        # 23:30 UTC is half past midnight in Berlin.
        program = Program(token(alice, expires_on=TODAY))
        with time_machine.travel(dt.datetime(2026, 11, 23, 22, 59, tzinfo=dt.UTC), tick=False):
            assert program.send("get", "/days").status_code == 200
        with time_machine.travel(dt.datetime(2026, 11, 23, 23, 0, tzinfo=dt.UTC), tick=False):
            assert program.send("get", "/days").status_code == 401

    def test_a_revoked_one_is_good_for_nothing(self, program: Program, alice: Diarist) -> None:
        assert program.send("get", "/days").status_code == 200
        alice.access_tokens.all().delete()
        assert program.send("get", "/days").status_code == 401

    def test_that_of_an_account_that_is_switched_off(self, program: Program, alice: Diarist) -> None:
        User.objects.filter(pk=alice.pk).update(is_active=False)
        assert program.send("get", "/days").status_code == 401

    def test_only_its_digest_is_stored(self, alice: Diarist) -> None:
        secret = token(alice)
        stored = json.dumps(list(AccessToken.objects.values()), default=str)
        assert secret not in stored
        assert len(secret) >= 47
        assert secret[10:] not in stored

    def test_its_last_use_is_noted_to_the_minute(self, program: Program, alice: Diarist) -> None:
        def used() -> dt.datetime | None:
            return alice.access_tokens.get().last_used_at

        assert used() is None
        for seconds, noted in ((0, 0), (59, 0), (61, 61)):
            with time_machine.travel(NOW + dt.timedelta(seconds=seconds), tick=False):
                program.send("get", "/days")
            assert used() == NOW + dt.timedelta(seconds=noted)

    def test_no_foreign_page_can_use_it(self, program: Program) -> None:
        answer = program.send("get", "/days", Origin="https://evil.example")
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert program.send("options", "/days").status_code == 405


class TestAnswers:
    def test_nothing_may_be_kept_and_no_cookie_is_set(self, program: Program) -> None:
        for answer in (program.send("get", "/days"), Program(None).send("get", "/days")):
            assert answer.headers["Cache-Control"] == "no-store"
            assert not answer.cookies

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("get", "/nothing", 404),
            ("get", "/days/today/nothing", 404),
            ("post", "/days", 405),
            ("get", "/episodes", 405),
        ],
    )
    def test_what_no_view_answers_is_a_problem_too(
        self, program: Program, method: str, path: str, status: int
    ) -> None:
        problem = program.says(method, path, {}, status=status)
        assert problem["status"] == status
        if status == 405:
            assert program.send(method, path, {}).headers["Allow"]

    def test_a_fault_of_ours_is_a_problem_that_says_nothing(
        self, alice: Diarist, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_it(*_: object) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("diary.api.days_between", break_it)
        program = Program(token(alice), Client(raise_request_exception=False))
        problem = program.says("get", "/days", status=500)
        assert problem["title"] == "Internal Server Error"
        assert "secret" not in json.dumps(problem)

    def test_a_body_of_two_megabytes_is_refused(self, program: Program) -> None:
        answer = program.send("post", "/episodes", json.dumps({"location": "calf", "note": "x" * 2_000_000}))
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)

    def test_pages_keep_their_own_errors(self, as_alice: Client) -> None:
        assert as_alice.get("/nothing").headers["Content-Type"].startswith("text/html")


class TestPace:
    def test_120_a_minute_and_no_more(self, program: Program, alice: Diarist) -> None:
        other = Program(token(alice, name="Other"))
        assert {program.send("get", "/days/today").status_code for _ in range(120)} == {200}
        answer = program.send("get", "/days/today")
        assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Content-Type"]) == (
            429,
            "60",
            PROBLEM,
        )
        assert other.send("get", "/days/today").status_code == 200
        with time_machine.travel(NOW + dt.timedelta(seconds=61), tick=False):
            assert program.send("get", "/days/today").status_code == 200

    def test_wrong_tokens_20_a_minute_whatever_they_are(self, program: Program) -> None:
        assert [Program(f"mtd_{n}").send("get", "/days").status_code for n in range(20)] == [401] * 20
        answer = Program("mtd_20").send("get", "/days")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
        # A right one can't be guessed, so who has one is not locked out by somebody at the same address.
        assert program.send("get", "/days").status_code == 200


class TestDescription:
    @pytest.fixture
    def schema(self, client: Client) -> dict[str, Any]:
        """The description as it is served, to everybody."""
        return dict(client.get(f"{V1}/openapi.json").json())

    def test_it_is_valid_openapi_3_1(self, schema: dict[str, Any]) -> None:
        assert schema["openapi"] == "3.1.0"
        validate(schema)

    def test_every_call_needs_a_token_and_says_how_it_refuses(self, schema: dict[str, Any]) -> None:
        for path in schema["paths"].values():
            for operation in path.values():
                assert operation["security"] == [{"AccessTokenAuth": []}]
                for status in ("401", "403", "429"):
                    assert list(operation["responses"][status]["content"]) == [PROBLEM]
                assert "200" in operation["responses"]
        assert schema["components"]["securitySchemes"]["AccessTokenAuth"] == {"type": "http", "scheme": "bearer"}

    def test_it_names_every_place(self, schema: dict[str, Any]) -> None:
        place = schema["components"]["schemas"]["EpisodeIn"]["properties"]["location"]
        assert place["enum"] == list(LOCATIONS)


class TestPageAboutIt:
    def test_its_examples_work(self, as_alice: Client, program: Program, alice: Diarist) -> None:
        page = as_alice.get("/api/").content.decode()
        body = re.search(r"-d &#x27;(\{.*?\})&#x27;|-d '(\{.*?\})'", page)
        assert body
        sent = (body[1] or body[2]).replace("&quot;", '"')
        assert program.says("post", "/episodes", sent, status=201)["place"] == "Left calf"
        payload = re.search(r"payload: '(\{.*\})'", page)
        assert payload
        assert json.loads(payload[1]) == {
            "location": "calf",
            "side": "left",
            "id": "{{ now().isoformat() }}",
        }
        for method, path, _, _ in CALLS:
            assert f"{method.upper()} {path}" in page

    def test_it_names_every_place(self, as_alice: Client) -> None:
        page = as_alice.get("/api/").content.decode()
        for name in LOCATIONS:
            assert f"<code>{name}</code>" in page


@pytest.mark.django_db(transaction=True)
def test_the_same_id_at_once_is_stored_once() -> None:
    ann = make_diarist("ann")
    program, barrier, codes = Program(token(ann)), threading.Barrier(4), []

    def press() -> None:
        barrier.wait(timeout=30)
        try:
            answer = Program(None).client.post(
                f"{V1}/episodes", {"location": "calf", "id": "bed"}, "application/json", headers=program.headers
            )
            codes.append(answer.status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 200, 200, 201]
    assert ann.episodes.count() == 1
