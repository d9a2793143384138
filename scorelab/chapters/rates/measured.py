"""What notebook 06 predicts: risk and stop against n, from a spectrum and a target alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from scorelab.kernel import KernelFlow
from scorelab.metrics import excess_risks
from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck, Regression
from scorelab.targets import GaussianMixture

PROCESS = OrnsteinUhlenbeck()
#: Every stop that is searched, (T,).
STOPS = torch.tensor(KernelFlow.stops)


class Directions(NamedTuple):
    """What there is to know of each direction k, as one set of rows shows it.

    ``left`` (k, T), the share (1 − ηλ_k)^τ not learned at each stop; ``truth`` (k,), the mean
    square of f* along it; ``noise`` (k,), the variance of the labels along it.
    """

    left: Tensor
    truth: Tensor
    noise: Tensor


def directions(
    dim: int, times: str, rows: int = 2000, seed: int = 12345, truth: Denoiser | None = None
) -> Directions:
    """From rows of three modes on a line that no other measurement uses.

    With another ``truth`` in place of the exact denoiser, and the noise that the labels have.
    """
    data, flow = _decomposed(dim, times, rows, seed)
    law = GaussianMixture.line(dim=dim)
    exact = (truth or law.denoiser(PROCESS))(data.t, data.x_t)
    variances = law.posterior_variance(PROCESS, data.t, data.x_t).double()
    return Directions(
        flow.left_at_stops,
        (flow.vectors.T @ exact.double()).square().sum(1) / rows,
        flow.vectors.square().T @ variances,
    )


@lru_cache(maxsize=6)
def _decomposed(dim: int, times: str, rows: int, seed: int) -> tuple[Regression, KernelFlow]:
    data = _rows(dim, times, rows, Generator().manual_seed(seed))
    return data, KernelFlow(PROCESS, data)


def _rows(dim: int, times: str, rows: int, draw: Generator) -> Regression:
    clean = GaussianMixture.line(dim=dim).sample(rows, generator=draw)
    return PROCESS.regression(clean, times=times, generator=draw)


def risks(along: Directions, n: int) -> Tensor:
    """Equation (11) for n rows at every stop, (T,)."""
    bias = along.truth @ along.left.square()
    return bias + along.noise @ (1 - along.left).square() / n


def curve(along: Directions, sizes: Sequence[int]) -> tuple[Tensor, Tensor]:
    """The least risk of (11) for each n, and the stop at which it is, (m,) each."""
    least = [risks(along, n).min(dim=0) for n in sizes]
    return torch.stack([risk for risk, _ in least]), torch.stack([STOPS[at] for _, at in least])


def bound(along: Directions, n: int) -> float:
    """The least over the stops of (3) and (4): what the same truth and noise are guaranteed."""
    learned = 1 - along.left[:, STOPS == 1]  # ηλ_k, (k, 1)
    bias = (along.truth[:, None] / learned).sum() / (2 * math.e * STOPS[1:])
    variance = along.noise @ (learned * STOPS[1:]).clamp_max(1) / n
    return float((bias + variance).min())


def tamed(dim: int, earliest: float) -> Denoiser:
    """The exact denoiser of the line, but before ``earliest`` the one of that time."""
    exact = GaussianMixture.line(dim=dim).denoiser(PROCESS)
    return lambda t, x: exact(t.clamp_min(earliest), x)


def with_and_without(dim: int, n: int, seed: int, earliest: float) -> tuple[float, float]:
    """The least excess risk of n rows with log times: for the exact denoiser, and ``tamed``.

    The same rows, and the same noise on the labels of both.
    """
    draw = Generator().manual_seed(seed)
    data, fresh = (_rows(dim, "log", size, draw) for size in (n, 1000))
    truths = tamed(dim, 0), tamed(dim, earliest)
    flow, noise = KernelFlow(PROCESS, data), data.x_0 - truths[0](data.t, data.x_t)
    found = [
        excess_risks(flow.with_labels(truth(data.t, data.x_t) + noise), truth, fresh).min()
        for truth in truths
    ]
    return float(found[0]), float(found[1])
