"""The doctor's page in words: numbers and dates of the diary become sentences, each short enough for one page.

Dates are absolute and carry their year; beside every rate stand the days that were recorded.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, pgettext

from diary.body import LOCATIONS
from diary.factors import water_words
from diary.models import Diarist, SignCheck, Stress, place_name
from diary.signs import SIGNS, Topic
from diary.wording import STRENGTHS
from triage.summary.choice import Choice
from triage.summary.fit import Caps
from triage.summary.reader import (
    NOW_DAYS,
    Answered,
    Course,
    Facts,
    SpotFacts,
    Step,
    Stretch,
    whole,
)
from triage.summary.sheet import FILLS, HEIGHTS, Key, Legend, Row, Run, Section

NAME_LENGTH = 60
MEDICINE_LENGTH = 40
LISTED_IN_LEAD = 3
LISTED_YES = 3

# What a doctor asks for first, in the order of the box; the emergency signs are asked only by hand.
CAN_NO_LONGER = ("jars", "buttons", "write", "lift_arm", "stairs", "walk", "neck")
HEAD = ("speech", "swallow", "breathing_flat")
FAST: Topic = "emergency"
# Nothing that a person typed may steer how a line is set: controls, and marks that turn the direction round.
_STEERING = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b\ufeff]")


def clean(text: str) -> str:
    """Text that a person typed, on one line and without signs that can't be seen."""
    visible = "".join(" " if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in text)
    return " ".join(_STEERING.sub("", visible).split())


def shortened(text: str, length: int) -> str:
    """Clean text, cut at a word where it is too long, and marked as cut."""
    text = clean(text)
    if len(text) <= length:
        return text
    return f"{text[: length - 1].rsplit(' ', 1)[0][: length - 1].rstrip()}…"


def lines_of(text: str) -> list[str]:
    """The lines that a person typed, without empty ones."""
    return [line for line in (clean(line) for line in text.splitlines()) if line]


def day(date: dt.date) -> str:
    """`23 Nov 2026`."""
    return date_format(date, pgettext("date format", "j M Y"))


def long_day(date: dt.date) -> str:
    """`23 November 2026`."""
    return date_format(date, pgettext("date format", "j F Y"))


def days_words(count: int) -> str:
    """`85 days`."""
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def strength(level: int) -> str:
    """`2 seen`; says so where nobody entered it."""
    return f"{level} {STRENGTHS[level]}" if level else gettext("strength not entered")


def place(spot: SpotFacts) -> str:
    """`Left calf`; where the side was not entered, that is said."""
    name = place_name(*spot.site)
    if not spot.site[1] and has_sides(spot.site[0]):
        return gettext("%(place)s, side not entered") % {"place": name}
    return name


def has_sides(location: str) -> bool:
    """Whether a side could have been entered."""
    return bool(LOCATIONS[location].sides)


def person(diarist: Diarist, choice: Choice, born_on: dt.date | None) -> str:
    """`Alex Example, born 12 May 1987`, as far as wanted and entered."""
    name = shortened(diarist.name, NAME_LENGTH) if choice.has("name") else ""
    born = gettext("born %(date)s") % {"date": long_day(born_on)} if born_on and choice.has("born") else ""
    return ", ".join(part for part in (name, born) if part)


def period(facts: Facts) -> str:
    """`31 August 2026 to 23 November 2026 (85 days)`."""
    return gettext("%(first)s to %(last)s (%(days)s)") % {
        "first": long_day(facts.first),
        "last": long_day(facts.last),
        "days": days_words(facts.days),
    }


def recorded(facts: Facts) -> tuple[Run, ...]:
    """How much of the period is known."""
    if not facts.recorded:
        return (Run(gettext("No day of this period is recorded.")),)
    share = ngettext(
        "%(recorded)d of %(count)d day recorded", "%(recorded)d of %(count)d days recorded", facts.days
    )
    clear = facts.recorded - facts.twitch_days
    return (
        Run(share % {"recorded": facts.recorded, "count": facts.days}, is_strong=True),
        Run(
            ngettext(", %(count)d of them without any twitch", ", %(count)d of them without any twitch", clear)
            % {"count": clear}
        ),
    )


def since(facts: Facts) -> list[Run]:
    """`Twitching since 24 August 2026, first place: Left calf.`"""
    if not facts.first_spots:
        return [Run(gettext("No twitch is recorded up to %(date)s.") % {"date": long_day(facts.last)}), Run(" ")]
    names = [place(spot) for spot in facts.first_spots]
    words = ngettext("first place: ", "first places: ", len(names))
    return [
        Run(gettext("Twitching since ")),
        Run(long_day(facts.first_spots[0].first_on), is_strong=True),
        Run(f", {words}"),
        Run(some(names, LISTED_IN_LEAD), is_strong=True),
        Run(". "),
    ]


