"""Rates: the guaranteed slope, fits of power laws, and a corner of the shipped table made anew."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

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


@given(st.integers(3, 40), st.integers(0, 1000))
def test_a_fit_is_scipy_s_regression_of_the_logarithms(n: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    x = np.exp(draw.normal(size=n))
    y = 3 * x**-0.6 * np.exp(0.3 * draw.normal(size=n))
    found, wanted = (
        rates.fit(torch.tensor(x), torch.tensor(y)),
        stats.linregress(np.log(x), np.log(y)),
    )
    assert found.slope == pytest.approx(wanted.slope)
    assert found.intercept == pytest.approx(wanted.intercept)
    assert found.margin == pytest.approx(stats.t.ppf(0.975, n - 2) * wanted.stderr)
    np.testing.assert_allclose(found(x), np.exp(wanted.intercept) * x**wanted.slope)


def test_the_band_holds_the_true_slope_as_often_as_it_says() -> None:
    draw = torch.Generator().manual_seed(0)
    x = torch.tensor(rates.AXES["n"]).repeat_interleave(3).double()
    fits = [
        rates.fit(x, x**-0.5 * torch.exp(0.3 * torch.randn(len(x), generator=draw)))
        for _ in range(1000)
    ]
    inside = sum(abs(fit.slope + 0.5) <= fit.margin for fit in fits)
    assert 925 <= inside <= 975


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1.0, 2], [1.0, 2], r"len\(x\)=2: must be at least 3"),
        ([1.0, 2, 3], [1.0, 2], r"y.shape=\(2,\): must be \(3,\)"),
        ([1.0, 2, 3], [1.0, 0, 2], r"y=0.0: must be above 0"),
        ([-1.0, 2, 3], [1.0, 1, 2], r"x=-1.0: must be above 0"),
    ],
)
def test_bad_points_are_named(x: list[float], y: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        rates.fit(torch.tensor(x), torch.tensor(y))


def test_a_dimension_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="^dim=0: must be a whole number of at least 1"):
        rates.guaranteed_slope(0)


def test_the_table_has_every_cell_of_the_sweep_once_in_order() -> None:
    table = rates.table()
    cells = table[list(rates.AXES)].to_dict("records")
    assert cells == sweep.grid(**rates.AXES)
    assert np.isfinite(table.select_dtypes("number")).all(axis=None)
    assert rates.PATH.stat().st_size < 150_000


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
