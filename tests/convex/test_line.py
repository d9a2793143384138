"""Networks on a line: reference values, the dense program, regimes, and invariances."""

from __future__ import annotations

import cvxpy as cp
import dense_convex
import numpy as np
import pytest
import torch
from convex_data import NETWORKS, normal, regression, tied, two_modes
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from scorelab import GaussianMixture, OrnsteinUhlenbeck, convex

network = pytest.mark.parametrize(("activation", "skip"), NETWORKS)
anything = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize(
    ("activation", "skip", "beta", "value"),
    [
        ("abs", False, 15, -0.863272),
        ("abs", False, 5, -9.070330),
        ("relu", False, 5, -8.989246),
        ("relu", True, 2, -14.418087),
        ("abs", True, 5, -14.033418),
    ],
)
def test_reference_values(activation: str, skip: bool, beta: float, value: float) -> None:
    fit = convex.score_matching(normal(), beta, activation, skip)
    assert fit.objective == pytest.approx(value, abs=1e-6)


@network
@pytest.mark.parametrize("data", [normal(30), tied(), two_modes(35)], ids=["normal", "tied", "two"])
def test_score_matching_is_the_dense_program(data: Tensor, activation: str, skip: bool) -> None:
    for beta in (5.0, 8.0, 20.0):
        fit = convex.score_matching(data, beta, activation, skip)
        dense = dense_convex.optimum(data[:, 0].numpy(), beta, activation, skip)
        assert fit.objective == pytest.approx(dense, rel=1e-6, abs=1e-7)


@network
@pytest.mark.parametrize("data", [normal(30), tied()], ids=["normal", "tied"])
def test_denoising_is_the_dense_program(data: Tensor, activation: str, skip: bool) -> None:
    labels = regression(data)
    for beta in (0.02, 0.5, 30.0):
        fit = convex.denoising(data, labels, beta, activation, skip=skip)
        x, y = data[:, 0].numpy(), labels[:, 0].numpy()
        dense = dense_convex.optimum(x, beta, activation, skip, y)
        assert fit.objective == pytest.approx(dense, rel=1e-6)


@pytest.mark.parametrize("activation", ["relu", "abs"])
def test_coordinate_descent_arrives_there(activation: str) -> None:
    x, beta = normal(5, number=3), 2.5
    slow = dense_convex.coordinate_descent(x[:, 0].numpy(), beta, activation, sweeps=3000)
    fit = convex.score_matching(x, beta, activation, skip=False)
    assert fit.objective == pytest.approx(slow, abs=1e-6)


@pytest.mark.parametrize("beta", [0.01, 0.1, 0.3, 2.0, 50.0])
def test_relu_denoising_with_skip_is_trend_filtering(beta: float) -> None:

    x, labels = normal(40), regression(normal(40))
    order = x[:, 0].argsort()
    places, values = x[order, 0].numpy(), labels[order, 0].numpy()
    f = cp.Variable(40)
    bends = cp.diff(cp.diff(f) / np.diff(places))
    loss = cp.sum_squares(f - values) / 2 + beta * cp.norm1(bends)
    program = cp.Problem(cp.Minimize(loss))
    program.solve(solver=cp.CLARABEL)
    fit = convex.denoising(x, labels, beta)
    assert fit.objective == pytest.approx(program.value, rel=1e-6)
    np.testing.assert_allclose(fit.score(x[order])[:, 0].numpy(), f.value, atol=1e-4)


# The network


def autograd_loss(x: Tensor, fit: convex.Fit) -> float:
    """The loss again, its derivative by autograd and the network written out neuron by neuron."""
    (w, b, a), (v, b2) = fit.neurons, fit.linear
    x = x.clone().requires_grad_()
    s = v * x + b2
    for r in range(len(w)):
        pre = w[r] * x + b[r]
        s = s + a[r] * (pre.abs() if fit.activation == "abs" else pre.clamp_min(0))
    (slope,) = torch.autograd.grad(s.sum(), x)
    decay = fit.beta / 2 * (w.square().sum() + a.square().sum())
    return float((slope.sum() + s.square().sum() / 2 + decay).detach())


@network
@pytest.mark.parametrize("data", [normal(30), tied(), 1e4 + tied()], ids=["normal", "tied", "far"])
def test_the_network_has_that_very_loss(data: Tensor, activation: str, skip: bool) -> None:
    for beta in (6.0, 12.0):
        fit = convex.score_matching(data, beta, activation, skip)
        assert autograd_loss(data, fit) == pytest.approx(fit.objective, rel=1e-7)


