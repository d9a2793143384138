"""When to stop: rules that choose a number of gradient steps."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from . import validate
from .metrics import Path, excess_risks
from .process import Denoiser, Regression


def log_stops(last: int, count: int = 60) -> tuple[int, ...]:
    """0, then about ``count`` distinct whole numbers evenly spaced in log from 1 to ``last``."""
    validate.count("last", last)
    validate.count("count", count, least=2)
    spaced = torch.logspace(0, math.log10(last), count, dtype=torch.float64).round().long()
    return (0, *spaced.unique().tolist())


def rademacher(eigenvalues: Tensor, step_size: float, noise: float, radius: float = 1.0) -> int:
    """T̂ = min{τ : R(1/√η_τ) > C / (2 e σ η_τ)} − 1 with η_τ = ητ (Raskutti, Wainwright, Yu 2014).

    R(ε) = [n⁻¹ Σ_j min(λ_j, ε²)]^{1/2} for the ``eigenvalues`` (n,) of K/n; ``noise`` σ is the
    label noise (a standard deviation, in units of the labels), ``radius`` C the RKHS norm of the
    truth, which the literature sets to 1. Equal noise on all labels is assumed. The rate is
    right and the constant is not: with C = 1 it stops far too early. Raises ValueError for
    negative or all-zero eigenvalues and for σ, C or η ≤ 0.
    """
    for name, value in (("step_size", step_size), ("noise", noise), ("radius", radius)):
        validate.positive(name, value)
    values = torch.as_tensor(eigenvalues).double()
    ok = values.dim() == 1 and bool(torch.isfinite(values).all() and (values >= 0).all())
    validate.require(
        ok and bool(values.sum() > 0),
        "eigenvalues",
        eigenvalues,
        "must be a vector of finite numbers ≥ 0, not all 0",
    )

    def exceeded(step: int) -> bool:
        # Both sides times η_τ, so that what grows stands on the left: [n⁻¹ Σ min(λη_τ², η_τ)]^½.
        eta = step_size * step
        return float((values * eta**2).clamp_max(eta).mean().sqrt()) > radius / (2 * math.e * noise)

    high = 1
    while not exceeded(high):
        high *= 2
    low = high // 2  # exceeded is monotone in the step: false at low, true at high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if exceeded(middle) else (middle, high)
    return low


def oracle(path: Path, truth: Denoiser, data: Regression) -> int:
    """The stop of ``path.stops`` with the least excess risk on ``data``: needs the truth."""
    return path.stops[int(excess_risks(path, truth, data).argmin())]
