"""Share links: what they show, to whom, for how long; and that all that do not work look alike."""

import datetime as dt
import io
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from diary.models import Diarist, Episode
from tests.conftest import NOW
from tests.triage.sheets import TODAY, ago, choose, episode, ordinary
from triage import sharing
from triage.models import ShareLink, ShareOpening

PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    """The clock stands, and nobody tried anything before."""
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def link_of(diarist: Diarist, **values: object) -> tuple[ShareLink, str]:
    """A new link of the last 60 days, and its token."""
    given = {"days": 14, "now": NOW} | values
    return sharing.make_link(diarist, uuid.uuid4(), choose(ago(60)), **given)  # type: ignore[arg-type]


def made(client: Client, query: str = "", **values: str) -> str:
    """The address of a link that is made on its page, without the host."""
    form = {"id": str(uuid.uuid4()), "days": "14"} | values
    page = client.post(f"/doctor/links/{query}", form)
    assert page.status_code == 200
    found = re.search(r'value="http://localhost:8000(/s/[\w-]+/)"', page.content.decode())
    assert found is not None
    return found[1]


def test_a_link_opens_the_page_and_the_pdf_without_an_account(as_alice: Client, alice: Diarist) -> None:
    ordinary(alice)
    address = made(as_alice, "?period=quarter&paper=letter&language=en&parts=name&parts=questions")
    page = Client().get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Alex Example" in text
    assert "born 12 May 1987" not in text
    assert "Does this need a neurologist?" in text
    assert "<script" not in text
    assert "<form" not in text
    pdf = Client().get(f"{address}pdf/")
    reader = PdfReader(io.BytesIO(pdf.content))
    assert "Does this need a neurologist?" in reader.pages[0].extract_text()
    for answer in (page, pdf):
        assert {name: answer.headers[name] for name in PRIVATE} == PRIVATE
        assert not answer.cookies


def test_the_address_is_random_and_only_its_hash_is_kept(as_alice: Client, alice: Diarist) -> None:
    tokens = {made(as_alice).split("/")[2] for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) * 6 >= 128 for token in tokens)
    for row in ShareLink.objects.values():
        assert not [token for token in tokens if token in str(row)]


def test_it_ends_after_fourteen_days_and_lasts_ninety_at_most(
    as_alice: Client, alice: Diarist, clock: time_machine.Traveller
) -> None:
    address = made(as_alice)
    clock.move_to(NOW + dt.timedelta(days=14) - dt.timedelta(seconds=1))
    assert Client().get(address).status_code == 200
    clock.move_to(NOW + dt.timedelta(days=14))
    assert Client().get(address).status_code == 404
    assert as_alice.post("/doctor/links/", {"id": str(uuid.uuid4()), "days": "91"}).status_code == 422
    link, _ = link_of(alice, days=400)
    assert link.expires_at == NOW + dt.timedelta(days=90)


def test_the_last_day_and_the_name_of_the_pdf_are_those_of_the_person(
    as_alice: Client, alice: Diarist, clock: time_machine.Traveller
) -> None:
    alice.time_zone = "Pacific/Auckland"
    alice.save()
    _, token = link_of(alice)
    # 20:40 on the 23rd in UTC is the 24th in Auckland, and the link ends on the 8th of December there.
    text = " ".join(Client().get(f"/s/{token}/").content.decode().split())
    assert "It can be read here until 8 December 2026." in text
    name = Client().get(f"/s/{token}/pdf/").headers["Content-Disposition"]
    assert name == 'attachment; filename="muscle-twitches-2026-11-24.pdf"'
    as_alice.cookies["zone"] = "UTC"
    printed = as_alice.post("/doctor/links/page/", {"token": token})
    assert "This page on a screen, until 8 December 2026" in printed.content.decode()


def test_a_withdrawn_link_is_gone_at_once(as_alice: Client, alice: Diarist) -> None:
    link, token = link_of(alice)
    assert as_alice.post(f"/doctor/links/{link.pk}/withdraw/").status_code == 302
    assert Client().get(f"/s/{token}/").status_code == 404
    assert Client().get(f"/s/{token}/pdf/").status_code == 404


