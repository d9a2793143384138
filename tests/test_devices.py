"""Where the mathematics computes: the choice of a device, and no tensor on the wrong one.

Torch can register a pretend device only for a whole process, and for good, so the checks of
`devices/` get a process of their own and the other tests never notice.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

import scorelab as sl

CHECKS = sorted((Path(__file__).parent / "devices").glob("check_*.py"))
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]


@pytest.mark.slow
@pytest.mark.parametrize("checks", CHECKS, ids=lambda path: path.stem)
def test_in_a_process_of_its_own(checks: Path) -> None:
    command = [*PYTEST, "-o", "python_functions=check_*", str(checks)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("cuda", "mps", "best"), [(1, 1, "cuda"), (0, 1, "mps"), (0, 0, "cpu")])
def test_the_best_device_is_taken(cuda, mps, best, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCORELAB_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(cuda))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: bool(mps))
    assert sl.device() == torch.device(best)


def test_the_reader_may_choose_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("SCORELAB_DEVICE", "cpu")
    assert sl.device() == torch.device("cpu")
    monkeypatch.setenv("SCORELAB_DEVICE", "abacus")
    with pytest.raises(ValueError, match=r"^SCORELAB_DEVICE='abacus': torch cannot use it \("):
        sl.device()
