"""The log says where something went wrong, and never what somebody wrote, who they are, or how to get in."""

import datetime as dt
import io
import logging
import re
import smtplib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from pytest_django.fixtures import Settings

from config.logs import BrokenOff, Line, StreamMiddleware
from diary.models import Diarist
from diary.reminders import off_token
from tests.config.test_routes import PARTS, ROUTES, address
from tests.conftest import NOW
from tests.typed import ROW_OF, Written, fill

NOTE = "canary of a note"
EMAIL = "canary@example.org"
PASSWORD = "canary of a password"
DAY = "2026-11-07"
# Sent to every address: some of it fits somewhere, and all of it is nobody's business.
FORM = {
    "note": NOTE,
    "value": NOTE,
    "name": NOTE,
    "label": NOTE,
    "questions": NOTE,
    "q": NOTE,
    "email": EMAIL,
    "login": EMAIL,
    "username": "canary",
    "password": PASSWORD,
    "password1": PASSWORD,
    "passphrase": PASSWORD,
    "code": "canary",
    "date": DAY,
    "location": "calf",
    "side": "left",
    "strength": "2",
}


@pytest.fixture(autouse=True)
def _now(db: None, settings: Settings) -> Iterator[None]:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handler of the settings writes, at the most talkative."""
    root = logging.getLogger()
    handler = next(handler for handler in root.handlers if isinstance(handler.formatter, Line))
    assert isinstance(handler, logging.StreamHandler)
    written, level = io.StringIO(), root.level
    before = handler.setStream(written)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    handler.setStream(before)


def line(message: str, *args: object, error: BaseException | None = None, **extra: Any) -> str:
    """One entry as it is written."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("app", logging.ERROR, __file__, 1, message, args, exc_info)
    vars(record).update(extra)
    return Line("{levelname} {message}", style="{").format(record)


def request_of(path: str) -> HttpRequest:
    """A request whose address has been looked up."""
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path.partition("?")[0])
    return request


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """The exception after it was raised, so that it has a place."""
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def test_a_line_names_the_route_and_not_the_address() -> None:
    for path, route in (
        (f"/days/{DAY}/context/note/", "/days/<date:date>/context/<str:factor>/"),
        ("/s/canary/pdf/", "/s/<str:token>/pdf/"),
        (f"/episodes/{uuid.uuid4()}/", "/episodes/<uuid:pk>/"),
    ):
        assert line("%s: %s", "Oh", path, request=request_of(path)) == f"ERROR Oh: {route}"
    nowhere = RequestFactory().get("/nothing/é")
    escaped = nowhere.path.encode("unicode_escape").decode("ascii")
    assert line("Forbidden (%s): %s", "why", escaped, request=nowhere) == "ERROR Forbidden (why): -"


def test_nobody_writes_a_line_of_their_own(as_alice: Client, log: io.StringIO) -> None:
    forged = "2026-11-23 20:40:00,000 ERROR django: all is lost"
    as_alice.raise_request_exception = False
    for path in (f"/x%0a{forged}", f"/days/%0d%0a{forged}/", f"/s/%0a{forged}/"):
        as_alice.get(path)
    Client(enforce_csrf_checks=True).post(
        f"/x%0a{forged}/", headers={"Referer": f"https://evil.example/\n{forged}"}
    )
    as_alice.get("/", headers={"Host": f"evil\n{forged}"})
    assert not [written for written in log.getvalue().splitlines() if written.startswith(forged)]
    assert "all is lost" not in log.getvalue()
    assert "DisallowedHost" in log.getvalue()


def test_the_address_that_a_request_came_from_loses_all_but_its_host() -> None:
    words = f"Referer checking failed - https://other.example/days/{DAY}/?q=x does not match any trusted origins."
    said = line("Forbidden (%s): %s", words, "/", request=request_of("/"))
    assert "https://other.example/***" in said
    assert DAY not in said


