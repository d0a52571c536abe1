"""The lock files: exact versions with hashes, in step with pyproject.toml, and no word of where they came from."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ["requirements.lock", "requirements-celery.lock", "requirements-push.lock", "requirements-dev.lock"]
CELERY = PROJECT["project"]["optional-dependencies"]["celery"]
PUSH = PROJECT["project"]["optional-dependencies"]["push"]
PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)(\[[a-z0-9,-]+\])?==(?P<version>[^\s;]+)")


def entries(lock: str) -> list[str]:
    """The requirements of a lock file, each with its continuation lines."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = [line for line in text.replace("\\\n", "").splitlines() if line and not line.lstrip().startswith("#")]
    assert all(not line[0].isspace() for line in lines)
    return lines


def versions(lock: str) -> dict[str, set[str]]:
    """{name: versions}; more than one where it depends on the platform."""
    found: dict[str, set[str]] = {}
    for entry in entries(lock):
        match = PINNED.match(entry)
        assert match, entry
        found.setdefault(match["name"], set()).add(match["version"])
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_exact_and_has_hashes(lock: str) -> None:
    assert len(entries(lock)) > 10
    for entry in entries(lock):
        assert PINNED.match(entry), entry
        hashes = re.findall(r"--hash=(\S+)", entry)
        assert hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes)


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_stands_in_it(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host|@ file|^-e|^/", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-celery.lock", PROJECT["project"]["dependencies"] + CELERY),
        ("requirements-push.lock", PROJECT["project"]["dependencies"] + PUSH),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_it_holds_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    locked = versions(lock)
    for requirement in wanted:
        name, _, version = requirement.partition("==")
        found = locked[re.sub(r"\[.*\]", "", name)]
        assert found == {version} or not version


@pytest.mark.parametrize("lock", LOCKS[:-1])
def test_what_is_tested_is_what_runs(lock: str) -> None:
    tested = versions("requirements-dev.lock")
    for name, found in versions(lock).items():
        assert tested[name] == found


def test_each_dependency_has_its_reason() -> None:
    record = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8")
    wanted = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"] + CELERY + PUSH
    names = {re.sub(r"[\[=].*", "", requirement) for requirement in wanted}
    assert names <= set(re.findall(r"^\| (\S+) \|", record, re.MULTILINE))
