"""An entry that waited on a device until there was a connection."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from diary import recording
from diary.forms.episode import LogForm, checked_date, date_field
from diary.models import Diarist
from diary.moments import today_in, zone_or

LONGEST_WAIT_SECONDS = 10 * 366 * 24 * 60 * 60


class WaitingForm(forms.Form):
    """What is common to all such entries; a twitch is read by the form that it was typed in.

    The device says how long ago the tap was, not when: a clock that is wrong by hours then does no harm.
    """

    id = forms.UUIDField()
    kind = forms.ChoiceField(choices=[("twitch", "twitch"), ("none", "none")])
    age = forms.IntegerField(min_value=0, max_value=LONGEST_WAIT_SECONDS)
    date = date_field(required=False)
    log: LogForm | None = None

    def __init__(self, data: Any, *, now: dt.datetime, zone: str, diarist: Diarist) -> None:
        super().__init__(data)
        self.diarist = diarist
        self.now = now
        # The zone that the device was in when it was tapped, unless the diary keeps to one of its own.
        self.zone = zone_or(str(data.get("zone", "")), zone) if diarist.follows_device else zone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "age" not in data:
            return data
        tapped = self.now - dt.timedelta(seconds=data["age"])
        if data.get("kind") == "twitch":
            self.log = LogForm(self.data, now=tapped, zone=self.zone)
            if not self.log.is_valid():
                raise ValidationError([error for errors in self.log.errors.values() for error in errors])
        elif "date" not in self.errors:
            self._clean_day(data, today_in(self.zone, tapped))
        return data

    def _clean_day(self, data: dict[str, Any], today: dt.date) -> None:
        try:
            checked_date(data.get("date") or today, today)
        except ValidationError as error:
            self.add_error("date", error)
        data["date"] = data.get("date") or today

    def write(self) -> None:
        """Store it. Raises IdTaken and DayHasEpisodes."""
        if self.log is None:
            recording.mark_no_twitches(self.diarist, self.cleaned_data["date"])
        else:
            recording.log_episode(self.diarist, self.log.new_episode())

    def words(self) -> str:
        """All that is wrong, in one line."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)
