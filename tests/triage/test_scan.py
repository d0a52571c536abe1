"""The stored findings of a diary: reused, brought up to date, carried over, closed, withdrawn, never deleted."""

import datetime as dt
import threading
import uuid

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from diary import recording
from diary.models import Diarist, Episode, SignCheck
from diary.moments import at_wall_clock
from tests.conftest import BERLIN, NOW
from tests.triage.written import all_no
from triage import scan
from triage.models import Assessment, Finding
from triage.reader import read_history
from triage.rules.assess import assess

TODAY = dt.date(2026, 11, 23)


def day(back: int) -> dt.date:
    """So many days before today."""
    return TODAY - dt.timedelta(days=back)


def twitch(diarist: Diarist, back: int, location: str = "calf", side: str = "left", strength: int = 2) -> Episode:
    """An episode at noon, so many days ago, written down at once."""
    row = Episode(location=location, side=side, strength=strength, duration_seconds=600)
    row.moment = at_wall_clock(day(back), dt.time(12), BERLIN)
    row.recorded_at = row.started_at
    return recording.log_episode(diarist, row).episode


def answer(diarist: Diarist, back: int, sign: str, said: str = "yes") -> SignCheck:
    """An answer in the evening, so many days ago."""
    at = dt.datetime.combine(day(back), dt.time(20), dt.UTC)
    return recording.record_signs(diarist, [SignCheck(date=day(back), sign=sign, answer=said, recorded_at=at)])[0]


def findings(diarist: Diarist, today: dt.date = TODAY) -> list[tuple[str, str]]:
    """Kind and day of onset of what is open."""
    diarist.refresh_from_db()
    return [(row.kind, row.since.isoformat()) for row in scan.current(diarist, today).findings]


@pytest.fixture
def calf(alice: Diarist) -> list[Episode]:
    """Sixteen days of a left calf, today the last."""
    return [twitch(alice, back) for back in range(15, -1, -1)]


def test_an_empty_diary_is_quiet(alice: Diarist) -> None:
    now = scan.current(alice, TODAY)
    assert (now.assessment.level, now.findings) == ("quiet", [])
    assert now.assessment.looked_for == ["signs", "worsening", "spread", "persistence"]


def test_a_finding_is_stored_with_what_it_rests_on(alice: Diarist, calf: list[Episode]) -> None:
    alice.refresh_from_db()
    now = scan.current(alice, TODAY)
    (row,) = now.findings
    assert (row.kind, row.level, row.location, row.side, row.since) == ("flag", "talk", "calf", "left", day(15))
    assert (row.opened_on, row.closed_on, row.closed_why) == (day(2), None, "")
    assert row.evidence["twitch_days"] == 15
    assert set(row.entry_ids) == {str(episode.pk) for episode in calf[-15:]}
    assert now.assessment.quality["recorded_days"] == 16
    assert now.assessment.entries == 16


def test_the_rules_read_the_rows_as_the_replay_reads_a_file(alice: Diarist, calf: list[Episode]) -> None:
    answer(alice, 2, "write")
    history = read_history(alice, TODAY)
    said = assess(history, today=TODAY)
    assert [finding.kind for finding in said.findings] == ["loss", "flag"]
    assert [(e.date, e.started_at.utcoffset()) for e in history.episodes][:1] == [(day(15), dt.timedelta(hours=1))]


