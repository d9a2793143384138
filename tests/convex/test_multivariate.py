"""Networks in the plane, against dense programs in CVXPY and trained networks."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest
import torch
from convex_data import rows
from dense_convex import optimum_of_patterns as dense
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from torch import Generator, Tensor

from scorelab import convex


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("beta", [0.3, 2.0])
def test_one_output_is_the_dense_program_of_all_patterns(
    activation: str, skip: bool, beta: float
) -> None:
    x, y = rows(7, seed=3)
    wanted = [dense(x.numpy(), y[:, k].numpy(), beta, activation, skip) for k in (0, 1)]
    found = convex.denoising(x, y, beta, activation, skip=skip, outputs="separate")
    assert found.objective == pytest.approx(sum(wanted), rel=2e-6)
    assert 0 <= found.gap <= 2e-6 * found.objective
    single = convex.denoising(x, y[:, :1], beta, activation, skip=skip)
    assert single.objective == pytest.approx(wanted[0], rel=2e-6)


@pytest.mark.parametrize(("activation", "beta"), [("relu", 4.0), ("abs", 6.0)])
@pytest.mark.parametrize("skip", [False, True])
def test_score_matching_is_the_dense_program_of_all_patterns(
    activation: str, beta: float, skip: bool
) -> None:
    x = rows(7, seed=4)[0]
    wanted = sum(dense(x.numpy(), None, beta, activation, skip, output=k) for k in (0, 1))
    found = convex.score_matching(x, beta, activation, skip, outputs="separate")
    joint = convex.score_matching(x, beta, activation, skip)
    assert joint.objective <= found.objective + 1e-5
    assert joint.gap <= 1e-5 * abs(joint.objective)
    assert found.objective == pytest.approx(wanted, rel=3e-6)
    assert found.gap <= 1e-5 * abs(wanted)
    loss = convex.score_matching_loss(x, found.neurons, found.linear, beta, activation)
    assert found.objective == pytest.approx(float(loss))


# Against trained networks


def trained(x: Tensor, y: Tensor, beta: float, activation: str, seed: int, width: int) -> float:
    """The loss of a network after L-BFGS from a random start."""
    draws = np.random.default_rng(seed)
    sizes = [(width, 2), (width,), (width, 2), (2,)]
    parts = np.cumsum([0, *(int(np.prod(size)) for size in sizes)])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        theta = torch.tensor(flat, requires_grad=True)
        w, b, a, b2 = (
            theta[i:j].reshape(size) for i, j, size in zip(parts, parts[1:], sizes, strict=False)
        )
        value = convex.denoising_loss(
            x, y, (w, b, a), (torch.zeros(2, 2).double(), b2), beta, activation
        )
        return float(value.detach()), torch.autograd.grad(value, theta)[0].numpy()

    return minimize(
        loss,
        draws.standard_normal(parts[-1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 3000, "maxfun": 4000},
    ).fun


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["relu", "abs"])
def test_no_trained_network_is_below_the_joint_optimum_and_the_best_of_many_is_at_it(
    activation: str,
) -> None:
    x, y = rows(6, seed=6)
    fit = convex.denoising(x, y, 1.0, activation, skip=False)
    losses = [trained(x, y, 1.0, activation, seed, width=12) for seed in range(15)]
    assert min(losses) >= fit.lower_bound
    assert min(losses) == pytest.approx(fit.objective, rel=1e-2)
    assert all(fit.gap_of(loss) >= 0 for loss in losses)


def test_the_joint_optimum_is_that_of_a_fine_grid_of_neurons() -> None:
    x, y = (each.numpy() for each in rows(6, seed=7))
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    w = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    features = np.hstack([np.maximum((x - p) @ w.T, 0) for p in x])
    a, b = cp.Variable((features.shape[1], 2)), cp.Variable((1, 2))
    fit = cp.sum_squares(features @ a + np.ones((6, 1)) @ b - y) / 2
    problem = cp.Problem(cp.Minimize(fit + cp.sum(cp.norm(a, axis=1))))
    on_grid = problem.solve(solver=cp.CLARABEL)
    found = convex.denoising(torch.tensor(x), torch.tensor(y), 1.0, skip=False).objective
    assert found <= on_grid * (1 + 1e-6) and on_grid == pytest.approx(found, rel=1e-3)


# What a fit is


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("skip", [False, True])
def test_a_fit_is_a_network_with_that_very_loss(activation: str, skip: bool) -> None:
    x, y = rows(40, seed=8)
    fit = convex.denoising(x.float(), y.float(), 2.0, activation, skip=skip)
    x, y = x.float().double(), y.float().double()
    loss = convex.denoising_loss(x, y, fit.neurons, fit.linear, 2.0, activation)
    assert fit.objective == pytest.approx(float(loss), rel=1e-12)
    assert 0 <= fit.gap <= 2e-6 * fit.objective
    w, _, a = fit.neurons
    torch.testing.assert_close(w.norm(dim=1), a.norm(dim=1))
    residual = (fit.score(x) - y).square().sum() / 2
    assert residual + 2 * (w.norm(dim=1) * a.norm(dim=1)).sum() == pytest.approx(fit.objective)
    assert bool(fit.linear[0].any()) == skip
    x32 = fit.score(x.float())
    assert x32.dtype == torch.float32 and x32.shape == (40, 2)


@pytest.mark.slow
@given(st.integers(0, 100), st.floats(0.2, 8), st.floats(0, 6.3), st.booleans())
@settings(max_examples=15, deadline=None)
def test_moving_and_turning_the_plane_changes_nothing(
    seed: int, beta: float, angle: float, skip: bool
) -> None:
    x, y = rows(15, seed)
    turn = torch.tensor([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    fit = convex.denoising(x, y, beta, skip=skip)
    moved = convex.denoising(x @ turn.T + 3, y @ turn.T, beta, skip=skip)
    assert moved.objective == pytest.approx(fit.objective, rel=3e-6)
    scaled = convex.denoising(2 * x, y, 2 * beta, skip=skip)
    assert scaled.objective == pytest.approx(fit.objective, rel=3e-6)


@pytest.mark.parametrize("outputs", ["joint", "separate"])
@pytest.mark.parametrize(("length", "height"), [(1e-6, 1e-6), (1e6, 1e6), (1e6, 1e-6), (1e-6, 1)])
def test_denoising_follows_the_units(outputs: str, length: float, height: float) -> None:
    x, y = rows(20, seed=12)
    fit = convex.denoising(x, y, 0.05, outputs=outputs)
    beta = 0.05 * length * height
    scaled = convex.denoising(length * x, height * y, beta, outputs=outputs)
    assert scaled.objective == pytest.approx(height**2 * fit.objective, rel=2e-6)
    assert 0 <= scaled.gap <= 2e-6 * scaled.objective
    apart = scaled.score(length * x) / height - fit.score(x)
    assert apart.abs().max() < 0.02  # both are within a millionth of the least loss
    again = convex.denoising(length * x, height * y, beta, outputs=outputs, start=scaled)
    assert again.objective == pytest.approx(scaled.objective, rel=2e-6)


@pytest.mark.parametrize("matching", [False, True])
def test_units_that_are_powers_of_two_change_no_digit_and_so_no_work(matching: bool) -> None:
    x, y = rows(20, seed=13)
    length, height = 2.0**-20, 2.0**20 if matching else 2.0**-16
    if matching:
        fit, scaled = (convex.score_matching(c * x, 6.0) for c in (1, length))
    else:
        fit = convex.denoising(x, y, 0.5)
        scaled = convex.denoising(length * x, height * y, 0.5 * length * height)
    (w, b, a), (v, b2) = fit.neurons, fit.linear
    root = height**0.5 / length**0.5  # of a balanced neuron
    wanted = w * root, b * root * length, a * root, v * height / length, b2 * height
    for found, want in zip((*scaled.neurons, *scaled.linear), wanted, strict=True):
        assert torch.equal(found, want)


def test_labels_that_are_all_alike_have_the_unit_one() -> None:
    x, y = rows(9, seed=14)[0], torch.full((9, 2), 0.1, dtype=torch.float64)
    fit = convex.denoising(x, y, 0.5)
    assert fit.objective == pytest.approx(0, abs=1e-12) and len(fit.neurons[0]) == 0


def test_more_patterns_are_never_worse_and_all_of_them_are_the_optimum() -> None:
    x, y = rows(20, seed=10)
    every = convex.patterns(x, generator=Generator().manual_seed(0))
    order = torch.randperm(every.shape[1], generator=Generator().manual_seed(0))
    best = convex.denoising(x, y, 1.0)
    values = []
    for count in (5, 20, 80, every.shape[1]):
        fit = convex.denoising(x, y, 1.0, patterns=every[:, order[:count]])
        assert fit.gap >= fit.objective - best.objective - 1e-5
        used = (x @ fit.neurons[0].T + fit.neurons[1] > 1e-9).numpy()
        allowed = every[:, order[:count]].numpy()
        for column in used.T:  # strictly active data, of which the pivot is none
            assert (column[:, None] <= allowed).all(0).any()
        values.append(fit.objective)
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(best.objective, rel=3e-6)
    drawn = convex.denoising(x, y, 1.0, patterns=40, generator=Generator().manual_seed(3))
    assert best.objective < drawn.objective < values[0] + 20


def test_a_wide_beta_leaves_the_linear_part_alone() -> None:
    x, y = rows(30, seed=12)
    fit = convex.denoising(x, y, 1e4)
    design = np.hstack((x.numpy(), np.ones((30, 1))))
    wanted = np.linalg.lstsq(design, y.numpy(), rcond=None)[0]
    assert len(fit.neurons[0]) == 0
    np.testing.assert_allclose(fit.linear[0].numpy(), wanted[:2].T, atol=1e-10)
    np.testing.assert_allclose(fit.linear[1].numpy(), wanted[2], atol=1e-10)


def test_score_matching_of_a_wide_beta_is_the_exact_score_of_a_gaussian() -> None:
    x = rows(50, seed=13)[0]
    fit = convex.score_matching(x, 40.0)
    centred = x - x.mean(0)
    covariance = centred.T @ centred / 50
    torch.testing.assert_close(fit.score(x), -centred @ torch.linalg.inv(covariance))
    assert fit.objective == pytest.approx(-25 * float(torch.linalg.inv(covariance).trace()))
