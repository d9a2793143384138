"""What the explorer of early stopping shows: risk, rules, scores and denoiser; arrays and words."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
from torch import Tensor

from scorelab.explore.figures import (
    COLORS,
    add_line,
    add_points,
    add_shapes,
    arrows,
    dots,
    number,
    panels,
    square_axes,
)
from scorelab.explore.replay.plane import GRID, REACH, arrow_scale, moves

from .rules import LEVEL, RULES, STRAYS, Problem

Trace = dict[str, Any]
Traces = dict[str, Trace]
START, END = 0.7, 2e7  # where step 0 stands on the logarithmic axis, and where that axis ends
SCORES = ("hold-out", "GCV", "leave-one-out")
#: What the vertical axes show: errors (log₁₀), and scores less the label noise, with their ticks.
ERRORS = {False: [-3, 0.75], True: [-3, 1.75]}
LESS_NOISE = {False: ([-0.25, 1.0], 0.25), True: ([-0.5, 3], 0.5)}
#: Left and right end of each column, and bottom and top of its upper and lower part.
COLUMNS = [(0.075, 0.42), (0.485, 0.735), (0.79, 1)]
UPPER, LOWER = [0.47, 1], [0, 0.36]


def blank() -> go.Figure:
    """Risk above where the rules stop; their scores above Rademacher's; the denoiser."""
    titles = ["risk, and where the rules stop", "what the rules look at",
              f"the denoiser at noise level {LEVEL}"]  # fmt: skip
    figure = panels(titles, height=470)
    _arrange(figure)
    _curves(figure)
    add_shapes(figure, "training rows", 3, COLORS["data"])
    add_shapes(figure, "rows left out", 3, COLORS["overfit"])
    add_line(figure, "the ball ‖x‖ ≤ R", 3, COLORS["data"], width=2)
    add_shapes(figure, "exact", 3, COLORS["truth"])
    add_shapes(figure, "learned", 3, COLORS["kernel"])
    hidden = ["now", "rules", "stop", "stop below", "best stop below", "truth", "exact", "learned",
              "the ball ‖x‖ ≤ R"]  # fmt: skip
    figure.for_each_trace(lambda t: t.update(showlegend=False) if t.name in hidden else None)
    return figure


def _curves(figure: go.Figure) -> None:
    """The lines of the four panels over the steps; the lower two have axes of their own."""
    orange, black = COLORS["kernel"], COLORS["truth"]
    hues = {"hold-out": COLORS["data"], "GCV": COLORS["noise"], "leave-one-out": orange}
    red = {"dash": "dot", "width": 2}
    add_line(figure, "best stop", 1, COLORS["overfit"], **red)
    add_line(figure, "stop", 1, orange, width=1)
    add_line(figure, "training error", 1, orange, dash="dot", width=2)
    add_line(figure, "excess risk", 1, orange)
    add_points(figure, "now", 1, orange, size=12)
    add_line(figure, "truth", 2, black, width=2)
    for name in SCORES:
        add_line(figure, name, 2, hues[name])
    add_line(figure, "best stop below", 1, COLORS["overfit"], **red)
    add_line(figure, "stop below", 1, orange, width=1)
    add_points(figure, "rules", 1, black, size=11)
    for trace in figure.data[-3:]:
        trace.update(xaxis="x4", yaxis="y4")
    figure.data[-1].update(mode="markers+text", cliponaxis=False, hoverinfo="skip")
    filled = [hues["GCV"], orange, hues["hold-out"], black]
    figure.data[-1].marker.update(color=[black, black, *filled],
                                  symbol=["circle-open"] * 2 + ["circle"] * 4)  # fmt: skip
    add_line(figure, "η R(1/√η)", 2, black)
    add_line(figure, "C/(2eσ)", 2, black, dash="dash", width=2)
    add_line(figure, "C and σ estimated", 2, black, dash="dot", width=2)
    for trace in figure.data[-3:]:
        trace.update(xaxis="x5", yaxis="y5")


def _arrange(figure: go.Figure) -> None:
    """Places, ranges and words of the axes."""
    for k, (left, right) in enumerate(COLUMNS):
        figure.update_xaxes(domain=[left, right], row=1, col=k + 1)
        figure.layout.annotations[k].x = (left + right) / 2
    powers = [1, 100, 10_000, 1_000_000]
    steps = {"type": "log", "range": [math.log10(START) - 0.1, math.log10(END)], "tickvals": powers,
             "ticktext": [number(p) for p in powers]}  # fmt: skip
    still = {"title_standoff": 4, "automargin": False, "ticklabeloverflow": "allow"}
    below = {**steps, **still, "title": "steps of gradient descent"}
    no_words = {"ticktext": [""] * 4}
    rows = {"range": [-0.6, 5.6], "tickvals": list(range(6)), "ticktext": RULES, "ticks": ""}
    decades = {"type": "log", "tickvals": [0.001, 0.01, 0.1, 1, 10, 100],
               "ticktext": ["0.001", "0.01", "0.1", "1", "10", "100"]}  # fmt: skip
    figure.update_layout(
        xaxis=steps | no_words, yaxis={**decades, "domain": UPPER, "title": "mean square"},
        xaxis2=steps | no_words, yaxis2={"domain": UPPER, "title": "score − noise"},
        xaxis4={**below, "domain": COLUMNS[0], "anchor": "y4"},
        yaxis4={**still, **rows, "domain": LOWER, "anchor": "x4"},
        xaxis5={**below, "domain": COLUMNS[1], "anchor": "y5"},
        yaxis5={**still, **decades, "domain": LOWER, "anchor": "x5", "range": [-2.5, 2.5],
                "title": "Rademacher"},
    )  # fmt: skip
    square_axes(figure, 3, REACH)


