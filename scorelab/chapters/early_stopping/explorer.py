"""The explorer of early stopping: six rules on one risk curve."""

from __future__ import annotations

import math

from scorelab.explore.explorer import BaseExplorer, choice, slider
from scorelab.explore.live import one_thread

from .rules import LABELS, LAWS, Problem, problem
from .view import blank, compute, ranges, sentence

SIZES = [100, 250, 500, 1000]
STOPS = (0, 1, 2, 3, 5, 7, *(m * 10**k for k in range(6) for m in (10, 15, 20, 30, 50, 70)), 10**7)
RADII = (1, 1.5, 2, 2.5, 3, 4, 6, 10, 20, 40, math.inf)
CONSTANTS = (0.5, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30)


class Explorer(BaseExplorer):
    """Stop, number of rows, ball and constant, for one target, time law and kind of labels."""

    def __init__(self) -> None:
        rows = [
            {
                "target": choice("target", list(LAWS), "ring of modes", "Law of the clean data",
                                 "220px"),
                "n": choice("n", SIZES, 500, "Training rows", "100px"),
                "times": choice("times", ["uniform", "log"], "log",
                                "How the noising times are drawn", "130px"),
                "labels": choice("labels", LABELS, LABELS[0],
                                 "The labels, their noises dealt to other rows, or none", "210px"),
            },
            {
                "stop": slider("stop", STOPS, 100, "Steps of gradient descent"),
                "radius": slider("R", RADII, math.inf, "Only rows with ‖x‖ ≤ R are used"),
                "constant": slider("C", CONSTANTS, 1, "Constant of the Rademacher rule"),
            },
        ]  # fmt: skip
        super().__init__(rows, blank(), [name for row in rows for name in row])
        self.draw()

    def chosen(self) -> Problem:
        """The problem that the controls name."""
        names = "target", "n", "times", "labels", "radius"
        return problem(*(self[name] for name in names))

    def draw(self) -> None:
        """Show the chosen problem, stop and constant."""
        what = self.chosen()
        what.curves  # noqa: B018  a new problem is worked out on all threads, and kept
        with one_thread():
            self.show(compute(what, self["stop"], self["constant"]), **ranges(self["target"]))
            self.say(sentence(what, self["stop"], self["constant"]))
