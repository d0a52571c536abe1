"""Every write to a diary: one transaction that holds the diarist's row, keeps the days honest and counts up
the revision. Because the row is held, two submissions that come at the same moment take their turns.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from diary.filling import Fill, Recorded, Submission, fill
from diary.models import Day, Diarist, Episode, FromFile, Medicine, Receipt, SignCheck

CONTEXT_FIELDS = (
    "sleep_hours",
    "sleep_quality",
    "caffeine_mg",
    "exercise_minutes",
    "exercise_effort",
    "stress",
    "water_ml",
    "alcohol_units",
    "magnesium",
    "heat",
    "note",
)


# Days before that are seldom written on; triage/readings.py and timeline_rows.py don't read them after every tap.
OLD_AFTER_DAYS = 31
# Who keeps older days reads so many again: more than what is old to a writer, by more than any clock is wrong.
READ_AGAIN_DAYS = OLD_AFTER_DAYS + 9
NO_DAY = dt.date.max


class IdTaken(Exception):  # noqa: N818
    """The id that came with a submission belongs to a row of somebody else."""


class DayHasEpisodes(Exception):  # noqa: N818
    """A day can't be marked "no twitches" while it has episodes."""


class EntryGone(Exception):  # noqa: N818
    """The row was deleted elsewhere after the form was opened."""


class DeletedSince(Exception):  # noqa: N818
    """The id came before; what it stood for was stored then and deleted since."""


class StaleForm(Exception):  # noqa: N818
    """The row was changed elsewhere after the form was opened; holds the row as it is now."""

    def __init__(self, current: Episode) -> None:
        super().__init__(current.pk)
        self.current = current


@dataclass(frozen=True, slots=True)
class Logged:
    """What became of a submission: the stored episode, whether this call made it, and whether the day's
    "no twitches" mark had to go."""

    episode: Episode
    created: bool
    cleared_mark: bool = False


@contextmanager
def writing(diarist: Diarist, since: dt.date | None = None) -> Iterator[None]:
    """A transaction that holds the diarist's row and counts the revision up if it ends well.

    `since` is the earliest day of which an episode, a mark or an answer can change; without it any day can.
    `NO_DAY` where none does, or where that is found inside and said by `touched`.
    """
    counted = F("revision") + 1
    with transaction.atomic():
        # The update takes the row's lock: whoever comes second waits here.
        values = {"revision": counted} | ({"old_days_revision": counted} if since is None or is_old(since) else {})
        Diarist.objects.filter(pk=diarist.pk).update(**values)
        yield


def is_old(day: dt.date) -> bool:
    """Whether a write on that day has those who kept the older days read them again."""
    return day < timezone.now().date() - dt.timedelta(days=OLD_AFTER_DAYS)


def touched(diarist: Diarist, *days: dt.date) -> None:
    """Say inside of `writing` which days changed."""
    if any(is_old(day) for day in days):
        Diarist.objects.filter(pk=diarist.pk).update(old_days_revision=F("revision"))


@contextmanager
def ids_of(diarist: Diarist, model: type[models.Model], pks: Iterable[uuid.UUID]) -> Iterator[None]:
    """Raise IdTaken where one of the ids turns out to be somebody else's only as the row is stored.

    To be put around `writing`: it asks once that transaction is over. Two people hold two different rows, so both
    can look for an id before either of them stores it.
    """
    try:
        yield
    except IntegrityError as error:
        if model._default_manager.filter(pk__in=list(pks)).exclude(diarist=diarist).exists():
            raise IdTaken from error
        raise


def log_episode(diarist: Diarist, episode: Episode) -> Logged:
    """Store a new episode once, however often its id is sent; a "no twitches" mark of its day goes.

    Raises IdTaken when the id belongs to another diarist's row.
    """
    # Hardly ever is the id there, and every tap waits for this: asked is only where it could not be stored.
    with suppress(IntegrityError), writing(diarist, episode.local_date):
        return _store(diarist, episode)
    with ids_of(diarist, Episode, [episode.pk]), writing(diarist, episode.local_date):
        return _log(diarist, episode)


