"""Solutions of notebook 05, overfitting and early stopping."""

from __future__ import annotations

import torch
from torch import Tensor


def leverages(kernel: Tensor, step_size: float, steps: int) -> Tensor:
    """S_ii (n,) for the kernel matrix (n, n), without making S."""
    values, vectors = torch.linalg.eigh(kernel / len(kernel))
    # The diagonal of V diag(g) Vᵀ: the sum over k of V_ik g_k V_ik.
    return vectors.square() @ (1 - (1 - step_size * values) ** steps)


def what_gcv_misses(variances: Tensor, leverages: Tensor) -> Tensor:
    """2 (mean of σ² S − mean of σ² · mean of S), for variances and leverages, both (n,)."""
    # Twice a covariance: it is 0 where noise and leverage have nothing to do with each other.
    return 2 * ((variances * leverages).mean() - variances.mean() * leverages.mean())


def leave_group_out(smoother: Tensor, labels: Tensor, group: Tensor) -> Tensor:
    """Y − (I − S_GG)^{−1} (Y − SY) on the group, (k, d): what the other rows say of it."""
    residuals = (labels - smoother @ labels)[group]
    own = smoother[group][:, group]
    return labels[group] - torch.linalg.solve(torch.eye(len(group)) - own, residuals)


def discrepancy_stop(errors: Tensor, noise: float) -> Tensor:
    """The position of the first error at most the noise, or the last one; errors (T,)."""
    reached = errors <= noise
    return torch.where(reached.any(), reached.int().argmax(), len(errors) - 1)


def own_noise(t: Tensor, leverage: Tensor) -> Tensor:
    """Variances of the labels' noise (n,), for the rows' times and leverages (n,)."""
    # All of it on the third of the rows that are followed most.
    return (leverage > leverage.quantile(0.7)).double() + 0.001
