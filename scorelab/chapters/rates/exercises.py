"""The exercises of notebook 06, how much data."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scorelab.power_law import PowerLaw
from scorelab.validate import require
from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment
from scorelab.workbook.tasks import Task

from . import measured, solutions

#: Sizes at which a truth of the reader's is judged: below the 800 rows that show its directions.
SIZES = (50, 71, 100, 141, 200, 283, 400)


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


def _curves() -> Cases:
    """Eigenvalues, truth and noise (k,), sizes (m,) and steps (T,)."""
    k, steps = torch.arange(1.0, 41.0), torch.tensor([0.0, 1, 3, 10, 30, 100, 300, 1000])
    return [
        (0.8 * k**-1.3, k**-1.5, 0.5 + 1 / k, torch.tensor([50.0, 400.0]), steps),
        (0.4 * k**-1.5, k**-2.0, 2 - k / 40, torch.tensor([30.0, 100.0, 900.0]), steps),
    ]


def _line(x: Tensor, y: Tensor) -> Tensor:
    x, y = x - x.mean(), y - y.mean()
    return (x @ y) / (x @ x)


def _left(values: Tensor, steps: Tensor, rate: float | Tensor) -> Tensor:
    return (1 - rate * values[:, None]) ** steps


def _least(bias: Tensor, variance: Tensor, sizes: Tensor) -> Tensor:
    """The least of bias² + variance/n over the steps (T,), for each n, (m,)."""
    return (bias + variance / sizes[:, None]).min(dim=1).values


def _terms(
    values: Tensor, truth: Tensor, noise: Tensor, steps: Tensor, power: int = 2
) -> tuple[Tensor, Tensor]:
    """Bias² and n times the variance at each of the steps, (T,)."""
    left = _left(values, steps, 1 / values[0])
    return truth @ left**power, noise @ (1 - left) ** power


def _swapped(*case: Tensor) -> Tensor:
    values, truth, noise, sizes, steps = case
    variance, bias = _terms(values, noise, truth, steps)
    return _least(bias, variance, sizes)


def _at_the_first(bias: Tensor, variance: Tensor, sizes: Tensor) -> Tensor:
    at = (bias + variance / sizes[0]).argmin()
    return bias[at] + variance[at] / sizes


def slope_of(truth: Any) -> float:
    """The slope of (11) against n for a function of t (n,) and x (n, 2), with log times."""
    seen = truth(torch.ones(3), torch.zeros(3, 2))
    ok = isinstance(seen, Tensor) and seen.shape == (3, 2)
    require(ok, "own_truth", seen, "must be a tensor (n, 2) for points (n, 2)")
    along = measured.directions(2, "log", 800, truth=truth)
    risks, _ = measured.curve(along, SIZES)
    return PowerLaw.fit(torch.tensor(SIZES), risks).slope


EXERCISES: dict[str, Task] = {
    "decay_behind": Exercise(
        solution=solutions.decay_behind,
        cases=lambda: [(torch.tensor([-0.5, -4 / 7, -0.8]),), (torch.tensor([-0.2, -0.7]),)],
        mistakes={
            "the sign: a decay b is above zero": lambda slope: slope / (1 + slope),
            "this is −slope, which is b/(b + 1): solve it for b": lambda slope: -slope,
            "this takes a decay to a slope: the other way is asked for": (
                lambda slope: -slope / (1 - slope)
            ),
            "upside down": lambda slope: -(1 + slope) / slope,
            "1 − slope below: the slope is −b/(b + 1), so b + 1 = 1/(1 + slope)": (
                lambda slope: 1 / (1 + slope)
            ),
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
    "learning_curve": Exercise(
        solution=solutions.learning_curve,
        cases=_curves,
        mistakes={
            "the shares are not squared: (11) squares what is left and what is fitted": (
                lambda values, truth, noise, sizes, steps: _least(
                    *_terms(values, truth, noise, steps, power=1), sizes
                )
            ),
            "what is left and what is fitted have changed places": _swapped,
            "each term at a best stop of its own: there is one stop for both": (
                lambda values, truth, noise, sizes, steps: (
                    _terms(values, truth, noise, steps)[0].min() + 0 * sizes
                )
            ),
            "the stop of the first size serves all: each n has its own": (
                lambda values, truth, noise, sizes, steps: _at_the_first(
                    *_terms(values, truth, noise, steps), sizes
                )
            ),
            "n divides both terms: bias does not get cheaper": (
                lambda values, truth, noise, sizes, steps: (
                    _least(*_terms(values, truth, noise, steps), torch.ones(1)) / sizes
                )
            ),
            "the step size is 1/λ_1, and not 1": (
                lambda values, truth, noise, sizes, steps: _least(
                    truth @ _left(values, steps, 1) ** 2,
                    noise @ (1 - _left(values, steps, 1)) ** 2,
                    sizes,
                )
            ),
        },
    ),
    "fast_decay": Derivation(),
    "own_truth": Experiment(
        text="slope of the predicted risk against n",
        measure=slope_of,
        between=(None, -0.7),
        solution=solutions.own_truth,
        mistakes={"steeper is more below zero": (-0.7, None)},
    ),
}
