"""`python -m benchmarks.triggers`: the triggers page beside an empty signed-in page, in one run.

Diaries of three months and of two years with every factor entered (the most that is ever looked at), and of ten
years with 15 episodes a day. They take turns; `--rounds` says how often. Each look is the first one: what was kept
of the page is thrown away before.
"""

import argparse
import datetime as dt
import statistics
import sys
import tempfile
from pathlib import Path
from random import Random

from benchmarks.requests import Case
from benchmarks.settings import use

SETTINGS = ("ALLOWED_HOSTS", "CACHE_URL", "DATABASE_URL", "DEBUG", "SECRET_KEY", "SITE_URL", "SMTP_HOST")


def main() -> None:
    """Set up a place of its own, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.triggers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diary-bench-", ignore_cleanup_errors=True) as folder:
        use(Path(folder))
        from django.db import connections  # noqa: PLC0415

        from benchmarks import report  # noqa: PLC0415  (reads the settings)

        report.set_up()
        found = cases(dt.date(2026, 11, 23))
        with report.beside_a_worker():
            report.measure(found, max(2, options.rounds))
        row = report.rows_beside(found[0])
        lines = [*report.HEAD, *(row(case, f"{report.queries_of(case)}") for case in found)]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.write(f"the sums alone, two full years: {sums():.1f} ms\n")
        connections.close_all()


def cases(today: dt.date) -> list[Case]:
    """The empty page first."""
    from benchmarks.pages import signed_in  # noqa: PLC0415  (needs the apps)
    from diary.shelf import shelf  # noqa: PLC0415

    quarter = signed_in("quarter", "benign", today)
    full, decade = signed_in("full", "benign", today), signed_in("decade", "busy-decade", today)
    write_in_full("full", today)
    return [
        Case("an empty page", "/empty/", quarter),
        Case("triggers, 3 months", "/triggers/", quarter, after=shelf.forget),
        Case("triggers, 2 years, every factor", "/triggers/", full, after=shelf.forget),
        Case("triggers, 10 years", "/triggers/", decade, after=shelf.forget),
    ]


def write_in_full(name: str, today: dt.date) -> None:
    """Two years with every factor on every day, in place of what is there."""
    from benchmarks.cohorts.trigger_lives import MORE_HABITS, linked  # noqa: PLC0415
    from diary.models import Day, Diarist, Episode  # noqa: PLC0415  (needs the apps)
    from diary.moments import at_wall_clock  # noqa: PLC0415
    from triage.trigger_days import CONTEXT  # noqa: PLC0415

    diarist = Diarist.objects.get(user__username=name)
    diarist.episodes.all().delete()
    diarist.days.all().delete()
    facts = linked(Random(1), 730, 2, MORE_HABITS).facts
    shift = today - dt.timedelta(days=1) - facts[-1].date
    Day.objects.bulk_create(
        Day(
            diarist=diarist,
            date=one.date + shift,
            no_twitches=one.twitched is False,
            **{name: value for name in CONTEXT if (value := getattr(one, name)) is not None},
        )
        for one in facts
    )
    episodes = []
    for one in facts:
        if one.twitched:
            moment = at_wall_clock(one.date + shift, dt.time(9), "Europe/Berlin")
            episode = Episode(diarist=diarist, location="calf", side="left", recorded_at=moment.at)
            episode.moment = moment
            episodes.append(episode)
    Episode.objects.bulk_create(episodes)


def sums() -> float:
    """Milliseconds of processor time of the statistics alone."""
    import time  # noqa: PLC0415

    from benchmarks.cohorts.trigger_lives import MORE_HABITS, linked  # noqa: PLC0415
    from triage.triggers.look import look  # noqa: PLC0415

    facts, took = linked(Random(1), 730, 2, MORE_HABITS).facts, []
    for _ in range(20):
        began = time.process_time()
        look(facts)
        took.append((time.process_time() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
