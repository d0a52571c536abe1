"""Lists a page at a time: every row once, as many queries on the last page as on the first, and no odd address."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diary.keyset import page_of
from diary.models import Diarist
from diary.views.medicines import EARLIER_ON_A_PAGE
from tests.conftest import NOW
from triage.summary.choice import USUAL_PARTS, Choice
from triage.views import appointments, share

DAY = dt.date(2026, 11, 20)


def visits(diarist: Diarist, count: int) -> None:
    """Three on each day, so that a page ends in the middle of one."""
    model = diarist.appointments.model
    model.objects.bulk_create(model(diarist=diarist, date=DAY - dt.timedelta(days=n // 3)) for n in range(count))


def medicines(diarist: Diarist, count: int) -> None:
    """Taken before."""
    model = diarist.medicines.model
    rows = (model(diarist=diarist, name=f"m{n}", stopped_on=DAY - dt.timedelta(days=n // 3)) for n in range(count))
    model.objects.bulk_create(rows)


def links(diarist: Diarist, count: int) -> None:
    """Made three a moment."""
    model = diarist.share_links.model
    model.objects.bulk_create(
        model(
            diarist=diarist,
            token_hash=uuid.uuid4().hex,
            choice=Choice(DAY, DAY, "a4", "en", USUAL_PARTS).as_json(),
            made_at=NOW - dt.timedelta(minutes=n // 3),
            expires_at=NOW + dt.timedelta(days=1),
        )
        for n in range(count)
    )


LISTS = {
    "/medicines/": (medicines, "earlier", EARLIER_ON_A_PAGE),
    "/doctor/appointments/": (visits, "visits", appointments.ON_A_PAGE),
    "/doctor/links/": (links, "links", share.ON_A_PAGE),
}


@pytest.mark.parametrize("url", LISTS)
def test_every_row_is_on_one_page_and_no_page_asks_more(as_alice: Client, alice: Diarist, url: str) -> None:
    write, name, length = LISTS[url]
    write(alice, 3 * length + 2)
    as_alice.get(url)
    seen: list[uuid.UUID] = []
    queries: list[int] = []
    lengths: list[int] = []
    before = ""
    while not lengths or before:
        with CaptureQueriesContext(connection) as captured:
            page = as_alice.get(url, {"before": before} if before else {}).context[name]
        queries.append(len(captured))
        lengths.append(len(page.rows))
        seen += [row.pk for row in page.rows]
        assert page.is_first == (len(lengths) == 1)
        before = page.older
    assert lengths == [length, length, length, 2]
    assert len(set(seen)) == len(seen) == 3 * length + 2
    assert max(queries) == queries[0]
    assert not any("OFFSET" in query["sql"] for query in captured)


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize(
    "before", ["abc", "_", "2026-11-20_x", "2026-11-20", "\x00", "0001-01-01T00:00:00Z_" + "0" * 32]
)
def test_an_odd_address_begins_with_the_latest(as_alice: Client, alice: Diarist, url: str, before: str) -> None:
    write, name, _ = LISTS[url]
    write(alice, 2)
    assert len(as_alice.get(url, {"before": before}).context[name].rows) == 2


def test_the_links_lead_on_and_back(as_alice: Client, alice: Diarist) -> None:
    visits(alice, appointments.ON_A_PAGE + 1)
    first = as_alice.get("/doctor/appointments/?saved=1")
    older = first.context["visits"].older
    assert f'href="?before={older}"' in first.content.decode()
    assert "Newest" not in first.content.decode()
    last = as_alice.get("/doctor/appointments/", {"before": older}).content.decode()
    assert "Newest" in last
    assert "Older" not in last


def test_rows_that_come_meanwhile_move_nothing(alice: Diarist) -> None:
    visits(alice, 9)
    first = page_of(alice.appointments.all(), "date", 3, "")
    alice.appointments.create(date=DAY + dt.timedelta(days=1))
    alice.appointments.filter(pk=first.rows[-1].pk).delete()
    second = page_of(alice.appointments.all(), "date", 3, first.older)
    assert {row.date for row in second.rows} == {DAY - dt.timedelta(days=1)}
