"""``python -m scorelab.credit`` remakes the precomputed tables of notebook 10.

A bar shows the progress; a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse

from scorelab import sweep
from scorelab.credit import small, study


def main() -> None:
    """Remake the tables: first the search, whose best settings the comparison uses."""
    parser = argparse.ArgumentParser(prog="python -m scorelab.credit", description=main.__doc__)
    parser.add_argument("--cache", default=".cache/credit", help="where finished cells are kept")
    parser.add_argument("--jobs", type=int, default=-1, help="processes (-1: one a core)")
    options = parser.parse_args()
    parts = (
        (study.trial, sweep.grid(number=study.TRIES), study.SEARCH),
        (study.experiment, sweep.grid(seed=study.SEEDS, method=study.METHODS), study.TABLE),
        (small.experiment, small.cells(), study.PATHS),
    )
    for experiment, cells, path in parts:
        made = sweep.run(experiment, cells, options.cache, options.jobs)
        made.to_csv(path, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
