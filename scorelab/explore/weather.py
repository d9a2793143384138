"""Bad weather on a card: what went wrong, in a sentence that says what helps."""

from __future__ import annotations

import traceback

import torch

from scorelab.devices import device, free_memory, share

FULL = ("out of memory", "not enough memory", "can't allocate memory")


def is_full(error: BaseException) -> bool:
    """Whether memory ran out, on a card or beside it."""
    said = str(error).lower()
    kinds = (MemoryError, torch.OutOfMemoryError)
    return isinstance(error, kinds) or any(words in said for words in FULL)


def sentence(error: BaseException) -> str:
    """What the reader is told of an error."""
    if is_full(error):
        free = free_memory(device()) / 1e9
        return f"The memory is full ({free:.1f} GB are free now): fewer points or neurons fit."
    if isinstance(error, torch.AcceleratorError) or "CUDA error" in str(error):
        why = str(error).splitlines()[0]
        return (
            f"The card does not answer ({why}). Restart the kernel; with SCORELAB_DEVICE=cpu in "
            "its environment it works without the card."
        )
    return f"{type(error).__name__}: {error}"


def release(error: BaseException) -> None:
    """Give back what an error still holds by the frames that it came through."""
    traceback.clear_frames(error.__traceback__)
    if torch.cuda.is_initialized():
        share(torch.device("cuda"))
