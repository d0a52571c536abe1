"""Your data: everything out as a file, files in, and what was brought in taken back."""

import uuid
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diary.export.csv_files import csv_zip
from diary.export.fhir import bundle
from diary.export.json_file import diary_file
from diary.forms.transfer import ColumnsForm, FileForm, NamesForm, StoreForm
from diary.importing import files, tasks, undo, words
from diary.importing.intake import printable
from diary.importing.wrong import FileRefused, in_words
from diary.middleware import DiaryRequest
from diary.models import Diarist, Import

type Pieces = Iterator[bytes]

FORMATS: dict[str, tuple[str, str, Callable[[DiaryRequest], Pieces]]] = {
    "json": ("application/json", "json", lambda request: diary_file(request.diarist, request.now)),
    "csv": ("application/zip", "zip", lambda request: csv_zip(request.diarist)),
    "fhir": ("application/fhir+json", "fhir.json", lambda request: bundle(request.diarist, request.now)),
}
Status = Import.Status
UNFINISHED = (Status.WAITING, Status.READING, Status.ASKING, Status.READY, Status.STORING, Status.REFUSED)
LISTED = 20
# What a browser adds around the bytes of a file.
FORM_AROUND = 10_000


@require_safe
def data(request: DiaryRequest) -> HttpResponse:
    """The page: take it with you, bring it in, what was brought in."""
    return show_data(request, FileForm())


