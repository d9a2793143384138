"""Moving thumbnails for the map of the course: one panel of a film, while its main slider goes on.

They are pictures in SVG, one for light pages and one for dark, made of what `films` has kept. They
stand still where a reader asks for less motion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorelab.explore.reel import GAP, STEPS, opened

#: What says most in little: which film of a room, its panel, by the x axis, and the control that
#: moves. Of others it is the first film's first panel, and its last slider.
SHOWN: dict[str, tuple[int, str, str]] = {
    "start_here": (0, "x3", "stop"),
    "score_matching": (0, "x3", "noise"),
    "two_layer_network": (0, "x2", "stop"),
    "tangent_kernel": (0, "x2", "stop"),
    "rates": (0, "x", "n"),
    "convex_denoising": (1, "x3", "patterns"),
    "memorisation": (0, "x3", "stop"),
}
WIDTH, HEIGHT = 230, 130
#: At most so many pictures, each shown for so many seconds, and so many shapes in each trace.
FRAMES, PACE, SHAPES = 10, 0.3, 120
#: A shape of fewer pixels is drawn as a dot; a page has colours of its own when it is dark.
SMALL, COLOR = 6, re.compile(r"#[0-9A-Fa-f]{6}|(?<=rgba\()\d+,\d+,\d+")
PAGE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>
path {{ fill: none; stroke-linecap: round; stroke-linejoin: round }}
.f {{ visibility: hidden; animation: f {whole}s steps(1) infinite }}
@keyframes f {{ 0% {{ visibility: visible }} {part}% {{ visibility: hidden }} }}
@media (prefers-reduced-motion: reduce) {{
  .f {{ animation: none }}
  .f:last-child {{ visibility: visible }}
}}
</style>
{pictures}
</svg>
"""

Trace = tuple[Any, ...]


def unpack(content: bytes) -> dict[str, Any]:
    """A head or a reel, as `reel.pack` has packed it, with its ``arrays`` as numbers."""
    file, planes = opened(content)
    low, high = np.frombuffer(planes, np.uint8).reshape(2, -1).astype(np.int32)
    file["arrays"] = list(numbers(file["arrays"], low + 256 * high))
    return file


def numbers(about: list[list[Any]], folded: NDArray[np.int32]) -> Iterator[NDArray[np.float64]]:
    """The arrays of a file, one after the other."""
    told = ((folded >> 1) ^ -(folded & 1)).astype(np.int16)
    steps: list[NDArray[np.int16]] = []
    for n, (low, high, log), columns, how, before, _ in about:
        mine, told = told[:n].reshape(columns, -1) if n else told[:0].reshape(1, 0), told[n:]
        table = np.empty((mine.shape[1], columns), np.int16)
        for c, letter in enumerate(how if n else ""):
            if letter == "b":
                table[:, c] = steps[before].reshape(table.shape)[:, c] + mine[c]
            elif letter == "l" and c:
                table[:, c] = table[:, c - 1] + mine[c]
            else:
                table[:, c] = np.cumsum(mine[c], dtype=np.int16)
        steps.append(table.ravel())
        values = low + steps[-1] * ((high - low) / STEPS)
        yield np.where(steps[-1] == GAP, np.nan, 10**values if log else values)


def thumbnail(films: Path, room: str) -> Thumbnail:
    """That of a room, whose films are in a folder."""
    number, panel, slider = SHOWN.get(room, (0, "x", ""))
    return Thumbnail(films / str(number), panel, slider)


