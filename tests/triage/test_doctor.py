"""The doctor's page: every number on it, one page whatever the diary, and the PDF that says the same."""

import datetime as dt
import io
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pypdf import PdfReader

from diary import recording
from diary.models import Diarist, Episode, Medicine
from diary.signs import SIGNS
from tests.conftest import NOW
from tests.triage.sheets import EVERYTHING, LONG, NASTY, TODAY, ago, answer, choose, episode, full, ordinary
from triage import scan
from triage.models import DoctorTexts
from triage.summary.build import make_sheet
from triage.summary.choice import USUAL_PARTS, choice_from
from triage.summary.code import qr_code
from triage.summary.fit import height, tries
from triage.summary.letters import breakable, line_count, shown, widths
from triage.summary.pdf import TypesettingError, make_pdf, typeset
from triage.summary.reader import step_for, then_and_now
from triage.summary.sheet import Sheet
from triage.summary.words import clean, shortened


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def squeezed(text: str) -> str:
    """Without any space: a PDF and a browser break lines where they like."""
    return re.sub(r"\s+", "", text)


def pdf_of(sheet: Sheet) -> PdfReader:
    """The PDF of a sheet, read back."""
    return PdfReader(io.BytesIO(make_pdf(sheet, NOW)))


def page_text(reader: PdfReader, page: int = 0) -> str:
    """The text of a page in the order in which it stands in the file."""
    return reader.pages[page].extract_text()


def said(runs: Any) -> str:
    """A sentence as it is read."""
    return "".join(run.text for run in runs)


# --- what it says ------------------------------------------------------------------------------------------


def test_the_first_lines_answer_what_a_doctor_asks(alice: Diarist) -> None:
    ordinary(alice)
    sheet = make_sheet(alice, choose(ago(60)), TODAY)
    assert sheet.person == "Alex Example, born 12 May 1987"
    assert sheet.period == "24 September 2026 to 23 November 2026 (61 days)"
    # 8 twitch days at first and 16 later; of the 37 others each seventh was not recorded.
    twitched = {row.local_date for row in alice.episodes.all()}
    marked = alice.days.filter(no_twitches=True).count()
    assert said(sheet.recorded) == (
        f"{len(twitched) + marked} of 61 days recorded, {marked} of them without any twitch"
    )
    lead = said(sheet.lead)
    assert lead.startswith("Twitching since 24 September 2026, first place: Left calf. ")
    assert "Left calf on 7 days; Right lower eyelid on 2 days" in lead
    assert lead.endswith("Loss of function: Buttons and zips.")


def test_the_box_holds_dated_yes_and_no(alice: Diarist) -> None:
    ordinary(alice)
    rows = make_sheet(alice, choose(ago(60)), TODAY).warnings.rows
    assert (rows[0].label, rows[0].is_strong) == ("Can no longer do", True)
    assert rows[0].text == (
        "YES on 16 Nov 2026: Buttons and zips (Between right thumb and finger, since 11 Nov 2026, getting worse)"
    )
    assert rows[1].text.startswith("no on 16 Nov 2026: Writing and typing; not asked: Jars, keys and taps, ")
    by_label = {row.label: row.text for row in rows}
    assert by_label["Muscle looks thinner"] == "no on 16 Nov 2026"
    assert by_label["Speech, swallowing, breathing"].startswith("no on 16 Nov 2026: Swallowing; not asked: Speech")
    assert by_label["Changed reflexes"] == "not asked"
    assert "Sudden or fast" not in by_label
    assert make_sheet(alice, choose(ago(60)), TODAY).warnings.remark == (
        "Function check answered 2 times from 19 Oct 2026 to 16 Nov 2026."
    )


def test_a_yes_that_was_taken_back_is_told_as_such(alice: Diarist) -> None:
    answer(alice, ago(30), "yes", "write")
    answer(alice, ago(3), "no", "write")
    sheet = make_sheet(alice, choose(ago(60)), TODAY)
    row = sheet.warnings.rows[0]
    assert row.text.startswith(
        "no on 20 Nov 2026: Writing and typing; earlier a yes: Writing and typing (24 Oct 2026)"
    )
    assert not row.is_strong
    assert said(sheet.lead).endswith("Loss of function: none reported, last asked 20 November 2026.")


def test_a_yes_that_was_taken_back_on_the_same_day_is_gone(as_alice: Client, alice: Diarist) -> None:
    answer(alice, ago(3), "yes", "write", recorded_at=NOW - dt.timedelta(days=3))
    answer(alice, ago(3), "yes", "jars", recorded_at=NOW - dt.timedelta(days=3), location="hand_web", side="right")
    later = NOW - dt.timedelta(days=3) + dt.timedelta(minutes=5)
    answer(alice, ago(3), "no", "write", "jars", recorded_at=later)
    for last in (TODAY, ago(1)):
        sheet = make_sheet(alice, choose(ago(60), last), TODAY)
        assert said(sheet.lead).endswith("Loss of function: none reported, last asked 20 November 2026.")
        assert sheet.warnings.rows[0].text.startswith(
            "no on 20 Nov 2026: Jars, keys and taps, Writing and typing; earlier a yes: "
        )
        assert (sheet.warnings.rows[0].is_strong, sheet.found) == (False, ())
    assert as_alice.get("/doctor/").status_code == 200


