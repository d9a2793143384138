"""What notebook 04 measures, against autograd, the package's other ways, and known limits."""

from __future__ import annotations

import math

import pytest
import torch

import scorelab as sl
from scorelab.chapters.tangent_kernel import deep, measured, solutions

PROCESS = sl.OrnsteinUhlenbeck()


def problem(width: int = 64) -> tuple[sl.TwoLayerNet, sl.Regression, sl.Regression]:
    draw, ring = torch.Generator().manual_seed(0), sl.GaussianMixture.ring()
    data, test = (PROCESS.regression(ring.sample(30, generator=draw), generator=draw)
                  for _ in range(2))  # fmt: skip
    return sl.TwoLayerNet(PROCESS, 2, width, generator=draw), data, test


def features(data: sl.Regression) -> torch.Tensor:
    return PROCESS.features(data.t, data.x_t)


def test_the_kernel_between_pairs_is_that_of_the_jacobian() -> None:
    net, data, test = problem()

    def outputs(weight: torch.Tensor) -> torch.Tensor:
        z = torch.cat((features(data), features(test)))
        return ((z @ weight.T).relu() @ net.signs).flatten() / math.sqrt(net.width)

    jacobian = torch.autograd.functional.jacobian(outputs, net.weight).flatten(1).double()
    rows, queries = jacobian.split(60)
    found = measured.tangent(features(test), features(data), net)
    torch.testing.assert_close(found, queries @ rows.T, rtol=1e-4, atol=1e-4)


def test_the_limit_has_one_kernel_an_output_and_nothing_between_them() -> None:
    z = features(problem()[1])
    blocks = measured.limit(z, 2).reshape(30, 2, 30, 2)
    torch.testing.assert_close(blocks[:, 1, :, 1], sl.ntk(z, z).double())
    assert not blocks[:, 0, :, 1].any()


def test_what_chance_does_is_split_into_within_and_between_outputs() -> None:
    z = features(problem()[1])
    within, between = measured.chance(z, 32, torch.Generator().manual_seed(1), networks=1)
    net = sl.TwoLayerNet(PROCESS, 2, 32, generator=torch.Generator().manual_seed(1))
    blocks = measured.tangent(z, z, net).reshape(30, 2, 30, 2)
    size = 2 * sl.ntk(z, z).square().sum()
    both = blocks[:, 0, :, 1].square().sum() + blocks[:, 1, :, 0].square().sum()
    own = sum((blocks[:, i, :, i] - sl.ntk(z, z)).square().sum() for i in (0, 1))
    assert between == pytest.approx(float(both / size), rel=1e-4)
    assert within == pytest.approx(float(own / size), rel=1e-4)


def test_a_frozen_kernel_learns_what_steps_one_by_one_learn() -> None:
    net, data, test = problem()
    k = measured.tangent(features(data), features(data), net) / 30
    query = measured.tangent(features(test), features(data), net) / 30
    residual, found = -data.x_0.double().reshape(-1, 1), torch.zeros(60, 1).double()
    for _ in range(20):
        found, residual = found - query @ residual, residual - k @ residual
    ours = measured.frozen(query, k, data.x_0, 1.0, 20)
    torch.testing.assert_close(ours, found.reshape(30, 2))


def test_distances_begin_at_nothing_and_frozen_and_real_agree_for_one_step() -> None:
    net, data, test = problem(4096)
    ((network, still, moved),) = measured.distances(net, data, test, [1])
    assert network == pytest.approx(still, rel=0.02)
    assert moved < network / 5


def test_kernels_on_the_way_are_those_of_the_networks_on_the_way() -> None:
    net, data, test = problem()
    rows, queries, end = measured.kernels(net, data, test, [0, 50], 1.0)
    assert rows.shape == queries.shape == (2, 60, 60)
    (last,) = sl.descend(net, data, [50], 1.0)
    assert torch.equal(end.weight, last.net.weight)
    torch.testing.assert_close(
        rows[1] * 30, measured.tangent(features(data), features(data), last.net)
    )


def test_directions_not_learned_yet_weigh_less() -> None:
    aim = torch.diag(torch.tensor([1.0, 1e-3]).double())
    steep, flat = torch.diag(torch.tensor([0.1, 0.0])), torch.diag(torch.tensor([0.0, 0.1]))
    assert measured.weighed(aim + steep, aim, 1.0, 10) == pytest.approx(0.1 / 1.1)
    assert measured.weighed(aim + flat, aim, 1.0, 10) == pytest.approx(0.1 / 0.101)


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_a_spectrum_falls_and_adds_up_to_half_the_mean_square_length(dim: int) -> None:
    values = measured.spectrum(dim, 50, 0)
    assert len(values) == 50 and bool((values.diff() <= 0).all())
    shorter = measured.spectrum(dim, 50, 0, bias=False)  # the 1 in z is ½ of the trace
    assert float(values.sum() - shorter.sum()) == pytest.approx(0.5, rel=1e-4)


def test_a_deep_network_s_kernel_is_that_of_its_jacobian_and_tends_to_the_recursion() -> None:
    z = torch.randn(6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = deep.deep_tangent(z, 10, 2, torch.Generator().manual_seed(1))
    draw = torch.Generator().manual_seed(1)
    shapes = (10, 3), (10, 10), (1, 10)
    weights = [torch.randn(shape, generator=draw, dtype=torch.float64) for shape in shapes]

    def outputs(*weights: torch.Tensor) -> torch.Tensor:
        hidden = z
        for w in weights[:-1]:
            hidden = math.sqrt(2 / 10) * (hidden @ w.T).relu()
        return (hidden @ weights[-1].T)[:, 0]

    parts = torch.autograd.functional.jacobian(outputs, tuple(weights))
    jacobian = torch.cat([part.flatten(1) for part in parts], dim=1)
    torch.testing.assert_close(found, jacobian @ jacobian.T)
    wide = deep.deep_tangent(z, 3000, 2, draw)
    limit = solutions.deep_kernel(z, z, 2)
    assert float((wide - limit).norm() / limit.norm()) < 0.1


def test_the_best_stop_is_where_the_risk_is_least() -> None:
    _, data, _ = problem()
    flow = sl.KernelFlow(PROCESS, data)
    risk = torch.linspace(-1, 1, len(flow.stops)).square() + 3
    least, step = measured.best_stop(risk, flow)
    assert least == pytest.approx(3, abs=1e-3)
    assert step in flow.stops[len(flow.stops) // 2 - 1 : len(flow.stops) // 2 + 1]
