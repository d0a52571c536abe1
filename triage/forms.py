"""What the pages of triage take in."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from triage.models import Finding


class DiscussedForm(forms.Form):
    """On which day a finding was discussed with a doctor."""

    on = forms.DateField(
        label=_("Discussed with my doctor on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Please choose the day."), "invalid": _("This is not a date.")},
    )

    def __init__(self, data: QueryDict | None = None, *, finding: Finding, today: dt.date) -> None:
        on = finding.acknowledged_on or today
        super().__init__(data, auto_id=f"id_{finding.pk}_%s", initial={"on": on})
        self.finding, self.today = finding, today
        self.fields["on"].widget.attrs["max"] = today.isoformat()

    def clean_on(self) -> dt.date:
        """A day that has come."""
        on: dt.date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(gettext("This day has not come yet."))
        return on
