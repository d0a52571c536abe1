"""Diaries for the doctor's page: an ordinary one, and one in which everything is as full as it can be."""

import datetime as dt
import uuid

from diary.body import LOCATIONS
from diary.models import Day, Diarist, Episode, Medicine, SignCheck
from diary.moments import at_wall_clock
from diary.signs import SIGNS
from tests.conftest import BERLIN, NOW
from triage.models import Appointment, DoctorTexts
from triage.summary.choice import PARTS, USUAL_PARTS, Choice, Part

TODAY = dt.date(2026, 11, 23)
EVERYTHING: frozenset[Part] = frozenset(PARTS)
LONG = "Sehr lange Notiz über das Zucken, mit vielen Wörtern und ohne ein Ende in Sicht. " * 20
NASTY = '#read("/etc/passwd") *bold* $x^2$ <script>alert(1)</script> &amp; #import "@preview/x" \x07\x1b\u202eabc \\ [a] @b `c`'


def ago(days: int) -> dt.date:
    """The day that many days before today."""
    return TODAY - dt.timedelta(days=days)


def episode(
    diarist: Diarist, date: dt.date, location: str = "calf", side: str = "left", **values: object
) -> Episode:
    """An episode of a day, not stored."""
    row = Episode(diarist=diarist, location=location, side=side, recorded_at=NOW, **values)
    row.moment = at_wall_clock(date, dt.time(9), BERLIN)
    return row


def choose(
    first: dt.date, last: dt.date = TODAY, *, parts: frozenset[Part] = USUAL_PARTS, **values: str
) -> Choice:
    """A choice as the page makes it."""
    given = {"paper": "a4", "language": "en"} | values
    return Choice(first, last, parts=parts, **given)  # type: ignore[arg-type]


def ordinary(diarist: Diarist) -> None:
    """Sixty days: the left calf from 60 days ago, growing; the right lower eyelid from 20 days ago; gaps."""
    rows = [
        episode(diarist, ago(back), strength=1 if back > 30 else 3)
        for back in range(60, -1, -1)
        if back % (4 if back > 30 else 2) == 0
    ]
    rows += [episode(diarist, ago(back), "lid_lower", "right", strength=2) for back in (20, 10, 3)]
    Episode.objects.bulk_create(rows)
    taken = {row.local_date for row in rows}
    days = [ago(back) for back in range(60) if ago(back) not in taken and back % 7 != 5]
    Day.objects.bulk_create(Day(diarist=diarist, date=date, no_twitches=True, sleep_hours=7) for date in days)
    answer(diarist, ago(35), "no", "write", "buttons", "thinner", "swallow")
    answer(diarist, ago(7), "no", "write", "thinner", "swallow")
    answer(diarist, ago(7), "yes", "buttons", location="hand_web", side="right", since_on=ago(12), course="worse")
    Medicine.objects.create(diarist=diarist, name="Salbutamol", started_on=ago(400))
    diarist.name = "Alex Example"
    diarist.save()
    DoctorTexts.objects.create(
        diarist=diarist,
        born_on=dt.date(1987, 5, 12),
        questions="Does this need a neurologist?\n\nShould I stop running?",
        history="Magnesium tried for two weeks",
    )


def answer(diarist: Diarist, date: dt.date, said: str, *signs: str, **values: object) -> None:
    """The same answer to some signs on one day."""
    given = {"recorded_at": NOW} | values
    SignCheck.objects.bulk_create(
        SignCheck(diarist=diarist, date=date, sign=sign, answer=said, **given) for sign in signs
    )


def full(diarist: Diarist, *, days: int = 365, text: str = LONG) -> None:
    """A year in which every place twitched, every sign was answered with yes, and every field is as long as it may be."""
    places = [(place.id, side) for place in LOCATIONS.values() for side in place.sides or ("",)]
    rows = []
    for back in range(days, -1, -1):
        if back % 11 == 3:
            continue
        for n, (location, side) in enumerate(places):
            if (back + n) % (3 + n % 5) == 0 and back < days - 3 * n:
                strength = 1 + (days - back) * 3 // days if n % 2 else None
                rows.append(episode(diarist, ago(back), location, side, strength=strength, note=text[:2000]))
    Episode.objects.bulk_create(rows, batch_size=2000)
    Day.objects.bulk_create(
        Day(
            diarist=diarist,
            date=ago(back),
            sleep_hours=7,
            caffeine_mg=240,
            exercise_minutes=45,
            stress=3,
            water_ml=1500,
            alcohol_units=1,
            magnesium="supplement",
            heat=True,
            note=text[:2000],
        )
        for back in range(days)
    )
    for back in (300, 200, 100, 5):
        answer(diarist, ago(back), "no", "jars", "stairs", "speech", "lift_arm")
        answer(
            diarist,
            ago(back),
            "yes",
            "buttons",
            "write",
            "thinner",
            location="hand_web",
            side="right",
            course="worse",
            since_on=ago(back + 3),
        )
        answer(
            diarist, ago(back), "yes", *(sign.id for sign in SIGNS.values() if sign.topic in {"emergency", "eyes"})
        )
        answer(diarist, ago(back), "yes", "swallow", "breathing_flat", "reflexes")
        answer(diarist, ago(back), "tired_only", "walk", "neck")
    Medicine.objects.bulk_create(
        Medicine(id=uuid.uuid4(), diarist=diarist, name=text[:200], started_on=ago(30 + n), stopped_on=ago(n))
        for n in range(12)
    )
    Appointment.objects.create(diarist=diarist, date=ago(60), note=text[:2000])
    diarist.name = text[:100]
    diarist.save()
    DoctorTexts.objects.create(
        diarist=diarist, born_on=dt.date(1987, 5, 12), questions="\n".join([text[:190]] * 10), history=text[:2000]
    )
