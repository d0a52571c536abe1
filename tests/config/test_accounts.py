"""Signing up, in and out, and getting back in."""

import datetime as dt
import re
import smtplib
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as totp_counters
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.template import loader
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from diary.models import Diarist
from tests.conftest import NOW

PASSWORD = "correct horse battery"
NEWCOMER = {"username": "dora", "email": "", "password1": PASSWORD, "time_zone": "Asia/Tokyo"}
LINK = re.compile(r"http://localhost:8000(/\S+)")


@pytest.fixture(autouse=True)
def _nobody_tried_before(db: None) -> None:
    cache.clear()


@pytest.fixture
def _mail_server_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: EmailBackend, messages: object) -> int:
        raise smtplib.SMTPServerDisconnected("down")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)


def sign_in(client: Client, name: str = "alice", password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": name, "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def page(client: Client, name: str, **kwargs: Any) -> str:
    return client.get(reverse(name, kwargs=kwargs)).content.decode()


# --- signing up ------------------------------------------------------------------------------------------


def test_the_front_door_says_what_this_is_and_offers_every_way_in(client: Client) -> None:
    words = page(client, "account_login")
    assert "A private diary for muscle twitches" in words
    assert "not a diagnosis" in words
    for way in ("Sign in", "Sign in with a passkey", "Forgot the password?", "Make an account", "Deutsch"):
        assert way in words, way
    assert 'autocomplete="username"' in words
    assert 'autocomplete="current-password"' in words


def test_a_closed_sign_up_is_neither_offered_nor_possible(client: Client, settings: Settings) -> None:
    settings.SIGNUP_OPEN = False
    assert "Make an account" not in page(client, "account_login")
    assert "Sign-up is closed" in page(client, "account_signup")
    client.post(reverse("account_signup"), NEWCOMER)
    assert not User.objects.exists()


def test_the_sign_up_page_has_one_password_and_a_field_for_the_zone(client: Client) -> None:
    words = page(client, "account_signup")
    assert '<input type="hidden" name="time_zone" data-zone="" id="id_time_zone"' in words
    assert words.count('type="password"') == 1
    assert 'autocomplete="new-password"' in words
    assert "Only to reset a forgotten password." in words


def test_signing_up_makes_a_diary_in_the_zone_of_the_device(client: Client) -> None:
    answer = client.post(reverse("account_signup"), NEWCOMER, headers={"Accept-Language": "de"})
    assert answer.headers["Location"] == reverse("diary:today")
    diarist = Diarist.objects.get(user__username="dora")
    assert (diarist.time_zone, diarist.language) == ("Asia/Tokyo", "de")
    assert not diarist.user.is_staff
    assert is_signed_in(client)
    assert mail.outbox == []


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd"])
def test_a_zone_that_does_not_exist_is_utc(client: Client, zone: str) -> None:
    client.post(reverse("account_signup"), NEWCOMER | {"time_zone": zone})
    assert Diarist.objects.get().time_zone == "UTC"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("username", "", "This field is required."),
        ("username", "alice", "This name is taken."),
        ("username", "ALICE", "This name is taken."),
        ("username", "root", "This name is taken."),
        ("username", "nul\0byte", "Null characters are not allowed."),
        ("username", "🙂", "Enter a valid username."),
        ("username", "x" * 151, "at most 150 characters"),
        ("email", "dora@", "Enter a valid email address."),
        ("password1", "short", "This password is too short."),
        ("password1", "password", "This password is too common."),
        ("time_zone", "x" * 65, "at most 64 characters"),
    ],
)
def test_wrong_input_is_answered_next_to_its_field(
    client: Client, alice: Diarist, field: str, value: str, message: str
) -> None:
    answer = client.post(reverse("account_signup"), NEWCOMER | {"username": "dora", field: value})
    words = answer.content.decode()
    assert answer.status_code == 422
    assert message in words
    assert f'id="id_{field}_error"' in words
    assert field == "time_zone" or re.search(rf'aria-invalid="true"[^>]*id="id_{field}"', words)
    assert User.objects.count() == 1


