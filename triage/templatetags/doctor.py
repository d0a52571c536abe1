"""The doctor's page in templates: its figures, drawn as in the PDF, and the words of its share links."""

import datetime as dt
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from diary.wording import short_date
from triage.doctor_forms import PARTS as PART_NAMES
from triage.models import ShareLink
from triage.summary.choice import PARTS, Choice, choice_from
from triage.summary.words import long_day

register = template.Library()


@register.simple_tag
def svg(name: str, **values: Any) -> SafeString:
    """The figure `name` as inline SVG."""
    return render_to_string(f"triage/doctor_{name}.svg", values)


@register.filter
def parts_words(choice: Choice) -> str:
    """{{ choice|parts_words }} gives `Name, Date of birth, My questions`."""
    names = [str(PART_NAMES[part]) for part in PARTS if choice.has(part)]
    return ", ".join(names) or gettext("nothing else")


@register.filter
def share_name(link: ShareLink, today: dt.date) -> str:
    """{{ link|share_name:request.today }} gives `Dr Example, 24 Aug to 23 Nov`."""
    choice = choice_from(link.choice)
    values = {"first": short_date(choice.first, today), "last": short_date(choice.last, today)}
    period = gettext("%(first)s to %(last)s") % values
    return f"{link.label}, {period}" if link.label else period


@register.filter
def share_state(link: ShareLink, now: dt.datetime) -> str:
    """{{ link|share_state:request.now }} gives `works until 7 December 2026, with a passphrase`."""
    state = link.state(now)
    if state == "withdrawn":
        return gettext("withdrawn")
    end = long_day(timezone.localtime(link.expires_at).date())
    if state == "over":
        return gettext("ended on %(date)s") % {"date": end}
    said = gettext("works until %(date)s") % {"date": end}
    return gettext("%(works)s, with a passphrase") % {"works": said} if link.passphrase else said


@register.filter
def share_works(link: ShareLink, now: dt.datetime) -> bool:
    """Whether a link can still be opened."""
    return link.state(now) == "open"


@register.filter
def opened_at(at: dt.datetime) -> str:
    """{{ opening.at|opened_at }} gives `23 November 2026, 14:10`."""
    local = timezone.localtime(at)
    return f"{long_day(local.date())}, {date_format(local, pgettext('time format', 'H:i'))}"
