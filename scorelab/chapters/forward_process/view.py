"""What the explorer of the forward process shows: the law of X_t, its score, its way to noise."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import torch

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import GRID, REACH
from scorelab.explore.replay.setting import PROCESS, coordinates

from .laws import LINE, STEP, XS, YS, Field, law

#: Round numbers, about ten a decade, from the first time of the process to the last.
TIMES = (
    *(0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08),
    *(0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8),
    *(1, 1.2, 1.5, 2, 2.5, 3),
)
CLEAN = 1e-6  # the time that stands for 0, where a law of points has no density
#: What is shown of a law in the plane, and of one on the line; the rest is shown of both.
PLANE = ("density lines", "slope of the score", "scale", "numbers", "score of noise", "score")
ON_LINE = ("density", "score −x of noise", "score s(x)")
#: Noise beside the black arrows: lighter too, for eyes that see no purple.
PALE = "#C4699C"
#: Where a slope is positive, and where all are negative.
APART, TOGETHER = "#96741A", "#808080"
#: How much wider than high the plane is, as in a panel of 312 × 264 pixels.
ASPECT = 312 / 264
#: At the upper edge of the score's panel: the scale of its colours, and the slopes named there.
SCALE, WRITTEN = np.linspace(-2.5, 2.5, 51), np.array([-100, -10, 0, 10, 100])
SCALE_HALF, SCALE_Y = 3.2, 2.8
BELOW = int((YS < SCALE_Y - 0.25).sum())  # the rows of the map that leave it free

NOT_CONCAVE = fig.explained("not log-concave", "share of the law where a slope is positive")


def blank() -> go.Figure:
    """The three panels: law, score, and the way from signal to noise."""
    figure = fig.panels(["the law of X<sub>t</sub>", "its score", "signal, noise, and distance"])
    grey, black, noise = fig.COLORS["data"], fig.COLORS["truth"], fig.COLORS["noise"]
    grid = {"x0": float(XS[0]), "dx": STEP, "y0": float(YS[0]), "dy": STEP}
    fig.add_contours(figure, "density lines", 1, black, (-2.5, 0, 0.5), **grid)
    fig.add_shapes(figure, "noised sample", 1, grey, "square")
    fig.add_line(figure, "density", 1, black)
    fig.add_line(figure, "pure noise", 1, noise, dash="dash", width=2)
    add_slopes(figure, grid)
    fig.add_shapes(figure, "score of noise", 2, PALE)
    fig.add_shapes(figure, "score", 2, black, "arrow-right")
    fig.add_line(figure, "score −x of noise", 2, noise, dash="dash", width=2)
    fig.add_line(figure, "score s(x)", 2, black)
    fig.add_line(figure, "signal α²", 3, grey)
    fig.add_line(figure, "noise h", 3, noise)
    fig.add_line(figure, "distance to noise", 3, black)
    fig.add_line(figure, "its bound α", 3, black, dash="dot", width=2)
    fig.add_line(figure, "now", 3, black, width=1)
    marks = {"size": [0, 11, 11, 11, 0], "opacity": 1}
    fig.restyle(figure, ["now"], mode="lines+markers", marker=marks)
    hidden = ("now", "score of noise", "score −x of noise", "score s(x)")  # their colours tell
    fig.restyle(figure, hidden, showlegend=False)
    span, ticks = [math.log10(0.018), math.log10(3.3)], [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    fig.axes(figure, 3, fig.log_axis(span, ticks, title_text="time t"), {"range": [0, 1.06]})
    return figure


def add_slopes(figure: go.Figure, grid: fig.Trace) -> None:
    """A map of slopes by their sign and size, and the scale of its colours."""
    colors = {"colorscale": [[0, TOGETHER], [0.5, fig.PAPER[0]], [1, APART]]}
    span, dx = (SCALE[0], SCALE[-1]), 2 * SCALE_HALF / (len(SCALE) - 1)
    strip = {"x0": -SCALE_HALF, "dx": dx, "y0": SCALE_Y, "dy": 0.36}
    fig.add_heat(figure, "slope of the score", 2, APART, span, zsmooth="fast", **grid, **colors)
    fig.add_heat(figure, "scale", 2, APART, span, **strip, **colors)
    fig.add_points(figure, "numbers", 2, fig.COLORS["truth"])
    words = [str(slope).replace("-", "−") for slope in WRITTEN]
    fig.restyle(figure, ["numbers"], mode="text", text=words, hoverinfo="skip")
    fig.restyle(figure, ["numbers", "scale"], showlegend=False)


def axes(target: str) -> fig.Trace:
    """Titles and ranges of the first two panels, which change with the target alone."""
    wide, tall = [-ASPECT * REACH, ASPECT * REACH], [-REACH, REACH]
    flat = law(target).dim == 1
    names = coordinates(target)
    x, left, right = ("x", "density", "score") if flat else (*names, names[1])
    return {
        "xaxis": _axis(x, wide),
        "xaxis2": _axis(x, wide),
        "yaxis": _axis(left, [0, 0.85] if flat else tall) | _unit("x", flat),
        "yaxis2": _axis(right, [-10, 10] if flat else tall) | _unit("x2", flat),
    }


def _unit(axis: str, flat: bool) -> fig.Trace:
    """In the plane a unit is as long on both axes, whatever the page's width."""
    return {"scaleanchor": False if flat else axis, "constrain": "domain"}


def _axis(title: str, reach: list[float]) -> fig.Trace:
    return {"title": {"text": title}, "range": reach, "constrain": "domain"}


def compute(target: str, t: float) -> fig.Traces:
    """All traces for one target at one time: arrays, and whether they are shown, by name."""
    flat = law(target).dim == 1
    draw, sample = on_line if flat else in_plane, law(target).noised(t)
    hidden = {name: {"visible": False} for name in (PLANE if flat else ON_LINE)}
    return {**draw(sample, field(target, t)), **hidden, **backdrop(target), "now": now(target, t)}


