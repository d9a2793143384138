"""What the explorer of early stopping shows: risk, rules, scores and denoiser; arrays and words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import GRID, REACH, arrow_scale

from .rules import LEVEL, RULES, STRAYS, StoppingProblem

END = 2e7  # where the axis of the steps ends
TITLES = [
    "risk, and where the rules stop",
    "what the rules look at",
    f"denoiser, √h = {LEVEL}",
]
#: What the legend leaves out, and what is drawn in the lower part of a column.
HIDDEN = ("now", "stop", "the same risk", "the ball ‖x‖ ≤ R")
BELOW = ("rules",)
HEIGHTS = ("η Q(1/η)", "C/(2eσ)", "C and σ estimated")
SCORES = ("hold-out", "GCV", "leave-one-out")
#: What the vertical axes show: errors (log₁₀), and scores less the label noise, with their ticks.
ERRORS = {False: [-3, 0.75], True: [-3, 1.75]}
LESS_NOISE = {False: ([-0.25, 1.0], 0.25), True: ([-0.5, 3], 0.5)}
#: Left and right end of each column, and bottom and top of its upper and lower part.
COLUMNS = [(0.075, 0.41), (0.485, 0.735), (0.79, 1)]
UPPER, LOWER = [0.57, 1], [0, 0.47]


def blank() -> go.Figure:
    """Risk above where the rules stop; their scores above Rademacher's; the denoiser."""
    figure = fig.panels(TITLES, height=454)
    _arrange(figure)
    _curves(figure)
    fig.add_shapes(figure, "training rows", 3, fig.COLORS["data"], "square")
    fig.add_shapes(figure, "rows left out", 3, fig.COLORS["overfit"], "x")
    fig.add_line(figure, "the ball ‖x‖ ≤ R", 3, fig.COLORS["data"], width=2)
    fig.add_shapes(figure, "exact", 3, fig.COLORS["truth"], "triangle-right")
    fig.add_shapes(figure, "learned", 3, fig.COLORS["kernel"], "triangle-right")
    fig.restyle(figure, HIDDEN + BELOW, showlegend=False)
    return figure


def _curves(figure: go.Figure) -> None:
    """The lines of the four panels over the steps; the lower two have axes of their own."""
    orange, black, blue = (fig.COLORS[name] for name in ("kernel", "truth", "network"))
    hues = {"hold-out": fig.COLORS["data"], "GCV": fig.COLORS["noise"], "leave-one-out": blue}
    fig.add_line(figure, "best stop", 1, fig.COLORS["overfit"], dash="dot", width=2)
    fig.add_line(figure, "stop", 1, orange, width=1)
    fig.add_line(figure, "training error", 1, orange, dash="dot", width=2)
    fig.add_line(figure, "excess risk", 1, orange)
    fig.add_points(figure, "now", 1, orange, size=12)
    for name in SCORES:
        fig.add_line(figure, name, 2, hues[name])
    fig.add_line(figure, "the same risk", 2, orange, width=2)
    fig.add_points(figure, "rules", 1, black, size=11)
    filled = [hues["GCV"], blue, hues["hold-out"], orange]
    dots = {"color": [black, black, *filled], "symbol": ["circle-open"] * 2 + ["circle"] * 4}
    words = {"mode": "markers+text", "cliponaxis": False, "hoverinfo": "skip"}
    fig.restyle(figure, ["rules"], marker=dots, **words)
    fig.restyle(figure, BELOW, xaxis="x4", yaxis="y4")
    fig.add_line(figure, "η Q(1/η)", 2, black)
    fig.add_line(figure, "C/(2eσ)", 2, black, dash="dash", width=2)
    fig.add_line(figure, "C and σ estimated", 2, black, dash="dot", width=2)
    fig.restyle(figure, HEIGHTS, xaxis="x5", yaxis="y5")


def _arrange(figure: go.Figure) -> None:
    """Places, ranges and words of the axes."""
    fig.place(figure, COLUMNS)
    span = [math.log10(fig.START) - 0.1, math.log10(END)]
    steps = fig.log_axis(span, [1, 100, 10_000, 1_000_000], title=fig.STEPS)
    rows = {"range": [-0.5, 5.5], "tickvals": list(range(6)), "ticktext": RULES, "ticks": ""}
    decades = fig.log_axis([-2.5, 2.5], [0.001, 0.01, 0.1, 1, 10, 100])
    figure.update_layout(
        xaxis=fig.wordless(steps),
        xaxis2=fig.wordless(steps),
        xaxis4={**fig.STILL, **steps, "domain": COLUMNS[0], "anchor": "y4"},
        xaxis5={**fig.STILL, **steps, "domain": COLUMNS[1], "anchor": "y5"},
        yaxis={**decades, "domain": UPPER, "title": "mean square"},
        yaxis2={"domain": UPPER, "title": "score − noise"},
        yaxis4={**fig.STILL, **rows, "domain": LOWER, "anchor": "x4"},
        yaxis5={**fig.STILL, **decades, "domain": LOWER, "anchor": "x5", "title": "Rademacher"},
    )
    fig.square_axes(figure, 3, REACH)