@require_safe
def export(request: DiaryRequest, format: str) -> StreamingHttpResponse:  # noqa: A002  (the part of the address)
    """Everything as a download, written while it is read."""
    if format not in FORMATS:
        raise Http404(format)
    content_type, ending, pieces = FORMATS[format]
    name = f"muscle-twitch-diary-{request.today.isoformat()}.{ending}"
    response = StreamingHttpResponse(
        in_language(get_language() or "en", pieces(request)), content_type=content_type
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@csrf_exempt
@require_POST
def upload(request: DiaryRequest) -> HttpResponse:
    """A file to bring in. Its size is looked at before a byte of it is read, and so before the token is."""
    try:
        files.refuse_large(int(request.META.get("CONTENT_LENGTH") or 0) - FORM_AROUND)
    except FileRefused as error:
        return show_data(request, refused(error), status=HTTPStatus.CONTENT_TOO_LARGE)
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return take_upload(request)


@csrf_protect
def take_upload(request: DiaryRequest) -> HttpResponse:
    """Keep the file and let it be read in the background."""
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_data(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    file: UploadedFile[bytes] = form.cleaned_data["file"]
    try:
        files.refuse_large(file.size or 0)
    except FileRefused as error:
        return show_data(request, refused(error), status=HTTPStatus.CONTENT_TOO_LARGE)
    with transaction.atomic():
        # One at a time: nobody may fill the database with files that they do not come back to.
        give_up(request, request.diarist.imports.all())
        of = request.diarist.imports.create(
            file_name=printable(file.name or "")[:200],
            size=file.size or 0,
            created_at=request.now,
            worked_on_at=request.now,
        )
        files.keep(of, file.chunks())
    tasks.read.enqueue(str(of.pk))
    return redirect("diary:incoming", pk=of.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def incoming(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Where an import stands: progress, questions, preview or result; a POST answers the questions."""
    of = get_object_or_404(request.diarist.imports, pk=pk)
    if request.method != "POST":
        return show_incoming(request, of, questions_of(of))
    form = questions_of(of, request.POST)
    if form is None:
        return redirect("diary:incoming", pk=pk)
    if not form.is_valid():
        return show_incoming(request, of, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    answers = of.answers | form.answers()
    if take_on(request, of, Status.ASKING, status=Status.WAITING, answers=answers):
        tasks.read.enqueue(str(pk))
    return redirect("diary:incoming", pk=pk)


@require_POST
def incoming_store(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Store what the preview promised; a second press does nothing."""
    of = get_object_or_404(request.diarist.imports, pk=pk)
    form = StoreForm(request.POST)
    answers = of.answers | {"settings": form.is_valid() and form.cleaned_data["settings"]}
    if take_on(request, of, Status.READY, status=Status.STORING, answers=answers):
        tasks.store.enqueue(str(pk))
    return redirect("diary:incoming", pk=pk)


@require_POST
def incoming_back(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Back from the preview to the questions."""
    of = get_object_or_404(request.diarist.imports, pk=pk)
    if take_on(request, of, Status.READY, status=Status.WAITING, answers={}):
        tasks.read.enqueue(str(pk))
    return redirect("diary:incoming", pk=pk)


@require_POST
def incoming_cancel(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Give an import up before it is stored; one that is stored already stays."""
    of = get_object_or_404(request.diarist.imports, pk=pk)
    give_up(request, request.diarist.imports.filter(pk=of.pk))
    return redirect(f"{reverse('diary:data')}#import")


@require_POST
def incoming_undo(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Take an import back as a whole."""
    of = get_object_or_404(request.diarist.imports, pk=pk)
    undo.undo(request.diarist, of, request.now)
    return redirect("diary:incoming", pk=pk)


def give_up(request: DiaryRequest, imports: QuerySet[Import]) -> None:
    """Drop those that are not stored; one that is just being stored holds the diary, so this waits for its end."""
    with transaction.atomic():
        Diarist.objects.select_for_update().get(pk=request.diarist.pk)
        imports.filter(status__in=UNFINISHED).delete()


def take_on(request: DiaryRequest, of: Import, before: Status, **values: Any) -> bool:
    """Move an import on if it still stands where the page saw it; of two presses one wins."""
    return bool(
        request.diarist.imports.filter(pk=of.pk, status=before).update(
            worked_on_at=request.now, attempts=0, **values
        )
    )


def questions_of(of: Import, posted: Any = None) -> ColumnsForm | NamesForm | None:
    """The form of what a table leaves open; None when nothing is asked."""
    if of.status != Status.ASKING:
        return None
    if of.preview["columns"]:
        return ColumnsForm(posted, survey=of.preview)
    return NamesForm(posted, survey=of.preview, kind=of.kind)


def show_data(request: DiaryRequest, form: FileForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    """The page, with the form as it was sent."""
    imports = list(request.diarist.imports.order_by("-created_at", "id").defer("answers", "extra")[:LISTED])
    context = {
        "form": form,
        "limit": files.most_bytes(Import.Kind.JSON) // files.MEGABYTE,
        "health_limit": files.most_bytes(Import.Kind.APPLE_HEALTH) // files.MEGABYTE,
        "waiting": next((of for of in imports if of.status in UNFINISHED), None),
        "done": [(of, words.summary(of)) for of in imports if of.status not in UNFINISHED],
        "tab": "data",
    }
    return render(request, "diary/data.html", context, status=status)


def show_incoming(
    request: DiaryRequest, of: Import, form: ColumnsForm | NamesForm | None, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """The page of one import."""
    context = {
        "of": of,
        "form": form,
        "at_work": of.status in tasks.AT_WORK,
        "percent": words.percent(of),
        "counts": words.counts(of),
        "new": words.total(of, "new"),
        "refused": words.total(of, "refused"),
        "refusals": words.refusals(of),
        "samples": words.samples(of),
        "left_out": words.left_out(of),
        "reason": words.why_refused(of) if of.status == Status.REFUSED else "",
        "is_new_diary": of.status == Status.READY and is_empty(request),
        "undo_until": of.stored_at + undo.UNDO_FOR if of.stored_at and undo.can_undo(of, request.now) else None,
        "asks": of.kind in {Import.Kind.TABLE, Import.Kind.BEARABLE, Import.Kind.DAYLIO},
        "tab": "data",
    }
    return render(request, "diary/incoming.html", context, status=status)


def is_empty(request: DiaryRequest) -> bool:
    """Whether nothing is written down yet: then the settings of a file are most likely one's own."""
    return not request.diarist.episodes.exists() and not request.diarist.days.exists()


def refused(error: FileRefused) -> FileForm:
    """The form that says why the file can't be taken."""
    form = FileForm({})
    form.errors["file"] = form.error_class([in_words(error.reason, error.params)])
    return form


def in_language(language: str, pieces: Pieces) -> Pieces:
    """The pieces as they are in `language`: they are made after the request, when its language is gone."""
    while True:
        with override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
