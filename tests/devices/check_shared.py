"""Two notebooks on one card: who meets a full or a busy one says so in a sentence, and goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from fakegpu import NAME, FakeGpu

from scorelab.chapters.start_here import Explorer
from scorelab.explore import explorer as kit
from scorelab.explore.replay import record, setting

torch.set_num_threads(1)  # the matrices are tiny
FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
BUSY = RuntimeError("CUDA error: all CUDA-capable devices are busy or unavailable\nCompile with …")


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Explorer]:
    """An explorer that computes on the device, and shows its errors."""
    monkeypatch.setattr(setting, "device", lambda: torch.device(NAME))
    monkeypatch.setattr(record, "STOPS", (0, 1, 2, 5, 10))
    with FakeGpu():
        explorer = Explorer()
        explorer.set(n=100, width=16, stop=10)
        monkeypatch.setattr(kit, "in_kernel", lambda: True)
        yield explorer
    FakeGpu.refusal = None


@pytest.mark.parametrize(
    ("refusal", "says"), [(FULL, "The memory is full"), (BUSY, "The card does not answer")]
)
def check_an_explorer_beside_another_notebook_goes_on(
    explorer: Explorer, refusal: Exception, says: str
) -> None:
    FakeGpu.refusal = refusal  # the other notebook has it all
    for n in (250, 500):
        explorer.by_name["n"].value = n
        assert explorer.error.value.count(says) == 1 and "\n" not in explorer.error.value
    if refusal is FULL:  # what was kept went, for the other to have
        assert record.record.cache_info().currsize <= 1
    FakeGpu.refusal = None  # it has let go
    explorer.by_name["n"].value = 100
    assert explorer.error.value == "" and ">At " in explorer.status.value
    assert explorer.shown is not None and explorer.shown.where.train.t.device.type == NAME
