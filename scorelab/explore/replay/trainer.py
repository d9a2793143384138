"""An explorer whose model trains live: Train, Stop, Reset, and a stop that follows."""

from __future__ import annotations

from collections.abc import Iterator

from scorelab.explore.controls import Bar, Button, Play, Slider, Words
from scorelab.explore.owner import owned
from scorelab.explore.replay.explorer import ReplayExplorer
from scorelab.explore.replay.record import STOPS, Record, record
from scorelab.explore.replay.setting import setting
from scorelab.explore.words import number

#: Train, Stop and Reset, with how far the training has come.
TRAINING = {
    "train": Button("Train", "Train on, or anew, and follow"),
    "halt": Button("Stop", "Halt the training"),
    "reset": Button("Reset", "Back to before training"),
    "progress": Bar(STOPS[-1]),
    "count": Words(),
}
#: The slider over all stops that a record keeps.
STOP = Slider("stop", STOPS, 100, "Steps of gradient descent")
PLAY = Play("stop", "Stop later and later")


class TrainingExplorer(ReplayExplorer[Record]):
    """Its controls hold those of ``TRAINING`` and one called ``stop``.

    A model that was never trained starts by itself, behind the stop that the reader looks at.
    Train goes on with the present one, or trains it anew when it was done, and lets the stop
    follow; Stop halts; Reset goes back to the start.
    """

    following = moving = False
    interrupted = "Interrupted (■): training goes on with Train."

    def begin(self, model: Record) -> None:
        """Make the frame of step 0; a new model is not followed."""
        self.following = False
        model.begin()

    def work(self, model: Record) -> Iterator[object]:
        """Train to the end."""
        return model.train()

    def let_go(self) -> None:
        """Forget all models but what the page shows of them."""
        self.run.stop()
        self.shown = None
        record.cache_clear()
        setting.cache_clear()

    def tick(self) -> None:
        """A frame of the live training, with the stop moved along where it follows."""
        if self.following and self.shown:
            self.moving = True
            self.by_name["stop"].value = self.shown.frames[-1].step
            self.moving = False
        self.refresh()

    def moved(self, name: str) -> None:
        """A stop that the reader, not the training, has moved follows no longer."""
        if name == "stop":
            if self.moving:
                return
            self.following = False
        self.redraw()

    @owned
    def train(self) -> None:
        """Go on training, or train anew, and follow."""
        model = self.model()
        if model.complete:
            self.restart(model)
        self.following = True
        if not self.run.running:
            self.run.start(self.work(model))

    @owned
    def halt(self) -> None:
        """Halt; what was trained so far stays."""
        self.run.stop()

    @owned
    def reset(self) -> None:
        """Back to before training, and stay there."""
        self.restart(self.model())
        self.following = False
        self.set(stop=0)
        self.refresh()

    def restart(self, model: Record) -> None:
        """Back to before training."""
        self.run.stop()
        model.forget()
        model.begin()

    def show_progress(self) -> None:
        """How far the training has come."""
        steps = self.shown.steps if self.shown else 0
        self.by_name["progress"].value = steps
        self.by_name["count"].value = f"{number(steps)} of {number(STOPS[-1])}"
