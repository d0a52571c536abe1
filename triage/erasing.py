"""What was found at a place goes for good with the place's history. What still holds is found anew."""

from collections.abc import Mapping

from django.db import transaction

from diary.erasing import erased
from diary.models import Diarist
from triage.readings import readings
from triage.scan import findings_of

Place = tuple[str, str]


def forget(sender: object, diarist: Diarist, place: Place | None, **kwargs: object) -> None:
    """Delete every finding that names the place, and that it was discussed.

    What rests on an answer stays, for so does the answer. A whole account goes by the database's own keys. What
    this process keeps of the diary goes in any case.
    """
    pk = diarist.pk
    transaction.on_commit(lambda: readings.drop(pk))
    if place is None:
        return
    rows = findings_of(diarist).exclude(rule="signs")
    gone = [row.key for row in rows if (row.location, row.side) == place or names(row.evidence, place)]
    rows.filter(key__in=gone).delete()
    discussed = diarist.acknowledgements.exclude(key__startswith="signs:").values_list("key", flat=True)
    # Those that outlived their finding's row are known by their key alone.
    gone += [key for key in discussed if names(key.split(":"), place)]
    diarist.acknowledgements.filter(key__in=gone).delete()


def names(evidence: object, place: Place) -> bool:
    """Whether the place stands anywhere in the evidence, as `calf/left` or as location and side."""
    if isinstance(evidence, Mapping):
        is_it = evidence.get("location") == place[0] and (evidence.get("side") or "") == place[1]
        return is_it or any(names(value, place) for value in evidence.values())
    if isinstance(evidence, list):
        return any(names(value, place) for value in evidence)
    return isinstance(evidence, str) and evidence in {"/".join(place), place[0] if not place[1] else ""}


erased.connect(forget, dispatch_uid="triage forgets a place")
