"""The rows of the timeline in words: as the picture that the figure is built from, and as one paragraph."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, ngettext, pgettext

from diary.body import GROUPS, LOCATIONS
from diary.factors import (
    FACTORS,
    ML_PER_FL_OZ,
    caffeine_words,
    exercise_words,
    sleep_words,
    stress_words,
    water_words,
)
from diary.forms.days import place_key, place_label
from diary.models import Stress, VolumeUnit
from diary.signs import SIGNS
from diary.timeline import Below, GroundKind, Lane, Mark, Picture, SignMark, runs
from diary.timeline_rows import FACTORS as FACTOR_NAMES
from diary.timeline_rows import Place, Rows, Single
from diary.wording import REST_WORDS, duration_words, how_often_words, strength_words

# An axis ends no lower than this, so that one small value does not look like much.
LEAST_TOP = {"sleep_hours": 8, "caffeine_mg": 100, "exercise_minutes": 30, "stress": 4, "water_ml": 1000}
# Shares of recorded days that differ by less are called alike.
ALIKE = 0.1
NAMED_SPOTS = 2


def picture_of(rows: Rows, shown_below: Iterable[str], volume_unit: str) -> Picture:
    """What the figure shows of these rows."""
    places = rows.places
    lane_of = {place: number for number, place in enumerate(grouped(places))}
    return Picture(
        first=rows.buckets[0],
        last=rows.span.last,
        level=rows.span.level,
        lanes=[Lane(place_key(*place), place_label(*place), group_name(place)) for place in lane_of],
        marks=marks_of(rows, lane_of),
        grounds=runs([(day, ground_of(rows, day)) for day in rows.buckets], rows.step),
        below=[below_of(rows, name, volume_unit) for name in shown_below],
        signs=list(sign_marks(rows)),
        signs_name=gettext("Warning signs"),
    )


def grouped(places: Sequence[Place]) -> list[Place]:
    """The places by part of the body; the part with the first onset on top, and in it the first place."""
    groups: dict[str, list[Place]] = {}
    for place in places:
        groups.setdefault(group_name(place), []).append(place)
    return [place for group in groups.values() for place in group]


def group_name(place: Place) -> str:
    """The part of the body that a place belongs to."""
    group = LOCATIONS[place[0]].group
    return gettext(GROUPS[group]) if group else gettext("Elsewhere")


def ground_of(rows: Rows, bucket: dt.date) -> GroundKind | None:
    """How a day or week is grounded: None where it twitched, or where nothing could be missed."""
    days = rows.days_of(bucket)
    if not rows.twitched.isdisjoint(days):
        return None
    if not rows.clear.isdisjoint(days):
        return "clear"
    return "open" if any(rows.could_be_missed(day) for day in days) else None


# --- marks -----------------------------------------------------------------------------------------------
def marks_of(rows: Rows, lane_of: dict[Place, int]) -> list[Mark]:
    """Single episodes where the range shows them, sums otherwise; lane by lane, which packs best."""
    language = get_language() or "en"
    if rows.span.level == "episodes":
        singles = sorted(rows.singles, key=lambda single: lane_of[single.place])
        return [single_mark(language, single, lane_of[single.place]) for single in singles]
    counts_days = rows.step > 1
    days = [dt.timedelta(days=n) for n in range(8)]
    starts = {bucket: dt.datetime.combine(bucket, dt.time()) for bucket in rows.buckets}
    lanes: list[list[Mark]] = [[] for _ in lane_of]
    for row in rows.sums:
        lane = lane_of[row.place]
        words = counted_words(language, row.entries, row.days if counts_days else 0, row.strongest)
        lanes[lane].append(Mark(lane, starts[row.bucket], days[row.days], row.strongest, words))
    return [mark for marks in lanes for mark in marks]


def single_mark(language: str, single: Single, lane: int) -> Mark:
    """One episode."""
    return Mark(
        lane=lane,
        start=single.start,
        length=None if single.seconds is None else dt.timedelta(seconds=single.seconds),
        strength=single.strength,
        words=entered_words(
            language,
            single.strength,
            single.ongoing,
            single.seconds,
            single.rough,
            single.how_often,
            single.at_rest,
            single.time_known,
        ),
        time_known=single.time_known,
    )


@lru_cache(maxsize=4096)
def entered_words(
    language: str,
    strength: int | None,
    ongoing: bool,
    seconds: int | None,
    rough: bool,
    how_often: int | None,
    at_rest: bool | None,
    time_known: bool,
) -> str:
    """What was entered about an episode, and what of strength, length and time was not."""
    length = gettext("still going on") if ongoing else duration_words(seconds, rough=rough)
    parts = [
        strength_words(strength) or gettext("strength not entered"),
        length or gettext("length not entered"),
        how_often_words(how_often),
        "" if at_rest is None else str(REST_WORDS[at_rest]),
        "" if time_known else gettext("time not entered"),
    ]
    return " · ".join(part for part in parts if part)


@lru_cache(maxsize=4096)
def counted_words(language: str, entries: int, days: int, strongest: int | None) -> str:
    """`14 entries on 6 days · strongest: seen`; with 0 `days` it is about one day."""
    count = ngettext("%(count)d entry", "%(count)d entries", entries) % {"count": entries}
    if days:
        on_days = ngettext("on %(count)d day", "on %(count)d days", days) % {"count": days}
        count = gettext("%(entries)s %(on_days)s") % {"entries": count, "on_days": on_days}
    if not strongest:
        return f"{count} · {gettext('strength not entered')}"
    return f"{count} · {gettext('strongest: %(strength)s') % {'strength': strength_words(strongest)}}"


def sign_marks(rows: Rows) -> Iterable[SignMark]:
    """One mark a day, with the names of all signs that were answered with yes."""
    by_day: dict[dt.date, list[str]] = defaultdict(list)
    for date, sign in rows.signs:
        name = gettext(SIGNS[sign].name)
        if name not in by_day[date]:
            by_day[date].append(name)
    for date, names in by_day.items():
        yield SignMark(date, ", ".join(names))


# --- context ---------------------------------------------------------------------------------------------
def below_of(rows: Rows, name: str, volume_unit: str) -> Below:
    """One factor below the lanes."""
    language, column = get_language() or "en", FACTOR_NAMES.index(name)
    values = [(day, value[column]) for day, value in sorted(rows.context.items())]
    entered = [(day, value) for day, value in values if value is not None]
    top = max([LEAST_TOP[name], *(value for _, value in entered)])
    return Below(
        name=factor_name(name),
        values=[
            (day, value, value_words(language, name, value, volume_unit, rows.step)) for day, value in entered
        ],
        top=top,
        ticks=ticks_of(name, top, volume_unit),
    )


def factor_name(name: str) -> str:
    """`Sleep`."""
    return str(FACTORS[name].ask)


def has_values(rows: Rows, name: str) -> bool:
    """Whether anything of this factor was entered in the range."""
    column = FACTOR_NAMES.index(name)
    return any(values[column] is not None for values in rows.context.values())


@lru_cache(maxsize=8192)
def value_words(language: str, name: str, value: float, volume_unit: str, step: int) -> str:
    """`Slept 6 h 30`; the mean of a week says that it is one."""
    words = said(name, value, volume_unit)
    return gettext("%(value)s, mean of the week") % {"value": words} if step > 1 else words


def said(name: str, value: float, volume_unit: str) -> str:
    """A value as everywhere in the diary; a mean rounded to what can be told apart."""
    if name == "stress":
        if value.is_integer():
            return stress_words(int(value))
        return gettext("Stress %(value)s of 4") % {"value": number_format(Decimal(str(round(value, 1))))}
    amount, step = amount_of(name, value, volume_unit), step_of(name, volume_unit)
    if value and not amount:
        return gettext("%(factor)s: under %(step)s") % {"factor": factor_name(name), "step": step}
    makers: dict[str, Callable[[], str]] = {
        "sleep_hours": lambda: sleep_words(Decimal(amount) / 60),
        "caffeine_mg": lambda: caffeine_words(amount),
        "exercise_minutes": lambda: exercise_words(amount),
        "water_ml": lambda: water_words(amount, volume_unit),
    }
    return makers[name]()


def amount_of(name: str, value: float, volume_unit: str) -> int:
    """A value of a factor, or the mean of a week, as it is said: sleep in minutes, water in millilitres.

    The figure and the table both say it, so both have to round alike. 0 may also be a mean too small to be said.
    """
    if name == "sleep_hours":
        return round(value * 60)
    if name != "water_ml":
        return round(value)
    if volume_unit == VolumeUnit.FL_OZ:
        return round(value) if ounces_of(round(value)) else 0
    return round(value) if value.is_integer() else 100 * round(value / 100)


def ounces_of(amount_ml: int) -> int:
    """Millilitres in whole fluid ounces."""
    return round(amount_ml / ML_PER_FL_OZ)


def step_of(name: str, volume_unit: str) -> str:
    """The least that is said of a mean."""
    if name == "water_ml":
        is_ounces = volume_unit == VolumeUnit.FL_OZ
        return f"1 {pgettext('unit', 'fl oz')}" if is_ounces else f"{number_format(Decimal('0.1'))} l"
    return "1 mg" if name == "caffeine_mg" else "1 min"


def ticks_of(name: str, top: float, volume_unit: str) -> list[tuple[float, str]]:
    """One or two numbers to read the heights by."""
    if name == "stress":
        return [(2, str(Stress(2).label)), (4, str(Stress(4).label))]
    if name == "sleep_hours":
        return [(4, gettext("%(count)d h") % {"count": 4}), (8, gettext("%(count)d h") % {"count": 8})]
    at = round_below(top)
    if name == "water_ml":
        if volume_unit == VolumeUnit.FL_OZ:
            ounces = round_below(top / float(ML_PER_FL_OZ))
            return [(ounces * float(ML_PER_FL_OZ), f"{ounces:g} {pgettext('unit', 'fl oz')}")]
        litres = number_format(Decimal(str(at)) / 1000, use_l10n=True)
        return [(at, f"{litres} l")]
    unit = {"caffeine_mg": "mg", "exercise_minutes": "min"}[name]
    return [(at, f"{at:g} {unit}")]


def round_below(top: float) -> float:
    """The largest of 1, 2, 5, 10, 20, 50 ... that is not above `top`."""
    steps = (digit * 10**power for power in range(6) for digit in (1, 2, 5))
    return float(max((step for step in steps if step <= top), default=1))


# --- one paragraph ---------------------------------------------------------------------------------------
def summary(rows: Rows, places: list[tuple[Place, int]], earlier: tuple[int, int] | None) -> list[str]:
    """The range in a few sentences. `places` as `leading` has them; `earlier` as `before` found it."""
    length = rows.observable_days
    if not (rows.recorded or rows.signs or any(has_values(rows, name) for name in FACTOR_NAMES)):
        return [gettext("Nothing is recorded in these days.")]
    sentences = [*spot_sentences(rows, places, earlier)]
    if length:
        sentences.append(
            gettext("Recorded: %(count)d of %(length)d days, %(without)d of them without twitches.")
            % {"count": rows.recorded, "length": length, "without": len(rows.clear)}
        )
    if not rows.sums:
        sentences.insert(0, gettext("No twitches are written down here in these days."))
    return sentences


def leading(rows: Rows) -> list[tuple[Place, int]]:
    """The places with the number of their days; most days first, then the order of the lanes."""
    days: defaultdict[Place, int] = defaultdict(int)
    for row in rows.sums:
        days[row.place] += row.days
    order = {place: number for number, place in enumerate(rows.places)}
    return sorted(days.items(), key=lambda item: (-item[1], order[item[0]]))


def spot_sentences(rows: Rows, places: list[tuple[Place, int]], earlier: tuple[int, int] | None) -> Iterable[str]:
    """`Left eyelid on 9 of 14 days, strongest: seen, less often than in the 14 days before (on 12).`"""
    if not places:
        return
    (place, days), *others = places
    strongest = max((row.strongest or 0 for row in rows.sums if row.place == place), default=0)
    parts = [
        gettext("%(place)s on %(days)d of %(length)d days")
        % {"place": place_label(*place), "days": days, "length": rows.observable_days},
        gettext("strongest: %(strength)s") % {"strength": strength_words(strongest)} if strongest else "",
        compared(rows, days, earlier),
    ]
    yield gettext("%(parts)s.") % {"parts": ", ".join(part for part in parts if part)}
    named = [
        gettext("%(place)s on %(days)d") % {"place": place_label(*other), "days": count}
        for other, count in others[:NAMED_SPOTS]
    ]
    more = len(others) - len(named)
    if more > 0:
        named.append(ngettext("and %(count)d more spot", "and %(count)d more spots", more) % {"count": more})
    if named:
        yield gettext("Also: %(places)s.") % {"places": ", ".join(named)}


def compared(rows: Rows, days: int, earlier: tuple[int, int] | None) -> str:
    """How the share of recorded days moved; nothing where too little was recorded to say so."""
    if earlier is None:
        return ""
    before, recorded_before = earlier
    if 2 * recorded_before < rows.span.days or 2 * rows.recorded < rows.span.days:
        return ""
    difference = days / rows.recorded - before / recorded_before
    values = {"length": rows.span.days, "before": before}
    if abs(difference) < ALIKE:
        return gettext("about as often as in the %(length)d days before (on %(before)d)") % values
    if difference < 0:
        return gettext("less often than in the %(length)d days before (on %(before)d)") % values
    return gettext("more often than in the %(length)d days before (on %(before)d)") % values


def plain_value(name: str, value: float, volume_unit: str) -> str:
    """A value below the heading of its factor: `6 h 30`, `180 mg`, `0 mg`, `some`."""
    if name == "stress":
        whole = value.is_integer()
        return str(Stress(int(value)).label) if whole else number_format(Decimal(str(round(value, 1))))
    amount = amount_of(name, value, volume_unit)
    if value and not amount:
        return gettext("under %(step)s") % {"step": step_of(name, volume_unit)}
    if name == "sleep_hours":
        return plain_hours(amount)
    if name == "water_ml":
        if volume_unit == VolumeUnit.FL_OZ:
            return f"{ounces_of(amount)} {pgettext('unit', 'fl oz')}"
        return f"{number_format(Decimal(amount) / 1000, use_l10n=True)} l"
    return f"{amount} {FACTORS[name].typed if name == 'caffeine_mg' else 'min'}"


def plain_hours(minutes: int) -> str:
    """`6 h 30`, `7 h`."""
    hours, minutes = divmod(minutes, 60)
    if not minutes:
        return gettext("%(count)d h") % {"count": hours}
    return gettext("%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": minutes}
