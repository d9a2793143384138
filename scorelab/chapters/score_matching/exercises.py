"""The exercises of notebook 02, score matching is regression with noisy labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scorelab.validate import require
from scorelab.workbook.checking import Cases, Derivation, Exercise, Experiment
from scorelab.workbook.tasks import Task

from . import solutions
from .measured import risk_beside_noise_weight


def _levels(n: int) -> tuple[Tensor, Tensor]:
    """α and h (n, 1), a noise level a row."""
    t = torch.linspace(0.2, 1.5, n)[:, None]
    return torch.exp(-t / 2), 1 - torch.exp(-t)


def _pairs() -> Cases:
    """Two (n, d) tensors, then a scale and a standard deviation (n, 1)."""
    draw = torch.Generator().manual_seed(0)
    spread = torch.tensor([[0.4], [0.7], [1.5], [2.0], [0.2]])
    return [
        (*torch.randn(2, n, d, generator=draw), _levels(n)[0], spread[:n])
        for n, d in ((5, 2), (3, 1))
    ]


def _gaussians() -> Cases:
    """Noisy points (n, 1), mean, standard deviation, α and h (n, 1)."""
    x = torch.tensor([[-1.0], [0.3], [2.0], [3.0]])
    return [
        (x + shift, mean, std, *_levels(4)) for shift, mean, std in ((0, 0.5, 0.8), (1, -1.0, 2.0))
    ]


def _queries() -> Cases:
    """Noisy points (n, d), training points (m, d), α and h (n, 1)."""
    draw = torch.Generator().manual_seed(1)
    cases = [
        (torch.randn(n, d, generator=draw), torch.randn(m, d, generator=draw), *_levels(n))
        for n, m, d in ((4, 6, 2), (5, 5, 1))
    ]
    t = torch.tensor([[0.02]])  # far from all points at the least noise: every exp is zero
    far = torch.tensor([[4.0]]), torch.tensor([[-1.0], [0.5], [1.0]])
    return [*cases, (*far, torch.exp(-t / 2), 1 - torch.exp(-t))]


def _weights() -> Cases:
    """Weights (n, m), each row of which sums to one, and points (m, d)."""
    draw = torch.Generator().manual_seed(2)
    return [
        (torch.randn(n, m, generator=draw).softmax(1), 1 + torch.randn(m, d, generator=draw))
        for n, m, d in ((4, 6, 2), (3, 5, 1))
    ]


def _square(x: Tensor, train: Tensor, alpha: Tensor) -> Tensor:
    return (x[:, None] - alpha[:, None] * train).square().sum(dim=2)


def _over_points(square: Tensor, train: Tensor, h: Tensor, dim: int = 1) -> Tensor:
    return torch.softmax(-square / h, dim=dim) @ train


def _risk_of_readers_weight(weight: Callable[[Tensor, Tensor], Any]) -> float:
    """The mean, over seeds, of the features' risk with a reader's weight beside α²/h."""
    require(callable(weight), "weight", weight, "must be a function of α and h")

    def sound(alpha: Tensor, h: Tensor) -> Tensor:
        w = torch.as_tensor(weight(alpha, h)).expand(h.shape)
        good = bool((w.isfinite() & (w > 0)).all())
        require(good, "weight", float(w.min()), "must be above 0 and finite, one number a row")
        return w

    return float(risk_beside_noise_weight(sound))


EXERCISES: dict[str, Task] = {
    "conditional_score": Exercise(
        solution=solutions.conditional_score,
        cases=_pairs,
        mistakes={
            "the sign is reversed: from x the density rises towards a x0": (
                lambda x, x0, a, b: (x - a * x0) / b**2
            ),
            "divided by b: a score has a 1/variance, and b is a standard deviation": (
                lambda x, x0, a, b: (a * x0 - x) / b
            ),
            "off by a factor 1/2: differentiating the square brings a 2 that cancels that of 2b²": (
                lambda x, x0, a, b: (a * x0 - x) / (2 * b**2)
            ),
            "a is missing: given x0 the noisy point is centred at a x0": (
                lambda x, x0, a, b: (x0 - x) / b**2
            ),
            "divided by √b: b is already a standard deviation, its square is the variance": (
                lambda x, x0, a, b: (a * x0 - x) / b**0.5
            ),
            "not divided by the variance: this is the arrow to a x0, the score is that over b²": (
                lambda x, x0, a, b: a * x0 - x
            ),
        },
    ),
    "velocity_weight": Exercise(
        solution=solutions.velocity_weight,
        cases=lambda: [_levels(5), _levels(3)],
        mistakes={
            "this is ω̃, the weight on a row: ω = ω̃ h²/α²": lambda alpha, h: 1 / h,
            "h² instead of h: that ω predicts X_0; here the row still has a weight ω̃ = 1/h": (
                lambda alpha, h: h**2 / alpha**2
            ),
            "ω = h predicts the noise; the velocity mixes noise and clean point": (
                lambda alpha, h: h
            ),
            "upside down: ω̃ = ω α²/h², so ω = ω̃ h²/α²": lambda alpha, h: alpha**2 / h,
            "ω̃ = h instead of 1/h: f − X_0 = −√h (ν̂ − ν), so ‖ν̂ − ν‖² is ‖f − X_0‖²/h": (
                lambda alpha, h: h**3 / alpha**2
            ),
            "a square is missing: the loss is a square, so ω has h²/α², not h/α, beside ω̃": (
                lambda alpha, h: 1 / alpha
            ),
        },
    ),
    "gaussian_denoiser": Exercise(
        solution=solutions.gaussian_denoiser,
        cases=_gaussians,
        mistakes={
            "h instead of α²s² + h: X_t also varies because X_0 does": (
                lambda x, mean, std, alpha, h: mean + alpha * std**2 * (x - alpha * mean) / h
            ),
            "s instead of s²: Tweedie needs the variance of X_t, α²s² + h": (
                lambda x, mean, std, alpha, h: (
                    mean + alpha * std * (x - alpha * mean) / (alpha**2 * std + h)
                )
            ),
            "x − μ instead of x − αμ: the mean of X_t is αμ": (
                lambda x, mean, std, alpha, h: (
                    mean + alpha * std**2 * (x - mean) / (alpha**2 * std**2 + h)
                )
            ),
            "α² in front instead of α: of the α² that v − h brings, Tweedie divides one away": (
                lambda x, mean, std, alpha, h: (
                    mean + alpha**2 * std**2 * (x - alpha * mean) / (alpha**2 * std**2 + h)
                )
            ),
            "this is the score of X_t: f* = (x + h · score)/α": (
                lambda x, mean, std, alpha, h: -(x - alpha * mean) / (alpha**2 * std**2 + h)
            ),
            "not divided by α: f* = (x + h · score)/α": (
                lambda x, mean, std, alpha, h: x - h * (x - alpha * mean) / (alpha**2 * std**2 + h)
            ),
        },
    ),
    "memoriser": Exercise(
        solution=solutions.memoriser,
        cases=_queries,
        mistakes={
            "h instead of 2h: the density of N(αx_i, hI) is exp(−‖x − αx_i‖²/(2h))": (
                lambda x, train, alpha, h: _over_points(_square(x, train, alpha), train, h)
            ),
            "α is missing: noise was added to αx_i, not to x_i": (
                lambda x, train, alpha, h: _over_points(
                    _square(x, train, torch.ones_like(alpha)), train, 2 * h
                )
            ),
            "softmax over the wrong axis: for each x the weights of the training points sum to 1": (
                lambda x, train, alpha, h: _over_points(
                    _square(x, train, alpha), train, 2 * h, dim=0
                )
            ),
            "not squared: the exponent holds ‖x − αx_i‖², not the distance": (
                lambda x, train, alpha, h: _over_points(
                    _square(x, train, alpha).sqrt(), train, 2 * h
                )
            ),
            "the sign is reversed: far training points must weigh least": (
                lambda x, train, alpha, h: _over_points(-_square(x, train, alpha), train, 2 * h)
            ),
            "averages αx_i: the answer is the average of the clean points x_i themselves": (
                lambda x, train, alpha, h: (
                    alpha * _over_points(_square(x, train, alpha), train, 2 * h)
                )
            ),
        },
    ),
    "empirical_variance": Exercise(
        solution=solutions.empirical_variance,
        cases=_weights,
        mistakes={
            "the square of the mean is missing: variance is E‖X_0‖² − ‖E X_0‖²": (
                lambda weights, train: weights @ train.square().sum(dim=1)
            ),
            "the weights are squared: E‖X_0‖² is Σ π_i(x) ‖x_i‖²": (
                lambda weights, train: (
                    weights**2 @ train.square().sum(1) - (weights @ train).square().sum(1)
                )
            ),
            "all points weigh the same: the variance given x uses the weights of that x": (
                lambda weights, train: train.var(dim=0, correction=0).sum().expand(len(weights))
            ),
            "averaged over the coordinates: a trace is their sum": (
                lambda weights, train: solutions.empirical_variance(weights, train) / train.shape[1]
            ),
            "the square root was taken: this is the standard deviation": (
                lambda weights, train: solutions.empirical_variance(weights, train).sqrt()
            ),
        },
    ),
    "best_weight": Derivation(),
    "another_weight": Experiment(
        text="excess risk with your weight, over that with the weight of the noise, ten seeds",
        measure=_risk_of_readers_weight,
        between=(None, 0.99),
        solution=solutions.another_weight,
        mistakes={
            "worse by far: which noise levels have hardly any weight?": (1.3, None),
            "no better than the weight of the noise": (0.99, 1.3),
        },
        seconds=60,
    ),
}
