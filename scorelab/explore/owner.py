"""The one thread that owns all explorers of a kernel: whatever happens to one happens there.

Jupyter hands over what a reader does on whatever thread suits it: on the kernel's main one, which
may be busy with a cell for a minute, or on one of its subshells, beside whatever else runs. Here
each message and each call gets into one queue, and a thread of the explorers' own works it off, so
that there is one order of events, no two of them run at once, and nothing needs a lock. torch and
the fused loops let go of Python's lock while they compute, so that cells go on meanwhile.

Where there is no page (SCORELAB_HEADLESS is set, or Python is not in a kernel) everything is done
at once, by whoever asks, so that its errors fail the cell that asked for it.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import ipywidgets as W
import torch

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")


class Owner(threading.Thread):
    """A thread with an event loop; it begins at once and ends with the process."""

    def __init__(self) -> None:
        super().__init__(name="scorelab-explorers", daemon=True)
        torch.get_num_threads()  # a thread that asks first is told what another has set meanwhile
        self.loop = asyncio.new_event_loop()
        self.start()

    def run(self) -> None:
        """Work off what is handed over."""
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def hand(self, call: Callable[[], object]) -> None:
        """Queue a call; what it sends belongs to the cell or message that it comes from."""
        self.loop.call_soon_threadsafe(call, context=contextvars.copy_context())


the_owner = cache(Owner)


def in_kernel() -> bool:
    """Whether this is a kernel, with a page to keep alive."""
    if os.environ.get("SCORELAB_HEADLESS") or "IPython" not in sys.modules:
        return False
    return getattr(sys.modules["IPython"].get_ipython(), "kernel", None) is not None


def elsewhere() -> Owner | None:
    """The thread to hand a call to; None where it is to be made at once."""
    if not in_kernel() or threading.current_thread() is the_owner():
        return None
    return the_owner()


def hand(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Have it called by the owner, soon; where the caller is the owner, now."""
    call = partial(function, *args, **kwargs)
    if owner := elsewhere():
        owner.hand(call)
    else:
        call()


def ask(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Have it called by the owner, and wait for what it returns or raises."""
    owner = elsewhere()
    if owner is None:
        return function(*args, **kwargs)
    answer: Future[T] = Future()

    def call() -> None:
        try:
            answer.set_result(function(*args, **kwargs))
        except BaseException as error:
            answer.set_exception(error)

    owner.hand(call)
    return answer.result()


def owned(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """A method that may be called from any thread: the owner runs it, and the caller waits."""

    @wraps(method)
    def asked(self: S, *args: P.args, **kwargs: P.kwargs) -> T:
        return ask(partial(method, self), *args, **kwargs)

    return asked


def claim(widget: W.Widget) -> None:
    """Have what the page says about a widget, and about all that it shows, handled by the owner.

    The only place that uses names which ipywidgets and ipykernel keep to themselves. ipykernel
    sends what answers a message of its own to the shell that sent it, which is the main one where
    a cell made the explorer; but the page chose a subshell, which does not wait for cells.
    """
    for child in getattr(widget, "children", ()):
        claim(child)
    connection: Any = widget.comm
    if hasattr(connection, "on_msg"):
        connection.on_msg(partial(hand, widget._handle_msg))
    if hasattr(connection, "_reply_subshell_for"):
        connection._reply_subshell_for = lambda data, subshell: subshell
