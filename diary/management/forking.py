"""Children that are forked from a process in which the whole app is loaded already.

What was loaded before is held once for all of them; a web server and a worker that each load it for themselves
hold half as much again: docs/decisions/0102-one-copy-of-the-app.md
"""

import ctypes
import gc
import os
import runpy
import signal
import subprocess
import sys
from multiprocessing.context import ForkProcess
from pathlib import Path

from diary.management.processes import LIBC, STOP_SIGNALS, end_with_parent

PR_SET_NAME = 15


def load_app() -> bool:
    """Load what the children need, and open nothing; whether this process may be forked afterwards."""
    from importlib import import_module  # noqa: PLC0415

    # Pages with only a few objects that can be collected would stay in the way of sharing.
    gc.disable()
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.urls import get_resolver  # noqa: PLC0415

    from diary.management.commands import serve  # noqa: PLC0415

    wsgi = settings.WSGI_APPLICATION.rpartition(".")[0]
    for name in ("granian.cli", "granian.wsgi", wsgi, "diary.management.commands.db_worker"):
        import_module(name)
    _ = get_resolver().url_patterns
    serve.let_go_of_database()
    gc.collect()
    # The collector writes into whatever it looks at, and what is written to is no longer shared.
    gc.freeze()
    gc.enable()
    # Only the thread that forks lives on in the child, and whatever lock another one held stays locked.
    return len(list(Path("/proc/self/task").iterdir())) == 1


class Forked(ForkProcess):
    """Runs a command line of Python in a copy of this process, as if it had been started anew."""

    def __init__(self, command: list[str]) -> None:
        self.arguments = command[1:]
        self.parent = os.getpid()
        super().__init__()

    def start(self) -> None:
        """Fork; a signal that comes in between waits until the child can be told by it."""
        sys.stdout.flush()
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def run(self) -> None:
        """Become the program."""
        os.setsid()
        end_with_parent(self.parent)
        for number in STOP_SIGNALS:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        first, *rest = self.arguments
        if first == "-m":
            name, *rest = rest
            sys.argv = [name, *rest]
            call_it(name)
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        else:
            sys.argv = self.arguments
            call_it(rest[0])
            runpy.run_path(first, run_name="__main__")

    def poll(self) -> int | None:
        """As `subprocess.Popen` has it: the code that it ended with, or None while it runs."""
        return self.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """As `subprocess.Popen` has it. Raises TimeoutExpired."""
        self.join(timeout)
        if self.exitcode is None:
            raise subprocess.TimeoutExpired(self.arguments, timeout or 0)
        return self.exitcode


def fork(command: list[str]) -> Forked:
    """Start a child that has the app already, in a session of its own."""
    child = Forked(command)
    child.start()
    return child


def call_it(name: str) -> None:
    """What lists of processes call this one: the command line of its parent would say nothing."""
    if LIBC:
        LIBC.prctl(PR_SET_NAME, ctypes.c_char_p(name.encode()))
