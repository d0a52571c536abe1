"""One form in two tabs: what the other one saved meanwhile is told, and replaced only by who has seen it.

A form goes out with a mark of what was stored then. Where it comes back and something else is stored by now,
nothing is saved: it is shown again with what was typed, with what is stored, and with the mark of that.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from diary.wording import date_words

Stored = Mapping[str, Any]


class Unseen(Exception):  # noqa: N818
    """Something was saved meanwhile that the form was not made from; holds what is stored now."""

    def __init__(self, stored: Stored) -> None:
        super().__init__()
        self.stored = stored


class SeenForm(forms.Form):
    """A form over something that is stored already."""

    seen = ""
    unseen: list[tuple[str, str]] = []

    @property
    def is_refused(self) -> bool:
        """Whether it comes back unsaved, for a mistake or for what somebody else saved meanwhile."""
        return bool(self.errors or self.unseen)

    def shows(self, stored: Stored) -> None:
        """Remember what is stored of the fields, by their names, as the form goes out."""
        # One that comes back with a mistake in it has still seen no more than before.
        self.seen = str(self.data.get("seen", "")) if self.is_bound else mark_of(stored)

    def refuse_unseen(self, before: Stored, after: Stored) -> None:
        """Raise Unseen if saving would turn `before` into `after` and the person has never seen `before`.

        A form without a mark, as a program sends it, is taken as it is; so is a second tap, which changes nothing.
        """
        sent = self.data.get("seen", "")
        if sent and sent != mark_of(before) and dict(before) != dict(after):
            raise Unseen(before)

    def tell(self, stored: Stored) -> None:
        """Show what is stored now; sent once more, the form replaces that."""
        self.seen = mark_of(stored)
        self.unseen = [(str(self.fields[name].label or ""), self._words(name, stored[name])) for name in stored]

    def _words(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return gettext("not entered")
        if isinstance(value, dt.date):
            return date_words(value)
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        choices = getattr(self.fields.get(name), "choices", ())
        flat = [pair for key, words in choices for pair in (words if isinstance(words, list) else [(key, words)])]
        return str(dict(flat).get(value, value))


def mark_of(stored: Stored) -> str:
    """The same for the same values, and short."""
    text = "\x00".join(f"{name}={stored[name]!r}" for name in sorted(stored))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
