"""The explorer of the forward process: one law, more and more noise."""

from __future__ import annotations

from scorelab.explore.controls import Choice, Play, Slider
from scorelab.explore.explorer import BaseExplorer
from scorelab.explore.live import one_thread

from . import view
from .laws import TARGETS
from .quiz import QUIZ
from .view import TIMES

TIME = (
    "Time of the forward process, in steps of a log scale; the noise level √h is in the sentence "
    "below"
)


class Explorer(BaseExplorer):
    """Time and target: the noised sample and its exact law, its score, and its way to noise."""

    controls = (
        {
            "target": Choice("target", TARGETS, TARGETS[0], "Law of the clean data", "230px"),
            "time": Slider("time t", TIMES, 0.1, TIME, "560px"),
            "play": Play("time", "Add noise, from where time stands, or from the start"),
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def refresh(self) -> None:
        """Show the chosen law at the chosen time."""
        target, t = self["target"], self["time"]
        with one_thread():
            self.show(view.compute(target, t), **view.axes(target))
            self.say(view.sentence(target, t))
