"""No room to write: words that say so, what was typed kept, nothing lost, and it works again when there is room."""

import resource
import subprocess
from contextlib import closing
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.durability.served import ON_SQLITE, TOKEN, Diary, PostgreSQL, SQLite
from tests.durability.test_database_away import imports, kept, notes, twitch, upload, waiting

pytestmark = pytest.mark.database

# A file can't grow beyond this. Each write fails then, as on a disk that is full, without one having to be filled.
SMALL = 4096
FULL_IN_POSTGRESQL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON diary_diarist EXECUTE FUNCTION full_disk();
CREATE TRIGGER full_disk BEFORE INSERT ON diary_importchunk EXECUTE FUNCTION full_disk();
"""
ROOM_IN_POSTGRESQL = "DROP FUNCTION full_disk CASCADE"


class Disk:
    """The one below a diary."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary

    def is_full(self) -> None:
        """From now on."""
        if isinstance(self.diary.database, PostgreSQL):
            self.run(FULL_IN_POSTGRESQL)
        self.limit(SMALL)

    def has_room(self) -> None:
        """Again."""
        if isinstance(self.diary.database, PostgreSQL):
            self.run(ROOM_IN_POSTGRESQL)
        self.limit(resource.RLIM_INFINITY)

    def limit(self, size: int) -> None:
        """Of the files that the server writes, SQLite's and those of an upload."""
        for pid in self.diary.processes():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def run(self, script: LiteralString) -> None:
        """In the database."""
        with closing(psycopg.connect(self.diary.database.url, autocommit=True)) as connection:
            connection.execute(script)


def test_the_disk_is_full_for_a_while(diary: Diary) -> None:
    diary.start()
    assert diary.post("/episodes/", twitch("before")).status == 302
    assert diary.get("/patterns/").status == 200
    # The worker beside a server keeps the database open; without anybody the log would need room to be made anew.
    held = diary.database.held()
    disk = Disk(diary)
    disk.is_full()

    typed = twitch("typed on a full disk " + "ö" * 200)
    refused = diary.post("/episodes/", typed)
    assert (refused.status, refused.headers["Retry-After"], kept(refused)) == (503, "60", typed)
    assert "Not saved yet, but nothing is lost" in refused.body
    assert "The disk that the diary is kept on is full" in refused.body
    by_htmx = diary.post("/episodes/", typed, **{"HX-Request": "true"})
    assert (by_htmx.status, by_htmx.headers["X-Kept"]) == (503, "full")
    device = waiting(diary, twitch("on a device"))
    assert diary.post("/offline/entry/", device).status == 503
    program = {"id": "button 1", "location": "shin", "side": "left", "note": "by a program"}
    called = diary.call("/api/v1/episodes", program, diary.owner["tokens"][0])
    assert (called.status, called.headers["Content-Type"]) == (503, "application/problem+json")
    assert "no room left" in called.body
    if ON_SQLITE:
        # Tries are counted in the same file.
        stranger = {"Cookie": f"csrf={TOKEN}"}
        tried = diary.post("/accounts/login/", {"login": "somebody", "password": "a guess"}, **stranger)
        assert (tried.status, tried.headers["X-Kept"]) == (503, "full")
    file = upload(diary, size=100_000)
    assert (file.status, file.headers["X-Kept"]) == (503, "full")
    assert "The file was not taken. It is still on your device" in file.body
    assert imports(diary) == []
    # What there is can be read, and taken out.
    for path in ("/", "/days/", "/timeline/", "/data/"):
        page = diary.get(path)
        assert page.status == 200, path
    assert '"before"' in diary.get("/data/export/json/").body
    assert notes(diary) == ["before"]
    assert diary.database.troubles() == []

    disk.has_room()
    assert diary.post("/episodes/", kept(refused)).status == 302
    assert diary.post("/offline/entry/", device).status == 201
    assert diary.call("/api/v1/episodes", program, diary.owner["tokens"][0]).status == 201
    assert upload(diary, size=100_000).status == 302
    assert notes(diary) == ["before", "by a program", "on a device", typed["note"]]
    held.close()
    assert diary.database.troubles() == []


@pytest.mark.skipif(not ON_SQLITE, reason="a file system for SQLite")
def test_a_small_disk_is_really_filled(diary: Diary) -> None:
    folder = Path(f"{diary.data}/small")
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], check=False).returncode:  # noqa: S607
        pytest.skip("may not mount a small file system here")
    try:
        fill_and_free(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S607


def fill_and_free(folder: Path) -> None:
    """Write until it says that there is no more room, then make some."""
    with Diary(SQLite(folder / "diary.sqlite3"), folder.parent) as diary:
        ballast = folder / "ballast"
        diary.start()
        assert diary.post("/episodes/", twitch("first")).status == 302
        with ballast.open("wb") as file:
            try:
                while True:
                    file.write(bytes(4096))
                    file.flush()
            except OSError:
                pass
        saved = ["first"]
        for number in range(2000):
            typed = twitch(f"{number} " + "x" * 1900)
            answer = diary.post("/episodes/", typed)
            if answer.status == 503:
                break
            saved.append(typed["note"])
        assert answer.headers["X-Kept"] == "full"
        # Where not even SQLite's small file of locks has room, nothing can be read either.
        assert diary.get("/").status in {200, 503}
        ballast.unlink()
        assert notes(diary) == sorted(saved)
        assert diary.database.troubles() == []
        assert diary.post("/episodes/", kept(answer)).status == 302
        assert notes(diary) == sorted([*saved, typed["note"]])


@pytest.mark.skipif(not ON_SQLITE, reason="pg_dump says it itself")
def test_no_half_of_a_backup_is_left(diary: Diary) -> None:
    def limit() -> None:
        # Enough to open the database, too little for a copy.
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    target = diary.data / "copies" / "diary.sqlite3"
    done = diary.manage("backup", str(target), preexec_fn=limit)
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: No backup was made.")
    assert "Traceback" not in done.stderr
    assert list(target.parent.iterdir()) == []
    assert diary.manage("backup", str(target)).returncode == 0
    assert target.is_file()
