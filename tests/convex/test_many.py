"""Convex programs in the plane and beyond, against dense programs in CVXPY and trained networks."""

import itertools

import cvxpy as cp
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize
from torch import Generator, Tensor

import scorelab as sl
from scorelab.convex import plane, space
from scorelab.convex.patterns import most_patterns

convex = sl.convex


def rows(n: int, seed: int = 0, dim: int = 2, noise: float = 0.5) -> tuple[Tensor, Tensor]:
    """Noisy points of a normal law and the targets −noise/level."""
    draws = np.random.default_rng(seed)
    clean, xi = draws.standard_normal((2, n, dim))
    return torch.tensor(clean + noise * xi), torch.tensor(-xi / noise)


def separable(x: np.ndarray, pattern: np.ndarray) -> bool:
    """Whether some plane has just these points in front of it: a linear program."""
    side = np.where(pattern, 1.0, -1.0)[:, None]
    columns = np.hstack((x, np.ones((len(x), 1))))
    found = linprog(np.zeros(x.shape[1] + 1), -side * columns, -np.ones(len(x)),
                    bounds=(None, None))  # fmt: skip
    return found.status == 0


def as_set(patterns: Tensor) -> set[bytes]:
    return {column.tobytes() for column in patterns.numpy().T.copy()}


# Patterns


