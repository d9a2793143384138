"""Attempts at the cells of a sweep, side by side: what came of each, whatever one of them does."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, cast

from . import validate
from .alone import Ended, alone

#: The names and values that an experiment is called with.
Cell = Mapping[str, Any]
#: What an experiment returned or, where it raised or ended, a text that says so in its last line.
Outcome = dict[str, Any] | str


def outcomes(
    call: Callable[[Cell], Any], cells: Sequence[Cell], jobs: int, timeout: float | None
) -> list[Outcome]:
    """What came of each cell, in their order; a bar shows how many are done."""
    from joblib.externals.loky.process_executor import BrokenProcessPool
    from joblib.parallel import get_active_backend
    from tqdm.auto import tqdm

    found: dict[int, Outcome] = {}
    cluster = "Dask" in type(get_active_backend()[0]).__name__
    unseen = bool(os.environ.get("SCORELAB_HEADLESS"))
    with tqdm(total=len(cells), unit="run", disable=unseen) as bar:

        def work(attempt: Callable[..., Any], backend: str | None) -> None:
            left = [place for place in range(len(cells)) if place not in found]
            for place, outcome in _parallel(attempt, call, cells, left, jobs, backend):
                found[place] = outcome
                bar.update()

        own = partial(_attempt_alone, timeout, _threads(jobs))
        if cluster or timeout is not None:
            work(own, None if cluster else "threading")
        else:
            try:
                work(_attempt, None)
            except BrokenProcessPool:  # a cell ended it, and nobody knows which
                work(own, "threading")
    return [found[place] for place in range(len(cells))]


def _parallel(
    attempt: Callable[..., Any],
    call: Callable[[Cell], Any],
    cells: Sequence[Cell],
    places: Sequence[int],
    jobs: int,
    backend: str | None,
) -> Iterable[tuple[int, Outcome]]:
    """Attempts at the cells of some places, as they end."""
    from joblib import Parallel, delayed

    attempts = (delayed(attempt)(place, call, cells[place]) for place in places)
    tried = Parallel(n_jobs=jobs, return_as="generator_unordered", backend=backend)(attempts)
    return cast("Iterable[tuple[int, Outcome]]", tried)


def _threads(jobs: int) -> int:
    """How many threads are left for each of so many processes."""
    cores = os.cpu_count() or 1
    return max(1, cores // (jobs if jobs > 0 else cores))


def _attempt(place: int, call: Callable[[Cell], Any], cell: Cell) -> tuple[int, Outcome]:
    """What a cell gives or, where it raises, the traceback."""
    try:
        found = call(cell)
        for name in found:
            allowed = "the experiment must return other names than the cell's own"
            validate.require(name not in cell, "name", name, allowed)
        return place, found
    except (Exception, SystemExit):  # whatever one cell raises, the others go on
        return place, traceback.format_exc()


def _attempt_alone(
    timeout: float | None, threads: int, place: int, call: Callable[[Cell], Any], cell: Cell
) -> tuple[int, Outcome]:
    """The same in a process of its own; where that ends without an answer, how."""
    try:
        return alone(partial(_attempt, place, call, cell), timeout, threads)
    except Ended as error:
        return place, str(error)
