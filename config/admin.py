"""The admin manages accounts and nothing else: nobody who hosts the app reads diaries in it.

It is a site of its own: what other packages register with Django's default site never appears here.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.sessions import end_sessions
from diary.erasing import erase_account


class AccountsSite(admin.AdminSite):
    """Signs in on the same page as everybody, with its rate limits and second step."""

    site_header = site_title = _("Accounts")
    index_title = _("Accounts on this site")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sends on to the sign-in page; refuses who is no staff."""
        secured = secure_admin_login(super().login)  # type: ignore[no-untyped-call]
        response: HttpResponse = secured(request, extra_context)
        return response

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Lets in who proved within the last five minutes who they are: here anybody's password can be set.

        A form that comes later is shown empty again. allauth would keep it in the session, passwords too.
        """
        inner: Callable[..., HttpResponse] = super().admin_view(view, cacheable)
        if view == self.logout:
            return inner

        @wraps(inner)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request) or not is_reauthentication_required(request, app="account"):
                return inner(request, *args, **kwargs)
            if request.method not in {"GET", "HEAD"}:
                return redirect(request.get_full_path())
            raise ReauthenticationRequired

        return asked

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """On the page for everybody, where wrong tries are counted."""
        return redirect("account_change_password")


class AccountAdmin(UserAdmin[User]):
    """Names, rights and help for those who locked themselves out; no groups, for there is one kind of right."""

    list_display = ("username", "email", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "email")
    ordering = ("username",)
    filter_horizontal = ()
    # People change their e-mail themselves: it has to be confirmed by its reader.
    readonly_fields = ("email", "date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("username", "password", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    actions = ("remove_second_step", "sign_out")

    def get_deleted_objects(
        self, objs: Sequence[User] | QuerySet[User], request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        """The accounts only: what a diary holds, down to the number of its rows, is nobody's business here."""
        names = [str(user) for user in objs]
        return names, {_("accounts, each with all of its diary"): len(names)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """The account with every trace, as if the person had deleted it."""
        erase_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The chosen accounts with every trace."""
        for user in queryset:
            erase_account(user)

    @admin.action(description=_("Remove the second step (app and passkeys) of the chosen accounts"))
    def remove_second_step(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For somebody who lost the phone and the recovery codes; all devices are signed out."""
        for user in queryset:
            Authenticator.objects.filter(user=user).delete()
            self.log_change(request, user, "Removed the second step.")
        self.sign_out(request, queryset)

    @admin.action(description=_("Sign the chosen accounts out everywhere"))
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For somebody who lost a device."""
        for user in queryset:
            end_sessions(user)
        count = len(queryset)
        text = ngettext("%(count)s account signed out.", "%(count)s accounts signed out.", count)
        self.message_user(request, text % {"count": count})


accounts_site = AccountsSite(name="admin")
accounts_site.register(User, AccountAdmin)