@network
def test_kinks_lie_at_data_and_are_few(activation: str, skip: bool) -> None:
    x = two_modes(200)
    w, b, _ = convex.score_matching(x, 12.0, activation, skip).neurons
    kinks = -b / w[:, 0]
    assert float((kinks[:, None] - x[:, 0]).abs().min(dim=1).values.max()) < 1e-12
    assert 0 < len(kinks.unique()) < 30


@network
def test_neurons_are_balanced(activation: str, skip: bool) -> None:
    # |w| = |a| is what turns weight decay into an absolute value.
    w, _, a = convex.score_matching(normal(30), 6.0, activation, skip).neurons
    torch.testing.assert_close(w.abs(), a.abs())


@network
@pytest.mark.parametrize("beta", [2.5, 6.0, 29.0])
def test_the_gap_is_small_and_the_bound_below_the_dense_value(
    activation: str, skip: bool, beta: float
) -> None:
    x = normal(30)
    fit = convex.score_matching(x, beta, activation, skip)
    assert 0 <= fit.gap <= 1e-6 * abs(fit.objective)
    dense = dense_convex.optimum(x[:, 0].numpy(), beta, activation, skip)
    assert fit.lower_bound <= dense + 1e-6 * abs(dense)


@network
@anything
@given(number=st.integers(0, 10**6), width=st.integers(1, 12), size=st.floats(0.05, 3))
def test_no_network_beats_the_bound(
    activation: str, skip: bool, number: int, width: int, size: float
) -> None:
    generator = torch.Generator().manual_seed(number)
    w, a = (size * torch.randn(width, 1, generator=generator).double() for _ in range(2))
    b, b2 = torch.randn(width, generator=generator).double(), torch.randn(1).double()
    v = -torch.rand(1, 1, generator=generator).double() * skip
    x, beta = normal(), 4.0
    fit = convex.score_matching(x, beta, activation, skip)
    loss = convex.score_matching_loss(x, (w, b, a), (v, b2), beta, activation)
    assert fit.gap_of(float(loss)) >= 0


@network
def test_large_n(activation: str, skip: bool) -> None:
    fit = convex.score_matching(normal(3000), 0.5 * 3000**0.5, activation, skip)
    assert fit.gap <= 1e-6 * abs(fit.objective)


# Regimes


@pytest.mark.parametrize("activation", ["relu", "abs"])
def test_with_skip_the_score_is_gaussian_above_the_threshold(activation: str) -> None:
    x = normal(50)
    mean, v = x.mean(), x.var(correction=0)
    a0, c = dense_convex.columns(x[:, 0].numpy(), activation)
    threshold = np.abs(c - (a0 - a0.mean(0)).T @ (x - mean)[:, 0].numpy() / float(v)).max()
    grid = torch.linspace(-50, 50, 101).double()[:, None]
    above = convex.score_matching(x, threshold * 1.0001, activation)
    torch.testing.assert_close(above.score(grid), -(grid - mean) / v, atol=1e-6, rtol=1e-6)
    assert above.objective == pytest.approx(-50 / (2 * float(v)), rel=1e-9)
    assert len(above.neurons[0]) == 0
    below = convex.score_matching(x, threshold * 0.99, activation)
    assert len(below.neurons[0]) > 0
    assert below.objective < above.objective - 1e-6


@pytest.mark.parametrize("skip", [True, False])
@pytest.mark.parametrize("activation", ["relu", "abs"])
def test_the_score_bends_just_below_the_threshold(activation: str, skip: bool) -> None:
    x = two_modes(60)
    threshold = convex.gaussian_beta(x, activation, skip)
    for share, bends in ((1.01, False), (0.98, True)):
        s = convex.score_matching(x, share * threshold, activation, skip).score(x)
        order = x[:, 0].argsort()
        slopes = s[order].diff(dim=0) / x[order].diff(dim=0)
        assert (float(slopes.max() - slopes.min()) > 1e-3) == bends


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("share", [0.75, 0.95])
def test_without_skip_weight_decay_inflates_the_variance(activation: str, share: float) -> None:
    x = normal(50)
    n, v, beta = 50, float(x.var(correction=0)), share * 50
    fit = convex.score_matching(x, beta, activation, skip=False)
    torch.testing.assert_close(
        fit.score(x), -(n - beta) / (n * v) * (x - x.mean()), atol=1e-6, rtol=0
    )
    assert fit.objective == pytest.approx(-((n - beta) ** 2) / (2 * n * v), rel=1e-6)


