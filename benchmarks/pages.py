"""What is asked for: an empty page, and the pages with a diary of three months and one of ten years.

The one of ten years has far more on each day. What its length costs is seen beside three months that are as busy.
"""

import datetime as dt
import io
import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from benchmarks.requests import Case
from diary.models import Day, Episode, SignCheck

AIM = 4.0
TIMELINE_AIM = 6.0


@dataclass(slots=True)
class Taps:
    """Taps on My spots, taken back after each: a day with a hundred entries would be another page."""

    ids: list[uuid.UUID] = field(default_factory=list)

    def form(self) -> dict[str, str]:
        """What one tap sends."""
        self.ids.append(uuid.uuid4())
        return {"id": str(self.ids[-1]), "location": "calf", "side": "left", "strength": "2"}

    def take_back(self) -> None:
        """Remove what was logged."""
        Episode.objects.filter(pk__in=self.ids).delete()
        self.ids.clear()


def signed_in(name: str, story: str, until: dt.date) -> str:
    """The cookie of somebody who is signed in to a diary of the story."""
    call_command(
        "demo_diary", user=name, story=story, seed=1, until=until, password="x" * 12, stdout=io.StringIO()
    )
    client = Client()
    client.force_login(User.objects.get(username=name), backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = settings.SESSION_COOKIE_NAME
    return f"{cookie}={client.cookies[cookie].value}"


def forget_all_before(name: str, first: dt.date) -> None:
    """Leave the days from `first` on: as much on each day as in ten years, but fewer days."""
    Episode.objects.filter(diarist__user__username=name, local_date__lt=first).delete()
    Day.objects.filter(diarist__user__username=name, date__lt=first).delete()
    SignCheck.objects.filter(diarist__user__username=name, date__lt=first).delete()


def cases(today: dt.date) -> list[Case]:
    """The empty page first, then every page with the small and with the large diary."""
    quarter, decade = signed_in("quarter", "benign", today), signed_in("decade", "busy-decade", today)
    busy = signed_in("busy", "busy-decade", today)
    forget_all_before("busy", today - dt.timedelta(days=91))
    found = [Case("an empty page", "/empty/", quarter)]
    taps = Taps()
    found += [
        Case("Today, 3 busy months", "/", busy, aim=AIM),
        Case("log a spot, 3 busy months", "/episodes/", busy, taps.form, taps.take_back, aim=AIM),
        Case("Days, 3 busy months", "/days/", busy),
    ]
    for label, cookie in (("3 months", quarter), ("10 years", decade)):
        taps = Taps()
        found += [
            Case(f"Today, {label}", "/", cookie, aim=AIM),
            Case(f"log a spot, {label}", "/episodes/", cookie, taps.form, taps.take_back, aim=AIM),
            Case(f"a past day, {label}", f"/?date={today - dt.timedelta(days=40)}", cookie),
            Case(f"list of places, {label}", "/spots/", cookie),
            Case(f"Days, {label}", "/days/", cookie),
            Case(f"Days of one place, {label}", "/days/?location=lid_lower-right", cookie),
            Case(f"Days, search in notes, {label}", "/days/?q=sofa", cookie),
            Case(f"calendar, {label}", "/days/calendar/", cookie),
            Case(f"timeline of 2 weeks, {label}", "/timeline/?range=2w", cookie),
            Case(f"timeline of 3 months, {label}", "/timeline/?range=3m", cookie, aim=TIMELINE_AIM),
            Case(f"timeline of 1 year, {label}", "/timeline/?range=1y", cookie),
            Case(f"timeline of all, {label}", "/timeline/?range=all", cookie, aim=TIMELINE_AIM),
            Case(f"function check, {label}", "/check/", cookie),
            Case(f"answers, {label}", "/check/answers/", cookie),
            Case(f"medicines, {label}", "/medicines/", cookie),
            Case(f"settings, {label}", "/settings/", cookie),
        ]
    return found
