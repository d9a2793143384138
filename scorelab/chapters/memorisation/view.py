"""What the explorer of memorisation shows: parts of the risk, copies, a map, and samples."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from scorelab.explore import figures as fig
from scorelab.explore.replay.plane import REACH

from .kinds import KINDS, MADE_OF, SHADES, Kinds, kinds_at
from .training_set import DRAWS, SIZES, STOPS, TrainingSet

TITLES = [
    "parts of the risk; memorised fraction",
    "what samples are, over n and M",
    "samples at this stop (x₁, x₂)",
]
#: Parts of the risk, from the lowest of the stack to the highest, with the colour and the opacity
#: of what they are made of; what is drawn below them; and what the legend leaves out.
PARTS = dict(zip(("bias²", "memory", "noise of the draws"), SHADES.items(), strict=True))
BELOW = (
    *("best stop below", "memorises below", "chance: fresh data", "optimum's copies"),
    *("memorised fraction", "now below"),
)
HIDDEN = ("best stop below", "memorises below", "now", "now below", "chance here", "here")
#: Those of what samples are: copies are made of memory.
HUES = {kind: (hue, SHADES[hue]) for kind, hue in zip(KINDS, MADE_OF, strict=True)}
#: Left and right end of each column, and bottom and top of the parts of the first.
COLUMNS = [(0.055, 0.4), (0.47, 0.715), (0.765, 1)]
UPPER, LOWER = [0.47, 1], [0, 0.37]
RISKS = (0.0, 0.5)
ENDS = np.array([STOPS[0] / 1.4, STOPS[-1] * 1.4])  # where the axis of the steps begins and ends
BEYOND = 1e9  # a mark that is nowhere is put where no axis shows it
HALF = 0.42  # half the side of a square of the map


def blank() -> go.Figure:
    """Parts of the risk above the memorised fraction; the map over n and M; the samples."""
    figure = fig.panels(TITLES, height=430)
    orange, grey, black, red = (fig.COLORS[k] for k in ("kernel", "data", "truth", "overfit"))
    for name, shade in PARTS.items():
        _filled(figure, name, 1, *shade)
    for mark in ("", " below"):
        fig.add_line(figure, "best stop" + mark, 1, red, dash="dot", width=2)
        fig.add_line(figure, "memorises" + mark, 1, red, width=2)
    fig.add_line(figure, "excess risk", 1, orange)
    fig.add_points(figure, "now", 1, orange, size=12)
    fig.add_line(figure, "chance: fresh data", 1, black, dash="dash", width=2)
    fig.add_line(figure, "optimum's copies", 1, grey, width=2)
    fig.add_line(figure, "memorised fraction", 1, orange, dash="dashdot")
    fig.add_points(figure, "now below", 1, orange, size=12)
    for name, shade in HUES.items():
        _filled(figure, name, 2, *shade)
    fig.add_line(figure, "chance here", 2, black, dash="dash", width=2)
    fig.add_line(figure, "here", 2, orange)
    fig.add_shapes(figure, "training points", 3, black, "square")
    fig.add_shapes(figure, "samples", 3, orange, "square", 0.8)
    fig.add_shapes(figure, "copies among them", 3, red, "x")
    fig.restyle(figure, HIDDEN, showlegend=False)
    fig.restyle(figure, BELOW, xaxis="x4", yaxis="y4")
    _arrange(figure)
    return figure


def _filled(figure: go.Figure, name: str, panel: int, hue: str, opacity: float) -> None:
    """Shapes, empty at first, that are as faint in the legend as they are in their panel."""
    fig.add_shapes(figure, name, panel, fig.COLORS[hue], "square", opacity)
    fig.restyle(figure, [name + fig.SIGN], marker_opacity=opacity)


def _arrange(figure: go.Figure) -> None:
    """Places, ranges and words of the axes."""
    fig.place(figure, COLUMNS)
    steps = fig.log_axis(np.log10(ENDS).tolist(), [1, 100, 10_000, 1_000_000], title=fig.STEPS)
    names = [[fig.number(each) if each < math.inf else "∞" for each in of] for of in (SIZES, DRAWS)]
    across, up = (
        {"tickvals": list(range(len(of))), "ticktext": of, "range": [-0.55, len(of) - 0.45]}
        for of in names
    )
    figure.update_layout(
        xaxis=fig.wordless(steps),
        xaxis2={**across, "title": "n, training points", "ticks": ""},
        xaxis4={**fig.STILL, **steps, "domain": COLUMNS[0], "anchor": "y4"},
        yaxis={"range": list(RISKS), "dtick": 0.1, "domain": UPPER, "title": "mean square"},
        yaxis2={**up, "title": "M, draws of each", "ticks": ""},
        yaxis4={
            **fig.STILL,
            **{"range": [0, 1.03], "dtick": 0.5, "tickformat": ".0%", "title": "memorised"},
            **{"domain": LOWER, "anchor": "x4"},
        },
    )
    fig.square_axes(figure, 3, REACH)


def compute(what: TrainingSet, stop: int) -> fig.Traces:
    """All traces for one stop: arrays by the name of the trace."""
    now, risk = what.at(stop), risk_at(what, stop)
    flat, copies = now.samples[:, :2].numpy(), now.copies
    return {
        **still(what),
        **measured(what),
        **over_all(kinds_at(what.dim, stop)),
        "now": {"x": [stop], "y": [risk]},
        "now below": {"x": [stop], "y": [now.share]},
        "samples": fig.dots(fig.never_empty(flat[~copies]), 0.045),
        "copies among them": fig.crosses(fig.never_empty(flat[copies]), 0.09),
    }


def still(what: TrainingSet) -> fig.Traces:
    """What neither the stop nor further samples change."""
    stops = np.array(what.flow.stops[1:], np.float64)
    heights = np.cumsum(np.pad(what.parts[:3, 1:].numpy(), ((1, 0), (0, 0))), axis=0)
    stack = {name: band(stops, *heights[k : k + 2]) for k, name in enumerate(PARTS)}
    place = SIZES.index(what.n), DRAWS.index(what.draws)
    return {
        **stack,
        "excess risk": {"x": stops, "y": what.risks[1:].numpy()},
        "chance: fresh data": {"x": ENDS, "y": [what.chance] * 2},
        "optimum's copies": {"x": ENDS, "y": [what.limit.share] * 2},
        "training points": fig.dots(fig.never_empty(what.x0[:, :2].numpy()), 0.06),
        "here": frame(*place),
        **{"best stop" + mark: upright(what.best) for mark in ("", " below")},
    }


def measured(what: TrainingSet) -> fig.Traces:
    """The curves that need samples, as far as there are some."""
    stops, share = what.curves
    return {
        "memorised fraction": {"x": stops, "y": share},
        **{"memorises" + mark: upright(what.memorised) for mark in ("", " below")},
    }


def over_all(kinds: Kinds) -> fig.Traces:
    """The map: in a square for each n and M, what so large a part of the samples is."""
    n, m = np.indices(kinds.chance.shape)
    left, low = n.ravel() - HALF, m.ravel() - HALF
    heights = np.cumsum(np.pad(kinds.shares, ((1, 0), (0, 0), (0, 0))), axis=0)
    levels = low + 2 * HALF * heights.reshape(len(heights), -1)
    traces = {name: boxes(left, *levels[k : k + 2]) for k, name in enumerate(KINDS)}
    chance, gap = low + 2 * HALF * kinds.chance.ravel(), np.full(left.shape, np.nan)
    dashes = np.stack((left, left + 2 * HALF, gap), 1), np.stack((chance, chance, gap), 1)
    return {**traces, "chance here": {"x": dashes[0].ravel(), "y": dashes[1].ravel()}}


def boxes(left: fig.Array, low: fig.Array, high: fig.Array) -> fig.Trace:
    """Boxes as wide as a square of the map, between two heights (k,) each."""
    right = left + 2 * HALF
    x, y = np.stack((left, left, right, right), 1), np.stack((low, high, high, low), 1)
    return fig.outlines(np.stack((x, y), 2))


def frame(n: int, m: int) -> fig.Trace:
    """The border of a square of the map."""
    x, y = np.array([[-1, -1, 1, 1, -1], [-1, 1, 1, -1, -1]]) * HALF
    return {"x": n + x, "y": m + y}


def band(stops: fig.Array, low: fig.Array, high: fig.Array) -> fig.Trace:
    """What lies between two curves over the stops, (T,) each, as one path around it."""
    return {"x": np.append(stops, stops[::-1]), "y": np.append(low, high[::-1])}


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
