"""Parts of the diary file that other apps own: an app that keeps rows of a person registers them here, from its
AppConfig.ready(), and they go out with every export and come back with every import.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from diary.models import Diarist

type Row = dict[str, Any]
type Dump = Callable[[Diarist], Iterable[Row]]

# The names that the diary itself uses at the top of a file.
OWN = frozenset(
    {
        "format",
        "version",
        "exported_at",
        "time_zone",
        "settings",
        "episodes",
        "days",
        "checks",
        "medicines",
    }
)


@dataclass(frozen=True, slots=True)
class Section:
    """A list at the top of the diary file, under `name`; `label` is what the preview of an import calls it.

    `dump` gives the rows of a person in an order that is always the same. `check` says in words why a row of a
    file can't be taken, "" where it can. `key` tells rows of one person apart: a row whose key is there is known.
    `load` stores new rows, inside the transaction of the import, and gives back an id for each (text or number);
    `unload` takes back the rows with these ids. Neither counts up the revision: the import does.
    """

    name: str
    label: str | Promise
    dump: Dump
    check: Callable[[Row], str]
    key: Callable[[Row], str]
    load: Callable[[Diarist, Sequence[Row]], Sequence[str | int]]
    unload: Callable[[Diarist, Sequence[str | int]], object]


_sections: dict[str, Section] = {}
_out_only: dict[str, Dump] = {}


def register(section: Section) -> None:
    """Make a section part of every diary file. Raises ValueError when its name is taken."""
    _refuse_taken(section.name)
    _sections[section.name] = section


def register_out_only(name: str, dump: Dump) -> None:
    """A list that goes out and is passed over when it comes in: it tells what only the account that wrote it has.

    Raises ValueError when its name is taken.
    """
    _refuse_taken(name)
    _out_only[name] = dump


def _refuse_taken(name: str) -> None:
    if name in OWN or name in _sections or name in _out_only:
        raise ValueError(name)


def unregister(name: str) -> None:
    """Take a section out again; for tests."""
    del _sections[name]


def registered() -> dict[str, Section]:
    """All sections by name, in the order of their names."""
    return dict(sorted(_sections.items()))


def out_only() -> dict[str, Dump]:
    """The lists that only go out by name, in the order of their names."""
    return dict(sorted(_out_only.items()))
