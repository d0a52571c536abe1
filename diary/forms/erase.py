"""What is to be deleted for good."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diary.forms.days import place_key, place_label
from diary.forms.episode import checked_date, date_field


class DayForm(forms.Form):
    """A day of the diary."""

    date = date_field(label=_("Day"))

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["date"].widget.attrs["max"] = today.isoformat()

    def clean_date(self) -> dt.date:
        """A day that a diary may hold."""
        date: dt.date = self.cleaned_data["date"]
        return checked_date(date, self.today)


class SpotForm(forms.Form):
    """A place that the person ever logged."""

    spot = forms.TypedChoiceField(
        label=_("Spot"),
        error_messages={"invalid_choice": _("There is no entry at this place. Choose one of the list.")},
    )

    def __init__(self, *args: Any, places: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {place_key(*place): place for place in places}
        field: Any = self.fields["spot"]
        field.choices = [("", _("Choose …")), *((key, place_label(*place)) for key, place in known.items())]
        field.coerce = known.__getitem__


class AccountForm(forms.Form):
    """The last word before an account goes."""

    sure = forms.BooleanField(
        label=_("Yes, delete my account and everything in it"),
        error_messages={"required": _("Tick this if you really want to delete everything.")},
    )
