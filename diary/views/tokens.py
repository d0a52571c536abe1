"""Access for apps: the access tokens of a person, and what can be done with them."""

import uuid
from http import HTTPStatus

from django.conf import settings as site
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from diary.body import LOCATIONS
from diary.forms.tokens import TokenForm
from diary.middleware import DiaryRequest
from diary.models import AccessToken, place_name
from diary.tokens import MOST_TOKENS, START_LENGTH, digest_of, new_secret
from diary.views.erase import asks_who_it_is


@require_safe
def tokens(request: DiaryRequest) -> HttpResponse:
    """The tokens, the newest first; what they say themselves can't be shown any more."""
    rows = request.diarist.access_tokens.order_by("-made_at", "pk")
    return render(request, "diary/tokens.html", {"tokens": rows, "tab": "settings"})


@require_http_methods(["GET", "HEAD", "POST"])
@asks_who_it_is
def new_token(request: DiaryRequest) -> HttpResponse:
    """Make a token; the answer is the only page that ever shows it."""
    form = TokenForm(request.POST if request.method == "POST" else None, today=request.today)
    if not form.is_valid():
        return show_form(request, form)
    if request.diarist.access_tokens.count() >= MOST_TOKENS:
        form.add_error(None, gettext("You have %(count)d tokens. Revoke one first.") % {"count": MOST_TOKENS})
        return show_form(request, form)
    secret, row = new_secret(), token_from(request, form)
    row.digest, row.start = digest_of(secret), secret[:START_LENGTH]
    if AccessToken.objects.filter(pk=row.pk).exists():
        # Sent again, by a reload perhaps. The first answer had the token; it can't be had again.
        messages.warning(request, gettext("This token was made already. Its text was shown then, and only then."))
        return redirect("diary:tokens")
    row.save(force_insert=True)
    return render(request, "diary/token_made.html", {"token": row, "secret": secret, "tab": "settings"})


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_token(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask, then delete the token: it stops working at once."""
    token = get_object_or_404(request.diarist.access_tokens, pk=pk)
    if request.method != "POST":
        return render(request, "diary/revoke_token.html", {"token": token, "tab": "settings"})
    token.delete()
    messages.success(request, gettext("Revoked: %(name)s") % {"name": token.name})
    return redirect("diary:tokens")


@require_safe
def api(request: DiaryRequest) -> HttpResponse:
    """How to use the API, with examples to copy."""
    places = [(place.id, place_name(place.id, ""), place.sides) for place in LOCATIONS.values()]
    context = {"places": places, "root": f"{site.SITE_URL.geturl().rstrip('/')}/api/v1", "tab": "settings"}
    return render(request, "diary/api.html", context)


def show_form(request: DiaryRequest, form: TokenForm) -> HttpResponse:
    """The form of a new token."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "diary/new_token.html", {"form": form, "tab": "settings"}, status=status)


def token_from(request: DiaryRequest, form: TokenForm) -> AccessToken:
    """What was chosen, without a secret yet."""
    data = form.cleaned_data
    return AccessToken(
        id=data["id"],
        diarist=request.diarist,
        name=data["name"],
        may_read=data["may_read"],
        may_log=data["may_log"],
        made_at=request.now,
        expires_on=form.expires_on(),
    )
