"""The explorer of notebook 00: the whole story on one screen."""

from __future__ import annotations

import math

import ipywidgets as W

from scorelab.explore.explorers import Explorer, button, choice, slider
from scorelab.explore.figures import number
from scorelab.explore.live import Run, one_thread
from scorelab.explore.record import STOPS, Record, record
from scorelab.explore.setting import TARGETS
from scorelab.explore.story import ERRORS, blank, compute, sentence

WIDTHS = (16, 64, 256, 1024, 4096, math.inf)
NOISE_LEVELS = tuple(round(0.15 + 0.05 * i, 2) for i in range(17))


class StoryExplorer(Explorer):
    """Width, noise level and stopping time, for one data set at a time; trained live.

    A model that was never trained on the chosen data starts by itself, behind the stop that the
    reader looks at. Train goes on with the present one, or trains it anew when it was done, and
    lets the stop follow; Stop halts; Reset goes back to the start.
    """

    def __init__(self) -> None:
        self.following = self.moving = False
        self.shown: Record | None = None
        self.progress = W.IntProgress(max=STOPS[-1], layout=W.Layout(width="110px"))
        self.count = W.Label()
        rows = [
            {
                "target": choice("target", TARGETS, TARGETS[0], "Law of the clean data", "210px"),
                "n": choice("n", [100, 250, 500, 1000, 2000], 250, "Training points", "100px"),
                "times": choice("times", ["uniform", "log"], "log",
                                "How the noising times are drawn", "130px"),
                "train": button("Train", "Train on, or anew, and follow"),
                "halt": button("Stop", "Halt the training"),
                "reset": button("Reset", "Back to before training"),
                "progress": self.progress,
                "count": self.count,
            },
            {
                "width": slider("width", WIDTHS, 1024, "Neurons; ∞ is the kernel"),
                "noise": slider("noise √h", NOISE_LEVELS, 0.45, "Noise level of the arrows"),
                "stop": slider("stop", STOPS, 100, "Steps of gradient descent"),
            },
        ]  # fmt: skip
        rows[1]["stop"].observe(self.let_go, "value")
        super().__init__(rows, blank(), ["target", "n", "times", "width", "noise"])
        self.run = Run(self.tick, self.show_progress, self.page.ready, self.fail)
        for name, action in (("train", self.train), ("halt", self.halt), ("reset", self.reset)):
            self.by_name[name].on_click(action)
        self.draw()

    def draw(self) -> None:
        """Show the chosen model at the chosen stop; begin to train it if it is new."""
        chosen = self.model()
        errors = dict(zip(("range", "tickvals"), ERRORS[chosen.where.known], strict=True))
        self.show_progress()
        with one_thread():
            now = chosen.frame(chosen.steps if self.following else self["stop"])
            self.show(compute(chosen, now, self["noise"]), yaxis=errors)
            self.say(sentence(chosen, now))  # measured while the page draws

    def model(self) -> Record:
        """The record of the chosen model; a new choice leaves the last one as far as it came."""
        chosen = record(self["target"], self["n"], self["times"], self["width"])
        if chosen is not self.shown:
            self.run.stop()
            self.following, self.shown = False, chosen
            chosen.begin()
            if not chosen.complete:
                self.run.start(chosen.work())
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
            self.run.start(model.work())

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
        self.progress.value = self.shown.steps
        self.count.value = f"{number(self.shown.steps)} of {number(STOPS[-1])}"
