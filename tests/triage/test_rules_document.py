"""docs/rules.md holds every rule, kind, level, sign and threshold, as the rules have them."""

import dataclasses
from pathlib import Path

import pytest

from triage.rules.answers import KIND_OF_SIGN
from triage.rules.findings import LEVEL_OF_KIND, LEVELS, RULES_OF_KIND
from triage.rules.thresholds import RULES_VERSION, all_thresholds

DOCUMENT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()


def rows(start: str) -> list[list[str]]:
    """The rows of all tables whose first cell begins with `start`."""
    lines = [line for line in DOCUMENT.splitlines() if line.startswith(f"| {start}")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_threshold_stands_there_as_it_is() -> None:
    expected = [
        [f"`{name}`", f"{one.value:g}", one.meaning, one.source, one.safe]
        for name, one in all_thresholds().items()
    ]
    assert [row for row in rows("`") if row[0].strip("`").isupper()] == expected


def test_every_kind_stands_there_with_its_rule_and_level() -> None:
    listed = [row[:3] for row in rows("`") if row[1] in {f"`{rule}`" for rule in RULES_OF_KIND}]
    expected = [
        [f"`{kind}`", f"`{rule}`", f"`{LEVEL_OF_KIND[kind]}`"]
        for rule, kinds in RULES_OF_KIND.items()
        for kind in kinds
    ]
    assert listed == expected


def test_every_kind_belongs_to_one_rule() -> None:
    kinds = [kind for listed in RULES_OF_KIND.values() for kind in listed]
    assert sorted(kinds) == sorted(LEVEL_OF_KIND)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_explained(level: str) -> None:
    assert f"- `{level}`: " in DOCUMENT


def test_every_sign_stands_there_with_its_kind_and_source() -> None:
    listed = {row[0].strip("`"): row[1].strip("`") for row in rows("`") if row[0].strip("`") in KIND_OF_SIGN}
    assert listed == dict(KIND_OF_SIGN)


def test_the_version_is_that_of_the_rules() -> None:
    assert f"Rules version {RULES_VERSION}." in DOCUMENT


@pytest.mark.parametrize("one", all_thresholds().values())
def test_a_threshold_says_what_and_why(one: object) -> None:
    assert dataclasses.is_dataclass(one)
    meaning, source, safe = getattr(one, "meaning", ""), getattr(one, "source", ""), getattr(one, "safe", "")
    assert len(meaning) > 15
    assert source
    assert safe in {"lower", "higher", "neither"}


def test_the_figures_of_ten_diaries_a_scenario_are_not_those_of_a_diagnosis() -> None:
    """No code of a diagnosis may occur in what the rules say."""
    assert "G12.21" not in DOCUMENT
