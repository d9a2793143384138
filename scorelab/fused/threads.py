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

    ``paced(work, *args)``: ``work`` is any number proportional to the work of the call. Numba's own
    number of threads, which is the caller's, is left as it was.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        # Numba makes its settings while it is imported, where no type checker sees them.
        most: int = numba.config.NUMBA_NUM_THREADS  # pyright: ignore[reportPrivateImportUsage, reportAttributeAccessIssue]
        self.pace = dict.fromkeys((1, most), 0.0)
        self.calls = 0

    def __call__(self, work: float, *args: Any) -> Any:
        """What the function returns for ``args``."""
        threads, callers = self._choose(), numba.get_num_threads()
        numba.set_num_threads(threads)
        try:
            start = time.perf_counter()
            result = self.function(*args)
            new = (time.perf_counter() - start) / max(work, 1)
        finally:
            numba.set_num_threads(callers)
        if self.calls > 1:  # the first call compiles, or reads the cache
            self._remember(threads, new)
        return result

    def _remember(self, threads: int, new: float) -> None:
        old = self.pace[threads]
        self.pace[threads] = (old + new) / 2 if old else new

    def _choose(self) -> int:
        """The faster number of threads; one that has no pace yet counts as the fastest."""
        self.calls += 1
        ranked = sorted(self.pace, key=self.pace.__getitem__)
        return ranked[-1] if self.calls % AGAIN == 0 else ranked[0]