def lately(facts: Facts) -> list[Run]:
    """Where it twitches now: on how many of the last 14 days, beside how many were recorded."""
    if not facts.first_spots:
        return []
    days = min(NOW_DAYS, facts.days)
    values = {"count": days, "recorded": facts.now_recorded}
    head = ngettext(
        "Last %(count)d day (%(recorded)d recorded): ", "Last %(count)d days (%(recorded)d recorded): ", days
    )
    if not facts.now_spots:
        nothing = gettext("no twitch recorded") if facts.now_recorded else gettext("nothing recorded")
        return [Run(head % values), Run(nothing, is_strong=True), Run(". ")]
    names = {spot.site: place(spot) for spot in facts.spots}
    shown = list(facts.now_spots.items())[:LISTED_IN_LEAD]
    parts = [
        ngettext("%(place)s on %(count)d day", "%(place)s on %(count)d days", count)
        % {"place": names[site], "count": count}
        for site, count in shown
    ]
    more = len(facts.now_spots) - len(shown)
    if more:
        parts.append(more_places(more))
    return [Run(head % values), Run("; ".join(parts), is_strong=True), Run(". ")]


def more_places(count: int) -> str:
    """`2 more places`."""
    return ngettext("%(count)d more place", "%(count)d more places", count) % {"count": count}


def function(facts: Facts) -> list[Run]:
    """Whether anything can no longer be done, and when that was last asked."""
    signs = (*CAN_NO_LONGER, "thinner", *HEAD)
    newest = newest_answers(facts.answers)
    lost = [sign for sign in signs if sign in newest and newest[sign].answer == "yes"]
    if lost:
        names = some([gettext(SIGNS[sign].name) for sign in lost], LISTED_YES)
        return [Run(gettext("Loss of function: ")), Run(names, is_strong=True), Run(".")]
    asked = [newest[sign].last for sign in signs if sign in newest]
    if not asked:
        return [Run(gettext("Loss of function: ")), Run(gettext("never asked"), is_strong=True), Run(".")]
    unsure = any(newest[sign].answer == "unsure" for sign in signs if sign in newest)
    said = gettext("not sure") if unsure else gettext("none reported")
    return [
        Run(gettext("Loss of function: ")),
        Run(said, is_strong=True),
        Run(gettext(", last asked %(date)s.") % {"date": long_day(max(asked))}),
    ]


def newest_answers(answers: Iterable[Answered]) -> dict[str, Answered]:
    """The latest answer to every sign; of two on one day the graver one."""
    gravity = {"yes": 3, "unsure": 2, "tired_only": 1, "no": 0}
    newest: dict[str, Answered] = {}
    for answer in sorted(answers, key=lambda row: (row.last, gravity[row.answer])):
        newest[answer.sign] = answer
    return newest


def warnings(facts: Facts, caps: Caps) -> Section:
    """The box: what can no longer be done, with dated yes and no."""
    rows = [
        *_warning(gettext("Can no longer do"), CAN_NO_LONGER, facts, caps.told),
        *_warning(gettext("Muscle looks thinner"), ("thinner",), facts, caps.told),
        *_warning(gettext("Speech, swallowing, breathing"), HEAD, facts, caps.told),
        *_warning(gettext("Changed reflexes"), ("reflexes",), facts, caps.told),
        *_warning(gettext("Sudden or fast"), _of_topic(FAST), facts, caps.told),
        *_also(facts),
    ]
    return Section(gettext("Warning signs"), tuple(rows), remark=_checks(facts))


def _checks(facts: Facts) -> str:
    """How often the function check was answered, from when to when."""
    rows = [row for row in facts.answers if SIGNS[row.sign].in_check]
    if not rows:
        return gettext("The function check was never answered.")
    times = max(sum(row.times for row in rows if row.sign == sign) for sign in {row.sign for row in rows})
    first, last = min(row.first for row in rows), max(row.last for row in rows)
    if first == last:
        return gettext("Function check answered once, on %(date)s.") % {"date": day(last)}
    return gettext("Function check answered %(count)d times from %(first)s to %(last)s.") % {
        "count": times,
        "first": day(first),
        "last": day(last),
    }


def _of_topic(topic: Topic) -> tuple[str, ...]:
    return tuple(sign.id for sign in SIGNS.values() if sign.topic == topic)


