"""What notebook 08 measures and nobody reads in class: modes, and the laws of Langevin's steps."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

from scorelab import convex
from scorelab.convex.curve import Array, Curve
from scorelab.targets import GaussianMixture

ONE = GaussianMixture([[0.0]], 1.0)
TWO = GaussianMixture([[-1.2], [1.2]], 0.45)
#: Middles of the cells that hold a law on the line.
CELLS = np.linspace(-9, 9, 901)


def draw(law: GaussianMixture, n: int, seed: int) -> Tensor:
    """n data of a law on the line, (n, 1), float64."""
    return law.sample(n, generator=Generator().manual_seed(seed)).double()


def modes(fit: convex.Fit, reach: float = 4.0) -> int:
    """The maxima of e^∫s in [−reach, reach]: where the score of a fit falls through zero."""
    sign = Curve.of(fit)(np.linspace(-reach, reach, 1601)) > 0
    return int((sign[:-1] & ~sign[1:]).sum())


def halfway(x: Tensor, fit: convex.Fit) -> float:
    """How far above the optimum the loss lies halfway to the same network, its neurons shifted."""
    order = torch.arange(len(fit.neurons[0])).roll(1)
    w, b, a = ((each + each[order]) / 2 for each in fit.neurons)
    loss = convex.score_matching_loss(x, (w, b, a), fit.linear, fit.beta, fit.activation)
    return float(loss) - fit.objective


def moved_kink(x: Tensor, fit: convex.Fit, aside: float) -> float:
    """The loss (2) of a network of one neuron, its kink ``aside`` of its datum; relu′(0) is 0."""
    (w, b, a), (v, b2) = fit.neurons, fit.linear
    data, kink = x[:, 0], float(-b[0] / w[0, 0])
    datum = data[(data - kink).abs().argmin()]
    from_kink = data - datum - math.copysign(aside, kink - float(datum))
    active = from_kink > 0
    score = w[0, 0] * a[0, 0] * from_kink * active + v[0, 0] * data + b2[0]
    slope = w[0, 0] * a[0, 0] * active + v[0, 0]
    decay = fit.beta / 2 * (w.square().sum() + a.square().sum())
    return float((slope + score.square() / 2).sum() + decay)


def turned(x: Tensor, fit: convex.Fit) -> float:
    """The loss (2) with all kinks at their data: relu, with a skip connection, relu′(0) = 0.

    Neurons with y > 0 face right and those with y < 0 left; the skip connection takes the line.
    """
    (w, b, a), (v, b2) = fit.neurons, fit.linear
    data, facing, y = x[:, 0], w[:, 0].sign(), w[:, 0].abs() * a[:, 0]
    datum = data[(data[:, None] + b / w[:, 0]).abs().argmin(0)]
    ahead = (data[:, None] - datum) * y.sign()
    line = torch.where(facing == y.sign(), 0.0, facing * y)
    score = ahead.relu() @ y + (data[:, None] - datum) @ line + v[0, 0] * data + b2[0]
    slope = (ahead > 0).to(y) @ y.abs() + line.sum() + v[0, 0]
    return float((slope + score.square() / 2).sum() + fit.beta * y.abs().sum())


class Chain(NamedTuple):
    """Langevin's step for a score on cells of the line: exact but for the width of a cell.

    ``matrix`` (k, k) holds the probability of going from one cell to another, ``law`` (k,) what
    e^∫s has in each cell, ``width`` that of a cell.
    """

    cells: Array
    matrix: Array
    law: Array

    @classmethod
    def of(cls, curve: Curve, step: float, cells: Array = CELLS) -> Chain:
        """The chain of a score that has a law. All beyond the outer cells counts as in them."""
        density = curve.density(cells)
        assert density is not None
        return cls(cells, transition(cells, curve(cells), step), density / density.sum())

    def divergences(self, start: float, steps: int) -> Array:
        """KL(law after k steps ‖ e^∫s) for k = 0 … steps, from all mass at ``start``."""
        now, found = np.zeros(len(self.cells)), []
        now[np.abs(self.cells - start).argmin()] = 1.0
        for _ in range(steps + 1):
            found.append(divergence(now, self.law))
            now = now @ self.matrix
        return np.array(found)

    def slowest(self) -> float:
        """The second largest eigenvalue of the matrix, in size: what is left of an error a step."""
        from scipy.sparse.linalg import eigs

        sizes = np.abs(eigs(self.matrix.T, k=2, v0=self.law, return_eigenvectors=False))
        return float(sizes.min())


def transition(cells: Array, score: Array, step: float) -> Array:
    """The probabilities (k, k) of a Langevin step from the middle of each cell to every cell."""
    from scipy.special import ndtr

    half = (cells[1] - cells[0]) / 2
    edges = np.concatenate(([-np.inf], cells[:-1] + half, [np.inf]))
    mean = cells + step / 2 * score
    return np.diff(ndtr((edges - mean[:, None]) / math.sqrt(step)), axis=1)


def divergence(p: Array, q: Array) -> float:
    """KL(p ‖ q) of two laws on the same cells."""
    seen = p > 1e-300
    return float((p[seen] * np.log(p[seen] / np.maximum(q[seen], 1e-300))).sum())


def gaussian_divergence(v: float, step: float, start: float, steps: Array) -> Array:
    """KL(law after k steps ‖ N(0, v)) for s = −x/v from a point, in closed form, for k ≥ 1."""
    keep = (1 - step / (2 * v)) ** steps
    variance = step * (1 - keep**2) / (1 - (1 - step / (2 * v)) ** 2)
    ratio = variance / v
    return (ratio - 1 - np.log(ratio) + (keep * start) ** 2 / v) / 2