@lru_cache(maxsize=256)
def field(target: str, t: float) -> Field:
    """Density, score and steepness on the grid, for the panels and for the sentence."""
    return law(target).field(t)


def in_plane(sample: fig.Array, field: Field) -> fig.Traces:
    """Sample, density, score and steepness in the plane."""
    score = field.score[4:55:5, 10:61:5].reshape(-1, 2)  # these are the points of GRID
    return {
        "noised sample": fig.dots(sample, 0.03),
        "density lines": {"z": np.log10(np.maximum(field.density, 1e-9)), "visible": True},
        "slope of the score": {"z": signed_log(field.steepness[:BELOW]), "visible": True},
        "score": {**fig.arrows(GRID, shortened(score), 0.03), "visible": True},
    }


def signed_log(slope: fig.Array) -> fig.Array:
    """The logarithm of one plus the size of a slope, with the slope's sign."""
    return np.sign(slope) * np.log10(1 + np.abs(slope))


def shortened(score: fig.Array) -> fig.Array:
    """Arrows (n, 2) of the same directions whose lengths are 0.14 log(1 + ‖s‖).

    Scores are up to twenty times longer at the first time than at the last. On one logarithmic
    scale it can be seen at both, and can still be seen to grow.
    """
    length = np.linalg.norm(score, axis=1, keepdims=True) + 1e-12
    return 0.14 * score / length * np.log1p(length)


def on_line(sample: fig.Array, field: Field) -> fig.Traces:
    """Sample, density and score on the line."""
    return {
        "noised sample": histogram(sample[:, 0]),
        "density": {"x": LINE, "y": field.density, "visible": True},
        "score s(x)": {"x": LINE, "y": field.score[:, 0], "visible": True},
    }


def histogram(sample: fig.Array) -> fig.Trace:
    """Bars of a sample's density, as one path."""
    height, edges = np.histogram(sample, bins=52, range=(-3.64, 3.64))
    height = height / (len(sample) * (edges[1] - edges[0]))
    left, right, floor = edges[:-1], edges[1:], np.zeros_like(height)
    corners = [(left, floor), (left, height), (right, height), (right, floor)]
    return fig.outlines(np.array(corners).transpose(2, 0, 1))


def backdrop(target: str) -> fig.Traces:
    """What no time changes: pure noise, and the curves against time."""
    t = torch.tensor(TIMES, dtype=torch.float64)
    alpha, h = PROCESS.alpha(t), PROCESS.h(t)
    return {
        "signal α²": {"x": t, "y": alpha**2},
        "noise h": {"x": t, "y": h},
        "its bound α": {"x": t, "y": alpha},
        "distance to noise": {"x": t, "y": ways(target)},
        **(noise_on_line() if law(target).dim == 1 else noise_in_plane()),
    }


def noise_on_line() -> fig.Traces:
    """The density of N(0, 1), and its score −x."""
    bell = torch.exp(-(LINE**2) / 2) / math.sqrt(2 * math.pi)
    return {
        "pure noise": {"x": LINE, "y": bell},
        "score −x of noise": {"x": LINE, "y": -LINE, "visible": True},
    }


def noise_in_plane() -> fig.Traces:
    """The circle that holds 95 % of N(0, I), the arrows of its score −x, and the colours' scale."""
    turn = np.linspace(0, 2 * np.pi, 121)
    radius = math.sqrt(-2 * math.log(0.05))
    return {
        "pure noise": {"x": radius * np.cos(turn), "y": radius * np.sin(turn)},
        "score of noise": {**fig.arrows(GRID, shortened(-GRID), 0.06), "visible": True},
        "scale": {"z": SCALE[None], "visible": True},
        "numbers": {
            "x": SCALE_HALF / SCALE[-1] * signed_log(WRITTEN),
            "y": np.full(len(WRITTEN), SCALE_Y),
            "visible": True,
        },
    }


@lru_cache(maxsize=8)
def ways(target: str) -> fig.Array:
    """The distance to pure noise at all ``TIMES``, as a share of that of the clean law."""
    clean, *noised = law(target).distances((CLEAN, *TIMES))
    return np.array(noised) / clean


def now(target: str, t: float) -> fig.Trace:
    """A mark on each curve at one time."""
    signal, h = float(PROCESS.alpha(t) ** 2), float(PROCESS.h(t))
    marks = sorted([signal, h, ways(target)[TIMES.index(t)]])
    return {"x": [t, t, t, t, t], "y": [0, *marks, 1.06]}


def sentence(target: str, t: float) -> str:
    """The numbers of one target at one time, beside those of pure noise."""
    signal, h = float(PROCESS.alpha(t) ** 2), float(PROCESS.h(t))
    density, _, least, largest = field(target, t)
    low, high = (f"{s:.3g}".replace("-", "−") for s in slopes(density, least, largest))
    apart = density[largest > 0].sum() / density.sum()
    share = ways(target)[TIMES.index(t)]
    return (
        f"Noise level √h <b>{math.sqrt(h):.2f}</b>: signal {signal:.2f} · "
        f"slopes of the score <b>{low}</b> to <b>{high}</b> (noise −1) · "
        f"{NOT_CONCAVE} <b>{apart:.0%}</b> · "
        f"distance to noise <b>{share:.0%}</b> (bound {math.sqrt(signal):.0%})"
    )


def slopes(density: fig.Array, least: fig.Array, largest: fig.Array) -> tuple[float, float]:
    """The least and the largest slope where the density is at least 0.001."""
    seen = density >= 1e-3
    return float(least[seen].min()), float(largest[seen].max())
