"""Pages are compressed for our own pages and for whoever typed the address, never for a foreign page."""

import brotli
import pytest
from django.test import Client

from config.middleware import FIGURE_QUALITY, PAGE_QUALITY
from diary.models import Diarist
from tests.diary.diaries import episode_at


def sent(
    client: Client, path: str, takes: str = "gzip, br", site: str | None = "same-origin"
) -> tuple[str, bytes]:
    """How it is encoded, and what travels."""
    headers = {"Accept-Encoding": takes} | ({"Sec-Fetch-Site": site} if site else {})
    response = client.get(path, headers=headers)
    assert int(response.headers["Content-Length"]) == len(response.content)
    assert {"Accept-Encoding", "Sec-Fetch-Site"} <= set(response.headers["Vary"].split(", "))
    return response.headers.get("Content-Encoding", ""), response.content


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_who_is_here_gets_it_small(as_alice: Client, site: str) -> None:
    encoding, body = sent(as_alice, "/days/", site=site)
    assert encoding == "br"
    assert "Days" in brotli.decompress(body).decode()


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_a_foreign_page_learns_nothing_from_the_length(as_alice: Client, site: str | None) -> None:
    encoding, body = sent(as_alice, "/days/", site=site)
    assert (encoding, b"</html>" in body) == ("", True)


def test_who_does_not_take_it_gets_it_plain(as_alice: Client) -> None:
    assert sent(as_alice, "/days/", takes="gzip, deflate")[0] == ""


def test_a_figure_is_packed_tighter(as_alice: Client, alice: Diarist) -> None:
    for day in range(1, 20):
        episode_at(alice, f"2026-11-{day:02}", "10:00", strength=day % 4 + 1)
    for path, quality in (("/timeline/?until=2026-11-20", FIGURE_QUALITY), ("/days/", PAGE_QUALITY)):
        _, body = sent(as_alice, path)
        plain = brotli.decompress(body)
        sizes = {each: len(brotli.compress(plain, quality=each)) for each in (PAGE_QUALITY, FIGURE_QUALITY)}  # type: ignore[no-untyped-call]
        assert len(body) == sizes[quality]
