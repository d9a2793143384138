"""What the explorer of notebook 02 shows: labels, their noise, a perfect fit; arrays and words."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import torch
from torch import Tensor

from scorelab.explore import figures as fig
from scorelab.explore.replay.setting import PROCESS

from .label_noise import (
    LAWS,
    LEVELS,
    ONE_DRAW,
    errors,
    everywhere,
    exact,
    log_joint,
    memoriser,
    residual,
    rows,
    times,
    variance,
)

REACH = (-3, 3)
TITLES = [
    "labels at this noise level",
    "label noise against noise level",
    "a perfect fit of the labels",
]
VIEW, ALL_LEVELS = torch.linspace(-3, 3, 401), torch.tensor(LEVELS)


def blank() -> go.Figure:
    """The three panels: the labels, how noisy they are, and a perfect fit of them."""
    grey, black, red = fig.COLORS["data"], fig.COLORS["truth"], fig.COLORS["overfit"]
    figure = fig.panels(TITLES, height=450)
    fig.add_shapes(figure, "± one sd of the label noise", 1, black, opacity=0.15)
    grid = {"x0": -3, "dx": 0.1, "y0": -2.7, "dy": 0.1}
    fig.add_contours(figure, "density lines", 1, grey, (-2.5, 0, 0.5), **grid)
    fig.add_line(figure, "exact denoiser", 1, black)
    fig.add_shapes(figure, "labels of n rows", 1, grey, "square")
    fig.add_line(figure, "variance of the data", 2, black, dash="dash", width=2)
    fig.add_line(figure, "label noise", 2, black)
    fig.add_points(figure, "measured on the n rows", 2, grey, size=12)
    fig.add_line(figure, "training loss of the perfect fit", 2, red, dash="dot")
    fig.add_line(figure, "excess risk of the perfect fit", 2, red)
    fig.add_points(figure, "now", 2, black, size=12)
    fig.add_line(figure, "perfect fit", 3, red, width=4)
    fig.add_shapes(figure, "what it was fitted to", 3, grey)
    fig.add_line(figure, "the exact denoiser", 3, black, width=2)
    fig.restyle(figure, ["now"], showlegend=False, marker_color=[black, red])
    _arrange(figure)
    return figure


def _arrange(figure: go.Figure) -> None:
    """Axes that stay as they are, and a legend of its own under each panel."""
    for panel, label in ((1, "label X₀"), (3, "answer f(x)")):
        x = {"range": REACH, "dtick": 1, "title_text": "noisy point x"}
        fig.axes(figure, panel, x, {"range": [-2.7, 2.7], "dtick": 1, "title_text": label})
    decades = {"type": "log", "range": [-3.3, 0.5], "tickvals": [0.001, 0.01, 0.1, 1]}
    levels = {"title_text": "noise level √h", "range": [0.1, 1], "dtick": 0.2}
    fig.axes(figure, 2, levels, decades | {"title_text": "mean square"})
    for panel, name in enumerate(("legend", "legend2", "legend3"), start=1):
        left = figure.layout[f"xaxis{panel}"]["domain"][0]
        place = {"x": left, "y": -0.19, "xanchor": "left", "yanchor": "top"}
        figure.update_layout({name: {**place, "orientation": "v"}})
        figure.update_traces(legend=name, row=1, col=panel)
    figure.update_layout(margin_b=150)


def line(x: Tensor, y: Tensor) -> fig.Trace:
    """A line through x and y, (n,) each."""
    return {"x": x.cpu().numpy(), "y": y.cpu().numpy()}


def compute(target: str, n: int, noise: float, fit: str) -> fig.Traces:
    """All traces for one state of the controls, by name."""
    truth, band = around(target, noise)
    return {
        "density lines": {"z": log_joint(target, noise).numpy()},
        "± one sd of the label noise": band,
        "exact denoiser": truth,
        "the exact denoiser": truth,
        **over_levels(target, n, fit),
        **at_level(target, n, noise, fit),
    }


@lru_cache(maxsize=64)
def over_levels(target: str, n: int, fit: str) -> fig.Traces:
    """The traces that the noise level does not change."""
    risk = errors(target, n, fit)
    return {
        "variance of the data": {"x": [0, 1], "y": [variance(target)] * 2},
        "label noise": line(ALL_LEVELS, exact(target)[2]),
        "training loss of the perfect fit": line(ALL_LEVELS, risk.training.clamp_min(1e-9)),
        "excess risk of the perfect fit": line(ALL_LEVELS, risk.excess),
    }


@lru_cache(maxsize=256)
def at_level(target: str, n: int, noise: float, fit: str) -> fig.Traces:
    """The traces of the rows at one noise level, and of what fits them."""
    t, now = times(noise), LEVELS.index(noise)
    noisy, clean = rows(target, n, t)
    pairs = fig.dots(torch.stack((noisy[0], clean), dim=1).cpu().numpy(), 0.055)
    level = torch.full((2,), noise)
    marks = torch.stack((exact(target)[2][now], errors(target, n, fit).excess[now]))
    if fit == ONE_DRAW:
        answer, grey = steps(noisy[0], clean), pairs
    else:
        answer, grey = line(VIEW, memoriser(clean, t, VIEW.to(t))[0]), ticks(clean)
    return {
        "labels of n rows": pairs,
        "measured on the n rows": line(level[:1], residual(target, n, t).square().mean(1)),
        "now": line(level, marks),
        "perfect fit": answer,
        "what it was fitted to": grey,
    }


@lru_cache(maxsize=256)
def around(target: str, noise: float) -> tuple[fig.Trace, fig.Trace]:
    """The exact denoiser at one noise level, and the band of one standard deviation around it."""
    t, x = everywhere(times(noise), VIEW)
    truth = LAWS[target].denoiser(PROCESS)(t, x)[:, 0]
    spread = LAWS[target].posterior_variance(PROCESS, t, x).sqrt()
    there_and_back = torch.cat((truth + spread, (truth - spread).flip(0)))
    return line(VIEW, truth), line(torch.cat((VIEW, VIEW.flip(0))), there_and_back)


def steps(noisy: Tensor, clean: Tensor) -> fig.Trace:
    """The label of the nearest row, (n,) rows: a step half-way between any two neighbours."""
    place, order = noisy.sort()
    half_way = (place[1:] + place[:-1]) / 2
    ends = place.new_tensor([-9.0, 9.0])
    jumps = torch.cat((ends[:1], half_way.repeat_interleave(2), ends[1:]))
    return line(jumps, clean[order].repeat_interleave(2))


def ticks(clean: Tensor) -> fig.Trace:
    """A dash on the left axis at each clean point (n,)."""
    dash = np.array([[-3, -0.015], [-3, 0.015], [-2.7, 0.015], [-2.7, -0.015]])
    return fig.outlines(dash + np.pad(clean.cpu().numpy()[:, None, None], ((0, 0), (0, 0), (1, 0))))


def sentence(target: str, n: int, noise: float, fit: str) -> str:
    """The numbers of one state, beside those of the exact denoiser."""
    now = LEVELS.index(noise)
    risk, label_noise = errors(target, n, fit), float(exact(target)[2][now])
    return (
        f"At √h = {noise}: label noise ± <b>{label_noise**0.5:.2f}</b>, "
        f"<b>{label_noise / variance(target):.0%}</b> of the labels' variance · perfect fit: "
        f"training loss <b>{risk.training[now]:.3f}</b> (exact denoiser {risk.exact[now]:.3f}), "
        f"excess risk <b>{risk.excess[now]:.3f}</b>"
    )
