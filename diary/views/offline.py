"""The diary without a network: what a browser keeps to open it, and the door for entries that waited on a device.

Nothing that is kept to open it belongs to a person: the page is the same for everybody, in each language.
"""

import hashlib
import re
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import condition, require_POST, require_safe

from diary import body, recording
from diary.forms.offline import WaitingForm
from diary.middleware import DiaryRequest
from diary.models import Strength, place_name
from diary.views.episodes import keep_zone
from diary.views.today import middles

LINKED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
IMPORTED = re.compile(r'@import url\("([^"]+)"\)')
PAPER, ACCENT = "#f6f5f1", "#0c6a69"


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the diary on its home screen."""
    name = gettext("Muscle Twitch Diary")
    icons = [
        ("icons/icon-192.png", "192x192", "any"),
        ("icons/icon-512.png", "512x512", "any"),
        ("icons/icon-maskable-512.png", "512x512", "maskable"),
    ]
    values = {
        "id": reverse("diary:today"),
        "name": name,
        # Whoever looks at the phone reads this below the icon.
        "short_name": gettext("Diary"),
        "lang": get_language(),
        "start_url": reverse("diary:today"),
        "scope": reverse("diary:today"),
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": ACCENT,
        "icons": [
            {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for path, sizes, purpose in icons
        ],
    }
    return lasting(JsonResponse(values, content_type="application/manifest+json"))


def worker_tag(request: HttpRequest) -> str:
    """Changes when the script does, which names the kept page and its files by their content, in this language."""
    return f'"{hashlib.sha256(worker(get_language() or "en").encode()).hexdigest()[:16]}"'


@require_safe
@condition(etag_func=worker_tag)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that answers for the server when it can't be reached, and shows reminders. Its place makes it
    answer for all pages."""
    return lasting(HttpResponse(worker(get_language() or "en"), content_type="text/javascript"))


@lru_cache(maxsize=8)
def worker(language: str) -> str:
    """The script in `language`, the same for everybody."""
    context = {
        "outbox_url": static("js/outbox.js"),
        "version": f"shell-{shell_version(language)}",
        "files": [reverse("diary:offline"), *shell_files(language)],
        "language": language,
    }
    return render_to_string("diary/service_worker.js", context)


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Today without anything of anybody's: the page that is shown when there is no connection."""
    return lasting(HttpResponse(shell(get_language() or "en")))


def lasting(response: HttpResponse) -> HttpResponse:
    """May be kept, but is asked for each time: what is in it is everybody's, and changes with an update."""
    response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=8)
def shell(language: str) -> str:
    """The page in `language`; without a request nothing of a person can get into it."""
    context: dict[str, Any] = {
        "is_shell": True,
        "language": language,
        "tab": "today",
        "strengths": Strength.choices,
        "groups": places(),
        "middles": middles(language),
        "shading": {},
        "log_url": reverse("diary:log"),
    }
    return render_to_string("diary/offline.html", context)


def places() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """All places that need no note, by part of the body: [(group, [(location, side, name), ...]), ...]."""
    return [
        (
            gettext(name),
            [
                (place.id, side, place_name(place.id, side))
                for place in body.LOCATIONS.values()
                if place.group == group
                for side in place.sides
            ],
        )
        for group, name in body.GROUPS.items()
    ]


@lru_cache(maxsize=8)
def shell_version(language: str) -> str:
    """A short digest of the kept page, which names its files by their content."""
    return hashlib.sha256("\n".join([shell(language), *shell_files(language)]).encode()).hexdigest()[:16]


@lru_cache(maxsize=8)
def shell_files(language: str) -> list[str]:
    """The addresses of all files that the page needs, those that a style sheet asks for included."""
    found = LINKED.findall(shell(language))
    source = finders.find("css/site.css")
    sheets = IMPORTED.findall(Path(source).read_text(encoding="utf-8")) if isinstance(source, str) else []
    found += [static(str(Path("css") / sheet).replace("css/../", "")) for sheet in sheets]
    return list(dict.fromkeys([*found, static("js/outbox.js"), static("js/offline.js")]))


@require_POST
def offline_entry(request: DiaryRequest) -> HttpResponse:
    """Take in one entry that waited on a device, once however often it is sent; words where it can't be kept."""
    if request.POST.get("account") != request.diarist.mark:
        return refusal(gettext("This was written in another account."), HTTPStatus.CONFLICT)
    form = WaitingForm(request.POST, now=request.now, zone=request.zone, diarist=request.diarist)
    if not form.is_valid():
        return refusal(form.words())
    try:
        is_new = recording.receive(request.diarist, form.cleaned_data["id"], request.now, form.write)
    except recording.IdTaken:
        return refusal(gettext("An entry with this number exists already."))
    except recording.DayHasEpisodes:
        return refusal(gettext("You logged twitches on this day, so it was not marked as a day without."))
    keep_zone(request)
    return JsonResponse({}, status=HTTPStatus.CREATED if is_new else HTTPStatus.OK)


def refusal(words: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> HttpResponse:
    """Why an entry was not taken, to show beside it on the device."""
    return JsonResponse({"words": words}, status=status)
