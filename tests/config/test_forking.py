"""Children of a process that has the app loaded: they run what they are told, and end as they are told."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.test_serve import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")


def outcome(code: str) -> object:
    """What a program prints as JSON; it may fork, which a test with its threads may not."""
    head = "import json, os, signal, sys, time\nfrom diary.management.forking import Forked, fork\n"
    command = [sys.executable, "-c", head + code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=240)
    return json.loads(done.stdout.splitlines()[-1])


def test_a_child_runs_a_module_or_a_file_with_its_options_and_says_how_it_ended(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import pathlib, sys\n"
        "if __name__ == '__main__':\n"
        "    pathlib.Path(__file__).with_name('said').write_text(' '.join(sys.argv[1:]))\n"
        "    sys.exit(len(sys.argv))\n"
    )
    code = f"""
by_file = fork([sys.executable, {str(program)!r}, "work", "--now"])
by_name = fork([sys.executable, "-m", "json.tool", "--nonsense"])
print(json.dumps([by_file.wait(60), by_name.wait(60), by_file.poll()]))
"""
    assert outcome(code) == [3, 2, 3]
    assert (tmp_path / "said").read_text() == "work --now"


def test_a_child_can_be_ended_in_the_very_moment_in_which_it_was_made() -> None:
    # The parent notes signals instead of following them; a child that did the same would never end.
    code = """
from diary.management.processes import Asked, kill
asked, codes = Asked(), []
for turn in range(60):
    child = fork([sys.executable, "-m", "http.server", "0"])
    time.sleep(turn % 6 * 0.004)
    child.terminate()
    codes.append(child.wait(60))
print(json.dumps([sorted(set(codes)), bool(asked)]))
"""
    assert outcome(code) == [[-15], False]


def test_a_process_that_began_anew_knows_its_children() -> None:
    program = """
import json, subprocess, sys
from diary.management.processes import Adopted, kill
stays, ends = [Adopted(int(pid)) for pid in sys.argv[1:]]
ended = ends.wait(60)
try:
    stays.wait(0.1)
    still = None
except subprocess.TimeoutExpired:
    still = stays.poll()
kill(stays)
ends.terminate()
print(json.dumps([ended, still, stays.wait(60), stays.poll(), ends.poll()]))
"""
    code = f"""
children = [fork([sys.executable, "-m", *line.split()]) for line in ("http.server 0", "json.tool --none")]
os.execv(sys.executable, [sys.executable, "-c", {program!r}, *(str(child.pid) for child in children)])
"""
    assert outcome(code) == [2, None, -9, -9, 2]


@pytest.mark.parametrize("way", ["forking.fork", "processes.start"])
def test_a_child_whose_parent_was_killed_before_it_asked_to_be_told_ends(tmp_path: Path, way: str) -> None:
    program = tmp_path / "program.py"
    program.write_text("print('\"an orphan runs\"')\n")
    # What it prints is read until the last process that could print more is gone.
    code = f"""
from diary.management import forking, processes
class Late:
    def prctl(self, *told):
        os.kill(parent, signal.SIGKILL)
        while os.getppid() == parent:
            time.sleep(0.01)
        libc.prctl(*told)
libc, processes.LIBC = processes.LIBC, Late()
print(json.dumps("none runs"), flush=True)
if not os.fork():
    parent = os.getpid()
    {way}([sys.executable, {str(program)!r}, "work"])
    time.sleep(60)
"""
    assert outcome(code) == "none runs"
