"""Copies of an SQLite database, made and put back while others use it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from config.backups.trouble import BackupTrouble

MAGIC = b"SQLite format 3\0"
SUFFIX = ".sqlite3"
WAIT_SECONDS = 20


def copy_to(file: Path) -> None:
    """Write a copy of the moment at which this begins; nobody has to wait for it."""
    if not database().is_file():
        raise BackupTrouble(f"There is no database {database()} yet.")
    with closing(sqlite3.connect(database(), timeout=WAIT_SECONDS, autocommit=True)) as live:
        _vacuum_into(live, file)


def check(file: Path) -> None:
    """Raise BackupTrouble unless every page of the copy is sound."""
    try:
        with closing(_open_copy(file)) as copy:
            found = [line for (line,) in copy.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        raise BackupTrouble(f"{file} is damaged: {error}.") from error
    if found != ["ok"]:
        raise BackupTrouble(f"{file} is damaged: {found[0]}.")


def migrations_in(file: Path) -> set[tuple[str, str]]:
    """The migrations that had been applied to the database in the copy."""
    try:
        with closing(_open_copy(file)) as copy:
            return set(copy.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.OperationalError as error:
        raise BackupTrouble(f"{file} is no database of the diary.") from error


@dataclass(frozen=True, slots=True)
class Held:
    """A database that nobody else can open as long as it is held."""

    live: sqlite3.Connection

    def copy_to(self, file: Path) -> None:
        """Write a copy."""
        _vacuum_into(self.live, file)

    def load(self, file: Path) -> None:
        """Put the copy in the place of all there is, in one transaction, and set it apart from that in another."""
        try:
            last_user = _last_user(self.live)
            with closing(_open_copy(file)) as copy:
                copy.backup(self.live)
            _begin_anew(self.live, last_user)
        except sqlite3.DatabaseError as error:
            raise BackupTrouble(f"{file} could not be put in place: {error}.") from error


@contextmanager
def held() -> Iterator[Held]:
    """Hold the database for us alone. Raises BackupTrouble where another process has it open for long.

    With the write-ahead log, the file can only be held when nobody has it open: so for the moment there is none.
    Whoever comes meanwhile waits as for any other writer.
    """
    with closing(sqlite3.connect(database(), timeout=0, autocommit=True)) as live:
        live.execute("PRAGMA locking_mode=EXCLUSIVE")
        _keep_trying(live)
        yield Held(live)
        live.execute("PRAGMA locking_mode=NORMAL")
        live.execute("PRAGMA journal_mode=WAL").fetchone()


def database() -> Path:
    """The file of the database."""
    return Path(connection.settings_dict["NAME"])


def _keep_trying(live: sqlite3.Connection) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not _holds(live):
        if time.monotonic() > deadline:
            raise BackupTrouble("The diary is in use. Stop the server and the worker, then try again.")
        time.sleep(0.005)


def _holds(live: sqlite3.Connection) -> bool:
    try:
        (mode,) = live.execute("PRAGMA journal_mode=DELETE").fetchone()
        live.execute("BEGIN EXCLUSIVE")
        live.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise
        return False
    return bool(mode == "delete")


def _last_user(live: sqlite3.Connection) -> int:
    """The highest number that an account ever had; 0 for none."""
    if not live.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        return 0
    (last,) = live.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'auth_user'").fetchone()
    return int(last)


def _begin_anew(live: sqlite3.Connection, last_user: int) -> None:
    """See to it that what servers which run on keep of the state before fits nothing of the one that came back.

    In milliseconds since 1970 no revision was ever counted, and who signed up since the backup leaves no number to
    the next one. An old copy may know only one of the two revisions.
    """
    now, last_user = int(time.time() * 1000), max(last_user, _last_user(live))
    columns = {name for (name,) in live.execute("SELECT name FROM pragma_table_info('diary_diarist')")}
    live.execute("BEGIN")
    for column in sorted(columns & {"revision", "old_days_revision"}):
        live.execute(f"UPDATE diary_diarist SET {column} = ?", (now,))  # noqa: S608  (one of these two)
    live.execute("DELETE FROM sqlite_sequence WHERE name = 'auth_user'")
    live.execute("INSERT INTO sqlite_sequence VALUES ('auth_user', ?)", (last_user,))
    live.execute("COMMIT")


def _vacuum_into(live: sqlite3.Connection, file: Path) -> None:
    try:
        live.execute("VACUUM INTO ?", (str(file),))
    except sqlite3.DatabaseError as error:
        raise BackupTrouble(f"{file} could not be written: {error}.") from error


def _open_copy(file: Path) -> sqlite3.Connection:
    """A copy is read as it lies there: no log beside it counts, and none is made."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
