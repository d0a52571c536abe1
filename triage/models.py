"""What was found in a diary and when: the latest assessment of each diarist, and every finding it ever had."""

import datetime as dt
import uuid

from django.db import models
from django.db.models import Q

from diary.models import NOTE_LENGTH, Diarist, between, one_of, place_name
from diary.moments import EARLIEST
from triage.rules.findings import LEVEL_OF_KIND, LEVELS, RULES_OF_KIND


class Assessment(models.Model):
    """The latest assessment of one diary, and what it was made from: revision, date and version of the rules.

    `quality` is how complete the diary is, `looked_for` the rules that found nothing, `entries` how many
    entries were read.
    """

    diarist = models.OneToOneField(Diarist, on_delete=models.CASCADE, primary_key=True, related_name="assessment")
    revision = models.PositiveBigIntegerField()
    today = models.DateField()
    rules_version = models.CharField(max_length=20)
    level = models.CharField(max_length=10)
    looked_for = models.JSONField(default=list)
    quality = models.JSONField(default=dict)
    entries = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("level", list(LEVELS), "assessment_level_is_known")]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


class Finding(models.Model):
    """One finding from the day it was first said, whatever becomes of it; never deleted by a scan.

    `key` is the rules' name for it and `digest` of the entries it rests on. `closed_why` is empty while it is
    open, else whether it was over by the rules, or withdrawn because the entries under it were changed.
    """

    class Why(models.TextChoices):
        """Why a finding is closed."""

        OVER = "over"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="findings", db_index=False)
    key = models.CharField(max_length=120)
    rule = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    level = models.CharField(max_length=10)
    since = models.DateField()
    location = models.CharField(max_length=20, blank=True, default="")
    side = models.CharField(max_length=6, blank=True, default="")
    evidence = models.JSONField(default=dict)
    entry_ids = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    closes_when = models.JSONField(default=dict)
    rules_version = models.CharField(max_length=20)
    opened_on = models.DateField()
    changed_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    closed_why = models.CharField(max_length=10, blank=True, default="", choices=Why)
    seen_on = models.DateField(null=True, blank=True)
    acknowledged_on = models.DateField(null=True, blank=True)
    acknowledged_kind = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["diarist", "-opened_on", "-id"], name="finding_by_day"),
            models.Index(fields=["diarist"], condition=Q(closed_on__isnull=True), name="finding_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["diarist", "key"], name="finding_one_a_key"),
            one_of("rule", list(RULES_OF_KIND), "finding_rule_is_known"),
            one_of("kind", list(LEVEL_OF_KIND), "finding_kind_is_known"),
            one_of("level", list(LEVELS), "finding_level_is_known"),
            one_of("closed_why", ["", "over", "withdrawn"], "finding_closed_why_is_known"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_why="")
                | Q(closed_on__isnull=False) & ~Q(closed_why=""),
                name="finding_closed_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"finding {self.pk}"

    @property
    def place_name(self) -> str:
        """Its place in the reader's language; empty where it has no single one."""
        return place_name(self.location, self.side)

    @property
    def is_open(self) -> bool:
        """Whether it still holds."""
        return self.closed_on is None

    @property
    def is_quiet(self) -> bool:
        """Whether it was discussed with a doctor, and is still what was discussed."""
        return self.acknowledged_on is not None and self.acknowledged_kind == self.kind


class Acknowledgement(models.Model):
    """That a finding was discussed with a doctor, and as what kind: kept by its key, so that it outlives the
    finding's row and comes along when a diary moves.
    """

    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="acknowledgements", db_index=False)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["diarist", "key"], name="acknowledgement_one_a_finding"),
            one_of("kind", list(LEVEL_OF_KIND), "acknowledgement_kind_is_known"),
            between("on", EARLIEST, dt.date(9999, 1, 1), "acknowledgement_since_1900"),
        ]

    def __str__(self) -> str:
        return f"acknowledgement {self.pk}"


class Appointment(models.Model):
    """A visit to a doctor and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="appointments", db_index=False)
    date = models.DateField()
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    class Meta:
        indexes = [models.Index(fields=["diarist", "-date", "-id"], name="appointment_by_day")]
        constraints = [between("date", EARLIEST, dt.date(9999, 1, 1), "appointment_date_since_1900")]

    def __str__(self) -> str:
        return f"appointment {self.pk}"


class DoctorTexts(models.Model):
    """What a person keeps for the doctor's page from one visit to the next."""

    diarist = models.OneToOneField(
        Diarist, on_delete=models.CASCADE, primary_key=True, related_name="doctor_texts"
    )
    born_on = models.DateField(null=True, blank=True)
    questions = models.CharField(max_length=NOTE_LENGTH, blank=True)
    history = models.CharField(max_length=NOTE_LENGTH, blank=True)

    class Meta:
        constraints = [between("born_on", EARLIEST, dt.date(9999, 1, 1), "doctor_texts_born_since_1900")]

    def __str__(self) -> str:
        return f"doctor's texts {self.pk}"


class ShareLink(models.Model):
    """A read-only view of one period of a diary for who holds its address. Only a hash of the address is kept.

    `choice` says from when to when and what is shown; `passphrase` is hashed as passwords are, empty where none
    was wanted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="share_links", db_index=False)
    token_hash = models.CharField(max_length=64)
    passphrase = models.CharField(max_length=256, blank=True)
    choice = models.JSONField()
    label = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["diarist", "-made_at", "-id"], name="share_link_by_time")]
        constraints = [
            # Not `unique=True`: on PostgreSQL that brings a second index, for searches by the beginning.
            models.UniqueConstraint(fields=["token_hash"], name="share_link_token_once"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="share_link_expires_after_it_is_made"
            ),
            models.CheckConstraint(condition=~Q(token_hash=""), name="share_link_has_a_hash"),
        ]

    def __str__(self) -> str:
        return f"share link {self.pk}"

    def state(self, now: dt.datetime) -> str:
        """Whether it works: `open`, `withdrawn` or `over`."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "open" if self.expires_at > now else "over"


class ShareOpening(models.Model):
    """That a share link was opened, and when; not by whom. One row a minute, however often it was."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="openings", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "at"], name="share_opening_once_a_minute")]

    def __str__(self) -> str:
        return f"opening {self.pk}"


class ScanChunk(models.Model):
    """A part of a scan that is still to do: the diarists with keys from `first_id` to `last_id`, both included.

    The row goes when the part is done. While a worker is at it, `claimed_by` names the worker and
    `claimed_until` is how long nobody else may begin; a worker that died lets it run out. `attempts` counts
    how often one began.
    """

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    queued_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=120, blank=True, default="")
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"chunk {self.pk}"


class ScanNight(models.Model):
    """One row: the last day, in UTC, on which the nightly scan was planned. Whoever moves it on plans the next."""

    planned_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"planned on {self.planned_on}"
