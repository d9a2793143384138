"""One learning problem, with everything about it that no model changes: computed once, kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache

import torch
from torch import Generator, Tensor

from scorelab import credit, metrics, stopping
from scorelab.devices import device
from scorelab.explore.live import one_thread
from scorelab.explore.replay.plane import PROCESS, Level
from scorelab.kernel import KernelFlow
from scorelab.path import Denoiser
from scorelab.targets import Empirical, GaussianMixture

MIXTURES = {
    "ring of modes": GaussianMixture.ring(),
    "line of modes": GaussianMixture.line(dim=2),
    "spiral of modes": GaussianMixture.spiral(),
}
CREDIT = "credit: limit and bill"
TARGETS = (*MIXTURES, CREDIT)
TEST, SAMPLES, REFERENCE = 1000, 500, 1000


def coordinates(target: str) -> tuple[str, str]:
    """What the two axes of the plane are for a target; the points of a mixture have no unit."""
    if target == CREDIT:
        return "credit limit (standardised)", "last bill (standardised)"
    return "first coordinate", "second coordinate"


class Setting:
    """n training points of a target in the plane, with test data, truth and kernel flow.

    For the real table the truth is the law of all its 30,000 rows, known exactly as any
    empirical law is; but its risk is shown as a hold-out's, as anybody's would be.
    """

    def __init__(self, target: str, n: int, times: str) -> None:
        self.target, self.n, self.times = target, n, times
        draws = Generator().manual_seed(0)
        law, (x0, test, self.fresh, self.reference) = self._points(draws)
        self.train = PROCESS.regression(x0, times=times, generator=draws)
        self.test = PROCESS.regression(test, times=times, generator=draws)
        self.truth: Denoiser = law.denoiser(PROCESS)
        self.exact = self.truth(self.test.t, self.test.x_t)
        self.levels: dict[float, Level] = {}

    def _points(self, draws: Generator) -> tuple[GaussianMixture | Empirical, Sequence[Tensor]]:
        sizes = [self.n, TEST, SAMPLES, REFERENCE]
        if self.known:
            law = MIXTURES[self.target]
            return law, law.sample(sum(sizes), generator=draws).to(device()).split(sizes)
        rows = credit.limit_and_bill().to(device())
        drawn = rows[torch.randperm(len(rows), generator=draws)[: sum(sizes)]]
        return Empirical(rows), drawn.split(sizes)

    def at(self, noise: float) -> Level:
        """The setting at one noise level."""
        if noise not in self.levels:
            self.levels[noise] = Level(self.truth, self.train.x_0, noise)
        return self.levels[noise]

    @property
    def known(self) -> bool:
        """Whether the risk can be compared with the truth's: not for real data."""
        return self.target in MIXTURES

    def risk(self, prediction: Tensor) -> Tensor:
        """Mean square error of predictions on the test inputs: excess risk, or hold-out risk.

        A number that stays on the device.
        """
        aim = self.exact if self.known else self.test.x_0
        return (prediction - aim).square().sum(1).mean()

    @cached_property
    def flow(self) -> KernelFlow:
        """The kernel flow on the training data."""
        with one_thread():
            return KernelFlow(PROCESS, self.train)

    @cached_property
    def rule(self) -> int:
        """The literal early-stopping rule, C = 1, with the label noise read off the test data."""
        noise = (self.exact - self.test.x_0).square().mean().sqrt()
        return stopping.rademacher(self.flow.eigenvalues, self.flow.step_size, float(noise))

    @cached_property
    def floor(self) -> float:
        """The distance that samples of the truth itself have from the reference."""
        return metrics.sliced_wasserstein(self.fresh, self.reference)

    @cached_property
    def chance(self) -> float:
        """The memorised fraction of fresh data."""
        return metrics.memorized_fraction(self.fresh, self.train.x_0)


setting = lru_cache(maxsize=8)(Setting)
