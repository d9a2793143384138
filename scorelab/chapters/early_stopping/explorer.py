"""The explorer of early stopping: five rules and the oracle on one risk curve."""

from __future__ import annotations

import math

from scorelab.explore.controls import Choice, Play, Slider
from scorelab.explore.explorer import BaseExplorer
from scorelab.explore.live import one_thread

from . import view
from .quiz import QUIZ
from .rules import LABELS, LAWS, StoppingProblem, problem

TARGETS = tuple(LAWS)
SIZES = (100, 250, 500, 1000)
TIMES = ("uniform", "log")
STOPS = (0, 1, 2, 3, 5, 7, *(m * 10**k for k in range(6) for m in (10, 15, 20, 30, 50, 70)), 10**7)
RADII = (1, 1.5, 2, 2.5, 3, 4, 6, 10, 20, 40, math.inf)
CONSTANTS = (0.5, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30)
KIND = "The labels, their noises dealt to other rows, or none"


class Explorer(BaseExplorer):
    """Stop, number of rows, ball and constant, for one target, time law and kind of labels."""

    controls = (
        {
            "target": Choice("target", TARGETS, "ring of modes", "Law of the clean data", "220px"),
            "n": Choice("n", SIZES, 500, "Training rows", "100px"),
            "times": Choice("times", TIMES, "log", "How the noising times are drawn", "130px"),
            "labels": Choice("labels", LABELS, LABELS[0], KIND, "210px"),
        },
        {
            "stop": Slider("stop", STOPS, 100, "Steps of gradient descent"),
            "play": Play("stop", "Stop later and later"),
            "radius": Slider("R", RADII, math.inf, "Only rows with ‖x‖ ≤ R are used"),
            "constant": Slider("C", CONSTANTS, 1, "Constant of the Rademacher rule"),
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def chosen(self) -> StoppingProblem:
        """The problem that the controls name."""
        names = "target", "n", "times", "labels", "radius"
        return problem(*(self[name] for name in names))

    def refresh(self) -> None:
        """Show the chosen problem, stop and constant; a new problem may take all threads."""
        what = self.chosen()
        with one_thread():
            traces = view.compute(what, self["stop"], self["constant"])
            self.show(traces, **view.ranges(self["target"]))
            self.say(view.sentence(what, self["stop"], self["constant"]))
