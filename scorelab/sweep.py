"""Grids of runs: spread over processes or a cluster, kept on disk, gone on with after a stop.

joblib does the work, so ``with joblib.parallel_config(backend="dask")`` spreads a sweep over any
Dask cluster (the extra ``scorelab[cluster]``); without it the processes are local.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import warnings
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from . import validate
from .attempts import Cell, outcomes
from .shipped import DATA, checked, keep

if TYPE_CHECKING:
    import pandas as pd

#: ``experiment(**cell)`` returns named numbers (or arrays), under other names than the cell's.
Experiment = Callable[..., Mapping[str, Any]]
T = TypeVar("T")

#: The source of the package as it was imported, which what a cache keeps depends on.
SOURCE = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*.py")))
).hexdigest()


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
    values = {name: validate.several(name, axis) for name, axis in axes.items()}
    return [dict(zip(values, cell, strict=True)) for cell in itertools.product(*values.values())]


def run(
    experiment: Experiment,
    cells: Iterable[Cell],
    cache: str | Path | None = None,
    jobs: int = -1,
    *,
    timeout: float | None = None,
) -> pd.DataFrame:
    """Call ``experiment(**cell)`` for every cell; one row a cell, in their order.

    The columns are the cell's names, then those of the numbers that the experiment returns. With
    a folder ``cache`` every finished cell is kept on disk, so that a sweep goes on where it was
    interrupted, until the experiment changes: its code, what it closes over, what it names, or
    the source of scorelab (see ``fingerprint``; where that cannot be known, nothing is kept, with
    a warning). It holds pickles, which run when they are read, and is yours alone. ``jobs`` is
    joblib's: -1 for all processors, 1 for this process. A bar shows progress and the time left
    where somebody looks.

    With a ``timeout`` in seconds each cell has a process of its own, which is ended when it takes
    longer; on a cluster they always have one. Where a cell ends the process that it shares, those
    that are not done are tried once more, each in one of its own, so that only it fails.

    Raises ``SweepFailed`` when all cells have been tried and some of them raised, were too slow,
    ended their process, or returned something under a name of the cell's own; and ValueError for
    no cells, ``jobs`` that is no whole number or 0, and a ``timeout`` ≤ 0.
    """
    import pandas as pd  # it takes a while to import: only who sweeps pays for it

    cells = [dict(cell) for cell in cells]
    validate.require(bool(cells), "cells", cells, "must hold at least one cell")
    whole = isinstance(jobs, Integral) and not isinstance(jobs, bool) and 0 < abs(jobs) <= 10_000
    validate.require(whole, "jobs", jobs, "must be a number of processes, or -1 for all")
    if timeout is not None:
        validate.positive("timeout", timeout)
    call = _kept(experiment, cache) if cache else partial(_call, experiment, None)
    tried = list(zip(cells, outcomes(call, cells, jobs, timeout), strict=True))
    failures = [Failure(cell, outcome) for cell, outcome in tried if isinstance(outcome, str)]
    table = pd.DataFrame([cell | found for cell, found in tried if not isinstance(found, str)])
    if failures:
        raise SweepFailed(table, failures)
    return table


def _kept(experiment: Experiment, cache: str | Path) -> Callable[[Cell], Any]:
    """`_call`, with finished cells kept in a folder where it is known what they depend on."""
    from joblib import Memory

    from .fingerprint import fingerprint

    _own(Path(cache))
    try:
        depends = SOURCE + fingerprint(experiment)
    except Exception as error:  # whatever pickling raises
        unknown = f"what {experiment} depends on cannot be hashed ({error})"
        warnings.warn(f"no cell is kept in {cache}: {unknown}", stacklevel=3)
        return partial(_call, experiment, None)
    return partial(Memory(cache, verbose=0).cache(_call, ["experiment"]), experiment, depends)


def _own(folder: Path) -> None:
    """Make a folder that only its owner may read or write, or a ValueError where all may write.

    What is kept are pickles, which can do anything when they are read.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid"):  # not on Windows
        status = folder.stat()
        safe = status.st_uid == os.getuid() and not status.st_mode & 0o002
        allowed = "must be yours, and not everybody may write there: what it holds is run when read"
        validate.require(safe, "cache", str(folder), allowed)


