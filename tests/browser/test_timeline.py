"""The timeline in a real browser: what is drawn, tapped, pinched, switched, and what remains without a script."""

import datetime as dt
import io
import json
import re
from typing import Any, cast

import pytest
from django.utils import timezone
from playwright.sync_api import CDPSession, Page, Route, expect
from pypdf import PdfReader

from diary.models import Day, Diarist, Episode, SignCheck
from diary.moments import today_in
from diary.timeline_rows import forget
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.browser.test_offline import until
from tests.conftest import BERLIN
from tests.diary.diaries import episode_at

DRAWN = "#timeline-figure .main-svg .scatterlayer .trace"
# The pixel of a mark in the window; of a box, that of its upper left corner.
WHERE = """
    ([look, strength]) => {
        const box = document.getElementById("timeline-figure");
        const has = ({ meta }) => (meta.strengths ? meta.strengths.includes(strength) : meta.strength === strength);
        const trace = box.data.find((each) => each.meta.look === look && has(each));
        const n = trace.meta.strengths?.indexOf(strength) ?? 0;
        const { xaxis, yaxis } = box._fullLayout;
        const { left, top } = box.getBoundingClientRect();
        const y = trace.y[trace.fill ? n + 1 : n];
        return [left + xaxis._offset + xaxis.d2p(trace.x[n]), top + yaxis._offset + yaxis.d2p(y)];
    }
"""
# The middle, top and bottom of each column of a factor, with its words.
COLUMNS = """() => {
    const box = document.getElementById("timeline-figure");
    const { left: lefts, right, top: tops, bottom, words } = box.data.find((each) => each.meta.look === "below").boxes;
    const { xaxis, yaxis } = box._fullLayout;
    const { left, top } = box.getBoundingClientRect();
    const [across, down] = [(at) => left + xaxis._offset + xaxis.d2p(at), (at) => top + yaxis._offset + yaxis.d2p(at)];
    const at = (ms) => across(new Date(ms).toISOString().slice(0, 16));
    return words.map((said, n) => [(at(lefts[n]) + at(right[n])) / 2, down(tops[n]), down(bottom[n]), said]);
}"""


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


BARS = """(look) => {
    const { data, layout } = document.getElementById("timeline-figure");
    const { y, fillcolor } = data.find(({ meta }) => meta.look === look && meta.strength === 0);
    const heights = y.filter((at) => at !== null).map((at) => at * layout.meta.lane_pixels);
    return [Math.max(...heights) - Math.min(...heights), fillcolor];
}"""


@pytest.mark.parametrize("range_asked", ["2w", "1y"])
def test_a_bar_of_unknown_strength_is_seen_on_every_ground(
    new_page: NewPage, diary: Diarist, range_asked: str
) -> None:
    """Inside it is as white as the card, so dark rails run above and below."""
    page = opened(new_page(diary.user), f"/timeline/?range={range_asked}")
    height, colour = page.evaluate(BARS, "bar")
    outer, dark = page.evaluate(BARS, "rail")
    assert (height, colour, outer, dark) == (pytest.approx(6.5), "#fff", pytest.approx(9.5), "#8a8f8a")
    assert page.evaluate(
        "document.getElementById('timeline-figure').data.map(({ meta }) => meta.look + meta.strength)"
        ".filter((name) => /^(rail|bar)/.test(name))"
    )[:2] == ["rail0", "bar0"]


def test_the_legend_is_as_high_as_the_figure(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user), "/timeline/?range=1y")
    page.click(".legend-box summary")
    drawn = page.evaluate("""() => {
        const { data, layout } = document.getElementById("timeline-figure");
        const tall = ({ y }) => (Math.max(...y) - Math.min(...y.filter((at) => at !== null))) * layout.meta.lane_pixels;
        const of = (n) => data.filter(({ meta }) => ["bar", "rail"].includes(meta.look) && meta.strength === n);
        return [0, 1, 2, 3, 4].map((n) => Math.max(...of(n).map(tall)));
    }""")
    height = "each => each.getBoundingClientRect().height"
    samples = [page.locator(f".legend .m{n}").evaluate(height) for n in range(5)]
    assert drawn == pytest.approx([9.5, 6.5, 9.5, 11, 15], abs=0.01)
    assert samples == pytest.approx(drawn, abs=0.05)