def test_signing_up_does_not_tell_whether_an_address_has_an_account(client: Client, alice: Diarist) -> None:
    EmailAddress.objects.create(user=alice.user, email="alice@example.org", verified=True, primary=True)
    answer = client.post(reverse("account_signup"), NEWCOMER | {"email": "alice@example.org"})
    assert answer.headers["Location"] == reverse("diary:today")

    mail.outbox.clear()
    Client().post(reverse("account_reset_password"), {"email": "alice@example.org"})
    assert ["alice" in str(message.body) for message in mail.outbox] == [True]  # and none for dora


@pytest.mark.usefixtures("_mail_server_is_down")
def test_a_mail_server_that_is_down_takes_no_account_with_it(client: Client) -> None:
    answer = client.post(reverse("account_signup"), NEWCOMER | {"email": "dora@example.org"}, follow=True)
    assert answer.status_code == 200
    assert User.objects.get().emailaddress_set.get().email == "dora@example.org"
    assert is_signed_in(client)
    assert "The e-mail to dora@example.org could not be sent just now." in answer.content.decode()
    assert "We have sent" not in answer.content.decode()


def test_without_a_mail_server_nobody_is_told_to_look_into_their_mail(client: Client, settings: Settings) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    answer = client.post(reverse("account_signup"), NEWCOMER | {"email": "dora@example.org"}, follow=True)
    assert "stands in the log of the server" in answer.content.decode()
    client.logout()
    assert "has no mail server" in page(client, "account_reset_password")


# --- signing in and out ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.org", " alice "])
def test_signing_in_by_name_or_e_mail(client: Client, alice: Diarist, name: str) -> None:
    assert sign_in(client, name).headers["Location"] == reverse("diary:today")
    assert is_signed_in(client)


