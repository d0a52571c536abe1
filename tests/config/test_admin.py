"""The admin manages accounts; it shows nothing of anybody's diary."""

import datetime as dt
import re
from html import unescape
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from config.admin import accounts_site
from diary import models
from diary.models import Diarist
from tests.diary.test_delete_day import prove

TOLD = ("secret-note", "secret-medicine", "calf", "episode", "medicine", "sign check", "diarist")
LINK = re.compile(r'(?:href|action)="(/admin/[^"]*|\?[^"]*|\.\./[^"]*)"')
NOW = dt.datetime(2026, 11, 23, 20, 40, tzinfo=dt.UTC)
DATE = NOW.date()


@pytest.fixture(autouse=True)
def _nobody_tried_before(db: None) -> None:
    cache.clear()


@pytest.fixture
def filled(alice: Diarist) -> Diarist:
    """Alice, with a row in every table."""
    place = {"location": "calf", "side": "left", "note": "secret-note"}
    when = {"started_at": NOW, "local_date": DATE, "time_zone": "UTC", "utc_offset_minutes": 0}
    alice.episodes.create(**place, **when, recorded_at=NOW)
    alice.days.create(date=DATE, note="secret-note")
    alice.sign_checks.create(**place, date=DATE, sign="write", answer="yes", recorded_at=NOW)
    alice.medicines.create(name="secret-medicine")
    return alice


@pytest.fixture
def owner(client: Client) -> Client:
    user = User.objects.create_superuser("owner", "owner@example.org", "correct horse battery")
    client.force_login(user, backend="config.accounts.AccountBackend")
    prove(client)
    return client


def assert_tells_nothing(words: str, page: str) -> None:
    # A random token can hold any four letters.
    words = re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]+"', "", words)
    for word in TOLD:
        assert word not in words.lower(), f"{word} on {page}"


def test_only_accounts_are_in_it() -> None:
    assert set(accounts_site._registry) == {User}
    assert not [model for model in admin.site._registry if model._meta.app_label in {"diary", "config"}]


def test_no_page_tells_anything_of_a_diary(owner: Client, filled: Diarist) -> None:
    todo, seen = [reverse("admin:index")], set()
    while todo:
        page = todo.pop()
        # Filters and orders combine without end: one at a time is enough.
        if page in seen or "logout" in page or "jsi18n" in page or "&" in page or "." in page.partition("?")[2]:
            continue
        seen.add(page)
        answer = owner.get(page, follow=True)
        assert answer.status_code == 200, page
        words = answer.content.decode()
        assert_tells_nothing(words, page)
        base = answer.request["PATH_INFO"]
        for link in map(unescape, LINK.findall(words)):
            path = base + link if link.startswith("?") else link
            if link.startswith("../"):
                path = base.rstrip("/").rpartition("/")[0] + link[2:]
            todo.append(path)

    pk = filled.pk
    for name in ("change", "delete", "history"):
        assert reverse(f"admin:auth_user_{name}", args=[pk]) in seen
    assert reverse("admin:auth_user_password_change", args=[pk]) in seen
    assert len(seen) > 20


@pytest.mark.parametrize("model", [model._meta.model_name for model in apps.get_app_config("diary").get_models()])
def test_the_tables_of_a_diary_have_no_address(owner: Client, filled: Diarist, model: str) -> None:
    assert owner.get(f"/admin/diary/{model}/").status_code == 404
    assert owner.get(f"/admin/diary/{model}/{filled.pk}/change/").status_code == 404


def test_the_page_that_deletes_an_account_names_no_row_and_deletes_them_all(
    owner: Client, filled: Diarist
) -> None:
    url = reverse("admin:auth_user_delete", args=[filled.pk])
    words = owner.get(url).content.decode()
    assert "alice" in words
    assert "accounts, each with all of its diary" in words.lower()
    assert_tells_nothing(words, url)

    owner.post(url, {"post": "yes"})

    assert not User.objects.filter(pk=filled.pk).exists()
    assert not Diarist.objects.filter(pk=filled.pk).exists()
    for model in (models.Episode, models.Day, models.SignCheck, models.Medicine):
        assert not model._default_manager.exists()
    assert_tells_nothing(owner.get(reverse("admin:index")).content.decode(), "the list of recent actions")


