"""Reads the process environment for the settings and remembers what is wrong with it.

A wrong value does not stop the import of the settings with a traceback; it becomes a numbered system check
(`config/checks.py`) that says which variable to set to what.
"""

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong variable: the number of its check, what is wrong, and what to set."""

    number: int
    message: str
    hint: str


class Environment:
    """Typed access to environment variables; every wrong value is collected in `problems`."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.problems: list[Problem] = []

    def text(self, name: str, default: str = "") -> str:
        """The value of `name`, or the content of the file that `NAME_FILE` points to."""
        if path := self._values.get(f"{name}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                self._problem(1, f"{name}_FILE can't be read: {error.strerror}", "Set it to a readable file.")
                return default
        return self._values.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        """A strict boolean: 1/true/yes/on or 0/false/no/off, in any case."""
        value = self._values.get(name, "").strip().lower()
        if value in TRUE | FALSE:
            return value in TRUE
        if value:
            self._problem(2, f"{name} is neither true nor false", f"Set {name} to true or to false.")
        return default

    def number(self, name: str, *, default: int, least: int = 0, most: int = 65_535) -> int:
        """A whole number from `least` to `most`."""
        value = self._values.get(name, "").strip()
        if not value:
            return default
        if value.isdecimal() and least <= int(value) <= most:
            return int(value)
        self._problem(3, f"{name} is not a whole number", f"Set {name} to a number from {least} to {most}.")
        return default

    def choice(self, name: str, choices: tuple[str, ...], *, default: str) -> str:
        """One of `choices`."""
        value = self._values.get(name, "").strip().lower()
        if value in choices:
            return value
        if value:
            self._problem(4, f"{name} has an unknown value", f"Set {name} to one of: {', '.join(choices)}.")
        return default

    def site_url(self, name: str, default: str) -> SplitResult:
        """The address people type: scheme and host, and a port where it is not the usual one."""
        with contextlib.suppress(ValueError):
            url = urlsplit(self.text(name, default).rstrip("/"))
            is_port = url.port is None or url.port > 0  # raises ValueError for what is no port
            if url.scheme in {"http", "https"} and url.hostname and is_port and not url.path and not url.query:
                return url
        self._problem(5, f"{name} is not the address of a site", f"Set {name} to e.g. https://diary.example.org.")
        return urlsplit(default)

    def service(
        self, name: str, default: str, parse: Callable[[str], dict[str, Any]], kinds: tuple[str, ...]
    ) -> dict[str, Any]:
        """The settings that an address such as postgres://user:password@host/name stands for."""
        address = self.text(name, default)
        if address.startswith(tuple(f"{kind}://" for kind in kinds)):
            with contextlib.suppress(ValueError):
                return parse(address)
        wanted = " or ".join(f"{kind}://" for kind in kinds[:2])
        self._problem(8, f"{name} can't be read", f"Set {name} to an address that begins with {wanted}.")
        return parse(default)

    def can_write(self, folder: Path) -> bool:
        """Whether files can be made in `folder`, which is made where it is missing."""
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.access(folder, os.W_OK | os.X_OK):
            return True
        self._problem(9, f"{folder} can't be written to", "Set DIARY_DATA_DIR to a folder that can be written to.")
        return False

    def names(self, name: str) -> list[str]:
        """A list of values separated by commas."""
        return [part.strip() for part in self._values.get(name, "").split(",") if part.strip()]

    def secret_key(self, name: str, data_dir: Path) -> str:
        """The secret from the environment, else the one kept in the data folder, made on the first start."""
        if key := self.text(name):
            if len(key) < 50 or len(set(key)) < 5:
                self._problem(6, f"{name} is too easy to guess", "Set it to at least 50 random characters.")
            return key
        return self._kept_key(data_dir / "secret_key")

    def _kept_key(self, path: Path) -> str:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                self._make_key(path)
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            hint = "Set DIARY_DATA_DIR to a folder that the app may write to, or set SECRET_KEY."
            self._problem(7, f"No secret key can be kept in the data folder: {error.strerror}", hint)
            return secrets.token_urlsafe(64)

    @staticmethod
    def _make_key(path: Path) -> None:
        """Two processes that start together must end up with one whole key: write aside, then link."""
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()

    def _problem(self, number: int, message: str, hint: str) -> None:
        self.problems.append(Problem(number, message, hint))
