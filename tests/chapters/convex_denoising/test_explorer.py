"""The explorers of notebook 09, without a page: their panels against the package and the table."""

import re
from itertools import pairwise

import numpy as np
import pytest
import torch

from scorelab import convex
from scorelab.chapters.convex_denoising import bought
from scorelab.chapters.convex_denoising import pattern_view as pm
from scorelab.chapters.convex_denoising import view as cp
from scorelab.chapters.convex_denoising.explorer import Explorer
from scorelab.chapters.convex_denoising.pattern_explorer import PatternExplorer
from scorelab.explore import figures
from scorelab.explore.replay.plane import GRID, REACH
from scorelab.explore.replay.setting import PROCESS
from scorelab.studies import convex_denoising as ct

STATE = {"target": "two moons", "beta": 4.0, "noise": 0.6, "patterns": 100}


def values(explorer) -> dict[str, list]:
    by_name = {trace.name: trace for trace in explorer.figure.data}
    every = figures.names(explorer.figure)
    return {name: [np.array(by_name[name].x), np.array(by_name[name].y)] for name in every}


def moved(before: dict[str, list], after: dict[str, list]) -> set[str]:
    same = {
        name
        for name, old in before.items()
        if all(np.array_equal(a, b, equal_nan=True) for a, b in zip(old, after[name], strict=True))
    }
    return set(before) - same


# The panels


def test_every_trace_of_the_figures_is_filled_and_no_other() -> None:
    for figure, filled in (
        (cp.blank(), cp.compute(**STATE)),
        (pm.blank(), pm.compute(5, 40, 0.2, 3)),
    ):
        assert figures.names(figure) == set(filled)
        assert all(len(trace["x"]) > 0 for trace in filled.values())


def test_the_curve_is_the_table_over_the_linear_loss() -> None:
    found, kept, at = cp.compute(**STATE), ct.table(), cp.place("two moons", 4.0, 0.6)[:3]
    np.testing.assert_allclose(found["optimum"]["y"], kept.loss[at] / kept.linear[at])
    assert found["now"]["x"] == [100]
    assert found["now"]["y"] == [found["optimum"]["y"][list(ct.COUNTS).index(100)]]
    assert found["gated, another model"]["y"][0] < found["no network is below"]["y"][0]
    assert found["no network is below"]["y"][0] <= min(found["optimum"]["y"])


def test_exact_arrows_are_the_score_of_the_law() -> None:
    score = cp.exact("one Gaussian", 0.6)
    law = ct.LAWS["one Gaussian"].noised(PROCESS, PROCESS.time_at(0.6))
    wanted = (law.means.numpy() - GRID) / float(law.stds[0]) ** 2
    np.testing.assert_allclose(score, wanted, atol=1e-5)


def test_no_arrow_reaches_another_point_of_the_grid() -> None:
    score = np.array([[0.0, 0.0], [0.3, 0.4], [-30.0, 40.0], [0.0, 1e6]])
    found = np.linalg.norm(cp.shortened(score), axis=1)
    assert found[0] == 0 and (np.diff(found) > 0).all() and found[-1] < cp.SPACING
    np.testing.assert_allclose(cp.shortened(score)[1] / found[1], [0.6, 0.8])


def test_lines_reach_across_the_panel() -> None:
    found = cp.lines(np.array([[0.6, 0.8, -1.0], [np.nan] * 3]))
    x, y = found["x"], found["y"]
    assert len(x) == 3 and np.isnan(x[2])
    np.testing.assert_allclose(0.6 * x[:2] + 0.8 * y[:2], 1)
    assert np.hypot(x[0], y[0]) > 2 * REACH


def test_the_sentence_says_the_numbers() -> None:
    plain = re.sub("<[^>]+>", "", cp.sentence(**STATE))
    kept, at = ct.table(), cp.place("two moons", 4.0, 0.6, 100)
    assert f"With 100 patterns: loss {kept.loss[at]:.1f}" in plain
    assert f"gated {kept.gated[at[:3]]:.1f}" in plain
    assert f"{kept.neurons[at]:.0f} neurons" in plain
    assert "With all 3,542 patterns" in re.sub(
        "<[^>]+>", "", cp.sentence("circle", 1.0, 0.45, ct.ALL)
    )


