"""Solutions of notebook 01, the forward process."""

from __future__ import annotations

import math

import torch


def euler_maruyama_step(x: torch.Tensor, noise: torch.Tensor, delta: float) -> torch.Tensor:
    """x − ½ x δ + √δ ξ, with x and noise ξ (n, d)."""
    # Independent pushes add their variances, so that of a short time is the time itself: δ. The
    # push is then of size √δ, far larger than the pull when δ is small.
    return x - x / 2 * delta + math.sqrt(delta) * noise


def noised_variance(variance: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """α² s² + h, with variances s² and times t (n,)."""
    # A factor α makes a variance α² times as large, and that of independent noise is added.
    return torch.exp(-t) * variance + 1 - torch.exp(-t)


def time_at_noise_level(level: torch.Tensor) -> torch.Tensor:
    """−log(1 − ℓ²), with noise levels ℓ (n,)."""
    # ℓ² = h = 1 − e^{−t}, solved for t. Half of the signal's variance α² = 1 − h is gone at
    # ℓ = √½, at time log 2.
    return -torch.log(1 - level**2)


def noised_gaussian_score(
    x: torch.Tensor, mean: torch.Tensor, std: float, t: float
) -> torch.Tensor:
    """(α μ − x) / (α² s² + h), with x (n, d), mean μ (d,)."""
    # Noised, the Gaussian is N(α μ, v I), and the gradient of −‖x − α μ‖² / 2v is (α μ − x) / v.
    alpha, h = math.exp(-t / 2), 1 - math.exp(-t)
    return (alpha * mean - x) / (alpha**2 * std**2 + h)
