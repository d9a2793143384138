"""Solutions of notebook 05, overfitting and early stopping."""

from __future__ import annotations

import torch


def degrees_of_freedom(eigenvalues: torch.Tensor, step_size: float, steps: int) -> torch.Tensor:
    """tr S = Σ_k 1 − (1 − ηλ_k)^τ for eigenvalues (n,) of K/n."""
    # Of each direction of the labels the share 1 − (1 − ηλ)^τ has been learned, and the trace of
    # a symmetric matrix is the sum of its eigenvalues.
    return (1 - (1 - step_size * eigenvalues) ** steps).sum()


def rademacher_complexity(eigenvalues: torch.Tensor, epsilon: float) -> torch.Tensor:
    """R(ε) = [n⁻¹ Σ_k min(λ_k, ε²)]^½ for eigenvalues (n,) of K/n."""
    # Directions above ε² count as fully as ε² allows, and those below by what they are.
    return eigenvalues.clamp_max(epsilon**2).mean() ** 0.5


def optimism(variances: torch.Tensor, leverages: torch.Tensor) -> torch.Tensor:
    """(2/n) Σ_i σ_i² S_ii for noise variances and leverages, both (n,)."""
    # A prediction has seen the share S_ii of its own label's noise, and the cross term of a square
    # counts twice.
    return 2 * (variances * leverages).mean()


def loo_score(residuals: torch.Tensor, leverages: torch.Tensor) -> torch.Tensor:
    """(1/n) Σ_i ‖r_i‖² / (1 − S_ii)² for residuals (n, d) and leverages (n,)."""
    # Each residual is blown up to what it would be, had its row not been seen, before squaring.
    return (residuals.square().sum(1) / (1 - leverages) ** 2).mean()


def gcv_score(residuals: torch.Tensor, trace: float) -> torch.Tensor:
    """(1/n) Σ_i ‖r_i‖² / (1 − tr S/n)² for residuals (n, d) and the trace of S."""
    # As leave-one-out, with the mean of the leverages in place of each.
    return residuals.square().sum(1).mean() / (1 - trace / len(residuals)) ** 2
