"""What the API does with the diary itself: log an episode, mark a day, read days."""

import datetime as dt
import uuid
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict

from diary import recording
from diary.api_access import AccessTokenAuth
from diary.api_problems import Problem, ProblemOut
from diary.body import LOCATIONS, SIDES
from diary.forms.episode import PlaceForm
from diary.middleware import DiaryRequest
from diary.models import LONGEST_DURATION_SECONDS, NOTE_LENGTH, Day, Diarist, Effort, Episode, Magnesium
from diary.moments import (
    CLOCK_LEEWAY,
    EARLIEST,
    Moment,
    SkippedTime,
    at_wall_clock,
    moment,
    parse_date,
    zone_names,
)

router = Router(tags=["diary"])

MOST_DAYS = 366
USUAL_DAYS = 28
# Ids of clients that are no UUIDs become ones that differ between people.
NAMESPACE = uuid.UUID("6d746400-0000-4000-8000-000000000001")

Date = Annotated[str, Field(description="`2026-11-23`, or `today`.")]


class EpisodeIn(Schema):
    """One episode of twitching. Only the place is needed; what is left out is "not entered", never zero or no."""

    model_config = ConfigDict(extra="forbid")

    location: str = Field(json_schema_extra={"enum": list(LOCATIONS)})
    id: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="Chosen by you, a UUID or any text. Sent again, the episode is stored only once.",
    )
    side: str | None = Field(None, json_schema_extra={"enum": [*SIDES, None]})
    strength: int | None = Field(None, ge=1, le=4, description="1 felt only, 2 seen, 3 moves the part, 4 stops me")
    how_often: int | None = Field(None, ge=0, le=3, description="0 once, 1 a few times, 2 many, 3 all the time")
    at_rest: bool | None = None
    duration_seconds: int | None = Field(None, ge=0, le=LONGEST_DURATION_SECONDS)
    note: str = Field("", max_length=NOTE_LENGTH, description="Needed for the location `elsewhere`.")
    started_at: dt.datetime | None = Field(
        None,
        description="When it began; now if left out. Without an offset, as the clock in `time_zone` shows it.",
    )
    time_zone: str | None = Field(
        None, max_length=64, description="`Europe/Berlin`; the one of the diary if left out."
    )


class EpisodeOut(Schema):
    """An episode as it is stored. With `start_time_known` false only the date is meant."""

    id: uuid.UUID
    started_at: dt.datetime
    date: dt.date
    start_time_known: bool
    location: str
    side: str | None
    place: str = Field(description="The place in words, in the language of the diary.")
    strength: int | None
    how_often: int | None
    at_rest: bool | None
    duration_seconds: int | None
    is_ongoing: bool
    note: str


class DayOut(Schema):
    """A day. `state` tells a day without twitches (`clear`) from one that nobody recorded (`open`)."""

    date: dt.date
    state: str = Field(json_schema_extra={"enum": ["twitch", "clear", "open"]})
    sleep_hours: float | None
    sleep_quality: int | None
    caffeine_mg: int | None
    exercise_minutes: int | None
    exercise_effort: str | None = Field(json_schema_extra={"enum": [*Effort.values, None]})
    stress: int | None
    water_ml: int | None
    alcohol_units: float | None
    magnesium: str | None = Field(json_schema_extra={"enum": [*Magnesium.values, None]})
    heat: bool | None
    note: str
    episodes: list[EpisodeOut]


class DaysOut(Schema):
    """The days of a range, the first one first."""

    since: dt.date
    until: dt.date
    days: list[DayOut]


@router.post(
    "/episodes",
    auth=AccessTokenAuth("log"),
    response={200: EpisodeOut, 201: EpisodeOut, 409: ProblemOut, 410: ProblemOut, 422: ProblemOut},
    summary="Log an episode",
)
def log_episode(request: DiaryRequest, episode: EpisodeIn) -> Status[dict[str, Any]]:
    """201 when it was stored now, 200 when an episode with this id was there already: that one is answered.

    410 when it was stored before and has been deleted since: it does not come back.
    """
    new = episode_from(request, episode)
    try:
        log = recording.log_episode if episode.id is None else recording.log_once
        logged = log(request.diarist, new)
    except recording.DeletedSince as deleted:
        raise Problem(410, gettext("This episode was stored before, and has been deleted since.")) from deleted
    except recording.IdTaken as taken:
        raise Problem(409, gettext("This id belongs to something else.")) from taken
    return Status(201 if logged.created else 200, shown(logged.episode))


@router.put(
    "/days/{date}/no-twitches",
    auth=AccessTokenAuth("log"),
    response={200: DayOut, 409: ProblemOut, 422: ProblemOut},
    summary="Mark a day without twitches",
)
def mark_no_twitches(request: DiaryRequest, date: Date) -> dict[str, Any]:
    """However often it is sent. 409 while the day has episodes: nothing is deleted for a mark."""
    day = date_from(request, date)
    try:
        recording.mark_no_twitches(request.diarist, day)
    except recording.DayHasEpisodes as refused:
        raise Problem(409, gettext("This day has entries with a twitch.")) from refused
    return days_between(request.diarist, day, day)[0]


@router.delete(
    "/days/{date}/no-twitches",
    auth=AccessTokenAuth("log"),
    response={200: DayOut, 422: ProblemOut},
    summary="Take that mark back",
)
def unmark_no_twitches(request: DiaryRequest, date: Date) -> dict[str, Any]:
    """The day is not recorded again, unless something else was entered."""
    day = date_from(request, date)
    recording.unmark_no_twitches(request.diarist, day)
    return days_between(request.diarist, day, day)[0]