def test_wrong_withdrawn_and_ended_links_can_not_be_told_apart(alice: Diarist) -> None:
    withdrawn, token = link_of(alice, passphrase="open sesame")
    sharing.withdraw(alice, withdrawn.pk, NOW)
    _, ended = link_of(alice, now=NOW - dt.timedelta(days=15))
    switched_off, of_nobody = link_of(alice)
    answers, asked = [], []
    for name in (token, ended, "wrong", "x" * 32, "é"):
        for path in (f"/s/{name}/", f"/s/{name}/pdf/"):
            with CaptureQueriesContext(connection) as queries:
                answer = Client().get(path)
            answers.append((answer.status_code, answer.content, sorted(answer.headers.items())))
            asked.append(sum('FROM "triage_sharelink"' in query["sql"] for query in queries))
            posted = Client().post(f"/s/{name}/", {"passphrase": "open sesame"})
            assert (posted.status_code, posted.content) == (404, answer.content)
    alice.user.is_active = False
    alice.user.save()
    gone = Client().get(f"/s/{of_nobody}/")
    answers.append((gone.status_code, gone.content, sorted(gone.headers.items())))
    assert switched_off.withdrawn_at is None
    assert all(answer == answers[0] for answer in answers)
    assert set(asked) == {1}
    assert {name: gone.headers[name] for name in PRIVATE} == PRIVATE


def test_a_link_tells_nothing_that_was_written_after_its_period(
    as_alice: Client, alice: Diarist, clock: time_machine.Traveller
) -> None:
    ordinary(alice)
    address = made(as_alice)
    later = TODAY + dt.timedelta(days=3)
    clock.move_to(NOW + dt.timedelta(days=3))
    Episode.objects.bulk_create([episode(alice, later, "tongue", "middle", strength=4)])
    alice.sign_checks.create(date=later, sign="speech", answer="yes", recorded_at=NOW)
    text = Client().get(address).content.decode()
    assert "Tongue" not in text
    assert "YES on 26" not in text
    assert "What the diary&#x27;s rules found on 23 November 2026" in text


def test_a_passphrase_is_asked_for_hashed_and_remembered_for_half_an_hour(
    as_alice: Client, alice: Diarist, clock: time_machine.Traveller
) -> None:
    ordinary(alice)
    address = made(as_alice, passphrase="open sesame")
    assert "open sesame" not in str(list(ShareLink.objects.values()))
    browser = Client()
    page = browser.get(address)
    assert "Alex Example" not in page.content.decode()
    assert browser.get(f"{address}pdf/").headers["Location"] == address
    wrong = browser.post(address, {"passphrase": "open says me"})
    assert (wrong.status_code, wrong.context["form"].errors) == (
        422,
        {"passphrase": ["This is not the passphrase."]},
    )
    assert not ShareOpening.objects.exists()
    right = browser.post(address, {"passphrase": "open sesame"})
    assert right.headers["Location"] == address
    cookie = right.cookies["share"]
    assert (cookie["path"], cookie["httponly"], cookie["max-age"]) == (address, True, 1800)
    assert "Alex Example" in browser.get(address).content.decode()
    assert browser.get(f"{address}pdf/").headers["Content-Type"] == "application/pdf"
    other = made(as_alice, passphrase="another one")
    browser.cookies["share"] = cookie.value
    assert "Alex Example" not in browser.get(other).content.decode()
    clock.shift(1801)
    assert "Alex Example" not in browser.get(address).content.decode()


def test_guessing_a_passphrase_is_stopped(as_alice: Client, alice: Diarist) -> None:
    address = made(as_alice, passphrase="open sesame")
    statuses = [Client().post(address, {"passphrase": f"guess {n}"}).status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]
    assert Client().post(address, {"passphrase": "open sesame"}).status_code == 429


