"""Compiling ahead: what an installation does once, so that no reader waits for it."""

from __future__ import annotations

import torch

from .descent import NetworkPath
from .kernel import KernelFlow, ntk
from .network import TwoLayerNet
from .path import Path
from .process import OrnsteinUhlenbeck


def warm_up() -> None:
    """Compile the Numba kernels (about ten seconds, once an installation) and cache them."""
    process = OrnsteinUhlenbeck()
    data = process.regression(torch.zeros(8, 2))
    net = NetworkPath.record(TwoLayerNet(process, 2, 2), data, [1])
    paths: tuple[Path, ...] = (net, KernelFlow(process, data))
    for path in paths:
        path.at(1)(data.t, data.x_t)
    ntk(data.x_t, data.x_t)  # in float32, which the flow does not use
