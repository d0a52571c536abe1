"""What a person writes down. Every column may stay empty unless the diary makes no sense without it:
empty means "not entered", which is never zero, "no" or a default.
"""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from diary import body, signs
from diary.moments import EARLIEST, Moment

NOTE_LENGTH = 2000
SOURCE_ID_LENGTH = 200
LONGEST_DURATION_SECONDS = 7 * 24 * 60 * 60


class Strength(models.IntegerChoices):
    """How strong a twitch was, in words that anchor it."""

    FELT = 1, pgettext_lazy("strength", "felt only")
    SEEN = 2, pgettext_lazy("strength", "seen")
    MOVES = 3, pgettext_lazy("strength", "moves the part")
    STOPS = 4, pgettext_lazy("strength", "stops what I do")


class HowOften(models.IntegerChoices):
    """How often it twitched during the episode."""

    ONCE = 0, pgettext_lazy("how often", "once")
    FEW = 1, pgettext_lazy("how often", "a few times")
    MANY = 2, pgettext_lazy("how often", "many times")
    CONSTANT = 3, pgettext_lazy("how often", "all the time")


class SleepQuality(models.IntegerChoices):
    """How well somebody slept."""

    BAD = 1, pgettext_lazy("sleep", "badly")
    FAIR = 2, pgettext_lazy("sleep", "so-so")
    GOOD = 3, pgettext_lazy("sleep", "well")
    GREAT = 4, pgettext_lazy("sleep", "very well")


class Effort(models.TextChoices):
    """How hard the exercise was."""

    LIGHT = "light", pgettext_lazy("effort", "light")
    MODERATE = "moderate", pgettext_lazy("effort", "moderate")
    HARD = "hard", pgettext_lazy("effort", "hard")


class Stress(models.IntegerChoices):
    """How much stress there was."""

    NONE = 0, pgettext_lazy("stress", "none")
    LITTLE = 1, pgettext_lazy("stress", "a little")
    SOME = 2, pgettext_lazy("stress", "some")
    MUCH = 3, pgettext_lazy("stress", "a lot")
    EXTREME = 4, pgettext_lazy("stress", "extreme")


class Magnesium(models.TextChoices):
    """Whether there was anything rich in magnesium."""

    NONE = "none", pgettext_lazy("magnesium", "none")
    FOOD = "food", pgettext_lazy("magnesium", "food")
    SUPPLEMENT = "supplement", pgettext_lazy("magnesium", "supplement")


class VolumeUnit(models.TextChoices):
    """How amounts of water are shown; they are stored in millilitres."""

    ML = "ml", _("millilitres")
    FL_OZ = "fl_oz", _("fluid ounces")


def between(field: str, least: object, most: object, name: str) -> models.CheckConstraint:
    """`field` is empty or from `least` to `most`, both included."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": least, f"{field}__lte": most}),
        name=name,
    )


def one_of(field: str, values: list[str], name: str) -> models.CheckConstraint:
    """`field` is one of `values`."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


def place_is_known(prefix: str, *, required: bool) -> list[models.CheckConstraint]:
    """The location exists and has this side."""
    sides: dict[tuple[str, ...], list[str]] = {} if required else {body.SIDES: [""]}
    for location in body.LOCATIONS.values():
        sides.setdefault(location.sides, []).append(location.id)
    pairs = Q()
    for allowed, locations in sides.items():
        pairs |= Q(location__in=locations, side__in=["", *allowed])
    return [models.CheckConstraint(condition=pairs, name=f"{prefix}_place_is_known")]


class Diarist(models.Model):
    """The owner of a diary, one to a user: the door to all of the person's rows.

    `revision` grows with every write, so that a reader can tell whether anything changed; `old_days_revision` is
    that of the latest write that may have touched a day of more than `recording.OLD_AFTER_DAYS` ago.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="diarist"
    )
    name = models.CharField(_("name on the print-out"), max_length=100, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    follows_device = models.BooleanField(_("use the time zone of the device I write on"), default=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    volume_unit = models.CharField(_("water in"), max_length=8, choices=VolumeUnit, default=VolumeUnit.ML)
    revision = models.PositiveBigIntegerField(default=0)
    old_days_revision = models.PositiveBigIntegerField(default=0, db_default=0)
    welcomed_at = models.DateTimeField(null=True, blank=True)
    check_dismissed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [one_of("volume_unit", VolumeUnit.values, "diarist_volume_unit_is_known")]

    def __str__(self) -> str:
        return f"diarist {self.pk}"

    @property
    def mark(self) -> str:
        """Tells a browser whose entries wait in its own store, without saying who that is."""
        return salted_hmac("diary.mark", str(self.pk), algorithm="sha256").hexdigest()[:24]


class Place(models.Model):
    """A location and a side, for the tables that have one."""

    location = models.CharField(max_length=20)
    side = models.CharField(max_length=6, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def place_name(self) -> str:
        """The place in the reader's language, e.g. `Left calf`."""
        return place_name(self.location, self.side)


