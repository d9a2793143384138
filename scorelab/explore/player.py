"""Play: a slider goes on by itself, place by place, as a reader would move it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import ipywidgets as W

from scorelab.explore.live import GLANCE, Ready
from scorelab.explore.owner import in_kernel

#: Seconds from one place to the next, on a page that draws as fast as that.
PACE = 0.15


class Player:
    """Moves a slider on to its last place; from there, it begins at the first.

    It goes on when the page is ``ready``, so that no place is passed over, and halts when somebody
    else moves the slider. Without a page the slider is at its end at once.
    """

    def __init__(self, slider: W.SelectionSlider, button: W.Button, ready: Ready) -> None:
        self.slider, self.button, self.ready = slider, button, ready
        self.task: asyncio.Task[None] | None = None
        self.moving = False
        slider.observe(self._moved, "index")

    def toggle(self) -> None:
        """Begin, or halt."""
        if self.task:
            self.task.cancel()
        elif in_kernel():
            self.button.description = "Pause"
            self.task = asyncio.create_task(self._go())
            self.task.add_done_callback(self._ended)
        else:
            for _ in self._places():
                pass

    def _ended(self, _: object) -> None:
        self.task, self.button.description = None, "Play"

    def _moved(self, _: object) -> None:
        if self.task and not self.moving:
            self.task.cancel()

    async def _go(self) -> None:
        for _ in self._places():
            await asyncio.sleep(PACE)
            while not self.ready():
                await asyncio.sleep(GLANCE)

    def _places(self) -> Iterator[None]:
        here, last = self.slider.index, len(self.slider.options) - 1
        for place in range(0 if here == last else here + 1, last + 1):
            self.moving = True
            self.slider.index = place
            self.moving = False
            yield
