"""Hostile text in every field, through every page that shows it: nothing runs, nothing becomes an element, and
each text is there as it was typed.

Once as it is served, and once with the policy switched off, so that the escaping has to hold by itself.
"""

import datetime as dt
import io
import re
import uuid
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Dialog, Page
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from diary.keyset import page_of
from diary.models import Diarist
from diary.moments import today_in
from tests.browser.conftest import DESKTOP, NewPage
from tests.conftest import BERLIN
from tests.hostile import EMAIL, IN_ADDRESS, TEXTS
from tests.typed import NOT_TYPED, PASSKEY, TYPED, Written, columns_of_text, fill
from triage.models import ShareLink
from triage.views.share import ON_A_PAGE

LISTEN = """
window.hits = [];
window.hit = (what) => { window.hits.push(String(what)); };
for (const name of ["alert", "confirm", "prompt", "open", "print"]) window[name] = () => { window.hits.push(name); };
"""
LOOK = """() => {
  const said = [document.documentElement.textContent];
  for (const element of document.querySelectorAll("*")) {
    for (const attribute of element.attributes) said.push(attribute.value);
    if (typeof element.value === "string") said.push(element.value);
  }
  return {
    hits: window.hits,
    elements: [...document.querySelectorAll("[data-hostile], x-hostile")].map((element) => element.outerHTML),
    links: [...document.querySelectorAll("[href], [src], [action], [formaction]")]
      .flatMap((e) => ["href", "src", "action", "formaction"].map((name) => e.getAttribute(name)))
      .filter((value) => value && /^\\s*(javascript|vbscript|data:text)|evil\\.example/i.test(value)),
    said: said.join("\\n"),
  };
}"""
ALL_PARTS = "&".join(
    f"parts={part}" for part in ("name", "born", "context", "medicines", "history", "notes", "questions", "log")
)
SHEET = f"/doctor/?period=onset&paper=a4&language=en&{ALL_PARTS}"


@pytest.fixture(autouse=True)
def _at_once(transactional_db: None, settings: Settings) -> None:
    cache.clear()
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def today() -> dt.date:
    return today_in(BERLIN, timezone.now())


@pytest.fixture
def written(writer: Diarist, today: dt.date) -> Written:
    """A diary in which every field holds each of the texts."""
    return fill(writer, TEXTS, email=EMAIL, today=today, now=timezone.now(), passkey=PASSKEY)


def squeezed(text: str) -> str:
    """Without the spaces that a page may fold."""
    return re.sub(r"\s+", " ", text)


def faults_of(page: Page, path: str, texts: list[str]) -> list[str]:
    """What is wrong with a page, the open one where `path` is empty: something ran, became an element or a link, or is not there to the letter."""
    if path:
        page.goto(path)
    # What is made only when it is opened, such as the table of the timeline, is looked at too.
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    seen = page.evaluate(LOOK)
    said = squeezed(seen["said"])
    missing = [text for text in texts if squeezed(text).strip() not in said]
    found = {"ran": seen["hits"], "elements": seen["elements"], "links": seen["links"], "missing": missing}
    return [f"{path or page.url} {what}: {value}" for what, values in found.items() for value in values]


def test_every_column_of_text_is_on_one_of_the_lists() -> None:
    assert TYPED | set(NOT_TYPED) == columns_of_text()
    assert not TYPED & set(NOT_TYPED)


def listening(page: Page) -> list[str]:
    """Notes what runs in a page, asks the person, or is refused by the policy."""
    refusals: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        refusals.append(dialog.message)
        dialog.dismiss()

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refusals.append(message.text)

    page.add_init_script(LISTEN)
    page.on("dialog", dismiss)
    page.on("console", note)
    return refusals


POLICY = pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])


@POLICY
def test_nothing_typed_does_anything_anywhere(
    new_page: NewPage, writer: Diarist, written: Written, today: dt.date, policy: bool
) -> None:
    page = new_page(writer.user, viewport=DESKTOP, expects_refusals=True, bypass_csp=not policy)
    refusals = listening(page)
    pages = pages_of(written, today)
    faults = [fault for path, texts in pages.items() for fault in faults_of(page, path, texts)]
    assert faults == []
    assert refusals == []


