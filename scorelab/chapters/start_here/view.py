"""What the explorer of notebook 00 shows: arrays and words for one frame of a record."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import GRID, PROCESS, REACH, arrow_scale, moves
from scorelab.explore.replay.record import Frame, Record
from scorelab.explore.replay.setting import Setting, coordinates

ARROWS = ("move", "score")
ARROWS_TIP = (
    "The move f − x, or the score (αf − x)/h; learned and exact to one scale, "
    "in which nine in ten of the exact ones are at most 0.42 long"
)
RISKS = ("excess risk", "hold-out risk")
#: The shade of a point of the grid: as wide as the way to the next where the error is 1.
ERROR, CELL = "error (a full cell: 1)", float(GRID[1, 0] - GRID[0, 0])
FLOOR = fig.explained("floor", "distance of 500 fresh points of the law itself")
CHANCE = fig.explained("chance", "share of 500 fresh points that would count as memorised")
#: What the verdicts mean, all about the least risk of this model so far.
VERDICTS = {
    "not trained": "0 steps",
    "too early": "before the least risk, and above 1.1 times it",
    "about right": "the risk is at most 1.1 times the least",
    "overfitting": "after the least risk, and above 1.1 times it",
}


def blank() -> go.Figure:
    """The three panels: risk, denoiser, samples."""
    figure = fig.panels(["risk against steps", "learned and exact arrows", "samples at this stop"])
    grey, black = fig.COLORS["data"], fig.COLORS["truth"]
    fig.add_line(figure, "best stop", 1, fig.COLORS["overfit"], dash="dot", width=2)
    fig.add_line(figure, "rule, C = 1", 1, black, dash="dash", width=2)
    fig.add_line(figure, "training error", 1, fig.COLORS["network"], dash="dot", width=2)
    for risk in RISKS:
        fig.add_line(figure, risk, 1, fig.COLORS["network"])
    fig.add_points(figure, "now", 1, fig.COLORS["network"], size=13)
    fig.add_shapes(figure, ERROR, 2, fig.COLORS["overfit"], "square", 0.3)
    fig.add_shapes(figure, "noised data", 2, grey)
    fig.add_shapes(figure, "learned", 2, fig.COLORS["network"], "arrow-right")
    fig.add_shapes(figure, "exact", 2, black, "arrow-right")
    fig.add_shapes(figure, "data", 3, grey, "square")
    fig.add_shapes(figure, "samples", 3, fig.COLORS["network"], "square", 0.8)
    fig.restyle(figure, ["now", "noised data"], showlegend=False)
    fig.restyle(figure, RISKS[1:], visible=False)
    steps = fig.log_axis([-0.22, 4.1], [1, 10, 100, 1000, 10_000], title_text=fig.STEPS)
    fig.axes(figure, 1, steps, {"type": "log", "title_text": "mean square error"})
    for panel in (2, 3):
        fig.square_axes(figure, panel, REACH)
    return figure


def axes(where: Setting) -> fig.Trace:
    """What the axes are called and reach to, which changes with the target alone."""
    across, up = ({"title": {"text": words}} for words in coordinates(where.target))
    plane = {"xaxis2": across, "xaxis3": across, "yaxis2": up, "yaxis3": up}
    return {"yaxis": errors(where), **plane}


def errors(where: Setting) -> fig.Trace:
    """Range (log) and ticks of the errors: an excess risk can be small, a hold-out risk cannot."""
    if where.known:
        return {"range": [-2, 0.6], "tickvals": [0.01, 0.1, 1]}
    return {"range": [-0.4, 0.4], "tickvals": [0.5, 1, 2]}


def compute(run: Record, now: Frame, noise: float, kind: str) -> fig.Traces:
    """All traces for one frame of a record: arrays and colours by the name of the trace."""
    color = fig.COLORS["kernel" if run.width == math.inf else "network"]
    line, fill = {"line": {"color": color}}, {"fillcolor": color}
    return {
        "data": fig.dots(run.where.train.x_0[:500].cpu().numpy()),
        "best stop": upright(run.best().step),
        "rule, C = 1": upright(run.where.rule),
        "training error": curve(run, "training") | line,
        **{name: {"visible": False} for name in RISKS},
        risk_name(run): curve(run, "risk") | line | {"visible": True},
        "now": {"x": [max(now.step, fig.START)], "y": [now.risk], "marker": {"color": color}},
        "samples": fig.dots(now.samples.cpu().numpy()) | fill,
        **field(run.where, now, noise, kind, fill),
    }


def field(where: Setting, now: Frame, noise: float, kind: str, fill: fig.Trace) -> fig.Traces:
    """The arrows of a frame, the exact ones thin upon them, and how far apart the answers are."""
    level = where.at(noise)
    learned = moves(now.denoiser, noise, where.fresh.device)
    error = np.linalg.norm(learned - level.moves, axis=1)[:, None, None]
    exact = drawn(level.moves, noise, kind)
    scale = arrow_scale(exact)
    return {
        ERROR: fig.dots(GRID, CELL / 2 * np.minimum(error, 1)),
        "noised data": fig.dots(level.noised, 0.025),
        "learned": fig.arrows(GRID, scale * drawn(learned, noise, kind), 0.05) | fill,
        "exact": fig.arrows(GRID, scale * exact, 0.02),
    }


def drawn(moves: fig.Array, noise: float, kind: str) -> fig.Array:
    """Moves f − x from the grid (121, 2) as they are, or the scores (α f − x) / h of the same f."""
    if kind == "move":
        return moves
    t = PROCESS.time_at(noise)
    alpha, h = float(PROCESS.alpha(t)), float(PROCESS.h(t))
    return (alpha * (GRID + moves) - GRID) / h


def curve(run: Record, name: str) -> fig.Trace:
    """One number of the frames against their steps; a zero is put below the logarithmic axis."""
    steps = [max(frame.step, fig.START) for frame in run.frames]
    return {"x": steps, "y": [max(getattr(frame, name), 1e-9) for frame in run.frames]}


def upright(step: int) -> fig.Trace:
    """A vertical line at a step."""
    return {"x": [max(step, fig.START)] * 2, "y": [1e-9, 1e9]}


def risk_name(run: Record) -> str:
    """What the risk of this setting is called."""
    return RISKS[0 if run.where.known else 1]


def judge(now: Frame, best: Frame) -> str:
    """Where a stop stands: within a tenth of the least risk, or on which side of it."""
    if now.step == 0:
        return "not trained"
    if now.risk <= 1.1 * best.risk:
        return "about right"
    return "too early" if now.step < best.step else "overfitting"


def sentence(run: Record, now: Frame) -> str:
    """The numbers of one frame, beside what they should be."""
    best = min(run.best(), now, key=lambda frame: frame.risk)  # it may be between two stops
    verdict = judge(now, best)
    kind = "overfit" if verdict == "overfitting" else "truth"
    return (
        f"At {fig.number(now.step)} steps: {risk_name(run)} <b>{now.risk:.3f}</b> "
        f"(best {best.risk:.3f}, at {fig.number(best.step)}) · sample distance "
        f"<b>{now.distance:.3f}</b> ({FLOOR} {run.where.floor:.3f}) · memorised "
        f"<b>{now.memorized:.0%}</b> ({CHANCE} {run.where.chance:.0%}) · "
        f'<b class="sl-{kind}">{fig.explained(verdict, VERDICTS[verdict])}</b>'
    )
