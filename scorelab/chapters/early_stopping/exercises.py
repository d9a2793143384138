"""The exercises of notebook 05, overfitting and early stopping."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from scorelab.kernel import ntk
from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment
from scorelab.workbook.tasks import Task

from . import solutions
from .measured import gcv_over_best


def _kernels() -> Cases:
    """Kernel matrices (n, n), a step size below 1/λ_1 and a number of steps."""
    draw, cases = Generator().manual_seed(0), []
    for n, steps in ((5, 4), (8, 30)):
        z = torch.randn(n, 3, generator=draw)
        kernel = ntk(z, z)
        cases.append((kernel, 0.9 / float(torch.linalg.eigvalsh(kernel / n)[-1]), steps))
    return cases


def _noises() -> Cases:
    """Variances and leverages, (n,) each: once they go together, and once not."""
    draw = Generator().manual_seed(0)
    leverages = [0.1 + 0.7 * torch.rand(n, generator=draw) for n in (6, 9)]
    return [(torch.rand(6, generator=draw), leverages[0]), (1.5 - leverages[1], leverages[1])]


def _groups() -> Cases:
    """Smoothers (n, n), labels (n, d) and the positions of a group of rows."""
    draw, cases = Generator().manual_seed(1), []
    for n, d, group in ((6, 2, [0, 3]), (7, 1, [1, 2, 5])):
        vectors = torch.linalg.qr(torch.randn(n, n, generator=draw)).Q
        smoother = vectors * torch.linspace(0.9, 0.05, n) @ vectors.T
        cases.append((smoother, torch.randn(n, d, generator=draw), torch.tensor(group)))
    return cases


def _errors() -> Cases:
    """Training errors (T,) and the noise: reached on the way, between two, and never."""
    falling = torch.tensor([3.0, 1.9, 1.2, 0.7, 0.3, 0.1])
    return [(falling, 0.8), (falling[1:], 1.0), (falling[:4], 0.2)]


def _residuals(smoother: Tensor, labels: Tensor, group: Tensor) -> Tensor:
    return (labels - smoother @ labels)[group]


EXERCISES: dict[str, Task] = {
    "leverages": Exercise(
        solution=solutions.leverages,
        cases=_kernels,
        mistakes={
            "these are 1 − S_ii: what was let through is 1 − (1 − ηλ)^τ": (
                lambda kernel, rate, steps: 1 - solutions.leverages(kernel, rate, steps)
            ),
            "these are the shares g_k, of directions: a leverage belongs to a row": (
                lambda kernel, rate, steps: _shares(kernel / len(kernel), rate, steps)
            ),
            "V is transposed: its columns are directions, its rows those of the data": (
                lambda kernel, rate, steps: (
                    _vectors(kernel).square().T @ _shares(kernel / len(kernel), rate, steps)
                )
            ),
            "V stands twice in S, so its entries are squared on the diagonal": (
                lambda kernel, rate, steps: (
                    _vectors(kernel) @ _shares(kernel / len(kernel), rate, steps)
                )
            ),
            "the λ_k are those of K/n, not of K": (
                lambda kernel, rate, steps: _vectors(kernel).square() @ _shares(kernel, rate, steps)
            ),
            "this is their sum, the degrees of freedom": (
                lambda kernel, rate, steps: solutions.leverages(kernel, rate, steps).sum()
            ),
        },
    ),
    "what_gcv_misses": Exercise(
        solution=solutions.what_gcv_misses,
        cases=_noises,
        mistakes={
            "the sign is reversed: where noise sits where leverage is, GCV adds too little": (
                lambda variances, leverages: -solutions.what_gcv_misses(variances, leverages)
            ),
            "the 2 is missing": (
                lambda variances, leverages: solutions.what_gcv_misses(variances, leverages) / 2
            ),
            "this is all that must be added: GCV adds something itself": (
                lambda variances, leverages: 2 * (variances * leverages).mean()
            ),
            "this is what GCV adds": (
                lambda variances, leverages: 2 * variances.mean() * leverages.mean()
            ),
            "divided by n − 1: (9) has plain means": (
                lambda variances, leverages: (
                    2 * torch.cov(torch.stack((variances, leverages)))[0, 1]
                )
            ),
            "this is a correlation: it must not be divided by the spreads": (
                lambda variances, leverages: (
                    2 * torch.corrcoef(torch.stack((variances, leverages)))[0, 1]
                )
            ),
        },
    ),
    "leave_group_out": Exercise(
        solution=solutions.leave_group_out,
        cases=_groups,
        mistakes={
            "each row alone: the others of the group have still been seen": (
                lambda smoother, labels, group: (
                    labels[group]
                    - _residuals(smoother, labels, group)
                    / (1 - smoother.diagonal()[group])[:, None]
                )
            ),
            "nothing was left out: these are the model's own predictions": (
                lambda smoother, labels, group: (smoother @ labels)[group]
            ),
            "these are residuals: predictions are asked for": (
                lambda smoother, labels, group: (
                    labels[group] - solutions.leave_group_out(smoother, labels, group)
                )
            ),
            "the sign: Y less the residual, not plus": (
                lambda smoother, labels, group: (
                    2 * labels[group] - solutions.leave_group_out(smoother, labels, group)
                )
            ),
            "the labels of the group put to 0, not to the answers of the model without it": (
                lambda smoother, labels, group: (
                    (smoother @ labels)[group] - smoother[group][:, group] @ labels[group]
                )
            ),
        },
    ),
    "discrepancy_stop": Exercise(
        solution=solutions.discrepancy_stop,
        cases=_errors,
        mistakes={
            "where no error is low enough, argmax says 0: go on to the last": (
                lambda errors, noise: (errors <= noise).int().argmax()
            ),
            "one too soon: stop where the error is at most the noise, not before": (
                lambda errors, noise: (errors > noise).sum().clamp_max(len(errors)) - 1
            ),
            "past the end where none is low enough: the last position is T − 1": (
                lambda errors, noise: (errors > noise).sum()
            ),
            "the nearest: that may lie above the noise": (
                lambda errors, noise: (errors - noise).abs().argmin()
            ),
            "the last one: errors that go on falling are fitted noise": (
                lambda errors, noise: torch.tensor(len(errors) - 1)
            ),
        },
    ),
    "leverage_bounds": Derivation(),
    "own_noise": Experiment(
        text="excess risk at GCV's stop over the best, with your noise",
        measure=gcv_over_best,
        between=(2.5, None),
        solution=solutions.own_noise,
        mistakes={
            "this noise has nothing to do with the leverage, and GCV is right": (0.9, 1.1),
            "something, but more is possible: put noise where the leverage is, and not on too few "
            "rows": (1.1, 2.5),
        },
    ),
}


def _vectors(kernel: Tensor) -> Tensor:
    return torch.linalg.eigh(kernel / len(kernel)).eigenvectors


def _shares(kernel: Tensor, rate: float, steps: int) -> Tensor:
    return 1 - (1 - rate * torch.linalg.eigvalsh(kernel)) ** steps
