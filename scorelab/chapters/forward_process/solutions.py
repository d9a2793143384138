"""Solutions of notebook 01, the forward process."""

from __future__ import annotations

import math
from itertools import pairwise

import torch

from scorelab.path import Denoiser


def settled_variance(pull: torch.Tensor, strength: torch.Tensor) -> torch.Tensor:
    """c'²/(2c), with pulls c and strengths c' (n,)."""
    # The sum of what is left of all pushes: c'² ∫ exp(−2c u) du over u ≥ 0.
    return strength**2 / (2 * pull)


def covariance_of_times(
    variance: torch.Tensor, t: torch.Tensor, later: torch.Tensor
) -> torch.Tensor:
    """e^{−(t' − t)/2} (α² ς² + h), with variances ς², times t and t' ≥ t (n,), α and h at t."""
    # From t to t' the path shrinks by e^{−(t' − t)/2}, and what is added knows nothing of X_t.
    return torch.exp((t - later) / 2) * (torch.exp(-t) * variance + 1 - torch.exp(-t))


def time_at_noise_level(level: torch.Tensor) -> torch.Tensor:
    """−log(1 − ℓ²), with noise levels ℓ (n,)."""
    # ℓ² = h = 1 − e^{−t}, solved for t. Half of the signal's variance α² = 1 − h is gone at
    # ℓ = √½, at time log 2.
    return -torch.log(1 - level**2)


def one_blob(mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """log(1 + μ² − ς²), with μ and ς (n,)."""
    # One peak from when the middle is no valley any more: α²μ² = v = α²ς² + 1 − α².
    return torch.log(1 + mean**2 - std**2)


def reverse_process(score: Denoiser, n: int = 20_000, steps: int = 300) -> torch.Tensor:
    """Points (n, 1) of N(0, 1) brought back by (13) from T = 5 to t = 0.02."""
    x = torch.randn(n, 1)
    times = 5 * (0.02 / 5) ** torch.linspace(0, 1, steps + 1)  # short steps at the end
    for t, earlier in pairwise(times):
        delta = t - earlier
        push = math.sqrt(delta) * torch.randn(n, 1)
        x = x + (x / 2 + score(t.expand(n), x)) * delta + push
    return x
