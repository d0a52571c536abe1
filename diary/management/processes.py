"""Child processes that live as long as their parent and not a moment longer."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType

STOP_SECONDS = 8
# Loaded before any child is made: between fork and exec a process should do as little as possible.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1

Child = subprocess.Popen[bytes]


class Asked:
    """True from the first signal on that asks this process to stop."""

    def __init__(self) -> None:
        self._asked = False
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._asked = True

    def __bool__(self) -> bool:
        return self._asked


def start(command: list[str], environment: dict[str, str]) -> Child:
    """Start a child in a session of its own: Ctrl+C then reaches it once, through us, and not twice."""
    return subprocess.Popen(  # noqa: S603  (our own command lines)
        command,
        env=environment,
        start_new_session=True,
        preexec_fn=end_with_parent if LIBC else None,  # noqa: PLW1509  (no thread runs here)
    )


def end_with_parent() -> None:
    """A child whose parent is killed outright is told to stop; it would go on holding the port."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


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
    if sys.platform == "win32":
        child.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
