"""What notebook 04 measures of kernels and networks, and nobody reads in class."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Generator, Tensor

from scorelab.descent import descend
from scorelab.flow import Flow
from scorelab.kernel import KernelFlow, ntk
from scorelab.network import TwoLayerNet
from scorelab.process import OrnsteinUhlenbeck, Regression
from scorelab.targets import GaussianMixture


def tangent(z1: Tensor, z2: Tensor, net: TwoLayerNet) -> Tensor:
    """K between all pairs (row, output) of z1 and z2, (n1 d, n2 d), in float64."""
    signed = [(net.active(z).to(z.dtype)[:, None, :] * net.signs.T).flatten(0, 1) for z in (z1, z2)]
    products = (z1 @ z2.T).repeat_interleave(net.dim, 0).repeat_interleave(net.dim, 1)
    return (products * (signed[0] @ signed[1].T) / net.width).double()


def limit(z: Tensor, outputs: int) -> Tensor:
    """What ``tangent`` of z with itself tends to: κ for each output, 0 between two of them."""
    return torch.kron(ntk(z, z).double(), torch.eye(outputs).double())


def chance(z: Tensor, width: int, generator: Generator, networks: int = 8) -> tuple[float, float]:
    """Mean of ‖K − κ I‖² / ‖κ I‖² before training: within the outputs, and between two of them."""
    process, aim = OrnsteinUhlenbeck(), limit(z, 2)
    own = torch.eye(2).repeat(len(z), len(z)).bool()
    squares = torch.zeros(2)
    for _ in range(networks):
        net = TwoLayerNet(process, 2, width, generator=generator)
        off = (tangent(z, z, net) - aim).square()
        squares += torch.stack((off[own].sum(), off[~own].sum())) / aim.square().sum() / networks
    return float(squares[0]), float(squares[1])


def frozen(k_query: Tensor, k: Tensor, labels: Tensor, step_size: float, steps: int) -> Tensor:
    """Equation (9) for kernels between pairs (row, output) divided by n; predictions (q, d)."""
    values, vectors = torch.linalg.eigh(k)
    values = values.clamp_min(1e-15)
    fitted = (1 - (1 - step_size * values) ** steps) / values
    projected = vectors.T @ labels.double().reshape(-1, 1)
    return (k_query @ (vectors @ (fitted[:, None] * projected))).reshape(-1, labels.shape[1])


def apart(one: Tensor, other: Tensor, scale: Tensor) -> float:
    """‖one − other‖ / ‖scale‖."""
    return float((one.double() - other.double()).norm() / scale.double().norm())


def distances(
    net: TwoLayerNet, data: Regression, test: Regression, stops: Iterable[int]
) -> list[tuple[float, float, float]]:
    """At each stop: network to limit, frozen network to limit, network to frozen network.

    Of predictions on ``test``, relative to those of the limit, which is the kernel flow. The
    frozen network is solved by (9) with the kernel of the start.
    """
    flow = KernelFlow(OrnsteinUhlenbeck(), data)
    z, query = (net.features(part.t, part.x_t) for part in (data, test))
    k, k_query = tangent(z, z, net) / len(z), tangent(query, z, net) / len(z)
    found = []
    for now in descend(net, data, stops, flow.step_size):
        aim, seen = flow.at(now.step)(test.t, test.x_t), now.net(test.t, test.x_t)
        still = frozen(k_query, k, data.x_0, flow.step_size, now.step)
        found.append((apart(seen, aim, aim), apart(still, aim, aim), apart(seen, still, aim)))
    return found


def kernels(
    net: TwoLayerNet, data: Regression, test: Regression, stops: Iterable[int], step_size: float
) -> tuple[Tensor, Tensor, TwoLayerNet]:
    """K/n on the rows (stops, n d, n d), from test to rows, and the network at the last stop."""
    z, query = (net.features(part.t, part.x_t) for part in (data, test))
    nets = [now.net for now in descend(net, data, stops, step_size)]
    rows = torch.stack([tangent(z, z, each) / len(z) for each in nets])
    return rows, torch.stack([tangent(query, z, each) / len(z) for each in nets]), nets[-1]


def weighed(k: Tensor, aim: Tensor, step_size: float, steps: int) -> float:
    """‖C (K − κ) C‖ with C = (κ + 1/(ητ))^(−1/2): directions not learned yet count less."""
    values, vectors = torch.linalg.eigh(aim)
    root = vectors * (values.clamp_min(0) + 1 / (step_size * steps)).rsqrt() @ vectors.T
    return float((root @ (k - aim) @ root).norm())


def spectrum(dim: int, rows: int, seed: int, bias: bool = True) -> Tensor:
    """Eigenvalues of κ/n, descending, for rows of a mixture in ``dim`` dimensions.

    Without ``bias`` the last entry of z, the 1, is left out.
    """
    draw, process = Generator().manual_seed(seed), OrnsteinUhlenbeck()
    data = process.regression(_mixture(dim).sample(rows, generator=draw), generator=draw)
    z = process.features(data.t, data.x_t).double()
    z = z if bias else z[:, :-1]
    return torch.linalg.eigvalsh(ntk(z, z) / rows).flip(0)


def _mixture(dim: int) -> GaussianMixture:
    """Modes of standard deviation .25: the line, the ring, or four on a sphere of radius 1.5."""
    if dim == 1:
        return GaussianMixture.line()
    if dim == 2:
        return GaussianMixture.ring()
    means = torch.randn(4, dim, generator=Generator().manual_seed(7))
    return GaussianMixture(1.5 * torch.nn.functional.normalize(means), [0.25] * 4)


def best_stop(risk: Tensor, flow: Flow) -> tuple[float, int]:
    """The least of risks (T,) at the stops of a flow, and the step at which it is reached."""
    return float(risk.min()), flow.stops[int(risk.argmin())]
