"""One learning problem cut to a ball, at every stop: its risk, and where rules and oracle stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property, lru_cache

import torch
from torch import Generator, Tensor

from scorelab import stopping
from scorelab.devices import device
from scorelab.explore.replay.plane import GRID, moves
from scorelab.explore.replay.setting import MIXTURES, PROCESS
from scorelab.kernel import KernelFlow
from scorelab.path import Denoiser
from scorelab.process import Regression
from scorelab.targets import GaussianMixture

TEST = 1000
LABELS = ["noisy", "noise dealt anew", "noise-free"]
#: The noise level at which the denoiser is shown.
LEVEL = 0.6
#: The rules in the order in which they are shown, from below.
RULES = ["Rademacher, C", "Rademacher, est.", "GCV", "leave-one-out", "hold-out", "oracle"]


def with_strays(share: float = 0.004, std: float = 20.0) -> GaussianMixture:
    """The ring of four modes with a small share of points from a very broad Gaussian."""
    ring = GaussianMixture.ring()
    means, weights = torch.cat((ring.means, torch.zeros(1, 2).to(ring.means))), ring.weights
    stds = [*ring.stds.tolist(), std]
    return GaussianMixture(means, stds, [*(weights * (1 - share)).tolist(), share])


STRAYS = "ring with strays"
LAWS = {**MIXTURES, STRAYS: with_strays()}


class StoppingProblem:
    """n rows of a law within a ball, with labels of one kind; test rows within the same ball."""

    def __init__(self, target: str, n: int, times: str, labels: str, radius: float) -> None:
        self.labels, self.radius = labels, radius
        self.drawn, test, holdout = rows(target, n, times)
        self.train, self.test, self.holdout = (
            part if radius == math.inf else part.within(radius)
            for part in (self.drawn, test, holdout)
        )
        self.truth: Denoiser = LAWS[target].denoiser(PROCESS)
        self.train, self.holdout = self._relabelled(self.train), self._relabelled(self.holdout)
        self.outside = 1 - len(self.test) / len(test)
        self.flow = decomposed(target, n, times, radius).with_labels(self.train.x_0)
        self.exact = self._exact(self.test)
        self.curves = self._curves()
        self.risks: dict[int, float] = {}
        self.moves = moves(self.truth, LEVEL, self.exact.device)

    def _exact(self, data: Regression) -> Tensor:
        return self.truth(data.t, data.x_t)

    def _relabelled(self, data: Regression) -> Regression:
        if self.labels == LABELS[0]:
            return data
        exact = self._exact(data)
        if self.labels == LABELS[1]:  # the same noises, but each on some other row
            order = torch.randperm(len(data), generator=Generator().manual_seed(1))
            exact = exact + (data.x_0 - exact)[order.to(exact.device)]
        return Regression(data.t, data.x_t, exact)

    def noise(self, data: Regression) -> float:
        """Mean ‖X_0 − f*‖² over the rows of data: what no denoiser can explain."""
        return _mean_square(data.x_0 - self._exact(data))

    @cached_property
    def sigma(self) -> float:
        """The label noise of one output, as only who knows the truth can tell it."""
        return math.sqrt(self.noise(self.train) / self.exact.shape[1])

    def _curves(self) -> dict[str, Tensor]:
        """At every stop of the flow, (T,): errors, and the scores that rules minimise."""
        left = self.flow.left_at_stops
        energy = self.flow.projections.square().sum(1)
        inputs, held = (self.test.t, self.test.x_t), (self.holdout.t, self.holdout.x_t)
        found = {
            "training error": energy @ left.square() / len(self.flow),
            "excess risk": _mean_squares(self.flow.predict(*inputs) - self.exact),
            "hold-out": _mean_squares(self.flow.predict(*held) - self.holdout.x_0),
            "leave-one-out": stopping.loo_scores(self.flow),
            "GCV": stopping.gcv_scores(self.flow),
        }
        return {name: values.cpu().double() for name, values in found.items()}

    @cached_property
    def _on_test(self) -> Callable[[int], Tensor]:
        return self.flow.replay(self.test.t, self.test.x_t)

    def risk(self, stop: int) -> float:
        """The excess risk after any number of steps; each is worked out once."""
        if stop not in self.risks:
            self.risks[stop] = _mean_square(self._on_test(stop) - self.exact)
        return self.risks[stop]

    @cached_property
    def on_grid(self) -> Callable[[int], Tensor]:
        """The denoiser on the grid of the plane at one noise level, as a function of the stop."""
        x = torch.tensor(GRID, dtype=torch.float32, device=self.exact.device)
        return self.flow.replay(x.new_full((len(x),), PROCESS.time_at(LEVEL)), x)

    @cached_property
    def estimated(self) -> tuple[float, float]:
        """The label noise and C, as the fit at the stop of leave-one-out suggests them."""
        return stopping.noise_and_radius(self.flow, stopping.loo(self.flow))

    @cached_property
    def crossing(self) -> Tensor:
        """The `stopping.complexity` that the Rademacher rule compares, at every stop but 0."""
        values, step = self.flow.eigenvalues, self.flow.step_size
        return torch.tensor([stopping.complexity(values, step * s) for s in self.flow.stops[1:]])

    @cached_property
    def _fixed(self) -> dict[str, int]:
        """Where the rules stop that no slider changes."""
        stops, curves = self.flow.stops, self.curves
        return {
            "Rademacher, est.": self._rademacher(*self.estimated),
            "GCV": stopping.gcv(self.flow),
            **{name: stops[int(curves[name].argmin())] for name in ("leave-one-out", "hold-out")},
            "oracle": stops[int(curves["excess risk"].argmin())],
        }

    def _rademacher(self, noise: float, radius: float) -> int:
        flow, last = self.flow, self.flow.stops[-1]
        if noise < 1e-6:  # without label noise the rule never stops
            return last
        if radius < 1e-6:  # and where there is nothing to learn it never starts
            return 0
        return min(last, stopping.rademacher(flow.eigenvalues, flow.step_size, noise, radius))

    def stops(self, constant: float) -> dict[str, int]:
        """Where each of the ``RULES`` stops, for the constant C of the first."""
        return {RULES[0]: self._rademacher(self.sigma, constant), **self._fixed}


def _mean_squares(difference: Tensor) -> Tensor:
    return difference.square().sum(-1).mean(-1)


def _mean_square(difference: Tensor) -> float:
    return float(_mean_squares(difference))


@lru_cache(maxsize=16)
def rows(target: str, n: int, times: str) -> tuple[Regression, Regression, Regression]:
    """n training rows, test rows, and n/4 rows to hold out."""
    draws = Generator().manual_seed(0)
    law = LAWS[target]
    train, test, held = (
        PROCESS.regression(
            law.sample(k, generator=draws).to(device()), times=times, generator=draws
        )
        for k in (n, TEST, n // 4)
    )
    return train, test, held


@lru_cache(maxsize=8)
def decomposed(target: str, n: int, times: str, radius: float) -> KernelFlow:
    """The kernel flow on the training rows within a ball: the labels do not matter to its cost."""
    train = rows(target, n, times)[0]
    return KernelFlow(PROCESS, train if radius == math.inf else train.within(radius))


problem = lru_cache(maxsize=8)(StoppingProblem)