class Import(models.Model):
    """A file that was brought in: where it stands, what the preview found, and what Undo needs.

    It outlives its bytes: what the file held beyond what the diary knows stays in `extra`, as JSON text, and goes
    out with every export. `loaded` are the ids that the tables of other apps gave back; `settings_before` is what
    Undo restores. `worked_on_at` is when it was queued, or when a worker last got on with it; `attempts` is how
    often a worker has begun with the step that it stands at.
    """

    class Kind(models.TextChoices):
        """What kind of file it is."""

        JSON = "json", _("A diary file of this diary")
        CSV = "csv", _("The CSV files of this diary")
        BEARABLE = "bearable", "Bearable"
        DAYLIO = "daylio", "Daylio"
        APPLE_HEALTH = "apple_health", "Apple Health"
        TABLE = "table", _("A table")

    class Status(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"
        READING = "reading"
        ASKING = "asking"
        READY = "ready"
        STORING = "storing"
        STORED = "stored"
        UNDONE = "undone"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="imports", db_index=False)
    kind = models.CharField(max_length=20, blank=True, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    file_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    bytes_read = models.PositiveBigIntegerField(default=0)
    answers = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    extra = models.TextField(blank=True, default="")
    settings_before = models.JSONField(default=dict)
    loaded = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True, blank=True)
    worked_on_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [
            models.Index(fields=["diarist", "-created_at"], name="import_by_day"),
            models.Index(
                fields=["worked_on_at"],
                condition=Q(status__in=["waiting", "reading", "storing"]),
                name="import_at_work",
            ),
        ]
        constraints = [
            one_of(
                "kind", ["", "json", "csv", "bearable", "daylio", "apple_health", "table"], "import_kind_is_known"
            ),
            one_of(
                "status",
                ["waiting", "reading", "asking", "ready", "storing", "stored", "undone", "refused"],
                "import_status_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportChunk(models.Model):
    """A piece of an uploaded file, until it is stored or given up: in the database, so that the background worker
    may run on another machine."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_chunk_in_order")]

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.of_id}"


class ImportedDay(models.Model):
    """What an import set on one day, so that Undo takes back that and nothing else.

    `values` holds the columns as JSON; `no_twitches` false in it says that the import took the mark away.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="days", db_index=False)
    date = models.DateField()
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "date"], name="imported_day_once")]

    def __str__(self) -> str:
        return f"day of import {self.of_id}"