def log_once(diarist: Diarist, episode: Episode) -> Logged:
    """The same for a program that sends an id again until it hears an answer, perhaps after the entry was deleted.

    Raises IdTaken, and DeletedSince where the entry was stored before and is not there any more.
    """
    with (
        ids_of(diarist, Receipt, [episode.pk]),
        ids_of(diarist, Episode, [episode.pk]),
        writing(diarist, episode.local_date),
    ):
        owner = Receipt.objects.filter(pk=episode.pk).values_list("diarist_id", flat=True).first()
        if owner not in {None, diarist.pk}:
            raise IdTaken
        if owner is not None and not diarist.episodes.filter(pk=episode.pk).exists():
            raise DeletedSince
        logged = _log(diarist, episode)
        if owner is None:
            Receipt.objects.create(id=episode.pk, diarist=diarist, received_at=logged.episode.recorded_at)
        return logged


def receive(diarist: Diarist, entry_id: uuid.UUID, now: dt.datetime, write: Callable[[], object]) -> bool:
    """Let `write` store an entry that waited on a device, and remember its id; false when it came before.

    The id is remembered for itself: what was deleted since must not come back when a device sends it again
    because it never heard the answer. Raises IdTaken when the id belongs to somebody else.
    """
    # Whatever `write` stores says itself which day that touches.
    with ids_of(diarist, Receipt, [entry_id]), writing(diarist, NO_DAY):
        owner = Receipt.objects.filter(pk=entry_id).values_list("diarist_id", flat=True).first()
        if owner == diarist.pk:
            return False
        if owner is not None:
            raise IdTaken
        write()
        Receipt.objects.create(id=entry_id, diarist=diarist, received_at=now)
        return True


def start_timer(diarist: Diarist, episode: Episode) -> Logged:
    """Store `episode` as one that goes on; where a timer of its place runs already, that one is kept."""
    with ids_of(diarist, Episode, [episode.pk]), writing(diarist, episode.local_date):
        running = diarist.episodes.filter(location=episode.location, side=episode.side, is_ongoing=True).first()
        if running is not None:
            return Logged(running, created=False)
        episode.is_ongoing = True
        episode.duration_seconds, episode.duration_is_rough = None, False
        return _log(diarist, episode)


def change_episode(diarist: Diarist, episode: Episode) -> bool:
    """Store the changed `episode` if nobody else changed it since it was read; true when a mark had to go.

    Raises StaleForm, or EntryGone, otherwise. `episode.version` is the version that the form was made from.
    """
    with writing(diarist, episode.local_date):
        current = diarist.episodes.filter(pk=episode.pk).first()
        if current is None:
            raise EntryGone
        if current.version != episode.version:
            raise StaleForm(current)
        touched(diarist, current.local_date)
        episode.version += 1
        _keep_one_timer(diarist, episode)
        episode.save(force_update=True)
        return _clear_mark(diarist, episode.local_date)


def change_details(diarist: Diarist, episode_id: uuid.UUID, change: Callable[[Episode], object]) -> Episode | None:
    """Let `change` alter what is stored now, not its place or time; None when it was deleted meanwhile.

    For short forms that only add to an episode: however many are sent at once, each counts and none is stale.
    """
    with writing(diarist, NO_DAY):
        episode = diarist.episodes.filter(pk=episode_id).first()
        if episode is not None:
            touched(diarist, episode.local_date)
            change(episode)
            episode.version += 1
            episode.save(force_update=True)
        return episode


def delete_episode(diarist: Diarist, episode_id: uuid.UUID) -> Episode | None:
    """Delete an episode and give it back for Undo; None when it was already gone."""
    with writing(diarist, NO_DAY):
        episode = diarist.episodes.filter(pk=episode_id).first()
        if episode is not None:
            touched(diarist, episode.local_date)
            diarist.episodes.filter(pk=episode_id).delete()
        return episode


def mark_no_twitches(diarist: Diarist, date: dt.date) -> None:
    """Mark `date` as a day without twitches. Raises DayHasEpisodes; nothing is deleted for a mark."""
    with writing(diarist, date):
        if diarist.episodes.filter(local_date=date).exists():
            raise DayHasEpisodes
        diarist.days.update_or_create(date=date, defaults={"no_twitches": True})


def unmark_no_twitches(diarist: Diarist, date: dt.date) -> None:
    """Take the mark back: the day is unlogged again, unless something else was entered for it."""
    with writing(diarist, date):
        _clear_mark(diarist, date)


