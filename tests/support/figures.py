"""Figures of every kind that the course shows, each from a seed of its own: printed as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

import scorelab as sl
from scorelab import convex, metrics, stopping


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


PROCESS, RING = sl.OrnsteinUhlenbeck(), sl.GaussianMixture.ring()
X, OTHERS = (RING.sample(80, generator=seed(k)) for k in (1, 2))
DATA, FRESH = (PROCESS.regression(x, generator=seed(3)) for x in (X, OTHERS))
NET = sl.TwoLayerNet(PROCESS, 2, 96, generator=seed(4))
T, Q = FRESH.t, FRESH.x_t


def network() -> list[float]:
    path = sl.NetworkPath.record(NET, DATA, [0, 10, 100, 400])
    return [path.train_loss(400), *metrics.holdout_risks(path, FRESH).tolist()]


def sampled(method: str) -> Tensor:
    flow = sl.KernelFlow(PROCESS, DATA)
    return sl.sample(PROCESS, flow.at(300), 40, 2, 20, method, generator=seed(5))


def kernel() -> Tensor:
    flow = sl.KernelFlow(PROCESS, DATA)
    scores = torch.stack((stopping.loo_scores(flow), stopping.gcv_scores(flow)))
    return torch.cat((flow.at(300)(T, Q).flatten().double(), scores[:, :20].flatten()))


def features() -> Tensor:
    return sl.FeatureFlow(PROCESS, [DATA], 16, generator=seed(6)).at(100)(T, Q)


def fitted() -> list[float]:
    fit = convex.denoising(X[:40].double(), OTHERS[:40].double(), 1.0, generator=seed(7))
    line = convex.score_matching(X[:40, :1].double(), 2.0)
    gated = convex.gated(X[:40].double(), OTHERS[:40].double(), 1.0)
    return [fit.objective, line.objective, gated.objective]


def measured() -> list[float]:
    shares = [float(metrics.memorized_fraction(Q, X)), metrics.energy_distance(X, OTHERS)]
    return [*shares, metrics.sliced_wasserstein(X, OTHERS, generator=seed(8))]


FIGURES: dict[str, Callable[[], Any]] = {
    "network": network,
    "kernel": kernel,
    "features": features,
    "convex": fitted,
    "samples": lambda: torch.stack([sampled(method) for method in ("ancestral", "dpmpp3")]),
    "metrics": measured,
    "likelihood": lambda: sl.log_likelihood(PROCESS, RING.denoiser(PROCESS), X[:5], 50),
}

if __name__ == "__main__":
    found = {name: torch.as_tensor(make()).flatten().tolist() for name, make in FIGURES.items()}
    json.dump(found, sys.stdout)
