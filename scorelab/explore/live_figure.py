"""The figure that a page shows: the one place that uses names which plotly keeps to itself.

But for those in plotly_page.js, its other half. They may change with any version, so pyproject.toml
says with which ones this was tested. tests/browser/test_moves.py compares what the page shows with
a figure drawn anew, and test_forward_process.py counts the messages of a move.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import plotly.graph_objects as go
import traitlets
from plotly.basedatatypes import BaseFigure, Undefined

from scorelab.explore.owner import owned
from scorelab.explore.plotly_page import FIGURE

#: No bar of buttons above the panels, and nothing that leads to plotly's own site.
CONFIG = {"displaylogo": False, "showSendToCloud": False, "displayModeBar": False}

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

    _esm = FIGURE
    # Which edit a report of the page belongs to: as there are no reports, it is not told.
    _last_trace_edit_id = traitlets.Int(0)
    _last_layout_edit_id = traitlets.Int(0)
    _made = False
    _empty: set[int] | None = None  # the traces without points, as last drawn

    def __init__(self, figure: BaseFigure) -> None:
        super().__init__(figure)
        self._config = self._config | CONFIG
        self._made = True
        self.open()

    def open(self) -> None:
        """Announce the widget to the page, once there is something to announce."""
        if self._made:
            super().open()

    @owned  # half a redraw is no state
    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """The widget's state, with the figure as it is now where all of it is asked for."""
        if key is None:
            self._trait_values["_widget_layout"] = deepcopy(self._layout_obj._props)
            self._trait_values["_widget_data"] = deepcopy(self._data)
        return super().get_state(key=key, drop_defaults=drop_defaults)

    def _send_update_msg(
        self,
        restyle_data: dict[str, list[Any]],
        relayout_data: dict[str, Any],
        trace_indexes: list[int] | None = None,
        source_view_id: str | None = None,
    ) -> None:
        """Send changes to the page; where points and lines only move, it draws nothing else.

        To draw axes, titles and legend anew takes as long again. Plotly moves what is in sight: a
        trace that comes or goes, and what is not a scatter trace, it leaves as they were.
        """
        empty = {i for i, trace in enumerate(self._data) if len(trace.get("x", ())) == 0}
        same, self._empty = empty == self._empty, empty
        if same and not relayout_data and self._only_move(restyle_data):
            moves = self._moves(restyle_data, trace_indexes or [])
            self._send_animate_msg(moves, {}, list(range(len(moves))), AT_ONCE)
        else:
            super()._send_update_msg(restyle_data, relayout_data, trace_indexes, source_view_id)

    def _only_move(self, changes: dict[str, list[Any]]) -> bool:
        points = changes.keys() <= {"x", "y", "text"}
        return points and all(trace["type"] == "scatter" for trace in self._data)

    def _moves(self, changes: dict[str, list[Any]], traces: list[int]) -> list[dict[str, Any]]:
        moves: list[dict[str, Any]] = [{} for _ in self._data]  # one left out would vanish
        for name, values in changes.items():
            for i, value in zip(traces, values, strict=True):
                if value is not Undefined:
                    moves[i][name] = value
        for move, trace in zip(moves, self._data, strict=True):
            if move:  # a page forgets the one of x and y that is not sent: a second view lacks it
                move.update({axis: trace[axis] for axis in "xy"})
        return moves
