"""A diary and a choice become one `Sheet`: the only door to the doctor's page."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import translation
from django.utils.translation import gettext

from diary.models import Diarist
from triage.models import Appointment, DoctorTexts
from triage.summary import figures, words
from triage.summary.choice import Choice
from triage.summary.fit import Caps, fits, tries
from triage.summary.judged import Judged, course, findings_section, found, judge, marked_entries, marks_of
from triage.summary.log import Written, log_of, read_log
from triage.summary.reader import Facts, SpotFacts, read_facts
from triage.summary.sheet import BodyFigure, Code, Row, Section, Sheet, Spot, Tick


@dataclass(frozen=True, slots=True)
class Sources:
    """All that a sheet is made from."""

    diarist: Diarist
    choice: Choice
    facts: Facts
    texts: DoctorTexts
    visit: Appointment | None
    judged: Judged
    written: Written | None
    today: dt.date
    code: Code | None


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
        written = read_log(diarist, choice) if choice.has("log") else None
        sources = Sources(diarist, choice, facts, texts, visit, judged, written, today, code)
        for density, caps in tries():
            sheet = replace(_sheet(sources, caps), density=density)
            if fits(sheet):
                break
        if written is None:
            return sheet
        return replace(sheet, log=log_of(written, marked_entries(judged, _marks(sources, caps))))


def _marks(given: Sources, caps: Caps) -> dict[str, str]:
    """The letters that lead from the findings to the log, where there is one."""
    return marks_of(given.judged, caps.findings, given.written.ids) if given.written else {}


def _sheet(given: Sources, caps: Caps) -> Sheet:
    choice, facts, judged = given.choice, given.facts, given.judged
    listed = facts.listed(caps.spots)
    more = [spot for spot in facts.spots if spot not in listed]
    return Sheet(
        language=choice.language,
        paper=choice.paper,
        density="roomy",
        title=gettext("Muscle twitches: diary summary"),
        person=words.person(given.diarist, choice, given.texts.born_on),
        period=words.period(facts),
        recorded=words.recorded(facts),
        lead=(
            *words.since(facts, caps),
            *words.lately(facts, caps),
            *course(judged),
            *words.function(facts, caps),
        ),
        warnings=words.warnings(facts, caps),
        findings=findings_section(judged, caps.findings),
        found=found(judged, caps.findings, _marks(given, caps)),
        body=_body(facts, listed),
        spots_title=words.spots_title(facts),
        spots=_spots(facts, listed),
        more_spots=words.and_more_spots(*_on_the_map(more)),
        ticks=_ticks(facts),
        ticks_alt=words.ticks_alt(facts),
        legend=words.legend(facts) if facts.spots else None,
        columns=_columns(given, caps),
        rest=_rest(given, caps),
        foot=gettext("Made by the person from their own diary. Information for a conversation, not a diagnosis."),
        made=gettext("Made on %(date)s") % {"date": words.long_day(given.today)},
        code=given.code,
    )


def _on_the_map(spots: Sequence[SpotFacts]) -> tuple[list[SpotFacts], list[SpotFacts]]:
    """The places that the body map shows, and those that are nowhere on it."""
    shown = [spot for spot in spots if figures.has_outline(spot.site)]
    return shown, [spot for spot in spots if spot not in shown]


def _body(facts: Facts, listed: Sequence[SpotFacts]) -> BodyFigure:
    levels = {spot.site: spot.strength for spot in facts.spots}
    numbers = {spot.site: number for number, spot in enumerate(listed, start=1)}
    shown, _ = _on_the_map(facts.spots)
    return figures.body(levels, numbers, words.picture_titles(), words.body_alt(shown, numbers))


def _spots(facts: Facts, listed: Sequence[SpotFacts]) -> tuple[Spot, ...]:
    return tuple(
        Spot(
            number=number,
            name=words.place(spot),
            since=words.spot_since(spot, facts),
            course=words.spot_course(facts.courses[spot.site]),
            strip=figures.strip(facts.buckets, spot.site, words.strip_alt(spot, facts)),
        )
        for number, spot in enumerate(listed, start=1)
    )


def _ticks(facts: Facts) -> tuple[Tick, ...]:
    if not facts.spots:
        return ()
    return figures.ticks(facts.buckets, {date: words.day(date) for date in figures.tick_dates(facts.buckets)})


def _columns(given: Sources, caps: Caps) -> tuple[Section, ...]:
    """Context, beside it medicines and history; what is not wanted is not there."""
    choice, facts, visit = given.choice, given.facts, given.visit
    sections = []
    if choice.has("context"):
        sections.append(words.context(facts, given.diarist.volume_unit))
    rows = [*words.medicines(facts, caps, is_wanted=choice.has("medicines"))]
    if visit is not None:
        outcome = words.shortened(visit.note, caps.length) if choice.has("notes") else ""
        said = ": ".join(part for part in (words.day(visit.date), outcome) if part)
        rows.append(Row(gettext("Last appointment"), said))
    if choice.has("history") and given.texts.history:
        history = "; ".join(words.lines_of(given.texts.history))
        rows.append(Row(gettext("History, tried so far"), words.shortened(history, 2 * caps.length)))
    sections.append(Section(gettext("Medicines and history"), tuple(rows)))
    return tuple(sections)


def _rest(given: Sources, caps: Caps) -> tuple[Section, ...]:
    """Notes and questions, as far as wanted and there."""
    choice = given.choice
    notes = words.notes(given.facts, caps, is_in_log=choice.has("log"))
    asked = words.questions(given.texts.questions, caps) if choice.has("questions") else None
    return tuple(section for section in (notes, asked) if section is not None)
