"""The exercises of notebook 09, convex denoising."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Exercise

from . import solutions


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
    """Residuals and targets (n, k), the most that a neuron earns, and β: scaled, and hardly."""
    target = _draw(7, 2)
    return [(0.8 * target + 0.1, target, 4.0, 1.0), (1.3 * target, target.clone(), 2.0, 1.9)]


def _scaled(z: Tensor, targets: Tensor, c: float | Tensor) -> Tensor:
    return c * (z * targets).sum() - c**2 * z.square().sum() / 2


EXERCISES = {
    "pattern_count": Exercise(
        solution=solutions.pattern_count,
        cases=lambda: [(4, 1), (10, 2), (7, 3), (12, 2)],
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
                    ((z * targets).sum() / z.square().sum()).clamp_max(beta / most)
                    * ((z * targets).sum() - z.square().sum() / 2)
                )
            ),
            "the ½ is missing": (
                lambda z, targets, most, beta: (
                    (c := ((z * targets).sum() / z.square().sum()).clamp_max(beta / most))
                    * (z * targets).sum()
                    - c**2 * z.square().sum()
                )
            ),
        },
    ),
}
