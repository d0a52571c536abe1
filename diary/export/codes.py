"""The codes of medical terminologies that may be written into a FHIR bundle: one table, plain values, no Django.

`verified` says that a code was checked against a release of its terminology or the HL7 Symptoms guide; only those
go out (docs/decisions/0033-codes-in-fhir.md). The others stand here so that nobody adds them by mistake. There is
no code of a diagnosis here, and there must never be one: a diary notes what somebody feels.
"""

from dataclasses import dataclass
from typing import Any

from diary.body import LOCATIONS

SNOMED = "http://snomed.info/sct"
HPO = "http://human-phenotype-ontology.org"
LOINC = "http://loinc.org"
SYMPTOMS = "http://hl7.org/fhir/uv/symptoms/CodeSystem/SymptomTemporary"


@dataclass(frozen=True, slots=True)
class Code:
    """One concept of a terminology."""

    system: str
    code: str
    display: str
    verified: bool = True


TWITCH = (Code(SNOMED, "82470000", "Fasciculation"), Code(HPO, "HP:0002380", "Fasciculations"))
SYMPTOM = Code(LOINC, "75325-1", "Symptom")
SYMPTOM_ABSENT = Code(LOINC, "111551-8", "Symptom absent")
SYMPTOM_CATEGORY = Code(SYMPTOMS, "symptom", "Symptom")
SEVERITY = Code(LOINC, "64750-3", "Severity of symptoms")
FREQUENCY = Code(LOINC, "104156-5", "Condition frequency - Reported")
TREND = Code(LOINC, "89253-9", "Trend")

_MILD = Code(SNOMED, "255604002", "Mild")
_MODERATE = Code(SNOMED, "6736007", "Moderate")
_SEVERE = Code(SNOMED, "24484000", "Severe")
# Our four anchored words have no codes; the nearest of three stands beside them.
SEVERITIES = {1: _MILD, 2: _MILD, 3: _MODERATE, 4: _SEVERE}
SIDES = {
    "left": Code(SNOMED, "7771000", "Left"),
    "right": Code(SNOMED, "24028007", "Right"),
    "middle": Code(SNOMED, "260528009", "Median", verified=False),
}
REGIONS = {place.id: Code(SNOMED, place.snomed_region, "") for place in LOCATIONS.values() if place.snomed_region}
# What a "yes" to a sign means, as far as a code says the same; the others go out in words alone.
SIGNS = {
    "stairs": Code(SNOMED, "282195009", "Difficulty climbing stairs"),
    "walk": Code(SNOMED, "719232003", "Difficulty walking"),
    "speech": Code(SNOMED, "8011004", "Dysarthria"),
    "swallow": Code(SNOMED, "40739000", "Dysphagia"),
    "breathless_rest": Code(SNOMED, "267036007", "Dyspnea"),
    "breathing_flat": Code(SNOMED, "267036007", "Dyspnea"),
    "thinner": Code(SNOMED, "74035001", "Muscle atrophy"),
    "reflexes": Code(SNOMED, "106146005", "Reflex finding"),
    "sudden_weakness": Code(SNOMED, "26544005", "Muscle weakness"),
    "rapid_weakness": Code(SNOMED, "26544005", "Muscle weakness"),
    "write": Code(SNOMED, "102938007", "Difficulty writing", verified=False),
}

ALL = (
    *TWITCH,
    SYMPTOM,
    SYMPTOM_ABSENT,
    SYMPTOM_CATEGORY,
    SEVERITY,
    FREQUENCY,
    TREND,
    *SEVERITIES.values(),
    *SIDES.values(),
    *REGIONS.values(),
    *SIGNS.values(),
)


def concept(*codes: Code | None, text: str = "") -> dict[str, Any]:
    """A CodeableConcept: the codes that are verified, and words."""
    found: dict[str, Any] = {}
    coding = [
        {"system": code.system, "code": code.code} | ({"display": code.display} if code.display else {})
        for code in codes
        if code is not None and code.verified
    ]
    if coding:
        found["coding"] = coding
    if text:
        found["text"] = text
    return found