def test_an_open_yes_stays_whatever_else_was_answered_since(alice: Diarist) -> None:
    hand = {"location": "hand_web", "side": "right"}
    answer(alice, ago(20), "yes", "write", course="worse", **hand)
    answer(alice, ago(2), "unsure", "write", **hand)
    answer(alice, ago(20), "yes", "thinner", location="calf", side="left")
    answer(alice, ago(10), "yes", "thinner", **hand)
    answer(alice, ago(20), "yes", "stairs", location="calf", side="left")
    answer(alice, ago(2), "no", "stairs", location="calf", side="right")
    for back in range(60):
        answer(alice, ago(1), "yes", "jars", recorded_at=NOW - dt.timedelta(minutes=back))
    sheet = make_sheet(alice, choose(ago(9)), TODAY)
    assert said(sheet.lead).endswith(
        "Loss of function: Jars, keys and taps, A muscle looks thinner, Writing and typing, Stairs and chairs."
    )
    told = {row.label: row.text for row in sheet.warnings.rows}
    assert told["Can no longer do"] == (
        "YES on 22 Nov 2026: Jars, keys and taps; YES on 3 Nov 2026: Writing and typing (Between right thumb and "
        "finger, getting worse), Stairs and chairs (Left calf)"
    )
    assert told["Muscle looks thinner"] == (
        "YES on 13 Nov 2026: A muscle looks thinner (Between right thumb and finger); "
        "YES on 3 Nov 2026: A muscle looks thinner (Left calf)"
    )
    judged = scan.current(alice, TODAY).findings
    assert {finding.evidence["sign"] for finding in judged} == {"jars", "write", "thinner", "stairs"}


def test_every_open_yes_is_named_and_dated_the_urgent_ones_first(alice: Diarist) -> None:
    answer(alice, ago(9), "yes", *(sign.id for sign in SIGNS.values() if sign.topic in {"emergency", "head"}))
    answer(alice, ago(2), "yes", "jars", "speech")
    sheet = make_sheet(alice, choose(ago(9)), TODAY)
    assert said(sheet.lead).endswith(
        "Loss of function: Sudden weakness, Drooping face, Speech suddenly gone, Out of breath at rest, Weakness "
        "that grows fast, Back pain with numbness or bladder trouble, Swallowing, Breathing when lying flat, "
        "Jars, keys and taps, Speech, Holding the head up."
    )
    first, *others = [row.text for row in sheet.warnings.rows if row.is_strong]
    assert first.startswith("YES on 14 Nov 2026: Sudden weakness, Drooping face, ")
    assert first.endswith(", Back pain with numbness or bladder trouble")
    assert others[-1] == "YES on 14 Nov 2026: Swallowing, Breathing when lying flat; YES on 21 Nov 2026: Speech"


def test_a_full_page_drops_the_details_of_a_yes_and_never_its_name(alice: Diarist) -> None:
    full(alice, days=200)
    for place in ("calf", "thigh_front", "thigh_back"):
        for side in ("left", "right"):
            answer(alice, ago(3), "yes", "thinner", location=place, side=side, course="worse")
    rows = make_sheet(alice, choose(ago(200), parts=EVERYTHING - {"log"}), TODAY).warnings.rows
    told = " ".join(row.text for row in rows if row.is_strong)
    for sign in SIGNS.values():
        is_open = sign.topic == "emergency" or sign.id in {"buttons", "write", "swallow", "breathing_flat"}
        assert not is_open or sign.name in told
    thinner = next(row.text for row in rows if row.label == "Muscle looks thinner")
    assert re.search(r"A muscle looks thinner \((\d) more places\)", thinner)


def test_an_unsure_that_would_be_urgent_is_never_counted_away(alice: Diarist) -> None:
    answer(alice, ago(2), "unsure", "jars", "walk", "swallow", "breathing_flat", "face_droop")
    sheet = make_sheet(alice, choose(ago(9)), TODAY)
    assert sheet.warnings.rows[-1].text == (
        "not sure: Drooping face (21 Nov 2026), Swallowing (21 Nov 2026), Breathing when lying flat (21 Nov 2026) "
        "and 2 more"
    )
    assert said(sheet.lead).endswith("Loss of function: not sure, last asked 21 November 2026.")


def test_an_emergency_sign_comes_first_and_is_no_function_check(alice: Diarist) -> None:
    answer(alice, ago(2), "no", "sudden_weakness")
    assert said(make_sheet(alice, choose(ago(9)), TODAY).lead).endswith("Loss of function: never asked.")
    answer(alice, ago(1), "yes", "face_droop")
    answer(alice, ago(1), "yes", "reflexes")
    sheet = make_sheet(alice, choose(ago(9)), TODAY)
    assert said(sheet.lead).endswith("Loss of function: Drooping face, Changed reflexes.")
    assert sheet.warnings.rows[0].label == "Sudden or fast"


def test_signs_answered_one_by_one_are_no_whole_check(alice: Diarist) -> None:
    answer(alice, ago(4), "no", "write")
    answer(alice, ago(1), "no", "jars")
    remark = make_sheet(alice, choose(ago(9)), TODAY).warnings.remark
    assert remark == "Function check answered in parts from 19 Nov 2026 to 22 Nov 2026."


def test_only_what_could_be_looked_for_was_not_found(alice: Diarist) -> None:
    def remark() -> str:
        return make_sheet(alice, choose(ago(9)), TODAY).findings.remark

    short = "Too few weeks yet to tell: getting worse, new places."
    assert remark() == short
    with recording.writing(alice):
        Episode.objects.bulk_create([episode(alice, ago(2))])
    alice.refresh_from_db()
    assert remark() == f"Looked for and not found: two weeks in one place. {short}"
    with recording.writing(alice):
        answer(alice, ago(1), "no", "write")
    alice.refresh_from_db()
    assert remark() == f"Looked for and not found: function check, two weeks in one place. {short}"
    assert make_sheet(alice, choose(ago(9), ago(3)), TODAY).findings.remark == short


def test_an_answer_from_before_the_period_still_counts(alice: Diarist) -> None:
    answer(alice, ago(200), "yes", "thinner")
    sheet = make_sheet(alice, choose(ago(10)), TODAY)
    assert {row.label: row.text for row in sheet.warnings.rows}["Muscle looks thinner"].startswith(
        "YES on 7 May 2026"
    )


