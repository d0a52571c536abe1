"""The function check, signs on any day, and the answers so far."""

import datetime as dt
import uuid
from http import HTTPStatus
from itertools import groupby
from typing import Any, Literal

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST

from diary import recording
from diary.advice import LEVELS, level_of
from diary.checks import closed_by, is_twitching, open_answers, places_twitching
from diary.emergency import call_for
from diary.forms.check import AnswerSheet, answer_id
from diary.keyset import moment_from
from diary.middleware import DiaryRequest
from diary.models import SignCheck
from diary.shelf import shelf
from diary.signs import CHECK_EVERY_DAYS, CHECK_SIGNS, OTHER_SIGNS, SIGNS
from diary.undo import row_from, row_of_form, undo_token
from diary.views.today import asked_date

PAGE_LENGTH = 60
ORDER = tuple(SIGNS)

Page = Literal["check", "signs"]


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: DiaryRequest) -> HttpResponse:
    """What can the muscles no longer do? Asked every four weeks, and whenever the person likes."""
    return saved(request) if "saved" in request.GET else answer_sheet(request, "check")


@require_http_methods(["GET", "HEAD", "POST"])
def signs(request: DiaryRequest) -> HttpResponse:
    """Signs that can be noted on any day, with the emergency number on top."""
    return saved(request) if "saved" in request.GET else answer_sheet(request, "signs")


def answer_sheet(request: DiaryRequest, page: Page) -> HttpResponse:
    """The page with its questions; what was answered is stored, and the next page says what it means."""
    date, wrong = asked_date(request)
    still_open = open_answers(request.diarist)
    if page == "signs":
        still_open = {name: answer for name, answer in still_open.items() if not SIGNS[name].in_check}
    asked = CHECK_SIGNS if page == "check" else OTHER_SIGNS
    data = request.POST if request.method == "POST" else None
    sheet = AnswerSheet(data, asked, still_open, request.today, date)
    if data is not None and sheet.is_valid():
        try:
            recording.record_signs(request.diarist, sheet.answers(request.now))
        except recording.IdTaken:
            sheet.renew(gettext("This could not be saved. Please press Save once more."))
        else:
            return redirect(f"{reverse(f'diary:{page}')}?saved={sheet.submission}")
    context = {"sheet": sheet, "wrong_date": wrong, "call": call(request), "tab": "check", "page": page}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong or data is not None else HTTPStatus.OK
    return render(request, f"diary/{page}.html", context, status=status)


def saved(request: DiaryRequest) -> HttpResponse:
    """What was recorded by one submission, and at once what it asks for, the most urgent first."""
    ids = [answer_id(submission_of(request), name) for name in SIGNS]
    answers = sorted(request.diarist.sign_checks.filter(pk__in=ids), key=lambda row: ORDER.index(row.sign))
    if not answers:
        raise Http404
    closed = closed_by(request.diarist, answers)
    nos = [row for row in answers if row.answer == "no" and row.sign not in closed]
    context = {
        "date": answers[0].date,
        "advice": advice_on(request, answers),
        "closed": [row for row in answers if row.sign in closed],
        "nos": nos,
        "others": [row for row in answers if row.answer != "no"],
        "all_clear": is_all_clear(request, answers),
        "call": call(request),
        "weeks": CHECK_EVERY_DAYS // 7,
        "tab": "check",
    }
    return render(request, "diary/check_saved.html", context)


def submission_of(request: DiaryRequest) -> uuid.UUID:
    """The submission that the address names; any other text is no page of the diary."""
    try:
        return uuid.UUID(request.GET["saved"])
    except ValueError:
        raise Http404 from None


def advice_on(request: DiaryRequest, answers: list[SignCheck]) -> list[tuple[str, list[SignCheck]]]:
    """The levels that the answers reach, most urgent first, each with its answers."""
    places = places_twitching(request.diarist, answers[0].date)
    by_level: dict[str, list[SignCheck]] = {}
    for row in answers:
        level = level_of(row.sign, row.answer, row.course, twitches_there=is_twitching(row, places))
        if level is not None:
            by_level.setdefault(level, []).append(row)
    return [(level, by_level[level]) for level in LEVELS if level in by_level]


def is_all_clear(request: DiaryRequest, answers: list[SignCheck]) -> bool:
    """Whether every question of the check was answered no and nothing else is open."""
    answered_no = {row.sign for row in answers if row.answer == "no"}
    return answered_no >= {sign.id for sign in CHECK_SIGNS} and not open_answers(request.diarist)


