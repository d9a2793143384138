"""The sweep of ``memorisation`` with as many noise draws for each point, however many points.

There all regressions have 2048 rows, so that more points have fewer draws of each. Here the rows
grow with the points: what the exponents owe to the points, and what to the draws.

``python -m scorelab.studies memorisation_draws`` remakes the table, and ``table`` reads it.
"""

from __future__ import annotations

from ..sweep import Study, grid
from . import memorisation

#: As many draws as the other sweep has at 45 points, which is where the two meet.
DRAWS = 46
AXES = memorisation.AXES | {"n": (11, 16, 23, 32, 45)}


def experiment(dim: int, n: int, seed: int) -> dict[str, float]:
    """One cell of ``memorisation.experiment``, the same training points, with 46 draws of each."""
    return memorisation.experiment(dim, n, seed, rows=DRAWS * n)


STUDY = Study.csv("memorisation_draws", experiment, grid(**AXES))
table = STUDY.table
