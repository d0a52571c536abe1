"""Server time and queries of every page at three months and at ten years; weight of Today."""

import datetime as dt
import gzip
import io
import re
import statistics
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import brotli
import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.staticfiles import finders  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from diary.models import Episode  # noqa: E402

AIM = 4.0
TOKEN = "a" * 32


@dataclass(slots=True)
class Case:
    """One kind of request, and what each round took in milliseconds."""

    name: str
    path: str
    cookie: str
    form: Callable[[], str] | None = None
    took_ms: list[float] = field(default_factory=list)
    queries: int = 0

    def environ(self) -> dict[str, Any]:
        """A request as a server hands it over."""
        path, _, query = self.path.partition("?")
        body = (self.form() if self.form else "").encode()
        return {
            "REQUEST_METHOD": "POST" if self.form else "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost:8000",
            "HTTP_COOKIE": f"{self.cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
            "HTTP_X_CSRFTOKEN": TOKEN,
            "HTTP_HX_REQUEST": "true" if self.form else "false",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }


def call(handler: WSGIHandler, case: Case) -> bytes:
    """The body that the whole stack answers with; anything but success is a fault of the benchmark."""
    status: list[str] = []

    def start(line: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
        status.append(line)
        return status.append  # type: ignore[return-value]

    response: Iterable[bytes] = handler(case.environ(), start)
    body = b"".join(response)
    response.close()  # type: ignore[attr-defined]
    if not status[0].startswith("200"):
        raise SystemExit(f"{case.name}: {status[0]}")
    return body


def diary(name: str, story: str, today: dt.date) -> str:
    """A diary of the story, and the cookie of somebody who is signed in to it."""
    call_command(
        "demo_diary", user=name, story=story, seed=1, until=today, password="x" * 12, stdout=io.StringIO()
    )
    client = Client()
    client.force_login(User.objects.get(username=name), backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = settings.SESSION_COOKIE_NAME
    return f"{cookie}={client.cookies[cookie].value}"


def tap() -> str:
    """What one tap on My spots sends."""
    return f"id={uuid.uuid4()}&location=calf&side=left&strength=2"


def cases(today: dt.date) -> list[Case]:
    """The empty page first, then every page with a small and with a large diary."""
    quarter, decade = diary("quarter", "benign", today), diary("decade", "busy-decade", today)
    found = [Case("empty page", "/empty/", quarter)]
    for label, cookie in (("3 months", quarter), ("10 years", decade)):
        found += [
            Case(f"Today, {label}", "/", cookie),
            Case(f"log a spot, {label}", "/episodes/", cookie, form=tap),
            Case(f"a past day, {label}", f"/?date={today - dt.timedelta(days=40)}", cookie),
            Case(f"Days, {label}", "/days/", cookie),
            Case(f"calendar, {label}", "/days/calendar/", cookie),
            Case(f"function check, {label}", "/check/", cookie),
            Case(f"list of places, {label}", "/spots/", cookie),
        ]
    return found


def measure(found: list[Case], rounds: int) -> None:
    """Let the cases take turns; the first rounds only warm up."""
    handler = WSGIHandler()
    for number in range(rounds + 5):
        for case in found:
            start = time.perf_counter()
            call(handler, case)
            took = (time.perf_counter() - start) * 1000
            if number >= 5:
                case.took_ms.append(took)
            if case.form:
                forget_taps()
    for case in found:
        case.queries = count_queries(handler, case)


def forget_taps() -> None:
    """Remove what a tap has just logged: a day with a hundred entries would be another page."""
    Episode.objects.filter(
        recorded_at__gte=timezone.now() - dt.timedelta(minutes=1), note="", how_often=None
    ).filter(duration_seconds=None, at_rest=None, location="calf", side="left", strength=2).delete()


def count_queries(handler: WSGIHandler, case: Case) -> int:
    """How many queries one request makes, transactions not counted."""
    seen: list[str] = []
    original = CursorWrapper.execute

    def counting(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        seen.append(str(sql))
        return original(self, sql, params)

    CursorWrapper.execute = counting  # type: ignore[method-assign]
    try:
        call(handler, case)
    finally:
        CursorWrapper.execute = original  # type: ignore[method-assign]
    return sum(not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "PRAGMA")) for sql in seen)


def weight(case: Case) -> list[tuple[str, int, int, int]]:
    """(file, plain, gzip, brotli) in bytes for a page and every style sheet and script that it asks for."""
    html = call(WSGIHandler(), case)
    names = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', html.decode())
    names = [re.sub(r"\.[0-9a-f]{12}\.", ".", name) for name in names]
    imported = [
        "vendor/pico/pico.min.css",
        "css/tokens.css",
        "css/base.css",
        "css/components.css",
        "css/bodymap.css",
    ]
    rows = [("the page itself", html)]
    for name in dict.fromkeys([*names, *imported]):
        path = finders.find(name)
        if isinstance(path, str):
            with open(path, "rb") as file:  # noqa: PTH123
                rows.append((name, file.read()))
    return [
        (name, len(data), len(gzip.compress(data)), len(brotli.compress(data)))  # type: ignore[no-untyped-call]
        for name, data in rows
    ]


def report(rounds: int) -> str:
    """The tables as Markdown."""
    settings.ROOT_URLCONF = "benchmarks.urls"
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    found = cases(timezone.localdate())
    measure(found, rounds)
    floor = statistics.median(found[0].took_ms)
    lines = [
        "# Benchmarks",
        "",
        f"{connection.vendor}, {rounds} rounds, pages taking turns in one process. Written by `make bench`.",
        "",
        f"| request | p50 ms | p95 ms | queries | x the empty page | aim {AIM:g} |",
        "|---|---|---|---|---|---|",
    ]
    for case in found:
        p50, p95 = statistics.median(case.took_ms), statistics.quantiles(case.took_ms, n=20)[-1]
        ratio = p50 / floor
        met = "" if case is found[0] else "met" if ratio <= AIM else "**not met**"
        lines.append(f"| {case.name} | {p50:.2f} | {p95:.2f} | {case.queries} | {ratio:.1f} | {met} |")
    rows = weight(found[1])
    total = [sum(sizes) for sizes in zip(*(row[1:] for row in rows), strict=True)]
    lines += ["", "| Today, first visit, without pictures | bytes | gzip | brotli |", "|---|---|---|---|"]
    lines += [f"| {name} | {plain} | {zipped} | {smaller} |" for name, plain, zipped, smaller in rows]
    lines += [f"| **all** (aim 60,000) | {total[0]} | {total[1]} | {total[2]} |", ""]
    connections.close_all()
    return "\n".join(lines)
