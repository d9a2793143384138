"""Solutions of notebook 10, a real table."""

from __future__ import annotations

import torch


def spike_scores(column: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """Φ⁻¹ of a rank at the share u (n,) of the interval that each value of column (n,) owns."""
    # A value owns the ranks from the share of rows below it to the share not above it.
    below = (column[None] < column[:, None]).float().mean(1)
    not_above = (column[None] <= column[:, None]).float().mean(1)
    return torch.special.ndtri(below + (not_above - below) * u)


def gaussian_form(
    x: torch.Tensor, covariance: torch.Tensor, alpha: float, h: float
) -> torch.Tensor:
    """E[X_0 | X_t = x] for X_0 ~ N(0, C): α C (α² C + h I)⁻¹ x, for x (n, d) and C (d, d)."""
    # X_0 and X_t are jointly normal: Cov(X_0, X_t) Cov(X_t)⁻¹ x.
    noisy = alpha**2 * covariance + h * torch.eye(len(covariance))
    return x @ torch.linalg.solve(noisy, alpha * covariance)


def pair_error(real: torch.Tensor, synthetic: torch.Tensor) -> torch.Tensor:
    """The total variation ½ Σ |p − q| of two tables of counts, each made a table of shares."""
    # Shares and not counts: the two tables may be of different size.
    return (real / real.sum() - synthetic / synthetic.sum()).abs().sum() / 2


def copying(near_train: torch.Tensor, near_holdout: torch.Tensor) -> torch.Tensor:
    """DCR: the share of rows nearer to a training row than to a hold-out row, a tie counting half.

    Both (n,): the distance of each synthetic row to the nearest row of either half.
    """
    # Without the half for ties, rows that equal one of each would look copied, or not, by decree.
    nearer = (near_train < near_holdout).float()
    return (nearer + (near_train == near_holdout).float() / 2).mean()
