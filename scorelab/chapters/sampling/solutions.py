"""Solutions of notebook 07, sampling."""

from __future__ import annotations

import math

import torch


def drift_with_noise(
    x: torch.Tensor,
    denoised: torch.Tensor,
    alpha: torch.Tensor,
    h: torch.Tensor,
    strength: torch.Tensor,
) -> torch.Tensor:
    """½x + (1 + c)/2 · score, for x and denoised (n, d), α and h (n, 1), c a number."""
    # (2) has half the score and no noise; each unit of noise's variance needs another half.
    return x / 2 + (1 + strength) / 2 * (alpha * denoised - x) / h


def one_leap(
    std: torch.Tensor,
    alpha_t: torch.Tensor,
    h_t: torch.Tensor,
    alpha_s: torch.Tensor,
    h_s: torch.Tensor,
) -> torch.Tensor:
    """The variance after one ancestral step, for a target N(0, std²); all (n,)."""
    # The step is slope · x + noise, since f is a multiple of x.
    r, before = alpha_t / alpha_s, alpha_t**2 * std**2 + h_t
    f = alpha_t * std**2 / before
    slope = (r * h_s + alpha_s * (1 - r**2) * f) / h_t
    return slope**2 * before + h_s * (1 - r**2) / h_t


def extrapolated(coarse: torch.Tensor, fine: torch.Tensor, order: float) -> torch.Tensor:
    """What k steps (coarse) and 2k (fine) of a method of that order say of infinitely many."""
    # The error of the fine result is the difference of the two over 2^p − 1.
    return fine + (fine - coarse) / (2**order - 1)


def misplaced_share(
    samples: torch.Tensor, means: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """The share of samples (n, d) that is too much where there are too many; means (k, d)."""
    # What is too much in some modes is missing in the others, hence the half.
    nearest = (samples[:, None] - means).square().sum(2).argmin(1)
    shares = torch.bincount(nearest, minlength=len(means)) / len(samples)
    return (shares - weights).abs().sum() / 2


def better_times(width: float = 0.05) -> list[float]:
    """Twenty falling times from 3 to 1e-4, even in asinh(σ/width)."""
    # Even in log σ far above the width of a mode, even in σ far below it, where little happens.
    first, last = (math.asinh(math.sqrt(math.expm1(t)) / width) for t in (3.0, 1e-4))
    levels = [width * math.sinh(first + i / 19 * (last - first)) for i in range(20)]
    return [math.log1p(level**2) for level in levels]
