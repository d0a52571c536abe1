"""Patterns: what the diary shows, on what evidence, what the guidance says, and what was not found."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from diary.history import Span
from diary.keyset import page_of
from diary.middleware import DiaryRequest
from diary.models import Episode, SignCheck
from diary.moments import parse_date
from diary.shelf import MARK_OF_TOKEN, filled, shelf
from diary.views.check import call
from triage import answering, scan
from triage.forms import DiscussedForm
from triage.models import Finding
from triage.pictures import Bars, Recent, Strip, bars_of, recent, strips_of
from triage.rules.thresholds import RULES_VERSION, SPREAD_BLOCKS, WORSENING_BLOCKS
from triage.wording import Said, level_words, looked_for_words, not_yet_words, say, source_words

# Stands in what is kept where the token of each request's forms goes.
ENTRIES_SHOWN = 60
EARLIER_A_PAGE = 20
LEAST_WEEKS = {"worsening": WORSENING_BLOCKS.value, "spread": SPREAD_BLOCKS.value}


@dataclass(slots=True)
class Card:
    """One finding as it is shown: its words and pictures, and the form to say that it was discussed."""

    finding: Finding
    said: Said
    level: str
    source: str
    strips: list[Strip] = field(default_factory=list)
    bars: Bars | None = None
    open_days: list[dt.date] = field(default_factory=list)
    form: DiscussedForm | None = None

    @property
    def open_span(self) -> Span:
        """The first and the last of the open days."""
        return self.open_days[0], self.open_days[-1]


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that say the same of different places; what they mean and ask for is said once."""

    cards: list[Card]

    @property
    def first(self) -> Card:
        """The one whose words stand for all."""
        return self.cards[0]


@require_safe
def patterns(request: DiaryRequest) -> HttpResponse:
    """The whole page; from then on its findings are no news."""
    now = scan.current(request.diarist, request.today)
    context = page_context(request, now)
    if request.method == "GET":
        scan.mark_seen(request.diarist, now.findings, request.today)
    return render(request, "triage/patterns.html", context)


def page_context(request: DiaryRequest, now: scan.Current, form: DiscussedForm | None = None) -> dict[str, Any]:
    """Everything on the page. `form` is one that could not be stored, with what is wrong in it."""
    return {
        "tab": "patterns",
        "quality": dated(now.assessment.quality),
        "noted": noted(request),
        "part": found_part(request, now, form),
    }


def dated(quality: dict[str, Any]) -> dict[str, Any]:
    """How much of the diary is recorded, with dates for the texts that are stored."""
    return quality | {name: _date(quality.get(name)) for name in ("first_day", "last_check_on")}


def found_part(request: DiaryRequest, now: scan.Current, form: DiscussedForm | None) -> SafeString:
    """The findings and what was not found, kept until the diary, the day or a finding's own state changes."""
    states = [(row.pk, row.acknowledged_on, row.acknowledged_kind, row.seen_on is None) for row in now.findings]
    key = ("patterns", request.today, request.zone, get_language(), RULES_VERSION, tuple(states))

    def made() -> str:
        context = found_context(request, now, form) | {"csrf_token": MARK_OF_TOKEN}
        return render_to_string("triage/patterns.html#found", context, request)

    return filled(made() if form else shelf.kept(request.diarist, key, made), request)


def found_context(request: DiaryRequest, now: scan.Current, form: DiscussedForm | None) -> dict[str, Any]:
    """What the part with the findings shows."""
    quality = now.assessment.quality
    seen = recent(request.diarist, request.today)
    cards = [card_of(request, finding, seen, form) for finding in now.findings]
    return {
        "level": now.assessment.level,
        "groups": grouped(card for card in cards if not card.finding.is_quiet),
        "set_aside": grouped(card for card in cards if card.finding.is_quiet),
        "quality": dated(now.assessment.quality),
        "is_thin": quality["recorded_of_28"] < min(14, quality["calendar_days"]),
        "not_found": not_found(now.assessment.looked_for, quality),
        "call": call(request) if now.assessment.level == "urgent" else None,
        "has_earlier": scan.findings_of(request.diarist).filter(closed_on__isnull=False).exists(),
    }


