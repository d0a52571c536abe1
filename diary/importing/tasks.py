"""The long work of an import, done in the background: the page only looks at where it stands."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.utils import timezone

from diary.body import gettext_noop
from diary.importing.clean import Facts
from diary.importing.entries import Reader
from diary.importing.files import refuse_large
from diary.importing.intake import Intake
from diary.importing.opening import kind_of, open_reader
from diary.importing.questions import Asking
from diary.importing.wrong import FileRefused
from diary.models import Diarist, Import, ImportChunk
from diary.recording import writing

KEPT_FOR = dt.timedelta(days=7)
# A worker that lives says how far it is far more often; one that stores says nothing until it is done.
LOST_AFTER = dt.timedelta(minutes=10)
MOST_ATTEMPTS = 3
FAILED = gettext_noop("Something went wrong on our side. Nothing was stored. Try again.")

Status = Import.Status
AT_WORK = (Status.WAITING, Status.READING, Status.STORING)
FORGOTTEN = (Status.WAITING, Status.READING, Status.ASKING, Status.READY, Status.REFUSED)


class GivenUp(Exception):  # noqa: N818
    """The person gave the import up while it was worked on."""


@task()
def read(pk: str) -> None:
    """Read an uploaded file up to its questions or its preview; nothing of the diary is written."""
    of = _begin(pk, Status.WAITING, Status.READING)
    if of is None:
        return
    forget_old_uploads(of.created_at)
    try:
        _read_or_refuse(of)
        _set(of, Status.READING, status=of.status, kind=of.kind, preview=of.preview, bytes_read=of.size)
    except (GivenUp, ImportChunk.DoesNotExist):
        return
    except Exception:
        _fail(of.pk)
        raise
    if of.status == Status.REFUSED:
        of.chunks.all().delete()


@task()
def store(pk: str) -> None:
    """Store what the preview promised: everything in one transaction, or nothing."""
    of = _begin(pk, Status.STORING, Status.STORING)
    if of is None:
        return
    try:
        with writing(of.diarist):
            # Another worker may have been faster while this one waited here.
            if not Import.objects.filter(pk=of.pk, status=Status.STORING).exists():
                return
            _store(of)
    except (GivenUp, ImportChunk.DoesNotExist):
        return
    except FileRefused as error:
        _refuse(of.pk, error.reason, error.params)
    except Exception:
        _fail(of.pk)
        raise
    else:
        of.chunks.all().delete()


def take_up_again(now: dt.datetime) -> int:
    """Queue the imports whose worker died or whose task was lost; how many those were.

    For the clock, on any number of machines. A file that ended several workers is given up.
    """
    at_work = Import.objects.filter(status__in=AT_WORK)
    lost = at_work.filter(worked_on_at__lt=now - LOST_AFTER).only("status", "worked_on_at", "attempts")
    return sum(_take_up_again(of, now) for of in lost)


def _take_up_again(of: Import, now: dt.datetime) -> bool:
    if of.attempts >= MOST_ATTEMPTS:
        _fail(of.pk)
        return False
    status = Status.STORING if of.status == Status.STORING else Status.WAITING
    as_read = Import.objects.filter(pk=of.pk, status=of.status, worked_on_at=of.worked_on_at)
    with transaction.atomic():
        if not as_read.update(status=status, worked_on_at=now):
            return False
        (store if status == Status.STORING else read).enqueue(str(of.pk))
    return True


def forget_old_uploads(now: dt.datetime) -> int:
    """Drop the bytes of uploads that nobody came back to for a week; how many imports that were."""
    old = Import.objects.filter(created_at__lt=now - KEPT_FOR, status__in=FORGOTTEN)
    # SQLite would look before it waits for somebody who stores one of them.
    with transaction.atomic():
        return old.delete()[1].get("diary.Import", 0)


def _begin(pk: str, before: str, after: str) -> Import | None:
    """The import, if this is the task that takes it on."""
    if not Import.objects.filter(pk=pk, status=before).update(status=after, bytes_read=0, **_one_more_attempt()):
        return None
    return Import.objects.select_related("diarist").filter(pk=pk).first()


def _one_more_attempt() -> dict[str, Any]:
    return {"worked_on_at": timezone.now(), "attempts": F("attempts") + 1}


def _read_or_refuse(of: Import) -> None:
    try:
        refuse_large(of.size, of.kind or None)
        if not of.kind:
            of.kind = kind_of(of)
            refuse_large(of.size, of.kind)
        _read(of)
    except FileRefused as error:
        of.status = Status.REFUSED
        of.preview = {"reason": error.reason, "params": error.params}


def _read(of: Import) -> None:
    facts = _facts(of)
    reader = open_reader(of, facts, lambda at: _note_progress(of.pk, at))
    if (survey := getattr(reader, "survey", None)) and (asked := survey()):
        of.status, of.preview = Status.ASKING, asked.as_json()
        return
    reader = open_reader(of, facts, lambda at: _note_progress(of.pk, at))
    found = Intake(of.diarist, _with_zone(facts, reader)).take_all(reader.entries(_with_zone(facts, reader)))
    head = reader.head
    of.status = Status.READY
    of.preview = found.as_json() | {
        "settings": head.settings,
        "left_out": head.left_out,
        "keeps_extra": bool(head.extra),
    }


def _store(of: Import) -> None:
    facts = _facts(of)
    reader = open_reader(of, facts)
    with_zone = _with_zone(facts, reader)
    intake = Intake(of.diarist, with_zone, into=of)
    found = intake.take_all(reader.entries(with_zone))
    before = _take_settings(of.diarist, reader.head.settings) if of.answers.get("settings") else {}
    kept = {key: of.preview[key] for key in ("left_out", "keeps_extra", "settings") if key in of.preview}
    _set(
        of,
        Status.STORING,
        status=Status.STORED,
        preview=found.as_json() | kept,
        extra=reader.head.extra,
        loaded=intake.loaded,
        settings_before=before,
        stored_at=timezone.now(),
    )


def _take_settings(diarist: Diarist, settings: dict[str, object]) -> dict[str, list[object]]:
    """Store the settings of the file; what each was before and is now."""
    changed: dict[str, list[object]] = {}
    for name, value in settings.items():
        old = getattr(diarist, name)
        old = old.isoformat() if isinstance(old, dt.date) else old
        if old != value:
            changed[name] = [old, value]
    Diarist.objects.filter(pk=diarist.pk).update(**{name: value for name, (_, value) in changed.items()})
    return changed


def _facts(of: Import) -> Facts:
    """The moment of the upload is "now": what the preview said must hold when it is stored."""
    return Facts(of.diarist.time_zone, of.created_at)


def _with_zone(facts: Facts, reader: Reader | Asking) -> Facts:
    return Facts(reader.head.zone or facts.zone, facts.now)


def _note_progress(pk: uuid.UUID, at: int) -> None:
    if not Import.objects.filter(pk=pk).update(bytes_read=at, worked_on_at=timezone.now()):
        raise GivenUp


def _set(of: Import, before: Status, **values: object) -> None:
    if not Import.objects.filter(pk=of.pk, status=before).update(**values):
        raise GivenUp


def _fail(pk: uuid.UUID) -> None:
    """Say that it failed, whatever the reason was; the reason is in the log of the worker."""
    _refuse(pk, FAILED, {})


def _refuse(pk: uuid.UUID, reason: str, params: dict[str, Any]) -> None:
    """Say why nothing came of it, unless another worker got on with it: what is stored is not refused."""
    at_work = Import.objects.filter(pk=pk, status__in=AT_WORK)
    if at_work.update(status=Status.REFUSED, preview={"reason": reason, "params": params}):
        ImportChunk.objects.filter(of=pk).delete()
