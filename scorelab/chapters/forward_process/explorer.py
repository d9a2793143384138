"""The explorer of the forward process: one law, more and more noise."""

from __future__ import annotations

from scorelab.explore.explorer import BaseExplorer, choice, slider
from scorelab.explore.live import one_thread

from .laws import TARGETS
from .view import TIMES, axes, blank, compute, sentence


class Explorer(BaseExplorer):
    """Time and target: the noised sample and its exact law, its score, and its way to noise."""

    def __init__(self) -> None:
        controls = {
            "target": choice("target", TARGETS, TARGETS[0], "Law of the clean data", "230px"),
            "time": slider("time t", TIMES, 0.1, "Time of the forward process, in steps of a log "
                           "scale; the noise level √h is in the sentence below", "560px"),
        }  # fmt: skip
        super().__init__([controls], blank(), [*controls])
        self.draw()

    def draw(self) -> None:
        """Show the chosen law at the chosen time."""
        target, t = self["target"], self["time"]
        with one_thread():
            self.show(compute(target, t), **axes(target))
            self.say(sentence(target, t))
