"""What all explorers share: controls with names, one figure, one sentence, errors in red."""

from __future__ import annotations

import gc
import html
import time
from collections.abc import Iterable, Sequence
from typing import Any

import anywidget
import ipywidgets as W
import plotly.graph_objects as go
import traitlets

from scorelab.explore.figures import CONFIG, LiveFigure, number, update
from scorelab.explore.live import Latest, event_loop

ROW = W.Layout(align_items="center", grid_gap="4px 14px", flex_flow="row wrap", overflow="hidden")


def choice(label: str, options: Sequence[Any], value: Any, tip: str, width: str) -> W.Dropdown:
    """A drop-down list; ``tip`` says what it means."""
    style = {"description_width": "initial"}
    return W.Dropdown(options=options, value=value, description=label, tooltip=tip, style=style,
                      layout=W.Layout(width=width))  # fmt: skip


def slider(label: str, values: Iterable[float], value: float, tip: str, width: str = "330px"
           ) -> W.SelectionSlider:  # fmt: skip
    """A slider over given numbers, shown as they are written."""
    options = [(number(v), v) for v in values]
    style = {"description_width": "initial"}
    box = W.SelectionSlider(options=options, value=value, description=label, style=style,
                            layout=W.Layout(width=width), continuous_update=True)  # fmt: skip
    box.tooltip = tip
    return box


def button(label: str, tip: str) -> W.Button:
    """A push button."""
    return W.Button(description=label, tooltip=tip, layout=W.Layout(width="66px"))


#: How long, in seconds, a page may take to draw before it is taken for closed, and to open at all.
PATIENCE, OPENING = 1.0, 20.0


class Page(anywidget.AnyWidget):
    """The part of an explorer that lives in the page; it shows nothing.

    It answers when the page has drawn what was sent before, so that nobody sends faster than the
    page draws: else a queue fills that takes seconds to work off. The first answer comes when the
    figure is there, for a page that is still opening misses what is sent to it. And it lets the
    controls have the keys that JupyterLab takes for its own commands: without it an arrow key on a
    list moves to the next cell, and Space on a button does nothing. Shift-Enter, Escape and what
    goes with Ctrl or Cmd still reach JupyterLab.
    """

    asked = 0.0
    sent = traitlets.Int().tag(sync=True)
    drawn = traitlets.Int().tag(sync=True)
    _esm = """
    function render({ model, el }) {
      const answer = () => { model.set("drawn", model.get("sent")); model.save_changes(); };
      const there = () => el.closest(".sl-explorer")?.querySelector(".js-plotly-plot .main-svg");
      const opened = () => there() ? answer() : requestAnimationFrame(opened);
      const redrawn = () => { if (there()) requestAnimationFrame(answer); };  // figures move first
      model.on("change:sent", redrawn);
      requestAnimationFrame(opened);
      const keep = event => {
        const jupyter = event.ctrlKey || event.metaKey || event.key === "Escape"
          || (event.key === "Enter" && event.shiftKey);
        if (!jupyter) event.stopPropagation();
      };
      requestAnimationFrame(() => el.closest(".sl-explorer")?.addEventListener("keydown", keep));
    }
    export default { render };
    """

    def ask(self) -> None:
        """Ask the page to answer when it has drawn all that was sent so far."""
        if self.drawn == self.sent:  # else the clock goes on: a page that is away stays away
            self.asked = time.monotonic()
        self.sent += 1

    def ready(self) -> bool:
        """Whether it has answered, or has not for so long that it must be closed."""
        patience = PATIENCE if self.drawn else OPENING
        return self.drawn == self.sent or time.monotonic() > self.asked + patience


class BaseExplorer(W.VBox):
    """Controls above, one figure, one sentence with the numbers below.

    ``controls`` by name, in rows; each gets the class ``sl-<name>``. A subclass implements
    ``draw()``, which reads the controls and updates figure and sentence; it is called whenever a
    control in ``redraw_on`` changes, at most ten times a second and always for the latest state.
    """

    def __init__(self, rows: Sequence[dict[str, W.DOMWidget]], figure: go.Figure,
                 redraw_on: Sequence[str]) -> None:  # fmt: skip
        self.by_name = {name: w for row in rows for name, w in row.items()}
        self.figure = figure
        self.status, self.error = W.HTML(), W.HTML()
        named = {**self.by_name, "status": self.status, "error": self.error}
        for name, widget in named.items():
            widget.add_class(f"sl-{name}")
        self.page = Page()
        self.last: dict[str, dict[str, Any]] = {}
        self.redraw = Latest(self.draw, self.page.ready, self.fail)
        for name in redraw_on:
            self.by_name[name].observe(self.redraw, "value")
        boxes = [W.HBox(list(row.values()), layout=ROW) for row in rows]
        super().__init__([*boxes, self.status, self.error, self.page])
        self.add_class("sl-explorer")

    def draw(self) -> None:
        """Show what the controls ask for."""
        raise NotImplementedError

    def __getitem__(self, name: str) -> Any:
        """The value of a control."""
        return self.by_name[name].value

    def set(self, **values: Any) -> None:
        """Move controls from code: ``explorer.set(width=1024, stop=300)``.

        Raises ValueError for a name that is no control, or a value that it does not offer.
        """
        settable = [name for name, widget in self.by_name.items() if hasattr(widget, "options")]
        for name, value in values.items():
            if name not in settable:
                raise ValueError(f"{name}={value!r}: the controls are {', '.join(settable)}")
            offered = [o[1] if isinstance(o, tuple) else o for o in self.by_name[name].options]
            if value not in offered:
                raise ValueError(f"{name}={value!r}: must be one of {offered}")
        for name, value in values.items():
            self.by_name[name].value = value

    def show(self, traces: dict[str, dict[str, Any]], **layout: Any) -> None:
        """New values for traces by name, and an earlier error is taken away.

        A trace that is the same object as last time is taken to be unchanged.
        """
        new = {name: trace for name, trace in traces.items() if self.last.get(name) is not trace}
        update(self.figure, new, **layout)
        if not isinstance(self.figure, LiveFigure):
            self._announce()
        self.last = traces
        self.error.value = ""
        self.page.ask()

    def _announce(self) -> None:
        """Hand the figure to the page, now that there is something to see in it."""
        self.figure = LiveFigure(self.figure)
        self.figure._config = self.figure._config | CONFIG
        gc.freeze()  # to look through all of torch and plotly for garbage takes a third of a second
        *controls, status, error, page = self.children
        self.children = (*controls, self.figure, status, error, page)

    def say(self, sentence: str) -> None:
        """The sentence below the figure."""
        self.status.value = f'<div style="font-size:16px;line-height:1.5">{sentence}</div>'

    def fail(self, error: Exception) -> None:
        """Show an error where the reader looks; raise it where there is no reader."""
        text = html.escape(f"{type(error).__name__}: {error}")
        self.error.value = f'<div style="color:#CC3311;font-size:15px">{text}</div>'
        if event_loop() is None:
            raise error