def act(owner: Client, action: str, user: User, **more: str) -> str:
    data = {"action": action, "_selected_action": str(user.pk), **more}
    return owner.post(reverse("admin:auth_user_changelist"), data, follow=True).content.decode()


def test_deleting_several_at_once_names_no_row_either(owner: Client, filled: Diarist) -> None:
    assert_tells_nothing(act(owner, "delete_selected", filled.user), "delete_selected")
    act(owner, "delete_selected", filled.user, post="yes")
    assert not Diarist.objects.filter(pk=filled.pk).exists()


def test_who_lost_the_phone_gets_in_again(owner: Client, alice: Diarist) -> None:
    Authenticator.objects.create(user=alice.user, type=Authenticator.Type.TOTP, data={"secret": "A" * 32})
    phone = Client()
    phone.post(reverse("account_login"), {"login": "alice", "password": "correct horse battery"})
    assert phone.get("/").headers["Location"].startswith("/accounts/login/")  # the second step is asked for

    assert "1 account signed out." in act(owner, "remove_second_step", alice.user)

    phone.post(reverse("account_login"), {"login": "alice", "password": "correct horse battery"})
    assert phone.get("/settings/").status_code == 200
    assert "1 account signed out." in act(owner, "sign_out", alice.user)
    assert phone.get("/settings/").status_code == 302


def test_an_account_made_here_has_a_diary_on_its_first_visit(owner: Client) -> None:
    data = {
        "username": "dora",
        "usable_password": "true",
        "password1": "eight new words",
        "password2": "eight new words",
    }
    assert owner.post(reverse("admin:auth_user_add"), data).status_code == 302
    dora = Client()
    dora.post(reverse("account_login"), {"login": "dora", "password": "eight new words"})
    assert dora.get("/", follow=True).status_code == 200
    assert Diarist.objects.filter(user__username="dora").exists()


def test_it_is_entered_by_the_common_door(client: Client, alice: Diarist) -> None:
    for page in ("/admin/", "/admin/login/", "/admin/auth/user/"):
        assert client.get(page).headers["Location"].startswith("/accounts/login/?next=/admin/")
    data = {"username": "owner", "password": "x", "login": "owner"}
    assert client.post("/admin/login/", data).headers["Location"] == "/accounts/login/"


def test_nobody_without_the_right_comes_in(as_alice: Client, alice: Diarist) -> None:
    for page in ("/admin/", "/admin/login/", "/admin/auth/user/", "/admin/nothing/"):
        assert as_alice.get(page, follow=True).status_code in {403, 404}, page
    assert "This page is not for your account" in as_alice.get("/admin/", follow=True).content.decode()


def test_an_open_device_of_the_owner_does_not_set_passwords(client: Client, alice: Diarist) -> None:
    """Who finds it unlocked has to type the password first; a form that comes late is not kept with what is in it."""
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    client.force_login(alice.user, backend="config.accounts.AccountBackend")
    page = reverse("admin:auth_user_password_change", args=[alice.pk])
    for url in (page, reverse("admin:auth_user_changelist"), reverse("admin:index")):
        assert client.get(url).headers["Location"] == f"{reverse('account_reauthenticate')}?next={quote(url, '')}"
    new = {"password1": "quite another battery", "password2": "quite another battery", "usable_password": "true"}
    assert client.post(page, new).headers["Location"] == page
    assert "quite another battery" not in str(dict(client.session))
    assert User.objects.get(pk=alice.pk).check_password("correct horse battery")
    prove(client)
    assert client.post(page, new).status_code == 302
    assert User.objects.get(pk=alice.pk).check_password("quite another battery")


def test_the_own_password_is_changed_where_wrong_tries_are_counted(owner: Client) -> None:
    assert owner.get("/admin/password_change/").headers["Location"] == reverse("account_change_password")


def test_staff_without_rights_sees_no_account(as_alice: Client, alice: Diarist, charlie: Diarist) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    prove(as_alice)
    assert "charlie" not in as_alice.get("/admin/").content.decode()
    assert as_alice.get(reverse("admin:auth_user_changelist")).status_code == 403
