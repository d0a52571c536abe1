"""No page asks the database more often because a diary grew: neither a longer one nor one with fuller days."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diary import push
from diary.body import LOCATIONS
from diary.models import (
    AccessToken,
    Day,
    Diarist,
    Episode,
    Import,
    ImportedDay,
    Medicine,
    PushDevice,
    Reminder,
    SignCheck,
)
from diary.moments import at_wall_clock
from diary.signs import CHECK_SIGNS
from diary.timeline_rows import forget
from diary.urls import urlpatterns as diary_urls
from tests.conftest import BERLIN, NOW, PUSH_KEY
from triage import scan
from triage.models import Appointment, DoctorTexts, Finding, ShareLink, ShareOpening
from triage.sharing import hash_of
from triage.urls import urlpatterns as triage_urls

TODAY = dt.date(2026, 11, 23)
YESTERDAY, MISSED = TODAY - dt.timedelta(days=1), TODAY - dt.timedelta(days=5)
PLACES = [(place.id, side) for place in LOCATIONS.values() for side in place.sides]
NEWEST = uuid.UUID(int=1)
TIMER, MEDICINE, ANSWER, FINDING, TOKEN, IMPORT = (uuid.UUID(int=number) for number in range(2, 8))
SMALL = {"days": 30, "a_day": 1}
DEVICE = uuid.UUID(int=10)
VISIT_PK, LINK, SHARE_TOKEN = uuid.UUID(int=8), uuid.UUID(int=9), "a-token-of-a-test"
ALL_PARTS = "period=onset&paper=a4&language=en&parts=medicines&parts=notes&parts=log&parts=context&parts=questions"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, or the second of two with `again`; `name` is the name of the address that it stands for."""

    name: str
    path: str
    form: Callable[[], dict[str, str]] | None = None
    is_htmx: bool = False
    status: int = 200
    again: bool = False

    @property
    def label(self) -> str:
        """What the test is called."""
        words = ["POST" if self.form else "GET", "htmx" if self.is_htmx else "", "again" if self.again else ""]
        return " ".join(filter(None, [*words, self.path]))


def tap() -> dict[str, str]:
    """What one tap on My spots sends."""
    return {"id": str(uuid.uuid4()), "location": "calf", "side": "left", "strength": "2"}


def fill() -> dict[str, str]:
    """The missed day, said to be the same as the day before."""
    return {"id": str(uuid.UUID(int=9)), f"day-{MISSED}": "same"}


def answers() -> dict[str, str]:
    """A whole function check answered with no."""
    form = {"id": str(uuid.uuid4()), "date": str(TODAY)}
    return form | {f"{sign.id}-answer": "no" for sign in CHECK_SIGNS}


def medicine() -> dict[str, str]:
    """A new medicine."""
    return {"id": str(uuid.uuid4()), "name": "Salbutamol"}


def new_token() -> dict[str, str]:
    """A new access token."""
    return {"id": str(uuid.uuid4()), "name": "Button", "may_log": "on"}


def waited() -> dict[str, str]:
    """A tap that waited on a device."""
    return tap() | {"account": Diarist.objects.get(user__username="alice").mark, "kind": "twitch", "age": "60"}


def appointment() -> dict[str, str]:
    """A new visit to a doctor."""
    return {"id": str(uuid.uuid4()), "date": str(TODAY), "note": "All well."}


def new_link() -> dict[str, str]:
    """A new share link."""
    return {"id": str(uuid.uuid4()), "days": "14"}


def share(diarist: Diarist, rows: int) -> None:
    """Visits to a doctor, and share links with a time each at which they were opened."""
    Appointment.objects.bulk_create(
        Appointment(id=VISIT_PK if n == 0 else uuid.uuid4(), diarist=diarist, date=TODAY, note="On the sofa.")
        for n in range(rows)
    )
    choice = {"first": "2020-01-01", "last": str(YESTERDAY), "paper": "a4", "language": "en", "parts": ["log"]}
    links = [
        ShareLink(
            id=LINK if n == 0 else uuid.uuid4(),
            diarist=diarist,
            token_hash=hash_of(SHARE_TOKEN if n == 0 else f"{n}"),
            choice=choice,
            made_at=NOW,
            expires_at=NOW + dt.timedelta(days=9),
        )
        for n in range(rows)
    ]
    ShareLink.objects.bulk_create(links)
    ShareOpening.objects.bulk_create(
        ShareOpening(link=link, at=NOW - dt.timedelta(hours=n + 1)) for n, link in enumerate(links)
    )


def browser() -> dict[str, str]:
    """What a browser says of itself to be reminded."""
    keys = {"p256dh": push.public_key(PUSH_KEY), "auth": "A" * 22}
    return keys | {"endpoint": f"https://fcm.googleapis.com/fcm/send/{uuid.uuid4().hex}"}


