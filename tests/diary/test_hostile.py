"""Hostile text on its way out in every format: it stays text, whole, and starts nothing in what reads it."""

import csv
import email
import email.policy
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from diary import reminders
from diary.export.json_file import diary_file
from diary.models import Diarist
from tests.conftest import NOW
from tests.diary.transfers import brought_in
from tests.hostile import CORPUS, EMAIL, TEXTS
from tests.typed import Written, fill
from triage.summary.choice import PARTS

FORMULA = ("=", "+", "-", "@", "\t", "\r")
QUERY = {"period": "onset", "paper": "a4", "language": "en", "parts": sorted(PARTS)}


@pytest.fixture(autouse=True)
def _now(db: None, settings: Settings) -> Iterator[None]:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def written(alice: Diarist) -> Written:
    """A diary in which every field holds each of the texts."""
    return fill(alice, TEXTS, email=EMAIL, today=NOW.date(), now=NOW)


def body(answer: Any) -> bytes:
    """What was downloaded, and how a browser is told to take it."""
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return b"".join(answer)


def test_json_holds_every_text_to_the_letter(as_alice: Client, written: Written) -> None:
    answer = as_alice.get("/data/export/json/")
    document = json.loads(body(answer))
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert {row.get("note") for row in document["episodes"]} >= set(TEXTS)
    assert {row.get("note") for row in document["days"]} == set(TEXTS)
    assert {row["name"] for row in document["medicines"]} == set(TEXTS)


def test_a_diary_of_hostile_texts_moves_to_another_copy_unharmed(
    alice: Diarist, charlie: Diarist, written: Written
) -> None:
    of = brought_in(charlie, b"".join(diary_file(alice, NOW)))
    assert of.preview["refusals"] == []
    for table in ("episodes", "days", "medicines", "sign_checks"):
        column = "name" if table == "medicines" else "note"
        theirs, ours = (sorted(getattr(owner, table).values_list(column, flat=True)) for owner in (charlie, alice))
        assert theirs == ours, table


def test_no_cell_of_the_tables_is_a_formula(as_alice: Client, written: Written) -> None:
    seen = set()
    with zipfile.ZipFile(io.BytesIO(body(as_alice.get("/data/export/csv/")))) as archive:
        assert all("/" not in name and ".." not in name for name in archive.namelist())
        for name in archive.namelist():
            if not name.endswith(".csv"):
                continue
            text = archive.read(name).decode("utf-8-sig")
            delimiter = ";" if ";" in text.partition("\n")[0] else ","
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                for cell in row:
                    is_number = cell.lstrip("-").replace(".", "", 1).replace(",", "", 1).isdecimal()
                    assert not cell.startswith(FORMULA) or is_number, (name, cell)
                    seen.add(cell.removeprefix("'"))
    assert {CORPUS["formula"], CORPUS["formula that calls"], CORPUS["script"], CORPUS["sql"]} <= seen


def test_the_table_of_the_timeline_is_no_formula_either(as_alice: Client, written: Written) -> None:
    text = body(as_alice.get("/timeline/table.csv", {"range": "1y"})).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not [cell for cell in row if cell.startswith(FORMULA) and not cell.lstrip("-").isdecimal()]


def test_fhir_holds_the_texts_and_no_markup(as_alice: Client, written: Written) -> None:
    answer = as_alice.get("/data/export/fhir/")
    text = body(answer).decode()
    document = json.loads(text)
    assert answer.headers["Content-Type"] == "application/fhir+json"
    assert CORPUS["script"] in values_of(document)
    # A reader of FHIR shows `div` as HTML.
    for value in values_of(document):
        assert not value.lower().startswith("<div") or "<x-hostile" not in value
        assert not value.lower().startswith("<div") or "data-hostile" not in value


def values_of(document: Any) -> list[str]:
    """Every text in a document."""
    if isinstance(document, dict):
        return [text for value in document.values() for text in values_of(value)]
    if isinstance(document, list):
        return [text for value in document for text in values_of(value)]
    return [document] if isinstance(document, str) else []


def test_the_api_says_it_as_json(written: Written) -> None:
    headers = {"Authorization": f"Bearer {written.secret}"}
    for path in ("/api/v1/days?since=2026-10-01", "/api/v1/days/today", "/api/v1/findings"):
        answer = Client().get(path, headers=headers)
        assert answer.status_code == 200, path
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        json.loads(answer.content)
    days = json.loads(Client().get("/api/v1/days?since=2026-10-01", headers=headers).content)
    assert set(TEXTS[1:]) <= set(values_of(days))


def test_the_pdf_is_text_and_calls_nothing(as_alice: Client, written: Written) -> None:
    for path in ("/doctor/pdf/", f"/s/{written.share_token}/pdf/"):
        answer = as_alice.get(path, QUERY)
        data = body(answer)
        reader = PdfReader(io.BytesIO(data))
        text = "".join("".join(page.extract_text() for page in reader.pages).split())
        assert "request.user.password" in text
        assert '#read("/etc/passwd")' in text
        assert "root:" not in text
        for name in (
            b"/JavaScript",
            b"/JS",
            b"/Launch",
            b"/OpenAction",
            b"/EmbeddedFile",
            b"/URI",
            b"/SubmitForm",
        ):
            assert name not in data, name
        assert not [page for page in reader.pages if page.get("/Annots")]
        assert "evil" not in answer.headers["Content-Disposition"]


def test_the_calendar_has_one_event_and_no_line_of_ours(
    as_alice: Client, alice: Diarist, written: Written
) -> None:
    text = body(as_alice.get("/settings/reminders/diary.ics")).decode()
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 1
    assert "hostile" not in text


@pytest.mark.parametrize(
    "address",
    [
        EMAIL,
        "x@example.org\r\nBcc: evil@evil.example",
        "x@example.org\nSubject: y",
        "x@example.org, evil@evil.example",
        "x@example.org%0aBcc:evil@evil.example",
        '"x\r\nBcc: evil@evil.example"@example.org',
        "<evil@evil.example>x@example.org",
    ],
    ids=range(7),
)
def test_no_address_adds_a_line_or_a_reader_to_a_mail(
    alice: Diarist, mailoutbox: list[EmailMessage], address: str
) -> None:
    visitor = Client()
    form = {"username": "dora", "email": address, "password1": "correct horse battery", "time_zone": ""}
    assert visitor.post(reverse("account_signup"), form).status_code in {302, 422}
    assert visitor.post(reverse("account_reset_password"), {"email": address}).status_code in {302, 422}
    for mail in mailoutbox:
        read = email.message_from_bytes(mail.message().as_bytes(), policy=email.policy.default)
        assert read["Bcc"] is None
        assert [read[name] for name in ("Subject",)] == [mail.subject]
        assert mail.recipients() == [address]
        assert read.get_content_type() == "text/plain"


def test_a_reminder_to_a_hostile_address_is_one_mail_of_plain_text(
    alice: Diarist, written: Written, mailoutbox: list[EmailMessage]
) -> None:
    mail = reminders.message(alice, EmailAddress.objects.get(user=alice.user).email)
    read = email.message_from_bytes(mail.message().as_bytes(), policy=email.policy.default)
    assert read.get_content_type() == "text/plain"
    assert read["Bcc"] is None
    assert not [text for text in TEXTS[1:] if len(text) > 9 and text in str(mail.body)]
