"""The optimal networks of one setting at every β of the slider, and Langevin samples of them."""

from __future__ import annotations

import math
from functools import cached_property, lru_cache

import numpy as np
from torch import Generator

from scorelab import convex
from scorelab.convex.curve import Array, Curve
from scorelab.explore.live import one_thread
from scorelab.targets import GaussianMixture

LAWS = {
    "one Gaussian": GaussianMixture([[0.0]], 1.0),
    "two modes": GaussianMixture([[-1.2], [1.2]], 0.45),
    "three modes, uneven": GaussianMixture([[-1.8], [0.0], [1.5]], [0.4, 0.3, 0.5], [1, 2, 1]),
}
SIZES = (20, 50, 100, 200, 500)
SKIPS = ("with", "without")
#: β of the slider: from just above what every network needs to where nothing is learned.
BETAS = tuple(float(f"{beta:.3g}") for beta in np.geomspace(2.5, 600, 60))
#: Gaps below this share of the value are rounding, and are drawn there.
TINY = 1e-13
#: Langevin samples of each score, and steps to them.
CHAINS, STEPS = 1000, 200


class Optima:
    """n data of a law, and the optimal networks of one kind at all β of the slider."""

    def __init__(self, target: str, n: int, activation: str, skip: str) -> None:
        self.law, self.n, self.activation, self.skip = LAWS[target], n, activation, skip == "with"
        self.x = self.law.sample(n, generator=Generator().manual_seed(2)).double()
        self.mean, self.v = float(self.x.mean()), float(self.x.var(correction=0))
        with one_thread():
            self.fits = convex.path(self.x, BETAS, activation, self.skip)
        self.least = convex.least_beta(self.x, activation, self.skip)
        self.gaussian = convex.gaussian_beta(self.x, activation, self.skip)

    def fit(self, beta: float) -> convex.Fit:
        """The optimum at a β of the slider."""
        return self.fits[BETAS.index(beta)]

    @cached_property
    def gain(self) -> Array:
        """−optimum at every β, what is gained over s = 0, in units of a Gaussian's, n/(2v)."""
        return self._over_gaussian([-fit.objective for fit in self.fits])

    @cached_property
    def gap(self) -> Array:
        """The certified gap over the value, at every β; of values near zero, over 1/1000."""
        return self._over_gaussian([fit.gap for fit in self.fits]) / np.maximum(self.gain, 1e-3)

    def _over_gaussian(self, losses: list[float]) -> Array:
        return np.maximum(np.array(losses) * 2 * self.v / self.n, TINY)


@lru_cache(maxsize=16)
def optima(target: str, n: int, activation: str, skip: str) -> Optima:
    """Solved once for each setting, and kept."""
    return Optima(target, n, activation, skip)


@lru_cache(maxsize=1024)
def walk(what: Optima, beta: float) -> Array:
    """Langevin samples (CHAINS,) of the optimal score, from N(μ, v)."""
    curve, (start, *noises) = Curve.of(what.fit(beta)), _noises()
    step = curve.step(what.v)
    x = what.mean + math.sqrt(what.v) * start
    for noise in noises:
        x = x + step / 2 * curve(x) + math.sqrt(step) * noise
    return x


@lru_cache(maxsize=1)
def _noises() -> Array:
    """The same noise for every β, so that samples move continuously with it."""
    return np.random.default_rng(0).standard_normal((STEPS + 1, CHAINS))
