"""Share links: made and withdrawn by the person, opened by who holds the address."""

import uuid
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from allauth.core.internal import ratelimit
from django.conf import settings
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diary.keyset import page_of
from diary.middleware import DiaryRequest
from diary.moments import today_in, zone_or
from diary.recording import IdTaken
from triage import sharing
from triage.doctor_forms import PassphraseForm, ShareForm
from triage.models import ShareLink, ShareOpening
from triage.summary.build import make_sheet
from triage.summary.choice import choice_from
from triage.summary.code import qr_code
from triage.summary.sheet import Sheet
from triage.summary.words import long_day
from triage.views.doctor import choice_form, chosen, pdf_response, show_doctor

ON_A_PAGE = 20
SHOWN_OPENINGS = 10
COOKIE = "share"
# An address can't be guessed; the limits stop a machine that tries all the same, and the guessing of passphrases.
VISITS = {"share": "60/m/ip"}
TRIES = {"passphrase": "10/m/ip,5/15m/key"}
PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}

View = Callable[..., HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("passphrase")
def shares(request: DiaryRequest) -> HttpResponse:
    """The links so far, and a form for a new one of the choice in the address."""
    choice = choice_form(request)
    if not choice.is_valid():
        return show_doctor(request, choice)
    if request.method != "POST":
        return show_shares(request, ShareForm(initial={"id": uuid.uuid4()}))
    form = ShareForm(request.POST)
    if not form.is_valid():
        return show_shares(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    values = form.cleaned_data
    try:
        link, token = sharing.make_link(
            request.diarist,
            values["id"],
            choice.choice(),
            days=values["days"],
            now=request.now,
            label=values["label"],
            passphrase=values["passphrase"],
        )
    except IdTaken:
        form.renew()
        return show_shares(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    address = address_of(token)
    context = {"link": link, "token": token, "address": address, "code": qr_code(address, ""), "tab": "doctor"}
    return render(request, "triage/share_made.html", context)


@require_POST
def withdraw_share(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """End a link at once."""
    get_object_or_404(request.diarist.share_links, pk=pk)
    sharing.withdraw(request.diarist, pk, request.now)
    return redirect(f"{reverse('triage:shares')}?withdrawn=1")


@require_POST
def share_sheet(request: DiaryRequest) -> HttpResponse:
    """The page of a link that was just made, with its QR code, to print."""
    context = {"sheet": sheet_with_code(request), "token": request.POST["token"], "tab": "doctor"}
    return render(request, "triage/share_sheet.html", context)


@require_POST
def share_sheet_pdf(request: DiaryRequest) -> HttpResponse:
    """The same as PDF."""
    return pdf_response(sheet_with_code(request), request.now)


def for_whoever_holds_it(view: View) -> View:
    """Finds the link of the token; one that is wrong, withdrawn or at its end gets one and the same answer.

    Counted before anything is looked up, so that the limit tells nothing either.
    """

    @wraps(view)
    @sensitive_variables("token")
    def found(request: HttpRequest, token: str) -> HttpResponse:
        if not ratelimit.consume(request, app="triage", action="share", config=VISITS, limit_get=True):
            response = render(request, "triage/share_wait.html", status=HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = "60"
        else:
            link = sharing.find_link(token, timezone.now())
            if link is None:
                response = render(request, "triage/share_gone.html", status=HTTPStatus.NOT_FOUND)
            else:
                with translation.override(link.choice["language"]), timezone.override(zone_of(link)):
                    response = view(request, token, link)
        for name, value in PRIVATE.items():
            response.headers[name] = value
        return response

    return found


# Without a referrer browsers name no origin either, which the usual protection refuses. A form forged elsewhere
# gains nothing here: there is no session behind it, and the passphrase is what it would have to know.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("passphrase")
@for_whoever_holds_it
def share(request: HttpRequest, token: str, link: ShareLink) -> HttpResponse:
    """The read-only page; before it the passphrase, where there is one."""
    if request.method == "POST":
        return unlock(request, token, link)
    if not sharing.is_unlocked(link, request.COOKIES.get(COOKIE, "")):
        return render(request, "triage/share_ask.html", {"form": PassphraseForm()})
    sharing.note_opening(link, timezone.now())
    context = {
        "sheet": sheet_of(link),
        "token": token,
        "ends": long_day(timezone.localtime(link.expires_at).date()),
    }
    return render(request, "triage/share.html", context)


@require_safe
@for_whoever_holds_it
def share_pdf(request: HttpRequest, token: str, link: ShareLink) -> HttpResponse:
    """The page as PDF."""
    if not sharing.is_unlocked(link, request.COOKIES.get(COOKIE, "")):
        return redirect("triage:share", token=token)
    sharing.note_opening(link, timezone.now())
    return pdf_response(sheet_of(link), timezone.now())


def unlock(request: HttpRequest, token: str, link: ShareLink) -> HttpResponse:
    """Let the browser in for half an hour if the passphrase is right."""
    here = redirect("triage:share", token=token)
    if not link.passphrase:
        return here
    form = PassphraseForm(request.POST)
    if form.is_valid():
        if not ratelimit.consume(request, app="triage", action="passphrase", key=str(link.pk), config=TRIES):
            form.add_error("passphrase", gettext("Too many tries. Wait a quarter of an hour, then try again."))
            response = render(
                request, "triage/share_ask.html", {"form": form}, status=HTTPStatus.TOO_MANY_REQUESTS
            )
            response.headers["Retry-After"] = "900"
            return response
        if sharing.is_right(link, form.cleaned_data["passphrase"]):
            here.set_cookie(
                COOKIE,
                sharing.unlocked_value(link),
                max_age=sharing.UNLOCKED_SECONDS,
                path=reverse("triage:share", kwargs={"token": token}),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
            return here
        form.add_error("passphrase", gettext("This is not the passphrase."))
    return render(request, "triage/share_ask.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def show_shares(request: DiaryRequest, form: ShareForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    """The list of links with when each was opened, and the form."""
    latest = Prefetch("openings", ShareOpening.objects.order_by("-at")[:SHOWN_OPENINGS], to_attr="latest")
    # For the links of the page only: with a join, all of them would be counted for every page.
    counted = ShareOpening.objects.filter(link=OuterRef("pk")).order_by().values("link").annotate(n=Count("pk"))
    openings = Coalesce(Subquery(counted.values("n")), 0)
    rows = sharing.links_of(request.diarist).annotate(opened=openings).prefetch_related(latest)
    choice = choice_form(request)
    choice.full_clean()
    context = {
        "form": form,
        "choice": choice.choice(),
        "query": chosen(request),
        "links": page_of(rows, "made_at", ON_A_PAGE, request.GET.get("before", "")),
        "withdrawn": "withdrawn" in request.GET,
        "tab": "doctor",
    }
    return render(request, "triage/shares.html", context, status=status)


def sheet_of(link: ShareLink) -> Sheet:
    """What a link shows: the days and parts that were chosen, as the diary has them now."""
    return make_sheet(link.diarist, choice_from(link.choice), today_in(zone_of(link), timezone.now()))


def zone_of(link: ShareLink) -> str:
    """The time zone of the person who made a link: whoever opens it has none of their own here."""
    return zone_or(link.diarist.time_zone, "UTC")


def sheet_with_code(request: DiaryRequest) -> Sheet:
    """The sheet of one of the person's own links with its code; 404 when the token is none of theirs."""
    token = request.POST.get("token", "")
    link = sharing.find_link(token, request.now)
    if link is None or link.diarist_id != request.diarist.pk:
        raise Http404
    choice = choice_from(link.choice)
    with translation.override(choice.language), timezone.override(zone_of(link)):
        ends = gettext("This page on a screen, until %(date)s") % {
            "date": long_day(timezone.localtime(link.expires_at).date())
        }
        code = qr_code(address_of(token), ends)
    return make_sheet(request.diarist, choice, request.today, code=code)


def address_of(token: str) -> str:
    """The whole address of a link."""
    return settings.SITE_URL.geturl().rstrip("/") + reverse("triage:share", kwargs={"token": token})
