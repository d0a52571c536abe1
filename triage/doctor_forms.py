"""What is chosen and typed for the doctor's page, its appointments and its share links."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from diary.forms.dates import DayField
from diary.forms.seen import SeenForm
from diary.models import NOTE_LENGTH
from triage.models import Appointment, DoctorTexts
from triage.sharing import LONGEST_DAYS, USUAL_DAYS
from triage.summary.choice import USUAL_PARTS, Choice
from triage.wording import say

QUARTER = dt.timedelta(days=90)
PERIODS = {
    "onset": _("Since the first entry"),
    "appointment": _("Since the last appointment"),
    "quarter": _("The last 3 months"),
    "custom": _("From a day to a day"),
}
PARTS = {
    "name": _("Name"),
    "born": _("Date of birth"),
    "context": _("Sleep, caffeine, exercise, stress"),
    "medicines": _("Medicines"),
    "history": _("History"),
    "notes": _("Notes"),
    "questions": _("My questions"),
    "log": _("The whole log, on pages of its own"),
}
PAPERS = {"a4": "A4", "letter": "US Letter"}


class ChoiceForm(forms.Form):
    """From when to when, on what paper, in which language, with what; part of the address, nothing is kept."""

    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, widget=forms.RadioSelect)
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Until"), required=False)
    paper = forms.ChoiceField(label=_("Paper"), choices=PAPERS, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
    parts = forms.MultipleChoiceField(
        label=_("On the page"), choices=PARTS, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        today: dt.date,
        onset: dt.date | None,
        visit: dt.date | None,
        country: str = "",
    ) -> None:
        self.today, self.visit = today, visit
        self.starts = {"onset": onset or today, "appointment": visit or today, "quarter": today - QUARTER}
        usual = {
            "period": "onset" if visit is None else "appointment",
            "paper": "letter" if country in {"US", "CA"} else "a4",
            "language": get_language() or "en",
            "parts": sorted(USUAL_PARTS),
        }
        super().__init__(usual if data is None else data, initial=usual)
        for name in ("first", "last"):
            self.fields[name].widget.attrs["max"] = today.isoformat()
        if visit is None:
            choices = [(name, words) for name, words in PERIODS.items() if name != "appointment"]
            cast("forms.ChoiceField", self.fields["period"]).choices = choices

    def clean(self) -> dict[str, Any]:
        """The days of the period; only one that was typed can be wrong."""
        values = super().clean() or {}
        period = values.get("period")
        if period in self.starts:
            values["first"], values["last"] = min(self.starts[period], self.today), self.today
        elif period == "custom":
            first, last = values.get("first"), values.get("last") or self.today
            if first is None and "first" not in self.errors:
                self.add_error("first", gettext("Choose the first day."))
            elif first is not None and last < first:
                self.add_error("last", gettext("This is before the first day."))
            elif last > self.today:
                self.add_error("last", gettext("This day is still to come."))
            values["last"] = last
        return values

    def choice(self) -> Choice:
        """What was chosen; only of a valid form."""
        values = self.cleaned_data
        return Choice(
            values["first"], values["last"], values["paper"], values["language"], frozenset(values["parts"])
        )


class TextsForm(SeenForm):
    """What stays from one visit to the next."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    born_on = DayField(label=_("Date of birth"), required=False)
    questions = forms.CharField(
        label=_("My questions, one a line"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    history = forms.CharField(
        label=_("History: illnesses, family, what was tried, what worries me"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(self, data: Any, *, texts: DoctorTexts, name: str, today: dt.date) -> None:
        kept = {field: getattr(texts, field) for field in ("born_on", "questions", "history")}
        super().__init__(data, initial={"name": name, **kept})
        self.shows({"name": name, **kept})
        self.today = today
        self.fields["born_on"].widget.attrs |= {"max": today.isoformat(), "autocomplete": "bday"}

    def clean_born_on(self) -> dt.date | None:
        """Nobody is born tomorrow."""
        return not_later(self.cleaned_data["born_on"], self.today)


class NewRowForm(SeenForm):
    """A form whose row has its id before it is stored, so that sending it twice makes one row."""

    id = forms.UUIDField(widget=forms.HiddenInput)

    def renew(self) -> None:
        """Give the form a new id: the one it came with belongs to somebody else."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["id"] = str(uuid.uuid4())
        self.data = data
        self.add_error(None, gettext("This could not be saved. Please press Save once more."))


class AppointmentForm(NewRowForm):
    """The day of a visit, what came of it, and which findings were talked about."""

    date = DayField(label=_("Day"))
    note = forms.CharField(
        label=_("What came of it"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    discussed = forms.MultipleChoiceField(
        label=_("We talked about"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Any = None, *, today: dt.date, findings: Any = (), kept: Appointment | None = None
    ) -> None:
        row = kept or Appointment(date=today)
        super().__init__(data, initial={"id": row.pk, "date": row.date, "note": row.note})
        if kept:
            self.shows(stored_visit(kept))
        self.today = today
        self.fields["date"].widget.attrs["max"] = today.isoformat()
        self.fields["date"].error_messages["required"] = gettext("Choose the day.")
        self.fields["discussed"].choices = [  # type: ignore[attr-defined]
            (str(finding.pk), say(finding, today).line) for finding in findings
        ]

    def clean_date(self) -> dt.date | None:
        """What came of a visit is known afterwards."""
        return not_later(self.cleaned_data["date"], self.today)


def stored_visit(visit: Appointment) -> dict[str, Any]:
    """What the form shows of a visit."""
    return {"date": visit.date, "note": visit.note}


class ShareForm(NewRowForm):
    """How long a link works, and whether it asks for a passphrase."""

    days = forms.TypedChoiceField(
        label=_("It works for"),
        coerce=int,
        choices=[(7, _("7 days")), (USUAL_DAYS, _("14 days")), (30, _("30 days")), (LONGEST_DAYS, _("90 days"))],
        widget=forms.RadioSelect,
        initial=USUAL_DAYS,
    )
    label = forms.CharField(
        label=_("For whom? Only you see this."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    passphrase = forms.CharField(
        label=_("Passphrase, if you want one"),
        required=False,
        min_length=6,
        max_length=200,
        strip=True,
        help_text=_("Say it to the doctor in person or on the phone. At least 6 letters."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class PassphraseForm(forms.Form):
    """What the holder of a link has to say."""

    passphrase = forms.CharField(
        label=_("Passphrase"),
        max_length=200,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type the passphrase.")},
    )


def not_later(date: dt.date | None, today: dt.date) -> dt.date | None:
    """Refuse a day that is still to come."""
    if date is not None and date > today:
        raise forms.ValidationError(gettext("This day is still to come."))
    return date
