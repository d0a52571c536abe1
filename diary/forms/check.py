"""Answers to signs: one small form a sign, and the sheet that holds them."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diary import body
from diary.forms.dates import DayField
from diary.models import NOTE_LENGTH, SignCheck, place_name
from diary.signs import ANSWERS, COURSES, SIGNS, TOPICS, Sign
from diary.wording import date_words

# What an open sign is asked: a yes and its course in one tap.
STILL = {
    "yes-same": _("Yes, no change"),
    "yes-worse": _("Yes, worse"),
    "yes-better": _("Yes, better"),
    "no": _("Back to normal"),
}
REST = "rest"
Choices = list[tuple[str, str]]


class AnswerField(forms.ChoiceField):
    """Shows what fits the sign as it was; accepts every answer, for it may have changed in another tab."""

    def valid_value(self, value: object) -> bool:
        """Whether `value` is an answer at all."""
        return value in ANSWERS or value in STILL


class SignForm(forms.Form):
    """The answer to one sign, and what belongs to a yes or a "not sure"."""

    answer = AnswerField(required=False, widget=forms.RadioSelect)
    place = forms.ChoiceField(label=_("Where?"), required=False)
    since_on = DayField(label=_("Since when?"), required=False)
    course = forms.ChoiceField(label=_("Is it changing?"), required=False, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(
        self, sign: Sign, data: Mapping[str, Any] | None, previous: SignCheck | None, *, latest: dt.date
    ) -> None:
        super().__init__(data, prefix=sign.id, initial=_details(previous) if previous else None)
        self.sign = sign
        self.previous = previous
        self.fields["answer"].label = gettext(sign.question)
        self.fields["since_on"].widget.attrs["max"] = latest.isoformat()
        self._choices("answer", answer_choices(sign, is_open=previous is not None))
        self._choices("course", [(value, gettext(name)) for value, name in COURSES.items()])
        if sign.has_place:
            self._choices("place", place_choices(sign, previous))
        else:
            del self.fields["place"]

    def clean(self) -> dict[str, Any]:
        """Details without an answer would be lost in silence, so they are asked about."""
        cleaned = super().clean() or self.cleaned_data
        entered = [name for name in self.changed_data if name != "answer" and cleaned.get(name)]
        if entered and not cleaned.get("answer") and "answer" not in self.errors:
            self.add_error("answer", gettext("Choose an answer for what you entered below it."))
        return cleaned

    def check_dates(self, date: dt.date) -> None:
        """Something can't have begun after the day that the answer is about."""
        since = self.cleaned_data.get("since_on")
        if since and since > date:
            message = gettext("This is after the day of the answer (%(date)s).")
            self.add_error("since_on", message % {"date": date_words(date)})

    def answered(self) -> dict[str, Any] | None:
        """The columns of the answer; None for a sign that was left alone."""
        answer, _dash, course = str(self.cleaned_data.get("answer") or "").partition("-")
        if not answer:
            return None
        columns: dict[str, Any] = {"sign": self.sign.id, "answer": answer}
        if answer in {"yes", "unsure"}:
            location, _colon, side = (self.cleaned_data.get("place") or "").partition(":")
            columns |= {"location": location, "side": side, "since_on": self.cleaned_data["since_on"]}
            columns |= {
                "course": course or self.cleaned_data["course"],
                "note": self.cleaned_data["note"],
            }
        return columns

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class AnswerSheet(forms.Form):
    """All the signs of one page for one day. `rows` holds a form a sign, the open ones first."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    date = DayField(label=_("Day"))

    def __init__(
        self,
        data: QueryDict | None,
        signs: Iterable[Sign],
        open_answers: Mapping[str, SignCheck],
        today: dt.date,
        date: dt.date,
    ) -> None:
        super().__init__(data, initial={"id": uuid.uuid4(), "date": date})
        self.today = today
        self.day = date
        self.fields["date"].widget.attrs["max"] = today.isoformat()
        asked = {sign.id: sign for sign in signs}
        asked |= {name: SIGNS[name] for name in SIGNS if data is not None and f"{name}-answer" in data}
        asked |= {name: SIGNS[name] for name in open_answers}
        filled = _with_rest(data, asked, open_answers) if data is not None else None
        # A sign that nobody touched yet looks the same for everybody: that part is kept, without a form.
        self.blank = [sign for name, sign in asked.items() if filled is None and name not in open_answers]
        self.rows = [
            SignForm(sign, filled, open_answers.get(name), latest=today)
            for name, sign in asked.items()
            if sign not in self.blank
        ]

    def clean_date(self) -> dt.date:
        """An answer is about today or a day gone by."""
        date: dt.date = self.cleaned_data["date"]
        if date > self.today:
            raise forms.ValidationError(gettext("This day has not come yet."))
        self.day = date
        return date

    def clean(self) -> dict[str, Any]:
        """The sheet is as good as its rows, and must answer something."""
        cleaned = super().clean() or self.cleaned_data
        fine = [row.is_valid() for row in self.rows]
        if "date" in cleaned:
            for row in self.rows:
                row.check_dates(cleaned["date"])
        if all(fine) and not any(row.cleaned_data["answer"] for row in self.rows):
            self.add_error(None, gettext("Nothing was chosen yet. Choose at least one answer."))
        return cleaned

    def is_valid(self) -> bool:
        """Whether the sheet and all its rows can be stored."""
        return super().is_valid() and not any(row.errors for row in self.rows)

    @cached_property
    def submission(self) -> uuid.UUID:
        """The same for the same answers from the same form, so that sending twice stores once; new for changed
        ones, so that a correction sent from an old page is not dropped."""
        content = sorted(str(columns) for row in self.rows if (columns := row.answered()))
        return uuid.uuid5(self.cleaned_data["id"], "\n".join([str(self.cleaned_data["date"]), *content]))

    def answers(self, now: dt.datetime) -> list[SignCheck]:
        """A row for every sign that was answered."""
        answered = [columns for row in self.rows if (columns := row.answered())]
        return [
            SignCheck(
                id=answer_id(self.submission, columns["sign"]),
                date=self.cleaned_data["date"],
                recorded_at=now,
                **columns,
            )
            for columns in answered
        ]

    def renew(self, message: str) -> None:
        """Give the form a new id and say why: the one it came with belongs to somebody else."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["id"] = str(uuid.uuid4())
        self.data = data
        self.add_error(None, message)

    def open_rows(self) -> list[SignForm]:
        """The signs that were a yes when they were last asked."""
        return [row for row in self.rows if row.previous is not None]

    def topics(self) -> list[tuple[str, list[SignForm | Sign]]]:
        """The other signs under their headings: a form, or the sign alone where nothing was chosen yet."""
        asked: list[tuple[Sign, SignForm | Sign]] = [(sign, sign) for sign in self.blank]
        asked += [(row.sign, row) for row in self.rows if row.previous is None]
        by_topic = [(name, [row for sign, row in asked if sign.topic == topic]) for topic, name in TOPICS.items()]
        return [(gettext(name), rows) for name, rows in by_topic if rows]


