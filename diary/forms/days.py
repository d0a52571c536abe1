"""What is asked of the Days pages: a filter, a month, a range of days, and answers about missed days."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diary import body
from diary.filling import Answer, NothingToCopy
from diary.forms.episode import checked_date, date_field
from diary.history import MISSED_DAYS, ONE_DAY, Filter, dates_between
from diary.models import Strength, place_name
from diary.moments import EARLIEST
from diary.months import EARLIEST_MONTH, Month

LONGEST_SEARCH = 100
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
ANSWERS: list[tuple[str, Any]] = [
    ("", _("Leave open")),
    ("same", _("Same as the day before")),
    ("none", _("No twitches")),
]


def place_key(location: str, side: str) -> str:
    """A place as addresses have it: `calf-left`."""
    return f"{location}-{side}" if side else location


def known_places() -> dict[str, tuple[str, str]]:
    """All places that can be looked for, by their key."""
    return {
        place_key(place.id, side): (place.id, side)
        for place in body.LOCATIONS.values()
        for side in ("", *place.sides)
    }


def place_label(location: str, side: str) -> str:
    """The place's name; says so where it has sides and none was entered."""
    name = place_name(location, side)
    if side or not body.LOCATIONS[location].sides:
        return name
    return gettext("%(place)s, side not entered") % {"place": name}


class FilterForm(forms.Form):
    """Which days of the list to show. Everything may be missing; `before` is the cursor of the page."""

    location = forms.CharField(label=_("Place"), required=False, max_length=40)
    strength = forms.TypedChoiceField(
        label=_("Strength"),
        choices=[("", ""), *Strength.choices],
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("There is no such strength. Choose one of the list.")},
    )
    q = forms.CharField(
        label=_("Words in notes"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "maxlength": LONGEST_SEARCH, "autocomplete": "off"}),
        error_messages={
            "max_length": _("That is too long to look for. Write at most %(limit_value)d characters."),
        },
    )
    before = date_field(required=False)

    def __init__(self, *args: Any, places: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place_key(*place): place for place in places}

    def clean_location(self) -> tuple[str, str]:
        """The place as (location, side); two empty texts when none is looked for."""
        key: str = self.cleaned_data["location"]
        if not key:
            return "", ""
        place = known_places().get(key)
        if place is None:
            raise forms.ValidationError(_("There is no such place in your diary. Choose one of the list."))
        self.places.setdefault(key, place)
        return place

    def clean_before(self) -> dt.date | None:
        """The cursor; any date that a diary may hold, or the day after it."""
        before: dt.date | None = self.cleaned_data["before"]
        if before is not None:
            checked_date(before, dt.date.max)
        return before

    def wanted(self) -> tuple[Filter, dt.date | None]:
        """The filter and the cursor; nothing of either while anything of them is wrong."""
        if not self.is_valid():
            return Filter(), None
        data = self.cleaned_data
        location, side = data["location"]
        return Filter(location, side, data["strength"], data["q"]), data["before"]

    def strength_options(self) -> list[tuple[str, str]]:
        """(value, label): `2 seen, or stronger`; the strongest has nothing above it."""
        options = [("", gettext("any strength"))]
        for value, label in Strength.choices:
            words = gettext("%(value)d %(label)s, or stronger") % {"value": value, "label": label}
            options.append((str(value), words if value < Strength.STOPS else f"{value} {label}"))
        return options

    def place_options(self) -> list[tuple[str, str]]:
        """(key, label) of the places that were used, and of the one looked for."""
        return [(key, place_label(*place)) for key, place in self.places.items()]


class MonthForm(forms.Form):
    """Which month the calendar shows; this one where nothing is asked for."""

    month = forms.CharField(
        label=_("Go to a month"),
        required=False,
        max_length=40,
        error_messages={"max_length": _("This is not a month. Write it like 2026-11.")},
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.this_month = Month.of(today)

    def clean_month(self) -> Month:
        """A month from 1900 to this one."""
        text: str = self.cleaned_data["month"]
        if not text:
            return self.this_month
        match = MONTH.fullmatch(text)
        if not match or not 1 <= int(match[2]) <= 12:
            raise forms.ValidationError(_("This is not a month. Write it like 2026-11."))
        month = Month(int(match[1]), int(match[2]))
        if (month.year, month.number) < (EARLIEST_MONTH.year, EARLIEST_MONTH.number):
            raise forms.ValidationError(_("The diary begins in 1900. Check the year."))
        if (month.year, month.number) > (self.this_month.year, self.this_month.number):
            raise forms.ValidationError(_("This month has not come yet."))
        return month

    def chosen(self) -> Month:
        """The month that was asked for, or this one while it is wrong."""
        month: Month = self.cleaned_data["month"] if self.is_valid() else self.this_month
        return month


class RangeForm(forms.Form):
    """The days to fill in: both ends, or neither for the last two weeks."""

    since = date_field(label=_("From"), required=False)
    until = date_field(label=_("To"), required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_since(self) -> dt.date | None:
        """A past day."""
        return self._past("since")

    def clean_until(self) -> dt.date | None:
        """A past day."""
        return self._past("until")

    def _past(self, name: str) -> dt.date | None:
        date: dt.date | None = self.cleaned_data[name]
        if date is None:
            return None
        if date == self.today:
            raise forms.ValidationError(_("Today is not over yet. Choose a day before it."))
        return checked_date(date, self.today)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", _("This is before the first day."))
        elif since and until and (until - since).days >= MISSED_DAYS:
            self.add_error("until", _("Choose at most %(days)d days at a time.") % {"days": MISSED_DAYS})
        return data

    def chosen(self) -> tuple[dt.date, dt.date] | None:
        """First and last day; None when nothing, or something wrong, was asked for."""
        if not self.is_valid():
            return None
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        if since is None and until is None:
            return None
        length = dt.timedelta(days=MISSED_DAYS - 1)
        if since is None:
            return max(until - length, EARLIEST), until
        return since, until or min(since + length, self.today - ONE_DAY)


class FillForm(forms.Form):
    """One answer for each day from `first` to `last`; an empty one leaves the day open."""

    id = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("invalid", "required"), _("This form was broken on its way. Please save once more.")
        ),
    )

    def __init__(self, *args: Any, first: dt.date, last: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dates = dates_between(first, last)
        for date in self.dates:
            self.fields[self.name_of(date)] = forms.ChoiceField(
                choices=ANSWERS,
                required=False,
                error_messages={"invalid_choice": _("Choose one of these answers.")},
            )

    @staticmethod
    def name_of(date: dt.date) -> str:
        """The name of the field of a day."""
        return f"day-{date.isoformat()}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.answers():
            raise forms.ValidationError(_("Nothing is chosen yet, so nothing was saved."))
        return data

    def answers(self) -> dict[dt.date, Answer]:
        """The days that have an answer."""
        answers = {date: self.cleaned_data.get(self.name_of(date)) for date in self.dates}
        return {date: answer for date, answer in answers.items() if answer}

    def add_nothing_to_copy(self, error: NothingToCopy) -> None:
        """Say beside each day why it can't be the same as the one before."""
        message = _("The day before is itself open. Answer that one first, or choose something else.")
        for date in error.dates:
            self.add_error(self.name_of(date), message)
