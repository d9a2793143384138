"""What notebook 09 measures and nobody reads in class: trend filtering on a line, and evenness."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

import scorelab as sl
from scorelab.convex.curve import Array, Curve

PROCESS = sl.OrnsteinUhlenbeck()
TWO = sl.GaussianMixture([[-1.2], [1.2]], 0.45)
NOISE = 0.45
TIME = PROCESS.time_at(NOISE)
ALPHA = math.sqrt(1 - NOISE**2)
PLACES = torch.linspace(-6, 6, 1201).double()[:, None]


def noised(n: int, seed: int, draws: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    """n clean data of two modes, (n, 1); their noisy ones and labels, (n · draws, 1), float64."""
    generator = Generator().manual_seed(seed)
    x0 = TWO.sample(n, generator=generator).double()
    xi = torch.randn(n * draws, 1, generator=generator).double()
    return x0, ALPHA * x0.repeat(draws, 1) + NOISE * xi, -xi / NOISE


def scores(denoiser: sl.path.Denoiser) -> Tensor:
    """The score of a denoiser at ``PLACES`` and ``TIME``, (1201, 1)."""
    return PROCESS.score(denoiser)(torch.full((len(PLACES),), TIME).double(), PLACES)


def mean(values: Tensor, law: sl.GaussianMixture) -> float:
    """The mean of values at ``PLACES`` over a law of clean points, noised to ``TIME``."""
    density = law.noised(PROCESS, TIME).log_prob(PLACES).exp()
    return float((values[:, 0] * density).sum() / density.sum())


class Path(NamedTuple):
    """Of optima at each β (k,): kinks, error of the score, and whether e^∫s is a law.

    ``away`` is how far that is from the noised law, in total variation, NaN where it is none.
    """

    kinks: Array
    error: Array
    law: Array
    away: Array


def path(betas: Array, n: int, seed: int) -> Path:
    """The path of one data set; the error is the mean square over the noised law."""
    _, x, labels = noised(n, seed)
    fits, exact = sl.convex.path(x, betas, targets=labels), scores(TWO.denoiser(PROCESS))
    errors = [mean((fit.score(PLACES) - exact).square(), TWO) for fit in fits]
    kinks = np.array([float(len(fit.neurons[0])) for fit in fits])
    away = np.array([from_truth(Curve.of(fit)) for fit in fits])
    return Path(kinks, np.array(errors), 1.0 - np.isnan(away), away)


def from_truth(curve: Curve) -> float:
    """The total variation between e^∫s and the noised law; NaN where e^∫s is no law."""
    found = curve.density(PLACES[:, 0].numpy())
    if found is None:
        return math.nan
    true = TWO.noised(PROCESS, TIME).log_prob(PLACES).exp().numpy()
    return float(np.abs(found / found.sum() - true / true.sum()).sum() / 2)


def from_memory(beta: float, n: int, draws: int, seed: int) -> float:
    """How far the optimum is from the memorising score, over the size of that, mean square."""
    x0, x, labels = noised(n, seed, draws)
    memory = scores(sl.Empirical(x0).denoiser(PROCESS))
    off = (sl.convex.denoising(x, labels, beta).score(PLACES) - memory).square()
    held = sl.GaussianMixture(x0, 1e-3)
    return mean(off, held) / mean(memory.square(), held)


def pairs_kept(beta: float, n: int, seed: int) -> float:
    """How far the denoiser of the optimum is from the own clean point of each datum, at most."""
    x0, x, labels = noised(n, seed)
    fit = sl.convex.denoising(x, labels, beta)
    return float(((x + NOISE**2 * fit.score(x)) / ALPHA - x0).abs().max())


def unevenness(samples: Tensor, sectors: int = 8) -> float:
    """How far samples (n, 2) are from being spread evenly over sectors, in total variation."""
    angle = torch.atan2(samples[:, 1], samples[:, 0])
    share = torch.histc(angle, sectors, -math.pi, math.pi) / len(samples)
    return float((share - 1 / sectors).abs().sum() / 2)
