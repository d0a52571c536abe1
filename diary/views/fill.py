"""Missed days filled in a row: one choice a day, one button, and Undo for exactly what it stored."""

import datetime as dt
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from diary import recording
from diary.day_words import fill_url, filled_words, list_words
from diary.filling import NothingToCopy, Submission
from diary.forms.days import FillForm, RangeForm
from diary.history import (
    MISSED_DAYS,
    ONE_DAY,
    Span,
    dates_between,
    has_record_before,
    missed_days,
    places_of_days,
    recorded_dates,
)
from diary.middleware import DiaryRequest
from diary.moments import EARLIEST

FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Row:
    """One day to fill in. `day_before` is the day before where that is recorded, `places` what twitched then;
    `is_after_row` says that the day before is a row of the same form.
    """

    date: dt.date
    field: BoundField | None
    day_before: dt.date | None
    is_after_row: bool
    places: list[str]

    @property
    def previous(self) -> dt.date:
        """The day before, recorded or not."""
        return self.date - ONE_DAY

    @property
    def answer(self) -> str:
        """What is chosen so far."""
        return str(self.field.value() or "") if self.field else ""

    @property
    def is_open(self) -> bool:
        """Whether the day is left open so far."""
        return self.answer not in {"same", "none"}


@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: DiaryRequest) -> HttpResponse:
    """Missed days in a row, each answered with one choice; one button stores all of them."""
    asked = RangeForm(request.GET, today=request.today)
    span = asked.chosen() or missed_span(request)
    if request.method != "POST" or span is None:
        return fill_page(request, asked, span)
    if "undo" in request.POST:
        return undo_fill(request, asked, span)
    form = FillForm(request.POST, first=span[0], last=span[1])
    if form.is_valid() and store_answers(request, form):
        return redirect(fill_url(span, saved=form.cleaned_data["id"]))
    return fill_page(request, asked, span, form=form)


def missed_span(request: DiaryRequest) -> Span | None:
    """From the first to the last missed day of the last two weeks; None when there is none."""
    missed = missed_days(request.diarist, request.today)
    return (missed[0], missed[-1]) if missed else None


def store_answers(request: DiaryRequest, form: FillForm) -> bool:
    """Store the answers and remember for Undo what they made; false when a day can't be as the one before."""
    sent = Submission(form.cleaned_data["id"], request.diarist.pk, form.answers(), request.now, request.zone)
    try:
        done = recording.fill_days(request.diarist, sent)
    except NothingToCopy as error:
        form.add_nothing_to_copy(error)
        return False
    request.session[FILLED] = {
        "id": str(sent.id),
        "episodes": [str(pk) for pk in done.episode_ids],
        "copied": [date.isoformat() for date in done.copied],
        "marked": [date.isoformat() for date in done.marked],
        "taken": [date.isoformat() for date in done.taken],
    }
    return True


def undo_fill(request: DiaryRequest, asked: RangeForm, span: Span) -> HttpResponse:
    """Take back exactly what the last form stored."""
    filled = request.session.get(FILLED, {})
    if filled.get("id") != request.POST["undo"] or "kept" in filled:
        trouble = gettext("This can't be undone any more. Each day can still be changed on its own page.")
        return fill_page(request, asked, span, trouble=trouble)
    kept = recording.undo_fill(
        request.diarist,
        [uuid.UUID(pk) for pk in filled["episodes"]],
        [dt.date.fromisoformat(date) for date in filled["marked"]],
    )
    request.session[FILLED] = {"id": filled["id"], "kept": kept}
    return redirect(fill_url(span, saved=uuid.UUID(filled["id"])))


def fill_page(
    request: DiaryRequest,
    asked: RangeForm,
    span: Span | None,
    *,
    form: FillForm | None = None,
    trouble: str = "",
) -> HttpResponse:
    """The open days of `span`, one row each, with what was just saved above them."""
    wrong = bool(asked.errors or trouble or (form and form.errors))
    form_id = form["id"].value() if form and "id" not in form.errors else uuid.uuid4()
    context = {
        "tab": "days",
        "asked": asked,
        "span": span,
        "rows": rows_of(request, span, form) if span else [],
        "form": form,
        "form_id": form_id,
        "here_url": fill_url(span) if span else reverse("diary:fill"),
        "trouble": trouble,
        "filled": filled_before(request),
        "is_empty": span is None and not has_record_before(request.diarist, dt.date.max),
    }
    context |= neighbours(span or last_two_weeks(request.today), request.today)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    response = render(request, "diary/fill.html", context, status=status)
    # What is wrong stands beside a row or above the button: the page must not jump to its top then.
    if wrong:
        response.headers["HX-Reswap"] = "outerHTML show:none"
    return response


def rows_of(request: DiaryRequest, span: Span, form: FillForm | None) -> list[Row]:
    """One row for each open day of `span`."""
    first, last = span
    recorded = recorded_dates(request.diarist, first - ONE_DAY, last)
    dates = [date for date in dates_between(first, last) if date not in recorded]
    before = {date - ONE_DAY for date in dates}
    places = places_of_days(request.diarist, before & recorded)
    return [
        Row(
            date=date,
            field=form[form.name_of(date)] if form else None,
            is_after_row=date - ONE_DAY in dates,
            day_before=date - ONE_DAY if date - ONE_DAY in recorded else None,
            places=places.get(date - ONE_DAY, []),
        )
        for date in dates
    ]


def filled_before(request: DiaryRequest) -> dict[str, Any] | None:
    """What the form named in the address has stored, in words."""
    filled = request.session.get(FILLED, {})
    if not filled or filled["id"] != request.GET.get("saved"):
        return None
    if "kept" in filled:
        return {"kept": filled["kept"], "is_undone": True}
    copied, marked, taken = (
        [dt.date.fromisoformat(date) for date in filled[name]] for name in ("copied", "marked", "taken")
    )
    return {
        "id": filled["id"],
        "sentences": filled_words(copied, marked, request.today),
        "taken": list_words(taken, request.today),
        "can_undo": bool(copied or marked),
    }


def last_two_weeks(today: dt.date) -> Span:
    """The days that are asked about when nothing else is said."""
    return today - dt.timedelta(days=MISSED_DAYS), today - ONE_DAY


def neighbours(span: Span, today: dt.date) -> dict[str, str]:
    """The addresses of the two weeks before `span` and of those after it."""
    first, last = span
    length = dt.timedelta(days=MISSED_DAYS - 1)
    earlier, later = first - ONE_DAY, last + ONE_DAY
    return {
        "earlier_url": fill_url((max(EARLIEST, earlier - length), earlier)) if earlier >= EARLIEST else "",
        "later_url": fill_url((later, min(later + length, today - ONE_DAY))) if later < today else "",
    }
