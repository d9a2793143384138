"""The exercises of notebook 08, the convex program in one dimension."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Exercise

from . import solutions


def _data() -> Cases:
    """Distinct data (n,), not sorted."""
    draw = torch.Generator().manual_seed(0)
    return [(torch.randn(n, generator=draw),) for n in (5, 8)]


def _kinks() -> Cases:
    """Sizes y (k,) of either sign, and kinks τ (k,)."""
    return [
        (torch.tensor([4.0, -9.0, 0.25]), torch.tensor([1.0, -0.5, 2.0])),
        (torch.tensor([-1.44, 2.25]), torch.tensor([0.3, 0.7])),
    ]


def _programs() -> Cases:
    """z (n,), a feasible point (n,), columns (n, k), counts (k,) and β, hitting either wall."""
    draw = torch.Generator().manual_seed(1)
    columns, inside = torch.randn(6, 4, generator=draw), 0.1 * torch.randn(6, generator=draw)
    z = torch.randn(6, generator=draw)
    counts = torch.tensor([1.0, -1.5, 0.5, -0.3])
    one = torch.eye(3)
    return [
        (z, inside, columns, counts, 2.5),
        (-z, inside, columns, counts, 2.5),
        (0.2 * z, inside, columns, counts, 50.0),  # z itself is feasible
        (torch.tensor([-4.0, 1.0, 0.5]), torch.zeros(3), one, torch.tensor([0.5, 0.0, -1.0]), 2.0),
    ]


def _samples() -> Cases:
    """Data (n,) and weight decay below n."""
    return [(torch.tensor([-1.0, 0.0, 2.0, 4.0]), 1.0), (torch.tensor([0.5, 1.5, 2.0]), 2.4)]


def _certified(
    walls: Callable[[Tensor, Tensor, float], Tensor], most: float = 1.0, half: float = 0.5
) -> Callable[..., Tensor]:
    """A certificate whose steps to the walls are found by some rule."""

    def certificate(z: Tensor, inside: Tensor, A: Tensor, c: Tensor, beta: float) -> Tensor:
        reach = walls(A.T @ inside + c, A.T @ (z - inside), beta)
        reach = torch.where(reach > 0, reach, torch.inf).min().clamp_max(most)
        return -half * (inside + reach * (z - inside)).square().sum()

    return certificate


def _both(start: Tensor, move: Tensor, beta: float) -> Tensor:
    return (beta * move.sign() - start) / move


EXERCISES = {
    "slope_counts": Exercise(
        solution=solutions.slope_counts,
        cases=_data,
        mistakes={
            "left and right are exchanged: a kink left of the datum counts it": (
                lambda x: solutions.slope_counts(x).flip(0)
            ),
            "the other way round: (x − τ)₊ rises right of its kink, so count the data there": (
                lambda x: solutions.slope_counts(-x)
            ),
            "both are the same: on one side the datum itself counts, on the other not": (
                lambda x: solutions.slope_counts(x)[:1].expand(2, -1)
            ),
            "the rows are the data and the columns the two sides: (2, n) was asked for": (
                lambda x: solutions.slope_counts(x).T
            ),
            "in sorted order: give each datum its own count, in the order of x": (
                lambda x: solutions.slope_counts(x.sort().values)
            ),
            "the mean, not the number: the loss is a sum over the data": (
                lambda x: solutions.slope_counts(x) / len(x)
            ),
        },
    ),
    "neuron": Exercise(
        solution=solutions.neuron,
        cases=_kinks,
        mistakes={
            "the sign of y is lost: it is that of a": (
                lambda y, tau: torch.stack([y.abs().sqrt(), -y.abs().sqrt() * tau, y.abs().sqrt()])
            ),
            "the sign of b: w τ + b must be zero": (
                lambda y, tau: solutions.neuron(y, tau) * torch.tensor([[1.0], [-1.0], [1.0]])
            ),
            "b = −τ: the kink is at −b/w": (
                lambda y, tau: torch.stack([y.abs().sqrt(), -tau, y.sign() * y.abs().sqrt()])
            ),
            "|w| = |a| is what makes the decay least: both are √|y|": (
                lambda y, tau: torch.stack([torch.ones_like(y), -tau, y])
            ),
            "the sign of y went to w, which turns the neuron around": (
                lambda y, tau: torch.stack(
                    [y.sign() * y.abs().sqrt(), -y.sign() * y.abs().sqrt() * tau, y.abs().sqrt()]
                )
            ),
        },
    ),
    "certificate": Exercise(
        solution=solutions.certificate,
        cases=_programs,
        mistakes={
            "z itself, which is outside the walls: that is no bound": (
                lambda z, inside, A, c, beta: -z.square().sum() / 2
            ),
            "the point inside: it is a bound, but you can go on until a wall": (
                lambda z, inside, A, c, beta: -inside.square().sum() / 2
            ),
            "only the upper wall is kept: columns that fall meet −β": _certified(
                lambda start, move, beta: (beta - start) / move
            ),
            "c is forgotten: the walls are for Aᵀp + c": (
                lambda z, inside, A, c, beta: solutions.certificate(z, inside, A, 0 * c, beta)
            ),
            "past z: where z is feasible the way ends there": _certified(_both, most=1e9),
            "the sign: the bound is −½‖p‖²": (lambda *case: -solutions.certificate(*case)),
            "the ½ is missing": _certified(_both, half=1.0),
        },
    ),
    "inflated_variance": Exercise(
        solution=solutions.inflated_variance,
        cases=_samples,
        mistakes={
            "upside down: the law is wider than the data": (
                lambda x, beta: x.var(correction=0) * (len(x) - beta) / len(x)
            ),
            "this is the slope, and the variance is one over it": (
                lambda x, beta: (len(x) - beta) / (len(x) * x.var(correction=0))
            ),
            "v is the mean square from the mean: divided by n, not by n − 1": (
                lambda x, beta: len(x) * x.var() / (len(x) - beta)
            ),
            "the mean is not subtracted": (
                lambda x, beta: len(x) * x.square().mean() / (len(x) - beta)
            ),
            "n is missing above: the factor is n/(n − β)": (
                lambda x, beta: x.var(correction=0) / (len(x) - beta)
            ),
            "that would be the factor for a mean over data: here β counts data": (
                lambda x, beta: x.var(correction=0) / (1 - beta)
            ),
        },
    ),
    "langevin_variance": Exercise(
        solution=solutions.langevin_variance,
        cases=lambda: [(1.0, torch.tensor([0.1, 1.0, 2.0])), (0.25, torch.tensor([0.5, 4.0]))],
        mistakes={
            "this is the limit of small steps, 1/a": (
                lambda slope, step: torch.ones_like(step) / slope
            ),
            "the step multiplies by 1 − εa/2, not by 1 − εa": (
                lambda slope, step: step / (1 - (1 - step * slope) ** 2)
            ),
            "the factor must be squared: variances are squares": (
                lambda slope, step: step / (1 - (1 - step * slope / 2))
            ),
            "the noise is √ε ξ, of variance ε, not ε²": (
                lambda slope, step: step**2 / (1 - (1 - step * slope / 2) ** 2)
            ),
            "this is ρ: the variance is ρ/a": lambda slope, step: 1 / (1 - step * slope / 4),
            "the sign: the finite step makes the law wider, 1/(1 − εa/4)": (
                lambda slope, step: 1 / slope / (1 + step * slope / 4)
            ),
        },
    ),
}
