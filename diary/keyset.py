"""Pages of a list that begin where the last one ended: the hundredth costs as much as the first."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import DateTimeField, Model, Q, QuerySet

from diary.moments import parse_date


@dataclass(frozen=True, slots=True)
class Page[M: Model]:
    """Some rows, the latest first; `older` is the cursor of the next page, empty on the last one."""

    rows: list[M]
    older: str
    is_first: bool


def page_of[M: Model](rows: QuerySet[M], field: str, length: int, cursor: str) -> Page[M]:
    """The latest `length` rows by `field` (a date or a moment), then by key; of those that come after `cursor`.

    The key is a UUID. A cursor that makes no sense begins with the latest.
    """
    after = after_cursor(rows, field, cursor)
    found = list((rows.filter(after) if after else rows).order_by(f"-{field}", "-pk")[: length + 1])
    shown = found[:length]
    older = f"{getattr(shown[-1], field).isoformat()}_{shown[-1].pk}" if len(found) > length else ""
    return Page(shown, older, after is None)


def after_cursor[M: Model](rows: QuerySet[M], field: str, cursor: str) -> Q | None:
    """The rows that come after a cursor; None when there is none or it makes no sense."""
    said, _, key = cursor.partition("_")
    is_moment = isinstance(rows.model._meta.get_field(field), DateTimeField)
    at = moment_from(said) if is_moment else parse_date(said)
    try:
        pk = uuid.UUID(key)
    except ValueError:
        return None
    # The first condition is what an index can begin at.
    return None if at is None else Q(**{f"{field}__lte": at}) & (Q(**{f"{field}__lt": at}) | Q(pk__lt=pk))


def moment_from(text: str) -> dt.datetime | None:
    """A moment as a cursor writes it. An address turns its plus into a space."""
    try:
        at = dt.datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    # The first and the last year can't be turned into UTC.
    return at if at.tzinfo is not None and 1 < at.year < 9999 else None
