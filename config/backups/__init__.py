"""Whole copies of the database, and how one comes back.

`sqlite` and `postgresql` each offer the same five functions; this package chooses, and puts files in their place.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

from django.contrib.auth.models import User
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from config.backups import postgresql, sqlite
from config.backups.trouble import BackupTrouble

STORES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}


def store() -> ModuleType:
    """How the database in use is copied."""
    return STORES[connection.vendor]


def make(target: Path, copy_to: Callable[[Path], None] | None = None) -> None:
    """Write a checked copy to `target`, which must not exist yet; nothing half-written is ever seen there.

    Raises BackupTrouble. `copy_to` writes the copy where the database is held already.
    """
    if target.exists():
        raise BackupTrouble(f"{target} is there already; a backup never overwrites anything.")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Made by mkstemp, so from the first byte on nobody else may read it.
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        (copy_to or store().copy_to)(part)
        store().check(part)
        _sync(part)
        _place(part, target)
    finally:
        part.unlink(missing_ok=True)


def restore(source: Path, kept: Path) -> bool:
    """Put the copy `source` in the place of the database; true when `kept` now holds what was there before.

    Raises BackupTrouble, and then nothing has changed. Nobody writes between the two, so everything that was ever
    acknowledged is in one of them.
    """
    check(source)
    keeps = has_accounts()
    # This process must not be the one that holds the database open.
    connections.close_all()
    with store().held() as held:
        if keeps:
            make(kept, held.copy_to)
        held.load(source)
    return keeps


def check(source: Path) -> None:
    """Raise BackupTrouble unless `source` is a sound backup that this version of the diary can use."""
    if not source.is_file():
        raise BackupTrouble(f"There is no file {source}.")
    with source.open("rb") as file:
        start = file.read(16)
    kind = next((name for name, store in STORES.items() if start.startswith(store.MAGIC)), None)
    if kind is None:
        raise BackupTrouble(f"{source} is no backup.")
    if kind != connection.vendor:
        raise BackupTrouble(f"{source} is from {kind}, but this diary is kept in {connection.vendor}.")
    store().check(source)
    unknown = store().migrations_in(source) - MigrationLoader(None).disk_migrations.keys()
    if unknown:
        raise BackupTrouble(f"{source} is from a newer version of the diary. Update first, then restore it.")


def has_accounts() -> bool:
    """Whether there is anything in the database that somebody would miss."""
    with connection.cursor() as cursor:
        if User._meta.db_table not in connection.introspection.table_names(cursor):
            return False
    return User.objects.exists()


def drop_old(folder: Path, *, keep: int) -> list[Path]:
    """Delete all but the newest `keep` of the backups that were named by us; those that went."""
    old = sorted(folder.glob(f"diary-*{store().SUFFIX}"), reverse=True)[keep:]
    _unlink(old)
    return old


def _unlink(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _sync(file: Path) -> None:
    """A copy is worth something only once it is on the disk."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _place(part: Path, target: Path) -> None:
    """Give the finished file its name in one step, and never to somebody else's file."""
    try:
        os.link(part, target)
    except FileExistsError as error:
        raise BackupTrouble(f"{target} is there already; a backup never overwrites anything.") from error
    except OSError:
        # A file system without hard links: hold the name first, then put the file there.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        part.replace(target)
    with contextlib.suppress(PermissionError):  # Windows opens no folders
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