@pytest.mark.parametrize("next_url", ["https://evil.example", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(client: Client, alice: Diarist, next_url: str) -> None:
    data = {"login": "alice", "password": PASSWORD, "next": next_url}
    assert client.post(reverse("account_login"), data).headers["Location"] == reverse("diary:today")


def test_signing_in_goes_where_one_wanted_to_go(client: Client, alice: Diarist) -> None:
    words = client.get("/days/", follow=True).content.decode()
    assert '<input type="hidden" name="next" value="/days/">' in words
    data = {"login": "alice", "password": PASSWORD, "next": "/days/"}
    assert client.post(reverse("account_login"), data).headers["Location"] == "/days/"


@pytest.mark.parametrize("name", ["alice", "nobody", "alice@example.org", "nul\0", "x" * 3000])
def test_a_wrong_sign_in_says_the_same_whoever_it_is(client: Client, alice: Diarist, name: str) -> None:
    answer = sign_in(client, name, "wrong")
    assert answer.status_code == 422
    assert not is_signed_in(client)
    if "\0" not in name:
        assert "The name or the password is not right." in answer.content.decode()
        assert "wrong" not in re.findall(r'value="([^"]*)"', answer.content.decode())


def test_what_is_said_is_said_once(client: Client, alice: Diarist) -> None:
    sign_in(client)
    answer = client.post(reverse("account_logout"), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("account_login")
    assert answer.content.decode().count("You are signed out.") == 1
    assert "You are signed out." not in page(client, "account_login")


def test_an_account_that_is_switched_off_stays_outside(client: Client, alice: Diarist) -> None:
    sign_in(client)
    alice.user.is_active = False
    alice.user.save()
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"
    assert sign_in(client).headers["Location"] == reverse("account_inactive")
    assert "This account is switched off" in page(client, "account_inactive")


def test_the_language_is_chosen_before_anybody_is_known(client: Client) -> None:
    answer = client.post(reverse("set_language"), {"language": "de", "next": "/accounts/signup/"})
    assert answer.headers["Location"] == "/accounts/signup/"
    cookie = client.cookies["language"]
    assert cookie.value == "de"
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert int(cookie["max-age"]) > 30_000_000
    assert '<html lang="de"' in page(client, "account_login")


@pytest.mark.parametrize("data", [{}, {"language": "xx"}, {"language": "\0"}, {"language": "de" * 500}])
def test_an_unknown_language_changes_nothing(client: Client, data: dict[str, str]) -> None:
    answer = client.post(reverse("set_language"), data | {"next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    assert "language" not in client.cookies


# --- passwords -------------------------------------------------------------------------------------------


def ask_for_reset(client: Client, email: str) -> str:
    answer = client.post(reverse("account_reset_password"), {"email": email}, follow=True)
    return answer.content.decode()


def test_a_forgotten_password_is_replaced_by_e_mail(client: Client, alice: Diarist) -> None:
    other_device = Client()
    sign_in(other_device)

    assert "If there is an account with this address" in ask_for_reset(client, "alice@example.org")
    (message,) = mail.outbox
    assert message.to == ["alice@example.org"]
    assert message.subject == "Choose a new password"  # a stranger who sees it learns nothing about twitches
    assert "Your user name is alice." in str(message.body)
    link = LINK.search(str(message.body))
    assert link is not None

    form = client.get(link[1], follow=True)
    assert "Choose a new password" in form.content.decode()
    action = form.redirect_chain[-1][0]
    assert link[1] not in action  # the address on screen holds no key
    short = client.post(action, {"password1": "short"})
    assert short.status_code == 422
    done = client.post(action, {"password1": "eight new words in a row"}, follow=True)
    assert "Your password is changed" in done.content.decode()

    assert not is_signed_in(client)
    assert other_device.get("/").status_code == 302
    assert sign_in(client, "alice", PASSWORD).status_code == 422
    assert sign_in(client, "alice", "eight new words in a row").status_code == 302
    assert "This link is used up" in Client().get(link[1], follow=True).content.decode()


def test_who_asks_for_a_reset_is_not_told_whether_there_is_an_account(client: Client, alice: Diarist) -> None:
    known, unknown = ask_for_reset(client, "alice@example.org"), ask_for_reset(client, "nobody@example.org")
    strip = re.compile(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]+"')
    assert strip.sub("", known) == strip.sub("", unknown)
    assert "There is none here." in str(mail.outbox[-1].body)


@pytest.mark.usefixtures("_mail_server_is_down")
@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_a_reset_without_a_mail_server_says_so(client: Client, alice: Diarist, email: str) -> None:
    words = ask_for_reset(client, email)
    assert "The e-mail could not be sent. Nothing has changed." in words
    assert "on its way" not in words


@pytest.mark.parametrize("key", ["1-x", "zzzzzzzzzzzzz-set-password", "1-" + "x" * 500, "0-0"])
def test_a_made_up_reset_link_is_no_error(client: Client, alice: Diarist, key: str) -> None:
    answer = client.get(f"/accounts/password/reset/key/{key}/", follow=True)
    assert answer.status_code == 200
    assert "This link is used up" in answer.content.decode()


def test_changing_the_password_signs_the_other_devices_out(client: Client, alice: Diarist) -> None:
    other_device = Client()
    sign_in(client)
    sign_in(other_device)
    url = reverse("account_change_password")

    wrong = client.post(url, {"oldpassword": "wrong", "password1": "eight new words in a row"})
    assert wrong.status_code == 422
    assert "This is not your password now." in wrong.content.decode()

    right = client.post(url, {"oldpassword": PASSWORD, "password1": "eight new words in a row"}, follow=True)
    assert right.content.decode().count("Your password is changed.") == 1
    assert client.get("/settings/").status_code == 200
    assert other_device.get("/settings/").status_code == 302


# --- e-mail ----------------------------------------------------------------------------------------------


def test_an_address_is_added_confirmed_changed_and_removed(client: Client) -> None:
    client.post(reverse("account_signup"), NEWCOMER)
    url = reverse("account_email")
    assert "a lost password can't be reset" in page(client, "account_email")

    # Whoever finds an open phone must not be able to redirect the password mails.
    ask = client.post(url, {"email": "dora@example.org", "action_add": ""})
    assert ask.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": url})
    assert "dora@example.org" in page(client, "account_email")
    assert "Not confirmed yet" in page(client, "account_email")

    link = LINK.search(str(mail.outbox[-1].body))
    assert link is not None
    assert "Is dora@example.org your address?" in client.get(link[1]).content.decode()
    client.post(link[1])
    assert EmailAddress.objects.get().verified
    assert "Not confirmed yet" not in page(client, "account_email")

    client.post(url, {"email": "dora@example.org", "action_remove": ""})
    assert not EmailAddress.objects.exists()
    assert User.objects.get().email == ""


def test_the_link_to_confirm_works_on_a_device_without_sign_in(client: Client) -> None:
    client.post(reverse("account_signup"), NEWCOMER | {"email": "dora@example.org"})
    link = LINK.search(str(mail.outbox[-1].body))
    assert link is not None
    other = Client()
    assert "Is dora@example.org your address?" in other.get(link[1]).content.decode()
    assert other.post(link[1]).headers["Location"] == reverse("account_login")
    assert EmailAddress.objects.get().verified
    assert "This link is used up" in other.get("/accounts/confirm-email/nonsense/").content.decode()


def test_asking_for_the_mail_again_is_always_answered(client: Client) -> None:
    client.post(reverse("account_signup"), NEWCOMER | {"email": "dora@example.org"})
    url, again = reverse("account_email"), {"email": "dora@example.org", "action_send": ""}
    assert "less than a minute ago" in client.post(url, again, follow=True).content.decode()
    assert len(mail.outbox) == 1
    cache.clear()
    assert "We have sent an e-mail to dora@example.org." in client.post(url, again, follow=True).content.decode()
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("_mail_server_is_down")
def test_a_mail_that_never_left_can_be_asked_for_at_once(client: Client) -> None:
    client.post(reverse("account_signup"), NEWCOMER | {"email": "dora@example.org"}, follow=True)
    again = {"email": "dora@example.org", "action_send": ""}
    words = client.post(reverse("account_email"), again, follow=True).content.decode()
    assert "could not be sent just now" in words
    assert "less than a minute ago" not in words


# --- the second step -------------------------------------------------------------------------------------


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(totp_counters())[1]))


def test_an_app_is_set_up_and_asked_for(client: Client, alice: Diarist) -> None:
    url = reverse("mfa_activate_totp")
    sign_in(client)
    answer = client.get(url)
    if answer.status_code == 302:
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": url})
        answer = client.get(url)
    secret = answer.context["form"].secret
    assert secret in answer.content.decode()
    assert "data:image/svg+xml;base64" in answer.content.decode()

    wrong = client.post(url, {"code": "²²²"})
    assert wrong.status_code == 422
    assert "The code is not right." in wrong.content.decode()
    done = client.post(url, {"code": code_for(secret)}, follow=True)
    codes = re.findall(r"<code>(\d{8})</code>", done.content.decode())
    assert len(codes) == 10

    client.post(reverse("account_logout"))
    cache.clear()  # an app's code counts only once
    assert sign_in(client).headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 422
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).headers["Location"] == reverse(
        "diary:today"
    )
    assert is_signed_in(client)


def test_an_app_can_be_set_up_with_an_address_that_is_not_confirmed(client: Client) -> None:
    client.post(reverse("account_signup"), NEWCOMER | {"email": "dora@example.org"})
    sign_in(client, "dora")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_a_passkey_belongs_to_its_owner(client: Client, alice: Diarist, charlie: Diarist) -> None:
    theirs = Authenticator.objects.create(
        user=charlie.user, type=Authenticator.Type.WEBAUTHN, data={"name": "key"}
    )
    sign_in(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        url = reverse(name, kwargs={"pk": theirs.pk})
        assert client.get(url).status_code == 404
        assert client.post(url, {"name": "mine"}).status_code == 404
    assert Authenticator.objects.get().data == {"name": "key"}


def test_a_sign_in_that_stopped_half_way_can_be_given_up(client: Client, alice: Diarist) -> None:
    TOTP.activate(alice.user, generate_totp_secret())
    sign_in(client)
    assert "Second step" in page(client, "mfa_authenticate")
    client.post(reverse("account_logout"), {"next": reverse("account_login")})
    assert client.get(reverse("mfa_authenticate")).headers["Location"] == reverse("account_login")


# --- devices ---------------------------------------------------------------------------------------------


def devices(alice: Diarist) -> tuple[Client, Client]:
    here = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    phone = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"})
    sign_in(here)
    sign_in(phone)
    return here, phone


def test_the_list_of_devices_marks_this_one(alice: Diarist, charlie: Diarist) -> None:
    here, _ = devices(alice)
    sign_in(Client(), "charlie")
    words = " ".join(page(here, "usersessions_list").split())
    assert re.search(r"Firefox on Linux</b> <span class=\"badge\">this device</span>", words)
    assert 'Safari on iPhone</b> <span class="hint">' in words
    assert words.count(">this device<") == 1
    assert words.count("Signed in on") == 2


def test_a_long_list_of_devices_has_an_end_and_says_how_many_more(
    alice: Diarist, charlie: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.sessions.SHOWN", 3)
    here, phone = devices(alice)
    sign_in(Client(), "charlie")
    others = [Client(headers={"User-Agent": "Chrome/140.0 Windows"}) for _ in range(4)]
    for other in others:
        sign_in(other)
    # One that is over makes room for the next.
    others[3].session.flush()
    words = " ".join(page(here, "usersessions_list").split())
    assert re.findall(r"<li> <b>([^<]+)</b>", words) == [
        "Firefox on Linux",
        "Chrome on Windows",
        "Chrome on Windows",
    ]
    assert words.index("this device") < words.index("Chrome on Windows")
    assert "And 2 more, signed in earlier." in words
    assert UserSession.objects.filter(user=alice.user).count() == 5
    with CaptureQueriesContext(connection) as few:
        page(here, "usersessions_list")
    for _ in range(10):
        sign_in(Client(headers={"User-Agent": "Chrome/140.0 Windows"}))
    with CaptureQueriesContext(connection) as many:
        assert "And 12 more, signed in earlier." in " ".join(page(here, "usersessions_list").split())
    assert len(many) == len(few)
    here.post(reverse("usersessions_list"))
    assert phone.get("/settings/").status_code == 302
    assert "more, signed in earlier" not in page(here, "usersessions_list")


def test_sign_out_everywhere_else_leaves_this_device_signed_in(alice: Diarist) -> None:
    here, phone = devices(alice)
    answer = here.post(reverse("usersessions_list"), follow=True)
    assert "All other devices are signed out." in answer.content.decode()
    assert here.get("/settings/").status_code == 200
    assert phone.get("/settings/").status_code == 302


def test_sign_out_everywhere_leaves_nobody_signed_in(alice: Diarist, charlie: Diarist) -> None:
    here, phone = devices(alice)
    stranger = Client()
    sign_in(stranger, "charlie")
    answer = here.post(reverse("sign_out_everywhere"), follow=True)
    assert "You are signed out on all devices." in answer.content.decode()
    assert here.get("/settings/").status_code == 302
    assert phone.get("/settings/").status_code == 302
    assert stranger.get("/settings/").status_code == 200


def test_sign_out_everywhere_needs_a_form(alice: Diarist) -> None:
    here, _ = devices(alice)
    assert here.get(reverse("sign_out_everywhere")).status_code == 405
    assert here.get("/settings/").status_code == 200


def test_pages_of_allauth_that_we_left_alone_wear_our_design(client: Client) -> None:
    request = client.get(reverse("account_login")).wsgi_request
    context = {"form": forms.Form(), "trust_from": NOW, "trust_until": NOW + dt.timedelta(days=14)}
    words = loader.render_to_string("mfa/trust.html", context, request)
    assert "account.css" in words
    assert re.search(r'<button\s+class="button main"\s+name="action"\s+value="trust"', words)
    assert 'class="brand-line"' in words
