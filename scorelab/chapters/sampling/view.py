"""What the explorer of sampling shows: samples, what they are worth against training and calls."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
import torch

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import REACH
from scorelab.explore.replay.setting import MIXTURES
from scorelab.studies.quality import shares
from scorelab.targets import GaussianMixture

from .beside import DIVERGENCE, Comparison
from .walks import EXACT, Walk, best_risk, truth

#: Beside so many modes there is room for their shares.
MODES_WITH_SHARES = 4


class Measure(NamedTuple):
    """What it is called among the measures, the words of its axis, and the axis' ends and ticks."""

    key: str
    words: str
    span: tuple[float, float]
    ticks: tuple[float, ...]


_DISTANCES = (0.015, 1.5), (0.02, 0.05, 0.1, 0.2, 0.5, 1)
MEASURES = {
    "distance": Measure("distance", "distance", *_DISTANCES),
    "shape": Measure("shape", "shape", *_DISTANCES),
    "misplaced": Measure("misplaced", "share misplaced", (0.004, 1.0), (0.01, 0.03, 0.1, 0.3, 1)),
    "fidelity": Measure("fidelity", "mean −log p", (0.8, 40.0), (1, 2, 5, 10, 20)),
    "surprise": Measure(DIVERGENCE, "KL(p‖q)", (0.01, 30.0), (0.01, 0.1, 1, 10)),
}
TITLES = ["samples at this stop", "what they are worth", "paths from noise to data"]
#: Left and right end of each column, and bottom and top of the middle one's two panels.
COLUMNS = [(0.03, 0.315), (0.395, 0.68), (0.745, 1)]
UPPER, LOWER = [0.59, 1], [0, 0.36]
#: What is drawn in the lower of them, and what the legend leaves out.
BELOW = (
    *("fresh data below", "training set below", "exact denoiser", "at each number of calls"),
    "calls now",
)
HIDDEN = ("their shares", "now", "fresh data below", "training set below", "calls now")
#: Paths are told apart by where they start, in thirds of the first coordinate.
PATHS = {
    "from the left": "#C4699C",
    "from the middle": fig.COLORS["noise"],
    "from the right": "#3D0A29",
}


def blank() -> go.Figure:
    """Samples over data and truth; a measure against the stop, and against calls; and paths."""
    figure = fig.panels(TITLES, height=470)
    fig.place(figure, COLUMNS)
    orange, black = fig.COLORS["kernel"], fig.COLORS["truth"]
    fig.add_shapes(figure, "data", 1, fig.COLORS["data"], "square")
    fig.add_line(figure, "modes of the truth", 1, black, width=2)
    fig.add_shapes(figure, "samples", 1, orange, "square", 0.85)
    fig.add_points(figure, "their shares", 1, black)
    _worth(figure)
    fig.add_shapes(figure, "exact denoiser here", 3, black, opacity=0.12)
    for name, color in PATHS.items():
        fig.add_line(figure, name, 3, color, width=1.8)
    words = {"mode": "text", "textfont": {"size": 15, "color": black}, "marker": None}
    fig.restyle(figure, ["their shares"], **words, hoverinfo="skip")
    fig.restyle(figure, HIDDEN, showlegend=False)
    _arrange(figure)
    return figure


def _worth(figure: go.Figure) -> None:
    """The two panels of a measure: against the stop above, against the calls below."""
    orange, black, grey = fig.COLORS["kernel"], fig.COLORS["truth"], fig.COLORS["data"]
    fig.add_shapes(figure, "five data sets", 2, orange, opacity=0.2)
    fig.add_line(figure, "risk is best here", 2, fig.COLORS["overfit"], dash="dot", width=2)
    for below in ("", " below"):
        fig.add_shapes(figure, f"fresh data{below}", 2, black, opacity=0.25)
        fig.add_line(figure, f"training set{below}", 2, grey, dash="dash", width=2)
    fig.add_line(figure, "at each stop", 2, orange)
    fig.add_points(figure, "now", 2, orange, size=13)
    fig.add_line(figure, "exact denoiser", 2, black, dash="dot", width=2)
    fig.add_line(figure, "at each number of calls", 2, orange)
    fig.add_points(figure, "calls now", 2, orange, size=13)
    fig.restyle(figure, BELOW, xaxis="x4", yaxis="y4")
    fig.restyle(figure, ["at each stop", "at each number of calls"], showlegend=False)


def _arrange(figure: go.Figure) -> None:
    """Places, ranges and words of the axes."""
    fig.square_axes(figure, 1, REACH)
    steps = fig.log_axis([-0.3, 7.3], [1, 1000, 1_000_000], title=fig.STEPS)
    asked = fig.log_axis([0.6, 2.3], [5, 10, 20, 50, 100], title="calls of the denoiser")
    fig.axes(figure, 2, steps, {"type": "log", "domain": UPPER})
    figure.update_layout(
        xaxis4={**fig.STILL, **asked, "domain": COLUMNS[1], "anchor": "y4"},
        yaxis4={**fig.STILL, "type": "log", "domain": LOWER, "anchor": "x4"},
    )
    levels = {"range": [1.0, 0.0], "tickvals": [1, 0.75, 0.5, 0.25, 0]}
    levels["title"] = "noise level √h, from noise to data"
    fig.axes(figure, 3, levels, {"range": [-REACH, REACH], "dtick": 1, "title": "x₁"})


