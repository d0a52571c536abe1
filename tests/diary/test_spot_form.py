"""The one piece of HTML that is put together without a template escapes what it is given."""

import datetime as dt
import uuid

from django.template import Context

from diary.spots import Spot
from diary.templatetags.wording import spot_form

SPOT = Spot("calf", "left", None, dt.date(2026, 11, 22), 2, 2, 3, spell_is_longer=False, strip=("open", "twitch"))


def test_words_never_become_markup() -> None:
    context = Context({"log_url": "/episodes/", "is_today": True, "csrf_token": "t"})
    html = spot_form(context, SPOT, uuid.UUID(int=1), "<script>alert('x')</script>")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_past_day_is_sent_along() -> None:
    context = Context({"log_url": "/e/", "is_today": False, "date": dt.date(2026, 11, 20), "csrf_token": "t"})
    html = spot_form(context, SPOT, uuid.UUID(int=1), "")
    assert '<input type="hidden" name="date" value="2026-11-20">' in html
    assert html.count("<button") == 4
    assert '<i class="k-open"></i><i class="k-twitch"></i>' in html
