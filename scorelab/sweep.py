"""Grids of runs: spread over processes or a cluster, kept on disk, gone on with after a stop.

joblib does the work, so ``with joblib.parallel_config(backend="dask")`` spreads a sweep over any
Dask cluster (the extra ``scorelab[cluster]``); without it the processes are local.
"""

from __future__ import annotations

import itertools
import os
import traceback
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import validate

if TYPE_CHECKING:
    import pandas as pd

Cell = Mapping[str, Any]
#: ``experiment(**cell)`` returns named numbers.
Experiment = Callable[..., Mapping[str, float]]


class Failure(NamedTuple):
    """A cell that raised, with the traceback as text."""

    cell: Cell
    trace: str


class SweepFailed(RuntimeError):
    """Some cells raised; the others were finished. Run it again with a cache to retry just these.

    ``results`` is the table of the finished cells, ``failures`` lists the others.
    """

    def __init__(self, results: pd.DataFrame, failures: Sequence[Failure]) -> None:
        named = "\n".join(
            f"  {dict(cell)}: {trace.strip().splitlines()[-1]}" for cell, trace in failures
        )
        total = len(results) + len(failures)
        super().__init__(f"{len(failures)} of {total} cells failed, the others are done:\n{named}")
        self.results, self.failures = results, list(failures)


def grid(**axes: Iterable[Any]) -> list[dict[str, Any]]:
    """All combinations of the axes' values, the last axis fastest. ValueError for an empty axis."""
    values = {name: list(axis) for name, axis in axes.items()}
    for name, axis in values.items():
        validate.require(bool(axis), name, axis, "must have at least one value")
    return [dict(zip(values, cell, strict=True)) for cell in itertools.product(*values.values())]


def run(
    experiment: Experiment, cells: Iterable[Cell], cache: str | Path | None = None, jobs: int = -1
) -> pd.DataFrame:
    """Call ``experiment(**cell)`` for every cell; one row a cell, in their order.

    The columns are the cell's names, then those of the numbers that the experiment returns. With
    a folder ``cache`` every finished cell is kept on disk (``joblib.Memory``, until the code of
    the experiment changes), so that a sweep goes on where it was interrupted. ``jobs`` is
    joblib's: -1 for all processors. A bar shows progress and the time left where somebody looks.

    Raises ``SweepFailed`` when all cells have been tried and some of them raised, and ValueError
    for no cells or ``jobs`` = 0.
    """
    # joblib and pandas take a while to import: only who sweeps pays for it.
    import pandas as pd
    from joblib import Memory, Parallel, delayed
    from tqdm.auto import tqdm

    cells = [dict(cell) for cell in cells]
    validate.require(bool(cells), "cells", cells, "must hold at least one cell")
    validate.require(jobs != 0, "jobs", jobs, "must be a number of processes, or -1 for all")
    call = Memory(cache, verbose=0).cache(experiment) if cache else experiment
    tried = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(_attempt)(place, call, cell) for place, cell in enumerate(cells)
    )
    unseen = bool(os.environ.get("SCORELAB_HEADLESS"))
    outcomes = dict(tqdm(tried, total=len(cells), unit="run", disable=unseen))
    results, failures = [], []
    for place, cell in enumerate(cells):
        outcome = outcomes[place]
        if isinstance(outcome, str):
            failures.append(Failure(cell, outcome))
        else:
            results.append({**cell, **outcome})
    table = pd.DataFrame(results)
    if failures:
        raise SweepFailed(table, failures)
    return table


def remake(name: str) -> None:
    """The command line of a module that ships a table: ``python -m name`` remakes its file.

    The module has an ``experiment``, its ``AXES`` and the ``PATH`` of the table. It is imported by
    its name in the package, under which the cache keeps its cells: run as a script it has another.
    """
    module = import_module(name)
    parser = ArgumentParser(prog=f"python -m {name}", description="Remake the table.")
    cache = f".cache/{name.rpartition('.')[2]}"
    parser.add_argument("--cache", default=cache, help="where finished cells are kept")
    made = run(module.experiment, grid(**module.AXES), parser.parse_args().cache)
    made.to_csv(module.PATH, index=False, float_format="%.4g")


def _attempt(place: int, call: Experiment, cell: Cell) -> tuple[int, dict[str, float] | str]:
    """The numbers of a cell or, where it raises, the traceback."""
    try:
        return place, dict(call(**cell))
    except Exception:  # whatever one cell raises, the others go on
        return place, traceback.format_exc()
