"""What notebook 02 measures: identities over seeds, two perfect fits, and weights of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Generator, Tensor

from scorelab import metrics
from scorelab.path import Denoiser
from scorelab.power_law import PowerLaw
from scorelab.process import OrnsteinUhlenbeck, Regression
from scorelab.targets import Empirical, GaussianMixture

PROCESS = OrnsteinUhlenbeck()
LAW = GaussianMixture.line()
TRUTH = LAW.denoiser(PROCESS)
#: A weight on a row, of α and h of any shape.
Weight = Callable[[Tensor, Tensor], Tensor]


def rows(n: int, seed: int, noise: float | None = None) -> Regression:
    """n rows (t, X_t, X_0) of the three modes: at one noise level, or at log-spaced times."""
    draws = Generator().manual_seed(seed)
    x_0 = LAW.sample(n, generator=draws)
    if noise is None:
        return PROCESS.regression(x_0, times="log", generator=draws)
    t = torch.full((n,), PROCESS.time_at(noise))
    return Regression(t, PROCESS.perturb(x_0, t, generator=draws), x_0)


def nearest(data: Regression) -> Denoiser:
    """A perfect fit of one draw a row: the label of the nearest row, in (√h, x)."""
    places = torch.cat((PROCESS.h(data.t).sqrt()[:, None], data.x_t), dim=1)

    def denoiser(t: Tensor, x: Tensor) -> Tensor:
        query = torch.cat((PROCESS.h(t).sqrt()[:, None], x), dim=1)
        return data.x_0[torch.cdist(query, places).argmin(dim=1)]

    return denoiser


def two_fits(n: int, seeds: int = 5) -> dict[str, Tensor]:
    """Losses and excess risks of two perfect fits of n rows, (seeds,) each, by name.

    The memoriser's loss is taken over many draws of noise around each training point.
    """
    each = [_two_fits(n, seed) for seed in range(seeds)]
    return {name: torch.tensor([found[name] for found in each]) for name in each[0]}


def _two_fits(n: int, seed: int) -> dict[str, float]:
    train, test = rows(n, seed), rows(5000, seed + 100)
    again = Generator().manual_seed(seed)
    draws = PROCESS.regression(train.x_0, max(5000 // n, 1), times="log", generator=again)
    memoriser, through = Empirical(train.x_0).denoiser(PROCESS), nearest(train)
    return {
        "memoriser's loss": metrics.holdout_risk(memoriser, draws),
        "exact loss": metrics.holdout_risk(TRUTH, draws),
        "memoriser's excess": metrics.excess_risk(memoriser, TRUTH, test),
        "loss through rows": metrics.holdout_risk(through, train),
        "excess through rows": metrics.excess_risk(through, TRUTH, test),
        "label noise": float(LAW.posterior_variance(PROCESS, test.t, test.x_t).mean()),
    }


def power(n: Sequence[int], y: Sequence[Tensor]) -> float:
    """The power of n with which y grows, (k,) each."""
    return PowerLaw.fit(torch.tensor(n).double(), torch.stack(list(y))).slope


@lru_cache(maxsize=1)
def _noise_of_times() -> tuple[np.ndarray, np.ndarray]:
    """Evenly spaced times, and the mean label noise at each, by quadrature over x."""
    t = torch.linspace(PROCESS.t_min, PROCESS.t_max, 400, dtype=torch.float64)
    x = torch.linspace(-6, 6, 801, dtype=torch.float64)[:, None]
    likely = [LAW.noised(PROCESS, float(each)).log_prob(x).softmax(dim=0) for each in t]
    at = [LAW.posterior_variance(PROCESS, each.expand(len(x)), x) for each in t]
    noise = torch.stack([p @ v for p, v in zip(likely, at, strict=True)])
    return t.numpy(), noise.numpy()


def noise_at(t: Tensor) -> Tensor:
    """The mean label noise σ²(t) = E Var(X_0 | X_t) at times t, any shape."""
    return torch.from_numpy(np.interp(t.numpy(), *_noise_of_times())).to(t)


def counted(weight: Weight) -> tuple[float, float]:
    """For uniform times, of a weight: the share of rows that count, and the efficiency.

    (E w)²/E w² takes all labels as equally noisy (Kish); (E w)²/(E[w²σ²] E[1/σ²]) knows how noisy
    they are, and is 1 for w = 1/σ² (Aitken).
    """
    t, noise = (torch.from_numpy(each) for each in _noise_of_times())
    w = weight(PROCESS.alpha(t), PROCESS.h(t))
    kish = w.mean() ** 2 / w.square().mean()
    return float(kish), float(w.mean() ** 2 / ((w**2 * noise).mean() * (1 / noise).mean()))


def one_number(weights: Mapping[str, Weight], repeats: int = 1000, n: int = 1000) -> Tensor:
    """The simplest fit, one number to the noise ε of n labels: its variance, for each weight.

    As the share (weights,) that the least of these variances has of each.
    """
    draws = Generator().manual_seed(0)
    data = PROCESS.regression(LAW.sample(repeats * n, generator=draws), generator=draws)
    noise = (data.x_0 - TRUTH(data.t, data.x_t))[:, 0].view(repeats, n)
    alpha, h = (a(data.t).view(repeats, n) for a in (PROCESS.alpha, PROCESS.h))
    found = [(w := weight(alpha, h)).mul(noise).sum(1) / w.sum(1) for weight in weights.values()]
    variance = torch.stack([each.square().mean() for each in found])
    return variance.min() / variance


def fitted(
    weights: Mapping[str, Weight],
    ridge: float = 1e-4,
    seeds: int = 10,
    n: int = 2000,
    features: int = 200,
    sees_time: bool = True,
) -> Tensor:
    """Weighted ridge regression on random ReLU features, judged at small and large noise.

    The features see (x, t − t_min, 1), or (x, 1) only, where ``sees_time`` is False.
    Shape (seeds, weights, 3, 3): the labels X_0, then their mean f* alone, then their noise ε
    alone, of which the first is the sum; mean squares of the error (of the answer, for ε) over
    fresh rows with √h < 0.3, √h > 0.6, and over all, for uniform times.
    """
    return torch.stack(
        [torch.stack([_fitted(weight, ridge, seed, n, features, sees_time)
                      for weight in weights.values()]) for seed in range(seeds)]
    )  # fmt: skip


def _fitted(
    weight: Weight, ridge: float, seed: int, n: int, features: int, sees_time: bool
) -> Tensor:
    draws = Generator().manual_seed(seed)
    directions = torch.randn(3, features, generator=draws)
    directions[1] *= sees_time
    data, test = (
        PROCESS.regression(LAW.sample(size, generator=draws), generator=draws) for size in (n, 4000)
    )
    z, fresh = (
        torch.relu(PROCESS.features(each.t, each.x_t) @ directions).double() / features**0.5
        for each in (data, test)
    )
    f, aim = (TRUTH(each.t, each.x_t).double() for each in (data, test))
    w = weight(PROCESS.alpha(data.t), PROCESS.h(data.t)).double()[:, None]
    w = w / w.mean()
    gram = z.T @ (w * z) / n + ridge * torch.eye(features, dtype=torch.float64)
    labels = torch.cat((data.x_0, f, data.x_0 - f), dim=1)
    answers = fresh @ torch.linalg.solve(gram, z.T @ (w * labels) / n)
    square = (answers - aim * torch.tensor([1, 1, 0])).square()  # (4000, 3)
    level = PROCESS.h(test.t).sqrt()
    where = (level < 0.3, level > 0.6, level > 0)
    return torch.stack([square[part].mean(dim=0) for part in where], dim=1)


def risk_beside_noise_weight(weight: Weight) -> Tensor:
    """The mean excess risk of the features with a weight, over that with α²/h, from ten seeds."""
    both = fitted({"it": weight, "noise": lambda alpha, h: alpha**2 / h})[:, :, 0, 2].mean(dim=0)
    return both[0] / both[1]
