"""A large JSON object read member by member and its lists item by item, so that memory holds one item at a time.

The standard decoder does the work; this only finds where the next value begins and reads on when one is cut.
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

from diary.body import gettext_noop
from diary.importing.files import NOT_UTF8
from diary.importing.wrong import FileRefused

READ_AT_ONCE = 1 << 16
# One row of a diary has some hundred characters; a text of 2000 and what others add fit as well.
LONGEST_VALUE = 1 << 20
LONGEST_CUT = 3

NOT_JSON = gettext_noop("The file is not valid JSON (near character %(at)s).")
TOO_DEEP = gettext_noop("The file is nested too deeply.")
NOT_AN_OBJECT = gettext_noop("The file is JSON, but not a diary file.")


class Text(Protocol):
    """What a text is read from."""

    def read(self, size: int, /) -> str:
        """At most so many characters; "" at the end."""


class Start:
    """Stands for the beginning of a list."""


START = Start()


def members(file: Text) -> Iterator[tuple[str, Any]]:
    """(name, value) of each member of the object in `file`; for a list (name, START), then each item.

    Raises FileRefused.
    """
    reader = _Reader(file)
    if reader.peek() != "{":
        raise FileRefused(NOT_AN_OBJECT)
    reader.skip()
    if reader.peek() == "}":
        reader.skip()
    else:
        while True:
            name = reader.value()
            if not isinstance(name, str):
                reader.refuse()
            reader.expect(":")
            if reader.peek() == "[":
                yield name, START
                yield from ((name, item) for item in _items(reader))
            else:
                yield name, reader.value()
            if reader.one_of(",}") == "}":
                break
    if reader.peek():
        reader.refuse()


def _items(reader: "_Reader") -> Iterator[Any]:
    reader.skip()
    if reader.peek() == "]":
        reader.skip()
        return
    while True:
        yield reader.value()
        if reader.one_of(",]") == "]":
            return


class _Reader:
    def __init__(self, file: Text) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._gone = 0
        self._is_all = False
        self._decoder = json.JSONDecoder(parse_constant=self._no_constant)

    def peek(self) -> str:
        """The next character that is no white space; "" at the end."""
        while True:
            while self._at < len(self._text):
                character = self._text[self._at]
                if character not in " \t\r\n":
                    return character
                self._at += 1
            if not self._more():
                return ""

    def skip(self) -> None:
        """Go past the character that was peeked at."""
        self._at += 1

    def expect(self, character: str) -> None:
        """Go past `character`. Raises FileRefused where there is another."""
        self.one_of(character)

    def one_of(self, characters: str) -> str:
        """Go past one of `characters` and say which it was."""
        found = self.peek()
        if not found or found not in characters:
            self.refuse()
        self.skip()
        return found

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise FileRefused(TOO_DEEP) from None
            except ValueError:
                # Perhaps it is only cut.
                if len(self._text) - self._at > LONGEST_VALUE or not self._more():
                    self.refuse()
                continue
            # A number near the end of what was read may go on: of "1e+" the decoder takes the 1.
            length = end - self._at
            if len(self._text) - end < LONGEST_CUT and self._more():
                continue
            self._at += length
            return value

    def refuse(self) -> NoReturn:
        """Raises FileRefused with the place."""
        raise FileRefused(NOT_JSON, at=self._gone + self._at + 1)

    def _more(self) -> bool:
        """Read on, twice as much as is held, so that a long value is not decoded again and again."""
        if self._is_all:
            return False
        self._text = self._text[self._at :]
        self._gone += self._at
        self._at = 0
        try:
            more = self._file.read(max(READ_AT_ONCE, len(self._text)))
        except UnicodeDecodeError:
            raise FileRefused(NOT_UTF8) from None
        self._is_all = not more
        self._text += more
        return bool(more)

    def _no_constant(self, name: str) -> NoReturn:
        raise ValueError(name)
