"""Films: an explorer, recorded in every state of a plan, for pages that have no kernel.

A film is a head, which says what the controls are and how the figure fits a page, and reels. Each
reel is a file of its own with all states of some controls for one choice of the others. Heads and
reels are one format, packed by ``reel.pack`` and read by ``site/player.js``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

from scorelab.explore.arrange import LETTER, arrange, letters
from scorelab.explore.controls import Button, Choice, Play, Slider
from scorelab.explore.explorer import BaseExplorer
from scorelab.explore.figures import SIGN
from scorelab.explore.reel import Arrays, pack
from scorelab.explore.theme import night, repaint
from scorelab.validate import require

#: The widths of a page, in pixels, for which figures are arranged; one between takes the lower.
WIDTHS = (*range(280, 1180, 20), *range(1180, 1921, 60))
#: Of a training's stops, those that films show.
STOPS = (0, 1, 3, 10, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000)
#: What of a trace is an array of numbers, and what is another every time and shows nothing.
NUMBERS, ASIDE = ("x", "y", "z"), {"uid"}


@dataclass(frozen=True)
class Film:
    """What of an explorer is recorded: every combination of these values of its controls.

    Controls that are not among the ``values`` stay at their defaults. Each choice of the ``reels``,
    which are the first of them, is a file of its own, which a page loads when it is asked for.
    """

    explorer: type[BaseExplorer]
    values: Mapping[str, Sequence[Any]]
    reels: int = 0

    def __len__(self) -> int:
        """How many states it has."""
        return prod(map(len, self.values.values()))

    def check(self) -> None:
        """A ValueError for a value that a control does not offer, or a default that is left out."""
        rows = self.explorer.controls
        choices = {n: c for row in rows for n, c in row.items() if isinstance(c, Choice)}
        for name, values in self.values.items():
            require(name in choices, "a film's control", name, f"must be one of {list(choices)}")
            for value in values:
                choices[name].check(name, value)
            default = choices[name].default
            require(default in values, name, list(values), f"must hold the default, {default!r}")


def record(film: Film) -> Iterator[tuple[str, bytes]]:
    """The files of a film by name: its ``head``, then its reels, ``0``, ``1`` …, in their order."""
    film.check()
    explorer = alone(film.explorer)
    yield "head", pack(head(film, explorer), Arrays())
    explorer.figure.update_layout(template="none")  # the head has it; it is most of a layout
    names, values = list(film.values), list(film.values.values())
    outer, inner = values[: film.reels], values[film.reels :]
    for number, first in enumerate(product(*outer)):
        reel = Reel(explorer)
        for rest in product(*inner):
            explorer.set(**dict(zip(names, first + rest, strict=True)))
            reel.shoot()
        yield str(number), reel.packed()


def alone(kind: type[BaseExplorer]) -> BaseExplorer:
    """An explorer whose figure is handed to no page, which is what takes most of its time.

    Each axis of it says in which ink it is drawn, for a page that is dark.
    """
    explorer = type(kind.__name__, (kind,), {"_announce": lambda self: None})()
    repaint(explorer.figure, dark=False)
    return explorer


def head(film: Film, explorer: BaseExplorer) -> dict[str, Any]:
    """What a page has to know before the first picture."""
    return {
        "rows": [
            [described(film, name, c) for name, c in row.items()] for row in film.explorer.controls
        ],
        "axes": [[name, len(values)] for name, values in film.values.items()],
        "reels": film.reels,
        "widths": [[w, letters(w) / LETTER, arrange(explorer.design, w)] for w in WIDTHS],
        "template": explorer.figure.layout.to_plotly_json()["template"],
        "night": night(),
    }


def described(film: Film, name: str, control: Any) -> dict[str, Any]:
    """A control for the page: what it is, what stands beside it, and what of it is in the film."""
    what = {"name": name, "kind": type(control).__name__.lower()}
    match control:
        case Choice():
            return what | offered(control, film.values.get(name))
        case Play():
            return what | {"label": "Play", "tip": control.tip, "slider": control.slider}
        case Button():
            return what | {"label": control.label, "tip": control.tip}
    return what


def offered(control: Choice, shown: Sequence[Any] | None) -> dict[str, Any]:
    """The options of a control, their places in the film, and which one comes first.

    A slider has only those that the film shows; a list has all, and −1 for those that it lacks.
    """
    options, recorded = list(control.options), list(shown or [control.default])
    if isinstance(control, Slider):
        options = recorded
    widget: Any = control.widget()
    words = [label for label, value in _labelled(widget.options) if value in options]
    return {
        "label": control.label,
        "tip": control.tip,
        "width": control.width,
        "fixed": shown is None,
        "options": words,
        "places": [recorded.index(o) if o in recorded else -1 for o in options],
        "first": options.index(control.default),
    }


def _labelled(options: Sequence[Any]) -> list[tuple[str, Any]]:
    return [each if isinstance(each, tuple) else (str(each), each) for each in options]


class Reel:
    """States of an explorer, each part of them kept once."""

    def __init__(self, explorer: BaseExplorer) -> None:
        self.explorer, self.arrays = explorer, Arrays()
        self.parts: dict[str, dict[str, int]] = {"styles": {}, "layouts": {}, "sentences": {}}
        self.traces: dict[tuple[int, ...], int] = {}
        self.states: list[list[int]] = []
        self.known: dict[str, tuple[Any, int, int]] = {}  # of each trace: what was shown, and where

    def shoot(self) -> None:
        """Add what the explorer shows now."""
        figure = self.explorer.figure
        layout = figure.layout.to_plotly_json()
        place = self._part("layouts", layout)
        words = self._part("sentences", self.explorer.status.value)
        traces = [self._trace(trace, layout, place) for trace in figure.data]
        self.states.append([place, words, *traces])

    def _part(self, kind: str, value: Any) -> int:
        known = self.parts[kind]
        return known.setdefault(told(value), len(known))

    def _trace(self, trace: Any, layout: dict[str, Any], place: int) -> int:
        """The place of a trace; one that the explorer has left alone is where it was."""
        shown = self.explorer.last.get(trace.name.removesuffix(SIGN))
        before = self.known.get(trace.name)
        if before is None or before[0] is not shown or before[1] != place:
            before = self.known[trace.name] = shown, place, self._add(trace, layout)
        return before[2]

    def _add(self, trace: Any, layout: dict[str, Any]) -> int:
        style = {k: v for k, v in trace.to_plotly_json().items() if k not in ASIDE}
        places = []
        for key in NUMBERS:
            values = trace[key] if key in style else None
            array = self.arrays.add(values, (trace.name, key), scale(key, style, layout))
            if array >= 0:
                del style[key]
            places.append(array)
        return self.traces.setdefault((self._part("styles", style), *places), len(self.traces))

    def packed(self) -> bytes:
        """The reel as a file."""
        parts = {kind: [json.loads(each) for each in known] for kind, known in self.parts.items()}
        return pack(parts | {"traces": list(self.traces), "states": self.states}, self.arrays)


def told(value: Any) -> str:
    """A part as JSON, which has lists for arrays, as those of error bars, and knows no NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=np.ndarray.tolist)


def scale(key: str, style: dict[str, Any], layout: dict[str, Any]) -> tuple[Any, Any, bool]:
    """Between what an array of a trace is drawn, None where left open, and whether in log10."""
    if key == "z":
        return style.get("zmin"), style.get("zmax"), False
    axis = layout[key + "axis" + style[key + "axis"][1:]]
    low, high = axis.get("range", (None, None))
    return low, high, axis.get("type") == "log"
