"""What is not saved yet while somebody goes on tapping: it is saved first, told, and never ends in a dead button."""

import datetime as dt
import re
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from diary import recording
from diary.models import Diarist, Episode
from tests.browser.conftest import NewPage, sign_in
from tests.browser.test_offline import waiting
from tests.browser.test_slow_phone import page_with_details, type_a_note, until
from tests.browser.test_turns import CALF, EYELID, Held, lose_answer, two_spots
from tests.diary.diaries import episode_now

PREVENTED = """() => addEventListener("click", (event) => {
    window.isPrevented = event.defaultPrevented;
    event.preventDefault();
})"""


def test_the_number_to_call_is_dialled_at_once(new_page: NewPage, writer: Diarist) -> None:
    writer.sign_checks.create(
        sign="face_droop", answer="yes", date=timezone.localdate(), recorded_at=timezone.now()
    )
    page = new_page(writer.user, expects_refusals=True)
    page.route(
        "**/context/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    type_a_note(page)
    page.evaluate(PREVENTED)
    page.click('a[href^="tel:"]')
    assert page.evaluate("window.isPrevented") is False


def test_a_medicine_is_entered_once(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/medicines/")
    page.fill("#id_name", "Magnesium")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Saved")
    expect(page.locator("#id_name")).to_have_value("")
    assert writer.medicines.count() == 1


def test_a_number_is_shown_as_it_was_stored(new_page: NewPage, writer: Diarist) -> None:
    Diarist.objects.update(volume_unit="fl_oz")
    page = new_page(writer.user)
    page.goto("/")
    page.click("#chip-water_ml")
    page.fill("#factor-value", "16.9")
    page.click(".factor >> text=Save")
    expect(page.locator("#factor-value")).to_have_value("17")
    page.fill("#factor-value", "16.9")
    for bottles in (2, 3, 4):
        page.click(".factor >> text=Bottle")
        expect(page.locator("#factor-value")).to_have_value(str(17 * bottles))
    assert writer.days.get().water_ml in range(2000, 2010)


def test_a_cup_after_the_total_was_shown_is_another_one(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.click("#chip-caffeine_mg")
    lose_answer(page, "**/context/**")
    page.click("text=Filter coffee")
    expect(page.locator("#trouble")).to_contain_text("Not saved")
    page.click(".factor >> text=Done")
    expect(page.locator("#chip-caffeine_mg")).to_have_text("Caffeine 90 mg")
    page.click("#chip-caffeine_mg")
    page.click("text=Filter coffee")
    expect(page.locator(".saved-words")).to_contain_text("Saved: Caffeine 180 mg")


def test_the_link_to_this_page_saves_first_too(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    type_a_note(page)
    page.click("nav >> text=Today")
    expect(page.locator("#chip-note")).to_contain_text("could not sleep")
    assert writer.days.get().note == "could not sleep"


def test_a_link_waits_for_the_taps_before_it(
    new_page: NewPage, writer: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next page would be made before they are stored, look as if they were lost, and have them tapped again."""
    two_spots(writer)
    log = recording.log_episode

    def slow(diarist: Diarist, episode: Episode) -> recording.Logged:
        threading.Event().wait(0.5)
        return log(diarist, episode)

    page = new_page(writer.user)
    page.goto("/")
    monkeypatch.setattr(recording, "log_episode", slow)
    page.click(CALF)
    page.click(EYELID)
    page.click("nav >> text=Days")
    expect(page).to_have_url(re.compile("/days/$"))
    assert writer.episodes.count() == 4
    expect(page.locator("article.day").first).to_contain_text("Left calf")
    expect(page.locator("article.day").first).to_contain_text("Right upper eyelid")


def test_what_can_never_be_saved_holds_nobody_on_the_page(new_page: NewPage, writer: Diarist) -> None:
    page = page_with_details(new_page, writer, expects_refusals=True)
    page.fill(".details textarea", "after the run")
    writer.episodes.filter(strength=2).delete()
    page.click("nav >> text=Days")
    expect(page.locator("#trouble")).to_contain_text("Tap the link again to leave all the same.")
    assert page.input_value(".details textarea") == "after the run"
    page.click("nav >> text=Days")
    expect(page).to_have_url(re.compile("/days/$"))


def test_a_number_of_a_choice_that_was_changed_stops_nothing(new_page: NewPage, writer: Diarist) -> None:
    page = page_with_details(new_page, writer, expects_refusals=True)
    page.click(".details >> label:has-text('exactly')")
    page.fill(".details [name=minutes]", "1.5")
    page.click(".details >> label:has-text('about an hour')")
    page.click("nav >> text=Days")
    expect(page).to_have_url(re.compile("/days/$"))
    assert writer.episodes.get(strength=2).duration_seconds == 3600


def test_details_are_saved_before_those_of_another_entry_open(new_page: NewPage, writer: Diarist) -> None:
    page = page_with_details(new_page, writer, expects_refusals=True)
    page.fill(".details textarea", "after the run")
    page.click(EYELID)
    expect(page.locator(".saved")).to_contain_text("Right upper eyelid")
    page.click(".saved >> text=Details")
    expect(page.locator(".details h2")).to_contain_text("Right upper eyelid")
    assert writer.episodes.get(note="after the run").location == "calf"


def test_nobody_types_on_in_what_is_being_saved(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, expects_refusals=True)
    type_a_note(page)
    save = Held(page, "**/context/**")
    page.click(".factor >> text=Save")
    save.wait()
    page.click("#factor-value")
    page.keyboard.type(" at all")
    assert page.input_value("#factor-value") == "could not sleep"
    save.routes.pop().abort()
    expect(page.locator("#trouble")).to_contain_text("What you typed is still here")
    page.keyboard.press("End")
    page.keyboard.type(" at all")
    page.click(".factor >> text=Save")
    expect(page.locator(".saved-words")).to_contain_text("Saved")
    assert writer.days.get().note == "could not sleep at all"


def test_what_is_typed_on_today_is_saved_when_a_forgotten_timer_is_asked_about(
    new_page: NewPage, writer: Diarist
) -> None:
    episode_now(writer, timezone.now() - dt.timedelta(hours=5), is_ongoing=True)
    page = new_page(writer.user)
    type_a_note(page)
    page.click("text=It stopped")
    expect(page.locator("h1")).to_have_text("When did it stop?")
    until(page, writer.days.exists)
    assert writer.days.get().note == "could not sleep"


def refused_details(new_page: NewPage, writer: Diarist) -> Page:
    """Details that the server did not take, with a note."""
    page = page_with_details(new_page, writer, expects_refusals=True)
    page.fill(".details textarea", "after the run")
    page.click(".details >> label:has-text('exactly')")
    page.click(".details >> button:has-text('Save')")
    expect(page.locator(".details .error")).to_contain_text("Write how long it was")
    return page


def test_details_that_were_refused_are_not_called_saved(new_page: NewPage, writer: Diarist) -> None:
    page = refused_details(new_page, writer)
    expect(page.locator(".saved")).to_contain_text("details not saved yet")
    expect(page.locator(".details [aria-invalid=true]").first).to_be_focused()
    expect(page.locator(".details .error")).to_be_in_viewport()
    page.click(EYELID)
    expect(page.locator(".saved")).to_contain_text("Right upper eyelid")
    assert page.input_value(".details textarea") == "after the run"


def test_a_link_tells_that_details_were_refused(new_page: NewPage, writer: Diarist) -> None:
    page = refused_details(new_page, writer)
    page.click("nav >> text=Days")
    expect(page.locator("#trouble")).to_contain_text("What you typed here is not saved yet.")
    page.click(".details >> label:has-text('about an hour')")
    page.click("nav >> text=Days")
    expect(page).to_have_url(re.compile("/days/$"))
    assert writer.episodes.get(note="after the run").duration_seconds == 3600


def test_undo_whose_answer_is_lost_works_when_it_is_tapped_again(new_page: NewPage, writer: Diarist) -> None:
    two_spots(writer)
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.click(CALF)
    lose_answer(page, "**/delete/")
    page.click(".saved >> text=Undo")
    expect(page.locator("#trouble")).to_contain_text("Not saved")
    page.click(".saved >> text=Undo")
    expect(page.locator(".saved")).to_contain_text("Left calf: entry removed")
    assert writer.episodes.count() == 2


def test_a_tab_of_somebody_else_writes_nothing_into_this_diary(
    new_page: NewPage, writer: Diarist, live_server: LiveServer
) -> None:
    two_spots(writer)
    page = new_page(writer.user, expects_refusals=True)
    type_a_note(page)
    other = Diarist.objects.create(user=User.objects.create_user("bob"), welcomed_at=timezone.now())
    sign_in(page.context, live_server, other.user)
    page.click(CALF)
    expect(page.locator("#trouble")).to_contain_text("Another account is signed in here now")
    page.goto("about:blank")
    page.wait_for_timeout(500)
    assert not other.episodes.exists()
    assert not other.days.exists()


def test_a_note_typed_before_signing_in_again_elsewhere_is_saved_when_the_page_is_closed(
    new_page: NewPage, writer: Diarist
) -> None:
    page = new_page(writer.user, service_workers="block")
    type_a_note(page)
    page.context.add_cookies([{"name": "csrf", "value": "b" * 32, "url": page.url}])
    page.goto("about:blank")
    until(page, writer.days.exists)
    assert writer.days.get().note == "could not sleep"


def test_what_was_tapped_last_outlives_a_network_that_does_not_answer(
    new_page: NewPage, writer: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker keeps it on the device before it waits for long: the browser may end it."""
    two_spots(writer)
    is_free = threading.Event()
    log = recording.log_episode

    def held(*args: Any) -> recording.Logged:
        is_free.wait(60)
        return log(*args)

    page = new_page(writer.user)
    page.goto("/")
    page.wait_for_selector("body[data-sw=ready]")
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller")
    monkeypatch.setattr(recording, "log_episode", held)
    page.click(CALF)
    page.click(EYELID)
    page.goto("/offline/")
    until(page, lambda: len(waiting(page)) == 2)
    assert writer.episodes.count() == 2
    is_free.set()
    until(page, lambda: not waiting(page))
    page.goto("/")
    expect(page.locator(".entries li")).to_have_count(2)
    assert writer.episodes.count() == 4


def test_a_plain_form_of_somebody_else_writes_nothing_into_this_diary(
    new_page: NewPage, writer: Diarist, live_server: LiveServer
) -> None:
    page = new_page(writer.user, expects_refusals=True, service_workers="block")
    page.goto("/check/")
    other = Diarist.objects.create(user=User.objects.create_user("bob"), welcomed_at=timezone.now())
    sign_in(page.context, live_server, other.user)
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    expect(page.locator("body")).to_contain_text(
        re.compile("Nothing was saved|Another account is signed in here now")
    )
    assert not other.sign_checks.exists()
