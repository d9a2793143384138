"""Column generation on a few points of the plane, one neuron a round: what the explorer plays."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch

from scorelab.convex.columns import GroupLasso, Master, empty
from scorelab.convex.plane import Plane
from scorelab.convex.units import Array, join, pick
from scorelab.explore.live import one_thread

BETA = 0.3
#: Rounds that the slider offers; on all points of the explorer they are enough for 1/10,000.
ROUNDS = 20
EXACT = 1e-4


class Round(NamedTuple):
    """After so many neurons were bought: what is known, and what is worth buying.

    ``angle`` (m,) in degrees and ``offset`` (m,) are the lines of the neurons in use, ``dual``
    (n, 2) the residuals, ``most`` what the best of all neurons earns on them, over β.
    """

    loss: float
    bound: float
    most: float
    dual: Array
    angle: Array
    offset: Array

    @property
    def done(self) -> bool:
        """Whether no neuron is worth its price."""
        return self.most <= 1 + EXACT


@lru_cache(maxsize=16)
def points(n: int) -> Array:
    """n points of the plane, (n, 2), the first of eight whose map has no tiny region."""
    return torch.randn(8, 2, generator=torch.Generator().manual_seed(227))[:n].double().numpy()


def labels(n: int) -> Array:
    """Labels of the first n points, (n, 2)."""
    return torch.randn(8, 2, generator=torch.Generator().manual_seed(5))[:n].double().numpy()


@lru_cache(maxsize=16)
def rounds(n: int) -> tuple[Round, ...]:
    """Column generation on n points, from no neuron to the optimum, ``ROUNDS`` at most."""
    x, y = points(n), labels(n)
    lasso, oracle = GroupLasso(x, y, np.zeros_like(y), BETA, "relu", skip=False), Plane(x, "relu")
    units, bound, found = empty(lasso), 0.0, []
    with one_thread():
        while len(found) <= ROUNDS and not (found and found[-1].done):
            state = Master(lasso, units, lasso.project(y))
            offer = oracle(state.dual)
            bound = max(bound, state.dual_value(offer.bound))
            w, b = state.units.w, state.units.b
            angle = np.degrees(np.arctan2(w[:, 1], w[:, 0])) % 360
            found.append(Round(state.loss, bound, offer.bound / BETA, state.dual, angle, -b))
            units = join(state.units, pick(offer.units, np.array([offer.earned.argmax()])))
    return tuple(found)


def after(n: int, count: int) -> Round:
    """The round after ``count`` neurons, or the last."""
    found = rounds(n)
    return found[min(count, len(found) - 1)]


def earns(n: int, count: int, w: Array, offset: Array) -> Array:
    """‖Zᵀ relu(w · x − offset)‖ over β, for unit w (a, 2) and offsets (o,): (o, a)."""
    along = points(n) @ w.T
    active = np.maximum(along[:, None] - offset[:, None], 0)
    return np.linalg.norm(np.einsum("noa,nk->oak", active, after(n, count).dual), axis=2) / BETA
