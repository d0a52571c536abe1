"""Accounts in a real browser: making one, protecting it, getting in again, and looking at every page of it."""

import re
import uuid
from typing import Literal

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect

from config import setup
from diary.models import Day, Diarist
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen

PASSWORD = "correct horse battery"
OUTSIDE = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_email_verification_sent",
]
INSIDE = [
    "account_logout",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate",
    "usersessions_list",
]


@pytest.fixture(autouse=True)
def _nobody_tried_before(transactional_db: None) -> None:
    cache.clear()


def sign_in(page: Page, name: str = "writer", password: str = PASSWORD) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_it_is_me(page: Page) -> None:
    """The page that asks for the password once more, where it comes."""
    if reverse("account_reauthenticate") in page.url:
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()


def code_for(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1] + later))


def give_passkeys(page: Page) -> None:
    """A device that has a fingerprint reader, and somebody's finger on it."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def set_up_app(page: Page) -> str:
    """Turn the second step on, and give back the key of the app."""
    page.goto(reverse("mfa_activate_totp"))
    confirm_it_is_me(page)
    secret = page.locator(".key code").inner_text()
    page.get_by_label("The six digits that the app shows now").fill(code_for(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return secret


def test_from_the_front_door_to_today(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("User name").fill("dora")
    password = page.get_by_label("Password", exact=True)
    password.fill(PASSWORD)
    expect(password).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show: Password").click()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_have_value(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("button", name="Skip", exact=True).or_(
        page.get_by_role("link", name="Skip", exact=True)
    ).click()
    expect(page.get_by_role("heading", name="Today").first).to_be_visible()
    assert Diarist.objects.get(user__username="dora").time_zone == "Europe/Berlin"


def test_an_account_is_made_without_scripts(new_page: NewPage) -> None:
    page = new_page(script=False)
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("User name").fill("dora")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    expect(page.get_by_role("button", name="Show: Password")).to_have_count(0)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("Welcome to the Muscle Twitch Diary")).to_be_visible()
    assert Diarist.objects.get().time_zone == "UTC"  # the welcome pages ask for it


def test_the_first_account_of_all(new_page: NewPage) -> None:
    setup.settled.clear()
    page = new_page()
    page.goto("/")
    expect(page.get_by_role("heading", name="Make the first account")).to_be_visible()
    page.get_by_label("User name").fill("owner")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("Welcome to the Muscle Twitch Diary")).to_be_visible()
    assert User.objects.get().is_superuser


def test_the_language_of_the_front_door(new_page: NewPage) -> None:
    page = new_page()
    page.goto(reverse("account_signup"))
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url.endswith(reverse("account_signup"))


def test_a_wrong_password_is_said_where_it_can_be_heard(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(expects_refusals=True)
    sign_in(page, password="wrong")
    expect(page.get_by_role("alert").filter(has_text="The name or the password is not right.")).to_be_visible()
    expect(page.get_by_label("User name or e-mail")).to_have_value("writer")
    assert axe_findings(page) == []


def test_the_second_step(new_page: NewPage, writer: Diarist) -> None:
    page = new_page()
    sign_in(page)
    secret = set_up_app(page)
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10

    elsewhere = new_page()
    sign_in(elsewhere)
    expect(elsewhere.get_by_role("heading", name="Second step")).to_be_visible()
    elsewhere.get_by_label("Code from your app").fill(f" {code_for(secret, later=1)} ")
    elsewhere.get_by_role("button", name="Sign in", exact=True).click()
    expect(elsewhere.get_by_role("navigation", name="Main")).to_be_visible()

    without_phone = new_page(script=False)
    sign_in(without_phone)
    without_phone.get_by_label("Code from your app").fill(codes[3])
    without_phone.get_by_role("button", name="Sign in", exact=True).click()
    expect(without_phone.get_by_role("navigation", name="Main")).to_be_visible()


def test_a_passkey_from_making_it_to_removing_it(new_page: NewPage, writer: Diarist) -> None:
    page = new_page()
    give_passkeys(page)
    sign_in(page)
    page.goto(reverse("mfa_index"))
    page.get_by_role("link", name="Add a passkey").click()
    confirm_it_is_me(page)
    expect(page.get_by_label("Name")).to_have_value(re.compile("^Chrome on "))
    expect(page.get_by_label("Sign in with it alone")).to_be_checked()
    page.get_by_role("button", name="Make the passkey").click()
    expect(
        page.get_by_text("The passkey is added.").or_(page.get_by_text("These are your recovery codes")).first
    ).to_be_visible()
    assert Authenticator.objects.filter(type="webauthn").count() == 1

    page.goto(reverse("account_logout"))
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    page.goto(reverse("mfa_list_webauthn"))
    page.get_by_role("link", name="Rename").click()
    confirm_it_is_me(page)
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("My laptop").first).to_be_visible()
    page.get_by_role("link", name="Remove").click()
    confirm_it_is_me(page)
    expect(page.get_by_role("heading", name="Remove the passkey “My laptop”?")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_a_passkey_that_is_not_there_is_said_in_words(new_page: NewPage, writer: Diarist) -> None:
    page = new_page()
    give_passkeys(page)
    page.goto(reverse("account_login"))
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="The passkey was not used.")).to_be_visible()
    page.get_by_label("User name or e-mail").fill("writer")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_sign_out_everywhere(new_page: NewPage, writer: Diarist) -> None:
    here, there, third = new_page(), new_page(), new_page()
    for page in (here, there, third):
        sign_in(page)
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    here.goto("/settings/")
    here.get_by_role("link", name="Signed-in devices").click()
    expect(here.get_by_text("Chrome on ")).to_have_count(3)
    expect(here.get_by_text("this device")).to_have_count(1)
    here.get_by_role("button", name="Sign out everywhere else").click()
    expect(here.get_by_text("All other devices are signed out.")).to_be_visible()
    there.reload()
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()

    sign_in(there)
    expect(there.get_by_role("navigation", name="Main")).to_be_visible()
    here.goto(reverse("usersessions_list"))
    here.get_by_role("button", name="Sign out everywhere", exact=True).click()
    expect(here.get_by_text("You are signed out on all devices.")).to_be_visible()
    there.reload()
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()
    assert not UserSession.objects.exists()


def test_what_was_typed_before_the_sign_in_ran_out_is_saved_without_scripts(
    new_page: NewPage, writer: Diarist
) -> None:
    page = new_page(script=False, expects_refusals=True)
    sign_in(page)
    day = "2026-11-01"
    page.goto(f"/days/{day}/context/note/")
    note = "Could not sleep.\nTwitched until three."
    page.locator("textarea").first.fill(note)
    page.context.clear_cookies(name="session")

    page.locator("main form", has=page.locator("textarea")).get_by_role("button").first.click()
    expect(page.get_by_role("heading", name="Not saved yet, but nothing is lost")).to_be_visible()
    expect(page.get_by_label("Entry")).to_have_value(note)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in (opens a new tab)").click()
    tab = opened.value
    tab.get_by_label("User name or e-mail").fill("writer")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    expect(tab.get_by_role("navigation", name="Main")).to_be_visible()
    tab.close()

    page.get_by_role("button", name="Save again").click()
    expect(page.get_by_text("save it once more")).to_be_visible()
    page.get_by_role("button", name="Save again").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    assert Day.objects.get(date=day).note.replace("\r\n", "\n") == note


def test_the_keyboard_goes_through_the_sign_in_in_the_order_of_the_page(
    new_page: NewPage, writer: Diarist
) -> None:
    page = new_page(viewport=DESKTOP)
    page.goto(reverse("account_login"))
    page.get_by_label("User name or e-mail").focus()
    seen = []
    for _ in range(6):
        seen.append(page.evaluate("(e => e.ariaLabel || e.textContent.trim() || e.name)(document.activeElement)"))
        page.keyboard.press("Tab")
    assert seen == [
        "login",
        "password",
        "Show: Password",
        "Sign in",
        "Sign in with a passkey",
        "Forgot the password?",
    ]


LOOKS = pytest.mark.parametrize(
    ("viewport", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"]
)


def look_at(page: Page, path: str = "") -> None:
    """What a page must keep to, at its size and at 320 pixels."""
    if path:
        page.goto(path)
    where = page.url
    assert axe_findings(page) == [], where
    assert small_targets(page) == [], where
    size = page.viewport_size
    for width in (320, size["width"] if size else 0):
        page.set_viewport_size({"width": width, "height": 800})
        assert not is_wider_than_screen(page), (where, width)


@LOOKS
def test_every_page_outside_is_in_order(
    new_page: NewPage, writer: Diarist, viewport: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    page = new_page(viewport=viewport, scheme=scheme, expects_refusals=True)
    for name in OUTSIDE:
        look_at(page, reverse(name))
    for path in ("/accounts/confirm-email/x/", "/accounts/password/reset/key/1-x/", "/nothing/"):
        look_at(page, path)
    setup.settled.clear()
    User.objects.all().delete()
    look_at(page, reverse("setup"))


@LOOKS
def test_every_page_inside_is_in_order(
    new_page: NewPage, writer: Diarist, viewport: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    page = new_page(viewport=viewport, scheme=scheme, expects_refusals=True)
    give_passkeys(page)
    sign_in(page)
    page.goto(reverse("mfa_add_webauthn"))
    confirm_it_is_me(page)
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url(lambda url: "add" not in url)
    look_at(page, reverse("mfa_activate_totp"))
    key = Authenticator.objects.get(type="webauthn").pk
    TOTP.activate(writer.user, "A" * 32)
    for name in INSIDE:
        look_at(page, reverse(name))
    look_at(page, reverse("mfa_edit_webauthn", args=[key]))
    look_at(page, reverse("mfa_remove_webauthn", args=[key]))
    look_at(page, f"/episodes/{uuid.uuid4()}/")

    half_way = new_page(viewport=viewport, scheme=scheme, expects_refusals=True)
    sign_in(half_way)
    expect(half_way.get_by_role("heading", name="Second step")).to_be_visible()
    look_at(half_way)


def small_targets(page: Page) -> list[str]:
    """Buttons, fields and links that stand alone and are lower than 44 pixels."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(
            'main button, main a.button, main a.link, main input:not([type=hidden]), main label.tick')]
          .filter(e => e.offsetParent && !e.closest('.visually-hidden') && !e.classList.contains('visually-hidden'))
          .filter(e => !(e.closest('label.tick') && e.tagName === 'INPUT'))
          .filter(e => e.getBoundingClientRect().height < 43.5)
          .map(e => e.outerHTML.slice(0, 120))"""
    )
    return found


def test_the_admin_keeps_to_the_policy(new_page: NewPage, writer: Diarist) -> None:
    owner = User.objects.create_superuser("owner", password=PASSWORD)
    page = new_page(owner, viewport=DESKTOP)
    page.goto("/admin/")
    with page.expect_navigation(url="**/admin/"):
        confirm_it_is_me(page)
    for path in ("/admin/auth/user/", "/admin/auth/user/add/"):
        page.goto(path)
    page.goto(reverse("admin:auth_user_change", args=[writer.pk]))
    expect(page.get_by_label("Username")).to_have_value(re.compile("writer"))
    page.goto(reverse("admin:auth_user_delete", args=[writer.pk]))
    page.get_by_role("button", name=re.compile("Yes")).click()
    page.wait_for_url("**/admin/auth/user/")
    assert not Diarist.objects.filter(user__username="writer").exists()
