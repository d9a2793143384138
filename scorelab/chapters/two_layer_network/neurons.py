"""What gradient descent does to a network's neurons, and what its tangent kernel says it will."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from scorelab.explore.figures import Array, Mask
from scorelab.explore.replay.record import STOPS, Frame, untrained
from scorelab.explore.replay.setting import Setting
from scorelab.network import TwoLayerNet


@dataclass(frozen=True)
class Change:
    """How the neurons of a trained network differ from their start, and how steep its loss is.

    For each of m neurons: ``moved`` ‖w_r − w_r(0)‖ / ‖w_r(0)‖, ``switched`` the share of training
    rows on which its activation is not as it was, ``silent`` whether it is active on no row; each
    (m,). ``relative`` is ‖W − W(0)‖ / ‖W(0)‖ (Frobenius), ``active`` the share of pairs (row,
    neuron) that are active, ``top`` the largest eigenvalue of K/n.
    """

    moved: Array
    switched: Array
    silent: Mask
    relative: float
    active: float
    top: float


@lru_cache(maxsize=1024)
def change(start: Frame, now: Frame) -> Change:
    """What has become of the network of one frame since another, on their training rows."""
    old, new = start.net, now.net
    z = new.features(now.where.train.t, now.where.train.x_t)
    before, after = old.active(z), new.active(z)
    move = new.weight - old.weight
    return Change(
        moved=(move.norm(dim=1) / old.weight.norm(dim=1)).cpu().numpy(),
        switched=(before != after).float().mean(0).cpu().numpy(),
        silent=(~after.any(0)).cpu().numpy(),
        relative=float(move.norm() / old.weight.norm()),
        active=float(after.float().mean()),
        # In float32 it may fail to converge once most neurons are silent and most rows alike.
        top=float(torch.linalg.eigvalsh(blocks(new, z).cpu().double()).max()),
    )


def blocks(net: TwoLayerNet, z: Tensor) -> Tensor:
    """The tangent kernel K/n over rows and both outputs, in its two blocks: shape (2, n, n).

    For features z (n, 4). With signs ±1 the kernel of both outputs parts into one of
    (f₁ + f₂)/√2, on which neurons with equal signs act, and one of (f₁ − f₂)/√2, on which the
    others do (derived).
    """
    each, cross = net.empirical_ntk(z, z), net.cross_ntk(z, z, 0, 1)
    return torch.stack((each + cross, each - cross)) / len(z)


@lru_cache(maxsize=32)
def spectrum(where: Setting, width: int) -> tuple[Tensor, Tensor]:
    """Eigenvalues of K/n before training, and ‖v_k · R_0‖²/n of the first residuals; (2, n)."""
    train, net = where.train, untrained(where, width)
    z = net.features(train.t, train.x_t)
    values, vectors = torch.linalg.eigh(blocks(net, z).cpu().double())
    first, second = train.x_0.cpu().double().T
    residuals = torch.stack((first + second, first - second)) / math.sqrt(2)
    parts = (vectors.transpose(1, 2) @ residuals[:, :, None])[:, :, 0]
    return values, parts.square() / where.n


def unit(where: Setting, width: int) -> float:
    """1/λ_max of a network before training, in units of that of infinite width."""
    return 1 / (float(spectrum(where, width)[0].max()) * where.flow.step_size)


@lru_cache(maxsize=64)
def predicted(where: Setting, width: int, step_size: float) -> tuple[float, ...]:
    """Mean square error Σ_k (1 − ηλ_k)^{2τ} ‖v_k · R_0‖²/n at all stops, if K stayed as it was."""
    values, power = (tensor.flatten() for tensor in spectrum(where, width))
    log_left = (1 - step_size * values).abs().clamp_min(1e-30).log()
    left = (2 * torch.tensor(STOPS)[:, None] * log_left).clamp_max(60).exp()
    return tuple((left @ power).tolist())
