"""No tensor on the wrong device: the checks of `devices/`, run where a pretend device may exist.

Torch can register a pretend device only for a whole process, and for good, so the checks get a
process of their own and the other tests never notice.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = sorted((Path(__file__).parent / "devices").glob("check_*.py"))
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]


@pytest.mark.parametrize("checks", CHECKS, ids=lambda path: path.stem)
def test_in_a_process_of_its_own(checks: Path) -> None:
    command = [*PYTEST, "-o", "python_functions=check_*", str(checks)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
