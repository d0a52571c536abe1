"""The scan of everybody as background tasks: any number of workers, on any machines, share it.

A scan is cut into chunks, each a row and a task. What is done is marked by each diarist's own assessment and
nowhere else, so a chunk that is begun again goes on where it stopped. A worker holds a chunk for some minutes at
a time; what a dead one held is queued again by the clock. None of this asks which backend runs the tasks.
"""

import datetime as dt
import logging
import os
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.tasks import task
from django.utils import timezone

from diary.models import Diarist
from diary.moments import today_in, zone_or
from triage import scan
from triage.models import ScanChunk, ScanNight

logger = logging.getLogger(__name__)

CHUNK_DIARISTS = 100
PAGE = 1000
# Long enough for the longest diary on a slow machine: it is renewed between two diarists only.
LEASE = dt.timedelta(minutes=5)
RENEW_AFTER = dt.timedelta(seconds=10)
# A broker can lose a message. Only looked at while nobody works: a long queue is no loss.
QUEUE_AGAIN_AFTER = dt.timedelta(minutes=15)
MOST_ATTEMPTS = 5
# In UTC: people in Europe and Africa sleep, and wherever somebody is, it is once in every day of theirs.
NIGHT_BEGINS = dt.time(3)


@dataclass(frozen=True, slots=True)
class Planned:
    """How many stale diarists there are, in how many chunks."""

    diarists: int
    chunks: int


def plan(now: dt.datetime, chunk_diarists: int = CHUNK_DIARISTS) -> Planned:
    """Queue a task for every `chunk_diarists` stale diarists.

    What is queued already is planned anew, what is being worked on is left alone, so nobody is in two chunks.
    """
    diarists = 0
    with transaction.atomic():
        # One plan at a time.
        ScanNight.objects.select_for_update().get_or_create(pk=1)
        ScanChunk.objects.exclude(claimed_until__gte=now).delete()
        held = list(ScanChunk.objects.values_list("first_id", "last_id"))
        rows = []
        for keys in batched(_not_in(held, stale_ids(now)), chunk_diarists, strict=False):
            rows.append(ScanChunk(first_id=keys[0], last_id=keys[-1], queued_at=now))
            diarists += len(keys)
        for row in ScanChunk.objects.bulk_create(rows, batch_size=PAGE):
            scan_chunk.enqueue(row.pk)
    return Planned(diarists, len(rows))


def plan_nightly(now: dt.datetime) -> Planned | None:
    """The scan of the night, once a day whoever asks how often; None where it is not the time or is planned."""
    if now.astimezone(dt.UTC).time() < NIGHT_BEGINS:
        return None
    today = now.astimezone(dt.UTC).date()
    # Read first: on SQLite a transaction would make writers wait, every minute.
    if ScanNight.objects.filter(pk=1, planned_on__gte=today).exists():
        return None
    with transaction.atomic():
        ScanNight.objects.get_or_create(pk=1)
        due = ScanNight.objects.filter(Q(planned_on__isnull=True) | Q(planned_on__lt=today), pk=1)
        return plan(now) if due.update(planned_on=today) else None


def take_back(now: dt.datetime) -> int:
    """Queue again the chunks of workers that died, and those whose task was lost; how many those were."""
    again = 0
    for row in ScanChunk.objects.filter(claimed_until__lt=now)[:PAGE]:
        mine = ScanChunk.objects.filter(pk=row.pk, claimed_until=row.claimed_until)
        if row.attempts >= MOST_ATTEMPTS:
            # Else a diary that ends every worker would end one every few minutes.
            if mine.delete()[0]:
                logger.error("Scan: diarists %s to %s ended %s workers.", row.first_id, row.last_id, row.attempts)
            continue
        again += _queue_again(row.pk, mine, now)
    if not ScanChunk.objects.filter(claimed_until__gte=now).exists():
        waiting = ScanChunk.objects.filter(claimed_until__isnull=True, queued_at__lt=now - QUEUE_AGAIN_AFTER)
        for row in waiting[:PAGE]:
            mine = ScanChunk.objects.filter(pk=row.pk, claimed_until__isnull=True, queued_at=row.queued_at)
            again += _queue_again(row.pk, mine, now)
    return again


