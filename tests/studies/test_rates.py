"""Rates: the guaranteed slope, fits of power laws, and a corner of the shipped table made anew."""

import math

import numpy as np
import pytest
import torch

import scorelab as sl
from scorelab import sweep
from scorelab.studies import rates


@pytest.mark.parametrize(("dim", "rate"), [(1, 3 / 5), (2, 4 / 7), (3, 5 / 9)])
def test_guaranteed_slope_follows_from_the_decay(dim: int, rate: float) -> None:
    decay = (dim + 2) / (dim + 1)
    assert -rates.guaranteed_slope(dim) == pytest.approx(decay / (decay + 1))
    assert -rates.guaranteed_slope(dim) == pytest.approx(rate)


def test_guaranteed_slope_is_that_of_the_least_bound() -> None:
    """Minimise 1/u + u^{1/b}/n over a fine grid of u for two n."""
    u, slope = np.geomspace(1, 1e9, 200_001), rates.guaranteed_slope(2)
    least = [(1 / u + u ** (3 / 4) / n).min() for n in (1e3, 1e6)]
    assert math.log(least[1] / least[0]) / math.log(1e3) == pytest.approx(slope, abs=1e-6)


def test_a_dimension_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="^dim=0: must be a whole number of at least 1"):
        rates.guaranteed_slope(0)


def test_the_table_has_every_cell_of_the_sweep_once_in_order() -> None:
    table = rates.table()
    cells = table[list(rates.AXES)].to_dict("records")
    assert cells == sweep.grid(**rates.AXES)
    assert np.isfinite(table.select_dtypes("number")).all(axis=None)
    assert rates.STUDY.path.stat().st_size < 150_000


def test_a_corner_of_the_table_is_what_the_experiment_gives() -> None:
    shipped = rates.table().set_index(list(rates.AXES))
    for cell in [(1, "log", 125, 3), (2, "uniform", 250, 0), (3, "log", 177, 9)]:
        made = rates.experiment(**dict(zip(rates.AXES, cell, strict=True)))
        assert list(shipped.columns) == list(made)
        # Four digits are kept; a stop may move to its neighbour where two risks are all but equal.
        for name, value in made.items():
            near = 0.2 if name.endswith("_stop") or name == "freedom" else 0.02
            assert shipped.loc[cell, name] == pytest.approx(value, rel=near), (cell, name)


def test_the_experiment_measures_what_its_columns_say() -> None:
    """The same numbers from the public parts, a denoiser at a time."""
    made = rates.experiment(dim=2, times="log", n=125, seed=1)
    process, law = sl.OrnsteinUhlenbeck(), sl.GaussianMixture.line(dim=2)
    draw = torch.Generator().manual_seed(10_125)
    rows = {"times": "log", "generator": draw}
    data, fresh = (
        process.regression(law.sample(n, generator=draw), **rows) for n in (125, rates.TEST)
    )
    truth, flow = law.denoiser(process), sl.KernelFlow(process, data)
    oracle = sl.stopping.oracle(flow, truth, fresh)
    assert made["best_stop"] == oracle and made["loo_stop"] == sl.stopping.loo(flow)
    for name, stop in {
        "best": oracle,
        "loo": made["loo_stop"],
        "never": 10**7,
        "risk_76": 76,
    }.items():
        risk = sl.metrics.excess_risk(flow.at(stop), truth, fresh)
        assert made[name] == pytest.approx(risk, rel=1e-3)
    exact = sl.KernelFlow(process, sl.Regression(data.t, data.x_t, truth(data.t, data.x_t)))
    bias = sl.metrics.excess_risk(exact.at(oracle), truth, fresh)
    assert made["bias"] == pytest.approx(bias, rel=1e-3)
    left = (1 - flow.step_size * flow.eigenvalues) ** oracle
    assert made["freedom"] == pytest.approx(float(125 - left.sum()), rel=1e-6)
    level = process.h(fresh.t).sqrt()
    low, middle, high = (
        sl.Regression(fresh.t[rows], fresh.x_t[rows], fresh.x_0[rows])
        for rows in (level <= 1 / 3, (level > 1 / 3) & (level <= 2 / 3), level > 2 / 3)
    )
    for name, part in {"low": low, "middle": middle, "high": high}.items():
        risk = sl.metrics.excess_risk(flow.at(oracle), truth, part)
        assert made[name] == pytest.approx(risk, rel=1e-3)
