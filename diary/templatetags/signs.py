"""The wording of signs and answers, for templates."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from diary.forms.check import SignForm
from diary.models import SignCheck
from diary.signs import ANSWERS, COURSES, SIGNS, Sign

register = template.Library()


@register.filter
def sign_name(row: SignCheck) -> str:
    """{{ row|sign_name }} gives `Jars, keys and taps`."""
    return gettext(SIGNS[row.sign].name)


@register.filter
def sign_names(rows: Iterable[SignCheck]) -> str:
    """{{ rows|sign_names }} gives `Speech; Swallowing`."""
    return "; ".join(sign_name(row) for row in rows)


@register.filter
def answer_words(row: SignCheck) -> str:
    """{{ row|answer_words }} gives `Yes`."""
    return {answer: gettext(words) for answer, words in ANSWERS.items()}[row.answer]  # type: ignore[index]


@register.filter
def course_words(row: SignCheck) -> str:
    """{{ row|course_words }} gives `Getting worse`; empty where nothing was entered."""
    return next((gettext(words) for course, words in COURSES.items() if course == row.course), "")


@register.simple_tag
def blank_sign(sign: Sign, today: dt.date) -> SafeString:
    """The question about a sign that nobody answered yet: the same for everybody on one day, so it is kept."""
    return kept_blank_sign(sign.id, today, get_language() or "en")


@lru_cache(maxsize=256)
def kept_blank_sign(name: str, today: dt.date, language: str) -> SafeString:
    """The question in the language that is active, which is `language`."""
    row = SignForm(SIGNS[name], None, None, latest=today)
    return SafeString(render_to_string("diary/check_row.html", {"row": row}))
