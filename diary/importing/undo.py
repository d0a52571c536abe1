"""Takes an import back as a whole, for 30 days; what was changed by hand since then stays."""

import datetime as dt
from typing import Any

from diary.export.rows import plain
from diary.export.sections import registered
from diary.importing.intake import keep_all
from diary.models import Day, Diarist, Import
from diary.recording import writing

UNDO_FOR = dt.timedelta(days=30)


def can_undo(done: Import, now: dt.datetime) -> bool:
    """Whether an import can still be taken back."""
    if done.status != Import.Status.STORED or done.stored_at is None:
        return False
    return now - done.stored_at <= UNDO_FOR


def undo(diarist: Diarist, done: Import, now: dt.datetime) -> bool:
    """Take back what the import stored; false when it is too late or was done already."""
    with writing(diarist):
        found = diarist.imports.filter(pk=done.pk).first()
        if found is None or not can_undo(found, now):
            return False
        _take_back_rows(diarist, found)
        for name, ids in found.loaded.items():
            if section := registered().get(name):
                section.unload(diarist, ids)
        _take_back_settings(diarist, found)
        found.days.all().delete()
        diarist.imports.filter(pk=found.pk).update(
            status=Import.Status.UNDONE, extra="", loaded={}, settings_before={}
        )
        return True


def _take_back_rows(diarist: Diarist, done: Import) -> None:
    diarist.episodes.filter(came_with=done, version=1).delete()
    diarist.sign_checks.filter(came_with=done).delete()
    diarist.medicines.filter(came_with=done).delete()
    values = dict(done.days.values_list("date", "values"))
    days = {day.date: day for day in diarist.days.filter(date__in=done.days.values("date"))}
    twitched = set(
        diarist.episodes.filter(local_date__in=done.days.values("date")).values_list("local_date", flat=True)
    )
    for date, were in values.items():
        if date in days:
            take_back(days[date], were)
        if were.get("no_twitches") is False and date not in twitched:
            days.setdefault(date, Day(diarist=diarist, date=date)).no_twitches = True
    keep_all(diarist, days.values())


def take_back(day: Day, values: dict[str, Any]) -> None:
    """Empty what the import set, unless it was changed since."""
    for name, value in values.items():
        if name == "no_twitches":
            day.no_twitches = day.no_twitches and not value
        elif plain(getattr(day, name)) == value:
            setattr(day, name, getattr(Day(), name))


def _take_back_settings(diarist: Diarist, done: Import) -> None:
    """Each setting that is still as the file had it goes back to what it was."""
    for name, (before, since) in done.settings_before.items():
        Diarist.objects.filter(pk=diarist.pk, **{name: since}).update(**{name: before})
