"""The explorer of notebook 09: convex denoising in the plane, and annealed Langevin."""

from __future__ import annotations

from scorelab.explore.controls import Choice, Play, Slider
from scorelab.explore.explorer import BaseExplorer
from scorelab.studies.convex_denoising import ALL, BETAS, COUNTS, LAWS, NOISES

from . import view
from .quiz import QUIZ

TARGETS = tuple(LAWS)
BETA = "Weight decay; at noise level √h it is β/√h"
COUNT = "Activation patterns that neurons may have"


class Explorer(BaseExplorer):
    """β, noise level and number of activation patterns, for 60 points of one of three laws."""

    controls = (
        {
            "target": Choice("target", TARGETS, "circle", "Law of the clean data", "180px"),
            "beta": Slider("β", BETAS, 1.0, BETA, "270px"),
            "noise": Slider("noise √h", NOISES, 0.45, "Noise level of the score", "270px"),
            "patterns": Slider("patterns", COUNTS, ALL, COUNT, "290px"),
            "play": Play("patterns", "Allow more and more patterns"),
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def refresh(self) -> None:
        """Show the chosen part of the table."""
        self.show(view.compute(**self.state))
        self.say(view.sentence(**self.state))
