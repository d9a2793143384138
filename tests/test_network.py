"""The network by hand against the network by autograd, and the fused loops against plain torch."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest
from torch import Generator, Tensor
from torch.func import jacrev

from scorelab import OrnsteinUhlenbeck, TwoLayerNet, ntk

PROCESS = OrnsteinUhlenbeck()
# Rows, dimensions and widths that fill the padded blocks of the fused loops, and that do not.
ROWS, DIMS, WIDTHS = (1, 3, 8, 33), (1, 2, 3, 5, 14), (2, 6, 34, 128)


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def features(n: int, dim: int, number: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    x = torch.randn(n, dim, dtype=dtype, generator=seed(number))
    return PROCESS.features(torch.linspace(0.02, 3, n, dtype=dtype), x)


def network(dim: int, width: int, dtype: torch.dtype = torch.float64, number: int = 1):
    return TwoLayerNet(PROCESS, dim, width, generator=seed(number), dtype=dtype)


def moved(net: TwoLayerNet) -> TwoLayerNet:
    """The network away from its antisymmetric start, where it would only say zero."""
    noise = torch.randn(net.weight.shape, dtype=net.weight.dtype, generator=seed(9))
    return net.with_weight(net.weight + noise)


def formula(net: TwoLayerNet, weight: Tensor, z: Tensor) -> Tensor:
    """m^{−1/2} Σ_r a_r relu(w_r · z), neuron by neuron and differentiable."""
    neurons = zip(weight, net.signs, strict=True)
    return sum((z @ w).relu()[..., None] * a for w, a in neurons) / math.sqrt(net.width)


def test_the_network_says_zero_at_the_start() -> None:
    for dtype in (torch.float32, torch.float64):
        net, z = network(2, 256, dtype), features(50, 2, dtype=dtype)
        assert net.forward(z).abs().max() < 1e-5
        assert moved(net).forward(z).abs().max() > 0.5


def test_the_start_is_the_usual_one_twice() -> None:
    net = network(3, 4000)
    half, signs = net.weight[:2000], net.signs[:2000]
    assert torch.equal(net.weight[2000:], half) and torch.equal(net.signs[2000:], -signs)
    assert kstest(half.flatten().numpy(), "norm").pvalue > 0.01
    assert set(signs.flatten().tolist()) == {-1.0, 1.0}
    assert signs.mean(0).abs().max() < 0.1  # and the signs of two outputs are independent
    assert (signs.T @ signs / 2000 - torch.eye(3).double()).abs().max() < 0.1


def test_the_forward_pass_is_the_formula() -> None:
    net, z = moved(network(3, 10)), features(7, 3)
    torch.testing.assert_close(net.forward(z), formula(net, net.weight, z))
    t, x = z[:, 3] + PROCESS.t_min, z[:, :3]
    torch.testing.assert_close(net(t, x), net.forward(z))


@pytest.mark.parametrize("dim", DIMS)
def test_the_fused_forward_pass_is_the_plain_one(dim: int) -> None:
    for n in ROWS:
        for width in WIDTHS:
            net, z = moved(network(dim, width, torch.float32)), features(n, dim).float()
            plain = (z @ net.weight.T).relu() @ net.signs / math.sqrt(width)
            torch.testing.assert_close(net.forward(z), plain, atol=1e-5, rtol=1e-5)


def test_no_rows_give_no_rows() -> None:
    for dtype in (torch.float32, torch.float64):
        nothing = torch.ones(0, 3, dtype=dtype)
        assert network(3, 8, dtype)(nothing[:, 0], nothing).shape == (0, 3)


def test_where_the_fused_loops_cannot_go_torch_does() -> None:
    net = moved(network(2, 16, torch.float32))
    z = features(5, 2).float().requires_grad_()
    (gradient,) = torch.autograd.grad(net.forward(z).sum(), z)
    assert gradient.abs().max() > 0
    torch.testing.assert_close(net.forward(z).detach(), net.forward(z.detach()))


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_the_gradient_by_hand_is_autograds(dim: int) -> None:
    net, z = moved(network(dim, 12)), features(9, dim)
    labels = torch.randn(9, dim, dtype=z.dtype, generator=seed(5))
    weight = net.weight.clone().requires_grad_()
    loss = (formula(net, weight, z) - labels).square().sum() / 18
    by_hand, value = net.gradient(z, labels)
    torch.testing.assert_close(by_hand, torch.autograd.grad(loss, weight)[0])
    torch.testing.assert_close(value, loss.detach())


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_the_empirical_kernel_is_a_product_of_jacobians(dim: int) -> None:
    net, z1, z2 = moved(network(dim, 14)), features(6, dim), features(4, dim, number=3)

    def jacobian(z: Tensor) -> Tensor:
        return jacrev(lambda weight: formula(net, weight, z))(net.weight)  # (n, d, m, p)

    whole = torch.einsum("aimp,bjmp->ijab", jacobian(z1), jacobian(z2))
    trace = torch.einsum("iiab->ab", whole)
    torch.testing.assert_close(net.empirical_ntk(z1, z2), trace / dim)
    for i in range(dim):
        for j in range(dim):
            torch.testing.assert_close(net.cross_ntk(z1, z2, i, j), whole[i, j])


@pytest.mark.slow
def test_neurons_active_at_both_are_counted_one_by_one() -> None:
    net, z1, z2 = network(2, 4000), features(3, 2), features(4, 2, number=3)
    for i, a in enumerate(z1):
        assert net.active(z1)[i].tolist() == [bool(w @ a > 0) for w in net.weight]
        for j, b in enumerate(z2):
            both = sum(bool(w @ a > 0 and w @ b > 0) for w in net.weight) / 4000
            assert net.active_at_both(z1, z2)[i, j] == pytest.approx(both)
    angle = torch.nn.functional.cosine_similarity(z1[:, None], z2, dim=2).arccos()
    chance = (math.pi - angle) / (2 * math.pi)
    torch.testing.assert_close(net.active_at_both(z1, z2), chance, atol=0.05, rtol=0)


def test_the_empirical_kernel_tends_to_the_limit_as_one_over_the_root_of_the_width() -> None:
    z = features(20, 2)
    limit = ntk(z, z)

    def error(width: int) -> float:
        nets = (network(2, width, number=k) for k in range(30))
        square = [(net.empirical_ntk(z, z) - limit).square().mean() for net in nets]
        return float(torch.stack(square).mean().sqrt())

    assert error(64) / error(1024) == pytest.approx(4, rel=0.25)


def test_the_order_of_rows_and_neurons_does_not_matter() -> None:
    net, z = moved(network(2, 32, torch.float32)), features(11, 2).float()
    rows, neurons = torch.randperm(11, generator=seed()), torch.randperm(32, generator=seed(1))
    shuffled = net.with_weight(net.weight[neurons])
    shuffled.signs = net.signs[neurons]
    torch.testing.assert_close(shuffled.forward(z[rows]), net.forward(z)[rows])


@given(st.integers(1, 20), st.integers(1, 6), st.integers(1, 40))
def test_shapes(n: int, dim: int, pairs: int) -> None:
    net = network(dim, 2 * pairs, torch.float32)
    assert (net.width, net.dim) == (2 * pairs, dim)
    assert net.weight.shape == (2 * pairs, dim + 2) and net.signs.shape == (2 * pairs, dim)
    assert net(torch.full((n,), 0.5), torch.zeros(n, dim)).shape == (n, dim)


def test_the_seed_decides_the_weights() -> None:
    one, same, other = (network(2, 16, number=k) for k in (3, 3, 4))
    assert torch.equal(one.weight, same.weight) and torch.equal(one.signs, same.signs)
    assert not torch.equal(one.weight, other.weight)


def test_other_weights_leave_the_network_alone() -> None:
    net = network(2, 8)
    before = net.weight.clone()
    changed = moved(net)
    assert torch.equal(net.weight, before) and not torch.equal(changed.weight, before)
    assert changed.signs is net.signs and changed.features is net.features
    assert torch.equal(net.to("cpu").weight, net.weight)


def call(net: TwoLayerNet, n: int, d: int, times: int) -> Tensor:
    return net(torch.ones(times, dtype=torch.float32), torch.ones(n, d))


NET = network(2, 8, torch.float32)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: network(2, 0), "width=0: must be a whole number of at least 2"),
        (lambda: network(2, 1), "width=1: must be a whole number of at least 2"),
        (lambda: network(2, 7), "width=7: must be even: neurons come in pairs"),
        (lambda: network(2, 8.0), r"width=8\.0: must be a whole number of at least 2"),
        (lambda: network(0, 8), "dim=0: must be a whole number of at least 1"),
        (lambda: network(-1, 8), "dim=-1: must be a whole number of at least 1"),
        (lambda: NET.with_weight(torch.ones(8, 3)), r"weight\.shape=\(8, 3\): must be \(8, 4\)"),
        (lambda: NET.forward(torch.ones(5, 3)), r"z\.shape=\(5, 3\): must be \(5, 4\)"),
        (lambda: call(NET, 5, 3, 5), r"z\.shape=\(5, 5\): must be \(5, 4\)"),
        (lambda: call(NET, 5, 1, 5), r"z\.shape=\(5, 3\): must be \(5, 4\)"),
        (lambda: call(NET, 5, 2, 4), r"t\.shape=\(4,\): must be \(5,\)"),
    ],
)
def test_bad_input_is_named(action, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        action()
