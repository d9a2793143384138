"""The exercises of notebook 09, convex denoising."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment
from scorelab.workbook.tasks import Task

from . import solutions
from .build import by_columns, by_trend


def _draw(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def _neurons() -> Cases:
    """w (d,), b () and a (k,)."""
    return [
        (_draw(2), torch.tensor(0.7), 5 * _draw(3)),
        (3 * _draw(4), torch.tensor(-2.0), _draw(1)),
    ]


def _residuals() -> Cases:
    """z (n, k), x (n, 2), a unit w and a pivot, which is one of the points."""
    cases = []
    for n, angle in ((6, 2.4), (9, 4.0)):
        z, x = _draw(n, 2), _draw(n + 5, 2)[:n]
        w = torch.tensor([math.cos(angle), math.sin(angle)])
        cases.append((z - z.mean(0), x, w, x[1].clone()))
    return cases


def _duals() -> Cases:
    """Residuals and targets (n, k), what a neuron earns at most, and β: scaled, hardly, not."""
    target = _draw(7, 2)
    return [
        (0.8 * target + 0.1, target, 4.0, 1.0),
        (1.3 * target, target.clone(), 2.0, 1.9),
        (-target, target.clone(), 4.0, 1.0),
    ]


def _factor(z: Tensor, targets: Tensor, most: float | Tensor) -> Tensor:
    return ((z * targets).sum() / z.square().sum()).clamp_max(most).clamp_min(0)


def _scaled(z: Tensor, targets: Tensor, c: float | Tensor) -> Tensor:
    return c * (z * targets).sum() - c**2 * z.square().sum() / 2


EXERCISES: dict[str, Task] = {
    "pattern_count": Exercise(
        solution=solutions.pattern_count,
        cases=lambda: [(4, 1), (10, 2), (7, 3), (12, 2), (3, 4), (4, 4)],
        mistakes={
            "2ⁿ counts every word of n bits: most of them no plane can cut off": (
                lambda n, dim: 2**n
            ),
            "the factor 2 is missing: either side of a plane can be the active one": (
                lambda n, dim: sum(math.comb(n - 1, k) for k in range(dim + 1))
            ),
            "C(n, k) in place of C(n − 1, k)": (
                lambda n, dim: 2 * sum(math.comb(n, k) for k in range(dim + 1))
            ),
            "k ends one too early: with a bias there are d + 1 terms": (
                lambda n, dim: 2 * sum(math.comb(n - 1, k) for k in range(dim))
            ),
            "n² − n + 2 is for the plane only": lambda n, dim: n * n - n + 2,
            "for k ≥ n there is nothing to choose: C(n − 1, k) is 0 there, and the count 2ⁿ": (
                lambda n, dim: (
                    2
                    * math.factorial(n - 1)
                    * sum(
                        1 / math.factorial(max(n - 1 - k, 0)) / math.factorial(k)
                        for k in range(dim + 1)
                    )
                )
            ),
        },
    ),
    "balanced_neuron": Exercise(
        solution=solutions.balanced_neuron,
        cases=_neurons,
        mistakes={
            "the root is missing: so the lengths change places": (
                lambda w, b, a: torch.cat(
                    (
                        w * a.norm() / w.norm(),
                        b[None] * a.norm() / w.norm(),
                        a * w.norm() / a.norm(),
                    )
                )
            ),
            "b must be scaled with w: else the kink moves": (
                lambda w, b, a: torch.cat(((c := (a.norm() / w.norm()).sqrt()) * w, b[None], a / c))
            ),
            "the factor upside down: the longer of the two becomes longer still": (
                lambda w, b, a: torch.cat(
                    ((c := (w.norm() / a.norm()).sqrt()) * w, c * b[None], a / c)
                )
            ),
            "a is to be divided by what w is multiplied by: this is another function": (
                lambda w, b, a: torch.cat(
                    ((c := (a.norm() / w.norm()).sqrt()) * w, c * b[None], a * c)
                )
            ),
            "both of length one: that is another function": (
                lambda w, b, a: torch.cat((w / w.norm(), b[None] / w.norm(), a / a.norm()))
            ),
        },
    ),
    "neuron_earns": Exercise(
        solution=solutions.neuron_earns,
        cases=_residuals,
        mistakes={
            "relu is missing": lambda z, x, w, p: (z.T @ ((x - p) @ w)).norm(),
            "the pivot is missing: the kink goes through it, not through 0": (
                lambda z, x, w, p: (z.T @ (x @ w).relu()).norm()
            ),
            "the norm is missing its outputs: this is the first alone": (
                lambda z, x, w, p: (z.T @ ((x - p) @ w).relu())[0].abs()
            ),
            "the sign of w: the other side is active": (
                lambda z, x, w, p: (z.T @ ((p - x) @ w).relu()).norm()
            ),
            "norms before the sum: residuals of opposite sign must cancel": (
                lambda z, x, w, p: (z.norm(dim=1) * ((x - p) @ w).relu()).sum()
            ),
            "the square of the norm": (
                lambda z, x, w, p: (z.T @ ((x - p) @ w).relu()).square().sum()
            ),
        },
    ),
    "certified_bound": Exercise(
        solution=solutions.certified_bound,
        cases=_duals,
        mistakes={
            "the factor has a limit below, too: c ≥ 0, and where ⟨Z, ℓ⟩ < 0 only 0 is left": (
                lambda z, targets, most, beta: _scaled(
                    z, targets, ((z * targets).sum() / z.square().sum()).clamp_max(beta / most)
                )
            ),
            "not scaled: residuals of which a neuron earns more than β prove nothing": (
                lambda z, targets, most, beta: _scaled(z, targets, 1.0)
            ),
            "always scaled to β: a smaller factor may give the larger bound": (
                lambda z, targets, most, beta: _scaled(z, targets, beta / most)
            ),
            "the factor upside down: β/most": (
                lambda z, targets, most, beta: _scaled(z, targets, most / beta)
            ),
            "the square must be scaled by the square of the factor": (
                lambda z, targets, most, beta: (
                    _factor(z, targets, beta / most) * ((z * targets).sum() - z.square().sum() / 2)
                )
            ),
            "the ½ is missing": (
                lambda z, targets, most, beta: (
                    (c := _factor(z, targets, beta / most)) * (z * targets).sum()
                    - c**2 * z.square().sum()
                )
            ),
        },
    ),
    "sums_of_residuals": Derivation(),
    "column_step": Experiment(
        text="forty of your steps: loss above the optimum",
        measure=by_columns,
        between=(-1e-6, 0.01),
        solution=solutions.column_step,
        mistakes={
            "only some angles are tried: take several hundred": (0.012, 0.021),
            "the kink goes through a data point, not through 0": (0.022, 0.03),
            "priced on the labels: what the old neurons leave is what a new one can earn": (
                0.2,
                0.25,
            ),
            "the sign of b: w · p + b is 0, so b = −w · p": (0.26, 0.28),
        },
    ),
    "trend_filter": Experiment(
        text="the worst of six: loss above the optimum",
        measure=by_trend,
        between=(-1e-6, 1e-4),
        solution=solutions.trend_filter,
        mistakes={
            "this is the optimum for twice that β: the loss has ½ in front of the square": (
                0.1,
                0.109,
            ),
            "this is the optimum for half of that β": (0.117, 0.127),
            "squares of the jumps: the penalty is their absolute value": (0.28, 0.31),
            "a straight line: that is best for a large β only": (1.4, 1.6),
            "the places are not even: slopes are differences over gaps": (2000, 5000),
            "this follows the labels: at β > 0 it must bend less": (15000, 25000),
        },
    ),
}
