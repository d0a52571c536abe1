"""The triggers page in a real browser: with a link, with too few days, empty; phone and desktop, light and dark."""

import datetime as dt
from random import Random

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from diary.models import Day, Diarist, Episode
from diary.moments import at_wall_clock, today_in
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.conftest import BERLIN


def fill(diarist: Diarist, count: int) -> None:
    """Days on which twitching is four times as likely with much caffeine."""
    rng, now = Random(4), timezone.now()  # noqa: S311
    today = today_in(BERLIN, now)
    for back in range(count, 0, -1):
        date, much = today - dt.timedelta(days=back), rng.random() < 0.4
        twitched = rng.random() < (0.6 if much else 0.15)
        Day.objects.create(
            diarist=diarist, date=date, no_twitches=not twitched, caffeine_mg=300 if much else 0, stress=back % 5
        )
        if twitched:
            episode = Episode(diarist=diarist, location="calf", side="left", recorded_at=now)
            episode.moment = at_wall_clock(date, dt.time(9), BERLIN)
            episode.save()


@pytest.fixture(params=[0, 20, 150], ids=["empty", "few days", "a link"])
def diary(request: pytest.FixtureRequest, writer: Diarist) -> Diarist:
    """A diary of so many days."""
    fill(writer, request.param)
    return writer


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(new_page: NewPage, diary: Diarist, scheme: str, viewport: dict[str, int]) -> None:
    page = new_page(diary.user, viewport=viewport, scheme=scheme, expects_refusals=True)
    page.goto("/triggers/")
    for summary in page.locator("details.how summary").all():
        summary.click()
    assert axe_findings(page) == []


def test_nothing_is_cut_off_and_every_target_is_large_enough(new_page: NewPage, diary: Diarist) -> None:
    page = new_page(diary.user, viewport={"width": 320, "height": 256})
    page.goto("/triggers/")
    assert not is_wider_than_screen(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll('main :is(a, button, summary)')]
          .map(one => [one.innerText, one.getBoundingClientRect().height]).filter(([, height]) => height < 44)"""
    )
    assert small == []


def test_the_bars_are_drawn_as_long_as_the_shares(new_page: NewPage, writer: Diarist) -> None:
    fill(writer, 150)
    page = new_page(writer.user)
    page.goto("/triggers/")
    card = page.locator("#caffeine")
    expect(card.locator(".level-words")).to_have_text("Seen in both halves of your diary")
    for bar in card.locator(".bars dd").all():
        said = int(bar.inner_text().rpartition(",")[2].strip().rstrip("%\u00a0"))
        widths = bar.evaluate(
            "one => [...one.querySelectorAll('rect')].map(rect => rect.getBoundingClientRect().width)"
        )
        assert 100 * widths[1] / widths[0] == pytest.approx(said, abs=0.5)


def test_without_a_script(new_page: NewPage, writer: Diarist) -> None:
    fill(writer, 150)
    page = new_page(writer.user, script=False)
    page.goto("/triggers/")
    page.click("text=How this is worked out")
    assert page.locator("text=an empty field is never taken for").is_visible()
