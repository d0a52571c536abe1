"""What was typed is handed back when it came too late, to the person who typed it and to nobody else."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from config.kept import TOKEN
from diary.middleware import FORM
from diary.models import Day, Diarist
from tests.conftest import NOW

NOTE = "Twitched all night.\nCould not sleep, 🙂 <b>not bold</b> שלום"
NOTE_URL = "/days/2026-11-22/context/note/"
HERE = {"Origin": "http://testserver"}
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
BOX = re.compile(r"<textarea[^>]*readonly>\n(.*?)</textarea>", re.DOTALL)


@pytest.fixture(autouse=True)
def _nobody_tried_before(db: None) -> None:
    cache.clear()


def send(client: Client, url: str = NOTE_URL, headers: Any = None, **data: str) -> Any:
    return client.post(url, data, headers=HERE if headers is None else headers)


def hidden_fields(answer: Any) -> dict[str, str]:
    form = answer.content.decode().split('<form class="card"')[1]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


def sign_in(client: Client, name: str = "alice") -> None:
    token = {TOKEN: client.cookies[django_settings.CSRF_COOKIE_NAME].value}
    data = {"login": name, "password": "correct horse battery", **token}
    assert client.post(reverse("account_login"), data, headers=HERE).status_code == 302


def test_what_was_typed_after_the_sign_in_ran_out_is_handed_back(client: Client, alice: Diarist) -> None:
    answer = send(client, value=NOTE, id="11111111-1111-4111-8111-111111111111", empty="")

    words = answer.content.decode()
    assert answer.status_code == 401
    assert answer.headers["X-Kept"] == "signed-out"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "nothing is lost" in words
    assert unescape(BOX.findall(words)[0]) == NOTE
    assert "<b>not bold</b>" not in words
    assert words.index("Sign in (opens a new tab)") < words.index("Save again")
    assert f'action="{NOTE_URL}"' in words
    fields = hidden_fields(answer)
    assert fields.pop(TOKEN)
    assert fields == {"value": NOTE, "id": "11111111-1111-4111-8111-111111111111", "empty": ""}
    assert "Entry" in words
    assert words.count("11111111-1111") == 1  # an id is sent again, and not shown
    assert not Day.objects.exists()


def test_signing_in_and_saving_again_saves_it(client: Client, alice: Diarist) -> None:
    kept = hidden_fields(send(client, value=NOTE))
    client.force_login(alice.user, backend="config.accounts.AccountBackend")
    assert send(client, **kept).status_code == 302
    assert Day.objects.get().note == NOTE


def test_it_works_without_scripts_from_sign_out_to_saved(alice: Diarist) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get(reverse("account_login"))
    sign_in(browser)
    page = browser.get(NOTE_URL).content.decode()
    token = re.findall(rf'name="{TOKEN}" value="([^"]+)"', page)[0]

    elsewhere = {TOKEN: token}
    browser.post(reverse("account_logout"), elsewhere, headers=HERE)
    first = send(browser, value=NOTE, **{TOKEN: token})
    assert (first.status_code, first.headers["X-Kept"]) == (401, "signed-out")

    sign_in(browser)  # in another tab; this gives the browser another token
    second = send(browser, **hidden_fields(first))
    assert (second.status_code, second.headers["X-Kept"]) == (403, "stale")
    assert "save it once more" in second.content.decode()
    assert not Day.objects.exists()

    assert send(browser, **hidden_fields(second)).status_code == 302
    assert Day.objects.get().note == NOTE


def test_a_page_that_lay_open_for_a_day_is_saved_at_the_second_try(alice: Diarist) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice.user, backend="config.accounts.AccountBackend")
    answer = send(browser, value=NOTE, **{TOKEN: "x" * 64})
    assert (answer.status_code, answer.headers["X-Kept"]) == (403, "stale")
    assert "Sign in" not in answer.content.decode().split("<main")[1].split("</main>")[0]
    assert send(browser, **hidden_fields(answer)).status_code == 302
    assert Day.objects.get().note == NOTE


def test_somebody_else_who_signs_in_there_does_not_get_into_the_first_diary(
    client: Client, alice: Diarist, charlie: Diarist
) -> None:
    kept = hidden_fields(send(client, value=NOTE))
    client.force_login(charlie.user, backend="config.accounts.AccountBackend")
    send(client, **kept)
    assert Day.objects.get().diarist == charlie


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.example"},
    {"Referer": "https://evil.example/http://testserver/"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_of_another_site_is_not_handed_back(headers: dict[str, str], alice: Diarist) -> None:
    stranger = send(Client(), headers=headers, value=NOTE)
    assert stranger.status_code == 302
    assert stranger.headers["Location"] == reverse("account_login")

    signed_in = Client(enforce_csrf_checks=True)
    signed_in.force_login(alice.user, backend="config.accounts.AccountBackend")
    answer = send(signed_in, headers=headers, value=NOTE)
    assert answer.status_code == 403
    assert "This form did not come from here" in answer.content.decode()
    assert "Twitched all night" not in answer.content.decode()
    assert not Day.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Referer": "http://testserver/days/"},
    ],
)
def test_every_browser_can_say_that_a_form_is_ours(client: Client, headers: dict[str, str]) -> None:
    assert send(client, headers=headers, value=NOTE).status_code == 401


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password", "account_logout"])
def test_a_stale_account_page_hands_no_password_back(name: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = send(browser, reverse(name), password="correct horse", password1="correct horse", login="alice")
    words = answer.content.decode()
    assert answer.status_code == 403
    assert "This page was open for too long" in words
    assert f'href="{reverse(name)}"' in words
    assert "correct horse" not in words
    assert "X-Kept" not in answer.headers


def test_a_button_that_holds_nothing_leads_to_the_sign_in(client: Client) -> None:
    assert send(client, reverse("usersessions_list")).headers["Location"] == reverse("account_login")
    assert send(client, reverse("sign_out_everywhere")).headers["Location"] == reverse("account_login")


def test_htmx_is_told_why_and_leaves_the_form_as_it_is(client: Client) -> None:
    answer = send(client, headers=HERE | {"HX-Request": "true"}, value=NOTE)
    assert (answer.status_code, answer.headers["X-Kept"]) == (401, "signed-out")
    seen = client.get("/days/", headers={"HX-Request": "true"})
    assert (seen.status_code, seen.headers["HX-Redirect"]) == (204, reverse("account_login"))


@pytest.mark.parametrize("value", ["", "\0", "x" * 100_000, "é" * 5000, '"><script>alert(1)</script>'])
def test_strange_input_is_handed_back_too(client: Client, value: str) -> None:
    answer = send(client, value=value)
    assert answer.status_code == 401
    assert "<script>alert" not in answer.content.decode()
    assert hidden_fields(answer)["value"] == value


def test_a_form_far_too_large_is_refused_plainly(client: Client) -> None:
    answer = send(client, value="x" * 1_100_000)
    assert answer.status_code == 400
    assert "That did not work" in answer.content.decode()
    many = client.post(NOTE_URL, {f"f{number}": "" for number in range(600)}, headers=HERE)
    assert many.status_code == 400


def test_the_day_of_the_entry_is_kept_too(client: Client, alice: Diarist) -> None:
    url = f"/days/{NOW.date()}/no-twitches/?from=today"
    assert f'action="{url}"' in send(client, url).content.decode()


def test_a_page_of_another_account_neither_reads_nor_writes_here(
    as_alice: Client, alice: Diarist, charlie: Diarist
) -> None:
    here = {**HERE, "HX-Request": "true"}
    for method, url in (("post", NOTE_URL), ("get", "/")):
        refused = getattr(as_alice, method)(url, {"value": NOTE}, headers={**here, "X-Account": charlie.mark})
        assert (refused.status_code, refused.headers["X-Kept"], refused.content) == (409, "other", b"")
    assert not Day.objects.exists()

    def plain_form(**fields: str) -> Any:
        return as_alice.post(NOTE_URL, urlencode(fields), content_type=FORM, headers=HERE)

    plain = plain_form(value=NOTE, page_of=charlie.mark)
    assert plain.status_code == 409
    assert "belongs to another account" in plain.content.decode()
    assert not Day.objects.exists()
    assert plain_form(value="slept", page_of=alice.mark).status_code == 302
    taken = send(as_alice, value="slept well", headers={**here, "X-Account": alice.mark})
    assert taken.status_code == 200
    assert alice.days.get().note == "slept well"
