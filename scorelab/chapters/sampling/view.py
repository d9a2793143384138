"""What the explorer of sampling shows: samples, what they are worth at every stop, and paths."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
import torch

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import REACH
from scorelab.explore.replay.setting import MIXTURES
from scorelab.steps import calls
from scorelab.studies.quality import shares
from scorelab.targets import GaussianMixture

from .walks import EXACT, Walk, Walks, best_risk, truth

#: Beside so many modes there is room for their shares.
MODES_WITH_SHARES = 4


class Measure(NamedTuple):
    """What ``Judge.verdict`` calls it, the words of its axis, and the axis' ends and ticks."""

    key: str
    words: str
    span: tuple[float, float]
    ticks: tuple[float, ...]


MEASURES = {
    "distance": Measure("distance", "distance to the truth", (0.015, 1.5), (0.02, 0.1, 0.5)),
    "shape": Measure("shape", "distance, reweighted", (0.015, 1.5), (0.02, 0.1, 0.5)),
    "misplaced": Measure("misplaced", "share in the wrong mode", (0.004, 1.0), (0.01, 0.1, 1)),
    "fidelity": Measure("fidelity", "mean −log p", (0.8, 40.0), (1, 2, 5, 10, 20)),
}
TITLES = ["samples at this stop", "what they are worth, at every stop", "paths from noise to data"]
#: Paths are told apart by where they start, in thirds of the first coordinate.
PATHS = {
    "from the left": "#C4699C",
    "from the middle": fig.COLORS["noise"],
    "from the right": "#3D0A29",
}


def blank() -> go.Figure:
    """Samples over data and truth; a measure of them against the stop; and paths."""
    figure = fig.panels(TITLES)
    orange, black = fig.COLORS["kernel"], fig.COLORS["truth"]
    fig.add_shapes(figure, "data", 1, fig.COLORS["data"], "square")
    fig.add_line(figure, "modes of the truth", 1, black, width=2)
    fig.add_shapes(figure, "samples", 1, orange, "square", 0.85)
    fig.add_points(figure, "their shares", 1, black)
    fig.add_shapes(figure, "fresh data", 2, black, opacity=0.25)
    fig.add_line(figure, "risk is best here", 2, fig.COLORS["overfit"], dash="dot", width=2)
    fig.add_line(figure, "training set", 2, fig.COLORS["data"], dash="dash", width=2)
    fig.add_line(figure, "exact denoiser", 2, black, dash="dot", width=2)
    fig.add_line(figure, "at each stop", 2, orange)
    fig.add_points(figure, "now", 2, orange, size=13)
    fig.add_shapes(figure, "exact denoiser here", 3, black, opacity=0.12)
    for name, color in PATHS.items():
        fig.add_line(figure, name, 3, color, width=1.8)
    words = {"mode": "text", "textfont": {"size": 15, "color": black}, "marker": None}
    fig.restyle(figure, ["their shares"], **words, hoverinfo="skip")
    fig.restyle(figure, ["their shares", "now", "at each stop"], showlegend=False)
    _arrange(figure)
    return figure


def _arrange(figure: go.Figure) -> None:
    """Ranges and words of the axes."""
    fig.square_axes(figure, 1, REACH)
    steps = fig.log_axis([-0.3, 7.3], [1, 100, 10_000, 1_000_000], title=fig.STEPS)
    fig.axes(figure, 2, steps, {"type": "log"})
    levels = {"range": [1.0, 0.0], "tickvals": [1, 0.75, 0.5, 0.25, 0]}
    levels["title"] = "noise level √h, from noise to data"
    fig.axes(figure, 3, levels, {"range": [-REACH, REACH], "dtick": 1, "title": "x₁"})


def axis(measure: str) -> fig.Trace:
    """The vertical axis of the middle panel for a measure."""
    what = MEASURES[measure]
    return fig.log_axis(np.log10(what.span).tolist(), what.ticks, title={"text": what.words})


def compute(runs: Walks, stop: int, measure: str) -> fig.Traces:
    """All traces for one stop of a run of walks, and a measure."""
    now, key = runs.at(stop), MEASURES[measure].key
    where = runs.where
    worth = {s: walk.measured[key] for s, walk in runs.done().items()}
    best = best_risk(where.target, where.n, where.times)
    return {
        "data": fig.dots(where.train.x_0[:500].cpu().numpy(), 0.025),
        "modes of the truth": circles(MIXTURES[where.target]),
        **_of_walk(now),
        "fresh data": floor(where.target, key),
        "risk is best here": {"x": [best, best], "y": [1e-9, 1e9]},
        **{name: _level(each[key]) for name, each in runs.without_learning().items()},
        "at each stop": {"x": list(worth), "y": list(worth.values())},
        "now": {"x": [stop], "y": [now.measured[key]]},
        "exact denoiser here": _band(runs.exact),
    }


