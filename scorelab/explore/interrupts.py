"""■ halts what explorers work at, as it halts a cell: Python tells the main thread only."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from functools import cache, partial
from types import FrameType
from typing import Any
from weakref import WeakSet

from IPython.core.getipython import get_ipython

from scorelab.explore.owner import hand, in_kernel

Handler = Callable[[int, FrameType | None], Any] | int | None
#: What to tell of an interrupt: objects with ``interrupt()``, which their owner calls.
_listeners: WeakSet[Any] = WeakSet()
#: The kernel puts its own handler back at the end of a cell; ours comes after it, in seconds.
AFTER = 0.1


def tell(listener: Any) -> None:
    """From now on tell an explorer of interrupts; asked for by the cell that makes it."""
    if in_kernel() and threading.current_thread() is threading.main_thread():
        _listeners.add(listener)
        _register()


@cache
def _register() -> None:
    """Take interrupts while a cell runs, which is the time of ipykernel's handler, and between."""
    shell = get_ipython()
    assert shell is not None
    shell.events.register("pre_run_cell", _take)
    shell.events.register("post_run_cell", _take_after)
    _take()
    _take_after()


def _take_after(*_: object) -> None:
    asyncio.get_event_loop().call_later(AFTER, _take)


def _take(*_: object) -> None:
    before = signal.getsignal(signal.SIGINT)
    if getattr(before, "func", None) is not _interrupted:
        signal.signal(signal.SIGINT, partial(_interrupted, before))


def _interrupted(
    before: Callable[[int, FrameType | None], Any] | int | None,
    number: int,
    frame: FrameType | None,
) -> None:
    for listener in list(_listeners):
        hand(listener.interrupt)
    if callable(before):
        before(number, frame)
