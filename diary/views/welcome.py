"""Three short steps after sign-up; each can be skipped."""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from diary import recording
from diary.forms.settings import LanguageForm, WelcomeForm
from diary.middleware import DiaryRequest
from diary.models import Strength
from diary.reminders import reschedule
from diary.views.check import call
from diary.views.settings import remember_language
from diary.wording import zone_words

STEPS = 3


@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: DiaryRequest, step: int = 1) -> HttpResponse:
    """One step; the last one and every Skip lead to Today."""
    if not 1 <= step <= STEPS:
        raise Http404
    if request.method != "POST":
        return show_step(request, step)
    if "skip" in request.POST or step == STEPS:
        return finish(request)
    return save_person(request) if step == 2 else redirect("diary:welcome_step", step + 1)


def show_step(request: DiaryRequest, step: int, form: WelcomeForm | None = None) -> HttpResponse:
    """The page of one step."""
    context = {
        "step": step,
        "steps": range(1, STEPS + 1),
        "strengths": Strength.choices,
        "place": zone_words(request.zone),
        "languages": settings.LANGUAGES,
        "form": form or WelcomeForm(request),
        "call": call(request),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return render(request, f"diary/welcome_{step}.html", context, status=status)


def save_person(request: DiaryRequest) -> HttpResponse:
    """Store what step 2 asks. A language is shown at once, on the same step."""
    form = WelcomeForm(request, request.POST)
    if not form.is_valid():
        return show_step(request, 2, form)
    values = form.values()
    reschedule(request.diarist, values["time_zone"], request.now)
    language = LanguageForm(request, request.POST)
    if "language" not in request.POST or not language.is_valid():
        recording.change_settings(request.diarist, values)
        return redirect("diary:welcome_step", 3)
    recording.change_settings(request.diarist, values | language.cleaned_data)
    response = redirect("diary:welcome_step", 2)
    remember_language(response, language.cleaned_data["language"])
    return response


def finish(request: DiaryRequest) -> HttpResponse:
    """The person has seen it; Today does not send them here again."""
    recording.change_settings(request.diarist, {"welcomed_at": request.now})
    return redirect("diary:today")
