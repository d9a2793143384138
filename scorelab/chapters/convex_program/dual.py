"""The dual of a fit on a line: what a kink would earn at each place, and where that is its cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scorelab import convex

Array = NDArray[np.float64]


def earned(x: Array, z: Array, activation: str, far: float) -> tuple[Array, Array, Array]:
    """Aᵀz + c for a kink at each place τ, if it faces right and if left: places, and both, (k,).

    Data x (n,), numbers z (n,) that add up to 0. At a datum there are two places, just left of it
    and just right. Beyond the data, out to ±far, nothing changes. For abs both are the same.
    """
    order = np.argsort(x)
    x, z, n = x[order], z[order], len(x)
    beam = np.cumsum((z * x)[::-1])[::-1] - x * np.cumsum(z[::-1])[::-1]  # Σ (x_i − x_j)₊ z_i
    counts = n - np.searchsorted(x, x, "left"), n - np.searchsorted(x, x, "right")
    right = np.stack([beam + count for count in counts], axis=1).ravel()
    lift = n + float(z @ x)  # 0 with a skip connection
    places = np.concatenate(([-far], np.repeat(x, 2), [far]))
    right = np.concatenate(([lift], right, [0.0]))
    left = right - lift
    return (places, right + left, right + left) if activation == "abs" else (places, right, left)


def contacts(fit: convex.Fit) -> Array:
    """Where the beam of a fit touches its walls, (k, 2): the kinks, and −1 or 1, the wall.

    A kink that turns up, a > 0, is pushed from the lower wall: there Aᵀz + c is −β.
    """
    w, b, a = fit.neurons
    return np.stack(((-b / w[:, 0]).numpy(), -np.sign(a[:, 0].numpy())), axis=1)
