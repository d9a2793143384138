"""Where to compute."""

from __future__ import annotations

import math
import os
import warnings
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from . import validate


def device() -> torch.device:
    """CUDA where there is one that answers, then Apple's MPS, then the CPU.

    SCORELAB_DEVICE overrides. Where a card is there and does not answer, one warning says so.
    Raises ValueError when SCORELAB_DEVICE names a device that torch does not know or have.
    """
    wanted = os.environ.get("SCORELAB_DEVICE")
    if wanted:
        return usable("SCORELAB_DEVICE", wanted)
    card = torch.device("cuda")
    if torch.cuda.is_available() and answers(card):
        return card
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def usable(argument: str, device: torch.device | str | None) -> torch.device:
    """The device of that name, torch's default for None, or a ValueError where there is none."""
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError, TypeError) as error:
        raise ValueError(f"{argument}={device!r}: torch cannot use it ({error})") from None


#: Where Linux's control groups, version 2 and 1, say how much may be used and how much is.
GROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes"),
)

#: Bytes that are there in any case.
LITTLE = 2**28


@cache
def answers(card: torch.device) -> bool:
    """Whether a card can be used; one that another process holds alone, or that is lost, can't."""
    try:
        torch.empty(1, device=card)
    except RuntimeError as error:
        why = str(error).splitlines()[0]
        warnings.warn(
            f"The card does not answer ({why}): until the kernel is restarted the CPU computes.",
            stacklevel=3,
        )
        return False
    return True


class Readings:
    """Numbers that are made one by one, and read from their device together, when one is asked for.

    To read a number from a card is to wait for the card.
    """

    def __init__(self) -> None:
        self._read: list[float] = []
        self._left: list[torch.Tensor] = []

    def add(self, number: torch.Tensor) -> int:
        """Keep a tensor of no dimension; the place at which it can be read."""
        self._left.append(number)
        return len(self._read) + len(self._left) - 1

    def __getitem__(self, place: int) -> float:
        if place >= len(self._read):
            self._read += torch.stack(self._left).cpu().tolist()
            self._left.clear()
        return self._read[place]


@cache
def has_triton(device: torch.device) -> bool:
    """Whether Triton's kernels run there: on CUDA from Volta on, where torch came with Triton."""
    return (
        device.type == "cuda"
        and find_spec("triton") is not None
        and torch.cuda.get_device_capability(device) >= (7, 0)
    )


def algebra_device(device: torch.device) -> torch.device:
    """Where float64 algebra runs: on the device itself, or on the CPU where it has no float64."""
    return torch.device("cpu") if device.type == "mps" else device


def free_memory(device: torch.device) -> int:
    """The bytes that can still be allocated on a device: free video memory, or available RAM.

    What torch keeps of a card for its next tensors is free, too. Of RAM no more than a container
    (control group) or ``ulimit -v`` leaves to this process.
    """
    if device.type == "cuda":
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + kept
    left = [_available()]
    for folder, limit, used in GROUPS:
        with suppress(OSError, ValueError):  # no such file, or "max"
            most, taken = (int((folder / name).read_text()) for name in (limit, used))
            left.append(most - taken + _cached_files(folder))
    with suppress(ImportError, OSError):  # not on Linux
        left.append(_unaddressed())
    return max(0, min(left))


def _cached_files(folder: Path) -> int:
    """The bytes of a control group that hold files nobody needs at once: they are given back."""
    lines = (line.split() for line in (folder / "memory.stat").read_text().splitlines())
    # Version 1 has the group's own, and a total with what its children hold.
    return max((int(value) for name, value in lines if name.endswith("inactive_file")), default=0)


def _unaddressed() -> int:
    """The bytes that ``ulimit -v`` still lets this process address; a huge number without."""
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return (limit if limit != resource.RLIM_INFINITY else 2**63) - taken


def _available() -> int:
    """The bytes of RAM that are free; a bare machine with a card may have no psutil."""
    try:
        import psutil  # only who asks pays for it
    except ImportError:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if "MemAvailable" in line)
    return psutil.virtual_memory().available


def share(device: torch.device) -> None:
    """Give back what torch keeps of a card, after much of it was used: others are there, too."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


def require_memory(
    argument: str, value: Any, needed: int, device: torch.device, square: str = ""
) -> None:
    """A ValueError unless ``needed`` bytes can be allocated; little is given without asking.

    Where they grow as the square of the value, the message says which one would fit, by the name
    of ``square``.
    """
    if needed > LITTLE:
        free = free_memory(device)
        allowed = f"needs {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free"
        if square:
            allowed += f"; {square} = {math.isqrt(free * value**2 // needed)} would fit"
        validate.require(needed <= free, argument, value, allowed)
