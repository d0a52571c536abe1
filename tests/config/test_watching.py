"""What `manage.py serve` becomes holds next to nothing."""

import json
import subprocess
import sys

from tests.config.test_serve import ROOT


def test_it_loads_nothing_of_django() -> None:
    code = "import sys, diary.management.watching; print([name for name in sys.modules if 'django' in name])"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert out.stdout.strip() == "[]"


def test_where_nothing_can_be_forked_the_children_are_started() -> None:
    plan = json.dumps([[[sys.executable, "-c", "print('serves')"]], ["127.0.0.1", 1], ""])
    code = f"""
import multiprocessing.context, socket, subprocess, sys
sys.platform = "win32"
del multiprocessing.context.ForkProcess
from diary.management.watching import run
sys.exit(run({plan!r}))
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("serves\n", "The web server ended with code 0; stopping.\n")
