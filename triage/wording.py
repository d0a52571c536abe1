"""What a finding says to a person: its numbers, what they mean, what to do, what would change it.

Reading age 12, calm, exact, never a diagnosis. Every statement about medicine has its source in docs/rules.md.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, pgettext

from diary.models import place_name
from diary.signs import SIGNS
from diary.wording import date_words, short_date
from triage.models import Finding
from triage.rules.answers import KIND_OF_SIGN

Evidence = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one finding. `line` is the one sentence for Today; `sentence` holds numbers to check."""

    name: str
    line: str
    sentence: str
    meaning: str
    to_do: str
    would_change: str


def say(finding: Finding, today: dt.date) -> Said:
    """The words for a finding, seen from `today`, in the reader's language."""
    return _SAYERS[finding.kind](finding, today)


def place_of(finding: Finding) -> str:
    """`Left calf`; empty where the finding has no single place."""
    return place_name(finding.location, finding.side)


def places_of(finding: Finding) -> list[tuple[str, str]]:
    """Every place that a finding is about, as location and side, in its own order; empty for the whole diary."""
    if finding.location:
        return [(finding.location, finding.side)]
    return [_pair(place) for place in finding.evidence.get("places", [])]


def level_words(level: str) -> str:
    """What a level asks for, as the small heading above a finding."""
    return {
        "urgent": gettext("Don't wait"),
        "soon": gettext("Book an appointment soon"),
        "talk": gettext("Worth a talk with a doctor"),
        "note": gettext("Worth knowing"),
        "calm": gettext("Good to know"),
    }.get(level, "")


def looked_for_words(rule: str) -> str:
    """What a rule looked for without finding it."""
    return {
        "persistence": gettext("Two weeks in one place: no place has twitched on and on for 14 days."),
        "spread": gettext("Spread: no new places that joined and stayed."),
        "worsening": gettext("Getting worse: no clear rise in how often, how strong or how long."),
        "signs": gettext("Loss of function: nothing noted that your muscles can no longer do."),
    }[rule]


def not_yet_words(rule: str, weeks: int) -> str:
    """What a rule can't look for yet, and how many more weeks it needs."""
    words = {
        "spread": ngettext(
            "Spread: can't be told yet; needs %(weeks)d more week with three recorded days.",
            "Spread: can't be told yet; needs %(weeks)d more weeks with three recorded days each.",
            weeks,
        ),
        "worsening": ngettext(
            "Getting worse: can't be told yet; needs %(weeks)d more week with three recorded days.",
            "Getting worse: can't be told yet; needs %(weeks)d more weeks with three recorded days each.",
            weeks,
        ),
    }
    return words[rule] % {"weeks": weeks}


def source_words(rule: str) -> str:
    """Where the guidance behind a rule comes from."""
    return {
        "persistence": gettext("NHS: see a GP about a twitch that lasts more than two weeks."),
        "spread": gettext("NHS: see a GP about twitches in more than one place."),
        "worsening": gettext(
            "Twitching that keeps getting worse is the kind that guidance asks to show to a doctor."
        ),
        "signs": gettext("NICE guideline NG127 and the red-flag list of the MND Association and GPs (RCGP)."),
        "reassurance": gettext(
            "NICE tells doctors not to refer small twitches as a rule, unless a muscle gets weak or thin."
        ),
    }[rule]


def _pair(place: str | Mapping[str, Any]) -> tuple[str, str]:
    """Both shapes in which evidence names a place."""
    if isinstance(place, str):
        location, _, side = place.partition("/")
        return location, side
    return place["location"], place["side"] or ""


def _number(value: float | None) -> str:
    """`2.5`, `3`, with the decimal sign of the language; a dash for nothing."""
    return "–" if value is None else number_format(f"{value:.1f}".removesuffix(".0"))


def _date(iso: str, today: dt.date) -> str:
    return short_date(dt.date.fromisoformat(iso), today)


