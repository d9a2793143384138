"""The experiment of notebook 04: tangent kernels of real networks with several layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Generator, Tensor


def from_networks(kernel: Callable[[Tensor, Tensor, int], Tensor]) -> float:
    """How far a kernel of three layers is from the mean of 80 networks', over the latter.

    A ValueError for another shape. The rows are at all angles from each other.
    """
    z, aim = the_networks()
    found = torch.as_tensor(kernel(z.clone(), z.clone(), 3))
    if found.shape != aim.shape:
        raise ValueError(f"has shape {tuple(found.shape)}, expected {tuple(aim.shape)}")
    return float((found.double() - aim).norm() / aim.norm())


@cache
def the_networks() -> tuple[Tensor, Tensor]:
    """Thirty rows (30, 3), and the mean over 80 networks of their tangent kernel (30, 30)."""
    draw = Generator().manual_seed(5)
    z = torch.randn(30, 3, generator=draw, dtype=torch.float64)
    return z, torch.stack([deep_tangent(z, 400, 3, draw) for _ in range(80)]).mean(0)


def deep_tangent(z: Tensor, width: int, layers: int, generator: Generator) -> Tensor:
    """The tangent kernel (n, n) of one random relu network, all of whose layers are trained.

    Weights from N(0, 1), hidden layers √(2/m) relu(·), one output. Forward for what each layer is
    given, backward for how the output depends on what it makes; a layer's part of the kernel is
    the product of the two Gram matrices.
    """
    given, slopes, weights = [z], [], []
    for _ in range(layers):
        weights.append(torch.randn(width, given[-1].shape[1], generator=generator, dtype=z.dtype))
        pre = given[-1] @ weights[-1].T
        slopes.append((pre > 0).to(z.dtype))
        given.append((2 / width) ** 0.5 * pre.relu())
    back = torch.randn(1, width, generator=generator, dtype=z.dtype).expand(len(z), -1)
    kernel = given[-1] @ given[-1].T
    for layer in reversed(range(layers)):
        back = (2 / width) ** 0.5 * back * slopes[layer]
        kernel = kernel + (back @ back.T) * (given[layer] @ given[layer].T)
        back = back @ weights[layer]
    return kernel
