"""What notebook 11 measures of networks that train both layers: beside the kernel, and its change.

A network is rows w_r of W (m, d + 2) and a_r of A (m, d), both of which may move, and answers
relu(z Wᵀ) A / √m at features z (n, d + 2), equation (7). All train by plain gradient descent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

import torch
from torch import Generator, Tensor

from scorelab.descent import NetworkPath
from scorelab.kernel import KernelFlow, largest_eigenvalue
from scorelab.network import TwoLayerNet
from scorelab.path import log_stops
from scorelab.process import OrnsteinUhlenbeck, Regression
from scorelab.targets import GaussianMixture

Layers: TypeAlias = tuple[Tensor, Tensor]  # W (m, d + 2) and A (m, d)

PROCESS = OrnsteinUhlenbeck()
STOPS = log_stops(400, 24)
#: The stop that is nearest to 60, where equal steps are compared.
NEAR = min(STOPS, key=lambda stop: abs(stop - 60))
#: A law and a number of rows. The round one has no direction that is of more use than another.
PROBLEMS = {
    "ring": (GaussianMixture.ring(), 500),
    "thin line": (GaussianMixture.line(dim=8, std=0.05), 1000),
    "round": (GaussianMixture(torch.zeros(1, 8), torch.tensor([1.0])), 1000),
}
#: Width 64: are both layers trained, how much smaller is the start, is the step the first layer's?
NARROW = {
    "first layer": (False, 1.0, True),
    "both layers": (True, 1.0, False),
    "both, the first's step": (True, 1.0, True),
    "both, small start": (True, 0.25, False),
}


class Tangent:
    """A network at features z (n, d + 2), and to first order what a move of its weights does there.

    ``hidden`` is relu(W Zᵀ) (m, n): with a neuron a row a step takes half the time.
    """

    def __init__(self, z: Tensor, layers: Layers) -> None:
        self.z, (self.w, self.a) = z, layers
        self.hidden = (self.w @ z.T).relu_()
        self.on = self.hidden.sign()
        self.scale = len(self.w) ** 0.5

    def answer(self) -> Tensor:
        """What the network says, (n, d): equation (7)."""
        return (self.a.T @ self.hidden).T / self.scale

    def pull(self, residuals: Tensor) -> Layers:
        """The gradients of the loss in both layers, for residuals (n, d): equation (8) for A."""
        shares = residuals / (len(self.z) * self.scale)
        return (self.a @ shares.T).mul_(self.on) @ self.z, self.hidden @ shares

    def push(self, moves: Layers) -> Tensor:
        """How the answers move when the layers do, (n, d)."""
        dw, da = moves
        return (self.a.T @ (dw @ self.z.T * self.on) + da.T @ self.hidden).T / self.scale

    def kernel(self, both: bool) -> Tensor:
        """The tangent kernel (9) of the first layer or of both, (n, n)."""
        weighed = self.on * self.a.square().mean(1, keepdim=True)
        first = (self.z @ self.z.T) * (weighed.T @ self.on)
        return (first + both * self.hidden.T @ self.hidden) / len(self.w)


def answer(z: Tensor, layers: Layers) -> Tensor:
    """What the network says at z (n, d + 2), (n, d)."""
    return Tangent(z, layers).answer()


def tangent(z: Tensor, layers: Layers, both: bool) -> Tensor:
    """The tangent kernel (9) of the first layer or of both, (n, n)."""
    return Tangent(z, layers).kernel(both)


def top_eigenvalue(z: Tensor, layers: Layers, both: bool) -> float:
    """λ_max of the tangent kernel of these weights over n, by power iteration."""
    at, vector = Tangent(z, layers), torch.ones(len(z), layers[1].shape[1]) + z[:, :1]
    for _ in range(30):
        dw, da = at.pull(vector / vector.norm())
        vector = at.push((dw, both * da))
    return float(vector.norm())


def train(data: Regression, layers: Layers, both: bool, rate: float) -> Iterator[Layers]:
    """Gradient descent on one layer or on both: the weights at each stop."""
    z, (w, a), done = PROCESS.features(data.t, data.x_t), layers, 0
    for stop in STOPS:
        for _ in range(stop - done):
            now = Tangent(z, (w, a))
            dw, da = now.pull(now.answer() - data.x_0)
            w, a = w - rate * dw, a - both * rate * da
        done = stop
        yield w, a


class Runs(NamedTuple):
    """By the name of a model: answers at fresh rows at the stops (T, n, d), and its kernel.

    ``changes`` has the factor by which a narrow network's own kernel grows, and by how much it
    differs in the end when both are scaled to norm 1.
    """

    answers: dict[str, Tensor]
    exact: Tensor
    changes: dict[str, tuple[float, float]]

    @property
    def risks(self) -> dict[str, Tensor]:
        """Excess risks at the stops, (T,)."""
        return {k: (v - self.exact).square().sum(2).mean(1) for k, v in self.answers.items()}

    def apart(self, name: str) -> float:
        """The distance of a model's answers from the kernel's, relative to those."""
        kernel = self.answers["kernel"]
        return float((self.answers[name] - kernel).norm() / kernel.norm())


def contest(problem: str, seed: int, names: Iterable[str]) -> Runs:
    """The kernel flow, and the named models, from the same rows and steps.

    "wide" is 512 neurons with the first layer trained, the others are those of ``NARROW``, which
    start from one draw of weights.
    """
    (law, n), generator = PROBLEMS[problem], Generator().manual_seed(seed)
    data, fresh = (
        PROCESS.regression(law.sample(k, generator=generator), times="log", generator=generator)
        for k in (n, 1000)
    )
    z, test = (PROCESS.features(rows.t, rows.x_t) for rows in (data, fresh))
    half = 0.5 / largest_eigenvalue(z)
    at = KernelFlow(PROCESS, data, half).replay(fresh.t, fresh.x_t)
    told, changes = {"kernel": torch.stack([at(stop) for stop in STOPS])}, {}
    wide, net = (TwoLayerNet(PROCESS, law.dim, m, generator=generator) for m in (512, 64))
    for name in names:
        if name == "wide":
            path = NetworkPath.record(wide, data, STOPS, half)
            told[name] = path.predict(fresh.t, fresh.x_t)
        else:
            weights = narrow(name, net, data)
            told[name] = torch.stack([answer(test, layers) for layers in weights])
            changes[name] = changed(name, net, weights[-1], test[:200])
    return Runs(told, law.denoiser(PROCESS)(fresh.t, fresh.x_t), changes)


def narrow(name: str, net: TwoLayerNet, data: Regression) -> list[Layers]:
    """The weights of one of ``NARROW`` at the stops, its step half of 1/λ_max at its start."""
    both, shrink, first = NARROW[name]
    layers = shrink * net.weight, shrink * net.signs
    top = top_eigenvalue(PROCESS.features(data.t, data.x_t), layers, both and not first)
    return list(train(data, layers, both, 0.5 / top))


def changed(name: str, net: TwoLayerNet, layers: Layers, z: Tensor) -> tuple[float, float]:
    """How the kernel at features z has grown, and by how much its shape has changed."""
    both, shrink, _ = NARROW[name]
    start = shrink * net.weight, shrink * net.signs
    before, after = (tangent(z, each, both) for each in (start, layers))
    shape = (after / after.norm() - before / before.norm()).norm()
    return float(after.norm() / before.norm()), float(shape)


def ratio(runs: list[Runs], name: str, other: str, step: int | None) -> Tensor:
    """The risk of one over that of another, run by run, after a step; None: each at its best."""
    pairs = [(each.risks[name], each.risks[other]) for each in runs]
    if step is None:
        return torch.stack([a.min() / b.min() for a, b in pairs])
    at = STOPS.index(step)
    return torch.stack([a[at] / b[at] for a, b in pairs])
