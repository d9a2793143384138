"""The explorer of notebook 02: noisy labels, how noisy they are, and a perfect fit of them."""

from __future__ import annotations

from scorelab.explore.controls import Choice, Play, Slider
from scorelab.explore.explorer import BaseExplorer
from scorelab.explore.live import one_thread

from . import view
from .label_noise import FITS, LAWS, LEVELS, SIZES
from .quiz import QUIZ

TARGETS = tuple(LAWS)
FIT = "What is fitted without a remainder"


class Explorer(BaseExplorer):
    """Noise level and number of rows, for a law on the line and one of two perfect fits."""

    controls = (
        {
            "target": Choice("target", TARGETS, "three modes", "Law of the clean data", "200px"),
            "n": Slider("n", SIZES, 20, "Clean points, each with one noise", "250px"),
            "noise": Slider("noise √h", LEVELS, 0.35, "Noise level of the inputs"),
            "play": Play("noise", "Raise the noise of the inputs"),
            "fit": Choice("perfect fit of", FITS, FITS[0], FIT, "230px"),
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def refresh(self) -> None:
        """Show the chosen law, rows, noise level and fit."""
        with one_thread():
            self.show(view.compute(**self.state))
            self.say(view.sentence(**self.state))
