"""The experiment of notebook 03: networks whose largest stable step size is to be found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from scorelab.descent import descend
from scorelab.network import TwoLayerNet
from scorelab.process import OrnsteinUhlenbeck, Regression
from scorelab.targets import GaussianMixture

from . import measured


def farthest_border(find: Callable[[Callable[[float], Tensor]], float]) -> float:
    """What an answer finds, over 2/λ_max, on the network where it is farthest from it."""
    ratios = []
    for net, data in wide_networks():
        start = measured.kernel(measured.activations(net, data), net, data)
        top = float(torch.linalg.eigvalsh(start.double())[-1])
        border = torch.as_tensor(find(trainings(net, data))).reshape(())
        ratios.append(float(border) * top / 2)
    return max(ratios, key=lambda ratio: abs(math.log(max(ratio, 1e-9))))


def wide_networks() -> Iterator[tuple[TwoLayerNet, Regression]]:
    """Two networks whose borders differ by half, so that no constant is near both."""
    process = OrnsteinUhlenbeck()
    for radius in (0.5, 2.0):
        draw = Generator().manual_seed(2)
        x_0 = GaussianMixture.ring(radius=radius).sample(100, generator=draw)
        data = process.regression(x_0, times="log", generator=draw)
        yield TwoLayerNet(process, 2, 1024, generator=draw), data


def trainings(net: TwoLayerNet, data: Regression) -> Callable[[float], Tensor]:
    """The mean square error (41,) of 40 steps as a function of the step size; inf where lost."""

    def errors(step_size: float) -> Tensor:
        found = torch.full((41,), math.inf)
        try:
            for now in descend(net, data, range(41), float(step_size)):
                found[now.step] = 2 * now.train_loss
        except ValueError:  # it is no finite number any more
            pass
        return found

    return errors
