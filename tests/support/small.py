"""A process, a law and what learns it, so small that a test has them at once."""

from __future__ import annotations

import torch
from torch import Generator

import scorelab as sl

PROCESS, RING = sl.OrnsteinUhlenbeck(), sl.GaussianMixture.ring()
TRUTH = RING.denoiser(PROCESS)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def regression(dim: int = 2, n: int = 30) -> sl.Regression:
    return PROCESS.regression(torch.randn(n, dim, generator=seed()), generator=seed(1))


def scaled(factor: float) -> sl.Regression:
    data = regression()
    return sl.Regression(data.t.double(), data.x_t.double(), factor * data.x_0.double())


FLOW = sl.KernelFlow(PROCESS, regression())
NET = sl.TwoLayerNet(PROCESS, dim=2, width=8, generator=seed())
