"""Running what a reader wrote: whatever it raises, and if it never ends, is a verdict."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from traceback import walk_tb
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

#: How long the cases of an exercise may take together.
SECONDS = 10.0
#: How many times as long they may take where they wait, as for a processor that others have.
PATIENCE = 3.0


class Failed(Exception):
    """The reader's code did not come to an end; the message is the verdict."""


class _TooLong(BaseException):
    """Raised by the timer; no `except Exception` of the reader's stops it."""


def attempt(work: Callable[[], T], seconds: float = SECONDS) -> T:
    """What `work` returns, or `Failed` with a line that begins with ✗.

    An error is told by its name, its first line, and the line of the reader's cell where it was
    raised. SystemExit and KeyboardInterrupt are errors too, unless the reader has really
    interrupted: that one passes. The time limit is one of this thread's processor time, and a
    later one of the clock's; it needs a timer of the main thread, where cells run: on other
    threads, and on Windows, there is none.
    """
    interrupts: list[int] = []
    try:
        with _timer(seconds), _noted(interrupts):
            return work()
    except _TooLong:
        loop = "is there a loop that never ends?"
        raise Failed(f"✗ has not ended after {seconds:g} seconds: {loop}") from None
    except Failed:
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        if interrupts:
            raise
        raise Failed(f"✗ raises {_told(error)}") from None


@contextmanager
def _timer(seconds: float) -> Iterator[None]:
    if not _on_main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    # Of this thread alone: an explorer that trains on another, in the same kernel, must not use up
    # the reader's time. An answer that computes on threads of torch's does its share on this one,
    # or waits here, and then the clock's limit ends it.
    began, spent = time.monotonic(), time.thread_time()

    def ring(*_: object) -> None:
        worked, passed = time.thread_time() - spent, time.monotonic() - began
        if max(worked, passed / PATIENCE) >= 0.9 * seconds:
            raise _TooLong

    previous = signal.signal(signal.SIGALRM, ring)
    again = min(seconds, 1.0)  # if it came too early, or was swallowed
    signal.setitimer(signal.ITIMER_REAL, seconds, again)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


@contextmanager
def _noted(interrupts: list[int]) -> Iterator[None]:
    """Note each real interrupt (Ctrl-C, or the kernel's button), then let it do what it did."""
    previous: Any = signal.getsignal(signal.SIGINT)
    if not _on_main_thread() or not callable(previous):
        yield
        return

    def note(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        previous(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _on_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _told(error: BaseException) -> str:
    """The error in one line, with the line of the reader's cell and what a missing name needs."""
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}{_line(error)}{_missing(error)}"


def _line(error: BaseException) -> str:
    """Where the reader's code raised it: a notebook's own code is in the module `__main__`."""
    if isinstance(error, SyntaxError):  # which names its line itself
        return ""
    own = [
        line
        for frame, line in walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__") == "__main__"
    ]
    return f" (line {own[-1]} of its cell)" if own else ""


def _missing(error: BaseException) -> str:
    if type(error) is not NameError:
        return ""
    return "; if a cell above makes that name, run that cell first"
