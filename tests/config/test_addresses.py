"""Nobody is sent away: no redirect leaves this site, and no mail or page believes what the Host header says."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diary.models import Diarist
from tests.config.test_routes import ROUTES, address
from tests.conftest import NOW

PASSWORD = "correct horse battery"
# Each is another site for some browser or some parser.
AWAY = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "https:evil.example",
    "http:///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "\x08//evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "//evil.example\\@testserver/",
    "https://[evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "\r\nLocation: https://evil.example/",
    # Allowed as a Host header, and still not where somebody wanted to go.
    "http://127.0.0.1:31337/",
]


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


def leads_away(location: str) -> bool:
    """Whether a browser would leave the site, by the rules that browsers read addresses with (WHATWG URL)."""
    plain = location.strip("".join(map(chr, range(33))))
    plain = re.sub(r"[\t\r\n]", "", plain).replace("\\", "/")
    if plain.startswith("//") or re.match(r"[a-z][a-z0-9+.-]*:", plain, re.IGNORECASE):
        return re.match(r"(?:https?:)?//(?:testserver|localhost(?::8000)?)(?:[/?#]|$)", plain) is None
    return False


def proven(diarist: Diarist) -> Client:
    """The owner, who typed the password just now."""
    client = Client()
    client.post(reverse("account_login"), {"login": diarist.user.username, "password": PASSWORD})
    return client


@pytest.mark.parametrize("url", AWAY, ids=range(len(AWAY)))
def test_the_rule_itself_knows_what_leads_away(url: str) -> None:
    assert leads_away(url) or url.startswith("\r")
    assert not leads_away("/days/?q=//evil.example")
    assert not leads_away("http://testserver/x")


def test_no_page_that_goes_on_goes_away(alice: Diarist) -> None:
    """Every page that looks at `next`, with all that it needs to go on."""
    secret = {"login": "alice", "password": PASSWORD}
    owner = proven(alice)
    for n, url in enumerate(AWAY):
        cache.clear()
        fresh = {"username": f"dora{n}", "password1": PASSWORD, "time_zone": ""}
        asked: list[tuple[Client, str, dict[str, str]]] = [
            (Client(), reverse("account_login"), secret),
            (Client(), reverse("account_signup"), fresh),
            (Client(), reverse("set_language"), {"language": "de"}),
            (owner, reverse("account_reauthenticate"), {"password": PASSWORD}),
            (owner, reverse("account_login"), secret),
            (owner, reverse("admin:login"), {"username": "alice", "password": PASSWORD}),
            (owner, reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": PASSWORD}),
        ]
        for client, path, form in asked:
            headers = {"Referer": re.sub(r"[\x00\r\n]", "", url)}
            answer = client.post(f"{path}?next={quote(url)}", form | {"next": url}, headers=headers)
            location = answer.headers.get("Location", "")
            assert answer.status_code in {302, 403}, (path, url)
            assert not leads_away(location), (path, url)
            assert "\n" not in location
        assert not leads_away(Client().get(f"{reverse('set_language')}?next={quote(url)}").headers["Location"]), (
            url
        )
        leaving = proven(alice)
        away = leaving.post(f"{reverse('account_logout')}?next={quote(url)}", {"next": url}).headers["Location"]
        assert not leads_away(away), url


def test_the_second_step_goes_on_to_this_site_only(alice: Diarist) -> None:
    TOTP.activate(alice.user, generate_totp_secret())
    for url in AWAY[::3]:
        client = Client()
        first = client.post(
            f"{reverse('account_login')}?next={quote(url)}", {"login": "alice", "password": PASSWORD, "next": url}
        )
        assert not leads_away(first.headers.get("Location", "")), url
        second = client.post(f"{reverse('mfa_authenticate')}?next={quote(url)}", {"code": "1", "next": url})
        assert not leads_away(second.headers.get("Location", "")), url
        cache.clear()


def test_no_address_of_the_site_is_a_springboard(alice: Diarist) -> None:
    """Each route with an address of another site in every place where a view might look for where to go."""
    away = "https://evil.example/"
    query = dict.fromkeys(("next", "back", "return", "url", "to", "date", "q", "location", "saved"), away)
    headers = {"Referer": away, "HX-Current-URL": away, "X-Forwarded-Host": "evil.example", "Origin": away}
    for name in ROUTES:
        owner, visitor = Client(), Client()
        owner.force_login(alice.user, backend="config.accounts.AccountBackend")
        url = address(name)
        answers = [visitor.post(url, query, headers=headers)]
        if name != "diary:delete_account":
            answers.append(owner.post(url, query, headers=headers))
        if name.startswith(("account", "mfa", "admin", "set")):
            answers.append(owner.get(url, query, headers=headers))
        for answer in answers:
            assert answer.status_code < 500, url
            for header in ("Location", "HX-Redirect", "HX-Location", "Refresh", "Link"):
                assert "evil" not in urlsplit(answer.headers.get(header, "")).netloc, (url, header)
                assert not leads_away(answer.headers.get(header, "")), (url, header)
        cache.clear()


def links_in(mail: EmailMessage) -> list[str]:
    """The addresses in a mail."""
    return re.findall(r"https?://\S+", str(mail.body))


@pytest.mark.parametrize("host", ["localhost:31337", "127.0.0.1", "diary.example.org:31337", "testserver"])
def test_mails_name_our_own_address_whatever_the_host_header_says(
    alice: Diarist, settings: Settings, mailoutbox: list[EmailMessage], host: str
) -> None:
    settings.SITE_URL = urlsplit("https://diary.example.org")
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "diary.example.org", "testserver"]
    EmailAddress.objects.create(user=alice.user, email="alice@example.org", verified=True, primary=True)
    visitor = Client(headers={"Host": host})
    visitor.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    visitor.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    visitor.post(
        reverse("account_signup"),
        {"username": "dora", "email": "dora@example.org", "password1": PASSWORD, "time_zone": ""},
    )
    assert [mail.to for mail in mailoutbox] == [
        ["alice@example.org"],
        ["nobody@example.org"],
        ["dora@example.org"],
    ]
    reset, _, confirm = mailoutbox
    assert [urlsplit(link).netloc for link in links_in(reset) + links_in(confirm)] == ["diary.example.org"] * 2
    assert all(
        link.startswith("https://diary.example.org/accounts/") for link in links_in(reset) + links_in(confirm)
    )
    for mail in mailoutbox:
        assert "31337" not in f"{mail.subject} {mail.body}"
        assert "Your diary at diary.example.org" in str(mail.body)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "localhost:8000@evil.example"},
        {"Host": "evil.example", "X-Forwarded-Host": "testserver"},
        {"Host": ""},
        {"Host": "testserver, evil.example"},
    ],
    ids=range(6),
)
def test_a_host_that_is_not_ours_is_refused_everywhere(alice: Diarist, headers: dict[str, str]) -> None:
    for path in ("/", reverse("account_login"), reverse("account_reset_password"), "/s/x/", "/api/v1/days"):
        answer = Client().get(path, headers=headers)
        assert answer.status_code == 400, path
        assert "evil" not in answer.content.decode()


def test_a_forwarded_host_is_not_looked_at(alice: Diarist, as_alice: Client) -> None:
    for path in ("/", "/doctor/", "/settings/", "/accounts/2fa/", "/api/"):
        answer: Any = as_alice.get(path, headers={"X-Forwarded-Host": "evil.example", "X-Original-URL": "/admin/"})
        assert "evil.example" not in answer.content.decode()
