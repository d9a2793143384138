"""Solutions of notebook 09, convex denoising."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def pattern_count(n: int, dim: int) -> int:
    """How many activation patterns n points of general position in ``dim`` dimensions have."""
    # The bias makes it dim + 1 dimensions and planes through 0: twice a sum of dim + 1 terms.
    return 2 * sum(math.comb(n - 1, k) for k in range(dim + 1))


def balanced_neuron(w: Tensor, b: Tensor, a: Tensor) -> Tensor:
    """The same neuron with ‖w‖ = ‖a‖, as one vector (w, b, a); w (d,), b (), a (k,)."""
    # relu(c u) = c relu(u) for c > 0: what w and b are multiplied by, a is divided by.
    c = (a.norm() / w.norm()).sqrt()
    return torch.cat((c * w, c * b[None], a / c))


def neuron_earns(z: Tensor, x: Tensor, w: Tensor, p: Tensor) -> Tensor:
    """‖Zᵀ relu((x − p) · w)‖ of residuals z (n, k) for points x (n, d), a unit w and a pivot p."""
    return (z.T @ ((x - p) @ w).relu()).norm()


def certified_bound(z: Tensor, targets: Tensor, most: float, beta: float) -> Tensor:
    """The dual value of residuals z (n, k), scaled until no neuron, now ``most``, earns above β."""
    # c z is feasible for c ≤ β/most; there c⟨z, ℓ⟩ − c²‖z‖²/2 is largest at its vertex or the end.
    inner, square = (z * targets).sum(), z.square().sum()
    c = (inner / square).clamp_max(beta / most)
    return c * inner - c**2 * square / 2
