"""The diary as a FHIR R4 bundle after the HL7 Symptoms guide, for records of a clinic.

A twitch is a SymptomObservation, a day marked "no twitches" a SymptomAbsentObservation: an explicit zero, which a
day that nobody recorded is not. A sign is one or the other by its answer. Sleep, caffeine and the like stay out:
the guide has no place for them. Nothing here is a diagnosis.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from diary.export import rows
from diary.export.codes import (
    FREQUENCY,
    REGIONS,
    SEVERITIES,
    SEVERITY,
    SIDES,
    SIGNS,
    SYMPTOM,
    SYMPTOM_ABSENT,
    SYMPTOM_CATEGORY,
    TREND,
    TWITCH,
    Code,
    concept,
)
from diary.export.json_file import in_blocks
from diary.export.sections import Row
from diary.models import Diarist, HowOften, Strength, place_name
from diary.signs import ANSWERS, COURSES
from diary.signs import SIGNS as SIGN_TABLE

PROFILES = "http://hl7.org/fhir/uv/symptoms/StructureDefinition"
BODY_SITE = "http://hl7.org/fhir/StructureDefinition/bodySite"
NAMESPACE = uuid.UUID("b7a1c1d6-0f0e-4c4e-9b5b-6c7f2a0c9a52")

type Resource = dict[str, Any]

dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def bundle(diarist: Diarist, now: dt.datetime) -> Iterator[bytes]:
    """The bundle in pieces; however long the diary is, one piece is held at a time."""
    return in_blocks(_lines(diarist, now))


def _lines(diarist: Diarist, now: dt.datetime) -> Iterator[str]:
    head = {"resourceType": "Bundle", "type": "collection", "timestamp": now.isoformat(timespec="seconds")}
    yield dumps(head)[:-1] + ',"entry":[\n'
    yield from rows.as_lines(map(_entry, resources(diarist, now.date())), dumps)
    yield "]}\n"


def resources(diarist: Diarist, today: dt.date) -> Iterator[Resource]:
    """The person, the places of their body, and what they noted."""
    patient = str(uuid.uuid5(NAMESPACE, f"patient {diarist.pk}"))
    name = [{"text": diarist.name}] if diarist.name else []
    yield {"resourceType": "Patient", "id": patient} | ({"name": name} if name else {})
    subject = {"reference": f"urn:uuid:{patient}"}
    sites = Sites(diarist, subject)
    yield from sites.resources()
    for row in rows.episodes(diarist):
        yield _twitch(row, subject, sites)
    for row in rows.days(diarist):
        if row.get("no_twitches"):
            yield _no_twitches(row, subject, diarist)
    for row in rows.checks(diarist):
        if row["answer"] != "unsure":
            yield _sign(row, subject, sites)
    for row in rows.medicines(diarist):
        yield _medicine(row, subject, today)


class Sites:
    """The places of a diary as BodyStructures: R4 has nowhere else for left and right."""

    def __init__(self, diarist: Diarist, subject: Resource) -> None:
        self._subject = subject
        self._ids: dict[tuple[str, str], str] = {}
        for found in (diarist.episodes, diarist.sign_checks):
            for place in found.exclude(location="").order_by().values_list("location", "side").distinct():
                self._ids[place] = str(uuid.uuid5(NAMESPACE, f"site {diarist.pk} {place}"))

    def resources(self) -> Iterator[Resource]:
        """One for each place, in the order of their names."""
        for (location, side), pk in sorted(self._ids.items()):
            site: Resource = {"resourceType": "BodyStructure", "id": pk, "patient": self._subject}
            text = place_name(location, side)
            site["location"] = concept(REGIONS.get(location), text=text)
            if side:
                site["locationQualifier"] = [concept(SIDES[side], text=side)]
            yield site

    def of(self, location: str, side: str) -> Resource:
        """The bodySite of an observation."""
        reference = {"reference": f"urn:uuid:{self._ids[location, side]}"}
        site = concept(REGIONS.get(location), text=place_name(location, side))
        return site | {"extension": [{"url": BODY_SITE, "valueReference": reference}]}


def _twitch(row: Row, subject: Resource, sites: Sites) -> Resource:
    found = _observation(row, subject, concept(*TWITCH, text="Muscle twitch"), is_absent=False)
    found |= _when_it_was(row)
    found["issued"] = _instant(row["recorded_at"])
    found["bodySite"] = sites.of(row["location"], row.get("side", ""))
    parts = []
    if (strength := row.get("strength")) is not None:
        words = concept(SEVERITIES[strength], text=f"{Strength(strength).label} ({strength}/4)")
        parts.append({"code": concept(SEVERITY), "valueCodeableConcept": words})
    if (how_often := row.get("how_often")) is not None:
        often = concept(text=str(HowOften(how_often).label))
        parts.append({"code": concept(FREQUENCY), "valueCodeableConcept": often})
    return found | ({"component": parts} if parts else {}) | _note(row)


def _when_it_was(row: Row) -> Resource:
    start = row["started_at"]
    if not row.get("start_time_known", True):
        return {"effectiveDateTime": row.get("date", start[:10])}
    seconds = row.get("duration_seconds")
    if seconds is None:
        return {"effectiveDateTime": _instant(start)}
    end = dt.datetime.fromisoformat(start) + dt.timedelta(seconds=seconds)
    return {"effectivePeriod": {"start": _instant(start), "end": _instant(end.isoformat())}}


def _no_twitches(row: Row, subject: Resource, diarist: Diarist) -> Resource:
    named = {"id": str(uuid.uuid5(NAMESPACE, f"day {diarist.pk} {row['date']}"))}
    value = concept(*TWITCH, text="Muscle twitch")
    found = _observation(named, subject, value, is_absent=True)
    return found | {"effectiveDateTime": row["date"]}


def _sign(row: Row, subject: Resource, sites: Sites) -> Resource:
    """A sign that is there, or a dated "no", which a doctor needs as much."""
    is_there = row["answer"] == "yes"
    value = concept(SIGNS.get(row["sign"]), text=gettext(SIGN_TABLE[row["sign"]].name))
    found = _observation(row, subject, value, is_absent=not is_there)
    since = row.get("since_on")
    found |= {"effectivePeriod": {"start": since}} if is_there and since else {"effectiveDateTime": row["date"]}
    found["issued"] = _instant(row["recorded_at"])
    if location := row.get("location"):
        found["bodySite"] = sites.of(location, row.get("side", ""))
    if is_there and (course := row.get("course")):
        words = concept(text=gettext(COURSES[course]))
        found["component"] = [{"code": concept(TREND), "valueCodeableConcept": words}]
    said = [gettext(ANSWERS["tired_only"])] if row["answer"] == "tired_only" else []
    return found | _note({"note": "\n".join(filter(None, [*said, row.get("note", "")]))})


def _medicine(row: Row, subject: Resource, today: dt.date) -> Resource:
    start, stop, now = row.get("started_on"), row.get("stopped_on"), today.isoformat()
    found: Resource = {
        "resourceType": "MedicationStatement",
        "id": _id_of(row),
        "status": "completed" if stop and stop < now else "intended" if start and start > now else "active",
        "medicationCodeableConcept": concept(text=row["name"]),
        "subject": subject,
    }
    period = {key: value for key, value in (("start", start), ("end", stop)) if value}
    return found | ({"effectivePeriod": period} if period else {})


def _observation(row: Row, subject: Resource, value: Resource, *, is_absent: bool) -> Resource:
    profile = "SymptomAbsentObservation" if is_absent else "SymptomObservation"
    code: Code = SYMPTOM_ABSENT if is_absent else SYMPTOM
    return {
        "resourceType": "Observation",
        "id": _id_of(row),
        "meta": {"profile": [f"{PROFILES}/{profile}"]},
        "status": "final",
        "category": [concept(SYMPTOM_CATEGORY)],
        "code": concept(code),
        "subject": subject,
        "performer": [subject],
        "valueCodeableConcept": value,
    }


def _note(row: Row) -> Resource:
    return {"note": [{"text": row["note"]}]} if row.get("note", "").strip() else {}


def _id_of(row: Row) -> str:
    """An id that FHIR allows; ids of other apps may be anything."""
    try:
        return str(uuid.UUID(row["id"]))
    except ValueError:
        return str(uuid.uuid5(NAMESPACE, row["id"]))


def _instant(text: str) -> str:
    """To the millisecond, which is as fine as every reader of FHIR goes."""
    at = dt.datetime.fromisoformat(text)
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")


def _entry(resource: Resource) -> Resource:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
