"""What is typed about one episode, made into clean values."""

import contextlib
import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diary import body
from diary.forms.seen import SeenForm
from diary.models import LONGEST_DURATION_SECONDS, NOTE_LENGTH, Episode, HowOften, Strength
from diary.moments import (
    CLOCK_LEEWAY,
    EARLIEST,
    Moment,
    RepeatedTime,
    SkippedTime,
    at_wall_clock,
    moment,
    some_time_on,
    zone_or,
)
from diary.wording import ROUGH_DURATIONS_SECONDS, rough_duration_names

NOT_ENTERED = _("not entered")
EXACT, UNTIL = "exact", "until"
ISO_DATE = ["%Y-%m-%d"]
SIDE_NAMES = {"left": _("my left"), "right": _("my right"), "middle": _("middle")}


class WallClockField(forms.DateTimeField):
    """A date and time as the clock on the wall showed it, without a zone: the episode has its own."""

    def to_python(self, value: Any) -> dt.datetime | None:
        """A naive datetime. Raises ValidationError for anything that is none."""
        if value in self.empty_values:
            return None
        for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"):
            with contextlib.suppress(ValueError, TypeError):
                return dt.datetime.strptime(value, form)  # noqa: DTZ007
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


def place_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All locations by part of the body, for a select: [(group name, [(id, name), ...]), ...]."""
    groups = [
        (gettext(name), [(place.id, gettext(place.names[""])) for place in _in_group(group)])
        for group, name in body.GROUPS.items()
    ]
    others = [(place.id, gettext(place.names[""])) for place in _in_group(None)]
    return [*groups, (gettext("Anywhere"), others)]


def _in_group(group: body.Group | None) -> list[body.Location]:
    return [place for place in body.LOCATIONS.values() if place.group == group]


def date_field(**options: Any) -> forms.DateField:
    """A calendar date that a diary may hold, as the browser's own date picker sends it."""
    return forms.DateField(
        input_formats=[*ISO_DATE, "%d.%m.%Y", "%d/%m/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": EARLIEST.isoformat()}),
        error_messages={"invalid": _("This is not a date. Write it like 2026-11-23.")},
        **options,
    )


