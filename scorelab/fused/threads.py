"""How many threads a fused loop should use: measured while it runs, not guessed.

A parallel loop ends when its slowest thread does. Where another process (a browser, another
notebook) holds one of the cores, that thread waits for its turn, and two threads are several times
slower than one. So each loop keeps the pace of one thread and of all of them, uses the faster, and
now and then looks at the other again. Results do not depend on the choice: every loop divides its
work in the same way for any number of threads.

The loops let go of Python's lock, so that two Python threads may be in them at the same time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from types import FunctionType
from typing import Any

import numba
import torch

from .compiled import njit

#: How many calls pass until the slower choice is tried again.
AGAIN = 32

jit = njit

_one_at_a_time = threading.RLock()
_forked = False


class Parallel:
    """A parallel loop, ``many``; on one thread in a forked child, which GNU OpenMP would end.

    A child comes of `os.fork`, as those of `multiprocessing` and of torch's loaders do on Linux.
    """

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self.many = njit(function, parallel=True, nogil=True)

    @cached_property
    def alone(self) -> Callable[..., Any]:
        """The loop on one thread, under a name of its own, for Numba's cache goes by names."""
        f = self.function
        copy = FunctionType(f.__code__, f.__globals__, f"{f.__name__}_alone")
        copy.__qualname__ = copy.__name__
        return njit(copy, nogil=True)

    def __call__(self, *args: Any) -> Any:
        """What the function returns for ``args``."""
        return (self.alone if _forked else self.many)(*args)


def _after_fork() -> None:
    global _forked, _one_at_a_time
    _forked, _one_at_a_time = True, threading.RLock()  # nobody is left to give the old one back
    torch.set_num_threads(1)  # torch's own loops would wait for threads that are the parent's


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)


def turn() -> AbstractContextManager[object]:
    """What a parallel loop runs in, where Numba's layer of threads ends a process that has two.

    That layer, *workqueue*, is the one that is always there; which it is shows after the first
    loop has run.
    """
    try:
        # Documented, but not among the names that numba says it exports.
        safe = numba.threading_layer() != "workqueue"  # pyright: ignore[reportPrivateImportUsage]
    except ValueError:
        safe = False
    return nullcontext() if safe else _one_at_a_time


class Paced:
    """A parallel Numba function that is called with the better number of threads.

    ``paced(work, *args)``: ``work`` is any number proportional to the work of the call. Numba's own
    number of threads, which is the caller's, is left as it was.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        # Numba makes its settings while it is imported, where no type checker sees them.
        most: int = numba.config.NUMBA_NUM_THREADS  # pyright: ignore[reportPrivateImportUsage, reportAttributeAccessIssue]
        self.pace = dict.fromkeys((1, most), 0.0)
        self.calls, self.compiled = 0, False

    def __call__(self, work: float, *args: Any) -> Any:
        """What the function returns for ``args``."""
        with turn():
            threads, callers, compiled = self._choose(), numba.get_num_threads(), self.compiled
            numba.set_num_threads(threads)
            try:
                start = time.perf_counter()
                result = self.function(*args)
                new = (time.perf_counter() - start) / max(work, 1)
            finally:
                numba.set_num_threads(callers)
        if compiled:  # else it was, or its cache was read, in this call or while it waited
            self._remember(threads, new)
        self.compiled = True
        return result

    def _remember(self, threads: int, new: float) -> None:
        old = self.pace[threads]
        self.pace[threads] = (old + new) / 2 if old else new

    def _choose(self) -> int:
        """The faster number of threads; one that has no pace yet counts as the fastest."""
        self.calls += 1
        ranked = sorted(self.pace, key=self.pace.__getitem__)
        return ranked[-1] if self.calls % AGAIN == 0 else ranked[0]
