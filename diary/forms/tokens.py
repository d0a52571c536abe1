"""A new access token."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    """What a program is called, what it may do, and for how long."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("What is it for?"),
        max_length=100,
        help_text=_("For example “Button by the bed”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    may_log = forms.BooleanField(label=_("Log entries and mark days"), required=False)
    may_read = forms.BooleanField(label=_("Read days and what was found"), required=False)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        choices=[("30", _("30 days")), ("365", _("a year")), ("", _("until you revoke it"))],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        kwargs["initial"] = {"id": uuid.uuid4(), "may_log": True, "days": "365"}
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("may_log") and not data.get("may_read"):
            self.add_error("may_log", _("Choose at least one."))
        return data

    def expires_on(self) -> dt.date | None:
        """The last day; None for ever."""
        days: int | None = self.cleaned_data["days"]
        return None if days is None else self.today + dt.timedelta(days=days)
