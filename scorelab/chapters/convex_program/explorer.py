"""The explorer of notebook 08: the optimal score at every β, its certificate and its law."""

from __future__ import annotations

from scorelab.explore.explorer import BaseExplorer, choice, slider

from .optima import BETAS, LAWS, SIZES, SKIPS, optima
from .view import blank, compute, sentence

#: The controls that choose a path.
KIND = ("target", "n", "activation", "skip")


class Explorer(BaseExplorer):
    """β along a path of optima, for one target, number of data and kind of network."""

    def __init__(self) -> None:
        row = {
            "target": choice("target", list(LAWS), "two modes", "Law of the data", "220px"),
            "n": choice("n", SIZES, 200, "Number of data", "90px"),
            "activation": choice("activation", ["relu", "abs"], "relu",
                                 "What a neuron does: x₊ or |x|", "150px"),
            "skip": choice("skip", SKIPS, "with", "Whether a term V x is added, free of charge",
                           "130px"),
            "beta": slider("β", BETAS, BETAS[14], "Weight decay", "420px"),
        }  # fmt: skip
        super().__init__([row], blank(), list(row))
        self.draw()

    def draw(self) -> None:
        """Show the chosen network at the chosen β; a new path is computed once, and kept."""
        what = optima(*(self[name] for name in KIND))
        self.show(compute(what, self["beta"]))
        self.say(sentence(what, self["beta"]))
