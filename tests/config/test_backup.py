"""Backup and restore with real processes that write meanwhile: no acknowledged write is lost, every copy is sound."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from config import backups
from config.backups import sqlite
from config.backups.trouble import BackupTrouble
from config.management.commands.backup import dated_file

pytestmark = pytest.mark.database

ROOT = Path(__file__).resolve().parents[2]
IS_SQLITE = django_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
OWN = {"DATABASE_URL", "CACHE_URL", "SITE_URL", "ALLOWED_HOSTS", "TRUSTED_PROXY_COUNT", "DEBUG"}
MAKE_PEOPLE = """
import django
django.setup()
from django.contrib.auth.models import User
from diary.models import Diarist
for name in ("ann", "bob"):
    Diarist.objects.create(user=User.objects.create_user(name))
"""
# As a server does it: every write opens and closes its connection. What it prints was acknowledged.
WRITE = """
import sys, time, uuid
import django
django.setup()
from django.db import connections, transaction
from django.utils import timezone
from diary import recording
from diary.models import Diarist, Episode
while True:
    person, now = Diarist.objects.get(user__username=sys.argv[1]), timezone.now()
    episode = Episode(pk=uuid.uuid4(), location="calf", started_at=now, local_date=now.date(), time_zone="UTC",
                      utc_offset_minutes=0, recorded_at=now, note="x" * 500)
    with transaction.atomic():
        recording.log_episode(person, episode)
        Diarist.objects.filter(pk=person.pk).update(name=person.episodes.count())
    print(episode.pk, flush=True)
    connections.close_all()
    time.sleep(0.1)
"""
# Ids of episodes, and how many rows each diary has beside how many it says it has: both must agree.
READ = """
import django
django.setup()
from diary.models import Diarist, Episode
for pk in Episode.objects.values_list("pk", flat=True):
    print(pk)
for person in Diarist.objects.all():
    assert str(person.episodes.count()) == (person.name or "0"), (person.episodes.count(), person.name)
"""
# A server that shows a diary, has a backup put in the place of it meanwhile, and shows it again after one tap.
SHOW = """
import datetime as dt, subprocess, sys, uuid
import django
django.setup()
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone
from diary import recording
from diary.erasing import erase_spot
from diary.models import Diarist, Episode
from diary.shelf import shelf
from diary.timeline_rows import Span, rows_of
today = timezone.now().date()
span = Span(today - dt.timedelta(days=200), today)

def manage(*command):
    connections.close_all()
    subprocess.run([sys.executable, "manage.py", *command], check=True, stdout=subprocess.DEVNULL)

def log(location, date):
    at = dt.datetime.combine(date, dt.time(12), dt.UTC)
    recording.log_episode(person(), Episode(pk=uuid.uuid4(), location=location, started_at=at, local_date=date,
                                            time_zone="UTC", utc_offset_minutes=0, recorded_at=at))

def person():
    return Diarist.objects.get(user__username="ann")

def shown():
    return {location for location, _ in rows_of(person(), span, span.first, today).places}

def sign_up(name):
    return Diarist.objects.create(user=User.objects.create_user(name), revision=1)

log("calf", today - dt.timedelta(days=100))
manage("backup", sys.argv[1])
erase_spot(person(), "calf", "")
assert shown() == set()
since = sign_up("since the backup")
shelf.put(since, ("page",), "what only they may see")
manage("restore", "--yes", sys.argv[1])
log("brow", today)
assert shown() == {"calf", "brow"}, shown()
assert shelf.take(sign_up("since the restore"), ("page",)) is None
assert User.objects.latest("pk").pk > since.pk
"""


@dataclass
class Site:
    """A diary of its own, with a data folder and a database, reached by processes only."""

    folder: Path
    environment: dict[str, str]
    writers: list["Writer"] = field(default_factory=list)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """What a process of it says."""
        return subprocess.run(
            [sys.executable, *command], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )

    def manage(self, *command: str) -> str:
        """What a command that must work says."""
        done = self.run("manage.py", *command)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refuses(self, *command: str) -> str:
        """What a command that must not work says."""
        done = self.run("manage.py", *command)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        return done.stderr

    def episodes(self) -> set[str]:
        """The ids in the database, which must be one whole."""
        done = self.run("-c", READ)
        assert done.returncode == 0, done.stderr
        return set(done.stdout.split())

    def write(self, name: str) -> "Writer":
        """Somebody who writes until they are told to stop."""
        log = self.folder / f"{name}-{len(self.writers)}.log"
        with log.open("w") as out, log.with_suffix(".err").open("w") as err:
            command = [sys.executable, "-c", WRITE, name]
            process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=out, stderr=err)
        self.writers.append(Writer(process, log))
        return self.writers[-1]


@dataclass
class Writer:
    """A process that writes, and what it was told is stored."""

    process: subprocess.Popen[bytes]
    log: Path

    def acknowledged(self) -> set[str]:
        """The ids so far."""
        return set(self.log.read_text().split())

    def goes_on(self, more: int = 5) -> None:
        """Wait until it has stored some more."""
        enough, deadline = len(self.acknowledged()) + more, time.monotonic() + 240
        while len(self.acknowledged()) < enough:
            assert self.process.poll() is None, self.log.with_suffix(".err").read_text()
            assert time.monotonic() < deadline, "it does not write any more"
            time.sleep(0.05)

    def stop(self) -> set[str]:
        """All that it was told is stored."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return self.acknowledged()


