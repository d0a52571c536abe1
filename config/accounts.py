"""Accounts: who may sign up, what happens when no e-mail can be sent, and how wrong forms are answered."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailConfirmation
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.devices import device_words
from diary.mail import sends_mail

logger = logging.getLogger(__name__)

WRONG_SIGN_IN = _("The name or the password is not right.")
# Mails without which the page that asked for them makes no sense.
AWAITED_MAILS = {"account/email/password_reset_key", "account/email/unknown_account"}
CONFIRMATION_SENT = "account/messages/email_confirmation_sent.txt"
MOST_OF_ONE_ADDRESS = 3
TOO_MANY = {"too_many_login_attempts", "rate_limited"}


class SecondStep(AuthenticateStage):
    """The code or passkey after the password."""

    def is_resumable(self, request: HttpRequest) -> bool:
        """Not after the owner removed it: the sign-in page and the second step would send on to each other."""
        return self.login.user is not None and bool(is_mfa_enabled(self.login.user))


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up can be closed by the environment; a mail server that is away takes no account with it."""

    error_messages = DefaultAccountAdapter.error_messages | {
        # The longest wait of ACCOUNT_RATE_LIMITS["login_failed"].
        "too_many_login_attempts": _("Too many wrong tries. Wait 5 minutes, then try again."),
        "rate_limited": _("Too many tries. Wait 5 minutes, then try again."),
        "username_password_mismatch": WRONG_SIGN_IN,
        "email_password_mismatch": WRONG_SIGN_IN,
        "username_blacklisted": _("This name is taken. Please choose another."),
        "username_taken": _("This name is taken. Please choose another."),
        "enter_current_password": _("This is not your password now."),
        "incorrect_password": _("The password is not right."),
    }

    def get_login_stages(self) -> list[str]:
        """allauth's, with a second step that lets go once it is no longer asked for."""
        theirs = f"{AuthenticateStage.__module__}.{AuthenticateStage.__name__}"
        ours = f"{SecondStep.__module__}.{SecondStep.__name__}"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may make an account."""
        return bool(settings.SIGNUP_OPEN)

    def is_safe_url(self, url: str | None) -> bool:
        """Whether `url` stays on this site; allauth would also go to any other host that is allowed here."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={self.request.get_host()})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link that resets a password, at our own address."""
        return at_our_address(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """The link that confirms an e-mail address, at our own address."""
        return at_our_address(super().get_email_confirmation_url(request, emailconfirmation))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The name alone: allauth adds the Host header, and whoever guesses may send another one each time."""
        return str(credentials.get("email", credentials.get("username", ""))).lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or say plainly that it could not be sent. The log names no address."""
        here = SimpleNamespace(domain=settings.SITE_URL.netloc, name=settings.SITE_URL.netloc)
        try:
            super().send_mail(template_prefix, email, {**context, "current_site": here})
        except OSError as error:
            logger.warning("An e-mail could not be sent (%s).", type(error).__name__)
            vars(self.request)["mail_failed"] = True
            # Who asks again must not be told to wait for a mail that never left.
            ratelimit.clear(self.request, app="allauth.account", action="confirm_email", key=email.lower())
            if template_prefix in AWAITED_MAILS:
                text = gettext("The e-mail could not be sent. Nothing has changed. Please try again later.")
                messages.warning(self.request, text)
                raise ImmediateHttpResponse(redirect("account_reset_password")) from error

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Never claim that an e-mail is on its way when it is not."""
        if message_template == CONFIRMATION_SENT:
            if hasattr(request, "mail_failed"):
                level, message_template = messages.WARNING, "account/messages/email_not_sent.txt"
            elif not sends_mail():
                message_template = "account/messages/email_in_log.txt"
        super().add_message(request, level, message_template, message_context, extra_tags, message)


def at_our_address(url: str) -> str:
    """The same page below SITE_URL: a stranger may ask for a mail to somebody, and chooses the Host header."""
    site = settings.SITE_URL
    return urlsplit(url)._replace(scheme=site.scheme, netloc=site.netloc).geturl()


class MFAAdapter(DefaultMFAAdapter):
    """Names a new passkey after the device that it is made on."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("The code is not right. The app shows a new one every 30 seconds."),
    }

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        """`Chrome on Android`"""
        return device_words(self.request.headers.get("User-Agent", ""))


class AccountBackend(AuthenticationBackend):
    """Sign-in by user name or e-mail; the diary's owner comes along with the user in one query."""

    def get_user(self, user_id: int) -> User | None:
        """The active user with `user_id`, or None."""
        user = User.objects.select_related("diarist").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        """Of several accounts with one address only the oldest are tried: each costs a second of processor."""
        if not email:
            return None
        tried = (self._check_password(user, password) for user in oldest(email))
        return next(filter(None, tried), None)


def oldest(email: str, *, only_active: bool = False) -> list[User]:
    """The accounts that an address may stand for: strangers may make any number of others with it.

    The oldest, so that nobody can push out whoever was there first.
    """
    found: list[User] = filter_users_by_email(
        email, is_active=True if only_active else None, prefer_verified=True, for_login=True
    )
    return sorted(found, key=lambda user: user.pk)[:MOST_OF_ONE_ADDRESS]


class AccountStatusMiddleware:
    """Gives a wrong form of allauth the status that says so: 422, or 429 with the time to wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        """Look at the form that the page shows again."""
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and isinstance(form, forms.Form) and form.errors:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
            if any(error.code in TOO_MANY for errors in form.errors.as_data().values() for error in errors):
                response.status_code = HTTPStatus.TOO_MANY_REQUESTS
                response.headers["Retry-After"] = str(settings.LOGIN_WAIT_SECONDS)
        return response
