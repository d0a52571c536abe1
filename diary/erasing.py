"""Deleting for good: a day, the history of a spot, or an account with all that belongs to it. No Undo.

Rows that point to a person go with the person by themselves. Some tables know people without pointing to them,
because they serve every kind of project: those are named here, and a test looks through all tables.
"""

import contextlib
import datetime as dt
from collections.abc import Container, Iterator
from dataclasses import dataclass
from inspect import signature
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Count, Max, Min
from django.dispatch import Signal
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from diary import timeline_rows
from diary.models import Diarist, Import, ImportedDay
from diary.recording import writing

# What a task calls the person that it works for, beside the id of the user.
OWNER_ARGUMENTS = ("diarist", "diarist_id", "diarist_pk", "user", "user_id", "user_pk")

LOG_WAIT_MILLISECONDS = 1000

# Sent inside the transaction: whoever made something of the rows, or keeps files, deletes it then. Says `diarist`
# and which `date` or `place` (location, side) it was; both are None where everything goes.
erased = Signal()


@dataclass(frozen=True, slots=True)
class DayHoldings:
    """What the diary holds of one day."""

    episodes: int
    has_context: bool
    answers: int

    def __bool__(self) -> bool:
        return bool(self.episodes or self.has_context or self.answers)


@dataclass(frozen=True, slots=True)
class SpotHoldings:
    """How many episodes there are at one place, and the days of the first and the last."""

    episodes: int
    first_on: dt.date | None
    last_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """How many rows of each kind a whole diary has."""

    episodes: int
    days: int
    answers: int
    medicines: int


def day_holdings(diarist: Diarist, date: dt.date) -> DayHoldings:
    """What `erase_day` would delete."""
    return DayHoldings(
        episodes=diarist.episodes.filter(local_date=date).count(),
        has_context=diarist.days.filter(date=date).exists(),
        answers=diarist.sign_checks.filter(date=date).count(),
    )


def erase_day(diarist: Diarist, date: dt.date) -> None:
    """Delete all that was entered for one day: it is a day nobody recorded again."""
    with erasing(), writing(diarist):
        diarist.episodes.filter(local_date=date).delete()
        diarist.days.filter(date=date).delete()
        diarist.sign_checks.filter(date=date).delete()
        ImportedDay.objects.filter(of__diarist=diarist, date=date).delete()
        _erase_samples(diarist)
        _say_erased(diarist, date=date)


def spot_holdings(diarist: Diarist, location: str, side: str) -> SpotHoldings:
    """What `erase_spot` would delete."""
    found = diarist.episodes.filter(location=location, side=side)
    return SpotHoldings(
        **found.aggregate(episodes=Count("id"), first_on=Min("local_date"), last_on=Max("local_date"))
    )


def erase_spot(diarist: Diarist, location: str, side: str) -> None:
    """Delete every episode at one place. What else was entered on those days stays, answers to signs too."""
    with erasing(), writing(diarist):
        diarist.episodes.filter(location=location, side=side).delete()
        _erase_samples(diarist)
        _say_erased(diarist, place=(location, side))


def holdings(diarist: Diarist) -> Holdings:
    """What `erase_account` would delete, as far as a person counts it."""
    return Holdings(
        episodes=diarist.episodes.count(),
        days=diarist.days.count(),
        answers=diarist.sign_checks.count(),
        medicines=diarist.medicines.count(),
    )


def erase_account(user: User) -> None:
    """Delete an account and every row of the person, in whatever table it is; all devices are signed out."""
    with erasing(), transaction.atomic():
        # Held, so that nobody writes a row of the person meanwhile.
        for diarist in Diarist.objects.select_for_update().filter(user=user):
            _say_erased(diarist)
        _erase_sessions(user)
        _erase_tasks(user)
        kind = ContentType.objects.get_for_model(User)
        LogEntry.objects.filter(content_type=kind, object_id=str(user.pk)).delete()
        user.delete()


def _say_erased(diarist: Diarist, *, date: dt.date | None = None, place: tuple[str, str] | None = None) -> None:
    """Send `erased`. What this process keeps in its memory goes too, what others keep once they need the room."""
    erased.send(Diarist, diarist=diarist, date=date, place=place)
    pk = diarist.pk
    transaction.on_commit(lambda: timeline_rows.drop(pk))


@contextlib.contextmanager
def erasing() -> Iterator[None]:
    """Around a transaction that deletes: once that, or one around it, is over SQLite's file holds no more of it.

    Freed places in the file are overwritten (`secure_delete` in the settings), but the log beside it keeps older
    pages until it is emptied. Where somebody reads at this moment, the next such call or the last connection that
    closes empties it.
    """
    yield
    if connection.vendor == "sqlite":
        transaction.on_commit(_empty_log)


def _empty_log() -> None:
    with connection.cursor() as cursor:
        (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        # Writers wait meanwhile, so somebody who reads for long is not waited for.
        cursor.execute(f"PRAGMA busy_timeout={LOG_WAIT_MILLISECONDS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout={patience}")


def _erase_sessions(user: User) -> None:
    """Those that allauth lists, and any other that is signed in as the person."""
    for listed in UserSession.objects.filter(user=user):
        listed.end()
    gone = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=gone).delete()


def _erase_samples(diarist: Diarist) -> None:
    """The rows that the preview of a stored file showed; the counts stay, and so does what waits to be stored."""
    stored = list(diarist.imports.filter(status__in=(Import.Status.STORED, Import.Status.UNDONE)).only("preview"))
    for of in stored:
        of.preview = {key: value for key, value in of.preview.items() if key not in {"samples", "refusals"}}
    Import.objects.bulk_update(stored, ["preview"])


def _erase_tasks(user: User) -> None:
    """Tasks for this person alone; one that works through many people skips who is not there."""
    files = {str(pk) for pk in Import.objects.filter(diarist__user=user).values_list("pk", flat=True)}
    gone = [task.pk for task in DBTaskResult.objects.iterator() if _is_for(task, user, files)]
    DBTaskResult.objects.filter(pk__in=gone).delete()


def _is_for(task: DBTaskResult[Any, Any], user: User, files: Container[str]) -> bool:
    """Whether an argument is the person's id, by its name, or the id of one of their files."""
    named = _arguments(task)
    is_owner = any(str(named[name]) == str(user.pk) for name in OWNER_ARGUMENTS if name in named)
    return is_owner or any(isinstance(value, str) and value in files for value in named.values())


def _arguments(task: DBTaskResult[Any, Any]) -> dict[str, Any]:
    """What a task was given, by name; those given by place get theirs from its function, if that still exists."""
    given: dict[str, Any] = dict(task.args_kwargs["kwargs"])
    places: list[Any] = task.args_kwargs["args"]
    try:
        names = list(signature(import_string(task.task_path).func).parameters)
    except ImportError:
        names = [str(number) for number in range(len(places))]
    return dict(zip(names, places, strict=False)) | given