class FromFile(models.Model):
    """What a row keeps of the file that it came with.

    `came_with` is the import, for Undo; `source_id` the id that it had there, which is the one that goes out
    again; `extra` what the file said beyond what the diary knows, as JSON text.
    """

    came_with = models.ForeignKey(
        Import, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # Null, not "": so a plain unique index serves, which either database also finds rows by.
    source_id = models.CharField(max_length=SOURCE_ID_LENGTH, null=True, blank=True)  # noqa: DJ001
    extra = models.TextField(blank=True, default="")

    class Meta:
        abstract = True


def source_id_once(name: str) -> models.UniqueConstraint:
    """A row of a file is there once, however often the file is brought in."""
    return models.UniqueConstraint(fields=["diarist", "source_id"], name=name)


def by_import(name: str) -> models.Index:
    """Finds the rows of an import; costs nothing for those that were written by hand."""
    return models.Index(fields=["came_with"], condition=Q(came_with__isnull=False), name=name)


class Episode(Place, FromFile):
    """One episode of twitching at one place.

    `local_date`, `time_zone` and `utc_offset_minutes` say how the start was where the person was; they never
    change when the person travels. With `start_time_known` false only the date is meant (noon).
    `is_ongoing` marks a running timer. `version` tells two open forms of one episode apart.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="episodes", db_index=False)
    started_at = models.DateTimeField()
    local_date = models.DateField()
    time_zone = models.CharField(max_length=64)
    utc_offset_minutes = models.SmallIntegerField()
    start_time_known = models.BooleanField(default=True)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    duration_is_rough = models.BooleanField(default=False)
    is_ongoing = models.BooleanField(default=False)
    strength = models.PositiveSmallIntegerField(null=True, blank=True, choices=Strength)
    how_often = models.PositiveSmallIntegerField(null=True, blank=True, choices=HowOften)
    at_rest = models.BooleanField(null=True, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["diarist", "-local_date", "-started_at", "-id"], name="episode_by_day"),
            models.Index(fields=["diarist", "location", "side", "-local_date"], name="episode_by_place"),
            models.Index(fields=["diarist"], condition=Q(is_ongoing=True), name="episode_timers"),
            by_import("episode_by_import"),
            # Covers what Today asks for, so that no row is read for it.
            models.Index(
                fields=["diarist", "local_date", "location", "side", "strength"], name="episode_for_spots"
            ),
        ]
        constraints = [
            *place_is_known("episode", required=True),
            between("strength", 1, 4, "episode_strength_1_to_4"),
            between("how_often", 0, 3, "episode_how_often_0_to_3"),
            between("duration_seconds", 0, LONGEST_DURATION_SECONDS, "episode_duration_up_to_a_week"),
            between("local_date", EARLIEST, dt.date(9999, 1, 1), "episode_date_since_1900"),
            between("utc_offset_minutes", -1440, 1440, "episode_offset_within_a_day"),
            models.CheckConstraint(
                condition=Q(is_ongoing=False) | Q(duration_seconds__isnull=True),
                name="episode_ongoing_has_no_duration",
            ),
            models.CheckConstraint(
                condition=Q(duration_is_rough=False) | Q(duration_seconds__isnull=False),
                name="episode_rough_needs_duration",
            ),
            models.UniqueConstraint(
                fields=["diarist", "location", "side"],
                condition=Q(is_ongoing=True),
                name="episode_one_timer_a_place",
            ),
            source_id_once("episode_source_id_once"),
        ]

    def __str__(self) -> str:
        return f"episode {self.pk}"

    @property
    def moment(self) -> Moment:
        """When it began, as the clock on the wall showed it."""
        return Moment(self.started_at, self.time_zone, self.utc_offset_minutes, self.local_date)

    @moment.setter
    def moment(self, value: Moment) -> None:
        self.started_at, self.time_zone = value.at, value.zone
        self.utc_offset_minutes, self.local_date = value.offset_minutes, value.date

    @property
    def ended_at(self) -> dt.datetime | None:
        """When it ended (UTC), where a start and a duration were entered."""
        if self.duration_seconds is None or not self.start_time_known:
            return None
        return self.started_at + dt.timedelta(seconds=self.duration_seconds)


class Day(models.Model):
    """The context of one calendar day. A row exists only when something was entered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="days", db_index=False)
    date = models.DateField()
    no_twitches = models.BooleanField(default=False)
    sleep_hours = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    sleep_quality = models.PositiveSmallIntegerField(null=True, blank=True, choices=SleepQuality)
    caffeine_mg = models.PositiveIntegerField(null=True, blank=True)
    exercise_minutes = models.PositiveIntegerField(null=True, blank=True)
    exercise_effort = models.CharField(max_length=10, blank=True, default="", choices=Effort)
    stress = models.PositiveSmallIntegerField(null=True, blank=True, choices=Stress)
    water_ml = models.PositiveIntegerField(null=True, blank=True)
    alcohol_units = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    magnesium = models.CharField(max_length=10, blank=True, default="", choices=Magnesium)
    heat = models.BooleanField(null=True, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    # What a file said of the day beyond what the diary knows, as JSON text.
    extra = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["diarist", "date"], name="day_one_a_date"),
            between("date", EARLIEST, dt.date(9999, 1, 1), "day_date_since_1900"),
            between("sleep_hours", 0, 24, "day_sleep_0_to_24_hours"),
            between("sleep_quality", 1, 4, "day_sleep_quality_1_to_4"),
            between("caffeine_mg", 0, 5000, "day_caffeine_0_to_5000_mg"),
            between("exercise_minutes", 0, 1440, "day_exercise_0_to_1440_minutes"),
            one_of("exercise_effort", ["", *Effort.values], "day_effort_is_known"),
            between("stress", 0, 4, "day_stress_0_to_4"),
            between("water_ml", 0, 20_000, "day_water_0_to_20000_ml"),
            between("alcohol_units", 0, 100, "day_alcohol_0_to_100_units"),
            one_of("magnesium", ["", *Magnesium.values], "day_magnesium_is_known"),
        ]

    def __str__(self) -> str:
        return f"day {self.pk}"


