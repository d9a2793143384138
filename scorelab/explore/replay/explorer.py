"""An explorer of what takes its time: it is worked out behind the page, once, and then replayed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

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

    def __init__(self) -> None:
        self.shown: Model | None = None
        self.run = Run(self.refresh, self.progress, self.ready, self.fail)
        super().__init__()

    def ready(self) -> bool:
        """Whether the page has drawn what was sent."""
        return self.page.ready()

    def chosen(self) -> Model:
        """What the controls ask for."""
        raise NotImplementedError

    def work(self, model: Model) -> Iterator[object]:
        """Work out what is missing, in pieces of some milliseconds."""
        raise NotImplementedError

    def begin(self, model: Model) -> None:
        """Make what its first picture needs."""

    def progress(self) -> None:
        """Say how far the work has come."""

    def model(self) -> Model:
        """What is chosen, worked out behind the page; the last one is left as far as it came."""
        chosen = self.chosen()
        if chosen is not self.shown:
            self.run.stop()
            self.shown = chosen
            self.begin(chosen)
            if not chosen.complete:
                self.run.start(self.work(chosen))
        return chosen
