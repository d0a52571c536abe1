"""A database that is away or has no room: a page in words, what was typed handed back, and never a query for it."""

import errno
import io
import logging
import re
import sqlite3
import uuid
from collections.abc import Generator
from contextlib import ExitStack
from html import unescape
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection
from django.template import loader
from django.test import Client

from config.errors import LAST_RESORT
from config.kept import TOKEN
from config.logs import Line, Seldom
from config.unavailable import reason_of
from diary.models import Diarist
from tests.config.test_kept import HERE, HIDDEN

LOST = psycopg.OperationalError("connection failed")


def of_sqlite(code: int, words: str = "disk") -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return error


def wrapped(cause: BaseException, kind: type[Exception] = OperationalError) -> Exception:
    """As Django raises what the driver raised."""
    try:
        raise kind(*cause.args) from cause
    except kind as error:
        return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(wrapped(of_sqlite(sqlite3.SQLITE_FULL)), "full", id="sqlite-full"),
        pytest.param(wrapped(of_sqlite(sqlite3.SQLITE_IOERR_WRITE)), "full", id="sqlite-cannot-write"),
        pytest.param(wrapped(of_sqlite(sqlite3.SQLITE_BUSY)), "away", id="sqlite-locked"),
        pytest.param(wrapped(of_sqlite(sqlite3.SQLITE_CANTOPEN)), "away", id="sqlite-no-file"),
        pytest.param(wrapped(of_sqlite(sqlite3.SQLITE_IOERR_READ)), "away", id="sqlite-cannot-read"),
        pytest.param(wrapped(of_sqlite(sqlite3.SQLITE_ERROR)), None, id="sqlite-no-such-table"),
        pytest.param(wrapped(psycopg.errors.DiskFull()), "full", id="postgresql-full"),
        pytest.param(wrapped(psycopg.errors.AdminShutdown()), "away", id="postgresql-stopped"),
        pytest.param(wrapped(LOST), "away", id="postgresql-not-there"),
        pytest.param(wrapped(psycopg.InterfaceError("closed"), InterfaceError), "away", id="postgresql-closed"),
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), "full", id="file-no-space"),
        pytest.param(OSError(errno.ENOENT, "No such file"), None, id="file-missing"),
        pytest.param(ValueError("a fault"), None, id="fault"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_what_is_the_matter(error: Exception | None, reason: str | None) -> None:
    assert reason_of(error) == reason


def fail_while_cleaning_up() -> None:
    try:
        raise wrapped(of_sqlite(sqlite3.SQLITE_FULL))
    except OperationalError:
        raise RuntimeError("while cleaning up")  # noqa: B904  (that is what is tested)


def test_what_came_of_it_is_looked_through() -> None:
    with pytest.raises(RuntimeError) as caught:
        fail_while_cleaning_up()
    assert reason_of(caught.value) == "full"


class Database:
    """Breaks: from then on every query ends in the driver's exception, wherever it comes from."""

    def __init__(self) -> None:
        self.stack = ExitStack()

    def fails_with(self, error: BaseException) -> None:
        """Until it is `mended`."""

        def fail(*args: object) -> object:
            raise wrapped(error)

        self.stack.enter_context(connection.execute_wrapper(fail))

    def mended(self) -> None:
        """As if nothing had been."""
        self.stack.close()


@pytest.fixture
def database(db: None) -> Generator[Database]:
    """The one that the test uses."""
    made = Database()
    yield made
    made.mended()


@pytest.fixture
def tab(as_alice: Client) -> Client:
    """Alice's browser, which gets the answer where a test would else get the exception."""
    as_alice.raise_request_exception = False
    return as_alice


def hidden(answer: Any) -> dict[str, str]:
    form = answer.content.decode().split("<form")[1]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


@pytest.mark.parametrize("path", ["/", "/patterns/", "/settings/", f"/s/{'a' * 43}/", "/data/"])
def test_a_page_says_so_and_offers_to_try_again(tab: Client, database: Database, path: str) -> None:
    database.fails_with(LOST)
    answer = tab.get(path)
    words = unescape(answer.content.decode())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "The diary can't be reached just now" in words
    assert re.search(rf'href="{path}"\s*>Try again', words)
    assert "connection failed" not in words
    assert answer.headers["Cache-Control"] == "no-store"
    database.mended()
    assert tab.get(path).status_code in {200, 404}


def test_what_was_typed_is_handed_back_and_can_be_sent_again(
    tab: Client, alice: Diarist, database: Database
) -> None:
    form = {"id": str(uuid.uuid4()), "location": "calf", "side": "left", "strength": "3", "note": "<b>Woke</b> me"}
    database.fails_with(of_sqlite(sqlite3.SQLITE_FULL))
    answer = tab.post("/episodes/", form, headers=HERE)
    words = unescape(answer.content.decode())
    assert (answer.status_code, answer.headers["X-Kept"]) == (503, "full")
    assert "Not saved yet, but nothing is lost" in words
    assert "is full" in words
    assert "&lt;b&gt;Woke&lt;/b&gt; me</span>" in answer.content.decode()
    database.mended()

    kept = hidden(answer)
    assert kept.pop(TOKEN)
    assert kept == form
    assert tab.post("/episodes/", kept, headers=HERE).status_code == 302
    assert alice.episodes.get().note == form["note"]


def test_a_form_from_elsewhere_is_not_handed_back(tab: Client, database: Database) -> None:
    database.fails_with(LOST)
    answer = tab.post("/episodes/", {"note": "planted"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 503
    assert "planted" not in answer.content.decode()
    assert "Go back in your browser" in answer.content.decode()


def test_a_password_is_not_handed_back(client: Client, database: Database) -> None:
    client.raise_request_exception = False
    database.fails_with(LOST)
    answer = client.post("/accounts/login/", {"login": "alice", "password": "hidden-word"}, headers=HERE)
    assert answer.status_code == 503
    assert "hidden-word" not in answer.content.decode()


def test_a_file_is_not_handed_back_and_the_page_says_so(tab: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryFileUploadHandler.new_file", fail)
    answer = tab.post("/data/import/", {"file": SimpleUploadedFile("diary.json", b"{}")}, headers=HERE)
    assert (answer.status_code, answer.headers["X-Kept"]) == (503, "full")
    assert "The file was not taken. It is still on your device" in answer.content.decode()


def test_a_script_gets_a_problem_in_words(client: Client, database: Database, alice: Diarist) -> None:
    client.raise_request_exception = False
    database.fails_with(psycopg.errors.DiskFull())
    headers = {"Authorization": "Bearer mtd_x"}
    answer = client.post(
        "/api/v1/episodes", {"location": "calf"}, content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "There is no room left to save anything. What you saved before is safe."


def test_it_speaks_the_language_of_the_browser(tab: Client, database: Database) -> None:
    tab.cookies["language"] = "de"
    database.fails_with(LOST)
    assert '<html lang="de">' in tab.get("/").content.decode()


def test_without_a_template_there_are_plain_words(
    tab: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> str:
        raise ValueError("no manifest")

    monkeypatch.setattr(loader, "render_to_string", fail)
    database.fails_with(LOST)
    answer = tab.get("/")
    assert (answer.status_code, answer.content.decode()) == (503, LAST_RESORT)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Generator[io.StringIO]:
    """What the handler of the settings writes, as a process does that has just begun."""
    handler = next(each for each in logging.getLogger().handlers if isinstance(each.formatter, Line))
    assert isinstance(handler, logging.StreamHandler)
    assert [type(each) for each in handler.filters] == [Seldom]
    monkeypatch.setattr(handler, "filters", [Seldom()])
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def test_each_has_its_line_in_the_log_and_the_first_its_traceback(
    tab: Client, database: Database, log: io.StringIO
) -> None:
    database.fails_with(LOST)
    for path in ("/", "/days/2026-11-07/no-twitches/", "/settings/"):
        tab.get(path)
    database.mended()
    database.fails_with(of_sqlite(sqlite3.SQLITE_FULL, "database or disk is full"))
    for _ in range(3):
        tab.post("/episodes/", {"note": "canary"}, headers=HERE)
    lines = log.getvalue().splitlines()
    entries = [line.partition(" ERROR ")[2] for line in lines if " ERROR " in line]
    # The session is asked for before the address is looked up.
    first = "django.request: Service Unavailable: -"
    away = f"{first} (django.db.utils.OperationalError: connection failed)"
    full = f"{first} (django.db.utils.OperationalError: database or disk is full)"
    assert entries == [first, away, away, first, full, full]
    # Each has two parts: that of the driver, and that of Django.
    assert lines.count("Traceback (most recent call last):") == 4
    assert "canary" not in log.getvalue()


def test_a_minute_later_there_is_a_traceback_again() -> None:
    seconds = [0.0]
    seldom = Seldom(clock=lambda: seconds[0])
    error = wrapped(psycopg.OperationalError("connection failed:\n\tis it running?"))

    def noted(error: BaseException) -> str:
        kind = (type(error), error, error.__traceback__)
        record = logging.LogRecord("app", logging.ERROR, __file__, 1, "A task %s", ("broke off",), kind)
        found = seldom.filter(record)
        kept = record if found is True else found
        assert isinstance(kept, logging.LogRecord)
        return Line("{message}", style="{").format(kept)

    short = "A task broke off (django.db.utils.OperationalError: connection failed: is it running?)"
    assert noted(error).startswith("A task broke off\nTraceback")
    assert noted(error) == short
    assert "Traceback" in noted(wrapped(of_sqlite(sqlite3.SQLITE_FULL)))
    seconds[0] = 59.9
    assert noted(error) == short
    seconds[0] = 60
    assert "Traceback" in noted(error)
    assert noted(error) == short
    # A fault of our own is told in full each time.
    assert all("Traceback" in noted(ValueError("x")) for _ in range(3))


def test_a_fault_of_ours_is_still_called_one(tab: Client, database: Database) -> None:
    database.fails_with(of_sqlite(sqlite3.SQLITE_ERROR, "no such table"))
    answer = tab.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
