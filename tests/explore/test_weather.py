"""A card that is full, or gone: one sentence, and the explorer goes on."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch

from scorelab.chapters.start_here import Explorer
from scorelab.explore import explorer as kit
from scorelab.explore import weather
from scorelab.explore.replay import record as records


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        RuntimeError("Triton Error [CUDA]: out of memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.07 GB)"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
)
def test_full_memory_is_known_and_says_what_helps(error: Exception) -> None:
    assert weather.is_full(error)
    assert "fewer points or neurons" in weather.sentence(error)


def test_a_card_that_does_not_answer_is_told_in_one_line() -> None:
    for error in (
        RuntimeError("CUDA error: all CUDA-capable devices are busy\nCompile with DSA"),
        torch.AcceleratorError("device lost\nmore"),
    ):
        said = weather.sentence(error)
        assert "SCORELAB_DEVICE=cpu" in said and "\n" not in said


def test_other_errors_keep_their_name() -> None:
    error = ValueError("n=0: must be positive")
    assert not weather.is_full(error)
    assert weather.sentence(error) == "ValueError: n=0: must be positive"


class Large:
    """What fills the memory."""


@pytest.mark.slow
def test_an_explorer_that_filled_the_memory_gives_it_back_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explorer, taken = Explorer(), []
    explorer.set(n=100, width=16)
    monkeypatch.setattr(kit, "in_kernel", lambda: True)  # where errors are shown, not raised
    begin = records.Record.begin

    def fills(self: records.Record) -> None:
        if len(self.where.train) >= 2000:
            large = Large()
            taken.append(weakref.ref(large))
            raise torch.OutOfMemoryError("CUDA out of memory.")
        begin(self)

    monkeypatch.setattr(records.Record, "begin", fills)
    for _ in range(2):  # the same choice again is tried again
        explorer.by_name["n"].value = 2000
        assert "fewer points or neurons" in explorer.error.value
        explorer.act(explorer.moved, "n")
    gc.collect()
    assert taken and all(each() is None for each in taken)
    assert records.record.cache_info().currsize <= 1
    explorer.by_name["n"].value = 100
    assert explorer.error.value == "" and ">At " in explorer.status.value
    assert explorer.shown is not None and len(explorer.shown.where.train) == 100