def set_context(diarist: Diarist, date: dt.date, values: Mapping[str, Any]) -> Day:
    """Set fields of the day's context, None or "" meaning "not entered"; the day as it is now.

    A row that has become empty goes, so that nothing untouched is stored.
    """
    with writing(diarist, NO_DAY):
        day = diarist.days.filter(date=date).first() or Day(diarist=diarist, date=date)
        for name, value in values.items():
            setattr(day, name, value)
        return _keep_or_drop(day)


def add_to_context(diarist: Diarist, date: dt.date, name: str, amount: int, *, most: int) -> Day:
    """Add a drink to what the day has of `name` (caffeine_mg, water_ml); never below zero or above `most`."""
    with writing(diarist, NO_DAY):
        day = diarist.days.filter(date=date).first() or Day(diarist=diarist, date=date)
        setattr(day, name, min(most, max(0, (getattr(day, name) or 0) + amount)))
        return _keep_or_drop(day)


def record_signs(diarist: Diarist, checks: Iterable[SignCheck]) -> list[SignCheck]:
    """Store answers to signs, each id once. Raises IdTaken when an id belongs to somebody else's row.

    One that is put back after its file was brought in again is there already.
    """
    wanted = {check.pk: check for check in checks}
    first = min((check.date for check in wanted.values()), default=NO_DAY)
    with ids_of(diarist, SignCheck, wanted), writing(diarist, first):
        known = dict(SignCheck.objects.filter(pk__in=wanted).values_list("pk", "diarist_id"))
        if any(owner != diarist.pk for owner in known.values()):
            raise IdTaken
        again = _in_from_file(diarist.sign_checks, *wanted.values())
        new = [check for pk, check in wanted.items() if pk not in known and check.source_id not in again]
        for check in new:
            check.diarist = diarist
        return SignCheck.objects.bulk_create(new)


def delete_sign(diarist: Diarist, check_id: uuid.UUID) -> bool:
    """Delete one answer; false when it was already gone."""
    with writing(diarist):
        return bool(diarist.sign_checks.filter(pk=check_id).delete()[0])


def keep_medicine(diarist: Diarist, medicine: Medicine) -> None:
    """Store a new or changed medicine. Raises IdTaken when the id belongs to somebody else's row.

    One that is put back after its file was brought in again is there already.
    """
    with ids_of(diarist, Medicine, [medicine.pk]), writing(diarist):
        owner = Medicine.objects.filter(pk=medicine.pk).values_list("diarist_id", flat=True).first()
        if owner not in {None, diarist.pk}:
            raise IdTaken
        if owner is None and _in_from_file(diarist.medicines, medicine):
            return
        medicine.diarist = diarist
        medicine.save(force_insert=owner is None, force_update=owner is not None)


def stop_medicine(diarist: Diarist, medicine_id: uuid.UUID, day: dt.date | None) -> None:
    """Set the last day of a medicine and nothing else; None: it is still taken.

    One that came with a file is the person's own from then on: undoing the import leaves it.
    """
    with writing(diarist):
        diarist.medicines.filter(pk=medicine_id).update(stopped_on=day, came_with=None)


def delete_medicine(diarist: Diarist, medicine_id: uuid.UUID) -> bool:
    """Delete one medicine; false when it was already gone."""
    with writing(diarist):
        return bool(diarist.medicines.filter(pk=medicine_id).delete()[0])


def change_settings(diarist: Diarist, values: Mapping[str, Any]) -> None:
    """Store what the person chose for themselves: name, time zone, country, language, units, welcome."""
    with writing(diarist):
        Diarist.objects.filter(pk=diarist.pk).update(**values)
    for name, value in values.items():
        setattr(diarist, name, value)


def fill_days(diarist: Diarist, form: Submission) -> Fill:
    """Store the answers of a form about missed days, each row once however often the form is sent.

    Raises NothingToCopy, and stores nothing, when a day is to be the same as one that is not recorded.
    """
    with writing(diarist):
        done = fill(form, _recorded_around(diarist, form))
        ids = [episode.pk for episode in done.new_episodes]
        stored = set(Episode.objects.filter(pk__in=ids).values_list("pk", flat=True))
        Episode.objects.bulk_create(episode for episode in done.new_episodes if episode.pk not in stored)
        diarist.days.filter(date__in=done.new_marks).update(no_twitches=True)
        known = set(diarist.days.filter(date__in=done.new_marks).values_list("date", flat=True))
        Day.objects.bulk_create(
            Day(id=form.row_id(date), diarist=diarist, date=date, no_twitches=True)
            for date in done.new_marks
            if date not in known
        )
        receipts = (Receipt(id=form.row_id(date), diarist=diarist, received_at=form.now) for date in known)
        Receipt.objects.bulk_create(receipts, ignore_conflicts=True)
        return done


