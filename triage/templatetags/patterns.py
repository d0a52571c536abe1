"""The small pictures of a finding, drawn here and not by a template: a page has hundreds of their parts."""

import uuid

from django import template
from django.utils.safestring import SafeString

from triage.pictures import Bars, Strip

register = template.Library()


@register.simple_tag
def strip_days(strip: Strip) -> SafeString:
    """A mark for each day of a strip, oldest first."""
    marks = (
        f'<i class="kind-twitch l{int(day.strength)}"></i>'
        if day.kind == "twitch"
        else f'<i class="kind-{day.kind}"></i>'
        for day in strip.days
    )
    return SafeString("".join(marks))


@register.simple_tag
def week_bars(bars: Bars, pk: uuid.UUID) -> SafeString:
    """A bar for each week, oldest first; one without a score has the hatching of the finding `pk`."""
    look = {True: f'fill="url(#hatch-{pk})"', False: 'class="bar"'}
    drawn = (
        f'<rect {look[bar.score is None]} x="{bar.x}" y="{bar.y}" width="14" height="{bar.height}" />'
        for bar in bars.bars
    )
    return SafeString("".join(drawn))
