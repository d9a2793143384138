"""Work beside a live page: latest-wins redraws, and long runs with a Stop that answers.

Everything runs on the thread that owns the explorers, in short slices. Where there is no page to
keep alive the same work is done at once, so that its errors fail the cell that asked for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from scorelab.explore.owner import in_kernel

#: Redraws are at least this far apart: a browser draws about 20 a second and queues the rest.
FRAME = 0.1
#: A run works this long before it lets Stop and sliders speak.
SLICE = 0.02

#: How often a waiting redraw looks whether the page is ready for it.
GLANCE = 0.005

Action = Callable[[], None]
Ready = Callable[[], bool]
Report = Callable[[Exception], None]


@contextmanager
def one_thread() -> Iterator[None]:
    """A moment of one thread for torch: beside a browser that draws, two wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Latest:
    """Calls ``action`` soon; asking again before it began changes nothing: no queue builds up.

    The action reads the controls when it begins, so what it answers is the latest request. It
    begins when the page is ``ready``. Errors go to ``report``; without a page they are raised.
    """

    def __init__(self, action: Action, ready: Ready, report: Report) -> None:
        self.action, self.ready, self.report = action, ready, report
        self.waiting: asyncio.Task[None] | None = None
        self.last = 0.0

    def __call__(self, *_: object) -> None:
        if not in_kernel():
            self.action()
        elif self.waiting is None:
            self.waiting = asyncio.create_task(self._soon())

    async def _soon(self) -> None:
        try:
            await asyncio.sleep(max(0.0, self.last + FRAME - time.monotonic()))
            while not self.ready():
                await asyncio.sleep(GLANCE)
            self.waiting = None  # from here on a new request waits for a new answer
            self.action()
        except Exception as error:
            self.report(error)
        finally:
            self.last = time.monotonic()


class Run:
    """Works through an iterator in slices, with a redraw now and then, until done or stopped.

    Starting another piece of work replaces the one under way. ``draw`` is called at most ten
    times a second, when the page is ``ready`` for it, and once at the end, after ``ended``.
    Errors go to ``report``.
    """

    def __init__(self, draw: Action, ended: Action, ready: Ready, report: Report) -> None:
        self.draw, self.ended, self.ready, self.report = draw, ended, ready, report
        self.task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether work is under way and was not asked to stop."""
        return self.task is not None and not (self.task.done() or self.task.cancelling())

    def start(self, work: Iterator[object]) -> None:
        """Begin, and return at once; without a page, return when all is done."""
        self.stop()
        if in_kernel():
            self.task = asyncio.create_task(self._work(work))
        else:
            for _ in work:
                pass
            self.ended()
            self.draw()

    def stop(self) -> None:
        """End the work after the slice under way; what was done so far is kept."""
        if self.task is not None and self.running:
            self.task.cancel()

    async def _work(self, work: Iterator[object]) -> None:
        failure = None
        try:
            await self._slices(work)
        except asyncio.CancelledError:
            pass
        except Exception as error:
            failure = error
        if self.task is asyncio.current_task():  # else newer work has taken over
            self.task = None
            self._finish()
        if failure:  # last, for a redraw takes an earlier error away
            self.report(failure)

    def _finish(self) -> None:
        try:
            self.ended()
            self.draw()
        except Exception as error:
            self.report(error)

    async def _slices(self, work: Iterator[object]) -> None:
        drawn = 0.0
        while True:
            until = time.monotonic() + SLICE
            while time.monotonic() < until:
                if next(work, StopIteration) is StopIteration:
                    return
            await asyncio.sleep(0)
            if time.monotonic() - drawn >= FRAME:
                while not self.ready():  # resting, for the page needs a processor too
                    await asyncio.sleep(GLANCE)
                drawn = time.monotonic()
                self.draw()
