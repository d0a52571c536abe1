"""What can be wrong with a file or a row of it, in words that are translated when they are shown."""

from typing import Any

from django.utils.translation import gettext


class Wrong(Exception):  # noqa: N818
    """A row that can't be taken, and why."""

    def __init__(self, reason: str, **params: Any) -> None:
        super().__init__(reason, params)
        self.reason = reason
        self.params = params


class FileRefused(Exception):  # noqa: N818
    """A file that can't be taken at all, and why."""

    def __init__(self, reason: str, **params: Any) -> None:
        super().__init__(reason, params)
        self.reason = reason
        self.params = params


def in_words(reason: str, params: dict[str, Any]) -> str:
    """The reason in the reader's language."""
    return gettext(reason) % params if params else gettext(reason)