class Thumbnail:
    """One panel of a film, at the places of one of its sliders: the last, if none is named."""

    def __init__(self, folder: Path, panel: str, slider: str) -> None:
        self.head = unpack((folder / "head").read_bytes())
        controls = {c["name"]: c for row in self.head["rows"] for c in row if "first" in c}
        self.axes = [[*axis, controls[axis[0]]] for axis in self.head["axes"]]
        outer = self.axes[: self.head["reels"]]
        self.first = str(place(outer, {}))
        self.reel = unpack((folder / self.first).read_bytes())
        sliders = [axis for axis in self.axes if axis[2]["kind"] == "slider"]
        self.slider = next((axis for axis in sliders if axis[0] == slider), sliders[-1])
        self.panel = panel

    def states(self) -> list[list[int]]:
        """What is shown, as the slider goes from its first place to its last."""
        name, count, _ = self.slider
        stops = np.unique(np.linspace(0, count - 1, min(FRAMES, count)).round().astype(int))
        inner = self.axes[self.head["reels"] :]
        return [self.reel["states"][place(inner, {name: int(k)})] for k in stops]

    def words(self) -> str:
        """What it shows, for who cannot see it."""
        layout = self.reel["layouts"][self.states()[0][0]]
        return f"{title(layout, self.panel)}, while {self.slider[2]['label']} goes on"

    def drawn(self, dark: bool) -> str:
        """The picture."""
        frames = [[self.paths(state[0], which) for which in state[2:]] for state in self.states()]
        still = [each if len({*each}) == 1 else None for each in zip(*frames, strict=True)]
        groups = ["".join(each[0] for each in still if each)]
        for number, frame in enumerate(frames):
            moving = "".join(path for path, same in zip(frame, still, strict=True) if not same)
            delay = f"animation-delay: {number * PACE:.1f}s"
            groups.append(f'<g class="f" style="{delay}">{moving}</g>')
        whole, part = f"{len(frames) * PACE:.1f}", f"{100 / len(frames):.2f}"
        size = {"width": WIDTH, "height": HEIGHT}
        text = PAGE.format(**size, whole=whole, part=part, pictures="\n".join(groups))
        night = self.head["night"] if dark else {}
        return COLOR.sub(lambda color: night.get(color[0], color[0]), text)

    def paths(self, layout: int, which: int) -> str:
        """A trace as it is in a state; nothing, where it is in another panel."""
        style, *arrays = self.reel["traces"][which]
        style, (x, y) = self.reel["styles"][style], arrays[:2]
        lines = style.get("visible") is not False and style["type"] == "scatter"
        if not lines or style["xaxis"] != self.panel or min(x, y) < 0:
            return ""
        shown = self.reel["layouts"][layout]
        along, up = (shown[key + "axis" + style[key + "axis"][1:]] for key in "xy")
        wide = HEIGHT * across(along) / across(up) if "scaleanchor" in up else WIDTH
        right = pixels(self.reel["arrays"][x], along, wide) + (WIDTH - wide) / 2
        down = HEIGHT - pixels(self.reel["arrays"][y], up, HEIGHT)
        return drawn(style, np.stack([right, down], axis=1))


def place(axes: list[list[Any]], set_to: dict[str, int]) -> int:
    """Where a state is among all; of controls that are not set, where they begin."""
    found = 0
    for name, count, control in axes:
        first = control["places"][control["first"]]
        found = found * count + set_to.get(name, first)
    assert found < prod(count for _, count, _ in axes)
    return found


def title(layout: dict[str, Any], panel: str) -> str:
    """The title above a panel."""
    middle = np.mean(layout["xaxis" + panel[1:]]["domain"])
    titles = [each for each in layout.get("annotations", ()) if each.get("xref") == "paper"]
    text = min(titles, key=lambda each: abs(each["x"] - middle))["text"]
    return re.sub("<.*?>", "", text)


def across(axis: dict[str, Any]) -> float:
    """How much an axis shows."""
    return axis["range"][1] - axis["range"][0]


def pixels(values: NDArray[np.float64], axis: dict[str, Any], size: float) -> NDArray[np.float64]:
    """Numbers in the pixels of an axis of some size; NaN stays NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.log10(values) if axis.get("type") == "log" else values
    return np.clip((drawn - axis["range"][0]) / across(axis), -0.5, 1.5) * size


def drawn(style: dict[str, Any], points: NDArray[np.float64]) -> str:
    """A trace as paths: shapes, of which small ones are dots; lines; or dots."""
    color = style.get("fillcolor") or style.get("marker", {}).get("color")
    line = style.get("line", {}).get("color")
    mode = style.get("mode", "lines")
    if style.get("fill") == "toself":
        shapes = parts(points, (points == points[:1]).all(1))  # between them it comes back there
        if all(np.ptp(shape, axis=0).max() < SMALL for shape in shapes):
            return path([shape.mean(0, keepdims=True) for shape in thinned(shapes)], color, 3)
        return path(shapes, None, 0, fill=color, opacity=style.get("opacity", 1))
    found = path(parts(points), line, style["line"]["width"]) if "lines" in mode else ""
    if "markers" in mode and isinstance(color, str):
        found += path(thinned(points[np.isfinite(points).all(1), None]), color, 6)
    return found


def thinned(shapes: Any) -> Any:
    """Not too many shapes."""
    return shapes[:: 1 + len(shapes) // SHAPES]


def parts(points: NDArray[np.float64], gaps: Any = False) -> list[NDArray[np.float64]]:
    """What lies between gaps, and where nothing is."""
    gaps |= np.isnan(points).any(1)
    ends = [0, *np.flatnonzero(np.diff(gaps)) + 1, len(points)]
    return [points[a:b] for a, b in pairwise(ends) if b > a and not gaps[a]]


def path(shapes: Any, color: Any, width: float, fill: Any = None, opacity: float = 1) -> str:
    """Polygons of whole pixels in one path, each corner told by its way from the one before."""
    told = []
    for shape in shapes:
        whole = np.round(shape).astype(int)
        first, ways = whole[0], np.diff(whole, axis=0)
        ways = ways[ways.any(1)]
        rest = "l" + " ".join(f"{x},{y}" for x, y in ways) if len(ways) else "h0"
        told.append(f"M{first[0]},{first[1]}{rest}")
    look = f'stroke="{color}" stroke-width="{width}"'
    if fill:
        look = f'style="fill:{fill}; opacity:{opacity}"'
    return f'<path {look} d="{"".join(told)}"/>' if told else ""
