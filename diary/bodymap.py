"""The shapes of the body map: plain values, no Django. Made by scripts/make-bodymap, kept in one data file.

Sides are the person's own. In `front` and `face` the person looks at us, so their left is at the right of the
picture; `back` and the hands are seen as the person sees them.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

DATA = Path(__file__).with_name("bodymap_data.json")


@dataclass(frozen=True, slots=True)
class Region:
    """One place of a view: SVG path data of what is seen and of the larger area that takes a tap."""

    location: str
    side: str
    shape: str
    hit: str

    @property
    def key(self) -> str:
        """A short name for styles: `calf-left`."""
        return f"{self.location}-{self.side}" if self.side else self.location


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of a view that opens another view, because its places are too small here."""

    view: str
    shape: str
    hit: str


@dataclass(frozen=True, slots=True)
class View:
    """One picture: its viewBox, what is only drawn, and what takes a tap."""

    id: str
    box: str
    backdrop: str
    lines: str
    regions: tuple[Region, ...]
    zones: tuple[Zone, ...]


class _Stored(TypedDict):
    """A view as the data file holds it."""

    box: str
    backdrop: str
    lines: str
    regions: list[dict[str, str]]
    zones: list[dict[str, str]]


def _load() -> dict[str, View]:
    stored: dict[str, _Stored] = json.loads(DATA.read_text(encoding="utf-8"))
    return {
        name: View(
            id=name,
            box=row["box"],
            backdrop=row["backdrop"],
            lines=row["lines"],
            regions=tuple(Region(**region) for region in row["regions"]),
            zones=tuple(Zone(**zone) for zone in row["zones"]),
        )
        for name, row in stored.items()
    }


VIEWS: dict[str, View] = _load()
