"""The main job, in a real browser, with a thumb: taps are counted."""

import errno
import re

import pytest
from django.db import OperationalError
from playwright.sync_api import Page, expect

from diary.models import Diarist
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.diary.diaries import episode_now


class Thumb:
    """Counts the taps that a task takes."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, selector: str) -> None:
        """One tap on the first visible match."""
        self.taps += 1
        self.page.locator(f"{selector} >> visible=true").first.click()


def hours_ago(diarist: Diarist, hours: float, **values: object) -> None:
    """An episode that many hours ago, by the real clock."""
    from datetime import timedelta  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    episode_now(diarist, timezone.now() - timedelta(hours=hours), **values)


def test_the_same_spot_again_takes_one_tap(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30, strength=1)
    page = new_page(writer.user)
    page.goto("/")
    thumb = Thumb(page)
    thumb.tap('button[aria-label="Left calf: 3, moves the part"]')
    expect(page.locator(".saved")).to_contain_text("Left calf, “moves the part”")
    assert thumb.taps == 1
    assert set(writer.episodes.values_list("strength", flat=True)) == {1, 3}
    expect(page.locator('.view-front a[data-place="calf-left"]')).to_have_class(re.compile(r"\bs3\b"))


def test_no_twitches_takes_one_tap_and_undo_another(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/")
    thumb = Thumb(page)
    thumb.tap("text=No twitches today")
    expect(page.locator(".none-noted")).to_contain_text("noted")
    assert (thumb.taps, writer.days.get().no_twitches) == (1, True)
    thumb.tap(".none-noted >> text=Undo")
    expect(page.locator(".none-noted")).to_have_count(0)
    assert not writer.days.exists()


def test_a_new_spot_on_the_map_takes_two_taps(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/")
    thumb = Thumb(page)
    thumb.tap('.view-front a[data-place="calf-left"]')
    expect(page.locator("dialog.sheet h2")).to_have_text("Left calf")
    thumb.tap("dialog.sheet >> text=seen")
    expect(page.locator(".saved")).to_contain_text("Left calf, “seen”")
    assert thumb.taps == 2
    assert writer.episodes.values_list("location", "side", "strength").get() == ("calf", "left", 2)
    expect(page.locator('.view-front a[data-place="calf-left"]')).to_have_class(re.compile(r"\bs2\b"))


def test_two_different_spots_in_a_row_are_two_rows(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/")
    for place, strength in (("shin-left", "felt only"), ("shin-right", "stops what I do")):
        page.click(f'.view-front a[data-place="{place}"]')
        page.click(f"dialog.sheet >> text={strength}")
        expect(page.locator(".saved")).to_contain_text(strength)
    assert set(writer.episodes.values_list("side", "strength")) == {("left", 1), ("right", 4)}


def test_the_side_can_be_put_right_in_the_sheet(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/")
    page.click(".views >> text=Face")
    page.click('.view-face a[data-place="brow-left"]')
    page.click("dialog.sheet >> label:has-text('middle')")
    expect(page.locator("dialog.sheet h2")).to_have_text("Middle of the forehead")
    page.click("dialog.sheet >> text=felt only")
    expect(page.locator(".saved")).to_contain_text("Middle of the forehead")
    assert writer.episodes.values_list("location", "side").get() == ("brow", "middle")


def test_the_head_opens_the_face_and_a_hand_the_hand(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/")
    page.click('.view-front a[aria-label="Show the face"]')
    expect(page.locator('a[data-place="lid_upper-left"]')).to_be_visible()
    page.click(".views >> text=Front")
    page.click('.view-front a[aria-label="Show my left hand"]')
    expect(page.locator('.view-hand_left a[data-place="hand_web-left"]')).to_be_visible()


def test_undo_takes_it_back_and_leaves_after_ten_seconds(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.clock.install()
    page.goto("/")
    page.click('.view-front a[data-place="knee-left"]')
    page.click("dialog.sheet >> text=seen")
    page.click(".saved >> text=Undo")
    expect(page.locator(".saved")).to_contain_text("entry removed")
    assert not writer.episodes.exists()
    page.click("text=Put it back")
    expect(page.locator(".saved >> text=Undo")).to_be_visible()
    assert writer.episodes.count() == 1
    page.clock.run_for(11_000)
    expect(page.locator(".saved >> text=Undo")).to_have_count(0)
    expect(page.locator(".saved")).to_contain_text("Left knee")


def test_details_are_offered_after_the_tap(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30)
    page = new_page(writer.user)
    page.goto("/")
    page.click('button[aria-label="Left calf: 2, seen"]')
    page.click(".saved >> text=Details")
    page.click(".details >> label:has-text('about an hour')")
    page.fill(".details textarea", "after the run")
    page.click(".details >> button:has-text('Save')")
    expect(page.locator(".entries")).to_contain_text("after the run")
    stored = writer.episodes.get(strength=2)
    assert (stored.duration_seconds, stored.duration_is_rough, stored.note) == (3600, True, "after the run")


def test_a_double_tap_is_one_entry(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30)
    page = new_page(writer.user)
    page.goto("/")
    page.locator('button[aria-label="Left calf: 2, seen"]').dblclick()
    expect(page.locator(".saved")).to_be_visible()
    page.wait_for_timeout(300)
    assert writer.episodes.filter(strength=2).count() == 1


def test_context_is_saved_as_it_is_tapped(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/")
    page.click("#chip-caffeine_mg")
    page.click("text=Filter coffee")
    expect(page.locator(".saved-words")).to_contain_text("Saved: Caffeine 90 mg")
    page.click("text=Filter coffee")
    expect(page.locator(".saved-words")).to_contain_text("Saved: Caffeine 180 mg")
    page.click(".factor >> text=Done")
    page.click("#chip-stress")
    page.click(".factor >> text=a little")
    expect(page.locator("#chip-stress")).to_have_text("Stress: a little")
    assert writer.days.values_list("caffeine_mg", "stress", "sleep_hours").get() == (180, 1, None)


def test_a_save_without_a_connection_keeps_what_was_typed(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.click("#chip-note")
    page.fill("#factor-value", "could not sleep")
    page.context.set_offline(True)
    page.click(".factor >> text=Save")
    expect(page.locator("#trouble")).to_contain_text("What you typed is still here")
    assert page.input_value("#factor-value") == "could not sleep"
    page.context.set_offline(False)
    page.click(".factor >> text=Save")
    expect(page.locator(".saved-words")).to_contain_text("Saved")
    assert writer.days.get().note == "could not sleep"


@pytest.mark.parametrize(
    ("error", "words"), [(errno.ENOSPC, "is full"), (None, "did not answer")], ids=["full", "away"]
)
def test_no_room_or_no_database_keeps_what_was_typed(
    new_page: NewPage, writer: Diarist, monkeypatch: pytest.MonkeyPatch, error: int | None, words: str
) -> None:
    def fail(*args: object) -> None:
        raise OSError(error, "no room") if error else OperationalError("gone")

    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.click("#chip-note")
    page.fill("#factor-value", "could not sleep")
    with monkeypatch.context() as broken:
        broken.setattr("diary.views.today.save_factor", fail)
        page.click(".factor >> text=Save")
        expect(page.locator("#trouble")).to_contain_text(words)
    assert page.input_value("#factor-value") == "could not sleep"
    page.click(".factor >> text=Save")
    expect(page.locator(".saved-words")).to_contain_text("Saved")
    assert writer.days.get().note == "could not sleep"


def test_a_session_that_ended_keeps_what_was_typed(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.click("#chip-note")
    page.fill("#factor-value", "typed before")
    page.context.clear_cookies()
    page.click(".factor >> text=Save")
    expect(page.locator("#trouble")).to_contain_text("you have been signed out")
    assert page.input_value("#factor-value") == "typed before"
    assert not writer.days.exists()


def test_a_timer_outlives_a_reload_and_is_seen_elsewhere(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30)
    page = new_page(writer.user)
    page.goto("/")
    page.click("text=Twitching now")
    page.click("text=Left calf")
    expect(page.locator(".timer")).to_contain_text("Left calf")
    page.reload()
    expect(page.locator(".timer .elapsed")).to_have_text(re.compile(r"\d:\d\d"))
    other = new_page(writer.user, viewport=DESKTOP)
    other.goto("/")
    other.click("text=It stopped")
    expect(other.locator(".saved")).to_contain_text("Left calf")
    stored = writer.episodes.get(is_ongoing=False, duration_seconds__isnull=False)
    assert 0 <= (stored.duration_seconds or 0) < 60


def test_a_forgotten_timer_asks_when_it_ended(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 9, is_ongoing=True)
    page = new_page(writer.user)
    page.goto("/")
    page.click("text=It stopped")
    expect(page.locator("h1")).to_have_text("When did it stop?")
    page.click("label:has-text('minutes')")
    page.click("button:has-text('Save')")
    expect(page.locator(".saved")).to_contain_text("Left calf")
    stored = writer.episodes.get()
    assert (stored.duration_seconds, stored.duration_is_rough, stored.is_ongoing) == (600, True, False)


def test_the_keyboard_alone_logs_a_spot(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, viewport=DESKTOP)
    page.goto("/")
    region = page.locator('.view-front a[data-place="thigh_front-right"]')
    region.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog.sheet h2")).to_be_focused()
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "2":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_contain_text("Front of the right thigh")
    assert writer.episodes.values_list("location", "side", "strength").get() == ("thigh_front", "right", 2)


def test_escape_closes_the_sheet_and_gives_the_focus_back(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, viewport=DESKTOP)
    page.goto("/")
    region = page.locator('.view-front a[data-place="knee-right"]')
    region.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(region).to_be_focused()
    assert not writer.episodes.exists()


def test_without_a_script_everything_is_logged_too(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, script=False)
    page.goto("/")
    page.click('.view-front a[data-place="calf-left"]')
    page.click("button:has-text('seen')")
    expect(page.locator(".saved")).to_contain_text("Left calf, “seen”")
    page.click('button[aria-label="Left calf: 4, stops what I do"]')
    expect(page.locator(".saved")).to_contain_text("Left calf, “stops what I do”")
    page.click(".saved >> text=Undo")
    expect(page.locator(".saved")).to_contain_text("Left calf: entry removed")
    page.goto("/")
    page.click("#chip-sleep_hours")
    page.click(".factor >> button:has-text('6.5')")
    expect(page.locator("#chip-sleep_hours")).to_have_text("Slept 6 h 30")
    assert list(writer.episodes.values_list("strength", flat=True)) == [2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_on_today(
    new_page: NewPage, writer: Diarist, scheme: str, viewport: dict[str, int]
) -> None:
    for hours in (1, 30, 60):
        hours_ago(writer, hours, strength=2)
    hours_ago(writer, 2, location="lid_upper", side="right", is_ongoing=True)
    page = new_page(writer.user, viewport=viewport, scheme=scheme, expects_refusals=True)
    page.goto("/")
    assert axe_findings(page) == []
    page.click('.view-front a[data-place="calf-left"]')
    page.wait_for_timeout(200)
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    page.click("#chip-caffeine_mg")
    page.wait_for_selector(".factor")
    assert axe_findings(page) == []


def pages_of(diarist: Diarist) -> list[str]:
    """Every page of the writing-down half that is not in a test of its own."""
    hours_ago(diarist, 30, strength=2)
    pk = diarist.episodes.values_list("pk", flat=True)[0]
    return [
        "/spots/",
        "/spots/new/?location=calf&side=left",
        "/spots/new/?location=elsewhere",
        "/now/",
        f"/episodes/{pk}/",
        "/days/2026-01-05/context/sleep_hours/",
        "/days/2026-01-05/context/note/",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_smaller_pages(new_page: NewPage, writer: Diarist, scheme: str) -> None:
    page = new_page(writer.user, scheme=scheme, expects_refusals=True)
    for path in pages_of(writer):
        page.goto(path)
        assert (path, axe_findings(page)) == (path, [])


def test_nothing_is_cut_off_at_320_pixels(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, viewport={"width": 320, "height": 256})
    for path in ["/", *pages_of(writer)]:
        page.goto(path)
        assert (path, is_wider_than_screen(page)) == (path, False)


def test_every_target_on_today_is_large_enough_for_a_thumb(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 1, strength=2)
    page = new_page(writer.user)
    page.goto("/")
    small = page.evaluate(
        """() => [...document.querySelectorAll('main :is(button, a.chip, a.link, a.button, label.chip)')]
            .filter(e => e.checkVisibility()).map(e => [e.innerText, e.getBoundingClientRect()])
            .filter(([, box]) => box.width < 43.5 || box.height < 43.5).map(([text]) => text)"""
    )
    assert small == []


def test_a_page_that_lay_open_while_its_token_changed_saves(new_page: NewPage, writer: Diarist) -> None:
    """As after signing in again in another tab."""
    hours_ago(writer, 30, strength=1)
    page = new_page(writer.user)
    page.goto("/")
    root = page.url
    page.context.add_cookies([{"name": "csrf", "value": "f" * 32, "url": root}])
    page.click("button[aria-label='Left calf: 1, felt only']")
    expect(page.locator(".saved")).to_contain_text("Left calf")
    page.goto("/medicines/")
    page.context.add_cookies([{"name": "csrf", "value": "g" * 32, "url": root}])
    page.fill("#id_name", "Magnesium")
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_be_visible()
    assert writer.medicines.get().name == "Magnesium"
