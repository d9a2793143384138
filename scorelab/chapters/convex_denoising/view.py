"""What the explorer of convex denoising shows: score field, optimum, and samples, from a table."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import torch

from scorelab import metrics
from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import REACH
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

SPACING = float(GRID[1, 0] - GRID[0, 0])
TITLES = [
    "the score at this noise level",
    "loss over that of a linear score",
    "samples by annealed Langevin",
]


def blank() -> go.Figure:
    """The field with its kinks, the optimum against the number of patterns, and samples."""
    figure = fig.panels(TITLES)
    green, black, grey = fig.COLORS["convex"], fig.COLORS["truth"], fig.COLORS["data"]
    fig.add_line(figure, "kinks", 1, green, width=1)
    fig.restyle(figure, ["kinks"], opacity=0.5)
    fig.add_shapes(figure, "noised data", 1, grey, "square")
    fig.add_shapes(figure, "learned score", 1, green, "arrow-right")
    fig.add_shapes(figure, "exact score", 1, black, "arrow-right")  # thin, upon the other
    fig.add_line(figure, "optimum", 2, green)
    fig.add_points(figure, "each number", 2, green, size=8)
    fig.add_line(figure, "no network is below", 2, black, dash="dash", width=2)
    fig.add_line(figure, "gated, another model", 2, fig.COLORS["noise"], dash="dot", width=2)
    fig.add_points(figure, "now", 2, green, size=16, symbol="circle-open", line={"width": 3})
    fig.add_shapes(figure, "data", 3, grey, "x")
    fig.add_shapes(figure, "samples", 3, green, "square", 0.8)
    fig.restyle(figure, ["each number", "now"], showlegend=False)
    fig.square_axes(figure, 1, REACH)
    fig.square_axes(figure, 3, REACH)
    marks = [10, 100, 1000, ALL]
    counts = fig.log_axis([0.85, 3.7], marks, title="activation patterns allowed")
    counts["ticktext"][-1] = "all"
    fig.axes(figure, 2, counts, {"range": [0, 1.05], "dtick": 0.25})
    return figure


def place(target: str, beta: float, noise: float, count: int = ALL) -> tuple[int, int, int, int]:
    """Where the table has it."""
    return list(LAWS).index(target), BETAS.index(beta), NOISES.index(noise), COUNTS.index(count)


def compute(target: str, beta: float, noise: float, patterns: int) -> fig.Traces:
    """All traces, by the name of the trace."""
    return {
        **backdrop(target, noise),
        **curves(target, beta, noise),
        **drawn(target, beta),
        **chosen(target, beta, noise, patterns),
    }


@lru_cache(maxsize=64)
def exact(target: str, noise: float) -> fig.Array:
    """The true score on the grid (121, 2)."""
    x = torch.tensor(GRID)
    t = x.new_full((len(x),), PROCESS.time_at(noise))
    return PROCESS.score(LAWS[target].denoiser(PROCESS))(t, x).numpy()


def shortened(score: fig.Array) -> fig.Array:
    """Arrows (n, 2) of the same directions, of length 0.2 log(1 + ‖s‖) and less than the grid's.

    The one scale for all noise levels and β: an arrow reaches no other point of the grid.
    """
    length = np.linalg.norm(score, axis=1, keepdims=True) + 1e-12
    return score / length * np.minimum(0.2 * np.log1p(length), 0.95 * SPACING)


def backdrop(target: str, noise: float) -> fig.Traces:
    """The noised data and the exact arrows."""
    return {
        "noised data": fig.dots(rows(target, noise)[1].numpy(), 0.045),
        "exact score": fig.arrows(GRID, shortened(exact(target, noise)), 0.02),
    }


def curves(target: str, beta: float, noise: float) -> fig.Traces:
    """The losses against the number of patterns, over the loss of a linear score."""
    at, kept = place(target, beta, noise)[:3], table()
    loss, unit, ends = kept.loss[at], kept.linear[at], [COUNTS[0], COUNTS[-1]]
    return {
        "optimum": {"x": COUNTS, "y": loss / unit},
        "each number": {"x": COUNTS, "y": loss / unit},
        "no network is below": {"x": ends, "y": [kept.bound[at][-1] / unit] * 2},
        "gated, another model": {"x": ends, "y": [kept.gated[at] / unit] * 2},
    }


def drawn(target: str, beta: float) -> fig.Traces:
    """The clean data and the samples."""
    at = place(target, beta, NOISES[0])[:2]
    samples = np.clip(table().samples[at], -1.5 * REACH, 1.5 * REACH)
    return {
        "data": fig.crosses(rows(target, NOISES[0])[0].numpy(), 0.1),
        "samples": fig.dots(samples, 0.045),
    }


def chosen(target: str, beta: float, noise: float, patterns: int) -> fig.Traces:
    """The learned arrows and the kinks of one network, and where it is on its curve."""
    at, kept = place(target, beta, noise, patterns), table()
    return {
        "learned score": fig.arrows(GRID, shortened(kept.field[at]), 0.05),
        "kinks": lines(kept.kinks[at]),
        "now": {"x": [patterns], "y": [kept.loss[at] / kept.linear[at[:3]]]},
    }


def lines(kinks: fig.Array) -> fig.Trace:
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
    samples = torch.tensor(table().samples[at], dtype=torch.float32)
    far, floor = (metrics.sliced_wasserstein(x, fresh[:1000]) for x in (samples, fresh[1000:]))
    return far, floor


def error(target: str, beta: float, noise: float, patterns: int) -> float:
    """The mean square error of the score over that of zero, on the grid."""
    score, learned = exact(target, noise), table().field[place(target, beta, noise, patterns)]
    return float(((learned - score) ** 2).sum() / (score**2).sum())


def sentence(target: str, beta: float, noise: float, patterns: int) -> str:
    """The numbers of one state."""
    at, kept = place(target, beta, noise, patterns), table()
    loss, least = kept.loss[at], kept.loss[at[:3]][-1]
    far, floor = distance(target, beta)
    certified = max(loss - kept.bound[at], 0) / loss
    return (
        f"With {'all ' if patterns == ALL else ''}<b>{fig.number(patterns)}</b> patterns: loss "
        f"<b>{loss:.1f}</b>, {loss / least - 1:.1%} above the optimum <b>{least:.1f}</b> · "
        f"proved to within <b>{fig.rounded(certified)}</b> of itself · "
        f"gated {kept.gated[at[:3]]:.1f} · "
        f"<b>{kept.neurons[at]:.0f}</b> neurons · error of the score on the grid "
        f"<b>{error(target, beta, noise, patterns):.0%}</b> · samples: distance <b>{far:.2f}</b> "
        f"(floor {floor:.2f})"
    )
