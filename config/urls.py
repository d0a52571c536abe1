"""All addresses of the site; `config/public_routes.py` lists those that need no sign-in."""

from django.urls import include, path
from django.views.i18n import set_language

from config.admin import accounts_site
from config.api import api
from config.email_page import email_page
from config.health import healthz
from config.sessions import devices, sign_out_everywhere
from config.setup import setup

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("setup/", setup, name="setup"),
    path("i18n/setlang/", set_language, name="set_language"),
    path("admin/", accounts_site.urls),
    path("accounts/sessions/", devices, name="usersessions_list"),
    path("accounts/sessions/all/", sign_out_everywhere, name="sign_out_everywhere"),
    path("accounts/email/", email_page, name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("", include("diary.urls")),
    path("", include("triage.urls")),
]
handler400 = "config.errors.bad_request"
handler404 = "config.errors.not_found"
handler429 = "config.errors.too_many_requests"
handler500 = "config.errors.server_error"
