"""The exercises of notebook 10, a real table."""

from __future__ import annotations

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Exercise

from . import solutions


def _columns() -> Cases:
    """Columns with spikes, and a share for each row."""
    draw = torch.Generator().manual_seed(0)
    columns = ([0.0, 0, 0, 2, 5, 5, 9], [3.0, -1, -1, 4, 0, 0, 0, 0])
    return [(torch.tensor(c), 0.1 + 0.8 * torch.rand(len(c), generator=draw)) for c in columns]


def _between(column: Tensor) -> tuple[Tensor, Tensor]:
    """The ends of the interval of ranks that each value owns."""
    below = (column[None] < column[:, None]).float().mean(1)
    return below, (column[None] <= column[:, None]).float().mean(1)


def _gaussians() -> Cases:
    """Points, a covariance, α and h."""
    draw = torch.Generator().manual_seed(1)
    cases = []
    for d, alpha in ((2, 0.8), (3, 0.5)):
        root = torch.randn(d, d, generator=draw)
        covariance = root @ root.T + 0.2 * torch.eye(d)
        cases.append((torch.randn(5, d, generator=draw), covariance, alpha, 1 - alpha**2))
    return cases


def _counts() -> Cases:
    """Tables of counts of two columns."""
    return [
        (torch.tensor([[30.0, 10], [5, 55]]), torch.tensor([[12.0, 8], [14, 16]])),
        (torch.tensor([[4.0, 0, 6]]), torch.tensor([[1.0, 7, 2]])),
    ]


def _distances() -> Cases:
    """Distances to the nearest training row, and to the nearest hold-out row."""
    return [
        (torch.tensor([0.0, 1, 2, 3, 0]), torch.tensor([1.0, 1, 1, 4, 0])),
        (torch.tensor([2.0, 5, 1, 1]), torch.tensor([1.0, 5, 3, 0.5])),
    ]


def _form(x: Tensor, covariance: Tensor, signal: float, alpha: float, h: float) -> Tensor:
    """x (α² C + h I)⁻¹ (signal · C)."""
    noisy = alpha**2 * covariance + h * torch.eye(len(covariance))
    return x @ torch.linalg.solve(noisy, signal * covariance)


EXERCISES = {
    "spike_scores": Exercise(
        solution=solutions.spike_scores,
        cases=_columns,
        mistakes={
            "the quantile function is missing: these are ranks, not normal scores": (
                lambda column, u: _between(column)[0] * (1 - u) + _between(column)[1] * u
            ),
            "always the middle of the interval: a spike is then one point, not its share": (
                lambda column, u: torch.special.ndtri(sum(_between(column)) / 2)
            ),
            "the share u is measured from the upper end": (
                lambda column, u: torch.special.ndtri(
                    _between(column)[0] * u + _between(column)[1] * (1 - u)
                )
            ),
            "every row got an interval of its own: equal values must share one": (
                lambda column, u: torch.special.ndtri(
                    (column.argsort(stable=True).argsort(stable=True) + u) / len(column)
                )
            ),
            "Φ instead of its inverse": (
                lambda column, u: torch.special.ndtr(
                    _between(column)[0] * (1 - u) + _between(column)[1] * u
                )
            ),
        },
    ),
    "gaussian_form": Exercise(
        solution=solutions.gaussian_form,
        cases=_gaussians,
        mistakes={
            "α is missing: X_t holds α X_0, so that Cov(X_0, X_t) = α C": (
                lambda x, covariance, alpha, h: _form(x, covariance, 1.0, alpha, h)
            ),
            "α is not squared: Cov(X_t) = α² C + h I": (
                lambda x, covariance, alpha, h: _form(x, covariance, alpha, alpha**0.5, h)
            ),
            "h is missing: it is the variance of the noise": (
                lambda x, covariance, alpha, h: _form(x, covariance, alpha, alpha, 0.0)
            ),
            "h is squared: it is a variance already": (
                lambda x, covariance, alpha, h: _form(x, covariance, alpha, alpha, h**2)
            ),
            "this is the form of independent columns, αx: C is not used": (
                lambda x, covariance, alpha, h: alpha * x
            ),
            "this is the score's matrix (α² C + h I)⁻¹ x: the factor α C is missing": (
                lambda x, covariance, alpha, h: (
                    torch.linalg.solve(
                        alpha**2 * covariance + h * torch.eye(len(covariance)), x.T
                    ).T
                )
            ),
        },
    ),
    "pair_error": Exercise(
        solution=solutions.pair_error,
        cases=_counts,
        mistakes={
            "one half is missing: what one cell has too much, another has too little": (
                lambda real, synthetic: (
                    (real / real.sum() - synthetic / synthetic.sum()).abs().sum()
                )
            ),
            "counts instead of shares: divide each table by its sum": (
                lambda real, synthetic: (real - synthetic).abs().sum() / 2
            ),
            "this is the similarity: the error is one minus it": (
                lambda real, synthetic: (
                    1 - (real / real.sum() - synthetic / synthetic.sum()).abs().sum() / 2
                )
            ),
            "squares instead of absolute values": (
                lambda real, synthetic: (
                    (real / real.sum() - synthetic / synthetic.sum()).square().sum() / 2
                )
            ),
            "the mean over the cells instead of the sum": (
                lambda real, synthetic: (
                    (real / real.sum() - synthetic / synthetic.sum()).abs().mean() / 2
                )
            ),
            "without absolute values too much and too little cancel": (
                lambda real, synthetic: (real / real.sum() - synthetic / synthetic.sum()).sum() / 2
            ),
        },
    ),
    "copying": Exercise(
        solution=solutions.copying,
        cases=_distances,
        mistakes={
            "a tie counts as nothing: it should count half": (
                lambda train, holdout: (train < holdout).float().mean()
            ),
            "a tie counts as a copy: it should count half": (
                lambda train, holdout: (train <= holdout).float().mean()
            ),
            "upside down: a copy is near to a training row": (
                lambda train, holdout: (
                    (train > holdout).float() + (train == holdout).float() / 2
                ).mean()
            ),
            "this is the share of distances, not of rows": (
                lambda train, holdout: holdout.sum() / (train.sum() + holdout.sum())
            ),
            "only exact copies are counted: near ones are copies too": (
                lambda train, holdout: (train == 0).float().mean()
            ),
        },
    ),
}
