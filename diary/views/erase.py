"""Deleting for good. Each is asked on a page of its own that counts what goes, after a fresh proof of who asks."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from diary import erasing
from diary.forms.days import place_label
from diary.forms.erase import AccountForm, DayForm, SpotForm
from diary.history import used_places
from diary.middleware import DiaryRequest
from diary.wording import date_words

View = Callable[[DiaryRequest], HttpResponse]


def asks_who_it_is(view: View) -> View:
    """Lets in who proved within the last five minutes who they are, and asks everybody else first."""
    asking: View = reauthentication_required(view)
    return asking


@require_http_methods(["GET", "HEAD", "POST"])
@asks_who_it_is
def delete_day(request: DiaryRequest) -> HttpResponse:
    """Choose a day, see what it holds, delete that."""
    form = DayForm(sent(request, "date"), today=request.today)
    if not form.is_valid():
        return ask(request, "day", form)
    date = form.cleaned_data["date"]
    if request.method != "POST":
        return ask(request, "day", form, date=date, holdings=erasing.day_holdings(request.diarist, date))
    erasing.erase_day(request.diarist, date)
    messages.success(request, gettext("Deleted: %(what)s") % {"what": date_words(date, request.today)})
    return redirect("diary:days")


@require_http_methods(["GET", "HEAD", "POST"])
@asks_who_it_is
def delete_spot(request: DiaryRequest) -> HttpResponse:
    """Choose a place, see how many entries it has, delete them."""
    form = SpotForm(sent(request, "spot"), places=used_places(request.diarist))
    if not form.is_valid():
        return ask(request, "spot", form)
    place = form.cleaned_data["spot"]
    if request.method != "POST":
        found = erasing.spot_holdings(request.diarist, *place)
        return ask(request, "spot", form, place=place_label(*place), holdings=found)
    erasing.erase_spot(request.diarist, *place)
    messages.success(request, gettext("Deleted: %(what)s") % {"what": place_label(*place)})
    return redirect("diary:days")


@require_http_methods(["GET", "HEAD", "POST"])
@asks_who_it_is
def delete_account(request: DiaryRequest) -> HttpResponse:
    """See what there is, then delete all of it; ends on the sign-in page."""
    form = AccountForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        found = erasing.holdings(request.diarist)
        return ask(request, "account", form, holdings=found, leaves_no_owner=leaves_no_owner(request.user))
    erasing.erase_account(request.user)
    logout(request)
    messages.success(request, gettext("Your account and your diary are deleted."))
    return redirect("account_login")


def sent(request: DiaryRequest, field: str) -> QueryDict | None:
    """What was chosen, in the form that deletes or in the one before it; None at the first look."""
    if request.method == "POST":
        return request.POST
    return request.GET if field in request.GET else None


def ask(request: DiaryRequest, what: str, form: Any, **context: Any) -> HttpResponse:
    """The page that asks; nothing is deleted by looking at it."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    context |= {"form": form, "tab": "settings"}
    return render(request, f"diary/delete_{what}.html", context, status=status)


def leaves_no_owner(user: User) -> bool:
    """Whether others would be left with nobody who manages their accounts."""
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    return user.is_superuser and others.exists() and not others.filter(is_superuser=True).exists()
