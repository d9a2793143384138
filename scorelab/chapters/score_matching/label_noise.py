"""Noisy labels on a line, d = 1, and two perfect fits of them: the exact answers and the errors.

At one noise level the rows are (X_t, X_0). The same clean points and noises serve all levels, and
fewer rows are the first of more.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Generator, Tensor
from torch.distributions import Normal

from scorelab.devices import device
from scorelab.explore.replay.setting import PROCESS
from scorelab.targets import Empirical, GaussianMixture

LAWS = {
    "three modes": GaussianMixture.line(),
    "one Gaussian": GaussianMixture([[0.5]], 0.8),
    "two uneven modes": GaussianMixture([[-0.8], [1.4]], [0.35, 0.2], [0.7, 0.3]),
}
ALL_DRAWS, ONE_DRAW = FITS = ("all noise draws", "one draw a row")
SIZES = (3, 5, 10, 20, 40, 80, 160)
#: From √h(t_min) to √h(t_max).
LEVELS = tuple(round(0.15 + 0.025 * i, 3) for i in range(34))
#: Where averages over X_t are taken: no law here reaches further. A fit of one draw a row jumps
#: from row to row and needs a fine grid; every twelfth place of it is enough for the memoriser.
FINE = torch.linspace(-4.5, 4.5, 1801)
COARSE = 12
#: Where the joint density of a noisy and a clean point is shown, 0.1 apart: X_t, and X_0.
ACROSS, UP = torch.linspace(-3, 3, 61), torch.linspace(-2.7, 2.7, 55)


class Errors(NamedTuple):
    """Mean squares at each of the ``LEVELS``, (34,) each, of a perfect fit f and the exact f*.

    ``excess`` E(f − f*)², ``training`` the loss of f on what it was fitted to, and ``exact`` the
    loss of f* on the same: f* has no excess risk, and fits the labels less well.
    """

    excess: Tensor
    training: Tensor
    exact: Tensor


@lru_cache
def draws(target: str) -> tuple[Tensor, Tensor]:
    """Clean points and noises, both (160, 1): fewer rows are the first of these at any level."""
    generator = Generator().manual_seed(4)
    clean = LAWS[target].sample(SIZES[-1], generator=generator)
    return clean.to(device()), torch.randn(clean.shape, generator=generator).to(device())


def rows(target: str, n: int, t: Tensor) -> tuple[Tensor, Tensor]:
    """X_t and X_0 of n rows, (levels, n) and (n,), all levels with the same noises."""
    clean, noise = (each[:n, 0] for each in draws(target))
    t = t[:, None]
    return PROCESS.alpha(t) * clean + PROCESS.h(t).sqrt() * noise, clean


def times(*levels: float) -> Tensor:
    """The times of some noise levels."""
    return torch.tensor([PROCESS.time_at(level) for level in levels], device=device())


def everywhere(t: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Every time (l,) with every place (g,), as a denoiser takes them."""
    x = x.to(t)
    return t.repeat_interleave(len(x)), x.repeat(len(t))[:, None]


def nearest(noisy: Tensor, clean: Tensor, x: Tensor) -> Tensor:
    """The label of the nearest row at places (g,), shape (l, g), for inputs (l, n), labels (n,).

    It stands for all functions that go through all rows.
    """
    place, order = noisy.sort(dim=1)
    half_way = (place[:, 1:] + place[:, :-1]) / 2
    return clean[order].gather(
        1, torch.searchsorted(half_way, x.expand(len(place), -1).contiguous())
    )


def memoriser(clean: Tensor, t: Tensor, x: Tensor) -> Tensor:
    """The memorising denoiser of clean points (n,) at times (l,) and places (g,), shape (l, g)."""
    f = Empirical(clean[:, None]).denoiser(PROCESS)
    return f(*everywhere(t, x)).reshape(len(t), len(x))


def density(law: GaussianMixture, t: Tensor, x: Tensor) -> Tensor:
    """How likely each place (g,) is at times (l,), shape (l, g); each row sums to one."""
    p = torch.stack([law.noised(PROCESS, float(each)).log_prob(x[:, None]) for each in t]).exp()
    return p / p.sum(1, keepdim=True)


def log_joint(target: str, noise: float) -> Tensor:
    """The common logarithm of the density of (X_t, X_0) at a noise level, (55, 61): a row an X_0.

    It is the density of X_0 times that of X_t given X_0, which is N(α X_0, h).
    """
    t = torch.tensor(PROCESS.time_at(noise))
    given = Normal(PROCESS.alpha(t) * UP[:, None], PROCESS.h(t).sqrt())
    return (LAWS[target].log_prob(UP[:, None])[:, None] + given.log_prob(ACROSS)) / math.log(10)


@lru_cache
def exact(target: str) -> tuple[Tensor, Tensor, Tensor]:
    """At the ``LEVELS``: how likely a place is and f* there, (34, 1801), and label noise (34,)."""
    t = times(*LEVELS)
    law, x = LAWS[target], FINE.to(t)
    likely, where = density(law, t, x), everywhere(t, x)
    truth = law.denoiser(PROCESS)(*where).reshape(likely.shape)
    spread = law.posterior_variance(PROCESS, *where).reshape(likely.shape)
    return likely, truth, (likely * spread).sum(1)


@lru_cache(maxsize=64)
def errors(target: str, n: int, fit: str) -> Errors:
    """How a perfect fit and the exact denoiser compare at all levels."""
    return (_through_the_rows if fit == ONE_DRAW else _memorised)(target, n)


def _through_the_rows(target: str, n: int) -> Errors:
    likely, truth, _ = exact(target)
    t = times(*LEVELS)
    f = nearest(*rows(target, n, t), FINE.to(t))
    excess = (likely * (f - truth).square()).sum(1)
    return Errors(excess, torch.zeros_like(excess), residual(target, n, t).square().mean(1))


def _memorised(target: str, n: int) -> Errors:
    """On all noise draws the fit f is the exact denoiser of the empirical law.

    So its loss is E(X_0 − f)² = E X_0² − E f² there, and any other denoiser g loses E(f − g)²
    more.
    """
    likely, truth = (each[:, ::COARSE] for each in exact(target)[:2])
    t = times(*LEVELS)
    x, clean = FINE[::COARSE].to(t), draws(target)[0][:n, 0]
    f, seen = memoriser(clean, t, x), density(GaussianMixture(clean[:, None].cpu(), 1e-6), t, x)
    training = (clean.square().mean() - (seen * f.square()).sum(1)).clamp_min(0)
    excess = (likely * (f - truth).square()).sum(1) / likely.sum(1)
    return Errors(excess, training, training + (seen * (f - truth).square()).sum(1))


def residual(target: str, n: int, t: Tensor) -> Tensor:
    """The noise of the labels, X_0 − f*(t, X_t), of n rows at times (l,): shape (l, n)."""
    noisy, clean = rows(target, n, t)
    truth = LAWS[target].denoiser(PROCESS)
    return clean - truth(t.repeat_interleave(n), noisy.reshape(-1, 1)).reshape(noisy.shape)


@lru_cache
def variance(target: str) -> float:
    """The variance of the clean data: what the label noise tends to when all is forgotten."""
    law = LAWS[target]
    mean = law.weights @ law.means
    return float(law.weights @ (law.stds**2 + (law.means - mean).square().sum(1)))
