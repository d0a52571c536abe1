"""Child processes that live as long as their parent and not a moment longer."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from functools import partial
from types import FrameType
from typing import Protocol

STOP_SECONDS = 8
# Loaded before any child is made: between fork and exec a process should do as little as possible.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1
STOP_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Child(Protocol):
    """What is asked of a child, whichever way it was made."""

    @property
    def pid(self) -> int | None:
        """Its id once it was started, which is that of its session too."""

    def poll(self) -> int | None:
        """The code that it ended with, negative where a signal ended it; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""

    def terminate(self) -> None:
        """Ask it to stop."""

    def kill(self) -> None:
        """End it."""


class Adopted:
    """A child that this process made before it turned into another program, known by its id."""

    def __init__(self, pid: int) -> None:
        self.pid: int | None = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """As `Child` has it."""
        if self._code is None and self.pid is not None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if ended else None
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """As `Child` has it."""
        deadline = time.monotonic() + timeout if timeout is not None else None
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(0.02)
        return code

    def terminate(self) -> None:
        """As `Child` has it."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """As `Child` has it."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        # Its id is nobody else's until its end was seen.
        if self.pid is not None and self.poll() is None:
            os.kill(self.pid, number)


class Asked:
    """True from the first signal on that asks this process to stop."""

    def __init__(self) -> None:
        self._asked = False
        for number in STOP_SIGNALS:
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._asked = True

    def __bool__(self) -> bool:
        return self._asked


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl+C then reaches it once, through us, and not twice."""
    return subprocess.Popen(  # noqa: S603  (our own command lines)
        command,
        start_new_session=True,
        preexec_fn=partial(end_with_parent, os.getpid()) if LIBC else None,  # noqa: PLW1509  (no thread runs here)
    )


def end_with_parent(parent: int) -> None:
    """A child whose parent is killed outright is told to stop; it would go on holding the port."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # Of an end that came before that it is not told any more.
        if os.getppid() != parent:
            os._exit(1)


def stop(children: list[Child]) -> None:
    """Ask all children to stop, wait, and take the life of whatever is left of them."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        kill(child)
        child.wait()


def kill(child: Child) -> None:
    """End a child and the children that it made, which may have outlived it."""
    if sys.platform == "win32" or child.pid is None:
        child.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