def add_entries(diarist: Diarist, episodes: Iterable[Episode]) -> None:
    """Store several new episodes, each id once; the "no twitches" marks of their days go."""
    with writing(diarist):
        for episode in episodes:
            _log(diarist, episode)


def add_marks(diarist: Diarist, dates: Iterable[dt.date]) -> None:
    """Mark days as free of twitches, where they have no episode."""
    with writing(diarist):
        wanted = set(dates)
        wanted -= set(diarist.episodes.filter(local_date__in=wanted).values_list("local_date", flat=True))
        for date in sorted(wanted):
            diarist.days.update_or_create(date=date, defaults={"no_twitches": True})


def undo_fill(diarist: Diarist, episode_ids: Iterable[uuid.UUID], marked: Iterable[dt.date]) -> int:
    """Take back the rows that a fill made; how many entries stay because they were changed since."""
    with writing(diarist):
        rows = diarist.episodes.filter(pk__in=list(episode_ids))
        rows.filter(version=1).delete()
        for date in marked:
            _clear_mark(diarist, date)
        return rows.count()


def _recorded_around(diarist: Diarist, form: Submission) -> Recorded:
    """What the diary holds of the days of `form` and of the day before each."""
    wanted = {day for date in form.answers for day in (date - dt.timedelta(days=1), date)}
    episodes: dict[dt.date, list[Episode]] = {}
    for episode in diarist.episodes.filter(local_date__in=wanted).order_by("started_at", "id"):
        episodes.setdefault(episode.local_date, []).append(episode)
    receipts = diarist.receipts.filter(pk__in=[form.row_id(date) for date in form.answers])
    days = {day.date: day for day in diarist.days.filter(date__in=wanted)}
    return Recorded(episodes, days, set(receipts.values_list("pk", flat=True)))


def _log(diarist: Diarist, episode: Episode) -> Logged:
    # Asked for by its key alone: hardly ever is it there.
    owner = Episode.objects.filter(pk=episode.pk).values_list("diarist_id", flat=True).first()
    if owner is not None:
        if owner != diarist.pk:
            raise IdTaken
        return Logged(Episode.objects.get(pk=episode.pk), created=False)
    # Put back after its file was brought in again.
    if again := _in_from_file(diarist.episodes, episode):
        return Logged(again[episode.source_id], created=False)
    return _store(diarist, episode)


def _in_from_file[Row: FromFile](theirs: models.Manager[Row], *rows: FromFile) -> dict[str | None, Row]:
    """Those of the person's rows that stand for the same ones of a file as `rows`, by the id there."""
    ids = [row.source_id for row in rows if row.source_id is not None]
    return {row.source_id: row for row in theirs.filter(source_id__in=ids)} if ids else {}


def _store(diarist: Diarist, episode: Episode) -> Logged:
    episode.diarist = diarist
    _keep_one_timer(diarist, episode)
    episode.save(force_insert=True)
    return Logged(episode, created=True, cleared_mark=_clear_mark(diarist, episode.local_date))


def _keep_one_timer(diarist: Diarist, episode: Episode) -> None:
    """Where a timer of the place runs already, a second one becomes an episode whose end nobody entered."""
    if episode.is_ongoing:
        same_place = diarist.episodes.filter(location=episode.location, side=episode.side, is_ongoing=True)
        episode.is_ongoing = not same_place.exclude(pk=episode.pk).exists()


def _clear_mark(diarist: Diarist, date: dt.date) -> bool:
    if not diarist.days.filter(date=date, no_twitches=True).update(no_twitches=False):
        return False
    _keep_or_drop(diarist.days.get(date=date))
    return True


def _keep_or_drop(day: Day) -> Day:
    entered = day.no_twitches or day.extra or any(getattr(day, name) not in {None, ""} for name in CONTEXT_FIELDS)
    if entered:
        day.save()
    elif not day._state.adding:
        day.delete()
        day._state.adding = True
    return day