def test_nothing_in_an_address_does_anything(new_page: NewPage, writer: Diarist) -> None:
    page = new_page(writer.user, viewport=DESKTOP, expects_refusals=True, bypass_csp=True)
    refusals = listening(page)
    value = quote(IN_ADDRESS)
    names = [
        "q",
        "date",
        "saved",
        "strength",
        "location",
        "range",
        "until",
        "below",
        "sort",
        "period",
        "first",
        "last",
        "paper",
        "language",
        "parts",
        "month",
        "page",
        "since",
        "before",
        "spot",
        "side",
        "step",
        "next",
        "withdrawn",
        "id",
        "undo",
        "on",
        "sign",
        "answer",
        "format",
    ]
    query = "&".join(f"{name}={value}" for name in names)
    paths = [
        "/",
        "/days/",
        "/days/calendar/",
        "/days/fill/",
        "/timeline/",
        "/check/",
        "/check/answers/",
        "/medicines/",
        "/patterns/",
        "/triggers/",
        "/doctor/",
        "/doctor/links/",
        "/doctor/appointments/",
        "/settings/",
        "/settings/tokens/",
        "/spots/new/",
        "/data/",
        "/data/delete/day/",
        "/data/delete/spot/",
        "/welcome/2/",
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/reauthenticate/",
    ]
    faults = [fault for path in paths for fault in faults_of(page, f"{path}?{query}", [])]
    faults += faults_of(page, f"/days/?q={value}", [IN_ADDRESS])
    visitor = new_page(viewport=DESKTOP, expects_refusals=True, bypass_csp=True)
    refusals_outside = listening(visitor)
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        faults += faults_of(visitor, f"{path}?next={value}", [])
    for path in (f"/{value}/", f"/s/{value}/", f"/reminders/off/{value}/", f"/accounts/confirm-email/{value}/"):
        faults += faults_of(visitor, path, [])
    assert faults == []
    assert refusals + refusals_outside == []


SEND = """([path, fields, token]) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action: path });
  const csrf = document.cookie.match(/csrf=([^;]+)/);
  if (token && csrf) fields.push(["csrfmiddlewaretoken", csrf[1]]);
  for (const [name, value] of fields) {
    const field = document.createElement("textarea");
    field.setAttribute("name", name);
    field.textContent = value;
    form.append(field);
  }
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}"""
WRONG = [
    "note",
    "value",
    "name",
    "questions",
    "history",
    "born_on",
    "label",
    "passphrase",
    "days",
    "date",
    "started_on",
    "stopped_on",
    "location",
    "side",
    "strength",
    "sign",
    "answer",
    "since_on",
    "course",
    "time",
    "zone",
    "time_zone",
    "language",
    "country",
    "volume_unit",
    "spot",
    "username",
    "email",
    "password1",
    "login",
    "code",
    "confirm",
    "text",
    "payload",
    "undo",
    "token",
    "first",
    "last",
    "period",
    "paper",
    "began_on",
    "began_at",
    "duration",
    "column",
    "place",
]


def test_nothing_in_a_form_that_is_shown_again_does_anything(
    new_page: NewPage, writer: Diarist, written: Written, today: dt.date
) -> None:
    """Wrong in every field, and then sent again without a token: the page that hands back what was typed, whose
    names may be chosen too."""
    page = new_page(writer.user, viewport=DESKTOP, expects_refusals=True, bypass_csp=True)
    refusals = listening(page)
    fields = [["id", str(uuid.uuid4())], *([name, IN_ADDRESS * (2 if name == "note" else 1)] for name in WRONG)]
    paths = [
        "/episodes/",
        f"/episodes/{written.episode}/",
        f"/days/{today}/context/note/",
        f"/days/{today}/context/sleep_hours/",
        "/medicines/",
        f"/medicines/{written.medicine}/",
        "/check/",
        "/check/signs/",
        "/doctor/texts/",
        "/doctor/appointments/",
        "/doctor/links/",
        "/settings/",
        "/settings/reminders/",
        "/days/fill/",
        "/data/delete/day/",
        "/data/delete/spot/",
        "/accounts/email/",
        f"/data/import/{written.imports[2]}/",
        f"/data/import/{written.imports[3]}/",
    ]
    faults, statuses = [], set()
    for token in (True, False):
        for path in paths if token else ["/episodes/", "/medicines/", f"/days/{today}/context/note/"]:
            page.goto("/api/")
            sent = fields if token else [*fields, [IN_ADDRESS, IN_ADDRESS]]
            with page.expect_navigation() as answered:
                page.evaluate(SEND, [path, sent, token])
            statuses.add(answered.value.status if answered.value else 0)
            faults += faults_of(page, "", [] if token else [IN_ADDRESS])
    assert faults == []
    assert refusals == []
    assert {422, 403} <= statuses
    assert 500 not in statuses


