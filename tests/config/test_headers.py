"""What every answer forbids the browser, and what a cookie may do."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from diary.models import Diarist

PAGES = [
    "diary:today",
    "diary:days",
    "diary:timeline",
    "diary:settings",
    "diary:check",
    "mfa_index",
    "usersessions_list",
]
SECRET_KEY = "for-checks-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"
VISIT = """
import json, django
django.setup()
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
from config.setup import settled
settled.set()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
from django.contrib.auth.models import User
User.objects.create_user("alice", password="correct horse battery")
from django.conf import settings
settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
client = Client(headers={"Host": "diary.example.org", "X-Forwarded-For": "192.0.2.1"})
plain = client.get("/accounts/login/")
here = {"X-Forwarded-Proto": "https", "Referer": "https://diary.example.org/"}
bearer = {"Authorization": "Bearer mtd_x", "Accept-Language": "de"}
apis = [client.get("/api/v1/days/today", headers=bearer | more) for more in ({}, here)]
apis.append(client.post("/api/v1/episodes", {}, content_type="application/json", headers={"Accept-Language": "fr"}))
page = client.get("/accounts/login/", headers=here)
answer = client.post("/accounts/login/", {"login": "alice", "password": "correct horse battery"}, headers=here)
client.post("/i18n/setlang/", {"language": "de"}, headers=here)
print(json.dumps({
    "plain": [plain.status_code, plain.headers.get("Location")],
    "apis": [[api.status_code, api.headers.get("Content-Type"), api.headers.get("Location"),
              api.headers.get("X-Content-Type-Options"), api.json()["detail"]] for api in apis],
    "page": [page.status_code, dict(page.headers)],
    "signed_in": answer.status_code,
    "healthz": client.get("/healthz").status_code,
    "cookies": {name: {key: morsel[key] for key in ("secure", "httponly", "samesite", "path", "domain")}
                for name, morsel in client.cookies.items()},
}))
"""


def policy(answer: Any) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {name: values for name, _, values in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_only_our_files_and_stays_in_no_cache(as_alice: Client, name: str) -> None:
    answer = as_alice.get(reverse(name))
    assert answer.status_code == 200
    rules = policy(answer)
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["form-action"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["object-src"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"} & set(" ".join(rules.values()).split())
    assert "no-store" in answer.headers["Cache-Control"]
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/nothing/here/", "/accounts/login/", "/accounts/signup/", "/healthz"])
def test_the_pages_outside_are_no_exception(client: Client, alice: Diarist, path: str) -> None:
    answer = client.get(path)
    assert policy(answer)["default-src"] == "'none'"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_inline_scripts_or_styles(as_alice: Client, name: str) -> None:
    words = as_alice.get(reverse(name)).content.decode().lower()
    assert "<style" not in words
    assert " style=" not in words
    assert " onclick=" not in words
    assert "javascript:" not in words


def test_on_this_computer_the_cookies_are_closed_to_scripts_and_other_sites(
    client: Client, alice: Diarist
) -> None:
    client.post(reverse("account_login"), {"login": "alice", "password": "correct horse battery"})
    session = client.cookies["session"]
    assert (session["httponly"], session["samesite"], session["path"]) == (True, "Lax", "/")
    assert int(session["max-age"]) == 60 * 24 * 60 * 60
    assert client.cookies["csrf"]["samesite"] == "Lax"


@pytest.fixture(scope="module")
def on_https(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Visits to a copy that is served by https behind one proxy, in a process with such an environment."""
    folder: Path = tmp_path_factory.mktemp("https")
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CACHE_URL", "DEBUG"}
    }
    environment = inherited | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SITE_URL": "https://diary.example.org",
        "TRUSTED_PROXY_COUNT": "1",
        "DIARY_DATA_DIR": str(folder),
        "SECRET_KEY": SECRET_KEY,
    }
    command = [sys.executable, "-c", VISIT]
    answer = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert answer.returncode == 0, answer.stderr
    seen: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return seen


def test_on_https_everybody_is_led_to_https(on_https: dict[str, Any]) -> None:
    assert on_https["plain"] == [301, "https://diary.example.org/accounts/login/"]
    status, headers = on_https["page"]
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert on_https["healthz"] == 200  # the load balancer asks without


def test_on_https_a_program_that_comes_without_is_refused_in_words(on_https: dict[str, Any]) -> None:
    refused, let_on, elsewhere = on_https["apis"]
    assert refused[:4] == [403, "application/problem+json", None, "nosniff"]
    assert refused[4].startswith("Dieses Tagebuch antwortet Programmen nur über https")
    assert (let_on[0], let_on[2]) == (401, None)
    assert elsewhere[0] == 403
    assert "revoke it, and make a new one" in elsewhere[4]


def test_on_https_every_cookie_belongs_to_this_host_alone(on_https: dict[str, Any]) -> None:
    assert on_https["signed_in"] == 302
    cookies = on_https["cookies"]
    assert set(cookies) >= {"__Host-session", "__Host-csrf", "__Host-language"}
    for name, cookie in cookies.items():
        assert name.startswith("__Host-"), name
        assert cookie["secure"], name
        assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax"), name
    assert cookies["__Host-session"]["httponly"]
    assert cookies["__Host-language"]["httponly"]
