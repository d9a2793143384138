"""Figures: arrays in, traces out. Nothing here computes what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.basedatatypes import BaseFigure
from plotly.subplots import make_subplots

from scorelab.explore.words import explained as explained
from scorelab.explore.words import number as number
from scorelab.explore.words import rounded as rounded
from scorelab.workbook.plots import COLORS as COLORS
from scorelab.workbook.plots import PAPER as PAPER

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]
#: What is new in a trace, by plotly's names; and traces by their own.
Trace = dict[str, Any]
Traces = dict[str, Trace]

FONT = {"family": "Helvetica, Arial, sans-serif", "size": 14, "color": COLORS["truth"]}
#: Without these a browser measures all labels of an axis anew at every redraw.
STILL = {"title_standoff": 4, "automargin": False, "ticklabeloverflow": "allow", "tickangle": 0}
#: The figure has no paper of its own: the page's is seen, light or dark.
CLEAR: Any = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
#: A sign of no width: it parts a trace's name from that of its sign in the legend.
SIGN = "\u200b"
#: Where step 0 stands on a logarithmic axis.
START = 0.7
STEPS = "steps of gradient descent"


# The frame: panels, and their axes


def panels(titles: list[str], width: int = 1160, height: int = 390) -> go.Figure:
    """An empty row of panels of fixed size, one for each title."""
    figure = make_subplots(1, len(titles), subplot_titles=titles, horizontal_spacing=0.07)
    figure.update_layout(
        width=width,
        height=height,
        template="simple_white",
        **CLEAR,
        font=FONT,
        uirevision="fixed",
        margin={"l": 60, "r": 12, "t": 34, "b": 92},
        hovermode="closest",
        legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0.5, "xanchor": "center"},
    )
    figure.update_annotations(font={**FONT, "size": 16})
    figure.update_xaxes(STILL)
    figure.update_yaxes(STILL)
    return figure


def place(figure: go.Figure, columns: Sequence[tuple[float, float]]) -> None:
    """Give each panel, and its title, its left and right end in parts of the figure's width."""
    for k, (left, right) in enumerate(columns):
        figure.update_xaxes(domain=[left, right], row=1, col=k + 1)
        figure.layout["annotations"][k].x = (left + right) / 2


def axes(figure: go.Figure, panel: int, x: Trace | None = None, y: Trace | None = None) -> None:
    """Change the axes of a panel."""
    figure.update_xaxes(x or {}, row=1, col=panel)
    figure.update_yaxes(y or {}, row=1, col=panel)


def square_axes(figure: go.Figure, panel: int, reach: float) -> None:
    """Both axes of a panel from −reach to reach, and as long as each other."""
    ticks: Trace = {
        "range": [-reach, reach],
        "dtick": 2,
    }  # each label takes a browser time to measure
    ticks["constrain"] = "domain"  # else plotly widens a range, and keeps it when the page changes
    axes(figure, panel, ticks, ticks | {"scaleanchor": f"x{panel}"})


def log_axis(exponents: Sequence[float], ticks: Sequence[float], **more: Any) -> Trace:
    """A logarithmic axis between two powers of ten, with its ticks written as short numbers."""
    words = [number(tick) if tick < 1e6 else f"10<sup>{np.log10(tick):.3g}</sup>" for tick in ticks]
    return {"type": "log", "range": exponents, "tickvals": ticks, "ticktext": words, **more}


def wordless(axis: Trace) -> Trace:
    """An axis without words, for one that has the same below it."""
    return {k: v for k, v in axis.items() if k != "title"} | {
        "ticktext": [""] * len(axis["tickvals"])
    }


def restyle(figure: go.Figure, names: Iterable[str], **style: Any) -> None:
    """Change something about the traces of these names."""
    for trace in figure.select_traces(lambda trace: trace.name in {*names}):
        trace.update(style)


def names(figure: BaseFigure) -> set[str]:
    """The names of the traces that show something: not of their signs in the legend."""
    return {trace.name for trace in figure.data if not trace.name.endswith(SIGN)}


# What is drawn in them, empty at first


def add_line(figure: go.Figure, name: str, panel: int, color: str, **line: Any) -> None:
    """An empty line of that name."""
    line = {"color": color, "width": 3, **line}
    figure.add_scatter(name=name, mode="lines", line=line, row=1, col=panel)


def add_shapes(
    figure: go.Figure, name: str, panel: int, color: str, sign: str = "", opacity: float = 1
) -> None:
    """An empty set of small filled shapes of that name, to be filled with dots or arrows.

    All its shapes are one path, which a browser redraws several times faster than a marker, or
    even a stroke, for each. In the legend such a path is a bar; with a ``sign``, one of plotly's
    symbols, a trace without points stands there for it, faint but not too faint to be seen.
    """
    shape = {"mode": "none", "fill": "toself", "line": {"simplify": False}, "hoverinfo": "skip"}
    shape |= {"name": name, "fillcolor": color, "opacity": opacity, "showlegend": not sign}
    figure.add_scatter(**shape, row=1, col=panel)
    if sign:
        marker = {"symbol": sign, "color": color, "size": 9, "opacity": max(opacity, 0.6)}
        twin = {"x": [None], "y": [None], "mode": "markers", "marker": marker}
        figure.add_scatter(**twin, name=name + SIGN, row=1, col=panel)


