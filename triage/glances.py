"""The one quiet line of Today, for every page that prints it: a page that does not, pays no query."""

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from diary.middleware import DiaryRequest
from diary.views.check import call
from triage import scan
from triage.models import Finding
from triage.wording import Said, say

# A diary with more entries is judged after Today has been shown, so that Today does not wait for it.
QUICK_ENTRIES = 1500


@dataclass(frozen=True, slots=True)
class Glance:
    """The finding that counts most, in words, and how many others are open.

    `is_stale` says that the diary has changed since; `is_news` that the person has not opened Patterns with it.
    """

    finding: Finding | None
    said: Said | None
    others: int
    is_news: bool
    is_stale: bool
    call: dict[str, Any] | None


def triage(request: HttpRequest) -> dict[str, object]:
    """Context processor: `triage` is a Glance, made when a template first prints it."""
    if not hasattr(request, "diarist"):
        return {}
    return {"triage": SimpleLazyObject(lambda: glance(request))}  # type: ignore[arg-type]


def glance(request: DiaryRequest) -> Glance:
    """What Today says."""
    diarist, today = request.diarist, request.today
    stored = scan.stored_assessment(diarist)
    is_fresh = stored is not None and scan.is_fresh(stored, diarist, today)
    if not is_fresh and (stored is None or stored.entries <= QUICK_ENTRIES):
        # Where nothing can be written, on a full disk, the diary can still be read: with what was found before.
        # So it can while somebody writes without a pause.
        with contextlib.suppress(OperationalError, scan.Restless):
            scan.bring_up_to_date(diarist, today)
        is_fresh = True
    return _of(scan.open_findings(diarist), request, today, is_stale=not is_fresh)


def _of(findings: list[Finding], request: DiaryRequest, today: dt.date, *, is_stale: bool) -> Glance:
    loud = [finding for finding in findings if not finding.is_quiet]
    if not loud:
        return Glance(None, None, 0, is_news=False, is_stale=is_stale, call=None)
    first = loud[0]
    number = call(request) if first.level == "urgent" else None
    return Glance(first, say(first, today), len(loud) - 1, first.seen_on is None, is_stale, number)