def circles(law: GaussianMixture) -> fig.Trace:
    """A circle of two standard deviations around each mode."""
    angle = np.append(np.linspace(0, 2 * math.pi, 41), np.nan)
    circle = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    rings = law.means.numpy()[:, None] + 2 * law.stds.numpy()[:, None, None] * circle
    return {"x": rings[..., 0].reshape(-1), "y": rings[..., 1].reshape(-1)}


def _of_walk(walk: Walk) -> fig.Traces:
    """Samples and paths, and beside each mode the share of the samples that it has."""
    return {
        "samples": fig.dots(walk.samples.cpu().numpy()),
        "their shares": _shares(walk),
        **_paths(walk),
    }


def _shares(walk: Walk) -> fig.Trace:
    """Beside each mode, away from the centre, its share of the samples, where there is room."""
    law = walk.judge.law
    means = law.means.numpy()
    if len(means) > MODES_WITH_SHARES:
        return {"x": [99.0], "y": [99.0], "text": ["–"]}  # plotly forgets how to draw empty words
    far = np.linalg.norm(means, axis=1, keepdims=True)
    outwards = np.where(far > 0.1, means / np.maximum(far, 0.1), [[0.0, -1.0]])
    place = means + np.array([1.15, 0.8]) * outwards
    words = [f"{share:.0%}" for share in shares(law, walk.samples).tolist()]
    return {"x": place[:, 0], "y": place[:, 1], "text": words}


def _paths(walk: Walk) -> fig.Traces:
    """The first coordinate of the kept paths against the noise level, in thirds of the start."""
    first = torch.stack(walk.paths)[:, :, 0].numpy()  # (times, paths)
    order = first[0].argsort()
    return {
        name: _strung(np.array(walk.levels), first[:, part])
        for name, part in zip(PATHS, np.array_split(order, len(PATHS)), strict=True)
    }


def _strung(x: fig.Array, lines: fig.Array) -> fig.Trace:
    """Lines (times, k) over common x as one trace, with a gap after each."""
    gap = np.full((1, lines.shape[1]), np.nan)
    over = np.append(x, np.nan)
    return {"x": np.tile(over, lines.shape[1]), "y": np.concatenate((lines, gap)).T.reshape(-1)}


def floor(target: str, key: str) -> fig.Trace:
    """The range of a measure over sets of fresh data, as a band over all stops."""
    values = truth(target)[1][key]
    low, high = min(values), max(values)
    return {"x": [0.1, 1e8, 1e8, 0.1], "y": [low, low, high, high]}


def _level(value: float) -> fig.Trace:
    """A line at one value over all stops."""
    return {"x": [0.1, 1e8], "y": [value, value]}


def _band(exact: str) -> fig.Trace:
    """The noise levels at which the exact denoiser is used; out of sight where there are none."""
    low, high = EXACT[exact]
    if low == high:
        low, high = 2.0, 3.0  # the legend leaves out what is empty, and would move the panels
    return {"x": [low, high, high, low], "y": [-9, -9, 9, 9]}


def sentence(runs: Walks, stop: int) -> str:
    """The numbers of one stop, beside those of fresh data."""
    now, where = runs.at(stop).measured, runs.where
    fresh = {key: float(np.mean(values)) for key, values in truth(where.target)[1].items()}
    best = best_risk(where.target, where.n, where.times)
    trained = runs.without_learning()["training set"]
    worth = {s: walk.measured["distance"] for s, walk in runs.done().items()}
    nearest, asked = min(worth, key=worth.__getitem__), calls(runs.method, runs.steps)
    return (
        f"At {fig.number(stop)} steps of training, {asked} calls of the denoiser a sample: "
        f"distance <b>{now['distance']:.3f}</b> (fresh data {fresh['distance']:.3f}, the training "
        f"set {trained['distance']:.3f}), with the "
        f"proportions put right <b>{now['shape']:.3f}</b> ({fresh['shape']:.3f}) · in the wrong "
        f"mode <b>{now['misplaced']:.1%}</b> ({fresh['misplaced']:.1%}) · mean −log p "
        f"<b>{now['fidelity']:.2f}</b> ({fresh['fidelity']:.2f}) · the samples are best at "
        f"<b>{fig.number(nearest)}</b> steps, the risk at <b>{fig.number(best)}</b>"
    )