def nothing() -> dict[str, str]:
    """A button without fields."""
    return {}


VISITS = [
    Visit("today", "/"),
    Visit("today", "/", is_htmx=True),
    Visit("today", f"/?date={YESTERDAY}"),
    Visit("today", f"/?saved={NEWEST}"),
    Visit("no_twitches", f"/days/{TODAY}/no-twitches/", nothing, status=422),
    Visit("no_twitches", f"/days/{TODAY}/no-twitches/", nothing, is_htmx=True, status=422),
    Visit("context", f"/days/{YESTERDAY}/context/sleep_hours/"),
    Visit("context", f"/days/{YESTERDAY}/context/caffeine_mg/", lambda: {"add": "90"}, is_htmx=True),
    Visit("spots", "/spots/"),
    Visit("new_spot", "/spots/new/?location=calf&side=left"),
    Visit("log", "/episodes/", tap, status=302),
    Visit("log", "/episodes/", tap, is_htmx=True),
    Visit("episode", f"/episodes/{NEWEST}/"),
    Visit("episode_at", f"/episodes/at/?at={TODAY}T09:00&spot=calf-left", status=302),
    Visit("delete_episode", f"/episodes/{NEWEST}/delete/"),
    Visit("delete_episode", f"/episodes/{NEWEST}/delete/", nothing, is_htmx=True),
    Visit("now", "/now/"),
    Visit("now_stop", f"/now/{TIMER}/stop/"),
    Visit("days", "/days/"),
    Visit("days", f"/days/?before={YESTERDAY}", is_htmx=True),
    Visit("days", "/days/?location=calf-left&strength=2&q=sofa"),
    Visit("calendar", "/days/calendar/"),
    Visit("fill", "/days/fill/"),
    Visit("fill", f"/days/fill/?since={MISSED}&until={MISSED}", fill, status=302),
    Visit("timeline", "/timeline/"),
    Visit("timeline", "/timeline/?range=2w", is_htmx=True),
    Visit("timeline", "/timeline/?range=1y&location=calf-left"),
    Visit("timeline_csv", "/timeline/table.csv?range=1y"),
    Visit("check", "/check/"),
    Visit("check", "/check/", answers, status=302),
    Visit("signs", "/check/signs/"),
    Visit("answers", "/check/answers/"),
    Visit("delete_answer", f"/check/answers/{ANSWER}/delete/"),
    Visit("check_later", "/check/later/", nothing, status=302),
    Visit("medicines", "/medicines/"),
    Visit("medicines", "/medicines/", medicine, status=302),
    Visit("medicine", f"/medicines/{MEDICINE}/"),
    Visit("delete_medicine", f"/medicines/{MEDICINE}/delete/", nothing),
    Visit("delete_day", f"/data/delete/day/?date={TODAY}"),
    Visit("delete_day", "/data/delete/day/", lambda: {"date": str(TODAY)}, status=302),
    Visit("delete_spot", "/data/delete/spot/"),
    Visit("delete_spot", "/data/delete/spot/?spot=calf-left"),
    Visit("delete_spot", "/data/delete/spot/", lambda: {"spot": "calf-left"}, status=302),
    Visit("delete_account", "/data/delete/account/"),
    Visit("manifest", "/manifest.webmanifest"),
    Visit("service_worker", "/sw.js"),
    Visit("offline", "/offline/"),
    Visit("offline_entry", "/offline/entry/", waited, status=201),
    Visit("reminders", "/settings/reminders/"),
    Visit("reminders", "/settings/reminders/", nothing, status=422),
    Visit("reminders_calendar", "/settings/reminders/diary.ics"),
    Visit("reminders_device", "/settings/reminders/device/"),
    Visit("reminders_device", "/settings/reminders/device/", browser, status=201),
    Visit("reminders_device_remove", f"/settings/reminders/device/{DEVICE}/remove/", nothing, status=302),
    Visit("reminders_off", "/reminders/off/x/", status=404),
    Visit("settings", "/settings/"),
    Visit("tokens", "/settings/tokens/"),
    Visit("new_token", "/settings/tokens/new/"),
    Visit("new_token", "/settings/tokens/new/", new_token),
    Visit("revoke_token", f"/settings/tokens/{TOKEN}/revoke/"),
    Visit("api", "/api/"),
    Visit("patterns", "/patterns/"),
    Visit("patterns", "/patterns/", again=True),
    Visit("today", "/", again=True),
    Visit("earlier", "/patterns/earlier/"),
    Visit("glance", "/patterns/glance/", is_htmx=True),
    Visit("spans", f"/patterns/spans/?first={YESTERDAY}&last={TODAY}"),
    Visit("entries", f"/patterns/{FINDING}/entries/"),
    Visit("discussed", f"/patterns/{FINDING}/discussed/", lambda: {"on": str(TODAY)}, status=302),
    Visit("answer", f"/patterns/{FINDING}/answer/", lambda: {"answer": "no"}, status=302),
    Visit("data", "/data/"),
    Visit("export", "/data/export/json/"),
    Visit("export", "/data/export/csv/"),
    Visit("export", "/data/export/fhir/"),
    Visit("upload", "/data/import/", nothing, status=422),
    Visit("incoming", f"/data/import/{IMPORT}/"),
    Visit("incoming_store", f"/data/import/{IMPORT}/store/", nothing, status=302),
    Visit("incoming_back", f"/data/import/{IMPORT}/back/", nothing, status=302),
    Visit("incoming_cancel", f"/data/import/{IMPORT}/cancel/", nothing, status=302),
    Visit("incoming_undo", f"/data/import/{IMPORT}/undo/", nothing, status=302),
    Visit("doctor", "/doctor/", again=True),
    Visit("doctor", f"/doctor/?{ALL_PARTS}", again=True),
    Visit("doctor_pdf", f"/doctor/pdf/?{ALL_PARTS}", again=True),
    Visit("doctor_texts", "/doctor/texts/", lambda: {"questions": "Why?"}, status=302),
    Visit("appointments", "/doctor/appointments/", again=True),
    Visit("appointments", "/doctor/appointments/", appointment, status=302, again=True),
    Visit("appointment", f"/doctor/appointments/{VISIT_PK}/", again=True),
    Visit("delete_appointment", f"/doctor/appointments/{VISIT_PK}/delete/", nothing),
    Visit("shares", "/doctor/links/"),
    Visit("shares", "/doctor/links/", new_link),
    Visit("withdraw_share", f"/doctor/links/{LINK}/withdraw/", nothing, status=302),
    Visit("share_sheet", "/doctor/links/page/", lambda: {"token": SHARE_TOKEN}),
    Visit("share_sheet_pdf", "/doctor/links/page/pdf/", lambda: {"token": SHARE_TOKEN}),
    Visit("share", f"/s/{SHARE_TOKEN}/", again=True),
    Visit("share_pdf", f"/s/{SHARE_TOKEN}/pdf/", again=True),
    Visit("welcome", "/welcome/"),
    Visit("welcome_step", "/welcome/2/"),
    Visit("triggers", "/triggers/"),
]
# Pages that ask for one row by its id and show nothing else.
ONE_ROW = {"restore"}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _proven(as_alice: Client, alice: Diarist) -> None:
    """Alice typed her password just now: some pages ask for that."""
    proof = {"method": "password", "at": NOW.timestamp(), "reauthenticated": True}
    session = as_alice.session
    session.update(
        {
            "account_authentication_methods": [proof],
            "account_authentication_methods_user": str(alice.pk),
        }
    )
    session.save()


