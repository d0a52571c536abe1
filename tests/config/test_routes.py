"""Every address of the site: who may use it, and that nobody reaches a row of somebody else."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.public_routes import PUBLIC_ROUTES
from diary.models import Diarist
from tests.conftest import NOW
from triage.models import Finding

DATE = NOW.date()
SECRET = "secret-note"
CHOICE = {"first": "2026-11-01", "last": "2026-11-23", "paper": "a4", "language": "en", "parts": ["notes"]}
# One value for every kind of part that an address of ours can have.
PARTS: dict[str, Any] = {
    "date": DATE,
    "factor": "note",
    "pk": uuid.UUID("11111111-1111-4111-8111-111111111111"),
    "step": 1,
    "format": "json",
    "key": "x",
    "token": "x",
    "uidb36": "1",
    "object_id": "1",
    "id": "1",
    "url": "x",
    "app_label": "auth",
    "content_type_id": 1,
}
NUMBERED = {"mfa_edit_webauthn", "mfa_remove_webauthn"}


def walk(
    resolver: URLResolver, namespace: str = "", outer: frozenset[str] = frozenset()
) -> Iterator[tuple[str, tuple[URLPattern, frozenset[str]]]]:
    """Every pattern below `resolver`: the name that a request of it carries, and the parts of its address."""
    for pattern in resolver.url_patterns:
        parts = outer | set(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern, inner, parts)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", (pattern, parts)


ROUTES = dict(walk(get_resolver()))
CLOSED = sorted(name for name in ROUTES if name not in PUBLIC_ROUTES)
OURS = ("diary:", "triage:")
OF_THE_DIARY = sorted(name for name in ROUTES if name.startswith(OURS))


def address(name: str, **given: Any) -> str:
    """An address of a route, its parts filled in."""
    if name.endswith(":None"):
        return reverse("admin:index") + "anything/else/"
    values = PARTS | ({"pk": 1} if name in NUMBERED else {}) | given
    return reverse(name, kwargs={part: values[part] for part in ROUTES[name][1]})


@pytest.fixture(autouse=True)
def _nobody_tried_before(db: None) -> None:
    cache.clear()


@pytest.fixture
def rows(alice: Diarist) -> list[Model]:
    """A row of alice's in every table of the diary."""
    place = {"location": "calf", "side": "left", "note": SECRET}
    when = {"started_at": NOW, "local_date": DATE, "time_zone": "UTC", "utc_offset_minutes": 0, "recorded_at": NOW}
    return [
        alice.episodes.create(**place, **when, strength=2),
        alice.episodes.create(location="shin", side="left", note=SECRET, **when, is_ongoing=True),
        alice.days.create(date=DATE, note=SECRET),
        alice.sign_checks.create(**place, date=DATE, sign="write", answer="yes", recorded_at=NOW),
        alice.medicines.create(name=SECRET, started_on=DATE),
        alice.access_tokens.create(name=SECRET, may_read=True, digest="x", start="mtd_x", made_at=NOW),
        finding_of(alice),
        alice.imports.create(file_name=SECRET, status="stored", created_at=NOW, stored_at=NOW),
        alice.appointments.create(date=DATE, note=SECRET),
        alice.share_links.create(
            token_hash="0" * 64, label=SECRET, choice=CHOICE, made_at=NOW, expires_at=NOW + dt.timedelta(days=9000)
        ),
    ]


