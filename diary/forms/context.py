"""One field of the day's context, typed or tapped."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diary.factors import ML_PER_FL_OZ, Factor
from diary.forms.seen import SeenForm
from diary.models import NOTE_LENGTH, Effort, Magnesium, SleepQuality, Stress, VolumeUnit

CLOCK = re.compile(r"^(\d{1,2})\s*(?:h|:|std\.?|hours?)\s*(\d{1,2})?\s*(?:m|min|minutes?)?$", re.IGNORECASE)
MOST = {
    "sleep_hours": 24,
    "caffeine_mg": 5000,
    "exercise_minutes": 1440,
    "water_ml": 20_000,
    "alcohol_units": 100,
}
PLACES = {"sleep_hours": 2, "alcohol_units": 1}


class NumberField(forms.CharField):
    """A number as people write it: 6.5, 6,5 or, for hours, 6:30 and 6 h 30. Gives a Decimal or None."""

    def __init__(self, *, most: int, places: int, hours: bool = False) -> None:
        super().__init__(required=False, max_length=20)
        self.most = most
        self.places = places
        self.hours = hours

    def clean(self, value: Any) -> Decimal | None:
        """The number, rounded to what is stored. Raises ValidationError for anything else."""
        text = super().clean(value)
        if not text:
            return None
        number = self._number(text)
        if number is None or not number.is_finite():
            raise forms.ValidationError(_("This is not a number."))
        if not 0 <= number <= self.most:
            raise forms.ValidationError(_("Write a number from 0 to %(most)d.") % {"most": self.most})
        return round(number, self.places)

    def _number(self, text: str) -> Decimal | None:
        if self.hours and (match := CLOCK.match(text)) and int(match[2] or 0) < 60:
            return Decimal(int(match[1])) + Decimal(int(match[2] or 0)) / 60
        try:
            return Decimal(text.replace(",", "."))
        except InvalidOperation:
            return None


def field_for(factor: Factor, volume_unit: str) -> forms.Field:
    """The form field that cleans a value of `factor`."""
    name = factor.name
    if name in MOST:
        most = MOST[name]
        if name == "water_ml" and volume_unit == VolumeUnit.FL_OZ:
            most = int(most / ML_PER_FL_OZ)
        return NumberField(most=most, places=PLACES.get(name, 0), hours=name == "sleep_hours")
    if name == "note":
        return forms.CharField(required=False, max_length=NOTE_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))
    if name == "heat":
        return forms.TypedChoiceField(
            required=False,
            choices=[("", ""), ("true", ""), ("false", "")],
            coerce=lambda value: value == "true",
            empty_value=None,
        )
    if name in {"sleep_quality", "stress"}:
        numbers = SleepQuality.choices if name == "sleep_quality" else Stress.choices
        return forms.TypedChoiceField(required=False, choices=[("", ""), *numbers], coerce=int, empty_value=None)
    words = Effort.choices if name == "exercise_effort" else Magnesium.choices
    return forms.ChoiceField(required=False, choices=[("", ""), *words])


class FactorForm(SeenForm):
    """Sets (`value`), or adds to (`add`), one factor of a day. An empty value means "not entered"."""

    add = forms.IntegerField(required=False, min_value=-5000, max_value=5000)
    id = forms.UUIDField(required=False)

    def __init__(self, *args: Any, factor: Factor, volume_unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.factor = factor
        self.volume_unit = volume_unit
        self.fields["value"] = field_for(factor, volume_unit)
        message = _("Choose one of the list.")
        self.fields["value"].error_messages["invalid_choice"] = message

    def clean_add(self) -> int | None:
        """An amount, only for factors that count drinks."""
        add: int | None = self.cleaned_data["add"]
        if add is not None and not self.factor.adds:
            raise forms.ValidationError(_("Nothing can be added to this."))
        return add

    def stored_value(self) -> Any:
        """The value as the day stores it; typed water in fluid ounces becomes millilitres."""
        value = self.cleaned_data["value"]
        ounces = self.factor.name == "water_ml" and self.volume_unit == VolumeUnit.FL_OZ
        if ounces and value is not None and "quick" not in self.data:
            return round(value * ML_PER_FL_OZ)
        if isinstance(value, Decimal) and self.factor.name not in PLACES:
            return int(value)
        return value