def _warning(label: str, signs: Sequence[str], facts: Facts, most: int) -> list[Row]:
    """One part of the box: every open yes, then the dated noes, what was a yes earlier, what was never asked."""
    newest = newest_answers(facts.answers)
    asked = [sign for sign in signs if sign in newest]
    if not asked:
        return [] if SIGNS[signs[0]].topic == FAST else [Row(label, gettext("not asked"))]
    still = [sign for sign in asked if newest[sign].answer == "yes"]
    noes = [sign for sign in asked if newest[sign].answer == "no"]
    rest = _noes(noes, signs, newest)
    once = {row.sign: row for row in facts.answers if row.answer == "yes" and row.sign in noes}
    if once:
        names = [f"{gettext(SIGNS[sign].name)} ({day(row.last)})" for sign, row in once.items()]
        rest.append(gettext("earlier a yes: %(signs)s") % {"signs": some(names, 2)})
    never = [gettext(SIGNS[sign].name) for sign in signs if sign not in newest]
    if never and SIGNS[signs[0]].topic != FAST:
        rest.append(gettext("not asked: %(signs)s") % {"signs": some(never, 4)})
    if not still:
        return [Row(label, "; ".join(rest) or gettext("no clear answer, see below"))]
    rows = [Row(label, _told(still, facts, most), is_strong=True)]
    return [*rows, Row("", "; ".join(rest))] if rest else rows


def _told(still: Sequence[str], facts: Facts, most: int) -> str:
    """`YES on 9 Nov 2026: Writing and typing (Right hand, since 2 Nov 2026, getting worse)`, a part a date."""
    rows = [next(row for row in facts.told if row.sign == sign and row.answer == "yes") for sign in still]
    parts = []
    for date in sorted({row.date for row in rows[:most]}, reverse=True):
        names = [_with_details(row) for row in rows[:most] if row.date == date]
        parts.append(gettext("YES on %(date)s: %(signs)s") % {"date": day(date), "signs": ", ".join(names)})
    if len(rows) > most:
        parts.append(gettext("and %(count)d more") % {"count": len(rows) - most})
    return "; ".join(parts)


def _with_details(told: SignCheck) -> str:
    """`Writing and typing (Right hand, since 2 Nov 2026, getting worse)`."""
    details = [
        place_name(told.location, told.side),
        gettext("since %(date)s") % {"date": day(told.since_on)} if told.since_on else "",
        _course_words(told.course),
    ]
    said = ", ".join(part for part in details if part)
    name = gettext(SIGNS[told.sign].name)
    return f"{name} ({said})" if said else name


def _noes(noes: Sequence[str], signs: Sequence[str], newest: Mapping[str, Answered]) -> list[str]:
    """`no (16 Nov 2026): Jars, keys and taps, Buttons and zips`, a part a date."""
    parts = []
    for date in sorted({newest[sign].last for sign in noes}, reverse=True):
        names = [gettext(SIGNS[sign].name) for sign in noes if newest[sign].last == date]
        said = gettext("no on %(date)s") % {"date": day(date)}
        parts.append(said if len(signs) == 1 else f"{said}: {', '.join(names)}")
    return parts


def _course_words(course: str) -> str:
    return {
        "worse": gettext("getting worse"),
        "same": gettext("staying the same"),
        "better": gettext("getting better"),
    }.get(course, "")


def _also(facts: Facts) -> list[Row]:
    """What else was answered: tired but able, not sure, eyes and medicines."""
    heads = {
        "yes": gettext("yes: %(signs)s"),
        "unsure": gettext("not sure: %(signs)s"),
        "tired_only": gettext("tired, but can do everything: %(signs)s"),
    }
    names: dict[str, list[str]] = {}
    for sign, row in newest_answers(facts.answers).items():
        if row.answer in {"unsure", "tired_only"} or (row.answer == "yes" and SIGNS[sign].topic == "eyes"):
            names.setdefault(row.answer, []).append(f"{gettext(SIGNS[sign].name)} ({day(row.last)})")
    parts = [heads[said] % {"signs": some(names[said], 2)} for said in heads if said in names]
    return [Row(gettext("Also noted"), "; ".join(parts))] if parts else []


def some(names: Sequence[str], most: int, sep: str = ", ") -> str:
    """The first of `names`, and how many more there are."""
    shown = sep.join(names[:most])
    if len(names) <= most:
        return shown
    return gettext("%(shown)s and %(count)d more") % {"shown": shown, "count": len(names) - most}