def test_what_is_drawn(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, viewport=DESKTOP))
    singles = diary.episodes.filter(local_date__gte=back(13), location="calf").count()
    points = page.evaluate(
        """() => document.getElementById("timeline-figure").data
            .filter((trace) => trace.meta.look === "point").reduce((sum, trace) => sum + trace.x.length, 0)"""
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


# Where a time is on the axis, by its grid lines; where the point of an entry, the columns and the grounds are drawn.
PLACES = """(times) => {
    const box = document.getElementById("timeline-figure");
    const { xaxis } = box._fullLayout;
    const { left } = box.getBoundingClientRect();
    const wanted = times.map((time) => left + xaxis._offset + xaxis.r2p(time));
    const middle = ({ left, right }) => (left + right) / 2;
    const points = [...box.querySelectorAll(".scatterlayer .point")].map((each) => middle(each.getBoundingClientRect()));
    const grounds = [...box.querySelectorAll(".fills path")].map((each) => each.getBoundingClientRect().left);
    return [wanted, points, grounds];
}"""


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata"])
def test_marks_stand_at_their_time_wherever_the_device_is(new_page: NewPage, writer: Diarist, zone: str) -> None:
    for days in (10, 5, 1):
        episode_at(writer, back(days).isoformat(), "12:00", strength=1)
    Day.objects.create(diarist=writer, date=back(7), no_twitches=True)
    page = opened(new_page(writer.user, viewport=DESKTOP, zone=zone))
    times = [f"{back(days).isoformat()} 12:00" for days in (10, 5, 1)]
    wanted, points, grounds = page.evaluate(PLACES, [*times, back(7).isoformat()])
    assert sorted(points) == pytest.approx(wanted[:3], abs=1)
    assert min(abs(left - wanted[3]) for left in grounds) < 1


def test_nothing_is_sent_to_anybody(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user))
    config = page.evaluate("document.getElementById('timeline-figure')._context")
    assert config["showSendToCloud"] is False
    assert config["plotlyServerURL"] == ""
    assert config["displaylogo"] is False
    assert config["displayModeBar"] is False


def test_a_click_says_the_entry_and_leads_to_it(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, viewport=DESKTOP))
    x, y = page.evaluate(WHERE, ["point", 4])
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


def test_anywhere_in_a_box_it_says_what_that_is(new_page: NewPage, diary: Diarist) -> None:
    """Not at its corners only, of which those of another may be nearer."""
    episode_at(
        diary, back(10).isoformat(), "00:30", strength=4, duration_seconds=5 * 86_400, location="thigh_front"
    )
    page = opened(new_page(diary.user, viewport={"width": 1280, "height": 1400}))
    x, y = page.evaluate(WHERE, ["bar", 4])
    said = page.locator("#timeline-said")
    page.mouse.move(x + 160, y + 40)
    page.mouse.move(x + 160, y + 4)
    expect(said).to_contain_text("thigh")
    page.mouse.move(x + 190, y + 4)
    expect(said).to_contain_text("thigh")
    page.mouse.click(x + 190, y + 4)
    expect(said.locator("a")).to_have_text("Open this entry")
    # A click beside everything puts it away; right after the other it would be half a double click.
    page.wait_for_timeout(500)
    page.mouse.click(x + 460, y + 4)
    expect(said).to_be_hidden()
    # Each column says its own day from top to bottom.
    columns = page.evaluate(COLUMNS)
    assert len(columns) > 20
    for at, top, bottom, words in columns:
        for height in (top + 1, (top + bottom) / 2, bottom - 1):
            page.mouse.move(at, height)
            expect(said).to_contain_text(words)


