"""Reminders by e-mail and on devices: at most one a day, at the time on the wall where the person is, none on a
recorded day. One that comes by e-mail and on two devices is one reminder, taken once.

The moment of the next one stands in the reminder's row. Whoever moves it on may send: any number of workers and
commands can look at the same time, and each reminder is taken by one of them.
"""

import datetime as dt
import email.policy
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.tasks import task
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from diary import push
from diary.mail import confirmed_address, sends_mail
from diary.models import Diarist, PushDevice, Reminder
from diary.moments import SkippedTime, at_wall_clock, today_in, zone_or

logger = logging.getLogger(__name__)

# A reminder that comes later than this (the worker was down) would only disturb.
LATEST = dt.timedelta(hours=3)
AT_ONCE = 500
OFF_SALT = "diary.reminders.off"
ONE_DAY = dt.timedelta(days=1)

Send = Callable[[int, str], object]


def keep(diarist: Diarist, *, time: dt.time, by_mail: bool, zone: str, now: dt.datetime) -> Reminder:
    """Store what the person chose; the first one comes the next time that the clock shows `time`."""
    last_on = Reminder.objects.filter(diarist=diarist).values_list("last_on", flat=True).first()
    is_wanted = by_mail or diarist.push_devices.exists()
    next_at = next_moment(time, zone, now, last_on) if is_wanted else None
    chosen = {"time": time, "by_mail": by_mail, "next_at": next_at}
    return Reminder.objects.update_or_create(diarist=diarist, defaults=chosen)[0]


def switch_off(diarist_id: int) -> None:
    """No more e-mails; the time stays, for who wants them again, and for the person's devices."""
    Reminder.objects.filter(pk=diarist_id).update(by_mail=False)
    rest(diarist_id)


def begin(diarist: Diarist, zone: str, now: dt.datetime) -> None:
    """A device was switched on: the first one comes the next time that the clock shows the chosen time."""
    reminder = Reminder.objects.get_or_create(diarist=diarist)[0]
    if reminder.next_at is None:
        first = next_moment(reminder.time, zone, now, reminder.last_on)
        Reminder.objects.filter(pk=diarist.pk, next_at=None).update(next_at=first)


def rest(diarist_id: int) -> None:
    """No next one where neither an e-mail nor a device is left to remind."""
    devices = PushDevice.objects.filter(diarist_id=OuterRef("pk"))
    Reminder.objects.filter(~Exists(devices), pk=diarist_id, by_mail=False).update(next_at=None)


def reschedule(diarist: Diarist, zone: str, now: dt.datetime) -> None:
    """The person's time zone has changed: the next one comes by the clock there."""
    reminder = Reminder.objects.filter(diarist=diarist, next_at__isnull=False).first()
    if reminder is not None:
        moved = next_moment(reminder.time, zone, now, reminder.last_on)
        Reminder.objects.filter(pk=diarist.pk, next_at__isnull=False).update(next_at=moved)


def next_moment(time: dt.time, zone: str, now: dt.datetime, last_on: dt.date | None) -> dt.datetime:
    """The next time after `now` that the clock in `zone` shows `time`, on a day after `last_on`."""
    date = today_in(zone, now)
    if last_on is not None and last_on >= date:
        date = last_on + ONE_DAY
    at = on_the_wall(date, time, zone)
    return at if at > now else on_the_wall(date + ONE_DAY, time, zone)