# Below everything else: somebody who waits for an import must not wait for a night's work.
@task(priority=-10)
def scan_chunk(chunk_id: int) -> int:
    """Bring the stale diarists of a chunk up to date; how many were. Leaves alone what somebody else holds."""
    hold = Hold.on(chunk_id)
    if hold is None:
        return 0
    done = 0
    for pk in list(stale_ids(timezone.now(), hold.first_id, hold.last_id)):
        if not hold.renewed():
            logger.warning("Scan: chunk %s was taken by another worker.", chunk_id)
            return done
        done += bring_up_to_date(pk)
    hold.finish()
    return done


def bring_up_to_date(diarist_id: int) -> bool:
    """Judge one diary if it is still stale; whether it was judged. A failure is logged and stops nothing."""
    diarist = Diarist.objects.select_related("assessment").filter(pk=diarist_id).first()
    if diarist is None:
        return False
    today = today_in(zone_or(diarist.time_zone, "UTC"), timezone.now())
    if hasattr(diarist, "assessment") and scan.is_fresh(diarist.assessment, diarist, today):
        return False
    try:
        scan.bring_up_to_date(diarist, today, keep=False)
    except Exception as error:
        # Only its name: what it says could be somebody's note.
        logger.error("Scan: diarist %s could not be judged (%s).", diarist_id, type(error).__name__)
        return False
    return True


def stale_ids(now: dt.datetime, first_id: int = 0, last_id: int | None = None) -> Iterator[int]:
    """The keys, in order, of diarists whose assessment is not that of their diary and of their day."""
    rows = Diarist.objects.select_related("assessment").order_by("pk")
    rows = rows.only(
        "revision", "time_zone", "assessment__revision", "assessment__today", "assessment__rules_version"
    )
    if last_id is not None:
        rows = rows.filter(pk__lte=last_id)
    after = first_id - 1
    days: dict[str, dt.date] = {}
    while page := list(rows.filter(pk__gt=after)[:PAGE]):
        for row in page:
            zone = row.time_zone
            if zone not in days:
                days[zone] = today_in(zone_or(zone, "UTC"), now)
            if not hasattr(row, "assessment") or not scan.is_fresh(row.assessment, row, days[zone]):
                yield row.pk
        after = page[-1].pk


class Hold:
    """A chunk that is ours until the lease runs out."""

    def __init__(self, chunk: ScanChunk, until: dt.datetime) -> None:
        self._mine = ScanChunk.objects.filter(pk=chunk.pk, claimed_by=chunk.claimed_by)
        self._until = until
        self.first_id, self.last_id = chunk.first_id, chunk.last_id

    @classmethod
    def on(cls, chunk_id: int) -> "Hold | None":
        """Claim a chunk; None where it is done or somebody else's."""
        name = f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid.uuid4().hex}"
        now = timezone.now()
        free = ScanChunk.objects.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now), pk=chunk_id)
        if not free.update(claimed_by=name, claimed_until=now + LEASE, attempts=F("attempts") + 1):
            return None
        chunk = ScanChunk.objects.filter(pk=chunk_id, claimed_by=name).first()
        return cls(chunk, now + LEASE) if chunk else None

    def renewed(self) -> bool:
        """Whether it is still ours; holds it for longer where that is due."""
        now = timezone.now()
        if self._until - now > LEASE - RENEW_AFTER:
            return True
        self._until = now + LEASE
        return bool(self._mine.update(claimed_until=self._until))

    def finish(self) -> None:
        """It is done."""
        self._mine.delete()


def _not_in(ranges: list[tuple[int, int]], keys: Iterator[int]) -> Iterator[int]:
    return (key for key in keys if not any(first <= key <= last for first, last in ranges))


def _queue_again(chunk_id: int, as_read: QuerySet[ScanChunk], now: dt.datetime) -> bool:
    """Whether this clock is the one that queues it."""
    with transaction.atomic():
        is_mine = bool(as_read.update(claimed_by="", claimed_until=None, queued_at=now))
        if is_mine:
            scan_chunk.enqueue(chunk_id)
    return is_mine
