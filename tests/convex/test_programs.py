"""The public programs: thresholds and paths in β, and what is refused."""

from __future__ import annotations

import cvxpy as cp
import dense_convex
import numpy as np
import pytest
import torch
from convex_data import LINE, NETWORKS, normal, regression, rows, tied, two_modes
from dense_convex import optimum_of_patterns as dense
from torch import Generator, Tensor

import scorelab as sl
from scorelab import convex

network = pytest.mark.parametrize(("activation", "skip"), NETWORKS)


# Thresholds


def with_copies(first: int = 1, inside: int = 1) -> Tensor:
    """Distinct draws, but for the smallest and the fourth, which come that many times."""
    x = normal(12)[:, 0].sort().values
    return torch.cat((x[:1].repeat(first - 1), x[3:4].repeat(inside - 1), x))[:, None]


@pytest.mark.parametrize(
    ("activation", "skip", "first", "inside", "bound"),
    [
        ("relu", True, 1, 1, 1.0),
        ("relu", False, 1, 1, 1.0),
        ("abs", True, 1, 1, 2.0),
        ("abs", False, 1, 1, 1.0),
        ("relu", True, 3, 1, 3.0),  # one kink turns the free tail
        ("relu", True, 1, 5, 2.5),  # inside it takes two, there and back
        ("relu", False, 1, 5, 2.5),
        ("abs", True, 3, 1, 6.0),
        ("abs", True, 1, 5, 5.0),
        ("abs", False, 3, 1, 3.0),
        ("abs", False, 1, 5, 5.0),
    ],
)
def test_beta_has_a_bound_and_ties_raise_it(
    activation: str, skip: bool, first: int, inside: int, bound: float
) -> None:

    x = with_copies(first, inside)
    assert convex.least_beta(x, activation, skip) == pytest.approx(bound, rel=1e-12)
    at, near = (convex.score_matching(x, b, activation, skip) for b in (bound, 1.01 * bound))
    assert at.gap <= 1e-6 * abs(at.objective)
    assert at.objective <= near.objective + 1e-9
    with pytest.raises(ValueError, match=f"beta=.*at least {bound:g} .*has no minimum"):
        convex.score_matching(x, 0.99 * bound, activation, skip)
    dense = -np.inf
    try:
        dense = dense_convex.optimum(x[:, 0].numpy(), 0.99 * bound, activation, skip)
    except cp.error.SolverError:
        pytest.fail("the dense program did not find itself unbounded")
    assert dense == -np.inf


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("data", [normal(50), tied(), two_modes(60)], ids=["normal", "tied", "two"])
def test_the_gaussian_threshold_is_the_dense_formula(data: Tensor, activation: str) -> None:
    x = data[:, 0].numpy()
    n, v, centred = len(x), x.var(), x - x.mean()
    a0, c = dense_convex.columns(x, activation)
    g = (a0 - a0.mean(0)).T @ centred / v
    with_skip = np.abs(c - g).max()
    assert convex.gaussian_beta(data, activation) == pytest.approx(with_skip, rel=1e-9)
    # Without skip |c − (1 − β/n) g| ≤ β, solved for β column by column.
    far = (1 - np.abs(g) / n) > 1e-9
    c, g = c[far], g[far]
    without = np.maximum((c - g) / (1 - g / n), (g - c) / (1 + g / n)).max()
    assert convex.gaussian_beta(data, activation, skip=False) == pytest.approx(without, rel=1e-9)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("activation", ["relu", "abs"])
