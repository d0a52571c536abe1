"""Devices and times in templates of the account pages."""

import datetime as dt

from django import template
from django.utils.formats import date_format
from django.utils.translation import pgettext

from config.devices import device_words
from diary.wording import date_words

register = template.Library()
register.filter("device_words", device_words)


@register.filter(expects_localtime=True)
def on_day(at: dt.datetime, today: dt.date) -> str:
    """{{ session.created_at|on_day:request.today }} gives `Monday 23 November`."""
    return date_words(at.date(), today)


@register.filter(expects_localtime=True)
def at_time(at: dt.datetime) -> str:
    """{{ session.created_at|at_time }} gives `21:40`."""
    return date_format(at, pgettext("time format", "H:i"))
