"""The doctor's page in words: numbers and dates of the diary become sentences, each short enough for one page.

Dates are absolute and carry their year; beside every rate stand the days that were recorded.
"""

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, pgettext

from diary.body import LOCATIONS
from diary.factors import water_words
from diary.models import Diarist, Stress, place_name
from diary.signs import SIGNS, Answer, Topic, Urgency
from diary.wording import STRENGTHS
from triage.rules.history import CheckRecord
from triage.summary.choice import Choice
from triage.summary.fit import Caps
from triage.summary.reader import (
    NOW_DAYS,
    Course,
    Facts,
    Site,
    SpotFacts,
    Step,
    Stretch,
    whole,
)
from triage.summary.sheet import FILLS, HEIGHTS, Key, Legend, Row, Run, Section

NAME_LENGTH = 60
MEDICINE_LENGTH = 40
LISTED_IN_LEAD = 3
LISTED_ALSO = 2

# What a doctor asks for first, in the order of the box; the emergency signs are asked only by hand.
CAN_NO_LONGER = ("jars", "buttons", "write", "lift_arm", "stairs", "walk", "neck")
HEAD = ("speech", "swallow", "breathing_flat")
FAST: Topic = "emergency"
LOSSES = tuple(sign.id for sign in SIGNS.values() if sign.in_check or sign.topic == FAST)
URGENCIES: tuple[Urgency, ...] = ("emergency", "same_day", "soon", "mention")
URGENT = URGENCIES[:2]
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


def since(facts: Facts, caps: Caps) -> list[Run]:
    """`Twitching since 24 August 2026, first place: Left calf.`"""
    if not facts.first_spots:
        return [Run(gettext("No twitch is recorded up to %(date)s.") % {"date": long_day(facts.last)}), Run(" ")]
    names = [place(spot) for spot in facts.first_spots]
    words = ngettext("first place: ", "first places: ", len(names))
    return [
        Run(gettext("Twitching since ")),
        Run(long_day(facts.first_spots[0].first_on), is_strong=True),
        Run(f", {words}"),
        Run(some(names, min(LISTED_IN_LEAD, caps.lead)), is_strong=True),
        Run(". "),
    ]


def lately(facts: Facts, caps: Caps) -> list[Run]:
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
    shown = list(facts.now_spots.items())[: min(LISTED_IN_LEAD, caps.lead)]
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


def function(facts: Facts, caps: Caps) -> list[Run]:
    """Whether anything can no longer be done, and when that was last asked."""
    lost = list(dict.fromkeys(gettext(SIGNS[row.sign].name) for row in answered(facts, "yes", LOSSES)))
    if lost:
        return [Run(gettext("Loss of function: ")), Run(some(lost, caps.lead), is_strong=True), Run(".")]
    # Signs that are asked only by hand don't tell that somebody was asked.
    asked = [row.last for row in facts.answers if SIGNS[row.sign].in_check]
    if answered(facts, "unsure", LOSSES):
        said = gettext("not sure")
    else:
        said = gettext("none reported") if asked else gettext("never asked")
    last = gettext(", last asked %(date)s.") % {"date": long_day(max(asked))} if asked else "."
    return [Run(gettext("Loss of function: ")), Run(said, is_strong=True), Run(last)]


def answered(facts: Facts, said: Answer, signs: Collection[str]) -> list[CheckRecord]:
    """What of this answer stands, a row for every sign and place: the most urgent first, then the latest."""
    rows = [row for row in facts.stands if row.answer == said and row.sign in signs]
    rows.sort(key=lambda row: (list(SIGNS).index(row.sign), row.location or "", row.side or ""))
    return sorted(rows, key=lambda row: (URGENCIES.index(SIGNS[row.sign].urgency), -row.date.toordinal()))


