"""Figures: arrays in, traces out. Nothing here computes what it shows."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.basedatatypes import Undefined
from plotly.subplots import make_subplots

from scorelab.workbook.plots import COLORS as COLORS

Array = NDArray[np.floating]

FONT = {"family": "Helvetica, Arial, sans-serif", "size": 14, "color": "#222222"}
CONFIG = {"displaylogo": False, "showSendToCloud": False, "displayModeBar": False}


def number(value: float) -> str:
    """A count as a reader writes it: 1,024, or ∞."""
    return "∞" if value == math.inf else f"{value:,}"


#: What a page reports after each redraw: the values that plotly chose for what was left open.
DEFAULTS = {"_js2py_traceDeltas", "_js2py_layoutDelta"}

#: Plotly's words for: leave out what has not been drawn yet, take no time, draw nothing else.
AT_ONCE = {
    "mode": "immediate",
    "frame": {"duration": 0, "redraw": False},
    "transition": {"duration": 0},
}


class LiveFigure(go.FigureWidget):
    """A FigureWidget that a page gets whole: when it is made, and as it is now after a reload.

    Plotly announces the widget while it is still empty and sends the traces after it, so that a
    busy page may draw it blank. And it keeps the state that a new view starts from in two traits
    that it fills only once; here they are filled whenever a page asks for the whole state.
    """

    _made = False
    _empty: set[int] | None = None  # the traces without points, as last drawn

    def __init__(self, figure: go.Figure) -> None:
        super().__init__(figure)
        self._made = True
        self.open()

    def open(self) -> None:
        """Announce the widget to the page, once there is something to announce."""
        if self._made:
            super().open()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page says, but for plotly's ``DEFAULTS``, which nobody here asks for.

        To work through them, and to echo them, keeps kernel and page from the next redraw.
        """
        super().set_state({k: v for k, v in sync_data.items() if k not in DEFAULTS})

    def _send_update_msg(self, restyle_data: dict[str, list[Any]],
                         relayout_data: dict[str, Any], trace_indexes: list[int] | None = None,
                         **message: Any) -> None:  # fmt: skip
        """Send changes to the page; where points and lines only move, it draws nothing else.

        To draw axes, titles and legend anew takes as long again. Plotly moves what is in sight: a
        trace that comes or goes, and what is not a scatter trace, it leaves as they were.
        """
        empty = {i for i, trace in enumerate(self._data) if len(trace.get("x", ())) == 0}
        same, self._empty = empty == self._empty, empty
        only_moves = not relayout_data and restyle_data.keys() <= {"x", "y", "text"}
        if not (same and only_moves and all(trace["type"] == "scatter" for trace in self._data)):
            super()._send_update_msg(restyle_data, relayout_data, trace_indexes, **message)
            return
        moves: list[dict[str, Any]] = [{} for _ in self._data]  # one left out would vanish
        for name, values in restyle_data.items():
            for i, value in zip(trace_indexes, values, strict=True):
                if value is not Undefined:
                    moves[i][name] = value
        self._send_animate_msg(moves, {}, list(range(len(moves))), AT_ONCE)

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """The widget's state, with the figure as it is now where all of it is asked for."""
        if key is None:
            self._trait_values["_widget_layout"] = deepcopy(self._layout_obj._props)
            self._trait_values["_widget_data"] = deepcopy(self._data)
        return super().get_state(key=key, drop_defaults=drop_defaults)


def panels(titles: list[str], width: int = 1160, height: int = 390) -> go.Figure:
    """An empty row of panels of fixed size, one for each title."""
    figure = make_subplots(1, len(titles), subplot_titles=titles, horizontal_spacing=0.07)
    figure.update_layout(
        width=width, height=height, template="simple_white", font=FONT, uirevision="fixed",
        margin={"l": 60, "r": 12, "t": 34, "b": 92}, hovermode="closest",
        legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0.5, "xanchor": "center"},
    )  # fmt: skip
    figure.update_annotations(font={**FONT, "size": 16})
    # Without these a browser measures all labels anew at every redraw.
    still = {"title_standoff": 4, "automargin": False, "ticklabeloverflow": "allow"}
    figure.update_xaxes(still)
    figure.update_yaxes(still)
    return figure


def add_line(figure: go.Figure, name: str, panel: int, color: str, **line: Any) -> None:
    """An empty line of that name."""
    line = {"color": color, "width": 3, **line}
    figure.add_scatter(name=name, mode="lines", line=line, row=1, col=panel)


