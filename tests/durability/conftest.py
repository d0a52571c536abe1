"""A database of its own for each test, of the kind that the suite runs on."""

import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.durability.served import ON_SQLITE, Database, Diary, PostgreSQL, SQLite, can_be_made


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    """An empty one."""
    if ON_SQLITE:
        yield SQLite(tmp_path / "diary.sqlite3")
        return
    if not can_be_made():
        pytest.skip("PostgreSQL's own programs (initdb, pg_ctl) are not here")
    # Another user has to reach it, and paths of sockets are short.
    folder = Path(tempfile.mkdtemp(prefix="diary-", dir="/tmp"))
    cluster = PostgreSQL.make(folder)
    yield cluster
    cluster.stop("immediate")
    shutil.rmtree(folder)


@pytest.fixture
def diary(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Generator[Diary]:
    """One without entries, whose server is not started yet; its parameter is more of an environment for it."""
    if sys.platform != "linux":
        pytest.skip("looks at processes as Linux shows them")
    with Diary(database, tmp_path, getattr(request, "param", {})) as made:
        yield made
