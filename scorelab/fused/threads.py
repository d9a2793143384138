"""How many threads a fused loop should use: measured while it runs, not guessed.

A parallel loop ends when its slowest thread does. Where another process (a browser, another
notebook) holds one of the cores, that thread waits for its turn, and two threads are several times
slower than one. So each loop keeps the pace of one thread and of all of them, uses the faster, and
now and then looks at the other again. Results do not depend on the choice: every loop divides its
work in the same way for any number of threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numba

#: How many calls pass until the slower choice is tried again.
AGAIN = 32


class Paced:
    """A parallel Numba function that is called with the better number of threads.

    ``paced(work, *args)``: ``work`` is any number proportional to the work of the call.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.pace = dict.fromkeys((1, numba.config.NUMBA_NUM_THREADS), 0.0)
        self.calls = 0

    def __call__(self, work: float, *args: Any) -> Any:
        threads = self._choose()
        numba.set_num_threads(threads)
        start = time.perf_counter()
        result = self.function(*args)
        new, old = (time.perf_counter() - start) / max(work, 1), self.pace[threads]
        if self.calls > 1:  # the first call compiles, or reads the cache
            self.pace[threads] = (old + new) / 2 if old else new
        return result

    def _choose(self) -> int:
        """The faster number of threads; one that has no pace yet counts as the fastest."""
        self.calls += 1
        ranked = sorted(self.pace, key=self.pace.__getitem__)
        return ranked[-1] if self.calls % AGAIN == 0 else ranked[0]
