"""Check, signs, medicines, settings and welcome in a real browser: taps, keys, no script, axe."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from diary.models import Diarist, Medicine, SignCheck
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen

SIZES = [pytest.param(PHONE, id="phone"), pytest.param(DESKTOP, id="desktop")]


def choose(page: Page, question: str, answer: str) -> None:
    """Answer one question of a sheet."""
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def open_yes(diarist: Diarist) -> SignCheck:
    """A yes of three weeks ago."""
    at = timezone.now() - dt.timedelta(days=21)
    return SignCheck.objects.create(
        diarist=diarist, date=at.date(), sign="stairs", answer="yes", location="calf", side="left", recorded_at=at
    )


def test_all_no_takes_two_taps_and_shows_every_answer_first(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/check/")
    page.get_by_role("button", name="No to all the rest").click()
    expect(page.locator('.sign > .chips input[value="no"]:checked')).to_have_count(12)
    expect(page.locator(".count")).to_have_text("12 of 12 answered")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_focused()
    assert not writer.sign_checks.exists()
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("Nothing you can't do")
    assert writer.sign_checks.filter(answer="no").count() == 12


def test_a_yes_opens_its_details_and_an_open_one_is_not_swept_up(new_page: NewPage, writer: Diarist) -> None:
    open_yes(writer)
    page = new_page(writer.user)
    page.goto("/check/")
    expect(page.locator("#id_jars-place")).to_be_hidden()
    choose(page, "Is there a jar", "Yes")
    page.locator("#id_jars-place").select_option("hand_web:right")
    page.get_by_role("button", name="No to all the rest").click()
    expect(page.locator(".open-signs input:checked")).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Book an appointment soon")).to_be_visible()
    today = writer.sign_checks.filter(sign="jars").get()
    assert (today.location, today.side) == ("hand_web", "right")
    assert writer.sign_checks.filter(sign="stairs").count() == 1


def test_the_emergency_stands_first_and_can_be_dialled(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/check/signs/")
    expect(page.locator('a[href="tel:112"]')).to_be_in_viewport()
    choose(page, "Does one side of your face droop?", "Yes")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Call 112 now")
    expect(page.locator('a[href="tel:112"]')).to_be_in_viewport()


@pytest.mark.parametrize("viewport", SIZES)
def test_with_the_keyboard_alone(new_page: NewPage, writer: Diarist, viewport: dict[str, int]) -> None:
    page = new_page(writer.user, viewport=viewport)
    page.goto("/check/")
    page.get_by_label("No", exact=True).first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator('[name="jars-answer"]:checked')).to_have_value("yes")
    hidden = 0
    for _ in range(40):
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            """() => {
              const field = document.activeElement, bar = document.querySelector(".bar");
              if (bar.contains(field) || !field.closest(".sheet")) return 0;
              const here = field.getBoundingClientRect(), cover = bar.getBoundingClientRect();
              return here.bottom > cover.top + 1 && here.top < cover.bottom ? 1 : 0;
            }"""
        )
    assert hidden == 0


def test_an_answer_is_deleted_and_put_back_where_it_was(new_page: NewPage, writer: Diarist) -> None:
    row = open_yes(writer)
    page = new_page(writer.user)
    page.goto("/check/answers/")
    page.get_by_role("button", name="Delete the answer: Stairs and chairs").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    assert not writer.sign_checks.exists()
    undo.click()
    expect(page.locator(".answer")).to_contain_text("Left calf")
    assert writer.sign_checks.get() == row


def test_everything_works_without_scripts(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, script=False)
    page.goto("/check/")
    choose(page, "Do you choke", "Not sure")
    page.get_by_role("button", name="No to all the rest").click()
    expect(page.locator("main")).to_contain_text("Book an appointment soon")
    page.goto("/check/answers/")
    page.get_by_role("button", name="Delete the answer: Swallowing").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Delete the answer: Swallowing")).to_be_visible()
    assert writer.sign_checks.count() == 12
    page.goto("/medicines/")
    page.get_by_label("Name").fill("Magnesium")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Magnesium: last day is today").click()
    expect(page.locator(".saved")).to_contain_text("Last day is today")
    page.goto("/settings/")
    expect(page.get_by_label("Time zone", exact=True)).to_be_visible()
    page.get_by_role("button", name="fluid ounces").click()
    expect(page.locator("#units-done")).to_have_text("Saved")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_a_section_of_settings_saves_in_place(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/settings/")
    page.get_by_label("Name on the print-out").fill("Ada")
    page.locator("#you-save").click()
    expect(page.locator("#you-done")).to_have_text("Saved")
    expect(page.locator("#you-save")).to_be_focused()
    page.get_by_label("Use the time zone of the device").uncheck()
    page.get_by_label("Time zone", exact=True).select_option("Asia/Tokyo")
    page.locator("#time-save").click()
    expect(page.locator("#time")).to_contain_text("Your diary goes by Tokyo")
    writer.refresh_from_db()
    assert (writer.name, writer.time_zone, writer.follows_device) == ("Ada", "Asia/Tokyo", False)


def test_welcome_leads_to_today_in_three_taps(new_page: NewPage, writer: Diarist) -> None:
    Diarist.objects.update(welcomed_at=None)
    page = new_page(writer.user)
    page.goto("/")
    page.get_by_role("link", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Start the diary").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")


@pytest.mark.parametrize("viewport", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(new_page: NewPage, writer: Diarist, viewport: dict[str, int], scheme: str) -> None:
    medicine = Medicine.objects.create(diarist=writer, name="Magnesium")
    row = open_yes(writer)
    page = new_page(writer.user, viewport=viewport, scheme=scheme, expects_refusals=True)
    paths = ["check/", "check/signs/", "check/answers/", "medicines/", "settings/"]
    paths += [f"welcome/{step}/" for step in (1, 2, 3)]
    paths += [f"medicines/{medicine.pk}/", f"check/answers/{row.pk}/delete/"]
    found = {}
    for path in paths:
        page.goto(f"/{path}")
        found[path] = axe_findings(page)
    page.goto("/check/")
    choose(page, "Is there a jar", "Yes")
    page.locator("#id_jars-since_on").fill("2999-01-01")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#id_jars-since_on_error")).to_be_visible()
    # Where it sticks, the bar covers controls until one scrolls, which axe takes for targets that are too small.
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    found["refused"] = axe_findings(page)
    page.goto("/check/signs/")
    choose(page, "Does one side of your face droop?", "Yes")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Call 112 now")).to_be_visible()
    found["emergency"] = axe_findings(page)
    assert {path: findings for path, findings in found.items() if findings} == {}


@pytest.mark.parametrize("size", [{"width": 320, "height": 640}, {"width": 320, "height": 256}])
def test_fits_320_px_and_400_percent(new_page: NewPage, writer: Diarist, size: dict[str, int]) -> None:
    open_yes(writer)
    Medicine.objects.create(diarist=writer, name="Averyveryverylongnameofamedicinewithoutanyblanks 300 mg")
    page = new_page(writer.user, viewport=size)
    for path in ("/check/", "/check/signs/", "/check/answers/", "/medicines/", "/settings/", "/welcome/2/"):
        page.goto(path)
        assert not is_wider_than_screen(page), path
