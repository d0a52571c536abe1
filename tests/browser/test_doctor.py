"""The doctor's page in a real browser: what it prints is one page and whole, on both papers and in both languages."""

import datetime as dt
import io
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from diary.models import Diarist
from diary.moments import today_in
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.conftest import BERLIN
from tests.triage import sheets
from triage import sharing
from triage.models import DoctorTexts
from triage.summary.build import make_sheet
from triage.summary.choice import PARTS, Choice
from triage.summary.sheet import Sheet

PRINTED = frozenset(PARTS) - {"log"}


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> dt.date:
    """The day in Berlin; the diaries below end on it."""
    date = today_in(BERLIN, timezone.now())
    monkeypatch.setattr(sheets, "TODAY", date)
    return date


def address(paper: str, language: str, parts: frozenset[str] = PRINTED, period: str = "onset") -> str:
    """The address of the page with this choice."""
    ticked = "".join(f"&parts={part}" for part in sorted(parts))
    return f"/doctor/?period={period}&paper={paper}&language={language}{ticked}"


def printed(page: Page) -> PdfReader:
    """What the browser prints, by the page's own idea of its paper."""
    page.wait_for_load_state()
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))


def squeezed(text: str) -> str:
    """Without any space: lines break elsewhere on paper."""
    return "".join(text.split())


def assert_whole(reader: PdfReader, sheet: Sheet, paper: str) -> None:
    """One page of the right paper with every text on it and nothing of the site around it."""
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == {"a4": (595, 842), "letter": (612, 792)}[paper]
    text = squeezed(reader.pages[0].extract_text())
    missing = [wanted for wanted in sheet.texts() if squeezed(wanted) not in text]
    assert missing == []
    for around in ("Settings", "Einstellungen", "What goes on the page", "Was auf die Seite kommt"):
        assert squeezed(around) not in text


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_fullest_year_prints_on_one_page(
    new_page: NewPage, writer: Diarist, today: dt.date, paper: str, language: str
) -> None:
    sheets.full(writer, days=364, text="A long note about twitching that has many words in it. " * 20)
    page = new_page(writer.user, viewport=DESKTOP, script=False)
    page.goto(address(paper, language))
    choice = Choice(sheets.ago(363), today, paper, language, PRINTED)  # type: ignore[arg-type]
    assert_whole(printed(page), make_sheet(writer, choice, today), paper)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_ordinary_diary_prints_on_one_page_from_a_phone_too(
    new_page: NewPage, writer: Diarist, today: dt.date, scheme: str
) -> None:
    sheets.ordinary(writer)
    page = new_page(writer.user, viewport=PHONE, scheme=scheme)
    page.goto(address("a4", "en"))
    choice = Choice(sheets.ago(60), today, "a4", "en", PRINTED)
    assert_whole(printed(page), make_sheet(writer, choice, today), "a4")


def test_an_empty_diary_prints_on_one_page(new_page: NewPage, writer: Diarist, today: dt.date) -> None:
    page = new_page(writer.user)
    page.goto(address("letter", "en"))
    choice = Choice(today, today, "letter", "en", PRINTED)
    assert_whole(printed(page), make_sheet(writer, choice, today), "letter")


@pytest.mark.parametrize("width", [320, 1280])
def test_a_long_word_stays_in_its_column(new_page: NewPage, writer: Diarist, today: dt.date, width: int) -> None:
    sheets.ordinary(writer)
    writer.medicines.create(name="Levomethadonhydrochloridlösung", started_on=sheets.ago(40))
    DoctorTexts.objects.filter(diarist=writer).update(questions="W" * 190, history="M" * 300)
    page = new_page(writer.user, viewport={"width": width, "height": 800})
    page.goto(address("a4", "en"))
    wider = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    assert page.locator(".sheet :is(dt, dd, p, ul li)").evaluate_all(wider) == []
    assert not is_wider_than_screen(page)
    assert len(printed(page).pages) == 1


def test_the_log_follows_on_pages_of_its_own(new_page: NewPage, writer: Diarist, today: dt.date) -> None:
    sheets.ordinary(writer)
    page = new_page(writer.user)
    page.goto(address("a4", "en", frozenset(PARTS)))
    reader = printed(page)
    assert len(reader.pages) == 2
    assert "Thelogoftheperiod" not in squeezed(reader.pages[0].extract_text())
    assert "Thelogoftheperiod" in squeezed(reader.pages[1].extract_text())


def test_print_calls_the_browser_and_a_choice_goes_into_the_address(
    new_page: NewPage, writer: Diarist, today: dt.date
) -> None:
    sheets.ordinary(writer)
    page = new_page(writer.user, viewport=DESKTOP)
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto("/doctor/")
    page.click("text=The last 3 months")
    page.click("label:has-text('Medicines')")
    page.click("text=Show the page")
    page.wait_for_url("**period=quarter**parts=medicines**")
    expect(page.locator(".sheet")).to_contain_text("Salbutamol")
    page.click("[data-print]")
    assert page.evaluate("window.printed") is True


def test_a_link_is_made_and_opened_without_scripts(new_page: NewPage, writer: Diarist, today: dt.date) -> None:
    sheets.ordinary(writer)
    page = new_page(writer.user, script=False)
    page.goto("/doctor/")
    page.click("text=Share by a link")
    page.fill("#id_passphrase", "open sesame")
    page.click("text=Make the link")
    path = "/s/" + page.input_value("#address").partition("/s/")[2]
    doctor = new_page(script=False, viewport=DESKTOP)
    doctor.goto(path)
    doctor.fill("#id_passphrase", "open sesame")
    doctor.click("button")
    expect(doctor.locator(".sheet")).to_contain_text("Alex Example")
    assert len(printed(doctor).pages) == 1
    page.goto("/doctor/links/")
    expect(page.locator(".share")).to_contain_text("Opened in 1 minute")
    page.click("button:has-text('Withdraw')")
    expect(page.locator("[role=status]")).to_contain_text("The link no longer works.")
    fresh = new_page(expects_refusals=True)
    answer = fresh.goto(path)
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    new_page: NewPage, writer: Diarist, today: dt.date, scheme: str, viewport: dict[str, int]
) -> None:
    sheets.ordinary(writer)
    visit = writer.appointments.create(date=sheets.ago(9), note="Blood test. " * 20)
    choice = Choice(sheets.ago(60), today, "a4", "en", PRINTED)
    link, token = sharing.make_link(writer, uuid.uuid4(), choice, days=14, now=timezone.now(), passphrase="sesame")
    _, open_token = sharing.make_link(writer, uuid.uuid4(), choice, days=14, now=timezone.now())
    sharing.note_opening(link, timezone.now())
    page = new_page(writer.user, viewport=viewport, scheme=scheme, expects_refusals=True)
    for path in (
        address("a4", "en", frozenset(PARTS)),
        "/doctor/?period=custom&paper=a4&language=en",
        "/doctor/appointments/",
        f"/doctor/appointments/{visit.pk}/",
        "/doctor/links/",
        f"/s/{token}/",
        f"/s/{open_token}/",
        "/s/wrong/",
    ):
        page.goto(path)
        assert axe_findings(page) == [], path
        assert not is_wider_than_screen(page), path
    narrow = new_page(writer.user, viewport={"width": 320, "height": 640}, scheme=scheme)
    narrow.goto(address("a4", "de"))
    assert not is_wider_than_screen(narrow)
