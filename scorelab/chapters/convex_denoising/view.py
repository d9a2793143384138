"""What the explorer of convex denoising shows: score field, optimum, and samples, from a table."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
import torch

from scorelab import metrics
from scorelab.explore.figures import (
    COLORS,
    Array,
    add_line,
    add_points,
    add_shapes,
    arrows,
    dots,
    number,
    panels,
    square_axes,
)
from scorelab.explore.replay.plane import REACH, arrow_scale
from scorelab.explore.replay.setting import PROCESS
from scorelab.studies.convex_denoising import (
    ALL,
    BETAS,
    COUNTS,
    GRID,
    LAWS,
    NOISES,
    SAMPLES,
    rows,
    table,
)

Trace = dict[str, Any]
Traces = dict[str, Trace]
TITLES = ["the score at this noise level", "loss over that of a linear score",
          "samples by annealed Langevin"]  # fmt: skip


def blank() -> go.Figure:
    """The field with its kinks, the optimum against the number of patterns, and samples."""
    figure = panels(TITLES)
    green, black, grey = COLORS["convex"], COLORS["truth"], COLORS["data"]
    add_line(figure, "kinks", 1, green, width=1)
    figure.data[0].update(opacity=0.5)
    add_shapes(figure, "noised data", 1, grey, opacity=0.7)
    add_shapes(figure, "exact score", 1, black)
    add_shapes(figure, "learned score", 1, green)
    add_line(figure, "optimum", 2, green)
    add_points(figure, "each number", 2, green, size=8)
    add_line(figure, "no network is below", 2, black, dash="dash", width=2)
    add_line(figure, "gated, another model", 2, COLORS["noise"], dash="dot", width=2)
    add_points(figure, "now", 2, green, size=16, symbol="circle-open", line={"width": 3})
    add_shapes(figure, "data", 3, grey, opacity=0.9)
    add_shapes(figure, "samples", 3, green, opacity=0.7)
    hidden = {"each number", "now", "data"}
    figure.for_each_trace(lambda t: t.update(showlegend=t.name not in hidden))
    square_axes(figure, 1, REACH)
    square_axes(figure, 3, REACH)
    marks = [10, 100, 1000, ALL]
    figure.update_xaxes({"type": "log", "range": [0.85, 3.7], "tickvals": marks,
                         "ticktext": [number(m) for m in marks[:3]] + ["all"],
                         "title": "activation patterns allowed"}, row=1, col=2)  # fmt: skip
    figure.update_yaxes({"range": [0, 1.05], "dtick": 0.25}, row=1, col=2)
    return figure


def place(target: str, beta: float, noise: float, count: int = ALL) -> tuple[int, int, int, int]:
    """Where the table has it."""
    return list(LAWS).index(target), BETAS.index(beta), NOISES.index(noise), COUNTS.index(count)


def compute(target: str, beta: float, noise: float, count: int) -> Traces:
    """All traces, by the name of the trace."""
    return {
        **backdrop(target, noise),
        **curves(target, beta, noise),
        **drawn(target, beta),
        **chosen(target, beta, noise, count),
    }


@lru_cache(maxsize=64)
def exact(target: str, noise: float) -> tuple[Array, float]:
    """The true score on the grid (121, 2), and the scale of the arrows."""
    x = torch.tensor(GRID)
    t = x.new_full((len(x),), PROCESS.time_at(noise))
    score = PROCESS.score(LAWS[target].denoiser(PROCESS))(t, x).numpy()
    return score, arrow_scale(score)


@lru_cache(maxsize=64)
def backdrop(target: str, noise: float) -> Traces:
    """The noised data and the exact arrows."""
    score, scale = exact(target, noise)
    return {
        "noised data": dots(rows(target, noise)[1].numpy(), 0.045),
        "exact score": arrows(GRID, scale * score, 0.05),
    }


@lru_cache(maxsize=256)
def curves(target: str, beta: float, noise: float) -> Traces:
    """The losses against the number of patterns, over the loss of a linear score."""
    at, kept = place(target, beta, noise)[:3], table()
    loss, unit, ends = kept.loss[at], kept.linear[at], [COUNTS[0], COUNTS[-1]]
    return {
        "optimum": {"x": COUNTS, "y": loss / unit},
        "each number": {"x": COUNTS, "y": loss / unit},
        "no network is below": {"x": ends, "y": [kept.bound[at][-1] / unit] * 2},
        "gated, another model": {"x": ends, "y": [kept.gated[at] / unit] * 2},
    }


@lru_cache(maxsize=64)
def drawn(target: str, beta: float) -> Traces:
    """The clean data and the samples."""
    at = place(target, beta, NOISES[0])[:2]
    samples = np.clip(table().samples[at], -1.5 * REACH, 1.5 * REACH)
    return {
        "data": dots(rows(target, NOISES[0])[0].numpy(), 0.06),
        "samples": dots(samples, 0.045),
    }


@lru_cache(maxsize=512)
def chosen(target: str, beta: float, noise: float, count: int) -> Traces:
    """The learned arrows and the kinks of one network, and where it is on its curve."""
    at, kept = place(target, beta, noise, count), table()
    learned = exact(target, noise)[1] * kept.field[at]
    longest = np.maximum(np.linalg.norm(learned, axis=1, keepdims=True) / REACH, 1)
    return {
        "learned score": arrows(GRID, learned / longest, 0.05),
        "kinks": lines(kept.kinks[at]),
        "now": {"x": [count], "y": [kept.loss[at] / kept.linear[at[:3]]]},
    }


def lines(kinks: Array) -> Trace:
    """Lines cos · x + sin · y + offset = 0 across the panel, one after the other with gaps."""
    kinks = kinks[~np.isnan(kinks).any(1)]
    w, middle = kinks[:, :2], -kinks[:, 2:] * kinks[:, :2]
    along = 3 * REACH * np.stack((-w[:, 1], w[:, 0]), axis=1)
    path = np.stack((middle - along, middle + along, np.full_like(along, np.nan)), axis=1)
    return {"x": path[..., 0].ravel(), "y": path[..., 1].ravel()}


@lru_cache(maxsize=64)
def distance(target: str, beta: float) -> tuple[float, float]:
    """The sliced distance of the samples to 1000 points of the law, and that of fresh points."""
    law, at = LAWS[target], place(target, beta, NOISES[0])[:2]
    fresh = law.sample(1000 + SAMPLES, generator=torch.Generator().manual_seed(5))
    found = (torch.tensor(table().samples[at], dtype=torch.float32), fresh[1000:])
    return tuple(metrics.sliced_wasserstein(each, fresh[:1000]) for each in found)


def error(target: str, beta: float, noise: float, count: int) -> float:
    """The mean square error of the score over that of zero, on the grid."""
    score, learned = exact(target, noise)[0], table().field[place(target, beta, noise, count)]
    return float(((learned - score) ** 2).sum() / (score**2).sum())


def sentence(target: str, beta: float, noise: float, count: int) -> str:
    """The numbers of one state."""
    at, kept = place(target, beta, noise, count), table()
    loss, least = kept.loss[at], kept.loss[at[:3]][-1]
    far, floor = distance(target, beta)
    certified = max(loss - kept.bound[at], 0) / loss
    return (
        f"With {'all ' if count == ALL else ''}<b>{number(count)}</b> patterns: loss "
        f"<b>{loss:.1f}</b>, {loss / least - 1:.1%} above the optimum <b>{least:.1f}</b> · "
        f"proved to within <b>{certified:.1g}</b> of itself · gated {kept.gated[at[:3]]:.1f} · "
        f"<b>{kept.neurons[at]:.0f}</b> neurons · error of the score on the grid "
        f"<b>{error(target, beta, noise, count):.0%}</b> · samples: distance <b>{far:.2f}</b> "
        f"(floor {floor:.2f})"
    )
