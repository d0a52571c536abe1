"""Without a network: the diary opens, keeps what is logged, sends it once, and leaves nothing behind."""

import contextlib
import datetime as dt
import re
import socket
import threading
from collections.abc import Generator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from diary.models import Day, Diarist, Episode
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen, sign_in
from tests.browser.test_logging import hours_ago
from tests.browser.test_turns import lose_answer

WATCH_POLICY = (
    "window.__csp = []; addEventListener('securitypolicyviolation', (e) => window.__csp.push(e.violatedDirective))"
)
ENTRIES = "async () => (await outbox.entries()).map(({ label, refused }) => [label, refused ?? ''])"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _nobody_tried_before(transactional_db: None) -> None:
    cache.clear()


def opened(new_page: NewPage, user: User, **options: Any) -> Page:
    """Today, on a device that has everything for the time without a network."""
    page = new_page(user, expects_refusals=True, **options)
    page.add_init_script(WATCH_POLICY)
    page.goto("/")
    ready(page)
    return page


def ready(page: Page) -> None:
    """Until the page is looked after by the service worker."""
    page.wait_for_selector("body[data-sw=ready]")
    until(page, "navigator.serviceWorker.controller !== null")


def until(page: Page, expression: str) -> None:
    """Wait for something that is true in the page; Playwright's own way needs eval, which the policy forbids."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)


def offline(page: Page) -> None:
    page.context.set_offline(True)


def online(page: Page) -> None:
    page.context.set_offline(False)


def waiting(page: Page) -> list[list[str]]:
    """What waits on this device: [[label, reason of a refusal], ...]."""
    until(page, "'outbox' in window")
    found: list[list[str]] = page.evaluate(ENTRIES)
    return found


def tap(page: Page, place: str, strength: str) -> None:
    page.click(f'.view-front a[data-place="{place}"]')
    page.click(f"dialog.sheet >> text={strength}")


def test_it_can_be_put_on_the_home_screen(new_page: NewPage, writer: Diarist) -> None:
    page = opened(new_page, writer.user)
    devtools = page.context.new_cdp_session(page)
    found = devtools.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["manifest"]["name"] == "Muscle Twitch Diary"
    hindrances = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # The browser of a test keeps nothing, which is the one thing that it may say.
    assert {error["errorId"] for error in hindrances} <= {"in-incognito"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_it_opens_without_a_network(new_page: NewPage, writer: Diarist, viewport: Any, scheme: Any) -> None:
    hours_ago(writer, 30, note="after the run")
    page = opened(new_page, writer.user, viewport=viewport, scheme=scheme)
    offline(page)
    for address in ("/", "/days/"):
        page.goto(address)
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        expect(page.locator(".note").first).to_contain_text("No connection.")
        expect(page.locator("#spots .spot-words")).to_have_text("Left calf")
        assert "after the run" not in page.content()
    tap(page, "shin-left", "seen")
    expect(page.locator("#waiting")).to_contain_text("Left shin: seen")
    assert page.evaluate("window.__csp") == []
    assert not is_wider_than_screen(page)
    assert axe_findings(page) == []


def test_one_tap_on_the_open_page_waits_and_is_sent_once(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30)
    page = opened(new_page, writer.user)
    offline(page)
    before = timezone.now()
    page.click('button[aria-label="Left calf: 3, moves the part"]')
    expect(page.locator("#waiting")).to_contain_text("Left calf: moves the part")
    expect(page.locator("#waiting")).to_contain_text("Kept on this device")
    expect(page.locator("#trouble")).to_be_empty()
    page.wait_for_timeout(1600)
    page.click('button[aria-label="Left calf: 2, seen"]')
    expect(page.locator("#waiting li")).to_have_count(2)
    tapped = timezone.now()
    page.reload()
    expect(page.locator("#waiting li")).to_have_count(2)
    assert writer.episodes.count() == 1
    page.wait_for_timeout(6000)
    online(page)
    expect(page.locator(".entries li")).to_have_count(2)
    assert waiting(page) == []
    sent = list(writer.episodes.filter(strength__in=[2, 3], recorded_at__gt=before - dt.timedelta(hours=1)))
    assert sorted(episode.strength or 0 for episode in sent) == [2, 3]
    # The time is that of the tap, not that of the sending.
    slack = dt.timedelta(seconds=4)
    assert all(before - slack < episode.started_at < tapped + slack for episode in sent)


def test_the_open_page_shows_it_once_it_is_sent(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30)
    page = opened(new_page, writer.user)
    offline(page)
    page.click('button[aria-label="Left calf: 3, moves the part"]')
    expect(page.locator("#waiting li")).to_have_count(1)
    online(page)
    expect(page.locator(".entries li")).to_have_count(1)
    expect(page.locator("#waiting")).to_contain_text("Entries that waited and are saved now: 1")
    expect(page.locator('button[aria-label="Left calf: 3, moves the part"]')).to_be_focused()


def test_what_waits_is_sent_though_the_worker_could_not_be_fetched(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30)
    first = new_page(writer.user, expects_refusals=True)
    context = first.context
    context.add_init_script("navigator.serviceWorker.register = () => Promise.reject(new TypeError('gone'))")
    first.goto("/")
    until(first, "window.outbox?.fact('account')")
    offline(first)
    first.click('button[aria-label="Left calf: 3, moves the part"]')
    expect(first.locator("#waiting li")).to_have_count(1)
    first.close()
    context.set_offline(False)
    second = context.new_page()
    faults: list[str] = []
    second.on("pageerror", lambda error: faults.append(str(error)))
    second.goto("/")
    expect(second.locator(".entries li")).to_have_count(1)
    assert waiting(second) == []
    assert faults == []


def test_a_double_tap_without_a_network_is_one_entry(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30)
    page = opened(new_page, writer.user)
    offline(page)
    page.locator('button[aria-label="Left calf: 2, seen"]').dblclick()
    expect(page.locator("#waiting li")).to_have_count(1)
    page.wait_for_timeout(300)
    assert len(waiting(page)) == 1


def test_the_kept_page_logs_places_spots_and_days_without(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30)
    page = opened(new_page, writer.user)
    offline(page)
    page.reload()
    page.click('button[aria-label="Left calf: 4, stops what I do"]')
    expect(page.locator("#waiting li")).to_have_count(1)
    page.click("text=Choose from a list")
    page.click(".places a[data-place='eye_lid-left'], .places a[data-place='lid_upper-left']")
    page.click("dialog.sheet >> text=felt only")
    expect(page.locator("#waiting li")).to_have_count(2)
    page.click("#waiting li:has-text('Left calf') >> text=Remove")
    expect(page.locator("#waiting li")).to_have_count(1)
    online(page)
    expect(page.locator(".entries li")).to_have_count(1)
    assert writer.episodes.get(location="lid_upper").strength == 1
    assert writer.episodes.count() == 2


def test_a_day_without_twitches_waits_too(new_page: NewPage, writer: Diarist) -> None:
    page = opened(new_page, writer.user)
    offline(page)
    page.reload()
    page.click("text=No twitches today")
    expect(page.locator("#waiting li")).to_contain_text("No twitches today")
    online(page)
    expect(page.locator(".none-noted")).to_contain_text("noted")
    assert writer.days.get().no_twitches


def test_a_plain_form_waits_too(new_page: NewPage, writer: Diarist) -> None:
    page = opened(new_page, writer.user)
    page.goto("/spots/new/?location=calf&side=left")
    page.click("text=Add how long, how often, a note")
    page.fill("textarea", "after the run")
    offline(page)
    page.click("button:has-text('seen')")
    expect(page.locator("#waiting li")).to_contain_text("Left calf: seen")
    expect(page.locator("#waiting li")).to_contain_text("after the run")
    online(page)
    expect(page.locator(".entries")).to_contain_text("after the run")
    assert writer.episodes.values_list("location", "strength", "note").get() == ("calf", 2, "after the run")


class Cable:
    """Between a browser and the server, to be pulled out: what the server serves is served at another port."""

    def __init__(self, server: LiveServer) -> None:
        self.target = ("localhost", server.thread.port)
        self.port = 0
        self.ends: list[socket.socket] = []
        self.plug_in()

    def plug_in(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def pull_out(self) -> None:
        for end in [self.listener, *self.ends]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()

    def accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                here = listener.accept()[0]
                there = socket.create_connection(self.target)
                self.ends += [here, there]
                for source, sink in ((here, there), (there, here)):
                    threading.Thread(target=self.carry, args=(source, sink), daemon=True).start()

    def carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def cable(live_server: LiveServer) -> Generator[Cable]:
    cable = Cable(live_server)
    yield cable
    cable.pull_out()


def test_a_server_that_is_down_is_as_good_as_no_network(
    browser: Browser, live_server: LiveServer, cable: Cable, writer: Diarist
) -> None:
    hours_ago(writer, 30)
    context = browser.new_context(
        viewport=PHONE, timezone_id="Europe/Berlin", base_url=f"http://localhost:{cable.port}"
    )
    sign_in(context, live_server, writer.user)
    page = context.new_page()
    page.goto("/")
    ready(page)
    cable.pull_out()
    page.click('button[aria-label="Left calf: 3, moves the part"]')
    expect(page.locator("#waiting li")).to_contain_text("Left calf: moves the part")
    assert page.evaluate("navigator.onLine")
    page.goto("/")
    expect(page.locator(".note").first).to_contain_text("No connection.")
    expect(page.locator("#waiting li")).to_have_count(1)
    cable.plug_in()
    # The browser does not know that the server is back: the next tap finds out, and the real page comes.
    page.click('button[aria-label="Left calf: 1, felt only"]')
    expect(page.locator(".entries li")).to_have_count(2)
    assert set(writer.episodes.values_list("strength", flat=True)) == {None, 1, 3}
    context.close()


def test_a_session_that_ended_meanwhile_loses_nothing(new_page: NewPage, writer: Diarist) -> None:
    page = opened(new_page, writer.user)
    offline(page)
    tap(page, "calf-left", "seen")
    expect(page.locator("#waiting li")).to_have_count(1)
    Session.objects.all().delete()
    online(page)
    expect(page.locator("#waiting")).to_contain_text("You have been signed out: sign in, then it is sent.")
    assert len(waiting(page)) == 1
    page.click("#waiting >> text=Sign in")
    expect(page.locator("#waiting")).to_contain_text("sign in to send them: 1")
    assert "calf" not in page.locator("#waiting").inner_text()
    page.get_by_label("User name or e-mail").fill("writer")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".entries li")).to_have_count(1)
    assert waiting(page) == []
    assert writer.episodes.values_list("location", "strength").get() == ("calf", 2)


def test_another_account_neither_sees_nor_sends_it(
    new_page: NewPage, writer: Diarist, live_server: LiveServer
) -> None:
    other = User.objects.create_user("other", password=PASSWORD)
    Diarist.objects.create(user=other, time_zone="Europe/Berlin", language="en", welcomed_at=timezone.now())
    page = opened(new_page, writer.user)
    offline(page)
    tap(page, "calf-left", "seen")
    expect(page.locator("#waiting li")).to_have_count(1)
    page.context.clear_cookies(name="session")
    sign_in(page.context, live_server, other)
    online(page)
    # The open page still speaks for the first account: the server refuses what is not its own.
    expect(page.locator("#waiting")).to_contain_text("Another account is signed in here now.")
    page.goto("/")
    expect(page.locator("#waiting")).to_contain_text("Entries of another account that wait on this device")
    assert "calf" not in page.locator("#waiting").inner_text().lower()
    assert not Episode.objects.exists()
    offline(page)
    page.reload()
    expect(page.locator("#waiting")).to_contain_text("Entries of another account")
    assert "Left calf: seen" not in page.locator("#waiting").inner_text()
    online(page)
    page.context.clear_cookies(name="session")
    sign_in(page.context, live_server, writer.user)
    page.goto("/")
    expect(page.locator(".entries li")).to_have_count(1)
    assert writer.episodes.count() == Episode.objects.count() == 1


def test_two_devices_keep_what_each_has(new_page: NewPage, writer: Diarist) -> None:
    phone, tablet = opened(new_page, writer.user), opened(new_page, writer.user)
    for device in (phone, tablet):
        offline(device)
    tap(phone, "calf-left", "seen")
    tap(tablet, "calf-left", "felt only")
    expect(phone.locator("#waiting li")).to_have_count(1)
    expect(tablet.locator("#waiting li")).to_have_count(1)
    tablet.click("text=No twitches today")
    expect(tablet.locator("#waiting li")).to_have_count(2)
    online(phone)
    expect(phone.locator(".entries li")).to_have_count(1)
    online(tablet)
    # A mark against what was logged meanwhile is refused, told, and stays until somebody takes it away.
    expect(tablet.locator("#waiting")).to_contain_text("You logged twitches on this day")
    assert set(writer.episodes.values_list("strength", flat=True)) == {1, 2}
    assert not Day.objects.exists()
    tablet.reload()
    expect(tablet.locator("#waiting li")).to_contain_text("Could not be saved: You logged twitches on this day")
    tablet.click("#waiting >> text=Remove")
    expect(tablet.locator("#waiting li")).to_have_count(0)
    assert waiting(tablet) == []


def test_two_tabs_send_it_once(new_page: NewPage, writer: Diarist) -> None:
    page = opened(new_page, writer.user)
    other = page.context.new_page()
    other.goto("/")
    other.wait_for_selector("body[data-sw=ready]")
    sent: list[str] = []
    for tab in (page, other):
        tab.on("request", lambda request: sent.append(request.url) if "/offline/entry/" in request.url else None)
    offline(page)
    for place in ("calf-left", "calf-right", "shin-left"):
        tap(page, place, "seen")
        expect(page.locator("#waiting")).to_contain_text("seen")
    expect(page.locator("#waiting li")).to_have_count(3)
    sent.clear()
    online(page)
    for tab in (page, other):
        tab.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting li")).to_have_count(0)
    page.wait_for_timeout(500)
    assert waiting(other) == []
    assert len(sent) == 3
    assert writer.episodes.count() == 3


def test_a_lost_answer_makes_no_second_entry(new_page: NewPage, writer: Diarist) -> None:
    page = opened(new_page, writer.user)
    lose_answer(page, "**/episodes/", times=None)
    tap(page, "calf-left", "seen")
    expect(page.locator("#waiting li")).to_have_count(1)
    assert writer.episodes.count() == 1
    page.unroute("**/episodes/")
    page.reload()
    expect(page.locator(".entries li")).to_have_count(1)
    expect(page.locator("#waiting li")).to_have_count(0)
    assert writer.episodes.count() == 1


def test_nothing_of_a_diary_is_in_a_cache(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30, note="after the run")
    page = opened(new_page, writer.user)
    for address in ("/days/", "/settings/", "/"):
        page.goto(address)
    kept = page.evaluate(
        "async () => { const found = {}; for (const name of await caches.keys()) { const cache = await caches.open(name);"
        " for (const request of await cache.keys()) found[new URL(request.url).pathname] ="
        " await (await cache.match(request)).text(); } return found; }"
    )
    assert "/offline/" in kept
    assert all(path == "/offline/" or re.match(r"/static/.+\.(css|js|svg|png)$", path) for path in kept)
    assert not any("after the run" in text or writer.mark in text for text in kept.values())


def test_signing_out_asks_about_what_waits_and_leaves_nothing(new_page: NewPage, writer: Diarist) -> None:
    hours_ago(writer, 30)
    page = opened(new_page, writer.user)
    offline(page)
    page.click('button[aria-label="Left calf: 3, moves the part"]')
    expect(page.locator("#waiting li")).to_have_count(1)
    page.route("**/offline/entry/", lambda route: route.abort())
    online(page)
    page.goto("/settings/")
    expect(page.locator("#waiting li")).to_have_count(1)
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.accept() if len(asked) == 2 else dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_timeout(500)
    assert len(waiting(page)) == 1
    assert page.url.endswith("/settings/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")
    assert asked[0].startswith("Some entries have not been sent yet.")
    until(page, "'outbox' in window")
    left = page.evaluate(
        "async () => [await outbox.entries(), await outbox.fact('spots') ?? null, await outbox.fact('account') ?? null,"
        " await caches.keys(), (await navigator.serviceWorker.getRegistrations()).length]"
    )
    assert left == [[], None, None, [], 0]


def test_a_tab_left_open_keeps_nothing_after_the_sign_out(new_page: NewPage, writer: Diarist) -> None:
    page = opened(new_page, writer.user)
    other = page.context.new_page()
    other.goto("/settings/")
    other.wait_for_selector("body[data-sw=ready]")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/accounts/login/")
    offline(page)
    tap(page, "calf-left", "seen")
    expect(page.locator("#trouble")).to_contain_text("Not saved: no connection.")
    assert waiting(page) == []
