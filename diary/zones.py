"""Time zones as people choose them, and the country that each belongs to; plain values, no Django.

Both come from the time zone database that the app brings along, so they are as new as its offsets.
"""

from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

# Old names that were merged into a zone of another country; guessing a country from them would be wrong.
_MERGED = frozenset(
    {
        "Africa/Asmera",
        "Africa/Timbuktu",
        "America/Coral_Harbour",
        "America/Virgin",
        "Antarctica/South_Pole",
        "Atlantic/Jan_Mayen",
        "Pacific/Ponape",
        "Pacific/Truk",
        "Pacific/Yap",
    }
)


@lru_cache(maxsize=1)
def current_zones() -> dict[str, str]:
    """The names in use today, each with its country's ISO 3166 code."""
    rows = [line.split("\t") for line in _lines("zone.tab")]
    return {row[2]: row[0] for row in sorted(rows, key=lambda row: row[2])}


@lru_cache(maxsize=1)
def old_zones() -> dict[str, str]:
    """Names that devices still send, such as `Asia/Calcutta`, each with the name in use today."""
    links = [line.split() for line in _lines("tzdata.zi") if line.startswith("L ")]
    known = current_zones()
    return {name: target for _, target, name in links if name not in known and target in known}


def country_of_zone(zone: str) -> str:
    """`DE` for `Europe/Berlin`; empty where a zone belongs to no country."""
    if zone in _MERGED:
        return ""
    return current_zones().get(old_zones().get(zone, zone), "")


def _lines(name: str) -> list[str]:
    folder: Traversable = resources.files("tzdata") / "zoneinfo"
    text = (folder / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
