"""What the triggers page says of a factor: names, cut-offs, shares, what is missing, the guidance beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from django.utils.translation import gettext_lazy as _

from diary.factors import ML_PER_FL_OZ
from diary.models import VolumeUnit
from triage.triggers.factors import BY_NAME, Cut
from triage.triggers.look import Lacking, Need, Seen
from triage.triggers.thresholds import EXPOSED_DAYS, THIRD

Text = str | Promise
NO_BREAK = "\u00a0"
# How far the share of days may lie from a half or a third that is called one.
ABOUT = 0.1


@dataclass(frozen=True, slots=True)
class Bar:
    """The share of one kind of days that had twitches; `filled` is it in per cent, for the picture."""

    label: str
    twitch: int
    days: int

    @property
    def filled(self) -> int:
        """Per cent of the days with twitches."""
        return round(100 * self.twitch / self.days) if self.days else 0

    @property
    def words(self) -> str:
        """`12 of 26 days, 46 %`."""
        said = ngettext("%(twitch)d of %(days)d day", "%(twitch)d of %(days)d days", self.days)
        return f"{said % {'twitch': self.twitch, 'days': self.days}}, {self.share}"

    @property
    def share(self) -> str:
        """`46 %`, never torn apart at the end of a line."""
        return f"{self.filled}{NO_BREAK}%"


@dataclass(frozen=True, slots=True)
class Card:
    """A link that was found, in words and with its two bars."""

    name: str
    title: Text
    level: str
    sentence: str
    ratio: str
    line: str
    bars: tuple[Bar, Bar]
    advice: Text


@dataclass(frozen=True, slots=True)
class Line:
    """A factor without a clear link, or without enough days: one line."""

    name: str
    title: Text
    words: str


TITLES: dict[str, Text] = {
    "short_sleep": _("Short nights"),
    "long_sleep": _("Long nights"),
    "poor_sleep": _("Nights slept badly"),
    "caffeine": _("Caffeine"),
    "exercise": _("Exercise"),
    "hard_exercise": _("Hard exercise"),
    "stress": _("Stress"),
    "little_water": _("Little to drink"),
    "alcohol": _("Alcohol"),
    "heat": _("Heat or heavy sweating"),
    "magnesium": _("Magnesium"),
}
NIGHTS = {"short_sleep", "long_sleep", "poor_sleep"}
QUALITIES: dict[float, Text] = {
    2: _("a night slept badly"),
    3: _("a night slept so-so or worse"),
    4: _("a night slept well or worse"),
}
STRESSES: dict[float, Text] = {
    0: _("a little stress or more"),
    1: _("some stress or more"),
    2: _("a lot of stress or more"),
    3: _("extreme stress"),
}
# Where the source article names the factor. Alcohol and heat it doesn't name.
REST = _("More twitching in a stressful time or after poor sleep is a sign to rest.")
ADVICE: dict[str, Text] = {
    "short_sleep": REST,
    "poor_sleep": REST,
    "stress": REST,
    "caffeine": _(
        "Harmless twitches often come with caffeine. You can try a few weeks with less of it, "
        "and go on writing down both."
    ),
    "exercise": _("Muscles often twitch after exercise. That is mostly harmless; give them rest."),
    "hard_exercise": _("Muscles often twitch after hard exercise. That is mostly harmless; give them rest."),
    "little_water": _(
        "Harmless twitches often come with too little to drink. Drink through the day, more when it is hot."
    ),
    "magnesium": _(
        "With cramps or weakness, magnesium-rich food comes first: almonds, spinach, dark chocolate. "
        "Ask a doctor or pharmacist before you take supplements."
    ),
}
LEVELS: dict[str, Text] = {
    "possible": _("A possible link"),
    "repeated": _("Seen in both halves of your diary"),
}


def card_of(seen: Seen, volume_unit: str) -> Card:
    """A found link as it is shown."""
    table = seen.table
    with_it = Bar(bar_label(seen), table.with_twitch, table.with_days)
    without = Bar(pgettext("bar", "Other days"), table.without_twitch, table.without_days)
    sentence = gettext("%(when)s you logged twitches on %(share)s of the days, otherwise on %(other)s.")
    return Card(
        name=seen.name,
        title=TITLES[seen.name],
        level=str(LEVELS[seen.level]),
        sentence=sentence % {"when": when(seen, volume_unit), "share": with_it.share, "other": without.share},
        ratio=ratio_words(seen),
        line=line_words(seen, volume_unit),
        bars=(with_it, without),
        advice=ADVICE.get(seen.name, ""),
    )


def unclear_line(seen: Seen, volume_unit: str) -> Line:
    """A factor without a clear link: the two shares."""
    table = seen.table
    said = gettext(
        "%(when)s: twitches on %(share)s (%(twitch)d of %(days)d days), otherwise on %(other)s "
        "(%(other_twitch)d of %(other_days)d)."
    )
    words = said % {
        "when": when(seen, volume_unit),
        "share": Bar("", table.with_twitch, table.with_days).share,
        "twitch": table.with_twitch,
        "days": table.with_days,
        "other": Bar("", table.without_twitch, table.without_days).share,
        "other_twitch": table.without_twitch,
        "other_days": table.without_days,
    }
    return Line(seen.name, TITLES[seen.name], words)


def lacking_line(lacking: Lacking, volume_unit: str) -> Line:
    """A factor with too few days: how many it has and how many are missing."""
    if not lacking.entered:
        words = gettext("Not written down yet; %(count)d days are needed.") % {"count": lacking.needs[0].days}
        return Line(lacking.name, TITLES[lacking.name], words)
    need = need_words(lacking, what(lacking.name, lacking.cut, volume_unit))
    entered = ngettext("Written down on %(count)d day;", "Written down on %(count)d days;", lacking.entered)
    return Line(lacking.name, TITLES[lacking.name], f"{entered % {'count': lacking.entered}} {need}")


def need_words(lacking: Lacking, factor: str) -> str:
    """`12 more days without alcohol are needed.` Nobody is asked for more days with it."""
    need = lacking.needs[0]
    if need.kind == "with":
        return alike() if lacking.alike else exposed(need, factor)
    said = {
        "paired": ngettext("%(count)d more is needed.", "%(count)d more are needed.", need.days),
        "without": ngettext(
            "%(count)d more day without %(factor)s is needed.",
            "%(count)d more days without %(factor)s are needed.",
            need.days,
        ),
        "twitch": ngettext(
            "%(count)d more day with twitches is needed.",
            "%(count)d more days with twitches are needed.",
            need.days,
        ),
        "clear": ngettext(
            "%(count)d more day marked “no twitches” is needed.",
            "%(count)d more days marked “no twitches” are needed.",
            need.days,
        ),
        "together": gettext(
            "only days with and without %(factor)s in the same eight weeks, weekends apart, can be compared."
        ),
    }
    return said[need.kind] % {"count": need.days, "factor": factor}


def alike() -> str:
    """No value tells the days apart."""
    return gettext("they are too alike; only days that differ can be compared.")


def exposed(need: Need, factor: str) -> str:
    """`a comparison takes 10 days with alcohol, and there are 7.`"""
    least = EXPOSED_DAYS.value
    said = ngettext(
        "a comparison takes %(least)d days with %(factor)s, and there is %(count)d.",
        "a comparison takes %(least)d days with %(factor)s, and there are %(count)d.",
        least - need.days,
    )
    return said % {"least": least, "count": least - need.days, "factor": factor}


def when(seen: Seen, volume_unit: str) -> str:
    """`On days with alcohol`, `On the day after alcohol`, `On days after a night of less than 6 h of sleep`."""
    if seen.name in NIGHTS:
        said = gettext("On the second day after %(factor)s") if seen.lag else gettext("On days after %(factor)s")
    else:
        said = gettext("On the day after %(factor)s") if seen.lag else gettext("On days with %(factor)s")
    return said % {"factor": what(seen.name, seen.cut, volume_unit)}


def bar_label(seen: Seen) -> str:
    """What the upper bar counts."""
    if seen.name in NIGHTS:
        return pgettext("bar", "Two days after") if seen.lag else pgettext("bar", "After such nights")
    return pgettext("bar", "The day after") if seen.lag else pgettext("bar", "Such days")


def ratio_words(seen: Seen) -> str:
    """`2.2 times as often (plausible range 1.3 to 3.6)`, weighed within the blocks of days."""
    said = gettext("Compared within the same weeks: %(ratio)s times as often (plausible range %(low)s–%(high)s).")
    numbers = {"ratio": seen.ratio.value, "low": seen.ratio.low, "high": seen.ratio.high}
    shown = {name: Decimal(f"{value:.1f}") for name, value in numbers.items()}
    words = said % {name: number_format(value, 1) for name, value in shown.items()}
    if not shown["low"] <= 1 <= shown["high"]:
        return words
    chance = gettext("The range includes 1, which is no difference: this may be chance.")
    return f"{words} {chance}"


def line_words(seen: Seen, volume_unit: str) -> str:
    """Whose cut-off it is, where it is the person's own."""
    if not seen.cut.is_own:
        return ""
    share = seen.table.with_days / (seen.table.with_days + seen.table.without_days)
    aim = BY_NAME[seen.name].own_share
    if aim is None or abs(share - aim) > ABOUT:
        said = gettext("The line is drawn from your own days: %(share)s of them have %(factor)s.")
    elif aim == THIRD.value:
        said = gettext("The line is drawn at your own third: about one day in three has %(factor)s.")
    else:
        said = gettext("The line is drawn at your own middle: about half of your days have %(factor)s.")
    shown = f"{round(100 * share)}{NO_BREAK}%"
    return said % {"factor": what(seen.name, seen.cut, volume_unit), "share": shown}


