"""Uploaded files: kept in pieces in the database, read as one file again, opened with a limit on everything."""

import io
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import IO, Any

from django.conf import settings

from diary.body import gettext_noop
from diary.importing.wrong import FileRefused
from diary.models import Import, ImportChunk

CHUNK = 1 << 20
READ_AT_ONCE = 1 << 16
MEGABYTE = 1_000_000
# Text of diaries and of Apple Health packs to a tenth or a twentieth; what packs to a two-hundredth is a trap.
HIGHEST_RATIO = 200
RATIO_COUNTS_FROM = 1 << 20
# An Apple Health file lists a route for every walk.
LONGEST_LIST = 8 * MEGABYTE
LOCKED = 0x1

TOO_LARGE = gettext_noop("The file is too large: at most %(most)s MB can be brought in.")
UNPACKS_TOO_LARGE = gettext_noop("The file unpacks to more than can be brought in.")
BROKEN_ZIP = gettext_noop("The zip file is damaged or locked with a password.")
NOT_UTF8 = gettext_noop("The file is not in UTF-8. Save it as “CSV UTF-8” or as UTF-8 text and try again.")


def most_bytes(kind: str | None = None) -> int:
    """How large a file may be; Apple Health packs a whole life into one."""
    limits: dict[str, int] = {Import.Kind.APPLE_HEALTH: settings.IMPORT_HEALTH_LIMIT_MB}
    largest = max(settings.IMPORT_LIMIT_MB, settings.IMPORT_HEALTH_LIMIT_MB)
    return MEGABYTE * (largest if kind is None else limits.get(kind, settings.IMPORT_LIMIT_MB))


def most_unpacked(kind: str) -> int:
    """How much may come out of a zip file."""
    return most_bytes(kind) * (40 if kind == Import.Kind.APPLE_HEALTH else 10)


def refuse_large(size: int, kind: str | None = None) -> None:
    """Raises FileRefused for what is larger than may be brought in."""
    if size > most_bytes(kind):
        raise FileRefused(TOO_LARGE, most=most_bytes(kind) // MEGABYTE)


def keep(of: Import, pieces: Iterable[bytes]) -> None:
    """Store the bytes of an upload."""
    number, waiting = 0, bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= CHUNK:
            ImportChunk.objects.create(of=of, number=number, data=bytes(waiting[:CHUNK]))
            del waiting[:CHUNK]
            number += 1
    if waiting:
        ImportChunk.objects.create(of=of, number=number, data=bytes(waiting))


class KeptFile(io.RawIOBase):
    """The stored pieces as one file that can be read from anywhere; one piece is held at a time."""

    def __init__(self, pk: uuid.UUID, size: int, watch: Callable[[int], object] | None = None) -> None:
        self._pk = pk
        self._size = size
        self._at = 0
        self._held: tuple[int, memoryview] | None = None
        self._watch = watch

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """Zip files are read from their end."""
        return True

    def tell(self) -> int:
        """Where it is read next."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Read on from somewhere else."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill as much of `buffer` as one piece gives."""
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, CHUNK)
        if self._held is None or self._held[0] != number:
            data = ImportChunk.objects.values_list("data", flat=True).get(of=self._pk, number=number)
            self._held = (number, memoryview(data))
            if self._watch:
                self._watch(self._at)
        part = self._held[1][start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def open_kept(of: Import, watch: Callable[[int], object] | None = None) -> io.BufferedReader:
    """The file of an import."""
    return io.BufferedReader(KeptFile(of.pk, of.size, watch), READ_AT_ONCE)


def as_text(file: IO[bytes]) -> io.TextIOWrapper:
    """UTF-8, with or without a mark at the start; line ends as they are."""
    return io.TextIOWrapper(file, encoding="utf-8-sig", newline="")


class Limited(io.RawIOBase):
    """A member of a zip file that ends with FileRefused when more comes out of it than `most`."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._left = most

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read on. Raises FileRefused."""
        try:
            data = self._file.read(min(len(buffer), READ_AT_ONCE))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise FileRefused(BROKEN_ZIP) from error
        self._left -= len(data)
        if self._left < 0:
            raise FileRefused(UNPACKS_TOO_LARGE)
        buffer[: len(data)] = data
        return len(data)


def open_zip(file: IO[bytes]) -> zipfile.ZipFile:
    """A zip file. Raises FileRefused for one that is broken, or whose list of contents alone would fill memory."""
    try:
        # The same function that ZipFile itself asks for where the list is and how long; it reads the end only.
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
        if end and end[zipfile._ECD_SIZE] > LONGEST_LIST:  # type: ignore[attr-defined]
            raise FileRefused(UNPACKS_TOO_LARGE)
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(BROKEN_ZIP) from error


def open_member(archive: zipfile.ZipFile, name: str, kind: str) -> io.BufferedReader:
    """A file of a zip file. Raises FileRefused for a zip bomb, by what it says of itself and by what comes out."""
    info, most = archive.getinfo(name), most_unpacked(kind)
    is_trap = info.file_size > RATIO_COUNTS_FROM and info.file_size > HIGHEST_RATIO * max(1, info.compress_size)
    if is_trap or info.file_size > most:
        raise FileRefused(UNPACKS_TOO_LARGE)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or info.flag_bits & LOCKED:
        raise FileRefused(BROKEN_ZIP)
    try:
        member = archive.open(info)
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise FileRefused(BROKEN_ZIP) from error
    return io.BufferedReader(Limited(member, most), READ_AT_ONCE)
