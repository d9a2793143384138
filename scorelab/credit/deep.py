"""What the framework is compared with: a deep network, Adam, and an average of its weights.

The usual craft of diffusion models: fresh times and noise for each batch, all noise levels in one
network. Between it and the framework lie two networks that are trained just so and lack something:
a two-layer network has no depth, and the tangent of a deep network has features that do not move.
"""

from __future__ import annotations

import itertools
import math
import warnings
from dataclasses import dataclass
from typing import cast

import torch
from torch import Generator, Tensor, nn

from scorelab import validate
from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck, draw

from .framework import Corrected, labels

BATCH = 512
#: What is trained of two layers, and whom the neurons serve.
KINDS = ("both", "first", "own")


@dataclass(frozen=True)
class Settings:
    """A network of ``depth`` hidden layers of ``width``, and how it is trained.

    ``rate`` Adam's learning rate, falling like a cosine; ``steps`` of ``BATCH`` rows; ``average``
    the decay of the exponential moving average of the weights.
    """

    width: int
    depth: int
    rate: float
    steps: int
    average: float


def drawn(*, generator: Generator | None = None) -> Settings:
    """Settings drawn at random from those that somebody who searches would try (our choice)."""

    def pick(*values: float) -> float:
        return values[int(torch.randint(len(values), (1,), generator=generator))]

    width, depth = int(pick(128, 256)), int(pick(2, 3, 4))
    return Settings(width, depth, pick(0.001, 0.003, 0.01), int(pick(12_000, 24_000)), 0.999)


def waves(t: Tensor, x: Tensor) -> Tensor:
    """What a network sees: x (n, d) and sines and cosines of log t, (n, d + 8)."""
    angles = t.log()[:, None] * torch.tensor([0.25, 0.5, 1.0, 2.0]).to(t)
    return torch.cat((x, angles.sin(), angles.cos()), 1)


class DeepNet(nn.Module):
    """``depth`` hidden layers of ``width``, SiLU: the correction f_W(t, x) (n, d) of a form."""

    def __init__(
        self, dim: int, width: int, depth: int, *, generator: Generator | None = None
    ) -> None:
        super().__init__()
        sizes = [dim + 8, *[width] * depth, dim]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        for layer in self.layers:
            bound = 1 / math.sqrt(cast("nn.Linear", layer).in_features)
            for weight in layer.parameters():
                uniform = draw(torch.rand, tuple(weight.shape), generator, weight)
                weight.data = bound * (2 * uniform - 1)

    def forward(self, t: Tensor, x: Tensor) -> Tensor:
        """f_W for t (n,) and x (n, d), shape (n, d)."""
        x = waves(t, x)
        for layer in self.layers[:-1]:
            x = nn.functional.silu(layer(x))
        return self.layers[-1](x)


class Tangent(nn.Module):
    """A network's first-order expansion in its weights: its features do not move.

    f(t, x) = net_0 + J_0 · moved, with ``net`` as it was drawn and ``moved`` in the place of its
    weights, from 0. All else (depth, optimiser, noises) can be the network's own.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.start = dict(net.requires_grad_(False).named_parameters())
        self.net = (net,)  # in a tuple, so that its weights are not the tangent's parameters
        self.names = list(self.start)
        self.moved = nn.ParameterList(torch.zeros_like(weight) for weight in self.start.values())

    def forward(self, t: Tensor, x: Tensor) -> Tensor:
        """f for t (n,) and x (n, d), shape (n, d)."""

        def net(weights: dict[str, Tensor]) -> Tensor:
            return torch.func.functional_call(self.net[0], weights, (t, x))

        moved = dict(zip(self.names, self.moved, strict=True))
        with warnings.catch_warnings():  # the first call warns of what torch itself does
            warnings.simplefilter("ignore", DeprecationWarning)
            found = torch.func.jvp(net, (self.start,), (moved,))
        return found[0] + found[1]


class TwoLayers(nn.Module):
    """The network of the course, m^{-1/2} Σ_r a_r relu(w_r · z), to be trained by Adam.

    z = (waves(t, x), 1), and a_r starts as random signs, one a coordinate. Of `KINDS`, "both"
    trains both layers; "first" leaves the signs as they are; so does "own", with neurons that
    serve one coordinate each, in turn: the other signs are 0, and √d makes up for them.
    """

    def __init__(
        self, dim: int, width: int, kind: str = "both", *, generator: Generator | None = None
    ) -> None:
        super().__init__()
        validate.one_of("kind", kind, KINDS)
        self.first = nn.Parameter(torch.randn(width, dim + 9, generator=generator))
        signs = 2.0 * torch.randint(2, (width, dim), generator=generator) - 1
        if kind == "own":
            signs *= dim**0.5 * nn.functional.one_hot(torch.arange(width) % dim, dim)
        self.second = nn.Parameter(signs, requires_grad=kind == "both")

    def forward(self, t: Tensor, x: Tensor) -> Tensor:
        """f_W for t (n,) and x (n, d), shape (n, d)."""
        z = nn.functional.pad(waves(t, x), (0, 1), value=1.0)
        return (z @ self.first.T).relu() @ self.second / len(self.first) ** 0.5


def train(
    process: OrnsteinUhlenbeck,
    form: Denoiser,
    x: Tensor,
    net: nn.Module,
    settings: Settings,
    *,
    generator: Generator | None = None,
) -> Corrected:
    """The form corrected by ``net``, trained on points x (n, d), with the weights' average.

    Fresh times and noise in each batch. Of the settings, width and depth are the network's own.
    """
    validate.points("x", x)
    weights = list(net.parameters())
    adam = torch.optim.Adam(weights, lr=settings.rate)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(adam, settings.steps)
    means = [weight.detach().clone() for weight in weights]
    for _ in range(settings.steps):
        rows = torch.randint(len(x), (BATCH,), generator=generator).to(x.device)
        adam.zero_grad()
        loss(process, form, net, x[rows], generator=generator).backward()
        adam.step()
        cosine.step()
        for mean, weight in zip(means, weights, strict=True):
            mean.lerp_(weight.detach(), 1 - settings.average)
    for weight, mean in zip(weights, means, strict=True):
        weight.data = mean
    return Corrected(process, form, cast("Denoiser", net.requires_grad_(False)))


def loss(
    process: OrnsteinUhlenbeck,
    form: Denoiser,
    net: nn.Module,
    x: Tensor,
    draws: int = 1,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Mean ‖f − X_0‖² / h over log-uniform times: each noise level counts alike."""
    data = labels(process, form, x, draws, generator=generator)
    return (net(data.t, data.x_t) - data.x_0).square().sum(1).mean()
