"""The whole log of a period, for the pages after the first: what was written down, the newest day first."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from diary.models import Diarist, Episode
from diary.wording import REST_WORDS, clock_words, duration_words, how_often_words, strength_words
from triage.summary.choice import Choice
from triage.summary.reader import ONE_DAY, clear_days
from triage.summary.sheet import Log
from triage.summary.words import clean, day, days_words

MOST_ENTRIES = 2_000


@dataclass(frozen=True, slots=True)
class Written:
    """What a log holds: the latest entries, the notes of days, and the stretches of days without twitches."""

    entries: tuple[Episode, ...]
    ids: frozenset[str]
    left_out: int
    notes: Mapping[dt.date, str]
    clear: tuple[tuple[dt.date, dt.date], ...]
    with_notes: bool


def read_log(diarist: Diarist, choice: Choice) -> Written:
    """The entries of the period, the newest first; more than fit on some forty pages are counted, not shown."""
    rows = diarist.episodes.filter(local_date__range=(choice.first, choice.last))
    order = ("-local_date", "-start_time_known", "-started_at", "-id")
    entries = list(rows.order_by(*order)[: MOST_ENTRIES + 1])
    left_out = rows.count() - MOST_ENTRIES if len(entries) > MOST_ENTRIES else 0
    entries = entries[:MOST_ENTRIES]
    first = entries[-1].local_date if left_out else choice.first
    return Written(
        tuple(entries),
        frozenset(str(episode.pk) for episode in entries),
        left_out,
        _day_notes(diarist, first, choice.last) if choice.has("notes") else {},
        _clear(diarist, first, choice.last),
        choice.has("notes"),
    )


def log_of(written: Written, marks: Mapping[str, str]) -> Log:
    """The log in words, with the marks of the findings that each entry is part of."""
    words = ngettext("And %(count)d earlier entry.", "And %(count)d earlier entries.", written.left_out)
    rows = _rows(written, marks)
    return Log(
        title=gettext("The log of the period"),
        head=(gettext("Day and time"), gettext("Place"), gettext("What"), gettext("Finding")),
        rows=rows,
        left_out=words % {"count": written.left_out} if written.left_out else "",
        nothing="" if rows else gettext("Nothing is written down in this period."),
    )


def _rows(written: Written, marks: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    rows = [
        (episode.local_date, 1, _row(episode, marks, with_notes=written.with_notes)) for episode in written.entries
    ]
    rows += [(date, 0, (day(date), gettext("Note of the day"), note, "")) for date, note in written.notes.items()]
    rows += [(last, 2, (day(last), "", _clear_words(first, last), "")) for first, last in written.clear]
    rows.sort(key=lambda row: (-row[0].toordinal(), row[1]))
    return tuple(cells for _, _, cells in rows)


def _clear_words(first: dt.date, last: dt.date) -> str:
    """`no twitches, marked for 3 days, since 19 Nov 2026`."""
    if first == last:
        return gettext("no twitches, marked for this day")
    return gettext("no twitches, marked for %(days)s, since %(date)s") % {
        "days": days_words((last - first).days + 1),
        "date": day(first),
    }


def _row(episode: Episode, marks: Mapping[str, str], *, with_notes: bool) -> tuple[str, ...]:
    time = f", {clock_words(episode.moment)}" if episode.start_time_known else ""
    at_rest = "" if episode.at_rest is None else str(REST_WORDS[episode.at_rest])
    parts = [
        strength_words(episode.strength),
        duration_words(episode.duration_seconds, rough=episode.duration_is_rough),
        how_often_words(episode.how_often),
        at_rest,
        clean(episode.note) if with_notes else "",
    ]
    said = " · ".join(part for part in parts if part)
    return day(episode.local_date) + time, episode.place_name, said, marks.get(str(episode.pk), "")


def _day_notes(diarist: Diarist, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    rows = diarist.days.filter(date__range=(first, last)).exclude(note="")
    notes = rows.order_by("-date").values_list("date", "note")[:MOST_ENTRIES]
    return {date: clean(note) for date, note in notes}


def _clear(diarist: Diarist, first: dt.date, last: dt.date) -> tuple[tuple[dt.date, dt.date], ...]:
    """The first and last day of each stretch that was marked as without twitches."""
    stretches: list[tuple[dt.date, dt.date]] = []
    for date in clear_days(diarist, first, last).order_by("date").values_list("date", flat=True):
        if stretches and stretches[-1][1] + ONE_DAY == date:
            stretches[-1] = stretches[-1][0], date
        else:
            stretches.append((date, date))
    return tuple(stretches[-MOST_ENTRIES:])
