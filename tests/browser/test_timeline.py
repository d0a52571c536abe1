"""The timeline in a real browser: what is drawn, tapped, pinched, switched, and what remains without a script."""

import datetime as dt
import json
from typing import Any, cast

import pytest
from django.utils import timezone
from playwright.sync_api import CDPSession, Page, Route, expect

from diary.models import Day, Diarist, Episode, SignCheck
from diary.moments import today_in
from diary.timeline_rows import forget
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.conftest import BERLIN
from tests.diary.diaries import episode_at

DRAWN = "#timeline-figure .main-svg .scatterlayer .trace"
# The pixel of a mark in the window.
WHERE = """
    ([look, strength]) => {
        const box = document.getElementById("timeline-figure");
        const trace = box.data.find((each) => each.meta.look === look && each.meta.strength === strength);
        const { xaxis, yaxis } = box._fullLayout;
        const { left, top } = box.getBoundingClientRect();
        return [left + xaxis._offset + xaxis.d2p(trace.x[0]), top + yaxis._offset + yaxis.d2p(trace.y[0])];
    }
"""


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    forget()


def back(days: int) -> dt.date:
    """The day that many days ago in Berlin."""
    return today_in(BERLIN, timezone.now()) - dt.timedelta(days=days)


@pytest.fixture
def diary(writer: Diarist) -> Diarist:
    """Forty days: a calf and a lid, days without, days not recorded, context, a warning sign."""
    for days in range(1, 40):
        if days % 5 == 0:
            continue
        if days % 3 == 0:
            Day.objects.create(diarist=writer, date=back(days), no_twitches=True, sleep_hours=7, stress=2)
        else:
            Day.objects.create(diarist=writer, date=back(days), sleep_hours="6.5", caffeine_mg=90 * (days % 4))
            episode_at(writer, back(days).isoformat(), "08:15", strength=days % 4 + 1)
    episode_at(writer, back(7).isoformat(), "21:40", location="lid_lower", side="right", duration_seconds=90_000)
    SignCheck.objects.create(diarist=writer, date=back(4), sign="write", answer="yes", recorded_at=timezone.now())
    return writer


def opened(page: Page, path: str = "/timeline/?range=2w") -> Page:
    """The page with its figure drawn."""
    page.goto(path)
    page.wait_for_selector(DRAWN)
    return page


def visible_range(page: Page) -> float:
    """How many days the figure shows now."""
    ends = page.evaluate("document.getElementById('timeline-figure').layout.xaxis.range")
    first, last = (dt.datetime.fromisoformat(str(end).replace(" ", "T")[:19]) for end in ends)
    return (last - first) / dt.timedelta(days=1)


def test_what_is_drawn(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, viewport=DESKTOP))
    singles = diary.episodes.filter(local_date__gte=back(13), location="calf").count()
    points = page.evaluate(
        """() => document.getElementById("timeline-figure").data
            .filter((trace) => trace.meta.look === "dot").reduce((sum, trace) => sum + trace.x.length, 0)"""
    )
    assert points == singles
    # A marker for each, beside the one triangle of the warning sign.
    assert page.locator("#timeline-figure .points .point").count() == singles + 1
    # The one bar is one path.
    assert page.locator("#timeline-figure .tracebar-0 .js-fill").count() == 1
    labels = page.locator("#timeline-figure .ytick text").all_text_contents()
    assert [label.strip("\u2060") for label in labels] == [
        "Warning signs",
        "Hip, leg and foot",
        "Left calf",
        "Face",
        "Right lower eyelid",
        "Sleep",
        "8 h",
        "4 h",
        "Caffeine",
        "200 mg",
        "Stress",
        "extreme",
        "some",
    ]
    assert page.locator("#timeline-figure .textpoint").all_text_contents() == ["Writing and typing"]
    assert page.locator(".modebar, .modebar-container > *").count() == 0
    label = page.get_attribute("#timeline-figure", "aria-label") or ""
    assert label.startswith("Timeline, ")
    assert page.get_attribute("#timeline-figure", "role") == "img"


def test_nothing_is_sent_to_anybody(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user))
    config = page.evaluate("document.getElementById('timeline-figure')._context")
    assert config["showSendToCloud"] is False
    assert config["plotlyServerURL"] == ""
    assert config["displaylogo"] is False
    assert config["displayModeBar"] is False


