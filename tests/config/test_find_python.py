"""`scripts/find-python` with made-up interpreters: which one it takes, and what it says when none fits."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "find-python"

Make = Callable[[str, bool], Path]
Find = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def interpreter(tmp_path: Path) -> Make:
    """Makes something that answers like a Python that fits, or like one that does not."""

    def make(name: str, fits: bool) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nexit {0 if fits else 1}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Runs the script where it sees nothing but the made-up interpreters."""

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        paths = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home")}
        (tmp_path / "bin").mkdir(exist_ok=True)
        if not (tmp_path / "bin" / "cat").exists():
            (tmp_path / "bin" / "cat").symlink_to("/bin/cat")
        command = ["/bin/sh", str(SCRIPT)]
        return subprocess.run(command, env=paths | environment, capture_output=True, text=True, check=False)

    return run


def test_3_13_comes_first(interpreter: Make, find: Find) -> None:
    interpreter("bin/python3", True)
    interpreter("bin/python3.14", True)
    best = interpreter("bin/python3.13", True)
    assert find().stdout == f"{best}\n"


def test_one_that_does_not_fit_is_passed_over(interpreter: Make, find: Find) -> None:
    interpreter("bin/python3.13", False)
    interpreter("bin/python3.14", False)
    good = interpreter("bin/python3.12", True)
    assert find().stdout == f"{good}\n"


def test_pyenv_comes_before_a_newer_one_on_the_path(interpreter: Make, find: Find) -> None:
    interpreter("bin/python3.14", True)
    interpreter("bin/python3", False)
    best = interpreter("home/.pyenv/versions/3.13.2/bin/python", True)
    assert find().stdout == f"{best}\n"


def test_pyenv_may_be_anywhere_even_in_a_folder_with_spaces(interpreter: Make, find: Find, tmp_path: Path) -> None:
    best = interpreter("my tools/pyenv/versions/3.13.2/bin/python", True)
    assert find(PYENV_ROOT=str(tmp_path / "my tools" / "pyenv")).stdout == f"{best}\n"


def test_the_one_that_is_asked_for_wins(interpreter: Make, find: Find) -> None:
    interpreter("bin/python3.13", True)
    wanted = interpreter("elsewhere/python", True)
    found = find(PYTHON=str(wanted))
    assert (found.stdout, found.stderr) == (f"{wanted}\n", "")


def test_one_that_is_asked_for_but_too_old_is_named(interpreter: Make, find: Find) -> None:
    other = interpreter("bin/python3.13", True)
    wanted = interpreter("elsewhere/python", False)
    found = find(PYTHON=str(wanted))
    assert found.stdout == f"{other}\n"
    assert f"PYTHON={wanted} does not fit" in found.stderr


def test_none_at_all_says_what_to_install(interpreter: Make, find: Find) -> None:
    interpreter("bin/python3", False)
    found = find()
    assert (found.returncode, found.stdout) == (1, "")
    assert "Python 3.12 or newer" in found.stderr
    assert "apt-get install python3 python3-venv" in found.stderr
    assert "PYTHON=/path/to/python3.13" in found.stderr