def write(diarist: Diarist, *, days: int, a_day: int) -> None:
    """A diary of `days` days with `a_day` rows of everything on each; one recent day is missed in all of them."""
    dates = [TODAY - dt.timedelta(days=back) for back in range(days)]
    written = [date for date in dates if date != MISSED]
    Episode.objects.bulk_create(episode(diarist, date, n) for date in written for n in range(a_day))
    Episode.objects.bulk_create(
        episode(diarist, TODAY, n, id=TIMER if n == 0 else uuid.uuid4(), is_ongoing=True, duration_seconds=None)
        for n in range(a_day)
    )
    Day.objects.bulk_create(
        Day(diarist=diarist, date=date, sleep_hours=7, caffeine_mg=90, note="On the sofa.") for date in written
    )
    checks = [TODAY - dt.timedelta(days=40 + 28 * n) for n in range(1 + days // 28)]
    SignCheck.objects.bulk_create(
        SignCheck(diarist=diarist, date=date, sign=sign.id, answer="no", recorded_at=NOW)
        for date in checks
        for sign in CHECK_SIGNS[:a_day]
    )
    SignCheck.objects.create(
        id=ANSWER, diarist=diarist, date=checks[0], sign="write", answer="yes", recorded_at=NOW, course="same"
    )
    AccessToken.objects.bulk_create(
        AccessToken(
            id=TOKEN if n == 0 else uuid.uuid4(),
            diarist=diarist,
            name=f"Button {n}",
            may_read=True,
            digest=f"{n}",
            start="mtd_",
            made_at=NOW,
        )
        for n in range(days * a_day // 15)
    )
    Reminder.objects.update_or_create(diarist=diarist, defaults={"by_mail": True, "next_at": NOW})
    PushDevice.objects.bulk_create(
        PushDevice(
            id=DEVICE if n == 0 else uuid.uuid4(),
            diarist=diarist,
            endpoint=f"https://example.org/{n}",
            session_key=f"{n}",
            made_at=NOW,
        )
        for n in range(days * a_day // 15)
    )
    Medicine.objects.bulk_create(
        Medicine(id=MEDICINE if n == 0 else uuid.uuid4(), diarist=diarist, name=f"Tablet {n}", started_on=TODAY)
        for n in range(days * a_day // 15)
    )
    came_with = Import.objects.create(
        id=IMPORT, diarist=diarist, status=Import.Status.STORED, created_at=NOW, stored_at=NOW
    )
    Episode.objects.filter(diarist=diarist).exclude(pk=NEWEST).update(came_with=came_with)
    ImportedDay.objects.bulk_create(
        ImportedDay(of=came_with, date=date, values={"caffeine_mg": 90}) for date in written
    )
    Import.objects.bulk_create(
        Import(diarist=diarist, status=Import.Status.STORED, created_at=NOW, stored_at=NOW)
        for n in range(days * a_day // 15)
    )


def ask_about(diarist: Diarist, entries: int) -> None:
    """A diary that is judged, with findings from earlier, one of them a question that is still open."""
    Finding.objects.filter(diarist=diarist).delete()
    scan.bring_up_to_date(diarist, TODAY)
    Finding.objects.filter(diarist=diarist).delete()
    days = dict.fromkeys(("since", "opened_on", "changed_on"), YESTERDAY)
    window = {"last_twitch": str(YESTERDAY), "window_days": 15, "twitch_days": 9, "clear_days": 0}
    ids = [str(pk) for pk in diarist.episodes.values_list("pk", flat=True)[:entries]]
    Finding.objects.bulk_create(
        Finding(
            id=FINDING if number == 0 else uuid.uuid4(),
            diarist=diarist,
            key=f"old {number}",
            rule="persistence",
            kind="ask",
            level="note",
            location="calf",
            side="left",
            evidence=window | {"unlogged_days": 6, "days_lasted": 15, "eyelid": False},
            entry_ids=ids,
            closes_when={"code": "clear_days", "clear_days": 7, "or_days_without": 28},
            closed_on=TODAY if number else None,
            closed_why="over" if number else "",
            **days,
        )
        for number in range(entries)
    )


def episode(diarist: Diarist, date: dt.date, n: int, **values: Any) -> Episode:
    """The `n`th episode of a day, each at another place."""
    location, side = PLACES[(PLACES.index(("calf", "left")) + n) % len(PLACES)]
    pk = NEWEST if date == TODAY and n == 0 else uuid.uuid4()
    row = Episode(
        **{"id": pk, "strength": 2, "duration_seconds": 600, "note": "On the sofa."} | values,
        diarist=diarist,
        location=location,
        side=side,
        recorded_at=NOW,
    )
    row.moment = at_wall_clock(date, dt.time(9, n), BERLIN)
    return row


def queries(client: Client, visit: Visit) -> list[str]:
    """What a request asks the database."""
    headers = {"HX-Request": "true"} if visit.is_htmx else {}
    forget()
    if visit.again:
        client.get(visit.path)
    with CaptureQueriesContext(connection) as captured:
        if visit.form is None:
            response = client.get(visit.path, headers=headers)
        else:
            response = client.post(visit.path, visit.form(), headers=headers)
        b"".join(response)  # the rows of a download are read while it is sent
    assert response.status_code == visit.status, response.content.decode()[:2000]
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("grown", [{"days": 600}, {"a_day": 20}], ids=["longer", "fuller"])
@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.label)
def test_a_page_of_a_diary_twenty_times_as_large_asks_as_often(
    as_alice: Client, alice: Diarist, visit: Visit, grown: dict[str, int]
) -> None:
    write(alice, **SMALL)
    ask_about(alice, 2)
    share(alice, 2)
    few = queries(as_alice, visit)
    tables = (
        alice.episodes,
        alice.days,
        alice.sign_checks,
        alice.medicines,
        alice.access_tokens,
        alice.push_devices,
        alice.imports,
        alice.appointments,
        alice.share_links,
        DoctorTexts.objects.filter(diarist=alice),
    )
    for rows in tables:
        rows.all().delete()
    write(alice, **SMALL | grown)
    ask_about(alice, 40)
    share(alice, 40)
    many = queries(as_alice, visit)
    assert len(many) == len(few), "\n".join([*few, "---", *many])


def test_every_page_is_looked_at() -> None:
    names = {pattern.name for pattern in (*diary_urls, *triage_urls)}
    assert {visit.name for visit in VISITS} | ONE_ROW == names
