"""What the reader of notebook 09 builds, measured: column generation, and a trend filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Generator, Tensor

import scorelab as sl
from scorelab.convex.columns import weights
from scorelab.validate import require

from .measured import noised

#: From points, labels, β and unit neurons w (m, 2), b (m,) to one more of them.
Step: TypeAlias = Callable[[Tensor, Tensor, float, Tensor, Tensor], tuple[Tensor, Tensor]]


def by_columns(step: Step, n: int = 10, beta: float = 0.5, steps: int = 40) -> float:
    """The loss of the neurons that so many steps buy, over the optimum, less one."""
    generator = Generator().manual_seed(0)
    x, labels = torch.randn(2, n, 2, generator=generator).double()
    w, b = torch.zeros(0, 2).double(), torch.zeros(0).double()
    for bought in range(1, steps + 1):
        w, b = step(x, labels, beta, w, b)
        shapes = (tuple(w.shape), tuple(b.shape))
        require(shapes == ((bought, 2), (bought,)), "shapes of w and b", shapes, "one more a step")
        off = float((w.norm(dim=1) - 1).abs().max())
        require(off < 1e-6, "length of w", 1 + off, "every w has length one")
    features, y = (x @ w.T + b).relu(), labels - labels.mean(0)
    features = features - features.mean(0)
    a = torch.from_numpy(weights(features.numpy(), y.numpy(), 0 * w.numpy(), beta))
    loss = (features @ a - y).square().sum() / 2 + beta * a.norm(dim=1).sum()
    return float(loss) / sl.convex.denoising(x, labels, beta, skip=False).objective - 1


def by_trend(fitted: Callable[[Tensor, Tensor, float], Tensor]) -> float:
    """The loss of fitted values over the certified optimum, less one: the worst of six problems."""
    worst = -torch.inf
    for seed in (0, 1):
        _, x, labels = noised(40, seed)
        order = x[:, 0].argsort()
        x, labels = x[order], labels[order]
        for beta in (0.1, 1.0, 5.0):
            f = torch.as_tensor(fitted(x[:, 0].clone(), labels[:, 0].clone(), beta)).reshape(-1)
            require(len(f) == len(x), "f.shape", tuple(f.shape), f"must be ({len(x)},)")
            slopes = f.diff() / x[:, 0].diff()
            loss = (f - labels[:, 0]).square().sum() / 2 + beta * slopes.diff().abs().sum()
            worst = max(worst, float(loss) / sl.convex.denoising(x, labels, beta).objective - 1)
    return worst