def add_shapes(figure: go.Figure, name: str, panel: int, color: str, opacity: float = 1) -> None:
    """An empty set of small filled shapes of that name, to be filled with dots or arrows.

    All its shapes are one path, which a browser redraws several times faster than a marker, or
    even a stroke, for each.
    """
    shape = {"mode": "none", "fill": "toself", "line": {"simplify": False}, "hoverinfo": "skip"}
    figure.add_scatter(**shape, name=name, fillcolor=color, opacity=opacity, row=1, col=panel)


def dots(points: Array, radius: float = 0.04) -> dict[str, Array]:
    """A square around each of the points (n, 2), too small to be told from a disc."""
    corners = radius * np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]])
    return outlines(points[:, None] + corners)


def arrows(start: Array, move: Array, width: float = 0.035) -> dict[str, Array]:
    """An arrow from each start (n, 2) by its move (n, 2), its shaft of that width."""
    length = np.linalg.norm(move, axis=1, keepdims=True) + 1e-12
    along = move / length
    side = width / 2 * np.stack((-along[:, 1], along[:, 0]), axis=1)
    tip = start + move
    neck = tip - along * np.minimum(5 * width, 0.6 * length)
    left = [start + side, neck + side, neck + 3.5 * side]
    right = [neck - 3.5 * side, neck - side, start - side]
    return outlines(np.stack((*left, tip, *right), axis=1))


HUB = np.array([0.0137, -8.0])


def outlines(corners: Array) -> dict[str, Array]:
    """The x and y of one closed path around n shapes with corners (n, k, 2).

    From a hub the path goes to each shape, around it and back the same way, which encloses
    nothing. Shapes parted by gaps would look the same, but plotly makes an element for each. The
    hub is far below: a browser shows a faint hair where such a way is level.
    """
    first = corners[:, :1]
    hub = np.broadcast_to(HUB, first.shape)
    path = np.concatenate((hub, corners, first, hub), axis=1).reshape(-1, 2)
    return {"x": path[:, 0], "y": path[:, 1]}


def add_points(figure: go.Figure, name: str, panel: int, color: str, size: float = 5,
               **marker: Any) -> None:  # fmt: skip
    """An empty cloud of points of that name."""
    marker = {"color": color, "size": size, "line": {"width": 0}, **marker}
    figure.add_scatter(name=name, mode="markers", marker=marker, row=1, col=panel)


def add_heat(figure: go.Figure, name: str, panel: int, color: str, span: tuple[float, float],
             **heat: Any) -> None:  # fmt: skip
    """An empty heat map, from white at the lower end of ``span`` to ``color`` at the upper."""
    shades = [[0, "white"], [1, color]]
    low, high = span
    figure.add_heatmap(name=name, colorscale=shades, zmin=low, zmax=high, hoverinfo="skip",
                       showscale=False, showlegend=True, row=1, col=panel, **heat)  # fmt: skip


def add_contours(figure: go.Figure, name: str, panel: int, color: str, levels: tuple[float, ...],
                 **lines: Any) -> None:  # fmt: skip
    """Empty contour lines at evenly spaced levels (lowest, highest, step)."""
    start, end, size = levels
    figure.add_contour(
        name=name, colorscale=[[0, color], [1, color]], showscale=False, showlegend=True,
        hoverinfo="skip",
        contours={"coloring": "lines", "start": start, "end": end, "size": size},
        line={"width": 1.2}, row=1, col=panel, **lines,
    )  # fmt: skip


def square_axes(figure: go.Figure, panel: int, reach: float) -> None:
    """Both axes of a panel from −reach to reach, and as long as each other."""
    ticks = {"range": [-reach, reach], "dtick": 2}  # each label takes a browser time to measure
    figure.update_xaxes(ticks, row=1, col=panel)
    figure.update_yaxes(ticks, row=1, col=panel, scaleanchor=f"x{panel}", constrain="domain")


def update(figure: go.Figure, traces: dict[str, dict[str, Any]], **layout: Any) -> None:
    """Give new values to traces by name, in one message; what is equal is not sent again.

    Number arrays travel as float32. Names must stay: plotly's page forgets those of all other
    traces when a message changes one.
    """
    by_name = {trace.name: trace for trace in figure.data}
    with figure.batch_update():
        for name, values in traces.items():
            by_name[name].update(
                {
                    k: np.asarray(v, np.float32) if k in {"x", "y", "z"} else v
                    for k, v in values.items()
                }
            )
        figure.update_layout(layout)
