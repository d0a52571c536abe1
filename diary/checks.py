"""Questions about the answers to signs: which are open, what came before, and whether to offer the check."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from diary import body
from diary.models import Day, Diarist, Episode, SignCheck
from diary.signs import ASK_AGAIN_AFTER_DAYS, CHECK_EVERY_DAYS, CHECK_SIGNS

RECENT_DAYS = 28
FIRST_AFTER_DAYS = 7
FIRST_AFTER_TWITCH_DAYS = 5
QUIET_AFTER_DISMISSAL_DAYS = 7


def check_is_due(diarist: Diarist, today: dt.date, *, twitched: Collection[dt.date] | None = None) -> bool:
    """Whether Today should offer the function check; at most two queries, both over the last 28 days.

    `twitched`, where the caller has it, are the days with a twitch of a longer time; they often spare a query.
    """
    dismissed = diarist.check_dismissed_on
    if dismissed is not None and (today - dismissed).days < QUIET_AFTER_DISMISSAL_DAYS:
        return False
    enough = None if twitched is None else _is_enough(twitched, today)
    if enough is False or _was_answered_lately(diarist, today):
        return False
    return enough or _has_enough_to_ask_about(diarist, today)


def _is_enough(twitched: Collection[dt.date], today: dt.date) -> bool | None:
    """Whether there is enough to ask about, as far as the days with a twitch alone can tell."""
    recent = sum(1 for date in twitched if (today - date).days < RECENT_DAYS)
    if not recent:
        return False
    is_old = any((today - date).days >= FIRST_AFTER_DAYS for date in twitched)
    return True if is_old or recent >= FIRST_AFTER_TWITCH_DAYS else None


def latest_answers(answers: QuerySet[SignCheck]) -> list[SignCheck]:
    """The newest of `answers` for every sign, at most one row a sign."""
    # Of two at the same moment (an import can hold such) the graver one counts: yes, unsure, tired_only, no.
    order = ["-date", "-recorded_at", "-answer", "-id"]
    newest_first = Window(RowNumber(), partition_by="sign", order_by=order)
    return list(answers.annotate(rank=newest_first).filter(rank=1))


def open_answers(diarist: Diarist) -> dict[str, SignCheck]:
    """The signs whose newest answer is yes, by sign: only the person's own "back to normal" closes them."""
    newest = latest_answers(diarist.sign_checks.all())
    return {answer.sign: answer for answer in newest if answer.answer == "yes"}


def closed_by(diarist: Diarist, answers: Iterable[SignCheck]) -> set[str]:
    """The signs that were open until one of `answers` said otherwise."""
    now = {answer.sign: answer for answer in answers if answer.answer != "yes"}
    before = diarist.sign_checks.filter(sign__in=now).exclude(pk__in=[answer.pk for answer in now.values()])
    return {
        old.sign
        for old in latest_answers(before)
        if old.answer == "yes" and (old.date, old.recorded_at) <= (now[old.sign].date, now[old.sign].recorded_at)
    }


def places_twitching(diarist: Diarist, date: dt.date) -> set[tuple[str, str]]:
    """The places with an episode in the 28 days up to `date`."""
    since = date - dt.timedelta(days=RECENT_DAYS - 1)
    recent = diarist.episodes.filter(local_date__range=(since, date))
    return set(recent.order_by().values_list("location", "side").distinct())


def is_twitching(answer: SignCheck, places: set[tuple[str, str]]) -> bool:
    """Whether the answer's place, or a neighbour on its side, is among `places`; taps are imprecise."""
    if not answer.location:
        return False
    near = {answer.location, *body.LOCATIONS[answer.location].neighbours}
    return any(
        location in near and (not side or not answer.side or side == answer.side) for location, side in places
    )


def _was_answered_lately(diarist: Diarist, today: dt.date) -> bool:
    since = today - dt.timedelta(days=CHECK_EVERY_DAYS)
    rows = (
        diarist.sign_checks.filter(date__gt=since, sign__in=[sign.id for sign in CHECK_SIGNS])
        .order_by("-date", "-recorded_at")
        .values_list("date", "sign", "answer")[:400]
    )
    newest: dict[str, tuple[dt.date, str]] = {}
    for date, sign, answer in rows:
        newest.setdefault(sign, (date, answer))
    if not newest:
        return False
    last = max(date for date, _ in newest.values())
    is_open = any(answer == "yes" for _, answer in newest.values())
    return (today - last).days < (ASK_AGAIN_AFTER_DAYS if is_open else CHECK_EVERY_DAYS)


def _has_enough_to_ask_about(diarist: Diarist, today: dt.date) -> bool:
    since = today - dt.timedelta(days=RECENT_DAYS - 1)
    old = today - dt.timedelta(days=FIRST_AFTER_DAYS)
    recent = Episode.objects.filter(diarist=OuterRef("pk"), local_date__gte=since).order_by()
    days = recent.values("diarist").annotate(count=Count("local_date", distinct=True)).values("count")
    return (
        Diarist.objects.filter(pk=diarist.pk)
        .annotate(
            twitch_days=Subquery(days),
            has_old_episode=Exists(Episode.objects.filter(diarist=OuterRef("pk"), local_date__lte=old)),
            has_old_day=Exists(Day.objects.filter(diarist=OuterRef("pk"), date__lte=old)),
        )
        .filter(
            Q(twitch_days__gte=FIRST_AFTER_TWITCH_DAYS)
            | Q(twitch_days__gte=1) & (Q(has_old_episode=True) | Q(has_old_day=True))
        )
        .exists()
    )
