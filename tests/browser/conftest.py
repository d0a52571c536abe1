"""A real Chromium against the served app: phone and desktop, light and dark, with and without scripts."""

import os
import shutil
from collections.abc import Callable, Generator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from diary.models import Diarist

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--disable-gpu",
]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

NewPage = Callable[..., Page]

# A busy machine is no fault of the code.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of this machine. None is a failure: a test that never ran proves nothing."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    args = {**browser_type_launch_args, "args": list(FLAGS)}
    if path:
        args["executable_path"] = path
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        args["chromium_sandbox"] = False
        args["args"].append("--no-sandbox")
    return args


@pytest.fixture(scope="session", autouse=True)
def _static_root() -> None:
    """In a fresh clone nothing is collected yet; the server starts before the settings of a test apply, and warns."""
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def sign_in(context: BrowserContext, server: LiveServer, user: User) -> None:
    """Put a session of `user` into the browser, without typing a password each time."""
    client = Client()
    client.force_login(user, backend="config.accounts.AccountBackend")
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server.url}])


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer, transactional_db: None) -> Generator[NewPage]:
    """Makes pages: `new_page(user=..., viewport=PHONE, scheme="dark", script=False)`.

    A page that logs an error, violates the policy or asks another host fails its test; `expects_refusals` is
    for tests in which saving fails on purpose, and for axe, whose own styles the policy refuses.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(
        user: User | None = None,
        *,
        viewport: ViewportSize | None = None,
        scheme: Literal["light", "dark"] = "light",
        script: bool = True,
        expects_refusals: bool = False,
        zone: str = "Europe/Berlin",
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            viewport=viewport or PHONE,
            color_scheme=scheme,
            java_script_enabled=script,
            timezone_id=zone,
            base_url=live_server.url,
            **options,
        )
        contexts.append(context)
        if user is not None:
            sign_in(context, live_server, user)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("request", lambda request: watch(request.url))
        if not expects_refusals:
            page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        return page

    def watch(url: str) -> None:
        if not url.startswith((live_server.url, "data:", "blob:")):
            faults.append(f"another host: {url}")

    yield make
    for context in contexts:
        for page in context.pages:
            # Else what answers a request for this page may do so in the next test, which then fails.
            page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert faults == []


def axe_findings(page: Page) -> list[str]:
    """What axe finds at WCAG 2.2 AA, a line each."""
    violations = Axe().run(page, options=WCAG).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for violation in violations
        for node in violation["nodes"]
    ]


def is_wider_than_screen(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.fixture
def writer(transactional_db: None) -> Diarist:
    """Somebody whose diary the browser writes in."""
    user = User.objects.create_user("writer", "writer@example.org", "correct horse battery")

    return Diarist.objects.create(user=user, time_zone="Europe/Berlin", language="en", welcomed_at=timezone.now())
