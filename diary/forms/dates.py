"""A field for a day."""

from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from diary.moments import EARLIEST

TOO_EARLY = _("Choose a day from 1900 on.")


class DayField(forms.DateField):
    """A day since 1900 in the browser's own date picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": EARLIEST.isoformat()})
        messages = {"invalid": _("This is not a date. Write it like 2026-11-23.")}
        kwargs = {"widget": widget, "error_messages": messages, **kwargs}
        super().__init__(validators=[MinValueValidator(EARLIEST, message=TOO_EARLY)], **kwargs)
