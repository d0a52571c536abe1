"""The doctor's page as HTML, kept until the diary, the day or what was discussed changes."""

import datetime as dt

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from diary.models import Diarist
from diary.shelf import shelf
from triage import scan
from triage.rules.thresholds import RULES_VERSION
from triage.summary.build import make_sheet
from triage.summary.choice import Choice


def sheet_html(diarist: Diarist, choice: Choice, today: dt.date) -> SafeString:
    """The page of one diary for the screen and for print. One query where it is kept from before."""
    # Saying that a finding was discussed does not change the diary, but it does change the page.
    discussed = scan.findings_of(diarist).filter(acknowledged_on__isnull=False).order_by("pk")
    said = tuple(discussed.values_list("pk", "acknowledged_on", "acknowledged_kind"))
    key = ("sheet", choice, today, get_language(), RULES_VERSION, said)
    html = shelf.take(diarist, key)
    if html is None:
        revision = diarist.revision
        html = render_to_string("triage/doctor_sheet.html", {"sheet": make_sheet(diarist, choice, today)})
        # Judging reads the diary anew, which may have moved on since this request began.
        if diarist.revision == revision:
            shelf.put(diarist, key, html)
    return SafeString(html)
