"""What triage adds to the diary file: visits to a doctor, what was discussed there, the doctor's page's texts.

Share links only go out, without what opens them: brought in elsewhere they would open nothing, and nobody's.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diary.export.sections import Row, Section, register, register_out_only
from diary.models import NOTE_LENGTH, Diarist
from diary.moments import parse_date
from triage.models import Acknowledgement, Appointment, DoctorTexts
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
        Appointment(diarist=diarist, date=dt.date.fromisoformat(row["date"]), note=row.get("note", ""))
        for row in rows
    ]
    return [str(row.pk) for row in Appointment.objects.bulk_create(made)]


def _unload_appointments(diarist: Diarist, ids: Sequence[str | int]) -> None:
    diarist.appointments.filter(pk__in=[str(pk) for pk in ids]).delete()


def _acknowledgements(diarist: Diarist) -> Iterator[Row]:
    for row in diarist.acknowledgements.order_by("key").iterator():
        yield {"finding": row.key, "kind": row.kind, "on": row.on.isoformat()}


def _wrong_acknowledgement(row: Row) -> str:
    key = row.get("finding")
    if (
        not isinstance(key, str)
        or not 0 < len(key) <= 120
        or "\0" in key
        or row.get("kind") not in list(LEVEL_OF_KIND)
    ):
        return gettext("The finding is not named as this diary names one.")
    return _wrong_date(row.get("on"))


def _load_acknowledgements(diarist: Diarist, rows: Sequence[Row]) -> list[int]:
    made = [
        Acknowledgement(diarist=diarist, key=row["finding"], kind=row["kind"], on=dt.date.fromisoformat(row["on"]))
        for row in rows
    ]
    return [row.pk for row in Acknowledgement.objects.bulk_create(made)]


def _unload_acknowledgements(diarist: Diarist, ids: Sequence[str | int]) -> None:
    diarist.acknowledgements.filter(pk__in=ids).delete()


# Each text is a row of its own: what the diary has stays, and what is empty is filled.
_TEXTS = ("born_on", "history", "questions")


def _doctor_texts(diarist: Diarist) -> Iterator[Row]:
    texts = DoctorTexts.objects.filter(diarist=diarist).first()
    for name in _TEXTS:
        if value := str(getattr(texts, name, None) or ""):
            yield {"name": name, "text": value}


def _wrong_text(row: Row) -> str:
    text = row.get("text")
    if row.get("name") not in _TEXTS:
        return gettext("The doctor's page has no such text.")
    if row["name"] == "born_on":
        return _wrong_date(text)
    if not isinstance(text, str) or not 0 < len(text) <= NOTE_LENGTH or "\0" in text:
        return gettext("The note is no text, or too long.")
    return ""


def _load_texts(diarist: Diarist, rows: Sequence[Row]) -> list[str]:
    values = {row["name"]: row["text"] for row in rows}
    if "born_on" in values:
        values["born_on"] = parse_date(values["born_on"])
    DoctorTexts.objects.update_or_create(diarist=diarist, defaults=values)
    return [_mark(name, str(value)) for name, value in values.items()]


def _unload_texts(diarist: Diarist, ids: Sequence[str | int]) -> None:
    """Empty those that are still as they came."""
    same = {row["name"] for row in _doctor_texts(diarist) if _mark(row["name"], row["text"]) in ids}
    if same:
        emptied = {name: None if name == "born_on" else "" for name in same}
        DoctorTexts.objects.filter(diarist=diarist).update(**emptied)


def _mark(name: str, text: str) -> str:
    """Tells whether a text was changed, without a word of it. A plain hash of a date of birth could be guessed."""
    mark = salted_hmac("doctor text", f"{name} {text}", algorithm="sha256").hexdigest()[:16]
    return f"{name}:{mark}"


def _share_links(diarist: Diarist) -> Iterator[Row]:
    """When each was made, for whom, what days it showed, when it was opened and ended: nothing that opens it."""
    rows = diarist.share_links.order_by("made_at", "id").prefetch_related("openings")
    for link in rows.iterator(chunk_size=100):
        row = {
            "made_at": _moment(link.made_at),
            **({"for_whom": link.label} if link.label else {}),
            "first": link.choice["first"],
            "last": link.choice["last"],
            "ends_at": _moment(link.expires_at),
        }
        if link.withdrawn_at is not None:
            row["withdrawn_at"] = _moment(link.withdrawn_at)
        yield row | {"opened_on": sorted({each.at.date().isoformat() for each in link.openings.all()})}


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")


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
register(
    Section(
        "doctor_texts",
        _("texts of the doctor's page"),
        _doctor_texts,
        _wrong_text,
        lambda row: str(row["name"]),
        _load_texts,
        _unload_texts,
    )
)
register_out_only("share_links", _share_links)
