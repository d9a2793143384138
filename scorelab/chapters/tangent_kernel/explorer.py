"""The explorer of the tangent kernel: a network and its infinitely wide limit, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from scorelab.explore.controls import Choice, Slider, larger
from scorelab.explore.live import one_thread
from scorelab.explore.replay.plane import NOISE_LEVELS
from scorelab.explore.replay.record import Record, record
from scorelab.explore.replay.setting import MIXTURES
from scorelab.explore.replay.trainer import PLAY, STOP, TRAINING, TrainingExplorer

from . import view
from .limit import compared
from .quiz import QUIZ

SIZES = larger((50, 100, 250), (1000,))
WIDTHS = larger((16, 64, 256, 1024, 4096, 16384), (65_536,))
TARGETS = tuple(MIXTURES)


class Explorer(TrainingExplorer):
    """Width, stop and noise level for one network, trained live, beside the kernel flow."""

    controls = (
        {
            "target": Choice("target", TARGETS, TARGETS[0], "Law of the clean data", "200px"),
            "n": Choice("n", SIZES, 250, "Training points", "100px"),
            **TRAINING,
        },
        {
            "width": Slider("width", WIDTHS, 256, "Neurons"),
            "noise": Slider("noise √h", NOISE_LEVELS, 0.45, "Noise level of the line"),
            "stop": STOP,
            "play": PLAY,
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def chosen(self) -> Record:
        """The record of the network that the controls name, on log-spaced times."""
        return record(self["target"], self["n"], "log", self["width"])

    def work(self, model: Record) -> Iterator[object]:
        """Train, and measure each frame as it comes, so that a redraw finds its numbers ready."""
        measured = 0
        for _ in model.train():
            if len(model.frames) > measured:
                measured = len(model.frames)
                with one_thread():
                    compared(model.frames[-1])
            yield

    def refresh(self) -> None:
        """Show the chosen network at the chosen stop; begin to train it if it is new.

        Where training has not come so far, the last stop that it has passed: the kernel of a
        wide network takes too long to measure it between stops as well.
        """
        model = self.model()
        self.show_progress()
        with one_thread():
            last = model.frames[-1]
            now = last if self.following else model.frame(min(self["stop"], last.step))
            self.show(view.compute(model, now, self["noise"]), **view.axes(self["noise"]))
            self.say(view.sentence(model, now))
