"""Solutions of notebook 06, how much data."""

from __future__ import annotations

import torch


def guaranteed_rate(dim: torch.Tensor) -> torch.Tensor:
    """The slope −(d + 2)/(2d + 3) of the guaranteed risk against n, for dimensions (k,)."""
    # The eigenvalues decay like i^{−b} with b = (d + 2)/(d + 1), and the rate is −b/(b + 1).
    return -(dim + 2) / (2 * dim + 3)


def loglog_slope(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The slope of the least-squares line through log y against log x, both (n,) above 0."""
    # Only what lies across counts: measured from the means, the line goes through zero.
    x, y = (values.log() - values.log().mean() for values in (x, y))
    return (x @ y) / (x @ x)


def data_to_halve(slope: torch.Tensor) -> torch.Tensor:
    """The factor 2^{−1/slope} in n that halves an error ∝ n^slope, for slopes (k,) below 0."""
    # factor^slope must be one half, so factor is one half to the power 1/slope.
    return 0.5 ** (1 / slope)


def direction_bound(eigenvalues: torch.Tensor, time: float) -> torch.Tensor:
    """N(u) = Σ_k min(1, u λ_k) for eigenvalues (n,) of K/n and a time u = ητ."""
    # A direction counts fully when it is learned, and as much as it has begun to be before.
    return (time * eigenvalues).clamp_max(1).sum()


def right_time(n: torch.Tensor, bias: float, noise: float, decay: float) -> torch.Tensor:
    """The u that minimises A/u + B u^{1/b}/n: (b A n/B)^{b/(b + 1)}, for sizes n (k,)."""
    # The derivative −A/u² + (B/(b n)) u^{1/b − 1} vanishes where u^{1 + 1/b} = b A n / B.
    return (decay * bias * n / noise) ** (decay / (decay + 1))
