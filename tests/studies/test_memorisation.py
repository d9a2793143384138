"""Memorisation: the two times, one cell from public parts, and a corner of the shipped table."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import scorelab as sl
from scorelab import sweep
from scorelab.studies import memorisation as mem

SMALL = {"dim": 2, "n": 11, "seed": 3, "rows": 100}


def test_between_two_stops_the_value_is_linear_in_the_logarithm() -> None:
    stops, values = [1, 10, 100, 1000], [0.0, 0.2, 0.6, 0.5]
    assert mem.first(stops, values, 0.4) == pytest.approx(10**1.5)
    assert mem.first(stops, values, 0.2) == pytest.approx(10)
    assert mem.first(stops, values, -1) == 1
    assert mem.first(stops, values, 0.7) == math.inf


@given(st.lists(st.integers(0, 100), min_size=1, max_size=20), st.integers(0, 99))
def test_the_curve_is_below_the_level_before_the_crossing_and_at_it_there(
    values: list[int], level: int
) -> None:
    values = [0, *values]
    stops = [2.0**i for i in range(len(values))]
    found = mem.first(stops, values, level + 0.5)
    if found == math.inf:
        assert max(values) <= level
    else:
        before = np.linspace(0, math.log2(found), 50)
        curve = np.interp(before, range(len(values)), values)
        assert (curve[:-1] < level + 0.5).all()
        assert curve[-1] == pytest.approx(level + 0.5, abs=1e-6)


def test_values_and_stops_must_belong_together() -> None:
    with pytest.raises(ValueError, match=r"^len\(values\)=1: must be 2"):
        mem.first([1, 2], [0.5], 0.1)


def test_the_generalisation_time_is_the_first_that_is_good_enough() -> None:
    losses = torch.tensor([2.0, 1.2, 1.04, 1.0, 1.06])
    assert mem.generalisation_time([0, 1, 5, 9, 20], losses) == 5


def test_the_table_has_every_cell_of_the_sweep_once_in_order() -> None:
    table = mem.table()
    assert table[list(mem.AXES)].to_dict("records") == sweep.grid(**mem.AXES)
    assert np.isfinite(table.select_dtypes("number")).all(axis=None)
    assert mem.STUDY.path.stat().st_size < 100_000


@pytest.mark.slow
def test_a_corner_of_the_table_is_what_the_experiment_gives() -> None:
    shipped = mem.table().set_index(list(mem.AXES))
    made = mem.experiment(dim=2, n=11, seed=1)
    assert list(shipped.columns) == list(made)
    for name, value in made.items():
        # Late in training rounding moves a sample or two of two hundred.
        room = {"share": 0.025, "distance": 0.02}.get(name.split("_")[-2:][0], 0)
        wanted = pytest.approx(value, rel=0.3 if name.endswith("best_stop") else 0.1, abs=room)
        assert shipped.loc[(2, 11, 1), name] == wanted, name


@pytest.mark.slow
def test_the_experiment_measures_what_its_columns_say() -> None:
    """The same numbers from the public parts."""
    made, process = mem.experiment(**SMALL), sl.OrnsteinUhlenbeck(t_min=0.002)
    law, draw = sl.GaussianMixture.ring(), torch.Generator().manual_seed(30_011)
    x0, clean = law.sample(11, generator=draw), law.sample(1000, generator=draw)
    test = process.regression(clean, times="log", generator=draw)
    reference = law.sample(2000, generator=draw)
    data = process.regression(x0, draws=9, times="log", generator=draw)
    truth, optimum = law.denoiser(process), sl.Empirical(x0).denoiser(process)
    assert made["chance"] == pytest.approx(sl.metrics.memorized_fraction(reference, x0))
    for kind, labels in (("drawn", data.x_0), ("averaged", optimum(data.t, data.x_t))):
        flow = sl.KernelFlow(process, sl.Regression(data.t, data.x_t, labels))
        best = sl.stopping.oracle(flow, truth, test)
        assert made[f"{kind}_best_stop"] == best
        for name, stop in (("best", best), ("never", 10**7)):
            risk = sl.metrics.excess_risk(flow.at(stop), truth, test)
            assert made[f"{kind}_{name}"] == pytest.approx(risk, rel=1e-3)
        samples = sl.sample(
            process,
            flow.at(400),
            200,
            2,
            20,
            "ancestral",
            schedule="log",
            generator=torch.Generator().manual_seed(3),
        )
        share = sl.metrics.memorized_fraction(samples, x0)
        assert made[f"{kind}_share_400"] == pytest.approx(share, abs=0.011)
        distance = sl.metrics.sliced_wasserstein(samples, reference)
        assert made[f"{kind}_distance_400"] == pytest.approx(distance, rel=0.02)
        shares = [made[f"{kind}_share_{m}"] for m in mem.MILESTONES]
        level = made["chance"] + 0.1
        after = next((m for m, s in zip(mem.MILESTONES, shares, strict=True) if s >= level), None)
        found = made[f"{kind}_memorised"]
        assert (found == math.inf) if after is None else (after / 4 <= found <= after)


def test_averaged_labels_are_what_many_draws_tend_to() -> None:
    """The mean of the flows on ever new labels for the same inputs, weighted as draws would be."""
    process, law = mem.PROCESS, mem.LAWS[2]
    draw = torch.Generator().manual_seed(0)
    x0 = law.sample(6, generator=draw)
    data = process.regression(x0, draws=20, times="log", generator=draw)
    optimum = sl.Empirical(x0).denoiser(process)(data.t, data.x_t)
    # Given an input, its clean point is x_i with the softmax weights: draw it anew, many times.
    alpha, h = process.alpha(data.t)[:, None], process.h(data.t)[:, None]
    weights = (-(data.x_t[:, None] - alpha[..., None] * x0).square().sum(2) / (2 * h)).softmax(1)
    again = torch.multinomial(weights, 4000, replacement=True, generator=draw)
    torch.testing.assert_close(x0[again].mean(1), optimum, atol=0.1, rtol=0)
    flow = sl.KernelFlow(process, data)
    many = torch.stack(
        [flow.with_labels(x0[again[:, k]]).at(300)(data.t, data.x_t) for k in range(300)]
    ).mean(0)
    averaged = flow.with_labels(optimum).at(300)(data.t, data.x_t)
    assert (many - averaged).square().sum(1).mean() < 0.02 * averaged.square().sum(1).mean()


@pytest.mark.parametrize("n", [2049, 4000])
def test_more_points_than_rows_are_refused(n: int) -> None:
    with pytest.raises(ValueError, match="draws=0: must be a whole number of at least 1"):
        mem.experiment(dim=2, n=n, seed=0)
