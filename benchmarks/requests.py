"""Requests as the web server hands them over, straight into the whole stack: no test client in between."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

TOKEN = "a" * 32
# What Chromium says when one's own page is opened.
BROWSER = {
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
    "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9,de;q=0.8",
    "HTTP_SEC_FETCH_DEST": "document",
    "HTTP_SEC_FETCH_MODE": "navigate",
    "HTTP_SEC_FETCH_SITE": "same-origin",
    "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari",
}
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://localhost:8000/", "HTTP_HX_TARGET": "log"}


@dataclass(slots=True)
class Case:
    """One kind of request, and what each round of it took in milliseconds, on the clock and of the processor.

    `form` gives the fields of a POST as htmx sends it; `after` puts things back before the next round. `first_ms`
    is what the first look after a write took, on the clock.
    """

    name: str
    path: str
    cookie: str
    form: Callable[[], dict[str, str]] | None = None
    after: Callable[[], object] | None = None
    aim: float | None = None
    clock_ms: list[float] = field(default_factory=list)
    processor_ms: list[float] = field(default_factory=list)
    first_ms: list[float] = field(default_factory=list)

    def environ(self) -> dict[str, Any]:
        """The request; made before the clock starts."""
        path, _, query = self.path.partition("?")
        body = urlencode(self.form()).encode() if self.form else b""
        cookie = f"{settings.CSRF_COOKIE_NAME}={TOKEN}; zone=Europe/Berlin; {self.cookie}"
        return {
            **BROWSER,
            **(HTMX | {"HTTP_X_CSRFTOKEN": TOKEN, "HTTP_ORIGIN": "http://localhost:8000"} if self.form else {}),
            "REQUEST_METHOD": "POST" if self.form else "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost:8000",
            "HTTP_COOKIE": cookie,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }


def answer(handler: WSGIHandler, name: str, environ: dict[str, Any]) -> bytes:
    """The body that the whole stack answers with; anything but success is a fault of the benchmark."""
    status: list[str] = []

    def start(line: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
        status.append(line)
        return lambda data: None

    response: Iterable[bytes] = handler(environ, start)
    body = b"".join(response)
    response.close()  # type: ignore[attr-defined]
    if not status[0].startswith("200"):
        raise SystemExit(f"{name}: {status[0]}")
    return body
