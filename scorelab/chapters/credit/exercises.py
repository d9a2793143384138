"""The exercises of notebook 10, a real table."""

from __future__ import annotations

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment

from . import solutions
from .clients import wasted


def _gaussians() -> Cases:
    """A covariance, α and h."""
    draw, cases = torch.Generator().manual_seed(1), []
    for d, alpha in ((2, 0.8), (3, 0.5)):
        root = torch.randn(d, d, generator=draw)
        cases.append((root @ root.T + 0.2 * torch.eye(d), alpha, 1 - alpha**2))
    return cases


def _columns() -> Cases:
    """Columns with spikes."""
    return [(torch.tensor(c),) for c in ([0.0, 0, 0, 2, 5, 5, 9], [3.0, -1, -1, 4, 0, 0, 0, 0])]


def _pairs() -> Cases:
    """Scores of two methods on the same seeds: both vary more than their difference."""
    draw, cases = torch.Generator().manual_seed(2), []
    for k in (5, 8):
        halves, ours, theirs = torch.randn(3, k, generator=draw)
        cases.append((0.3 + 0.05 * halves + 0.01 * ours, 0.2 + 0.05 * halves + 0.01 * theirs))
    return cases


def _guesses() -> Cases:
    """How sure an attacker is of members and of others, ties among them."""
    return [
        (torch.tensor([0.0, 1, 2, 3, 3]), torch.tensor([1.0, 0, 1, -2])),
        (torch.tensor([2.0, 5, 1, 1]), torch.tensor([1.0, 5, 3, 0.5, 7, 7])),
    ]


def _left(covariance: Tensor, signal: float, alpha: float, h: float) -> Tensor:
    """tr(C − signal · C (α² C + h I)⁻¹ C)."""
    noisy = alpha**2 * covariance + h * torch.eye(len(covariance))
    return torch.trace(covariance - signal * covariance @ torch.linalg.solve(noisy, covariance))


def _shares(column: Tensor) -> Tensor:
    return (column[None] == column[:, None]).double().mean(1)


EXERCISES = {
    "error_of_the_form": Exercise(
        solution=solutions.error_of_the_form,
        cases=_gaussians,
        mistakes={
            "one α is missing: it stands in Cov(X_0, X_t) on both sides": (
                lambda covariance, alpha, h: _left(covariance, alpha, alpha, h)
            ),
            "α is missing: the noisy point holds αX_0": (
                lambda covariance, alpha, h: _left(covariance, 1.0, alpha, h)
            ),
            "this is the variance of the answer, not what is left of that of X_0": (
                lambda covariance, alpha, h: (
                    torch.trace(covariance) - _left(covariance, alpha**2, alpha, h)
                )
            ),
            "the mean over coordinates: ‖·‖² is their sum": (
                lambda covariance, alpha, h: _left(covariance, alpha**2, alpha, h) / len(covariance)
            ),
            "h is squared: it is a variance already": (
                lambda covariance, alpha, h: _left(covariance, alpha**2, alpha, h**2)
            ),
            "this is what no denoiser leaves, tr C: the noisy point was not used": (
                lambda covariance, alpha, h: torch.trace(covariance)
            ),
        },
    ),
    "owned": Exercise(
        solution=solutions.owned,
        cases=_columns,
        mistakes={
            "the length of the interval: a uniform variable on it has its square, over 12": _shares,
            "this is the standard deviation: square it": lambda column: _shares(column) / 12**0.5,
            "the square of the length: a uniform variable has a twelfth of that": (
                lambda column: _shares(column) ** 2
            ),
            "p (1 − p) is the variance of owning the value or not": (
                lambda column: _shares(column) * (1 - _shares(column))
            ),
            "counts instead of shares: ranks run from 0 to 1": (
                lambda column: (_shares(column) * len(column)) ** 2 / 12
            ),
        },
    ),
    "paired_error": Exercise(
        solution=solutions.paired_error,
        cases=_pairs,
        mistakes={
            "not paired: what the halves of a seed have in common drops out of differences": (
                lambda ours, theirs: ((ours.var() + theirs.var()) / len(ours)) ** 0.5
            ),
            "this is the spread of the differences: their mean varies less, by √k": (
                lambda ours, theirs: (ours - theirs).std()
            ),
            "divided by k instead of √k": lambda ours, theirs: (ours - theirs).std() / len(ours),
            "k − 1 instead of k below the squares: the mean was estimated, too": (
                lambda ours, theirs: (ours - theirs).std(unbiased=False) / len(ours) ** 0.5
            ),
            "this is the variance of the mean: take the root": (
                lambda ours, theirs: (ours - theirs).var() / len(ours)
            ),
            "this is the mean difference itself": lambda ours, theirs: (ours - theirs).mean(),
        },
    ),
    "attack_auc": Exercise(
        solution=solutions.attack_auc,
        cases=_guesses,
        mistakes={
            "a tie counts as nothing: it should count half": (
                lambda members, others: (members[:, None] > others[None]).double().mean()
            ),
            "a tie counts as found: it should count half": (
                lambda members, others: (members[:, None] >= others[None]).double().mean()
            ),
            "upside down: a higher score means a member": (
                lambda members, others: solutions.attack_auc(others, members)
            ),
            "only the middle is compared: compare every member with every other": (
                lambda members, others: (members > others.median()).double().mean()
            ),
            "the difference of the means: the AUC knows order only": (
                lambda members, others: members.mean() - others.mean()
            ),
        },
    ),
    "unequal_parts": Derivation(),
    "hold_out": Experiment(
        text="error of new clients at your stop, over the least there is",
        measure=wasted,
        between=(1, 1.04),
        solution=solutions.hold_out,
        mistakes={
            "rows of one client lie on both sides of the hold-out, which then finds him again": (
                1.06,
                None,
            ),
        },
    ),
}
