"""The explorer of notebook 09: convex denoising in the plane, and annealed Langevin."""

from __future__ import annotations

from scorelab.explore.explorer import BaseExplorer, choice, slider
from scorelab.studies.convex_denoising import ALL, BETAS, COUNTS, LAWS, NOISES

from .view import blank, compute, sentence


class Explorer(BaseExplorer):
    """β, noise level and number of activation patterns, for 60 points of one of three laws."""

    def __init__(self) -> None:
        row = {
            "target": choice("target", list(LAWS), "circle", "Law of the clean data", "180px"),
            "beta": slider("β", BETAS, 1.0, "Weight decay; at noise level √h it is β/√h", "270px"),
            "noise": slider("noise √h", NOISES, 0.45, "Noise level of the score", "270px"),
            "patterns": slider("patterns", COUNTS, ALL, "Activation patterns that neurons may have",
                               "290px"),
        }  # fmt: skip
        super().__init__([row], blank(), list(row))
        self.draw()

    def draw(self) -> None:
        """Show the chosen part of the table."""
        state = self["target"], self["beta"], self["noise"], self["patterns"]
        self.show(compute(*state))
        self.say(sentence(*state))