def spot_since(spot: SpotFacts, facts: Facts) -> str:
    """`since 24 Aug 2026, 41/74`."""
    return gettext("since %(date)s, %(days)d/%(recorded)d") % {
        "date": day(spot.first_on),
        "days": spot.days,
        "recorded": facts.recorded,
    }


def spot_course(course: Course) -> str:
    """`first 5/26, 1 felt only → last 20/27, 3 moves the part`."""
    last = f"{course.now.days}/{course.now.recorded}"
    if course.then.last >= course.now.first:
        return _with_strength(last, course.now)
    then = f"{course.then.days}/{course.then.recorded}"
    return gettext("first %(then)s → last %(now)s") % {
        "then": _with_strength(then, course.then),
        "now": _with_strength(last, course.now),
    }


def _with_strength(said: str, stretch: Stretch) -> str:
    """`5/26, 1 felt only`."""
    return f"{said}, {strength(stretch.strength)}" if stretch.strength else said


def spots_title(facts: Facts) -> str:
    """What the rows below are, and what a bar stands for."""
    steps: dict[Step, str] = {
        "day": gettext("one bar a day"),
        "week": gettext("one bar a week"),
        "month": gettext("one bar a month"),
        "year": gettext("one bar a year"),
    }
    return gettext("Places, first to appear on top: days with twitches / days recorded, %(step)s") % {
        "step": steps[facts.step]
    }


def legend(facts: Facts) -> Legend:
    """The key to bars and shades."""
    is_unknown = any(level == 0 for bucket in facts.buckets for _, level in bucket.spots.values())
    wide = (
        ""
        if facts.step == "day"
        else gettext("The wider a bar, the more of its recorded days had a twitch there.")
    )
    window = gettext("First → last: the first and the last 28 days there, or the halves of a shorter time.")
    keys = [Key("bar", strength(level), HEIGHTS[level], FILLS[level]) for level in STRENGTHS]
    if is_unknown:
        keys.append(Key("bar", gettext("strength not entered"), HEIGHTS[0], FILLS[0]))
    keys += [Key("line", gettext("recorded, no twitch there")), Key("dots", gettext("not recorded"))]
    return Legend(tuple(keys), " ".join(part for part in (wide, window) if part))


def ticks_alt(facts: Facts) -> str:
    """What a screen reader says of the dates below the strips."""
    return gettext("From %(first)s to %(last)s.") % {"first": day(facts.first), "last": day(facts.last)}


def strip_alt(spot: SpotFacts, facts: Facts) -> str:
    """What a screen reader says of a strip."""
    return gettext("%(place)s: twitches on %(days)d of %(recorded)d recorded days, the last on %(date)s.") % {
        "place": place(spot),
        "days": spot.days,
        "recorded": facts.recorded,
        "date": day(spot.last_on),
    }


def body_alt(facts: Facts, spots: Sequence[SpotFacts]) -> str:
    """What a screen reader says of the body map."""
    names = [f"{number} {place(spot)}, {strength(spot.strength)}" for number, spot in enumerate(spots, start=1)]
    listed = {spot.site for spot in spots}
    names += [place(spot) for spot in facts.spots if spot.site not in listed]
    return gettext("Body map. Shaded: %(places)s.") % {"places": "; ".join(names)}


def picture_titles() -> dict[str, tuple[str, str, str]]:
    """The name of each picture, and which side of the person is at its left and right."""
    left, right = pgettext("side of the person", "left"), pgettext("side of the person", "right")
    return {
        "front": (gettext("front"), right, left),
        "back": (gettext("back"), left, right),
        "face": (gettext("face"), right, left),
        "hand_left": (gettext("left hand"), "", ""),
        "hand_right": (gettext("right hand"), "", ""),
    }