def on_the_wall(date: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """When the clock in `zone` shows `time` on `date`: the first time in the hour that comes twice in autumn, and
    as soon as the clocks have gone forward where there is no such time."""
    try:
        return at_wall_clock(date, time, zone, second=False).at
    except SkippedTime as skipped:
        return at_wall_clock(date, skipped.after, zone, second=False).at


def send_due(now: dt.datetime, send: Send) -> int:
    """Give every reminder whose moment has come to `send`, each once; how many that were.

    `send` is called in the transaction that takes the reminder: a task in the same database is there if and only
    if the reminder has been moved on.
    """
    due = Reminder.objects.filter(next_at__lte=now).select_related("diarist").order_by("next_at")
    sent = 0
    # Whoever is looked at is moved on, here or by another process: the next ones are others.
    while reminders := list(due[:AT_ONCE]):
        sent += sum(take(reminder, now, send) for reminder in reminders)
    return sent


def take(reminder: Reminder, now: dt.datetime, send: Send) -> bool:
    """Move one reminder on and send it, unless another process was faster or it is not the time."""
    zone = zone_of(reminder.diarist)
    date = today_in(zone, now)
    late = now - on_the_wall(date, reminder.time, zone)
    is_time = dt.timedelta() <= late <= LATEST and (reminder.last_on is None or reminder.last_on < date)
    last_on = date if is_time else reminder.last_on
    moved = next_moment(reminder.time, zone, now, last_on)
    with transaction.atomic():
        mine = Reminder.objects.filter(pk=reminder.pk, next_at=reminder.next_at)
        if not mine.update(next_at=moved, last_on=last_on) or not is_time:
            return False
        send(reminder.pk, date.isoformat())
    return True


def zone_of(diarist: Diarist) -> str:
    """The zone that the person was in last."""
    return zone_or(diarist.time_zone, "UTC")


def enqueue(diarist_id: int, date: str) -> None:
    """Leave it to a worker; e-mail and devices apart, so that neither waits for the other or fails with it."""
    if Reminder.objects.filter(pk=diarist_id, by_mail=True).exists():
        remind.enqueue(diarist_id, date)
    if PushDevice.objects.filter(diarist_id=diarist_id).exists():
        remind_devices.enqueue(diarist_id, date)


def send_now(diarist_id: int, date: str) -> bool:
    """Send it without a worker; whether anything was sent."""
    return any([remind.call(diarist_id, date), remind_devices.call(diarist_id, date)])


@task()
def remind(diarist_id: int, date: str) -> bool:
    """Send the e-mail for `date`, unless that day is recorded or over, or they were switched off meanwhile."""
    diarist = Diarist.objects.filter(pk=diarist_id, reminder__by_mail=True, user__is_active=True).first()
    if diarist is None or not sends_mail():
        return False
    day = dt.date.fromisoformat(date)
    address = confirmed_address(diarist)
    if not address or is_recorded(diarist, day) or day != today_in(zone_of(diarist), timezone.now()):
        return False
    try:
        message(diarist, address).send()
    except OSError as error:
        # Not tried again: what a mail server took in before the connection broke would come twice.
        logger.warning("A reminder could not be sent (%s).", type(error).__name__)
        return False
    return True


@task()
def remind_devices(diarist_id: int, date: str) -> int:
    """Show the reminder for `date` on the person's devices, unless it is of no use any more; how many took it."""
    now = timezone.now()
    reminder = Reminder.objects.select_related("diarist__user").filter(pk=diarist_id).first()
    if reminder is None or not reminder.diarist.user.is_active or not push.is_offered():
        return 0
    day = dt.date.fromisoformat(date)
    seconds = seconds_left(reminder, day, now)
    if seconds < 1 or is_recorded(reminder.diarist, day):
        return 0
    devices, over = push.devices_of(reminder.diarist, now)
    words = push_words(reminder.diarist)
    shown = 0
    for device in devices:
        try:
            shown += push.show(device, words, seconds)
        except push.Gone:
            over.append(device)
    PushDevice.objects.filter(pk__in=[device.pk for device in over]).delete()
    rest(diarist_id)
    return shown


def seconds_left(reminder: Reminder, day: dt.date, now: dt.datetime) -> int:
    """For how long the reminder of `day` is worth showing: until it is too late, or the day is over."""
    zone = zone_of(reminder.diarist)
    if day != today_in(zone, now):
        return 0
    too_late = on_the_wall(day, reminder.time, zone) + LATEST
    left = min(too_late, on_the_wall(day + ONE_DAY, dt.time(), zone)) - now
    return int(min(left, LATEST).total_seconds())


def push_words(diarist: Diarist) -> dict[str, str]:
    """What a device shows: the words of the e-mail, for the same reason."""
    language = diarist.language or settings.LANGUAGE_CODE
    with translation.override(language):
        body = gettext("Your page for today is still empty.")
        return {"title": gettext("A short reminder"), "body": body, "lang": language}


def is_recorded(diarist: Diarist, date: dt.date) -> bool:
    """Whether the day has an entry or the mark "no twitches"."""
    return (
        diarist.episodes.filter(local_date=date).exists()
        or diarist.days.filter(date=date, no_twitches=True).exists()
    )


class LongLines(EmailMessage):
    """An e-mail whose headers stay whole.

    Python breaks an address of more than 78 letters into encoded words, which no mail program takes for one.
    """

    def message(self, *, policy: Any = email.policy.default) -> Any:
        """The mail as it is sent; lines may have 998 letters (RFC 5322)."""
        return super().message(policy=policy.clone(max_line_length=998))


def message(diarist: Diarist, address: str) -> EmailMessage:
    """The e-mail. It names no symptom and not the app: others may see it on a screen."""
    off_url = site_url(reverse("diary:reminders_off", args=[off_token(diarist)]))
    with translation.override(diarist.language or settings.LANGUAGE_CODE):
        context = {"site_url": site_url(reverse("diary:today")), "off_url": off_url}
        return LongLines(
            subject=gettext("A short reminder"),
            body=render_to_string("diary/reminders_mail.txt", context),
            to=[address],
            headers={
                # RFC 8058: mail programs offer a button for it.
                "List-Unsubscribe": f"<{off_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )


def site_url(path: str) -> str:
    """A whole address for an e-mail."""
    return f"{settings.SITE_URL.geturl()}{path}"


def off_token(diarist: Diarist) -> str:
    """Good for switching this person's reminders off, and for nothing else."""
    return signing.Signer(salt=OFF_SALT).sign(str(diarist.pk))


def diarist_id_from(token: str) -> int | None:
    """Whose reminders a token switches off; None for one that is not ours."""
    try:
        return int(signing.Signer(salt=OFF_SALT).unsign(token))
    except signing.BadSignature:
        return None


def calendar(diarist: Diarist, time: dt.time, today: dt.date, now: dt.datetime) -> str:
    """An event for every day in the form of RFC 5545, with an alarm.

    Its time has no zone, so it is that of the clock wherever the phone is. It names no symptom either.
    """
    words = gettext("Diary")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Diary//Reminder//EN",
        "BEGIN:VEVENT",
        f"UID:{diarist.mark}@{settings.SITE_URL.hostname}",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{today:%Y%m%d}T{time:%H%M%S}",
        "DURATION:PT5M",
        "RRULE:FREQ=DAILY",
        f"SUMMARY:{words}",
        f"URL:{site_url('/')}",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{words}",
        "TRIGGER:PT0S",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def folded(line: str) -> str:
    """A line of at most 75 bytes, the rest on further lines that begin with a space, as RFC 5545 wants it."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 74:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
