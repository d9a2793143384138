"""Solutions of notebook 00, start here."""

from __future__ import annotations

import torch


def noising(
    x0: torch.Tensor, noise: torch.Tensor, alpha: torch.Tensor, h: torch.Tensor
) -> torch.Tensor:
    """x_t = α x_0 + √h ε, with x0 and noise (n, d), alpha and h (n, 1), one noise level a row."""
    # The noise has variance 1, and multiplying by √h makes its variance h. Then clean data of
    # variance 1 keep variance α² + h = 1 at every time: nothing blows up and nothing fades away.
    return alpha * x0 + h**0.5 * noise


def score_from_denoiser(
    x: torch.Tensor, denoised: torch.Tensor, alpha: torch.Tensor, h: torch.Tensor
) -> torch.Tensor:
    """score = (α f − x) / h, with x and denoised = f (n, d), alpha and h (n, 1): Tweedie."""
    # The score points from the noisy x to where the clean point would lie without noise, α f. It
    # is the slope of a log-density whose variance is h, hence the division by h and not by √h.
    return (alpha * denoised - x) / h
