"""The exercises of notebook 05, overfitting and early stopping."""

from __future__ import annotations

import torch

from scorelab.workbook.checking import Cases, Exercise

from . import solutions

SIZES = (6, 2), (9, 3)


def _spectra() -> Cases:
    """Eigenvalues (n,) that decay, a step size of about 1/λ_max, and a number of steps."""
    values = [2.0 * torch.arange(1, n + 1, dtype=torch.float32) ** -1.3 for n, _ in SIZES]
    return [(values[0], 0.5, 7), (values[1], 0.3, 40)]


def _widths() -> Cases:
    """Eigenvalues (n,) and an ε, whose square lies among them."""
    return [(values, epsilon) for (values, *_), epsilon in zip(_spectra(), (0.6, 0.5), strict=True)]


def _leverages(n: int, draw: torch.Generator) -> torch.Tensor:
    return 0.1 + 0.7 * torch.rand(n, generator=draw)


def _noises() -> Cases:
    """Variances and leverages, (n,) each."""
    draw = torch.Generator().manual_seed(0)
    return [(torch.rand(n, generator=draw), _leverages(n, draw)) for n, _ in SIZES]


def _residuals() -> Cases:
    """Residuals (n, d) and leverages (n,)."""
    draw = torch.Generator().manual_seed(1)
    return [(torch.randn(n, d, generator=draw), _leverages(n, draw)) for n, d in SIZES]


def _traces() -> Cases:
    """Residuals (n, d) and the trace of S."""
    return [(residuals, float(leverages.sum())) for residuals, leverages in _residuals()]


def _square(residuals: torch.Tensor) -> torch.Tensor:
    return residuals.square().sum(1)


EXERCISES = {
    "degrees_of_freedom": Exercise(
        solution=solutions.degrees_of_freedom,
        cases=_spectra,
        mistakes={
            "this is what is left, Σ(1 − ηλ)^τ: what was fitted is 1 minus that, each time": (
                lambda values, rate, steps: ((1 - rate * values) ** steps).sum()
            ),
            "the number of steps is missing: the power τ belongs to 1 − ηλ": (
                lambda values, rate, steps: (rate * values).sum()
            ),
            "ητλ is only the beginning: no share can be more than 1": (
                lambda values, rate, steps: (rate * steps * values).sum()
            ),
            "this is the mean of the shares: a trace is a sum": (
                lambda values, rate, steps: (1 - (1 - rate * values) ** steps).mean()
            ),
            "(ηλ)^τ instead of 1 − (1 − ηλ)^τ: a step leaves the share 1 − ηλ unlearned": (
                lambda values, rate, steps: ((rate * values) ** steps).sum()
            ),
            "the squares of the shares make tr S², the variance: here they are not squared": (
                lambda values, rate, steps: (1 - (1 - rate * values) ** steps).square().sum()
            ),
        },
    ),
    "rademacher_complexity": Exercise(
        solution=solutions.rademacher_complexity,
        cases=_widths,
        mistakes={
            "ε instead of ε²: an eigenvalue is compared with ε²": (
                lambda values, epsilon: values.clamp_max(epsilon).mean().sqrt()
            ),
            "max instead of min: large eigenvalues must not count more than ε²": (
                lambda values, epsilon: values.clamp_min(epsilon**2).mean().sqrt()
            ),
            "the root is missing: this is R(ε)²": (
                lambda values, epsilon: values.clamp_max(epsilon**2).mean()
            ),
            "1/n is missing: R is the root of a mean, not of a sum": (
                lambda values, epsilon: values.clamp_max(epsilon**2).sum().sqrt()
            ),
            "the root of each, then the mean: first the mean, then one root": (
                lambda values, epsilon: values.clamp_max(epsilon**2).sqrt().mean()
            ),
        },
    ),
    "optimism": Exercise(
        solution=solutions.optimism,
        cases=_noises,
        mistakes={
            "the product of the means, as GCV takes it: that is not the mean of the products": (
                lambda variances, leverages: 2 * variances.mean() * leverages.mean()
            ),
            "the 2 is missing: the cross term of a square counts twice": (
                lambda variances, leverages: (variances * leverages).mean()
            ),
            "1/n is missing: (9) is about the mean error of a row": (
                lambda variances, leverages: 2 * (variances * leverages).sum()
            ),
            "the sign: (9) subtracts this, so what it subtracts is positive": (
                lambda variances, leverages: -2 * (variances * leverages).mean()
            ),
            "σ instead of σ²? variances are squares already, and must not be rooted": (
                lambda variances, leverages: 2 * (variances.sqrt() * leverages).mean()
            ),
        },
    ),
    "loo_score": Exercise(
        solution=solutions.loo_score,
        cases=_residuals,
        mistakes={
            "one factor 1/(1 − S_ii) too few: the residual is divided first, and squared then": (
                lambda residuals, leverages: (_square(residuals) / (1 - leverages)).mean()
            ),
            "this is GCV: each row has a leverage of its own": (
                lambda residuals, leverages: _square(residuals).mean() / (1 - leverages.mean()) ** 2
            ),
            "a mean over the outputs as well: ‖r‖² is their sum": (
                lambda residuals, leverages: (
                    residuals.square().mean(1) / (1 - leverages) ** 2
                ).mean()
            ),
            "a sum over the rows: the score is their mean": (
                lambda residuals, leverages: (_square(residuals) / (1 - leverages) ** 2).sum()
            ),
            "multiplied by (1 − S_ii)² instead of divided: unseen rows are predicted worse": (
                lambda residuals, leverages: (_square(residuals) * (1 - leverages) ** 2).mean()
            ),
            "divided by S_ii²: a row with no leverage was not fitted, and needs no correction": (
                lambda residuals, leverages: (_square(residuals) / leverages**2).mean()
            ),
        },
    ),
    "gcv_score": Exercise(
        solution=solutions.gcv_score,
        cases=_traces,
        mistakes={
            "the denominator is not squared": (
                lambda residuals, trace: _square(residuals).mean() / (1 - trace / len(residuals))
            ),
            "the trace must be divided by n: 1 − tr S/n is the mean of 1 − S_ii": (
                lambda residuals, trace: _square(residuals).mean() / (1 - trace) ** 2
            ),
            "n − tr S instead of 1 − tr S/n: off by a factor n²": (
                lambda residuals, trace: _square(residuals).mean() / (len(residuals) - trace) ** 2
            ),
            "a mean over the outputs as well: ‖r‖² is their sum": (
                lambda residuals, trace: (
                    residuals.square().mean() / (1 - trace / len(residuals)) ** 2
                )
            ),
            "this is the right-hand side of (12), which is only near while the trace is small": (
                lambda residuals, trace: (
                    _square(residuals).mean() * (1 + 2 * trace / len(residuals))
                )
            ),
        },
    ),
}
