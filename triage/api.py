"""What the API says of the findings: the same as the pages, in the same words."""

import datetime as dt
import uuid
from typing import Any

from django.utils.translation import gettext
from ninja import Field, Router, Schema

from diary.api_access import AccessTokenAuth
from diary.api_problems import Problem, ProblemOut
from diary.middleware import DiaryRequest
from diary.models import place_name
from triage import scan
from triage.models import Finding
from triage.rules.findings import LEVELS
from triage.wording import places_of, say

router = Router(tags=["findings"])


class PlaceOut(Schema):
    """A place, as the diary stores it and in words."""

    location: str
    side: str | None
    place: str


class FindingOut(Schema):
    """One finding that still holds. `line` is it in one sentence."""

    id: uuid.UUID
    rule: str
    kind: str
    level: str = Field(json_schema_extra={"enum": list(LEVELS)})
    since: dt.date
    found_on: dt.date
    places: list[PlaceOut] = Field(description="Empty where it is about the whole diary.")
    name: str
    line: str
    sentence: str
    meaning: str
    to_do: str
    would_change: str
    discussed_on: dt.date | None = Field(
        description="When it was discussed with a doctor, while it is still the same."
    )


class FindingsOut(Schema):
    """What is found in the diary today. `quiet` means that nothing was found, and promises nothing."""

    date: dt.date
    level: str = Field(json_schema_extra={"enum": list(LEVELS)})
    findings: list[FindingOut]
    remark: str


@router.get(
    "/findings",
    auth=AccessTokenAuth("read"),
    response={200: FindingsOut, 503: ProblemOut},
    summary="Read what was found",
)
def read_findings(request: DiaryRequest) -> dict[str, Any]:
    """The open findings, the one that asks for most first, in the language of the diary."""
    try:
        now = scan.current(request.diarist, request.today)
    except scan.Restless as restless:
        raise Problem(503, gettext("The diary is being written in. Try again in a moment.")) from restless
    return {
        "date": request.today,
        "level": now.assessment.level,
        "findings": [shown(finding, request.today) for finding in now.findings],
        "remark": gettext("A diary, not a diagnosis. If you are worried, talk to a doctor."),
    }


def shown(finding: Finding, today: dt.date) -> dict[str, Any]:
    """A finding as the API says it."""
    said = say(finding, today)
    words = {
        name: getattr(said, name) for name in ("name", "line", "sentence", "meaning", "to_do", "would_change")
    }
    facts = {name: getattr(finding, name) for name in ("id", "rule", "kind", "level", "since")}
    return (
        words
        | facts
        | {
            "found_on": finding.opened_on,
            "places": [
                {"location": location, "side": side or None, "place": place_name(location, side)}
                for location, side in places_of(finding)
            ],
            "discussed_on": finding.acknowledged_on if finding.is_quiet else None,
        }
    )
