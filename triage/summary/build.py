"""A diary and a choice become one `Sheet`: the only door to the doctor's page."""

import datetime as dt
from dataclasses import replace

from django.utils import translation
from django.utils.translation import gettext

from diary.models import Diarist
from triage.models import Appointment, DoctorTexts
from triage.summary import figures, words
from triage.summary.choice import Choice
from triage.summary.fit import density
from triage.summary.judged import Judged, course, findings_section, found, judge
from triage.summary.log import read_log
from triage.summary.reader import Facts, read_facts
from triage.summary.sheet import BodyFigure, Code, Row, Section, Sheet, Spot, Tick

HISTORY_LENGTH = 220


def make_sheet(diarist: Diarist, choice: Choice, today: dt.date, *, code: Code | None = None) -> Sheet:
    """The page of one diary, in the language of the choice. The number of queries does not grow with the diary."""
    with translation.override(choice.language):
        facts = read_facts(
            diarist,
            choice.first,
            choice.last,
            with_medicines=choice.has("medicines"),
            with_notes=choice.has("notes"),
        )
        texts = DoctorTexts.objects.filter(diarist=diarist).first() or DoctorTexts(diarist=diarist)
        visit = diarist.appointments.filter(date__lte=choice.last).order_by("-date", "-id").first()
        judged = judge(diarist, choice.last, today)
        sheet = _sheet(diarist, choice, facts, texts, visit, judged, today, code)
        return _with_density(sheet)


def _sheet(
    diarist: Diarist,
    choice: Choice,
    facts: Facts,
    texts: DoctorTexts,
    visit: Appointment | None,
    judged: Judged,
    today: dt.date,
    code: Code | None,
) -> Sheet:
    more = len(facts.spots) - len(facts.listed)
    return Sheet(
        language=choice.language,
        paper=choice.paper,
        density="roomy",
        title=gettext("Muscle twitches: diary summary"),
        person=words.person(diarist, choice, texts.born_on),
        period=words.period(facts),
        recorded=words.recorded(facts),
        lead=tuple([*words.since(facts), *words.lately(facts), *course(judged), *words.function(facts)]),
        warnings=words.warnings(facts),
        findings=findings_section(judged),
        found=found(judged, with_marks=choice.has("log")),
        body=_body(facts),
        spots_title=words.spots_title(facts),
        spots=_spots(facts),
        more_spots=words.and_more_spots(more) if more else "",
        ticks=_ticks(facts),
        ticks_alt=words.ticks_alt(facts),
        legend=words.legend(facts) if facts.spots else None,
        sections=_sections(diarist, choice, facts, texts, visit),
        questions=words.questions(texts.questions) if choice.has("questions") else None,
        foot=gettext("Made by the person from their own diary. Information for a conversation, not a diagnosis."),
        made=gettext("Made on %(date)s") % {"date": words.long_day(today)},
        code=code,
        log=read_log(diarist, choice, judged) if choice.has("log") else None,
    )


def _body(facts: Facts) -> BodyFigure:
    levels = {spot.site: spot.strength for spot in facts.spots}
    numbers = {spot.site: number for number, spot in enumerate(facts.listed, start=1)}
    return figures.body(levels, numbers, words.picture_titles(), words.body_alt(facts))


def _spots(facts: Facts) -> tuple[Spot, ...]:
    return tuple(
        Spot(
            number=number,
            name=words.place(spot),
            since=words.spot_since(spot, facts),
            course=words.spot_course(facts.courses[spot.site]),
            strip=figures.strip(facts.buckets, spot.site, words.strip_alt(spot, facts)),
        )
        for number, spot in enumerate(facts.listed, start=1)
    )


def _ticks(facts: Facts) -> tuple[Tick, ...]:
    if not facts.spots:
        return ()
    return figures.ticks(facts.buckets, {date: words.day(date) for date in figures.tick_dates(facts.buckets)})


def _sections(
    diarist: Diarist, choice: Choice, facts: Facts, texts: DoctorTexts, visit: Appointment | None
) -> tuple[Section, ...]:
    """Context, then medicines and history, then notes; what is not wanted is not there."""
    sections = []
    if choice.has("context"):
        sections.append(words.context(facts, diarist.volume_unit))
    rows = [*words.medicines(facts, is_wanted=choice.has("medicines"))]
    if visit is not None:
        outcome = words.shortened(visit.note, words.LINE_LENGTH) if choice.has("notes") else ""
        said = ": ".join(part for part in (words.day(visit.date), outcome) if part)
        rows.append(Row(gettext("Last appointment"), said))
    if choice.has("history") and texts.history:
        history = "; ".join(words.lines_of(texts.history))
        rows.append(Row(gettext("History, tried so far"), words.shortened(history, HISTORY_LENGTH)))
    sections.append(Section(gettext("Medicines and history"), tuple(rows)))
    notes = words.notes(facts, is_in_log=choice.has("log"))
    return (*sections, notes) if notes else tuple(sections)


def _with_density(sheet: Sheet) -> Sheet:
    return replace(sheet, density=density(sheet))
