"""The doctor's page: chosen, shown as it prints, printed, or taken as PDF; and what is kept for it."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from diary import recording
from diary.forms.seen import Unseen
from diary.history import first_recorded
from diary.middleware import DiaryRequest
from diary.models import Diarist
from triage.doctor_forms import ChoiceForm, TextsForm
from triage.models import DoctorTexts
from triage.summary.build import make_sheet
from triage.summary.pdf import make_pdf
from triage.summary.sheet import Sheet
from triage.summary.shown import sheet_html

# What of an address is a choice; anything else in it is dropped.
CHOSEN = ("period", "first", "last", "paper", "language", "parts")


@require_safe
def doctor(request: DiaryRequest) -> HttpResponse:
    """What is chosen, and the page below it as it prints."""
    return show_doctor(request, choice_form(request))


@require_safe
def doctor_pdf(request: DiaryRequest) -> HttpResponse:
    """The page as a PDF; a choice that makes no sense is shown with what is wrong in it."""
    form = choice_form(request)
    if not form.is_valid():
        return show_doctor(request, form)
    return pdf_response(make_sheet(request.diarist, form.choice(), request.today), request.now)


@require_POST
def doctor_texts(request: DiaryRequest) -> HttpResponse:
    """Keep name, date of birth, questions and history for this visit and the next."""
    texts = texts_of(request)
    form = TextsForm(request.POST, texts=texts, name=request.diarist.name, today=request.today)
    if not form.is_valid():
        return show_doctor(request, choice_form(request), texts_form=form)
    try:
        store_texts(request, form)
    except Unseen as unseen:
        form.tell(unseen.stored)
        return show_doctor(request, choice_form(request), texts_form=form)
    return redirect(f"{reverse('triage:doctor')}?{chosen(request)}&kept=1#texts")


def store_texts(request: DiaryRequest, form: TextsForm) -> None:
    """Store what was typed. Raises Unseen where another tab was faster."""
    values = dict(form.cleaned_data)
    with recording.writing(request.diarist):
        texts, name = texts_of(request), Diarist.objects.values_list("name", flat=True).get(pk=request.diarist.pk)
        kept = {field: getattr(texts, field) for field in ("born_on", "questions", "history")}
        form.refuse_unseen({"name": name, **kept}, values)
        new_name = values.pop("name")
        if new_name != name:
            recording.change_settings(request.diarist, {"name": new_name})
        DoctorTexts.objects.update_or_create(diarist=request.diarist, defaults=values)


def show_doctor(request: DiaryRequest, form: ChoiceForm, texts_form: TextsForm | None = None) -> HttpResponse:
    """The whole page; a wrong form keeps what was typed."""
    is_right = form.is_valid()
    texts = TextsForm(None, texts=texts_of(request), name=request.diarist.name, today=request.today)
    context = {
        "form": form,
        "texts": texts_form or texts,
        "kept": "kept" in request.GET,
        "query": chosen(request),
        "visit": form.visit,
        "sheet": sheet_html(request.diarist, form.choice(), request.today) if is_right else None,
        "tab": "doctor",
    }
    wrong = not is_right or texts_form is not None
    return render(
        request,
        "triage/doctor.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def choice_form(request: DiaryRequest) -> ChoiceForm:
    """The choice in the address; without one, what is usual."""
    visit = request.diarist.appointments.filter(date__lte=request.today).order_by("-date").first()
    return ChoiceForm(
        request.GET if "period" in request.GET else None,
        today=request.today,
        onset=first_recorded(request.diarist),
        visit=visit.date if visit else None,
        country=request.diarist.country,
    )


def chosen(request: DiaryRequest) -> str:
    """The choice in the address, to go on to the next page with."""
    query = QueryDict(mutable=True)
    for name in CHOSEN:
        if name in request.GET:
            query.setlist(name, request.GET.getlist(name))
    return query.urlencode()


def texts_of(request: DiaryRequest) -> DoctorTexts:
    """What the person keeps for the page, perhaps nothing yet."""
    return DoctorTexts.objects.filter(diarist=request.diarist).first() or DoctorTexts(diarist=request.diarist)


def pdf_response(sheet: Sheet, now: dt.datetime, **headers: Any) -> HttpResponse:
    """The PDF of a sheet, named after what it is and its day."""
    name = f"muscle-twitches-{timezone.localtime(now):%Y-%m-%d}.pdf"
    return HttpResponse(
        make_pdf(sheet, now),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', **headers},
    )