def server() -> psycopg.Connection[Any]:
    """The server of the test's own PostgreSQL database."""
    return psycopg.connect(url_of("postgres"), autocommit=True)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, str]]:
    """A migrated database with two people, to copy for each test."""
    folder = tmp_path_factory.mktemp("template")
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    environment |= {"DIARY_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
    name = f"backup_{uuid.uuid4().hex}"
    if not IS_SQLITE:
        with server() as postgres:
            postgres.execute(f"CREATE DATABASE {name}")
        environment["DATABASE_URL"] = url_of(name)
    site = Site(folder, environment)
    site.manage("migrate", "--verbosity", "0")
    assert site.run("-c", MAKE_PEOPLE).returncode == 0
    yield environment | {"TEMPLATE": name}
    if not IS_SQLITE:
        with server() as postgres:
            postgres.execute(f"DROP DATABASE {name}")


def url_of(name: str) -> str:
    """The address of a database on the server of the tests."""
    default = django_settings.DATABASES["default"]
    password = f":{default['PASSWORD']}" if default["PASSWORD"] else ""
    return f"postgres://{default['USER']}{password}@{default['HOST']}:{default['PORT'] or 5432}/{name}"


@pytest.fixture
def make_site(template: dict[str, str], tmp_path: Path) -> Generator[Callable[..., Site]]:
    """Makes sites; an empty one has no tables yet."""
    sites: list[Site] = []
    names: list[str] = []

    def make(*, empty: bool = False) -> Site:
        folder = tmp_path / f"site{len(sites)}"
        folder.mkdir()
        environment = template | {"DIARY_DATA_DIR": str(folder)}
        if IS_SQLITE and not empty:
            file = Path(template["DIARY_DATA_DIR"]) / "diary.sqlite3"
            (folder / "diary.sqlite3").write_bytes(file.read_bytes())
        elif not IS_SQLITE:
            names.append(f"backup_{uuid.uuid4().hex}")
            with server() as postgres:
                like = "template1" if empty else template["TEMPLATE"]
                postgres.execute(f"CREATE DATABASE {names[-1]} TEMPLATE {like}")
            environment["DATABASE_URL"] = url_of(names[-1])
        sites.append(Site(folder, environment))
        return sites[-1]

    yield make
    for site in sites:
        for writer in site.writers:
            writer.stop()
    for name in names:
        with server() as postgres:
            postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """A diary of two people."""
    return make_site()


def write_with_both(site: Site) -> list[Writer]:
    """Ann and Bob, both at it."""
    writers = [site.write("ann"), site.write("bob")]
    for writer in writers:
        writer.goes_on()
    return writers


def ids_in(site: Site, copy: Path, make_site: Callable[..., Site]) -> set[str]:
    """The episodes in a copy: restored into a place of its own, where everything must fit together."""
    other = make_site(empty=True)
    other.manage("restore", str(copy))
    return other.episodes()


def test_a_backup_while_two_people_write(site: Site, make_site: Callable[..., Site], tmp_path: Path) -> None:
    writers = write_with_both(site)
    copies = []
    for number in range(2):
        before = set().union(*(writer.acknowledged() for writer in writers))
        site.manage("backup", str(tmp_path / f"{number}.copy"))
        copies.append((before, tmp_path / f"{number}.copy"))
        for writer in writers:
            writer.goes_on(2)
    written = set().union(*(writer.stop() for writer in writers))
    for before, copy in copies:
        held = ids_in(site, copy, make_site)
        assert len(before) >= 10
        assert before <= held
        # A writer was killed between storing and saying so, at most.
        assert len(held - written) <= 2
        assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("*.part")) == []


