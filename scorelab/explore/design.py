"""How a view was designed: its blank figure, measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from plotly.basedatatypes import BaseFigure

Span = tuple[float, float]


class Panel(NamedTuple):
    """A panel as designed, in pixels: the room to its left, its width, and its legend's entries."""

    gutter: float
    width: float
    entries: tuple[str, ...]


class Frame(NamedTuple):
    """What is around the panels as designed, in pixels, and how high they are."""

    right: float
    top: float
    below: float  # between a panel's lower edge and its legend
    legend: float
    height: float


@dataclass(frozen=True)
class Design:
    """A blank figure, measured: its panels, and which axes belong to which of them."""

    panels: tuple[Panel, ...]
    frame: Frame
    axes: dict[str, tuple[int, Span]]  # the panel of an axis, and its part of the panel's height
    titles: tuple[str, ...]
    across: dict[str, str]  # the title of a horizontal axis, where it has one
    legends: tuple[str, ...]  # one for all panels, or one for each

    @classmethod
    def of(cls, figure: BaseFigure) -> Design:
        """The design of a blank figure."""
        layout = figure.layout.to_plotly_json()
        margin, titles = layout["margin"], [a["text"] for a in layout["annotations"]]
        inner = layout["width"] - margin["l"] - margin["r"]
        height = layout["height"] - margin["t"] - margin["b"]
        xs = [layout[_axis("x", k)]["domain"] for k in range(len(titles))]
        legends = tuple(name for name in sorted(layout) if name.startswith("legend"))
        entries = _entries(figure)
        gutters = [margin["l"] + xs[0][0] * inner]
        gutters += [(b[0] - a[1]) * inner for a, b in pairwise(xs)]
        panels = [
            Panel(gutter, (x[1] - x[0]) * inner, tuple(entries.get(k, ())))
            for k, (gutter, x) in enumerate(zip(gutters, xs, strict=True))
        ]
        frame = Frame(
            right=margin["r"] + (1 - xs[-1][1]) * inner,
            top=margin["t"],
            below=-layout["legend"]["y"] * height,
            legend=margin["b"] + layout["legend"]["y"] * height,
            height=height,
        )
        axes, across = dict(_places(layout, xs)), dict(_across(layout))
        return cls(tuple(panels), frame, axes, tuple(titles), across, legends)


def _axis(letter: str, k: int) -> str:
    return f"{letter}axis{k + 1 if k else ''}"


def _places(layout: dict[str, Any], xs: Sequence[Span]) -> Iterator[tuple[str, tuple[int, Span]]]:
    """The panel of each axis, and which part of its height it takes."""
    columns = {tuple(x): k for k, x in enumerate(xs)}
    for name, axis in layout.items():
        if name.startswith("xaxis"):
            yield name, (columns[tuple(axis["domain"])], (0, 1))
        elif name.startswith("yaxis"):
            across = layout["xaxis" + axis["anchor"][1:]]
            yield name, (columns[tuple(across["domain"])], tuple(axis["domain"]))


def _across(layout: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The words below each horizontal axis."""
    for name, axis in layout.items():
        if name.startswith("xaxis") and (text := axis.get("title", {}).get("text")):
            yield name, text


def _entries(figure: BaseFigure) -> dict[int, list[str]]:
    """The names in each legend, by its number from 0."""
    found: dict[int, list[str]] = {}
    for trace in figure.data:
        if trace.showlegend is not False and trace.visible is not False:
            found.setdefault(int((trace.legend or "")[6:] or 1) - 1, []).append(trace.name)
    return found
