"""Points that span no plane, coincide, are far away or of odd size: an optimum or a clear word."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from convex_data import GRID, NETWORKS, rows
from dense_convex import optimum, optimum_of_patterns
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from torch import Tensor

from scorelab import convex

pytestmark = pytest.mark.slow

SLANTED = torch.tensor([[1.0, 2.0]]).double() / 5**0.5
ACROSS = torch.tensor([[2.0, -1.0]]).double() / 5**0.5


def along(n: int = 8, seed: int = 0) -> Tensor:
    """Places on a line, (n, 1)."""
    return rows(n, seed)[0][:, :1]


KINDS = {
    "a line": lambda seed: along(8, seed) @ SLANTED + 1,
    "a constant column": lambda seed: torch.cat((along(8, seed), torch.full((8, 1), 7.0)), 1),
    "a constant column far away": lambda seed: torch.cat((along(8, seed), 0 * along() + 1e6), 1),
    "copies": lambda seed: rows(4, seed)[0].repeat(2, 1),
    "two distinct points": lambda seed: rows(2, seed)[0].repeat(3, 1),
    "two points": lambda seed: rows(2, seed)[0],
    "a grid": lambda _: GRID,
    "far away": lambda seed: rows(8, seed)[0] + 1e8,
    "nearly a line": lambda seed: along(8, seed) @ SLANTED + 1e-9 * rows(8, seed + 1)[0],
    "columns of different units": lambda seed: rows(8, seed)[0] * torch.tensor([1e-4, 1e4]),
    "fewer points than dimensions": lambda seed: rows(3, seed, dim=5)[0],
    "a plane in space": lambda seed: rows(6, seed)[0] @ rows(2, seed, dim=4)[0],
}
kind = pytest.mark.parametrize("kind", KINDS)


@kind
@given(st.integers(0, 1000), st.floats(0.02, 3), st.sampled_from(("joint", "separate")))
@settings(max_examples=3)
def test_a_skip_connection_never_costs_and_the_bounds_are_near(
    kind: str, seed: int, beta: float, outputs: str
) -> None:
    x = KINDS[kind](seed)
    y = rows(len(x), seed + 7, dim=x.shape[1])[1]
    for activation in ("relu", "abs"):
        linked, plain = (
            convex.denoising(x, y, beta, activation, skip, outputs=outputs)
            for skip in (True, False)
        )
        assert linked.objective <= plain.objective * (1 + 3e-6) + 3e-6
        assert max(linked.gap, plain.gap) <= 1e-4 * max(1.0, plain.objective)
        assert convex.denoising(x, y, beta, activation).objective <= linked.objective + 1e-5
    if x.shape[1] == 2:
        gated = convex.gated(x, y, beta)
        joint = convex.denoising(x, y, beta).objective
        assert gated.objective - gated.gap <= joint * (1 + 1e-7) + 1e-9
        residual = (gated.score(x) - y).square().sum() / 2
        assert float(residual) <= gated.objective * (1 + 1e-5) + 1e-9


@pytest.mark.parametrize(("activation", "skip"), NETWORKS)
@pytest.mark.parametrize("turn", [SLANTED, torch.eye(3)[1:2].double()], ids=["plane", "space"])
def test_on_a_line_in_space_denoising_is_the_lasso_of_the_line(
    activation: str, skip: bool, turn: Tensor
) -> None:
    s, y = along(), rows(8, seed=3)[1]
    found = convex.denoising(s @ turn + 0.3, y, 0.7, activation, skip, outputs="separate")
    wanted = [optimum(s[:, 0].numpy(), 0.7, activation, skip, y[:, k].numpy()) for k in (0, 1)]
    assert found.objective == pytest.approx(sum(wanted), rel=1e-5)
    same = convex.denoising(s, y[:, :1], 0.7, activation, skip)
    alone = convex.denoising(s @ turn, y[:, :1], 0.7, activation, skip)
    assert alone.objective == pytest.approx(same.objective, rel=1e-5)


def test_patterns_that_are_asked_for_on_a_line_are_all_that_neurons_have() -> None:
    x, y = along() @ SLANTED, rows(8, seed=3)[1]
    every = convex.patterns(x)
    best, all_of_them = (convex.denoising(x, y, 0.1, patterns=p) for p in (None, every))
    assert every.shape == (8, 16)
    assert all_of_them.objective == pytest.approx(best.objective, rel=1e-5)
    few = convex.denoising(x, y, 0.1, patterns=every[:, :5])
    used = (x @ few.neurons[0].T + few.neurons[1] > 1e-9).numpy()
    assert few.objective > best.objective * 1.001
    assert all((column[:, None] <= every[:, :5].numpy()).all(0).any() for column in used.T)


# Score matching


@pytest.mark.parametrize("outputs", ["joint", "separate"])
@pytest.mark.parametrize("kind", ["a line", "a constant column", "two distinct points"])
def test_across_a_line_a_skip_connection_has_no_minimum(kind: str, outputs: str) -> None:
    x = KINDS[kind](0)
    words = "^x='points in a subspace of 1 of 2 dimensions': with a skip connection"
    with pytest.raises(ValueError, match=words):
        convex.score_matching(x, 1e9, outputs=outputs)
    with pytest.raises(ValueError, match=words):
        convex.least_beta(x, outputs=outputs)


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("copies", "a grid", "far away")])
def test_without_one_a_network_that_is_zero_is_the_best_from_n_on(
    kind: str, activation: str
) -> None:
    x = KINDS[kind](0)
    fit = convex.score_matching(x, float(len(x)), activation, skip=False)
    assert fit.objective == pytest.approx(0, abs=1e-6) and fit.gap <= 1e-6
    if np.linalg.matrix_rank((x - x.mean(0)).numpy()) < x.shape[1] and x.shape[1] == 2:
        assert convex.least_beta(x, activation, skip=False) == len(x)
    if "line" in kind or "dimensions" in kind:
        with pytest.raises(ValueError, match="^beta=.*: must be at least"):
            convex.score_matching(x, 0.98 * len(x), activation, skip=False)


@pytest.mark.parametrize("activation", ["relu", "abs"])
def test_outputs_that_see_across_in_part_have_optima_for_smaller_beta(activation: str) -> None:
    x = along(6, 1) @ SLANTED
    beta = 0.97 * 6  # above the 6 · 2/√5 of the output that sees the most of it
    found = convex.score_matching(x, beta, activation, skip=False, outputs="separate")
    wanted = [optimum_of_patterns(x.numpy(), None, beta, activation, False, k) for k in (0, 1)]
    assert found.objective == pytest.approx(sum(wanted), abs=1e-5)


@pytest.mark.parametrize("outputs", ["joint", "separate"])
@pytest.mark.parametrize("kind", ["copies", "a grid", "far away", "a cloud", "narrow"])
def test_at_the_least_beta_there_is_an_optimum(kind: str, outputs: str) -> None:
    cloud = rows(9, seed=4)[0]
    x = {"a cloud": cloud, "narrow": cloud * torch.tensor([1e-3, 1])}.get(kind)
    x = KINDS[kind](0) if x is None else x
    for activation, skip in NETWORKS:
        beta = convex.least_beta(x, activation, skip, outputs=outputs)
        fit = convex.score_matching(x, beta, activation, skip, outputs=outputs)
        assert fit.gap <= 1e-3 * max(1.0, abs(fit.objective))
        with pytest.raises(ValueError, match="^beta=.*: must be at least"):
            convex.score_matching(x, 0.98 * beta, activation, skip, outputs=outputs)


def test_at_the_least_beta_rounding_decides_nothing() -> None:
    cloud, draw = rows(9, seed=4)[0], torch.Generator().manual_seed(0)
    for _ in range(3):
        x = cloud + 1e-9 * torch.randn(cloud.shape, generator=draw, dtype=cloud.dtype)
        beta = convex.least_beta(x, skip=False, outputs="joint")
        fit = convex.score_matching(x, beta, skip=False, outputs="joint")
        assert fit.gap <= 1e-3 * abs(fit.objective)


def test_points_that_are_all_but_on_a_line_are_refused_by_their_width() -> None:
    for call in (convex.least_beta, lambda x: convex.score_matching(x, 9.0)):
        with pytest.raises(ValueError, match="^x='points .*e-.* times as wide one way as another'"):
            call(KINDS["nearly a line"](0))


@pytest.mark.parametrize("unit", [1e-200, 1e200, 5e-324])
def test_points_of_a_size_that_has_no_square_are_refused(unit: float) -> None:
    x, y = rows(9)
    for call in (
        lambda x: convex.least_beta(x),
        lambda x: convex.least_beta(x[:, :1]),
        lambda x: convex.score_matching(x[:, :1], 3.0),
        lambda x: convex.denoising(y, x, 1.0),
    ):
        with pytest.raises(ValueError, match="^(x|targets)='.*: must "):
            call(unit * x)


# Patterns


def separable(x: np.ndarray, pattern: tuple[bool, ...]) -> bool:
    """Whether some plane has just these points in front of it: a linear program."""
    side = np.where(pattern, 1.0, -1.0)[:, None]
    columns = np.hstack((x, np.ones((len(x), 1))))
    free = np.zeros(x.shape[1] + 1)
    return linprog(free, -side * columns, -np.ones(len(x)), bounds=(None, None)).status == 0


CUBE = torch.tensor(list(itertools.product([0.0, 1.0], repeat=3))).double()
ODD = {
    "one point": rows(1, dim=2)[0],
    "two in space": rows(2, dim=3)[0],
    "three in five dimensions": rows(3, dim=5)[0],
    "four in four": rows(4, dim=4)[0],
    "a cube": CUBE,
    "a cube with copies": CUBE[[0, 1, 2, 4, 7, 7, 0]],
    "a square and a point above": torch.cat((CUBE[:4], CUBE[6:7] + 0.3)),
    "a line in space": along(6) @ rows(1, dim=3)[0],
    "a plane in space": rows(6)[0] @ rows(2, dim=4)[0] + 3,
}


@pytest.mark.parametrize("name", ODD)
def test_all_patterns_are_found_whatever_the_points(name: str) -> None:
    x = ODD[name]
    found = {tuple(column) for column in convex.patterns(x).numpy().T.tolist()}
    words = itertools.product([False, True], repeat=len(x))
    assert found == {word for word in words if separable(x.numpy(), word)}