def _window(evidence: Evidence, today: dt.date) -> str:
    """`on 12 of the last 15 days, 1 clear, 2 not recorded`."""
    last = dt.date.fromisoformat(evidence["last_twitch"])
    values = {
        "twitched": evidence["twitch_days"],
        "days": evidence["window_days"],
        "clear": evidence["clear_days"],
        "open": evidence["unlogged_days"],
        "date": short_date(last, today),
    }
    if (today - last).days <= 1:
        words = gettext("on %(twitched)d of the last %(days)d days, %(clear)d clear, %(open)d not recorded")
    else:
        words = gettext(
            "on %(twitched)d of the %(days)d days up to %(date)s, %(clear)d clear, %(open)d not recorded"
        )
    left_out = evidence.get("recalled_days_left_out", 0)
    more = gettext(", %(count)d more from memory, not counted") % {"count": left_out} if left_out else ""
    return words % values + more


def _strengths(evidence: Evidence) -> str:
    """`; strength 2 in the first week, 2 in the latest`; empty where no strength was entered."""
    first, last = evidence.get("strength_first_week"), evidence.get("strength_last_week")
    if first is None or last is None:
        return ""
    return gettext("; strength %(first)s of 4 in the first week, %(last)s in the latest") % {
        "first": _number(first),
        "last": _number(last),
    }


def _persistence_sentence(finding: Finding, today: dt.date) -> str:
    evidence = finding.evidence
    return gettext("%(place)s: day %(day)d since it began on %(date)s; %(window)s%(strengths)s.") % {
        "place": place_of(finding),
        "day": evidence["days_lasted"],
        "date": date_words(finding.since, today),
        "window": _window(evidence, today),
        "strengths": _strengths(evidence),
    }


