"""Where everything of a figure stands on a page of some width, and how large its letters are.

A view is designed at one width. On a narrower page its panels shrink to a floor and then wrap, on
a wider one they grow, and the letters with them. Nothing is drawn anew: what ``arrange`` returns
are changes of the layout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from scorelab.explore.design import Design

#: The width, in pixels, that views are designed for, and up to which a wider page changes nothing.
DESIGN, EASE = 1160, 1230
#: Panels wrap where they would be narrower than this on average, in pixels.
FLOOR = 190
#: The size of letters at the designed width, of titles beside them, and the least, in pixels.
LETTER, TITLE, LEAST = 14, 16, 11
#: In a lecture: the size of letters on a laptop's screen, at least, and on a larger one in parts of
#: its width, and how low panels get.
HALL, HALL_PART, LOW = 20.0, 1 / 66, 200
#: The title of an axis in parts of other letters; by how many pixels a title may be wider than its
#: panel, of which half are on each side.
AXIS, OVER = 1.2, 10
#: How wide a letter is in parts of its height, and how high a row of a legend is, on average.
WIDE, HIGH = 0.52, 1.45
#: How wide it may be in the longest entry of a legend: in a hall, where no room is left below a
#: legend, a row too many costs less than one that lies on the sentence.
BROAD = 0.56
#: How high a row is at least, in pixels: plotly's samples do not shrink with the letters.
ROW = 19
#: What a legend has beside the words of each entry, and above all of them, in pixels.
SAMPLE, ABOVE = 45, 14

#: How much of a page the names left of a panel may take, at most, and how much makes them a list.
NAMES, LIST = 0.64, 1 / 3
#: What a number at the end of an axis needs beyond it, at least, where a panel ends another row.
HALF = 14
#: Margins are as computed: plotly would make room for a legend where there is room for it.
FIXED = {"autoexpand": False}


def arrange(design: Design, width: float, lecture: float = 0) -> dict[str, Any]:
    """Changes of the layout that make a figure as wide as a page, in pixels.

    In a ``lecture``, which is how high it may be there, in pixels, letters and lines are large.
    """
    letter = letters(width, lecture > 0)
    cells = next(filter(None, (_cells(design, width, letter, n) for n in range(1, 9))))
    return Page(design, width, letter, cells, lecture).layout()


def letters(width: float, lecture: bool = False) -> float:
    """The size of letters on a page of that width, in pixels."""
    if lecture:  # on a smaller screen they take the same part of it, and not all of it
        return max(LETTER, HALL * min(1.0, width / EASE), HALL_PART * width)
    return LETTER + 0.0025 * min(width - DESIGN, 0) + 0.0085 * max(width - EASE, 0)


class Cell(NamedTuple):
    """A panel on the page: its row, left end and width, in pixels."""

    row: int
    left: float
    width: float


def _cells(design: Design, width: float, letter: float, rows: int) -> list[Cell] | None:
    """The panels in so many rows; None where that makes them narrower than the floor."""
    a_row = math.ceil(len(design.panels) / rows)
    above, size = design.panels[:a_row], letter / LETTER
    if a_row == 1 < rows:
        return _column(design, width, size)
    gutters = [size * max(p.gutter for p in design.panels[k::a_row]) for k in range(a_row)]
    right = max(design.frame.right, HALF if rows > 1 else 0)
    room = width - sum(gutters) - size * right
    if room < FLOOR * a_row and a_row > 1:
        return None
    stretch = room / sum(p.width for p in above)
    widths = [stretch * p.width for p in above]
    lefts = [sum(gutters[: k + 1]) + sum(widths[:k]) for k in range(a_row)]
    return [
        Cell(k // a_row, lefts[k % a_row], widths[k % a_row]) for k in range(len(design.panels))
    ]


def _column(design: Design, width: float, size: float) -> list[Cell]:
    """The panels one below the other; a list of names takes its room from no panel but its own."""
    gutters = [min(size * panel.gutter, NAMES * width) for panel in design.panels]
    common = max((g for g in gutters if g < LIST * width), default=0)
    right = size * max(design.frame.right, HALF)
    lefts = [max(gutter, common) for gutter in gutters]
    return [Cell(row, left, width - left - right) for row, left in enumerate(lefts)]


class Page:
    """A design on a page: the places of all its parts, in pixels from the upper left corner."""

    def __init__(
        self, design: Design, width: float, letter: float, cells: list[Cell], lecture: float
    ) -> None:
        self.design, self.width, self.letter, self.cells = design, width, letter, cells
        #: Letters of a title are no smaller: in a hall none is smaller than all others are.
        self.least, self.axis = (letter, letter) if lecture else (LEAST, AXIS * letter)
        self.size, self.rows = self.letter / LETTER, cells[-1].row + 1
        narrowed = sum(cell.width for cell in cells) / sum(p.width for p in design.panels)
        low = 0.8 if self.rows > 1 else min(1.0, max(0.8, narrowed))
        self.high = design.frame.height * max(low, width / EASE)
        self.top, self.below = self.size * design.frame.top, self.size * design.frame.below
        self.each, self.broad = len(design.legends) > 1, BROAD if lecture else WIDE
        #: Where the last row has a panel less than the first, the legend takes its place.
        first, last = (sum(cell.row == row for cell in cells) for row in (0, cells[-1].row))
        self.aside = not self.each and last < first
        legend = max(map(self._legend_height, range(len(design.legends))))
        self.bottom = self.below + max(legend, 0 if self.each else design.frame.legend * self.size)
        if self.aside:
            self.bottom = self.below + 12
        if lecture and self.rows == 1:
            self.high = max(LOW, lecture - self.top - self.bottom)
        self.step = self.top + self.high + self.below + (legend if self.each else 6)
        self.inner = (self.rows - 1) * self.step + self.high
        self.height = self.top + self.inner + self.bottom

    def _legend_height(self, k: int) -> float:
        names = self.design.panels[k].entries
        lines = len(names) if self.each else _lines(names, self.letter, self.width - 24, self.broad)
        return lines * max(HIGH * self.letter, ROW) + ABOVE

    def layout(self) -> dict[str, Any]:
        """The changes of the layout; what stands left of a panel is in its gutter, not a margin."""
        titles = zip(self.design.titles, self.cells, strict=True)
        return {
            "width": round(self.width),
            "height": round(self.height),
            "margin": {"l": 0, "r": 0, "t": round(self.top), "b": round(self.bottom)} | FIXED,
            "font": {"size": round(self.letter, 1)},
            "annotations": [self._title(text, cell) for text, cell in titles],
            **{name: self._axis(name) for name in self.design.axes},
            **self._legends(),
        }

    def _up(self, y: float) -> float:
        """A place in pixels below the upper edge of the first row, as plotly counts it."""
        return round(1 - y / self.inner, 5)

    def _across(self, x: float) -> float:
        return round(x / self.width, 5)

    def _domain(self, axis: str) -> list[float]:
        panel, (low, high) = self.design.axes[axis]
        cell = self.cells[panel]
        if axis.startswith("x"):
            return [self._across(cell.left), self._across(cell.left + cell.width)]
        foot = cell.row * self.step + self.high
        ends = self._up(foot - self.high * low), self._up(foot - self.high * high)
        return [min(max(end, 0.0), 1.0) for end in ends]

    def _axis(self, name: str) -> dict[str, Any]:
        """Where an axis is, and letters of its title that fit below it."""
        axis: dict[str, Any] = {"domain": self._domain(name)}
        if text := self.design.across.get(name):
            cell = self.cells[self.design.axes[name][0]]
            axis["title"] = {"font": {"size": self._fitting(text, cell, self.axis)}}
        else:
            axis["title"] = {"font": {"size": round(self.axis, 1)}}
        return axis

    def _fitting(self, text: str, cell: Cell, size: float) -> float:
        """The size of letters, at most that, in which a text is hardly wider than its panel."""
        fits = (cell.width + OVER * self.size) / (WIDE * len(text))
        return round(max(self.least, min(size, fits)), 1)

    def _title(self, text: str, cell: Cell) -> dict[str, Any]:
        """The title of a panel, in letters that fit above it."""
        size = self._fitting(text, cell, self.size * TITLE)
        x, y = self._across(cell.left + cell.width / 2), self._up(cell.row * self.step)
        return {"x": x, "y": y, "font": {"size": size}}

    def _legends(self) -> dict[str, Any]:
        """One under each panel, or one in the middle under all, or where a panel is missing."""
        feet = [cell.row * self.step + self.high + self.below for cell in self.cells]
        if self.each:
            places = zip(self.design.legends, self.cells, feet, strict=True)
            return {name: self._place(cell.left, y, "left", "v") for name, cell, y in places}
        if not self.aside:
            return {"legend": self._place(self.width / 2, feet[-1], "center", "h")}
        free = min(cell.left for cell in self.cells if cell.left > self.cells[-1].left)
        return {"legend": self._place(free, (self.rows - 1) * self.step, "left", "v")}

    def _place(self, x: float, y: float, anchor: str, orientation: str) -> dict[str, Any]:
        """A legend's place in the whole figure: in parts of the panels' plotly gets it wrong."""
        return {
            # Plotly keeps the side free on which a legend of the container stands, and pushes there
            # the titles of all axes away; here, without margins at the sides, the paper is as wide.
            "xref": "paper" if self.each else "container",
            "yref": "container",
            "x": self._across(x),
            "y": round(1 - (self.top + y) / self.height, 5),
            "xanchor": anchor,
            "yanchor": "top",
            "orientation": orientation,
        }


def _lines(names: Sequence[str], letter: float, room: float, broad: float) -> int:
    """How many lines plotly makes of a legend: natural widths in one, else columns of one width."""
    if sum(SAMPLE + WIDE * letter * len(name) for name in names) <= room:
        return 1
    widest = SAMPLE + broad * letter * max(map(len, names))
    return math.ceil(len(names) / max(1, int(room / widest)))
