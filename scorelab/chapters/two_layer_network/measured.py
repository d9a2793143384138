"""What notebook 03 measures of networks in training, and nobody reads in class."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import torch
from torch import Tensor

from scorelab.descent import descend
from scorelab.network import TwoLayerNet
from scorelab.process import Regression

from .solutions import leaky_gradient


def activations(net: TwoLayerNet, data: Regression) -> Tensor:
    """1 where a neuron is active on a row and 0 where not, (n, m)."""
    z = net.features(data.t, data.x_t)
    return net.active(z).to(z.dtype)


def kernel(on: Tensor, net: TwoLayerNet, data: Regression) -> Tensor:
    """K/n between all pairs (row, output), (n d, n d), if the activations were ``on`` (n, m)."""
    z, d = net.features(data.t, data.x_t), net.dim
    signed = (on[:, None, :] * net.signs.T).flatten(0, 1)
    products = (z @ z.T).repeat_interleave(d, 0).repeat_interleave(d, 1)
    return products * (signed @ signed.T) / (net.width * len(z))


@dataclass(frozen=True)
class Course:
    """A descent, seen step by step from 0 to T, and where it came to later.

    ``mean_square`` (T + 1,) is the training error ‖f − X_0‖² / n, ``residuals`` (T + 1, n d) are
    f − X_0 row by row, ``active`` holds for each step which neurons are active on which rows,
    (n, m) of bool. ``end`` is the network at the last stop.
    """

    mean_square: Tensor
    residuals: Tensor
    active: list[Tensor]
    end: TwoLayerNet

    @property
    def peak(self) -> int:
        """The step at which the training error is largest."""
        return int(self.mean_square.argmax())

    @property
    def share(self) -> Tensor:
        """The share of pairs (row, neuron) that are active, at each step (T + 1,)."""
        return torch.stack([on.float().mean() for on in self.active])

    @property
    def switched(self) -> Tensor:
        """How many pairs (row, neuron) switch in each step, (T,)."""
        pairs = zip(self.active, self.active[1:], strict=False)
        return torch.stack([(before != now).sum() for before, now in pairs])


def course(
    net: TwoLayerNet, data: Regression, step_size: float, watched: int = 60, end: int = 60
) -> Course:
    """Train and watch the first steps, then go on to the step ``end`` without looking."""
    z = net.features(data.t, data.x_t)
    stops = [*range(watched + 1), *([end] if end > watched else [])]
    seen = [now.net for now in descend(net, data, stops, step_size)]
    kept = seen[: watched + 1]
    residuals = torch.stack([(now.forward(z) - data.x_0).flatten() for now in kept])
    active = [now.active(z) for now in kept]
    return Course(residuals.square().sum(1) / len(z), residuals, active, seen[-1])


@dataclass(frozen=True)
class Moves:
    """How the weights have moved, and what has switched.

    ``move`` (m, d + 2) of each neuron, ``relative`` ‖W − W(0)‖ / ‖W(0)‖, ``switched`` the share
    of pairs (row, neuron), ``outward`` the share that moved away from the border among those
    pairs so near to it that a move towards it would have switched them, ``near`` the mean of
    |Δw_r · z_j| / ‖z_j‖ over pairs near the border, over that of all pairs. ``kernel`` is
    ‖K − K(0)‖ / ‖K(0)‖ (Frobenius), ``turned`` the median cosine between a neuron's weights then
    and now.
    """

    move: Tensor
    relative: float
    switched: float
    outward: float
    near: float
    kernel: float
    turned: float

    @property
    def distance(self) -> float:
        """How far a neuron has moved, on average."""
        return float(self.move.norm(dim=1).mean())

    def cosine(self, directions: Tensor) -> float:
        """The mean part of the moves along directions (k, d + 2), over the mean distance."""
        unit = torch.nn.functional.normalize(directions)
        return float((unit @ self.move.T).abs().mean()) / self.distance


def moves(start: TwoLayerNet, now: TwoLayerNet, data: Regression) -> Moves:
    """What has become of a network, on the rows that it was trained on."""
    rows = torch.nn.functional.normalize(start.features(data.t, data.x_t))
    move, at = now.weight - start.weight, rows @ start.weight.T
    along = rows @ move.T
    in_reach = at.abs() < along.abs()
    before, after = (kernel(activations(net, data), start, data) for net in (start, now))
    return Moves(
        move=move,
        relative=float(move.norm() / start.weight.norm()),
        switched=float(((at > 0) != (rows @ now.weight.T > 0)).float().mean()),
        outward=float((at.sign() == along.sign())[in_reach].float().mean()),
        near=float(along.abs()[at.abs() < 0.1].mean() / along.abs().mean()),
        kernel=float((after - before).norm() / before.norm()),
        turned=float(torch.cosine_similarity(now.weight, start.weight).median()),
    )


def error(net: TwoLayerNet, data: Regression) -> Tensor:
    """The mean square error ‖f − X_0‖² / n on the rows of ``data``."""
    return (net(data.t, data.x_t) - data.x_0).square().sum() / len(data)


def until(net: TwoLayerNet, data: Regression, mean_square: float) -> TwoLayerNet:
    """The network when its training error first falls to ``mean_square``, at 1/λ_max."""
    stops = descend(net, data, count())
    return next(now.net for now in stops if 2 * now.train_loss <= mean_square)


def after(net: TwoLayerNet, data: Regression, step_size: float, steps: int) -> TwoLayerNet | None:
    """The network after so many steps; None if its training error is no longer a finite number."""
    try:
        return next(descend(net, data, [steps], step_size)).net
    except ValueError:
        return None


def leaky_share(
    data: Regression, net: TwoLayerNet, *, rate: float, slope: float, steps: int = 60
) -> float:
    """The share of active pairs (row, neuron) after training with a leaky relu, over the start's.

    The step size is rate/λ_max of the kernel that the network has with that activation.
    """
    z, w, signs = net.features(data.t, data.x_t), net.weight, net.signs
    on = activations(net, data)
    top = torch.linalg.eigvalsh(kernel(on + slope * (1 - on), net, data).double())[-1]
    for _ in range(steps):
        w = w - rate / float(top) * leaky_gradient(z, data.x_0, w, signs, slope)
    return float((z @ w.T > 0).float().mean() / on.mean())
