"""What people choose about reminders."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ReminderForm(forms.Form):
    """The time on the wall, and whether an e-mail comes."""

    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={
            "required": _("Choose a time."),
            "invalid": _("This is not a time. Write it like 21:40."),
        },
    )
    by_mail = forms.BooleanField(label=_("Send me an e-mail"), required=False)

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean_by_mail(self) -> bool:
        """Only to an address that its owner has confirmed."""
        by_mail: bool = self.cleaned_data["by_mail"]
        if by_mail and not self.address:
            raise forms.ValidationError(gettext("Confirm your e-mail address first."))
        return by_mail