def call(request: DiaryRequest) -> dict[str, Any]:
    """The emergency number where the person is."""
    found = call_for(request.diarist.country, request.zone)
    country = gettext(found.country.name) if found.country else ""
    return {"number": found.number, "others": found.others, "country": country}


@ensure_csrf_cookie  # deleting with a script sends no form that could hold a token
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: DiaryRequest) -> HttpResponse:
    """All answers so far, newest first, a page at a time; a POST puts a deleted one back."""
    if request.method == "POST":
        return put_back(request)
    return show_answers(request)


def show_answers(request: DiaryRequest, *, status: HTTPStatus = HTTPStatus.OK, **extra: Any) -> HttpResponse:
    """One page of answers under their days."""
    cursor = request.GET.get("before", "")
    before = after_cursor(cursor)
    context = {"wrong_page": bool(cursor) and before is None, "listed": listed(request, before), "tab": "check"}
    return render(request, "diary/answers.html", context | extra, status=status)


def listed(request: DiaryRequest, before: Q | None) -> SafeString:
    """The answers of one page, kept until the diary or the day changes."""

    def made() -> str:
        rows = request.diarist.sign_checks.order_by("-date", "-recorded_at", "-id")
        found = list((rows.filter(before) if before else rows)[: PAGE_LENGTH + 1])
        shown = found[:PAGE_LENGTH]
        context = {
            "days": [(date, by_answer(list(group))) for date, group in groupby(shown, key=lambda row: row.date)],
            "next": cursor_of(shown[-1]) if len(found) > PAGE_LENGTH else "",
            "is_first": before is None,
        }
        return render_to_string("diary/answers.html#listed", context, request)

    key = ("answers", request.GET.urlencode(), request.today, get_language())
    # After a POST the diary is not at the revision any more that the request began with.
    html = made() if request.method == "POST" else shelf.kept(request.diarist, key, made)
    # Its own template escaped whatever a person typed.
    return SafeString(html)


def by_answer(rows: list[SignCheck]) -> dict[str, list[SignCheck]]:
    """The day's answers that say something, and apart from them the plain ones that say no."""
    return {
        "others": [row for row in rows if row.answer != "no"],
        "nos": sorted((row for row in rows if row.answer == "no"), key=lambda row: ORDER.index(row.sign)),
    }


def cursor_of(row: SignCheck) -> str:
    """Where a page ended, for the address of the next one."""
    return f"{row.date.isoformat()}_{row.recorded_at.isoformat()}_{row.pk}"


def after_cursor(text: str) -> Q | None:
    """The rows that come after a cursor; None when there is none or it makes no sense."""
    try:
        day, recorded, key = text.split("_")
        date, pk, recorded_at = dt.date.fromisoformat(day), uuid.UUID(key), moment_from(recorded)
    except ValueError:
        return None
    if recorded_at is None:
        return None
    same_day = Q(recorded_at__lt=recorded_at) | Q(recorded_at=recorded_at, pk__lt=pk)
    return Q(date__lte=date) & (Q(date__lt=date) | same_day)


@require_http_methods(["GET", "HEAD", "POST"])
def delete_answer(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask on a page of its own (a script asks nothing: it offers Undo), then delete one answer.

    Once, however often it is sent.
    """
    row = request.diarist.sign_checks.filter(pk=pk).first()
    row = row or row_of_form(request.POST.get("was", ""), SignCheck, request.diarist, pk)
    if row is None:
        raise Http404
    if request.method != "POST":
        return render(request, "diary/answers_delete.html", {"row": row, "tab": "check"})
    recording.delete_sign(request.diarist, pk)
    context: dict[str, Any] = {"deleted": row, "token": undo_token(row)}
    if request.htmx:
        return render(request, "diary/answers.html#deleted", context)
    return show_answers(request, **context)


def put_back(request: DiaryRequest) -> HttpResponse:
    """Undo a deletion: the row comes back as it was."""
    row = row_from(request.POST.get("undo", ""), SignCheck, request.diarist)
    if row is None:
        return show_answers(request, status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong_undo=True)
    recording.record_signs(request.diarist, [row])
    if request.htmx:
        return render(request, "diary/answers.html#answer", {"row": row})
    return redirect("diary:answers")


@require_POST
def later(request: DiaryRequest) -> HttpResponse:
    """Not now: the check is not offered for a week."""
    recording.change_settings(request.diarist, {"check_dismissed_on": request.today})
    return redirect("diary:today")
