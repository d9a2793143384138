"""What the framework is compared with: a deep network, Adam, an average of weights, and a search.

The usual craft of diffusion models. Width, depth, learning rate, length and the rate of the moving
average are drawn at random, and a hold-out of the training rows says which draw was best.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Generator, Tensor, nn

from scorelab import validate
from scorelab.process import OrnsteinUhlenbeck, draw

BATCH = 512


@dataclass(frozen=True)
class Settings:
    """What is searched: a network of ``depth`` hidden layers of ``width``, and how it is trained.

    ``rate`` Adam's learning rate, falling like a cosine; ``steps`` of ``BATCH`` rows; ``average``
    the decay of the exponential moving average of the weights.
    """

    width: int
    depth: int
    rate: float
    steps: int
    average: float


def draw_settings(*, generator: Generator | None = None) -> Settings:
    """One random draw: uniform over the lists, log-uniform for the rate."""

    def pick(values: Sequence[float]) -> float:
        return values[int(torch.randint(len(values), (1,), generator=generator))]

    rate = 10 ** (-3.5 + 1.3 * float(torch.rand(1, generator=generator)))
    return Settings(
        int(pick((128, 192, 256))),
        int(pick((2, 3))),
        rate,
        int(pick((1500, 3000))),
        pick((0.99, 0.995, 0.998)),
    )


class DeepNet(nn.Module):
    """A denoiser: f = α x + √h · net(x, waves of log t), SiLU layers, so that it starts near αx."""

    def __init__(
        self,
        process: OrnsteinUhlenbeck,
        dim: int,
        settings: Settings,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        sizes = [dim + 8, *[settings.width] * settings.depth, dim]
        layers = [nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
        self.process, self.layers = process, nn.ModuleList(layers)
        for layer in layers:
            bound = 1 / math.sqrt(layer.in_features)
            for weight in layer.parameters():
                uniform = draw(torch.rand, tuple(weight.shape), generator, weight)
                weight.data = bound * (2 * uniform - 1)

    def forward(self, t: Tensor, x: Tensor) -> Tensor:
        """f(t, x) for t (n,) and x (n, d), shape (n, d)."""
        return self.process.alpha(t)[:, None] * x + self.noise(t) * self.correction(t, x)

    def noise(self, t: Tensor) -> Tensor:
        """√h(t), (n, 1)."""
        return self.process.h(t).sqrt()[:, None]

    def correction(self, t: Tensor, x: Tensor) -> Tensor:
        """What the network itself gives, (n, d)."""
        waves = t.log()[:, None] * torch.tensor([0.25, 0.5, 1.0, 2.0]).to(t)
        x = torch.cat((x, waves.sin(), waves.cos()), 1)
        for layer in self.layers[:-1]:
            x = nn.functional.silu(layer(x))
        return self.layers[-1](x)


def train(
    process: OrnsteinUhlenbeck, x: Tensor, settings: Settings, *, generator: Generator | None = None
) -> DeepNet:
    """Train on points x (n, d), with fresh times and noise in each batch; the averaged network."""
    validate.points("x", x)
    net = DeepNet(process, x.shape[1], settings, generator=generator)
    adam = torch.optim.Adam(net.parameters(), lr=settings.rate)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(adam, settings.steps)
    mean = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings.average)
    )
    for _ in range(settings.steps):
        rows = torch.randint(len(x), (BATCH,), generator=generator).to(x.device)
        adam.zero_grad()
        loss(net, x[rows], generator=generator).backward()
        adam.step()
        cosine.step()
        mean.update_parameters(net)
    return cast("DeepNet", mean.module).requires_grad_(False)


def loss(net: DeepNet, x: Tensor, draws: int = 1, *, generator: Generator | None = None) -> Tensor:
    """Mean ‖f − X_0‖² / h over log-uniform times: each noise level counts alike."""
    data = net.process.regression(x, draws, "log", generator=generator)
    off = (net(data.t, data.x_t) - data.x_0) / net.noise(data.t)
    return off.square().sum(1).mean()
