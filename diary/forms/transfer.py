"""Forms of "Your data": the file to bring in, what a table leaves open, and the last word before it is stored."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from diary.body import GROUPS, LOCATIONS
from diary.importing.daylio import SLEPT
from diary.importing.table import ORDERS, ROLES
from diary.models import Import, SleepQuality

NOT_THERE = -1
SCALES = (4, 5, 10, 100)


class FileForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=_("File to bring in"),
        allow_empty_file=True,
        max_length=1000,
        error_messages={"required": _("Choose a file first.")},
        widget=forms.FileInput(
            attrs={"accept": ".json,.csv,.zip,.xml,.txt,.tsv,application/json,text/csv,application/zip"}
        ),
    )


class ColumnsForm(forms.Form):
    """Which column is what; a table has a date and a place, the rest may be missing."""

    def __init__(self, data: Any = None, *, survey: dict[str, Any]) -> None:
        super().__init__(data)
        guesses = survey["guesses"]
        columns = [
            (number, name or gettext("Column %(number)d") % {"number": number + 1})
            for number, name in enumerate(survey["columns"])
        ]
        for role, label in ROLES.items():
            missing = [] if role in {"date", "place"} else [(NOT_THERE, pgettext("column", "not in this table"))]
            self.fields[role] = forms.TypedChoiceField(
                label=gettext(label),
                coerce=int,
                choices=[*missing, *columns],
                initial=guesses[role] if guesses[role] >= 0 else None,
            )
        self.fields["order"] = forms.ChoiceField(
            label=gettext("Dates are written as"),
            choices=[(order, gettext(words)) for order, words in ORDERS.items()],
            initial=guesses["order"],
        )
        self.fields["strength_most"] = forms.TypedChoiceField(
            label=gettext("Strength goes up to"),
            coerce=int,
            choices=[(most, str(most)) for most in SCALES],
            initial=guesses["strength_most"],
        )

    def answers(self) -> dict[str, Any]:
        """What the reader of tables needs; names of places are asked for anew."""
        found = self.cleaned_data
        columns = {role: found[role] for role in ROLES}
        return {
            "columns": columns,
            "order": found["order"],
            "strength_most": found["strength_most"],
            "names": {},
        }

    def clean(self) -> dict[str, Any]:
        """A column is one thing."""
        found = super().clean() or {}
        chosen = [found[role] for role in ROLES if found.get(role, NOT_THERE) != NOT_THERE]
        for role in ROLES:
            if role in found and found[role] != NOT_THERE and chosen.count(found[role]) > 1:
                self.add_error(role, gettext("Two things can't be in the same column."))
        return found


class NamesForm(forms.Form):
    """What each name means: a place that twitched, or nothing that belongs here."""

    def __init__(self, data: Any = None, *, survey: dict[str, Any], kind: str) -> None:
        super().__init__(data)
        choices = meanings(kind)
        self.names = list(survey["names"])
        for number, name in enumerate(self.names):
            self.fields[f"name-{number}"] = forms.ChoiceField(
                label=name, required=False, choices=choices, initial=survey["names"][name]
            )

    def answers(self) -> dict[str, Any]:
        """What the reader needs."""
        return {"names": {name: self.cleaned_data[f"name-{number}"] for number, name in enumerate(self.names)}}


def meanings(kind: str) -> list[tuple[str, Any]]:
    """What a name can mean: left out, each place, and for Daylio how the night was."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for location in LOCATIONS.values():
        group = gettext(GROUPS[location.group]) if location.group else gettext("Elsewhere")
        places = groups.setdefault(group, [])
        places += [
            (f"{location.id}-{side}" if side else location.id, gettext(name))
            for side, name in location.names.items()
        ]
    nights = [(f"{SLEPT}{quality.value}", str(quality.label)) for quality in SleepQuality]
    slept = [(pgettext("what a name means", "Slept"), nights)] if kind == Import.Kind.DAYLIO else []
    return [("", gettext("Leave out")), *slept, *groups.items()]


class StoreForm(forms.Form):
    """Whether the settings of the file are taken over too."""

    settings = forms.BooleanField(required=False)