def test_nothing_changed_costs_two_queries(
    alice: Diarist, calf: list[Episode], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alice.refresh_from_db()
    made = scan.current(alice, TODAY).assessment.made_at
    with django_assert_num_queries(2):
        assert scan.current(alice, TODAY).assessment.made_at == made


def test_a_diary_that_grew_asks_as_often(alice: Diarist, calf: list[Episode]) -> None:
    counts = []
    for _ in range(2):
        scan.bring_up_to_date(alice, TODAY)
        with CaptureQueriesContext(connection) as captured:
            scan.bring_up_to_date(alice, TODAY)
        counts.append(len(captured))
        for back in range(300, 20, -1):
            twitch(alice, back, ("calf", "shin", "lid_lower", "arm_front")[back % 4])
    assert counts[0] == counts[1]


def test_a_write_a_new_day_and_new_rules_each_ask_for_a_new_look(
    alice: Diarist, calf: list[Episode], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.refresh_from_db()
    first = scan.current(alice, TODAY).assessment
    assert scan.is_fresh(first, alice, TODAY)
    assert not scan.is_fresh(first, alice, day(-1))
    monkeypatch.setattr(scan, "RULES_VERSION", "next")
    assert not scan.is_fresh(first, alice, TODAY)
    monkeypatch.undo()
    recording.mark_no_twitches(alice, day(40))
    alice.refresh_from_db()
    assert not scan.is_fresh(first, alice, TODAY)


def test_the_same_finding_keeps_its_row_from_day_to_day(alice: Diarist) -> None:
    for back in range(15, 1, -1):
        twitch(alice, back)
    assert findings(alice, day(2)) == [("fourteen_days", day(15).isoformat())]
    (row,) = Finding.objects.all()
    twitch(alice, 1)
    assert findings(alice, day(1)) == [("flag", day(15).isoformat())]
    changed = Finding.objects.get()
    assert (changed.pk, changed.opened_on, changed.changed_on) == (row.pk, day(2), day(1))


def test_a_finding_is_over_when_its_rule_says_so(alice: Diarist, calf: list[Episode]) -> None:
    findings(alice)
    assert findings(alice, day(-27)) == [("flag", day(15).isoformat())]
    assert findings(alice, day(-28)) == []
    row = Finding.objects.get()
    assert (row.closed_on, row.closed_why) == (day(-28), "over")


def test_a_finding_is_withdrawn_when_its_entries_are_deleted_and_comes_back_with_them(
    alice: Diarist, calf: list[Episode]
) -> None:
    findings(alice)
    deleted = [recording.delete_episode(alice, episode.pk) for episode in calf[6:]]
    assert findings(alice) == []
    row = Finding.objects.get()
    assert (row.closed_on, row.closed_why) == (TODAY, "withdrawn")
    for episode in deleted:
        assert episode is not None
        recording.log_episode(alice, episode)
    assert findings(alice, day(-1)) == [("flag", day(15).isoformat())]
    again = Finding.objects.get()
    assert (again.pk, again.opened_on, again.closed_on) == (row.pk, day(2), None)


def test_a_finding_is_withdrawn_when_days_beneath_it_are_marked_later(alice: Diarist) -> None:
    for back in (20, 18, 16, 14, 12, 10, 8, 6):
        twitch(alice, back)
    kinds = findings(alice, day(6))
    assert [kind for kind, _ in kinds] == ["ask"]
    for back in (19, 17, 15, 13, 11, 9, 7):
        recording.mark_no_twitches(alice, day(back))
    assert [kind for kind, _ in findings(alice, day(5))] == ["fourteen_days"]
    for back in (18, 16, 14, 12):
        alice.episodes.filter(local_date=day(back)).delete()
    recording.mark_no_twitches(alice, day(18))
    assert findings(alice, day(4)) == []
    assert Finding.objects.get().closed_why == "withdrawn"


def test_an_earlier_first_day_is_the_same_finding(alice: Diarist, calf: list[Episode]) -> None:
    findings(alice)
    scan.acknowledge(alice, Finding.objects.values_list("pk", flat=True), TODAY)
    twitch(alice, 17)
    assert findings(alice) == [("flag", day(17).isoformat())]
    row = Finding.objects.get()
    assert row.is_quiet
    assert row.acknowledged_on == TODAY


def test_what_was_discussed_is_news_again_when_it_grows(alice: Diarist) -> None:
    for back in range(15, 1, -1):
        twitch(alice, back)
    findings(alice, day(2))
    assert scan.acknowledge(alice, Finding.objects.values_list("pk", flat=True), day(2)) == 1
    assert Finding.objects.get().is_quiet
    Finding.objects.update(seen_on=day(2))
    twitch(alice, 1)
    findings(alice, day(1))
    row = Finding.objects.get()
    assert (row.kind, row.is_quiet, row.seen_on) == ("flag", False, None)
    scan.take_back_acknowledgement(alice, row.pk)
    assert Finding.objects.get().acknowledged_on is None


def test_a_sign_closes_with_back_to_normal_and_is_withdrawn_when_the_answer_is_deleted(alice: Diarist) -> None:
    said = answer(alice, 3, "buttons")
    assert findings(alice) == [("loss", day(3).isoformat())]
    answer(alice, 1, "buttons", "no")
    assert findings(alice) == []
    assert Finding.objects.get().closed_why == "over"
    Finding.objects.all().delete()
    Assessment.objects.all().delete()
    other = answer(alice, 0, "jars")
    findings(alice)
    recording.delete_sign(alice, other.pk)
    assert findings(alice) == []
    assert Finding.objects.get(key__contains="jars").closed_why == "withdrawn"
    assert said.pk != other.pk


def test_an_answer_of_late_evening_far_in_the_west_counts_at_once(alice: Diarist) -> None:
    alice.time_zone = "America/Los_Angeles"
    alice.save()
    at = dt.datetime(2026, 11, 24, 5, 30, tzinfo=dt.UTC)  # 21:30 on the 23rd
    recording.record_signs(alice, [SignCheck(date=TODAY, sign="swallow", answer="yes", recorded_at=at)])
    assert findings(alice) == [("same_day", TODAY.isoformat())]
    alice.time_zone = "Europe/Berlin"  # and in a zone that the person has not set
    alice.save()
    Assessment.objects.all().delete()
    assert findings(alice) == [("same_day", TODAY.isoformat())]


def test_the_calm_finding_is_earned_again_as_a_new_one(alice: Diarist) -> None:
    for back in range(60, -1, -1):
        if back % 7 in {3, 4}:
            twitch(alice, back)
        else:
            recording.mark_no_twitches(alice, day(back))
    for check in all_no(0):
        answer(alice, 10, check.sign, "no")
    assert findings(alice) == [("earned", TODAY.isoformat())]
    yes = answer(alice, 0, "jars")
    assert findings(alice) == [("loss", TODAY.isoformat())]
    recording.delete_sign(alice, yes.pk)
    assert findings(alice, day(-1)) == [("earned", day(-1).isoformat())]
    assert Finding.objects.get(rule="reassurance").opened_on == day(-1)


def test_a_diary_that_is_looked_at_for_the_first_time_brings_its_past(alice: Diarist) -> None:
    for back in range(200, 184, -1):
        twitch(alice, back)
    for back in range(30, 2, -1):
        twitch(alice, back, "lid_lower")
    answer(alice, 150, "jars")
    answer(alice, 140, "jars", "no")
    assert findings(alice) == [("flag", day(30).isoformat())]
    rows = Finding.objects.order_by("opened_on").values_list(
        "kind", "location", "opened_on", "closed_on", "closed_why"
    )
    assert list(rows) == [
        ("flag", "calf", day(187), day(157), "over"),
        ("loss", "", day(150), day(140), "over"),
        ("flag", "lid_lower", day(17), None, ""),
    ]
    open_one = Finding.objects.get(closed_on=None)
    assert open_one.seen_on is None
    assert len(open_one.digest) == 64
    # The next look finds nothing to change.
    before = list(Finding.objects.order_by("pk").values())
    scan.bring_up_to_date(alice, TODAY)
    assert list(Finding.objects.order_by("pk").values()) == before


def test_a_stranger_has_nothing_of_it(alice: Diarist, charlie: Diarist, calf: list[Episode]) -> None:
    findings(alice)
    assert findings(charlie) == []
    mine = list(Finding.objects.values_list("pk", flat=True))
    assert scan.acknowledge(charlie, mine, TODAY) == 0
    assert Finding.objects.get().acknowledged_on is None
    assert scan.acknowledge(alice, [uuid.uuid4()], TODAY) == 0


@pytest.mark.django_db(transaction=True)
def test_scans_at_the_same_time_store_each_finding_once(alice: Diarist) -> None:
    for back in range(15, -1, -1):
        twitch(alice, back)
    faults: list[BaseException] = []

    def look() -> None:
        try:
            scan.bring_up_to_date(Diarist.objects.get(pk=alice.pk), TODAY)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Finding.objects.count() == 1
    assert Assessment.objects.get().level == "talk"


@pytest.mark.django_db(transaction=True)
def test_a_diary_that_changes_while_it_is_read_is_read_again(
    alice: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    for back in range(15, 0, -1):
        twitch(alice, back)
    judge, calls = scan._judge, 0

    def judge_late(*args: object, **options: object) -> scan.Judged:
        nonlocal calls
        calls += 1
        judged = judge(*args, **options)  # type: ignore[arg-type]
        if calls == 1:
            twitch(alice, 0)
        return judged

    monkeypatch.setattr(scan, "_judge", judge_late)
    stored = scan.bring_up_to_date(alice, TODAY)
    alice.refresh_from_db()
    assert calls == 2
    assert (stored.entries, stored.revision) == (16, alice.revision)
    assert connection.in_atomic_block is False
    assert NOW.date() == TODAY


def test_while_the_diary_never_rests_it_is_what_was_found_before(
    as_alice: Client, alice: Diarist, calf: list[Episode], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> Assessment:
        raise scan.Restless

    bring = scan.bring_up_to_date
    monkeypatch.setattr(scan, "bring_up_to_date", never)
    with pytest.raises(scan.Restless):
        scan.current(alice, TODAY)
    bring(alice, TODAY)
    twitch(alice, 0, "shin")
    alice.refresh_from_db()
    (finding,) = scan.current(alice, TODAY).findings
    assert finding.location == "calf"
    with time_machine.travel(NOW, tick=False):
        assert ">See why</a>" in as_alice.get("/").content.decode()
