"""Looking back in a real browser: older days, filter, calendar, and missed days filled in a row."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from diary.models import Day, Diarist
from diary.moments import today_in
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.conftest import BERLIN
from tests.diary.diaries import episode_at

PAGES_FOR_AXE = [
    "/days/",
    "/days/?location=garbage&strength=9&q=x&before=abc",
    "/days/calendar/?month=garbage",
    "/days/fill/?since=garbage",
]
PAGES = [*PAGES_FOR_AXE, "/days/?location=calf-left&strength=2", "/days/calendar/", "/days/fill/"]


def back(days: int) -> dt.date:
    """The day that many days ago in Berlin."""
    return today_in(BERLIN, timezone.now()) - dt.timedelta(days=days)


def field(days: int) -> str:
    """The name of the answer for the day that many days ago."""
    return f"day-{back(days).isoformat()}"


def choose(page: Page, days: int, answer: str) -> None:
    """Choose an answer for the day that many days ago."""
    page.locator(f'input[name="{field(days)}"][value="{answer}"]').check()


@pytest.fixture
def diary(writer: Diarist) -> Diarist:
    """Forty days; 2, 3 and 4 days ago are open, the day before them has two places."""
    for days in range(40):
        if days in {2, 3, 4}:
            continue
        if days % 3 == 0:
            Day.objects.create(diarist=writer, date=back(days), no_twitches=True)
        else:
            episode_at(writer, back(days).isoformat(), "08:00", strength=days % 4 + 1, note=f"note {days}")
    episode_at(writer, back(5).isoformat(), "09:00", location="lid_lower", side="right", duration_seconds=900)
    Day.objects.create(diarist=writer, date=back(4), caffeine_mg=90)
    return writer


def test_older_days_are_added_below_and_the_first_of_them_has_the_focus(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user)
    page.goto("/days/")
    expect(page.locator("article.day")).to_have_count(14)
    newest = page.locator("article.day h2").first.inner_text()
    page.click("text=Older days")
    expect(page.locator("article.day")).to_have_count(28)
    expect(page.locator("article.day >> nth=14 >> h2 a")).to_be_focused()
    expect(page.locator("#days-said")).to_contain_text("14 days before")
    assert page.locator("article.day h2").first.inner_text() == newest
    page.click("text=Older days")
    expect(page.locator("text=This is where your diary begins.")).to_be_visible()
    assert page.url.endswith("/days/")


def test_a_filter_is_in_the_address_and_the_way_back_works(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user)
    page.goto("/days/")
    page.click("summary >> text=Filter and search")
    page.focus("#id_location")
    page.select_option("#id_location", "calf-left")
    page.wait_for_url("**/days/?location=calf-left")
    expect(page.locator("#id_location")).to_be_focused()
    expect(page.locator("#days-said")).to_contain_text("The newest 14 days that match, with 14 entries.")
    page.select_option("#id_strength", "4")
    page.wait_for_url("**/days/?location=calf-left&strength=4")
    assert set(page.locator("article.day .level").all_inner_texts()) == {"4"}
    page.fill("#id_q", "note 7")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=note+7")
    expect(page.locator("article.day")).to_have_count(1)
    assert page.input_value("#id_q") == "note 7"
    page.go_back()
    page.wait_for_url("**/days/?location=calf-left&strength=4")
    expect(page.locator("nav.tabs")).to_have_count(1)
    expect(page.locator("#id_q")).to_have_value("")
    page.click("text=Clear filter")
    page.wait_for_url("**/days/")
    expect(page.locator("article.day")).to_have_count(14)


def test_a_search_that_is_too_long_stays_in_its_field(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, expects_refusals=True)
    page.goto("/days/")
    page.click("summary >> text=Filter and search")
    page.locator("#id_q").evaluate("field => field.removeAttribute('maxlength')")
    page.fill("#id_q", "y" * 150)
    page.click("button >> text=Search")
    expect(page.locator("#id_q_error")).to_have_text("That is too long to look for. Write at most 100 characters.")
    assert page.input_value("#id_q") == "y" * 150


def test_the_filter_stands_open_beside_the_list_on_a_wide_screen(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, viewport=DESKTOP)
    page.goto("/days/")
    expect(page.locator("#id_location")).to_be_visible()
    expect(page.locator("summary >> text=Filter and search")).not_to_be_visible()


def test_the_calendar_by_keyboard(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, viewport=DESKTOP)
    page.goto("/days/calendar/")
    expect(page.locator('a.cell[aria-current="date"]')).to_have_count(1)
    page.locator('a[rel="prev"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/days/calendar/?month=*")
    page.locator("a.cell").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?date=*")


def test_missed_days_are_filled_in_a_row_and_taken_back(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user)
    page.goto("/days/fill/")
    same = page.locator(f'input[name="{field(3)}"][value="same"]')
    expect(same).not_to_be_visible()
    choose(page, 4, "same")
    expect(same).to_be_visible()
    choose(page, 3, "same")
    choose(page, 2, "none")
    page.click("text=Save these days")
    expect(page.locator("#filled")).to_be_focused()
    expect(page.locator("#filled")).to_contain_text("Saved as on the day before:")
    places = {("calf", "left"), ("lid_lower", "right")}
    for days in (4, 3):
        assert set(diary.episodes.filter(local_date=back(days)).values_list("location", "side")) == places
    assert diary.days.get(date=back(2)).no_twitches
    page.click("#filled >> text=Undo")
    expect(page.locator("#filled")).to_contain_text("Taken back: these days are open again.")
    assert not diary.episodes.filter(local_date__range=(back(4), back(2))).exists()
    assert list(diary.days.filter(date__range=(back(4), back(2))).values_list("caffeine_mg")) == [(90,)]


def test_a_day_that_cannot_be_the_same_says_so_where_it_stands(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, expects_refusals=True)
    page.goto("/days/fill/")
    choose(page, 4, "same")
    choose(page, 3, "same")
    choose(page, 4, "")
    page.click("text=Save these days")
    expect(page.locator(f"#{field(3)}-error")).to_contain_text("The day before is itself open.")
    expect(page.locator(f'input[name="{field(3)}"][value="same"]')).to_be_checked()
    expect(page.locator(f'input[name="{field(3)}"][value="same"]')).to_be_focused()


def test_filling_in_without_a_connection_keeps_what_was_chosen(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, expects_refusals=True)
    page.goto("/days/fill/")
    choose(page, 4, "same")
    page.context.set_offline(True)
    page.click("text=Save these days")
    expect(page.locator("#trouble")).to_contain_text("What you typed is still here")
    expect(page.locator(f'input[name="{field(4)}"][value="same"]')).to_be_checked()
    page.context.set_offline(False)
    page.locator("#trouble >> text=Close").click()
    page.click("text=Save these days")
    expect(page.locator("#filled")).to_contain_text("Saved as on the day before:")


def test_without_a_script(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, script=False)
    page.goto("/days/")
    page.click("text=Older days")
    expect(page).to_have_url(re.compile("before="))
    page.click("text=Back to the newest days")
    page.click("summary >> text=Filter and search")
    page.select_option("#id_location", "lid_lower-right")
    page.click("button >> text=Search")
    expect(page.locator("article.day")).to_have_count(1)
    page.click("text=Clear filter")
    page.click("text=Calendar")
    page.click('a[rel="prev"]')
    expect(page).to_have_url(re.compile("month="))
    page.goto("/days/fill/")
    choose(page, 4, "none")
    choose(page, 3, "same")
    page.click("text=Save these days")
    expect(page.locator("#filled")).to_contain_text("Saved as without twitches:")
    assert diary.days.filter(date__in=[back(3), back(4)], no_twitches=True).count() == 2
    page.click("#filled >> text=Undo")
    expect(page.locator("#filled")).to_contain_text("these days are open again")
    assert not diary.days.filter(date__in=[back(3), back(4)], no_twitches=True).exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(new_page: NewPage, diary: Diarist, scheme: str, viewport: dict[str, int]) -> None:
    page = new_page(diary.user, viewport=viewport, scheme=scheme, expects_refusals=True)
    for path in PAGES_FOR_AXE:
        page.goto(path)
        assert (path, axe_findings(page)) == (path, [])


def test_axe_finds_nothing_in_an_empty_diary(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, expects_refusals=True)
    for path in ("/days/", "/days/calendar/", "/days/fill/"):
        page.goto(path)
        assert (path, axe_findings(page)) == (path, [])


def test_nothing_is_cut_off_and_every_target_is_large_enough(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, viewport={"width": 320, "height": 256}, expects_refusals=True)
    for path in PAGES:
        page.goto(path)
        small = page.evaluate(
            """() => [...document.querySelectorAll('main :is(a, button, summary, select, label.chip)')]
                .filter(e => e.checkVisibility()).map(e => [e.innerText, e.getBoundingClientRect()])
                .filter(([, box]) => box.width < 43.9 || box.height < 43.9).map(([text]) => text)"""
        )
        assert (path, small) == (path, [])
        assert (path, is_wider_than_screen(page)) == (path, False)
