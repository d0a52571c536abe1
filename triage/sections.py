"""What triage adds to the diary file: visits to a doctor, and what was discussed there."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diary.export.sections import Row, Section, register
from diary.models import NOTE_LENGTH, Diarist
from diary.moments import parse_date
from triage.models import Acknowledgement, Appointment
from triage.rules.findings import LEVEL_OF_KIND


def _appointments(diarist: Diarist) -> Iterator[Row]:
    for row in diarist.appointments.order_by("date", "id").iterator():
        yield {"date": row.date.isoformat(), "note": row.note}


def _wrong_appointment(row: Row) -> str:
    note = row.get("note", "")
    if not isinstance(note, str) or len(note) > NOTE_LENGTH or "\0" in note:
        return gettext("The note is no text, or too long.")
    return _wrong_date(row.get("date"))


def _load_appointments(diarist: Diarist, rows: Sequence[Row]) -> list[str]:
    made = [
        Appointment(id=uuid.uuid4(), diarist=diarist, date=parse_date(row["date"]), note=row.get("note", ""))
        for row in rows
    ]
    return [str(row.pk) for row in Appointment.objects.bulk_create(made)]


def _unload_appointments(diarist: Diarist, ids: Sequence[str | int]) -> None:
    diarist.appointments.filter(pk__in=ids).delete()


def _acknowledgements(diarist: Diarist) -> Iterator[Row]:
    for row in diarist.acknowledgements.order_by("key").iterator():
        yield {"finding": row.key, "kind": row.kind, "on": row.on.isoformat()}


def _wrong_acknowledgement(row: Row) -> str:
    key = row.get("finding")
    if not isinstance(key, str) or not 0 < len(key) <= 120 or "\0" in key or row.get("kind") not in LEVEL_OF_KIND:
        return gettext("The finding is not named as this diary names one.")
    return _wrong_date(row.get("on"))


def _load_acknowledgements(diarist: Diarist, rows: Sequence[Row]) -> list[int]:
    made = [
        Acknowledgement(diarist=diarist, key=row["finding"], kind=row["kind"], on=parse_date(row["on"]))
        for row in rows
    ]
    return [row.pk for row in Acknowledgement.objects.bulk_create(made)]


def _unload_acknowledgements(diarist: Diarist, ids: Sequence[str | int]) -> None:
    diarist.acknowledgements.filter(pk__in=ids).delete()


def _wrong_date(value: Any) -> str:
    date = parse_date(value) if isinstance(value, str) else None
    return "" if date is not None else gettext("The date is not one of this diary (YYYY-MM-DD, since 1900).")


register(
    Section(
        "appointments",
        _("visits to a doctor"),
        _appointments,
        _wrong_appointment,
        lambda row: f"{row['date']} {row.get('note', '')}",
        _load_appointments,
        _unload_appointments,
    )
)
register(
    Section(
        "acknowledgements",
        _("findings discussed with a doctor"),
        _acknowledgements,
        _wrong_acknowledgement,
        lambda row: str(row["finding"]),
        _load_acknowledgements,
        _unload_acknowledgements,
    )
)
