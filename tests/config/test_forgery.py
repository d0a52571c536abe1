"""No form of another site is taken, on any route; the few that take forms without a token have another lock."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from config.public_routes import WITHOUT_TOKEN
from diary.models import AccessToken, Diarist, Import
from diary.reminders import keep, off_token
from tests.config.test_routes import ROUTES, address, everything
from tests.conftest import NOW
from tests.diary.test_api import token
from tests.triage.sheets import choose
from triage.sharing import make_link

# Where a browser may say that a form comes from. Ours with a wrong token is a page that lay open too long.
FROM: dict[str, dict[str, str]] = {
    "another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "a sandbox": {"Origin": "null"},
    "a site beside ours": {"Origin": "http://testserver.evil.example", "Sec-Fetch-Site": "same-site"},
    "nowhere": {},
    "here, long ago": {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
}


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def forged(alice: Diarist) -> Client:
    """A browser of alice's that another site makes send forms. She typed her password just now, and may manage."""
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice.user, backend="config.accounts.AccountBackend")
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": NOW.timestamp(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(alice.pk)
    session.save()
    return client


def form(date: str = "2026-11-22") -> dict[str, str]:
    """What would be stored by one address or another."""
    place = {"location": "calf", "side": "left", "strength": "2", "date": date}
    words = {"value": "forged", "note": "forged", "name": "forged", "questions": "forged", "may_read": "on"}
    account = {"username": "forged", "email": "forged@example.org", "password1": "forged words here", "code": "1"}
    return {"id": str(uuid.uuid4()), "language": "de", "confirm": "alice", **place, **words, **account}


def test_the_list_names_the_routes_without_a_token_and_why() -> None:
    exempt = {name for name, (pattern, _) in ROUTES.items() if getattr(pattern.callback, "csrf_exempt", False)}
    assert exempt == set(WITHOUT_TOKEN)
    assert all(len(reason) > 20 for reason in WITHOUT_TOKEN.values())


@pytest.mark.parametrize("where", FROM)
def test_a_form_without_our_token_changes_nothing_anywhere(forged: Client, where: str) -> None:
    before = everything()
    for name in ROUTES:
        if name in WITHOUT_TOKEN:
            continue
        for method in ("post", "put", "patch", "delete") if where == "another site" else ("post",):
            data: Any = form() | {"csrfmiddlewaretoken": "x" * 64}
            sent = data if method == "post" else None
            answer = getattr(forged, method)(address(name), sent, headers=FROM[where])
            assert answer.status_code in ({403} if method == "post" else {403, 405}), (name, method)
            # What was typed is handed back to our own pages only.
            assert where == "here, long ago" or b"forged" not in answer.content, name
    after = everything()
    assert after == before


def test_a_token_of_another_browser_does_not_help(forged: Client, charlie: Diarist) -> None:
    attacker = Client(enforce_csrf_checks=True)
    page = attacker.get(reverse("account_login"))
    assert page.status_code == 200
    theirs = str(page.context["csrf_token"])
    answer = forged.post(reverse("diary:log"), form() | {"csrfmiddlewaretoken": theirs}, headers=FROM["nowhere"])
    assert answer.status_code == 403
    assert not charlie.episodes.model.objects.exists()


def test_nobody_can_be_signed_in_by_another_site(alice: Diarist) -> None:
    victim = Client(enforce_csrf_checks=True)
    secret = {"login": "alice", "password": "correct horse battery"}
    assert victim.post(reverse("account_login"), secret, headers=FROM["another site"]).status_code == 403
    assert "session" not in victim.cookies


def test_the_upload_looks_at_the_token_itself(forged: Client, alice: Diarist) -> None:
    file = SimpleUploadedFile("x.json", b"{}")
    for headers in FROM.values():
        file.seek(0)
        answer = forged.post(reverse("diary:upload"), {"file": file}, headers=headers)
        assert answer.status_code == 403
    assert not Import.objects.exists()


def test_the_link_that_stops_reminders_is_its_own_proof(forged: Client, alice: Diarist, charlie: Diarist) -> None:
    for diarist in (alice, charlie):
        keep(diarist, time=NOW.time(), by_mail=True, zone="Europe/Berlin", now=NOW)
    for wrong in (
        "x",
        str(alice.pk),
        f"{alice.pk}:x",
        off_token(alice)[:-1],
        signing.Signer(salt="something else").sign(str(alice.pk)),
        off_token(charlie).replace(str(charlie.pk), str(alice.pk), 1),
    ):
        assert forged.post(reverse("diary:reminders_off", args=[wrong])).status_code == 404, wrong
    assert Client().get(reverse("diary:reminders_off", args=[off_token(alice)])).status_code == 200
    alice.reminder.refresh_from_db()
    assert alice.reminder.by_mail
    answer = Client(enforce_csrf_checks=True).post(reverse("diary:reminders_off", args=[off_token(alice)]))
    assert answer.status_code == 200
    alice.reminder.refresh_from_db()
    charlie.reminder.refresh_from_db()
    assert (alice.reminder.by_mail, charlie.reminder.by_mail) == (False, True)


def test_a_forged_passphrase_opens_nothing_for_the_forger(forged: Client, alice: Diarist) -> None:
    now = NOW
    link, key = make_link(alice, uuid.uuid4(), choose(NOW.date()), days=7, now=now, passphrase="open sesame")
    url = reverse("triage:share", args=[key])
    before = everything()
    wrong = forged.post(url, {"passphrase": "open says me"}, headers=FROM["another site"])
    assert (wrong.status_code, "share" in wrong.cookies) == (422, False)
    # Who knows the passphrase already could have typed it; the session of the browser plays no part in it.
    right = forged.post(url, {"passphrase": "open sesame"}, headers=FROM["another site"])
    assert right.headers["Location"] == url
    assert right.cookies["share"]["path"] == url
    assert "session" not in right.cookies
    assert everything() == before
    assert link.passphrase


@pytest.mark.parametrize("name", sorted(name for name in WITHOUT_TOKEN if name.startswith("api:")))
def test_the_api_does_not_know_who_is_signed_in(forged: Client, name: str) -> None:
    before = everything()
    for method in ("get", "post", "put", "delete"):
        for headers in FROM.values():
            answer = getattr(forged, method)(address(name), headers=headers)
            assert answer.status_code in {401, 405}, (name, method)
            cache.clear()
    assert everything() == before


def test_a_token_in_a_form_or_an_address_or_a_cookie_is_none(alice: Diarist) -> None:
    secret = token(alice)
    for client, query, sent in (
        (Client(), {"token": secret, "access_token": secret, "Authorization": f"Bearer {secret}"}, {}),
        (Client(), {}, {"token": secret, "access_token": secret}),
    ):
        client.cookies["Authorization"] = f"Bearer {secret}"
        client.cookies["token"] = secret
        assert client.get("/api/v1/days", query).status_code == 401
        assert client.post("/api/v1/episodes", sent).status_code == 401
    for header in ("Basic", "Token", "", "Bearer Bearer"):
        answer = Client().get("/api/v1/days", headers={"Authorization": f"{header} {secret}"})
        assert answer.status_code == 401, header
    assert AccessToken.objects.get().last_used_at is None
