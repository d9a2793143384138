"""Where the mathematics computes: the choice of a device, and no tensor on the wrong one.

Torch can register a pretend device only for a whole process, and for good, so the checks of
`devices/` get a process of their own and the other tests never notice.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch

import scorelab as sl
from scorelab import devices

CHECKS = sorted((Path(__file__).parent / "devices").glob("check_*.py"))
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]


@pytest.mark.slow
def test_in_a_process_of_their_own() -> None:
    command = [*PYTEST, "-o", "python_functions=check_*", *map(str, CHECKS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("cuda", "mps", "best"), [(1, 1, "cuda"), (0, 1, "mps"), (0, 0, "cpu")])
def test_the_best_device_is_taken(cuda, mps, best, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCORELAB_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(cuda))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: bool(mps))
    monkeypatch.setattr(devices, "answers", lambda card: True)
    assert sl.device() == torch.device(best)


def test_a_card_that_does_not_answer_leaves_the_work_to_the_cpu_and_one_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SCORELAB_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    devices.answers.cache_clear()

    def busy(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA error: all CUDA-capable devices are busy or unavailable\nmore")

    with monkeypatch.context() as patch:
        patch.setattr(torch, "empty", busy)
        with pytest.warns(UserWarning, match=r"^The card does not answer \(CUDA error: all .*CPU"):
            assert sl.device() == torch.device("cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sl.device() == torch.device("cpu")  # for as long as the process lives
    devices.answers.cache_clear()


def test_what_torch_keeps_of_a_card_counts_as_free(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("mem_get_info", (5, 80)), ("memory_reserved", 30)):
        monkeypatch.setattr(torch.cuda, name, lambda _, value=value: value)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda _: 10)
    assert devices.free_memory(torch.device("cuda")) == 5 + 30 - 10


def test_a_decomposition_gives_back_what_it_took_of_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    emptied: list[bool] = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(True))
    devices.share(torch.device("cpu"))
    assert not emptied
    devices.share(torch.device("cuda"))
    assert emptied
    shared: list[torch.device] = []
    monkeypatch.setattr(devices, "share", shared.append)
    process = sl.OrnsteinUhlenbeck()
    data = process.regression(torch.randn(9, 2, generator=torch.Generator().manual_seed(0)))
    sl.KernelFlow(process, data)
    sl.FeatureFlow(process, [data], 3)
    assert shared == [torch.device("cpu")] * 2


def test_products_keep_their_digits_unless_another_is_asked_for() -> None:
    """TF32 is off, and nothing that the package does turns it on; Triton's kernels never use it."""
    data = sl.OrnsteinUhlenbeck().regression(torch.randn(9, 2))
    list(sl.descend(sl.TwoLayerNet(sl.OrnsteinUhlenbeck(), 2, 8), data, [2]))
    assert not torch.backends.cuda.matmul.allow_tf32
    assert torch.get_float32_matmul_precision() == "highest"


def test_the_reader_may_choose_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("SCORELAB_DEVICE", "cpu")
    assert sl.device() == torch.device("cpu")
    monkeypatch.setenv("SCORELAB_DEVICE", "abacus")
    with pytest.raises(ValueError, match=r"^SCORELAB_DEVICE='abacus': torch cannot use it \("):
        sl.device()


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="psutil is there but on Linux")
def test_free_memory_needs_no_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = devices.free_memory(torch.device("cpu"))
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert devices.free_memory(torch.device("cpu")) == pytest.approx(wanted, rel=0.2)


@pytest.mark.parametrize("version", [2, 1])
def test_a_container_leaves_what_its_group_may_use(
    version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that it has read count as used, but are given back."""
    _, *names = devices.GROUPS[2 - version]
    for name, value in zip(
        (*names, "memory.stat"), (5000, 4000, "anon 1\ninactive_file 700"), strict=True
    ):
        (tmp_path / name).write_text(f"{value}\n")
    monkeypatch.setattr(devices, "GROUPS", ((tmp_path, *names),))
    assert devices.free_memory(torch.device("cpu")) == 1700
    (tmp_path / names[0]).write_text("max\n")
    assert devices.free_memory(torch.device("cpu")) > 10**6


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is Linux's")
def test_ulimit_leaves_what_is_not_addressed_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    cpu, free = torch.device("cpu"), devices.free_memory(torch.device("cpu"))
    monkeypatch.setattr(resource, "getrlimit", lambda which: (2**20, 2**20))
    assert devices.free_memory(cpu) == 0 < free
