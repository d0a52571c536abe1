"""Every route with every verb, for somebody who is nobody here and for somebody with a diary of their own."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from pytest_django.fixtures import Settings

from config.public_routes import PUBLIC_ROUTES
from diary.models import Diarist, Episode
from diary.tokens import new_secret
from tests.config.test_routes import ROUTES, address, everything
from tests.conftest import NOW
from tests.diary.test_api import CALLS, V1, token
from tests.typed import ROW_OF, Written, fill

VERBS = ("get", "head", "post", "put", "patch", "delete", "options", "trace", "propfind")
PAGE_VERBS = {"get", "head", "post"}
SECRET = "secret-of-alice"


@pytest.fixture(autouse=True)
def _now(db: None, settings: Settings) -> Iterator[None]:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def written(alice: Diarist) -> Written:
    """A row of alice's in every table, each with a secret word."""
    return fill(
        alice, [f"{SECRET} {n}" for n in range(3)], email=f"{SECRET}@example.org", today=NOW.date(), now=NOW
    )


def url_of(name: str, written: Written) -> str:
    """The address of a route, about a row of alice's where it is about one."""
    values: dict[str, Any] = {"token": "not-the-token", "key": "x"}
    if name in ROW_OF:
        values["pk"] = getattr(written, ROW_OF[name])
    return address(name, **values)


def ids_in(written: Written) -> dict[str, str]:
    """The ids of alice's rows in every field of a form or an address that might take one."""
    return {
        "id": str(written.episode),
        "saved": str(written.episode),
        "undo": str(written.episode),
        "episode": str(written.timer),
        "pk": str(written.episode),
        "finding": str(written.finding),
        "discussed": str(written.finding),
        "token": "not-the-token",
        "link": str(written.link),
        "action_primary": "",
        "email": f"{SECRET}@example.org",
        "spot": "calf-left",
        "date": str(NOW.date()),
        "on": str(NOW.date()),
        "location": "calf",
        "side": "left",
        "strength": "4",
        "sign": "write",
        "answer": "no",
        "name": "stolen",
        "note": "stolen",
        "value": "stolen",
        "days": "14",
        "user": "1",
        "diarist": "1",
        "diarist_id": "1",
    }


def send(client: Client, verb: str, url: str, data: dict[str, str]) -> Any:
    """A request, with the ids in its address and in its body."""
    query = "?" + "&".join(
        f"{name}={value}" for name, value in data.items() if name in {"id", "saved", "pk", "spot"}
    )
    body = dict(data) if verb == "post" else ""
    if verb == "post":
        return client.post(url + query, body)
    return client.generic(verb.upper(), url + query, body, MULTIPART_CONTENT if body else "")


def of_alice(alice: Diarist) -> dict[str, list[dict[str, Any]]]:
    """Her rows, and those that hang on them; her account too."""
    found = {}
    for table, rows in everything().items():
        mine = [row for row in rows if row.get("diarist_id", row.get("user_id", row.get("id"))) == alice.pk]
        found[table] = mine
    return found


def content_of(answer: Any) -> str:
    """The body, downloads included."""
    return b"".join(answer).decode(errors="replace")


def test_every_route_with_an_id_has_a_row_to_try() -> None:
    with_id = {name for name, (_, parts) in ROUTES.items() if "pk" in parts and not name.startswith("mfa_")}
    assert set(ROW_OF) == with_id


@pytest.mark.parametrize("verb", VERBS)
def test_a_visitor_gets_the_door_and_nothing_else(alice: Diarist, written: Written, verb: str) -> None:
    before = of_alice(alice)
    visitor = Client()
    for name in ROUTES:
        answer = send(visitor, verb, url_of(name, written), ids_in(written))
        if name not in PUBLIC_ROUTES:
            closed = {302, 401} if verb in PAGE_VERBS or name.startswith("api:") else {405}
            assert answer.status_code in closed | ({405} if name.startswith("api:") else set()), name
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/accounts/login/"), name
        assert answer.status_code < 500, name
        kept = verb == "post" and answer.status_code in {200, 401, 422, 302}
        assert SECRET not in content_of(answer) or kept, name
        cache.clear()
    assert of_alice(alice) == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_reads_and_changes_nothing_of_somebody_else(
    alice: Diarist, charlie: Diarist, written: Written, verb: str
) -> None:
    before = of_alice(alice)
    stranger = Client()
    for name in ROUTES:
        if "session" not in stranger.cookies or name.startswith(("account", "admin", "sign", "diary:delete_acc")):
            stranger.force_login(charlie.user, backend="config.accounts.AccountBackend")
        answer = send(stranger, verb, url_of(name, written), ids_in(written))
        assert answer.status_code < 500, name
        if name in ROW_OF:
            assert answer.status_code in {404, 405}, name
        if verb not in PAGE_VERBS and not (name.startswith("api:") and verb in {"put", "delete"}):
            assert answer.status_code == 405, name
        typed = verb == "post" and answer.status_code in {200, 302, 422}
        assert SECRET not in content_of(answer) or typed, name
        cache.clear()
    assert of_alice(alice) == before
    # What charlie may have made with her ids is charlie's own, and holds nothing of hers.
    for episode in Episode.objects.filter(diarist=charlie):
        assert SECRET not in episode.note


