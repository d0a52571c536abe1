"""The whole log of a period, for the pages after the first: what was written down, the newest day first."""

import datetime as dt
import uuid
from collections.abc import Mapping

from django.utils.translation import gettext, ngettext

from diary.models import Diarist, Episode
from diary.wording import REST_WORDS, clock_words, duration_words, how_often_words, strength_words
from triage.summary.choice import Choice
from triage.summary.judged import MARKS, Judged
from triage.summary.sheet import Log
from triage.summary.words import clean, day

MOST_ENTRIES = 2_000


def read_log(diarist: Diarist, choice: Choice, judged: Judged, most: int) -> Log:
    """The entries of the period, the newest first; more than fit on some forty pages are counted, not shown."""
    rows = diarist.episodes.filter(local_date__range=(choice.first, choice.last))
    order = ("-local_date", "-start_time_known", "-started_at", "-id")
    entries = list(rows.order_by(*order)[: MOST_ENTRIES + 1])
    left_out = rows.count() - MOST_ENTRIES if len(entries) > MOST_ENTRIES else 0
    notes = _day_notes(diarist, choice) if choice.has("notes") else {}
    marks = {
        uuid.UUID(pk): mark
        for mark, found in zip(MARKS, judged.listed(most), strict=False)
        for pk in found.entry_ids
    }
    words = ngettext("And %(count)d earlier entry.", "And %(count)d earlier entries.", left_out)
    return Log(
        title=gettext("The log of the period"),
        head=(gettext("Day and time"), gettext("Place"), gettext("What"), gettext("Finding")),
        rows=_rows(entries[:MOST_ENTRIES], notes, marks, with_notes=choice.has("notes")),
        left_out=words % {"count": left_out} if left_out else "",
        nothing="" if entries or notes else gettext("Nothing is written down in this period."),
    )


def _rows(
    entries: list[Episode], notes: Mapping[dt.date, str], marks: Mapping[uuid.UUID, str], *, with_notes: bool
) -> tuple[tuple[str, ...], ...]:
    rows = [(episode.local_date, 1, _row(episode, marks, with_notes=with_notes)) for episode in entries]
    oldest = min((date for date, _, _ in rows), default=dt.date.min)
    rows += [
        (date, 0, (day(date), gettext("Note of the day"), note, ""))
        for date, note in notes.items()
        if date >= oldest
    ]
    rows.sort(key=lambda row: (-row[0].toordinal(), row[1]))
    return tuple(cells for _, _, cells in rows)


def _row(episode: Episode, marks: Mapping[uuid.UUID, str], *, with_notes: bool) -> tuple[str, ...]:
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
    return day(episode.local_date) + time, episode.place_name, said, marks.get(episode.pk, "")


def _day_notes(diarist: Diarist, choice: Choice) -> dict[dt.date, str]:
    rows = diarist.days.filter(date__range=(choice.first, choice.last)).exclude(note="")
    notes = rows.order_by("-date").values_list("date", "note")[:MOST_ENTRIES]
    return {date: clean(note) for date, note in notes}
