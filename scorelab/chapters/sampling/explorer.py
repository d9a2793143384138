"""The explorer of notebook 07: what samplers make of a denoiser, at every stop of its training."""

from __future__ import annotations

from scorelab.explore.explorer import BaseExplorer, choice, slider
from scorelab.explore.live import Run, one_thread
from scorelab.explore.replay.setting import MIXTURES
from scorelab.sampling import METHODS

from .view import MEASURES, axis, blank, compute, sentence
from .walks import EXACT, STEPS, STOPS, Walks, walks


class Explorer(BaseExplorer):
    """Stop, sampler and steps, and where the exact denoiser helps out."""

    def __init__(self) -> None:
        rows = [
            {
                "target": choice("target", list(MIXTURES), "ring of modes", "Law of the clean data",
                                 "200px"),
                "n": choice("n", [100, 300, 1000], 300, "Training points", "100px"),
                "times": choice("times", ["uniform", "log"], "log",
                                "How the noising times are drawn", "130px"),
                "exact": choice("exact denoiser", list(EXACT), "nowhere",
                                "Noise levels at which the sampler asks the exact denoiser, "
                                "not the learned one", "240px"),
                "measure": choice("measure", list(MEASURES), "distance",
                                  "What the middle panel shows of the samples", "180px"),
            },
            {
                "method": choice("sampler", list(METHODS), "ancestral", "How samples are made",
                                 "170px"),
                "steps": slider("steps", STEPS, 40, "Steps of the sampler"),
                "stop": slider("stop", STOPS, 300, "Steps of gradient descent", "400px"),
            },
        ]  # fmt: skip
        super().__init__(rows, blank(), [name for row in rows for name in row])
        self.run = Run(self.draw, lambda: None, self.page.ready, self.fail)
        self.shown: Walks | None = None
        for _ in self.named().work():  # so that whoever opens the page can move the stop at once
            pass
        self.draw()

    def named(self) -> Walks:
        """The walks that the controls name."""
        names = "target", "n", "times", "method", "steps", "exact"
        return walks(*(self[name] for name in names))

    def chosen(self) -> Walks:
        """The walks that the controls name; what is missing of new ones is made behind the page."""
        chosen = self.named()
        if chosen is not self.shown:
            self.run.stop()
            self.shown = chosen
            chosen.at(self["stop"])
            if not chosen.complete:
                self.run.start(chosen.work())
        return chosen

    def draw(self) -> None:
        """Show the chosen stop of the chosen walks."""
        with one_thread():
            runs = self.chosen()
            self.show(compute(runs, self["stop"], self["measure"]), yaxis2=axis(self["measure"]))
            self.say(sentence(runs, self["stop"]))