def test_the_least_beta_in_the_plane_parts_minimum_from_none(activation: str, skip: bool) -> None:
    x = torch.randn(6, 2, generator=Generator().manual_seed(6)).double()
    least = convex.least_beta(x, activation, skip, outputs="separate")
    assert np.isfinite(dense(x.numpy(), None, 1.01 * least, activation, skip, output=1))
    with pytest.raises(AssertionError):  # its status is not optimal: it has no minimum
        dense(x.numpy(), None, 0.99 * least, activation, skip, output=1)
    joint = convex.least_beta(x, activation, skip)
    assert joint >= least * (1 - 2e-3)  # neurons that may feed both outputs earn more
    fit = convex.score_matching(x, 1.01 * joint, activation, skip)
    assert fit.gap < 1e-3 * abs(fit.objective)
    with pytest.raises(ValueError, match="no minimum"):
        convex.score_matching(x, 0.99 * joint, activation, skip)


# Paths


@network
def test_the_path_is_its_single_fits_and_concave(activation: str, skip: bool) -> None:
    x, betas = two_modes(60), np.linspace(2.5, 70, 25).tolist()
    fits = convex.path(x, betas, activation, skip)
    alone = convex.score_matching(x, betas[7], activation, skip)
    assert fits[7].objective == pytest.approx(alone.objective, rel=1e-9)
    value = np.array([fit.objective for fit in fits])
    assert [fit.beta for fit in fits] == betas
    assert (np.diff(value) >= -1e-6).all()
    # The value is a minimum over networks of functions linear in β.
    assert (np.diff(value, 2) <= 1e-6 * abs(value[0])).all()


def test_the_path_denoises_too() -> None:
    x, labels = normal(30), regression(normal(30))
    fits = convex.path(x, [0.1, 1.0], "abs", False, targets=labels)
    alone = convex.denoising(x, labels, 1.0, "abs", skip=False)
    assert fits[1].objective == pytest.approx(alone.objective, rel=1e-9)


def test_on_a_line_neurons_have_one_output_to_feed() -> None:
    x = normal(12)
    joint, separate = (convex.least_beta(x, outputs=kind) for kind in ("joint", "separate"))
    assert joint == separate == pytest.approx(1.0)
    fits = [convex.score_matching(x, 2.0, outputs=kind) for kind in ("joint", "separate")]
    assert fits[0].objective == fits[1].objective


def test_a_neighbouring_fit_is_a_good_start() -> None:
    x, y = rows(30, seed=11)
    fit = convex.denoising(x, y, 2.0)
    for outputs in ("joint", "separate"):
        cold = convex.denoising(x, y, 1.6, outputs=outputs)
        warm = convex.denoising(x, y, 1.6, outputs=outputs, start=fit)
        assert warm.objective == pytest.approx(cold.objective, rel=3e-6)


# What is refused

