"""`python -m benchmarks`: server time, queries and weight of the pages, against an empty signed-in page.

One process, one run, a temporary SQLite file with the settings that production has; the pages take turns, so that
noise on the machine hits all alike. `--write` puts the table into benchmarks/RESULTS.md.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    """Set up a place of its own, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIARY_DATA_DIR"] = folder
        os.environ["STATIC_ROOT"] = str(Path(folder) / "static")
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        for name in ("DATABASE_URL", "DEBUG", "SITE_URL", "CACHE_URL"):
            os.environ.pop(name, None)
        os.environ["LOG_LEVEL"] = "ERROR"
        from benchmarks.pages import report  # noqa: PLC0415  (the settings are read on import)

        text = report(options.rounds)
    sys.stdout.write(text)
    if options.write:
        (FOLDER / "RESULTS.md").write_text(text, encoding="utf-8")


main()
