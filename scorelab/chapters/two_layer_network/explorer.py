"""The explorer of gradient descent: width, step size and stop of one network, trained live."""

from __future__ import annotations

from collections.abc import Iterator

from scorelab.explore.explorer import slider
from scorelab.explore.live import one_thread
from scorelab.explore.replay.plane import NOISE_LEVELS
from scorelab.explore.replay.record import Record, record
from scorelab.explore.replay.setting import setting
from scorelab.explore.replay.trainer import TrainingExplorer, stop_slider, training_controls

from .neurons import facts, unit
from .view import blank, compute, sentence

PROBLEM = ("ring of modes", 250, "log")  # target, training points, times
WIDTHS = (16, 64, 256, 1024, 4096)
#: Step sizes in units of 1/λ_max of the network before training. The last one is far too large.
RATES = (0.25, 0.5, 1.0, 1.5, 1.9, 2.1, 2.5, 3.0, 5.0, 10.0, 100.0)


class Explorer(TrainingExplorer):
    """Width, step size, noise level and stopping time of one network on 250 points of the ring."""

    def __init__(self) -> None:
        rate = "Step size η, in units of 1/λ_max of the network before training"
        rows = [
            {
                "width": slider("width", WIDTHS, 256, "Neurons", "300px"),
                "rate": slider("step size × λ_max", RATES, 1.0, rate),
                **training_controls(),
            },
            {
                "noise": slider("noise √h", NOISE_LEVELS, 0.45, "Noise level of the denoisers",
                                "300px"),
                "stop": stop_slider(),
            },
        ]  # fmt: skip
        super().__init__(rows, blank(), ["width", "rate", "noise"])

    def chosen(self) -> Record:
        """The record of the network that the controls name."""
        width = self["width"]
        with one_thread():
            return record(*PROBLEM, width, self["rate"] * unit(setting(*PROBLEM), width))

    def work(self, model: Record) -> Iterator[None]:
        """Train, and measure each frame as it comes, so that a redraw finds its numbers ready."""
        for _ in model.train():
            with one_thread():
                facts(model.frames[0], model.frames[-1])
            yield

    def draw(self) -> None:
        """Show the chosen network at the chosen stop; begin to train it if it is new."""
        model = self.model()
        self.show_progress()
        with one_thread():
            now = model.frame(model.steps if self.following else self["stop"])
            self.show(compute(model, now, self["noise"]))
            self.say(sentence(model, now))
