"""The explorer of notebook 07: what samplers make of a denoiser, at every stop of its training."""

from __future__ import annotations

from collections.abc import Iterator

from scorelab.explore.controls import Choice, Slider
from scorelab.explore.live import one_thread
from scorelab.explore.replay.explorer import ReplayExplorer
from scorelab.explore.replay.setting import MIXTURES
from scorelab.steps import METHODS

from . import view
from .walks import EXACT, STEPS, STOPS, Walks, walks

TARGETS = tuple(MIXTURES)
#: Heun's method goes by the name of its equation here, "ode".
SAMPLERS = tuple(name for name in METHODS if name != "heun")
SIZES, TIMES = (100, 300, 1000), ("uniform", "log")
HELP = "Noise levels at which the sampler asks the exact denoiser, not the learned one"
SHOWN = "What the middle panel shows of the samples"


class Explorer(ReplayExplorer[Walks]):
    """Stop, sampler and steps, and where the exact denoiser helps out."""

    controls = (
        {
            "target": Choice("target", TARGETS, "ring of modes", "Law of the clean data", "200px"),
            "n": Choice("n", SIZES, 300, "Training points", "100px"),
            "times": Choice("times", TIMES, "log", "How the noising times are drawn", "130px"),
            "exact": Choice("exact denoiser", tuple(EXACT), "nowhere", HELP, "240px"),
            "measure": Choice("measure", tuple(view.MEASURES), "distance", SHOWN, "180px"),
        },
        {
            "method": Choice("sampler", SAMPLERS, "ancestral", "How samples are made", "170px"),
            "steps": Slider("steps", STEPS, 40, "Steps of the sampler"),
            "stop": Slider("stop", STOPS, 300, "Steps of gradient descent", "400px"),
        },
    )
    blank = staticmethod(view.blank)

    def prepare(self) -> None:
        """Make the first walks at once, so that whoever opens the page can move the stop."""
        super().prepare()
        for _ in self.chosen().work():
            pass

    def chosen(self) -> Walks:
        """The walks that the controls name."""
        names = "target", "n", "times", "method", "steps", "exact"
        return walks(*(self[name] for name in names))

    def begin(self, model: Walks) -> None:
        """Make the walk that is looked at."""
        model.at(self["stop"])

    def work(self, model: Walks) -> Iterator[object]:
        """Make the walks of all stops."""
        return model.work()

    def refresh(self) -> None:
        """Show the chosen stop of the chosen walks."""
        with one_thread():
            runs, measure = self.model(), self["measure"]
            self.show(view.compute(runs, self["stop"], measure), yaxis2=view.axis(measure))
            self.say(view.sentence(runs, self["stop"]))
