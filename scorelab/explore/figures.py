"""Figures: arrays in, traces out. Nothing here computes what it shows."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

Array = NDArray[np.floating]

#: One meaning a colour through the whole course, told apart by colour-blind eyes too.
COLORS = {
    "data": "#9aa0a6",
    "truth": "#222222",
    "network": "#0072B2",
    "kernel": "#E08A00",
    "convex": "#009E73",
    "overfit": "#CC3311",
}
FONT = {"family": "Helvetica, Arial, sans-serif", "size": 14, "color": "#222222"}
CONFIG = {"displaylogo": False, "showSendToCloud": False, "displayModeBar": False}


class LiveFigure(go.FigureWidget):
    """A FigureWidget that shows its present state after a reload, not the one it was built with.

    Plotly keeps the state that a new view starts from in two traits that it fills only once; they
    are filled anew whenever a page asks for the whole state.
    """

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """The widget's state, with the figure as it is now where all of it is asked for."""
        if key is None and "_layout_obj" in self.__dict__:  # it is asked for first while being made
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
    figure.update_xaxes(title_standoff=4, automargin=False)
    figure.update_yaxes(title_standoff=4, automargin=False)
    return figure


def add_line(figure: go.Figure, name: str, panel: int, color: str, **line: Any) -> None:
    """An empty line of that name."""
    line = {"color": color, "width": 3, **line}
    figure.add_scatter(name=name, mode="lines", line=line, row=1, col=panel)


def add_dots(figure: go.Figure, name: str, panel: int, color: str, size: float = 4,
             opacity: float = 1.0) -> None:  # fmt: skip
    """An empty cloud of small dots of that name, to be filled with ``dots``.

    A cloud is one broken line of very short strokes: a browser draws that several times faster
    than a marker for each point.
    """
    line = {"color": color, "width": size, "simplify": False}
    figure.add_scatter(name=name, mode="lines", line=line, opacity=opacity, hoverinfo="skip",
                       row=1, col=panel)  # fmt: skip


def dots(points: Array, stroke: float = 0.06) -> dict[str, Array]:
    """Points (n, 2) as a broken line of strokes of that length: x and y with NaN in between."""
    half = np.array([stroke / 2, 0])
    path = np.stack((points - half, points + half, np.full_like(points, np.nan)), axis=1)
    path = path.reshape(-1, 2)
    return {"x": path[:, 0], "y": path[:, 1]}


def add_points(figure: go.Figure, name: str, panel: int, color: str, size: float = 5,
               **marker: Any) -> None:  # fmt: skip
    """An empty cloud of points of that name."""
    marker = {"color": color, "size": size, "line": {"width": 0}, **marker}
    figure.add_scatter(name=name, mode="markers", marker=marker, row=1, col=panel)


def square_axes(figure: go.Figure, panel: int, reach: float) -> None:
    """Both axes of a panel from −reach to reach, and as long as each other."""
    ticks = {"range": [-reach, reach], "dtick": 2}  # each label takes a browser time to measure
    figure.update_xaxes(ticks, row=1, col=panel)
    figure.update_yaxes(ticks, row=1, col=panel, scaleanchor=f"x{panel}", constrain="domain")


def arrows(start: Array, move: Array, head: float = 0.3) -> dict[str, Array]:
    """Arrows from start (n, 2) by move (n, 2) as one broken line: x and y with NaN in between."""
    tip = start + move
    side = np.stack((-move[:, 1], move[:, 0]), axis=1)
    left, right = tip - head * (move - 0.6 * side), tip - head * (move + 0.6 * side)
    path = np.stack((start, tip, left, tip, right, np.full_like(tip, np.nan)), axis=1)
    path = path.reshape(-1, 2)
    return {"x": path[:, 0], "y": path[:, 1]}


def update(figure: go.Figure, traces: dict[str, dict[str, Any]], **layout: Any) -> None:
    """Give new values to traces by name, in one message; what is equal is not sent again.

    Number arrays travel as float32. Names must stay: plotly's page forgets those of all other
    traces when a message changes one.
    """
    by_name = {trace.name: trace for trace in figure.data}
    with figure.batch_update():
        for name, values in traces.items():
            by_name[name].update(
                {k: np.asarray(v, np.float32) if k in "xy" else v for k, v in values.items()}
            )
        figure.update_layout(layout)
