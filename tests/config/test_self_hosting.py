"""`docs/self-hosting.md` says what is so: every setting, and a backup that can be read."""

import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "self-hosting.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")


def read_by_settings(kind: str = "[a-z_]+") -> set[str]:
    """The environment variables that the settings read."""
    return set(re.findall(rf'(?:ENVIRONMENT|env)\.{kind}\(\s*"([A-Z_]+)"', SETTINGS))


def documented(mark: str = "") -> set[str]:
    """The variables in the first column of the table; with `*`, those that may be given as a file."""
    cells = re.findall(r"^\| (`[A-Z_`*, ]+) \|", TEXT, re.MULTILINE)
    return {name for cell in cells for name in re.findall(rf"`([A-Z_]+)`{re.escape(mark)}", cell)}


def test_every_setting_is_described_and_no_other() -> None:
    assert documented() == read_by_settings()


def test_those_marked_may_be_given_as_a_file() -> None:
    assert documented(" *") == read_by_settings("(?:text|site_url|secret_key|service)")


def test_the_backup_is_whole_though_the_diary_is_in_use(tmp_path: Path) -> None:
    (line,) = re.findall(r"^\.venv/bin/python -c .*VACUUM INTO.*$", TEXT, re.MULTILINE)
    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data" / "diary.sqlite3", autocommit=True) as diary:
        diary.execute("PRAGMA journal_mode=WAL")
        diary.execute("CREATE TABLE episode (note TEXT)")
        diary.execute("INSERT INTO episode VALUES ('left calf')")
        command = [sys.executable, *shlex.split(line)[1:]]
        subprocess.run(command, cwd=tmp_path, check=True)
    diary.close()
    copy = sqlite3.connect(tmp_path / "data" / "backup.sqlite3")
    assert copy.execute("SELECT note FROM episode").fetchall() == [("left calf",)]
    copy.close()