def ranges(target: str) -> dict[str, dict[str, Any]]:
    """The vertical ranges of a target, as changes of the layout: strays have large errors."""
    wide = target == STRAYS
    span, tick = LESS_NOISE[wide]
    return {"yaxis": {"range": ERRORS[wide]}, "yaxis2": {"range": span, "dtick": tick}}


def over_steps(steps: Any, values: Any, low: float = 1e-9, high: float = 1e9) -> Trace:
    """A curve over the steps; what an axis cannot show is put beyond its ends."""
    values = np.nan_to_num(np.asarray(values, np.float64), nan=high, posinf=high)
    return {"x": np.maximum(steps, START), "y": np.clip(values, low, high)}


def compute(what: Problem, stop: int, constant: float) -> Traces:
    """All traces for one stop and one constant C: arrays by the name of the trace."""
    upright = [max(stop, START)] * 2
    grid = what.on_grid(stop).cpu().numpy() - GRID
    return {
        **still(what),
        "stop": {"x": upright, "y": [1e-9, 1e9]},
        "stop below": {"x": upright, "y": [-1, 6]},
        "now": over_steps([stop], [what.risk(stop)]),
        "rules": where_they_stop(what, constant),
        "C/(2eσ)": level(what.sigma, constant),
        "learned": arrows(GRID, arrow_scale(_exact_moves(what)) * grid, 0.05),
    }


@lru_cache(maxsize=8)
def still(what: Problem) -> Traces:
    """The traces that neither the stop nor the constant changes."""
    stops, curves = what.flow.stops, what.curves
    best = [max(what.stops(1)["oracle"], START)] * 2
    held, own = what.noise(what.holdout), what.noise(what.train)
    scores = {name: curves[name] - (held if name == "hold-out" else own) for name in SCORES}
    kept = what.drawn.x_t.norm(dim=1) <= what.radius
    return {
        "training error": over_steps(stops, curves["training error"]),
        "excess risk": over_steps(stops, curves["excess risk"]),
        "truth": over_steps(stops, curves["excess risk"]),
        "best stop": {"x": best, "y": [1e-9, 1e9]},
        "best stop below": {"x": best, "y": [-1, 6]},
        **{name: over_steps(stops, score, low=-9, high=99) for name, score in scores.items()},
        "η R(1/√η)": over_steps(stops[1:], what.crossing),
        "C and σ estimated": level(*what.estimated),
        "training rows": _squares(what.drawn.x_t[kept]),
        "rows left out": _squares(what.drawn.x_t[~kept]),
        "the ball ‖x‖ ≤ R": circle(what.radius),
        "exact": arrows(GRID, arrow_scale(_exact_moves(what)) * _exact_moves(what), 0.05),
    }


def level(noise: float, constant: float) -> Trace:
    """The level C/(2eσ) that η_τ R(1/√η_τ) has to reach; without noise it is never reached."""
    return over_steps([START, END], [constant / (2 * math.e * max(noise, 1e-9))] * 2)


def where_they_stop(what: Problem, constant: float) -> Trace:
    """A dot for each rule at its stop, with its excess risk over the least one in words."""
    stops = what.stops(constant)
    least = what.risk(stops["oracle"])
    words = [f" {number(s)} · {times(what.risk(s) / least)} " for s in stops.values()]
    return {
        "x": np.maximum(list(stops.values()), START), "y": np.arange(len(stops)), "text": words,
        "textposition": ["middle left" if s > 5000 else "middle right" for s in stops.values()],
    }  # fmt: skip


def times(ratio: float) -> str:
    """A ratio as a reader writes it: 1.06 ×, or 1,529 ×."""
    return f"{ratio:.2f} ×" if ratio < 10 else f"{ratio:,.0f} ×"


def circle(radius: float) -> Trace:
    """A circle around the origin, beyond the picture where its radius is infinite."""
    angle = np.linspace(0, 2 * math.pi, 121)
    radius = min(radius, 1e3)
    return {"x": radius * np.cos(angle), "y": radius * np.sin(angle)}


def _squares(x: Tensor) -> Trace:
    # One far outside: the legend leaves out what is empty, and would move the panels.
    return dots(np.append(x.cpu().numpy(), [[99.0, 99.0]], axis=0), 0.025)


@lru_cache(maxsize=8)
def _exact_moves(what: Problem) -> np.ndarray:
    return moves(what.truth, LEVEL, what.exact.device)


def sentence(what: Problem, stop: int, constant: float) -> str:
    """The numbers of one stop, and what the ball has done to data and step size."""
    best = what.stops(constant)["oracle"]
    risk, least, n = what.risk(stop), what.risk(best), len(what.flow)
    largest = float(what.flow.z.square().sum(1).max()) / 2
    return (
        f"At {number(stop)} steps: excess risk <b>{risk:.3f}</b>, <b>{times(risk / least)}</b> the "
        f"best ({least:.3f}, at {number(best)}) · degrees of freedom "
        f"<b>{float(what.flow.fitted(stop).sum()):.1f}</b> of {n} · R keeps <b>{n}</b> of "
        f"{len(what.drawn)} rows ({what.outside:.1%} of the test mass is outside): largest κ(z, z) "
        f"<b>{largest:.1f}</b>, largest stable step <b>{2 * what.flow.step_size:.2f}</b>"
    )