def test_boxes_on_one_height_are_one_run(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, viewport=DESKTOP), "/timeline/?range=1y")
    runs = page.evaluate("""() => document.getElementById("timeline-figure").data.filter(({ fill }) => fill)
        .map(({ meta, x, boxes: { bottom: bottoms } }) => {
            const changes = bottoms.filter((at, n) => at !== bottoms[n + 1]).length;
            return [meta.look, bottoms.length, changes, x.filter((at) => at === null).length];
        })""")
    assert {look for look, *_ in runs} >= {"bar", "below", "clear", "open", "track"}
    assert all(gaps == changes for _, _, changes, gaps in runs)
    assert {look: changes for look, boxes, changes, _ in runs if boxes > 20} == {"below": 3}


def test_a_tap_on_a_phone(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, has_touch=True, is_mobile=True))
    x, y = page.evaluate(WHERE, ["point", 3])
    page.touchscreen.tap(x, y)
    expect(page.locator("#timeline-said a")).to_have_text("Open this entry")
    expect(page.locator("#timeline-said")).to_contain_text("moves the part")
    page.locator("#timeline-said button").click()
    expect(page.locator("#timeline-said")).to_be_hidden()


# The first and the last point of the newest step of a factor, in pixels of the window.
NEWEST_STEP = """() => {
    const box = document.getElementById("timeline-figure");
    const { x, y } = box.data.find(({ meta }) => meta.look === "below");
    const { xaxis, yaxis } = box._fullLayout;
    const { left, top } = box.getBoundingClientRect();
    return [x.length - 3, x.length - 2].map((n) => [left + xaxis._offset + xaxis.d2p(x[n]), top + yaxis._offset + yaxis.d2p(y[n])]);
}"""


def test_a_step_is_of_its_week_up_to_its_end(new_page: NewPage, diary: Diarist) -> None:
    episode_at(diary, back(800).isoformat())
    page = opened(new_page(diary.user, viewport={"width": 1280, "height": 1400}), "/timeline/?range=all")
    # In English a week begins on a Sunday.
    sunday = back(1) - dt.timedelta(days=(back(1).weekday() + 1) % 7)
    said = page.locator("#timeline-said")
    for x, y in page.evaluate(NEWEST_STEP):
        page.mouse.click(x, y)
        expect(said).to_contain_text(f"Week from {sunday.day} ")
        until = min(sunday + dt.timedelta(days=6), back(0))
        assert f"until={until}" in str(said.locator("a").get_attribute("href"))
        said.locator("button").click()
        # Right after the other a click would be half a double click.
        page.wait_for_timeout(500)


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


def test_a_range_that_does_not_come_leaves_the_figure(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user, viewport=DESKTOP, expects_refusals=True))
    page.route("**/timeline/?range=1y", lambda route: route.fulfill(status=503, body="away"))
    page.evaluate("document.addEventListener('htmx:responseError', () => { window.refused = true; })")
    page.click("#range-1y")
    until(page, "window.refused")
    assert page.locator(DRAWN).count() > 3
    x, y = page.evaluate(WHERE, ["point", 4])
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    expect(page.locator("#timeline-said")).to_contain_text("stops what I do")
    page.unroute("**/timeline/?range=1y")
    page.click("#range-1y")
    page.wait_for_url("**/timeline/?range=1y")
    page.wait_for_selector(DRAWN)


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
    assert page.locator(".findings .hint").first.inner_text().startswith("Left calf · since ")
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


@pytest.mark.parametrize(
    ("location", "listed"),
    [
        ("", ["Calf", "Lid", "Both", "Whole body"]),
        ("calf-left", ["Calf", "Both", "Whole body"]),
        ("lid_lower-right", ["Lid", "Both", "Whole body"]),
    ],
)
def test_patterns_of_places_that_are_not_shown_are_left_out(
    new_page: NewPage, diary: Diarist, location: str, listed: list[str]
) -> None:
    calf, lid = {"location": "calf", "side": "left"}, {"location": "lid_lower", "side": "right"}
    places = {"Calf": [calf], "Lid": [lid], "Hand": [{"location": "hand", "side": "left"}], "Both": [lid, calf]}
    found = [
        {"key": name, "name": name, "level": "watch", "since": back(9).isoformat(), "until": None}
        | {"places": of, "url": f"/patterns/#{name}"}
        for name, of in {**places, "Whole body": []}.items()
    ]
    page = new_page(diary.user, viewport=DESKTOP)
    page.route("**/patterns/spans/**", lambda route: route.fulfill(json={"spans": found}))
    opened(page, f"/timeline/?range=2w&location={location}")
    expect(page.locator(".findings li a")).to_have_text(listed)
    shades = "document.getElementById('timeline-figure').layout.shapes.map(({ name }) => name)"
    assert list(dict.fromkeys(name for name in page.evaluate(shades) if name)) == listed


