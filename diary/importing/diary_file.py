"""Reads the diary file, our own and those that keep to its format."""

from collections.abc import Callable, Iterator
from typing import IO, Any

from diary.body import gettext_noop
from diary.export.json_file import FORMAT, VERSION
from diary.export.sections import OWN, out_only, registered
from diary.importing.clean import Facts, canonical, settings_from
from diary.importing.entries import TABLES, Entry, Head, Refusal
from diary.importing.files import as_text
from diary.importing.json_stream import NOT_AN_OBJECT, START, members
from diary.importing.wrong import FileRefused, Wrong
from diary.moments import zone_names

LONGEST_REST = 200_000

OTHER_VERSION = gettext_noop("The file was made by a newer version of this diary.")
NOT_AN_ENTRY = gettext_noop("It is not an entry.")
TOO_MUCH_ELSE = gettext_noop("The file holds too much that this diary does not know.")


class DiaryFile:
    """A diary file. It is read twice: what stands at its top may come last."""

    def __init__(self, open_file: Callable[[], IO[bytes]]) -> None:
        self._open = open_file
        self._tables = {*TABLES, *registered()}
        self.head = Head()

    def entries(self, facts: Facts) -> Iterator[Entry | Refusal]:
        """All rows in the order of the file. Raises FileRefused."""
        number, table = 0, ""
        for name, value in members(as_text(self._open())):
            if name not in self._tables:
                continue
            number, table = (number if name == table else 0), name
            if value is START:
                continue
            number += 1
            if isinstance(value, dict):
                yield Entry(name, number, value)
            elif value is not None:
                yield Refusal(name, number, NOT_AN_ENTRY)

    def read_head(self, facts: Facts) -> None:
        """Fill `head`. Raises FileRefused for what is no diary file."""
        found, rest = self._top()
        if found.get("format") != FORMAT:
            raise FileRefused(NOT_AN_OBJECT)
        if found.get("version") != VERSION or isinstance(found["version"], bool):
            raise FileRefused(OTHER_VERSION)
        zone = found.get("time_zone")
        self.head.zone = zone if isinstance(zone, str) and zone in zone_names() else ""
        self.head.settings, more = settings_from(found.get("settings"), facts)
        if self.head.zone:
            self.head.settings["time_zone"] = self.head.zone
        if more:
            rest["settings"] = more
        try:
            self.head.extra = canonical(rest, LONGEST_REST)
        except Wrong as error:
            raise FileRefused(TOO_MUCH_ELSE) from error

    def _top(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What stands beside the tables: what the diary knows, and the rest."""
        found: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        passed_over = out_only()
        for name, value in members(as_text(self._open())):
            if name in self._tables or name in passed_over:
                continue
            into = found if name in OWN else rest
            if value is START:
                into[name] = []
            elif isinstance(into.get(name), list):
                into[name].append(value)
                refuse_long(len(into[name]))
            else:
                into[name] = value
                refuse_long(len(into))
        return found, rest


def refuse_long(count: int) -> None:
    """Raises FileRefused where the unknown part of a file has no end."""
    if count > LONGEST_REST // 10:
        raise FileRefused(TOO_MUCH_ELSE)
