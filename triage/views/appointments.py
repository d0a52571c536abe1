"""Visits to a doctor: when, what came of it, and which findings were talked about."""

import uuid
from http import HTTPStatus
from typing import Any

from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from diary import recording
from diary.forms.seen import Unseen
from diary.keyset import page_of
from diary.middleware import DiaryRequest
from triage import scan
from triage.doctor_forms import AppointmentForm, stored_visit
from triage.models import Appointment

ON_A_PAGE = 30
UNDO_SALT = "undo appointment"
UNDO_SECONDS = 24 * 60 * 60


@require_http_methods(["GET", "HEAD", "POST"])
def appointments(request: DiaryRequest) -> HttpResponse:
    """The list with a form for a new one; an Undo comes here too."""
    if request.method != "POST":
        return show_appointments(request)
    if "undo" in request.POST:
        return put_back(request)
    form = AppointmentForm(request.POST, today=request.today, findings=open_findings(request))
    if form.is_valid() and keep(request, form):
        return redirect(f"{reverse('triage:appointments')}?saved=1")
    return show_appointments(request, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_http_methods(["GET", "HEAD", "POST"])
def appointment(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Change one visit."""
    kept = get_object_or_404(request.diarist.appointments, pk=pk)
    data = request.POST if request.method == "POST" else None
    form = AppointmentForm(data, today=request.today, findings=open_findings(request), kept=kept)
    if data is not None and form.is_valid() and keep(request, form, kept):
        return redirect(f"{reverse('triage:appointments')}?saved=1")
    status = HTTPStatus.OK if data is None else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "appointment": kept, "was": undo_token(kept), "tab": "doctor"}
    return render(request, "triage/appointment.html", context, status=status)


@require_POST
def delete_appointment(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete one visit, once however often it is sent (see diary.undo); the next page offers to undo it."""
    kept = request.diarist.appointments.filter(pk=pk).first()
    token = undo_token(kept) if kept else request.POST.get("was", "")
    row = row_from(token, request)
    if row is None or row["id"] != str(pk):
        raise Http404
    with recording.writing(request.diarist):
        request.diarist.appointments.filter(pk=pk).delete()
    return show_appointments(request, deleted=token)


def undo_token(kept: Appointment) -> str:
    """A visit as text for a hidden field of its owner's page."""
    row = {"owner": kept.diarist_id, "id": str(kept.pk), "date": kept.date.isoformat(), "note": kept.note}
    return signing.dumps(row, salt=UNDO_SALT, compress=True)


def row_from(token: str, request: DiaryRequest) -> dict[str, Any] | None:
    """The visit in `token`; None when the token is damaged, too old or another person's."""
    try:
        row: dict[str, Any] = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        return None
    return row if row["owner"] == request.diarist.pk else None


def show_appointments(
    request: DiaryRequest,
    *,
    form: AppointmentForm | None = None,
    deleted: str = "",
    wrong_undo: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """All visits, the latest first."""
    rows = request.diarist.appointments.all()
    context = {
        "form": form or AppointmentForm(today=request.today, findings=open_findings(request)),
        "visits": page_of(rows, "date", ON_A_PAGE, request.GET.get("before", "")),
        "saved": "saved" in request.GET and not deleted,
        "deleted": deleted,
        "wrong_undo": wrong_undo,
        "tab": "doctor",
    }
    return render(request, "triage/appointments.html", context, status=status)


def open_findings(request: DiaryRequest) -> list[Any]:
    """What could have been talked about and is not marked so."""
    return [finding for finding in scan.current(request.diarist, request.today).findings if not finding.is_quiet]


def keep(request: DiaryRequest, form: AppointmentForm, kept: Appointment | None = None) -> bool:
    """Store a visit and mark what was talked about.

    False when the id of a new one belongs to somebody else, or when another tab was faster.
    """
    values = form.cleaned_data
    try:
        store(request, form, kept)
    except recording.IdTaken:
        form.renew()
        return False
    except Unseen as unseen:
        form.tell(unseen.stored)
        return False
    ids = [uuid.UUID(pk) for pk in values["discussed"]]
    if ids:
        scan.acknowledge(request.diarist, ids, values["date"])
    return True


def store(request: DiaryRequest, form: AppointmentForm, kept: Appointment | None) -> None:
    """Store a visit. Raises IdTaken, Unseen, and Http404 where it was deleted meanwhile."""
    values = form.cleaned_data
    visit = Appointment(pk=values["id"], diarist=request.diarist, date=values["date"], note=values["note"])
    with recording.ids_of(request.diarist, Appointment, [visit.pk]), recording.writing(request.diarist):
        if kept is not None:
            visit.pk = kept.pk
            now = get_object_or_404(request.diarist.appointments, pk=kept.pk)
            form.refuse_unseen(stored_visit(now), stored_visit(visit))
        known = request.diarist.appointments.filter(pk=visit.pk).exists()
        visit.save(force_insert=not known, force_update=known)


def put_back(request: DiaryRequest) -> HttpResponse:
    """Undo a deletion."""
    row = row_from(request.POST["undo"], request)
    if row is None:
        return show_appointments(request, wrong_undo=True, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    with recording.writing(request.diarist):
        Appointment.objects.get_or_create(
            pk=row["id"], defaults={"diarist": request.diarist, "date": row["date"], "note": row["note"]}
        )
    return redirect(f"{reverse('triage:appointments')}?saved=1")
