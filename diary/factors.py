"""The context of a day: what can be entered, the quick choices, and how a value is said."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from diary.models import Day, Effort, Magnesium, SleepQuality, Stress, VolumeUnit

ML_PER_FL_OZ = Decimal("29.5735")

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Factor:
    """One field of the day's context.

    `ask` stands on the chip while nothing is entered; `quick` are (value, words) that a tap stores; `adds` are
    (amount, words) that a tap adds to what is there; `words` says a value; `typed` is the unit of the number
    that can be typed, None where only the quick choices exist.
    """

    name: str
    label: Text
    ask: Text
    words: Callable[[Any, str], str]
    quick: tuple[tuple[Any, Text], ...] = ()
    adds: tuple[tuple[int, Text], ...] = field(default=())
    typed: Text | None = None

    def said(self, day: Day | None, volume_unit: str) -> str:
        """The entered value in words, e.g. `Caffeine 180 mg`; empty where nothing was entered."""
        value = None if day is None else getattr(day, self.name)
        return "" if value in {None, ""} else self.words(value, volume_unit)


def sleep_words(hours: Decimal, unit: str = "") -> str:
    """`Slept 6 h 30` for 6.5."""
    whole, part = divmod(round(hours * 60), 60)
    if not part:
        return gettext("Slept %(hours)d h") % {"hours": whole}
    return gettext("Slept %(hours)d h %(minutes)02d") % {"hours": whole, "minutes": part}


def water_words(amount_ml: int, unit: str) -> str:
    """`Water 1.5 l`, or in fluid ounces for who prefers those."""
    if not amount_ml:
        return gettext("Water: none")
    if unit == VolumeUnit.FL_OZ:
        return gettext("Water %(count)s fl oz") % {"count": round(amount_ml / ML_PER_FL_OZ)}
    return gettext("Water %(count)s l") % {"count": number_format(Decimal(amount_ml) / 1000, _places(amount_ml))}


def _places(amount_ml: int) -> int:
    return next((places for places in (0, 1, 2) if amount_ml % 10 ** (3 - places) == 0), 3)


def caffeine_words(amount_mg: int, unit: str = "") -> str:
    """`Caffeine 180 mg`."""
    return gettext("Caffeine %(count)d mg") % {"count": amount_mg} if amount_mg else gettext("Caffeine: none")


def exercise_words(minutes: int, unit: str = "") -> str:
    """`Exercise 45 min`."""
    return gettext("Exercise %(count)d min") % {"count": minutes} if minutes else gettext("Exercise: none")


def alcohol_words(units: Decimal, unit: str = "") -> str:
    """`Alcohol 2 units`."""
    if not units:
        return gettext("Alcohol: none")
    said = ngettext("Alcohol %(count)s unit", "Alcohol %(count)s units", 1 if units == 1 else 2)
    return said % {"count": number_format(units.normalize(), use_l10n=True)}


def heat_words(value: bool, unit: str = "") -> str:
    """Whether it was hot or somebody sweated a lot."""
    return gettext("Heat or heavy sweating") if value else gettext("No heat or heavy sweating")


def note_words(note: str, unit: str = "") -> str:
    """The note, cut to the size of a chip."""
    return note if len(note) <= 40 else f"{note[:39]}…"


def quality_words(value: int, unit: str = "") -> str:
    """`Slept so-so`."""
    return gettext("Slept %(how)s") % {"how": SleepQuality(value).label}


def effort_words(value: str, unit: str = "") -> str:
    """`Exercise: hard`."""
    return gettext("Exercise: %(how)s") % {"how": Effort(value).label}


def stress_words(value: int, unit: str = "") -> str:
    """`Stress: some`."""
    return gettext("Stress: %(how)s") % {"how": Stress(value).label}


def magnesium_words(value: str, unit: str = "") -> str:
    """`Magnesium: food`."""
    return gettext("Magnesium: %(how)s") % {"how": Magnesium(value).label}


# Amounts of caffeine in a usual portion: EFSA 2015, "Scientific Opinion on the safety of caffeine".
DRINKS = (
    (90, _("Filter coffee")),
    (80, _("Espresso")),
    (30, _("Black tea")),
    (80, _("Energy drink")),
    (40, _("Cola")),
    (25, _("Dark chocolate, 50 g")),
)
HOURS = tuple(Decimal(half) / 2 for half in range(8, 20))

_TABLE = (
    Factor(
        "sleep_hours",
        _("How long did you sleep?"),
        pgettext_lazy("context", "Sleep"),
        sleep_words,
        quick=tuple((hours, f"{hours.normalize():f}") for hours in HOURS),
        typed=_("hours"),
    ),
    Factor(
        "sleep_quality",
        _("How well did you sleep?"),
        pgettext_lazy("context", "Slept how well?"),
        quality_words,
        quick=tuple((int(value), label) for value, label in SleepQuality.choices),
    ),
    Factor(
        "caffeine_mg",
        _("Coffee, tea, energy drinks"),
        pgettext_lazy("context", "Caffeine"),
        caffeine_words,
        quick=((0, pgettext_lazy("caffeine", "none")),),
        adds=DRINKS,
        typed=_("mg"),
    ),
    Factor(
        "exercise_minutes",
        _("How long did you exercise?"),
        pgettext_lazy("context", "Exercise"),
        exercise_words,
        quick=((0, pgettext_lazy("exercise", "none")), *((n, str(n)) for n in (15, 30, 45, 60, 90, 120))),
        typed=_("minutes"),
    ),
    Factor(
        "exercise_effort",
        _("How hard was the exercise?"),
        pgettext_lazy("context", "How hard?"),
        effort_words,
        quick=tuple(Effort.choices),
    ),
    Factor(
        "stress",
        _("How much stress?"),
        pgettext_lazy("context", "Stress"),
        stress_words,
        quick=tuple((int(value), label) for value, label in Stress.choices),
    ),
    Factor(
        "water_ml",
        _("Water and other drinks without alcohol"),
        pgettext_lazy("context", "Water"),
        water_words,
        quick=((0, pgettext_lazy("water", "none")),),
        adds=((200, _("Glass")), (300, _("Mug")), (500, _("Bottle"))),
        typed=_("ml"),
    ),
    Factor(
        "alcohol_units",
        _("Alcohol (one unit is a small glass of wine or half a pint of beer)"),
        pgettext_lazy("context", "Alcohol"),
        alcohol_words,
        quick=((0, pgettext_lazy("alcohol", "none")), *((n, str(n)) for n in (1, 2, 3, 4, 6))),
        typed=_("units"),
    ),
    Factor(
        "magnesium",
        _("Magnesium: rich food such as almonds, spinach, dark chocolate, or a supplement"),
        pgettext_lazy("context", "Magnesium"),
        magnesium_words,
        quick=tuple(Magnesium.choices),
    ),
    Factor(
        "heat",
        _("Great heat, sauna, fever or heavy sweating?"),
        pgettext_lazy("context", "Heat"),
        heat_words,
        quick=(("false", pgettext_lazy("heat", "no")), ("true", pgettext_lazy("heat", "yes"))),
    ),
    Factor("note", _("A note about the day"), pgettext_lazy("context", "Note"), note_words),
)
FACTORS: dict[str, Factor] = {factor.name: factor for factor in _TABLE}


@dataclass(frozen=True, slots=True)
class Chip:
    """A factor as it stands on one day."""

    factor: Factor
    said: str
    url: str


def chips(day: Day | None, date: dt.date, volume_unit: str) -> list[Chip]:
    """All factors of `date` in order; how hard the exercise was is asked only where there was some."""
    # One address for all, its last part exchanged: eleven look-ups would cost more than the rest of the chips.
    base = reverse("diary:context", args=(date, "-")).removesuffix("-/")
    exercised = bool(day and (day.exercise_minutes or day.exercise_effort))
    return [
        Chip(factor, factor.said(day, volume_unit), f"{base}{factor.name}/")
        for factor in FACTORS.values()
        if factor.name != "exercise_effort" or exercised
    ]


def context_words(day: Day | None, volume_unit: str) -> list[str]:
    """Everything that was entered for a day, in words; the note is left out."""
    said = (factor.said(day, volume_unit) for factor in FACTORS.values() if factor.name != "note")
    return [words for words in said if words]


def unit_name(factor: Factor, volume_unit: str) -> Text | None:
    """The unit that a typed number is in."""
    if factor.name == "water_ml" and volume_unit == VolumeUnit.FL_OZ:
        return pgettext("unit", "fl oz")
    return factor.typed


def typed_value(factor: Factor, value: Any, volume_unit: str) -> str:
    """A stored value as it stands in the field where it can be typed."""
    if value in {None, ""}:
        return ""
    if factor.name == "water_ml" and volume_unit == VolumeUnit.FL_OZ:
        return str(round(value / ML_PER_FL_OZ))
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
