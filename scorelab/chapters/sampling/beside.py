"""What stands beside a run of samplers: other numbers of steps, other data sets, a divergence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from torch import Generator, Tensor

from scorelab.explore.live import one_thread
from scorelab.explore.replay.setting import PROCESS, setting
from scorelab.likelihood import log_likelihood
from scorelab.path import Denoiser
from scorelab.steps import calls

from .walks import STEPS, STOPS, Asked, Walks, denoiser, training_set, walks

#: Further data sets, and the stops at which they are sampled.
OTHERS, SPARSE = (1, 2, 3, 4), STOPS[::4]
#: The name of the divergence among the measures; the others are those of ``Judge.verdict``.
DIVERGENCE = "divergence"
#: Fresh points that tell it, so many at once, and steps of the integration.
LIKELY, AT_ONCE, FINENESS = 50, 25, 16


class Divergence:
    """KL(p‖q) of the ODE's law from the truth, in nats, at each stop; the sampler is not asked."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.found = asked, dict[int, float]()

    def at(self, stop: int) -> float:
        """The divergence at a stop, worked out at once where it is not there yet."""
        for _ in self.work(stop):
            pass
        return self.found[stop]

    def work(self, stop: int) -> Iterator[None]:
        """Work it out in pieces; without a learned denoiser it is 0."""
        told, total = likely(self.asked.target), 0.0
        while stop not in self.found:
            for x, exact in zip(*told, strict=True):
                if self.asked.exact != "everywhere":
                    total += float((exact - logs(denoiser(self.asked, stop), x)).sum())
                yield
            self.found[stop] = total / LIKELY


@lru_cache(maxsize=64)
def _divergence(asked: Asked) -> Divergence:
    return Divergence(asked)


def divergence(asked: Asked) -> Divergence:
    """The divergence of a setting, whatever the sampler."""
    return _divergence(asked._replace(method="", schedule="", steps=0))


def logs(f: Denoiser, x: Tensor) -> Tensor:
    """The log density (n,) of points x (n, 2) under the ODE's law at t_min."""
    with one_thread():
        return log_likelihood(PROCESS, f, x, steps=FINENESS)


@lru_cache(maxsize=4)
def likely(target: str) -> tuple[list[Tensor], list[Tensor]]:
    """Fresh points, noised up to t_min, in pieces, and their log densities by the exact ODE."""
    where = setting(target, 100, "log")
    x = PROCESS.perturb(
        where.fresh[:LIKELY].double(), PROCESS.t_min, generator=Generator().manual_seed(0)
    )
    pieces = list(x.split(AT_ONCE))
    return pieces, [logs(where.truth, piece) for piece in pieces]


class Comparison:
    """Samples of one stop, judged by one measure, and all that they are compared with.

    What is missing is worked out in turn, and kept for other stops and measures.
    """

    def __init__(self, asked: Asked, stop: int, key: str) -> None:
        self.asked, self.stop, self.key = asked, stop, key
        self.runs, self.complete = walks(asked), False

    def work(self) -> Iterator[None]:
        """First the curves, then a divergence at each stop, then other data sets."""
        yield from self.curves()
        if self.key == DIVERGENCE:
            for stop in STOPS:
                yield from divergence(self.asked).work(stop)
        for stop, seed in product(SPARSE, OTHERS):
            asked = self.asked._replace(seed=seed)
            each = divergence(asked) if self.key == DIVERGENCE else None
            yield from each.work(stop) if each else walks(asked).begun(stop).work()
        self.complete = True

    def curves(self) -> Iterator[None]:
        """Work out the samples of all stops, and at this one those of other numbers of steps."""
        yield from self.runs.work()
        for steps in STEPS:
            yield from self._steps(steps).begun(self.stop).work()
            yield from self._steps(steps, "everywhere").begun(STOPS[0]).work()

    def _steps(self, steps: int, exact: str | None = None) -> Walks:
        return walks(self.asked._replace(steps=steps, exact=exact or self.asked.exact))

    def now(self) -> float:
        """The measure of the samples, made at once where they are not there yet."""
        if self.key == DIVERGENCE:
            return divergence(self.asked).at(self.stop)
        return self.runs.at(self.stop).measured[self.key]

    def by_stop(self, seed: int = 0) -> dict[int, float]:
        """The measure at every stop that is there."""
        asked = self.asked._replace(seed=seed)
        if self.key == DIVERGENCE:
            found = divergence(asked).found
            return {stop: found[stop] for stop in STOPS if stop in found}
        return {stop: walk.measured[self.key] for stop, walk in walks(asked).done().items()}

    def spread(self) -> dict[int, tuple[float, float]]:
        """Its least and largest value over data sets, at stops where all of them are there."""
        each = [self.by_stop(seed) for seed in (0, *OTHERS)]
        there = [stop for stop in SPARSE if all(stop in values for values in each)]
        told = {stop: [values[stop] for values in each] for stop in there}
        return {stop: (min(values), max(values)) for stop, values in told.items()}

    def by_calls(self) -> dict[int, float]:
        """The measure against the calls of the denoiser, where it is there."""
        if self.key == DIVERGENCE:  # it is the ODE's, and asks no sampler
            return dict.fromkeys(map(self.calls, STEPS), self.now())
        return self._by_calls(None, self.stop)

    def exact_by_calls(self) -> dict[int, float]:
        """The same without a network."""
        return {} if self.key == DIVERGENCE else self._by_calls("everywhere", STOPS[0])

    def _by_calls(self, exact: str | None, stop: int) -> dict[int, float]:
        there = [(steps, self._steps(steps, exact).done()) for steps in STEPS]
        return {self.calls(k): done[stop].measured[self.key] for k, done in there if stop in done}

    def calls(self, steps: int | None = None) -> int:
        """How often so many steps ask the denoiser; those that are asked for, by default."""
        return calls(self.asked.method, steps or self.asked.steps)

    def training_set(self, key: str | None = None) -> float:
        """What the training points are worth, taken as samples; they have no density."""
        return training_set(*self.asked[:3]).get(key or self.key, math.nan)

    @property
    def data(self) -> Tensor:
        """The training points (n, 2)."""
        return setting(*self.asked[:3]).train.x_0


comparison = lru_cache(maxsize=64)(Comparison)