def add_points(
    figure: go.Figure, name: str, panel: int, color: str, size: float = 5, **marker: Any
) -> None:
    """An empty cloud of points of that name."""
    marker = {"color": color, "size": size, "line": {"width": 0}, **marker}
    figure.add_scatter(name=name, mode="markers", marker=marker, row=1, col=panel)


def add_heat(
    figure: go.Figure, name: str, panel: int, color: str, span: tuple[float, float], **heat: Any
) -> None:
    """An empty heat map, from the paper at the lower end of ``span`` to ``color`` at the upper."""
    heat = {"colorscale": [[0, PAPER[0]], [1, color]], "zmin": span[0], "zmax": span[1], **heat}
    figure.add_heatmap(**heat, name=name, **IN_LEGEND, row=1, col=panel)


def add_contours(
    figure: go.Figure, name: str, panel: int, color: str, levels: tuple[float, ...], **lines: Any
) -> None:
    """Empty contour lines at evenly spaced levels (lowest, highest, step)."""
    ends = dict(zip(("start", "end", "size"), levels, strict=True))
    lines = {"contours": {"coloring": "lines", **ends}, "line": {"width": 1.2}, **lines}
    lines["colorscale"] = [[0, color], [1, color]]
    figure.add_contour(**lines, name=name, **IN_LEGEND, row=1, col=panel)


#: A map of numbers has a place in the legend instead of a scale of its own.
IN_LEGEND = {"hoverinfo": "skip", "showscale": False, "showlegend": True}


# What they are filled with


def dots(points: Array, radius: float | Array = 0.04) -> Trace:
    """A square around each of the points (n, 2), of one half side or of each its own (n, 1, 1)."""
    corners = radius * np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]])
    return outlines(points[:, None] + corners)


def crosses(points: Array, radius: float = 0.06) -> Trace:
    """A diagonal cross around each of the points (n, 2): not to be taken for a dot by any eye."""
    a, b = radius, radius * 0.4
    quarter = np.array([[0, b], [a - b, a], [a, a - b]])
    turn = np.array([[0, 1], [-1, 0]])
    corners = np.concatenate([quarter @ np.linalg.matrix_power(turn, k).T for k in range(4)])
    return outlines(points[:, None] + corners)


def arrows(start: Array, move: Array, width: float = 0.035) -> Trace:
    """An arrow from each start (n, 2) by its move (n, 2), its shaft of that width."""
    length = np.linalg.norm(move, axis=1, keepdims=True) + 1e-12
    along = move / length
    side = width / 2 * np.stack((-along[:, 1], along[:, 0]), axis=1)
    tip = start + move
    neck = tip - along * np.minimum(5 * width, 0.6 * length)
    left = [start + side, neck + side, neck + 3.5 * side]
    right = [neck - 3.5 * side, neck - side, start - side]
    return outlines(np.stack((*left, tip, *right), axis=1))


def never_empty(points: Array) -> Array:
    """Points (n, 2) and one far outside: the legend leaves out what is empty, and would jump."""
    return np.append(points, [[99.0, 99.0]], axis=0)


#: Where the path around shapes begins and ends.
HUB = np.array([0.0137, -8.0])


def outlines(corners: Array) -> Trace:
    """The x and y of one closed path around n shapes with corners (n, k, 2).

    From a hub the path goes to each shape, around it and back the same way, which encloses
    nothing. Shapes parted by gaps would look the same, but plotly makes an element for each. The
    hub is far below: a browser shows a faint hair where such a way is level.
    """
    first = corners[:, :1]
    hub = np.broadcast_to(HUB, first.shape)
    path = np.concatenate((hub, corners, first, hub), axis=1).reshape(-1, 2)
    return {"x": path[:, 0], "y": path[:, 1]}


def update(figure: BaseFigure, traces: Traces, **layout: Any) -> None:
    """Give new values to traces by name, in one message; what is equal is not sent again.

    Number arrays travel as float32. Names must stay: plotly's page forgets those of all other
    traces when a message changes one.
    """
    by_name = {trace.name: trace for trace in figure.select_traces()}
    with figure.batch_update():
        for name, values in traces.items():
            by_name[name].update(sendable(values))
            if "fillcolor" in values and name + SIGN in by_name:
                by_name[name + SIGN].marker.color = values["fillcolor"]
        figure.update_layout(layout)


def sendable(trace: Trace) -> Trace:
    """A trace with its number arrays in float32."""
    return {k: np.asarray(v, np.float32) if k in NUMBERS else v for k, v in trace.items()}


def same(old: Trace | None, new: Trace) -> bool:
    """Whether two sendable traces show the same."""
    return (
        old is not None
        and old.keys() == new.keys()
        and all(
            np.array_equal(old[k], v, equal_nan=True) if k in NUMBERS else old[k] == v
            for k, v in new.items()
        )
    )


NUMBERS = {"x", "y", "z"}
