"""What the explorer of notebook 00 shows: arrays and words for one frame of a record."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import GRID, REACH, moves
from scorelab.explore.replay.record import Frame, Record
from scorelab.explore.replay.setting import Setting


def blank() -> go.Figure:
    """The three panels: risk, denoiser, samples."""
    figure = fig.panels(["risk against steps", "the denoiser's arrows", "samples at this stop"])
    grey, black = fig.COLORS["data"], fig.COLORS["truth"]
    fig.add_line(figure, "best stop", 1, fig.COLORS["overfit"], dash="dot", width=2)
    fig.add_line(figure, "rule, C = 1", 1, black, dash="dash", width=2)
    fig.add_line(figure, "training error", 1, fig.COLORS["network"], dash="dot", width=2)
    fig.add_line(figure, "risk", 1, fig.COLORS["network"])
    fig.add_points(figure, "now", 1, fig.COLORS["network"], size=13)
    fig.add_shapes(figure, "noised data", 2, grey, "square")
    fig.add_shapes(figure, "exact", 2, black, "arrow-right")
    fig.add_shapes(figure, "learned", 2, fig.COLORS["network"], "arrow-right")
    fig.add_shapes(figure, "data", 3, grey, "square")
    fig.add_shapes(figure, "samples", 3, fig.COLORS["network"], "square", 0.8)
    fig.restyle(figure, ["now"], showlegend=False)
    steps = fig.log_axis([-0.22, 4.1], [1, 10, 100, 1000, 10_000], title_text=fig.STEPS)
    fig.axes(figure, 1, steps, {"type": "log", "title_text": "mean square error"})
    for panel in (2, 3):
        fig.square_axes(figure, panel, REACH)
    return figure


def errors(where: Setting) -> fig.Trace:
    """Range (log) and ticks of the errors: an excess risk can be small, a hold-out risk cannot."""
    if where.known:
        return {"range": [-2, 0.6], "tickvals": [0.01, 0.1, 1]}
    return {"range": [-0.4, 0.4], "tickvals": [0.5, 1, 2]}


def compute(run: Record, now: Frame, noise: float) -> fig.Traces:
    """All traces for one frame of a record: arrays and colours by the name of the trace."""
    color = fig.COLORS["kernel" if run.width == math.inf else "network"]
    line, fill = {"line": {"color": color}}, {"fillcolor": color}
    level = run.where.at(noise)
    learned = moves(now.denoiser, noise, run.where.fresh.device)
    return {
        "noised data": fig.dots(level.noised, 0.025),
        "exact": fig.arrows(GRID, level.scale * level.moves),
        "data": fig.dots(run.where.train.x_0[:500].cpu().numpy()),
        "best stop": upright(run.best().step),
        "rule, C = 1": upright(run.where.rule),
        "training error": curve(run, "training") | line,
        "risk": curve(run, "risk") | line,
        "now": {"x": [max(now.step, fig.START)], "y": [now.risk], "marker": {"color": color}},
        "learned": fig.arrows(GRID, level.scale * learned) | fill,
        "samples": fig.dots(now.samples.cpu().numpy()) | fill,
    }


def curve(run: Record, name: str) -> fig.Trace:
    """One number of the frames against their steps; a zero is put below the logarithmic axis."""
    steps = [max(frame.step, fig.START) for frame in run.frames]
    return {"x": steps, "y": [max(getattr(frame, name), 1e-9) for frame in run.frames]}


def upright(step: int) -> fig.Trace:
    """A vertical line at a step."""
    return {"x": [max(step, fig.START)] * 2, "y": [1e-9, 1e9]}


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
    best = min(run.best(), now, key=lambda frame: frame.risk)  # it may be between two stops
    verdict = judge(now, best)
    kind = "overfit" if verdict == "overfitting" else "truth"
    return (
        f"At {fig.number(now.step)} steps: {risk_name(run)} <b>{now.risk:.3f}</b> "
        f"(best {best.risk:.3f}, at {fig.number(best.step)}) · sample distance "
        f"<b>{now.distance:.3f}</b> (floor {run.where.floor:.3f}) · memorised "
        f"<b>{now.memorized:.0%}</b> (chance {run.where.chance:.0%}) · "
        f'<b class="sl-{kind}">{verdict}</b>'
    )
