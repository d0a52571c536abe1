"""What goes with twitching: for each factor of the day, whether it twitches more often with it or after it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diary.middleware import DiaryRequest
from triage.trigger_days import facts_of
from triage.trigger_words import card_of, lacking_line, unclear_line
from triage.triggers.look import look
from triage.triggers.thresholds import OUTCOME_DAYS, PAIRED_DAYS


@require_safe
def triggers(request: DiaryRequest) -> HttpResponse:
    """Links that were found, what was looked at without a clear one, and what lacks days."""
    seen = look(facts_of(request.diarist, today=request.today))
    unit = request.diarist.volume_unit
    clear = seen.recorded - seen.twitching
    context = {
        "look": seen,
        "found": [card_of(one, unit) for one in seen.found],
        "unclear": [unclear_line(one, unit) for one in seen.unclear],
        "lacking": [lacking_line(one, unit) for one in seen.lacking],
        "needs_clear_days": clear < OUTCOME_DAYS.value <= seen.twitching,
        "least_days": PAIRED_DAYS.value,
        "tab": "triggers",
    }
    return render(request, "triage/triggers.html", context)
