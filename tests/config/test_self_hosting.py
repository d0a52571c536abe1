"""`docs/self-hosting.md` says what is so: every setting, and how backups are made."""

import re
from pathlib import Path

from django.core.management import load_command_class

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


def test_the_commands_for_backups_are_there_with_these_options() -> None:
    lines = re.findall(r"manage\.py ((?:backup|restore)[^#`\n]*)", TEXT)
    assert {line.split()[0] for line in lines} == {"backup", "restore"}
    for line in lines:
        name, *arguments = line.split()
        parser = load_command_class("config", name).create_parser("manage.py", name)
        assert parser.parse_args(arguments)


def test_the_cron_line_names_a_time_of_day() -> None:
    (line,) = re.findall(r"^([\d*]+ [\d*]+ \* \* \*)  cd .* manage\.py backup --keep 14$", TEXT, re.MULTILINE)
    assert line == "15 2 * * *"
