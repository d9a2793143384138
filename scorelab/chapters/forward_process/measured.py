"""What notebook 01 measures: paths against the law, forgetting, the way back, steep scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Generator, Tensor

from scorelab.path import Denoiser
from scorelab.power_law import PowerLaw
from scorelab.process import OrnsteinUhlenbeck
from scorelab.targets import GaussianMixture

from .laws import law

PROCESS = OrnsteinUhlenbeck()
#: Two uneven modes off the centre, and three even ones around it.
UNEVEN = GaussianMixture([[0.5], [2.5]], [0.3, 0.6], [0.6, 0.4])
MODES = GaussianMixture.line()
MODES_SCORE = PROCESS.score(MODES.denoiser(PROCESS))
FINE = torch.linspace(-8, 8, 2001, dtype=torch.float64)


def normal(shape: tuple[int, ...], seed: int | Generator) -> Tensor:
    """Independent N(0, 1), float64."""
    draws = seed if isinstance(seed, Generator) else Generator().manual_seed(seed)
    return torch.randn(shape, generator=draws, dtype=torch.float64)


def follow(x: Tensor, increments: Tensor, delta: float) -> Tensor:
    """Where points x (n,) are after Euler–Maruyama steps of (1), for increments (steps, n)."""
    for push in increments:
        x = x - x / 2 * delta + push
    return x


def noise_found(seed: int, push: float = 1.0, n: int = 50_000, steps: int = 128) -> Tensor:
    """Of ξ = (X_1 − αX_0)/√h along simulated paths: mean, variance, kurtosis, corr. with X_0."""
    draws = Generator().manual_seed(seed)
    x_0 = UNEVEN.sample(n, generator=draws)[:, 0].double()
    increments = push * normal((steps, n), draws) / math.sqrt(steps)
    return _moments(x_0, follow(x_0, increments, 1 / steps))


def noise_at_once(seed: int, n: int = 50_000) -> Tensor:
    """The same of points that were noised in one go, by (4)."""
    draws = Generator().manual_seed(seed)
    x_0 = UNEVEN.sample(n, generator=draws).double()
    return _moments(x_0[:, 0], PROCESS.perturb(x_0, 1.0, generator=draws)[:, 0])


def _moments(x_0: Tensor, x_1: Tensor) -> Tensor:
    alpha, h = math.exp(-1 / 2), 1 - math.exp(-1)
    xi = (x_1 - alpha * x_0) / math.sqrt(h)
    z = (xi - xi.mean()) / xi.std()
    correlation = torch.corrcoef(torch.stack((x_0, xi)))[0, 1]
    return torch.stack((xi.mean(), xi.var(), (z**4).mean(), correlation))


def below(mixture: GaussianMixture, x: Tensor) -> Tensor:
    """The distribution function of a mixture in d = 1 at points x (n,)."""
    return torch.special.ndtr((x[:, None] - mixture.means[:, 0]) / mixture.stds) @ mixture.weights


def kolmogorov(seed: int, n: int = 50_000) -> float:
    """Of n points noised at once by (4), the largest gap to the law (6); 1 is chance."""
    draws = Generator().manual_seed(seed)
    x = PROCESS.perturb(UNEVEN.sample(n, generator=draws).double(), 1.0, generator=draws)[:, 0]
    exact, rank = below(UNEVEN.noised(PROCESS, 1.0), x.sort().values), torch.arange(n + 1) / n
    return float(
        torch.maximum((rank[1:] - exact).max(), (exact - rank[:-1]).max()) * n**0.5 / 0.869
    )


def path_errors(seed: int, steps: Sequence[int], fine: int = 1024, n: int = 1000) -> Tensor:
    """Root mean square error of (2) at time 1, for each number of steps, against (3).

    All are driven by one Brownian path, and the integral is a sum over ``fine`` pieces.
    """
    draws = Generator().manual_seed(seed)
    x_0 = UNEVEN.sample(n, generator=draws)[:, 0].double()
    increments = normal((fine, n), draws) / math.sqrt(fine)
    middle = (torch.arange(fine, dtype=torch.float64) + 0.5) / fine
    exact = math.exp(-0.5) * x_0 + torch.exp(-(1 - middle) / 2) @ increments
    ends = [follow(x_0, increments.view(k, -1, n).sum(1), 1 / k) for k in steps]
    return torch.stack([(x - exact).square().mean().sqrt() for x in ends])


def growth_errors(seed: int, steps: Sequence[int], fine: int = 1024, n: int = 4000) -> Tensor:
    """The same for dX = X dB, whose push depends on the place: X_t = exp(B_t − t/2) exactly."""
    increments = normal((fine, n), seed) / math.sqrt(fine)
    exact = torch.exp(increments.sum(0) - 0.5)
    ends = [(1 + increments.view(k, -1, n).sum(1)).prod(0) for k in steps]
    return torch.stack([(x - exact).square().mean().sqrt() for x in ends])


def power(x: Tensor, y: Tensor) -> float:
    """The power of x with which y grows, (k,) each."""
    return PowerLaw.fit(x, y).slope


def order(errors: Tensor, steps: Sequence[int]) -> float:
    """The power of the step length with which errors (k,) fall."""
    return power(1 / torch.tensor(steps).double(), errors)


def rate(t: Tensor, y: Tensor) -> float:
    """The rate of y ∝ exp(−rate · t), for times t and y (k,)."""
    return -power(torch.exp(t), y)


def pair_rate(mixture: GaussianMixture, seed: int, n: int = 20_000) -> float:
    """The rate at which corr(X_0, X_t) falls along paths of (2)."""
    draws = Generator().manual_seed(seed)
    x = x_0 = mixture.sample(n, generator=draws)[:, 0].double()
    kept = []
    for _ in range(6):  # half a unit of time each
        x = follow(x, normal((32, n), draws) / 8, 1 / 64)
        kept.append(torch.corrcoef(torch.stack((x_0, x)))[0, 1])
    return rate(torch.arange(1, 7).double() / 2, torch.stack(kept))


def distance_to_noise(mixture: GaussianMixture, t: float) -> Tensor:
    """W_1 between the law of X_t, equation (6), and N(0, 1)."""
    apart = below(mixture.noised(PROCESS, t), FINE) - torch.special.ndtr(FINE)
    return torch.trapezoid(apart.abs(), FINE)


def law_rate(mixture: GaussianMixture) -> float:
    """The rate at which the distance to pure noise falls at late times."""
    t = torch.linspace(2, 6, 9, dtype=torch.float64)
    return rate(t, torch.stack([distance_to_noise(mixture, float(each)) for each in t]))


def moved(mixture: GaussianMixture, scale: bool = False) -> GaussianMixture:
    """The mixture with its mean at 0, and scaled to variance 1 if asked."""
    off = mixture.means - mixture.weights @ mixture.means
    size = (mixture.weights @ (off[:, 0] ** 2 + mixture.stds**2)).sqrt() if scale else 1.0
    return GaussianMixture(off / size, mixture.stds / size, mixture.weights)


def backward(
    times: Tensor,
    seed: int,
    n: int = 10_000,
    *,
    start: Tensor | None = None,
    score: float = 1.0,
    push: float = 1.0,
    score_of: Denoiser = MODES_SCORE,
) -> Tensor:
    """Where n points of N(0, 1) (or of ``start``) are after steps of (13) down to times[-1], (n,).

    ``score`` and ``push`` are factors of what stands in (13), to see what happens without.
    """
    draws = Generator().manual_seed(seed)
    x = normal((n, 1), draws) if start is None else start.double()
    for t, earlier in pairwise(times):
        delta = float(t - earlier)
        drift = x / 2 + score * score_of(x.new_full((len(x),), float(t)), x)
        x = x + drift * delta + push * math.sqrt(delta) * normal((len(x), 1), draws)
    return x[:, 0]


def distance_to_law(sample: Tensor, mixture: GaussianMixture | None = None) -> float:
    """W_1 between a sample (n,) and a mixture, by default that of the three modes at t = 0.02."""
    mixture = MODES.noised(PROCESS, PROCESS.t_min) if mixture is None else mixture
    counted = torch.searchsorted(sample.double().sort().values, FINE) / len(sample)
    return float(torch.trapezoid((counted - below(mixture, FINE)).abs(), FINE))


def times_down(first: float, steps: int, even: bool = True) -> Tensor:
    """Times from ``first`` to 0.02: evenly spaced, or evenly in log t, bunched at the end."""
    last = PROCESS.t_min
    u = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
    return first + (last - first) * u if even else first * (last / first) ** u


def over_seeds(function: Callable[[int], float | Tensor], seeds: int = 5) -> Tensor:
    """What a function of the seed returns for the first few, (seeds, …)."""
    return torch.stack([torch.as_tensor(function(seed)) for seed in range(seeds)])


def score_lengths(target: str, t: float) -> np.ndarray:
    """The lengths of the score of a target where the explorer draws its arrows."""
    field = law(target).field(t)
    if law(target).dim == 1:
        return np.abs(field.score[:, 0])
    return np.linalg.norm(field.score[4:55:5, 10:61:5], axis=-1).ravel()


def derivative(score: Denoiser, t: float, x: Tensor) -> Tensor:
    """Of a score in d = 1 at one time, at points x (n,), by automatic differentiation."""
    x = x.clone().requires_grad_()
    total = score(torch.full_like(x, t), x[:, None]).sum()
    return torch.autograd.grad(total, x)[0]


def slope_by_covariance(mixture: GaussianMixture, t: float, x: Tensor) -> Tensor:
    """The right-hand side of (9) at x (n,), by a sum over clean points on a grid."""
    clean = torch.linspace(-3, 6, 4001, dtype=torch.float64)
    alpha, h = math.exp(-t / 2), -math.expm1(-t)
    weight = mixture.log_prob(clean[:, None]) - (x[:, None] - alpha * clean) ** 2 / (2 * h)
    weight = weight.softmax(dim=1)  # the posterior of X_0
    variance = weight @ clean**2 - (weight @ clean) ** 2
    return (alpha**2 / h * variance - 1) / h
