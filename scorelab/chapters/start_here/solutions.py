"""Solutions of notebook 00, start here."""

from __future__ import annotations

import torch

from scorelab import metrics
from scorelab.kernel import KernelFlow

from .measured import PROCESS, halves


def noising(x0: torch.Tensor, noise: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """√(1 − ℓ²) x_0 + ℓ ξ, with x0 and noise (n, d), noise levels ℓ (n, 1)."""
    # The level is √h, and α² = e^{−t} = 1 − h.
    return (1 - level**2).sqrt() * x0 + level * noise


def denoiser_from_score(
    x: torch.Tensor, score: torch.Tensor, alpha: torch.Tensor, h: torch.Tensor
) -> torch.Tensor:
    """(x + h · score)/α, with x and score (n, d), alpha and h (n, 1)."""
    # Equation (3) solved for the answer: the score times h leads from x to α f.
    return (x + h * score) / alpha


def two_points(x: torch.Tensor, alpha: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """tanh(αx/h), with x, alpha and h (n,)."""
    # (e^{αx/h} − e^{−αx/h}) / (e^{αx/h} + e^{−αx/h}), in a form that cannot overflow.
    return torch.tanh(alpha * x / h)


def distance_on_a_line(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The mean of |a_(i) − b_(i)| over the sorted values of a (n,) and b (n,)."""
    # On a line the cheapest way to move one heap onto another keeps the order.
    return (a.sort().values - b.sort().values).abs().mean()


def best_stop(points: torch.Tensor) -> int:
    """The stop with the least error on the half of the points (n, 2) that was held out."""
    train, held_out = halves(points)
    flow = KernelFlow(PROCESS, train)
    risks = metrics.holdout_risks(flow, held_out)
    return flow.stops[int(risks.argmin())]
