"""Settings: each section is saved by itself."""

import tomllib
from functools import lru_cache
from http import HTTPStatus

from django.conf import settings as site
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from diary import recording
from diary.forms.seen import Unseen
from diary.forms.settings import LanguageForm, SectionForm, TimeForm, UnitsForm, YouForm, stored_of
from diary.middleware import DiaryRequest
from diary.models import Diarist
from diary.reminders import reschedule
from diary.wording import zone_words

SECTIONS: dict[str, type[SectionForm]] = {
    "you": YouForm,
    "time": TimeForm,
    "language": LanguageForm,
    "units": UnitsForm,
}


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: DiaryRequest) -> HttpResponse:
    """The page, or one saved section of it."""
    section = request.POST.get("section", "")
    if section not in SECTIONS:
        return show_settings(request)
    form = SECTIONS[section](request, request.POST)
    if not form.is_valid():
        return show_settings(request, wrong={section: form})
    try:
        save_section(request, form)
    except Unseen as unseen:
        form.tell(unseen.stored)
        return show_settings(request, wrong={section: form})
    if section == "time":
        reschedule(request.diarist, request.diarist.time_zone, request.now)
    response = redirect(f"{reverse('diary:settings')}?saved={section}#{section}")
    if section == "language":
        remember_language(response, form.cleaned_data["language"])
    return response


def save_section(request: DiaryRequest, form: SectionForm) -> None:
    """Store a section. Raises Unseen where another tab was faster."""
    with recording.writing(request.diarist):
        now = Diarist.objects.get(pk=request.diarist.pk)
        form.refuse_unseen(stored_of(now, form.fields), form.cleaned_data)
        recording.change_settings(request.diarist, form.cleaned_data)


def show_settings(request: DiaryRequest, wrong: dict[str, SectionForm] | None = None) -> HttpResponse:
    """All sections; one that could not be saved keeps what was typed."""
    forms = {name: section(request) for name, section in SECTIONS.items()} | (wrong or {})
    context = {
        "forms": forms,
        "saved": request.GET.get("saved", ""),
        "place": zone_words(request.zone),
        "languages": site.LANGUAGES,
        "version": version(),
        "tab": "settings",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong or request.method == "POST" else HTTPStatus.OK
    return render(request, "diary/settings.html", context, status=status)


def remember_language(response: HttpResponse, language: str) -> None:
    """The pages before sign-in know nobody, so the browser remembers the language for them."""
    response.set_cookie(
        site.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 60 * 60,
        secure=site.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
        httponly=site.LANGUAGE_COOKIE_HTTPONLY,
    )


@lru_cache(maxsize=1)
def version() -> str:
    """The version of the app, from the one place that states it."""
    with (site.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