def test_a_restore_while_two_people_write_loses_nothing(site: Site, make_site: Callable[..., Site]) -> None:
    site.manage("backup", str(site.folder / "old.copy"))
    writers = write_with_both(site)
    said = site.manage("restore", "--yes", str(site.folder / "old.copy"))
    for writer in writers:
        writer.goes_on(3)
    acknowledged = set().union(*(writer.stop() for writer in writers))
    (kept,) = (site.folder / "backups").iterdir()
    assert f"What was there before: {kept}" in said
    assert kept.stat().st_mode & 0o777 == 0o600
    before, after = ids_in(site, kept, make_site), site.episodes()
    assert acknowledged <= before | after
    assert len(before) >= 10
    assert len(after) >= 6
    assert not before & after


def test_a_server_that_runs_on_shows_nothing_of_the_time_before_a_restore(site: Site) -> None:
    done = site.run("-c", SHOW, str(site.folder / "a.copy"))
    assert done.returncode == 0, done.stderr


def test_what_comes_back_is_what_was_there(site: Site) -> None:
    writer = site.write("ann")
    writer.goes_on()
    writer.stop()
    there = site.episodes()
    (file,) = site.manage("backup").splitlines()
    assert Path(file).parent == site.folder / "backups"
    writer = site.write("bob")
    writer.goes_on()
    writer.stop()
    assert site.episodes() > there
    site.manage("restore", "--yes", file)
    assert site.episodes() == there


def test_where_there_is_a_diary_it_has_to_be_meant(site: Site) -> None:
    site.manage("backup", str(site.folder / "a.copy"))
    assert "With --yes it is replaced" in site.refuses("restore", str(site.folder / "a.copy"))
    assert not (site.folder / "backups").exists()


def test_a_damaged_copy_is_refused_and_nothing_changes(site: Site) -> None:
    writer = site.write("ann")
    writer.goes_on(40)
    writer.stop()
    there, copy = site.episodes(), site.folder / "a.copy"
    site.manage("backup", str(copy))
    whole = copy.read_bytes()
    for damaged in (whole[: len(whole) // 2], scribbled(whole)):
        copy.write_bytes(damaged)
        assert "Nothing was restored." in site.refuses("restore", "--yes", str(copy))
    assert site.episodes() == there
    assert not (site.folder / "backups").exists()


def scribbled(whole: bytes) -> bytes:
    """Noise over a tenth in the middle."""
    at, length = len(whole) // 3, len(whole) // 10
    return whole[:at] + bytes(255 - byte for byte in whole[at : at + length]) + whole[at + length :]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no backup"),
        (b"hello", "is no backup"),
        (b"PGDMP" if IS_SQLITE else b"SQLite format 3\0", "but this diary is kept in"),
        (b"SQLite format 3\0" if IS_SQLITE else b"PGDMP", "Nothing was restored."),
        (None, "There is no file"),
    ],
)
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes | None, said: str, db: None) -> None:
    file = tmp_path / "x"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        call_command("restore", file, yes=True)


def test_a_copy_of_a_newer_version_is_refused(site: Site, template: dict[str, str]) -> None:
    newer = "from django.db import connection; import django; django.setup(); "
    newer += 'connection.cursor().execute("INSERT INTO django_migrations (app, name, applied) '
    newer += "VALUES ('diary', '9999_later', '2030-01-01')\")"
    assert site.run("-c", newer).returncode == 0
    site.manage("backup", str(site.folder / "a.copy"))
    assert "from a newer version of the diary" in site.refuses("restore", "--yes", str(site.folder / "a.copy"))


def test_a_file_is_never_overwritten(site: Site) -> None:
    file = site.folder / "mine.txt"
    file.write_text("mine")
    assert "never overwrites" in site.refuses("backup", str(file))
    assert file.read_text() == "mine"
    assert sorted(site.folder.glob(".*")) == []


