"""The tangent kernel of a network of finite width, beside that of its limit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from scorelab.explore.figures import Array
from scorelab.explore.replay.record import Frame
from scorelab.explore.replay.setting import PROCESS, Setting
from scorelab.kernel import ntk

DOTS = 500  # pairs of rows that are drawn


@dataclass(frozen=True)
class Limit:
    """The kernel of infinite width on n training rows, and what chance does to a finite one.

    ``gram`` κ and ``dots`` z·z' (n, n); ``pairs`` (2, k) of rows that are drawn and ``angle`` (k,)
    between them in degrees. ``spread`` / √m is the expected deviation of a network of width m.
    """

    gram: Tensor
    dots: Tensor
    pairs: Tensor
    angle: Array
    spread: float


@lru_cache(maxsize=16)
def limit(where: Setting) -> Limit:
    """The limit on the training rows of a setting.

    Among m/2 independent twins the share of active ones has the variance 2 ψ (1 − ψ) / m, with
    ψ = (π − θ)/(2π), and the same with signs ±1, between two outputs, 2 ψ / m. So the deviation
    ‖K − κ I‖ / ‖κ I‖ (Frobenius, over rows and both outputs) is a known number over √m.
    """
    z = PROCESS.features(where.train.t, where.train.x_t).cpu().double()
    gram, dots, unit = ntk(z, z), z @ z.T, torch.nn.functional.normalize(z)
    angle = (unit @ unit.T).clamp(-1, 1).arccos()
    active = (math.pi - angle) / (2 * math.pi)  # ψ
    variance = (dots.square() * 2 * active * (1 - active + 1)).sum()
    pairs = spread_out(angle)
    degrees = torch.rad2deg(angle[tuple(pairs)]).numpy()
    return Limit(gram, dots, pairs, degrees, float(variance.sqrt() / gram.norm()))


def spread_out(angle: Tensor) -> Tensor:
    """Pairs (2, k) of rows, k ≤ 500, at angles about evenly spaced from zero to the largest.

    ``angle`` (n, n) is symmetric; each pair of rows comes once.
    """
    rows, columns = torch.triu_indices(*angle.shape)
    ordered, order = angle[rows, columns].sort()
    wanted = torch.linspace(0, float(ordered[-1]), DOTS, dtype=angle.dtype)
    picked = order[torch.searchsorted(ordered, wanted).clamp_max(len(order) - 1).unique()]
    return torch.stack((rows[picked], columns[picked]))


@dataclass(frozen=True)
class Comparison:
    """The tangent kernel of a trained network, against its limit.

    ``shares`` (k,) of neurons active at both rows of a drawn pair, ``eigenvalues`` (n,) of K/n,
    descending, ``deviation`` ‖K − κ I‖ / ‖κ I‖ (Frobenius, over rows and both outputs).
    ``distance`` ‖f_m − f‖ / ‖f‖ to the kernel flow after the same number of steps, on the test
    inputs; 0 before the first step.
    """

    shares: Array
    eigenvalues: Array
    deviation: float
    distance: float


@lru_cache(maxsize=256)
def compared(now: Frame) -> Comparison:
    """Kernel and predictions of the network of one frame, beside those of infinite width."""
    aim, net = limit(now.where), now.net
    z = net.features(now.where.train.t, now.where.train.x_t)
    share = net.active_at_both(z, z).cpu().double()
    gram = aim.dots * share  # ``net.empirical_ntk``, with the products in float64
    between = net.cross_ntk(z, z, 0, 1).cpu().double()  # what one output does to the other
    off = (gram - aim.gram).square().sum() + between.square().sum()
    return Comparison(
        shares=share[tuple(aim.pairs)].numpy(),
        eigenvalues=torch.linalg.eigvalsh(gram / len(z)).flip(0).numpy(),
        deviation=float(off.sqrt() / aim.gram.norm()),
        distance=distance(now),
    )


def distance(now: Frame) -> float:
    """How far a network is from the kernel flow of the same step, relative to the flow."""
    flow = tested(now.where)(now.step)
    found = now.denoiser(now.where.test.t, now.where.test.x_t)
    return float((found - flow).norm() / flow.norm()) if now.step else 0.0


@lru_cache(maxsize=16)
def tested(where: Setting) -> Callable[[float], Tensor]:
    """The kernel flow on the test inputs (1000, 2), as a function of the step."""
    return where.flow.replay(where.test.t, where.test.x_t)