def finding_of(diarist: Diarist) -> Finding:
    """An open question of triage about a place with a secret name."""
    days = dict.fromkeys(("since", "opened_on", "changed_on"), DATE)
    window = {"last_twitch": DATE.isoformat(), "window_days": 15, "twitch_days": 9, "clear_days": 0}
    return Finding.objects.create(
        diarist=diarist,
        key=SECRET,
        rule="persistence",
        kind="ask",
        level="note",
        location="calf",
        side="left",
        evidence=window | {"unlogged_days": 6, "days_lasted": 15, "eyelid": False},
        closes_when={"code": "clear_days", "clear_days": 7, "or_days_without": 28},
        **days,
    )


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, but for the sessions that every visit may begin."""
    models = [model for model in apps.get_models() if model._meta.app_label != "sessions"]
    return {str(model._meta): list(model._default_manager.order_by("pk").values()) for model in models}


def test_the_walk_sees_the_whole_site() -> None:
    assert len(ROUTES) > 50
    assert {
        "healthz",
        "diary:today",
        "account_login",
        "mfa_index",
        "usersessions_list",
        "admin:auth_user_delete",
    } <= set(ROUTES)


@pytest.mark.parametrize("name", PUBLIC_ROUTES)
def test_every_public_route_exists_and_has_its_reason(name: str) -> None:
    assert name in ROUTES
    assert len(PUBLIC_ROUTES[name]) > 10


@pytest.mark.parametrize("name", CLOSED)
def test_a_visitor_is_sent_to_the_sign_in(client: Client, name: str) -> None:
    answer = client.get(address(name))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("name", CLOSED)
def test_what_a_visitor_sends_changes_nothing(
    client: Client, alice: Diarist, rows: list[Model], name: str, method: str
) -> None:
    before = everything()
    url = address(name, pk=rows[0].pk) if name.startswith(OURS) else address(name)
    data = {
        "id": str(uuid.uuid4()),
        "location": "calf",
        "side": "left",
        "strength": "2",
        "value": "x",
        "name": "x",
    }
    for headers in ({"Origin": "http://testserver"}, {"Origin": "https://evil.example"}):
        answer = getattr(client, method)(url, data if method == "post" else None, headers=headers)
        assert answer.status_code in {302, 401, 403, 405}
    assert everything() == before


@pytest.mark.parametrize("name", [name for name in OF_THE_DIARY if "pk" in ROUTES[name][1]])
def test_a_stranger_finds_no_row_of_somebody_else(as_charlie: Client, rows: list[Model], name: str) -> None:
    before = everything()
    for row in rows:
        url = address(name, pk=row.pk)
        # 405: nobody can visit what only takes forms, or send a form to what is only read.
        assert as_charlie.get(url).status_code in {404, 405}, url
        for headers in ({}, {"HX-Request": "true"}):
            answer = as_charlie.post(url, {"name": "x", "started_on": str(DATE), "version": "1"}, headers=headers)
            assert answer.status_code in {404, 405}, url
            assert SECRET not in answer.content.decode()
    after = everything()
    for diarist in (*before["diary.diarist"], *after["diary.diarist"]):
        del diarist["revision"]  # a write that found nothing may count as one
    assert after == before


@pytest.mark.parametrize("name", OF_THE_DIARY)
def test_no_form_of_a_stranger_reaches_a_row_of_somebody_else(
    as_charlie: Client, alice: Diarist, rows: list[Model], name: str
) -> None:
    mine = {"episode", "day", "signcheck", "medicine", "accesstoken", "import"}
    mine = {f"diary.{name}" for name in mine} | {
        "triage.finding",
        "triage.appointment",
        "triage.sharelink",
        "triage.doctortexts",
    }
    before = {table: [row for row in everything()[table] if row["diarist_id"] == alice.pk] for table in mine}
    for row in rows:
        form = {
            "id": str(row.pk),
            "date": str(DATE),
            "location": "calf",
            "side": "left",
            "strength": "1",
            "sign": "write",
            "answer": "no",
            "name": "stolen",
            "value": "stolen",
            "note": "stolen",
            "payload": "stolen",
            "on": str(DATE),
            "undo": "stolen",
            "days": "14",
            "token": "stolen",
            "questions": "stolen",
        }
        url = address(name, pk=row.pk)
        for answer in (as_charlie.post(url, form), as_charlie.get(url, form)):
            assert answer.status_code < 500, url
            assert SECRET not in b"".join(answer).decode(errors="replace"), url
    after = {table: [row for row in everything()[table] if row["diarist_id"] == alice.pk] for table in mine}
    assert after == before


@pytest.mark.parametrize("name", OF_THE_DIARY)
def test_the_owner_is_let_in(as_alice: Client, name: str) -> None:
    assert as_alice.get(address(name)).status_code in {200, 302, 404, 405}


def test_a_route_is_closed_whatever_its_view_says(client: Client) -> None:
    # allauth marks the page for codes as open; it is on no list here.
    assert getattr(ROUTES["account_confirm_login_code"][0].callback, "login_required", True) is False
    assert (
        client.get(address("account_confirm_login_code")).headers["Location"].startswith("/accounts/login/?next=")
    )


def test_the_first_page_after_the_sign_in_is_the_one_that_was_asked_for(client: Client) -> None:
    date = (DATE - dt.timedelta(days=1)).isoformat()
    answer = client.get("/", {"date": date})
    assert answer.headers["Location"] == f"/accounts/login/?next=/%3Fdate%3D{date}"
