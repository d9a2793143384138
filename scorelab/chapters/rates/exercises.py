"""The exercises of notebook 06, how much data."""

from __future__ import annotations

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Exercise

from . import solutions


def _powers() -> Cases:
    """Sizes x (n,) and numbers y (n,) that follow a power of them, roughly."""
    draw = torch.Generator().manual_seed(0)
    return [
        (x, 3 * x**power * torch.exp(0.2 * torch.randn(len(x), generator=draw)))
        for x, power in (
            (torch.tensor([10.0, 30.0, 40.0, 200.0]), -0.6),
            (torch.tensor([125.0, 250.0, 500.0, 600.0, 2000.0]), 0.7),
        )
    ]


def _spectra() -> Cases:
    """Eigenvalues (n,) that decay, and a time."""
    values = [2.0 * torch.arange(1, n + 1, dtype=torch.float32) ** -1.3 for n in (6, 9)]
    return [(values[0], 1.5), (values[1], 4.0)]


def _balances() -> Cases:
    """Sizes (k,), the constants A and B, and the decay b."""
    return [
        (torch.tensor([100.0, 400.0, 2000.0]), 2.0, 0.5, 1.5),
        (torch.tensor([50.0, 800.0]), 0.3, 3.0, 4 / 3),
    ]


def _line(x: Tensor, y: Tensor) -> Tensor:
    x, y = x - x.mean(), y - y.mean()
    return (x @ y) / (x @ x)


EXERCISES = {
    "guaranteed_rate": Exercise(
        solution=solutions.guaranteed_rate,
        cases=lambda: [(torch.tensor([1.0, 2.0, 3.0, 10.0]),), (torch.tensor([4.0, 50.0]),)],
        mistakes={
            "the sign: the error falls, so the slope is below zero": (
                lambda dim: (dim + 2) / (2 * dim + 3)
            ),
            "this is b, the decay of the eigenvalues: the rate is −b/(b + 1)": (
                lambda dim: (dim + 2) / (dim + 1)
            ),
            "this is −b, not −b/(b + 1)": lambda dim: -(dim + 2) / (dim + 1),
            "z has d + 2 entries, so its direction has d + 1 dimensions, not d": (
                lambda dim: -(dim + 1) / (2 * dim + 1)
            ),
            "−1/(b + 1) instead of −b/(b + 1)": lambda dim: -(dim + 1) / (2 * dim + 3),
        },
    ),
    "loglog_slope": Exercise(
        solution=solutions.loglog_slope,
        cases=_powers,
        mistakes={
            "the logarithms are missing": _line,
            "the logarithm of x is missing: a power law is straight in log against log": (
                lambda x, y: _line(x, y.log())
            ),
            "x and y are exchanged: that line is fitted sideways": (
                lambda x, y: _line(y.log(), x.log())
            ),
            "the means are not subtracted: that line is forced through x = 1, y = 1": (
                lambda x, y: (x.log() @ y.log()) / (x.log() @ x.log())
            ),
            "first and last point only: the points between them count too": (
                lambda x, y: (y[-1] / y[0]).log() / (x[-1] / x[0]).log()
            ),
        },
    ),
    "data_to_halve": Exercise(
        solution=solutions.data_to_halve,
        cases=lambda: [(torch.tensor([-0.5, -4 / 7, -1.0]),), (torch.tensor([-2.0, -0.7]),)],
        mistakes={
            "upside down: more data are needed, not fewer": lambda slope: 2 ** (1 / slope),
            "this is how much the error falls when n doubles": lambda slope: 2**slope,
            "2^{−slope}: solve factor^slope = 1/2 for the factor": lambda slope: 2**-slope,
            "divided by the slope instead of raised to 1/slope": lambda slope: -2 / slope,
            "halved twice: this risk is a mean square already": lambda slope: 4 ** (-1 / slope),
        },
    ),
    "direction_bound": Exercise(
        solution=solutions.direction_bound,
        cases=_spectra,
        mistakes={
            "only those above 1 are counted: the others count as u λ": (
                lambda values, time: (time * values > 1).float().sum()
            ),
            "no direction can count more than once: min(1, u λ)": (
                lambda values, time: (time * values).sum()
            ),
            "max instead of min": lambda values, time: (time * values).clamp_min(1).sum(),
            "the mean instead of the sum: 1/n comes later, with σ²": (
                lambda values, time: (time * values).clamp_max(1).mean()
            ),
            "u λ and not λ/u: a late time learns more": (
                lambda values, time: (values / time).clamp_max(1).sum()
            ),
            "the minimum of 1 and λ, then times u: 1 is the limit of u λ": (
                lambda values, time: time * values.clamp_max(1).sum()
            ),
        },
    ),
    "right_time": Exercise(
        solution=solutions.right_time,
        cases=_balances,
        mistakes={
            "where both terms are equal: at the minimum their derivatives are": (
                lambda n, bias, noise, decay: (bias * n / noise) ** (decay / (decay + 1))
            ),
            "exponent b instead of b/(b + 1)": (
                lambda n, bias, noise, decay: (decay * bias * n / noise) ** decay
            ),
            "exponent 1/(b + 1) instead of b/(b + 1)": (
                lambda n, bias, noise, decay: (decay * bias * n / noise) ** (1 / (decay + 1))
            ),
            "A and B exchanged: more noise means an earlier stop": (
                lambda n, bias, noise, decay: (decay * noise * n / bias) ** (decay / (decay + 1))
            ),
            "n divides the second term alone: the right time grows with n": (
                lambda n, bias, noise, decay: (decay * bias / (noise * n)) ** (decay / (decay + 1))
            ),
            "b on the wrong side: u^{1 + 1/b} = b A n / B": (
                lambda n, bias, noise, decay: (bias * n / (noise * decay)) ** (decay / (decay + 1))
            ),
        },
    ),
}