def test_each_spot_says_since_when_and_how_it_was_then_and_is_now(alice: Diarist) -> None:
    ordinary(alice)
    calf, lid = make_sheet(alice, choose(ago(60)), TODAY).spots
    days = len({row.local_date for row in alice.episodes.filter(location="calf")})
    recorded = 0 if calf is None else int(calf.since.rpartition("/")[2])
    assert (calf.number, calf.name, calf.since) == (1, "Left calf", f"since 24 Sep 2026, {days}/{recorded}")
    assert re.fullmatch(r"first 7/\d+, 1 felt only → last 14/\d+, 3 moves the part", calf.course)
    assert (lid.number, lid.name) == (2, "Right lower eyelid")
    assert lid.since == f"since 3 Nov 2026, 3/{recorded}"


def test_a_strip_has_a_bar_a_line_or_a_dot_for_each_day(alice: Diarist) -> None:
    episodes = [episode(alice, ago(back), strength=4 - back) for back in (0, 1, 3)]
    Episode.objects.bulk_create(episodes)
    alice.days.create(date=ago(2), no_twitches=True)
    strip = make_sheet(alice, choose(ago(4)), TODAY).spots[0].strip
    width = strip.width // 5
    assert strip.dots == (width // 2,)  # four days ago nobody wrote
    assert [(line.x, line.width) for line in strip.lines] == [(2 * width, width)]
    assert [(bar.x, bar.level) for bar in strip.bars] == [(width, 1), (3 * width, 3), (4 * width, 4)]
    assert [bar.height for bar in strip.bars] == [160, 450, 600]
    assert all(bar.y + bar.height == strip.height for bar in strip.bars)


def test_a_bar_of_a_week_is_as_wide_as_it_twitched_often(alice: Diarist) -> None:
    monday = dt.date(2026, 11, 16)
    Episode.objects.bulk_create(episode(alice, monday + dt.timedelta(days=n), strength=2) for n in range(3))
    alice.days.bulk_create(
        alice.days.model(diarist=alice, date=monday + dt.timedelta(days=n), no_twitches=True) for n in range(3, 6)
    )
    Episode.objects.bulk_create([episode(alice, ago(300), strength=2)])
    strip = make_sheet(alice, choose(ago(300)), TODAY).spots[0].strip
    first, week = strip.bars
    assert first.width == pytest.approx(2 * week.width, abs=4)  # 1 of 1 day, 3 of 6 days


def test_a_week_that_was_recorded_in_part_has_a_dot_beside_its_line_or_bar(alice: Diarist) -> None:
    monday = dt.date(2026, 8, 3)
    Episode.objects.bulk_create([episode(alice, ago(220)), episode(alice, monday)])
    marks = [monday + dt.timedelta(days=day) for day in range(1, 7)]  # the week of the bar is whole
    marks += [monday + dt.timedelta(days=day) for day in range(7, 10)]  # of the next one three days
    marks += [monday + dt.timedelta(days=day) for day in range(14, 21)]  # and the one after is whole again
    alice.days.bulk_create(alice.days.model(diarist=alice, date=date, no_twitches=True) for date in marks)
    sheet = make_sheet(alice, choose(ago(220)), TODAY)
    strip = sheet.spots[0].strip
    weeks = 33
    edges = [round(strip.width * index / weeks) for index in range(weeks + 1)]
    week = (monday - ago(224)).days // 7 + 1
    part, whole = strip.lines
    assert (part.x, whole.x) == (edges[week], edges[week + 1])
    assert part.width == pytest.approx(3 / 7 * (edges[week + 1] - edges[week]), abs=2)
    assert whole.width == edges[week + 2] - edges[week + 1]

    def dots(slot: int) -> list[int]:
        return [x for x in strip.dots if edges[slot] <= x < edges[slot + 1]]

    first, last = strip.bars
    assert [len(dots(slot)) for slot in (0, week - 1, week, week + 1, week + 2)] == [1, 0, 1, 0, 1]
    assert dots(0)[0] - strip.dot_size >= first.x + first.width
    assert last.x == edges[week - 1]
    assert dots(week)[0] - strip.dot_size > part.x + part.width
    assert sheet.legend is not None
    assert sheet.legend.keys[-1].text == "wholly or partly not recorded"


@pytest.mark.parametrize("days", [191, 1330, 5700])
def test_one_unrecorded_day_leaves_a_gap_in_a_line_however_narrow(alice: Diarist, days: int) -> None:
    Episode.objects.bulk_create([episode(alice, ago(days - 1))])
    alice.days.bulk_create(
        alice.days.model(diarist=alice, date=ago(back), no_twitches=True) for back in range(days - 1) if back != 50
    )
    strip = make_sheet(alice, choose(ago(days - 1)), TODAY).spots[0].strip
    (before, after) = strip.lines
    (dot,) = strip.dots
    assert before.x + before.width <= dot - strip.dot_size
    assert dot + strip.dot_size <= after.x


def test_a_spot_without_a_side_says_so_and_two_sides_are_spelt_out(alice: Diarist) -> None:
    Episode.objects.bulk_create([episode(alice, ago(1), side=""), episode(alice, ago(1), "lid_lower", "right")])
    sheet = make_sheet(alice, choose(ago(9)), TODAY)
    assert {spot.name for spot in sheet.spots} == {"Calf, side not entered", "Right lower eyelid"}


def test_the_left_calf_is_at_the_right_of_the_front_and_at_the_left_of_the_back(alice: Diarist) -> None:
    Episode.objects.bulk_create([episode(alice, ago(1), strength=3)])
    body = make_sheet(alice, choose(ago(9)), TODAY).body
    assert body is not None
    front, back = body.pictures
    for picture, is_right in ((front, True), (back, False)):
        (shade,) = [shape for shape in picture.shapes if shape.level is not None]
        x = float(re.match(r"M([\d.]+)", shade.path)[1])  # type: ignore[index]
        left, _, wide, _ = (float(part) for part in picture.box.split())
        assert (x > left + wide / 2) is is_right
        assert shade.level == 3
    (pin,) = body.pins
    assert pin.number == 1
    assert back.x < pin.to_x < back.middle


def test_face_and_hands_are_shown_only_where_something_is(alice: Diarist) -> None:
    Episode.objects.bulk_create([episode(alice, ago(1))])
    body = make_sheet(alice, choose(ago(9)), TODAY).body
    assert body is not None
    assert [picture.title for picture in body.pictures] == ["front", "back"]
    Episode.objects.bulk_create(
        [episode(alice, ago(1), "lid_lower", "right"), episode(alice, ago(1), "thumb_base", "left")]
    )
    body = make_sheet(alice, choose(ago(9)), TODAY).body
    assert body is not None
    assert [picture.title for picture in body.pictures] == ["front", "back", "face", "left hand"]


def test_a_place_without_an_outline_is_named_and_not_called_shaded(alice: Diarist) -> None:
    places = ("lid_upper", "lid_lower", "brow", "cheek", "mouth")
    rows = [episode(alice, ago(back), place) for place in places for back in range(2)]
    Episode.objects.bulk_create([*rows, episode(alice, ago(1), "all_over", ""), episode(alice, ago(1), "jaw")])
    sheet = make_sheet(alice, choose(ago(9)), TODAY)
    assert sheet.more_spots == "and 1 more spot, shaded on the map; and also All over at once"
    assert sheet.body is not None
    assert "All over at once" not in sheet.body.alt
    alice.episodes.exclude(location="all_over").delete()
    sheet = make_sheet(alice, choose(ago(9)), TODAY)
    assert sheet.body is not None
    assert (sheet.more_spots, sheet.body.alt) == ("", "Body map. Nothing is shaded.")


def test_pins_do_not_cover_each_other(alice: Diarist) -> None:
    places = ("lid_upper", "lid_lower", "brow", "cheek", "mouth")
    Episode.objects.bulk_create(episode(alice, ago(1), place, "left") for place in places)
    body = make_sheet(alice, choose(ago(9)), TODAY).body
    assert body is not None
    heights = sorted(pin.y for pin in body.pins)
    assert len(heights) == 5
    assert min(high - low for low, high in pairwise(heights)) >= 460


def test_the_findings_are_those_of_the_patterns_page_with_rule_and_entries(alice: Diarist) -> None:
    ordinary(alice)
    sheet = make_sheet(alice, choose(ago(60), parts=EVERYTHING), TODAY)
    kept = scan.current(alice, TODAY).findings
    assert sheet.found[0].name == "See a doctor this week"
    assert sheet.found[0].text.startswith("Buttons and zips (Between right thumb and finger): yes on 16 Nov")
    # An answer has no row in the log, so that no letter leads there.
    assert sheet.found[0].behind == "Rule: function check, from 1 entry"
    assert sheet.found[1].behind.endswith(", marked A in the log")
    assert {found.name for found in sheet.found} <= {scan_name(finding) for finding in kept}
    assert sheet.log is not None
    assert {row[3] for row in sheet.log.rows} == {"", "A"}
    assert make_sheet(alice, choose(ago(60)), TODAY).found[1].behind.endswith(" entries")


def scan_name(finding: Any) -> str:
    """The name of a finding on the patterns page."""
    from triage.wording import say  # noqa: PLC0415

    return say(finding, TODAY).name


def test_a_period_in_the_past_is_judged_on_its_last_day_and_tells_nothing_later(alice: Diarist) -> None:
    ordinary(alice)
    before = make_sheet(alice, choose(ago(60), ago(25)), TODAY)
    assert "See a doctor this week" not in [found.name for found in before.found]
    assert before.findings.title == "What the diary's rules found on 29 October 2026"
    assert "Buttons and zips" not in said(before.lead)
    assert [spot.name for spot in before.spots] == ["Left calf"]
    assert not alice.findings.exists()


def test_what_was_discussed_says_when(alice: Diarist) -> None:
    ordinary(alice)
    kept = scan.current(alice, TODAY).findings
    scan.acknowledge(alice, [kept[0].pk], ago(1))
    sheet = make_sheet(alice, choose(ago(60)), TODAY)
    assert any(found.behind.endswith(", discussed on 22 Nov 2026") for found in sheet.found)


def test_medicines_and_notes_stay_at_home_until_they_are_ticked(alice: Diarist) -> None:
    ordinary(alice)
    Episode.objects.bulk_create([episode(alice, ago(0), note="On the sofa", strength=1)])
    usual = list(make_sheet(alice, choose(ago(60)), TODAY).texts())
    assert not {"Salbutamol", "On the sofa"} & {
        word for text in usual for word in (text, text.rpartition(": ")[2])
    }
    assert "not shown on this page" in usual
    ticked = list(make_sheet(alice, choose(ago(60), parts=EVERYTHING), TODAY).texts())
    assert "Salbutamol" in ticked
    assert "since 19 Oct 2025" in ticked
    assert "23 Nov 2026, Left calf: On the sofa" in ticked


def test_nothing_that_is_not_ticked_is_on_the_page(alice: Diarist) -> None:
    ordinary(alice)
    sheet = make_sheet(alice, choose(ago(60), parts=frozenset()), TODAY)
    text = " ".join(sheet.texts())
    for hidden in ("Alex", "1987", "neurologist", "Magnesium", "Salbutamol", "Sleep"):
        assert hidden not in text
    assert sheet.log is None


def test_context_says_on_how_many_days_it_was_entered(alice: Diarist) -> None:
    for back, hours in enumerate((6, 7, 8)):
        alice.days.create(date=ago(back), sleep_hours=hours, caffeine_mg=100 * back)
    context = make_sheet(alice, choose(ago(9)), TODAY).columns[0]
    assert [(row.label, row.text) for row in context.rows] == [
        ("Sleep", "7.0 h a night (3/10)"),
        ("Caffeine", "100 mg a day (3/10)"),
    ]


def test_a_single_day_is_one_day_and_a_later_stop_is_not_told(alice: Diarist) -> None:
    alice.days.create(date=ago(5), exercise_minutes=30, magnesium="supplement", heat=True)
    Medicine.objects.create(diarist=alice, name="Salbutamol", started_on=ago(40), stopped_on=ago(2))
    sheet = make_sheet(alice, choose(ago(9), ago(4), parts=EVERYTHING), TODAY)
    context, medicines = sheet.columns
    assert [row.text for row in context.rows] == [
        "on 1 day, 30 min (1/6)",
        "supplement on 1 day (1/6)",
        "on 1 day (1/6)",
    ]
    assert medicines.rows[0].text == "since 14 Oct 2026"
    later = make_sheet(alice, choose(ago(9), parts=EVERYTHING), TODAY).columns[1]
    assert later.rows[0].text == "14 Oct 2026 to 21 Nov 2026"


def test_german_says_it_in_german(alice: Diarist) -> None:
    ordinary(alice)
    sheet = make_sheet(alice, choose(ago(60), language="de"), TODAY)
    assert sheet.spots[0].name == "Linke Wade"
    assert said(sheet.lead).startswith("Zucken seit 24. September 2026, erste Stelle: Linke Wade.")
    assert sheet.period == "24. September 2026 bis 23. November 2026 (61 Tage)"
    assert sheet.warnings.remark.endswith(", vom 19. Okt 2026 bis 16. Nov 2026.")
    assert sheet.warnings.rows[1].text.endswith(" und 1 weitere")


# --- every diary -------------------------------------------------------------------------------------------


def test_an_empty_diary_says_that_nothing_is_recorded(alice: Diarist) -> None:
    alice.time_zone = ""
    alice.save()
    sheet = make_sheet(alice, choose(TODAY), TODAY)
    assert said(sheet.recorded) == "No day of this period is recorded."
    assert said(sheet.lead) == (
        "No twitch is recorded up to 23 November 2026. Course: too few weeks to tell. Loss of function: never asked."
    )
    assert (sheet.spots, sheet.legend, sheet.more_spots) == ((), None, "")
    assert len(pdf_of(sheet).pages) == 1


def test_one_entry_makes_a_page(alice: Diarist) -> None:
    Episode.objects.bulk_create([episode(alice, TODAY)])
    sheet = make_sheet(alice, choose(TODAY), TODAY)
    assert sheet.spots[0].course == "1/1"
    assert len(pdf_of(sheet).pages) == 1


@pytest.mark.parametrize(
    ("days", "step"), [(190, "day"), (191, "week"), (1330, "week"), (1331, "month"), (5701, "year")]
)
def test_a_bar_stands_for_more_the_longer_the_period(days: int, step: str) -> None:
    assert step_for(TODAY - dt.timedelta(days=days - 1), TODAY) == step


@pytest.mark.parametrize(
    "first", [dt.date(2026, 1, 31), dt.date(2023, 2, 28), dt.date(2010, 12, 31), dt.date(1990, 6, 1)]
)
def test_the_bars_hold_every_recorded_day_once(alice: Diarist, first: dt.date) -> None:
    dates = [first, first + dt.timedelta(days=1), dt.date(2026, 3, 1), dt.date(2026, 11, 22), TODAY]
    Episode.objects.bulk_create(episode(alice, date) for date in dates)
    alice.days.create(date=ago(5), no_twitches=True)
    sheet = make_sheet(alice, choose(first), TODAY)
    assert said(sheet.recorded).startswith("6 of ")
    assert said(sheet.recorded).endswith(", 1 of them without any twitch")
    assert sheet.ticks[0].text.endswith(str(first.year))
    assert (sheet.ticks[0].x, sheet.ticks[-1].x) == (0, sheet.spots[0].strip.width)


def test_then_and_now_are_the_halves_of_a_short_time() -> None:
    assert then_and_now(ago(9), TODAY) == ((ago(9), ago(5)), (ago(4), TODAY))
    assert then_and_now(ago(99), TODAY) == ((ago(99), ago(72)), (ago(27), TODAY))
    assert then_and_now(TODAY, TODAY) == ((TODAY, TODAY), (TODAY, TODAY))


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_fullest_year_is_one_page_and_says_what_is_left_out(alice: Diarist, paper: str, language: str) -> None:
    full(alice, days=364)
    parts = EVERYTHING - {"log"}
    code = qr_code(
        "https://diary.example.org/s/0123456789abcdefghijklmnopqrstuv/", "This page, until 7 December 2026"
    )
    choice = choose(ago(364), parts=frozenset(parts), paper=paper, language=language)
    sheet = make_sheet(alice, choice, TODAY, code=code)
    reader = pdf_of(sheet)
    assert len(reader.pages) == 1
    text = squeezed(page_text(reader))
    assert squeezed(sheet.foot) in text
    assert squeezed(sheet.more_spots) in text
    assert len(sheet.spots) >= 2
    if language == "en":
        assert sheet.more_spots == (
            f"and {74 - len(sheet.spots)} more spots, shaded on the map; and also Somewhere else, All over at once"
        )
        assert sheet.rest[-1].remark.startswith("and ")
        assert sheet.rest[-1].remark.endswith(" more questions")


def test_less_is_listed_only_until_the_page_fits() -> None:
    caps = [caps for _, caps in tries()]
    spots = [one.spots for one in caps]
    assert spots == sorted(spots, reverse=True)
    assert spots[:3] == [5, 5, 5]
    assert [density for density, _ in tries()][:4] == ["roomy", "close", "tight", "tight"]


def test_the_sums_of_the_height_are_on_the_safe_side(alice: Diarist) -> None:
    ordinary(alice)
    sheet = make_sheet(alice, choose(ago(60)), TODAY)
    lowest = lowest_text(pdf_of(sheet))
    assert height(sheet) * 0.75 < lowest < height(sheet)


def lowest_text(reader: PdfReader) -> float:
    """How far below the upper margin the last line of a page stands, in millimetres."""
    lows: list[float] = []
    reader.pages[0].extract_text(
        visitor_text=lambda text, cm, tm, *_: lows.append(tm[5] + cm[5]) if text.strip() else None
    )
    return 297 - 11 - min(low for low in lows if low > 0) * 25.4 / 72


# --- the PDF -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_pdf_says_all_that_the_sheet_says_in_its_order(alice: Diarist, paper: str, language: str) -> None:
    ordinary(alice)
    sheet = make_sheet(alice, choose(ago(60), parts=EVERYTHING, paper=paper, language=language), TODAY)
    reader = pdf_of(sheet)
    text, at = squeezed(page_text(reader)), 0
    for wanted in sheet.texts():
        found = text.find(squeezed(wanted), at)
        assert found >= 0, f"{wanted!r} is missing after {text[max(0, at - 40) : at]!r}"
        at = found + (len(squeezed(wanted)) if len(wanted) > 3 else 0)
    width, tall = (595, 842) if paper == "a4" else (612, 792)
    assert (round(reader.pages[0].mediabox.width), round(reader.pages[0].mediabox.height)) == (width, tall)


def test_the_page_on_screen_says_all_that_the_sheet_says_in_its_order(as_alice: Client, alice: Diarist) -> None:
    ordinary(alice)
    query = {"period": "onset", "paper": "a4", "language": "en", "parts": sorted(EVERYTHING - {"log"})}
    html = as_alice.get("/doctor/", query).content.decode()
    sheet = make_sheet(alice, choose(ago(60), parts=EVERYTHING - {"log"}), TODAY)
    body = re.sub(r"<svg.*?</svg>", "", html[html.index('class="sheet') :], flags=re.DOTALL)
    text, at = squeezed(unescape(re.sub(r"<[^>]+>", "", body))), 0
    for wanted in sheet.texts():
        found = text.find(squeezed(wanted), at)
        assert found >= 0, f"{wanted!r} is missing"
        at = found + len(squeezed(wanted))


def test_the_pdf_is_tagged_and_says_title_language_and_what_figures_show(alice: Diarist) -> None:
    ordinary(alice)
    sheet = make_sheet(alice, choose(ago(60), language="de"), TODAY)
    data = make_pdf(sheet, NOW)
    reader = PdfReader(io.BytesIO(data))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  (a PDF's own kind of true)
    assert root["/Lang"] == "de"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert reader.metadata is not None
    assert reader.metadata.title == sheet.title
    assert "<pdfuaid:part>1</pdfuaid:part>" in data.decode("latin-1")
    alts = set(alternatives(root["/StructTreeRoot"]))
    assert {sheet.body.alt if sheet.body else "", sheet.spots[0].strip.alt, sheet.ticks_alt} <= alts
    assert len(data) < 300_000


def alternatives(node: Any) -> Iterator[str]:
    """The alternative texts below a node of the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            yield from alternatives(child)
    elif isinstance(node, dict):
        if "/Alt" in node:
            yield str(node["/Alt"])
        yield from alternatives(node.get("/K", []))


def test_every_font_is_inside_and_it_is_ours(alice: Diarist) -> None:
    ordinary(alice)
    page: Any = pdf_of(make_sheet(alice, choose(ago(60)), TODAY)).pages[0]
    fonts = page["/Resources"]["/Font"]
    names = {str(font.get_object()["/BaseFont"]) for font in fonts.values()}
    assert {name.partition("+")[2] for name in names} == {"SourceSans3-Regular", "SourceSans3-Bold"}
    for font in fonts.values():
        inside = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(inside)


@pytest.mark.parametrize("name", ["Zoë Grünwald-Łukasz", "Мария Иванова", "Ελένη Παπαδοπούλου", "Đặng Thị Ngọc"])
def test_names_in_latin_cyrillic_and_greek_are_shown(alice: Diarist, name: str) -> None:
    alice.name = name
    reader = pdf_of(make_sheet(alice, choose(ago(9)), TODAY))
    assert squeezed(name) in squeezed(page_text(reader))
    assert "□" not in page_text(reader)


def test_a_script_that_the_font_lacks_is_told_on_the_page(alice: Diarist) -> None:
    alice.name = "محمد 🙂"
    text = page_text(pdf_of(make_sheet(alice, choose(ago(9)), TODAY)))
    assert "□□□□" in squeezed(text)
    assert "Arabic" in text
    assert "pictures or other signs" in text


def test_a_word_that_is_too_long_for_its_column_is_broken_and_still_found(alice: Diarist) -> None:
    ordinary(alice)
    medicine, name = "Levomethadonhydrochloridlösung", "Wolfeschlegelsteinhausenbergerdorffelbenmayer"
    alice.name = name
    Medicine.objects.create(diarist=alice, name=medicine, started_on=ago(40))
    Episode.objects.bulk_create([episode(alice, ago(0), note="w" * 300)])
    DoctorTexts.objects.filter(diarist=alice).update(questions="W" * 190)
    reader = pdf_of(make_sheet(alice, choose(ago(60), parts=EVERYTHING), TODAY))
    page, log = page_text(reader), page_text(reader, 1)
    assert medicine in squeezed(page)
    assert medicine not in page
    assert "W" * 190 not in page
    assert "w" * 300 in squeezed(log)
    assert "w" * 100 not in log
    assert "\u200b" not in page + log
    assert reader.metadata is not None
    assert reader.metadata.author == f"{name}, born 12 May 1987"
    assert breakable("eine Funktionsprüfung") == "eine Funktionsprüfung"


def test_what_a_person_typed_never_becomes_markup(as_alice: Client, alice: Diarist) -> None:
    alice.name = NASTY[:100].replace("\0", "")
    alice.save()
    DoctorTexts.objects.create(diarist=alice, questions=NASTY, history=NASTY)
    Medicine.objects.create(diarist=alice, name=NASTY)
    Episode.objects.bulk_create([episode(alice, ago(1), note=NASTY, strength=1)])
    sheet = make_sheet(alice, choose(ago(9), parts=EVERYTHING), TODAY)
    reader = pdf_of(sheet)
    text = squeezed(page_text(reader)) + squeezed(page_text(reader, 1))
    wanted = squeezed(clean(NASTY))
    assert wanted in text  # the log holds it whole
    assert "\u202e" not in text
    assert "root:" not in text
    query = {"period": "onset", "paper": "a4", "language": "en", "parts": sorted(EVERYTHING)}
    html = as_alice.get("/doctor/", query).content.decode()
    assert "<script>alert(1)</script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_no_other_page_pays_for_typst() -> None:
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; import django; django.setup(); "
        "from django.urls import get_resolver; get_resolver().url_patterns; import triage.summary.pdf; "
        "print([name for name in ('typst', 'qrcode') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_pdf_stays_in_the_server(alice: Diarist) -> None:
    ordinary(alice)
    assert make_pdf(make_sheet(alice, choose(ago(60)), TODAY), NOW).startswith(b"%PDF-")
    assert "typst" not in sys.modules


def test_a_pdf_that_cannot_be_set_is_an_error_and_no_half_of_one() -> None:
    with pytest.raises(TypesettingError):
        typeset({"sheet": "{}"}, NOW)


def test_the_log_comes_on_pages_of_its_own_and_only_when_asked(alice: Diarist) -> None:
    ordinary(alice)
    assert len(pdf_of(make_sheet(alice, choose(ago(60)), TODAY)).pages) == 1
    sheet = make_sheet(alice, choose(ago(60), parts=EVERYTHING), TODAY)
    assert sheet.log is not None
    assert sheet.log.rows[0][:3] == ("23 Nov 2026, 09:00", "Left calf", "moves the part")
    assert sum(", " in row[0] for row in sheet.log.rows) == alice.episodes.count()
    reader = pdf_of(sheet)
    assert len(reader.pages) == 2
    assert "The log of the period" in page_text(reader, 1)


def test_an_entry_is_marked_with_every_finding_that_it_is_part_of(alice: Diarist) -> None:
    rows = [episode(alice, ago(back)) for back in range(40)]
    rows += [episode(alice, ago(back), "lid_lower", "right") for back in range(16)]
    for row in rows:
        row.recorded_at = row.started_at
    Episode.objects.bulk_create(rows)
    sheet = make_sheet(alice, choose(ago(40), parts=EVERYTHING), TODAY)
    assert sheet.log is not None
    marks = [row[3] for row in sheet.log.rows]
    assert {mark for mark in marks if mark} == {"A", "B", "C", "A C"}
    assert [found.mark for found in sheet.found] == ["A", "B", "C"]


def test_a_finding_whose_entries_are_older_than_the_log_has_no_mark(alice: Diarist) -> None:
    Episode.objects.bulk_create(episode(alice, ago(back)) for back in range(1, 20))
    (found,) = make_sheet(alice, choose(TODAY, parts=EVERYTHING), TODAY).found
    assert found.behind.startswith("Rule: two weeks in one place, from ")
    assert "marked" not in found.behind


def test_the_log_holds_every_note_and_the_days_without_twitches(alice: Diarist) -> None:
    for back in (9, 8, 7, 5, 2):
        alice.days.create(date=ago(back), no_twitches=True)
    alice.days.filter(date=ago(9)).update(note="A quiet day")
    choice = choose(ago(9), parts=EVERYTHING)
    log = make_sheet(alice, choice, TODAY).log
    assert log is not None
    assert log.nothing == ""
    Episode.objects.bulk_create([episode(alice, ago(4), strength=1), episode(alice, ago(2), strength=1)])
    log = make_sheet(alice, choice, TODAY).log
    assert log is not None
    assert log.rows == (
        ("21 Nov 2026, 09:00", "Left calf", "felt only", ""),
        ("19 Nov 2026, 09:00", "Left calf", "felt only", ""),
        ("18 Nov 2026", "", "no twitches, marked for this day", ""),
        ("16 Nov 2026", "", "no twitches, marked for 3 days, since 14 Nov 2026", ""),
        ("14 Nov 2026", "Note of the day", "A quiet day", ""),
    )
    empty = make_sheet(alice, choose(TODAY, parts=EVERYTHING), TODAY).log
    assert empty is not None
    assert (empty.rows, empty.nothing) == ((), "Nothing is written down in this period.")


def test_a_log_that_is_too_long_is_cut_and_says_so(alice: Diarist, monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary(alice)
    monkeypatch.setattr("triage.summary.log.MOST_ENTRIES", 5)
    log = make_sheet(alice, choose(ago(60), parts=EVERYTHING), TODAY).log
    assert log is not None
    assert sum(", " in row[0] for row in log.rows) == 5
    assert log.rows[-1][0] == "17 Nov 2026, 09:00"
    assert log.left_out == f"And {alice.episodes.count() - 5} earlier entries."


# --- letters -----------------------------------------------------------------------------------------------


def test_the_font_is_read_right() -> None:
    assert widths()[ord("a")] == 0.504
    assert {"ß", "Я", "Ω", "→", "□"} <= {chr(letter) for letter in widths()}
    assert "م" not in {chr(letter) for letter in widths()}
    assert shown("Ünal e\u0301") == ("Ünal é", set())


def test_lines_are_counted_by_the_width_of_the_letters() -> None:
    assert line_count("a a a a", 10) == 1
    assert line_count("aaaa aaaa", 2.5) == 2
    assert line_count("a" * 100, 5.05) == 10


def test_typed_text_is_cleaned_and_cut_at_a_word() -> None:
    assert clean("a\x07b\n\tc \u202ed") == "a b c d"
    assert shortened("one two three", 9) == "one two…"
    assert shortened("one", 9) == "one"
    assert len(shortened(LONG, 50)) <= 50
    assert len(shortened("x" * 200, 50)) == 50


# --- the pages around it -----------------------------------------------------------------------------------


def test_the_page_offers_what_can_be_chosen_and_begins_at_the_first_entry(
    as_alice: Client, alice: Diarist
) -> None:
    ordinary(alice)
    page = as_alice.get("/doctor/")
    assert page.context["sheet"].period.startswith("24 September 2026 to")
    assert 'value="appointment"' not in page.content.decode()
    alice.appointments.create(date=ago(10))
    page = as_alice.get("/doctor/")
    assert page.context["sheet"].period == "13 November 2026 to 23 November 2026 (11 days)"
    assert "Last appointment" in [row.label for row in page.context["sheet"].columns[1].rows]


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"first": ""}, "first", "Choose the first day."),
        ({"first": "2026-11-20", "last": "2026-11-19"}, "last", "This is before the first day."),
        ({"first": "2026-11-20", "last": "2026-11-24"}, "last", "This day is still to come."),
        ({"first": "garbage"}, "first", "This is not a date. Write it like 2026-11-23."),
        ({"first": "2026-11-20", "paper": "a0"}, "paper", None),
        ({"first": "2026-11-20", "language": "xx"}, "language", None),
        ({"first": "2026-11-20", "parts": "x"}, "parts", None),
    ],
)
def test_a_choice_that_makes_no_sense_is_told_beside_its_field(
    as_alice: Client, values: dict[str, str], field: str, message: str | None
) -> None:
    query = {"period": "custom", "paper": "a4", "language": "en"} | values
    for url in ("/doctor/", "/doctor/pdf/", "/doctor/links/"):
        page = as_alice.get(url, query)
        assert page.status_code == 422
        errors = page.context["form"].errors
        assert list(errors) == [field]
        assert message is None or errors[field] == [message]
        assert page.context["sheet"] is None


def test_the_pdf_is_named_after_its_day_and_stays_in_no_cache(as_alice: Client, alice: Diarist) -> None:
    ordinary(alice)
    answer_ = as_alice.get(
        "/doctor/pdf/", {"period": "quarter", "paper": "letter", "language": "de", "parts": "name"}
    )
    assert answer_.headers["Content-Disposition"] == 'attachment; filename="muscle-twitches-2026-11-23.pdf"'
    assert answer_.headers["Cache-Control"] == "no-store"
    reader = PdfReader(io.BytesIO(answer_.content))
    assert "Zucken" in page_text(reader)
    assert round(reader.pages[0].mediabox.width) == 612


def test_what_is_typed_is_kept_for_next_time(as_alice: Client, alice: Diarist) -> None:
    form = {"name": "Alex", "born_on": "1987-05-12", "questions": "Why?\nWhat now?", "history": "None"}
    answer_ = as_alice.post("/doctor/texts/?period=quarter&paper=letter&evil=1", form)
    assert answer_.headers["Location"] == "/doctor/?period=quarter&paper=letter&kept=1#texts"
    alice.refresh_from_db()
    texts = DoctorTexts.objects.get(diarist=alice)
    assert (alice.name, texts.born_on, texts.questions) == (
        "Alex",
        dt.date(1987, 5, 12),
        "Why?\r\nWhat now?".replace("\r", ""),
    )
    sheet = as_alice.get("/doctor/").context["sheet"]
    assert sheet.rest[0].lines == ("Why?", "What now?")


def test_wrong_texts_come_back_as_typed(as_alice: Client, alice: Diarist) -> None:
    page = as_alice.post("/doctor/texts/", {"born_on": "2026-11-24", "questions": "Why?"})
    assert page.status_code == 422
    assert page.context["texts"].errors == {"born_on": ["This day is still to come."]}
    assert page.context["texts"]["questions"].value() == "Why?"
    assert not DoctorTexts.objects.exists()


def test_a_choice_survives_being_stored() -> None:
    choice = choose(ago(9), parts=USUAL_PARTS)
    assert choice_from(json.loads(json.dumps(choice.as_json()))) == choice


def test_a_stranger_sees_only_their_own(as_charlie: Client, alice: Diarist, charlie: Diarist) -> None:
    ordinary(alice)
    assert "Alex" not in as_charlie.get("/doctor/").content.decode()
    assert User.objects.count() == 2


def test_the_page_is_the_same_for_a_diary_made_later(alice: Diarist) -> None:
    Episode.objects.bulk_create([episode(alice, ago(1), id=uuid.UUID(int=9))])
    first = make_sheet(alice, choose(ago(9)), TODAY)
    assert first == make_sheet(alice, choose(ago(9)), TODAY)