@given(st.integers(2, 25), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_plane_has_n2_minus_n_plus_2_patterns(n: int, seed: int) -> None:
    x = rows(n, seed)[0]
    found = convex.patterns(x)
    assert found.shape == (n, n * n - n + 2) and found.shape[1] == most_patterns(n, 2)
    assert len(as_set(found)) == found.shape[1]
    assert as_set(~found) == as_set(found)


GRID = torch.tensor(list(itertools.product([0.0, 1.0, 2.0], repeat=2))).double()
LINE = torch.stack((torch.arange(6.0), 0.5 * torch.arange(6.0)), dim=1).double()
ODD = {
    "a grid": GRID,
    "a line": LINE,
    "twins": torch.cat((rows(6)[0], rows(6)[0][:2])),
    "a cross": torch.tensor([[0.0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [2, 0], [0, 2]]).double(),
}


@pytest.mark.parametrize("name", ODD)
def test_patterns_of_points_in_no_general_position(name: str) -> None:
    x = ODD[name]
    wanted = {np.array(p).tobytes() for p in itertools.product([False, True], repeat=len(x))
              if separable(x.numpy(), np.array(p))}  # fmt: skip
    assert as_set(convex.patterns(x)) == wanted
    if name == "a line":
        assert len(wanted) == 2 * len(x)


def test_patterns_in_space_are_all_separable_and_as_many_as_there_are() -> None:
    x = rows(7, dim=3)[0]
    found = convex.patterns(x)
    assert found.shape[1] == 2 * (1 + 6 + 15 + 20)
    assert all(separable(x.numpy(), pattern) for pattern in found.numpy().T)


def test_sampled_patterns_are_distinct_real_and_the_generators() -> None:
    x = rows(30)[0]
    some, again, other = (
        convex.patterns(x, 60, generator=Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert some.shape == (30, 60) and len(as_set(some)) == 60
    assert torch.equal(some, again) and not torch.equal(some, other)
    assert as_set(some) <= as_set(convex.patterns(x))
    tiny = rows(5)[0]
    assert as_set(convex.patterns(tiny, 22)) == as_set(convex.patterns(tiny))


# The best neuron


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("outputs", [1, 3])
def test_no_neuron_earns_more_than_the_best_of_the_plane(activation: str, outputs: int) -> None:
    x = rows(9)[0].numpy()
    draws = np.random.default_rng(1)
    z = draws.standard_normal((9, outputs))
    z -= z.mean(0)
    units, earned, most, bound = plane.Plane(x, activation)(z)
    assert most == bound == earned.max()
    np.testing.assert_allclose(
        np.linalg.norm(z.T @ units.features(x, activation), axis=0), earned, atol=1e-12
    )
    angle = np.linspace(0, 2 * np.pi, 4000)
    w = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    many = [plane.Units(w, -(w @ p), np.zeros((len(w), 1))) for p in x]
    dense = max(np.linalg.norm(z.T @ each.features(x, activation), axis=0).max() for each in many)
    assert dense <= most * (1 + 1e-12) and dense == pytest.approx(most, rel=1e-4)
    away = plane.Units(w, draws.standard_normal(len(w)), np.zeros((len(w), 1)))
    assert np.linalg.norm(z.T @ away.features(x, activation), axis=0).max() <= most


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("turn", [None, [[0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]])
def test_the_search_in_space_finds_what_the_plane_knows(activation: str, turn: list) -> None:
    x = rows(12)[0].numpy()
    turn = turn and np.array(turn)
    z = np.random.default_rng(2).standard_normal((12, 2 if turn is None else len(turn)))
    z -= z.mean(0)
    exact = plane.Plane(x, activation, turn)(z)[2]
    units, earned, most, bound = space.Space(x, activation, turn, None)(z)
    assert most == pytest.approx(exact, rel=1e-6) and bound >= most
    features = units.features(x, activation)
    np.testing.assert_allclose(
        np.linalg.norm(z.T @ features - units.slope.T, axis=0), earned, atol=1e-6
    )


# Against the dense program


def dense(x: np.ndarray, y: np.ndarray | None, beta: float, activation: str, skip: bool,
          output: int = 0) -> float:  # fmt: skip
    """The program of all patterns with cones, one output; score matching where there is no y."""
    (n, dim), d = x.shape, convex.patterns(torch.tensor(x)).numpy().astype(float)
    ones = np.hstack((x, np.ones((n, 1))))
    free, v, b = cp.Variable(dim), 0, cp.Variable()
    value = x @ free + b if skip else b * np.ones(n)
    drift = n * free[output] if skip else 0
    cost, cones = 0, []
    for column in d.T:
        side = 2 * column - 1
        shape = column if activation == "relu" else side
        for sign in (1, -1):
            v = cp.Variable(dim + 1)
            cones.append(cp.multiply(side, ones @ v) >= 0)
            value = value + sign * cp.multiply(shape, ones @ v)
            drift = drift + sign * shape.sum() * v[output]
            cost = cost + beta * cp.norm(v[:dim])
    fit = cp.sum_squares(value) / 2 + drift if y is None else cp.sum_squares(value - y) / 2
    problem = cp.Problem(cp.Minimize(fit + cost), cones)
    problem.solve(solver=cp.CLARABEL)
    assert problem.status == "optimal"
    return float(problem.value)


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


def test_in_space_the_search_reaches_the_dense_program_and_says_how_sure_it_is() -> None:
    x, y = rows(7, seed=5, dim=3)
    wanted = sum(dense(x.numpy(), y[:, k].numpy(), 1.0, "relu", False) for k in range(3))
    found = convex.denoising(x, y, 1.0, skip=False, outputs="separate")
    assert wanted * (1 - 1e-6) <= found.objective <= wanted * 1.001
    assert found.lower_bound <= wanted


# Against trained networks


def trained(x: Tensor, y: Tensor, beta: float, activation: str, seed: int, width: int) -> float:
    """The loss of a network after L-BFGS from a random start."""
    draws = np.random.default_rng(seed)
    sizes = [(width, 2), (width,), (width, 2), (2,)]
    parts = np.cumsum([0, *(int(np.prod(size)) for size in sizes)])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        theta = torch.tensor(flat, requires_grad=True)
        w, b, a, b2 = (theta[i:j].reshape(size)
                       for i, j, size in zip(parts, parts[1:], sizes, strict=False))  # fmt: skip
        value = convex.denoising_loss(
            x, y, (w, b, a), (torch.zeros(2, 2).double(), b2), beta, activation
        )
        return float(value.detach()), torch.autograd.grad(value, theta)[0].numpy()

    return minimize(loss, draws.standard_normal(parts[-1]), jac=True, method="L-BFGS-B",
                    options={"maxiter": 3000, "maxfun": 4000}).fun  # fmt: skip


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


def test_a_neighbouring_fit_is_a_good_start() -> None:
    x, y = rows(30, seed=11)
    fit = convex.denoising(x, y, 2.0)
    for outputs in ("joint", "separate"):
        cold = convex.denoising(x, y, 1.6, outputs=outputs)
        warm = convex.denoising(x, y, 1.6, outputs=outputs, start=fit)
        assert warm.objective == pytest.approx(cold.objective, rel=3e-6)


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


# The annealed denoiser


def test_the_annealed_denoiser_is_the_fits_own_and_linear_between_them() -> None:
    process = sl.OrnsteinUhlenbeck()
    x0 = sl.GaussianMixture.ring().sample(30, generator=Generator().manual_seed(0))
    f = convex.annealed(process, x0, 3.0, levels=3, generator=Generator().manual_seed(1))
    t0, t1, t2 = f.times
    assert (t0, t2) == (process.t_min, pytest.approx(process.t_max))
    x = x0[:5]

    def at(t: float) -> Tensor:
        return f(torch.full((5,), t), x)

    for time, fit in zip(f.times, f.fits, strict=True):
        torch.testing.assert_close(at(time), fit.denoiser(process, time)(torch.full((5,), time), x))
    torch.testing.assert_close(at((t0 * t1) ** 0.5), (at(t0) + at(t1)) / 2, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(at(t0 / 2), at(t0))
    torch.testing.assert_close(at(t2 * 2), at(t2))
    mixed = f(torch.tensor([t0, t1, t2, t1, t0]), x)
    torch.testing.assert_close(mixed[3], at(t1)[3])
    one = convex.annealed(process, x0, 3.0, levels=1, generator=Generator().manual_seed(1))
    assert one(torch.ones(5), x).shape == (5, 2)


def test_annealed_langevin_samples_a_gaussian() -> None:
    process, law = sl.OrnsteinUhlenbeck(), sl.GaussianMixture([[1.0, -0.5]], 0.6)
    x0 = law.sample(500, generator=Generator().manual_seed(0))
    f = convex.annealed(process, x0, 60.0, levels=6, generator=Generator().manual_seed(1))
    found = sl.sample(process, f, 2000, 2, method="langevin", steps=150,
                      generator=Generator().manual_seed(2))  # fmt: skip
    assert (found.mean(0) - law.means[0]).abs().max() < 0.15
    assert (found.std(0) - 0.6).abs().max() < 0.12


# What is refused

X, Y = rows(10)
SPACE = torch.randn(10, 3, generator=Generator().manual_seed(0)).double()
BAD = [
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
    (lambda: convex.denoising(LINE, LINE, 1.0, patterns=20), "patterns=20: only 12 were found"),
    (lambda: convex.denoising(X[:, :1], Y[:, :1], 1.0, patterns=3), "patterns=3: a line needs"),
    (lambda: convex.patterns(torch.randn(400, 3)), "patterns: ask for a number"),
    (lambda: convex.score_matching(X, 0.4), "beta=0.4: must be at least 2.066. for relu, with a"),
    (
        lambda: convex.score_matching(X, 1.2),
        "beta=1.2: must be at least 2.066.* no minimum: neur",
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


def test_a_solver_that_stops_early_gives_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    from scorelab.convex import columns, solver

    hasty = solver.settings(1e-10)
    hasty.max_iter = 2
    monkeypatch.setattr(solver, "settings", lambda tol: hasty)
    with pytest.raises(RuntimeError, match="Clarabel stopped early: MaxIterations"):
        convex.denoising(X, Y, 1.0)
    monkeypatch.undo()
    monkeypatch.setattr(columns, "ROUNDS", 1)
    with pytest.raises(RuntimeError, match="stopped early: 1 rounds were not enough"):
        convex.denoising(X, Y, 1.0)
