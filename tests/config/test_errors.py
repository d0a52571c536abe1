"""What somebody sees when something is not there, not theirs, or broken."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest
from django.template import loader
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from config import errors
from diary.models import Diarist


def test_a_missing_entry_is_friendly(as_alice: Client) -> None:
    answer = as_alice.get(f"/episodes/{uuid.uuid4()}/")
    assert answer.status_code == 404
    assert "This entry is not here (any more)" in answer.content.decode()
    assert "Go to Today" in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/nothing/", "/days/2026-13-45/no-twitches/", "/episodes/1/", "/%00", "/../../etc"]
)
def test_a_missing_page_is_friendly(as_alice: Client, path: str) -> None:
    answer = as_alice.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_a_visitor_learns_nothing_from_a_missing_page(client: Client, db: None) -> None:
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
    assert 'aria-label="Main"' not in answer.content.decode()


def test_the_page_for_a_fault_needs_neither_request_nor_database(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = errors.server_error(HttpRequest())
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert "Go to Today" in answer.content.decode()


def test_a_fault_in_a_view_shows_that_page_and_not_the_reason(
    as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret reason")

    monkeypatch.setattr("diary.views.settings.render", fail)
    as_alice.raise_request_exception = False
    answer = as_alice.get("/settings/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert "secret reason" not in answer.content.decode()


def test_a_fault_in_the_page_for_faults_ends_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> str:
        raise ValueError("no manifest")

    monkeypatch.setattr(loader, "render_to_string", fail)
    answer = errors.server_error(HttpRequest())
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/plain")
    assert answer.content.decode() == errors.LAST_RESORT


def test_a_lie_about_the_host_is_refused(client: Client, db: None) -> None:
    answer = client.get("/accounts/login/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "That did not work" in answer.content.decode()
    assert "evil.example" not in answer.content.decode()


def test_a_broken_request_is_answered_plainly() -> None:
    answer = response_for_exception(RequestFactory().get("/"), SuspiciousOperation("x"))
    assert answer.status_code == 400
    assert "Nothing has changed." in answer.content.decode()


def test_too_many_requests_say_how_long_to_wait(client: Client, db: None) -> None:
    request: Any = client.get("/accounts/login/").wsgi_request
    answer = errors.too_many_requests(request)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Wait one minute" in answer.content.decode()


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_a_page_without_a_request_follows_the_policy(name: str) -> None:
    words = loader.render_to_string(name)
    assert "<style" not in words
    assert "<script" not in words
    assert 'rel="stylesheet"' in words


def test_a_page_that_takes_only_forms_says_405(as_alice: Client, alice: Diarist) -> None:
    assert as_alice.get("/episodes/").status_code == 405