def test_a_click_says_the_entry_and_leads_to_it(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, viewport=DESKTOP))
    x, y = page.evaluate(WHERE, ["dot", 4])
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    said = page.locator("#timeline-said")
    expect(said).to_contain_text("Left calf")
    expect(said).to_contain_text("08:15")
    expect(said).to_contain_text("stops what I do · length not entered")
    expect(said.locator("a")).to_have_count(0)
    page.mouse.click(x, y)
    expect(said.locator("a")).to_have_text("Open this entry")
    page.keyboard.press("Escape")
    expect(said).to_be_hidden()
    page.mouse.click(x, y)
    said.locator("a").click()
    page.wait_for_url("**/episodes/*/")
    pk = page.url.rstrip("/").rpartition("/")[2]
    assert Episode.objects.get(pk=pk).strength == 4


def test_a_tap_on_a_phone(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, has_touch=True, is_mobile=True))
    x, y = page.evaluate(WHERE, ["dot", 3])
    page.touchscreen.tap(x, y)
    expect(page.locator("#timeline-said a")).to_have_text("Open this entry")
    expect(page.locator("#timeline-said")).to_contain_text("moves the part")
    page.locator("#timeline-said button").click()
    expect(page.locator("#timeline-said")).to_be_hidden()


def test_a_day_of_a_long_range_leads_to_the_day(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, viewport=DESKTOP), "/timeline/?range=1y")
    x, y = page.evaluate(WHERE, ["bar", 4])
    page.mouse.click(x + 1, y + 2)
    expect(page.locator("#timeline-said")).to_contain_text("1 entry · strongest: stops what I do")
    page.locator("#timeline-said a").click()
    page.wait_for_url("**/?date=*")


def fingers(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    """A touch as the device sends it."""
    touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def test_pinch_and_drag_on_a_phone(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, has_touch=True, is_mobile=True))
    whole = visible_range(page)
    box = page.locator("#timeline-figure .nsewdrag").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + 120
    session = page.context.new_cdp_session(page)
    expect(page.locator(".zoomed")).to_be_hidden()
    fingers(session, "touchStart", (x - 30, y), (x + 30, y))
    for wide in (40, 60, 90):
        fingers(session, "touchMove", (x - wide, y), (x + wide, y))
    fingers(session, "touchEnd")
    expect(page.locator(".zoomed button")).to_be_visible()
    assert whole / 4 < visible_range(page) < whole / 2
    before = page.evaluate("document.getElementById('timeline-figure').layout.xaxis.range[0]")
    fingers(session, "touchStart", (x, y))
    for moved in (20, 40, 60):
        fingers(session, "touchMove", (x + moved, y))
    fingers(session, "touchEnd")
    page.wait_for_function(
        "before => document.getElementById('timeline-figure').layout.xaxis.range[0] < before", arg=before
    )
    page.locator(".zoomed button").click()
    expect(page.locator(".zoomed")).to_be_hidden()
    assert visible_range(page) == pytest.approx(whole, abs=0.01)


def test_one_finger_up_and_down_scrolls_the_page(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, has_touch=True, is_mobile=True))
    assert (
        page.locator("#timeline-figure .nsewdrag").evaluate("each => getComputedStyle(each).touchAction")
        == "pan-y"
    )


def test_links_swap_the_figure_and_the_way_back_works(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user))
    page.evaluate("window.still = true")
    page.click("#range-1y")
    page.wait_for_url("**/timeline/?range=1y")
    page.wait_for_selector(DRAWN)
    assert page.evaluate("document.getElementById('timeline-figure').layout.meta.level") == "days"
    expect(page.locator("#range-1y")).to_be_focused()
    page.select_option("#id_location", "lid_lower-right")
    page.wait_for_url("**/timeline/?range=1y&location=lid_lower-right")
    page.wait_for_selector(DRAWN)
    lanes = page.evaluate("document.getElementById('timeline-figure').layout.meta.lanes.map(([, name]) => name)")
    assert lanes == ["Right lower eyelid"]
    page.click("#below-stress")
    page.wait_for_url("**below=sleep_hours.caffeine_mg")
    page.wait_for_selector(DRAWN)
    assert page.evaluate("window.still")
    page.go_back()
    page.wait_for_url("**/timeline/?range=1y&location=lid_lower-right")
    page.wait_for_selector(DRAWN)
    expect(page.locator("nav.tabs")).to_have_count(1)


def test_dark_mode_follows_the_switch_without_a_reload(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user))
    colour = "document.getElementById('timeline-figure').layout.font.color"
    light = page.evaluate(colour)
    page.evaluate("window.still = true")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"light => {colour} !== light", arg=light)
    assert page.evaluate(colour) == "#a6b3b4"
    assert page.evaluate("window.still")


