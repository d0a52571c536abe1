"""What people choose for themselves: one form a section of the page."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diary.emergency import COUNTRIES, OTHER_COUNTRY, call_for
from diary.forms.seen import SeenForm
from diary.middleware import DiaryRequest
from diary.models import Diarist, VolumeUnit
from diary.moments import zone_names
from diary.wording import zone_words
from diary.zones import current_zones, old_zones

Choices = list[tuple[str, Any]]


class SectionForm(SeenForm):
    """One section; it begins with what the person has now."""

    def __init__(self, request: DiaryRequest, data: Any = None) -> None:
        diarist = request.diarist
        super().__init__(data, initial={name: getattr(diarist, name) for name in self.base_fields})
        self.request = request
        self.shows(stored_of(diarist, self.base_fields))


class YouForm(SectionForm):
    """Name on the print-out, and whose emergency number to show."""

    name = forms.CharField(
        label=_("Name on the print-out"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    country = forms.ChoiceField(label=_("Country, for the emergency number"), required=False)

    def __init__(self, request: DiaryRequest, data: Any = None) -> None:
        super().__init__(request, data)
        choose(self, "country", country_choices(request.zone))


class TimeForm(SectionForm):
    """Which clock the diary goes by."""

    follows_device = forms.BooleanField(label=_("Use the time zone of the device I write on"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, request: DiaryRequest, data: Any = None) -> None:
        super().__init__(request, data)
        # What counts now is offered, so that switching "follow" off keeps the clock as it is.
        self.initial["time_zone"] = request.zone
        choose(self, "time_zone", zone_choices(request.zone))


class LanguageForm(SectionForm):
    """The language of the pages."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


class UnitsForm(SectionForm):
    """The unit that amounts of water are shown in."""

    volume_unit = forms.ChoiceField(label=_("Water in"), choices=VolumeUnit.choices)


class WelcomeForm(YouForm):
    """What the welcome pages ask: the country, and the time zone where the device got it wrong."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, request: DiaryRequest, data: Any = None) -> None:
        super().__init__(request, data)
        del self.fields["name"]
        self.initial["time_zone"] = request.zone
        choose(self, "time_zone", zone_choices(request.zone))

    def values(self) -> dict[str, Any]:
        """The columns to store; a zone other than the device's is meant to stay."""
        zone = self.cleaned_data["time_zone"] or self.request.zone
        follows = self.request.diarist.follows_device and zone == self.request.zone
        return {"country": self.cleaned_data["country"], "time_zone": zone, "follows_device": follows}


def stored_of(diarist: Diarist, names: Iterable[str]) -> dict[str, Any]:
    """What a section shows of what is stored."""
    return {name: getattr(diarist, name) for name in names}


def choose(form: forms.Form, name: str, choices: Choices) -> None:
    """Give a field the choices that depend on the person."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def country_choices(zone: str) -> Choices:
    """By time zone first, then the countries by name, then "another"."""
    guess = call_for("", zone).country
    guessed = f"{gettext(guess.name)}, {guess.numbers[0]}" if guess else "112"
    by_name = sorted(
        ((code, f"{gettext(country.name)} ({country.numbers[0]})") for code, country in COUNTRIES.items()),
        key=lambda choice: choice[1].casefold(),
    )
    first = gettext("By time zone (now: %(country)s)") % {"country": guessed}
    return [("", first), *by_name, (OTHER_COUNTRY, gettext("Another country"))]


def zone_choices(chosen: str) -> Choices:
    """All zones in use, grouped by region; an old name that a device goes by is kept."""
    zones = [zone for zone in current_zones() if zone in zone_names()]
    if chosen in old_zones():
        zones.append(chosen)
    groups: dict[str, Choices] = {}
    for zone in sorted(zones, key=zone_words):
        groups.setdefault(zone.partition("/")[0], []).append((zone, zone_words(zone)))
    return [("UTC", "UTC"), *sorted((region, zones) for region, zones in groups.items())]