def what(name: str, cut: Cut, volume_unit: str) -> str:
    """What a day with the factor has: `more than 200 mg of caffeine`."""
    return str(WHAT[name](cut.value, volume_unit))


def number(value: float) -> str:
    """A number without needless places."""
    return number_format(Decimal(str(round(value, 2))).normalize(), use_l10n=True)


def hours(value: float) -> str:
    """`6 h`, `6 h 30`."""
    whole, part = divmod(round(value * 60), 60)
    return f"{whole}{NO_BREAK}h{NO_BREAK}{part:02d}" if part else f"{whole}{NO_BREAK}h"


def short(value: float, unit: str) -> str:
    """The night of less than so many hours."""
    return gettext("a night of less than %(hours)s of sleep") % {"hours": hours(value)}


def long(value: float, unit: str) -> str:
    """The night of more than so many hours."""
    return gettext("a night of more than %(hours)s of sleep") % {"hours": hours(value)}


def caffeine(value: float, unit: str) -> str:
    """More than so much caffeine."""
    if not value:
        return gettext("any caffeine")
    return gettext("more than %(amount)s mg of caffeine") % {"amount": number(value)}


def exercise(value: float, unit: str) -> str:
    """Any exercise, or more than so much of it."""
    if not value:
        return pgettext("triggers", "exercise")
    return gettext("more than %(amount)s min of exercise") % {"amount": number(value)}


