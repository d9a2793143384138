"""What the explorer of memorisation shows: risk, distance and memory against training time."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import REACH

from .training_set import STOPS, TrainingSet

TITLES = [
    "excess risk, and distance of the samples",
    "memorised fraction of the samples",
    "samples at this stop (x₁, x₂)",
]
#: The traces of the lower part of the first column, and those that the legend leaves out.
BELOW = ("best stop below", "memorises below", "floor", "distance", "now below")
BESIDE = ("best stop beside", "memorises beside", "now beside")
HIDDEN = (*BELOW, *BESIDE, "now", "memorised fraction", "excess risk")
#: Left and right end of each column, and bottom and top of the parts of the first.
COLUMNS = [(0.05, 0.35), (0.415, 0.715), (0.765, 1)]
UPPER, LOWER = [0.47, 1], [0, 0.37]
RISKS, DISTANCES = (0.02, 3.0), (0.0, 1.6)
ENDS = np.array([STOPS[0] / 1.4, STOPS[-1] * 1.4])  # where the axis of the steps begins and ends
BEYOND = 1e9  # a mark that is nowhere is put where no axis shows it


def blank() -> go.Figure:
    """Risk above distance; the memorised fraction; the samples."""
    figure = fig.panels(TITLES, height=430)
    orange, grey, black, red = (fig.COLORS[k] for k in ("kernel", "data", "truth", "overfit"))
    for panel, mark in ((1, ""), (1, " below"), (2, " beside")):
        fig.add_line(figure, "best stop" + mark, panel, red, dash="dot", width=2)
        fig.add_line(figure, "memorises" + mark, panel, red, width=2)
    fig.add_line(figure, "excess risk", 1, orange)
    fig.add_points(figure, "now", 1, orange, size=12)
    fig.add_line(figure, "floor", 1, black, dash="dash", width=2)
    fig.add_line(figure, "distance", 1, orange)
    fig.add_points(figure, "now below", 1, orange, size=12)
    fig.add_line(figure, "chance: fresh data", 2, black, dash="dash", width=2)
    fig.add_line(figure, "memorising optimum", 2, grey, width=2)
    fig.add_line(figure, "memorised fraction", 2, orange)
    fig.add_points(figure, "now beside", 2, orange, size=12)
    fig.add_shapes(figure, "training points", 3, black, "square")
    fig.add_shapes(figure, "samples", 3, orange, "square", 0.8)
    fig.add_shapes(figure, "copies among them", 3, red, "x")
    fig.restyle(figure, HIDDEN, showlegend=False)
    fig.restyle(figure, BELOW, xaxis="x4", yaxis="y4")
    _arrange(figure)
    return figure


def _arrange(figure: go.Figure) -> None:
    """Places, ranges and words of the axes."""
    fig.place(figure, COLUMNS)
    steps = fig.log_axis(np.log10(ENDS).tolist(), [1, 100, 10_000, 1_000_000], title=fig.STEPS)
    risks = {"type": "log", "range": np.log10(RISKS).tolist(), "tickvals": [0.1, 1]}
    distances = {"range": list(DISTANCES), "dtick": 0.5}
    figure.update_layout(
        xaxis=fig.wordless(steps),
        xaxis2=steps,
        xaxis4={**fig.STILL, **steps, "domain": COLUMNS[0], "anchor": "y4"},
        yaxis={**risks, "domain": UPPER, "title": "risk"},
        yaxis2={"range": [0, 1.03], "tickformat": ".0%"},
        yaxis4={**fig.STILL, **distances, "domain": LOWER, "anchor": "x4", "title": "distance"},
    )
    fig.square_axes(figure, 3, REACH)


def compute(what: TrainingSet, stop: int) -> fig.Traces:
    """All traces for one stop: arrays by the name of the trace."""
    now, risk = what.at(stop), risk_at(what, stop)
    flat, copies = now.samples[:, :2].numpy(), now.copies
    return {
        **still(what),
        **measured(what),
        "now": {"x": [stop], "y": [risk]},
        "now below": {"x": [stop], "y": [now.distance]},
        "now beside": {"x": [stop], "y": [now.share]},
        "samples": fig.dots(fig.never_empty(flat[~copies]), 0.045),
        "copies among them": fig.crosses(fig.never_empty(flat[copies]), 0.09),
    }


def still(what: TrainingSet) -> fig.Traces:
    """What neither the stop nor further samples change."""
    stops = np.array(what.flow.stops[1:], np.float64)
    return {
        "excess risk": {"x": stops, "y": what.risks[1:].numpy()},
        "floor": {"x": ENDS, "y": [what.floor] * 2},
        "chance: fresh data": {"x": ENDS, "y": [what.chance] * 2},
        "memorising optimum": {"x": ENDS, "y": [what.limit.share] * 2},
        "training points": fig.dots(fig.never_empty(what.x0[:, :2].numpy()), 0.06),
        **{"best stop" + mark: upright(what.best) for mark in ("", " below", " beside")},
    }


def measured(what: TrainingSet) -> fig.Traces:
    """The curves that need samples, as far as there are some."""
    curves = what.curves
    return {
        "distance": {"x": curves["stops"], "y": curves["distance"]},
        "memorised fraction": {"x": curves["stops"], "y": curves["share"]},
        **{"memorises" + mark: upright(what.memorised) for mark in ("", " below", " beside")},
    }


def upright(step: float) -> fig.Trace:
    """A vertical line at a step; beyond the axis where that is infinite."""
    return {"x": [min(step, BEYOND)] * 2, "y": [1e-9, BEYOND]}


def risk_at(what: TrainingSet, stop: int) -> float:
    """The excess risk at a stop, which is between those that the flow searches."""
    stops = np.array(what.flow.stops[1:], np.float64)
    return float(np.interp(math.log(stop), np.log(stops), what.risks[1:].numpy()))


def sentence(what: TrainingSet, stop: int) -> str:
    """The numbers of one stop, beside what they should be, and the two times."""
    now = what.at(stop)
    when = what.memorised
    late = "never" if when == math.inf else f"at <b>{fig.number(round(when))}</b>"
    if when < math.inf and what.complete:
        late += f", {when / max(what.best, 1):.2g} × the best stop"
    wait = "" if what.complete else " (so far)"
    return (
        f"At {fig.number(stop)} steps: memorised <b>{now.share:.0%}</b> (chance {what.chance:.0%}, "
        f"memorising optimum {what.limit.share:.0%}) · excess risk "
        f"<b>{risk_at(what, stop):.3f}</b> (best {float(what.risks.min()):.3f}, at "
        f"{fig.number(what.best)}) · sample distance <b>{now.distance:.3f}</b> (floor "
        f"{what.floor:.3f}) · memorises {late}{wait} · {fig.number(len(what.flow))} rows"
    )