def context(facts: Facts, volume_unit: str) -> Section:
    """Means of what was entered about the days, with the number of days each."""
    values = facts.context
    rows = []
    if count := values["sleep_hours_days"]:
        hours = gettext("%(hours)s h a night") % {"hours": _one_place(values["sleep_hours_mean"])}
        rows.append(Row(gettext("Sleep"), _of(hours, count, facts)))
    if count := values["caffeine_mg_days"]:
        caffeine = gettext("%(count)d mg a day") % {"count": whole(values["caffeine_mg_mean"])}
        rows.append(Row(gettext("Caffeine"), _of(caffeine, count, facts)))
    if count := values["exercise_minutes_days"]:
        active = values["active_days"]
        minutes = whole((values["active_minutes"] or 0) / active) if active else 0
        said = gettext("on %(count)d days, %(minutes)d min each") % {"count": active, "minutes": minutes}
        rows.append(Row(gettext("Exercise"), _of(said if active else gettext("none"), count, facts)))
    if count := values["stress_days"]:
        rows.append(Row(gettext("Stress"), _of(_stress(float(values["stress_mean"])), count, facts)))
    if count := values["alcohol_units_days"]:
        units = gettext("%(count)s units a day") % {"count": _one_place(values["alcohol_units_mean"])}
        rows.append(Row(gettext("Alcohol"), _of(units, count, facts)))
    if count := values["water_ml_days"]:
        water = gettext("%(amount)s a day") % {
            "amount": water_words(round(values["water_ml_mean"], -2), volume_unit)
        }
        rows.append(Row(gettext("Drinking"), _of(water, count, facts)))
    if values["supplement_days"]:
        said = gettext("supplement on %(count)d days") % {"count": values["supplement_days"]}
        rows.append(Row(gettext("Magnesium"), _of(said, values["magnesium_days"], facts)))
    if values["heat_days"]:
        said = gettext("on %(count)d days") % {"count": values["heat_days"]}
        rows.append(Row(gettext("Heat or heavy sweating"), _of(said, values["heat_asked"], facts)))
    remark = "" if rows else gettext("Nothing about sleep, caffeine, exercise or stress was entered.")
    return Section(gettext("Context (days entered of days)"), tuple(rows), remark=remark)


def _of(said: str, count: int, facts: Facts) -> str:
    return f"{said} ({count}/{facts.days})"


def _one_place(value: object) -> str:
    return number_format(f"{float(str(value)):.1f}")


def _stress(mean: float) -> str:
    label = Stress(round(mean)).label
    return gettext("%(label)s on average (%(mean)s of 4)") % {"label": label, "mean": _one_place(mean)}


def medicines(facts: Facts, caps: Caps, *, is_wanted: bool) -> tuple[Row, ...]:
    """What was taken in the period; that it was left out is said, so that nobody takes it for none."""
    if not is_wanted:
        return (Row(gettext("Medicines"), gettext("not shown on this page")),)
    if not facts.medicines:
        return (Row(gettext("Medicines"), gettext("none entered")),)
    rows = [
        Row(shortened(medicine.name, MEDICINE_LENGTH), taken(medicine.started_on, medicine.stopped_on))
        for medicine in facts.medicines[: caps.medicines]
    ]
    more = facts.medicine_count - len(rows)
    if more > 0:
        rows.append(Row("", ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}))
    return tuple(rows)


def taken(started: dt.date | None, stopped: dt.date | None) -> str:
    """`since 20 Oct 2026`, `1 Mar 2026 to 4 Apr 2026`."""
    if started and stopped:
        return gettext("%(first)s to %(last)s") % {"first": day(started), "last": day(stopped)}
    if started:
        return gettext("since %(date)s") % {"date": day(started)}
    if stopped:
        return gettext("until %(date)s") % {"date": day(stopped)}
    return gettext("start not entered")


def notes(facts: Facts, caps: Caps, *, is_in_log: bool) -> Section | None:
    """The newest notes, shortened, and how many there are."""
    if not facts.notes:
        return None
    lines = []
    for date, site, note in facts.notes[: caps.notes]:
        where = f", {place_name(*site)}" if site[0] else ""
        lines.append(f"{day(date)}{where}: {shortened(note, caps.length)}")
    more = facts.note_count - len(lines)
    remark = ""
    if more:
        words = (
            ngettext("and %(count)d more note", "and %(count)d more notes", more)
            if lines
            else ngettext(
                "%(count)d note, too long for this page", "%(count)d notes, too long for this page", more
            )
        )
        remark = words % {"count": more} + (gettext(", in the log on the next pages") if is_in_log else "")
    return Section(gettext("Latest notes"), lines=tuple(lines), remark=remark)


def questions(text: str, caps: Caps) -> Section | None:
    """The questions that the person wants answered, a line each."""
    lines = lines_of(text)
    if not lines:
        return None
    more = len(lines) - caps.questions
    remark = ngettext("and %(count)d more question", "and %(count)d more questions", more) % {"count": more}
    return Section(
        gettext("My questions"),
        lines=tuple(shortened(line, caps.length) for line in lines[: caps.questions]),
        remark=remark if more > 0 else "",
    )


def and_more_spots(count: int) -> str:
    """`and 6 more spots, shaded on the map`."""
    words = ngettext(
        "and %(count)d more spot, shaded on the map", "and %(count)d more spots, shaded on the map", count
    )
    return words % {"count": count}