def test_a_machine_that_tries_addresses_is_stopped_before_anything_is_looked_up(alice: Diarist) -> None:
    _, token = link_of(alice)
    statuses = [Client().get(f"/s/guess-{n}/").status_code for n in range(60)]
    assert set(statuses) == {404}
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get(f"/s/{token}/")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert not [query for query in queries if "triage_sharelink" in query["sql"]]


def test_only_the_time_of_an_opening_is_kept(
    as_alice: Client, alice: Diarist, clock: time_machine.Traveller
) -> None:
    link, token = link_of(alice)
    for seconds in (0, 20, 90):
        clock.move_to(NOW + dt.timedelta(seconds=seconds))
        Client().get(f"/s/{token}/", REMOTE_ADDR="203.0.113.9", headers={"User-Agent": "Doctor/1.0"})
    times = [opening.at for opening in link.openings.order_by("at")]
    assert times == [NOW, NOW + dt.timedelta(minutes=1)]
    assert {field.name for field in ShareOpening._meta.fields} == {"id", "link", "at"}
    page = as_alice.get("/doctor/links/").content.decode()
    assert "Opened in 2 different minutes" in page
    assert "23 November 2026, 21:41" in page


def test_a_flood_of_visits_does_not_fill_the_database(alice: Diarist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "KEPT_OPENINGS", 3)
    link, _ = link_of(alice)
    for minute in range(9):
        sharing.note_opening(link, NOW + dt.timedelta(minutes=minute))
    assert link.openings.count() == 3


def test_sending_the_form_twice_makes_one_link_and_the_later_address_works(
    as_alice: Client, alice: Diarist
) -> None:
    pk = str(uuid.uuid4())
    first, second = made(as_alice, id=pk), made(as_alice, id=pk)
    assert alice.share_links.count() == 1
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_nobody_takes_over_or_prints_a_link_of_somebody_else(as_charlie: Client, alice: Diarist) -> None:
    link, token = link_of(alice)
    page = as_charlie.post("/doctor/links/", {"id": str(link.pk), "days": "14"})
    assert page.status_code == 422
    assert as_charlie.post("/doctor/links/page/", {"token": token}).status_code == 404
    assert as_charlie.post("/doctor/links/page/pdf/", {"token": token}).status_code == 404
    assert as_charlie.post(f"/doctor/links/{link.pk}/withdraw/").status_code == 404
    assert Client().get(f"/s/{token}/").status_code == 200


def test_the_code_on_the_print_out_holds_the_address(as_alice: Client, alice: Diarist) -> None:
    ordinary(alice)
    address = made(as_alice)
    token = address.split("/")[2]
    page = as_alice.post("/doctor/links/page/", {"token": token})
    code = page.context["sheet"].code
    assert code.text == "This page on a screen, until 7 December 2026"
    assert decoded(code.path, code.size) == modules(f"http://localhost:8000{address}")
    pdf = as_alice.post("/doctor/links/page/pdf/", {"token": token})
    text = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert "until7December2026" in "".join(text.split())


def decoded(path: str, size: int) -> list[list[bool]]:
    """The dark squares of a drawn code, without its quiet border."""
    dark = {(int(x) - 4, int(y) - 4) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}
    return [[(x, y) in dark for x in range(size - 8)] for y in range(size - 8)]


def modules(text: str) -> list[list[bool]]:
    """What the library makes of a text."""
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415
    from qrcode.main import QRCode  # noqa: PLC0415

    code: Any = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make()
    return [[bool(cell) for cell in row] for row in code.get_matrix()]


def test_a_link_speaks_the_language_that_was_chosen(as_alice: Client, alice: Diarist) -> None:
    ordinary(alice)
    address = made(as_alice, "?period=quarter&paper=a4&language=de&parts=name")
    page = Client().get(address, headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="de">' in page
    assert "Linke Wade" in page


def test_links_go_with_the_account(alice: Diarist) -> None:
    _, token = link_of(alice)
    alice.user.delete()
    assert Client().get(f"/s/{token}/").status_code == 404
    assert not ShareLink.objects.exists()
