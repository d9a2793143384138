"""An explorer of what takes its time: it is worked out behind the page, once, and then replayed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from scorelab.explore import interrupts
from scorelab.explore.explorer import BaseExplorer
from scorelab.explore.live import Run


class Replayed(Protocol):
    """What can be looked at before it is done."""

    @property
    def complete(self) -> bool:
        """Whether all of it is there."""
        ...


Model = TypeVar("Model", bound=Replayed)


class ReplayExplorer(BaseExplorer, Generic[Model]):
    """A subclass implements ``chosen()``, which keeps what was chosen before, and ``work()``."""

    shown: Model | None = None
    #: What is said when the work was interrupted.
    interrupted: ClassVar[str] = "Interrupted (■): move a control, and the work goes on."

    def __init__(self, *, lecture: bool = False, **values: Any) -> None:
        """As every explorer."""
        interrupts.tell(self)
        super().__init__(lecture=lecture, **values)

    def prepare(self) -> None:
        """Make what the first picture needs."""
        self.run = Run(self.tick, self.show_progress, self.page.ready, self.fail)

    def chosen(self) -> Model:
        """What the controls ask for."""
        raise NotImplementedError

    def work(self, model: Model) -> Iterator[object]:
        """Work out what is missing, in pieces of some milliseconds."""
        raise NotImplementedError

    def begin(self, model: Model) -> None:
        """Make what the first picture of a new choice needs."""

    def interrupt(self) -> None:
        """Halt the work, and say so."""
        if self.run.running:
            self.halt()
            self.page.note = self.interrupted

    def halt(self) -> None:
        """Halt; what was done so far stays, and the next redraw goes on."""
        self.run.stop()
        self.shown = None

    def tick(self) -> None:
        """Show the work as far as it has come."""
        self.refresh()

    def show_progress(self) -> None:
        """Say how far the work has come."""

    def model(self) -> Model:
        """What is chosen; a new choice is worked out, the last one left as far as it came."""
        chosen = self.chosen()
        if chosen is not self.shown:
            self.run.stop()
            self.shown = None  # where the beginning fails, the same choice begins anew
            self.begin(chosen)
            self.shown = chosen
            if not chosen.complete:
                self.run.start(self.work(chosen))
        return chosen
