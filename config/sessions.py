"""Signing out on every device at once, and what is left of a device after it."""

from allauth.account.internal.flows.logout import logout
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST


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
    for session in UserSession.objects.filter(user=user):
        session.end()


@receiver(user_logged_out)
def forget_device(sender: object, request: HttpRequest | None, **kwargs: object) -> None:
    """Who signs out leaves no IP address and no browser behind; allauth keeps them until the list is looked at."""
    if request is not None:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