TRY_AGAIN = "The patterns could not be loaded just now. All your entries are here."


@pytest.mark.parametrize("fault", ["no network", "a fault", "signed out"])
def test_patterns_that_do_not_come_are_asked_for_again(new_page: NewPage, diary: Diarist, fault: str) -> None:
    page = with_spans(new_page(diary.user, expects_refusals=True))
    answers = iter([False, False, True])

    def answer(route: Route) -> None:
        if next(answers):
            spans(route)
        elif fault == "no network":
            route.abort()
        elif fault == "a fault":
            route.fulfill(status=503, body="away")
        else:
            route.fulfill(body="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")

    page.unroute("**/patterns/spans/**")
    page.route("**/patterns/spans/**", answer)
    opened(page)
    trouble = page.locator(".no-shades")
    expect(trouble).to_contain_text(TRY_AGAIN)
    expect(page.locator(".findings")).to_be_hidden()
    again = trouble.get_by_role("button", name="Try again")
    with page.expect_request("**/patterns/spans/**"):
        again.click()
    expect(again).to_be_enabled()
    expect(again).to_be_focused()
    expect(trouble).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".findings li a")).to_have_text(["Two weeks in one place", "More places"])
    expect(page.locator(".findings summary")).to_be_focused()
    expect(trouble).to_be_hidden()
    shapes = page.evaluate("document.getElementById('timeline-figure').layout.shapes.map(({ name }) => name)")
    assert [name for name in shapes if name] == ["persistence:calf-left", "spread"]


def test_where_no_pattern_was_found_nothing_is_said(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user)
    page.route("**/patterns/spans/**", lambda route: route.fulfill(json={"spans": []}))
    with page.expect_response("**/patterns/spans/**"):
        opened(page)
    page.wait_for_timeout(300)
    expect(page.locator(".no-shades")).to_be_hidden()
    expect(page.locator(".findings")).to_be_hidden()


COLOURS = """() => {
    const { data, layout } = document.getElementById("timeline-figure");
    return [layout.font.color, layout.yaxis.gridcolor, layout.yaxis.tickfont.color, layout.shapes[0].fillcolor,
        ...data.map(({ fillcolor, fillpattern, marker, line }) => [fillcolor, fillpattern, marker, line])];
}"""

# On some dates the last one would not fit and is left out.
TICKS = """() => [...document.querySelectorAll("#timeline-figure .xtick text")]
    .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .map((each) => each.textContent)"""


@pytest.mark.parametrize("paper", ["A5", "A4", "A3"])
def test_on_paper_the_figure_is_whole_and_light(new_page: NewPage, diary: Diarist, paper: str) -> None:
    page = opened(with_spans(new_page(diary.user, viewport=DESKTOP)))
    expect(page.locator(".findings li")).to_have_count(2)
    light = page.evaluate(COLOURS)
    page = opened(with_spans(new_page(diary.user, viewport={"width": 1900, "height": 900}, scheme="dark")))
    expect(page.locator(".findings li")).to_have_count(2)
    dark = page.evaluate(COLOURS)
    assert dark != light
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.printed = [({COLOURS})(), ({TICKS})()]; }})")
    reader = PdfReader(io.BytesIO(page.pdf(format=paper)))
    printed, days = page.evaluate("window.printed")
    assert printed == light
    assert page.evaluate(COLOURS) == dark
    assert page.evaluate("document.getElementById('timeline-figure').clientWidth") > 900
    text = " ".join("".join(found.extract_text() for found in reader.pages).split())
    assert len(days) > 5
    words = ["Left calf", "Sleep", "extreme", "More places", "What the marks mean", "not recorded"]
    for wanted in [*words, *days]:
        assert wanted in text
    for around in ("All spots", "Show below the spots", "Settings", "3 months", "As a table", "Earlier"):
        assert around not in text