def grouped(cards: Iterable[Card]) -> list[Group]:
    """Cards in their order, those of one kind of persistence together; the rest each by itself."""
    groups: dict[str, Group] = {}
    for card in cards:
        finding = card.finding
        name = finding.kind if finding.rule == "persistence" and finding.kind != "ask" else finding.key
        groups.setdefault(name, Group([])).cards.append(card)
    return list(groups.values())


def card_of(request: DiaryRequest, finding: Finding, seen: Recent, form: DiscussedForm | None = None) -> Card:
    """A finding with its words and pictures."""
    given = form if form is not None and form.finding.pk == finding.pk else None
    return Card(
        finding,
        say(finding, request.today),
        level_words(finding.level),
        source_words(finding.rule),
        strips_of(finding, seen),
        bars_of(finding),
        answering.open_days(finding, seen.recorded) if finding.kind == "ask" else [],
        given or DiscussedForm(finding=finding, today=request.today),
    )


def not_found(looked_for: list[str], quality: dict[str, Any]) -> list[str]:
    """What was looked for without finding it, or what there are not weeks enough to look for yet."""
    weeks = quality["weeks_compared"]
    missing = {rule: LEAST_WEEKS.get(rule, 0) - weeks for rule in looked_for}
    return [
        not_yet_words(rule, missing[rule]) if missing[rule] > 0 else looked_for_words(rule) for rule in looked_for
    ]


def finding_of(request: DiaryRequest, pk: uuid.UUID) -> Finding:
    """One finding of the person's own; 404 for anybody else's."""
    return get_object_or_404(scan.findings_of(request.diarist), pk=pk)


