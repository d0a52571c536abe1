"""What goes with twitching: for each factor of the day, whether it twitches more often with it or after it."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from diary.middleware import DiaryRequest
from diary.models import Diarist
from diary.shelf import shelf
from triage.trigger_days import facts_of
from triage.trigger_words import card_of, lacking_line, unclear_line
from triage.triggers.look import look
from triage.triggers.thresholds import OUTCOME_DAYS, PAIRED_DAYS


@require_safe
def triggers(request: DiaryRequest) -> HttpResponse:
    """Links that were found, what was looked at without a clear one, and what lacks days."""
    key = ("triggers", request.today, get_language())

    def made() -> str:
        return render_to_string("triage/triggers.html#triggers", links(request.diarist, request.today), request)

    part = shelf.kept(request.diarist, key, made)
    return render(request, "triage/triggers.html", {"tab": "triggers", "part": SafeString(part)})


def links(diarist: Diarist, today: dt.date) -> dict[str, Any]:
    """What the page says, worked out from every day before `today`."""
    seen, unit = look(facts_of(diarist, today=today)), diarist.volume_unit
    clear = seen.recorded - seen.twitching
    return {
        "look": seen,
        "days": (today - seen.first).days if seen.first else 0,
        "found": [card_of(one, unit) for one in seen.found],
        "unclear": [unclear_line(one, unit) for one in seen.unclear],
        "lacking": [lacking_line(one, unit) for one in seen.lacking],
        "needs_clear_days": clear < OUTCOME_DAYS.value <= seen.twitching,
        "least_days": PAIRED_DAYS.value,
    }
