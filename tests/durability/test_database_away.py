"""The database goes away and comes back: pages say so in words, what was typed is kept, nothing has to be restarted."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Generator
from contextlib import closing
from html import unescape
from typing import Any

import pytest

from tests.config.test_serve import ROOT
from tests.durability.served import ON_SQLITE, Answer, Diary, PostgreSQL, SQLite, wait_until

pytestmark = pytest.mark.database

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
BOUNDARY = "b0und4ry"


def twitch(note: str) -> dict[str, str]:
    """What the form of a new spot sends."""
    return {"id": str(uuid.uuid4()), "location": "calf", "side": "left", "strength": "3", "note": note}


def waiting(diary: Diary, fields: dict[str, str]) -> dict[str, str]:
    """The same as something that waited on a device."""
    return fields | {"kind": "twitch", "age": "5", "zone": "UTC", "account": diary.owner["account"]}


def upload(diary: Diary, size: int = 0) -> Answer:
    """A diary file to bring in, of one episode, and of `size` bytes at least."""
    row = {"id": "1", "started_at": "2026-03-01T22:15:00+01:00", "time_zone": "Europe/Berlin", "location": "calf"}
    file = {"format": "muscle-twitch-diary", "version": 1, "episodes": [row], "padding": "x" * size}
    head = 'Content-Disposition: form-data; name="file"; filename="diary.json"\r\nContent-Type: application/json'
    body = f"--{BOUNDARY}\r\n{head}\r\n\r\n{json.dumps(file)}\r\n--{BOUNDARY}--\r\n"
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return diary.send("POST", "/data/import/", body=body.encode(), **kind)


def kept(answer: Answer) -> dict[str, str]:
    """The fields that a page hands back, without the protection token."""
    fields = {name: unescape(value) for name, value in HIDDEN.findall(answer.body)}
    assert fields.pop("csrfmiddlewaretoken")
    return fields


def notes(diary: Diary) -> list[str]:
    """Of all episodes."""
    return sorted(note for (note,) in diary.database.rows("SELECT note FROM diary_episode"))


def imports(diary: Diary) -> list[tuple[Any, ...]]:
    """How the files that were brought in stand."""
    return diary.database.rows("SELECT status FROM diary_import")


@pytest.fixture
def worker(diary: Diary) -> Generator[subprocess.Popen[bytes]]:
    """The background worker as `manage.py serve` starts it."""
    command = [sys.executable, "manage.py", "db_worker", "--queue-name", "*", "--no-reload", "--verbosity", "0"]
    process = subprocess.Popen(command, cwd=ROOT, env=diary.variables, stdout=diary.said, stderr=diary.said)
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=120)


@pytest.mark.skipif(ON_SQLITE, reason="PostgreSQL is stopped")
def test_postgresql_stops_and_starts(diary: Diary, worker: subprocess.Popen[bytes]) -> None:
    assert isinstance(diary.database, PostgreSQL)
    diary.start()
    assert diary.post("/episodes/", twitch("before")).status == 302
    upload(diary)
    wait_until(lambda: imports(diary) == [("ready",)])  # the worker is at work

    diary.database.stop("fast")
    page = diary.get("/")
    assert (page.status, page.headers["Retry-After"]) == (503, "60")
    assert "The diary can't be reached just now" in unescape(page.body)
    assert "Traceback" not in page.body
    assert "psycopg" not in page.body
    assert diary.get("/healthz").status == 503
    typed = twitch("typed while it was away")
    refused = diary.post("/episodes/", typed)
    assert (refused.status, kept(refused)) == (503, typed)
    assert diary.post("/offline/entry/", waiting(diary, twitch("on a device"))).status == 503
    time.sleep(8)  # longer than the pool tries by itself

    diary.database.start()
    assert diary.get("/").status == 200
    assert diary.post("/episodes/", kept(refused)).status == 302
    assert diary.post("/offline/entry/", waiting(diary, twitch("on a device"))).status == 201
    assert notes(diary) == ["before", "on a device", "typed while it was away"]
    # The worker went on by itself, too.
    assert upload(diary).status == 302
    wait_until(lambda: imports(diary) == [("ready",)])
    assert worker.poll() is None


@pytest.mark.skipif(not ON_SQLITE, reason="SQLite is locked")
@pytest.mark.parametrize("diary", [{"NURSERY_LOCK_SECONDS": "0.5"}], indirect=True, ids=["half-a-second"])
def test_sqlite_is_locked_for_longer_than_anybody_waits(diary: Diary) -> None:
    assert isinstance(diary.database, SQLite)
    diary.start()
    assert diary.post("/episodes/", twitch("before")).status == 302
    typed = twitch("typed while it was locked")
    with closing(sqlite3.connect(diary.database.file, autocommit=True)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = diary.post("/episodes/", typed)
        assert (refused.status, kept(refused)) == (503, typed)
        assert "Its database does not answer" in refused.body
        assert diary.get("/").status == 200  # who only reads need not wait
        other.execute("ROLLBACK")
    assert diary.post("/episodes/", kept(refused)).status == 302
    assert notes(diary) == ["before", "typed while it was locked"]