def ranges(target: str) -> dict[str, dict[str, Any]]:
    """The vertical ranges of a target, as changes of the layout: strays have large errors."""
    wide = target == STRAYS
    span, tick = LESS_NOISE[wide]
    return {"yaxis": {"range": ERRORS[wide]}, "yaxis2": {"range": span, "dtick": tick}}


def over_steps(steps: Any, values: Any, low: float = 1e-9, high: float = 1e9) -> fig.Trace:
    """A curve over the steps; what an axis cannot show is put beyond its ends."""
    values = np.nan_to_num(np.asarray(values, np.float64), nan=high, posinf=high)
    return {"x": np.maximum(steps, fig.START), "y": np.clip(values, low, high)}


def compute(what: StoppingProblem, stop: int, constant: float) -> fig.Traces:
    """All traces for one stop and one constant C: arrays by the name of the trace."""
    upright = [max(stop, fig.START)] * 2
    scale = arrow_scale(what.moves)
    return {
        **still(what),
        "exact": fig.arrows(GRID, scale * what.moves, 0.05),
        "stop": {"x": upright, "y": [1e-9, 1e9]},
        "now": over_steps([stop], [what.risk(stop)]),
        "rules": where_they_stop(what, constant),
        "C/(2eσ)": level(what.sigma, constant),
        "learned": fig.arrows(GRID, scale * (what.on_grid(stop).cpu().numpy() - GRID), 0.05),
    }


def still(what: StoppingProblem) -> fig.Traces:
    """The traces that neither the stop nor the constant changes."""
    stops, curves = what.flow.stops, what.curves
    best = [max(what.stops(1)["oracle"], fig.START)] * 2
    held, own = what.noise(what.holdout), what.noise(what.train)
    scores = {name: curves[name] - (held if name == "hold-out" else own) for name in SCORES}
    rows = what.drawn.x_t.cpu().numpy()
    kept = np.linalg.norm(rows, axis=1) <= what.radius
    return {
        "training error": over_steps(stops, curves["training error"]),
        "excess risk": over_steps(stops, curves["excess risk"]),
        "the same risk": over_steps(stops, curves["excess risk"]),
        "best stop": {"x": best, "y": [1e-9, 1e9]},
        **{name: over_steps(stops, score, low=-9, high=99) for name, score in scores.items()},
        "η Q(1/η)": over_steps(stops[1:], what.crossing),
        "C and σ estimated": level(*what.estimated),
        "training rows": fig.dots(fig.never_empty(rows[kept]), 0.025),
        "rows left out": fig.crosses(fig.never_empty(rows[~kept]), 0.05),
        "the ball ‖x‖ ≤ R": circle(what.radius),
    }


def level(noise: float, constant: float) -> fig.Trace:
    """The level C/(2eσ) that η_τ Q(1/η_τ) has to reach; without noise it is never reached."""
    return over_steps([fig.START, END], [constant / (2 * math.e * max(noise, 1e-9))] * 2)


def where_they_stop(what: StoppingProblem, constant: float) -> fig.Trace:
    """A dot for each rule at its stop, with its excess risk over the least one in words."""
    stops = what.stops(constant)
    least = what.risk(stops["oracle"])
    words = [f" {fig.number(s)} · {times(what.risk(s) / least)} " for s in stops.values()]
    return {
        "x": np.maximum(list(stops.values()), fig.START),
        "y": np.arange(len(stops)),
        "text": words,
        "textposition": ["middle left" if s > 5000 else "middle right" for s in stops.values()],
    }


def times(ratio: float) -> str:
    """A ratio as a reader writes it: 1.06 ×, or 1,529 ×."""
    return f"{ratio:.2f} ×" if ratio < 10 else f"{ratio:,.0f} ×"


def circle(radius: float) -> fig.Trace:
    """A circle around the origin, beyond the picture where its radius is infinite."""
    angle = np.linspace(0, 2 * math.pi, 121)
    radius = min(radius, 1e3)
    return {"x": radius * np.cos(angle), "y": radius * np.sin(angle)}


def sentence(what: StoppingProblem, stop: int, constant: float) -> str:
    """The numbers of one stop, and what the ball has done to data and step size."""
    best = what.stops(constant)["oracle"]
    risk, least, n = what.risk(stop), what.risk(best), len(what.flow)
    largest = float(what.flow.z.square().sum(1).max()) / 2
    return (
        f"At {fig.number(stop)} steps: excess risk <b>{risk:.3f}</b>, "
        f"<b>{times(risk / least)}</b> the best ({least:.3f}, at {fig.number(best)}) · degrees of "
        f"freedom <b>{float(what.flow.fitted(stop).sum()):.1f}</b> of {n} · R keeps <b>{n}</b> of "
        f"{len(what.drawn)} rows ({what.outside:.1%} of the test mass is outside): largest κ(z, z) "
        f"<b>{largest:.1f}</b>, largest stable step <b>{2 * what.flow.step_size:.2f}</b>"
    )
