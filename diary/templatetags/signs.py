"""The wording of signs and answers, for templates."""

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext

from diary.models import SignCheck
from diary.signs import ANSWERS, COURSES, SIGNS

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
