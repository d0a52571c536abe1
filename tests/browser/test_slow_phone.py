"""A thumb that is quicker than the network: every tap counts, what was typed stays, and the focus is never lost."""

import datetime as dt
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from diary import recording
from diary.models import Diarist, Episode, Medicine
from tests.browser.conftest import DESKTOP, NewPage
from tests.browser.test_turns import CALF, EYELID, Held, two_spots
from tests.diary.diaries import episode_now


def focused(page: Page) -> str:
    """What has the focus: its words, or the name of its tag."""
    return str(
        page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText")
    )


def has_lost_focus(page: Page) -> bool:
    return bool(page.evaluate("document.activeElement === document.body"))


def until(page: Page, is_true: Callable[[], bool]) -> None:
    """Wait for what the server does without an answer that the page shows."""
    deadline = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline, "it did not come"
        page.wait_for_timeout(20)


def focus(page: Page, control: Locator) -> None:
    """As somebody does who saw it come: it takes keys, and something else the focus, only a moment later."""
    control.wait_for()
    expect(page.locator(".htmx-added, .htmx-settling, .htmx-request")).to_have_count(0)
    control.focus()


# Of the answer to what is asked next, not of one before it.
TELL_WHEN_SETTLED = """document.addEventListener("htmx:beforeSend", (sent) => {
  document.addEventListener("htmx:afterSettle", function settled({ detail }) {
    if (detail.xhr !== sent.detail.xhr) return;
    document.removeEventListener("htmx:afterSettle", settled);
    setTimeout(() => { document.body.dataset.settled = 1; }, 50);
  });
}, { once: true })"""


def press_enter(page: Page) -> None:
    """And wait until the answer is on the page and whoever wants the focus has it."""
    page.evaluate(TELL_WHEN_SETTLED)
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-settled]")
    page.evaluate("delete document.body.dataset.settled")


def page_with_details(new_page: NewPage, writer: Diarist, **options: Any) -> Page:
    """Today, with the details of a twitch of the calf that was tapped just now."""
    two_spots(writer)
    page = new_page(writer.user, **options)
    page.goto("/")
    page.click(CALF)
    page.click(".saved >> text=Details")
    expect(page.locator(".details textarea")).to_be_visible()
    return page


