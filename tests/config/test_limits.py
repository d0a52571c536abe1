"""What is too large or too many is refused before it costs anything."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.public_routes import PUBLIC_ROUTES
from diary.models import Diarist, Import
from tests.config.test_routes import ROUTES, address, everything
from tests.conftest import NOW
from tests.diary.test_api import token

MUCH = "x" * (django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


def test_no_route_takes_a_form_of_more_than_a_megabyte(as_alice: Client, alice: Diarist) -> None:
    before = everything()
    for name in ROUTES:
        url = address(name)
        for client in (as_alice, Client()):
            answer = client.post(url, f"note={MUCH}", content_type="application/x-www-form-urlencoded")
            # What is only read does not look at a body.
            read_only = {200} if name == "api:openapi-json" else set()
            assert answer.status_code in {302, 400, 401, 403, 404, 405, 413} | read_only, name
    assert everything() == before


@pytest.mark.parametrize("path", ["/episodes/", "/medicines/", "/settings/", "/accounts/login/", "/i18n/setlang/"])
@pytest.mark.parametrize(
    "body",
    [
        f"note={MUCH}",
        "&".join(f"f{n}=1" for n in range(django_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)),
    ],
    ids=["too large", "too many fields"],
)
def test_such_a_form_is_refused_plainly(as_alice: Client, path: str, body: str) -> None:
    if path == "/accounts/login/":
        as_alice.logout()
    answer = as_alice.post(path, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "That did not work" in answer.content.decode()


def test_too_many_fields_in_an_address_change_nothing(as_alice: Client) -> None:
    query = "&".join(f"f{n}=1" for n in range(3000))
    for path in ("/", "/days/", "/timeline/", "/doctor/", "/data/delete/spot/"):
        assert as_alice.get(f"{path}?{query}").status_code in {200, 400}, path


def test_too_many_files_in_one_form_are_refused(as_alice: Client) -> None:
    files: dict[str, Any] = {f"f{n}": SimpleUploadedFile(f"{n}.json", b"{}") for n in range(101)}
    assert as_alice.post("/data/import/", files).status_code == 400
    assert not Import.objects.exists()


def test_the_api_takes_no_more_than_a_form(alice: Diarist) -> None:
    headers = {"Authorization": f"Bearer {token(alice)}"}
    large = json.dumps({"location": "calf", "note": MUCH})
    answer = Client().post("/api/v1/episodes", large, "application/json", headers=headers)
    assert answer.status_code in {400, 413}
    assert answer.headers["Content-Type"] == "application/problem+json"
    deep = "[" * 100_000 + "]" * 100_000
    for body in (
        deep,
        '{"location": ' + deep + "}",
        "nan",
        "\ud800".encode("utf-8", "surrogatepass"),
        b"\xff\xfe",
    ):
        answer = Client().post("/api/v1/episodes", body, "application/json", headers=headers)
        assert answer.status_code in {400, 422}, body[:20]
    assert not alice.episodes.exists()


def test_a_zip_in_a_zip_is_no_way_in(as_alice: Client, alice: Diarist) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("episodes.csv", "x" * 1_000_000)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        for name in ("../../etc/cron.d/x", "/etc/passwd", "C:\\\\x", "episodes.csv"):
            archive.writestr(name, inner.getvalue())
    file = SimpleUploadedFile("../../x.zip", outer.getvalue())
    assert as_alice.post("/data/import/", {"file": file}).status_code == 302
    assert "/" not in alice.imports.get().file_name


def test_a_visitor_cannot_make_the_server_take_a_file_in() -> None:
    """Where nobody is signed in, a file is not even looked at."""
    for name in PUBLIC_ROUTES:
        file = SimpleUploadedFile("x.json", b"{}" * 1000)
        answer = Client().post(address(name), {"file": file})
        assert answer.status_code < 500, name
        assert not answer.wsgi_request.FILES, name
        cache.clear()