@router.get(
    "/days",
    auth=AccessTokenAuth("read"),
    response={200: DaysOut, 422: ProblemOut},
    summary="Read days",
)
def read_days(request: DiaryRequest, since: Date | None = None, until: Date = "today") -> dict[str, Any]:
    """At most 366 days; the last 28 if nothing is said."""
    last = date_from(request, until, field="until")
    usual = max(EARLIEST, last - dt.timedelta(days=USUAL_DAYS - 1)) if last > EARLIEST else last
    first = date_from(request, since, field="since") if since else usual
    if first > last:
        raise Problem.beside("since", gettext("The first day is after the last."))
    if (last - first).days >= MOST_DAYS:
        raise Problem.beside("since", gettext("At most %(count)d days at once.") % {"count": MOST_DAYS})
    return {"since": first, "until": last, "days": days_between(request.diarist, first, last)}


@router.get(
    "/days/{date}",
    auth=AccessTokenAuth("read"),
    response={200: DayOut, 422: ProblemOut},
    summary="Read one day",
)
def read_day(request: DiaryRequest, date: Date) -> dict[str, Any]:
    """With its episodes, the first one first."""
    day = date_from(request, date)
    return days_between(request.diarist, day, day)[0]


def episode_from(request: DiaryRequest, sent: EpisodeIn) -> Episode:
    """The episode that was sent, not yet stored. The pages' own form decides what goes together."""
    form = PlaceForm(
        {
            "location": sent.location,
            "side": sent.side or "",
            "strength": sent.strength,
            "how_often": sent.how_often,
            "at_rest": {True: "yes", False: "no", None: ""}[sent.at_rest],
            "duration": "" if sent.duration_seconds is None else "exact",
            "seconds": sent.duration_seconds,
            "note": sent.note,
        }
    )
    if not form.is_valid():
        raise Problem.of_form(form)
    episode = Episode(id=id_from(request.diarist, sent.id), recorded_at=request.now)
    episode.moment = moment_from(request, sent)
    form.fill(episode)
    return episode


def id_from(diarist: Diarist, sent: str | None) -> uuid.UUID:
    """A UUID as it is, any other text as one that is the same each time and differs between people."""
    if sent is None:
        return uuid.uuid4()
    try:
        return uuid.UUID(sent)
    except ValueError:
        return uuid.uuid5(NAMESPACE, f"{diarist.pk} {sent}")


def moment_from(request: DiaryRequest, sent: EpisodeIn) -> Moment:
    """When it began. Neither in the future nor before 1900."""
    zone = sent.time_zone or request.zone
    if zone not in zone_names():
        raise Problem.beside("time_zone", gettext("There is no such time zone."))
    try:
        began = moment_in(zone, sent.started_at or request.now)
    except SkippedTime as skipped:
        message = gettext("There was no such time: the clocks went forward that night.")
        raise Problem.beside("started_at", message) from skipped
    except OverflowError as error:
        raise Problem.beside("started_at", gettext("The diary begins in 1900. Check the year.")) from error
    if began.at > request.now + CLOCK_LEEWAY:
        raise Problem.beside("started_at", gettext("This is in the future."))
    if began.date < EARLIEST:
        raise Problem.beside("started_at", gettext("The diary begins in 1900. Check the year."))
    return began


def moment_in(zone: str, at: dt.datetime) -> Moment:
    """A point in time as `zone` shows it; without an offset, the first time that its clock showed it."""
    if at.tzinfo is not None:
        return moment(at, zone)
    return at_wall_clock(at.date(), at.time(), zone, second=False)


def date_from(request: DiaryRequest, text: str, field: str = "date") -> dt.date:
    """The day that was named; one that has come and that a diary may hold."""
    date = request.today if text == "today" else parse_date(text)
    if date is None:
        raise Problem.beside(field, gettext("This is not a date. Write it like 2026-11-23."))
    if date > request.today:
        raise Problem.beside(field, gettext("This day has not come yet."))
    return date


def days_between(diarist: Diarist, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """All days of a range, recorded or not. Two queries."""
    episodes: dict[dt.date, list[dict[str, Any]]] = {}
    for episode in diarist.episodes.filter(local_date__range=(first, last)).order_by("started_at", "id"):
        episodes.setdefault(episode.local_date, []).append(shown(episode))
    days = {day.date: day for day in diarist.days.filter(date__range=(first, last))}
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return [shown_day(date, days.get(date) or Day(date=date), episodes.get(date, [])) for date in dates]


def shown_day(date: dt.date, day: Day, episodes: list[dict[str, Any]]) -> dict[str, Any]:
    """A day as the API says it."""
    state = "twitch" if episodes else "clear" if day.no_twitches else "open"
    context = {name: getattr(day, name) for name in recording.CONTEXT_FIELDS}
    # Choices that are texts are stored as "" when nothing was entered.
    context |= {name: context[name] or None for name in ("exercise_effort", "magnesium")}
    return context | {"date": date, "state": state, "episodes": episodes}


def shown(episode: Episode) -> dict[str, Any]:
    """An episode as the API says it."""
    names = ("id", "start_time_known", "location", "strength", "how_often", "at_rest", "duration_seconds", "note")
    return {name: getattr(episode, name) for name in names} | {
        "started_at": episode.moment.local,
        "date": episode.local_date,
        "side": episode.side or None,
        "place": episode.place_name,
        "is_ongoing": episode.is_ongoing,
    }
