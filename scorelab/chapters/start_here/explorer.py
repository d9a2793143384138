"""The explorer of notebook 00: the whole story on one screen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain

from scorelab.explore.controls import Choice, Slider, larger
from scorelab.explore.live import one_thread
from scorelab.explore.replay.plane import NOISE_LEVELS
from scorelab.explore.replay.record import Record, record
from scorelab.explore.replay.setting import TARGETS
from scorelab.explore.replay.trainer import PLAY, STOP, TRAINING, TrainingExplorer

from . import view
from .quiz import QUIZ

SIZES = larger((100, 250, 500, 1000, 2000), (5000, 20_000))
TIMES = ("uniform", "log")
WIDTHS = larger((16, 64, 256, 1024, 4096, math.inf), (16_384, 65_536))


class Explorer(TrainingExplorer):
    """Width, noise level and stopping time, for one data set at a time; trained live."""

    controls = (
        {
            "target": Choice("target", TARGETS, TARGETS[0], "Law of the clean data", "210px"),
            "n": Choice("n", SIZES, 250, "Training points", "100px"),
            "times": Choice("times", TIMES, "log", "How the noising times are drawn", "130px"),
            **TRAINING,
        },
        {
            "width": Slider("width", WIDTHS, 1024, "Neurons; ∞ is the kernel", "285px"),
            "noise": Slider("noise √h", NOISE_LEVELS, 0.45, "Noise level of the arrows", "285px"),
            "arrows": Choice("arrows", view.ARROWS, "move", view.ARROWS_TIP, "130px"),
            "stop": STOP,
            "play": PLAY,
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def chosen(self) -> Record:
        """The record of the model that the controls name."""
        return record(self["target"], self["n"], self["times"], self["width"])

    def work(self, model: Record) -> Iterator[object]:
        """Train, then make all samples, so that any stop can be replayed."""
        return chain(model.train(), model.measure())

    def refresh(self) -> None:
        """Show the chosen model at the chosen stop; begin to train it if it is new."""
        model = self.model()
        self.show_progress()
        with one_thread():
            now = model.frame(model.steps if self.following else self["stop"])
            traces = view.compute(model, now, self["noise"], self["arrows"])
            self.show(traces, **view.axes(model.where))
            self.say(view.sentence(model, now))  # measured while the page draws
