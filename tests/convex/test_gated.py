"""The gated network, against its program written out, and below the others."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest
import torch
from convex_data import rows
from hypothesis import given, settings
from hypothesis import strategies as st

from scorelab import convex


@pytest.mark.slow
@given(st.integers(0, 100), st.floats(0.3, 3), st.integers(2, 14))
@settings(max_examples=15, deadline=None)
def test_gated_at_most_joint_at_most_separate(seed: int, beta: float, n: int) -> None:
    x, y = rows(n, seed)
    gated = convex.gated(x, y, beta, skip=False)
    joint = convex.denoising(x, y, beta, skip=False)
    separate = convex.denoising(x, y, beta, skip=False, outputs="separate")
    linked = convex.denoising(x, y, beta)
    slack = 3e-6 * separate.objective + 1e-6
    assert gated.objective - gated.gap <= joint.objective + 1e-9
    assert gated.objective <= joint.objective + slack
    assert joint.objective <= separate.objective + slack
    assert linked.objective <= joint.objective + slack
    assert convex.gated(x, y, beta).objective <= linked.objective + slack


def test_the_gated_network_is_the_program_without_cones() -> None:
    """One output, n = 6: a group lasso over all cells, written out from the angles."""
    x, y = (each.numpy() for each in rows(6, seed=9))
    blocks = []
    for p in x:
        away = x - p
        angle = np.arctan2(away[:, 1], away[:, 0])[np.linalg.norm(away, axis=1) > 0]
        events = np.sort(np.mod(np.concatenate((angle - np.pi / 2, angle + np.pi / 2)), 2 * np.pi))
        after = np.append(events[1:], events[0] + 2 * np.pi)
        middles = (events + after) / 2
        blocks += [(away @ [np.cos(t), np.sin(t)] > 0)[:, None] * away for t in middles]
    v, b = cp.Variable((len(blocks), 2)), cp.Variable()
    value = sum(block @ v[j] for j, block in enumerate(blocks)) + b
    fit = cp.sum_squares(value - y[:, 0]) / 2 + 0.5 * cp.sum(cp.norm(v, axis=1))
    wanted = cp.Problem(cp.Minimize(fit)).solve(solver=cp.CLARABEL)
    found = convex.gated(torch.tensor(x), torch.tensor(y[:, :1]), 0.5, skip=False)
    assert found.objective == pytest.approx(wanted, rel=1e-5)
    residual = float((found.score(torch.tensor(x)) - torch.tensor(y[:, :1])).square().sum())
    assert residual / 2 <= found.objective


@pytest.mark.parametrize(
    ("skip", "length", "height"),
    [(True, 1e-6, 1), (False, 1e6, 1), (True, 1, 1e-6), (False, 1, 1e6), (True, 1e6, 1e6)],
)
def test_the_gated_network_follows_the_units(skip: bool, length: float, height: float) -> None:
    x, y = rows(12, seed=3)
    beta = 0.5 * length * height
    found, scaled = (
        convex.gated(x, y, 0.5, skip),
        convex.gated(length * x, height * y, beta, skip),
    )
    assert scaled.objective == pytest.approx(height**2 * found.objective, rel=2e-6)
    assert 0 <= scaled.gap <= 2e-6 * scaled.objective
    residual = (scaled.score(length * x) - height * y).square().sum() / 2
    lengths = np.linalg.norm(scaled.units.w, axis=1) * np.linalg.norm(scaled.a, axis=1)
    assert float(residual) + beta * lengths.sum() == pytest.approx(scaled.objective, rel=1e-7)
    away = 2 * x + 0.1
    torch.testing.assert_close(
        scaled.score(length * away) / height, found.score(away), rtol=0, atol=3e-3
    )
