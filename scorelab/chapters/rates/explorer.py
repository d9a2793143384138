"""The explorer of notebook 06: how risk and best stop move with the number of samples."""

from __future__ import annotations

from scorelab.explore.controls import Choice, Play, Slider
from scorelab.explore.explorer import BaseExplorer

from . import view
from .quiz import QUIZ
from .view import DIMS, RULES, SEEDS, SIZES, TIMES


class Explorer(BaseExplorer):
    """Number of samples, dimension, way to draw the times, rule and number of data sets."""

    controls = (
        {
            "dim": Choice("d", DIMS, 2, "Dimension of the data: three modes on a line", "80px"),
            "times": Choice("times", TIMES, "uniform", "How the noising times are drawn", "140px"),
            "rule": Choice(
                "stop by",
                tuple(RULES),
                "oracle",
                "The best stop, which needs the truth, or a rule that does not",
                "190px",
            ),
            "n": Slider("n", SIZES, 500, "Number of samples, each with one noise", "300px"),
            "play": Play("n", "Take more and more samples"),
            "seeds": Slider(
                "data sets", SEEDS, SEEDS[-1], "How many data sets of each size are used", "270px"
            ),
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def refresh(self) -> None:
        """Show the chosen part of the sweep."""
        self.show(view.compute(**self.state))
        self.say(view.sentence(**self.state))
