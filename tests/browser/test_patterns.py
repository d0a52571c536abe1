"""The patterns page in a real browser: read, answered and set aside by thumb, by keyboard and without a script."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from diary import recording
from diary.models import Diarist, Episode, SignCheck
from diary.moments import at_wall_clock, today_in
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.conftest import BERLIN
from triage.models import Finding

SIZES = [pytest.param(PHONE, id="phone"), pytest.param(DESKTOP, id="desktop")]


def today() -> dt.date:
    """The date in Berlin."""
    return today_in(BERLIN, timezone.now())


def write(diarist: Diarist, backs: tuple[int, ...], location: str = "calf") -> None:
    """An episode just after midnight so many days ago."""
    for back in backs:
        row = Episode(location=location, side="left", strength=2, duration_seconds=600)
        row.moment = at_wall_clock(today() - dt.timedelta(days=back), dt.time(0, 1), BERLIN)
        row.recorded_at = row.started_at
        recording.log_episode(diarist, row)


def write_everything(diarist: Diarist) -> None:
    """A lasting calf, an eyelid with a question, a weak hand and an emergency."""
    write(diarist, tuple(range(16)))
    write(diarist, (14, 12, 10, 9, 7, 5, 3, 2, 0), "lid_lower")
    for sign in ("buttons", "sudden_weakness"):
        recording.record_signs(
            diarist, [SignCheck(date=today(), sign=sign, answer="yes", recorded_at=timezone.now())]
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", SIZES)
def test_axe_finds_nothing(new_page: NewPage, writer: Diarist, viewport: dict[str, int], scheme: str) -> None:
    write_everything(writer)
    page = new_page(writer.user, viewport=viewport, scheme=scheme, expects_refusals=True)
    for path in ("/patterns/", "/patterns/earlier/", "/"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert axe_findings(page) == []
        assert not is_wider_than_screen(page)


def test_the_entries_open_where_they_are_asked_for(new_page: NewPage, writer: Diarist) -> None:
    write(writer, tuple(range(16)))
    page = new_page(writer.user)
    page.goto("/patterns/")
    page.get_by_text("Why this is said").click()
    page.get_by_role("link", name="Show the 15 entries").click()
    expect(page.locator(".evidence .entry")).to_have_count(15)
    expect(page).to_have_url(page.url)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_question_is_answered_with_one_tap_and_taken_back(
    new_page: NewPage, writer: Diarist, script: bool
) -> None:
    write(writer, (14, 12, 10, 9, 7, 5, 3, 2, 0))
    page = new_page(writer.user, script=script)
    page.goto("/patterns/")
    page.get_by_role("button", name="Yes, on all").click()
    expect(page.get_by_text("noted for 6 days, from memory")).to_be_visible()
    assert writer.episodes.count() == 15
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Yes, on all")).to_be_visible()
    assert writer.episodes.count() == 9


def test_set_aside_with_the_keyboard_alone(new_page: NewPage, writer: Diarist) -> None:
    write(writer, tuple(range(16)))
    page = new_page(writer.user, viewport=DESKTOP)
    page.goto("/patterns/")
    page.locator("summary", has_text="I've discussed this").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Discussed with my doctor on")).to_be_focused()
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Set aside (1)")).to_be_visible()
    assert Finding.objects.get().acknowledged_on == today()


def test_today_says_it_once_and_then_only_names_it(new_page: NewPage, writer: Diarist) -> None:
    write(writer, tuple(range(16)))
    page = new_page(writer.user)
    page.goto("/")
    expect(page.get_by_role("status").filter(has_text="still there after two weeks")).to_be_visible()
    page.get_by_role("link", name="See why").click()
    expect(page.get_by_role("heading", name="Still there after two weeks")).to_be_visible()
    page.goto("/")
    expect(page.locator(".glance")).to_have_text("Left calf: Still there after two weeks")


def test_on_a_wide_screen_the_lines_of_today_stand_where_the_others_do(new_page: NewPage, writer: Diarist) -> None:
    write(writer, tuple(range(16)))
    write(writer, (0,) * 6, "lid_lower")
    page = new_page(writer.user, viewport=DESKTOP)
    page.goto("/patterns/")
    page.goto("/")
    expect(page.get_by_text("2 more entries of today")).to_be_visible()
    place = "each => { const range = document.createRange(); range.selectNodeContents(each); %s }"
    middle = place % "const { left, width } = range.getBoundingClientRect(); return Math.round(left + width / 2);"
    assert page.locator(".glance").evaluate(middle) == page.locator(".dayhead h1").evaluate(middle) == 640
    start = place % "return range.getBoundingClientRect().left;"
    heading = page.locator("#entries-title").evaluate(start)
    assert page.locator(".entries > .link").evaluate(start) == heading


def test_a_long_diary_is_judged_after_today_is_there(
    new_page: NewPage, writer: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.glances.QUICK_ENTRIES", 5)
    write(writer, tuple(range(16)))
    page = new_page(writer.user)
    page.goto("/patterns/")
    write(writer, (0,), "lid_lower")
    recording.record_signs(
        writer, [SignCheck(date=today(), sign="swallow", answer="yes", recorded_at=timezone.now())]
    )
    page.goto("/")
    expect(page.locator("#glance")).to_contain_text("Swallowing: speak to a doctor today.")
