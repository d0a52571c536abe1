"""The patterns page: what is said and in which order, the question it asks, what was discussed, earlier findings."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from diary import recording
from diary.models import Diarist
from tests.conftest import NOW
from tests.triage.test_scan import answer, day, twitch
from tests.triage.written import all_no
from triage import scan
from triage.models import Finding
from triage.views import patterns as page

TODAY = NOW.date()
SECRET = "secret-note"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def words(client: Client, path: str = "/patterns/", **options: Any) -> str:
    """What a page says, without its marks."""
    page = client.get(path, **options)
    assert page.status_code == 200
    return plain(page.content.decode())


def plain(html: str) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def write_calf(diarist: Diarist) -> None:
    """Sixteen days of a left calf, two of them missing and one marked as clear."""
    for back in range(15, -1, -1):
        if back == 5:
            recording.mark_no_twitches(diarist, day(back))
        elif back not in {8, 9}:
            twitch(diarist, back, strength=2 if back > 7 else 3)


def write_ask(diarist: Diarist) -> None:
    """A calf on nine of fifteen days, the others not recorded."""
    for back in (14, 12, 10, 9, 7, 5, 3, 2, 0):
        twitch(diarist, back)


def finding() -> Finding:
    """The only one."""
    return Finding.objects.get()


def test_a_lasting_twitch_says_numbers_that_a_person_can_check(as_alice: Client, alice: Diarist) -> None:
    write_calf(alice)
    said = words(as_alice)
    assert "Worth a talk with a doctor Still there after two weeks Common and usually harmless" in said
    assert (
        "Left calf: day 16 since it began on Sunday 8 November; on 12 of the last 15 days, 1 clear, 2 not recorded; "
        "strength 2 of 4 in the first week, 3 in the latest." in said
    )
    assert "Recorded on 14 of the last 28 days, 1 of them without twitches." in said
    assert "It closes with 7 more days recorded without a twitch there, or after 4 weeks without one." in said


def test_the_strip_shows_three_kinds_of_day(as_alice: Client, alice: Diarist) -> None:
    write_calf(alice)
    page = as_alice.get("/patterns/").content.decode()
    strip = re.findall(r'<i\s+class="([^"]+)"\s*>', page)
    assert len(strip) == 28
    assert strip[:12] == ["kind-open"] * 12
    assert strip[12:] == [
        *["kind-twitch l2"] * 6,
        "kind-open",
        "kind-open",
        "kind-twitch l3",
        "kind-twitch l3",
        "kind-clear",
        *["kind-twitch l3"] * 5,
    ]


def test_what_is_lost_stands_above_what_gets_worse_above_what_lasts(as_alice: Client, alice: Diarist) -> None:
    for back in range(120, -1, -1):
        week = (120 - back) // 7
        if back % 7 < 1 + week // 3:
            twitch(alice, back, strength=min(1 + week // 5, 4))
        else:
            recording.mark_no_twitches(alice, day(back))
    answer(alice, 1, "buttons")
    said = words(as_alice)
    order = ["Book an appointment soon", "Getting stronger, longer or more frequent", "Looked for, and not found"]
    assert [said.index(name) for name in order] == sorted(said.index(name) for name in order)
    row = Finding.objects.get(rule="worsening")
    assert f"It closes when the score of a recorded day stays at {row.closes_when['per_observed_day']:.1f}" in said
    page = as_alice.get("/patterns/").content.decode()
    bars = [float(height) for height in re.findall(r'class="bar"[^>]*height="([\d.]+)"', page)]
    # Weeks that were joined because few of their days are recorded share one score.
    scores = [week["score"] for week in row.evidence["weeks"] for _ in range(week["days"] // 7)]
    assert bars == [max(round(score / 7 * 56, 1), 1) for score in scores]


def test_an_emergency_stands_first_with_the_number_of_the_country(as_alice: Client, alice: Diarist) -> None:
    Diarist.objects.filter(pk=alice.pk).update(country="GB")
    write_calf(alice)
    answer(alice, 0, "sudden_weakness")
    said = words(as_alice)
    assert said.index("Call 999") < said.index("Still there after two weeks")
    today = as_alice.get("/").content.decode()
    assert today.index('href="tel:999"') < today.index("My spots")


def test_an_empty_diary_and_a_thin_one_promise_nothing(as_alice: Client, alice: Diarist) -> None:
    assert "Nothing to look at yet" in words(as_alice)
    for back in range(28, 21, -1):
        twitch(alice, back)
    said = words(as_alice)
    assert "Not enough days yet" in said
    assert "Getting worse: can't be told yet; needs 5 more weeks with three recorded days each." in said
    assert "Spread: can't be told yet; needs 4 more weeks" in said


def test_what_was_looked_for_and_not_found_is_listed(as_alice: Client, alice: Diarist) -> None:
    for back in range(60, -1, -1):
        recording.mark_no_twitches(alice, day(back))
        if back % 20 == 0:
            recording.unmark_no_twitches(alice, day(back))
            twitch(alice, back)
    said = words(as_alice)
    assert "Nothing stands out" in said
    assert "Getting worse: no clear rise in how often, how strong or how long." in said
    assert "Loss of function: nothing noted that your muscles can no longer do." in said


def test_the_calm_card_is_earned(as_alice: Client, alice: Diarist) -> None:
    for back in range(60, -1, -1):
        if back % 7 in {3, 4}:
            twitch(alice, back)
        else:
            recording.mark_no_twitches(alice, day(back))
    assert "usually harmless" not in words(as_alice)
    for check in all_no(0):
        answer(alice, 10, check.sign, "no")
    alice.refresh_from_db()
    said = words(as_alice)
    assert (
        "Left calf: the only place in the last 28 days; 28 of them recorded, 20 without any twitch; nothing lost in "
        "the function check." in said
    )
    assert "I've discussed this" not in said
    assert "The pattern that is usually harmless" in words(as_alice, "/")


def test_asked_about_days_that_are_not_recorded_one_tap_fills_them(as_alice: Client, alice: Diarist) -> None:
    write_ask(alice)
    assert "6 days are not recorded (10 to 22 November). Was it there on them?" in words(as_alice)
    page = as_alice.post(f"/patterns/{finding().pk}/answer/", {"answer": "yes"}, follow=True)
    assert "Left calf: noted for 6 days, from memory." in plain(page.content.decode())
    filled = alice.episodes.filter(start_time_known=False)
    assert {row.local_date for row in filled} == {day(back) for back in (13, 11, 8, 6, 4, 1)}
    assert {(row.location, row.side, row.strength, row.recorded_at) for row in filled} == {
        ("calf", "left", None, NOW)
    }
    assert finding().kind == "flag"
    # Sent twice it is stored once; Undo takes exactly these back.
    undo = re.search(r'name="undo" value="([^"]+)"', page.content.decode())
    assert undo is not None
    as_alice.post(f"/patterns/{finding().pk}/answer/", {"answer": "yes"})
    assert filled.count() == 6
    as_alice.post(f"/patterns/{finding().pk}/answer/", {"undo": unescape(undo[1])})
    assert alice.episodes.count() == 9
    words(as_alice)
    assert finding().kind == "ask"


def test_asked_and_there_was_nothing_the_days_are_marked(as_alice: Client, alice: Diarist) -> None:
    write_ask(alice)
    words(as_alice)
    page = as_alice.post(f"/patterns/{finding().pk}/answer/", {"answer": "no"}, follow=True)
    assert "6 days noted as free of twitches." in plain(page.content.decode())
    assert alice.days.filter(no_twitches=True).count() == 6
    undo = re.search(r'name="undo" value="([^"]+)"', page.content.decode())
    assert undo is not None
    as_alice.post(f"/patterns/{finding().pk}/answer/", {"undo": unescape(undo[1])})
    assert not alice.days.exists()


def test_i_do_not_know_sets_the_question_aside(as_alice: Client, alice: Diarist) -> None:
    write_ask(alice)
    words(as_alice)
    as_alice.post(f"/patterns/{finding().pk}/answer/", {"answer": "unknown"})
    said = words(as_alice)
    assert "Set aside (1)" in said
    assert "You don't remember" in said
    assert alice.episodes.count() == 9


@pytest.mark.parametrize("given", [{}, {"answer": "perhaps"}, {"undo": "nonsense"}])
def test_any_other_answer_is_no_page(as_alice: Client, alice: Diarist, given: dict[str, str]) -> None:
    write_ask(alice)
    words(as_alice)
    assert as_alice.post(f"/patterns/{finding().pk}/answer/", given).status_code == 404
    assert as_alice.get("/patterns/", {"noted": "nonsense"}).status_code == 200


def test_what_was_discussed_is_quiet_until_it_grows(as_alice: Client, alice: Diarist) -> None:
    for back in range(14, 0, -1):
        twitch(alice, back)
    assert "Two weeks in one place, on and off" in words(as_alice)
    as_alice.post(f"/patterns/{finding().pk}/discussed/", {"on": day(1).isoformat()})
    said = words(as_alice)
    assert "Set aside (1)" in said
    assert "Discussed on 22 Nov" in said
    assert "Two weeks" not in words(as_alice, "/")
    twitch(alice, 0)
    assert "Left calf: still there after two weeks." in words(as_alice, "/")
    assert "Set aside" not in words(as_alice)


def test_a_discussion_can_be_taken_back(as_alice: Client, alice: Diarist) -> None:
    write_calf(alice)
    words(as_alice)
    as_alice.post(f"/patterns/{finding().pk}/discussed/", {"on": TODAY.isoformat()})
    as_alice.post(f"/patterns/{finding().pk}/discussed/", {"undo": "1"})
    assert finding().acknowledged_on is None


@pytest.mark.parametrize(
    ("on", "wrong"),
    [
        ("2026-11-24", "This day has not come yet."),
        ("soon", "This is not a date."),
        ("", "Please choose the day."),
    ],
)
def test_a_wrong_day_is_said_beside_the_field_and_kept(
    as_alice: Client, alice: Diarist, on: str, wrong: str
) -> None:
    write_calf(alice)
    words(as_alice)
    page = as_alice.post(f"/patterns/{finding().pk}/discussed/", {"on": on})
    assert page.status_code == 422
    html = page.content.decode()
    assert wrong in html
    assert f'value="{on}"' in html or not on
    assert finding().acknowledged_on is None


def test_it_is_announced_once(as_alice: Client, alice: Diarist) -> None:
    write_calf(alice)
    first = words(as_alice, "/")
    assert "Left calf: still there after two weeks. That is common and usually harmless" in first
    assert "That is common and usually harmless" in words(as_alice, "/")  # until Patterns was opened
    words(as_alice)
    later = words(as_alice, "/")
    assert "That is common" not in later
    assert "Left calf: Still there after two weeks" in later
    assert "Still there" not in words(as_alice, f"/?date={day(1)}")


def test_what_is_found_while_the_page_is_made_is_still_news(
    as_alice: Client, alice: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_calf(alice)
    page_context = page.page_context

    def slow(*given: Any) -> dict[str, Any]:
        context = page_context(*given)
        for back in range(16):
            twitch(alice, back, "brow", "right")
        scan.current(Diarist.objects.get(), day(0))
        return context

    monkeypatch.setattr(page, "page_context", slow)
    assert "Right" not in words(as_alice)
    seen = dict(Finding.objects.filter(rule="persistence").values_list("location", "seen_on"))
    assert seen == {"calf": day(0), "brow": None}


def test_a_long_diary_does_not_keep_today_waiting(
    as_alice: Client, alice: Diarist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.glances.QUICK_ENTRIES", 10)
    write_calf(alice)
    words(as_alice)
    twitch(alice, 0, "lid_lower")
    made = alice.assessment.made_at
    page = as_alice.get("/").content.decode()
    assert 'hx-get="/patterns/glance/"' in page
    alice.assessment.refresh_from_db()
    assert alice.assessment.made_at == made
    part = as_alice.get("/patterns/glance/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in part
    assert "Still there after two weeks" in part
    assert alice.assessment.__class__.objects.get().entries == 15


def test_the_entries_behind_a_finding(as_alice: Client, alice: Diarist) -> None:
    write_calf(alice)
    words(as_alice)
    page = as_alice.get(f"/patterns/{finding().pk}/entries/").content.decode()
    linked = set(re.findall(r'href="/episodes/([0-9a-f-]{36})/"', page))
    assert linked == set(finding().entry_ids)
    recording.delete_episode(alice, uuid.UUID(finding().entry_ids[0]))
    assert "1 was deleted since" in words(as_alice, f"/patterns/{finding().pk}/entries/")
    part = as_alice.get(f"/patterns/{finding().pk}/entries/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_earlier_findings_tell_why_they_are_closed(as_alice: Client, alice: Diarist) -> None:
    write_calf(alice)
    said = answer(alice, 3, "jars")
    words(as_alice)
    answer(alice, 0, "jars", "no")
    for row in alice.episodes.filter(local_date__lt=day(4)):
        recording.delete_episode(alice, row.pk)
    assert said.pk
    assert "Earlier findings" in words(as_alice)
    earlier = words(as_alice, "/patterns/earlier/")
    assert "Left calf: Still there after two weeks From 21 Nov to 23 Nov. Withdrawn after you changed" in earlier
    assert "Book an appointment soon From 20 Nov to 23 Nov. Closed by your own answer" in earlier


def test_earlier_findings_come_a_page_at_a_time(as_alice: Client, alice: Diarist) -> None:
    write_calf(alice)
    words(as_alice)
    row = finding()
    for number in range(45):
        row.pk, row.key = uuid.uuid4(), f"k{number}"
        row.opened_on, row.closed_on, row.closed_why = day(100 - number), day(90 - number), "over"
        row.save(force_insert=True)
    seen: list[str] = []
    path = "/patterns/earlier/"
    while path:
        page = as_alice.get(path).content.decode()
        seen += re.findall(r"/patterns/([0-9a-f-]{36})/entries/", page)
        link = re.search(r'href="(\?before=[^"]+)"', page)
        path = f"/patterns/earlier/{unescape(link[1])}" if link else ""
    assert len(seen) == len(set(seen)) == 45
    assert as_alice.get("/patterns/earlier/?before=nonsense").status_code == 200


def test_the_timeline_is_told_where_findings_lie(as_alice: Client, alice: Diarist) -> None:
    write_calf(alice)
    asked = {"first": day(30).isoformat(), "last": TODAY.isoformat()}
    (span,) = as_alice.get("/patterns/spans/", asked).json()["spans"]
    assert span == {
        "key": str(finding().pk),
        "name": "Still there after two weeks",
        "level": "talk",
        "since": day(15).isoformat(),
        "until": None,
        "places": [{"location": "calf", "side": "left"}],
        "url": f"/patterns/#f-{finding().pk}",
    }
    before = {"first": day(60).isoformat(), "last": day(40).isoformat()}
    assert as_alice.get("/patterns/spans/", before).json() == {"spans": []}
    assert as_alice.get("/patterns/spans/", {"first": "x"}).status_code == 404
    Finding.objects.update(closed_on=TODAY, closed_why="over")
    scan.stored_assessment(alice)
    (closed,) = as_alice.get("/patterns/spans/", asked).json()["spans"]
    assert closed["until"] == TODAY.isoformat()


def test_a_pattern_lies_where_it_twitched_not_until_it_was_closed(as_alice: Client, alice: Diarist) -> None:
    write_calf(alice)
    words(as_alice)
    row = finding()
    row.evidence["last_twitch"] = day(8).isoformat()
    row.closed_on, row.closed_why = day(1), "over"
    row.save()

    def lies_in(first: int, last: int) -> list[str]:
        asked = {"first": day(first).isoformat(), "last": day(last).isoformat()}
        return [span["until"] for span in as_alice.get("/patterns/spans/", asked).json()["spans"]]

    assert lies_in(13, 0) == lies_in(8, 0) == [day(8).isoformat()]
    assert lies_in(7, 0) == []
    assert lies_in(40, 16) == []


def test_a_stranger_finds_nothing(as_alice: Client, as_charlie: Client, alice: Diarist) -> None:
    write_calf(alice)
    words(as_alice)
    pk = finding().pk
    assert as_charlie.get(f"/patterns/{pk}/entries/").status_code == 404
    assert as_charlie.post(f"/patterns/{pk}/discussed/", {"on": TODAY.isoformat()}).status_code == 404
    assert as_charlie.post(f"/patterns/{pk}/answer/", {"answer": "unknown"}).status_code == 404
    assert finding().acknowledged_on is None
    assert dt.date.fromisoformat(finding().evidence["last_twitch"]) == TODAY
