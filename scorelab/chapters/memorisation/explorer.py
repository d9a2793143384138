"""The explorer of notebook 11: when the flow generalises, and when it memorises."""

from __future__ import annotations

from scorelab.explore.explorer import BaseExplorer, choice, slider
from scorelab.explore.live import Run, one_thread

from .study import DRAWS, LAWS, SIZES, STOPS, Study, study
from .view import blank, compute, sentence


class Explorer(BaseExplorer):
    """Law, number of points and of noise draws a point, and the stop.

    The samples of all stops are drawn behind the page, once for each choice; from then on moving
    the stop computes nothing.
    """

    def __init__(self) -> None:
        row = {
            "law": choice("target", list(LAWS), next(iter(LAWS)), "Law of the clean data", "190px"),
            "n": slider("n", SIZES, 10, "Training points", "240px"),
            "draws": slider("draws", DRAWS, 30, "Noise draws for each point", "260px"),
            "stop": slider("stop", STOPS, 100, "Steps of gradient descent", "380px"),
        }
        self.shown: Study | None = None
        super().__init__([row], blank(), list(row))
        self.run = Run(self.draw, lambda: None, self.page.ready, self.fail)
        # The first is made at once: work behind a page that is just opening is in its way.
        for _ in self.study().measure():
            pass
        self.draw()

    def study(self) -> Study:
        """The study that the controls name."""
        return study(self["law"], self["n"], self["draws"])

    def chosen(self) -> Study:
        """The study that the controls name, which begins to draw its samples if it is new."""
        chosen = self.study()
        if chosen is not self.shown:
            self.run.stop()
            self.shown = chosen
            if not chosen.complete:
                self.run.start(chosen.measure())
        return chosen

    def draw(self) -> None:
        """Show the chosen study at the chosen stop."""
        what = self.chosen()
        with one_thread():
            self.show(compute(what, self["stop"]))
            self.say(sentence(what, self["stop"]))
