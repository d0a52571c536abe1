"""Files that mean harm, or are just broken: refused with a reason, and memory and diary stay as they were."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError
from django.test import Client
from pytest_django.fixtures import Settings

from diary.importing import apple_health, csv_text, diary_file, files, intake, json_stream, opening, tasks
from diary.importing.wrong import FileRefused, in_words
from diary.models import Diarist, Import, ImportChunk
from tests.conftest import NOW
from tests.diary.transfers import (
    answered,
    document_of,
    reasons,
    stored,
    twitch,
    uploaded,
    written_file,
    zipped,
)

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE HealthData [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><HealthData>&d;</HealthData>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE HealthData [<!ENTITY a SYSTEM "file:///etc/passwd">]><HealthData>&a;</HealthData>"""


def zip_that(members: dict[str, bytes], *, lie: Callable[[zipfile.ZipInfo], None] | None = None) -> bytes:
    """A zip file whose list of contents may lie."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        for info in archive.infolist():
            if lie:
                lie(info)
    return out.getvalue()


def small(info: zipfile.ZipInfo) -> None:
    """Say that a member is small."""
    info.file_size = 1000


def locked(info: zipfile.ZipInfo) -> None:
    """Say that a member needs a password."""
    info.flag_bits |= 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", opening.EMPTY),
        (b" \r\n ", opening.EMPTY),
        (b"\x00" * 5000, opening.UNKNOWN),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), opening.UNKNOWN),
        (b"[1, 2]", opening.UNKNOWN),
        ("Datum,Ort\n1.3.2026,Rücken".encode("latin-1"), files.NOT_UTF8),
        ("date,place\n2026-03-01,calf".encode("utf-16"), files.NOT_UTF8),
        (written_file()[:-1] + ',"note":"ü"}'.encode("latin-1"), files.NOT_UTF8),
        (b"\n\ndate,place", csv_text.NOT_A_TABLE),
        (b"x," * 200_000, csv_text.NOT_A_TABLE),
        (b"a,b\n" + b"x" * 300_000, csv_text.BROKEN_TABLE),
        (b'a,b\n"' + b"x\n" * 200_000, csv_text.NOT_A_TABLE),
        (b"{", json_stream.NOT_JSON),
        (b"{}{}", json_stream.NOT_JSON),
        (b'{"a" 1}', json_stream.NOT_JSON),
        (b"{1: 2}", json_stream.NOT_JSON),
        (b'{"a": [1, }', json_stream.NOT_JSON),
        (b'{"a": NaN}', json_stream.NOT_JSON),
        (b'{"a": ' + b"1" * 5000 + b"}", json_stream.NOT_JSON),
        (b'{"a": "' + b"x" * 3_000_000 + b'"}', json_stream.NOT_JSON),
        (b'{"a": {"b": ' + b"[" * 200_000 + b"}}", json_stream.TOO_DEEP),
        (b'{"a": ' + b'{"a":' * 100_000 + b"}", json_stream.TOO_DEEP),
        (b"{}", json_stream.NOT_AN_OBJECT),
        (b'{"format": "muscle-twitch-diary", "version": true}', diary_file.OTHER_VERSION),
        (b'{"format": "muscle-twitch-diary", "version": 2}', diary_file.OTHER_VERSION),
        (written_file(x=list(range(30_000))), diary_file.TOO_MUCH_ELSE),
        (LAUGHS, apple_health.TRAP),
        (EXTERNAL, apple_health.TRAP),
        (b"<html></html>", apple_health.NOT_HEALTH),
        (b"<HealthData><Record", apple_health.BROKEN_XML),
        (b"<HealthData>\x00</HealthData>", apple_health.BROKEN_XML),
        (b"<HealthData>" + b"<a>" * 100_000, apple_health.BROKEN_XML),
        (b'<HealthData><Record type="' + b"x" * 6_000_000 + b'"/></HealthData>', apple_health.BROKEN_XML),
        (b'<?xml version="1.0" encoding="klingon"?><HealthData/>', apple_health.BROKEN_XML),
        (zipped(readme_txt=b"hello"), opening.UNKNOWN),
        (b"PK\x03\x04" + bytes(100), files.BROKEN_ZIP),
        (zipped(days_csv=b"date,no_twitches,sleep_hours\n" * 50)[:-30], files.BROKEN_ZIP),
        (zip_that({"days.csv": b"a"}, lie=locked), files.BROKEN_ZIP),
        (zip_that({"days.csv": bytes(3_000_000)}), files.UNPACKS_TOO_LARGE),
        (zip_that({f"{number}-{'x' * 200}": b"" for number in range(40_000)}), files.UNPACKS_TOO_LARGE),
    ],
    # The first bytes only: a zip made here also holds the time of day.
    ids=lambda value: repr(value[:8]) if isinstance(value, bytes) else "",
)
def test_a_file_that_can_not_be_is_refused_as_a_whole(alice: Diarist, data: bytes, reason: str) -> None:
    of = uploaded(alice, data)
    assert (of.status, of.preview["reason"]) == (Import.Status.REFUSED, reason)
    assert in_words(of.preview["reason"], of.preview["params"])
    assert not ImportChunk.objects.exists()
    assert not alice.episodes.exists()
    assert not alice.days.exists()


def test_a_zip_that_lies_about_its_size_is_cut_off(alice: Diarist, settings: Settings) -> None:
    settings.IMPORT_LIMIT_MB = 1
    line = b"date,no_twitches,sleep_hours\n" + b"2026-03-01,,\n" * 1_000_000
    of = uploaded(alice, zip_that({"days.csv": line}, lie=small))
    assert of.status == Import.Status.REFUSED
    assert of.preview["reason"] in {files.UNPACKS_TOO_LARGE, files.BROKEN_ZIP}


def test_what_comes_out_is_counted() -> None:
    limited = io.BufferedReader(files.Limited(io.BytesIO(bytes(200_000)), 100_000))
    assert len(limited.read(90_000)) == 90_000
    with pytest.raises(FileRefused):
        limited.read()


def test_a_bomb_does_not_fill_memory(alice: Diarist) -> None:
    bomb = zip_that({"export.xml": b"<HealthData>" + b"<Record a='b'/>" * 1_500_000})
    assert len(bomb) < 200_000
    tracemalloc.start()
    of = uploaded(alice, bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert of.preview["reason"] == files.UNPACKS_TOO_LARGE
    assert peak < 10_000_000


def test_a_large_health_file_needs_no_memory(alice: Diarist) -> None:
    record = (
        b'<Record type="HKCategoryTypeIdentifierSleepAnalysis" value="HKCategoryValueSleepAnalysisAsleep"'
        b' startDate="2026-09-20 23:%02d:00 +0200" endDate="2026-09-21 06:30:00 +0200"/>\n'
    )
    steps = b'<Record type="HKQuantityTypeIdentifierStepCount" unit="count" value="%d"/>\n'
    data = b"<HealthData>" + b"".join(steps % number for number in range(60_000))
    data += b"".join(record % (number % 60) for number in range(600)) + b"</HealthData>"
    of = Import.objects.create(diarist=alice, size=len(data), created_at=NOW)
    files.keep(of, [data])
    tracemalloc.start()
    tasks.read.call(str(of.pk))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    of.refresh_from_db()
    assert of.preview["new"] == {"days": 1}
    assert of.preview["left_out"] == {"StepCount": 60_000}
    # The file is 5 MB; the pieces in which it is read are 1 MB.
    assert len(data) > 4_500_000
    assert peak < 4_500_000


def test_a_health_file_of_moments_without_end_is_refused(alice: Diarist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_health, "MOST_SPANS", 50)
    one = b'<Workout startDate="2026-09-20 10:%02d:00 +0200" endDate="2026-09-20 10:%02d:30 +0200"/>'

    def reason_for(count: int) -> str:
        data = b"<HealthData>" + b"".join(one % (n, n) for n in range(count)) + b"</HealthData>"
        of = Import.objects.create(diarist=alice, size=len(data), created_at=NOW)
        files.keep(of, [data])
        tasks.read.call(str(of.pk))
        of.refresh_from_db()
        return str(of.preview.get("reason", ""))

    assert reason_for(51) == apple_health.TOO_MANY_SPANS
    assert reason_for(50) == ""


def test_a_file_with_too_many_rows_is_refused(alice: Diarist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_ROWS", 10)
    rows = [twitch(id=str(number)) for number in range(11)]
    assert uploaded(alice, written_file(episodes=rows)).preview["reason"] == intake.TOO_MANY_ROWS
    assert uploaded(alice, written_file(episodes=rows[:10])).preview["new"] == {"episodes": 10}


def test_refusals_without_end_are_counted_and_the_first_are_listed(alice: Diarist) -> None:
    rows = [twitch(id=str(number), strength=9) for number in range(500)]
    of = uploaded(alice, written_file(episodes=rows))
    assert of.preview["refused"] == {"episodes": 500}
    assert len(of.preview["refusals"]) == intake.REFUSALS_SHOWN


def test_what_is_shown_of_a_bad_row_can_be_stored_and_shown(alice: Diarist) -> None:
    of = uploaded(alice, written_file(episodes=[twitch(note="\x00\ud800\u202e", **{"k\x00": "v"})]))
    (refusal,) = of.preview["refusals"]
    assert refusal["shown"].isprintable()
    json.dumps(of.preview).encode()


@pytest.mark.parametrize("table", ["episodes", "days", "checks", "medicines"])
def test_names_that_can_not_be_stored_as_they_are_do_not_stop_a_file(
    as_alice: Client, alice: Diarist, table: str
) -> None:
    row = {
        "episodes": twitch(),
        "days": {"date": "2026-03-01"},
        "checks": {"date": "2026-03-01", "sign": "write", "answer": "no"},
        "medicines": {"name": "x"},
    }[table]
    of = uploaded(alice, written_file(**{table: [row | {"k\x00": 1, "l\ud800": 2}]}))
    assert reasons(of) == ["It holds characters that can't be stored."]
    of = uploaded(alice, written_file(**{table: [row | {"k\x00": 1}]}))
    assert of.preview["unknown_keys"] == ["k\N{REPLACEMENT CHARACTER}"]
    assert as_alice.get(f"/data/import/{of.pk}/").status_code == 200
    stored(of)
    assert document_of(alice)[table][0]["k\x00"] == 1


def test_what_the_diary_does_not_know_of_a_day_is_not_shown(as_alice: Client, alice: Diarist) -> None:
    day = {"date": "2026-03-01", "stress": 1, "location": "\x00", "side": ["x"], "strength": {}, "started_at": 5}
    of = uploaded(alice, written_file(days=[day]))
    assert [each["row"] for each in of.preview["samples"]] == [{"date": "2026-03-01"}]
    assert as_alice.get(f"/data/import/{of.pk}/").status_code == 200


# Whoever looks at the beginning of a file takes one with such a character for no text at all.
FILLER = "x" * opening.SNIFFED
SHOWN = "\N{REPLACEMENT CHARACTER}"


def test_a_table_with_such_characters_is_asked_about_and_brought_in(as_alice: Client, alice: Diarist) -> None:
    lines = (f"Date,Place,Note,{FILLER}\x00", "2026-03-31,knee\x00,,", "2026-03-30,Left calf,,")
    of = uploaded(alice, "\n".join(lines).encode())
    assert of.preview["columns"][3] == FILLER + SHOWN
    assert of.preview["rows"][0][1] == f"knee{SHOWN}"
    columns = {"date": 0, "place": 1, "note": 2, "time": -1, "side": -1, "strength": -1, "minutes": -1}
    of = answered(of, columns=columns, order="ymd", strength_most=4, names={})
    assert list(of.preview["names"]) == [f"knee{SHOWN}"]
    assert as_alice.get(f"/data/import/{of.pk}/").status_code == 200
    of = answered(of, names={f"knee{SHOWN}": "calf-right"})
    assert of.preview["new"] == {"episodes": 2}


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (
            f"date,date formatted,weekday,time of day,category,rating/amount,detail,notes,{FILLER}",
            "22nd Jan 2026,2026-01-22,Thursday,am,%s,1,%s,",
        ),
        (
            f"full_date,date,weekday,time,mood,activities,note_title,note,{FILLER}",
            "2026-03-04,4 March,Wednesday,19:05,%s,%s,,",
        ),
    ],
)
def test_names_of_other_apps_may_hold_such_characters(alice: Diarist, columns: str, line: str) -> None:
    lines = [columns, line % ("symptom", "twitch\x00"), line % ("mood\x00", "reading")]
    of = uploaded(alice, "\n".join(lines).encode())
    assert f"twitch{SHOWN}" in of.preview["names"]
    of = answered(of, names={f"twitch{SHOWN}": "calf-right"})
    assert of.preview["new"] == {"episodes": 1}
    assert of.preview["left_out"] == {f"mood{SHOWN}": 1}


def test_what_the_database_refuses_ends_the_import(alice: Diarist, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **values: object) -> None:
        raise DataError

    monkeypatch.setattr(tasks, "_set", refuse)
    with pytest.raises(DataError):
        uploaded(alice, written_file(episodes=[twitch()]))
    of = alice.imports.get()
    assert (of.status, of.preview["reason"]) == (Import.Status.REFUSED, tasks.FAILED)
    assert not of.chunks.exists()


@pytest.fixture
def upload(as_alice: Client) -> Callable[..., int]:
    """Sends a file as a browser does; the status of the answer."""

    def send(data: bytes, **headers: str) -> int:
        form = {"file": SimpleUploadedFile("diary.json", data)}
        return as_alice.post("/data/import/", form, **headers).status_code  # type: ignore[arg-type]

    return send


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(
    as_alice: Client, alice: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    def must_not_run(*args: object) -> None:
        raise AssertionError

    monkeypatch.setattr("django.http.multipartparser.MultiPartParser.parse", must_not_run)
    answer = as_alice.generic(
        "POST",
        "/data/import/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="200000000",
    )
    assert answer.status_code == 413
    assert "The file is too large: at most 150 MB can be brought in." in answer.content.decode()
    assert not alice.imports.exists()


def test_what_is_no_apple_health_has_the_smaller_limit(
    alice: Diarist, settings: Settings, upload: Callable[..., int]
) -> None:
    settings.IMPORT_LIMIT_MB, settings.IMPORT_HEALTH_LIMIT_MB = 1, 3
    of = uploaded(alice, written_file(note="x" * 1_100_000))
    assert (of.status, of.preview["params"]) == (Import.Status.REFUSED, {"most": 1})
    assert upload(bytes(3_100_000)) == 413
    assert upload(b"<HealthData>" + b" " * 2_000_000 + b"</HealthData>") == 302


def test_no_other_form_takes_a_file(as_alice: Client, alice: Diarist) -> None:
    file = SimpleUploadedFile("x", bytes(1000))
    answer = as_alice.post("/settings/", {"section": "you", "name": "Al", "country": "", "file": file})
    assert answer.status_code == 302
    assert dict(answer.wsgi_request.FILES) == {}
    alice.refresh_from_db()
    assert alice.name == "Al"


def test_a_forged_upload_is_refused(alice: Diarist) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice.user, backend="config.accounts.AccountBackend")
    form = {"file": SimpleUploadedFile("diary.json", written_file())}
    assert client.post("/data/import/", form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert not alice.imports.exists()
