"""`python -m benchmarks.timeline`: what the timeline weighs, costs at a first look, and when its figure is seen.

The figure is timed in a headless Chromium whose processor is slowed down four times, beside a page of ours that
only draws an empty Plotly figure: the floor that the library itself sets. The pages take turns. Everything is
served by one thread of this process with the settings of production; `--write` puts the tables into
benchmarks/TIMELINE.md.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

FOLDER = Path(__file__).resolve().parent
LARGEST_PAYLOAD, LARGEST_RATIO, SLOWER = 60_000, 1.5, 4
SETTLED_MS = 500  # what a page loads after everything else
RANGES = (("2w", "2 weeks"), ("3m", "3 months"), ("1y", "1 year"), ("all", "all"))
# When the frame that first has the figure, or the empty one, was painted: looked for at the start of every frame,
# answered by a task that goes before all others, or scripts that wait for their turn would count as painting.
SEEN = """
    new Promise((done) => {
        const look = () => document.querySelector(".main-svg .xy, .main-svg .cartesianlayer")
            ? scheduler.postTask(() => done(performance.now()), { priority: "user-blocking" })
            : requestAnimationFrame(look);
        look();
    })
"""


def main() -> None:
    """Set up a place of its own, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.timeline", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often each page is opened")
    parser.add_argument("--write", action="store_true", help="write benchmarks/TIMELINE.md too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diary-bench-", ignore_cleanup_errors=True) as folder:
        text = measured(Path(folder), max(2, options.rounds))
    sys.stdout.write(text)
    if options.write:
        (FOLDER / "TIMELINE.md").write_text(text, encoding="utf-8")


def measured(folder: Path, rounds: int) -> str:
    """All tables as Markdown."""
    from benchmarks.settings import use  # noqa: PLC0415  (before anything reads the settings)

    use(folder)
    # Playwright's synchronous interface runs an event loop in this thread; Django would refuse to query in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from benchmarks import report  # noqa: PLC0415

    report.set_up()
    from django.db import connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks.pages import signed_in  # noqa: PLC0415

    today = timezone.localdate()
    cookies = {
        "3 months": signed_in("quarter", "benign", today),
        "10 years": signed_in("decade", "busy-decade", today),
    }
    with report.beside_a_worker():
        lines = [
            "# Benchmarks of the timeline",
            "",
            f"Written by `python -m benchmarks.timeline --write`, {rounds} rounds. The diary of 3 months is the",
            "story `benign`, that of 10 years is `busy-decade` with 54,750 episodes. Ratios count; milliseconds",
            "depend on the machine and on what else it does.",
            "",
            *payloads(cookies),
            "",
            *first_looks(cookies, rounds),
            "",
            *on_screen(cookies, rounds),
            "",
        ]
    connections.close_all()
    return "\n".join(lines)


def payloads(cookies: dict[str, str]) -> list[str]:
    """The page as this server sends it to a browser."""
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415

    from benchmarks.requests import Case, answer  # noqa: PLC0415

    lines = [f"| payload, at most {LARGEST_PAYLOAD} as sent | bytes | as sent | kept |", "|---|--:|--:|---|"]
    for label, cookie in cookies.items():
        for key, name in RANGES:
            case = Case(f"{name}, {label}", f"/timeline/?range={key}", cookie)
            plain = answer(WSGIHandler(), case.name, case.environ() | {"HTTP_ACCEPT_ENCODING": "identity"})
            sent = answer(WSGIHandler(), case.name, case.environ())
            verdict = "yes" if len(sent) <= LARGEST_PAYLOAD else "**no**"
            lines.append(f"| {case.name} | {len(plain)} | {len(sent)} | {verdict} |")
    return lines


def first_looks(cookies: dict[str, str], rounds: int) -> list[str]:
    """Server time of long ranges when nothing is kept of them yet: once after every write."""
    from benchmarks.report import measure  # noqa: PLC0415
    from benchmarks.requests import Case  # noqa: PLC0415
    from diary.timeline_rows import forget  # noqa: PLC0415

    cookie = cookies["10 years"]
    cases = [
        Case("an empty page", "/empty/", cookie, after=forget),
        Case("1 year, first look", "/timeline/?range=1y", cookie, after=forget),
        Case("all, first look", "/timeline/?range=all", cookie, after=forget),
    ]
    measure(cases, rounds)
    empty = statistics.median(cases[0].clock_ms)
    lines = ["| first look of a process, nothing kept, 10 years | p50 ms | x empty page |", "|---|--:|--:|"]
    for case in cases:
        p50 = statistics.median(case.clock_ms)
        lines.append(f"| {case.name} | {p50:.1f} | {p50 / empty:.1f} |")
    return lines


def on_screen(cookies: dict[str, str], rounds: int) -> list[str]:
    """Milliseconds from the start of the navigation until the figure is painted."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    pages = [("an empty Plotly figure", "/empty-figure/", cookies["3 months"])]
    pages += [
        (f"{name}, {label}", f"/timeline/?range={key}", cookie)
        for label, cookie in cookies.items()
        for key, name in RANGES
    ]
    took: dict[str, list[float]] = {name: [] for name, _, _ in pages}
    order = random.Random(1)
    with served() as address, sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        with closing(playwright.chromium.launch(executable_path=path, args=options)) as browser:
            for number in range(rounds + 1):
                for name, url, cookie in order.sample(pages, len(pages)):
                    ms = seen_after(browser, address, url, cookie)
                    if number:
                        took[name].append(ms)
    return table_of(took)


def seen_after(browser: object, address: str, url: str, cookie: str) -> float:
    """The visit of somebody who opened both pages before: their files are there, as a browser keeps them.

    Both, so that each has what ours installs, the worker that answers without a network.
    """
    key, _, value = cookie.partition("=")
    context = browser.new_context(viewport={"width": 390, "height": 844})  # type: ignore[attr-defined]
    with closing(context):
        context.add_cookies([{"name": key, "value": value, "url": address}])
        page = context.new_page()
        for before in ("/empty-figure/", "/timeline/", url):
            page.goto(f"{address}{before}")
            page.evaluate(SEEN)
            page.wait_for_timeout(SETTLED_MS)
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(f"{address}{url}", wait_until="commit")
        return float(page.evaluate(SEEN))


def table_of(took: dict[str, list[float]]) -> list[str]:
    """The medians beside that of the empty figure."""
    floor = statistics.median(took["an empty Plotly figure"])
    lines = [
        f"| figure on screen, processor {SLOWER} times slower | p50 ms | least ms | x empty figure | at most |",
        "|---|--:|--:|--:|---|",
    ]
    for name, each in took.items():
        p50 = statistics.median(each)
        verdict = f"{LARGEST_RATIO}: {'yes' if p50 / floor <= LARGEST_RATIO else '**no**'}"
        lines.append(f"| {name} | {p50:.0f} | {min(each):.0f} | {p50 / floor:.2f} | {verdict} |")
    return lines


class Server(ThreadingMixIn, WSGIServer):
    """Answers several requests of the browser at once."""

    daemon_threads = True
    request_queue_size = 64


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *args: object) -> None:
        """Nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The site on a free port of this machine."""
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415

    with make_server("127.0.0.1", 0, WSGIHandler(), server_class=Server, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    main()
