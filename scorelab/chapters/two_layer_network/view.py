"""What the explorer of gradient descent shows: arrays and words for one frame of a record."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import GRID, REACH, along, moves, queries
from scorelab.explore.replay.record import STOPS, Frame, Record

from .neurons import Change, change, predicted

TALLEST, LAST = 1e30, 1e25  # drawn as the largest; and what is soon beyond float32
NEAREST, FARTHEST = 1e-3, 1e2  # distances beyond stand at the edge of their panel
DOTS = 400  # of wider networks every so many-th neuron is drawn
TITLES = ["mean square error", "f₁ along x₂ = 0", "in the plane", "each neuron"]
#: Left and right end of each panel, in parts of the width: the curves need most.
PLACES = [(0, 0.28), (0.33, 0.53), (0.575, 0.78), (0.84, 0.99)]


def on_axes(steps: Any, values: Any) -> fig.Trace:
    """A curve over the steps; what a logarithmic axis cannot show is put beyond its ends."""
    return {"x": np.maximum(steps, fig.START), "y": np.clip(values, 1e-9, TALLEST)}


def blank() -> go.Figure:
    """Four panels: error and step size, the denoiser on a line and in the plane, the neurons."""
    figure = fig.panels(TITLES, height=460)
    blue, black = fig.COLORS["network"], fig.COLORS["truth"]
    _arrange(figure)
    fig.add_line(figure, "linear theory", 1, fig.COLORS["kernel"], dash="dash", width=2)
    fig.add_line(figure, "training error", 1, blue, dash="dot", width=2)
    fig.add_line(figure, "excess risk", 1, blue)
    fig.add_points(figure, "now", 1, blue, size=12)
    fig.add_line(figure, "edge", 1, black, dash="dash", width=2)
    fig.add_line(figure, "steepness", 1, blue)
    fig.add_points(figure, "steepness now", 1, blue, size=12)
    fig.restyle(figure, ["edge", "steepness", "steepness now"], yaxis="y5")
    fig.add_line(figure, "exact", 2, black, width=2)
    fig.add_line(figure, "learned", 2, blue)
    fig.add_shapes(figure, "noised data", 3, fig.COLORS["data"], "square")
    fig.add_shapes(figure, "exact arrows", 3, black)
    fig.add_shapes(figure, "learned arrows", 3, blue)
    fig.add_shapes(figure, "neurons", 4, blue, "square")
    fig.add_shapes(figure, "silent neurons", 4, fig.COLORS["data"], "square")
    hidden = ["now", "edge", "steepness", "steepness now", "exact arrows", "learned arrows"]
    fig.restyle(figure, hidden, showlegend=False)
    return figure


def _arrange(figure: go.Figure) -> None:
    """Places, ranges and words of the axes; the first panel is parted in two, one above another."""
    fig.place(figure, PLACES)
    steps = fig.log_axis([-0.22, 4.1], [1, 10, 100, 1000, 10_000], title=fig.STEPS, anchor="y5")
    steep = fig.log_axis([-0.9, 1.3], [0.2, 2, 10], title="η λ<sub>max</sub>", domain=[0, 0.28])
    figure.update_layout(
        xaxis=steps,
        yaxis=fig.log_axis([-1.3, 3.4], [0.1, 1, 10, 100, 1000], domain=[0.35, 1]),
        yaxis5=steep | {"anchor": "x", "title_standoff": 4, "automargin": False},
    )
    flat = {"range": [-REACH, REACH], "dtick": 1}
    fig.axes(figure, 2, flat | {"title": "x₁ of the noisy point"}, flat)
    fig.square_axes(figure, 3, REACH)
    moved = {"range": [-3.15, 2.15], "tickvals": [-3, -2, -1, 0, 1, 2]}
    share = {"range": [-0.04, 1.04], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    fig.axes(
        figure,
        4,
        moved | {"ticktext": ["≤ .001", "", "0.1", "1", "", "100"], "title": "moved / length"},
        share | {"ticktext": ["0", "¼", "½", "¾", "1"], "title": "share of rows switched"},
    )


def axes(noise: float) -> fig.Trace:
    """The words below the second panel, which give the noise level."""
    return {"xaxis2": {"title": {"text": f"noisy x₁, at √h = {noise:g}"}}}


def neuron_dots(found: Change) -> fig.Traces:
    """A dot a neuron: how far it moved (relative, log₁₀), on which share of rows it switched."""
    picked = np.unique(np.linspace(0, len(found.moved) - 1, DOTS).astype(int))
    x = np.log10(np.clip(found.moved[picked], NEAREST, FARTHEST))
    points, silent = np.stack((x, found.switched[picked]), axis=1), found.silent[picked]
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) * [0.07, 0.009]  # a square on screen
    return {
        "neurons": fig.outlines(points[~silent][:, None] + corners),
        "silent neurons": fig.outlines(points[silent][:, None] + corners),
    }


def compute(run: Record, now: Frame, noise: float) -> fig.Traces:
    """All traces for one frame of a record: arrays by the name of the trace."""
    level = run.where.at(noise)
    steps, step = [frame.step for frame in run.frames], [max(now.step, fig.START)]
    found = change(run.frames[0], now)
    steep = [steepness(run, frame) for frame in run.frames]
    learned = level.scale * moves(now.denoiser, noise, run.where.fresh.device)
    longest = np.maximum(np.linalg.norm(learned, axis=1, keepdims=True) / (3 * REACH), 1)
    return {
        "noised data": fig.dots(level.noised, 0.03),
        "exact": level.along,
        "exact arrows": fig.arrows(GRID, level.scale * level.moves, 0.05),
        "edge": {"x": [fig.START, STOPS[-1]], "y": [2, 2]},
        **neuron_dots(found),
        "linear theory": on_axes(STOPS, predicted(run.where, int(run.width), step_size(run))),
        "training error": on_axes(steps, [frame.training for frame in run.frames]),
        "excess risk": on_axes(steps, [frame.risk for frame in run.frames]),
        "now": on_axes(step, [now.risk]),
        "steepness": on_axes(steps, steep),
        "steepness now": on_axes(step, [steepness(run, now)]),
        "learned": along(now.denoiser(*queries(noise, run.where.fresh.device))),
        "learned arrows": fig.arrows(GRID, learned / longest, 0.05),
    }


def steepness(run: Record, now: Frame) -> float:
    """The step size times the largest eigenvalue of the present kernel: above 2 is unstable."""
    return step_size(run) * change(run.frames[0], now).top


def step_size(run: Record) -> float:
    """The step size η of a record."""
    return run.rate * run.where.flow.step_size


def sentence(run: Record, now: Frame) -> str:
    """The numbers of one frame, and whether the step size is stable there."""
    found, steep = change(run.frames[0], now), steepness(run, now)
    verdict, kind = ("stable", "truth") if steep < 2 else ("unstable", "overfit")
    if now.training > LAST:
        verdict = "unstable: the next numbers are too large, and training ends"
    return (
        f"{fig.number(now.step)} steps: training error <b>{fig.rounded(now.training)}</b>, "
        f"excess risk <b>{fig.rounded(now.risk)}</b> · "
        f"moved <b>{fig.rounded(found.relative)}</b> × length · "
        f"active <b>{found.active:.1%}</b>, switched <b>{found.switched.mean():.1%}</b>, "
        f"silent <b>{found.silent.mean():.1%}</b> · "
        f'ηλ<sub>max</sub>&nbsp;<b class="sl-{kind}">{fig.rounded(steep)}, {verdict}</b>'
    )
