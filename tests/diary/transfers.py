"""Files taken out and brought in, said shortly."""

import datetime as dt
import io
import json
import zipfile
from typing import Any

from diary.export.json_file import diary_file
from diary.importing import tasks
from diary.importing.files import keep
from diary.models import Diarist, Import
from tests.conftest import BERLIN, NOW


def taken_out(diarist: Diarist) -> bytes:
    """The diary file of a person."""
    return b"".join(diary_file(diarist, NOW))


def document_of(diarist: Diarist) -> dict[str, Any]:
    """The diary file of a person, read."""
    found: dict[str, Any] = json.loads(taken_out(diarist))
    return found


def uploaded(diarist: Diarist, data: bytes, *, now: dt.datetime = NOW, **answers: Any) -> Import:
    """A file after the upload, read up to its questions or its preview."""
    of = Import.objects.create(diarist=diarist, size=len(data), created_at=now, answers=answers)
    keep(of, [data])
    tasks.read.call(str(of.pk))
    of.refresh_from_db()
    return of


def answered(of: Import, **answers: Any) -> Import:
    """The same after questions were answered."""
    of.answers |= answers
    of.status = Import.Status.WAITING
    of.save()
    tasks.read.call(str(of.pk))
    of.refresh_from_db()
    return of


def stored(of: Import, *, settings: bool = False) -> Import:
    """The same after its preview was confirmed."""
    assert of.status == Import.Status.READY, of.preview
    of.answers["settings"] = settings
    of.status = Import.Status.STORING
    of.save()
    tasks.store.call(str(of.pk))
    of.refresh_from_db()
    assert of.status == Import.Status.STORED, of.preview
    return of


def brought_in(diarist: Diarist, data: bytes, *, settings: bool = False) -> Import:
    """A file brought in, preview and all."""
    return stored(uploaded(diarist, data), settings=settings)


def written_file(**lists: Any) -> bytes:
    """A diary file with these lists."""
    head = {"format": "muscle-twitch-diary", "version": 1, "time_zone": BERLIN}
    return json.dumps(head | lists).encode()


def twitch(**values: Any) -> dict[str, Any]:
    """A row of a diary file with what is required, and `values`."""
    return {"id": "e1", "started_at": "2026-03-01T22:15:00+01:00", "location": "calf", **values}


def zipped(**members: bytes) -> bytes:
    """A zip file; `episodes_csv=` becomes episodes.csv."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


def reasons(of: Import) -> list[str]:
    """Why rows were refused."""
    return [refusal["reason"] % refusal["params"] for refusal in of.preview["refusals"]]
