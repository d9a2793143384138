"""The explorer of notebook 06: how risk and best stop move with the number of samples."""

from __future__ import annotations

from scorelab.explore.explorer import BaseExplorer, choice, slider

from .view import (
    DIMS,
    RULES,
    SEEDS,
    SIZES,
    TIMES,
    blank,
    compute,
    sentence,
)


class Explorer(BaseExplorer):
    """Number of samples, dimension, way to draw the times, rule and number of data sets."""

    def __init__(self) -> None:
        row = {
            "dim": choice("d", DIMS, 2, "Dimension of the data: three modes on a line", "80px"),
            "times": choice("times", TIMES, "uniform", "How the noising times are drawn", "140px"),
            "rule": choice("stop by", list(RULES), "oracle",
                           "The best stop, which needs the truth, or a rule that does not",
                           "190px"),
            "n": slider("n", SIZES, 500, "Number of samples, each with one noise", "300px"),
            "seeds": slider("data sets", SEEDS, SEEDS[-1],
                            "How many data sets of each size are used", "270px"),
        }  # fmt: skip
        super().__init__([row], blank(), list(row))
        self.draw()

    def draw(self) -> None:
        """Show the chosen part of the sweep."""
        state = self["dim"], self["times"], self["n"], self["rule"], self["seeds"]
        self.show(compute(*state))
        self.say(sentence(*state))
