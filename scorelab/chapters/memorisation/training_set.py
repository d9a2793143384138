"""One training set with its noise draws, at every stop: what the memorisation explorer replays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from torch import Generator, Tensor

from scorelab import metrics
from scorelab.explore.figures import Array, Mask
from scorelab.explore.live import one_thread
from scorelab.kernel import KernelFlow
from scorelab.path import Denoiser
from scorelab.sampling import sample
from scorelab.studies import memorisation as mem
from scorelab.studies.memorisation_map import AXES, ROWS
from scorelab.targets import Empirical

from .parts import parts

LAWS = {"ring, d = 2": 2, "line, d = 8": 8}
SIZES = AXES["n"]
DRAWS = (1, 3, 10, 30, math.inf)
STOPS = (*(m * 10**k for k in range(6) for m in (1, 2, 3, 5)), 10**6)


class Drawn(NamedTuple):
    """200 samples (200, d), which of them are copies (200,), and their distance to the truth."""

    samples: Tensor
    copies: Mask
    distance: float

    @property
    def share(self) -> float:
        """The memorised fraction."""
        return float(self.copies.mean())


class TrainingSet:
    """The kernel flow on n points of a law, with that many noise draws a point.

    For infinitely many the labels are their average over all draws, on 1200 rows. ``drawn`` holds
    the samples at the stops of ``STOPS``, as far as ``measure`` has come.
    """

    def __init__(self, law: str, n: int, draws: float) -> None:
        self.law, self.n, self.draws, self.dim = law, n, draws, LAWS[law]
        truth = mem.LAWS[self.dim]
        seed = Generator().manual_seed(4)
        everybody, fresh, self.reference = truth.sample(
            SIZES[-1] + 3 * mem.FRESH, generator=seed
        ).split([SIZES[-1], mem.FRESH, 2 * mem.FRESH])
        self.x0 = everybody[:n]  # a larger set holds the smaller ones
        test = mem.PROCESS.regression(fresh, times="log", generator=seed)
        many = ROWS // n if draws == math.inf else int(draws)
        data = mem.PROCESS.regression(self.x0, draws=many, times="log", generator=seed)
        self.optimum = Empirical(self.x0).denoiser(mem.PROCESS)
        if draws == math.inf:
            data = replace(data, x_0=self.optimum(data.t, data.x_t))
        self.flow = KernelFlow(mem.PROCESS, data)
        #: Bias², memory, noise and excess risk at the stops of the flow, (4, T).
        self.parts = parts(self.flow, data, self.x0, truth, test)
        self.risks = self.parts[3]
        self.drawn: dict[int, Drawn] = {}

    def at(self, stop: int) -> Drawn:
        """Samples at a stop, always from the same noise."""
        if stop not in self.drawn:
            self.drawn[stop] = self._draw(self.flow.at(stop))
        return self.drawn[stop]

    def _draw(self, denoiser: Denoiser) -> Drawn:
        draws = Generator().manual_seed(2)
        samples = sample(
            mem.PROCESS,
            denoiser,
            mem.SAMPLES,
            self.dim,
            mem.STEPS,
            "ancestral",
            schedule="log",
            generator=draws,
        )
        copies = metrics.memorized(samples, self.x0).numpy()
        return Drawn(samples, copies, metrics.sliced_wasserstein(samples, self.reference))

    def measure(self) -> Iterator[None]:
        """Draw the samples of all stops, one at a time."""
        for stop in STOPS:
            with one_thread():
                self.at(stop)
            yield

    @property
    def complete(self) -> bool:
        """Whether every stop has its samples."""
        return len(self.drawn) == len(STOPS)

    @cached_property
    def limit(self) -> Drawn:
        """What the memorising optimum itself draws."""
        return self._draw(self.optimum)

    @cached_property
    def chance(self) -> float:
        """The memorised fraction of fresh data."""
        return metrics.memorized_fraction(self.reference, self.x0)

    @cached_property
    def floor(self) -> float:
        """The distance of fresh data to other fresh data, as many as there are samples."""
        return metrics.sliced_wasserstein(self.reference[: mem.SAMPLES], self.reference)

    @property
    def best(self) -> int:
        """The stop of least excess risk."""
        return self.flow.stops[int(self.risks.argmin())]

    @property
    def memorised(self) -> float:
        """The step at which memory exceeds chance, infinity where it does not (so far)."""
        known = sorted(self.drawn)
        shares = [self.drawn[stop].share for stop in known]
        return mem.first(known, shares, self.chance + mem.ABOVE)

    @property
    def curves(self) -> tuple[Array, Array]:
        """Stops that have samples, and the memorised fraction there."""
        known = sorted(self.drawn)
        return np.array(known, np.float64), np.array([self.drawn[stop].share for stop in known])


training_set = lru_cache(maxsize=12)(TrainingSet)
