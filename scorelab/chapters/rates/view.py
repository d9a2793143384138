"""What the explorer of rates shows: a precomputed sweep, its slopes, and one size of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
import torch

from scorelab.explore import figures as fig
from scorelab.power_law import PowerLaw
from scorelab.studies import rates

#: What chooses the stop, and the columns of the table that hold its risk and its stop.
RULES = {"oracle": ("best", "best_stop"), "leave-one-out": ("loo", "loo_stop")}
DIMS, TIMES, SIZES = (rates.AXES[axis] for axis in ("dim", "times", "n"))
SEEDS = tuple(range(2, len(rates.AXES["seed"]) + 1))
RISKS, STOPS = (0.003, 1.0), (0.7, 1000.0)  # what the vertical axes span
TITLES = ["risk against the step, at one n", "risk at the stop, against n", "the stop, against n"]
ENDS = np.array([SIZES[0] / 1.15, SIZES[-1] * 1.15])  # where lines over n begin and end
#: What the third panel shows of the stop, as the second does of the risk.
AGAIN = ("95 % of the slope", "each data set", "fit", "slope of (9)", "this n")


def blank() -> go.Figure:
    """The risk against the step, and, against n, the risk and the step at the chosen stop."""
    figure = fig.panels(TITLES)
    orange, black, red = fig.COLORS["kernel"], fig.COLORS["truth"], fig.COLORS["overfit"]
    _add_band(figure, "all data sets", 1)
    fig.add_line(figure, "risk, mean", 1, orange)
    ring = {"symbol": "circle-open", "line": {"width": 3}}
    fig.add_points(figure, "where they stop", 1, black, size=8, **ring | {"line": {"width": 2}})
    fig.add_points(figure, "never stopped", 2, red, size=4, opacity=0.5)
    fig.add_line(figure, "never: fit", 2, red, width=2)
    for panel, mark in ((2, ""), (3, " of the stop")):
        _add_band(figure, "95 % of the slope" + mark, panel)
        fig.add_points(figure, "each data set" + mark, panel, orange, size=5, opacity=0.55)
        fig.add_line(figure, "fit" + mark, panel, orange)
        fig.add_line(figure, "slope of (9)" + mark, panel, black, dash="dash", width=2)
        fig.add_points(figure, "this n" + mark, panel, black, size=15, **ring)
    again = [name + " of the stop" for name in AGAIN]
    fig.restyle(figure, ["this n", "never: fit", *again], showlegend=False)
    _arrange(figure)
    return figure


def _add_band(figure: go.Figure, name: str, panel: int) -> None:
    shape = {"mode": "none", "fill": "toself", "hoverinfo": "skip", "opacity": 0.3}
    figure.add_scatter(**shape, name=name, fillcolor=fig.COLORS["kernel"], row=1, col=panel)


def _arrange(figure: go.Figure) -> None:
    """Ranges and words of the axes, all logarithmic."""
    risks = {"type": "log", "range": powers(RISKS), "tickvals": [0.01, 0.1, 1]}
    sizes = {"type": "log", "range": powers(ENDS * [0.93, 1.07]), "tickvals": SIZES[::2]}
    risks, sizes = risks | {"title": "excess risk"}, sizes | {"title": "number of samples n"}
    fig.axes(figure, 1, fig.log_axis([-0.1, 5.1], [1, 100, 10_000], title=fig.STEPS), risks)
    fig.axes(figure, 2, sizes, risks)
    fig.axes(figure, 3, sizes, fig.log_axis(powers(STOPS), [1, 10, 100, 1000], title="steps"))


def powers(ends: Sequence[float] | fig.Array) -> list[float]:
    """The ends of a logarithmic axis as plotly wants them."""
    return np.log10(ends).tolist()


class Sweep(NamedTuple):
    """One dimension and way to draw the times, as far as the chosen seeds go.

    ``n``, ``risk``, ``stop``, ``never`` (N,), a number for each data set; ``curves`` (N, M), the
    risks at the milestones.
    """

    n: fig.Array
    risk: fig.Array
    stop: fig.Array
    never: fig.Array
    curves: fig.Array

    @property
    def fits(self) -> dict[str, PowerLaw]:
        """The lines through risk, stop and never-stopped risk."""
        series = {"risk": self.risk, "stop": self.stop, "never": self.never}
        n = torch.tensor(self.n)
        return {name: PowerLaw.fit(n, torch.tensor(values)) for name, values in series.items()}


_table = lru_cache(maxsize=1)(rates.table)


@lru_cache(maxsize=64)
def chosen(dim: int, times: str, rule: str, seeds: int) -> Sweep:
    """The rows of the table for these, with the columns of the rule."""
    table = _table()
    keep = (table["dim"] == dim) & (table["times"] == times) & (table["seed"] < seeds)
    rows, curve = table[keep], [f"risk_{m}" for m in rates.MILESTONES]
    n, risk, stop, never = (np.array(rows[c], np.float64) for c in ("n", *RULES[rule], "never"))
    return Sweep(n, risk, stop, never, np.array(rows[curve], np.float64))


def compute(dim: int, times: str, n: int, rule: str, seeds: int) -> fig.Traces:
    """All traces, by the name of the trace; only those of ``n`` are new when only n changes."""
    return {**over_n(dim, times, rule, seeds), **at_n(dim, times, n, rule, seeds)}


@lru_cache(maxsize=64)
def over_n(dim: int, times: str, rule: str, seeds: int) -> fig.Traces:
    """Dots, fitted lines and those with the slope of (9) against n."""
    sweep = chosen(dim, times, rule, seeds)
    fits, slope = sweep.fits, rates.guaranteed_slope(dim)
    # A little to the side, seed by seed: else dots of one n cover each other.
    aside = sweep.n * np.exp(0.012 * (np.tile(np.arange(seeds), len(SIZES)) - (seeds - 1) / 2))
    return {
        "never stopped": {"x": aside, "y": sweep.never},
        "never: fit": {"x": ENDS, "y": fits["never"](ENDS).numpy()},
        "each data set": {"x": aside, "y": sweep.risk},
        "each data set of the stop": {"x": aside, "y": sweep.stop},
        **_lines(fits["risk"], slope, ""),
        **_lines(fits["stop"], -slope, " of the stop"),
    }


def _lines(fit: PowerLaw, theory: float, mark: str) -> fig.Traces:
    """The fitted line, all slopes of its band and that of (9), through the same middle."""
    middle = math.sqrt(SIZES[0] * SIZES[-1])

    def line(slope: float) -> fig.Array:
        return float(fit(middle)) * (ENDS / middle) ** slope

    steep, shallow = (line(fit.slope + sign * fit.margin) for sign in (-1, 1))
    return {
        "fit" + mark: {"x": ENDS, "y": line(fit.slope)},
        "slope of (9)" + mark: {"x": ENDS, "y": line(theory)},
        "95 % of the slope" + mark: {
            "x": np.concatenate((ENDS, ENDS[::-1], ENDS[:1])),
            "y": np.concatenate((steep, shallow[::-1], steep[:1])),
        },
    }


@lru_cache(maxsize=512)
def at_n(dim: int, times: str, n: int, rule: str, seeds: int) -> fig.Traces:
    """The risk curves of one n, where the rule stops on them, and where n is in the others."""
    sweep = chosen(dim, times, rule, seeds)
    here, steps = sweep.n == n, np.array(rates.MILESTONES, np.float64)
    curves = sweep.curves[here]
    edge = np.concatenate((curves.max(0), curves.min(0)[::-1]))
    return {
        "all data sets": {"x": np.concatenate((steps, steps[::-1])), "y": edge},
        "risk, mean": {"x": steps, "y": mean(curves)},
        "where they stop": {"x": sweep.stop[here], "y": sweep.risk[here]},
        "this n": {"x": [n, n], "y": [mean(sweep.risk[here]), mean(sweep.never[here])]},
        "this n of the stop": {"x": [n], "y": [mean(sweep.stop[here])]},
    }


def mean(values: fig.Array) -> fig.Array:
    """The geometric mean over the data sets (the first axis): what a fit of logarithms sees."""
    return np.exp(np.log(values).mean(0))


def signed(value: float, digits: int) -> str:
    """A number with its sign, as it is printed in a book."""
    return f"{value:+.{digits}f}".replace("-", "−")


def sentence(dim: int, times: str, n: int, rule: str, seeds: int) -> str:
    """The numbers of one size, and the slopes beside that of (9)."""
    sweep = chosen(dim, times, rule, seeds)
    here, fits, slope = sweep.n == n, sweep.fits, rates.guaranteed_slope(dim)
    risk, stop, never = (mean(values[here]) for values in (sweep.risk, sweep.stop, sweep.never))
    words = {
        name: f"<b>{signed(fit.slope, 2)}</b>\u00a0±\u00a0{fit.margin:.2f}"
        for name, fit in fits.items()
    }
    return (
        f"At n = {fig.number(n)}: excess risk <b>{risk:.3f}</b> after <b>{stop:.0f}</b> steps, "
        f"<b>{never:.2f}</b> without stopping · slopes: risk {words['risk']}, by (9) "
        f"<b>{signed(slope, 3)}</b>; stop {words['stop']}, by (8) "
        f"<b>{signed(-slope, 3)}</b>; risk without stopping {words['never']} · half the risk takes "
        f"<b>{2 ** (-1 / fits['risk'].slope):.1f}</b> × the data"
    )
