"""Taps that come faster than the answers: none is lost, none is shown out of order, and every fault is heard."""

import datetime as dt
import time

from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from diary.models import Diarist
from tests.browser.conftest import NewPage
from tests.diary.diaries import episode_now


class Held:
    """Keeps the first `times` requests to `url` until each is let go; later ones pass."""

    def __init__(self, page: Page, url: str, times: int = 1) -> None:
        self.routes: list[Route] = []
        self.page = page
        self.left = times
        page.route(url, self.take)

    def take(self, route: Route) -> None:
        """Hold it, or let it pass."""
        self.left -= 1
        if self.left < 0:
            route.fallback()
        else:
            self.routes.append(route)

    def wait(self, number: int = 1) -> None:
        """Until so many requests are made."""
        deadline = time.monotonic() + 60
        while len(self.routes) < number:
            assert time.monotonic() < deadline, "nothing was asked for"
            self.page.wait_for_timeout(10)

    def let_go(self) -> None:
        """The oldest request goes on to the server, and its answer comes."""
        with self.page.expect_response(self.routes[0].request.url):
            self.routes.pop(0).continue_()


def lose_answer(page: Page, pattern: str, times: int | None = 1) -> None:
    """The server takes in what is asked for next, and the page never hears of it."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(pattern, lose, times=times)


def two_spots(diarist: Diarist) -> None:
    for spot, hours in (
        ({"location": "calf", "side": "left"}, 30),
        ({"location": "lid_upper", "side": "right"}, 31),
    ):
        episode_now(diarist, timezone.now() - dt.timedelta(hours=hours), **spot)


CALF = 'button[aria-label="Left calf: 2, seen"]'
EYELID = 'button[aria-label="Right upper eyelid: 1, felt only"]'


def test_a_factor_opened_before_the_last_one_was_closed_opens(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user)
    page.goto("/")
    page.click("#chip-caffeine_mg")
    page.click("text=Filter coffee")
    expect(page.locator(".saved-words")).to_contain_text("Saved: Caffeine 90 mg")
    looks = Held(page, "**/context/**", times=2)
    page.click(".factor >> text=Done")
    looks.wait()
    page.click("#chip-stress")
    looks.wait(2)
    looks.let_go()
    page.wait_for_timeout(200)
    looks.let_go()
    page.click(".factor >> text=a little")
    expect(page.locator("#chip-stress")).to_have_text("Stress: a little")
    assert writer.days.values_list("caffeine_mg", "stress").get() == (90, 1)


def test_the_second_tap_waits_for_the_first_and_is_shown(new_page: NewPage, writer: Diarist) -> None:
    two_spots(writer)
    page = new_page(writer.user)
    page.goto("/")
    first = Held(page, "**/episodes/")
    page.click(CALF)
    first.wait()
    page.click(EYELID)
    page.wait_for_timeout(300)
    assert writer.episodes.count() == 2
    first.let_go()
    expect(page.locator(".saved")).to_contain_text("Right upper eyelid")
    expect(page.locator(".entries")).to_contain_text("Left calf")
    expect(page.locator(".entries")).to_contain_text("Right upper eyelid")
    assert set(writer.episodes.values_list("location", "strength")) >= {("calf", 2), ("lid_upper", 1)}


def test_a_second_tap_that_fails_after_its_button_went_is_kept(new_page: NewPage, writer: Diarist) -> None:
    two_spots(writer)
    page = new_page(writer.user, expects_refusals=True)
    page.goto("/")
    page.wait_for_selector("body[data-sw=ready]")
    first = Held(page, "**/episodes/")
    page.click(CALF)
    first.wait()
    page.click(EYELID)
    page.route("**/episodes/", lambda route: route.abort())
    first.let_go()
    expect(page.locator(".saved")).to_contain_text("Left calf")
    expect(page.locator("#waiting")).to_contain_text("Right upper eyelid")


def test_the_range_that_was_asked_for_last_is_shown(new_page: NewPage, writer: Diarist) -> None:
    two_spots(writer)
    page = new_page(writer.user)
    page.goto("/timeline/")
    looks = Held(page, "**/timeline/**", times=2)
    page.click("#range-1y")
    looks.wait()
    page.click("#range-2w")
    looks.wait(2)
    looks.let_go()
    page.wait_for_timeout(200)
    looks.let_go()
    expect(page.locator("[aria-current]", has_text="2 weeks")).to_be_visible()
    assert page.url.endswith("range=2w")
    assert page.locator("#trouble").inner_text() == ""
