"""The explorer of the tangent kernel: a network and its infinitely wide limit, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from scorelab.explore.explorer import choice, slider
from scorelab.explore.live import one_thread
from scorelab.explore.replay.plane import NOISE_LEVELS
from scorelab.explore.replay.record import Record, record
from scorelab.explore.replay.setting import MIXTURES
from scorelab.explore.replay.trainer import TrainingExplorer, stop_slider, training_controls

from .view import blank, compute, facts, sentence

WIDTHS = (16, 64, 256, 1024, 4096, 16384)
TARGETS = [*MIXTURES]


class Explorer(TrainingExplorer):
    """Width, stop and noise level for one network, trained live, beside the kernel flow."""

    def __init__(self) -> None:
        rows = [
            {
                "target": choice("target", TARGETS, TARGETS[0], "Law of the clean data", "200px"),
                "n": choice("n", [50, 100, 250], 250, "Training points", "100px"),
                **training_controls(),
            },
            {
                "width": slider("width", WIDTHS, 256, "Neurons"),
                "noise": slider("noise √h", NOISE_LEVELS, 0.45, "Noise level of the line"),
                "stop": stop_slider(),
            },
        ]
        super().__init__(rows, blank(), ["target", "n", "width", "noise"])

    def chosen(self) -> Record:
        """The record of the network that the controls name, on log-spaced times."""
        return record(self["target"], self["n"], "log", self["width"])

    def work(self, model: Record) -> Iterator[None]:
        """Train, and measure each frame as it comes, so that a redraw finds its numbers ready."""
        measured = 0
        for _ in model.train():
            if len(model.frames) > measured:
                measured = len(model.frames)
                with one_thread():
                    facts(model.frames[-1])
            yield

    def draw(self) -> None:
        """Show the chosen network at the chosen stop; begin to train it if it is new.

        Where training has not come so far, the last stop that it has passed: the kernel of a
        wide network takes too long to measure it between stops as well.
        """
        model = self.model()
        self.show_progress()
        with one_thread():
            last = model.frames[-1]
            now = last if self.following else model.frame(min(self["stop"], last.step))
            self.show(compute(model, now, self["noise"]))
            self.say(sentence(model, now))
