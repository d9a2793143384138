"""What notebook 00 measures, over seeds: kernel flows on 1000 points of the ring, and judges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from scorelab import metrics
from scorelab.descent import NetworkPath
from scorelab.kernel import KernelFlow
from scorelab.network import TwoLayerNet
from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck, Regression
from scorelab.sampling import sample
from scorelab.targets import GaussianMixture

PROCESS = OrnsteinUhlenbeck()
RING = GaussianMixture.ring()
TRUTH = RING.denoiser(PROCESS)
#: The steps at which a kernel flow is judged, (121,).
STOPS = torch.tensor(KernelFlow.stops)
LAST = KernelFlow.stops[-1]


class Learned(NamedTuple):
    """A model trained on one data set, at every stop, and fresh rows to judge it by."""

    flow: KernelFlow
    train: Regression
    test: Regression


def halves(x_0: Tensor) -> tuple[Regression, Regression]:
    """Points (n, 2) in two halves, noised at log-spaced times: to train on, and to hold out."""
    draws = Generator().manual_seed(0)
    shuffled = x_0[torch.randperm(len(x_0), generator=draws)]
    train, held_out = (
        PROCESS.regression(half, times="log", generator=draws) for half in shuffled.chunk(2)
    )
    return train, held_out


def learn(seed: int, times: str, n: int = 1000) -> Learned:
    """The infinitely wide network on n points of the ring."""
    draws = Generator().manual_seed(seed)
    train, test = (
        PROCESS.regression(RING.sample(size, generator=draws), times=times, generator=draws)
        for size in (n, 1000)
    )
    return Learned(KernelFlow(PROCESS, train), train, test)


def risk_curves(learned: Sequence[Learned]) -> Tensor:
    """The excess risk at each of the ``STOPS``, a row a seed, (seeds, 121)."""
    return torch.stack([metrics.excess_risks(each.flow, TRUTH, each.test) for each in learned])


def sample_distance(denoiser: Denoiser, seed: int) -> float:
    """The distance of 1000 samples made with a denoiser from 20,000 fresh points of the ring."""
    noise = Generator().manual_seed(seed)
    samples = sample(PROCESS, denoiser, 1000, 2, 50, "ancestral", schedule="log", generator=noise)
    return metrics.sliced_wasserstein(samples, RING.sample(20_000, generator=_judge()))


def distances(learned: Sequence[Learned], stops: int | Tensor) -> Tensor:
    """``sample_distance`` of each seed's model at a stop: one for all, or one a seed; (seeds,)."""
    each = torch.as_tensor(stops).expand(len(learned)).tolist()
    made = (
        sample_distance(model.flow.at(stop), seed)
        for seed, (model, stop) in enumerate(zip(learned, each, strict=True))
    )
    return torch.tensor(list(made))


def best_possible(seeds: int = 5) -> tuple[Tensor, Tensor]:
    """Distances (seeds,) of 1000 fresh points (the floor), and of the exact denoiser's samples."""
    judge = RING.sample(20_000, generator=_judge())
    fresh = [RING.sample(1000, generator=Generator().manual_seed(500 + s)) for s in range(seeds)]
    floor = [metrics.sliced_wasserstein(points, judge) for points in fresh]
    return torch.tensor(floor), torch.tensor([sample_distance(TRUTH, s) for s in range(seeds)])


def risks_by_width(
    widths: Sequence[float], stops: Sequence[int], seeds: int = 3, n: int = 250
) -> Tensor:
    """Excess risk of networks on n points of the ring, (seeds, widths, stops); inf: the kernel."""
    return torch.tensor(
        [[_risks_of_width(learn(seed, "log", n), width, stops, seed) for width in widths]
         for seed in range(seeds)]
    )  # fmt: skip


def _risks_of_width(learned: Learned, width: float, stops: Sequence[int], seed: int) -> list[float]:
    path: KernelFlow | NetworkPath = learned.flow
    if width != math.inf:
        net = TwoLayerNet(PROCESS, 2, int(width), generator=Generator().manual_seed(seed))
        path = NetworkPath.record(net, learned.train, stops)
    return [metrics.excess_risk(path.at(stop), TRUTH, learned.test) for stop in stops]


def _judge() -> Generator:
    """The same fresh points judge all."""
    return Generator().manual_seed(99)