def answer_id(submission: uuid.UUID, sign: str) -> uuid.UUID:
    """The id of the row that holds the answer to `sign` in a submission."""
    return uuid.uuid5(submission, sign)


def answer_choices(sign: Sign, *, is_open: bool) -> Choices:
    """The answers that make sense for the sign."""
    if is_open:
        return [(value, str(name)) for value, name in STILL.items()]
    return [(key, gettext(name)) for key, name in ANSWERS.items() if key != "tired_only" or sign.can_tire]


def place_choices(sign: Sign, previous: SignCheck | None = None) -> list[tuple[str, str | Choices]]:
    """The places that fit the sign, grouped by part of the body, each without a side and with every side."""
    choices: list[tuple[str, str | Choices]] = [("", gettext("Not entered"))]
    for group in sign.groups:
        places = [place for place in body.LOCATIONS.values() if place.group == group]
        choices.append((gettext(body.GROUPS[group]), _place_names(places)))
    choices += _place_names([body.LOCATIONS[body.ALL_OVER], body.LOCATIONS[body.ANYWHERE]])
    if previous and previous.location and body.LOCATIONS[previous.location].group not in {None, *sign.groups}:
        choices.append((f"{previous.location}:{previous.side}", previous.place_name))
    return choices


def _place_names(places: list[body.Location]) -> Choices:
    return [
        (f"{place.id}:{side}", place_name(place.id, side))
        for place in places
        for side in (["middle"] if place.sides == ("middle",) else ["", *place.sides])
    ]


def _details(previous: SignCheck) -> dict[str, Any]:
    place = f"{previous.location}:{previous.side}" if previous.location else ""
    return {"place": place, "since_on": previous.since_on, "note": previous.note}


def _with_rest(data: QueryDict, asked: Iterable[str], open_answers: Mapping[str, SignCheck]) -> QueryDict:
    """The data with a "no" for every sign left alone, when that button was pressed; never for an open one."""
    filled = data.copy()
    if filled.get(REST) == "no":
        for name in asked:
            if name not in open_answers and not filled.get(f"{name}-answer"):
                filled[f"{name}-answer"] = "no"
    return filled
