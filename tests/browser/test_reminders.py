"""Reminders in a real browser: chosen, fetched for the calendar, stopped by the link in the mail."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from playwright.sync_api import expect

from diary import reminders
from diary.models import Diarist
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen


@pytest.fixture
def confirmed(writer: Diarist) -> Diarist:
    EmailAddress.objects.create(user=writer.user, email=writer.user.email, verified=True, primary=True)
    return writer


def test_a_time_is_chosen_and_the_calendar_gets_it(new_page: NewPage, confirmed: Diarist) -> None:
    page = new_page(confirmed.user)
    page.goto("/settings/")
    page.click("text=Once a day, if you want")
    page.get_by_label("Time", exact=True).fill("21:45")
    page.get_by_label("Send me an e-mail").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".done").first).to_have_text("Saved")
    assert (confirmed.reminder.time, confirmed.reminder.by_mail) == (dt.time(21, 45), True)
    with page.expect_download() as download:
        page.get_by_role("link", name="Get the calendar file").click()
    assert download.value.suggested_filename == "diary.ics"
    assert "T214500\n" in Path(download.value.path()).read_text()


def test_the_link_in_the_mail_needs_no_sign_in_and_no_script(new_page: NewPage, confirmed: Diarist) -> None:
    reminders.keep(confirmed, time=dt.time(20), by_mail=True, zone="Europe/Berlin", now=timezone.now())
    page = new_page(script=False)
    page.goto(f"/reminders/off/{reminders.off_token(confirmed)}/")
    page.get_by_role("button", name="Stop them").click()
    expect(page.locator("main")).to_contain_text("Done: no more e-mails.")
    confirmed.reminder.refresh_from_db()
    assert not confirmed.reminder.by_mail


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "viewport", [PHONE, DESKTOP, {"width": 320, "height": 640}], ids=["phone", "desktop", "narrow"]
)
def test_the_pages_are_fit_for_everybody(
    new_page: NewPage, confirmed: Diarist, viewport: Any, scheme: Any
) -> None:
    page = new_page(confirmed.user, viewport=viewport, scheme=scheme, expects_refusals=True)
    for address in ("/settings/reminders/", f"/reminders/off/{reminders.off_token(confirmed)}/"):
        page.goto(address)
        assert not is_wider_than_screen(page)
        assert axe_findings(page) == []
    page.goto("/settings/reminders/")
    page.get_by_label("Time", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_time_error")).to_contain_text("Choose a time.")
    assert axe_findings(page) == []
