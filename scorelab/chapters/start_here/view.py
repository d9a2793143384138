"""What the explorer of notebook 00 shows: arrays and words for one frame of a record."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go
import torch

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
from scorelab.explore.replay.record import Frame, Record
from scorelab.explore.replay.setting import PROCESS, setting

#: Range (log) and ticks of the errors: an excess risk can be small, a hold-out risk cannot.
ERRORS = {True: ([-2, 0.6], [0.01, 0.1, 1]), False: ([-0.4, 0.4], [0.5, 1, 2])}
Trace = dict[str, Any]
Traces = dict[str, Trace]
START = 0.7  # where step 0 stands on the logarithmic axis


def blank() -> go.Figure:
    """The three panels: risk, denoiser, samples."""
    figure = panels(["risk against steps", "the denoiser's arrows", "samples at this stop"])
    grey, black = COLORS["data"], COLORS["truth"]
    add_line(figure, "best stop", 1, COLORS["overfit"], dash="dot", width=2)
    add_line(figure, "rule, C = 1", 1, black, dash="dash", width=2)
    add_line(figure, "training error", 1, COLORS["network"], dash="dot", width=2)
    add_line(figure, "risk", 1, COLORS["network"])
    add_points(figure, "now", 1, COLORS["network"], size=13)
    add_shapes(figure, "noised data", 2, grey, opacity=0.7)
    add_shapes(figure, "exact", 2, black)
    add_shapes(figure, "learned", 2, COLORS["network"])
    add_shapes(figure, "data", 3, grey)
    add_shapes(figure, "samples", 3, COLORS["network"], opacity=0.8)
    figure.update_traces(showlegend=False, selector={"name": "now"})
    powers = [1, 10, 100, 1000, 10_000]
    figure.update_xaxes(
        type="log",
        range=[-0.22, 4.1],
        title_text="steps of gradient descent",
        tickvals=powers,
        ticktext=[number(p) for p in powers],
        row=1,
        col=1,
    )
    figure.update_yaxes(type="log", title_text="mean square error", row=1, col=1)
    for panel in (2, 3):
        square_axes(figure, panel, REACH)
    return figure


@lru_cache(maxsize=64)
def backdrop(target: str, n: int, times: str, noise: float) -> tuple[Traces, float]:
    """The traces that no model changes, at one noise level, and the scale of the arrows."""
    where = setting(target, n, times)
    exact = moves(where.truth, noise, where.fresh.device)
    noised = PROCESS.perturb(where.train.x_0[:200], PROCESS.time_at(noise),
                             generator=torch.Generator().manual_seed(3))  # fmt: skip
    scale = arrow_scale(exact)
    return {
        "noised data": dots(noised.cpu().numpy(), 0.025),
        "exact": arrows(GRID, scale * exact),
        "data": cloud(target, n, times),
    }, scale


@lru_cache(maxsize=8)
def cloud(target: str, n: int, times: str) -> Trace:
    """The training data."""
    return dots(setting(target, n, times).train.x_0[:500].cpu().numpy())


def compute(run: Record, now: Frame, noise: float) -> Traces:
    """All traces for one frame of a record: arrays and colours by the name of the trace."""
    where = run.where
    still, scale = backdrop(where.target, where.n, where.times, noise)
    learned = moves(now.denoiser, noise, where.fresh.device)
    color = COLORS["kernel" if run.width == math.inf else "network"]
    line, marker = {"line": {"color": color}}, {"marker": {"color": color}}
    fill = {"fillcolor": color}
    return {
        **still,
        **marks(run),
        "training error": {**curve(run, "training"), **line},
        "risk": {**curve(run, "risk"), **line},
        "now": {"x": [max(now.step, START)], "y": [now.risk], **marker},
        "learned": {**arrows(GRID, scale * learned), **fill},
        "samples": {**dots(now.samples.cpu().numpy()), **fill},
    }


def curve(run: Record, name: str) -> dict[str, list[float]]:
    """One number of the frames against their steps; a zero is put below the logarithmic axis."""
    return {"x": [max(f.step, START) for f in run.frames],
            "y": [max(getattr(f, name), 1e-9) for f in run.frames]}  # fmt: skip


def marks(run: Record) -> Traces:
    """Vertical lines at the best stop and at the rule's."""
    stops = {"best stop": run.best().step, "rule, C = 1": run.where.rule}
    return {name: {"x": [max(s, START)] * 2, "y": [1e-9, 1e9]} for name, s in stops.items()}


def risk_name(run: Record) -> str:
    """What the risk of this setting is called."""
    return "excess risk" if run.where.known else "hold-out risk"


def judge(now: Frame, best: Frame) -> str:
    """Where a stop stands: within a tenth of the least risk, or on which side of it."""
    if now.step == 0:
        return "not trained"
    if now.risk <= 1.1 * best.risk:
        return "about right"
    return "too early" if now.step < best.step else "overfitting"


def sentence(run: Record, now: Frame) -> str:
    """The numbers of one frame, beside what they should be."""
    best = run.best()
    verdict = judge(now, best)
    color = COLORS["overfit" if verdict == "overfitting" else "truth"]
    return (
        f"At {number(now.step)} steps: {risk_name(run)} <b>{now.risk:.3f}</b> "
        f"(best {best.risk:.3f}, at {number(best.step)}) · sample distance "
        f"<b>{now.distance:.3f}</b> (floor {run.where.floor:.3f}) · memorised "
        f"<b>{now.memorized:.0%}</b> (chance {run.where.chance:.0%}) · "
        f'<b style="color:{color}">{verdict}</b>'
    )