@pytest.mark.parametrize(
    "text",
    [
        "/s/canary/",
        "/s/canary/pdf/",
        "GET /reminders/off/canary:canary/ 200",
        "/accounts/password/reset/key/canary-canary/",
        "/accounts/confirm-email/canary:canary/",
        "Unexpected auth - 'Bearer mtd_canary-canary_x'",
    ],
)
def test_a_key_is_taken_out_wherever_it_stands(text: str) -> None:
    said = line(text)
    assert "canary" not in said
    assert "***" in said


def test_every_part_of_an_address_that_is_a_key_is_known_to_be_one() -> None:
    keys = {"token", "key", "uidb36"}
    for name, (_, parts) in ROUTES.items():
        if parts & keys:
            path = address(name, **dict.fromkeys(parts & keys, "canary"))
            assert "canary" not in line(path), name
    # Parts that are no keys; a new one has to be put here or into config.logs.
    assert set(PARTS) - keys == {
        "date", "factor", "pk", "step", "format", "object_id", "id", "url", "app_label", "content_type_id"
    }  # fmt: skip


def test_an_exception_says_its_kind_and_place_and_not_its_words() -> None:
    said = line("x", error=raised(KeyError(NOTE), raised(ValueError(NOTE))))
    assert re.findall(r"^(?:ValueError|KeyError|and then)$", said, re.MULTILINE) == [
        "ValueError",
        "and then",
        "KeyError",
    ]
    assert "test_logs.py" in said
    assert NOTE not in said
    row = raised(IntegrityError(f"DETAIL: Failing row contains (1, {NOTE})."))
    assert line("x", error=row).splitlines()[-1] == "django.db.utils.IntegrityError"


def test_what_comes_from_the_machine_keeps_its_words() -> None:
    for error in (OperationalError("database is locked"), FileNotFoundError(2, "No such file", "/srv/x")):
        assert str(error) in line("x", error=raised(error))
    refused = smtplib.SMTPRecipientsRefused({EMAIL: (550, b"no")})
    assert EMAIL not in line("x", error=raised(refused))


def test_what_another_handler_made_of_an_exception_is_not_taken_over() -> None:
    assert NOTE not in line("x", error=raised(KeyError(NOTE)), exc_text=f"KeyError: {NOTE}")


def test_only_the_handler_of_the_settings_writes() -> None:
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    for logger in loggers:
        for handler in logger.handlers:
            if "pytest" in type(handler).__module__ or isinstance(handler, logging.NullHandler):
                continue
            assert isinstance(handler.formatter, Line), (logger.name, handler)
    # No mail about an error goes anywhere: it would hold the form and the local variables.
    assert "AdminEmail" not in str(django_settings.LOGGING)
    assert logging.getLogger("django").handlers == []


def test_a_download_that_breaks_off_is_logged_without_words(log: io.StringIO) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"first"
        raise ValueError(NOTE)

    request = request_of("/data/export/json/")
    answer = StreamMiddleware(lambda _: StreamingHttpResponse(pieces()))(request)  # type: ignore[arg-type,return-value]
    received = iter(answer)
    assert next(received) == b"first"
    with pytest.raises(BrokenOff) as caught:
        next(received)
    assert caught.value.__suppress_context__
    assert str(caught.value) == ""
    assert "A download broke off: /data/export/<str:format>/" in log.getvalue()
    assert "\nValueError\n" in log.getvalue()
    assert NOTE not in log.getvalue()


@pytest.fixture
def written(alice: Diarist) -> Written:
    """A diary that is full of words that must not turn up."""
    return fill(alice, [f"{NOTE} {n}" for n in range(9)], email=EMAIL, today=NOW.date(), now=NOW)


def addresses(written: Written, off: str, reset: str) -> list[str]:
    """One of every route, with the keys and ids of that diary in it."""
    rows = {name: getattr(written, row) for name, row in ROW_OF.items()}
    with_id = {name for name, (_, parts) in ROUTES.items() if "pk" in parts and not name.startswith("mfa_")}
    assert set(rows) == with_id, "a new address with an id is missing in ROW_OF"
    found = []
    for name in ROUTES:
        values: dict[str, Any] = {
            "date": dt.date.fromisoformat(DAY),
            "token": off if name == "diary:reminders_off" else written.share_token,
        }
        if name in rows:
            values["pk"] = rows[name]
        found.append(reset if name == "account_reset_password_from_key" else address(name, **values))
    return found


