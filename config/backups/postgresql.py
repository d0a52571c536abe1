"""Copies of a PostgreSQL database, made and put back with its own tools while others use it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from config.backups.trouble import BackupTrouble

MAGIC = b"PGDMP"
SUFFIX = ".dump"
ATTEMPTS = 5
# Whose names and rights the tables had is a matter of the server, not of the diary.
PLAIN = ["--no-owner", "--no-privileges"]
# Readers go on, pg_dump too; writers wait, or we for them. A deadlock ends one of the two: we try again.
LOCK_ALL = """
\\set QUIET on
BEGIN;
SET LOCAL lock_timeout = '4s';
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT schemaname, tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 2 LOOP
    EXECUTE format('LOCK TABLE %I.%I IN EXCLUSIVE MODE', it.schemaname, it.tablename);
  END LOOP;
END $$;
\\echo held
\\o /dev/null
"""
DROP_ALL = """
SET LOCAL lock_timeout = 0;
SELECT coalesce(max(last_value), 0) AS last_user FROM pg_sequences
  WHERE schemaname = current_schema() AND sequencename = 'auth_user_id_seq' \\gset
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT schemaname, tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I.%I CASCADE', it.schemaname, it.tablename);
  END LOOP;
END $$;
"""
# What servers that run on keep of the state before must fit nothing of the one that came back: in milliseconds
# since 1970 no revision was ever counted, and who signed up since the backup leaves no number to the next one.
# An old copy may know only one of the two revisions. pg_restore leaves an empty search_path.
BEGIN_ANEW = """
RESET search_path;
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT table_schema, table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = 'diary_diarist'
    AND column_name IN ('revision', 'old_days_revision') LOOP
    EXECUTE format('UPDATE %I.%I SET %I = extract(epoch FROM now()) * 1000', it.table_schema, it.table_name,
      it.column_name);
  END LOOP;
END $$;
SELECT setval('auth_user_id_seq', :last_user) FROM auth_user_id_seq WHERE last_value <= :last_user;
"""


def copy_to(file: Path) -> None:
    """Write a copy of the moment at which this begins; nobody has to wait for it."""
    _run("pg_dump", "--format=custom", *PLAIN, f"--file={file}", *_where())


def check(file: Path) -> None:
    """Raise BackupTrouble unless the copy can be read to its end."""
    _run("pg_restore", f"--file={os.devnull}", str(file))


def migrations_in(file: Path) -> set[tuple[str, str]]:
    """The migrations that had been applied to the database in the copy."""
    text = _run("pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(file))
    _, begin, rest = text.partition("COPY public.django_migrations (id, app, name, applied) FROM stdin;\n")
    if not begin:
        raise BackupTrouble(f"{file} is no database of the diary.")
    rows = (line.split("\t") for line in rest.partition("\n\\.\n")[0].splitlines())
    return {(app, name) for _, app, name, _ in rows}


@dataclass(frozen=True, slots=True)
class Held:
    """A database into which nobody else can write as long as it is held."""

    psql: subprocess.Popen[bytes]
    said: IO[bytes]

    def copy_to(self, file: Path) -> None:
        """Write a copy."""
        copy_to(file)

    def load(self, file: Path) -> None:
        """Put the copy in the place of all there is, in the transaction that holds the database."""
        command = [_tool("pg_restore"), *PLAIN, "--file=-", str(file)]
        try:
            self._type(DROP_ALL.encode())
            with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) as reading:  # noqa: S603
                if reading.stdout is None or self.psql.stdin is None:
                    raise BackupTrouble("No pipe could be made.")
                shutil.copyfileobj(reading.stdout, self.psql.stdin)
                self.psql.stdin.flush()
            if reading.returncode:
                raise BackupTrouble(f"{file} could not be read to its end.")
            self._type(f"\n{BEGIN_ANEW}COMMIT;\n".encode())
            self.psql.stdin.close()
        except BrokenPipeError as error:
            raise BackupTrouble(self._trouble()) from error
        if self.psql.wait():
            raise BackupTrouble(self._trouble())

    def take(self) -> bool:
        """Lock every table; false when somebody else would not let go."""
        try:
            self._type(LOCK_ALL.encode())
        except BrokenPipeError:
            return False
        return self.psql.stdout is not None and self.psql.stdout.readline() == b"held\n"

    def _type(self, script: bytes) -> None:
        if self.psql.stdin is not None:
            self.psql.stdin.write(script)
            self.psql.stdin.flush()

    def _trouble(self) -> str:
        self.psql.wait()
        self.said.seek(0)
        return f"The database refused it: {self.said.read().decode(errors='replace').strip()}"


@contextmanager
def held() -> Iterator[Held]:
    """Hold the database against writers. Raises BackupTrouble where one of them does not end."""
    for attempt in range(ATTEMPTS):
        with tempfile.TemporaryFile() as said, _psql(said) as psql:
            held = Held(psql, said)
            try:
                if held.take():
                    yield held
                    return
                if attempt + 1 == ATTEMPTS:
                    raise BackupTrouble("The diary is in use. Stop the server and the worker, then try again.")
            finally:
                # Without a COMMIT that is a ROLLBACK.
                psql.kill()


def _psql(said: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [_tool("psql"), *_where(), "--no-psqlrc", "--quiet", "--tuples-only", "--set=ON_ERROR_STOP=1"]
    return subprocess.Popen(  # noqa: S603  (our own command line)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=_environment()
    )


def _run(tool: str, *options: str) -> str:
    done = subprocess.run(  # noqa: S603  (our own command line)
        [_tool(tool), *options], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupTrouble(f"{tool} failed: {done.stderr.strip()}")
    return done.stdout


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BackupTrouble(f"{name} is not installed. It comes with the PostgreSQL client tools.")
    return path


def _where() -> list[str]:
    """Host, port, user and name of the database, as all its tools take them."""
    arguments: list[str] = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])[0]
    return arguments[1:]


def _environment() -> dict[str, str]:
    """Ours, with the password, which must not stand on a command line that others can read."""
    more = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])[1]
    return {**os.environ, **(more or {})}
