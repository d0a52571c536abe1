"""A session is made at the sign-in, belongs to one person, and ends when it should."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from diary.models import Diarist
from tests.conftest import NOW

PASSWORD = "correct horse battery"
NEW_PASSWORD = "another horse battery"
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def sign_in(client: Client | None = None, name: str = "alice", password: str = PASSWORD) -> Client:
    """A browser after the sign-in page."""
    client = client or Client()
    client.post(reverse("account_login"), {"login": name, "password": password})
    return client


def key_of(client: Client) -> str:
    """What the cookie of the session holds."""
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def is_in(client: Client) -> bool:
    """Whether a visit of Today shows a diary."""
    return client.get("/").status_code == 200


def test_the_sign_in_makes_a_new_session_and_the_old_one_is_gone(alice: Diarist) -> None:
    client = Client()
    client.get(reverse("account_login"))
    client.post(reverse("set_language"), {"language": "de"})
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key or ""
    before = key_of(client)
    sign_in(client)
    assert is_in(client)
    assert key_of(client) != before
    assert not Session.objects.filter(session_key=before).exists()
    old = Client()
    old.cookies[django_settings.SESSION_COOKIE_NAME] = before
    assert not is_in(old)


@pytest.mark.parametrize("planted", ["a" * 32, "0", "x" * 4000, "' or 1=1 --", "../../../etc/passwd"])
def test_a_key_that_somebody_else_chose_is_never_taken_over(alice: Diarist, planted: str) -> None:
    client = Client()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = planted
    assert client.get(reverse("account_login")).status_code == 200
    sign_in(client)
    assert is_in(client)
    assert key_of(client) != planted
    assert len(key_of(client)) == 32
    assert not Session.objects.filter(session_key=planted).exists()


def test_a_key_in_the_address_is_no_key(alice: Diarist) -> None:
    key = key_of(sign_in())
    answer = Client().get("/", {"session": key, "sessionid": key, django_settings.SESSION_COOKIE_NAME: key})
    assert answer.status_code == 302


def test_signing_in_as_somebody_else_leaves_nothing_of_the_first(alice: Diarist, charlie: Diarist) -> None:
    client = sign_in()
    session = client.session
    session["of_alice"] = "secret"
    session.save()
    before = key_of(client)
    client.post(reverse("account_logout"))
    sign_in(client, "charlie")
    assert key_of(client) != before
    assert "of_alice" not in client.session
    assert client.get("/").context["user"] == charlie.user


def test_the_second_step_makes_a_new_session_too_and_the_password_alone_none(alice: Diarist) -> None:
    TOTP.activate(alice.user, TOTP_SECRET)
    client = sign_in()
    half_way = key_of(client)
    assert not is_in(client)
    for path in ("/days/", "/data/export/json/", "/accounts/2fa/", "/doctor/"):
        assert client.get(path).status_code == 302
    code = format_hotp_value(hotp_value(TOTP_SECRET, next(iter(yield_hotp_counters_from_time()))))
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(client)
    assert key_of(client) != half_way
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = half_way
    assert not is_in(thief)


def test_a_code_is_good_once(alice: Diarist) -> None:
    TOTP.activate(alice.user, TOTP_SECRET)
    code = format_hotp_value(hotp_value(TOTP_SECRET, next(iter(yield_hotp_counters_from_time()))))
    first, second = sign_in(), sign_in()
    first.post(reverse("mfa_authenticate"), {"code": code})
    assert second.post(reverse("mfa_authenticate"), {"code": code}).status_code == 422
    assert (is_in(first), is_in(second)) == (True, False)


def test_signing_out_ends_the_session_on_the_server(alice: Diarist) -> None:
    client = sign_in()
    key = key_of(client)
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=key).exists()
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = key
    assert not is_in(thief)


def test_who_signs_out_leaves_no_device_behind(alice: Diarist) -> None:
    here, there = sign_in(), sign_in()
    assert UserSession.objects.filter(user=alice.user).count() == 2
    here.post(reverse("account_logout"))
    assert UserSession.objects.get(user=alice.user).session_key == key_of(there)


def test_a_visit_alone_signs_nobody_out(alice: Diarist) -> None:
    client = sign_in()
    client.get(reverse("account_logout"))
    client.get(reverse("sign_out_everywhere"))
    assert is_in(client)


def end_by_reset(client: Client, mailoutbox: list[Any]) -> None:
    """Reset the password by the mail."""
    client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    link = next(word for word in str(mailoutbox[-1].body).split() if "/password/reset/key/" in word)
    page = client.get(link[link.index("/accounts") :])
    answer = client.post(page.headers["Location"], {"password1": NEW_PASSWORD})
    assert answer.status_code == 302, answer.content


def end_by_change(client: Client, mailoutbox: list[Any]) -> None:
    """Change the password."""
    sign_in(client)
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
    assert client.post(reverse("account_change_password"), form).status_code == 302


def end_everywhere(client: Client, mailoutbox: list[Any]) -> None:
    """The button of the page of devices."""
    sign_in(client)
    client.post(reverse("sign_out_everywhere"))


def end_in_admin(client: Client, mailoutbox: list[Any]) -> None:
    """Somebody who manages accounts signs her out."""
    owner = Diarist.objects.get(user__username="charlie").user
    owner.is_staff = owner.is_superuser = True
    owner.save()
    sign_in(client, "charlie")
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    alice = Diarist.objects.get(user__username="alice").pk
    client.post("/admin/auth/user/", {"action": "sign_out", "_selected_action": [str(alice)]})


def end_by_switching_off(client: Client, mailoutbox: list[Any]) -> None:
    """The account is switched off."""
    user = Diarist.objects.get(user__username="alice").user
    user.is_active = False
    user.save()


def end_by_deleting(client: Client, mailoutbox: list[Any]) -> None:
    """The account is deleted."""
    Diarist.objects.get(user__username="alice").user.delete()


ENDS = [end_by_reset, end_by_change, end_everywhere, end_in_admin, end_by_switching_off, end_by_deleting]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_every_other_session_ends_with(alice: Diarist, charlie: Diarist, mailoutbox: list[Any], end: Any) -> None:
    others = [sign_in(), sign_in()]
    assert all(is_in(other) for other in others)
    here = Client()
    end(here, mailoutbox)
    assert not any(is_in(other) for other in others)
    if end is end_by_change:
        assert is_in(here)
        assert key_of(here) != key_of(others[0])
    if end in {end_by_reset, end_by_change}:
        assert not is_in(sign_in())
        assert is_in(sign_in(password=NEW_PASSWORD))


def test_a_reset_does_not_get_round_the_second_step(alice: Diarist, mailoutbox: list[Any]) -> None:
    TOTP.activate(alice.user, TOTP_SECRET)
    client = Client()
    end_by_reset(client, mailoutbox)
    assert not is_in(client)
    assert not is_in(sign_in(client, password=NEW_PASSWORD))


def test_a_link_that_reset_a_password_is_good_once(alice: Diarist, mailoutbox: list[Any]) -> None:
    end_by_reset(Client(), mailoutbox)
    link = next(word for word in str(mailoutbox[-1].body).split() if "/password/reset/key/" in word)
    again = Client()
    page = again.get(link[link.index("/accounts") :], follow=True)
    again.post(page.request["PATH_INFO"], {"password1": "third horse battery"})
    assert not is_in(sign_in(password="third horse battery"))


def test_a_session_ends_sixty_days_after_the_sign_in_visits_or_not(
    alice: Diarist, clock: time_machine.Traveller
) -> None:
    client = sign_in()
    clock.shift(dt.timedelta(days=59))
    assert is_in(client)
    clock.shift(dt.timedelta(days=2))
    assert not is_in(client)


def test_what_changes_the_sign_in_asks_for_the_password_again(
    alice: Diarist, clock: time_machine.Traveller
) -> None:
    client = sign_in()
    clock.shift(dt.timedelta(hours=1))
    for name in (
        "account_email",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_generate_recovery_codes",
        "diary:new_token",
        "diary:delete_account",
    ):
        answer = client.get(reverse(name), follow=True)
        paths = [path for path, _ in answer.redirect_chain]
        assert any("reauthenticate" in path for path in paths) or "password" in answer.content.decode(), name
