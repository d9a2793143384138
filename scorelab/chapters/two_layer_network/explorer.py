"""The explorer of gradient descent: width, step size and stop of one network, trained live."""

from __future__ import annotations

from collections.abc import Iterator

from scorelab.explore.controls import Slider, larger
from scorelab.explore.live import one_thread
from scorelab.explore.replay.plane import NOISE_LEVELS
from scorelab.explore.replay.record import Record, record
from scorelab.explore.replay.setting import setting
from scorelab.explore.replay.trainer import PLAY, STOP, TRAINING, TrainingExplorer

from . import view
from .neurons import change, unit
from .quiz import QUIZ

PROBLEM = ("ring of modes", 250, "log")  # target, training points, times
WIDTHS = larger((16, 64, 256, 1024, 4096), (16_384, 65_536))
#: Step sizes in units of 1/λ_max of the network before training. The last one is far too large.
RATES = (0.25, 0.5, 1.0, 1.5, 1.9, 2.1, 2.5, 3.0, 5.0, 10.0, 100.0)
RATE = "Step size η, in units of 1/λₘₐₓ of the network before training"
NOISE = "Noise level of the denoisers"


class Explorer(TrainingExplorer):
    """Width, step size, noise level and stopping time of one network on 250 points of the ring."""

    controls = (
        {
            "width": Slider("width", WIDTHS, 256, "Neurons", "300px"),
            "rate": Slider("step size × λₘₐₓ", RATES, 1.0, RATE),
            **TRAINING,
        },
        {
            "noise": Slider("noise √h", NOISE_LEVELS, 0.45, NOISE, "300px"),
            "stop": STOP,
            "play": PLAY,
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def chosen(self) -> Record:
        """The record of the network that the controls name."""
        width = self["width"]
        with one_thread():
            return record(*PROBLEM, width, self["rate"] * unit(setting(*PROBLEM), width))

    def work(self, model: Record) -> Iterator[object]:
        """Train, and measure each frame as it comes, so that a redraw finds its numbers ready.

        A network whose numbers leave float32 ends its training there.
        """
        try:
            for _ in model.train():
                with one_thread():
                    change(model.frames[0], model.frames[-1])
                yield
        except ValueError as error:  # too large a step: the sentence says where it ended
            if "largest stable" not in str(error):
                raise

    def refresh(self) -> None:
        """Show the chosen network at the chosen stop; begin to train it if it is new."""
        model = self.model()
        self.show_progress()
        with one_thread():
            now = model.frame(model.steps if self.following else self["stop"])
            self.show(view.compute(model, now, self["noise"]), **view.axes(self["noise"]))
            self.say(view.sentence(model, now))