def test_abs_without_skip_is_constant_outside_the_data() -> None:
    fit = convex.score_matching(normal(50), 45.0, "abs", skip=False)
    far = torch.tensor([[-20.0], [-5.0], [5.0], [20.0]]).double()
    left, left2, right, right2 = fit.score(far)[:, 0].tolist()
    assert left == pytest.approx(left2, abs=1e-5) and right == pytest.approx(right2, abs=1e-5)
    assert left > 0 > right


@pytest.mark.parametrize("activation", ["relu", "abs"])
def test_without_skip_nothing_is_learnt_at_beta_n(activation: str) -> None:
    fit = convex.score_matching(normal(20), 20.0, activation, skip=False)
    assert float(fit.score(normal(20)).abs().max()) < 1e-4
    assert fit.objective == pytest.approx(0, abs=1e-8)
    assert len(convex.score_matching(normal(20), 21.0, activation, skip=False).neurons[0]) == 0


def test_the_score_of_a_gaussian_is_found_from_noisy_labels() -> None:
    process, t = OrnsteinUhlenbeck(), 0.5
    law = GaussianMixture([[0.7]], [0.8])
    x0 = law.sample(4000, generator=torch.Generator().manual_seed(0)).double()
    noisy = process.perturb(x0, t, generator=torch.Generator().manual_seed(1))
    alpha, h = float(process.alpha(t)), float(process.h(t))
    fit = convex.denoising(noisy, (alpha * x0 - noisy) / h, 400.0)
    grid = torch.linspace(-1.5, 3, 50).double()[:, None]
    exact = -(grid - 0.7 * alpha) / (alpha**2 * 0.64 + h)
    assert float((fit.score(grid) - exact).abs().max()) < 0.1


# Properties


@network
@anything
@given(
    number=st.integers(0, 10**6),
    shift=st.floats(-100, 100),
    scale=st.floats(0.01, 100),
    mirror=st.booleans(),
)
def test_score_matching_follows_the_units(
    activation: str, skip: bool, number: int, shift: float, scale: float, mirror: bool
) -> None:
    # x → a x + m takes s to s/a, the loss to loss/a² and leaves β: it counts data.
    x, a = normal(15, number), -scale if mirror else scale
    fit = convex.score_matching(x, 3.0, activation, skip)
    moved = convex.score_matching(a * x + shift, 3.0, activation, skip)
    assert moved.objective * a**2 == pytest.approx(fit.objective, rel=1e-6)
    torch.testing.assert_close(moved.score(a * x + shift) * a, fit.score(x), rtol=1e-3, atol=1e-3)


@network
@anything
@given(number=st.integers(0, 10**6), scale=st.floats(0.01, 100), height=st.floats(0.01, 100))
def test_denoising_follows_the_units(
    activation: str, skip: bool, number: int, scale: float, height: float
) -> None:
    x = normal(15, number)
    labels = regression(x, number)
    fit = convex.denoising(x, labels, 0.3, activation, skip=skip)
    other = convex.denoising(
        scale * x - 3, height * labels, 0.3 * height * scale, activation, skip=skip
    )
    assert other.objective == pytest.approx(height**2 * fit.objective, rel=1e-6)


@anything
@given(number=st.integers(0, 10**6), beta=st.floats(1.05, 30))
def test_abs_with_skip_is_relu_with_skip_at_half_of_beta(number: int, beta: float) -> None:
    # |x| = 2 x₊ − x: the same function, a kink of 2 for the price of one.
    x = normal(15, number)
    relu, absolute = (
        convex.score_matching(x, 2 * beta if kind == "abs" else beta, kind)
        for kind in ("relu", "abs")
    )
    assert absolute.objective == pytest.approx(relu.objective, rel=1e-6)
    torch.testing.assert_close(absolute.score(x), relu.score(x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("n", "beta", "activation", "skip"),
    [
        *((1000, 1.2, "relu", True), (1000, 1.01, "relu", False)),
        *((5000, 2.0, "relu", True), (1000, 2.1, "abs", True)),
    ],
)
def test_a_tube_hardly_wider_than_a_datum_has_its_optimum(
    n: int, beta: float, activation: str, skip: bool
) -> None:
    """The score is of size 10⁴ there, and the beam's fall n times as wide as its tube."""
    fit = convex.score_matching(normal(n), beta, activation, skip)
    assert fit.gap <= 1e-5 * abs(fit.objective)