class SignCheck(Place, FromFile):
    """One answer to one sign on one day: a dated "no" is as useful to a doctor as a "yes"."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="sign_checks", db_index=False)
    date = models.DateField()
    sign = models.CharField(max_length=20)
    answer = models.CharField(max_length=10)
    location = models.CharField(max_length=20, blank=True, default="")
    since_on = models.DateField(null=True, blank=True)
    course = models.CharField(max_length=6, blank=True, default="")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["diarist", "-date", "sign"], name="sign_check_by_day"),
            by_import("sign_check_by_import"),
        ]
        constraints = [
            *place_is_known("sign_check", required=False),
            one_of("sign", list(signs.SIGNS), "sign_check_sign_is_known"),
            one_of("answer", list(signs.ANSWERS), "sign_check_answer_is_known"),
            one_of("course", ["", *signs.COURSES], "sign_check_course_is_known"),
            between("date", EARLIEST, dt.date(9999, 1, 1), "sign_check_date_since_1900"),
            models.CheckConstraint(
                condition=Q(since_on__isnull=True) | Q(since_on__lte=F("date")),
                name="sign_check_since_before_date",
            ),
            source_id_once("sign_check_source_id_once"),
        ]

    def __str__(self) -> str:
        return f"sign check {self.pk}"


class Medicine(FromFile):
    """A medicine or supplement and the days from and until which it was taken."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="medicines", db_index=False)
    name = models.CharField(max_length=200)
    started_on = models.DateField(null=True, blank=True)
    stopped_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["diarist", "name"], name="medicine_by_name"),
            by_import("medicine_by_import"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="medicine_has_a_name"),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True)
                | Q(stopped_on__isnull=True)
                | Q(stopped_on__gte=F("started_on")),
                name="medicine_stops_after_start",
            ),
            source_id_once("medicine_source_id_once"),
        ]

    def __str__(self) -> str:
        return f"medicine {self.pk}"


class AccessToken(models.Model):
    """Lets a program of the person read the diary or log in it; what it has to say itself is nowhere stored.

    `digest` is the SHA-256 of the token, which is random and long enough not to be guessed from it. `start` is
    what it begins with, so that the person can tell two apart.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=100)
    may_read = models.BooleanField(default=False)
    may_log = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    start = models.CharField(max_length=12)
    made_at = models.DateTimeField()
    expires_on = models.DateField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Not `unique=True`: on PostgreSQL that brings a second index, for searches by the beginning.
            models.UniqueConstraint(fields=["digest"], name="access_token_digest_once"),
            models.CheckConstraint(condition=~Q(name=""), name="access_token_has_a_name"),
            models.CheckConstraint(
                condition=Q(may_read=True) | Q(may_log=True), name="access_token_may_do_something"
            ),
        ]

    def __str__(self) -> str:
        return f"access token {self.pk}"


class Reminder(models.Model):
    """When to remind somebody; `next_at` is the moment of the next one, `last_on` the day of the last.

    It is one reminder, by e-mail and on each of the person's devices. There is no moment where neither is wanted.
    """

    diarist = models.OneToOneField(Diarist, on_delete=models.CASCADE, primary_key=True, related_name="reminder")
    time = models.TimeField(default=dt.time(20))
    by_mail = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="reminder_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(by_mail=False) | Q(next_at__isnull=False), name="reminder_by_mail_has_its_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"


class PushDevice(models.Model):
    """A browser in which a reminder is shown, through the service of the browser's maker.

    `endpoint` is the address there, `p256dh` and `auth` are what only this browser can read with. It goes with the
    sign-in in which it was switched on: `session_key` is that of its session (`diary.push`).
    """

    USER_AGENT_LENGTH = 200

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="push_devices")
    endpoint = models.CharField(max_length=1000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=50)
    session_key = models.CharField(max_length=40)
    user_agent = models.CharField(max_length=USER_AGENT_LENGTH, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        # Not `unique=True`, as with the digest of a token.
        constraints = [models.UniqueConstraint(fields=["endpoint"], name="push_device_endpoint_once")]

    def __str__(self) -> str:
        return f"push device {self.pk}"


class Receipt(models.Model):
    """What a device may send more than once has arrived: its id, so that it is never taken in twice."""

    id = models.UUIDField(primary_key=True)
    diarist = models.ForeignKey(Diarist, on_delete=models.CASCADE, related_name="receipts")
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"receipt {self.pk}"


def place_name(location: str, side: str) -> str:
    """The place in the reader's language, e.g. `Left calf`."""
    return gettext(body.LOCATIONS[location].name(side)) if location else ""
