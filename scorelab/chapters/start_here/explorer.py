"""The explorer of notebook 00: the whole story on one screen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain

from scorelab.explore.explorer import choice, slider
from scorelab.explore.live import one_thread
from scorelab.explore.replay.plane import NOISE_LEVELS
from scorelab.explore.replay.record import Record, record
from scorelab.explore.replay.setting import TARGETS
from scorelab.explore.replay.trainer import TrainingExplorer, stop_slider, training_controls

from .view import ERRORS, blank, compute, sentence

WIDTHS = (16, 64, 256, 1024, 4096, math.inf)


class Explorer(TrainingExplorer):
    """Width, noise level and stopping time, for one data set at a time; trained live."""

    def __init__(self) -> None:
        rows = [
            {
                "target": choice("target", TARGETS, TARGETS[0], "Law of the clean data", "210px"),
                "n": choice("n", [100, 250, 500, 1000, 2000], 250, "Training points", "100px"),
                "times": choice("times", ["uniform", "log"], "log",
                                "How the noising times are drawn", "130px"),
                **training_controls(),
            },
            {
                "width": slider("width", WIDTHS, 1024, "Neurons; ∞ is the kernel"),
                "noise": slider("noise √h", NOISE_LEVELS, 0.45, "Noise level of the arrows"),
                "stop": stop_slider(),
            },
        ]  # fmt: skip
        super().__init__(rows, blank(), ["target", "n", "times", "width", "noise"])

    def chosen(self) -> Record:
        """The record of the model that the controls name."""
        return record(self["target"], self["n"], self["times"], self["width"])

    def work(self, model: Record) -> Iterator[None]:
        """Train, then make all samples, so that any stop can be replayed."""
        return chain(model.train(), model.measure())

    def draw(self) -> None:
        """Show the chosen model at the chosen stop; begin to train it if it is new."""
        model = self.model()
        errors = dict(zip(("range", "tickvals"), ERRORS[model.where.known], strict=True))
        self.show_progress()
        with one_thread():
            now = model.frame(model.steps if self.following else self["stop"])
            self.show(compute(model, now, self["noise"]), yaxis=errors)
            self.say(sentence(model, now))  # measured while the page draws