X, Y = rows(10)
FIT = convex.denoising(normal(), normal(), 1.0)
SPACE = torch.randn(10, 3, generator=Generator().manual_seed(0)).double()
BAD = [
    (lambda: convex.score_matching(torch.ones(5, 1), 3.0), "x='1 distinct point': must hold at le"),
    (lambda: convex.score_matching(X[:, :1] * torch.nan, 3.0), "x='tensor with 10 NaN or infin"),
    (lambda: convex.score_matching(torch.ones(5), 3.0), r"x.shape=\(5,\): must be \(n, d\)"),
    (lambda: convex.score_matching(normal(), 3.0, "tanh"), "activation='tanh': must be one of 're"),
    (lambda: convex.score_matching(normal(), float("nan")), "beta=nan: must be a finite number"),
    (lambda: convex.score_matching(normal(), 0.5), "beta=0.5: must be at least 1 for relu, with"),
    (lambda: convex.score_matching([[0.0], [1.0]], 3.0), "x='list': must be a torch.Tensor"),
    (
        lambda: convex.score_matching(normal(), 3.0, outputs="both"),
        "outputs='both': must be one of",
    ),
    (lambda: convex.denoising(normal(), normal(19), 1.0), r"targets.shape=\(19, 1\): must be"),
    (lambda: convex.denoising(normal(), normal(), 0), "beta=0: must be a finite number above 0"),
    (lambda: convex.denoising(X, None, 1.0), "targets=None: must be a torch.Tensor"),
    (lambda: convex.denoising(X, Y, 1.0, "relu", 40), "skip='int': must be True or False"),
    (
        lambda: convex.denoising(SPACE, SPACE, 1.0, start=FIT),
        "start='fit with 1 inputs': must have 3",
    ),
    (lambda: convex.least_beta([[0.0], [1.0]]), "x='list': must be a torch.Tensor"),
    (lambda: convex.least_beta(X.tolist()), "x='list': must be a torch.Tensor"),
    (lambda: convex.least_beta(normal(), outputs="both"), "outputs='both': must be one of 'joint'"),
    (lambda: convex.least_beta(X, outputs="both"), "outputs='both': must be one of 'joint', 'sep"),
    (lambda: convex.path(normal(), [3.0, -1.0]), "beta=-1.0: must be a finite number above 0"),
    (lambda: convex.path(normal(), [3.0, 0.5]), "beta=0.5: must be at least 1 for relu, with"),
    (lambda: convex.path(X, [3.0]), r"x.shape=\(10, 2\): must be \(n, d\) with n ≥ 1 and d = 1"),
    (lambda: convex.gaussian_beta(X), r"x.shape=\(10, 2\): must be \(n, d\) with n ≥ 1 and d = 1"),
    (lambda: convex.denoising(X * torch.inf, Y, 1.0), "x_noisy='tensor with 20 NaN or infinite"),
    (lambda: convex.denoising(X, Y, 0.0), "beta=0.0: must be a finite number above 0"),
    (lambda: convex.denoising(X, Y, float("nan")), "beta=nan: must be a finite number above 0"),
    (lambda: convex.denoising(X, Y, 1.0, "gelu"), "activation='gelu': must be one of 'relu'"),
    (lambda: convex.denoising(X, Y[:5], 1.0), r"targets.shape=\(5, 2\): must have 10 rows"),
    (lambda: convex.denoising(X * torch.nan, Y, 1.0), "20 NaN or infinite values"),
    (lambda: convex.denoising(X, Y, 1.0, outputs="both"), "outputs='both': must be one of"),
    (lambda: convex.denoising(X[:1].expand(10, 2), Y, 1.0), "1 distinct point"),
    (lambda: convex.denoising(X, Y, 1.0, patterns=1000), "patterns=1000: must be at most 92"),
    (lambda: convex.denoising(X, Y, 1.0, patterns=0), "patterns=0: must be a whole number"),
    (lambda: convex.denoising(X, Y, 1.0, patterns=Y), r"patterns=\(torch.float64, \(10, 2\)\)"),
    (
        lambda: convex.denoising(LINE, LINE, 1.0, patterns=20),
        "patterns=20: must be at most 12",
    ),
    (lambda: convex.denoising(X[:, :1], Y[:, :1], 1.0, patterns=3), "patterns=3: a line needs"),
    (lambda: convex.patterns(torch.randn(400, 3)), "patterns: ask for a number"),
    (lambda: convex.score_matching(X, 0.4), "beta=0.4: must be at least 2.076. for relu, with a"),
    (
        lambda: convex.score_matching(X, 1.2),
        "beta=1.2: must be at least 2.076.* no minimum: neur",
    ),
    (lambda: convex.score_matching(SPACE, 0.4), "beta=0.4: must be at least 1 for relu, with a sk"),
    (lambda: convex.score_matching(SPACE, 1.1), "beta=1.1: must be larger .* is enough. With this"),
    (lambda: convex.least_beta(SPACE), r"x.shape=\(10, 3\): must be \(n, 1\) or \(n, 2\)"),
    (lambda: convex.gated(X[:, :1], Y[:, :1], 1.0), "x_noisy.shape"),
    (lambda: convex.annealed(sl.OrnsteinUhlenbeck(), X, 1.0, levels=0), "levels=0"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_input_is_named(number: int) -> None:
    call, message = BAD[number]
    with pytest.raises(ValueError, match=message):
        call()