@require_safe
def entries(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """The very entries that a finding rests on, the latest first."""
    finding = finding_of(request, pk)
    ids = finding.entry_ids[-ENTRIES_SHOWN:]
    episodes: list[Episode] = []
    answers: list[SignCheck] = []
    if finding.rule == "signs":
        answers = list(request.diarist.sign_checks.filter(pk__in=ids).order_by("-date", "-recorded_at"))
    else:
        # Put in order here: asked to, SQLite would read the whole diary in that order to find a few.
        found = request.diarist.episodes.filter(pk__in=ids).order_by()
        episodes = sorted(found, key=lambda row: (row.local_date, row.started_at, row.pk), reverse=True)
    context = {
        "tab": "patterns",
        "finding": finding,
        "said": say(finding, request.today),
        "episodes": episodes,
        "answers": answers,
        "unshown": len(finding.entry_ids) - len(ids),
        "gone": len(ids) - len(episodes) - len(answers),
    }
    template = "triage/entries.html#entries" if request.htmx else "triage/entries.html"
    return render(request, template, context)


@require_POST
def discussed(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Note that a finding was discussed with a doctor, or take that back."""
    finding = finding_of(request, pk)
    if "undo" in request.POST:
        scan.take_back_acknowledgement(request.diarist, pk)
        return redirect("triage:patterns")
    form = DiscussedForm(request.POST, finding=finding, today=request.today)
    if not form.is_valid():
        context = page_context(request, scan.current(request.diarist, request.today), form)
        return render(request, "triage/patterns.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    scan.acknowledge(request.diarist, [pk], form.cleaned_data["on"])
    return redirect("triage:patterns")


@require_POST
def answer(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """Answer "was it there on those days?" for all of them at once, or take the answer back."""
    finding = finding_of(request, pk)
    said = request.POST.get("answer", "")
    if "undo" in request.POST:
        taken = answering.read_token(request.POST["undo"], finding)
        if taken is None:
            raise Http404
        answering.take_back(request.diarist, finding, taken)
        return redirect("triage:patterns")
    if said == "unknown":
        scan.acknowledge(request.diarist, [pk], request.today)
        return redirect("triage:patterns")
    if said not in {"yes", "no"} or finding.kind != "ask" or not finding.is_open:
        raise Http404
    dates = answering.fill(request.diarist, finding, was_there=said == "yes", now=request.now, zone=request.zone)
    token = answering.token(finding, dates, was_there=said == "yes")
    return redirect(f"{reverse('triage:patterns')}?noted={token}")


def noted(request: DiaryRequest) -> dict[str, Any] | None:
    """What an answer just stored, for the sentence with Undo on top of the page."""
    text = request.GET.get("noted", "")
    finding_id = answering.finding_in(text)
    finding = scan.findings_of(request.diarist).filter(pk=finding_id).first() if finding_id else None
    taken = answering.read_token(text, finding) if finding else None
    if finding is None or taken is None:
        return None
    return {"finding": finding, "token": text, "days": len(taken.dates), "was_there": taken.was_there}


@require_safe
def earlier(request: DiaryRequest) -> HttpResponse:
    """Findings that are closed, the latest first, with why they are."""
    rows = scan.findings_of(request.diarist).filter(closed_on__isnull=False)
    page = page_of(rows, "opened_on", EARLIER_A_PAGE, request.GET.get("before", ""))
    context = {
        "tab": "patterns",
        "rows": [(row, say(row, request.today)) for row in page.rows],
        "older": page.older,
        "is_first": page.is_first,
    }
    return render(request, "triage/earlier.html", context)


@require_safe
def glance(request: DiaryRequest) -> HttpResponse:
    """The line of Today, brought up to date; Today asks for it where that takes longer."""
    scan.current(request.diarist, request.today)
    return render(request, "triage/glance.html", {"is_today": True})


@require_safe
def spans(request: DiaryRequest) -> JsonResponse:
    """The findings that lie between two dates, for the timeline: name, days and places of each."""
    first, last = (parse_date(request.GET.get(name, "")) for name in ("first", "last"))
    if first is None or last is None:
        raise Http404
    scan.current(request.diarist, request.today)
    rows = (
        scan.findings_of(request.diarist)
        .filter(rule__in=["persistence", "spread", "worsening"], since__lte=last)
        .filter(Q(closed_on__isnull=True) | Q(closed_on__gte=first))
        .exclude(closed_why=Finding.Why.WITHDRAWN)
        .order_by("since", "id")
    )
    found = [span_of(row, request.today) for row in rows]
    # A pattern closes days after the last twitch, with which it ends here.
    return JsonResponse({"spans": [span for span in found if ends_from(span, first)]})


def ends_from(span: dict[str, Any], first: dt.date) -> bool:
    """Whether a span lasts, or ends on `first` or later."""
    return span["until"] is None or dt.date.fromisoformat(span["until"]) >= first


def span_of(finding: Finding, today: dt.date) -> dict[str, Any]:
    """Where a finding lies: from its first day to its last twitch, or until it closed; null while it lasts."""
    said = say(finding, today)
    last = finding.evidence.get("last_twitch") if not finding.is_open else None
    closed = finding.closed_on.isoformat() if finding.closed_on else None
    places = [(finding.location, finding.side)] if finding.location else []
    if finding.rule == "spread":
        places = [(place["location"], place["side"] or "") for place in finding.evidence["places"]]
    return {
        "key": str(finding.pk),
        "name": said.name,
        "level": finding.level,
        "since": finding.since.isoformat(),
        "until": last or closed,
        "places": [{"location": location, "side": side} for location, side in places],
        "url": f"{reverse('triage:patterns')}#f-{finding.pk}",
    }


def _date(iso: str | None) -> dt.date | None:
    return dt.date.fromisoformat(iso) if iso else None
