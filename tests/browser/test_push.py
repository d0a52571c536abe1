"""Reminders on a device in a real browser: the switch, what it says when it can't, and what the worker shows.

The service of Chromium's maker can't be reached from here, so the browser's part of a subscription is played; what
the service would hand to the service worker is handed to it by the browser's own tools.
"""

import json
import time
from typing import Any

import pytest
from playwright.sync_api import Page, Worker, expect

from diary import push, reminders
from diary.models import Diarist, PushDevice
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.browser.test_offline import until
from tests.push_service import Browser

ADDRESS = "/settings/reminders/"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/chromium"
SWITCH = "Remind me on this device"
# A subscription that outlives the page, as a real one does.
PLAYED = """
{
  const made = (told) => ({
    endpoint: told.endpoint,
    options: { applicationServerKey: Uint8Array.from(atob(told.key.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)).buffer },
    toJSON: () => ({ endpoint: told.endpoint, expirationTime: null, keys: { p256dh: told.p256dh, auth: told.auth } }),
    unsubscribe: async () => { localStorage.removeItem("played"); return true; },
  });
  PushManager.prototype.getSubscription = async () => {
    const told = localStorage.getItem("played");
    return told && made(JSON.parse(told));
  };
  PushManager.prototype.subscribe = async (wish) => {
    if (!wish.userVisibleOnly) throw new Error("must be visible");
    const told = { ...%s, key: wish.applicationServerKey };
    localStorage.setItem("played", JSON.stringify(told));
    return made(told);
  };
}
"""


def play(page: Page, endpoint: str = ENDPOINT) -> None:
    """Let the browser subscribe to reminders at `endpoint`."""
    page.add_init_script(PLAYED % json.dumps(Browser(endpoint).subscription()))


@pytest.fixture
def allowed(new_page: NewPage, writer: Diarist) -> Page:
    """The page of a browser that may show reminders."""
    page = new_page(writer.user, permissions=["notifications"])
    play(page)
    page.goto(ADDRESS)
    return page


def test_a_tap_switches_it_on_and_another_one_off(allowed: Page, writer: Diarist) -> None:
    switch = allowed.get_by_role("switch", name=SWITCH)
    expect(switch).not_to_be_checked()
    switch.click()
    expect(switch).to_be_checked()
    expect(allowed.locator("#device [data-state=on]")).to_be_visible()
    expect(allowed.locator("#devices li")).to_contain_text("this device")
    device = writer.push_devices.get()
    assert device.endpoint == ENDPOINT
    assert len(push.bytes_of(device.p256dh)) == push.POINT_BYTES
    assert writer.reminder.next_at is not None
    allowed.reload()
    expect(switch).to_be_checked()
    # By keyboard, as every switch.
    switch.focus()
    allowed.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    expect(allowed.locator("#device [data-state=off]")).to_be_visible()
    expect(allowed.locator("#devices li")).to_have_count(0)
    expect(switch).to_be_focused()
    assert not PushDevice.objects.exists()
    assert allowed.evaluate("localStorage.getItem('played')") is None


def test_a_time_that_is_being_typed_stays(allowed: Page) -> None:
    allowed.get_by_label("Time", exact=True).fill("21:45")
    allowed.get_by_role("switch", name=SWITCH).click()
    expect(allowed.locator("#devices li")).to_have_count(1)
    expect(allowed.get_by_label("Time", exact=True)).to_have_value("21:45")


def test_the_list_removes_it_and_the_browser_forgets_it_too(allowed: Page, writer: Diarist) -> None:
    switch = allowed.get_by_role("switch", name=SWITCH)
    switch.click()
    allowed.get_by_role("button", name="Remove Chrome on").click()
    expect(allowed.locator("#device .done")).to_have_text("Removed")
    expect(switch).not_to_be_checked()
    assert not writer.push_devices.exists()
    until(allowed, "localStorage.getItem('played') === null")


