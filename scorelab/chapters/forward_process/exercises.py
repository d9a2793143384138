"""The exercises of notebook 01, the forward process."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scorelab.workbook.checking import Cases, Exercise

from . import solutions


def _steps() -> Cases:
    """Points and noise (n, d) with a step length."""
    draw = torch.Generator().manual_seed(0)
    return [
        (*torch.randn(2, *shape, generator=draw), delta)
        for shape, delta in (((4, 2), 0.04), ((3, 1), 0.25))
    ]


def _variances() -> Cases:
    """Variances and times (n,): any, then the start, then what is left after a long time."""
    draw = torch.Generator().manual_seed(0)
    variance, t = 3 * torch.rand(2, 6, generator=draw)
    return [(variance, t), (torch.tensor([0.0, 1.0, 4.0]), torch.tensor([0.0, 0.7, 40.0]))]


def _levels() -> Cases:
    return [(torch.tensor([0.05, 0.3, 0.5]),), (torch.tensor([0.7, 0.9, 0.99]),)]


def _gaussians() -> Cases:
    """Points (n, d), a mean (d,), a standard deviation and a time."""
    draw = torch.Generator().manual_seed(0)
    cases = []
    for n, d, std, t in ((5, 2, 0.5, 0.3), (3, 1, 2.0, 1.2)):
        x = torch.randn(n, d, generator=draw)
        cases.append((x, 1 + torch.rand(d, generator=draw), std, t))
    return cases


def _score(x: Tensor, mean: Tensor, v: float) -> Tensor:
    return (mean - x) / v


def _alpha_h(t: float) -> tuple[float, float]:
    return math.exp(-t / 2), 1 - math.exp(-t)


def _clean_mean(x: Tensor, mean: Tensor, std: float, t: float) -> Tensor:
    alpha, h = _alpha_h(t)
    return _score(x, mean, alpha**2 * std**2 + h)


def _clean_std(x: Tensor, mean: Tensor, std: float, t: float) -> Tensor:
    alpha, h = _alpha_h(t)
    return _score(x, alpha * mean, std**2 + h)


def _alpha_once(x: Tensor, mean: Tensor, std: float, t: float) -> Tensor:
    alpha, h = _alpha_h(t)
    return _score(x, alpha * mean, alpha * std**2 + h)


def _noise_alone(x: Tensor, mean: Tensor, std: float, t: float) -> Tensor:
    alpha, h = _alpha_h(t)
    return _score(x, alpha * mean, h)


def _root(x: Tensor, mean: Tensor, std: float, t: float) -> Tensor:
    alpha, h = _alpha_h(t)
    return _score(x, alpha * mean, math.sqrt(alpha**2 * std**2 + h))


EXERCISES = {
    "euler_maruyama_step": Exercise(
        solution=solutions.euler_maruyama_step,
        cases=_steps,
        mistakes={
            "δ instead of √δ before the noise: ΔB has variance δ, so its size is √δ": (
                lambda x, noise, delta: x - x / 2 * delta + delta * noise
            ),
            "the noise is not scaled: over a short time the push must be small": (
                lambda x, noise, delta: x - x / 2 * delta + noise
            ),
            "the half is missing: the pull is −X/2": (
                lambda x, noise, delta: x - x * delta + math.sqrt(delta) * noise
            ),
            "the pull has the wrong sign: it goes towards the origin": (
                lambda x, noise, delta: x + x / 2 * delta + math.sqrt(delta) * noise
            ),
            "δ is missing in the pull: over a short time the point hardly moves": (
                lambda x, noise, delta: x - x / 2 + math.sqrt(delta) * noise
            ),
            "this is the exact step of equation (4): right, but write the approximation (2)": (
                lambda x, noise, delta: (
                    math.exp(-delta / 2) * x + math.sqrt(1 - math.exp(-delta)) * noise
                )
            ),
        },
    ),
    "noised_variance": Exercise(
        solution=solutions.noised_variance,
        cases=_variances,
        mistakes={
            "α instead of α²: a factor α makes the variance α² times as large": (
                lambda variance, t: torch.exp(-t / 2) * variance + 1 - torch.exp(-t)
            ),
            "the noise is missing: its variance h has to be added": (
                lambda variance, t: torch.exp(-t) * variance
            ),
            "the shrinking is missing: the signal keeps only α² of its variance": (
                lambda variance, t: variance + 1 - torch.exp(-t)
            ),
            "this is the standard deviation: leave the root out": (
                lambda variance, t: (torch.exp(-t) * variance + 1 - torch.exp(-t)).sqrt()
            ),
            "the variance is squared: the argument is s² already": (
                lambda variance, t: torch.exp(-t) * variance**2 + 1 - torch.exp(-t)
            ),
        },
    ),
    "time_at_noise_level": Exercise(
        solution=solutions.time_at_noise_level,
        cases=_levels,
        mistakes={
            "the level is not squared: it is √h, and h = 1 − exp(−t)": (
                lambda level: -torch.log(1 - level)
            ),
            "the sign is reversed: times are positive": lambda level: torch.log(1 - level**2),
            "off by a factor 2: h has exp(−t) in it, α has exp(−t/2)": (
                lambda level: -2 * torch.log(1 - level**2)
            ),
            "this is the time at which α, not √h, has the given value": (
                lambda level: -2 * torch.log(level)
            ),
            "h ≈ t is true at small times only": lambda level: level**2,
        },
    ),
    "noised_gaussian_score": Exercise(
        solution=solutions.noised_gaussian_score,
        cases=_gaussians,
        mistakes={
            "the sign is reversed: the score points towards the centre": (
                lambda *case: -solutions.noised_gaussian_score(*case)
            ),
            "the mean has not shrunk: at time t the centre is αμ": _clean_mean,
            "the cluster has not shrunk: its variance is α²s²": _clean_std,
            "α instead of α² before s²: variances take the square": _alpha_once,
            "the cluster's own width is missing: the variance is α²s² + h": _noise_alone,
            "divided by √v: a score is a distance divided by the variance v": _root,
        },
    ),
}
