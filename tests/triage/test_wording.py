"""Every kind of finding has its words, in every language, and none of them is a diagnosis or an alarm."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from benchmarks.cohorts.measure import simulate
from benchmarks.cohorts.scenarios import BY_NAME
from tests.triage.written import answer, date, diary, twitch
from triage.following import closing, plain
from triage.models import Finding
from triage.rules import findings as said
from triage.rules.answers import KIND_OF_SIGN
from triage.rules.assess import assess, replay
from triage.rules.findings import LEVEL_OF_KIND
from triage.rules.history import Answer
from triage.wording import level_words, looked_for_words, say, source_words

NEVER = re.compile(
    r"\b(ALS|MND|(?i:motor neurone disease|cancer|tumou?r|you have an? |diagnos|fatal|deadly|alarm))",
)


def row(finding: said.Finding) -> Finding:
    """As it is stored."""
    return Finding(
        key=finding.key,
        rule=finding.rule,
        kind=finding.kind,
        level=finding.level,
        since=finding.since,
        location=finding.location or "",
        side=finding.side or "",
        evidence=plain(finding.evidence),
        closes_when=closing(finding),
        entry_ids=list(finding.entry_ids),
    )


def collect() -> dict[str, Finding]:
    """One finding of every kind, out of diaries of the cohorts and some written ones."""
    rows: dict[str, Finding] = {}
    names = (
        "worsening 12 weeks",
        "spread fast",
        "persistent, easing",
        "steep, diary before",
        "benign intermittent",
    )
    histories = [simulate(BY_NAME[name], seed=seed, number=0, days=240)[1] for name in names for seed in (1, 2, 3)]
    eye = [twitch(day, "lid_lower") for day in range(60)]
    histories += [
        diary([*eye, *(twitch(day, "cheek") for day in range(20, 60))]),
        diary([twitch(day, side=side) for day in range(0, 60, 3) for side in ("left", "right")]),
        diary([twitch(day, place) for day in range(0, 60, 3) for place in ("calf", "arm_front")]),
        diary(twitch(day) for day in (0, 2, 4, 5, 7, 9, 11, 12, 14)),
    ]
    for history in histories:
        for _, assessment in replay(history):
            for finding in assessment.findings:
                rows.setdefault(finding.kind, row(finding))
    answers: list[tuple[str, Answer]] = [(sign, "yes") for sign in KIND_OF_SIGN]
    for sign, given in [*answers, ("jars", "unsure"), ("stairs", "tired_only")]:
        for course in (None, "worse"):
            checks = [answer(0, sign, given, location="hand_web", side="right", course=course)]
            for finding in assess(diary(checks=checks), today=date(0)).findings:
                rows.setdefault(f"{finding.kind}:{sign}", row(finding))
                rows.setdefault(finding.kind, row(finding))
    return rows


ROWS = collect()


def test_every_kind_is_here() -> None:
    assert set(LEVEL_OF_KIND) <= set(ROWS)


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
@pytest.mark.parametrize("name", sorted(ROWS))
def test_what_is_said_is_whole(name: str, language: str) -> None:
    with translation.override(language):
        words = say(ROWS[name], date(240))
    for part in ("name", "line", "sentence", "meaning", "to_do", "would_change"):
        text = getattr(words, part)
        assert len(text) > 5
        assert "%(" not in text
        assert "None" not in text
        assert not NEVER.search(text), text
        assert "!" not in text
    assert words.sentence.endswith(".")


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_sentences_are_short_enough_to_read_at_night(name: str) -> None:
    words: Any = say(ROWS[name], date(240))
    for part in ("line", "meaning", "to_do", "would_change"):
        for sentence in re.split(r"(?<=[.?:;])\s", getattr(words, part)):
            assert len(sentence.split()) <= 26, sentence


def test_levels_rules_and_sources_have_their_words() -> None:
    for level in ("urgent", "soon", "talk", "note", "calm"):
        assert level_words(level)
    assert level_words("quiet") == ""
    for rule in ("persistence", "spread", "worsening", "signs"):
        assert len(looked_for_words(rule)) > 20
    for rule in said.RULES_OF_KIND:
        assert len(source_words(rule)) > 20


def test_a_lid_is_told_that_lids_take_longer() -> None:
    lid = next(
        finding
        for finding in assess(diary(twitch(day, "lid_lower") for day in range(16)), today=date(15)).findings
        if finding.rule == "persistence"
    )
    assert "Doctors usually wait up to three months" in say(row(lid), date(15)).meaning
    assert "three months" not in say(ROWS["flag"], date(15)).meaning or ROWS["flag"].evidence["eyelid"]


PLAIN = {
    # What the diary saw or will do, without a word about medicine.
    "The last week was clearly milder than the two before it.",
    "Too many days are not recorded to tell whether it has been there most of the time.",
    "So the diary asks instead of guessing.",
    "It has come back for two weeks, but not on most days.",
    "Here new places came while the first ones went on.",
    "More than one place is still worth a mention, says the NHS.",
    "It is not the same as twitching that spreads over the body.",
    "Compared with your own past only.",
    "The last weeks rank high among yours, but not clearly enough to say more.",
    "It may be chance.",
    "It gets worse, or it is where it twitches, so don't put it off.",
    "A diary can't rule anything out, but there is nothing here to act on.",
}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_statement_about_medicine_has_its_source(name: str) -> None:
    document = (settings.BASE_DIR / "docs" / "rules.md").read_text()
    sources = dict(re.findall(r"^\| ([^|`]+) \| ([^|]+) \|$", document, re.MULTILINE))
    left = say(ROWS[name], date(240)).meaning
    for statement in sorted(sources, key=len, reverse=True):
        left = left.replace(statement, "")
    for sentence in sorted(PLAIN, key=len, reverse=True):
        left = left.replace(sentence, "")
    assert left.strip() == ""