def test_what_the_browser_has_lost_is_off_here_too(allowed: Page, writer: Diarist) -> None:
    switch = allowed.get_by_role("switch", name=SWITCH)
    switch.click()
    expect(switch).to_be_checked()
    allowed.evaluate("localStorage.removeItem('played')")
    allowed.reload()
    expect(allowed.locator("#devices li")).to_have_count(0)
    expect(switch).not_to_be_checked()
    assert not writer.push_devices.exists()


def test_a_browser_with_an_unknown_service_says_so_and_stays_off(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, permissions=["notifications"], expects_refusals=True)
    play(page, "https://push.example.org/x")
    page.goto(ADDRESS)
    page.get_by_role("switch", name=SWITCH).click()
    expect(page.locator("#device [data-state=refused]")).to_have_text(
        "Your browser gets its messages from push.example.org. This diary does not know that service."
    )
    expect(page.get_by_role("switch", name=SWITCH)).not_to_be_checked()
    assert page.evaluate("localStorage.getItem('played')") is None


GRANTED = "Notification.requestPermission = async () => 'granted'"


@pytest.mark.parametrize(
    ("script", "state", "words"),
    [
        (
            "Notification.requestPermission = async () => 'denied'",
            "denied",
            "does not let this site show reminders",
        ),
        ("Notification.requestPermission = async () => 'default'", "closed", "Nothing has changed."),
        (
            f"{GRANTED}; PushManager.prototype.subscribe = async () => {{ throw new DOMException('x', 'AbortError') }}",
            "failed",
            "It did not work this time.",
        ),
    ],
)
def test_a_no_is_answered_calmly(new_page: NewPage, writer: Diarist, script: str, state: str, words: str) -> None:
    page = new_page(writer.user)
    page.add_init_script(script)
    page.goto(ADDRESS)
    # Nothing is asked before somebody taps.
    expect(page.locator("#device [data-state]:visible")).to_have_count(0)
    page.get_by_role("switch", name=SWITCH).click()
    expect(page.locator(f"#device [data-state={state}]")).to_contain_text(words)
    expect(page.get_by_role("switch", name=SWITCH)).not_to_be_checked()
    assert not PushDevice.objects.exists()


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("options", "state"), [({}, "unsupported"), ({"user_agent": IPHONE}, "install")], ids=["old", "iphone"]
)
def test_a_browser_that_can_t_gets_no_switch(
    new_page: NewPage, writer: Diarist, options: dict[str, str], state: str
) -> None:
    page = new_page(writer.user, **options)
    page.add_init_script("delete window.PushManager")
    page.goto(ADDRESS)
    expect(page.locator(f"#device [data-state={state}]")).to_be_visible()
    expect(page.get_by_role("switch")).to_have_count(0)


def test_without_a_script_the_list_works_and_the_other_ways_are_named(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, script=False)
    page.goto(ADDRESS)
    words = page.locator("#device noscript p")
    assert words.is_visible()
    assert words.inner_text() == (
        "Reminders on a device need JavaScript. The e-mail and the calendar on this page work without it."
    )
    expect(page.get_by_role("switch")).to_have_count(0)


# --- the service worker ---------------------------------------------------------------------------------------------


@pytest.fixture
def worker(allowed: Page) -> Worker:
    """The service worker, with somebody signed in and reminders on."""
    allowed.get_by_role("switch", name=SWITCH).click()
    expect(allowed.get_by_role("switch", name=SWITCH)).to_be_checked()
    allowed.wait_for_selector("body[data-sw]")
    (found,) = allowed.context.service_workers
    return found


def deliver(page: Page, data: str) -> None:
    """Hand a message to the service worker as the browser does once it has read it."""
    tools = page.context.new_cdp_session(page)
    known: list[dict[str, Any]] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda event: known.extend(event["registrations"]))
    tools.send("ServiceWorker.enable")
    deadline = time.monotonic() + 60
    while not known:
        assert time.monotonic() < deadline, "no worker"
        page.wait_for_timeout(20)
    message = {"origin": page.evaluate("location.origin"), "registrationId": known[-1]["registrationId"]}
    tools.send("ServiceWorker.deliverPushMessage", message | {"data": data})
    tools.detach()


