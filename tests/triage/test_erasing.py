"""The history of a spot deleted for good takes along what was found there."""

import datetime as dt

import pytest

from diary import erasing, timeline_rows
from diary.models import Diarist, SignCheck
from diary.shelf import shelf
from tests.triage.test_scan import answer, twitch
from triage import scan
from triage.erasing import names
from triage.readings import readings

TODAY = dt.date(2026, 11, 23)


def found(diarist: Diarist) -> set[tuple[str, str]]:
    """The places of what is stored."""
    return set(scan.findings_of(diarist).values_list("location", "side"))


def test_only_what_names_the_place_and_only_of_that_person(alice: Diarist, charlie: Diarist) -> None:
    for person in (alice, charlie):
        for back in range(15, -1, -1):
            twitch(person, back)
            twitch(person, back, "shin")
            twitch(person, back, "lid_upper", "right")
        scan.current(Diarist.objects.get(pk=person.pk), TODAY)
    before = found(charlie)
    assert {("calf", "left"), ("lid_upper", "right")} <= before
    # The calf's finding rests on the shin too: its evidence names both.
    erasing.erase_spot(alice, "shin", "left")
    assert ("calf", "left") not in found(alice)
    assert ("lid_upper", "right") in found(alice)
    assert found(charlie) == before


def test_what_still_holds_is_found_again(alice: Diarist) -> None:
    for back in range(15, -1, -1):
        twitch(alice, back)
        twitch(alice, back, "shin")
    scan.current(Diarist.objects.get(pk=alice.pk), TODAY)
    erasing.erase_spot(alice, "shin", "left")
    (again,) = scan.current(Diarist.objects.get(pk=alice.pk), TODAY).findings
    assert (again.location, again.since) == ("calf", TODAY - dt.timedelta(days=15))
    assert not names(again.evidence, ("shin", "left"))


def test_that_it_was_discussed_goes_too(alice: Diarist, charlie: Diarist) -> None:
    for back in range(15, -1, -1):
        twitch(alice, back)
        twitch(alice, back, "lid_upper", "right")
    scan.current(Diarist.objects.get(pk=alice.pk), TODAY)
    scan.acknowledge(alice, [row.pk for row in scan.findings_of(alice)], TODAY)
    for person in (alice, charlie):
        person.acknowledgements.create(key="persistence:calf/left:2020-01-01", kind="flag", on=TODAY)
    assert len([key for key in discussed(alice) if "calf/left" in key]) == 2
    erasing.erase_spot(alice, "calf", "left")
    assert [key.split(":")[:2] for key in discussed(alice)] == [["persistence", "lid_upper/right"]]
    assert len(discussed(charlie)) == 1


def discussed(diarist: Diarist) -> list[str]:
    """The keys of what was discussed with a doctor."""
    return sorted(diarist.acknowledgements.values_list("key", flat=True))


def test_what_rests_on_an_answer_stays_as_the_answer_does(alice: Diarist) -> None:
    answer(alice, 1, "thinner")
    SignCheck.objects.update(location="calf", side="left")
    twitch(alice, 0)
    scan.current(Diarist.objects.get(pk=alice.pk), TODAY)
    assert ("calf", "left") in found(alice)
    scan.acknowledge(alice, [row.pk for row in scan.findings_of(alice)], TODAY)
    erasing.erase_spot(alice, "calf", "left")
    assert set(scan.findings_of(alice).values_list("rule", flat=True)) == {"signs"}
    assert len(discussed(alice)) == 1


def test_a_day_leaves_findings_to_the_next_look(alice: Diarist) -> None:
    for back in range(15, -1, -1):
        twitch(alice, back)
    scan.current(Diarist.objects.get(pk=alice.pk), TODAY)
    for back in range(16):
        erasing.erase_day(alice, TODAY - dt.timedelta(days=back))
    assert scan.current(Diarist.objects.get(pk=alice.pk), TODAY).findings == []
    assert scan.findings_of(alice).get().closed_why == "withdrawn"


@pytest.mark.parametrize(
    ("evidence", "is_named"),
    [
        ({"sites": ["calf/left", "shin/left"]}, True),
        ({"places": [{"location": "calf", "side": "left", "days": 3}]}, True),
        ({"order": {"first": "calf/left"}}, True),
        ({"sites": ["calf/right", "calf"]}, False),
        ({"places": [{"location": "calf", "side": None}], "days": 3}, False),
        ({}, False),
    ],
)
def test_every_shape_of_evidence_is_read(evidence: object, is_named: bool) -> None:
    assert names(evidence, ("calf", "left")) is is_named


def test_a_place_without_a_side() -> None:
    assert names({"places": [{"location": "calf", "side": None}]}, ("calf", ""))
    assert names({"sites": ["calf"]}, ("calf", ""))
    assert names({"sites": ["calf/"]}, ("calf", ""))
    assert not names({"sites": ["", "calf/left"]}, ("calf", ""))


ERASE = {
    "a day": lambda diarist: erasing.erase_day(diarist, TODAY),
    "a spot": lambda diarist: erasing.erase_spot(diarist, "calf", "left"),
    "an account": lambda diarist: erasing.erase_account(diarist.user),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ERASE)
def test_nothing_of_it_stays_in_the_memory_of_the_process(alice: Diarist, charlie: Diarist, what: str) -> None:
    for person in (alice, charlie):
        for back in range(15, -1, -1):
            twitch(person, back)
        person.refresh_from_db()
        scan.current(person, TODAY)
        shelf.put(person, ("a page",), "on the sofa")
        timeline_rows.rows_of(person, timeline_rows.Span(dt.date(2026, 1, 1), TODAY, None), None, TODAY)
    mine, others = alice.pk, charlie.pk
    assert kept_of(mine) == kept_of(others) == (1, 1, 2, 1)
    ERASE[what](alice)
    assert kept_of(mine) == (0, 0, 0, 0)
    assert kept_of(others) == (1, 1, 2, 1)


def kept_of(diarist_id: int) -> tuple[int, int, int, int]:
    """How many pages, ranges, old parts of them and readings of one person are kept."""
    return (
        sum(key[0] == diarist_id for key in shelf._kept),
        sum(key[0] == diarist_id for key in timeline_rows._kept),
        timeline_rows.old_parts.count(diarist_id) + timeline_rows.old_onsets.count(diarist_id),
        sum(key == diarist_id for key in readings._kept),
    )
