"""What `manage.py serve` becomes holds next to nothing."""

import subprocess
import sys

from tests.config.test_serve import ROOT


def test_it_loads_nothing_of_django() -> None:
    code = "import sys, diary.management.watching; print([name for name in sys.modules if 'django' in name])"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert out.stdout.strip() == "[]"
