"""Controls as data: a table says what can be chosen, and how it stands on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as W

from scorelab.devices import device
from scorelab.explore.words import number
from scorelab.validate import require

ROW = W.Layout(align_items="center", grid_gap="4px 14px", flex_flow="row wrap", overflow="hidden")
#: A label takes the room that its words need.
STYLE = {"description_width": "initial"}


def larger(options: Sequence[float], on_card: Sequence[float]) -> tuple[float, ...]:
    """Rising options, with those ``on_card`` among them where explorers train on a CUDA card."""
    return tuple(sorted({*options, *on_card} if device().type == "cuda" else options))


@dataclass(frozen=True)
class Choice:
    """One of some ``options``, at first the ``default``, from a drop-down list.

    ``label`` stands beside it, ``tip`` says what it means, ``width`` is that of CSS.
    """

    label: str
    options: Sequence[Any]
    default: Any
    tip: str
    width: str = "330px"

    def check(self, name: str, value: object) -> None:
        """A ValueError that lists the options, unless the value is one of them."""
        require(value in self.options, name, value, f"must be one of {list(self.options)}")

    def widget(self) -> W.DOMWidget:
        """The control on the page."""
        return W.Dropdown(options=self.options, **self.words)

    @property
    def words(self) -> dict[str, Any]:
        """What every kind of it says to its widget."""
        return {
            "value": self.default,
            "description": self.label,
            "tooltip": self.tip,
            "style": STYLE,
            "layout": W.Layout(width=self.width),
        }


@dataclass(frozen=True)
class Slider(Choice):
    """One of some numbers, from a slider; they are shown as they are written."""

    def widget(self) -> W.DOMWidget:
        """The control on the page."""
        return W.SelectionSlider(options=[(number(v), v) for v in self.options], **self.words)


@dataclass(frozen=True)
class Button:
    """A push button; it calls the explorer's method of its name."""

    label: str
    tip: str

    def widget(self) -> W.DOMWidget:
        """The control on the page."""
        layout = W.Layout(width="66px")
        return W.Button(description=self.label, tooltip=self.tip, layout=layout)


@dataclass(frozen=True)
class Play:
    """A button, called ``play``, that lets a ``slider`` go on by itself, or pause."""

    slider: str
    tip: str

    def widget(self) -> W.DOMWidget:
        """The control on the page."""
        return Button("Play", f"{self.tip}; press again to pause").widget()


@dataclass(frozen=True)
class Bar:
    """How much of a whole is done."""

    whole: int

    def widget(self) -> W.DOMWidget:
        """The bar on the page."""
        return W.IntProgress(max=self.whole, layout=W.Layout(width="110px"))


@dataclass(frozen=True)
class Words:
    """Some words that the explorer writes."""

    def widget(self) -> W.DOMWidget:
        """The words on the page."""
        return W.Label()


Control = Choice | Button | Play | Bar | Words
#: Rows of controls, each by its name: the table of an explorer.
Table = Sequence[Mapping[str, Control]]
