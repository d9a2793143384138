"""Colours on a light page, and the same meanings on a dark one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from plotly.basedatatypes import BaseFigure

from scorelab.explore.figures import NUMBERS
from scorelab.workbook.plots import COLORS, NIGHT, PAPER, SHADES


@lru_cache(maxsize=1)
def night() -> dict[str, str]:
    """What each colour of the light page is on the dark one; no colour is on both sides."""
    pairs = {COLORS[name]: NIGHT[name] for name in COLORS} | SHADES | dict([PAPER])
    return pairs | {_rgb(day): _rgb(dark) for day, dark in pairs.items()}


@lru_cache(maxsize=1)
def day() -> dict[str, str]:
    """The way back."""
    return {dark: light for light, dark in night().items()}


def _rgb(color: str) -> str:
    return ",".join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5))


def faint(color: str, opacity: float) -> str:
    """A colour through which one sees, for what plotly gives no opacity of its own."""
    return f"rgba({_rgb(color)},{opacity})"


def painted(value: Any, pairs: dict[str, str]) -> Any:
    """The same with other colours, wherever they stand in what a trace is told."""
    match value:
        case str() if value.startswith("rgba("):
            rgb, _, opacity = value[5:].rpartition(",")
            return f"rgba({pairs.get(rgb, rgb)},{opacity}"
        case str():
            return pairs.get(value, value)
        case dict():
            return {k: v if k in NUMBERS else painted(v, pairs) for k, v in value.items()}
        case list() | tuple():
            return type(value)(painted(v, pairs) for v in value)
    return value


def repaint(figure: BaseFigure, dark: bool) -> None:
    """Give all traces, axes and words of a figure the colours of the page."""
    pairs = night() if dark else day()
    for trace in figure.data:
        style = {k: v for k, v in trace.to_plotly_json().items() if k not in STAYS}
        new = painted(style, pairs)
        trace.update({k: v for k, v in new.items() if v != style[k]})
    ink = (NIGHT if dark else COLORS)["truth"]
    lines = {"linecolor": ink, "tickcolor": ink}
    layout = figure.layout.to_plotly_json()
    figure.update_layout(
        {name: lines for name in layout if name[1:5] == "axis"},
        font={"color": ink},
        annotations=[{"font": {"color": ink}} for _ in layout["annotations"]],
    )


#: Of a trace, what has no colour and may be long.
STAYS = {"type", "name", "uid", "text", "xaxis", "yaxis", *NUMBERS}
