"""Parts of addresses that are more than text."""

import datetime as dt

from django.urls import register_converter

from diary.moments import parse_date


class DateConverter:
    """A calendar date written as 2026-11-23; anything else is no address of the diary."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        """The date. Raises ValueError, which Django answers with 404, when there is no such date."""
        date = parse_date(value)
        if date is None:
            raise ValueError(value)
        return date

    def to_url(self, value: dt.date) -> str:
        """2026-11-23"""
        return value.isoformat()


def register() -> None:
    """Make `<date:...>` known to addresses."""
    register_converter(DateConverter, "date")