def test_every_cup_tapped_while_the_first_is_on_its_way_counts(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/")
    page.click("#chip-caffeine_mg")
    first = Held(page, "**/context/**")
    for _ in range(3):
        page.click("text=Filter coffee")
    first.wait()
    first.let_go()
    expect(page.locator(".saved-words")).to_contain_text("Saved: Caffeine 270 mg")
    assert writer.days.get().caffeine_mg == 270


@pytest.mark.parametrize("answer", ["lost", "late"])
def test_a_cup_whose_answer_is_lost_counts_once_when_it_is_tapped_again(
    new_page: NewPage, writer: Diarist, answer: str
) -> None:
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.click("#chip-caffeine_mg")

    def lose(route: Route) -> None:
        route.fetch()
        if answer == "lost":
            route.abort()
        else:
            route.fulfill(status=504, body="")

    page.route("**/context/**", lose, times=1)
    page.click("text=Filter coffee")
    expect(page.locator("#trouble")).to_contain_text("saved")
    assert writer.days.get().caffeine_mg == 90
    page.click("text=Filter coffee")
    expect(page.locator(".saved-words")).to_contain_text("Saved: Caffeine 90 mg")
    page.click("text=Filter coffee")
    expect(page.locator(".saved-words")).to_contain_text("Saved: Caffeine 180 mg")


def test_another_answer_tapped_while_the_first_is_on_its_way_counts(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/")
    page.click("#chip-stress")
    first = Held(page, "**/context/**")
    page.click(".factor >> text=a little")
    first.wait()
    page.click(".factor >> text=a lot")
    first.let_go()
    expect(page.locator("#chip-stress")).to_have_text("Stress: a lot")


def test_a_second_place_on_the_map_is_logged_while_the_first_is_on_its_way(
    new_page: NewPage, writer: Diarist
) -> None:
    page = new_page(writer.user)
    page.goto("/")
    first = Held(page, "**/episodes/")
    for place in ("shin-left", "knee-right"):
        page.click(f'.view-front a[data-place="{place}"]')
        page.click("dialog.sheet >> text=seen")
        expect(page.locator("dialog.sheet")).not_to_be_visible()
    first.wait()
    first.let_go()
    expect(page.locator(".entries")).to_contain_text("Right knee")
    assert set(writer.episodes.values_list("location", "side")) == {("shin", "left"), ("knee", "right")}


def test_the_place_chosen_last_is_shown_on_the_timeline(new_page: NewPage, writer: Diarist) -> None:
    two_spots(writer)
    page = new_page(writer.user)
    page.goto("/timeline/")
    first = Held(page, "**/timeline/?**")
    page.select_option("#id_location", "calf-left")
    first.wait()
    page.select_option("#id_location", "lid_upper-right")
    first.let_go()
    expect(page).to_have_url(re.compile("location=lid_upper-right"))
    assert page.input_value("#id_location") == "lid_upper-right"


@pytest.mark.parametrize("leave", [".factor >> text=Done", "#chip-stress"], ids=["done", "another"])
def test_a_note_that_was_typed_is_saved_by_whatever_is_tapped_next(
    new_page: NewPage, writer: Diarist, leave: str
) -> None:
    page = new_page(writer.user)
    page.goto("/")
    page.click("#chip-note")
    page.fill("#factor-value", "could not sleep")
    page.click(leave)
    expect(page.locator("#factor-value")).to_have_count(0)
    assert writer.days.get().note == "could not sleep"


def type_a_note(page: Page) -> None:
    page.goto("/")
    page.click("#chip-note")
    page.fill("#factor-value", "could not sleep")


def test_a_note_that_was_typed_is_saved_before_a_link_is_followed(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    type_a_note(page)
    page.click("nav >> text=Days")
    expect(page).to_have_url(re.compile("/days/$"))
    expect(page.locator("main")).to_contain_text("could not sleep")


def test_details_that_were_chosen_are_saved_before_a_link_is_followed(new_page: NewPage, writer: Diarist) -> None:
    page = page_with_details(new_page, writer)
    page.click(".details >> label:has-text('about an hour')")
    page.click(".details >> text=Change place or time")
    expect(page.locator("h1")).to_contain_text("Left calf")
    assert writer.episodes.get(strength=2).duration_seconds == 3600


def test_a_link_is_not_followed_where_the_note_could_not_be_saved(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, expects_refusals=True)
    type_a_note(page)
    page.route("**/context/**", lambda route: route.abort(), times=1)
    page.click("nav >> text=Days")
    expect(page.locator("#trouble")).to_contain_text("What you typed is still here")
    assert page.input_value("#factor-value") == "could not sleep"
    page.click("nav >> text=Days")
    expect(page.locator("main")).to_contain_text("could not sleep")


@pytest.mark.parametrize("workers", ["allow", "block"])
def test_a_note_that_was_typed_is_saved_when_the_page_is_closed(
    new_page: NewPage, writer: Diarist, workers: str
) -> None:
    page = new_page(writer.user, service_workers=workers)
    page.goto("/")
    if workers == "allow":
        page.wait_for_selector("body[data-sw=ready]")
    type_a_note(page)
    page.goto("about:blank")
    until(page, writer.days.exists)
    assert writer.days.get().note == "could not sleep"


def test_missed_days_take_no_tap_while_they_are_saved(new_page: NewPage, writer: Diarist) -> None:
    episode_now(writer, timezone.now() - dt.timedelta(days=4), location="calf", side="left")
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/days/fill/")
    save = Held(page, "**/days/fill/**")
    page.locator(".fill .row >> text=No twitches").first.click()
    page.click("text=Save these days")
    save.wait()
    expect(page.locator(".fill input[type=radio]").first).to_be_disabled()
    save.routes.pop().abort()
    expect(page.locator("#trouble")).to_contain_text("What you typed is still here")
    assert page.locator(".fill input[value=none]").first.is_checked()
    page.locator(".fill .row >> text=No twitches").nth(1).click()
    page.click("text=Save these days")
    expect(page.locator("#fill")).to_contain_text("Saved as without twitches")
    assert writer.days.filter(no_twitches=True).count() == 2


def test_without_a_script_no_link_looks_as_if_it_saved_a_note(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, script=False)
    page.goto("/")
    page.click("#chip-note")
    expect(page.locator(".factor >> text=Done")).to_be_hidden()
    page.fill("#factor-value", "could not sleep")
    page.click(".factor >> text=Save")
    expect(page.locator("#factor-value")).to_have_count(0)
    assert writer.days.get().note == "could not sleep"
    page.click("#chip-stress")
    expect(page.locator(".factor >> text=Done")).to_be_visible()


def test_a_tap_on_done_does_not_sweep_away_what_could_not_be_saved(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.click("#chip-note")
    page.fill("#factor-value", "could not sleep")
    save = Held(page, "**/context/**", times=2)
    page.click(".factor >> text=Save")
    save.wait()
    page.click(".factor >> text=Done")
    for _ in ("the tap on Save", "what Done saves first"):
        save.wait()
        save.routes.pop().abort()
    expect(page.locator("#trouble")).to_contain_text("What you typed is still here")
    page.wait_for_timeout(300)
    assert page.input_value("#factor-value") == "could not sleep"
    expect(page.locator("#trouble")).to_contain_text("What you typed is still here")


def test_a_number_that_is_none_stays_when_done_is_tapped(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.click("#chip-caffeine_mg")
    page.fill("#factor-value", "much")
    page.click(".factor >> text=Done")
    expect(page.locator("#factor-error")).to_be_visible()
    page.wait_for_timeout(200)
    assert page.input_value("#factor-value") == "much"


def test_details_that_are_being_typed_outlive_the_next_tap(new_page: NewPage, writer: Diarist) -> None:
    page = page_with_details(new_page, writer)
    page.click(".details >> label:has-text('about an hour')")
    page.fill(".details textarea", "after the run")
    page.click(EYELID)
    expect(page.locator(".saved")).to_contain_text("Right upper eyelid")
    assert page.input_value(".details textarea") == "after the run"
    expect(page.locator(".details h2")).to_contain_text("Left calf")
    page.click(".details >> button:has-text('Save')")
    expect(page.locator(".entries")).to_contain_text("after the run")
    stored = writer.episodes.get(note="after the run")
    assert (stored.location, stored.strength, stored.duration_seconds) == ("calf", 2, 3600)


def test_details_of_an_entry_that_is_taken_back_go_with_it(new_page: NewPage, writer: Diarist) -> None:
    page = page_with_details(new_page, writer)
    page.fill(".details textarea", "after the run")
    page.click(".saved >> text=Undo")
    expect(page.locator(".saved")).to_contain_text("entry removed")
    expect(page.locator(".details")).to_have_count(0)


def test_the_field_that_is_being_typed_in_keeps_the_focus(new_page: NewPage, writer: Diarist) -> None:
    page = page_with_details(new_page, writer)
    expect(page.locator(".details textarea")).to_be_visible()
    slow = Held(page, "**/episodes/")
    page.click(EYELID)
    slow.wait()
    page.click(".details textarea")
    page.keyboard.type("aft")
    slow.let_go()
    expect(page.locator(".saved")).to_contain_text("Right upper eyelid")
    page.keyboard.type("er")
    assert page.input_value(".details textarea") == "after"


def test_late_details_do_not_open_below_another_entry(new_page: NewPage, writer: Diarist) -> None:
    two_spots(writer)
    page = new_page(writer.user)
    page.goto("/")
    page.click(CALF)
    expect(page.locator(".saved")).to_contain_text("Left calf")
    details = Held(page, re.compile("/episodes/.+/"))  # type: ignore[arg-type]
    page.click(".saved >> text=Details")
    details.wait()
    page.click(EYELID)
    expect(page.locator(".saved")).to_contain_text("Right upper eyelid")
    details.let_go()
    page.wait_for_timeout(200)
    expect(page.locator(".details")).to_have_count(0)


def test_words_typed_into_the_search_outlive_the_answer_to_a_filter(new_page: NewPage, writer: Diarist) -> None:
    two_spots(writer)
    page = new_page(writer.user)
    page.goto("/days/")
    page.click("text=Filter and search >> visible=true")
    look = Held(page, "**/days/?**")
    page.select_option("#id_location", "calf-left")
    look.wait()
    page.click("#id_q")
    page.keyboard.type("cra")
    look.let_go()
    expect(page).to_have_url(re.compile("location=calf-left"))
    page.keyboard.type("mp")
    assert page.input_value("#id_q") == "cramp"
    assert page.input_value("#id_location") == "calf-left"


def test_older_days_that_come_late_are_not_put_below_a_filtered_list(new_page: NewPage, writer: Diarist) -> None:
    for day in range(70):
        episode_now(writer, timezone.now() - dt.timedelta(days=day), location="calf" if day % 2 else "knee")
    page = new_page(writer.user)
    page.goto("/days/")
    older = Held(page, "**/days/?before=**")
    page.click("text=Older days")
    older.wait()
    page.click("text=Filter and search >> visible=true")
    page.select_option("#id_location", "calf-left")
    expect(page).to_have_url(re.compile("location=calf-left"))
    older.let_go()
    page.wait_for_timeout(200)
    expect(page.locator(".entries >> text=Left knee")).to_have_count(0)


def test_a_medicine_that_is_being_typed_outlives_stopping_another(new_page: NewPage, writer: Diarist) -> None:
    Medicine.objects.create(diarist=writer, name="Old")
    page = new_page(writer.user)
    page.goto("/medicines/")
    stop = Held(page, re.compile("/medicines/.+/"))  # type: ignore[arg-type]
    page.click("text=Stopped today")
    stop.wait()
    page.click("#id_name")
    page.keyboard.type("Ne")
    stop.routes.pop().continue_()
    expect(page.locator(".saved")).to_contain_text("Last day is today")
    page.keyboard.type("w")
    assert page.input_value("#id_name") == "New"


def test_return_pressed_again_adds_the_same_cup_again(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, viewport=DESKTOP)
    page.goto("/")
    page.click("#chip-caffeine_mg")
    add = page.locator('.factor button[name="add"]').nth(1)
    focus(page, add)
    words = focused(page)
    for _ in range(2):
        press_enter(page)
        assert focused(page) == words


@pytest.mark.parametrize(
    "path",
    [
        CALF,
        "text=No twitches today",
        ".none-noted >> text=Undo",
        ".saved >> text=Undo",
        ".factor >> text=Done",
        "text=It stopped",
        ".details >> text=Save",
    ],
)
def test_the_focus_is_not_lost(new_page: NewPage, writer: Diarist, path: str) -> None:
    if "twitches" not in path and "none" not in path:
        two_spots(writer)
    if path == "text=It stopped":
        episode_now(writer, timezone.now(), is_ongoing=True)
    page = new_page(writer.user, viewport=DESKTOP)
    page.goto("/")
    if path.startswith((".saved", ".details")):
        page.click(CALF)
    if path.startswith(".details"):
        page.click(".saved >> text=Details")
    if path.startswith(".none"):
        page.click("text=No twitches today")
    if path.startswith(".factor"):
        page.click("#chip-caffeine_mg")
    focus(page, page.locator(path))
    press_enter(page)
    assert not has_lost_focus(page)


@pytest.mark.parametrize("workers", ["allow", "block"])
def test_a_tap_that_waits_is_sent_when_the_page_is_left(
    new_page: NewPage, writer: Diarist, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    two_spots(writer)
    asked, is_free = threading.Event(), threading.Event()
    log = recording.log_episode

    def slow(diarist: Diarist, episode: Episode) -> recording.Logged:
        if episode.location == "calf":
            asked.set()
            is_free.wait(60)
        return log(diarist, episode)

    monkeypatch.setattr(recording, "log_episode", slow)
    page = new_page(writer.user, service_workers=workers, expects_refusals=workers == "block")
    page.goto("/")
    if workers == "allow":
        page.wait_for_selector("body[data-sw=ready]")
        page.reload()
        until(page, lambda: bool(page.evaluate("navigator.serviceWorker.controller !== null")))
    page.click(CALF)
    assert asked.wait(60)
    page.click(EYELID)
    page.goto("/timeline/")
    is_free.set()
    # Each is stored by a thread of its own, so either may be first.
    until(page, lambda: writer.episodes.filter(location="calf").count() == 2)
    until(page, lambda: writer.episodes.filter(location="lid_upper").count() == 2)
    page.goto("/")
    expect(page.locator(".entries")).to_contain_text("Right upper eyelid")
    expect(page.locator(".entries >> text=Left calf")).to_have_count(1)


def test_what_is_kept_is_named_after_its_own_place(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.wait_for_selector("body[data-sw=ready]")
    first = Held(page, "**/episodes/")
    page.click('.view-front a[data-place="shin-left"]')
    page.click("dialog.sheet >> text=seen")
    first.wait()
    page.click('.view-front a[data-place="knee-right"]')
    first.routes.pop().abort()
    expect(page.locator("#waiting")).to_contain_text("Left shin: seen")
    page.click("dialog.sheet >> text=felt only")
    expect(page.locator(".saved")).to_contain_text("Right knee")
    assert writer.episodes.filter(location="knee", strength=1).count() == 1


def test_a_tap_after_midnight_turns_the_page(
    new_page: NewPage, writer: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_spots(writer)
    page = new_page(writer.user)
    page.goto("/")
    now, yesterday = timezone.now, page.locator("h1").inner_text()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + dt.timedelta(days=2))
    page.click(CALF)
    expect(page.locator("h1")).not_to_have_text(yesterday)
    expect(page.locator(".saved")).to_contain_text("Left calf")
    page.click("#chip-stress")
    page.click(".factor >> text=a lot")
    expect(page.locator("#chip-stress")).to_have_text("Stress: a lot")
    assert f"{writer.days.get().date:%Y-%m-%d}" == page.locator("#log").get_attribute("data-day")


def test_today_is_today_when_the_page_is_looked_at_again(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.clock.install()
    page.goto("/")
    page.evaluate("window.isOld = true")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(100)
    assert page.evaluate("window.isOld")
    page.clock.set_system_time(dt.datetime.now(dt.UTC) + dt.timedelta(days=2))
    with page.expect_navigation():
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert not page.evaluate("window.isOld")


def test_what_was_sent_when_the_page_was_left_is_not_sent_again(new_page: NewPage, writer: Diarist) -> None:
    """Some browsers freeze a page that is left and go on with it when the person comes back."""
    page = new_page(writer.user, service_workers="block")
    page.goto("/")
    page.click("#chip-caffeine_mg")
    first = Held(page, "**/context/**")
    page.click("text=Filter coffee")
    first.wait()
    page.click("text=Filter coffee")
    page.wait_for_timeout(100)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    until(page, writer.days.exists)
    first.let_go()
    until(page, lambda: writer.days.get().caffeine_mg != 90)
    page.wait_for_timeout(500)
    assert writer.days.get().caffeine_mg == 180


def test_save_tapped_twice_is_no_other_tab(new_page: NewPage, writer: Diarist) -> None:
    """The second Save knows the entry as it was before the first."""
    page = page_with_details(new_page, writer)
    page.fill(".details textarea", "after the run")
    page.locator(".details >> button:has-text('Save')").dblclick()
    expect(page.locator(".entries")).to_contain_text("after the run")
    page.wait_for_timeout(300)
    expect(page.locator(".details")).to_have_count(0)
    assert writer.episodes.get(strength=2).note == "after the run"
    page.click("#chip-note")
    page.fill("#factor-value", "slept badly")
    page.locator(".factor >> text=Save").dblclick()
    expect(page.locator(".saved-words")).to_contain_text("Saved")
    page.wait_for_timeout(300)
    expect(page.locator(".factor")).to_have_count(0)
    assert writer.days.get().note == "slept badly"