def _call(experiment: Experiment, depends: str | None, cell: Cell) -> dict[str, Any]:
    """What the experiment gives; the cache looks it up by ``depends`` and the cell."""
    return dict(experiment(**cell))


@dataclass(frozen=True, eq=False)
class Study(Generic[T]):
    """A sweep whose table is shipped: ``file``, in ``scorelab/data``, holds what its cells gave.

    ``write(swept, path)`` makes the file of what `run` gives for the ``experiment`` and all
    ``cells``, and ``read(path)`` gives the table that is in it.
    """

    file: str
    experiment: Experiment
    cells: Sequence[Cell]
    read: Callable[[Path], T]
    write: Callable[[pd.DataFrame, Path], None]

    @staticmethod
    def csv(name: str, experiment: Experiment, cells: Sequence[Cell]) -> Study[pd.DataFrame]:
        """A study whose table is ``name.csv``, a row for each cell, numbers to four digits."""
        return Study(f"{name}.csv", experiment, cells, _read_csv, _write_csv)

    @property
    def name(self) -> str:
        """What the command line calls it: the name of the file."""
        return Path(self.file).stem

    @property
    def path(self) -> Path:
        """The shipped file."""
        return DATA / self.file

    def table(self) -> T:
        """The shipped table: the names of a cell, then what ``experiment`` gives for it.

        Raises what `checked` does for a file that is missing or damaged.
        """
        return self.read(checked(self.path))

    def remake(self, folder: str | Path, cache: str | Path | None = None, jobs: int = -1) -> None:
        """Sweep all cells and write the file into a folder; ``cache`` and ``jobs`` as in `run`."""
        self._keep(run(self.experiment, self.cells, cache, jobs), folder)

    def lacking(self) -> list[Cell]:
        """The cells that the shipped table has no row of; ValueError if it is no table of rows."""
        import pandas as pd

        rows = self.table()
        if not isinstance(rows, pd.DataFrame):
            raise ValueError(f"{self.file}: only a table of rows can be completed, remake it")
        known = set(rows[list(self.cells[0])].itertuples(index=False, name=None))
        return [cell for cell in self.cells if tuple(cell.values()) not in known]

    def complete(self, folder: str | Path, cache: str | Path | None = None, jobs: int = -1) -> None:
        """As `remake`, but sweep only what is `lacking`; rows of no cell are left out."""
        import pandas as pd

        lacking, parts = self.lacking(), [cast("pd.DataFrame", self.table())]
        parts += [run(self.experiment, lacking, cache, jobs)] if lacking else []
        self._keep(pd.DataFrame(self.cells).merge(pd.concat(parts), "left"), folder)

    def _keep(self, swept: pd.DataFrame, folder: str | Path) -> None:
        path = Path(folder) / self.file
        self.write(swept, path)
        keep(path)


def _read_csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(path)


def _write_csv(swept: pd.DataFrame, path: Path) -> None:
    swept.to_csv(path, index=False, float_format="%.4g")


def remake(module: str, studies: Sequence[Study[Any]]) -> None:
    """The command ``python -m module [NAME …]``: remake the tables of all studies, or of some.

    In the order of ``studies``. One that was interrupted goes on where it stopped.
    """
    names = [study.name for study in studies]
    parser = ArgumentParser(prog=f"python -m {module}", description="Remake shipped tables.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)} (all)")
    parser.add_argument("--folder", help="where they are written (the checkout's scorelab/data)")
    parser.add_argument("--cache", default=".cache/sweeps", help="where finished cells are kept")
    parser.add_argument("--missing", action="store_true", help="only rows that the tables lack")
    parser.add_argument("--jobs", type=int, default=-1, help="processes (-1: one a core)")
    options = parser.parse_args()
    try:
        chosen = [validate.one_of("NAME", name, names) for name in options.names] or names
        folder = _writable(options.folder)
    except ValueError as error:
        parser.error(str(error))
    for study in studies:
        if study.name in chosen:
            make = study.complete if options.missing else study.remake
            make(folder, options.cache, options.jobs)


def _writable(folder: str | None) -> Path:
    """The folder that somebody named, made where it is missing; else that of the checkout."""
    checkout = (DATA.parents[1] / "pyproject.toml").is_file()
    allowed = f"must name a folder, as {DATA.parent} is installed and no checkout"
    validate.require(bool(folder) or checkout, "--folder", folder, allowed)
    chosen = Path(folder) if folder else DATA
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen
