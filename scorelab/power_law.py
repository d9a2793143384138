"""Power laws: a straight line where both axes are logarithmic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import validate


@dataclass(frozen=True)
class PowerLaw:
    """y = factor · x^slope; ``margin`` is the half width of the slope's 95 % band."""

    slope: float
    margin: float
    factor: float

    def __call__(self, x: Tensor | np.ndarray | float) -> Tensor:
        """The y of the law at x > 0, in the shape of x, float64."""
        return self.factor * torch.as_tensor(x).double() ** self.slope

    @classmethod
    def fit(cls, x: Tensor, y: Tensor) -> PowerLaw:
        """The law through points x and y (n,) above 0, by least squares on their logarithms.

        The band takes the scatter around the line as normal and equal everywhere, with n − 2
        degrees of freedom (standard). Raises ValueError for fewer than three points, shapes that do
        not match, numbers that are not above 0, or x that are all the same.
        """
        from scipy import stats  # it takes a while to import: only who fits pays for it

        x, y = validate.numbers("x", x).cpu(), validate.numbers("y", y).cpu()
        validate.shape("y", y, (len(x),))
        validate.require(len(x) > 2, "len(x)", len(x), "must be at least 3")
        for name, values in (("x", x), ("y", y)):
            validate.require(bool((values > 0).all()), name, float(values.min()), "must be above 0")
        validate.require(bool((x != x[0]).any()), "x", float(x[0]), "must not all be the same")
        # SciPy makes the class of its result while it runs, so that no type checker knows it.
        line: Any = stats.linregress(x.log().numpy(), y.log().numpy())
        margin = stats.t.ppf(0.975, len(x) - 2) * line.stderr
        return cls(float(line.slope), float(margin), math.exp(line.intercept))
