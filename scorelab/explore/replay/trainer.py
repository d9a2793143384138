"""An explorer whose model trains live: Train, Stop, Reset, and a stop that follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import ipywidgets as W
import plotly.graph_objects as go

from scorelab.explore.explorer import BaseExplorer, button, slider
from scorelab.explore.figures import number
from scorelab.explore.live import Run
from scorelab.explore.replay.record import STOPS, Record

Controls = dict[str, W.DOMWidget]


def training_controls() -> Controls:
    """Train, Stop and Reset, with how far the training has come."""
    return {
        "train": button("Train", "Train on, or anew, and follow"),
        "halt": button("Stop", "Halt the training"),
        "reset": button("Reset", "Back to before training"),
        "progress": W.IntProgress(max=STOPS[-1], layout=W.Layout(width="110px")),
        "count": W.Label(),
    }


def stop_slider(stop: int = 100, width: str = "330px") -> W.SelectionSlider:
    """The slider over all stops that a record keeps."""
    return slider("stop", STOPS, stop, "Steps of gradient descent", width)


class TrainingExplorer(BaseExplorer):
    """Its rows hold the ``training_controls`` and a ``stop_slider`` called ``stop``.

    A subclass implements ``chosen()``, the record that the controls ask for, and ``draw()``. A
    model that was never trained starts by itself, behind the stop that the reader looks at. Train
    goes on with the present one, or trains it anew when it was done, and lets the stop follow;
    Stop halts; Reset goes back to the start.
    """

    def __init__(self, rows: Sequence[Controls], figure: go.Figure,
                 redraw_on: Sequence[str]) -> None:  # fmt: skip
        self.following = self.moving = False
        self.shown: Record | None = None
        super().__init__(rows, figure, redraw_on)
        self.by_name["stop"].observe(self.let_go, "value")
        self.run = Run(self.tick, self.show_progress, self.page.ready, self.fail)
        for name, action in (("train", self.train), ("halt", self.halt), ("reset", self.reset)):
            self.by_name[name].on_click(action)
        self.draw()

    def chosen(self) -> Record:
        """The record that the controls ask for."""
        raise NotImplementedError

    def work(self, model: Record) -> Iterator[None]:
        """What is done behind the page for a model that is not complete."""
        return model.train()

    def model(self) -> Record:
        """The chosen record; a new choice leaves the last one as far as it came."""
        chosen = self.chosen()
        if chosen is not self.shown:
            self.run.stop()
            self.following, self.shown = False, chosen
            chosen.begin()
            if not chosen.complete:
                self.run.start(self.work(chosen))
        return chosen

    def tick(self) -> None:
        """A frame of the live training, with the stop moved along where it follows."""
        if self.following:
            self.moving = True
            self.by_name["stop"].value = self.shown.frames[-1].step
            self.moving = False
        self.draw()

    def let_go(self, _: object) -> None:
        """The reader, not the training, has moved the stop: it follows no longer."""
        if not self.moving:
            self.following = False
            self.redraw()

    def train(self, _: object = None) -> None:
        """Go on training, or train anew, and follow."""
        model = self.model()
        if model.complete:
            self.run.stop()
            model.forget()
            model.begin()
        self.following = True
        if not self.run.running:
            self.run.start(self.work(model))

    def halt(self, _: object = None) -> None:
        """Halt; what was trained so far stays."""
        self.run.stop()

    def reset(self, _: object = None) -> None:
        """Back to before training, and stay there."""
        model = self.model()
        self.run.stop()
        model.forget()
        model.begin()
        self.following = False
        self.set(stop=0)
        self.draw()

    def show_progress(self) -> None:
        """How far the training has come."""
        self.by_name["progress"].value = self.shown.steps
        self.by_name["count"].value = f"{number(self.shown.steps)} of {number(STOPS[-1])}"
