"""Runs the processes of `manage.py serve` and stops them all as soon as one of them ends.

`serve` becomes this process once everything is set up, and leaves behind what setting up took. On Linux it loads
the app once, forks its children, which then share it, and begins anew without any of it. It only waits, for weeks,
and needs no Django for that, which would hold 75 MB: nothing here may import any of it at the top.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import NoReturn

from diary.management.processes import STOP_SIGNALS, Adopted, Asked, Child, start, stop

Address = tuple[str, int]


def become(commands: list[list[str]], address: Address, site: str, environment: Mapping[str, str]) -> NoReturn:
    """Turn this process into one that runs `commands` until it is told to stop; `site` is what to open."""
    plan = json.dumps([commands, address, site])
    if sys.platform == "win32":
        # There a process can't turn into another one: it would end, and leave it behind.
        os.environ.update(environment)
        sys.exit(run(plan))
    begin_anew([plan], environment)


def begin_anew(arguments: list[str], environment: Mapping[str, str]) -> NoReturn:
    """Turn this process into one that runs this module and holds nothing of what this one does."""
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", "diary.management.watching", *arguments]
    os.execve(sys.executable, command, dict(environment))  # noqa: S606  (our own command line)


def run(plan: str, *pids: str) -> int:
    """Run the children, or watch those that run already; 1 where one of them ended without being asked, else 0."""
    commands, (host, port), site = json.loads(plan)
    asked = Asked()
    children: list[Child] = [Adopted(int(pid)) for pid in pids]
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    try:
        if not children:
            begin = way_to_begin()
            children.extend(begin(command) for command in commands)
            if begin is not start:
                leave_app(plan, children, asked)
        return int(watch(children, asked, (host, port), site))
    finally:
        stop(children)


def way_to_begin() -> Callable[[list[str]], Child]:
    """How children are made: forked with the app in them, or anew where that can't be."""
    # macOS has libraries that don't work in a forked process, Windows has no fork.
    if sys.platform == "linux":
        from diary.management.forking import fork, load_app  # noqa: PLC0415  (not for who only watches)

        if load_app():
            return fork
    return start


def leave_app(plan: str, children: list[Child], asked: Asked) -> None:
    """Begin anew, with what only the children need left to them; unless it is time to stop already."""
    # A signal in between waits for the one that begins.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    # Whose end was seen is not found by its id.
    if not asked and all(child.poll() is None for child in children):
        begin_anew([plan, *(str(child.pid) for child in children)], os.environ)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


def watch(children: list[Child], asked: Asked, address: Address, site: str) -> bool:
    """Wait for a signal or for the end of a child; whether a child ended without being asked."""
    is_open = False
    while not asked:
        for name, child in zip(("web server", "background worker"), children, strict=False):
            if (code := child.poll()) is not None:
                sys.stderr.write(f"The {name} ended with code {code}; stopping.\n")
                return True
        if not is_open and answers(address):
            is_open = True
            sys.stdout.write(f"Open {site}   (Ctrl+C stops it)\n")
            sys.stdout.flush()
        time.sleep(0.2)
    return False


def reachable(address: Address) -> Address:
    """Somebody on this machine reaches "every address" by the loopback one."""
    host, port = address
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104  (compared, not bound)


def answers(address: Address) -> bool:
    """Whether the web server takes connections."""
    with contextlib.suppress(OSError), socket.create_connection(reachable(address), timeout=1):
        return True
    return False


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
