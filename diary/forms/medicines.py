"""A medicine or supplement and the days on which it was taken."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diary.forms.dates import DayField
from diary.forms.seen import SeenForm
from diary.models import Medicine
from diary.wording import date_words

FURTHEST = dt.timedelta(days=366)


class MedicineForm(SeenForm):
    """All but the name may stay empty; a course that is planned may begin within a year."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Write what it is called.")},
    )
    started_on = DayField(label=_("From"), required=False)
    stopped_on = DayField(label=_("Until"), required=False)

    def __init__(self, data: Any = None, *, today: dt.date, medicine: Medicine | None = None) -> None:
        kept = medicine or Medicine()
        initial = {name: getattr(kept, name) for name in ("id", "name", "started_on", "stopped_on")}
        super().__init__(data, initial=initial)
        if medicine:
            self.shows(stored_of(medicine))
        self.latest = today + FURTHEST
        for name in ("started_on", "stopped_on"):
            self.fields[name].widget.attrs["max"] = self.latest.isoformat()

    def clean_started_on(self) -> dt.date | None:
        """Not more than a year ahead."""
        return self._not_too_late("started_on")

    def clean_stopped_on(self) -> dt.date | None:
        """Not more than a year ahead, and not before the first day."""
        stopped = self._not_too_late("stopped_on")
        started = self.cleaned_data.get("started_on")
        if started and stopped and stopped < started:
            message = gettext("This is before the first day (%(date)s).")
            raise forms.ValidationError(message % {"date": date_words(started)})
        return stopped

    def medicine(self, kept: Medicine | None = None) -> Medicine:
        """The medicine as it was typed, as a new row or in the place of `kept`.

        What a file said beside stays; but it no longer counts as brought in, so that Undo of an import leaves it.
        """
        values = {name: self.cleaned_data[name] for name in ("name", "started_on", "stopped_on")}
        if kept:
            return Medicine(pk=kept.pk, source_id=kept.source_id, extra=kept.extra, **values)
        return Medicine(pk=self.cleaned_data["id"], **values)

    def renew(self) -> None:
        """Give the form a new id: the one it came with belongs to somebody else."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["id"] = str(uuid.uuid4())
        self.data = data
        self.add_error(None, gettext("This could not be saved. Please press Save once more."))

    def _not_too_late(self, name: str) -> dt.date | None:
        date: dt.date | None = self.cleaned_data[name]
        if date and date > self.latest:
            raise forms.ValidationError(gettext("This is more than a year ahead."))
        return date


def stored_of(medicine: Medicine) -> dict[str, Any]:
    """What the form shows of a medicine."""
    return {name: getattr(medicine, name) for name in ("name", "started_on", "stopped_on")}
