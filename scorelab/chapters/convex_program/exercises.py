"""The exercises of notebook 08, the convex program in one dimension."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from scorelab import convex
from scorelab.workbook.checking import Cases, Derivation, Exercise
from scorelab.workbook.tasks import Task

from . import solutions


def _data() -> Cases:
    """Data (n,), not sorted, and once with equal ones among them."""
    draw = torch.Generator().manual_seed(0)
    tied = torch.tensor([0.3, -1.2, 0.3, 2.0, -1.2, 0.3])
    return [*[(torch.randn(n, generator=draw),) for n in (5, 8)], (tied,)]


def _kinks() -> Cases:
    """Sizes y (k,) of either sign, and kinks τ (k,)."""
    return [
        (torch.tensor([4.0, -9.0, 0.25]), torch.tensor([1.0, -0.5, 2.0])),
        (torch.tensor([-1.44, 2.25]), torch.tensor([0.3, 0.7])),
    ]


def _columns(x: Tensor) -> tuple[Tensor, Tensor]:
    """Columns (n, 4n) and counts (4n,) of equation (6) for relu and data x (n,)."""
    apart = x[:, None] - x
    left, right = (apart >= 0).double(), (apart > 0).double()
    values = [apart.clamp_min(0)] * 2 + [(-apart).clamp_min(0)] * 2
    return torch.cat(values, 1), torch.cat([left, right, left - 1, right - 1], 1).sum(0)


def _programs() -> Cases:
    """z (n,), a feasible point (n,), columns (n, k), counts (k,) and β, of real programs.

    z is the straight score, which the walls forbid, or allow; or it lies beyond the best point.
    """
    x = torch.randn(12, generator=torch.Generator().manual_seed(8)).double()
    A, c = _columns(x)
    straight = (x.mean() - x) / x.var(correction=0)
    z = {beta: convex.score_matching(x[:, None], beta).score(x[:, None])[:, 0] for beta in (1.1, 2)}
    return [
        (straight, z[1.1], A, c, 2.0),
        (straight, z[1.1], A, c, 1.5),
        (straight, z[2], A, c, 50.0),  # z itself is feasible
        (2 * straight - z[2], z[1.1], A, c, 50.0),  # and here the best point is on the way
        (z[1.1], z[2], A, c, 2.0),  # here it is the point inside
    ]


def _samples() -> Cases:
    """Data (n,) and weight decay below n."""
    return [(torch.tensor([-1.0, 0.0, 2.0, 4.0]), 1.0), (torch.tensor([0.5, 1.5, 2.0]), 2.4)]


def _laws() -> Cases:
    """Masses (k,), cells (k,), scores (k,) and a step, once with mass near the end."""
    cells = torch.linspace(-3, 3, 13).double()
    p = torch.rand(13, generator=torch.Generator().manual_seed(3)).double()
    bent = -cells - (cells - 1).relu()
    return [(p / p.sum(), cells, -cells, 0.5), (p.flip(0) / p.sum(), cells, bent, 1.2)]


def _certified(walls: Callable[[Tensor, Tensor, float], Tensor]) -> Callable[..., Tensor]:
    """The bound at the last point before some walls, whether or not an earlier one is better."""

    def certificate(z: Tensor, inside: Tensor, A: Tensor, c: Tensor, beta: float) -> Tensor:
        reach = walls(A.T @ inside + c, A.T @ (z - inside), beta)
        reach = torch.where(reach >= 0, reach, torch.inf).min().clamp_max(1)
        return -(inside + reach * (z - inside)).square().sum() / 2

    return certificate


def _both(start: Tensor, move: Tensor, beta: float) -> Tensor:
    return torch.where(move == 0, torch.inf, (beta * move.sign() - start) / move)


def _ranks(x: Tensor) -> Tensor:
    rank = x.argsort(stable=True).argsort(stable=True)
    return torch.stack([len(x) - rank, len(x) - rank - 1])


def _moved(drift: float) -> Callable[..., Tensor]:
    """A step by that much of ε times the score, where ½ is right."""
    return lambda p, cells, score, step: solutions.law_after_step(p, cells, 2 * drift * score, step)


def _leaking(p: Tensor, cells: Tensor, score: Tensor, step: float) -> Tensor:
    half = (cells[1] - cells[0]) / 2
    edges = torch.cat((cells - half, cells[-1:] + half))
    mean = cells + step / 2 * score
    return p @ torch.special.ndtr((edges - mean[:, None]) / step**0.5).diff(dim=1)


EXERCISES: dict[str, Task] = {
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
            "ranks: data that are equal have the same counts, for they all lie on one side": _ranks,
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
            "the point inside: it is a bound, but nearer to z there may be a better one": (
                lambda z, inside, A, c, beta: -inside.square().sum() / 2
            ),
            "the last point before the walls: a point on the way may be nearer to 0": (
                _certified(_both)
            ),
            "only the upper wall is kept: columns that fall meet −β": _certified(
                lambda start, move, beta: (beta - start) / move
            ),
            "c is forgotten: the walls are for Aᵀp + c": (
                lambda z, inside, A, c, beta: solutions.certificate(z, inside, A, 0 * c, beta)
            ),
            "the sign: the bound is −½‖p‖²": (lambda *case: -solutions.certificate(*case)),
            "the ½ is missing": (lambda *case: 2 * solutions.certificate(*case)),
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
            "this is the limit of small steps, 1/slope": (
                lambda slope, step: torch.ones_like(step) / slope
            ),
            "the step multiplies by 1 − ε slope/2, not by 1 − ε slope": (
                lambda slope, step: step / (1 - (1 - step * slope) ** 2)
            ),
            "the factor must be squared: variances are squares": (
                lambda slope, step: step / (1 - (1 - step * slope / 2))
            ),
            "the noise is √ε ξ, of variance ε, not ε²": (
                lambda slope, step: step**2 / (1 - (1 - step * slope / 2) ** 2)
            ),
            "this is ρ: the variance is ρ/slope": lambda slope, step: 1 / (1 - step * slope / 4),
            "the sign: the finite step makes the law wider, 1/(1 − ε slope/4)": (
                lambda slope, step: 1 / slope / (1 + step * slope / 4)
            ),
        },
    ),
    "units_of_the_data": Derivation(),
    "law_after_step": Exercise(
        solution=solutions.law_after_step,
        cases=_laws,
        mistakes={
            "the step moves by half of ε times the score": _moved(1.0),
            "the score is not used: this only spreads": _moved(0.0),
            "the sign of the score: it leads to where data are": _moved(-0.5),
            "what leaves the cells is lost: the outer cells hold all that lies beyond them": (
                _leaking
            ),
            "the noise √ε ξ has variance ε: its standard deviation is √ε": (
                lambda p, cells, score, step: solutions.law_after_step(
                    p, cells, score / step, step**2
                )
            ),
            "the mass goes backwards: multiply p from the left": (
                lambda p, cells, score, step: torch.stack(
                    [
                        solutions.law_after_step(row, cells, score, step) @ p
                        for row in torch.eye(len(p)).double()
                    ]
                )
            ),
        },
    ),
}
