"""Deleting for good and access for apps in a real browser: they fit, axe finds nothing, and no script is needed."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from diary.models import AccessToken, Diarist
from diary.moments import today_in
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.conftest import BERLIN
from tests.diary.diaries import episode_at

NARROW = {"width": 320, "height": 640}
PAGES = [
    "/data/delete/day/",
    "/data/delete/day/?date=today-is-no-date",
    "/data/delete/day/?date={today}",
    "/data/delete/spot/",
    "/data/delete/spot/?spot=calf-left",
    "/data/delete/account/",
    "/settings/tokens/",
    "/settings/tokens/new/",
    "/settings/tokens/{token}/revoke/",
    "/api/",
]


@pytest.fixture
def diary(writer: Diarist) -> Diarist:
    """A diary with an entry today and one token."""
    episode_at(writer, today_in(BERLIN, timezone.now()).isoformat(), "00:01", note="x" * 60)
    AccessToken.objects.create(
        diarist=writer, name="B" * 100, may_read=True, digest="x", start="mtd_abcdef", made_at=timezone.now()
    )
    return writer


def prove(page: Page) -> None:
    """Type the password when it is asked for."""
    page.goto("/data/delete/day/")
    page.fill('input[name="password"]', "correct horse battery")
    page.click("main button.main")
    page.wait_for_url("**/data/delete/day/")


def visit(page: Page, path: str, diary: Diarist) -> None:
    """One of the pages."""
    token = diary.access_tokens.get()
    page.goto(path.format(today=today_in(BERLIN, timezone.now()), token=token.pk))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(new_page: NewPage, diary: Diarist, scheme: str) -> None:
    page = new_page(diary.user, scheme=scheme, expects_refusals=True)
    prove(page)
    for path in PAGES:
        visit(page, path, diary)
        assert axe_findings(page) == [], path
    make_token(page)
    assert axe_findings(page) == []


@pytest.mark.parametrize("viewport", [NARROW, PHONE, DESKTOP])
def test_nothing_is_wider_than_the_screen(new_page: NewPage, diary: Diarist, viewport: dict[str, int]) -> None:
    page = new_page(diary.user, viewport=viewport)
    prove(page)
    for path in PAGES:
        visit(page, path, diary)
        assert not is_wider_than_screen(page), path
    make_token(page)
    assert not is_wider_than_screen(page)


def make_token(page: Page) -> str:
    """A new token, which stands in its field."""
    page.goto("/settings/tokens/new/")
    page.fill('input[name="name"]', "Button by the bed")
    page.click("main button.main")
    field = page.get_by_label("Access token", exact=True)
    expect(field).to_have_value(re.compile(r"^mtd_[\w-]{43}$"))
    return field.input_value()


def test_the_new_token_is_copied_by_one_tap(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, permissions=["clipboard-read", "clipboard-write"])
    prove(page)
    secret = make_token(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret


def test_without_a_script_the_field_is_there_and_no_dead_button(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, script=False)
    prove(page)
    make_token(page)
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()


def test_the_account_goes_without_a_script(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, script=False)
    prove(page)
    page.goto("/data/delete/account/")
    page.get_by_label("Yes, delete my account").check()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Your account and your diary are deleted.")).to_be_visible()
    assert not Diarist.objects.exists()
