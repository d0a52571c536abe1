"""What the timeline is asked for: a range, its last day, a place, the factors below, how the table is shown."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diary.forms.days import known_places
from diary.forms.episode import checked_date, date_field
from diary.history import ONE_DAY
from diary.moments import EARLIEST
from diary.timeline_rows import FACTORS, Place, Span
from diary.timeline_table import SORTS

RANGES = {"2w": 14, "3m": 91, "1y": 365}
RANGE_CHOICES = [("2w", _("2 weeks")), ("3m", _("3 months")), ("1y", _("1 year")), ("all", _("All"))]
NONE_BELOW, ALL_LINES = "none", "all"


class TimelineForm(forms.Form):
    """Everything may be missing; what is wrong leaves the usual range."""

    range = forms.ChoiceField(
        choices=RANGE_CHOICES,
        required=False,
        error_messages={"invalid_choice": _("There is no such range. Choose one of these.")},
    )
    until = date_field(required=False)
    location = forms.CharField(label=_("Place"), required=False, max_length=40)
    below = forms.CharField(required=False, max_length=100)
    sort = forms.CharField(required=False, max_length=40)
    lines = forms.ChoiceField(
        choices=[(ALL_LINES, "")],
        required=False,
        error_messages={"invalid_choice": _("The table is shown in part or whole. Choose one of these.")},
    )

    def __init__(self, *args: Any, today: dt.date, shows_from: dt.date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.shows_from = shows_from

    def clean_until(self) -> dt.date | None:
        """A day of the diary."""
        until: dt.date | None = self.cleaned_data["until"]
        return until and checked_date(until, self.today)

    def clean_location(self) -> Place | None:
        """The place that is shown alone."""
        key: str = self.cleaned_data["location"]
        if key and key not in known_places():
            raise forms.ValidationError(_("There is no such place in your diary. Choose one of the list."))
        return known_places()[key] if key else None

    def clean_below(self) -> list[str] | None:
        """The factors wanted below, in their usual order; None where nothing was said."""
        text: str = self.cleaned_data["below"]
        if not text:
            return None
        wanted = set() if text == NONE_BELOW else set(text.split("."))
        if not wanted <= set(FACTORS):
            raise forms.ValidationError(_("There is no such factor. Choose one of these."))
        return [name for name in FACTORS if name in wanted]

    def clean_sort(self) -> str:
        """The column that the table is sorted by; with a minus the largest first."""
        text: str = self.cleaned_data["sort"]
        if text and text.removeprefix("-") not in SORTS:
            raise forms.ValidationError(_("The table has no such column. Choose one of these."))
        return text

    def value(self, name: str) -> Any:
        """What was asked for and is right, else None."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    @property
    def wanted_below(self) -> list[str] | None:
        """The factors wanted below; an empty list is an answer too."""
        self.is_valid()
        wanted: list[str] | None = self.cleaned_data.get("below")
        return wanted

    @property
    def range_key(self) -> str:
        """The range asked for; a diary that has only begun shows two weeks, others three months."""
        if found := self.value("range"):
            return str(found)
        is_young = self.shows_from is None or (self.today - self.shows_from).days < RANGES["2w"]
        return "2w" if is_young else "3m"

    def span(self) -> Span:
        """The days to show."""
        until = self.value("until") or self.today
        place = self.value("location")
        if self.range_key == "all":
            shortest = self.today - (RANGES["2w"] - 1) * ONE_DAY
            return Span(min(self.shows_from or shortest, shortest), self.today, place)
        first = max(EARLIEST, until - dt.timedelta(days=RANGES[self.range_key] - 1))
        return Span(first, max(until, first + dt.timedelta(days=RANGES[self.range_key] - 1)), place)

    @property
    def sort_value(self) -> str:
        """The column that the table is sorted by."""
        return str(self.value("sort") or "")

    def problems(self) -> list[tuple[str, str]]:
        """(what was asked for, what is wrong with it), cut to a length that can be read."""
        return [
            (str(self.data.get(name, ""))[:40], str(error))
            for name, errors in self.errors.items()
            for error in errors
        ]
