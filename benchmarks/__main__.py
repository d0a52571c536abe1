"""`python -m benchmarks`: server time, queries and weight of the pages, against an empty signed-in page.

One process, one run, a temporary SQLite file with the settings that production has; the pages take turns, so that
noise on the machine hits all alike. `--write` puts the tables into benchmarks/RESULTS.md; `--profile Today` says
instead where the time of the first page with that in its name goes.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.settings import use

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    """Set up a place of its own, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="how often each page is asked for (at least 2)")
    parser.add_argument("--first-rounds", type=int, default=5, help="how often right after a tap (at least 1)")
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md too")
    parser.add_argument("--profile", metavar="NAME", help="where the time of one page goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diary-bench-", ignore_cleanup_errors=True) as folder:
        use(Path(folder))
        from benchmarks import report  # noqa: PLC0415  (reads the settings)

        report.set_up()
        if options.profile:
            text = report.profile(options.profile, max(2, options.rounds))
        else:
            text = report.report(max(2, options.rounds), max(1, options.first_rounds))
    sys.stdout.write(text)
    if options.write and not options.profile:
        (FOLDER / "RESULTS.md").write_text(text, encoding="utf-8")


main()