@pytest.mark.parametrize(
    ("change", "moves", "stays"),
    [
        (
            {"patterns": 30},
            {"learned score", "now", "kinks"},
            {"optimum", "samples", "noised data"},
        ),
        ({"beta": 0.5}, {"optimum", "samples", "learned score"}, {"exact score", "data"}),
        ({"noise": 0.15}, {"noised data", "exact score", "optimum"}, {"samples", "data"}),
        ({"target": "two moons"}, {"data", "samples", "exact score", "optimum"}, set()),
    ],
)
def test_a_control_moves_what_it_names(change: dict, moves: set[str], stays: set[str]) -> None:
    explorer = Explorer()
    before, words = values(explorer), explorer.status.value
    axes = explorer.figure.layout.yaxis2.range
    explorer.set(**change)
    changed = moved(before, values(explorer))
    assert moves <= changed and not stays & changed
    assert explorer.status.value != words and explorer.figure.layout.yaxis2.range == axes


# The map of patterns


@pytest.mark.parametrize("n", pm.POINTS)
def test_the_map_has_a_region_for_every_pattern(n: int) -> None:
    """As many different columns of activations on a fine map as there are patterns."""
    turn, offset = np.linspace(0, 2 * np.pi, 2000), np.linspace(-3.5, 3.5, 1500)
    along = np.stack((np.cos(turn), np.sin(turn)), axis=1) @ pm.points(n).T
    words = (along[:, None] > offset[:, None]) @ (2 ** np.arange(n))
    assert len(np.unique(words)) == n * n - n + 2


def test_the_map_shows_what_a_neuron_earns() -> None:
    state = bought.after(6, 3)
    earned = pm.compute(6, 90, 0.4, 3)["earned, over β"]["z"]
    column, row = int(np.flatnonzero(pm.TURN == 90)[0]), 60
    relu = np.maximum(pm.points(6)[:, 1] - pm.OFFSET[row], 0)
    wanted = np.linalg.norm(state.dual.T @ relu) / bought.BETA
    assert 10 ** earned[row, column] == pytest.approx(wanted)
    found = pm.compute(6, 90, 0.4, 3)
    assert len(found["active points"]["x"]) == (pm.points(6)[:, 1] > 0.4).sum()
    assert len(found["active points"]["x"]) + len(found["inactive points"]["x"]) == 6
    np.testing.assert_allclose(found["kink"]["y"], 0.4)


@pytest.mark.parametrize("n", pm.POINTS)
def test_at_the_end_the_map_touches_β_exactly_at_the_neurons_in_use(n: int) -> None:
    last = bought.after(n, bought.ROUNDS)
    assert last.done and last.loss - last.bound < 1e-3 * last.loss
    assert bought.earns(n, bought.ROUNDS, pm.unit(pm.TURN), pm.OFFSET).max() <= 1 + 2e-4
    at = [
        bought.earns(n, bought.ROUNDS, pm.unit(angle)[None], np.array([offset]))[0, 0]
        for angle, offset in zip(last.angle, last.offset, strict=True)
    ]
    np.testing.assert_allclose(at, 1, atol=1e-3)


def test_buying_closes_loss_and_bound_on_the_optimum_of_the_package() -> None:
    found = bought.rounds(6)
    assert all(a.loss >= b.loss - 1e-9 for a, b in pairwise(found))
    assert all(a.bound <= b.bound for a, b in pairwise(found))
    x, y = (torch.tensor(part(6)) for part in (bought.points, bought.labels))
    fit = convex.denoising(x, y, bought.BETA, skip=False)
    assert found[-1].bound - 1e-9 <= fit.objective <= found[-1].loss + 1e-6


def test_the_map_explorer_moves_and_refuses() -> None:
    explorer = PatternExplorer()
    explorer.set(n=5)
    assert "one of <b>22</b> = 5² − 5 + 2" in explorer.status.value
    before = values(explorer)
    explorer.set(angle=90)
    assert {"kink", "this line", "active side"} <= moved(before, values(explorer))
    before = values(explorer)
    explorer.set(bought=1)
    assert {"now", "neurons bought", "lines bought"} <= moved(before, values(explorer))
    explorer.play()
    assert explorer["bought"] == pm.COUNTS[-1] and "no network is better" in explorer.status.value
    with pytest.raises(ValueError, match="n=20: must be one of"):
        explorer.set(n=20)
