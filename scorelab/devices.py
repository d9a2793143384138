"""Where to compute."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec

import torch


def device() -> torch.device:
    """CUDA where there is one, then Apple's MPS, then the CPU; SCORELAB_DEVICE overrides.

    Raises ValueError when SCORELAB_DEVICE names a device that torch does not know or have.
    """
    wanted = os.environ.get("SCORELAB_DEVICE")
    if wanted:
        try:
            return torch.empty(0, device=wanted).device
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"SCORELAB_DEVICE={wanted!r}: torch cannot use it ({error})") from None
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@cache
def has_triton(device: torch.device) -> bool:
    """Whether Triton's kernels run there: on CUDA from Volta on, where torch came with Triton."""
    return (
        device.type == "cuda"
        and find_spec("triton") is not None
        and torch.cuda.get_device_capability(device) >= (7, 0)
    )


def free_memory(device: torch.device) -> int:
    """The bytes that can still be allocated on a device: free video memory, or available RAM."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    import psutil  # only who asks pays for it

    return psutil.virtual_memory().available
