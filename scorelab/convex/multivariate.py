"""Networks in the plane and in space, trained to the global optimum.

The weight decay (β/2)(‖W‖² + ‖A‖²) of a network is least, for the function it computes, when every
neuron's ‖w_j‖ equals its ‖a_j‖. It is then β Σ ‖w_j‖‖a_j‖, so that w_j may be taken of length one
and the loss is convex in the a_j: a group lasso over all unit neurons, which ``columns`` solves.

It is solved in units of the data, x = length · x′ and s = height · s′: they turn β into
β/(length · height) and the loss into height² times its own. Both are powers of two, so that
nothing is rounded: a solver's tolerances mean the same in every unit of the data, and so does its
work. Score matching has height = 1/length, which leaves β as it is.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import torch

from .bound import least
from .columns import Bought, GroupLasso, solve
from .fit import Fit, Linear, Neurons
from .line import Line
from .objective import Objective
from .plane import Plane
from .solver import Unbounded
from .space import Space
from .units import Array, Flags, Units, size

#: Neurons that feed all outputs, or one each.
OUTPUTS = ("joint", "separate")


class Multivariate:
    """An objective on data x (n, d), d ≥ 2, not all equal; ``fit`` takes any β.

    ``outputs`` is one of ``OUTPUTS``. ``allowed`` are the patterns (n, P) that neurons may have,
    None for all; ``start`` is a fit with a neighbouring β.
    """

    def __init__(
        self,
        objective: Objective,
        outputs: str,
        allowed: Flags | None = None,
        start: Fit | None = None,
    ) -> None:
        self.objective, self.start = objective, start
        k, self.matching = objective.outputs, objective.labels is None
        self.length = size(objective.x.numpy())
        self.height = 1 / self.length if self.matching else size(objective.targets)
        self.x = objective.x.numpy() / self.length
        #: The outputs that are solved for together.
        self.parts = [slice(0, k)] if outputs == "joint" else [slice(i, i + 1) for i in range(k)]
        if self.matching:
            self.oracles = [self._oracle(np.eye(k)[part], allowed) for part in self.parts]
        else:
            self.oracles = [self._oracle(None, allowed)] * len(self.parts)

    def fit(self, beta: float) -> Fit:
        """The optimum at β.

        Raises ValueError where the loss has no minimum, and RuntimeError with the solver's status.
        """
        if self.matching and self.x.shape[1] > 2:
            self._require_minimum_along_axes(beta)
        solved = []
        for part, oracle in zip(self.parts, self.oracles, strict=True):
            lasso = self._lasso(part, beta / (self.length * self.height))
            try:
                solved.append((lasso, solve(lasso, oracle, self._start(part))))
            except RuntimeError as error:
                raise (_explained(error, lasso, oracle) if self.matching else error) from None
        neurons, linear = _network(solved, self.length, self.height)
        loss = self.objective.loss(neurons, linear, beta)
        gap = loss - self.height**2 * sum(bought.bound for _, bought in solved)
        return self.objective.fit(neurons, linear, beta, loss, gap, "Solved")

    def least_beta(self) -> float:
        """The β below which score matching in the plane has no minimum, to 1/1000, rather above."""
        pairs = zip(self.parts, self.oracles, strict=True)
        return max(
            least(self._lasso(part, 1.0), oracle)[1]
            for part, oracle in pairs
            if isinstance(oracle, Plane)
        )

    def _oracle(self, turn: Array | None, allowed: Flags | None) -> Plane | Space:
        """What finds the best neuron: exact in the plane, a search from many starts beyond."""
        if self.x.shape[1] > 2:
            return Space(self.x, self.objective.activation, turn, allowed)
        plane = Plane(self.x, self.objective.activation, turn)
        if allowed is not None:
            plane.restrict(allowed)
        return plane

    def _lasso(self, part: slice, beta: float) -> GroupLasso:
        """The program of some outputs.

        With a skip connection the sum of divergences contains n tr V. Least over the free part Φ B,
        this adds ⟨drift, f⟩ with drift = −n Q R^{−T} E, where Φ = Q R and E has the unit vectors of
        the outputs (derived in the course).
        """
        y, kind, skip = (
            self.objective.targets[:, part] / self.height,
            self.objective.activation,
            self.objective.skip,
        )
        lasso = GroupLasso(self.x, y, np.zeros_like(y), beta, kind, skip, rigid=self.matching)
        if not (self.matching and skip):
            return lasso
        q, r = lasso.free
        unit = np.eye(len(r))[:, part]
        return replace(lasso, drift=-len(self.x) * (q @ np.linalg.solve(r.T, unit)))

    def _start(self, part: slice) -> Units | None:
        """The neurons of the earlier fit that feed some of these outputs, at length one."""
        if self.start is None:
            return None
        w, b, a = (each.detach().cpu().double().numpy() for each in self.start.neurons)
        feeds = (a[:, part] != 0).any(axis=1)
        w, b = w[feeds], b[feeds]
        length = np.linalg.norm(w, axis=1)
        return Units(w / length[:, None], b / (length * self.length), np.zeros((len(w), 1)))

    def _require_minimum_along_axes(self, beta: float) -> None:
        """Networks that look along one axis are networks on a line: they need a minimum first."""
        for column in self.objective.x.split(1, dim=1):
            if len(column.unique()) > 1:
                Line(replace(self.objective, x=column)).require(beta)


def _explained(error: Exception, lasso: GroupLasso, oracle: Plane | Space) -> Exception:
    """What to raise where score matching could not be solved: ValueError where β is too small."""
    beta = lasso.beta
    why = (
        "the loss has no minimum: neurons of opposite sign with nearly the same kink change the "
        "slope at a data point and nothing else, and earn more than they cost"
    )
    if isinstance(oracle, Plane) and beta < (bound := least(lasso, oracle)[1]):
        return ValueError(
            f"beta={beta!r}: must be at least {bound:.5g} for {lasso.activation}, "
            f"{'with' if lasso.skip else 'without'} a skip connection, on these data: below "
            f"that {why}"
        )
    if isinstance(error, Unbounded):
        return ValueError(
            f"beta={beta!r}: must be larger on these data; {_enough(lasso, oracle):g} is "
            f"enough. With this one {why}"
        )
    return RuntimeError(f"{error}; beta={beta!r} may be too small for a minimum")


def _enough(lasso: GroupLasso, oracle: Plane | Space) -> float:
    """The first of 2β, 4β, … at which there is a minimum that the solver finds."""
    while True:
        lasso = replace(lasso, beta=2 * lasso.beta)
        with suppress(RuntimeError):
            solve(lasso, oracle)
            return lasso.beta


def _network(
    solved: list[tuple[GroupLasso, Bought]], length: float, height: float
) -> tuple[Neurons, Linear]:
    """One network of one or several solutions, each for its own outputs, in the data's units."""
    w, b = (np.concatenate([getattr(bought.units, name) for _, bought in solved]) for name in "wb")
    b, a = b * length, _diagonal([bought.a for _, bought in solved]) * (height / length)
    root = np.sqrt(np.linalg.norm(a, axis=1))
    free = [
        lasso.linear(bought.units.features(lasso.x, lasso.activation), bought.a)
        for lasso, bought in solved
    ]
    v, b2 = (np.concatenate(parts) for parts in zip(*free, strict=True))
    v, b2 = v * (height / length), b2 * height
    weights = (w * root[:, None], b * root, a / root[:, None], v, b2)
    w, b, a, v, b2 = (torch.from_numpy(each) for each in weights)
    return (w, b, a), (v, b2)


def _diagonal(blocks: list[Array]) -> Array:
    """Blocks (m_i, k_i) along a diagonal, zero elsewhere."""
    widths = np.cumsum([0, *(block.shape[1] for block in blocks)])
    padded = [
        np.pad(block, ((0, 0), (left, widths[-1] - left - block.shape[1])))
        for block, left in zip(blocks, widths, strict=False)
    ]
    return np.concatenate(padded)
