"""`docs/scaling.md` says what is so: every index that is there for speed, and how long each list may be."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from diary import history
from diary.api import MOST_DAYS
from diary.body import LOCATIONS
from diary.push import MOST_DEVICES
from diary.tokens import MOST_TOKENS
from diary.views import check, medicines, transfer
from triage import sharing
from triage.summary.log import MOST_ENTRIES
from triage.views import appointments, patterns, share

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")


def part(title: str) -> str:
    """The text under a heading."""
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def ours() -> set[str]:
    """The indexes of our tables that are neither a key nor a constraint; without what Django adds to a name."""
    found = set()
    with connection.cursor() as cursor:
        for name in ("diary", "triage"):
            for model in apps.get_app_config(name).get_models():
                indexes = connection.introspection.get_constraints(cursor, model._meta.db_table)
                found |= {
                    re.sub(r"_id_[0-9a-f]{8}$", "", index)
                    for index, facts in indexes.items()
                    if facts["index"] and not facts["unique"] and not facts["primary_key"]
                }
    return found


@pytest.mark.django_db
def test_every_index_says_whom_it_serves() -> None:
    cells = re.findall(r"^\| (`[^|]+) \| [^|]{10,} \|$", part("Every index, and whom it serves"), re.MULTILINE)
    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == ours()


def test_the_lists_are_as_long_as_it_says() -> None:
    said = dict(
        re.findall(r"^\| ([^|]+) \| .+ \| ([^|]+) \|$", part("Every list, a page at a time"), re.MULTILINE)
    )
    numbers = {
        name: [int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", most)] for name, most in said.items()
    }
    assert numbers["days"] == [history.DAYS_A_PAGE]
    assert numbers["answers to signs"] == [check.PAGE_LENGTH]
    assert numbers["earlier findings"] == [patterns.EARLIER_A_PAGE]
    assert numbers["appointments"] == [appointments.ON_A_PAGE]
    assert numbers["share links"] == [share.ON_A_PAGE, share.SHOWN_OPENINGS, sharing.KEPT_OPENINGS]
    assert numbers["medicines taken before"] == [medicines.EARLIER_ON_A_PAGE]
    assert numbers["medicines taken now"] == [medicines.SHOWN_NOW]
    assert numbers["entries of a finding"] == [patterns.ENTRIES_SHOWN]
    assert numbers["imports"] == [transfer.LISTED]
    assert numbers["access tokens"] == [MOST_TOKENS]
    assert numbers["devices that remind"] == [MOST_DEVICES]
    assert numbers['places of "My spots"'] == [sum(1 + len(place.sides) for place in LOCATIONS.values())]
    assert numbers["API: days"] == [MOST_DAYS]
    assert numbers["the doctor's page"] == [MOST_ENTRIES]
