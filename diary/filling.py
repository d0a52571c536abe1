"""Missed days filled in a row: what "same as the day before" and "no twitches" come to, before it is stored.

Pure: takes what the diary holds, gives back the rows to store. Every new row's id follows from the form's id, so
that a form sent twice is stored once.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from diary.body import ANYWHERE
from diary.models import Day, Episode
from diary.moments import some_time_on
from diary.wording import ROUGH_DURATIONS_SECONDS

Answer = Literal["same", "none"]
# A day with more episodes than this is not copied: no memory of the next day is that exact.
MOST_COPIED = 60
# Upper ends of the duration bands "seconds", "minutes" and "about an hour"; what is longer is "hours".
BAND_ENDS_SECONDS = (60, 30 * 60, 2 * 60 * 60)
ONE_DAY = dt.timedelta(days=1)


class NothingToCopy(Exception):  # noqa: N818
    """Days are to be the same as the day before, which itself is not recorded; holds those days."""

    def __init__(self, dates: list[dt.date]) -> None:
        super().__init__(dates)
        self.dates = dates


@dataclass(slots=True)
class Recorded:
    """What the diary holds of some days. `receipts` are ids of days that had a row, which a form marked."""

    episodes: dict[dt.date, list[Episode]]
    days: dict[dt.date, Day]
    receipts: Collection[uuid.UUID]

    def marked(self, date: dt.date) -> bool:
        """Whether `date` has the mark "no twitches"."""
        return date in self.days and self.days[date].no_twitches

    def can_be_copied(self, date: dt.date) -> bool:
        """Whether the day after `date` can be the same."""
        return 0 < len(self.episodes.get(date, ())) <= MOST_COPIED or self.marked(date)


@dataclass(slots=True)
class Fill:
    """What a form comes to. `new_*` are to be stored; the rest is what the form has brought about, with what an
    earlier sending of the same form stored. `taken` were recorded in another way meanwhile and stay as they are.
    """

    new_episodes: list[Episode] = field(default_factory=list)
    new_marks: list[dt.date] = field(default_factory=list)
    episode_ids: list[uuid.UUID] = field(default_factory=list)
    copied: list[dt.date] = field(default_factory=list)
    marked: list[dt.date] = field(default_factory=list)
    taken: list[dt.date] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that was sent: its id, by whom, when and where, and the answer for each day that has one."""

    id: uuid.UUID
    diarist_id: int
    answers: Mapping[dt.date, Answer]
    now: dt.datetime
    zone: str

    def row_id(self, date: dt.date, source: uuid.UUID | None = None) -> uuid.UUID:
        """The id of a row that the form makes: of a copied episode, or of the day itself."""
        return uuid.uuid5(self.id, f"{self.diarist_id}/{date.isoformat()}/{source or ''}")

    def copy(self, source: Episode, date: dt.date) -> Episode:
        """The episode on `date`, some time that day; how long it was is kept as roughly as one remembers it."""
        seconds = source.duration_seconds
        copy = Episode(
            id=self.row_id(date, source.pk),
            diarist_id=self.diarist_id,
            location=source.location,
            side=source.side,
            strength=source.strength,
            how_often=source.how_often,
            duration_seconds=None if seconds is None else rough_duration(seconds),
            duration_is_rough=seconds is not None,
            start_time_known=False,
            # "Somewhere else" has its place in the note; any other note belongs to the day it was written for.
            note=source.note if source.location == ANYWHERE else "",
            recorded_at=self.now,
        )
        copy.moment = some_time_on(date, self.zone)
        return copy


def fill(form: Submission, recorded: Recorded) -> Fill:
    """Answer by answer in the order of the dates, so that a day can be the same as one just answered.

    Raises NothingToCopy with all days for which that can't be done.
    """
    done, without_source = Fill(), []
    for date, answer in sorted(form.answers.items()):
        before = date - ONE_DAY
        if answer == "same" and not recorded.can_be_copied(before):
            without_source.append(date)
            continue
        sources = recorded.episodes.get(before, []) if answer == "same" else []
        copies = [form.copy(source, date) for source in sources]
        if recorded.episodes.get(date) or recorded.marked(date):
            _keep_recorded(done, form, recorded, date, copies)
        elif copies:
            done.new_episodes += copies
            done.episode_ids += [copy.pk for copy in copies]
            done.copied.append(date)
            recorded.episodes[date] = copies
        else:
            done.new_marks.append(date)
            done.marked.append(date)
            recorded.days.setdefault(date, Day(id=form.row_id(date), date=date)).no_twitches = True
    if without_source:
        raise NothingToCopy(without_source)
    return done


def _keep_recorded(
    done: Fill, form: Submission, recorded: Recorded, date: dt.date, copies: Sequence[Episode]
) -> None:
    """The day is recorded: by this form, sent before, or in another way, which then stays the only one."""
    stored = {episode.pk for episode in recorded.episodes.get(date, [])}
    if ours := stored.intersection(copy.pk for copy in copies):
        done.copied.append(date)
        done.episode_ids += sorted(ours)
    elif not stored and not copies and form.row_id(date) in {recorded.days[date].pk, *recorded.receipts}:
        done.marked.append(date)
    else:
        done.taken.append(date)


def rough_duration(seconds: int) -> int:
    """The duration that stands for the band of `seconds`."""
    band = sum(1 for end in BAND_ENDS_SECONDS if seconds >= end)
    return ROUGH_DURATIONS_SECONDS[band]
