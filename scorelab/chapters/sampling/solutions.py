"""Solutions of notebook 07, sampling."""

from __future__ import annotations

import torch


def reverse_drift(
    x: torch.Tensor, denoised: torch.Tensor, alpha: torch.Tensor, h: torch.Tensor
) -> torch.Tensor:
    """½x + score, the drift of the reversed equation, for x and denoised (n, d), α and h (n, 1)."""
    # Forwards the drift is −x/2; backwards it changes its sign, and the score pulls to the data.
    return x / 2 + (alpha * denoised - x) / h


def flow_slope(
    x: torch.Tensor, denoised: torch.Tensor, alpha: torch.Tensor, h: torch.Tensor
) -> torch.Tensor:
    """dy/dσ = (y − f)/σ with y = x/α and σ = √h/α, for x and denoised (n, d), α and h (n, 1)."""
    # In y the signal does not shrink, so that all that is left is to go straight to the answer.
    return (x / alpha - denoised) / (h.sqrt() / alpha)


def ancestral_mean(
    x: torch.Tensor,
    denoised: torch.Tensor,
    alpha_t: torch.Tensor,
    h_t: torch.Tensor,
    alpha_s: torch.Tensor,
    h_s: torch.Tensor,
) -> torch.Tensor:
    """The mean of X_s given X_t = x and X_0 = denoised, all (n, d); α and h (n, 1), s < t."""
    # r is what is left at t of the signal at s; the two weights come from Bayes' rule.
    r = alpha_t / alpha_s
    return (r * h_s * x + alpha_s * (1 - r**2) * denoised) / h_t


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