class DetailsForm(SeenForm):
    """What may be said about an episode beside place and time; everything may stay empty."""

    strength = forms.TypedChoiceField(
        label=_("How strong?"),
        choices=[("", NOT_ENTERED), *Strength.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    duration = forms.ChoiceField(label=_("How long?"), required=False)
    hours = forms.IntegerField(label=_("Hours"), required=False, min_value=0, max_value=168)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=10_080)
    seconds = forms.IntegerField(label=_("Seconds"), required=False, min_value=0, max_value=604_800)
    how_often = forms.TypedChoiceField(
        label=_("How often?"),
        choices=[("", NOT_ENTERED), *HowOften.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    at_rest = forms.TypedChoiceField(
        label=_("When?"),
        choices=[("", NOT_ENTERED), ("yes", _("at rest")), ("no", _("after effort or in use"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rough = [(str(s), name) for s, name in zip(ROUGH_DURATIONS_SECONDS, rough_duration_names(), strict=True)]
        choices = [("", NOT_ENTERED), *rough, (EXACT, _("exactly …"))]
        self.fields["duration"].choices = choices  # type: ignore[attr-defined]

    @property
    def exact_fields(self) -> list[forms.BoundField]:
        """The three fields of an exact duration, for the template."""
        return [self[name] for name in ("hours", "minutes", "seconds")]

    def exact_seconds(self) -> int | None:
        """The typed hours, minutes and seconds in seconds; None when all three are empty."""
        parts = [self.cleaned_data.get(name) for name in ("hours", "minutes", "seconds")]
        if all(part is None for part in parts):
            return None
        return sum((part or 0) * size for part, size in zip(parts, (3600, 60, 1), strict=True))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("duration") == EXACT:
            self._clean_exact()
        else:
            # They are not shown then, and nobody could put them right.
            for name in ("hours", "minutes", "seconds"):
                self.errors.pop(name, None)
        return data

    def _clean_exact(self) -> None:
        if any(name in self.errors for name in ("hours", "minutes", "seconds")):
            return
        seconds = self.exact_seconds()
        if seconds is None:
            self.add_error("duration", _("Write how long it was, or choose “not entered”."))
        elif seconds > LONGEST_DURATION_SECONDS:
            self.add_error("duration", _("That is longer than a week. Log each day by itself."))

    def fill_seen(self, episode: Episode) -> None:
        """The same. Raises Unseen where something else was saved since the form was opened."""
        before = stored_details(episode)
        self.fill(episode)
        self.refuse_unseen(before, stored_details(episode))

    def fill(self, episode: Episode) -> None:
        """Put the cleaned details into `episode`."""
        data = self.cleaned_data
        episode.strength = data["strength"]
        episode.how_often = data["how_often"]
        episode.at_rest = data["at_rest"]
        episode.note = data["note"]
        self._fill_duration(episode)

    def _fill_duration(self, episode: Episode) -> None:
        choice = self.cleaned_data["duration"]
        if choice == EXACT:
            episode.duration_seconds, episode.duration_is_rough = self.exact_seconds(), False
        elif choice:
            episode.duration_seconds, episode.duration_is_rough = int(choice), True
        else:
            episode.duration_seconds, episode.duration_is_rough = None, False
        if episode.duration_seconds is not None:
            episode.is_ongoing = False


class UntilForm(DetailsForm):
    """The details, and an end as the clock on the wall showed it."""

    until = WallClockField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("This is not a date with a time.")},
    )

    start: Moment | None = None
    until_seconds = 0

    def __init__(self, *args: Any, episode: Episode, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.episode = episode
        self.now = now
        self.zone = zone_or(episode.time_zone, "UTC")
        self.fields["duration"].choices.append((UNTIL, _("until …")))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self._find_start(data)
        if data.get("duration") == UNTIL and "until" not in self.errors:
            self._clean_end(data.get("until"))
        return data

    def _find_start(self, data: dict[str, Any]) -> None:
        self.start = self.episode.moment

    def _clean_end(self, until: dt.datetime | None) -> None:
        if until is None:
            self.add_error("until", _("Write when it ended, or choose “not entered”."))
        elif self.start is not None:
            self._check_end(until, self.start)

    def _check_end(self, until: dt.datetime, start: Moment) -> None:
        try:
            end = at_wall_clock(until.date(), until.time(), self.zone, second=False).at
            if end < start.at:
                # In the hour that comes twice the later one may be meant.
                end = at_wall_clock(until.date(), until.time(), self.zone, second=True).at
        except SkippedTime:
            self.add_error("until", _("There was no such time: the clocks went forward that night."))
            return
        except OverflowError:
            self.add_error("until", _("This is not a date with a time."))
            return
        seconds = (end - start.at).total_seconds()
        if seconds < 0:
            self.add_error("until", _("The end is before the start."))
        elif end > self.now + CLOCK_LEEWAY:
            self.add_error("until", _("This is in the future."))
        elif seconds > LONGEST_DURATION_SECONDS:
            self.add_error("until", _("That is longer than a week. Log each day by itself."))
        self.until_seconds = int(seconds)

    def _fill_duration(self, episode: Episode) -> None:
        if self.cleaned_data["duration"] == UNTIL:
            episode.duration_seconds, episode.duration_is_rough = self.until_seconds, False
            episode.is_ongoing = False
        else:
            super()._fill_duration(episode)


class PlaceForm(DetailsForm):
    """A place and the details."""

    location = forms.CharField(label=_("Where?"), max_length=20)
    side = forms.ChoiceField(
        label=_("Side"),
        required=False,
        choices=[("", NOT_ENTERED), *SIDE_NAMES.items()],
    )

    def clean_location(self) -> str:
        """A location of the table."""
        location: str = self.cleaned_data["location"]
        if location not in body.LOCATIONS:
            raise forms.ValidationError(_("There is no such place in the list. Choose one of the list."))
        return location

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        location, side = data.get("location"), data.get("side")
        if location and side and not body.is_place(location, side):
            sides = ", ".join(str(SIDE_NAMES[allowed]) for allowed in body.LOCATIONS[location].sides)
            hint = _("Choose one of these: %(sides)s.") % {"sides": sides}
            message = _("This place does not have that side.")
            self.add_error("side", f"{message} {hint}" if sides else str(message))
        if location == body.ANYWHERE and not data.get("note") and "note" not in self.errors:
            self.add_error("note", _("Say where it was."))
        return data

    def fill(self, episode: Episode) -> None:
        """Put place and details into `episode`."""
        super().fill(episode)
        episode.location = self.cleaned_data["location"]
        episode.side = self.cleaned_data["side"]


class LogForm(PlaceForm):
    """A new episode: now, or some time on a past `date`. Its `id` was made with the form."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    date = date_field(required=False)

    def __init__(self, *args: Any, now: dt.datetime, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.zone = zone
        self.today = moment(now, zone).date

    def clean_date(self) -> dt.date:
        """The day that is meant; not in the future and not before 1900."""
        date: dt.date = self.cleaned_data["date"] or self.today
        return checked_date(date, self.today)

    def new_episode(self) -> Episode:
        """The episode that was typed, not yet stored."""
        episode = Episode(id=self.cleaned_data["id"] or uuid.uuid4(), recorded_at=self.now)
        date: dt.date = self.cleaned_data["date"]
        is_now = date == self.today
        episode.moment = moment(self.now, self.zone) if is_now else some_time_on(date, self.zone)
        episode.start_time_known = is_now
        self.fill(episode)
        return episode


class StopForm(UntilForm):
    """When a forgotten timer ended; "not entered" leaves the duration empty."""

    def fill_end(self, episode: Episode) -> None:
        """Put the duration into `episode`, and nothing else."""
        self._fill_duration(episode)


class EpisodeForm(PlaceForm, UntilForm):
    """Everything about a stored episode."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    date = date_field(label=_("Day"))
    time = forms.TimeField(
        label=_("Began at"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("This is not a time. Write it like 21:40.")},
        help_text=_("May stay empty."),
    )
    second = forms.ChoiceField(
        label=_("The clocks went back that night. Which one?"),
        required=False,
        choices=[("first", _("the first, before they went back")), ("second", _("the second, after"))],
    )
    asks_which = False

    def __init__(self, *args: Any, episode: Episode, now: dt.datetime, **kwargs: Any) -> None:
        kwargs.setdefault("initial", initial_of(episode))
        super().__init__(*args, episode=episode, now=now, **kwargs)

    def _find_start(self, data: dict[str, Any]) -> None:
        if data.get("date") and "time" not in self.errors:
            self.start = self._start(data["date"], data.get("time"))
        if data.get("duration") == UNTIL and not data.get("time") and "time" not in self.errors:
            self.add_error("time", _("Write when it began, too."))
            self.start = None

    def _start(self, date: dt.date, time: dt.time | None) -> Moment | None:
        try:
            checked_date(date, moment(self.now, self.zone).date)
        except forms.ValidationError as error:
            self.add_error("date", error)
            return None
        old = self.episode.moment
        if time is None:
            return some_time_on(date, self.zone)
        if (date, time) == (old.date, old.local.time().replace(second=0, microsecond=0)):
            # Untouched: keep the seconds, and which of two equal times in autumn it was.
            return old if not self.data.get("second") else self._wall_clock(date, time)
        return self._wall_clock(date, time)

    def _wall_clock(self, date: dt.date, time: dt.time) -> Moment | None:
        chosen = self.cleaned_data.get("second")
        try:
            start = at_wall_clock(date, time, self.zone, second=chosen == "second" if chosen else None)
        except SkippedTime as skipped:
            message = _(
                "That night the clocks went forward from %(before)s to %(after)s, so there was no such time."
            )
            self.add_error(
                "time", message % {"before": f"{skipped.before:%H:%M}", "after": f"{skipped.after:%H:%M}"}
            )
            return None
        except RepeatedTime:
            self.asks_which = True
            self.add_error("second", _("That time came twice. Choose one."))
            return None
        if start.at > self.now + CLOCK_LEEWAY:
            self.add_error("time", _("This is in the future."))
            return None
        return start

    def changed_episode(self) -> Episode:
        """The episode with what was typed, not yet stored, and the version that the form was made from."""
        assert self.start is not None  # noqa: S101  (a valid form has a start)
        self.fill(self.episode)
        self.episode.moment = self.start
        self.episode.start_time_known = self.cleaned_data["time"] is not None
        self.episode.version = self.cleaned_data["version"]
        return self.episode


def stored_details(episode: Episode) -> dict[str, Any]:
    """What is stored of the details, by names of their fields."""
    return {
        "strength": episode.strength,
        "duration": episode.duration_seconds,
        "how_often": episode.how_often,
        "at_rest": episode.at_rest,
        "note": episode.note,
    }


def initial_details(episode: Episode) -> dict[str, Any]:
    """The details of `episode` as its form shows them."""
    seconds = episode.duration_seconds
    values: dict[str, Any] = {
        "strength": episode.strength or "",
        "how_often": "" if episode.how_often is None else episode.how_often,
        "at_rest": {True: "yes", False: "no", None: ""}[episode.at_rest],
        "note": episode.note,
        "duration": "",
    }
    if seconds is None:
        return values
    if episode.duration_is_rough and seconds in ROUGH_DURATIONS_SECONDS:
        return values | {"duration": str(seconds)}
    hours, rest = divmod(seconds, 3600)
    return values | {"duration": EXACT, "hours": hours, "minutes": rest // 60, "seconds": rest % 60}


def initial_of(episode: Episode) -> dict[str, Any]:
    """Everything about `episode` as its form shows it."""
    local = episode.moment.local
    return initial_details(episode) | {
        "version": episode.version,
        "location": episode.location,
        "side": episode.side,
        "date": episode.local_date,
        "time": local.time() if episode.start_time_known else None,
        "until": None,
    }


def checked_date(date: dt.date, today: dt.date) -> dt.date:
    """`date`, if a diary may hold it. Raises ValidationError for the future and for times before 1900."""
    if date > today:
        raise forms.ValidationError(_("This day has not come yet."))
    if date < EARLIEST:
        raise forms.ValidationError(_("The diary begins in 1900. Check the year."))
    return date
