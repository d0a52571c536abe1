"""The tables of docs/evaluation.md."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.cohorts.measure import (
    ALERTS,
    Delays,
    Rate,
    Told,
    alerts,
    before_onset,
    delays,
)
from benchmarks.cohorts.naive import Naive
from benchmarks.cohorts.scenarios import BY_NAME, Group

type Results = Mapping[str, Sequence[Told]]

WORSENING = ALERTS["worsening"]
SPREAD = ALERTS["spread"]
FLAG = ALERTS["persistence"]
NAIVE_SPREAD: Naive = "3 places in 30 days, more than before"
STEEP_NOTES = (*WORSENING, "watch", "steep_watch")


def of_group(results: Results, *groups: Group) -> list[str]:
    """The names of the scenarios of these groups that were run."""
    return [name for name in results if BY_NAME[name].group in groups]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def rate(value: Rate) -> str:
    """A rate a year with its interval."""
    low, high = value.interval
    return f"{value.value:.2f} ({low:.2f}-{high:.2f})"


def timing(value: Delays) -> str:
    """Share found with its interval, median and quartiles of the delay."""
    low, high = value.found.interval
    share = f"{value.found.value:.1%} ({low:.0%}-{high:.0%})"
    if not value.days:
        return share
    first, third = value.quartiles
    return f"{share}, {value.middle:.0f} d ({first:.0f}-{third:.0f})"


def naive_rate(people: Sequence[Told], name: Naive) -> str:
    """Alerts a year of a baseline."""
    return f"{sum(len(one.naive.get(name, ())) for one in people) / max(len(people), 1):.1f}"


def naive_timing(people: Sequence[Told], name: Naive) -> str:
    """Share found and median delay of a baseline, and the share of people alarmed before anything began."""
    found = [
        min(day for day in one.naive[name] if day >= one.person.onset) - one.person.onset
        for one in people
        if any(day >= one.person.onset for day in one.naive.get(name, ()))
    ]
    early = sum(any(day < one.person.onset for day in one.naive.get(name, ())) for one in people)
    middle = f", {sorted(found)[len(found) // 2]} d" if found else ""
    return f"{len(found) / len(people):.0%}{middle}, {early / len(people):.0%} early"


def persistence_table(results: Results) -> str:
    """Persistence: alerts a year where nothing lasts, found and delay where something does."""
    rows = []
    for name in of_group(results, "benign", "fault", "arguable"):
        people = results[name]
        rows.append(
            [
                name,
                rate(alerts(people, FLAG)),
                f"{alerts(people, ('ask',)).value:.2f}",
                naive_rate(people, "first to last over 14 days"),
                naive_rate(people, "15 days in a row"),
            ]
        )
    for name in of_group(results, "persistent"):
        people = results[name]
        rows.append(
            [
                f"**{name}**",
                timing(delays(people, FLAG)),
                timing(delays(people, (*FLAG, "ask"))) + " alert or ask",
                naive_timing(people, "first to last over 14 days"),
                naive_timing(people, "15 days in a row"),
            ]
        )
    head = ["scenario", "recommended", "asked", "naive: first to last > 14 d", "naive: 15 days in a row"]
    return table(head, rows)


def spread_table(results: Results) -> str:
    """Spread: alerts a year, or found and delay from the second and the third place."""
    rows = []
    for name in of_group(results, "benign", "fault", "arguable"):
        people = results[name]
        rows.append(
            [
                name,
                rate(alerts(people, SPREAD)),
                "",
                naive_rate(people, "3 places in 30 days, more than before"),
            ]
        )
    for name in of_group(results, "spread"):
        people = results[name]
        rows.append(
            [
                f"**{name}**",
                timing(delays(people, SPREAD)),
                f"{delays(people, SPREAD, mark='third').middle:.0f} d",
                naive_timing(people, NAIVE_SPREAD),
            ]
        )
    head = [
        "scenario",
        "recommended (from the second place)",
        "median from the third place",
        "naive: 3 places",
    ]
    return table(head, rows)


def worsening_table(results: Results) -> str:
    """Worsening and steep courses: alerts a year, or found and delay from the first day of the course."""
    naive: tuple[Naive, ...] = (
        "14 days against 14, times 1.3",
        "OLS on daily counts",
        "Mann-Kendall on daily counts",
    )
    rows = []
    for name in of_group(results, "benign", "fault", "arguable", "persistent"):
        people = results[name]
        rows.append(
            [
                name,
                rate(alerts(people, WORSENING)),
                f"{alerts(people, ('watch', 'steep_watch')).value:.2f}",
                *(naive_rate(people, one) for one in naive),
            ]
        )
    for name in of_group(results, "worsening", "steep"):
        people = results[name]
        rows.append(
            [
                f"**{name}**",
                timing(delays(people, WORSENING)),
                timing(delays(people, STEEP_NOTES)) + " note or alert",
                *(naive_timing(people, one) for one in naive),
            ]
        )
    return table(["scenario", "recommended", "watch notes", *(f"naive: {one}" for one in naive)], rows)


def calm_table(results: Results) -> str:
    """The share of weekly scans with recent twitching that give the calm card."""
    rows = []
    for name in results:
        people = results[name]
        before = sum(one.scans_before for one in people)
        after = sum(one.scans_after for one in people)
        calm_before = sum(one.calm_before for one in people)
        calm_after = sum(one.calm_after for one in people)
        rows.append(
            [
                name,
                f"{calm_before / before:.1%}" if before else "-",
                f"{calm_after / after:.2%}" if after else "-",
            ]
        )
    return table(["scenario", "before or without a course", "after its onset"], rows)


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that was to be reached."""

    name: str
    wanted: str
    reached: str
    met: bool


