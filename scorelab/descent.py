"""Full-batch gradient descent on the two-layer network, and the path it leaves.

L(W) = (1/2n) Σ_j ‖f_W(z_j) − X_0j‖², W ← W − η∇L (arXiv 2401.15604: first layer only, full batch).
On the CPU the step runs fused in Numba, on a card in Triton; elsewhere, and in float64 on the CPU,
it is the readable torch step.
"""

from __future__ import annotations

import math
import time
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from . import validate
from .devices import Readings
from .kernel import largest_eigenvalue
from .network import TwoLayerNet, fused
from .process import Regression


class Descent(Protocol):
    """Gradient descent under way: torch's or the fused loop's."""

    def advance(self, steps: int) -> None:
        """Take ``steps`` steps."""
        ...

    def weight(self) -> Tensor:
        """A copy of the weights W (m, p) as they are now."""
        ...


class Losses:
    """The training losses of one descent at its stops, on its device until somebody looks."""

    def __init__(self, z: Tensor, rate: float) -> None:
        self.z, self.rate, self.readings = z, rate, Readings()
        self.places: dict[int, int] = {}

    def add(self, stop: int, loss: Tensor) -> None:
        """Keep the loss at a stop."""
        self.places[stop] = self.readings.add(loss)

    def at(self, stop: int) -> float:
        """The loss at a stop. ValueError where it is no number, with the largest step size."""
        loss = self.readings[self.places[stop]]
        if not math.isfinite(loss):
            largest = 2 / largest_eigenvalue(self.z)
            raise ValueError(
                f"step_size={self.rate!r}: gradient descent diverged before step {stop}; "
                f"the largest stable step size is 2/λ_max = {largest:.4g}"
            )
        return loss


@dataclass(frozen=True)
class Snapshot:
    """The network after ``step`` steps, a copy of its own."""

    step: int
    net: TwoLayerNet
    losses: Losses

    @property
    def train_loss(self) -> float:
        """L(W). On a card it is read now, with those before it, which waits for the card."""
        return self.losses.at(self.step)


def descend(
    net: TwoLayerNet, data: Regression, stops: Iterable[int], step_size: float | None = None
) -> Iterator[Snapshot]:
    """Train by gradient descent and pause at each of the rising ``stops`` (0 is the start).

    Stops are asked for one by one, so a caller may choose the next from what it has seen, or
    simply stop asking. The network that is given is left as it is. ``step_size`` η is 1/λ_max of
    the kernel matrix K/n when None. Raises ValueError for stops that are negative or do not
    rise, data of another dimension or device, and for a step size that makes the loss overflow;
    the message says the largest stable one, 2/λ_max. On a card that is found at the last of some
    stops that are listed, or when a ``train_loss`` is asked for.
    """
    validate.points("data.x_t", data.x_t, dim=net.dim)
    validate.on_device("data.x_t", data.x_t, net.device, "the network's")
    if step_size is not None:
        # A float whatever number it was: for another type Numba would compile once more.
        step_size = validate.positive("step_size", step_size)
    if isinstance(stops, (list, tuple, range)):
        stops = list(validate.rising("stops", stops))
    last = stops[-1] if isinstance(stops, list) and stops else None
    return _descend(net, data, validate.rising("stops", stops), last, step_size)


def _descend(
    net: TwoLayerNet,
    data: Regression,
    stops: Iterator[int],
    last: int | None,
    step_size: float | None,
) -> Iterator[Snapshot]:
    z, labels = (a.to(net.weight.dtype) for a in (net.features(data.t, data.x_t), data.x_0))
    rate = 1 / largest_eigenvalue(z) if step_size is None else step_size
    descent, losses = _start(net, z, labels, rate), Losses(z, rate)
    done = 0
    for stop in stops:
        _advance(descent, stop - done)
        done = stop
        now = net.with_weight(descent.weight())
        losses.add(stop, (now.forward(z) - labels).square().sum() / (2 * len(z)))
        if z.is_cpu or stop == last:
            losses.at(stop)
        yield Snapshot(stop, now, losses)


def _advance(descent: Descent, steps: int) -> None:
    """Take ``steps`` steps in pieces of about half a second: a loop hears Ctrl-C at its end."""
    piece = min(steps, 100)
    while steps > 0:
        start = time.perf_counter()
        descent.advance(piece)
        steps -= piece
        pace = piece / max(time.perf_counter() - start, 1e-6)
        piece = min(steps, max(1, int(pace / 2)))


class TorchDescent:
    """The reference: gradient descent in one line of torch a step, on any device, in any dtype."""

    def __init__(self, net: TwoLayerNet, z: Tensor, labels: Tensor, step_size: float) -> None:
        self.net = net.with_weight(net.weight.clone())
        self.z, self.labels, self.step_size = z, labels, step_size

    def advance(self, steps: int) -> None:
        """Take ``steps`` steps."""
        for _ in range(steps):
            self.net.weight -= self.step_size * self.net._gradient(self.z, self.labels)[0]

    def weight(self) -> Tensor:
        """A copy of the weights W (m, p) as they are now."""
        return self.net.weight.clone()


def _start(net: TwoLayerNet, z: Tensor, labels: Tensor, step_size: float) -> Descent:
    if loops := fused(net.weight, net.signs, z, labels):
        return loops.FusedDescent(z, labels, net.weight, net.signs, step_size)
    return TorchDescent(net, z, labels, step_size)


class NetworkPath:
    """A trained network at every recorded stopping time: a path.

    ``stops`` are the rising step counts at which it was recorded, and the only ones it knows.
    Raises ValueError for no snapshot.
    """

    def __init__(self, snapshots: Iterable[Snapshot]) -> None:
        self.snapshots = tuple(snapshots)
        validate.require(bool(self.snapshots), "snapshots", (), "must hold at least one")
        self.stops = tuple(s.step for s in self.snapshots)

    @classmethod
    def record(
        cls,
        net: TwoLayerNet,
        data: Regression,
        stops: Iterable[int],
        step_size: float | None = None,
    ) -> NetworkPath:
        """Train as ``descend`` does and keep the network at each stop."""
        return cls(descend(net, data, stops, step_size))

    def at(self, step: int) -> TwoLayerNet:
        """The network after ``step`` steps. Raises ValueError for a step that is no stop."""
        return self._snapshot(step).net

    def train_loss(self, step: int) -> float:
        """L(W) after ``step`` steps. Raises ValueError for a step that is no stop."""
        return self._snapshot(step).train_loss

    def _snapshot(self, step: int) -> Snapshot:
        validate.require(validate.real(step), "step", step, "must be a number")
        i = bisect(self.stops, step) - 1
        near = self.stops[max(i, 0) : i + 2]
        validate.require(
            step in near,
            "step",
            step,
            f"was not recorded; the nearest stops are {', '.join(map(str, near))}",
        )
        return self.snapshots[i]

    def replay(self, t: Tensor, x: Tensor) -> Callable[[int], Tensor]:
        """Predictions at fixed queries t (n,), x (n, d) as a function of the stop, each (n, d)."""
        return lambda step: self.at(step)(t, x)

    def predict(self, t: Tensor, x: Tensor) -> Tensor:
        """Predictions at queries t (m,), x (m, d) at every stop, shape (T, m, d)."""
        return torch.stack([s.net(t, x) for s in self.snapshots])