def test_what_moves_over_the_figure_and_is_printed_does_nothing_either(
    new_page: NewPage, writer: Diarist, written: Written
) -> None:
    page = new_page(writer.user, viewport=DESKTOP, expects_refusals=True, bypass_csp=True)
    refusals = listening(page)
    faults = faults_of(page, "/timeline/?range=1y", [])
    box = page.locator("#timeline-figure").bounding_box()
    assert box
    for row in range(6):
        for column in range(12):
            page.mouse.move(
                box["x"] + box["width"] * (column + 0.5) / 12, box["y"] + box["height"] * (row + 0.5) / 6
            )
    page.mouse.click(box["x"] + box["width"] * 0.98, box["y"] + 60)
    faults += faults_of(page, "", [])
    page.emulate_media(media="print")
    faults += faults_of(page, SHEET, [])
    text = "".join(found.extract_text() for found in PdfReader(io.BytesIO(page.pdf())).pages)
    assert "request.user.password" in squeezed(text)
    assert faults + refusals == []


def second_page_of_links() -> str:
    """The cursor at which the second page of share links begins."""
    cursor = page_of(ShareLink.objects.all(), "made_at", ON_A_PAGE, "").older
    assert cursor
    return cursor


def pages_of(written: Written, today: dt.date) -> dict[str, list[str]]:
    """Every page that shows something typed, and the texts that have to be on it."""
    first, days = TEXTS[:1], [today - dt.timedelta(days=back) for back in range(len(TEXTS))]
    pages: dict[str, list[str]] = {
        "/": first,
        f"/?date={days[1]}": TEXTS[1:2],
        f"/?date={days[5]}": TEXTS[5:6],
        "/days/": TEXTS[:5],
        f"/days/?before={days[8]}": [],
        "/days/calendar/": [],
        "/days/fill/": [],
        "/spots/": [],
        f"/days/{days[0]}/context/note/": first,
        f"/episodes/{written.episode}/": first,
        f"/episodes/{written.episode}/delete/": [],
        "/now/": [],
        f"/now/{written.timer}/stop/": [],
        "/timeline/?range=all": [],
        "/timeline/?range=1y&below=note": [],
        "/check/": [],
        "/check/signs/": [],
        "/check/answers/": TEXTS[:10],
        f"/check/answers/{written.answer}/delete/": [],
        "/medicines/": TEXTS,
        f"/medicines/{written.medicine}/": first,
        "/patterns/": [],
        "/patterns/earlier/": [],
        f"/patterns/{written.finding}/entries/": [],
        "/triggers/": [],
        SHEET: ["request.user.password", "DROP TABLE"],
        "/doctor/appointments/": TEXTS[:10],
        f"/doctor/appointments/{written.appointment}/": first,
        "/doctor/links/": TEXTS[:20],
        f"/doctor/links/?{urlencode({'before': second_page_of_links()})}": TEXTS[20:],
        f"/s/{written.share_token}/": ["request.user.password"],
        "/settings/": first,
        "/settings/tokens/": TEXTS,
        f"/settings/tokens/{written.token}/revoke/": first,
        "/settings/reminders/": [],
        "/data/": [],
        "/data/delete/day/": [],
        "/data/delete/spot/": [],
        "/data/delete/account/": [],
        "/welcome/1/": [],
        "/welcome/2/": [],
        "/welcome/3/": [],
        "/api/": [],
        "/offline/": [],
        reverse("account_email"): [EMAIL],
        reverse("usersessions_list"): [],
        reverse("mfa_index"): [],
        reverse("mfa_list_webauthn"): TEXTS,
        reverse("account_change_password"): [],
    }
    for pk in written.imports:
        pages[f"/data/import/{pk}/"] = []
    return pages
