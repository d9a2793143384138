"""Solutions of notebook 08, the convex program in one dimension."""

from __future__ import annotations

import torch


def slope_counts(x: torch.Tensor) -> torch.Tensor:
    """#{x_i ≥ x_j} and #{x_i > x_j} for data x (n,): for kinks left and right of x_j, (2, n)."""
    # A relu has slope one right of its kink: left of the datum it counts the datum itself.
    apart = x[:, None] - x
    return torch.stack([(apart >= 0).sum(0), (apart > 0).sum(0)])


def neuron(y: torch.Tensor, tau: torch.Tensor) -> torch.Tensor:
    """w, b, a with a relu(w x + b) = y (x − τ)₊, |w| = |a| and w > 0, for y, τ (k,): (3, k)."""
    # w a = y with both of the same size; the sign of y is that of a, for w decides the direction.
    w = y.abs().sqrt()
    return torch.stack([w, -w * tau, y.sign() * w])


def certificate(
    z: torch.Tensor, inside: torch.Tensor, A: torch.Tensor, c: torch.Tensor, beta: float
) -> torch.Tensor:
    """−½‖p‖² at the last p = inside + θ (z − inside), θ ≤ 1, with |Aᵀp + c| ≤ β everywhere."""
    start, move = A.T @ inside + c, A.T @ (z - inside)
    # The wall ahead is +β where the column rises on the way, and −β where it falls.
    ahead = beta * move.sign() - start
    reach = torch.where(move == 0, torch.inf, ahead / move).min().clamp_max(1)
    return -(inside + reach * (z - inside)).square().sum() / 2


def inflated_variance(x: torch.Tensor, beta: float) -> torch.Tensor:
    """n v/(n − β) for data x (n,) and β < n: the variance of the best straight score's law."""
    # The slope is −(n − β)/(n v), and a score of slope −a belongs to the variance 1/a.
    return len(x) * x.var(correction=0) / (len(x) - beta)


def langevin_variance(slope: float, step: torch.Tensor) -> torch.Tensor:
    """ε/(1 − (1 − εa/2)²) for s = −a x with a = slope and steps ε (k,)."""
    # A step multiplies the variance by (1 − εa/2)² and adds ε: what is left unchanged solves it.
    return step / (1 - (1 - step * slope / 2) ** 2)
