"""Solutions of notebook 08, the convex program in one dimension."""

from __future__ import annotations

import torch


def slope_counts(x: torch.Tensor) -> torch.Tensor:
    """#{x_i ≥ x_j} and #{x_i > x_j} for data x (n,): for kinks left and right of x_j, (2, n)."""
    # A relu has slope one right of its kink: left of the datum it counts the datum itself, and
    # whatever is equal to it.
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
    """The largest −½‖p‖² of p = inside + θ (z − inside), 0 ≤ θ ≤ 1, with |Aᵀp + c| ≤ β."""
    way = z - inside
    start, move = A.T @ inside + c, A.T @ way
    # The wall ahead is +β where the column rises on the way, and −β where it falls.
    ahead = beta * move.sign() - start
    reach = torch.where(move == 0, torch.inf, ahead / move).min().clamp_max(1)
    # On the way ‖p‖² is a parabola: the point nearest to 0 gives the best bound, if it is allowed.
    nearest = -(inside @ way) / (way @ way)
    theta = torch.minimum(nearest.clamp_min(0), reach)
    return -(inside + theta * way).square().sum() / 2


def inflated_variance(x: torch.Tensor, beta: float) -> torch.Tensor:
    """n v/(n − β) for data x (n,) and β < n: the variance of the best straight score's law."""
    # The slope is −(n − β)/(n v), and a score of slope −a belongs to the variance 1/a.
    return len(x) * x.var(correction=0) / (len(x) - beta)


def langevin_variance(slope: float, step: torch.Tensor) -> torch.Tensor:
    """ε/(1 − (1 − εa/2)²) for s = −a x with a = slope and steps ε (k,)."""
    # A step multiplies the variance by (1 − εa/2)² and adds ε: what is left unchanged solves it.
    return step / (1 - (1 - step * slope / 2) ** 2)


def law_after_step(
    p: torch.Tensor, cells: torch.Tensor, score: torch.Tensor, step: float
) -> torch.Tensor:
    """The masses (k,) after a Langevin step from masses p (k,) in cells (k,) with scores (k,)."""
    # From the middle of a cell the step is normal; its mass left of each edge, differenced.
    edges = (cells[1:] + cells[:-1]) / 2
    mean = cells + step / 2 * score
    left = torch.special.ndtr((edges - mean[:, None]) / step**0.5)
    ends = left.new_zeros(len(cells), 1)
    return p @ torch.cat((ends, left, ends + 1), dim=1).diff(dim=1)
