"""`python -m benchmarks.served`: the app as it is served: requests a second, start, memory, what a browser sees.

Everything is real: granian, the worker, SQLite, Chromium. The diary is `busy-decade` with 54,750 episodes.
Requests a second stand beside those of an empty signed-in page of the same server; `--write` puts the tables into
benchmarks/SERVED.md.
"""

import argparse
import datetime as dt
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
CONNECTIONS, SLOWER = 8, 4
MOST_MEMORY_MB, TAP_MS = 120, 100
PROCESSES = ("watching", "granian", "db_worker")
# A page of nothing but Django, to see what our own code adds to the start.
BARE = (
    "from django.conf import settings; settings.configure(); "
    "from django.core.wsgi import get_wsgi_application; get_wsgi_application()"
)
# What Event Timing says of every tap, and when the answer to one was painted.
OBSERVE = """
    window.taps = [];
    const note = (entry) => window.taps.push([entry.interactionId, entry.duration]);
    new PerformanceObserver((list) => list.getEntries().forEach(note))
        .observe({type: "event", durationThreshold: 16, buffered: true});
"""
PAINTED = """
    (selector) => new Promise((done) => {
        const button = document.querySelector(selector);
        let start = 0;
        button.addEventListener("pointerup", () => { start = performance.now(); }, {once: true, capture: true});
        new MutationObserver((_, observer) => {
            if (!document.querySelector("#log .status *")) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
        }).observe(document.body, {childList: true, subtree: true});
    })
"""
PAINTS = """
    () => new Promise((done) => {
        let largest = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((e) => { largest = e.startTime; }))
            .observe({type: "largest-contentful-paint", buffered: true});
        new PerformanceObserver((list) => {
            const [first] = list.getEntriesByName("first-contentful-paint");
            if (first) setTimeout(() => done([first.startTime, largest]), 300);
        }).observe({type: "paint", buffered: true});
    })
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in: the cookies of every request."""

    cookie: str

    def headers(self, port: int) -> dict[str, str]:
        """What a browser sends with a request of our own page."""
        from django.conf import settings  # noqa: PLC0415

        from benchmarks.requests import TOKEN  # noqa: PLC0415

        return {
            "Cookie": f"{settings.CSRF_COOKIE_NAME}={TOKEN}; zone=Europe/Berlin; {self.cookie}",
            "Accept-Encoding": "br",
            "Sec-Fetch-Site": "same-origin",
            "X-CSRFToken": TOKEN,
            "Origin": f"http://localhost:{port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }


def main() -> None:
    """Set up a place of its own, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.served", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long each kind of request is sent")
    parser.add_argument("--rounds", type=int, default=9, help="how often a browser opens and taps; 0: never")
    parser.add_argument("--write", action="store_true", help="write benchmarks/SERVED.md too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diary-bench-", ignore_cleanup_errors=True) as folder:
        text = measured(Path(folder), options.seconds, options.rounds)
    sys.stdout.write(text)
    if options.write:
        (FOLDER / "SERVED.md").write_text(text, encoding="utf-8")


def measured(folder: Path, seconds: float, rounds: int) -> str:
    """All tables as Markdown."""
    from benchmarks.settings import use  # noqa: PLC0415  (before anything reads the settings)

    use(folder)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from benchmarks import report  # noqa: PLC0415

    report.set_up()
    from django.db import connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks.pages import signed_in  # noqa: PLC0415

    today = timezone.localdate()
    person = Person(signed_in("decade", "busy-decade", today))
    connections.close_all()
    lines = [
        "# Benchmarks of the served app",
        "",
        f"Written by `python -m benchmarks.served --write`: granian with SQLite, {CONNECTIONS} connections asking",
        f"on and on for {seconds:g} seconds, {rounds} rounds in Chromium; ten years of 15 entries a day. Client",
        "and server share the machine. Ratios count; the rest depends on the machine and its load.",
        "",
        *throughput(person, seconds, today),
        "",
        *start_times(),
        "",
        *memory(person),
        "",
        *(in_browser(person, rounds) if rounds else ["Nothing was measured in a browser (`--rounds 0`)."]),
        "",
    ]
    return "\n".join(lines)


def free_port() -> int:
    """A port that nothing listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


@contextmanager
def granian(threads: int) -> Iterator[int]:
    """The site and the empty page on a port, answered by so many threads of one process."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "benchmarks.wsgi:application", "--no-ws"]
    command += [
        "--port",
        str(port),
        "--log-level",
        "critical",
        "--workers",
        "1",
        "--blocking-threads",
        str(threads),
    ]
    with running(command, port):
        yield port


@contextmanager
def running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server, from its first answer on until it is stopped."""
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit("The server does not answer.")
        yield process
    finally:
        process.terminate()
        process.wait(30)


def throughput(person: Person, seconds: float, today: dt.date) -> list[str]:
    """Requests a second of an empty page, Today and logging, with one thread and with four."""
    lines = [
        "| requests a second | 1 thread | 4 threads | empty page / this, 1 thread | 4 threads |",
        "|---|--:|--:|--:|--:|",
    ]
    dice = random.Random(1)

    def tap() -> dict[str, str]:
        # Spread over the years: a day with hundreds of entries would be another page.
        day = today - dt.timedelta(days=dice.randrange(3650))
        return {"id": str(uuid.uuid4()), "location": "calf", "side": "left", "strength": "2", "date": str(day)}

    kinds: list[tuple[str, str, Callable[[], dict[str, str]] | None]] = [
        ("an empty page", "/empty/", None),
        ("Today", "/", None),
        ("log a spot", "/episodes/", tap),
    ]
    counted: dict[str, list[float]] = {name: [] for name, _, _ in kinds}
    for threads in (1, 4):
        with granian(threads) as port:
            for name, path, form in kinds:
                asked(person, port, path, form, 1)
                counted[name].append(asked(person, port, path, form, seconds))
    for name, rates in counted.items():
        ratios = [empty / rate for empty, rate in zip(counted["an empty page"], rates, strict=True)]
        cells = [*(f"{rate:.0f}" for rate in rates), *(f"{ratio:.1f}" for ratio in ratios)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def asked(
    person: Person, port: int, path: str, form: Callable[[], dict[str, str]] | None, seconds: float
) -> float:
    """How many requests a second are answered when several connections ask on and on."""
    done: list[int] = []
    end = time.perf_counter() + seconds
    headers = person.headers(port) | ({"HX-Request": "true"} if form else {})

    def ask() -> None:
        count = 0
        with closing(http.client.HTTPConnection("localhost", port, timeout=60)) as connection:
            while time.perf_counter() < end:
                body = urlencode(form()) if form else None
                connection.request("POST" if form else "GET", path, body, headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    raise SystemExit(f"{path}: {answer.status}")
                count += 1
        done.append(count)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def start_times() -> list[str]:
    """What importing the app takes beside a Django with nothing in it."""
    bare, ours = ([imported(code) for _ in range(5)] for code in (BARE, "import config.wsgi"))
    floor, whole = statistics.median(bare), statistics.median(ours)
    return [
        "| import | seconds | x bare Django |",
        "|---|--:|--:|",
        f"| a Django with nothing in it | {floor:.2f} | 1.0 |",
        f"| `config.wsgi` | {whole:.2f} | {whole / floor:.1f} |",
    ]


def imported(code: str) -> float:
    """Seconds that a new interpreter takes for `code`, its own start aside."""
    timed = f"import time; start = time.perf_counter()\n{code}\nprint(time.perf_counter() - start)"
    command = [sys.executable, "-c", timed]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return float(out.stdout.splitlines()[-1])


def memory(person: Person) -> list[str]:
    """What the processes of `manage.py serve` hold after the heaviest pages; shared pages are counted once."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--no-setup"]
    with running(command, port) as process:
        time.sleep(3)
        before = held_mb(process.pid)
        with closing(http.client.HTTPConnection("localhost", port, timeout=120)) as connection:
            pages = ("/", "/days/", "/timeline/?range=all", "/timeline/?range=3m", "/patterns/", "/triggers/")
            for path in (*pages, "/doctor/", "/doctor/pdf/", "/data/export/json/", *pages):
                connection.request("GET", path, headers=person.headers(port))
                connection.getresponse().read()
        after = held_mb(process.pid)
    lines = ["| process | MB after the start | MB after the heaviest pages |", "|---|--:|--:|"]
    lines += [f"| {name} | {before.get(name, 0):.0f} | {mb:.0f} |" for name, mb in after.items()]
    whole, limit = sum(after.values()), MOST_MEMORY_MB
    verdict = "yes" if whole <= limit else "**no**"
    return [*lines, f"| **all** (at most {limit}: {verdict}) | {sum(before.values()):.0f} | {whole:.0f} |"]


def held_mb(parent: int) -> dict[str, float]:
    """Megabytes (10^6) of each process of a family, a page that two share counted half for each; Linux only."""
    family: set[int] = {parent}
    found: dict[str, float] = {}
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(stat[1]) in family:
                family.add(int(folder.name))
        except OSError:
            continue
    for pid in sorted(family):
        # Those that were forked have a name of their own, and the command line of the one that watches them.
        words = Path(f"/proc/{pid}/comm").read_text().strip()
        if words not in PROCESSES:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kilobytes = next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        name = next((name for name in PROCESSES if name in words), "other")
        found[name] = found.get(name, 0.0) + kilobytes * 1024 / 1e6
    return found


def in_browser(person: Person, rounds: int) -> list[str]:
    """First and largest paint of Today, and a tap on a spot, with a slowed-down processor and without."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    took: dict[str, list[float]] = {}
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with granian(4) as port, sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=options
        )
        with closing(launched) as browser:
            for number in range(rounds + 1):
                for slower in (1, SLOWER):
                    found = one_visit(browser, person, port, slower)
                    for name, value in found.items() if number else ():
                        took.setdefault(name, []).append(value)
    lines = ["| in Chromium, 390 x 844 | median ms | worst ms | at most |", "|---|--:|--:|---|"]
    for name, values in took.items():
        median = statistics.median(values)
        is_aim = name.startswith("tap to screen, processor as it is")
        verdict = f"{TAP_MS}: {'yes' if median <= TAP_MS else '**no**'}" if is_aim else ""
        lines.append(f"| {name} | {median:.0f} | {max(values):.0f} | {verdict} |")
    return lines


def within(promise: str) -> str:
    """A promise of the page that gives up, with a word, instead of never."""
    late = "new Promise((_, late) => setTimeout(() => late(new Error('nothing was painted in 20 s')), 20000))"
    return f"Promise.race([{promise}, {late}])"


def one_visit(browser: Any, person: Person, port: int, slower: int) -> dict[str, float]:
    """Open Today as for the first time and again, then tap a spot."""
    address = f"http://localhost:{port}"
    speed = "processor as it is" if slower == 1 else f"processor {slower} times slower"
    key, _, value = person.cookie.partition("=")
    with closing(browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)) as context:
        context.add_cookies([{"name": key, "value": value, "url": address}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.add_init_script(OBSERVE)
        page.goto(address)
        first = page.evaluate(within(f"({PAINTS})()"))
        page.goto(address)
        again = page.evaluate(within(f"({PAINTS})()"))
        selector = '#log .pick button[value="2"]'
        page.evaluate(f"() => {{ window.painted = ({PAINTED})({selector!r}) }}")
        page.tap(selector)
        painted = page.evaluate(within("window.painted"))
        page.wait_for_timeout(400)
        taps = page.evaluate("window.taps")
    return {
        f"first contentful paint, first visit, {speed}": first[0],
        f"largest contentful paint, first visit, {speed}": first[1],
        f"first contentful paint, later visit, {speed}": again[0],
        f"largest contentful paint, later visit, {speed}": again[1],
        f"tap to screen, {speed}": painted,
        f"interaction to next paint, {speed}": max((ms for interaction, ms in taps if interaction), default=16),
    }


if __name__ == "__main__":
    main()
