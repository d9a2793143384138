"""The data in their own units: where they are, how wide they are, and the subspace they span."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .units import Array, size

#: Beside this share of where the data are, times √(n d), a direction of theirs is rounding.
ROUNDING = 8 * np.finfo(float).eps


@dataclass(frozen=True)
class Frame:
    """Coordinates y of x = ``centre`` + ``length`` · y ``axes``ᵀ, zero beyond the first ``rank``.

    ``centre`` (d,), ``axes`` (d, d) orthogonal: the identity where the data span all dimensions.
    ``length`` is a power of two, so that to divide by it rounds nothing. ``thin`` is how wide the
    data are in their narrowest direction of these, as a share of the widest; ``grain`` is what
    w · x + b resolves, in y.
    """

    centre: Array
    axes: Array
    length: float
    rank: int
    thin: float
    grain: float

    @classmethod
    def of(cls, x: Array) -> Frame:
        """The frame of data x (n, d), not all equal."""
        (n, d), centre = x.shape, x.mean(0)
        away, length = x - centre, size(x)
        place = np.abs(x).max() / length
        _, values, turned = np.linalg.svd(np.linalg.qr(away / length, mode="r"))
        rank = max(1, int((values > ROUNDING * np.sqrt(n * d) * place).sum()))
        axes = np.eye(d) if rank == d else turned.T
        thin = float(values[rank - 1] / values[0])
        return cls(centre, axes, length, rank, thin, float(ROUNDING * place))

    def inside(self, x: Array) -> Array:
        """The coordinates y (n, d) of x (n, d)."""
        y = (x - self.centre) @ self.axes / self.length
        y[:, self.rank :] = 0
        return y

    def outside(self, w: Array, b: Array) -> tuple[Array, Array]:
        """w (m, d), b (m,) with w · x + b = ``length`` (w_y · y + b_y), for w_y (m, r) and b_y."""
        w = w @ self.axes[:, : w.shape[1]].T
        return w, b * self.length - w @ self.centre

    def within(self, w: Array, b: Array) -> tuple[Array, Array]:
        """w_y (m, d) and b_y (m,) of w (m, d) and b (m,): what ``outside`` undoes."""
        return w @ self.axes, (b + w @ self.centre) / self.length
