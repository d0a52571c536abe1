"""The FHIR bundle: valid, only codes that were checked, an explicit zero for a day without, never a diagnosis."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from diary.body import LOCATIONS
from diary.export import codes
from diary.export.fhir import bundle
from diary.models import Diarist
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_import_diary_file import full_diary
from tests.diary.transfers import brought_in, twitch, written_file

ROOT = Path(__file__).resolve().parents[2]
DATE = dt.date(2026, 3, 1)


def bundle_of(diarist: Diarist) -> dict[str, Any]:
    """The bundle, read and validated."""
    text = b"".join(bundle(diarist, NOW))
    Bundle.model_validate_json(text)
    found: dict[str, Any] = json.loads(text)
    return found


def resources_of(diarist: Diarist, kind: str = "Observation") -> list[dict[str, Any]]:
    """The resources of a type."""
    found = (entry["resource"] for entry in bundle_of(diarist)["entry"])
    return [resource for resource in found if resource["resourceType"] == kind]


def codings_in(value: Any) -> list[tuple[str, str]]:
    """Every (system, code) anywhere."""
    if isinstance(value, dict):
        own = [(value["system"], value["code"])] if {"system", "code"} <= value.keys() else []
        return own + [pair for item in value.values() for pair in codings_in(item)]
    return [pair for item in value for pair in codings_in(item)] if isinstance(value, list) else []


def test_a_full_diary_is_a_valid_bundle_of_verified_codes(alice: Diarist) -> None:
    full_diary(alice)
    for number, location in enumerate(LOCATIONS.values()):
        for side in ("", *location.sides):
            episode_at(alice, "2026-04-01", f"10:{number:02}", location=location.id, side=side, strength=4)
    for sign in codes.SIGNS:
        alice.sign_checks.create(date=DATE, sign=sign, answer="yes", recorded_at=NOW)
    sent = set(codings_in(bundle_of(alice)))
    verified = {(code.system, code.code) for code in codes.ALL if code.verified}
    assert sent <= verified
    assert {code.code for code in codes.REGIONS.values()} <= {code for _, code in sent}
    assert not {code.code for code in codes.ALL if not code.verified} & {code for _, code in sent}


def test_an_unverified_code_does_not_go_out() -> None:
    unsure = codes.Code(codes.SNOMED, "71341001", "Femur, not quadriceps", verified=False)
    assert codes.concept(unsure, text="Thigh") == {"text": "Thigh"}
    assert any(not code.verified for code in codes.ALL)


def test_a_twitch_is_a_symptom_with_its_place_and_its_time(alice: Diarist) -> None:
    episode = episode_at(
        alice, "2026-03-01", "22:15", strength=3, how_often=2, duration_seconds=900, note="on the sofa"
    )
    (found,) = resources_of(alice)
    assert found["id"] == str(episode.pk)
    assert found["meta"]["profile"] == ["http://hl7.org/fhir/uv/symptoms/StructureDefinition/SymptomObservation"]
    assert found["code"]["coding"][0]["code"] == "75325-1"
    assert [coding["code"] for coding in found["valueCodeableConcept"]["coding"]] == ["82470000", "HP:0002380"]
    assert found["effectivePeriod"] == {"start": "2026-03-01T22:15:00+01:00", "end": "2026-03-01T22:30:00+01:00"}
    assert found["issued"] == "2026-11-23T20:40:00+00:00"
    severity, frequency = found["component"]
    assert severity["code"]["coding"][0]["code"] == "64750-3"
    assert severity["valueCodeableConcept"]["coding"][0]["code"] == "6736007"
    assert severity["valueCodeableConcept"]["text"] == "moves the part (3/4)"
    assert frequency["valueCodeableConcept"] == {"text": "many times"}
    assert found["note"] == [{"text": "on the sofa"}]


def test_left_and_right_are_kept_apart(alice: Diarist) -> None:
    episode_at(alice, "2026-03-01", side="left")
    episode_at(alice, "2026-03-02", side="right")
    episode_at(alice, "2026-03-03", location="neck_back", side="middle")
    sites = {f"urn:uuid:{site['id']}": site for site in resources_of(alice, "BodyStructure")}
    texts, qualifiers = [], []
    for found in resources_of(alice):
        site = sites[found["bodySite"]["extension"][0]["valueReference"]["reference"]]
        assert found["bodySite"]["coding"] == site["location"]["coding"]
        texts.append(found["bodySite"]["text"])
        qualifiers.append([coding["code"] for coding in site["locationQualifier"][0].get("coding", [])])
    assert texts == ["Left calf", "Right calf", "Back of the neck, middle"]
    assert qualifiers == [["7771000"], ["24028007"], []]


def test_a_marked_day_is_an_absent_symptom_and_an_open_day_is_nothing(alice: Diarist) -> None:
    alice.days.create(date=DATE, no_twitches=True)
    alice.days.create(date=dt.date(2026, 3, 2), sleep_hours=6)
    (found,) = resources_of(alice)
    assert found["code"]["coding"][0]["code"] == "111551-8"
    assert found["meta"]["profile"][0].endswith("/SymptomAbsentObservation")
    assert found["effectiveDateTime"] == "2026-03-01"
    assert "bodySite" not in found


def test_a_time_that_nobody_knows_is_only_a_date(alice: Diarist) -> None:
    episode_at(alice, "2026-03-01", start_time_known=False, duration_seconds=600)
    (found,) = resources_of(alice)
    assert found["effectiveDateTime"] == "2026-03-01"
    assert "effectivePeriod" not in found


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ("yes", "75325-1", None),
        ("no", "111551-8", None),
        ("tired_only", "111551-8", "It feels tired, but I can do everything"),
    ],
)
def test_a_sign_is_there_or_absent_with_its_date(alice: Diarist, answer: str, code: str, said: str | None) -> None:
    alice.sign_checks.create(date=DATE, sign="stairs", answer=answer, recorded_at=NOW, course="worse")
    (found,) = resources_of(alice)
    assert found["code"]["coding"][0]["code"] == code
    assert found["effectiveDateTime"] == "2026-03-01"
    assert found["valueCodeableConcept"]["coding"][0]["code"] == "282195009"
    assert found["valueCodeableConcept"]["text"] == "Stairs and chairs"
    assert [note["text"] for note in found.get("note", [])] == ([said] if said else [])
    assert ("component" in found) == (answer == "yes")


def test_an_answer_that_is_unsure_says_neither(alice: Diarist) -> None:
    alice.sign_checks.create(date=DATE, sign="stairs", answer="unsure", recorded_at=NOW)
    assert resources_of(alice) == []


def test_medicines_have_their_days(alice: Diarist) -> None:
    alice.medicines.create(name="A", started_on=DATE, stopped_on=dt.date(2026, 3, 9))
    alice.medicines.create(name="B")
    alice.medicines.create(name="C", started_on=dt.date(2026, 12, 1))
    found = resources_of(alice, "MedicationStatement")
    assert [row["status"] for row in found] == ["completed", "active", "intended"]
    assert found[0]["effectivePeriod"] == {"start": "2026-03-01", "end": "2026-03-09"}


def test_ids_of_other_apps_become_ids_of_fhir(alice: Diarist) -> None:
    brought_in(alice, written_file(episodes=[twitch(id="my own / id ü")]))
    (found,) = resources_of(alice)
    assert len(found["id"]) == 36


def test_no_code_of_a_diagnosis_is_anywhere_in_the_code() -> None:
    # Motor neurone disease in ICD-10-CM, ICD-10, SNOMED CT and HPO's usual disease ids.
    forbidden = ("G12.21", "G12.2", "86044005", "37340000", "ORPHA:803", "OMIM:105400")
    for folder in ("diary", "triage", "config", "templates", "static/js"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in {".py", ".html", ".js", ".json"}:
                text = path.read_text(encoding="utf-8")
                assert not [code for code in forbidden if code in text], path
