"""Solutions of notebook 02, score matching is regression with noisy labels."""

from __future__ import annotations

import torch


def conditional_score(
    x: torch.Tensor, x0: torch.Tensor, a: torch.Tensor, b: torch.Tensor
) -> torch.Tensor:
    """∇log p(x | x0) = −(x − a x0)/b², with x and x0 (n, d), a and b (n, 1)."""
    # Given the clean point, X is N(a x0, b² I): its log density is −‖x − a x0‖²/(2b²) and a
    # constant, and the 2 goes when the square is differentiated.
    return (a * x0 - x) / b**2


def velocity_weight(alpha: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """ω = h/α² for alpha and h (n, 1), shape (n, 1)."""
    # f − X_0 = −√h (ν̂ − ν), so the loss is ‖f − X_0‖²/h: the weight on a row, ωα²/h², is 1/h.
    return h / alpha**2


def gaussian_denoiser(
    x: torch.Tensor, mean: float, std: float, alpha: torch.Tensor, h: torch.Tensor
) -> torch.Tensor:
    """E[X_0 | X_t = x] for X_0 ~ N(mean, std²), with x (n, 1), alpha and h (n, 1)."""
    # X_t ~ N(αμ, v) with v = α²s² + h, so its score is −(x − αμ)/v. In Tweedie's (x + h score)/α,
    # write x = αμ + (x − αμ): the factor of x − αμ is (1 − h/v)/α = αs²/v.
    return mean + alpha * std**2 * (x - alpha * mean) / (alpha**2 * std**2 + h)


def memoriser(
    x: torch.Tensor, train: torch.Tensor, alpha: torch.Tensor, h: torch.Tensor
) -> torch.Tensor:
    """Σ_i softmax_i(−‖x − αx_i‖²/(2h)) x_i for x (n, d), train (m, d), alpha and h (n, 1)."""
    # The posterior probability that x came from x_i; the softmax runs over the training points.
    square = (x[:, None] - alpha[:, None] * train).square().sum(dim=2)
    return torch.softmax(-square / (2 * h), dim=1) @ train


def empirical_variance(weights: torch.Tensor, train: torch.Tensor) -> torch.Tensor:
    """tr Cov(X_0 | X_t = x) for weights (n, m) over training points train (m, d), shape (n,)."""
    # E‖X_0‖² − ‖E X_0‖², the trace of a covariance, under the weights of each row.
    return weights @ train.square().sum(dim=1) - (weights @ train).square().sum(dim=1)


def another_weight(alpha: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """α/h for alpha and h of one shape."""
    # Between the weight of the noise, α²/h, and that of the velocity, 1/h: nearer to one over the
    # label noise than the first, and it still looks at small noise more than the second.
    return alpha / h
