"""`docs/security.md` names what is there: tests, files, routes, limits, and every requirement of the standard."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from config.public_routes import WITHOUT_TOKEN
from diary import api_access
from diary.tokens import MOST_TOKENS
from triage.sharing import LONGEST_DAYS, USUAL_DAYS
from triage.views import share

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
STATES = {"met", "in part", "not met", "does not apply"}
# The requirements of levels 1 and 2 in OWASP ASVS 5.0.0, a section a line: the level of each number, - for level 3
# and beyond. V10 (OAuth and OIDC) and V17 (WebRTC) are about what is not here.
STANDARD = """
1.1 22         1.2 111112222-  1.3 11222222222- 1.4 222        1.5 12-
2.1 122        2.2 112         2.3 1222-        2.4 2-
3.1 -          3.2 11-         3.3 1222-        3.4 112222--  3.5 11122---
3.6 -          3.7 22---
4.1 122--      4.2 2----       4.3 22           4.4 1222
5.1 2          5.2 112---      5.3 11-          5.4 222
6.1 122        6.2 111111112222 6.3 1122----    6.4 1122--     6.5 22222---
6.6 222-       6.7 --          6.8 2222
7.1 222        7.2 1111        7.3 22           7.4 11222      7.5 22-      7.6 22
8.1 12--       8.2 112-        8.3 1--          8.4 2-
9.1 111        9.2 1222
11.1 22--      11.2 222--      11.3 112--       11.4 1222      11.5 2-      11.6 2-   11.7 --
12.1 122--     12.2 11         12.3 2222-
13.1 2---      13.2 22222-     13.3 22--        13.4 12222--
14.1 22        14.2 1222----   14.3 122
15.1 122--     15.2 122--      15.3 1222222     15.4 ----
16.1 2         16.2 22222      16.3 2222        16.4 222       16.5 222-
"""
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| ([^|]+) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
ROWS = [tuple(cell.strip() for cell in row) for row in ROW.findall(TEXT)]
NAMED = sorted(set(re.findall(r"`((?:tests|config|diary|triage)/[\w/]+\.py(?:::\w+)?)`", TEXT)))


def required() -> dict[str, str]:
    """The level of every requirement of levels 1 and 2 by its number."""
    sections = re.findall(r"(\d+\.\d+) ([-12]+)(?=\s|$)", STANDARD)
    return {
        f"{section}.{n}": level
        for section, levels in sections
        for n, level in enumerate(levels, start=1)
        if level != "-"
    }


def test_every_requirement_of_levels_1_and_2_is_answered_once_in_order() -> None:
    assert {number: level for number, level, *_ in ROWS} == required()
    numbers = [tuple(map(int, row[0].split("."))) for row in ROWS]
    assert numbers == sorted(set(numbers))


def test_every_answer_is_one_of_four_and_says_why_where_it_is_no_yes() -> None:
    for number, _, short, state, why, test in ROWS:
        assert state in STATES, number
        assert short, number
        assert state == "met" or len(why) > 3, number
        assert state != "not met" or len(why) > 20, number
        assert test or why or state == "met", number


def test_the_counts_are_right() -> None:
    counts = Counter(row[3] for row in ROWS)
    said = (
        f"{len(ROWS)} requirements: {counts['met']} met, {counts['in part']} in part, {counts['not met']} not met, "
        f"{counts['does not apply']} do not apply."
    )
    assert said in TEXT


@pytest.mark.parametrize("name", NAMED)
def test_every_test_and_file_that_is_named_exists(name: str) -> None:
    path, _, test = name.partition("::")
    assert (ROOT / path).is_file()
    if test:
        assert re.search(rf"^def {test}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_many_are_named() -> None:
    assert len([name for name in NAMED if "::" in name]) > 60
    assert {row[5].strip("`") for row in ROWS if row[5]} <= set(NAMED)


def test_the_forms_without_a_token_are_those_of_the_code() -> None:
    assert dict(re.findall(r"^\| `([\w:]+)` \| (.+) \|$", TEXT, re.MULTILINE)) == WITHOUT_TOKEN


def test_the_limits_are_those_of_the_code() -> None:
    wrong = settings.ACCOUNT_RATE_LIMITS["login_failed"]
    assert (wrong, settings.LOGIN_WAIT_SECONDS) == ("10/m/ip,5/300s/key", 300)
    assert "5 in 5 minutes a name, 10 a minute from one address" in TEXT
    assert (share.VISITS["share"], share.TRIES["passphrase"]) == ("60/m/ip", "10/m/ip,5/15m/key")
    assert "60 visits a minute from one address, wrong ones too; 5 passphrases in 15 minutes a link" in TEXT
    assert (api_access.RATE, api_access.WRONG_TOKENS_RATE) == ("120/m/key", "20/m/ip")
    assert "120 requests a minute a token; 20 wrong tokens a minute from one address" in TEXT
    assert (settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS) == (1_000_000, 500)
    assert f"| access tokens | {MOST_TOKENS} a person |" in TEXT
    assert f"an end ({USUAL_DAYS} days by default, {LONGEST_DAYS} at most)" in TEXT
    assert settings.SESSION_COOKIE_AGE == 60 * 24 * 60 * 60
    assert "lasts 60 days" in TEXT