@pytest.mark.parametrize("verb", ["get", "head"])
def test_looking_changes_nothing_of_ones_own(alice: Diarist, written: Written, verb: str) -> None:
    owner = Client()
    owner.force_login(alice.user, backend="config.accounts.AccountBackend")
    owner.get("/patterns/")
    before = of_alice(alice)
    for name in ROUTES:
        answer = send(owner, verb, url_of(name, written), ids_in(written))
        b"".join(answer)
        assert answer.status_code < 500, name
    after = of_alice(alice)
    for rows in (before, after):
        # When a device was seen, and what the rules made of the diary, may be noted at any visit.
        for table in ("usersessions.usersession", "triage.assessment", "triage.finding", "auth.user"):
            rows.pop(table, None)
    assert after == before


def test_the_undo_of_somebody_else_brings_nothing_back(
    alice: Diarist, as_charlie: Client, written: Written
) -> None:
    owner = Client()
    owner.force_login(alice.user, backend="config.accounts.AccountBackend")
    page = owner.post(f"/episodes/{written.episode}/delete/", headers={"HX-Request": "true"})
    fields = dict(hidden(page))
    assert fields
    answer = as_charlie.post("/episodes/restore/", fields)
    assert SECRET not in content_of(answer)
    assert not Episode.objects.filter(note__contains=f"{SECRET} 0", diarist__user__username="charlie").exists()
    assert owner.post("/episodes/restore/", fields).status_code in {200, 302}
    assert alice.episodes.filter(pk=written.episode).exists()


def hidden(answer: Any) -> list[tuple[str, str]]:
    """The hidden fields of a page."""
    found = re.findall(r'<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', answer.content.decode())
    return [(name, unescape(value)) for name, value in found]


@pytest.mark.parametrize(
    "kind", ["none", "made up", "revoked", "ended", "switched off", "may not", "somebody else's"]
)
def test_the_api_with_each_kind_of_token_that_is_not_enough(
    alice: Diarist, charlie: Diarist, written: Written, kind: str
) -> None:
    before = of_alice(alice)
    charlie.user.is_active = kind != "switched off"
    charlie.user.save()
    for method, path, body, scope in CALLS:
        cache.clear()
        secret = not_enough(kind, scope, alice, charlie)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        sent = {"id": str(written.episode), **body, "note": "stolen"} if body else None
        answer = Client().generic(
            method.upper(), V1 + path, json.dumps(sent) if sent else "", "application/json", headers=headers
        )
        if kind == "somebody else's":
            assert answer.status_code in {200, 201, 204, 409, 422}, (method, path)
        else:
            assert answer.status_code == (403 if kind == "may not" else 401), (method, path)
        assert SECRET not in content_of(answer)
    after = of_alice(alice)
    for rows in (before, after):
        rows.pop("diary.accesstoken")
    assert after == before


def not_enough(kind: str, scope: str, alice: Diarist, charlie: Diarist) -> str:
    """A token that does not open alice's diary for what a call wants."""
    if kind == "made up":
        return new_secret()
    if kind == "revoked":
        return revoked(alice)
    if kind == "ended":
        return token(alice, expires_on=NOW.date() - dt.timedelta(days=1))
    if kind == "may not":
        return token(alice, read=scope != "read", log=scope != "log")
    return "" if kind == "none" else token(charlie)


def revoked(diarist: Diarist) -> str:
    """A token that was good."""
    secret = token(diarist, name="for a moment")
    diarist.access_tokens.filter(name="for a moment").delete()
    return secret
