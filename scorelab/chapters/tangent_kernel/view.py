"""What the explorer of the tangent kernel shows: a network's kernel, beside that of its limit."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import REACH, along, queries
from scorelab.explore.replay.record import Frame, Record
from scorelab.explore.replay.setting import Setting

from .limit import compared, limit

TITLES = ["neurons active at two rows", "f₁ along x₂ = 0", "eigenvalues of K/n"]
CORNERS = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) * [1.1, 0.0055]  # a square on the screen
ANCHOR = 10  # the slope is drawn through the eigenvalue of this index
SMALLEST, LARGEST = 1e-9, 1e9  # what a logarithmic axis cannot show is drawn beyond its ends
SLOPE = -4 / 3  # −(d + 2)/(d + 1) for d = 2


def spectrum(where: Setting) -> fig.Traces:
    """The line (π − θ)/2π, the eigenvalues of infinite width, and their predicted slope."""
    values = where.flow.eigenvalues.cpu().numpy()
    index = np.array([1, len(values)])
    return {
        "limit of the share": {"x": [0, 180], "y": [0.5, 0]},
        "limit's eigenvalues": ranked(values),
        "slope −4/3": {"x": index, "y": values[ANCHOR - 1] * (index / ANCHOR) ** SLOPE},
    }


def ranked(values: fig.Array) -> fig.Trace:
    """Descending eigenvalues against their index, from 1; those of zero below the axis."""
    return {"x": np.arange(1, len(values) + 1), "y": np.maximum(values, SMALLEST)}


def chance(width: float) -> fig.Traces:
    """Two standard deviations of the share of ``width`` neurons, half of them independent."""
    angle = np.linspace(0, 180, 46)
    p = (180 - angle) / 360
    two = 2 * np.sqrt(2 * p * (1 - p) / width)
    return {
        "± 2 std of chance": {"x": angle, "y": p + two},
        "− 2 std of chance": {"x": angle, "y": p - two},
    }


def blank() -> go.Figure:
    """Three panels: activations of pairs of rows, predictions on a line, eigenvalues."""
    figure = fig.panels(TITLES)
    blue, orange, black = fig.COLORS["network"], fig.COLORS["kernel"], fig.COLORS["truth"]
    fig.add_shapes(figure, "pairs of rows", 1, blue, "square", 0.75)
    fig.add_line(figure, "limit of the share", 1, orange)
    for name in ("± 2 std of chance", "− 2 std of chance"):
        fig.add_line(figure, name, 1, orange, dash="dot", width=2)
    fig.add_line(figure, "exact", 2, black, width=2)
    fig.add_line(figure, "kernel flow", 2, orange, width=5)  # seen under the network's, where it is
    fig.add_line(figure, "network", 2, blue, width=2.5)
    fig.add_line(figure, "limit's eigenvalues", 3, orange, width=5)
    fig.add_line(figure, "eigenvalues", 3, blue, width=2.5)
    fig.add_line(figure, "slope −4/3", 3, black, dash="dash", width=2)
    fig.add_line(figure, "learned above 1/(ητ)", 3, fig.COLORS["overfit"], dash="dot", width=2)
    hidden = ["limit of the share", "− 2 std of chance", "limit's eigenvalues", "eigenvalues"]
    fig.restyle(figure, hidden, showlegend=False)
    _arrange(figure)
    return figure


def _arrange(figure: go.Figure) -> None:
    """Fixed ranges, so that only what is drawn moves."""
    angles = {"range": [-3, 183], "dtick": 45, "title": "angle θ between the rows, degrees"}
    fig.axes(
        figure, 1, angles, {"range": [-0.03, 0.93], "dtick": 0.25, "title": "share active at both"}
    )
    flat = {"range": [-REACH, REACH], "dtick": 1}
    words = [{"title": "x₁ of the noisy point"}, {"title": "f₁, the clean x₁"}]
    fig.axes(figure, 2, *(flat | each for each in words))
    index = fig.log_axis([-0.06, 2.45], [1, 10, 100], title="index of the eigenvalue")
    sizes = fig.log_axis([-4.6, 0.4], [1e-4, 1e-3, 1e-2, 0.1, 1], title="eigenvalue")
    fig.axes(figure, 3, index, sizes | {"title_standoff": 0})


def axes(noise: float) -> fig.Trace:
    """The words below the second panel, which give the noise level."""
    return {"xaxis2": {"title": {"text": f"noisy x₁, at √h = {noise:g}"}}}


def compute(run: Record, now: Frame, noise: float) -> fig.Traces:
    """All traces for one frame of a record: arrays by the name of the trace."""
    found = compared(now)
    place = queries(noise, run.where.fresh.device)
    points = np.stack((limit(run.where).angle, found.shares), axis=1)
    return {
        "exact": run.where.at(noise).along,
        **spectrum(run.where),
        **chance(run.width),
        "pairs of rows": fig.outlines(points[:, None] + CORNERS),
        "kernel flow": along(run.where.flow.at(now.step)(*place)),
        "network": along(now.denoiser(*place)),
        "eigenvalues": ranked(found.eigenvalues),
        "learned above 1/(ητ)": {"x": [0.5, 500], "y": [threshold(now)] * 2},
    }


def threshold(now: Frame) -> float:
    """1/(ητ): directions of larger eigenvalues are learned after τ steps, the others not yet."""
    return 1 / (now.where.flow.step_size * now.step) if now.step else LARGEST


def sentence(run: Record, now: Frame) -> str:
    """The numbers of one frame, beside what they should be."""
    found, flow, root = compared(now), run.where.flow, math.sqrt(run.width)
    spectra = found.eigenvalues, flow.eigenvalues
    learned, all_wide = (int((values > threshold(now)).sum()) for values in spectra)
    expected = limit(run.where).spread / root
    return (
        f"{fig.number(now.step)} steps: kernel deviation "
        f"<b>{found.deviation:.1%}</b> (typical start {expected:.1%}) · "
        f"distance to the flow <b>{found.distance:.1%}</b> (× √m: {found.distance * root:.2f}) "
        f"· λ<sub>max</sub> <b>{found.eigenvalues[0]:.2f}</b> "
        f"(limit {float(flow.eigenvalues[0]):.2f}) · "
        f"learned <b>{learned}</b> (limit {all_wide})"
    )