def test_on_paper_a_table_says_how_much_of_it_is_there(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user), "/timeline/?range=1y&sort=-date")
    text = " ".join("".join(found.extract_text() for found in PdfReader(io.BytesIO(page.pdf())).pages).split())
    # "first" is written with one letter for its first two there.
    assert "100 of 365 lines" in text
    assert "Show 265 more lines" not in text


@pytest.mark.parametrize("width", [420, 718, 1500])
def test_on_paper_the_figure_is_as_wide_as_the_page(new_page: NewPage, diary: Diarist, width: int) -> None:
    page = opened(new_page(diary.user, viewport={"width": 1900, "height": 900}, scheme="dark"))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("h1").evaluate("each => getComputedStyle(each).color") == "rgb(29, 42, 45)"
    page.set_viewport_size({"width": width, "height": 1050})
    edges = page.evaluate(
        """() => [...document.querySelectorAll("#timeline-figure :is(.main-svg, .xtick text, .ytick text, .point)")]
            .map((each) => each.getBoundingClientRect()).flatMap(({ left, right }) => [left, right])"""
    )
    assert len(edges) > 40
    assert min(edges) >= -0.5
    assert width * 0.9 < max(edges) <= width + 0.5
    assert not is_wider_than_screen(page)
    drawn, below = page.evaluate(
        """["#timeline-figure .main-svg", ".legend-box"].map((each) => document.querySelector(each).getBoundingClientRect().bottom)"""
    )
    assert drawn <= below - 20


def test_without_a_script_the_table_stands_alone(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, script=False)
    page.goto("/timeline/?range=2w")
    expect(page.locator("#timeline-figure")).to_be_hidden()
    expect(page.locator("#table tbody tr")).to_have_count(14)
    expect(page.locator("#table tbody tr").first).to_be_visible()
    page.select_option("#id_location", "lid_lower-right")
    page.click(".place button")
    expect(page).to_have_url(re.compile("location=lid_lower-right"))
    page.click("#sort-entries")
    expect(page.locator("#table tbody tr").first.locator("td").nth(1)).to_have_text("1")
    page.click("#timeline-earlier")
    expect(page).to_have_url(re.compile("until="))


def test_the_table_is_made_when_it_is_opened(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user))
    assert page.locator("#table tr").count() == 0
    page.click("#table summary")
    expect(page.locator("#table tbody tr")).to_have_count(14)
    assert page.locator("#table noscript").count() == 0
    # htmx hands over the other range with its table as elements instead of one text.
    page.click("#range-3m")
    page.wait_for_url("**range=3m**")
    page.click("#table summary")
    expect(page.locator("#table tbody tr").nth(39)).to_be_visible()
    page.click("#sort-entries")
    page.wait_for_url("**sort=-entries**")
    expect(page.locator("#table[open] th[aria-sort='descending'] #sort-entries")).to_be_visible()


def test_the_rest_of_a_long_table_comes_on_request(new_page: NewPage, diary: Diarist) -> None:
    page = opened(new_page(diary.user), "/timeline/?range=1y")
    page.click("#table summary")
    expect(page.locator("#table tbody tr")).to_have_count(100)
    words = page.locator("#table caption").bounding_box()
    assert words
    assert words["x"] + words["width"] < PHONE["width"]
    page.click("#all-lines")
    page.wait_for_url("**lines=all**")
    expect(page.locator("#table[open] tbody tr")).to_have_count(365)


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
    # On most dates the days that are shown have shorter names.
    page.evaluate("document.getElementById('timeline-range').textContent = '19 December 2026 to 1 January 2027'")
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