def spans(route: Route) -> None:
    """What triage answers."""
    found: list[dict[str, Any]] = [
        {
            "key": "persistence:calf-left",
            "name": "Two weeks in one place",
            "level": "talk",
            "since": back(9).isoformat(),
            "until": None,
            "places": [{"location": "calf", "side": "left"}],
            "url": "/patterns/#calf",
        },
        {
            "key": "spread",
            "name": "More places",
            "level": "watch",
            "since": back(100).isoformat(),
            "until": back(3).isoformat(),
            "places": [],
            "url": "/patterns/#spread",
        },
    ]
    route.fulfill(body=json.dumps({"spans": found}), content_type="application/json")


def with_spans(page: Page) -> Page:
    """The page as it is once triage has an address for its spans."""
    page.route("**/patterns/spans/**", spans)

    def answer(route: Route) -> None:
        response = route.fetch()
        body = response.text()
        if "data-spans" not in body:
            body = body.replace(
                "data-entry-url", 'data-spans="/patterns/spans/?first=x&amp;last=y" data-entry-url'
            )
        route.fulfill(response=response, body=body)

    page.route("**/timeline/**", answer)
    return page


def test_what_patterns_found_is_shaded_and_named(new_page: NewPage, diary: Diarist) -> None:
    page = opened(with_spans(new_page(diary.user, viewport=DESKTOP)))
    expect(page.locator(".findings li a")).to_have_text(["Two weeks in one place", "More places"])
    assert page.locator(".findings a").first.get_attribute("href") == "/patterns/#calf"
    shapes = page.evaluate(
        """document.getElementById("timeline-figure").layout.shapes
            .filter(({ type }) => type === "rect").map(({ name, x0, x1, y0, y1 }) => [name, x0, x1, y0, y1])"""
    )
    meta = page.evaluate("document.getElementById('timeline-figure').layout.meta")
    calf = next(at for key, _, at in meta["lanes"] if key == "calf-left")
    tomorrow = back(-1).isoformat()
    assert shapes == [
        ["persistence:calf-left", back(9).isoformat(), tomorrow, calf - 0.48, calf + 0.48],
        ["spread", back(13).isoformat(), back(2).isoformat(), 0, meta["lanes_end"]],
    ]
    words = page.locator("#timeline-figure .annotation-text").all_text_contents()
    assert words == ["1 Two weeks in one place", "2 More places"]


def test_without_a_script_the_table_stands_alone(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, script=False)
    page.goto("/timeline/?range=2w")
    expect(page.locator("#timeline-figure")).to_be_hidden()
    expect(page.locator("#table tbody tr")).to_have_count(14)
    expect(page.locator("#table tbody tr").first).to_be_visible()
    page.select_option("#id_location", "lid_lower-right")
    page.click(".place button")
    assert "location=lid_lower-right" in page.url
    page.click("#sort-entries")
    assert page.locator("#table tbody tr").first.locator("td").nth(1).inner_text() == "1"
    page.click("#timeline-earlier")
    assert "until=" in page.url


def test_the_file_is_downloaded(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user))
    page.click("#table summary")
    with page.expect_download() as download:
        page.click("text=Download as CSV")
    assert download.value.suggested_filename == f"timeline-{back(13)}-{back(0)}.csv"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(new_page: NewPage, diary: Diarist, scheme: str, viewport: dict[str, int]) -> None:
    page = with_spans(new_page(diary.user, viewport=viewport, scheme=scheme, expects_refusals=True))
    for path in ("/timeline/?range=2w&sort=-entries", "/timeline/?range=1y", "/timeline/?range=garbage"):
        opened(page, path)
        expect(page.locator(".findings li")).to_have_count(2)
        page.click(".legend-box summary")
        assert (path, axe_findings(page)) == (path, [])


@pytest.mark.parametrize("path", ["/timeline/?range=2w&sort=-entries", "/timeline/?range=1y"])
def test_nothing_is_cut_off_and_every_target_is_large_enough(new_page: NewPage, diary: Diarist, path: str) -> None:
    page = with_spans(new_page(diary.user, viewport={"width": 320, "height": 640}, expects_refusals=True))
    opened(page, path)
    expect(page.locator(".findings li")).to_have_count(2)
    small = page.evaluate(
        """() => [...document.querySelectorAll('main :is(a, button, summary, select)')]
            .filter(e => e.checkVisibility()).map(e => [e.innerText, e.getBoundingClientRect()])
            .filter(([, box]) => box.width < 43.9 || box.height < 43.9).map(([text]) => text)"""
    )
    assert small == []
    assert not is_wider_than_screen(page)
    names = cast(
        list[list[float]],
        page.evaluate(
            """() => [...document.querySelectorAll('#timeline-figure .ytick text')]
                .map((each) => each.getBoundingClientRect()).map(({ left, right }) => [left, right])"""
        ),
    )
    assert names
    assert all(left >= 0 and right <= 320 for left, right in names)
