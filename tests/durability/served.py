"""A database of its own, servers before it that can be killed, and what a browser or a program sends to them."""

import contextlib
import http.client
import json
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import urlencode

import psycopg
from django.conf import settings

from tests.config.test_serve import OWN, ROOT, free_port, is_alive

# The suite runs once on each; what is served then is of that kind.
ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
NURSERY = "tests.durability.nursery"
TOKEN = "a" * 32  # a cookie and a header that are the same are all that the protection asks for
PATIENCE_SECONDS = 120


class Closes(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """It."""


class Database(Protocol):
    """Where a diary is kept, looked at from outside."""

    @property
    def url(self) -> str:
        """The value of DATABASE_URL."""
        ...

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        ...

    def troubles(self) -> list[Any]:
        """What is not sound in it."""
        ...

    def held(self) -> Closes:
        """Somebody who has it open until told to close it."""
        ...


@dataclass
class SQLite:
    """A file."""

    file: Path

    @property
    def url(self) -> str:
        """The value of DATABASE_URL."""
        return f"sqlite:///{self.file}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with closing(sqlite3.connect(self.file, timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def held(self) -> Closes:
        """As the worker does."""
        connection = sqlite3.connect(self.file)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection

    def troubles(self) -> list[Any]:
        """What the two checks of SQLite find."""
        found = self.rows("PRAGMA integrity_check") + self.rows("PRAGMA foreign_key_check")
        return [row for row in found if row != ("ok",)]


@dataclass
class PostgreSQL:
    """A cluster of its own, which can be stopped, killed and started again."""

    folder: Path
    port: int
    binaries: Path

    @classmethod
    def make(cls, folder: Path) -> Self:
        """A new cluster, running. `folder` has to be where another user can reach it: it never runs as root."""
        cluster = cls(folder, free_port(), binaries() or Path())
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        cluster.tool(
            "initdb", "-D", f"{folder}/data", "-U", "diary", "--auth=trust", "--encoding=UTF8", "--no-sync"
        )
        cluster.start()
        return cluster

    @property
    def url(self) -> str:
        """The value of DATABASE_URL."""
        return f"postgres://diary@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, and wait until it answers; after a kill it mends itself first."""
        where = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        # What the operating system was given outlives a killed process: no disk has to be waited for.
        how = "-c fsync=off -c full_page_writes=off -c shared_buffers=16MB"
        self.tool(
            "pg_ctl",
            "-D",
            f"{self.folder}/data",
            "-w",
            "-l",
            f"{self.folder}/log",
            "-o",
            f"{where} {how}",
            "start",
        )

    def stop(self, mode: str) -> None:
        """`fast`: sends everybody away. `immediate`: all its processes end where they are, as in a crash."""
        self.tool("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", mode, "stop")

    def tool(self, name: str, *options: str) -> None:
        """Run one of its programs as somebody who is not root."""
        user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None
        command = [str(self.binaries / name), *options]
        nothing = subprocess.DEVNULL
        subprocess.run(command, user=user, cwd="/", check=True, stdin=nothing, stdout=nothing, stderr=nothing)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchall()

    def held(self) -> Closes:
        """A connection."""
        return psycopg.connect(self.url, autocommit=True)

    def troubles(self) -> list[Any]:
        """Constraints that do not hold, and what amcheck finds in tables and indexes, where it is installed."""
        found: list[Any] = self.rows("SELECT conname FROM pg_constraint WHERE NOT convalidated")
        orphans = "SELECT e.id FROM diary_episode e LEFT JOIN diary_diarist d ON d.user_id = e.diarist_id"
        found += self.rows(f"{orphans} WHERE d.user_id IS NULL")
        if not self.rows("SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'"):
            return found
        with psycopg.connect(self.url) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
        # The first raises where an index is damaged.
        self.rows(
            "SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
            "WHERE a.amname = 'btree' AND c.relkind = 'i'"
        )
        return found + self.rows(
            "SELECT v.msg FROM pg_class c, verify_heapam(c.oid) AS v "
            "WHERE c.relkind = 'r' AND c.relname LIKE 'diary_%'"
        )


def binaries() -> Path | None:
    """Where PostgreSQL's own programs are, the newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    by_path = shutil.which("initdb")
    return found[-1].parent if found else Path(by_path).parent if by_path else None


def can_be_made() -> bool:
    """Whether a cluster can be made here."""
    if binaries() is None:
        return False
    return os.geteuid() != 0 or any(user.pw_name == "postgres" for user in pwd.getpwall())


@dataclass
class Answer:
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    body: str


@dataclass
class Diary:
    """A diary in a database: servers, and the means to write in it as its owner."""

    database: Database
    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    group: int = 0

    def __enter__(self) -> Self:
        own = {name: value for name, value in os.environ.items() if name not in OWN}
        own |= {"DATABASE_URL": self.database.url, "DIARY_DATA_DIR": str(self.data), "LOG_LEVEL": "error"}
        self.variables = own | self.environment
        self.said = (self.data / "log").open("wb")
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", NURSERY],
            env=self.variables,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
        )
        self.owner: dict[str, Any] = self.read()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        self.nursery.communicate(timeout=PATIENCE_SECONDS)
        self.said.close()

    def read(self) -> Any:
        """One line of the nursery."""
        assert self.nursery.stdout
        line = self.nursery.stdout.readline()
        assert line, (self.data / "log").read_text()[-2000:]
        return json.loads(line)

    def start(self) -> None:
        """A web server, which answers when this returns."""
        self.begin()
        wait_until(self.answers)

    def begin(self) -> None:
        """A web server, which answers some time later."""
        assert self.nursery.stdin
        self.nursery.stdin.write(f"{self.port}\n")
        self.nursery.stdin.flush()
        self.group = self.read()

    def answers(self) -> bool:
        """Whether somebody takes requests."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return bool(self.get("/healthz").status)
        return False

    def kill(self) -> None:
        """Take the life of the server and of all that belongs to it, at once."""
        if self.group:
            members = self.processes()
            os.killpg(self.group, signal.SIGKILL)
            wait_until(lambda: not any(is_alive(pid) for pid in members))
            self.group = 0

    def processes(self) -> list[int]:
        """The processes of the server."""
        found = []
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ProcessLookupError):
                if folder.name.isdecimal() and os.getpgid(int(folder.name)) == self.group:
                    found.append(int(folder.name))
        return found

    def send(self, method: str, path: str, *, body: bytes | None = None, **headers: str) -> Answer:
        """One request, as a browser of the owner sends it. Raises OSError or HTTPException where no answer comes."""
        usual = {
            "Host": f"localhost:{self.port}",
            "Cookie": f"session={self.owner['session']}; csrf={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Sec-Fetch-Site": "same-origin",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        with closing(connection):
            connection.request(method, path, body, usual | headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())

    def get(self, path: str) -> Answer:
        """A page."""
        return self.send("GET", path)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """A form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, body=urlencode(fields).encode(), **kind | headers)

    def call(self, path: str, sent: dict[str, Any], token: str) -> Answer:
        """A call of the API, without anything of a browser."""
        more = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Cookie": ""}
        return self.send("POST", path, body=json.dumps(sent).encode(), **more)

    def manage(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """`manage.py` in the same environment."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            env=self.variables,
            cwd=ROOT,
            text=True,
            capture_output=True,
            check=False,
            timeout=PATIENCE_SECONDS,
            **options,
        )


def wait_until(holds: Any) -> None:
    """Wait for something that comes soon; a test fails where it does not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