def warnings(facts: Facts, caps: Caps) -> Section:
    """The box: what can no longer be done, with dated yes and no."""
    rows = [
        *_warning(gettext("Sudden or fast"), _of_topic(FAST), facts, caps.told),
        *_warning(gettext("Can no longer do"), CAN_NO_LONGER, facts, caps.told),
        *_warning(gettext("Muscle looks thinner"), ("thinner",), facts, caps.told),
        *_warning(gettext("Speech, swallowing, breathing"), HEAD, facts, caps.told),
        *_warning(gettext("Changed reflexes"), ("reflexes",), facts, caps.told),
        *_also(facts, caps),
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
    said = {"count": times, "first": day(first), "last": day(last)}
    if times == 1:
        return gettext("Function check answered in parts from %(first)s to %(last)s.") % said
    return gettext("Function check answered %(count)d times from %(first)s to %(last)s.") % said


def _of_topic(topic: Topic) -> tuple[str, ...]:
    return tuple(sign.id for sign in SIGNS.values() if sign.topic == topic)


def _warning(label: str, signs: Sequence[str], facts: Facts, most: int) -> list[Row]:
    """One part of the box: every open yes, then the dated noes, what was a yes earlier, what was never asked."""
    asked = {row.sign for row in facts.answers}
    if not asked.intersection(signs):
        return [] if SIGNS[signs[0]].topic == FAST else [Row(label, gettext("not asked"))]
    last = {(row.sign, row.answer): row.last for row in facts.answers}
    open_signs = {row.sign for row in facts.stands}
    noes = [sign for sign in signs if (sign, "no") in last and sign not in open_signs]
    rest = _noes({sign: last[sign, "no"] for sign in noes}, signs)
    if once := [sign for sign in noes if (sign, "yes") in last]:
        names = [f"{gettext(SIGNS[sign].name)} ({day(last[sign, 'yes'])})" for sign in once]
        rest.append(gettext("earlier a yes: %(signs)s") % {"signs": some(names, 2)})
    never = [gettext(SIGNS[sign].name) for sign in signs if sign not in asked]
    if never and SIGNS[signs[0]].topic != FAST:
        rest.append(gettext("not asked: %(signs)s") % {"signs": some(never, 4)})
    still = answered(facts, "yes", signs)
    if not still:
        return [Row(label, "; ".join(rest) or gettext("no clear answer, see below"))]
    rows = [Row(label, _told(still, most), is_strong=True)]
    return [*rows, Row("", "; ".join(rest))] if rest else rows


def _told(still: Sequence[CheckRecord], most: int) -> str:
    """`YES on 9 Nov 2026: Writing and typing (Right hand, since 2 Nov 2026, getting worse)`, a part a date.

    Those beyond `most` have no details, but no sign stays without its name.
    """
    names: dict[dt.date, list[str]] = {}
    for row in still[:most]:
        names.setdefault(row.date, []).append(_with_details(row))
    named = {row.sign for row in still[:most]}
    more = Counter(row.sign for row in still[most:])
    latest = {row.sign: row.date for row in reversed(still[most:])}
    for sign in dict.fromkeys(row.sign for row in still[most:]):
        name, places = gettext(SIGNS[sign].name), more[sign] - (sign not in named)
        said = f"{name} ({more_places(places)})" if places else name
        names.setdefault(latest[sign], []).append(said)
    return "; ".join(
        gettext("YES on %(date)s: %(signs)s") % {"date": day(date), "signs": ", ".join(signs)}
        for date, signs in names.items()
    )


def _with_details(told: CheckRecord) -> str:
    """`Writing and typing (Right hand, since 2 Nov 2026, getting worse)`."""
    details = [
        place_name(told.location or "", told.side or ""),
        gettext("since %(date)s") % {"date": day(told.since_on)} if told.since_on else "",
        _course_words(told.course or ""),
    ]
    said = ", ".join(part for part in details if part)
    name = gettext(SIGNS[told.sign].name)
    return f"{name} ({said})" if said else name


def _noes(noes: Mapping[str, dt.date], signs: Sequence[str]) -> list[str]:
    """`no on 16 Nov 2026: Jars, keys and taps, Buttons and zips`, a part a date."""
    parts = []
    for date in sorted(set(noes.values()), reverse=True):
        names = [gettext(SIGNS[sign].name) for sign, last in noes.items() if last == date]
        said = gettext("no on %(date)s") % {"date": day(date)}
        parts.append(said if len(signs) == 1 else f"{said}: {', '.join(names)}")
    return parts


def _course_words(course: str) -> str:
    return {
        "worse": gettext("getting worse"),
        "same": gettext("staying the same"),
        "better": gettext("getting better"),
    }.get(course, "")


def _also(facts: Facts, caps: Caps) -> list[Row]:
    """What else was answered: tired but able, not sure, eyes and medicines."""
    eyes = _latest(answered(facts, "yes", _of_topic("eyes")))
    unsure, tired = _latest(answered(facts, "unsure", SIGNS)), _latest(answered(facts, "tired_only", SIGNS))
    # What would be urgent is named, however many there are.
    urgent = sum(SIGNS[sign].urgency in URGENT for sign in unsure)
    most = max(1, min(LISTED_ALSO, caps.told))
    parts = []
    for date in dict.fromkeys(eyes.values()):
        names = ", ".join(gettext(SIGNS[sign].name) for sign in eyes if eyes[sign] == date)
        parts.append(gettext("yes on %(date)s: %(signs)s") % {"date": day(date), "signs": names})
    if unsure:
        names = some(_dated(unsure), max(most, urgent))
        parts.append(gettext("not sure: %(signs)s") % {"signs": names})
    if tired:
        names = some(_dated(tired), most)
        parts.append(gettext("tired, but can do everything: %(signs)s") % {"signs": names})
    return [Row(gettext("Also noted"), "; ".join(parts))] if parts else []


def _latest(rows: Iterable[CheckRecord]) -> dict[str, dt.date]:
    """The signs of rows that begin with the latest, with their dates."""
    dates: dict[str, dt.date] = {}
    for row in rows:
        dates.setdefault(row.sign, row.date)
    return dates


def _dated(dates: Mapping[str, dt.date]) -> list[str]:
    """`Speech (9 Nov 2026)` for each sign."""
    return [f"{gettext(SIGNS[sign].name)} ({day(date)})" for sign, date in dates.items()]


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
    wide, dots = "", gettext("not recorded")
    if facts.step != "day":
        wide = gettext("The wider a bar, the more of its recorded days had a twitch there.")
        dots = gettext("wholly or partly not recorded")
    window = gettext("First → last: the first and the last 28 days there, or the halves of a shorter time.")
    keys = [Key("bar", strength(level), HEIGHTS[level], FILLS[level]) for level in STRENGTHS]
    if is_unknown:
        keys.append(Key("bar", gettext("strength not entered"), HEIGHTS[0], FILLS[0]))
    keys += [Key("line", gettext("recorded, no twitch there")), Key("dots", dots)]
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


def body_alt(shown: Sequence[SpotFacts], numbers: Mapping[Site, int]) -> str:
    """What a screen reader says of the body map: the listed places by their numbers, then the others."""
    listed = sorted((spot for spot in shown if spot.site in numbers), key=lambda spot: numbers[spot.site])
    names = [f"{numbers[spot.site]} {place(spot)}, {strength(spot.strength)}" for spot in listed]
    names += [place(spot) for spot in shown if spot.site not in numbers]
    if not names:
        return gettext("Body map. Nothing is shaded.")
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
        said = ngettext("on %(count)d day, %(minutes)d min", "on %(count)d days, %(minutes)d min each", active) % {
            "count": active,
            "minutes": minutes,
        }
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
    if count := values["supplement_days"]:
        said = ngettext("supplement on %(count)d day", "supplement on %(count)d days", count) % {"count": count}
        rows.append(Row(gettext("Magnesium"), _of(said, values["magnesium_days"], facts)))
    if count := values["heat_days"]:
        said = ngettext("on %(count)d day", "on %(count)d days", count) % {"count": count}
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
        Row(shortened(medicine.name, MEDICINE_LENGTH), taken(medicine.started_on, medicine.stopped_on, facts.last))
        for medicine in facts.medicines[: caps.medicines]
    ]
    more = facts.medicine_count - len(rows)
    if more > 0:
        rows.append(Row("", ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}))
    return tuple(rows)


def taken(started: dt.date | None, stopped: dt.date | None, last: dt.date) -> str:
    """`since 20 Oct 2026`, `1 Mar 2026 to 4 Apr 2026`; nothing of a stop after the `last` day of the page."""
    stopped = stopped if stopped and stopped <= last else None
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


def and_more_spots(shown: Sequence[SpotFacts], others: Sequence[SpotFacts]) -> str:
    """`and 6 more spots, shaded on the map`; those that are not on it by their names."""
    words = ngettext(
        "and %(count)d more spot, shaded on the map", "and %(count)d more spots, shaded on the map", len(shown)
    )
    parts = [words % {"count": len(shown)}] if shown else []
    if others:
        names = dict.fromkeys(place_name(spot.site[0], "") for spot in others)
        parts.append(gettext("and also %(places)s") % {"places": ", ".join(names)})
    return "; ".join(parts)
