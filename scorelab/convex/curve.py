"""A score on a line that is linear between knots, and the law that Langevin sampling has of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from .fit import Fit

Array = NDArray[np.float64]

#: Beyond the last kink, and beyond what is left of any law.
FAR = 60.0


class Curve(NamedTuple):
    """A continuous, piecewise linear score: its knots (k,) rising, its values (k,) there."""

    knots: Array
    values: Array

    @classmethod
    def of(cls, fit: Fit) -> Curve:
        """The score of a fit, exactly: between its kinks, and out to ±FAR, it is linear."""
        w, b, _ = fit.neurons
        kinks = np.unique((-b / w[:, 0]).numpy())
        knots = np.concatenate(([-FAR], kinks, [FAR]))
        return cls(knots, fit.score(torch.from_numpy(knots)[:, None])[:, 0].numpy())

    def __call__(self, x: Array) -> Array:
        return np.interp(x, self.knots, self.values)

    def density(self, grid: Array) -> Array | None:
        """The stationary law ∝ exp ∫s at the points of a grid, or None where there is none."""
        if not (self.values[0] > 1e-6 and self.values[-1] < -1e-6):
            return None
        x = np.unique(np.concatenate((self.knots, grid, np.linspace(-FAR, FAR, 6001))))
        height = np.concatenate(([0.0], np.cumsum(np.diff(x) * (self(x)[1:] + self(x)[:-1]) / 2)))
        law = np.exp(height - height.max())
        return np.interp(grid, x, law) / np.trapezoid(law, x)

    def step(self, v: float) -> float:
        """The Langevin step ε: stable where the score is steepest, and in sight of v."""
        steepest = np.abs(np.diff(self.values) / np.diff(self.knots)).max()
        return float(np.clip(1 / max(steepest, 1e-9), 0.02 * v, 0.5 * v))
