"""The diary file: everything, in the format that `docs/diary-file.schema.json` describes, written as read."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator

from diary.export import rows
from diary.export.sections import Row, out_only, registered
from diary.models import Diarist

FORMAT = "muscle-twitch-diary"
VERSION = 1
BLOCK = 500

dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def diary_file(diarist: Diarist, now: dt.datetime) -> Iterator[bytes]:
    """The file in pieces of some kilobytes; however long the diary is, one piece is held at a time."""
    return in_blocks(_lines(diarist, now))


def in_blocks(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines put together, so that the web server is not woken for each."""
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) >= BLOCK:
            yield "".join(block).encode()
            block.clear()
    yield "".join(block).encode()


def _lines(diarist: Diarist, now: dt.datetime) -> Iterator[str]:
    beyond = rows.beyond(diarist)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": now.isoformat(timespec="seconds"),
        "time_zone": diarist.time_zone,
        "settings": beyond.pop("settings", {}) | rows.settings_of(diarist),
    }
    yield dumps(head)[:-1]
    yield from _list("episodes", rows.episodes(diarist))
    yield from _list("days", rows.days(diarist))
    yield from _list("checks", rows.checks(diarist))
    yield from _list("medicines", rows.medicines(diarist))
    others = {section.name: section.dump for section in registered().values()} | out_only()
    for name, dump in others.items():
        yield from _list(name, dump(diarist))
    for name, value in beyond.items():
        if name not in others:
            yield f",\n{dumps(name)}:{dumps(value)}"
    yield "}\n"


def _list(name: str, found: Iterable[Row]) -> Iterator[str]:
    yield f",\n{dumps(name)}:[\n"
    yield from rows.as_lines(found, dumps)
    yield "]"
