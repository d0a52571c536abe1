"""Moving day by day says what an assessment from scratch says, in every kind of diary.

Every third day is compared here; `python -m benchmarks.cohorts --compare` compares every one.
"""

from random import Random

import pytest

from benchmarks.cohorts.measure import simulate
from benchmarks.cohorts.places import cohort_places
from benchmarks.cohorts.scenarios import BY_NAME, SCENARIOS, Scenario
from tests.triage.written import answer, date, diary, twitch
from triage.rules.assess import Assessor, assess, replay
from triage.rules.history import SIDES, CheckRecord, DayRecord, EpisodeRecord, History, Side

Record = EpisodeRecord | DayRecord | CheckRecord


def differs(history: History, every: int = 1) -> list[str]:
    """The dates on which the two disagree."""
    return [
        day.isoformat()
        for number, (day, assessment) in enumerate(replay(history))
        if number % every == 0 and assessment != assess(history, today=day)
    ]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_day_of_a_cohort_diary(scenario: Scenario) -> None:
    _, history = simulate(scenario, seed=4, number=0, days=200)
    assert differs(history, every=3) == []


@pytest.mark.parametrize("number", range(3))
def test_diaries_that_are_written_late_and_with_gaps(number: int) -> None:
    _, history = simulate(BY_NAME["late and careless"], seed=5, number=number, days=120)
    assert differs(history) == []


@pytest.mark.parametrize("seed", range(4))
def test_a_diary_of_anything(seed: int) -> None:
    """Any place with any side or none, late or at once, marked days that twitched, answers that contradict."""
    rng = Random(seed)  # noqa: S311 - nothing secret
    places = [place for place, row in cohort_places().items() if row.limb in {"leg", "face", None}]
    entries = []
    for number in range(150):
        place, day = rng.choice(places), rng.randrange(90)
        sides: list[Side | None] = [None, *(side for side in SIDES if side in cohort_places()[place].sides)]
        late = rng.choice([None, 1, 40, 80, 400])
        strength, seconds = rng.choice([None, 1, 3, 4]), rng.choice([None, 20, 3600])
        entries.append(
            twitch(
                day,
                place,
                rng.choice(sides),
                strength=strength,
                seconds=seconds,
                hours_late=late,
                name=f"{number}",
            )
        )
    checks = [
        answer(rng.randrange(90), rng.choice(["walk", "speech", "lid_droop"]), rng.choice(["yes", "no", "unsure"]))
        for _ in range(12)
    ]
    unique = {check.id: check for check in checks}.values()
    assert differs(diary(entries, quiet=rng.sample(range(90), 30), checks=unique)) == []


def test_an_entry_from_before_the_diary_began() -> None:
    late = twitch(-9, hours_late=24 * 60)
    early = twitch(-2, hours_late=60)
    assert differs(diary([late, early, *(twitch(day) for day in range(0, 70, 2))])) == []


def test_dates_before_the_first_entry_are_quiet() -> None:
    assert assess(diary([twitch(5)]), today=date(0)).level == "quiet"


@pytest.mark.parametrize("scenario", SCENARIOS[::5], ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("seed", range(2))
def test_entries_that_come_after_the_history_was_read(scenario: Scenario, seed: int) -> None:
    """Added in any order and on any day, now and then after that day was assessed already."""
    _, history = simulate(scenario, seed=6, number=seed, days=200)
    rng = Random(seed)  # noqa: S311 - nothing secret
    records: list[Record] = [*history.episodes, *history.days, *history.checks]
    rng.shuffle(records)
    oldest = min(records, key=lambda record: record.date)
    held = [record for record in records if record is oldest or rng.random() < 0.7]
    waiting = [record for record in records if record not in held]
    assessor = Assessor(history_of(history, held))
    days = sorted({record.known_on for record in records})
    for number, day in enumerate(days):
        assessor.on(day)
        if number % 3 == 0 or number == len(days) - 1:
            count = len(waiting) if number == len(days) - 1 else rng.randrange(5)
            added, waiting = waiting[:count], waiting[count:]
            assessor.add(added)
            held += added
            assert assessor.on(day) == assess(history_of(history, held), today=day)
    assert waiting == []


def history_of(history: History, records: list[Record]) -> History:
    """Some of the records of a history."""
    return History(
        history.places,
        tuple(record for record in records if isinstance(record, EpisodeRecord)),
        tuple(record for record in records if isinstance(record, DayRecord)),
        tuple(record for record in records if isinstance(record, CheckRecord)),
    )
