"""Medicines and supplements: what is taken now, what was taken before."""

import datetime as dt
import uuid
from http import HTTPStatus
from typing import Any

from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from diary import recording
from diary.forms.medicines import MedicineForm, stored_of
from diary.forms.seen import Unseen
from diary.keyset import page_of
from diary.middleware import DiaryRequest
from diary.models import Medicine
from diary.undo import row_from, row_of_form, undo_token

SHOWN_NOW = 200
EARLIER_ON_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def medicines(request: DiaryRequest) -> HttpResponse:
    """The list with a form for a new one; an Undo comes here too."""
    if request.method != "POST":
        return show_medicines(request, said=just_said(request))
    if "undo" in request.POST:
        return put_back(request)
    form = MedicineForm(request.POST, today=request.today)
    if form.is_valid() and keep(request, form):
        return redirect(list_url("saved", form.cleaned_data["id"]))
    return show_medicines(request, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_http_methods(["GET", "HEAD", "POST"])
def medicine(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Change one medicine; one tap says that it was stopped today, and takes that back."""
    kept = get_object_or_404(request.diarist.medicines, pk=pk)
    if "stop" in request.POST:
        return stop(request, kept)
    data = request.POST if request.method == "POST" else None
    form = MedicineForm(data, today=request.today, medicine=kept)
    if data is not None and form.is_valid() and keep(request, form, kept):
        return redirect(list_url("saved", pk))
    return show_medicine(request, kept, form)


@require_POST
def delete(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete one medicine, once however often it is sent; the next page offers to undo it."""
    kept = request.diarist.medicines.filter(pk=pk).first()
    kept = kept or row_of_form(request.POST.get("was", ""), Medicine, request.diarist, pk)
    if kept is None:
        raise Http404
    recording.delete_medicine(request.diarist, pk)
    return show_medicines(request, said={"what": "deleted", "medicine": kept, "token": undo_token(kept)})


def show_medicines(
    request: DiaryRequest,
    *,
    form: MedicineForm | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    said: dict[str, Any] | None = None,
) -> HttpResponse:
    """What is taken now by name, then what was taken before, the latest first."""
    rows = request.diarist.medicines
    stopped = Q(stopped_on__lte=request.today)
    current = rows.exclude(stopped).order_by(F("started_on").desc(nulls_last=True), "name", "pk")
    context = {
        "current": current[:SHOWN_NOW],
        "earlier": page_of(rows.filter(stopped), "stopped_on", EARLIER_ON_A_PAGE, request.GET.get("before", "")),
        "form": form or MedicineForm(today=request.today),
        "said": said,
        "tab": "settings",
    }
    return render(request, "diary/medicines.html", context, status=status)


def show_medicine(request: DiaryRequest, kept: Medicine, form: MedicineForm) -> HttpResponse:
    """The form of one medicine."""
    context = {"medicine": kept, "form": form, "tab": "settings"}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "diary/medicine.html", context, status=status)


def stop(request: DiaryRequest, kept: Medicine) -> HttpResponse:
    """Set the last day to today, or empty it again; whatever else another tab changed stays."""
    day: dt.date | None = request.today if request.POST["stop"] == "today" else None
    if day and kept.started_on and kept.started_on > day:
        typed = {"id": kept.pk, "name": kept.name, "started_on": kept.started_on, "stopped_on": day}
        return show_medicine(request, kept, MedicineForm(typed, today=request.today, medicine=kept))
    recording.stop_medicine(request.diarist, kept.pk, day)
    return redirect(list_url("stopped" if day else "saved", kept.pk))


def keep(request: DiaryRequest, form: MedicineForm, kept: Medicine | None = None) -> bool:
    """Store what was typed; false when the id of a new one is somebody else's, or another tab was faster."""
    try:
        if kept is None:
            recording.keep_medicine(request.diarist, form.medicine())
        else:
            change(request, form, kept.pk)
    except recording.IdTaken:
        form.renew()
        return False
    except Unseen as unseen:
        form.tell(unseen.stored)
        return False
    return True


def change(request: DiaryRequest, form: MedicineForm, pk: uuid.UUID) -> None:
    """Put what was typed in the place of what is stored now. Raises Unseen, and Http404 where it was deleted."""
    with recording.writing(request.diarist):
        now = get_object_or_404(request.diarist.medicines, pk=pk)
        changed = form.medicine(now)
        form.refuse_unseen(stored_of(now), stored_of(changed))
        recording.keep_medicine(request.diarist, changed)


def put_back(request: DiaryRequest) -> HttpResponse:
    """Undo a deletion: the medicine comes back as it was."""
    kept = row_from(request.POST["undo"], Medicine, request.diarist)
    if kept is None:
        return show_medicines(request, status=HTTPStatus.UNPROCESSABLE_ENTITY, said={"what": "wrong_undo"})
    recording.keep_medicine(request.diarist, kept)
    return redirect(list_url("saved", kept.pk))


def just_said(request: DiaryRequest) -> dict[str, Any] | None:
    """What the address says was done a moment ago, with the medicine it was done to."""
    for what in ("saved", "stopped"):
        try:
            pk = uuid.UUID(request.GET.get(what, ""))
        except ValueError:
            continue
        if kept := request.diarist.medicines.filter(pk=pk).first():
            return {"what": what, "medicine": kept}
    return None


def list_url(what: str, pk: uuid.UUID) -> str:
    """The list, saying what was just done."""
    return f"{reverse('diary:medicines')}?{what}={pk}"
