"""The list of signed-in devices, signing out on every one at once, and what is left of a device after it."""

from itertools import islice
from typing import Any

from allauth.account.internal.flows.logout import logout
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, When
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diary.models import PushDevice

SHOWN = 50


class DevicesView(ListUserSessionsView):
    """The list of allauth with an end: it asks three times about each device, and lists all there ever were."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """This device, then the latest of the others; those that have ended are dropped as they are met."""
        rows = UserSession.objects.filter(user=signed_in(self.request))
        is_here = Q(session_key=self.request.session.session_key)
        latest = rows.order_by(Case(When(is_here, then=0), default=1), "-created_at", "-pk")
        shown = list(islice((row for row in latest.iterator(SHOWN) if not row.purge()), SHOWN))
        count = rows.count()
        found = {"sessions": shown, "session_count": count, "more": count - len(shown)}
        # Not that of allauth, which would look at every one.
        return super(ListUserSessionsView, self).get_context_data(**kwargs) | found


devices = DevicesView.as_view()


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions of the person, this one last."""
    end_sessions(signed_in(request))
    logout(request, show_message=False)
    messages.success(request, _("You are signed out on all devices."))
    return redirect("account_login")


def signed_in(request: HttpRequest) -> User:
    """The person behind the request; no route that is not public is reached without one."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def end_sessions(user: User) -> None:
    """Sign a user out on every device."""
    PushDevice.objects.filter(diarist__user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()


@receiver(user_logged_out)
def forget_device(sender: object, request: HttpRequest | None, **kwargs: object) -> None:
    """Who signs out leaves no IP address and no browser behind; allauth keeps them until the list is looked at.

    No reminder is shown there any more either.
    """
    if request is not None:
        PushDevice.objects.filter(session_key=request.session.session_key).delete()
        UserSession.objects.filter(session_key=request.session.session_key).delete()