def reset_link(mailoutbox: list[EmailMessage]) -> str:
    """The address in the mail that resets a password."""
    Client().post(reverse("account_reset_password"), {"email": EMAIL})
    found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mailoutbox[-1].body))
    assert found
    return found[1]


def signed_in(diarist: Diarist, **options: Any) -> Client:
    """A browser of the owner, who typed the password just now, and may look into Django admin too."""
    client = Client(raise_request_exception=False, **options)
    client.force_login(diarist.user, backend="config.accounts.AccountBackend")
    session = client.session
    proof = {"method": "password", "at": NOW.timestamp(), "reauthenticated": True}
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(diarist.pk)
    session.save()
    return client


def secrets_of(written: Written, off: str, reset: str, *clients: Client) -> list[str]:
    """Everything that must not be found in the log."""
    cookies = [morsel.value for client in clients for morsel in client.cookies.values() if len(morsel.value) > 8]
    keys = [written.share_token, written.secret, off, reset.split("/")[-2]]
    return ["canary", "alice", DAY, str(written.episode), *keys, *cookies]


def test_a_walk_through_the_whole_site_leaves_nothing_in_the_log(
    alice: Diarist,
    written: Written,
    log: io.StringIO,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alice.user.is_staff = alice.user.is_superuser = True
    alice.user.save()
    off, reset = off_token(alice), reset_link(mailoutbox)
    owner, stranger, forged = (
        signed_in(alice),
        Client(raise_request_exception=False),
        signed_in(alice, enforce_csrf_checks=True),
    )
    program = {"Authorization": f"Bearer {written.secret}"}
    paths = addresses(written, off, reset)
    statuses = set()
    for path in paths:
        cache.clear()
        for client, headers in ((owner, {}), (stranger, program if "/api/v1/" in path else {})):
            answer = client.get(path, {"q": NOTE, "next": f"/days/{DAY}/"}, headers=headers)
            b"".join(answer)
            statuses.add(answer.status_code)
    for path in paths:
        statuses.add(forged.post(path, FORM, headers={"Referer": f"https://evil.example/{DAY}"}).status_code)
        statuses.add(stranger.post(path, FORM, headers=program).status_code)
    for path in paths:
        if not re.search(r"delete/account|logout|sessions", path):
            statuses.add(owner.post(path, FORM).status_code)
    assert {200, 302, 403, 404, 422} <= statuses
    assert 500 not in statuses
    assert "Forbidden (CSRF cookie not set.): /days/<date:date>/context/<str:factor>/" in log.getvalue()
    for secret in secrets_of(written, off, reset, owner, stranger, forged):
        assert secret not in log.getvalue()


def test_a_fault_at_every_address_leaves_nothing_in_the_log(
    alice: Diarist,
    written: Written,
    log: io.StringIO,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    off, reset = off_token(alice), reset_link(mailoutbox)

    def fail(self: object, request: HttpRequest, *args: object) -> HttpResponse:
        note = NOTE
        raise ValueError(f"{note} {request.path} {request.headers} {request.POST}")

    monkeypatch.setattr("config.middleware.SignedInMiddleware.process_view", fail)
    owner = signed_in(alice)
    paths = addresses(written, off, reset)
    for path in paths:
        answer = owner.post(path, FORM, headers={"Authorization": f"Bearer {written.secret}"})
        assert answer.status_code == 500, path
        assert b"canary" not in answer.content
    text = log.getvalue()
    assert text.count("Internal Server Error: /") >= len(paths)
    assert text.count("\nValueError\n") == len(paths)
    assert "Internal Server Error: /s/<str:token>/pdf/" in text
    for secret in secrets_of(written, off, reset, owner):
        assert secret not in text
    assert not mailoutbox[1:]