def _persistence_change(finding: Finding) -> str:
    closes = finding.closes_when
    return ngettext(
        "It closes with %(days)d more day recorded without a twitch there, or after %(weeks)d weeks without one.",
        "It closes with %(days)d more days recorded without a twitch there, or after %(weeks)d weeks without one.",
        closes["clear_days"],
    ) % {"days": closes["clear_days"], "weeks": closes["or_days_without"] // 7}


def _eyelid(finding: Finding) -> str:
    """What is added where only a lid twitches."""
    if not finding.evidence.get("eyelid"):
        return ""
    return " " + gettext(
        "Eyelids often take a few weeks. Doctors usually wait up to three months if only one lid twitches; "
        "see one "
        "sooner if the eye closes fully, the lid droops, or other parts of the face twitch."
    )


def _flag(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("Still there after two weeks"),
        line=gettext(
            "%(place)s: still there after two weeks. That is common and usually harmless, and worth "
            "mentioning to a "
            "doctor."
        )
        % {"place": place_of(finding)},
        sentence=_persistence_sentence(finding, today),
        meaning=gettext(
            "Common and usually harmless: most harmless twitches that are noticed at all go on for a long time. "
            "Lasting is a reason to mention it, not a sign of danger."
        )
        + _eyelid(finding),
        to_do=gettext("Mention it to a doctor at your next visit, or make an appointment if it worries you."),
        would_change=_persistence_change(finding),
    )


def _easing(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("Longer than two weeks, but easing"),
        line=gettext("%(place)s: longer than two weeks, but easing.") % {"place": place_of(finding)},
        sentence=_persistence_sentence(finding, today),
        meaning=gettext("The last week was clearly milder than the two before it.") + _eyelid(finding),
        to_do=gettext("Just go on noting. Nothing else is needed now."),
        would_change=gettext("If it is as strong again, or still there after four weeks, the diary says so.")
        + " "
        + _persistence_change(finding),
    )


def _ask(finding: Finding, today: dt.date) -> Said:
    evidence = finding.evidence
    return Said(
        name=gettext("Was it there in between?"),
        line=gettext("%(place)s: was it there on the days that are not recorded?") % {"place": place_of(finding)},
        sentence=gettext("%(place)s: logged since %(date)s; %(window)s.")
        % {
            "place": place_of(finding),
            "date": date_words(finding.since, today),
            "window": _window(evidence, today),
        },
        meaning=gettext(
            "Too many days are not recorded to tell whether it has been there most of the time. So the diary asks "
            "instead of guessing."
        ),
        to_do=gettext("Answer as far as you remember. “I don't know” is a good answer too."),
        would_change=_persistence_change(finding),
    )


def _fourteen_days(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("Two weeks in one place, on and off"),
        line=gettext("%(place)s: two weeks now, on and off.") % {"place": place_of(finding)},
        sentence=_persistence_sentence(finding, today),
        meaning=gettext(
            "It has come back for two weeks, but not on most days. Coming and going in one place is how harmless "
            "twitches behave."
        )
        + _eyelid(finding),
        to_do=gettext("Go on noting. If it bothers you, mention it at your next visit."),
        would_change=_persistence_change(finding),
    )


def _listed(finding: Finding, today: dt.date) -> str:
    """`Left calf since 3 Mar; Right inner forearm since 2 Apr`."""
    return "; ".join(
        gettext("%(place)s since %(date)s")
        % {"place": place_name(place["location"], place["side"] or ""), "date": _date(place["since"], today)}
        for place in finding.evidence["places"]
    )


def _reach_words(reach: str) -> str:
    """The farthest that the places lie apart."""
    return {
        "mirror": gettext("They are the two sides of one place."),
        "same_limb": gettext("They are on one arm or leg."),
        "other_limb": gettext("They are on different arms, legs or parts of the body."),
        "other_segment": gettext("They are in different regions of the body."),
    }.get(reach, "")


def _places_close(finding: Finding) -> str:
    return gettext("It closes when no more than one of these places has twitched for two weeks.")


def _march(finding: Finding, today: dt.date) -> Said:
    evidence = finding.evidence
    return Said(
        name=gettext("New places have joined"),
        line=gettext(
            "New places have joined and the first ones stayed. Several places are common; that they keep "
            "adding up is "
            "worth a talk with a doctor."
        ),
        sentence=gettext(
            "%(places)s. Places on a recorded day: %(first)s at first, %(last)s lately. %(reach)s"
        ).strip()
        % {
            "places": _listed(finding, today),
            "first": _number(evidence["places_a_day_first"]),
            "last": _number(evidence["places_a_day_last"]),
            "reach": _reach_words(evidence["reach"]),
        },
        meaning=gettext(
            "Harmless twitching is often in several places, and moves around. Here new places came while the "
            "first "
            "ones went on. Guidance asks to show that to a doctor, who can test strength and reflexes."
        ),
        to_do=gettext(
            "Make an appointment in the next weeks, take this diary along, and answer the function check."
        ),
        would_change=_places_close(finding),
    )


def _second_place(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("A second place"),
        line=gettext("A second place twitches regularly now. Often harmless; mention it at your next visit."),
        sentence=_listed(finding, today) + ".",
        meaning=gettext(
            "Harmless twitching is often in more than one place. The NHS still asks to mention it to a GP, "
            "and so does "
            "this diary."
        ),
        to_do=gettext("Mention it at your next visit. There is no hurry."),
        would_change=_places_close(finding),
    )


def _mirror(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("The same place on both sides"),
        line=gettext(
            "Left and right twitch in the same place now. Often harmless; mention it at your next visit."
        ),
        sentence=_listed(finding, today) + ".",
        meaning=gettext(
            "In healthy people, too, left and right often twitch alike. More than one place is still worth a "
            "mention, "
            "says the NHS."
        ),
        to_do=gettext("Mention it at your next visit. There is no hurry."),
        would_change=_places_close(finding),
    )


def _face(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("From the eye to the lower face"),
        line=gettext("First the eye, now the cheek or mouth on the same side: a doctor can tell what it is."),
        sentence=_listed(finding, today) + ".",
        meaning=gettext(
            "Twitching that moves from the eye down one side of the face is worth a look by a doctor. It can be "
            "treated. It is not the same as twitching that spreads over the body."
        ),
        to_do=gettext("Make an appointment, and film the twitch with your phone if you can."),
        would_change=gettext("It closes when eye or lower face has twitched on fewer than %(days)d of 28 days.")
        % {"days": finding.closes_when["below"]},
    )


def _rise(finding: Finding) -> str:
    """What rose, in numbers: the weekly score, and the parts that it is made of."""
    evidence = finding.evidence
    first, last = evidence.get("parts_first"), evidence.get("parts_last")
    if not first or not last:
        return gettext("score of a recorded day %(first)s of 7 at first, %(last)s lately") % {
            "first": _number(evidence["burden_first"]),
            "last": _number(evidence["burden_last"]),
        }
    parts = [
        gettext("score of a recorded day %(first)s of 7 in the first weeks, %(last)s in the latest")
        % {"first": _number(evidence["first_third"]), "last": _number(evidence["last_third"])},
        gettext("days with twitches %(first)s to %(last)s a week")
        % {"first": _number(first["twitch_days_a_week"]), "last": _number(last["twitch_days_a_week"])},
    ]
    if first["strength"] is not None and last["strength"] is not None:
        values = {"first": _number(first["strength"]), "last": _number(last["strength"])}
        parts.append(gettext("strength %(first)s to %(last)s of 4") % values)
    return "; ".join(parts)


def _rise_sentence(finding: Finding, today: dt.date) -> str:
    return gettext("Since about %(date)s, as seen on %(noticed)s: %(rise)s.%(ranks)s") % {
        "date": short_date(finding.since, today),
        "noticed": _date(finding.evidence["noticed_on"], today),
        "rise": _rise(finding),
        "ranks": _ranks(finding.evidence),
    }


def _ranks(evidence: Evidence) -> str:
    """` The latest weeks rank 1, 2, 1 of 17, 1 being the worst.`"""
    ranks = evidence.get("ranks")
    if not ranks:
        return ""
    return " " + gettext("The latest weeks rank %(ranks)s of %(weeks)d, 1 being the most.") % {
        "ranks": ", ".join(str(rank) for rank in ranks),
        "weeks": evidence["blocks"],
    }


def _rise_change(finding: Finding) -> str:
    return gettext("It closes when the score of a recorded day stays at %(score)s or less for two weeks.") % {
        "score": _number(finding.closes_when["per_observed_day"])
    }


def _worse_meaning() -> str:
    return gettext(
        "Compared with your own past only. Stress, poor sleep, a new medicine or hard training can do this "
        "for weeks. "
        "But getting worse, not lasting long, is what doctors look at."
    )


def _alert(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("Getting stronger, longer or more frequent"),
        line=gettext(
            "Your twitching has been getting worse over the last weeks. That is worth a talk with a doctor."
        ),
        sentence=_rise_sentence(finding, today),
        meaning=_worse_meaning(),
        to_do=gettext(
            "Make an appointment in the next weeks, take this diary along, and answer the function check."
        ),
        would_change=_rise_change(finding),
    )


def _watch(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("Perhaps more than before"),
        line=gettext("Perhaps a little more twitching than before. Nothing to do but to go on noting."),
        sentence=_rise_sentence(finding, today),
        meaning=gettext(
            "The last weeks rank high among yours, but not clearly enough to say more. It may be chance."
        ),
        to_do=gettext("Go on noting, and note days without twitches too."),
        would_change=gettext("More such weeks would make it a finding; milder ones make it go."),
    )


def _steep(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("A steep rise within weeks"),
        line=gettext(
            "Your twitching has grown quickly within a few weeks. That is worth a talk with a doctor soon."
        ),
        sentence=_rise_sentence(finding, today),
        meaning=_worse_meaning(),
        to_do=gettext(
            "Make an appointment in the next days, take this diary along, and answer the function check."
        ),
        would_change=_rise_change(finding),
    )


def _steep_watch(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("Perhaps a steep rise"),
        line=gettext("The last weeks had stronger or longer twitches. The diary looks again in a week."),
        sentence=_rise_sentence(finding, today),
        meaning=gettext("It may be a passing bout: most are over within a week or two."),
        to_do=gettext("Go on noting, and answer the function check."),
        would_change=gettext(
            "Seen again in a week or later, it becomes a finding; otherwise it goes after two weeks."
        ),
    )


def sign_name(finding: Finding) -> str:
    """The sign of a finding, with its place: `Buttons and zips (Right base of the thumb)`."""
    name = gettext(SIGNS[finding.evidence["sign"]].name)
    place = place_of(finding)
    return gettext("%(sign)s (%(place)s)") % {"sign": name, "place": place} if place else name


def _answers(finding: Finding, today: dt.date) -> str:
    """`Buttons and zips (right thumb base): yes on 3 March, noticed since 1 March, getting worse; it "
    "twitches there.`"""
    evidence = finding.evidence
    parts = [
        {
            "yes": pgettext("answer", "yes on %(date)s"),
            "unsure": pgettext("answer", "not sure on %(date)s"),
            "tired_only": pgettext("answer", "tired, but everything works, on %(date)s"),
        }[evidence["answer"]]
        % {"date": _date(evidence["answered_on"], today)}
    ]
    if evidence["noticed_since"]:
        parts.append(gettext("noticed since %(date)s") % {"date": _date(evidence["noticed_since"], today)})
    if evidence["course"]:
        parts.append(
            {
                "worse": gettext("getting worse"),
                "same": gettext("staying the same"),
                "better": gettext("getting better"),
            }[evidence["course"]]
        )
    if evidence["twitches_there"]:
        parts.append(gettext("with twitches at that place"))
    return gettext("%(sign)s: %(answers)s.") % {"sign": sign_name(finding), "answers": ", ".join(parts)}


def _back_to_normal() -> str:
    return gettext("Only your own “back to normal” closes it. Fewer twitches do not.")


def _emergency(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("This can need help within hours"),
        line=gettext("%(sign)s: call the emergency number now if it is still there.")
        % {"sign": sign_name(finding)},
        sentence=_answers(finding, today),
        meaning=gettext(
            "Sudden or fast loss of strength, speech or breath needs help at once, whatever the twitches do."
        ),
        to_do=gettext(
            "If it is still there, call now, and don't drive yourself. If it has gone, speak to a doctor "
            "today all the "
            "same."
        ),
        would_change=_back_to_normal(),
    )


def _same_day(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("Speak to a doctor today"),
        line=gettext("%(sign)s: speak to a doctor today.") % {"sign": sign_name(finding)},
        sentence=_answers(finding, today),
        meaning=gettext(
            "Trouble with swallowing or with breathing when lying flat should be looked at the same day."
        ),
        to_do=gettext(
            "Call your practice or the out-of-hours service today, even at the weekend. If you can't get "
            "your breath or "
            "can't swallow at all, call the emergency number."
        ),
        would_change=_back_to_normal(),
    )


def _loss_this_week(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("See a doctor this week"),
        line=gettext("%(sign)s: see a doctor this week.") % {"sign": sign_name(finding)},
        sentence=_answers(finding, today),
        meaning=gettext(
            "Something your muscles can no longer do weighs more than any twitch. It gets worse, or it is "
            "where it "
            "twitches, so don't put it off. Many causes can be treated."
        ),
        to_do=gettext("Make an appointment for this week and take this diary with you."),
        would_change=_back_to_normal(),
    )


def _loss(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("Book an appointment soon"),
        line=gettext("%(sign)s: book an appointment soon and take this diary with you.")
        % {"sign": sign_name(finding)},
        sentence=_answers(finding, today),
        meaning=gettext(
            "Something your muscles can no longer do weighs more than any twitch. There are many reasons for "
            "it, and "
            "most can be treated. A doctor can test strength and reflexes in a few minutes."
        ),
        to_do=gettext("Book an appointment soon and take this diary with you."),
        would_change=_back_to_normal(),
    )


def _mention(finding: Finding, today: dt.date) -> Said:
    medicine = finding.evidence["sign"] == "medicine_suspected"
    return Said(
        name=gettext("Ask about the medicine") if medicine else gettext("Show the eye to a doctor"),
        line=gettext("%(sign)s: worth asking a pharmacist or doctor about.") % {"sign": sign_name(finding)}
        if medicine
        else gettext("%(sign)s: show it to a doctor or an eye specialist.") % {"sign": sign_name(finding)},
        sentence=_answers(finding, today),
        meaning=gettext(
            "Some medicines can bring on twitching. Often there is another one that can be taken instead."
        )
        if medicine
        else gettext("This goes beyond a plain lid twitch. It can usually be treated."),
        to_do=gettext(
            "Ask a pharmacist or the doctor who prescribed it. Do not stop a prescribed medicine without advice."
        )
        if medicine
        else gettext("Show it to a doctor or an eye specialist in the next days. If it came suddenly, go today."),
        would_change=_back_to_normal(),
    )


def _unsure(finding: Finding, today: dt.date) -> Said:
    to_do = gettext("Try it again and answer the function check. If it stays unclear, let a doctor test it.")
    if KIND_OF_SIGN[finding.evidence["sign"]] == "emergency":
        to_do = gettext(
            "If it is there now, call the emergency number and describe it. If it has gone, speak to a "
            "doctor today."
        )
    return Said(
        name=gettext("Not sure: try again"),
        line=gettext("%(sign)s: you were not sure. Try it again on another day.") % {"sign": sign_name(finding)},
        sentence=_answers(finding, today),
        meaning=gettext("“Not sure” is a good answer. Trying it on both sides often makes it clear."),
        to_do=to_do,
        would_change=gettext("Your next answer, or four weeks without one."),
    )


def _tired_only(finding: Finding, today: dt.date) -> Said:
    return Said(
        name=gettext("Tired, but you can do everything"),
        line=gettext("%(sign)s: tired, but it works. By itself that is not a warning sign.")
        % {"sign": sign_name(finding)},
        sentence=_answers(finding, today),
        meaning=gettext("A third of people with harmless twitches say this. By itself it is not a warning sign."),
        to_do=gettext("Nothing. The next function check asks again."),
        would_change=gettext("Your next answer, or four weeks without one."),
    )


def _earned(finding: Finding, today: dt.date) -> Said:
    evidence = finding.evidence
    return Said(
        name=gettext("The pattern that is usually harmless"),
        line=gettext("One place, comes and goes, nothing you can't do: the pattern that is usually harmless."),
        sentence=gettext(
            "%(place)s: the only place in the last %(days)d days; %(recorded)d of them recorded, %(quiet)d "
            "without any "
            "twitch; nothing lost in the function check."
        )
        % {
            "place": place_of(finding),
            "days": evidence["window_days"],
            "recorded": evidence["recorded_days"],
            "quiet": evidence["quiet_days"],
        },
        meaning=gettext(
            "One place, comes and goes, nothing you can't do. That is the pattern that is usually harmless. "
            "A diary "
            "can't rule anything out, but there is nothing here to act on."
        ),
        to_do=gettext("You have enough data. You may stop looking; note a twitch when you feel like it."),
        would_change=gettext("A new place, more twitching than before, or a “yes” in the function check."),
    )


_SAYERS: Mapping[str, Callable[[Finding, dt.date], Said]] = {
    "flag": _flag,
    "easing": _easing,
    "ask": _ask,
    "fourteen_days": _fourteen_days,
    "march": _march,
    "second_place": _second_place,
    "mirror": _mirror,
    "face": _face,
    "alert": _alert,
    "watch": _watch,
    "steep": _steep,
    "steep_watch": _steep_watch,
    "emergency": _emergency,
    "same_day": _same_day,
    "loss_this_week": _loss_this_week,
    "loss": _loss,
    "mention": _mention,
    "unsure": _unsure,
    "tired_only": _tired_only,
    "earned": _earned,
}
