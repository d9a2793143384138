"""An explorer before a class: lines that are seen from the back, and the code of a state."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from plotly.basedatatypes import BaseFigure

#: How much thicker lines and points are in a lecture.
BOLD = 1.5


def thicken(figure: BaseFigure, designed: BaseFigure, times: float) -> None:
    """Give all lines and points of a figure so many times the size that they were designed with."""
    for drawn, trace in zip(figure.data, designed.data, strict=True):
        drawn.update(thickened(trace.to_plotly_json(), times))


def thickened(style: Mapping[str, Any], times: float) -> dict[str, Any]:
    """What of a trace's style is thicker: its line, its points, and their rims."""
    lines = style["type"] == "contour" or "lines" in style.get("mode", "")
    found: dict[str, Any] = {}
    if lines:
        found["line"] = {"width": times * style.get("line", {}).get("width", 2)}
    if "markers" in style.get("mode", ""):
        marker = style["marker"]
        found["marker"] = {"size": _times(marker["size"], times)}
        if width := marker.get("line", {}).get("width"):
            found["marker"]["line"] = {"width": times * width}
    return found


def _times(size: Any, times: float) -> Any:
    return times * size if isinstance(size, int | float) else [times * each for each in size]


def code(kind: type, values: Mapping[str, Any], lecture: bool) -> str:
    """The line of Python that makes an explorer of that kind with these values."""
    room, name = _room(kind), kind.__name__
    given = ", ".join(f"{key}={_written(value)}" for key, value in values.items())
    given += ", lecture=True" if lecture else ""
    return f"from {room} import {name}; {name}({given})"


def title(explorer: object) -> str:
    """What the file of an explorer's picture is called."""
    return _room(type(explorer)).rpartition(".")[2].replace("_", "-")


def _room(kind: type) -> str:
    return kind.__module__.rpartition(".")[0]


def _written(value: Any) -> str:
    return 'float("inf")' if value == math.inf else repr(value)
