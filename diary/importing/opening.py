"""Finds out what kind of file was uploaded, and opens it with the reader of its kind."""

from collections.abc import Callable
from typing import Any

from diary.body import gettext_noop
from diary.importing import apple_health, bearable, csv_files, daylio, files, table
from diary.importing.clean import Facts
from diary.importing.csv_text import header_of
from diary.importing.diary_file import DiaryFile
from diary.importing.entries import Reader
from diary.importing.questions import Asking
from diary.importing.wrong import FileRefused
from diary.models import Import

SNIFFED = 4096
EMPTY = gettext_noop("The file is empty.")
UNKNOWN = gettext_noop(
    "This is no file that can be brought in: neither a diary file (JSON), nor a table (CSV), nor Apple Health."
)

Kind = Import.Kind
type Watch = Callable[[int], object] | None


def kind_of(of: Import) -> str:
    """The kind of the uploaded file. Raises FileRefused."""
    with files.open_kept(of) as file:
        start = file.read(SNIFFED)
    if not start.strip():
        raise FileRefused(EMPTY)
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_zip(of)
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if bare.startswith((b"{", b"<")):
        return Kind.JSON if bare.startswith(b"{") else Kind.APPLE_HEALTH
    is_utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if bare.startswith(b"[") or (b"\x00" in start and not is_utf16):
        raise FileRefused(UNKNOWN)
    return _kind_of_table(of)


def _kind_of_table(of: Import) -> str:
    with files.as_text(files.open_kept(of)) as text:
        columns = header_of(text)
    if set(columns) >= bearable.COLUMNS:
        return Kind.BEARABLE
    if set(columns) >= daylio.COLUMNS:
        return Kind.DAYLIO
    return Kind.CSV if csv_files.table_of(columns) else Kind.TABLE


def _kind_of_zip(of: Import) -> str:
    with files.open_kept(of) as file, files.open_zip(file) as archive:
        names = archive.namelist()
    if apple_health.member_of(names):
        return Kind.APPLE_HEALTH
    if csv_files.members_of(names):
        return Kind.CSV
    raise FileRefused(UNKNOWN)


def open_reader(of: Import, facts: Facts, watch: Watch = None) -> Reader | Asking:
    """The reader of a file whose kind is known. Raises FileRefused."""
    if of.kind == Kind.JSON:
        # Twice through: the second time is when rows are taken, so only that one is watched.
        head = DiaryFile(lambda: files.open_kept(of))
        head.read_head(facts)
        reader = DiaryFile(lambda: files.open_kept(of, watch))
        reader.head = head.head
        return reader
    opened = files.open_kept(of, watch)
    if of.kind == Kind.APPLE_HEALTH:
        return apple_health.AppleHealth(opened)
    if of.kind == Kind.CSV:
        return csv_files.CsvFiles(opened)
    readers: dict[str, Any] = {
        Kind.BEARABLE: bearable.Bearable,
        Kind.DAYLIO: daylio.Daylio,
        Kind.TABLE: table.Table,
    }
    reader_of_table: Asking = readers[of.kind](opened, of.answers)
    return reader_of_table