def test_two_backups_at_once_to_one_name_make_one(site: Site) -> None:
    command = [sys.executable, "manage.py", "backup", str(site.folder / "a.copy")]
    both = [
        subprocess.Popen(command, env=site.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in both:
        process.communicate()
    assert sorted(process.returncode for process in both) == [0, 1]
    assert (site.folder / "a.copy").stat().st_size > 10_000


def test_old_ones_go_when_a_new_one_is_there(site: Site) -> None:
    folder = site.folder / "backups"
    folder.mkdir()
    suffix = backups.store().SUFFIX
    for name in (
        f"diary-20260101-000000{suffix}",
        f"diary-20260102-000000{suffix}",
        f"before-restore-1{suffix}",
        "me",
    ):
        (folder / name).write_text("old")
    new = Path(site.manage("backup", "--keep", "2").strip())
    left = {f"diary-20260102-000000{suffix}", f"before-restore-1{suffix}", "me", new.name}
    assert {path.name for path in folder.iterdir()} == left


class TestOptions:
    def test_keep_goes_with_dated_files_only(self, tmp_path: Path) -> None:
        for options in ({"file": tmp_path / "x", "keep": 3}, {"keep": 0}):
            with pytest.raises(CommandError, match="--keep goes with dated files only"):
                call_command("backup", **options)

    def test_dated_files_sort_by_age(self, settings: Settings, tmp_path: Path, db: None) -> None:
        settings.DATA_DIR = tmp_path
        assert dated_file("diary").name.startswith("diary-20")
        assert dated_file("diary").parent == tmp_path / "backups"

    def test_a_file_system_without_hard_links_overwrites_nothing_either(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError("no links here")

        monkeypatch.setattr(os, "link", refuse)
        (tmp_path / "part").write_text("new")
        backups._place(tmp_path / "part", tmp_path / "target")
        assert (tmp_path / "target").read_text() == "new"
        (tmp_path / "part").write_text("newer")
        with pytest.raises(FileExistsError):
            backups._place(tmp_path / "part", tmp_path / "target")
        assert (tmp_path / "target").read_text() == "new"


class TestWhatSQLiteRefuses:
    def test_a_database_that_is_not_there_is_not_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite, "database", lambda: tmp_path / "none.sqlite3")
        with pytest.raises(BackupTrouble, match="There is no database"):
            sqlite.copy_to(tmp_path / "copy")
        assert list(tmp_path.iterdir()) == []

    def test_no_room_is_said_in_words(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "x.sqlite3").touch()
        monkeypatch.setattr(sqlite, "database", lambda: tmp_path / "x.sqlite3")
        with pytest.raises(BackupTrouble, match="could not be written"):
            sqlite.copy_to(tmp_path / "no folder" / "copy")


class TestHeld:
    """SQLite's file held for one process alone."""

    @pytest.fixture
    def file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A database with the write-ahead log, as the diary's is."""
        file = tmp_path / "x.sqlite3"
        with closing(sqlite3.connect(file, autocommit=True)) as made:
            made.execute("PRAGMA journal_mode=WAL")
            made.execute("CREATE TABLE note (text)")
        monkeypatch.setattr(sqlite, "database", lambda: file)
        monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0.2)
        return file

    def test_nobody_else_reads_or_writes_meanwhile(self, file: Path) -> None:
        with sqlite.held(), closing(sqlite3.connect(file, timeout=0, autocommit=True)) as other:
            for what in ("SELECT * FROM note", "INSERT INTO note VALUES ('x')", "PRAGMA journal_mode=WAL"):
                with pytest.raises(sqlite3.OperationalError, match="locked"):
                    other.execute(what).fetchall()
        with closing(sqlite3.connect(file, autocommit=True)) as after:
            assert after.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            after.execute("INSERT INTO note VALUES ('x')")

    def test_a_server_that_has_it_open_is_named_as_the_reason(self, file: Path) -> None:
        with closing(sqlite3.connect(file, autocommit=True)) as other:
            other.execute("SELECT * FROM note").fetchall()
            with pytest.raises(BackupTrouble, match="Stop the server and the worker"), sqlite.held():
                pass
            other.execute("INSERT INTO note VALUES ('goes on')")
