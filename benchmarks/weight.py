"""What a browser has to fetch for the first visit of a page, pictures aside."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass

import brotli
from django.core.handlers.wsgi import WSGIHandler

from benchmarks.requests import Case, answer

LINKED = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')
IMPORTED = re.compile(r'@import\s+(?:url\()?"([^"]+\.css)"')


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of one file: plain, compressed in the two ways, and as this server sends it to a browser."""

    name: str
    plain: int
    gzip: int
    brotli: int
    sent: int


def weights(case: Case) -> Iterator[Weight]:
    """The page itself, then every style sheet and script that it asks for, directly or by `@import`."""
    handler = WSGIHandler()
    html = plain(handler, case.path, case)
    yield weigh(handler, "the page itself", case.path, case)
    wanted, seen = LINKED.findall(html.decode()), set()
    while wanted:
        path = wanted.pop(0)
        if path in seen:
            continue
        seen.add(path)
        yield weigh(handler, re.sub(r"^/static/|\.[0-9a-f]{12}(?=\.)", "", path), path, case)
        if path.endswith(".css"):
            folder = path.rpartition("/")[0]
            wanted += [
                resolved(f"{folder}/{name}") for name in IMPORTED.findall(plain(handler, path, case).decode())
            ]


def resolved(path: str) -> str:
    """`/static/css/../vendor/x.css` without the way back."""
    parts: list[str] = []
    for part in path.split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def weigh(handler: WSGIHandler, name: str, path: str, case: Case) -> Weight:
    """One file in every form."""
    whole = plain(handler, path, case)
    sent = answer(handler, path, Case(name, path, case.cookie).environ())
    smaller = brotli.compress(whole)  # type: ignore[no-untyped-call]
    return Weight(name, len(whole), len(gzip.compress(whole)), len(smaller), len(sent))


def plain(handler: WSGIHandler, path: str, case: Case) -> bytes:
    """What a browser gets that takes nothing compressed."""
    environ = Case(path, path, case.cookie).environ()
    return answer(handler, path, environ | {"HTTP_ACCEPT_ENCODING": "identity"})
