"""The explorer of notebook 11: when the flow generalises, and when it memorises."""

from __future__ import annotations

from collections.abc import Iterator

from scorelab.explore.controls import Choice, Play, Slider
from scorelab.explore.live import one_thread
from scorelab.explore.replay.explorer import ReplayExplorer

from . import view
from .quiz import QUIZ
from .training_set import DRAWS, LAWS, SIZES, STOPS, TrainingSet, training_set

TARGETS = tuple(LAWS)


class Explorer(ReplayExplorer[TrainingSet]):
    """Law, number of points and of noise draws a point, and the stop.

    The samples of all stops are drawn behind the page, once for each choice; from then on moving
    the stop computes nothing.
    """

    controls = (
        {
            "law": Choice("target", TARGETS, TARGETS[0], "Law of the clean data", "190px"),
            "n": Slider("n", SIZES, 10, "Training points", "240px"),
            "draws": Slider("draws", DRAWS, 30, "Noise draws for each point", "260px"),
            "stop": Slider("stop", STOPS, 100, "Steps of gradient descent", "340px"),
            "play": Play("stop", "Stop later and later"),
        },
    )
    blank = staticmethod(view.blank)
    quiz = QUIZ

    def prepare(self) -> None:
        """Draw the first samples at once: work behind a page that just opens is in its way."""
        super().prepare()
        for _ in self.chosen().measure():
            pass

    def chosen(self) -> TrainingSet:
        """The training set that the controls name."""
        return training_set(self["law"], self["n"], self["draws"])

    def work(self, model: TrainingSet) -> Iterator[object]:
        """Draw the samples of all stops."""
        return model.measure()

    def refresh(self) -> None:
        """Show the chosen training set at the chosen stop."""
        what = self.model()
        with one_thread():
            self.show(view.compute(what, self["stop"]))
            self.say(view.sentence(what, self["stop"]))
