"""The explorer of notebook 08: the optimal score at every β, its certificate and its law."""

from __future__ import annotations

from scorelab.explore.controls import Choice, Play, Slider
from scorelab.explore.explorer import BaseExplorer

from . import view
from .optima import BETAS, LAWS, SIZES, SKIPS, optima
from .quiz import QUIZ

TARGETS, NEURONS = tuple(LAWS), ("relu", "abs")
SKIP = "Whether a term V x is added, free of charge"


class Explorer(BaseExplorer):
    """β along a path of optima, for one target, number of data and kind of network."""

    controls = (
        {
            "target": Choice("target", TARGETS, "two modes", "Law of the data", "220px"),
            "n": Choice("n", SIZES, 200, "Number of data", "90px"),
            "activation": Choice(
                "activation", NEURONS, "relu", "What a neuron does: x₊ or |x|", "150px"
            ),
            "skip": Choice("skip", SKIPS, "with", SKIP, "130px"),
            "beta": Slider("β", BETAS, BETAS[14], "Weight decay", "360px"),
            "play": Play("beta", "Raise β, and see kinks leave the walls"),
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def refresh(self) -> None:
        """Show the chosen network at the chosen β; a new path is computed once, and kept."""
        what = optima(self["target"], self["n"], self["activation"], self["skip"])
        self.show(view.compute(what, self["beta"]))
        self.say(view.sentence(what, self["beta"]))
