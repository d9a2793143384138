"""The explorer of notebook 07: what samplers make of a denoiser, at every stop of its training."""

from __future__ import annotations

from collections.abc import Iterator

from scorelab.explore.controls import Choice, Play, Slider
from scorelab.explore.live import one_thread
from scorelab.explore.replay.explorer import ReplayExplorer
from scorelab.explore.replay.setting import MIXTURES
from scorelab.schedules import SCHEDULES
from scorelab.steps import METHODS

from . import view
from .beside import Comparison, comparison
from .quiz import QUIZ
from .walks import EXACT, STEPS, STOPS, Asked

TARGETS = tuple(MIXTURES)
#: Heun's method goes by the name of its equation here, "ode".
SAMPLERS = tuple(name for name in METHODS if name != "heun")
SIZES, TIMES = (100, 300, 1000), ("uniform", "log")
HELP = "Noise levels at which the sampler asks the exact denoiser, not the learned one"
SHOWN = "What the middle panels show of the samples"
DOWN = "The times that the sampler goes down"


class Explorer(ReplayExplorer[Comparison]):
    """Stop, sampler and steps, and where the exact denoiser helps out."""

    controls = (
        {
            "target": Choice("target", TARGETS, "ring of modes", "Law of the clean data", "200px"),
            "n": Choice("n", SIZES, 300, "Training points", "100px"),
            "times": Choice("times", TIMES, "log", "How the noising times are drawn", "130px"),
            "exact": Choice("exact denoiser", tuple(EXACT), "nowhere", HELP, "240px"),
            "measure": Choice("measure", tuple(view.MEASURES), "distance", SHOWN, "180px"),
        },
        {
            "method": Choice("sampler", SAMPLERS, "ancestral", "How samples are made", "170px"),
            "schedule": Choice("schedule", tuple(SCHEDULES), "log", DOWN, "165px"),
            "steps": Slider("steps", STEPS, 40, "Steps of the sampler", "230px"),
            "stop": Slider("stop", STOPS, 300, "Steps of gradient descent", "400px"),
            "play": Play("stop", "Stop later and later"),
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def prepare(self) -> None:
        """Make the first curves at once, so that whoever opens the page can move the stop."""
        super().prepare()
        for _ in self.chosen().curves():
            pass

    def chosen(self) -> Comparison:
        """What the controls name."""
        asked = Asked(*(self[name] for name in Asked._fields[:-1]))
        return comparison(asked, self["stop"], view.MEASURES[self["measure"]].key)

    def begin(self, model: Comparison) -> None:
        """Make what is looked at."""
        model.now()

    def work(self, model: Comparison) -> Iterator[object]:
        """Make the walks of all stops, and what they are compared with."""
        return model.work()

    def refresh(self) -> None:
        """Show what is chosen, as far as it has come."""
        with one_thread():
            runs = self.model()
            self.show(view.compute(runs), **view.axes(self["measure"]))
            self.say(view.sentence(runs))
