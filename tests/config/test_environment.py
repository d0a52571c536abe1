"""What the environment may hold, and what is said when it holds something else."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.environment import Environment

GOOD_KEY = "".join(chr(48 + number) for number in range(60))


def problem(environment: Environment) -> tuple[int, str, str]:
    (found,) = environment.problems
    return found.number, found.message, found.hint


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("TRUE", True), (" yes ", True), ("on", True), ("0", False), ("Off", False)]
)
def test_a_flag_is_read_strictly(value: str, meant: bool) -> None:
    environment = Environment({"DEBUG": value})
    assert environment.flag("DEBUG", default=not meant) is meant
    assert environment.problems == []


@pytest.mark.parametrize("value", ["maybe", "2", "-1", "truee", "null"])
def test_a_flag_that_is_neither_keeps_the_default_and_says_so(value: str) -> None:
    environment = Environment({"DEBUG": value})
    assert environment.flag("DEBUG", default=False) is False
    assert problem(environment) == (2, "DEBUG is neither true nor false", "Set DEBUG to true or to false.")


def test_what_is_not_set_is_the_default() -> None:
    environment = Environment({"EMPTY": "  "})
    assert environment.flag("DEBUG", default=True)
    assert environment.flag("EMPTY", default=True)
    assert environment.text("NAME", "x") == "x"
    assert environment.text("EMPTY", "x") == "x"
    assert environment.number("COUNT", default=7) == 7
    assert environment.choice("KIND", ("a", "b"), default="b") == "b"
    assert environment.names("NAMES") == []
    assert environment.problems == []


@pytest.mark.parametrize("value", ["-1", "10", "1.5", "1e308", "NaN", "²", "x"])
def test_a_number_outside_its_range_is_said(value: str) -> None:
    environment = Environment({"COUNT": value})
    assert environment.number("COUNT", default=1, most=9) == 1
    assert problem(environment) == (3, "COUNT is not a whole number", "Set COUNT to a number from 0 to 9.")


def test_a_choice_is_one_of_its_words() -> None:
    assert Environment({"KIND": " TLS "}).choice("KIND", ("tls", "none"), default="none") == "tls"
    environment = Environment({"KIND": "ssl"})
    assert environment.choice("KIND", ("tls", "none"), default="none") == "none"
    assert problem(environment) == (4, "KIND has an unknown value", "Set KIND to one of: tls, none.")


@pytest.mark.parametrize(
    "value",
    [
        "diary.example.org",
        "ftp://diary.example.org",
        "https://",
        "https://a/path",
        "https://a?b",
        "https://[bad",
        "http://a:x",
        "http://a:99999",
    ],
)
def test_an_address_that_is_none_is_said(value: str) -> None:
    environment = Environment({"SITE_URL": value})
    assert environment.site_url("SITE_URL", "http://localhost:8000").netloc == "localhost:8000"
    assert problem(environment)[0] == 5
    assert "https://diary.example.org" in problem(environment)[2]


@pytest.mark.parametrize("value", ["https://diary.example.org", "http://localhost:8000/", "http://[::1]:8000"])
def test_an_address_of_a_site(value: str) -> None:
    environment = Environment({"SITE_URL": value})
    assert environment.site_url("SITE_URL", "http://x").geturl() == value.rstrip("/")
    assert environment.problems == []


def parse(address: str) -> dict[str, Any]:
    if "bad" in address:
        raise ValueError(address)
    return {"NAME": address}


@pytest.mark.parametrize("value", ["garbage", "mysql://x/y", "sqlite:bad", "sqlite://bad"])
def test_a_service_that_cannot_be_read_is_said(value: str) -> None:
    environment = Environment({"DATABASE_URL": value})
    found = environment.service("DATABASE_URL", "sqlite://x", parse, ("postgres", "sqlite"))
    assert found == {"NAME": "sqlite://x"}
    hint = "Set DATABASE_URL to an address that begins with postgres:// or sqlite://."
    assert problem(environment) == (8, "DATABASE_URL can't be read", hint)


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from the file\n")
    environment = Environment({"SMTP_PASSWORD_FILE": str(tmp_path / "password"), "SMTP_PASSWORD": "ignored"})
    assert environment.text("SMTP_PASSWORD") == "from the file"

    environment = Environment({"SMTP_PASSWORD_FILE": str(tmp_path / "missing")})
    assert environment.text("SMTP_PASSWORD", "default") == "default"
    assert problem(environment)[0] == 1


@pytest.mark.parametrize("key", ["short", "a" * 80])
def test_a_key_that_can_be_guessed_is_said(key: str, tmp_path: Path) -> None:
    environment = Environment({"SECRET_KEY": key})
    environment.secret_key("SECRET_KEY", tmp_path)
    assert problem(environment)[0] == 6
    assert not list(tmp_path.iterdir())


def test_a_good_key_is_taken_and_no_other_made(tmp_path: Path) -> None:
    environment = Environment({"SECRET_KEY": GOOD_KEY})
    assert environment.secret_key("SECRET_KEY", tmp_path) == GOOD_KEY
    assert environment.problems == []
    assert not list(tmp_path.iterdir())


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    first = Environment({}).secret_key("SECRET_KEY", folder)
    assert len(first) > 80
    assert Environment({}).secret_key("SECRET_KEY", folder) == first
    assert [path.name for path in folder.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = Environment({})
    assert len(environment.secret_key("SECRET_KEY", tmp_path / "file" / "data")) > 80
    assert problem(environment)[0] == 7

    environment = Environment({})
    assert not environment.can_write(tmp_path / "file" / "data")
    assert problem(environment)[0] == 9
    assert Environment({}).can_write(tmp_path / "fine")


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from config.environment import Environment;"
        "sys.stdin.readline(); print(Environment({}).secret_key('SECRET_KEY', Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, **pipes, env={**os.environ}) for _ in range(4)]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    keys = {process.communicate()[0].strip() for process in started}
    assert len(keys) == 1
    assert keys == {(tmp_path / "secret_key").read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_key_that_another_process_made_in_between_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "exists", lambda path: False)  # both looked before either wrote
    first = Environment({}).secret_key("SECRET_KEY", tmp_path)
    assert Environment({}).secret_key("SECRET_KEY", tmp_path) == first
