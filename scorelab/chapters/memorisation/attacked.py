"""What an attack on a memorising flow is worth: the experiment of notebook 11."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Generator, Tensor

from scorelab.kernel import KernelFlow
from scorelab.path import Denoiser
from scorelab.studies.memorisation import LAWS, PROCESS
from scorelab.validate import require

#: From a denoiser and points (k, d) to how suspicious each of them is, (k,): more is more.
Attack = Callable[[Denoiser, Tensor], Tensor]
LATE = 10**6


@cache
def trained(seed: int) -> tuple[KernelFlow, Tensor, Tensor]:
    """A flow on 20 points in the plane, thirty draws of each; those points, and 200 fresh ones."""
    draw = Generator().manual_seed(seed)
    points, fresh = LAWS[2].sample(220, generator=draw).split([20, 200])
    return KernelFlow(PROCESS, PROCESS.regression(points, 30, "log", generator=draw)), points, fresh


def told_apart(attack: Attack, step: int = LATE) -> list[float]:
    """How often a training point is more suspicious than a fresh one, for three training sets.

    Equal suspicion counts half. Raises ValueError for suspicions of another shape than (k,).
    """
    found = []
    for flow, *sets in map(trained, range(3)):
        mine, others = (torch.as_tensor(attack(flow.at(step), each)) for each in sets)
        for name, told, points in zip(("20", "200"), (mine, others), sets, strict=True):
            allowed = f"must be ({name},): one for each point"
            require(tuple(told.shape) == (len(points),), "shape", tuple(told.shape), allowed)
        above, equal = mine[:, None] > others, mine[:, None] == others
        found.append(float((above + 0.5 * equal).mean()))
    return found