def water(value: float, unit: str) -> str:
    """Less than so much to drink, in the person's unit."""
    if unit == VolumeUnit.FL_OZ:
        amount = number(round(Decimal(value) / ML_PER_FL_OZ))
        return gettext("less than %(amount)s fl oz to drink") % {"amount": amount}
    return gettext("less than %(amount)s l to drink") % {"amount": number(value / 1000)}


def alcohol(value: float, unit: str) -> str:
    """Any alcohol, or more than so much of it."""
    if not value:
        return pgettext("triggers", "alcohol")
    said = npgettext(
        "triggers",
        "more than %(amount)s unit of alcohol",
        "more than %(amount)s units of alcohol",
        1 if value == 1 else 2,
    )
    return said % {"amount": number(value)}


WHAT: dict[str, Callable[[float, str], Text]] = {
    "short_sleep": short,
    "long_sleep": long,
    "poor_sleep": lambda value, unit: QUALITIES.get(value, QUALITIES[2]),
    "caffeine": caffeine,
    "exercise": exercise,
    "hard_exercise": lambda value, unit: pgettext("triggers", "hard exercise"),
    "stress": lambda value, unit: STRESSES.get(value, STRESSES[3]),
    "little_water": water,
    "alcohol": alcohol,
    "heat": lambda value, unit: pgettext("triggers", "heat or heavy sweating"),
    "magnesium": lambda value, unit: pgettext("triggers", "magnesium-rich food or a supplement"),
}
