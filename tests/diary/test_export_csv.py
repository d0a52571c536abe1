"""The tables for a spreadsheet: safe, readable with umlauts, and the same entries when they come back."""

import csv
import io
import zipfile

import pytest
from django.test import Client
from django.utils.translation import override

from diary.export.csv_files import csv_zip
from diary.importing.csv_text import plain, safe
from diary.importing.wrong import Wrong
from diary.models import Diarist, Import
from tests.diary.diaries import episode_at
from tests.diary.test_import_diary_file import full_diary
from tests.diary.transfers import brought_in, document_of, reasons, uploaded, zipped


def tables_of(diarist: Diarist, language: str = "en") -> dict[str, list[dict[str, str]]]:
    """The three tables, read as a spreadsheet reads them."""
    with override(language):
        data = b"".join(csv_zip(diarist))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert all(text.startswith("\ufeff") for text in texts.values())
    delimiter = ";" if language == "de" else ","
    return {
        name: list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter))
        for name, text in texts.items()
    }


@pytest.mark.parametrize("language", ["en", "de"])
def test_tables_come_back_as_they_went(alice: Diarist, charlie: Diarist, language: str) -> None:
    full_diary(alice)
    with override(language):
        data = b"".join(csv_zip(alice))
    of = brought_in(charlie, data)
    assert (of.kind, of.preview["new"]) == (Import.Kind.CSV, {"episodes": 3, "days": 2, "checks": 1})
    for table in ("episodes", "days", "checks"):
        assert document_of(charlie)[table] == document_of(alice)[table]
    assert uploaded(charlie, data).preview["new"] == {}
    assert uploaded(alice, data).preview["new"] == {}


def test_what_a_spreadsheet_shows(alice: Diarist) -> None:
    full_diary(alice)
    tables = tables_of(alice)
    assert list(tables) == ["episodes.csv", "days.csv", "signs.csv"]
    episode = next(row for row in tables["episodes.csv"] if row["strength"])
    assert (episode["date"], episode["time"], episode["place"]) == ("2026-02-28", "23:59", "Left calf")
    assert (episode["strength"], episode["at_rest"], episode["duration_seconds"]) == ("3", "no", "600")
    unknown = next(row for row in tables["episodes.csv"] if row["start_time_known"] == "no")
    assert unknown["time"] == ""
    assert tables["days.csv"][0] == {"date": "2026-03-01", "no_twitches": "yes"} | dict.fromkeys(
        list(tables["days.csv"][0])[2:], ""
    )
    assert tables["days.csv"][1]["sleep_hours"] == "6.25"
    assert tables["signs.csv"][0]["answer"] == "yes"


def test_in_german_a_comma_is_for_decimals_and_names_have_umlauts(alice: Diarist) -> None:
    full_diary(alice)
    episode_at(alice, "2026-03-05", location="back_upper", side="middle")
    tables = tables_of(alice, "de")
    assert tables["days.csv"][1]["sleep_hours"] == "6,25"
    assert "Rücken" in tables["episodes.csv"][-2]["place"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'"])
def test_no_cell_is_a_formula(alice: Diarist, charlie: Diarist, start: str) -> None:
    note = f"{start}cmd|' /C calc'!A0"
    episode_at(alice, "2026-03-01", note=note)
    cell = tables_of(alice)["episodes.csv"][0]["note"]
    assert cell == f"'{note}"
    brought_in(charlie, b"".join(csv_zip(alice)))
    assert charlie.episodes.get().note == note


@pytest.mark.parametrize("text", ["", "'", "''", "'=", "it's", "=1", "'tis", "-", "a=b"])
def test_a_safe_text_comes_back(text: str) -> None:
    assert not safe(text).startswith(("=", "+", "-", "@"))
    assert plain(safe(text)) == text


def test_a_bare_formula_is_refused(alice: Diarist) -> None:
    with pytest.raises(Wrong):
        plain("=1+1")
    table = b"date,no_twitches,sleep_hours,note\n2026-03-01,yes,,=HYPERLINK(1)\n2026-03-02,yes,,fine\n"
    of = uploaded(alice, table)
    assert of.kind == Import.Kind.CSV
    assert reasons(of) == ["A cell begins with “=” and would be a formula in a spreadsheet."]
    assert of.preview["new"] == {"days": 1}


def test_one_table_by_itself_can_come_in(alice: Diarist) -> None:
    of = brought_in(alice, b"date,no_twitches,sleep_hours\n2026-03-01,yes,\n2026-03-02,no,7.5\n")
    assert of.preview["new"] == {"days": 2}
    assert {str(day.date): day.no_twitches for day in alice.days.all()} == {
        "2026-03-01": True,
        "2026-03-02": False,
    }


def test_a_wrong_cell_is_said_with_its_row(alice: Diarist) -> None:
    of = uploaded(alice, zipped(days_csv=b"date,no_twitches,sleep_hours\n2026-03-01,perhaps,\n2026-03-02,,much\n"))
    assert reasons(of) == ["“no_twitches” must be yes or no.", "“sleep_hours” is not a number."]
    assert [refusal["number"] for refusal in of.preview["refusals"]] == [1, 2]
    assert "2026-03-02" in of.preview["refusals"][1]["shown"]


@pytest.mark.parametrize(
    ("name", "content_type", "ending"),
    [
        ("json", "application/json", "json"),
        ("csv", "application/zip", "zip"),
        ("fhir", "application/fhir+json", "fhir.json"),
    ],
)
def test_one_click_downloads_a_stream(
    as_alice: Client, alice: Diarist, name: str, content_type: str, ending: str
) -> None:
    episode_at(alice, "2026-03-01")
    answer = as_alice.get(f"/data/export/{name}/")
    assert answer.streaming
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="muscle-twitch-diary-')
    assert answer.headers["Content-Disposition"].endswith(f'.{ending}"')
    assert len(b"".join(answer)) > 200


def test_a_download_speaks_the_language_of_its_page(as_alice: Client, alice: Diarist) -> None:
    Diarist.objects.filter(pk=alice.pk).update(language="de")
    episode_at(alice, "2026-03-01")
    answer = as_alice.get("/data/export/csv/")
    with override("en"), zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        assert "Linke Wade" in archive.read("episodes.csv").decode()


def test_there_is_no_other_format(as_alice: Client) -> None:
    assert as_alice.get("/data/export/exe/").status_code == 404