def axes(measure: str) -> fig.Trace:
    """The vertical axes of the middle panels for a measure."""
    what = MEASURES[measure]
    upright = fig.log_axis(np.log10(what.span).tolist(), what.ticks, title={"text": what.words})
    return {"yaxis2": upright, "yaxis4": upright}


def compute(runs: Comparison) -> fig.Traces:
    """All traces of a comparison: arrays by the name of the trace."""
    asked, key = runs.asked, runs.key
    best = best_risk(*asked[:3])
    fresh, trained = floor(asked.target, key), _level(runs.training_set())
    return {
        "data": fig.dots(runs.data[:500].cpu().numpy(), 0.025),
        "modes of the truth": circles(MIXTURES[asked.target]),
        **_of_walk(runs.runs.at(runs.stop)),
        **{f"fresh data{below}": fresh for below in ("", " below")},
        **{f"training set{below}": trained for below in ("", " below")},
        "risk is best here": {"x": [best, best], "y": [1e-9, 1e9]},
        **_curves(runs),
        "exact denoiser here": _band(asked.exact),
    }


def _curves(runs: Comparison) -> fig.Traces:
    """The measure at every stop and number of calls that is there, and at those looked at."""
    now = runs.now()
    return {
        "five data sets": _spread(runs.spread()),
        "at each stop": _line(runs.by_stop()),
        "now": _line({runs.stop: now}),
        "exact denoiser": _line(runs.exact_by_calls()),
        "at each number of calls": _line(runs.by_calls()),
        "calls now": _line({runs.calls(): now}),
    }


def _line(values: dict[int, float]) -> fig.Trace:
    """Values by their place; what an axis of powers cannot show lies below it."""
    values = values or {99: 1e-9}  # the legend leaves out what is empty, and would move the panels
    return {"x": list(values), "y": np.maximum(list(values.values()), 1e-9).tolist()}


def _spread(values: dict[int, tuple[float, float]]) -> fig.Trace:
    """A band from the least to the largest of several data sets."""
    values = values or {99: (1e-9, 1e-9)}
    lows, highs = (np.maximum(each, 1e-9).tolist() for each in zip(*values.values(), strict=True))
    places = list(values)
    return {"x": places + places[::-1], "y": lows + highs[::-1]}


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
    """Above or below each mode its share of the samples, where there is room."""
    law = walk.judge.law
    means = law.means.numpy()
    if len(means) > MODES_WITH_SHARES:
        return {"x": [99.0], "y": [99.0], "text": ["–"]}  # plotly forgets how to draw empty words
    # Away from the centre, and not beside a mode, where the edge of the panel is near.
    place = means + np.where(means[:, 1:] > 0.1, [0.0, 0.8], [0.0, -0.8])
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
    """The range of a measure over sets of fresh data, as a band; there is none of a divergence."""
    values = truth(target)[1].get(key, [1e-9])
    low, high = min(values), max(values)
    return {"x": [0.1, 1e8, 1e8, 0.1], "y": [low, low, high, high]}


def _level(value: float) -> fig.Trace:
    """A line at one value, out of sight where it is not a number."""
    value = 1e-9 if math.isnan(value) else value
    return {"x": [0.1, 1e8], "y": [value, value]}


def _band(exact: str) -> fig.Trace:
    """The noise levels at which the exact denoiser is used; out of sight where there are none."""
    low, high = EXACT[exact]
    if low == high:
        low, high = 2.0, 3.0  # the legend leaves out what is empty, and would move the panels
    return {"x": [low, high, high, low], "y": [-9, -9, 9, 9]}


def sentence(runs: Comparison) -> str:
    """The numbers of one stop, beside those of fresh data."""
    now, asked = runs.runs.at(runs.stop).measured, runs.asked
    fresh = {key: float(np.mean(values)) for key, values in truth(asked.target)[1].items()}
    worth = {stop: walk.measured["distance"] for stop, walk in runs.runs.done().items()}
    best, nearest = best_risk(*asked[:3]), min(worth, key=worth.__getitem__)
    told = f" · KL(p‖q) <b>{runs.now():.2f}</b>" if runs.key == DIVERGENCE else ""
    return (
        f"At {fig.number(runs.stop)} steps, {runs.calls()} calls: distance "
        f"<b>{now['distance']:.3f}</b> (fresh data {fresh['distance']:.3f}, training set "
        f"{runs.training_set('distance'):.3f}) · shape <b>{now['shape']:.3f}</b> "
        f"({fresh['shape']:.3f}) · misplaced <b>{now['misplaced']:.1%}</b> "
        f"({fresh['misplaced']:.1%}) · mean −log p <b>{now['fidelity']:.2f}</b> "
        f"({fresh['fidelity']:.2f}){told} · best stop: samples <b>{fig.number(nearest)}</b>, risk "
        f"<b>{fig.number(best)}</b>"
    )
