"""The error of a denoiser in two parts: one that moves a law, and one that turns within it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from torch import Tensor
from torch.nn.functional import grid_sample

from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck
from scorelab.targets import GaussianMixture

Array = NDArray[np.float64]
#: Half the side of the square on which an error is looked at, and points along a side.
REACH, SIDE = 4.5, 40


class Parts(NamedTuple):
    """An error (SIDE, SIDE, 2) on the square: what is a gradient, and what is left, p-weighted."""

    gradient: Tensor
    solenoidal: Tensor
    density: Tensor

    def size(self, part: Tensor) -> float:
        """The mean square of a part under the density."""
        return float((self.density[..., None] * part.square()).sum() / self.density.sum())


def potential(density: Array, error: Array, width: float) -> Array:
    """φ on the points of a square, with the least ∫ p ‖e − ∇φ‖²; so ∇·(p (e − ∇φ)) = 0.

    For the density (k, k) and the error (k, k, 2) at points that are ``width`` apart. Both are
    averaged between neighbours; the normal equations are those of a weighted graph.
    """
    side = len(density)
    diagonal, right = np.zeros((2, side, side))
    bands = np.zeros((side + 1, side * side))
    for axis, band in ((0, side), (1, 1)):
        p, e = (_between(field, axis) for field in (density, error[..., axis]))
        ahead, here = _ends(axis)
        diagonal[ahead] += p
        diagonal[here] += p
        right[ahead] += p * e * width
        right[here] -= p * e * width
        bands[band].reshape(side, side)[here] = -p
    bands[0] = diagonal.ravel() + 1e-9 * diagonal.max()  # a constant moves nothing
    return solveh_banded(bands, right.ravel(), lower=True).reshape(side, side)


def _ends(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """All points but the first along an axis, and all but the last."""
    ahead, here = [slice(None)] * 2, [slice(None)] * 2
    ahead[axis], here[axis] = slice(1, None), slice(None, -1)
    return tuple(ahead), tuple(here)


def _between(field: Array, axis: int) -> Array:
    ahead, here = _ends(axis)
    return (field[ahead] + field[here]) / 2


class Split:
    """The error of a learned denoiser in the plane, in two parts at each time that is asked for."""

    def __init__(self, process: OrnsteinUhlenbeck, law: GaussianMixture, learned: Denoiser) -> None:
        self.process, self.law, self.learned = process, law, learned
        self.truth = law.denoiser(process)
        self.line = torch.linspace(-REACH, REACH, SIDE).double()
        self.found: dict[float, Parts] = {}

    def at(self, t: float) -> Parts:
        """The two parts at a time."""
        if t not in self.found:
            self.found[t] = self._split(t)
        return self.found[t]

    def _split(self, t: float) -> Parts:
        points = torch.cartesian_prod(self.line, self.line)
        times, width = points.new_full((len(points),), t), float(self.line[1] - self.line[0])
        density = self.law.noised(self.process, t).log_prob(points).exp().view(SIDE, SIDE)
        density = density.clamp_min(1e-9 * float(density.max()))
        learned = self.learned(times.float(), points.float()).double()
        error = (learned - self.truth(times, points)).view(SIDE, SIDE, 2)
        phi = potential(density.numpy(), error.numpy(), width)
        slopes = [torch.from_numpy(np.gradient(phi, width, axis=k)) for k in (0, 1)]
        slope = torch.stack(slopes, dim=-1)
        return Parts(slope, error - slope, density)

    def only(self, part: str) -> Denoiser:
        """The exact denoiser with one part of the error: gradient, solenoidal, or turned.

        ``turned`` is the solenoidal part turned by a right angle: as large everywhere, but free to
        move the law. For queries of one time, as all samplers make.
        """

        def denoiser(t: Tensor, x: Tensor) -> Tensor:
            parts = self.at(float(t[0]))
            field = parts.gradient if part == "gradient" else parts.solenoidal
            if part == "turned":
                field = torch.stack((-field[..., 1], field[..., 0]), dim=-1)
            return self.truth(t, x) + read(field.to(x.dtype), x)

        return denoiser

    def sizes(self) -> tuple[float, float]:
        """The mean squares of the two parts, over all times that were asked for."""
        each = [(p.size(p.gradient), p.size(p.solenoidal)) for p in self.found.values()]
        gradient, solenoidal = torch.tensor(each).mean(0).tolist()
        return gradient, solenoidal


def read(field: Tensor, x: Tensor) -> Tensor:
    """A field (SIDE, SIDE, 2) at points x (n, 2), linear between the points of the square."""
    image, places = field.permute(2, 1, 0)[None], (x / REACH)[None, None]
    told = grid_sample(image, places, padding_mode="border", align_corners=True)
    return told[0, :, 0].T