def targets(results: Results) -> list[Target]:
    """The targets of the project, with what was measured."""
    listed: list[Target] = []

    def found(name: str, kinds: Sequence[str], share: float, days: float, mark: str | None = None) -> None:
        if name not in results:
            return
        value = delays(results[name], kinds, mark=mark)
        wanted = f">= {share:.0%}" + (f", median <= {days:.0f} d" if days < math.inf else "")
        met = value.found.value >= share and value.middle <= days
        label = f"{name}: found" if "ask" not in kinds else f"{name}: alert or ask"
        since = " (from the third place)" if mark else ""
        listed.append(Target(label + since, wanted, timing(value), met))

    found("persistent", FLAG, 0.99, 14)
    found("persistent, half-logged", (*FLAG, "ask"), 0.95, math.inf)
    for name in of_group(results, "spread"):
        found(name, SPREAD, 0.98, 20, "third")
    found("worsening 12 weeks", WORSENING, 0.98, 50)
    found("worsening 12 weeks, half-logged", WORSENING, 0.98, 65)
    found("worsening 12 weeks, event-only", WORSENING, 0.75, math.inf)
    return [*listed, *_steep_targets(results), *_false_targets(results), *_calm_targets(results)]


def _steep_targets(results: Results) -> list[Target]:
    listed = []
    for name in ("steep, diary before", "steep, diary begins with it"):
        for kinds, days in ((STEEP_NOTES, 28), (WORSENING, 42)):
            if name in results:
                value = delays(results[name], kinds)
                share = sum(day <= days for day in value.days) / value.found.total
                what = "note or more" if days == 28 else "alert"
                listed.append(Target(f"{name}: {what} within {days} d", ">= 90%", f"{share:.1%}", share >= 0.9))
    return listed


def _false_targets(results: Results) -> list[Target]:
    rates = {name: alerts(results[name], (*WORSENING, *SPREAD)) for name in of_group(results, "benign")}
    listed = []
    if rates:
        average = mean(value.value for value in rates.values())
        pooled = Rate(sum(v.count for v in rates.values()), sum(v.years for v in rates.values()))
        worst = max(rates, key=lambda name: rates[name].value)
        top = rates[worst]
        listed = [
            Target("false alerts a benign year, mean", "<= 0.03", f"{rate(pooled)}", average <= 0.03),
            Target("false alerts a benign year, worst", "<= 0.20", f"{rate(top)} ({worst})", top.value <= 0.2),
        ]
    courses = of_group(results, "spread", "worsening", "steep", "persistent")
    early = {name: before_onset(results[name], (*WORSENING, *SPREAD)) for name in courses}
    if early:
        count, total = sum(v.count for v in early.values()), sum(v.total for v in early.values())
        most = max(early, key=lambda name: early[name].count)
        text = f"{count} of {total} people; most: {early[most].count} of {early[most].total} ({most})"
        listed.append(Target("alerts before onset", "0 of 200 a course", text, count == 0))
    return listed


def _calm_targets(results: Results) -> list[Target]:
    listed = []
    for name in of_group(results, "spread", "worsening", "steep"):
        after = sum(one.scans_after for one in results[name])
        calm = sum(one.calm_after for one in results[name])
        most = 0.04 if name == "worsening 26 weeks" else 0.01
        share = calm / after if after else 0.0
        listed.append(Target(f"{name}: calm card after onset", f"<= {most:.0%}", f"{share:.2%}", share <= most))
    return listed


def target_table(results: Results) -> str:
    """Targets and what was reached."""
    rows = [[one.name, one.wanted, one.reached, "yes" if one.met else "**no**"] for one in targets(results)]
    return table(["figure", "wanted", "reached", "met"], rows)
