"""The explorer of notebook 02: noisy labels, how noisy they are, and a perfect fit of them."""

from __future__ import annotations

from scorelab.explore.explorer import BaseExplorer, choice, slider
from scorelab.explore.live import one_thread

from .label_noise import FITS, LAWS, LEVELS, SIZES
from .view import blank, compute, sentence


class Explorer(BaseExplorer):
    """Noise level and number of rows, for a law on the line and one of two perfect fits."""

    def __init__(self) -> None:
        row = {
            "target": choice("target", list(LAWS), "three modes", "Law of the clean data", "200px"),
            "n": slider("n", SIZES, 20, "Clean points, each with one noise", "250px"),
            "noise": slider("noise √h", LEVELS, 0.35, "Noise level of the inputs"),
            "fit": choice("perfect fit of", FITS, FITS[0],
                          "What is fitted without a remainder", "230px"),
        }  # fmt: skip
        super().__init__([row], blank(), list(row))
        self.draw()

    def draw(self) -> None:
        """Show the chosen law, rows, noise level and fit."""
        state = self["target"], self["n"], self["noise"], self["fit"]
        with one_thread():
            self.show(compute(*state))
            self.say(sentence(*state))
