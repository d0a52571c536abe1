"""What is asked for: an empty page, and the pages with a diary of three months and one of ten years.

The one of ten years has far more on each day. What its length costs is seen beside three months that are as busy.
"""

import datetime as dt
import io
import time
import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from benchmarks.requests import Case
from diary.models import Day, Episode, SignCheck
from triage.readings import readings

AIM = 4.0
TIMELINE_AIM = 6.0


@dataclass(slots=True)
class Taps:
    """Taps on My spots, taken back now and then: a day with a hundred entries would be another page."""

    ids: list[uuid.UUID] = field(default_factory=list)

    def form(self) -> dict[str, str]:
        """What one tap sends."""
        self.ids.append(uuid.uuid4())
        return {"id": str(self.ids[-1]), "location": "calf", "side": "left", "strength": "2"}

    def take_back(self) -> None:
        """Remove what was logged, and what was kept with it."""
        Episode.objects.filter(pk__in=self.ids).delete()
        self.ids.clear()
        readings.forget()


def signed_in(name: str, story: str, until: dt.date) -> str:
    """The cookie of somebody who is signed in to a diary of the story."""
    call_command(
        "demo_diary", user=name, story=story, seed=1, until=until, password="x" * 12, stdout=io.StringIO()
    )
    client, user = Client(), User.objects.get(username=name)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    # Some pages ask for the password once more unless it was typed just now; here it stays so for a day.
    proof = {"method": "password", "at": time.time() + 86_400, "reauthenticated": True}
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    cookie = settings.SESSION_COOKIE_NAME
    return f"{cookie}={client.cookies[cookie].value}"


def forget_all_before(name: str, first: dt.date) -> None:
    """Leave the days from `first` on: as much on each day as in ten years, but fewer days."""
    Episode.objects.filter(diarist__user__username=name, local_date__lt=first).delete()
    Day.objects.filter(diarist__user__username=name, date__lt=first).delete()
    SignCheck.objects.filter(diarist__user__username=name, date__lt=first).delete()


def pages(today: dt.date) -> list[tuple[str, str, float]]:
    """Every page that a signed-in person reads, with what it may cost beside an empty one."""
    return [
        ("Today", "/", AIM),
        ("a past day", f"/?date={today - dt.timedelta(days=40)}", AIM),
        ("list of places", "/spots/", AIM),
        ("a new spot", "/spots/new/?location=calf&side=left", AIM),
        ("twitching now", "/now/", AIM),
        ("Days", "/days/", AIM),
        ("Days of one place", "/days/?location=lid_lower-right", AIM),
        ("Days, search in notes", "/days/?q=sofa", AIM),
        ("calendar", "/days/calendar/", AIM),
        ("fill in days", "/days/fill/", AIM),
        ("timeline of 2 weeks", "/timeline/?range=2w", TIMELINE_AIM),
        ("timeline of 3 months", "/timeline/?range=3m", TIMELINE_AIM),
        ("timeline of 1 year", "/timeline/?range=1y", TIMELINE_AIM),
        ("timeline of all", "/timeline/?range=all", TIMELINE_AIM),
        ("Patterns", "/patterns/", AIM),
        ("earlier findings", "/patterns/earlier/", AIM),
        ("what goes with it", "/triggers/", AIM),
        ("doctor's page, 3 months", "/doctor/?period=quarter&paper=a4&language=en&parts=questions", TIMELINE_AIM),
        ("doctor's page since onset", "/doctor/", TIMELINE_AIM),
        ("appointments", "/doctor/appointments/", AIM),
        ("share links", "/doctor/links/", AIM),
        ("function check", "/check/", AIM),
        ("other signs", "/check/signs/", AIM),
        ("answers", "/check/answers/", AIM),
        ("medicines", "/medicines/", AIM),
        ("your data", "/data/", AIM),
        ("delete a day", "/data/delete/day/", AIM),
        ("delete a spot", "/data/delete/spot/", AIM),
        ("settings", "/settings/", AIM),
        ("reminders", "/settings/reminders/", AIM),
        ("access tokens", "/settings/tokens/", AIM),
    ]


@dataclass(slots=True)
class Person:
    """A diary of one size: a tap on a spot, and every page that its owner reads."""

    size: str
    tap: Case
    taps: Taps
    pages: list[Case]


def people(today: dt.date) -> list[Person]:
    """A diary of each size."""
    quarter, decade = signed_in("quarter", "benign", today), signed_in("decade", "busy-decade", today)
    year, busy = signed_in("year", "busy-decade", today), signed_in("busy", "busy-decade", today)
    forget_all_before("year", today - dt.timedelta(days=364))
    forget_all_before("busy", today - dt.timedelta(days=91))
    sizes = (("3 months", quarter), ("3 busy months", busy), ("1 year", year), ("10 years", decade))
    return [person(size, cookie, today) for size, cookie in sizes]


def person(size: str, cookie: str, today: dt.date) -> Person:
    """Somebody who is signed in."""
    taps = Taps()
    tap = Case(f"log a spot, {size}", "/episodes/", cookie, taps.form, aim=AIM)
    looked_at = [Case(f"{name}, {size}", path, cookie, aim=aim) for name, path, aim in pages(today)]
    return Person(size, tap, taps, looked_at)
