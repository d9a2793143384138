"""The explorer of the convex program, without a page: its traces against the package."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from seen import moved_by

from scorelab import convex
from scorelab.chapters.convex_program import view as cl
from scorelab.chapters.convex_program.dual import earned
from scorelab.chapters.convex_program.explorer import Explorer
from scorelab.chapters.convex_program.optima import BETAS, LAWS, SKIPS, Optima, optima, walk
from scorelab.convex.curve import Curve


def near(beta: float) -> float:
    """The β of the slider that is nearest."""
    return min(BETAS, key=lambda each: abs(each - beta))


def chosen(
    target: str = "two modes", n: int = 50, activation: str = "relu", skip: str = "with"
) -> Optima:
    return optima(target, n, activation, skip)


def test_every_trace_of_the_figure_is_filled_and_no_other() -> None:
    filled = cl.compute(chosen(), near(10))
    assert {trace.name for trace in cl.blank().data} == set(filled)
    assert all(len(trace["x"]) == len(trace["y"]) > 0 for trace in filled.values())


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("skip", ["with", "without"])
def test_score_optimum_and_gap_are_those_of_the_package(activation: str, skip: str) -> None:
    what, beta = chosen(activation=activation, skip=skip), near(8)
    fit = convex.score_matching(what.x, beta, activation, skip == "with")
    found = cl.compute(what, beta)
    grid = found["optimal score"]["x"]
    exact = fit.score(torch.from_numpy(grid)[:, None])[:, 0].numpy()
    np.testing.assert_allclose(found["optimal score"]["y"], exact, atol=1e-6)
    unit = len(what.x) / (2 * float(what.x.var(correction=0)))
    assert found["this β"]["y"][0] == pytest.approx(-fit.objective / unit, rel=1e-6)
    assert found["this β below"]["y"][0] <= 1e-6
    kinks = found["its kinks"]["x"][:-1]
    distance = np.abs(kinks[:, None] - what.x[:, 0].numpy()).min(axis=1)
    assert len(kinks) > 0 and distance.max() < 1e-9
    assert found["training data"]["x"].tolist() == what.x[:, 0].tolist()


def test_the_score_of_the_target_is_the_slope_of_its_log_density() -> None:
    found = cl.still(chosen("three modes, uneven"))["target"]
    law = LAWS["three modes, uneven"]
    step = 1e-4
    ends = [law.log_prob(torch.tensor(found["x"] + s)[:, None]).numpy() for s in (step, -step)]
    np.testing.assert_allclose(found["y"], (ends[0] - ends[1]) / (2 * step), atol=1e-5)


def test_the_law_of_a_straight_score_is_its_gaussian() -> None:
    what = chosen("one Gaussian")
    found = cl.compute(what, BETAS[-1])["law of this score"]
    x = what.x[:, 0].numpy()
    np.testing.assert_allclose(found["y"], stats.norm.pdf(found["x"], x.mean(), x.std()), atol=1e-4)


def test_the_law_of_a_bent_score_is_its_integral() -> None:
    curve = Curve(np.array([-60.0, -1.0, 2.0, 60.0]), np.array([5.0, 5.0, -1.0, -1.0]))
    grid = np.array([-2.0, 0.0, 1.0, 3.0])

    def height(x: float) -> float:
        return np.exp(integrate.quad(curve, 0, x, points=[-1, 2])[0])

    mass = integrate.quad(height, -8, 40, points=[-1, 2], limit=200)[0]
    np.testing.assert_allclose(curve.density(grid), [height(x) / mass for x in grid], rtol=1e-3)


def test_a_tail_that_points_outwards_has_no_law() -> None:
    outwards = Curve(np.array([-60.0, 0.0, 60.0]), np.array([5.0, 0.0, 1.0]))
    assert outwards.density(cl.GRID) is None


def test_samples_follow_the_law() -> None:
    what, beta = chosen("two modes", 200), near(12)
    curve = Curve.of(what.fit(beta))
    samples = walk(what, beta)
    mass = np.cumsum(curve.density(cl.GRID)) * (cl.GRID[1] - cl.GRID[0])
    share = (samples[:, None] <= cl.GRID).mean(axis=0)
    assert np.abs(share - mass).max() < 0.08
    drawn = cl.compute(what, beta)["samples"]
    width = np.diff(drawn["x"])
    assert float((drawn["y"][:-1] * width).sum()) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("change", "moves", "stays"),
    [
        (
            {"beta": BETAS[5]},
            {"optimal score", "this β", "samples", "law of this score", "beam", "touches"},
            {"gain", "target", "training data", "gap, each β"},
        ),
        ({"n": 20}, {"gain", "training data", "thresholds", "optimal score"}, {"target"}),
        ({"skip": "without"}, {"gain", "thresholds"}, {"training data"}),
        ({"activation": "abs"}, {"gain", "optimal score"}, {"target", "training data"}),
        ({"target": "one Gaussian"}, {"target", "law of the target", "gain"}, set()),
    ],
)
def test_a_control_moves_what_it_names(
    change: dict[str, object], moves: set[str], stays: set[str]
) -> None:
    explorer = Explorer()
    explorer.set(n=50)
    axes = [explorer.figure.layout[axis].range for axis in ("xaxis", "yaxis", "yaxis2", "yaxis4")]
    words = explorer.status.value
    moved = moved_by(explorer, **change)
    assert moves <= moved
    assert not stays & moved
    assert explorer.status.value != words
    now = [explorer.figure.layout[axis].range for axis in ("xaxis", "yaxis", "yaxis2", "yaxis4")]
    assert now == axes


@pytest.mark.parametrize(
    ("target", "activation", "skip", "beta", "words"),
    [
        ("one Gaussian", "relu", "with", 300, "the score of the Gaussian N(μ, v)"),
        ("one Gaussian", "abs", "without", 60, "nothing is learned"),
        ("one Gaussian", "abs", "without", 45, "with Laplace tails beyond"),
        ("one Gaussian", "relu", "without", 45, "with wider Gaussian tails beyond"),
        ("two modes", "relu", "with", 8, "piecewise linear, its law pieces of Gaussians"),
        ("one Gaussian", "abs", "without", 5.26, "a tail that points outwards"),
    ],
)
def test_the_sentence_names_the_regime(
    target: str, activation: str, skip: str, beta: float, words: str
) -> None:
    what = chosen(target, 50, activation, skip)
    plain = re.sub("<[^>]+>", "", cl.sentence(what, near(beta)))
    assert words in plain
    fit = what.fit(near(beta))
    assert f"optimum {fit.objective:,.3f}".replace("-", "−") in plain
    assert f"β₁ = {what.gaussian:.1f}" in plain


@pytest.mark.slow
def test_every_setting_certifies_its_whole_path() -> None:
    for activation in ("relu", "abs"):
        for skip in SKIPS:
            what = chosen("three modes, uneven", 100, activation, skip)
            assert what.gap.max() < 1e-6
            assert len(what.fits) == len(BETAS)


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("skip", ["with", "without"])
@pytest.mark.parametrize("beta", [5, 12, 40, 300])
def test_the_beam_stays_in_its_tube_and_touches_it_where_the_kinks_are(
    activation: str, skip: str, beta: float
) -> None:
    what = chosen(activation=activation, skip=skip)
    found = cl.tube(what, near(beta))
    beams = [found[name] for name in ("beam", "beam, facing left")]
    assert all(np.abs(beam["y"]).max() <= 1 + 1e-6 for beam in beams)
    kinks = cl.at_beta(what, near(beta))["its kinks"]["x"][:-1]
    touches = np.stack((found["touches"]["x"], found["touches"]["y"]), axis=1)[:-1]
    np.testing.assert_allclose(np.unique(touches[:, 0]), np.unique(kinks), atol=1e-9)
    for place, wall in touches:
        off = [np.abs(b["x"] - place) + np.abs(b["y"] - wall) for b in beams]
        assert min(map(np.min, off)) < 1e-4


def test_the_beam_is_the_columns_of_the_program() -> None:
    """Against the dense matrix of equation (6), and at kinks between data too."""
    draw = np.random.default_rng(3)
    x, z = draw.normal(size=7), draw.normal(size=7)
    z -= z.mean()
    places, right, left = earned(x, z, "relu", 9.0)
    for tau in draw.uniform(-2, 2, 9):
        column = np.maximum(x - tau, 0) @ z + (x > tau).sum()
        other = np.maximum(tau - x, 0) @ z - (x < tau).sum()
        assert np.interp(tau, places, right) == pytest.approx(column)
        assert np.interp(tau, places, left) == pytest.approx(other)
        both = earned(x, z, "abs", 9.0)[1]
        assert np.interp(tau, places, both) == pytest.approx(column + other)


def test_what_cannot_be_set_is_refused() -> None:
    with pytest.raises(ValueError, match="beta=1: must be one of"):
        Explorer().set(beta=1)
