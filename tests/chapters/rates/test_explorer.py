"""The explorer of rates, without a page: its panels against the table, and its controls."""

import re

import numpy as np
import pytest
from scipy import stats

from scorelab.chapters.rates import view as ss
from scorelab.chapters.rates.explorer import Explorer
from scorelab.explore.figures import Trace, Traces
from scorelab.studies import rates

STATE = {"dim": 2, "times": "uniform", "n": 500, "rule": "oracle", "seeds": 10}


def traces(**changes: object) -> Traces:
    return ss.compute(**STATE | changes)


def rows(dim: int = 2, times: str = "uniform", seeds: int = 10):
    """The rows of the table, chosen by a query in words."""
    return rates.table().query("dim == @dim and times == @times and seed < @seeds")


def test_every_trace_of_the_figure_is_filled_and_no_other() -> None:
    filled = traces()
    assert {trace.name for trace in ss.blank().data} == set(filled)
    assert all(len(trace["x"]) == len(trace["y"]) > 0 for trace in filled.values())


@pytest.mark.parametrize(
    ("rule", "risk", "stop"),
    [("oracle", "best", "best_stop"), ("leave-one-out", "loo", "loo_stop")],
)
@pytest.mark.parametrize(("dim", "times", "seeds"), [(1, "log", 10), (3, "uniform", 4)])
def test_dots_and_lines_are_those_of_the_table(
    rule: str, risk: str, stop: str, dim: int, times: str, seeds: int
) -> None:
    found, wanted = traces(dim=dim, times=times, rule=rule, seeds=seeds), rows(dim, times, seeds)
    np.testing.assert_array_equal(found["each data set"]["y"], wanted[risk])
    np.testing.assert_allclose(found["each data set"]["x"], wanted["n"], rtol=0.06)
    np.testing.assert_array_equal(found["never stopped"]["y"], wanted["never"])
    for name, column, sign in (("", risk, 1), (" of the stop", stop, -1)):
        line = stats.linregress(np.log(wanted["n"]), np.log(wanted[column]))
        assert slope(found["fit" + name]) == pytest.approx(line.slope)
        on_line = np.exp(line.intercept) * ss.ENDS**line.slope
        np.testing.assert_allclose(found["fit" + name]["y"], on_line)
        assert slope(found["slope of (9)" + name]) == pytest.approx(
            -sign * (dim + 2) / (2 * dim + 3)
        )


def slope(line: Trace) -> float:
    return float(np.diff(np.log(line["y"]))[0] / np.diff(np.log(line["x"]))[0])


def test_the_band_is_the_fit_with_all_slopes_within_the_margin() -> None:
    found, fit = traces(), ss.chosen(2, "uniform", "oracle", 10).fits["risk"]
    band = found["95 % of the slope"]
    for corners, expected in ((slice(0, 2), -fit.margin), (slice(2, 4), fit.margin)):
        edge = {axis: np.asarray(band[axis])[corners] for axis in "xy"}
        assert slope(edge) == pytest.approx(fit.slope + expected)
    fewer = ss.chosen(2, "uniform", "oracle", 3).fits["risk"]
    assert fewer.margin > fit.margin


def test_the_curve_of_one_size_is_the_mean_of_its_data_sets() -> None:
    found, here = traces(n=250), rows().query("n == 250")
    curves = here[[f"risk_{m}" for m in rates.MILESTONES]].to_numpy()
    assert list(found["risk, mean"]["x"]) == list(rates.MILESTONES)
    np.testing.assert_allclose(found["risk, mean"]["y"], stats.gmean(curves, axis=0))
    lower = found["all data sets"]["y"][::-1][: len(rates.MILESTONES)]
    np.testing.assert_allclose(lower, curves.min(0))
    np.testing.assert_array_equal(found["where they stop"]["x"], here["best_stop"])
    np.testing.assert_array_equal(found["where they stop"]["y"], here["best"])
    np.testing.assert_allclose(
        found["this n"]["y"], [stats.gmean(here["best"]), stats.gmean(here["never"])]
    )


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ({"n": 2000}, {"this n", "this n of the stop", "risk, mean", "where they stop"}),
        ({"seeds": 3}, {"each data set", "fit", "95 % of the slope", "risk, mean"}),
        ({"rule": "leave-one-out"}, {"each data set", "fit of the stop", "where they stop"}),
        ({"times": "log"}, {"each data set", "risk, mean", "never stopped"}),
        ({"dim": 3}, {"slope of (9)", "slope of (9) of the stop", "risk, mean", "never stopped"}),
    ],
)
def test_a_control_moves_what_it_names(change: dict[str, object], moves: set[str]) -> None:
    explorer = Explorer()
    explorer.set(**STATE)
    before = {t.name: (tuple(t.x), tuple(t.y)) for t in explorer.figure.data}
    axes = [explorer.figure.layout[name].range for name in ("yaxis", "yaxis2", "yaxis3", "xaxis2")]
    words = explorer.status.value
    explorer.set(**change)
    moved = {t.name for t in explorer.figure.data if (tuple(t.x), tuple(t.y)) != before[t.name]}
    assert moves <= moved
    assert explorer.status.value != words
    now = [explorer.figure.layout[name].range for name in ("yaxis", "yaxis2", "yaxis3", "xaxis2")]
    assert now == axes
    if "n" in change:
        assert not moved & {"each data set", "fit", "slope of (9)", "never stopped"}
    if "rule" in change:
        assert "never stopped" not in moved and "risk, mean" not in moved


@pytest.mark.parametrize("dim", ss.DIMS)
@pytest.mark.parametrize("times", ss.TIMES)
def test_axes_show_every_number_of_the_table(dim: int, times: str) -> None:
    table = rows(dim, times)
    risks = table[["best", "loo", "never"]].to_numpy()
    assert ss.RISKS[0] < risks.min() and risks.max() < ss.RISKS[1]
    curves = table[[f"risk_{m}" for m in rates.MILESTONES]].to_numpy()
    assert ss.RISKS[0] < curves.min() and curves.max() < ss.RISKS[1]
    stops = table[["best_stop", "loo_stop"]].to_numpy()
    assert ss.STOPS[0] < stops.min() and stops.max() < ss.STOPS[1]


def test_the_sentence_says_the_numbers() -> None:
    plain = re.sub("<[^>]+>", "", ss.sentence(3, "log", 1000, "oracle", 10)).replace("\u00a0", " ")
    table = rows(3, "log")
    here = table.query("n == 1000")
    line = stats.linregress(np.log(table["n"]), np.log(table["best"]))
    assert f"At n = 1,000: excess risk {stats.gmean(here['best']):.3f} after" in plain
    assert f"after {stats.gmean(here['best_stop']):.0f} steps" in plain
    assert f"slopes: risk −{-line.slope:.2f} ± {1.987 * line.stderr:.2f}" in plain
    assert "by (9) −0.556" in plain and "by (8) +0.556" in plain
    assert plain.endswith(f"half the risk takes {2 ** (-1 / line.slope):.1f} × the data")


def test_what_cannot_be_set_is_refused() -> None:
    explorer = Explorer()
    with pytest.raises(ValueError, match="dim=4: must be one of"):
        explorer.set(dim=4)
    with pytest.raises(ValueError, match="n=300: must be one of"):
        explorer.set(n=300)