def shown(page: Page) -> list[dict[str, str]]:
    """The notifications of the site."""
    until(page, "navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.length)")
    found: list[dict[str, str]] = page.evaluate(
        "navigator.serviceWorker.ready.then((r) => r.getNotifications())"
        ".then((all) => all.map(({ title, body, lang, tag }) => ({ title, body, lang, tag })))"
    )
    return found


def test_the_worker_shows_the_words_that_were_sent(allowed: Page, worker: Worker, writer: Diarist) -> None:
    writer.language = "de"
    words = reminders.push_words(writer)
    deliver(allowed, json.dumps(words))
    (notification,) = shown(allowed)
    assert notification == {**words, "tag": "reminder"}
    assert (notification["title"], notification["lang"]) == ("Eine kurze Erinnerung", "de")


def test_what_is_not_from_us_shows_neutral_words(allowed: Page, worker: Worker) -> None:
    deliver(allowed, "not json")
    (notification,) = shown(allowed)
    assert notification["title"] == "A short reminder"
    assert notification["body"] == "Your page for today is still empty."


CLICK = """async () => {
  const went = [];
  Clients.prototype.openWindow = async (url) => went.push(`opened ${url}`);
  WindowClient.prototype.focus = async function () { went.push(`focused ${new URL(this.url).pathname}`); };
  await self.registration.showNotification("x");
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  for (let n = 0; n < 3000 && !went.length; n++) await new Promise((done) => setTimeout(done, 20));
  return [went, (await self.registration.getNotifications()).length];
}"""


def test_a_tap_on_it_opens_today_or_brings_it_to_the_front(allowed: Page, worker: Worker) -> None:
    assert worker.evaluate(CLICK) == [["opened /"], 0]
    allowed.goto("/")
    assert worker.evaluate(CLICK) == [["focused /"], 0]


RENEW = """async (told) => {
  PushManager.prototype.subscribe = async (wish) => ({
    toJSON: () => ({ endpoint: told.endpoint, keys: { p256dh: told.p256dh, auth: told.auth } }),
  });
  self.dispatchEvent(new ExtendableEvent("pushsubscriptionchange"));
}"""


def test_a_new_address_of_the_browser_is_told(allowed: Page, worker: Worker, writer: Diarist) -> None:
    fresh = Browser(f"{ENDPOINT}-fresh").subscription()
    with allowed.context.expect_event("response", lambda answer: answer.request.method == "POST") as answered:
        worker.evaluate(RENEW, fresh)
    assert answered.value.status == 201
    assert writer.push_devices.get().endpoint == fresh["endpoint"]
    # Not for somebody who never switched it on.
    writer.push_devices.all().delete()
    with allowed.context.expect_event("response"):
        worker.evaluate(RENEW, fresh)
    allowed.wait_for_timeout(300)
    assert not writer.push_devices.exists()


def test_signing_out_ends_it_here(allowed: Page, worker: Worker, writer: Diarist) -> None:
    allowed.goto("/settings/")
    allowed.wait_for_selector("body[data-sw]")
    allowed.get_by_role("button", name="Sign out", exact=True).click()
    allowed.wait_for_url("**/accounts/login/**")
    assert not writer.push_devices.exists()
    assert allowed.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


# --- fit for everybody -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "viewport", [PHONE, DESKTOP, {"width": 320, "height": 640}], ids=["phone", "desktop", "narrow"]
)
def test_the_page_is_fit_for_everybody(new_page: NewPage, writer: Diarist, viewport: Any, scheme: Any) -> None:
    page = new_page(
        writer.user, viewport=viewport, scheme=scheme, permissions=["notifications"], expects_refusals=True
    )
    play(page)
    page.goto(ADDRESS)
    page.get_by_role("switch", name=SWITCH).click()
    expect(page.locator("#devices li")).to_have_count(1)
    assert not is_wider_than_screen(page)
    assert axe_findings(page) == []
    for line in page.locator("#device [data-state]").all():
        line.evaluate("(line) => { line.hidden = false; line.textContent ||= 'x'; }")
    assert not is_wider_than_screen(page)
    assert axe_findings(page) == []
